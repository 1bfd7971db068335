//! Rules behind which nothing is left.

use crate::finding::Severity;
use crate::prometheus::{Effect, Matches, Reason};
use crate::rules::Findings;
use crate::rules::relabel::{RelabelList, Stage, dropped, why};

pub(super) fn check(list: &RelabelList<'_, '_>, out: &mut Findings<'_>) {
    if list.stage == Stage::Written {
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
            Matches::Never(Reason::Left(_) | Reason::NotKept(_)) => {
                "join both patterns with `|` in one rule to keep what matches either"
            }
            Matches::Never(Reason::Separator) => {
                "write the separator into the pattern, or name one label only"
            }
            Matches::Never(Reason::Foreign(_)) if rule.sources.len() > 1 => {
                "write the separator into the pattern, or set `separator`"
            }
            Matches::Never(Reason::NoSources) | Matches::Always(Reason::NoSources) => {
                "add `source_labels`"
            }
            _ => "correct the pattern or the labels, or remove the rule",
        };
        out.push(out.at(rule.place(), Severity::Error, message).help(help));
    }
}
