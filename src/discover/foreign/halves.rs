//! What the Operator rejects wherever it reads a client's settings: two halves of a one-of side by side,
//! versions of TLS in the wrong order, and selectors of keys without a name (prometheus-operator v0.93.0
//! `pkg/apis/monitoring/v1/{types,tls_types}.go` and `pkg/assets/store.go`).

use super::super::embedded_in::EmbeddedIn;
use super::super::names::is_test_data;
use super::found;
use super::together::TLS_VERSIONS;
use crate::finding::{Finding, Severity, rule};
use crate::schema::dialect::table::{DialectType, MappingShape};
use crate::schema::dialect::tables;
use crate::yaml::{Entry, Node};

/// Keys of a Prometheus with settings that the Operator checks. Those of scrape classes are among
/// them, but for their Secrets, which it never looks up (`pkg/assets/store.go`, `AddScrapeClassesToStore`).
const CHECKED: &[&str] = &[
    "alerting",
    "apiserverConfig",
    CLASSES,
    "remoteRead",
    "remoteWrite",
    "tracingConfig",
];

pub(super) const CLASSES: &str = "scrapeClasses";

/// Kinds that the Operator checks, and what it does.
const EFFECTS: &[(&[&str], &str)] = &[
    (
        &["Prometheus", "PrometheusAgent"],
        "the Operator generates no configuration",
    ),
    (
        &["PodMonitor", "Probe", "ScrapeConfig", "ServiceMonitor"],
        "the Operator leaves this resource out",
    ),
];

/// What is reported about the settings of clients in a resource; `is_patch` says that operations write them.
pub(super) fn check(
    kind: &str,
    spec: Node<'_>,
    holder: &EmbeddedIn,
    is_patch: bool,
) -> Vec<Finding> {
    let text = spec.document().text();
    let mut kinds = tables::KINDS.iter();
    let known = kinds.find(|known| known.kind == kind);
    let effect = EFFECTS.iter().find(|(kinds, _)| kinds.contains(&kind));
    let Some((known, (_, effect))) = known.zip(effect) else {
        return Vec::new();
    };
    let path = text.path();
    let name = path.rsplit('/').next().unwrap_or(path);
    let is_merge = name.contains("patch") && !is_patch;
    let is_part = is_merge || !matches!(holder, EmbeddedIn::Resource { .. });
    let mut walk = Walk {
        effect,
        names: !is_part && !is_test_data(path),
        out: Vec::new(),
    };
    let is_server = ["Prometheus", "PrometheusAgent"].contains(&kind);
    for entry in spec.mapping().into_iter().flat_map(|map| map.entries()) {
        let name = entry.name();
        if is_server && !CHECKED.contains(&name) {
            continue;
        }
        let names = walk.names;
        walk.names &= name != CLASSES;
        walk.entry(known.shape, entry);
        walk.names = names;
    }
    walk.out
}

/// Whether branches of a template are in it: one may have this half, and another the other.
pub(super) fn has_branches(node: Node<'_>) -> bool {
    node.document().text().slice(node.span()).contains("{{")
}

/// A walk over the settings of a resource.
struct Walk {
    effect: &'static str,
    /// Whether a name that is absent is reported.
    names: bool,
    out: Vec<Finding>,
}

impl Walk {
    fn entry(&mut self, shape: &'static MappingShape, entry: Entry<'_>) {
        if let Some(key) = shape.find(entry.name()) {
            self.value(&key.ty, entry.value);
        }
    }

    fn value(&mut self, ty: &'static DialectType, node: Node<'_>) {
        match ty {
            DialectType::Key => self.selector(node),
            DialectType::KeyOf => {
                self.one_of(node);
                let halves = HALVES.iter().filter_map(|half| node.get(half));
                halves.for_each(|half| self.selector(half));
            }
            DialectType::List(item) => {
                // Patches and layers replace lists as a whole.
                node.items().for_each(|node| self.value(item, node));
            }
            DialectType::Map(of) => {
                let entries = node.mapping().into_iter().flat_map(|map| map.entries());
                entries.for_each(|entry| self.value(of, entry.value));
            }
            DialectType::Object(shape) => {
                self.versions(node);
                let entries = node.mapping().into_iter().flat_map(|map| map.entries());
                entries.for_each(|entry| self.entry(shape, entry));
            }
            _ => {}
        }
    }

    /// A key of a Secret and one of a ConfigMap, where there may be one.
    fn one_of(&mut self, node: Node<'_>) {
        if has_branches(node) {
            return;
        }
        let [secret, other] = HALVES;
        let written = |half: &str| {
            let entry = node.mapping()?.entry(half)?;
            (!entry.value.is_null()).then_some(entry)
        };
        let Some((secret, other)) = written(secret).zip(written(other)) else {
            return;
        };
        let message = format!("`configMap`: not allowed beside `secret`; {}", self.effect);
        let finding = found(rule::SCHEMA_CONFLICT, Severity::Error, other.key, message);
        let finding = finding.evidence(secret.key.place(), "the other is set here");
        self.out.push(finding.help("remove one of them"));
    }

    fn versions(&mut self, node: Node<'_>) {
        let at = |key: &str| {
            let node = node.get(key)?;
            let place = TLS_VERSIONS
                .iter()
                .position(|known| node.as_str() == Some(known));
            Some((node, place?))
        };
        let Some(((least, low), (most, high))) = at("minVersion").zip(at("maxVersion")) else {
            return;
        };
        if low <= high || has_branches(node) {
            return;
        }
        let message = format!("`maxVersion`: below `minVersion`; {}", self.effect);
        let finding = found(rule::SCHEMA_CONFLICT, Severity::Error, most, message);
        let finding = finding.evidence(least.place(), "the least version is set here");
        self.out
            .push(finding.help("raise `maxVersion`, or remove it"));
    }

    /// A selector without the name of its object, which the definition takes.
    fn selector(&mut self, node: Node<'_>) {
        let key = node.mapping().and_then(|map| map.entry("key"));
        let Some(key) = key.filter(|_| self.names && node.get("name").is_none()) else {
            return;
        };
        let steps = node.steps().unwrap_or_default();
        let what = steps.last().map_or("", String::as_str);
        let message = format!("`name`: missing in `{what}`; {}", self.effect);
        let rule = rule::SCHEMA_MISSING_FIELD;
        let finding = found(rule, Severity::Error, key.key, message);
        self.out
            .push(finding.help("set `name` to the name of the object"));
    }
}

/// Where a key may come from.
const HALVES: [&str; 2] = ["secret", "configMap"];
