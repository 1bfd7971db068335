//! Values of bitnami's kube-prometheus with the level `prometheusSpec` of another chart, which it does not read
//! (bitnami/charts `bitnami/kube-prometheus/values.yaml`).

use super::survey::ScannedFile;
use crate::discover::EmbeddedIn;
use crate::facts::Facts;
use crate::finding::{Evidence, Finding, rule};
use crate::rules::RuleJudgment;
use crate::schema::dialect::STACK;
use crate::yaml::Document;

/// The level that other charts have.
const LEVEL: &str = "prometheusSpec";

/// Says where bitnami's chart is needed with the level that it does not have, and takes out what was found at
/// the levels that other charts have.
pub(super) fn set_unread_values_aside(
    judgment: &mut RuleJudgment,
    document: &Document,
    seen: &ScannedFile,
    facts: &Facts<'_>,
) {
    let is_in_values = matches!(seen.recognized.holder, Some(EmbeddedIn::Values { .. }));
    let Some(root) = document.root().filter(|_| is_in_values) else {
        return;
    };
    let path = root.path();
    let parts: Vec<&str> = path.split('.').collect();
    let [chart, "prometheus", below @ ..] = &*parts else {
        return;
    };
    let Some(needed) = facts.bitnami_chart(root.place().path(), chart) else {
        return;
    };
    let spoken = seen.recognized.spoken.as_ref();
    let is_of_levels = spoken.is_some_and(|spoken| std::ptr::eq(spoken.dialect, &STACK));
    if is_of_levels || below.first() == Some(&LEVEL) {
        judgment.findings.clear();
        judgment.unchecked.clear();
        return;
    }
    let is_level = |finding: &&mut Finding| {
        finding.rule == rule::SCHEMA_UNKNOWN_FIELD && finding.keys().last() == LEVEL
    };
    for finding in judgment.findings.iter_mut().filter(is_level) {
        finding.evidence.push(Evidence {
            place: needed.clone(),
            message: "the chart is needed here".to_owned(),
        });
    }
}
