//! Rules behind which nothing is left.

use crate::finding::Severity;
use crate::prometheus::{Effect, MatchReason, Matches, RelabelRule};
use crate::rules::RuleFindings;
use crate::rules::relabel::{RelabelList, RelabelStage, dropped, why};

pub(super) fn check(list: &RelabelList<'_, '_>, out: &mut RuleFindings<'_>) {
    if list.stage == RelabelStage::Written {
        return;
    }
    for (rule, step) in list.steps() {
        if step.effect != Effect::DropsAll || list.is_reported_elsewhere(rule, step) {
            continue;
        }
        let what = dropped(list.stage);
        let why = why(list, rule, &step.matches);
        let message = format!("this rule drops {what}: {why}");
        let help = match &step.matches {
            Matches::Never(MatchReason::Left(_) | MatchReason::NotKept(_)) => {
                "join both patterns with `|` in one rule to keep what matches either"
            }
            Matches::Never(MatchReason::Separator) => {
                "write the separator into the pattern, or name one label only"
            }
            Matches::Never(MatchReason::Foreign(_)) if rule.sources.len() > 1 => {
                "write the separator into the pattern, or set `separator`"
            }
            Matches::Never(MatchReason::NoSources) | Matches::Always(MatchReason::NoSources) => {
                "add `source_labels`"
            }
            _ => "correct the pattern or the labels, or remove the rule",
        };
        let (severity, help) = match is_meant(list, rule) {
            true => (
                Severity::Info,
                "if only `up` of the targets is wanted, leave it as it is",
            ),
            false => (Severity::Error, help),
        };
        out.push(out.at(rule.place(), severity, message).help(help));
    }
}

/// Whether a rule says in full that it drops all samples of a target. Those that Prometheus makes itself,
/// such as `up`, are kept.
fn is_meant(list: &RelabelList<'_, '_>, rule: &RelabelRule<'_>) -> bool {
    // Who writes a rule behind it expects that something is left.
    let is_last = || {
        let last = list.rules.last();
        last.is_some_and(|(last, _)| std::ptr::eq(*last, rule))
    };
    let is_written = || rule.node.get("regex").is_some();
    list.stage == RelabelStage::Samples
        && is_last()
        && rule.action == "drop"
        && rule.sources == ["__name__"]
        && matches!(rule.regex, ".*" | "(.*)" | ".+" | "(.+)")
        && is_written()
}
