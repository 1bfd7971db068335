//! Scrape classes of a Prometheus, each a part that the Operator puts into the jobs of monitors. It checks
//! them all first (prometheus-operator v0.93.0 `pkg/prometheus/promcfg.go`, `getScrapeClassConfig`, and
//! `pkg/prometheus/validation/validator.go`).

use super::found;
use super::halves::{CLASSES, has_branches};
use crate::finding::{Finding, Severity, rule};
use crate::yaml::{Node, placeholder};

/// What is reported about the classes of a Prometheus.
pub(super) fn check(spec: Node<'_>) -> Vec<Finding> {
    let Some(classes) = spec.get(CLASSES) else {
        return Vec::new();
    };
    let mut out: Vec<Finding> = defaults(classes).into_iter().collect();
    out.extend(alike(classes));
    for class in classes.items() {
        out.extend(class.get("tlsConfig").and_then(without_half));
        let lists = ["relabelings", "metricRelabelings"].into_iter();
        let lists = lists.filter_map(|key| class.get(key));
        out.extend(lists.flat_map(Node::items).filter_map(incomplete));
    }
    out
}

/// Two classes that are both the default.
fn defaults(classes: Node<'_>) -> Option<Finding> {
    let defaults = classes.items().filter_map(|class| class.get("default"));
    let mut defaults = defaults.filter(|value| value.as_str() == Some("true"));
    let (first, second) = (defaults.next()?, defaults.next()?);
    let message =
        "`default`: another class is the default already; the Operator generates no configuration"
            .to_owned();
    let finding = found(rule::SCHEMA_CONFLICT, Severity::Error, second, message);
    let finding = finding.evidence(first.place(), "it is this one");
    Some(finding.help("leave one of them as the default"))
}

/// Classes of one name, by which their list is merged (`x-kubernetes-list-map-keys`).
fn alike(classes: Node<'_>) -> Vec<Finding> {
    let mut seen: Vec<Node<'_>> = Vec::new();
    let mut out = Vec::new();
    for name in classes.items().filter_map(|class| class.get("name")) {
        let Some(text) = name.as_str().filter(|text| !placeholder::is_open(text)) else {
            continue;
        };
        let first = seen.iter().find(|other| other.as_str() == Some(text));
        if let Some(first) = first {
            let message =
                format!("`name`: another class is `{text}`; the API server rejects the object");
            let finding = found(rule::SCHEMA_DUPLICATE, Severity::Error, name, message);
            let finding = finding.evidence(first.place(), "it is this one");
            out.push(finding.help("give each class a name of its own"));
        }
        seen.push(name);
    }
    out
}

/// A certificate without its key, or a key without its certificate.
fn without_half(tls: Node<'_>) -> Option<Finding> {
    let written = |keys: [&str; 2]| {
        let entries = keys.into_iter().filter_map(|key| tls.mapping()?.entry(key));
        let is_set = |node: Node<'_>| {
            let fields = node.mapping().into_iter().flat_map(|map| map.entries());
            node.as_str().is_some_and(|text| !text.is_empty()) || fields.count() > 0
        };
        entries.into_iter().find(|entry| is_set(entry.value))
    };
    let (entry, lacking) = match (
        written(["cert", "certFile"]),
        written(["keySecret", "keyFile"]),
    ) {
        (Some(certificate), None) => (certificate, "a key"),
        (None, Some(key)) => (key, "a certificate"),
        _ => return None,
    };
    if has_branches(tls) {
        return None;
    }
    let message = format!(
        "`{}`: set without {lacking}; the Operator generates no configuration",
        entry.name()
    );
    let finding = found(rule::SCHEMA_CONFLICT, Severity::Error, entry.key, message);
    Some(finding.help("set both, or none of them"))
}

/// Actions, and what the Operator wants beside them.
const NEEDS: &[(&str, &[&str])] = &[
    ("replace", &["targetLabel"]),
    ("hashmod", &["targetLabel", "modulus"]),
    ("lowercase", &["targetLabel"]),
    ("uppercase", &["targetLabel"]),
    ("keepequal", &["targetLabel"]),
    ("dropequal", &["targetLabel"]),
];

/// A relabeling that lacks a key which its action needs.
fn incomplete(relabeling: Node<'_>) -> Option<Finding> {
    let first = relabeling.mapping()?.entries().next()?;
    let action = relabeling.get("action");
    let text = action
        .and_then(Node::as_str)
        .filter(|text| !text.is_empty());
    let action = text.unwrap_or("replace").to_ascii_lowercase();
    let (_, needs) = NEEDS.iter().find(|(known, _)| *known == action)?;
    let lacks = |key: &&&str| {
        let value = relabeling.get(key).and_then(Node::as_str);
        value.is_none_or(|text| text.is_empty() || **key == "modulus" && text == "0")
    };
    let key = needs.iter().find(lacks)?;
    if has_branches(relabeling) {
        return None;
    }
    let message = format!(
        "`{key}`: missing, and `{action}` needs it; the Operator generates no configuration"
    );
    let rule = rule::SCHEMA_MISSING_FIELD;
    let finding = found(rule, Severity::Error, first.key, message);
    Some(finding.help(format!("set `{key}`")))
}
