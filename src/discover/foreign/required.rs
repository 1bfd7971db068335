//! Keys of `spec` without which a monitor selects or scrapes nothing.

use super::super::embedded_in::EmbeddedIn;
use super::super::names::is_test_data;
use super::found;
use crate::finding::{Finding, Severity, rule};
use crate::schema::dialect::tables;
use crate::yaml::Node;

/// What happens to a monitor without a key.
#[derive(Clone, Copy)]
enum Lack {
    /// Its definition requires the key.
    Refused,
    /// It is applied, and no job is made of it.
    NoJob,
}

/// Keys by kinds (prometheus-operator v0.93.0 `example/prometheus-operator-crd`, and
/// `pkg/prometheus/resource_selector.go`).
const REQUIRED: &[(&str, &str, Lack)] = &[
    ("PodMonitor", "podMetricsEndpoints", Lack::NoJob),
    ("PodMonitor", "selector", Lack::Refused),
    ("ServiceMonitor", "endpoints", Lack::Refused),
    ("ServiceMonitor", "selector", Lack::Refused),
];

/// What is reported about a monitor that lacks one of them. What patches add is looked for where the file
/// is judged.
pub(super) fn check(kind: &str, spec: Node<'_>, holder: &EmbeddedIn) -> Vec<Finding> {
    let path = spec.document().text().path();
    let name = path.rsplit('/').next().unwrap_or(path);
    let is_part = name.contains("patch") || !matches!(holder, EmbeddedIn::Resource { .. });
    let Some(first) = spec.mapping().and_then(|map| map.written().next()) else {
        return Vec::new();
    };
    let text = spec.document().text();
    // Tests of tools have manifests with what their subject needs, and nothing applies them.
    let mut folders = path.split('/').rev().skip(1);
    let is_of_tests = folders.any(|folder| ["test", "tests"].contains(&folder));
    if is_part
        || is_of_tests
        || is_test_data(path)
        || text.is_embedded()
        || text.content().contains("{{")
    {
        return Vec::new();
    }
    // Another name for a key is reported as such, and so is one at another level.
    let is_known = |name: &str| {
        let mut kinds = tables::KINDS.iter();
        kinds.any(|known| known.kind == kind && known.shape.find(name).is_some())
    };
    let mut names = spec.mapping().into_iter().flat_map(|map| map.entries());
    let is_beside = |key: &str| spec.parent().is_some_and(|root| root.get(key).is_some());
    if names.any(|entry| !is_known(entry.name())) {
        return Vec::new();
    }
    let rows = REQUIRED.iter().filter(|(of, ..)| *of == kind);
    let missing =
        rows.filter(|(_, key, _)| spec.get(key).is_none_or(Node::is_null) && !is_beside(key));
    let lacks = missing.map(|(_, key, lack)| {
        let (severity, effect) = match lack {
            Lack::Refused => (Severity::Error, "the API server rejects the object"),
            Lack::NoJob => (Severity::Warning, "nothing is scraped"),
        };
        let message = format!("`{key}`: missing; {effect}");
        let rule = rule::SCHEMA_MISSING_FIELD;
        let mut finding = found(rule, severity, first.key, message);
        finding.logical = format!("{}.{key}", spec.path());
        finding.identity = format!("{}.{key}", spec.identity());
        finding.help(format!("set `{key}`"))
    });
    // A patch of a Probe has seldom its prober.
    let is_whole = spec
        .get("prober")
        .is_some_and(|prober| prober.get("url").is_some());
    let lacks_targets = kind == "Probe" && is_whole && spec.get("targets").is_none_or(has_none);
    let no_targets = lacks_targets.then(|| {
        let message = "`targets`: neither `staticConfig` nor `ingress` is set; the Operator leaves this resource out";
        let rule = rule::SCHEMA_MISSING_FIELD;
        let mut finding = found(rule, Severity::Error, first.key, message.to_owned());
        finding.logical = format!("{}.targets", spec.path());
        finding.help("set `targets.staticConfig.static` to what is probed")
    });
    lacks.chain(no_targets).collect()
}

fn has_none(targets: Node<'_>) -> bool {
    let keys = ["staticConfig", "ingress"];
    keys.iter().all(|key| targets.get(key).is_none())
}
