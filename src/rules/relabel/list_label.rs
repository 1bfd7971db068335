//! Lists that are matched as if they were one of their items.

use crate::finding::Severity;
use crate::prometheus::{Effect, MatchReason, Matches};
use crate::rules::relabel::{RelabelList, dropped, has_doubled_backslash};
use crate::rules::{RuleFindings, advice};

pub(super) fn check(list: &RelabelList<'_, '_>, out: &mut RuleFindings<'_>) {
    for (rule, step) in list.steps() {
        let Matches::Never(MatchReason::Edges(edge)) = &step.matches else {
            continue;
        };
        if has_doubled_backslash(rule.regex) {
            continue;
        }
        let label = rule.sources.first().copied().unwrap_or_default();
        let effect = match step.effect {
            Effect::DropsAll => format!("drops {}", dropped(list.stage)),
            Effect::DropsNothing => "drops nothing".to_owned(),
            _ => "never sets its label".to_owned(),
        };
        let message = format!(
            "`{label}` is a list that begins and ends with `{edge}`, so this pattern never matches \
             and the rule {effect}"
        );
        let is_word = |text: &&str| {
            text.chars()
                .all(|sign| sign.is_alphanumeric() || "-_".contains(sign))
        };
        // A separator such as `|` means something in a pattern.
        let edge = regex::escape(edge);
        let help = match Some(rule.regex).filter(is_word) {
            Some(word) => {
                let right = format!(".*{edge}{word}{edge}.*");
                advice::value(rule.place(), &right, format!("write `{right}`")).safe()
            }
            None => format!("put `.*{edge}` before and `{edge}.*` after the item").into(),
        };
        out.push(out.at(rule.place(), Severity::Warning, message).help(help));
    }
}
