//! The external labels that the Operator adds to the configuration (prometheus-operator v0.93.0
//! `pkg/prometheus/promcfg.go`, `buildExternalLabels`).

use super::table::MappingShape;
use super::translate::{Translator, is_falsy};
use super::{Dialect, OPENSHIFT, tables};
use crate::check::Rule;
use crate::yaml::{Entry, Node};
use promvet_text::{Advice, Severity};

/// The labels for the names of the resource and of the pod: the key that renames one, the key of
/// kube-prometheus-stack that leaves it out, and its name without both.
const ADDED: &[(&str, &str, &str)] = &[
    (
        "prometheusExternalLabelName",
        "prometheusExternalLabelNameClear",
        "prometheus",
    ),
    (
        "replicaExternalLabelName",
        "replicaExternalLabelNameClear",
        "prometheus_replica",
    ),
];

/// The labels that are added to the configuration at a node; none if nothing adds labels there.
pub(super) fn added(
    shape: &MappingShape,
    node: Node<'_>,
    dialect: &Dialect,
) -> Option<Vec<String>> {
    let is_resource = shape.find("prometheusExternalLabelName").is_some();
    // The table of bitnami's chart has only the keys that are part of the configuration.
    let is_bitnami = std::ptr::eq(shape, &tables::BITNAMI_PROMETHEUS);
    if !is_resource && !is_bitnami && !std::ptr::eq(dialect, &OPENSHIFT) {
        return None;
    }
    let of_key = |(key, clear, default): &(&str, &str, &str)| {
        let is_cleared = node.get(clear).is_some_and(|value| !is_falsy(value));
        match node.get(key).and_then(Node::as_str) {
            _ if is_cleared => None,
            // A resource turns the label off by an empty text; a chart leaves an empty text out.
            Some("") if !shape.lax => None,
            Some("") | None => Some((*default).to_owned()),
            Some(name) => Some(name.to_owned()),
        }
    };
    Some(ADDED.iter().filter_map(of_key).collect())
}

impl Translator {
    /// What is reported about a label that the Operator sets itself.
    pub(super) fn reserved_label(&mut self, entry: Entry<'_>) {
        let message = format!(
            "`{}`: the Operator sets this external label itself and ignores the value",
            entry.name()
        );
        let advice = Advice::say("remove it, or give it another name");
        self.say(
            Rule::Duplicate,
            Severity::Info,
            entry.key,
            message,
            Some(advice),
        );
    }
}
