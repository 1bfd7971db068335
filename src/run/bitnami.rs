//! Values of bitnami's kube-prometheus with the level `prometheusSpec` of another chart, which it does not read
//! (bitnami/charts `bitnami/kube-prometheus/values.yaml`).

use super::survey::ScannedFile;
use crate::discover::EmbeddedIn;
use crate::facts::Facts;
use crate::finding::{Finding, Place, Severity, Span, rule};
use crate::rules::RuleJudgment;
use crate::yaml::Document;

/// The level that other charts have.
const LEVEL: &str = "prometheusSpec";

/// Puts one warning in the place of what was found below the level, where the chart around the values needs
/// bitnami's.
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
    let [chart, "prometheus", level, ..] = *parts else {
        return;
    };
    let at = root.place();
    let needed = facts.bitnami_chart(at.path(), chart);
    let Some(needed) = needed.filter(|_| level == LEVEL) else {
        return;
    };
    judgment.findings.clear();
    judgment.unchecked.clear();
    let before = at.text().content().get(..at.span().start as usize);
    let key = before.and_then(|before| before.rfind(LEVEL));
    let Some(key) = key.filter(|_| parts.len() == 3) else {
        return;
    };
    let place = Place::new(at.text(), Span::new(key, key + LEVEL.len()));
    let message =
        "`prometheusSpec`: bitnami's chart kube-prometheus has no such level and ignores all of it";
    let finding = Finding::new(
        rule::SCHEMA_UNKNOWN_FIELD,
        Severity::Warning,
        place,
        message,
    );
    let finding = finding.of_key(path.clone(), root.identity());
    let finding = finding.evidence(needed, "the chart is needed here");
    let help = "write its keys directly below `prometheus`";
    judgment.findings.push(finding.help(help));
}
