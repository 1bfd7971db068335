//! `remote-write/relabel`: rules that drop everything or nothing, proved on what is known of the
//! labels of samples.

use crate::finding::Severity;
use crate::prometheus::{Effect, MatchReason, Matches, RelabelRule};
use crate::rules::RuleFindings;
use crate::rules::relabel::{RelabelList, RelabelStage, has_doubled_backslash, why};

pub(super) fn check(list: &RelabelList<'_, '_>, out: &mut RuleFindings<'_>) {
    if list.stage != RelabelStage::Written {
        return;
    }
    if list.is_too_costly {
        let reason = "the patterns of this file are too large to compare all of them";
        out.unchecked(list.node, reason, None);
    }
    for (rule, step) in list.steps() {
        if unnames(rule) {
            let labels = match &*rule.action {
                "labeldrop" => "the pattern matches the label `__name__`",
                _ => "the pattern does not match the label `__name__`",
            };
            let message = format!(
                "this relabel rule removes the name of every sample: {labels}; the receiver rejects them"
            );
            let help = "keep `__name__`: exclude it from the pattern of `labeldrop`, or include it in that of `labelkeep`";
            out.push(
                out.at(rule.place(), Severity::Error, message)
                    .kind("name")
                    .help(help),
            );
            return;
        }
        if step.effect == Effect::KeepsAll && is_of_own_values(list, rule, &step.matches) {
            continue;
        }
        let reason = || why(list, rule, &step.matches);
        let (kind, severity, message, help) = match step.effect {
            Effect::DropsAll => (
                "drops-all",
                Severity::Error,
                format!("this relabel rule drops every sample: {}", reason()),
                "correct the pattern or the labels, or remove the whole `remote_write` entry",
            ),
            Effect::DropsNothing if !has_doubled_backslash(rule.regex) => (
                "drops-nothing",
                Severity::Warning,
                format!("this relabel rule drops nothing: {}", reason()),
                "correct the pattern or the labels, or remove the rule",
            ),
            Effect::KeepsAll => (
                "keeps-all",
                Severity::Info,
                format!("this relabel rule keeps everything: {}", reason()),
                "remove the rule, or write a pattern that matches only what to keep",
            ),
            Effect::DropsNothing | Effect::SetsNothing | Effect::Other => continue,
        };
        out.push(
            out.at(rule.place(), severity, message)
                .kind(kind)
                .help(help),
        );
    }
}

/// Whether a rule keeps all for what earlier rules have set or left. One shard of one is what the
/// Prometheus Operator writes.
fn is_of_own_values(list: &RelabelList<'_, '_>, rule: &RelabelRule<'_>, matches: &Matches) -> bool {
    match matches {
        Matches::Always(MatchReason::Known(_) | MatchReason::Left(_)) => true,
        Matches::Always(MatchReason::Absent) => !rule
            .sources
            .iter()
            .all(|label| list.is_of_other_stage(label)),
        _ => false,
    }
}

/// Whether a rule takes the name from every sample.
fn unnames(rule: &RelabelRule<'_>) -> bool {
    let matches =
        |rule: &RelabelRule<'_>| rule.pattern().map(|pattern| pattern.matches("__name__"));
    match &*rule.action {
        "labeldrop" => matches(rule) == Some(true),
        "labelkeep" => matches(rule) == Some(false),
        _ => false,
    }
}
