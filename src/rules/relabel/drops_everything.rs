//! Rules behind which nothing is left.

use crate::finding::Severity;
use crate::prometheus::{Effect, MatchReason, Matches};
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
        out.push(out.at(rule.place(), Severity::Error, message).help(help));
    }
}
