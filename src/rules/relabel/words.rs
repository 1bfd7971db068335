//! What the rules about relabeling have in common to say.

use std::collections::BTreeSet;

use super::{RelabelList, RelabelStage};
use crate::prometheus::{MatchReason, Matches, RelabelRule, RuleOutcome};

/// What a list drops, as the object of a sentence.
pub(in crate::rules) fn dropped(stage: RelabelStage) -> &'static str {
    match stage {
        RelabelStage::Targets => "every target",
        RelabelStage::Samples | RelabelStage::Written => "every sample",
        RelabelStage::Alerts => "every alert",
        RelabelStage::Alertmanagers => "every Alertmanager",
    }
}

/// Whether a list was mistaken for an item of it.
pub(super) fn is_of_edges(step: &RuleOutcome) -> bool {
    matches!(step.matches, Matches::Never(MatchReason::Edges(_)))
}

/// Why a rule surely matches or does not, as a clause.
pub(in crate::rules) fn why(
    list: &RelabelList<'_, '_>,
    rule: &RelabelRule<'_>,
    matches: &Matches,
) -> String {
    let (reason, hit) = match matches {
        Matches::Always(reason) => (reason, true),
        Matches::Never(reason) => (reason, false),
        Matches::Sometimes => return String::new(),
    };
    let fits = match hit {
        true => "which the pattern matches",
        false => "which the pattern does not match",
    };
    let is_name = rule.sources == ["__name__"] && list.stage != RelabelStage::Targets;
    match reason {
        MatchReason::AnyText => "the pattern matches any text".to_owned(),
        MatchReason::AnyValue if is_name => {
            "the pattern matches any name, and every sample has one".to_owned()
        }
        MatchReason::AnyValue => "the pattern matches any value, and it is never empty".to_owned(),
        MatchReason::OnlyEmpty if is_name => {
            "the pattern matches only the empty text, and every sample has a name".to_owned()
        }
        MatchReason::OnlyEmpty => {
            "the pattern matches only the empty text, and the value is never empty".to_owned()
        }
        MatchReason::NoSources => {
            format!("it has no `source_labels`, so it matches against an empty string, {fits}")
        }
        MatchReason::Absent => {
            let verb = if hit { "matches" } else { "does not match" };
            format!(
                "{}, and the pattern {verb} an empty value",
                absent(list, rule)
            )
        }
        MatchReason::Known(texts) => format!("the value is {}, {fits}", any_of(texts)),
        MatchReason::Left(_)
        | MatchReason::NotKept(_)
        | MatchReason::Dropped(_)
        | MatchReason::Earlier => why_earlier(rule, reason, hit),
        MatchReason::Separator => format!(
            "it joins {} labels with `{}`, which no text matched by the pattern contains",
            rule.sources.len(),
            rule.separator
        ),
        MatchReason::Foreign(sign) if rule.sources.len() > 1 => format!(
            "the pattern needs `{sign}`, which no label contains; labels are joined with `{}`",
            rule.separator
        ),
        MatchReason::Foreign(sign) => {
            format!("the pattern needs `{sign}`, which the value never has")
        }
        MatchReason::Edges(edge) => format!("the value begins and ends with `{edge}`, {fits}"),
        MatchReason::Compared if hit => "the two values are always the same".to_owned(),
        MatchReason::Compared => "the two values are never the same".to_owned(),
    }
}

/// Why an earlier rule decides, as a clause; empty for another reason.
fn why_earlier(rule: &RelabelRule<'_>, reason: &MatchReason, hit: bool) -> String {
    match reason {
        MatchReason::Left(texts) if hit && rule.action == "drop" => format!(
            "an earlier rule keeps only {}, which this one drops",
            listed(texts)
        ),
        MatchReason::Left(texts) if hit => format!("an earlier rule keeps only {}", listed(texts)),
        MatchReason::Left(texts) => format!(
            "an earlier rule keeps only {}, which this one does not match",
            listed(texts)
        ),
        MatchReason::NotKept(texts) => {
            format!(
                "the pattern matches only {}, which an earlier rule drops",
                listed(texts)
            )
        }
        MatchReason::Dropped(texts) => format!("an earlier rule drops {}", listed(texts)),
        MatchReason::Earlier if hit => "an earlier rule already keeps only the same".to_owned(),
        MatchReason::Earlier => {
            "an earlier rule leaves nothing that this pattern matches".to_owned()
        }
        _ => String::new(),
    }
}

fn absent(list: &RelabelList<'_, '_>, rule: &RelabelRule<'_>) -> String {
    let names = format!("`{}`", rule.sources.join("`, `"));
    let one = rule.sources.len() == 1;
    let of_targets = rule
        .sources
        .iter()
        .all(|label| list.is_of_other_stage(label));
    if of_targets && list.stage == RelabelStage::Written {
        let verb = if one { "exists" } else { "exist" };
        return format!("{names} {verb} only on targets, not on samples");
    }
    let verb = if one { "is" } else { "are" };
    format!("{names} {verb} never set here")
}

fn any_of(texts: &BTreeSet<String>) -> String {
    let mut texts = texts.clone();
    // Where there are values, no label is none worth naming.
    if texts.len() > 1 {
        texts.remove("");
    }
    match texts.len() {
        1 => listed(&texts),
        _ => format!("one of {}", listed(&texts)),
    }
}

/// The first few of some texts, in words.
fn listed(texts: &BTreeSet<String>) -> String {
    const SHOWN: usize = 3;
    let more = texts.len().saturating_sub(SHOWN);
    let named: Vec<_> = texts
        .iter()
        .take(SHOWN)
        .map(|text| format!("`{text}`"))
        .collect();
    let all = named.join(", ");
    if more > 0 {
        format!("{all} and {more} more")
    } else {
        all
    }
}
