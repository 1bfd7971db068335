//! What is reported about suppressions themselves.

use super::directive::{Malformed, SuppressedName};
use super::file::{DAY, FileSuppressions, Tally, has_lapsed};
use super::marks::{Covers, PlacedSuppression, TextSuppressions};
use super::{GROUP, SuppressionContext, added, is_known, is_on, nearest_name};
use crate::finding::{Advice, Day, Finding, Severity, Span, rule};
use crate::rules;

const FORBIDDEN: &str = "fix the finding, or ask for a change of the policy";

/// Everything that is wrong with the suppressions of a file.
pub(super) fn of_sheet(
    context: &SuppressionContext<'_>,
    sheet: &FileSuppressions<'_>,
) -> Vec<Finding> {
    let marks = &sheet.marks;
    let mut out: Vec<Finding> = marks
        .malformed
        .iter()
        .map(|bad| malformed(marks, bad))
        .collect();
    for (mark, tallies) in marks.list.iter().zip(&sheet.tallies) {
        let about = SuppressionOutcome {
            context,
            sheet,
            mark,
            tallies,
        };
        out.extend(about.everything());
    }
    out.extend(added::of_sheet(context, sheet));
    out
}

/// A finding about a suppression.
pub(super) fn finding(
    marks: &TextSuppressions,
    rule: &'static str,
    span: Span,
    mark: Option<&PlacedSuppression>,
    message: String,
) -> Finding {
    let names = mark.map_or_else(String::new, |mark| {
        let names = mark.directive.names.iter().map(|name| &*name.text);
        let names: Vec<_> = names.collect();
        let scope = mark.directive.scope.word();
        format!("{}#{scope}[{}]", mark.identity, names.join(","))
    });
    let severity = rules::find(rule).map_or(Severity::Warning, |page| page.severity);
    let logical = mark.map_or("", |mark| &*mark.logical);
    Finding::new(rule, severity, marks.place(span), message).of_key(logical, names)
}

fn malformed(marks: &TextSuppressions, malformed: &Malformed) -> Finding {
    let message = malformed.message.clone();
    let finding = finding(
        marks,
        rule::SUPPRESSIONS_MALFORMED,
        malformed.span,
        None,
        message,
    );
    finding.changed_by(match &malformed.right {
        // With its right name it begins to hide something.
        Some(right) => Advice::edit(vec![right.clone()])
            .text(malformed.help.clone())
            .unsafe_(),
        None => malformed.help.clone().into(),
    })
}

/// One suppression and what came of it.
struct SuppressionOutcome<'s> {
    context: &'s SuppressionContext<'s>,
    sheet: &'s FileSuppressions<'s>,
    mark: &'s PlacedSuppression,
    tallies: &'s [Tally],
}

impl SuppressionOutcome<'_> {
    fn finding(&self, rule: &'static str, span: Span, message: impl Into<String>) -> Finding {
        finding(
            &self.sheet.marks,
            rule,
            span,
            Some(self.mark),
            message.into(),
        )
    }

    fn names_and_tallies(&self) -> impl Iterator<Item = (usize, &SuppressedName, &Tally)> {
        let names = self.mark.directive.names.iter().zip(self.tallies);
        names
            .enumerate()
            .map(|(index, (name, tally))| (index, name, tally))
    }

    /// What is wrong with it: of a comment that does nothing, no more than that.
    fn everything(&self) -> Vec<Finding> {
        let mut out = self.names();
        let lapsed = self.lapsed();
        let idle = self.idle();
        let is_done = lapsed.is_some() || out.len() + idle.len() == self.tallies.len();
        out.extend(lapsed.or_else(|| self.unused(&idle)));
        if !is_done {
            out.extend(self.no_reason());
            out.extend(self.no_end());
        }
        out
    }

    /// What names of rules do not exist, or can't be silenced.
    fn names(&self) -> Vec<Finding> {
        let said = self.names_and_tallies().filter_map(|(index, name, tally)| {
            if !is_known(self.context.known, &name.text) {
                return Some(self.unknown(index, name));
            }
            self.forbidden(index, name, tally)
        });
        said.collect()
    }

    fn unknown(&self, index: usize, name: &SuppressedName) -> Finding {
        let text = &name.text;
        let message = match &**text {
            "*" | "all" => format!(
                "`{text}` is not a rule or group, so this hides nothing; a comment cannot hide \
                 every finding"
            ),
            _ => format!("unknown rule or group `{text}`: this hides nothing"),
        };
        let finding = self.finding(rule::SUPPRESSIONS_UNKNOWN, name.span, message);
        let near = nearest_name(self.context.known, text);
        // With its right name it begins to hide something.
        finding.changed_by(match near {
            Some(near) => Advice::edit(vec![(name.span, near.to_owned())])
                .text(format!("write `{near}`"))
                .unsafe_(),
            None => Advice::edit(vec![(self.without(&[index]), String::new())])
                .text(format!(
                    "remove `{text}`, or write a rule that `promvet rules` lists"
                ))
                .safe(),
        })
    }

    fn forbidden(&self, index: usize, name: &SuppressedName, tally: &Tally) -> Option<Finding> {
        let policy = &self.sheet.policy.suppressions;
        let own = rule::group_of(&name.text) == GROUP;
        let whole = policy.forbids(&name.text);
        let refused = tally.refused.as_deref();
        if !own && whole.is_none() && refused.is_none() {
            return None;
        }
        let (message, entry) = match (own, refused.filter(|_| whole.is_none())) {
            (true, _) => (
                "findings about suppressions cannot be suppressed: this hides nothing".to_owned(),
                None,
            ),
            (false, Some(rule)) => (
                format!(
                    "the policy does not allow comments to silence `{rule}`: it is still \
                    reported"
                ),
                policy.forbids(rule),
            ),
            (false, None) => (
                format!(
                    "the policy does not allow comments to silence `{}`: this hides nothing",
                    name.text
                ),
                whole,
            ),
        };
        let mut finding = self
            .finding(rule::SUPPRESSIONS_FORBIDDEN, name.span, message)
            .help(FORBIDDEN);
        if let Some((_, place)) = entry {
            finding = finding.evidence(place.clone(), "promvet.yaml: comments cannot silence this");
        }
        if own || whole.is_some() {
            let advice = Advice::edit(vec![(self.without(&[index]), String::new())])
                .text(format!("remove `{}`: {FORBIDDEN}", name.text))
                .safe();
            return Some(finding.changed_by(advice));
        }
        Some(finding)
    }

    fn lapsed(&self) -> Option<Finding> {
        let until = self.mark.directive.until.as_ref()?;
        if !has_lapsed(self.mark, self.context.request.now) {
            return None;
        }
        let met: usize = self.tallies.iter().map(|tally| tally.met).sum();
        let (what, help) = match met {
            // What could not be read may hold what it hid.
            0 if !self.mark.thorough => (
                "so it hides nothing anymore",
                "delete the comment, or write a new date",
            ),
            0 => (
                "and there is nothing left for it to hide",
                "delete the comment",
            ),
            1 => (
                "so what it hid is reported again",
                "fix the finding and delete the comment, or write a new date",
            ),
            _ => (
                "so the findings that it hid are reported again",
                "fix the findings and delete the comment, or write a new date",
            ),
        };
        let message = format!("this suppression ended on {}, {what}", until.text);
        let finding = self.finding(rule::SUPPRESSIONS_LAPSED, until.span, message);
        Some(self.with_removal(finding, help))
    }

    /// Names that are for nothing, if that is known.
    fn idle(&self) -> Vec<(usize, &SuppressedName)> {
        let is_idle = |name: &SuppressedName, tally: &Tally| {
            tally.met == 0 && self.may_be_reported_unused(name)
        };
        self.names_and_tallies()
            .filter(|(_, name, tally)| self.mark.thorough && is_idle(name, tally))
            .map(|(index, name, _)| (index, name))
            .collect()
    }

    fn unused(&self, idle: &[(usize, &SuppressedName)]) -> Option<Finding> {
        let (_, first) = idle.first()?;
        let all = idle.len() == self.mark.directive.names.len();
        let names: Vec<_> = idle
            .iter()
            .map(|(_, name)| format!("`{}`", name.text))
            .collect();
        let where_to = match self.mark.covers {
            Covers::File => "in this file",
            Covers::Inner(_) => "in this configuration",
            Covers::Nothing => "below this comment, where the file ends",
            Covers::Span(_) => "there",
        };
        let message = format!(
            "{} {} no finding {where_to}: this suppression would only hide a later finding",
            names.join(" and "),
            if names.len() == 1 { "has" } else { "have" },
        );
        let span = match (all, idle.len()) {
            (false, 1) => first.span,
            _ => self.mark.directive.span,
        };
        let finding = self.finding(rule::SUPPRESSIONS_UNUSED, span, message);
        if all {
            return Some(self.with_removal(finding, "delete the comment"));
        }
        let indices: Vec<usize> = idle.iter().map(|(index, _)| *index).collect();
        let advice = Advice::edit(self.edits_without(&indices))
            .text(format!("remove {}", names.join(" and ")))
            .safe();
        Some(finding.changed_by(advice))
    }

    /// Whether everything that a name stands for was looked for, so that its silence means
    /// something.
    fn may_be_reported_unused(&self, name: &SuppressedName) -> bool {
        let policy = self.sheet.policy;
        let own = rule::group_of(&name.text) == GROUP;
        if own || policy.suppressions.forbids(&name.text).is_some() {
            return false;
        }
        let of_name = |rule: &&&str| **rule == name.text || rule::group_of(rule) == name.text;
        let like = self.finding(rule::SUPPRESSIONS_UNUSED, name.span, "");
        let mut on = self
            .context
            .known
            .iter()
            .filter(of_name)
            .filter(|rule| is_on(rule, &like, policy, self.context.levels))
            .peekable();
        on.peek().is_some() && on.all(|rule| self.context.is_decidable(rule, policy))
    }

    fn no_reason(&self) -> Option<Finding> {
        let place = self.sheet.policy.suppressions.reason.as_ref()?;
        if self.mark.directive.reason.is_some() {
            return None;
        }
        let message = "this suppression gives no reason, so it is not clear when it can be \
            removed";
        let finding = self.finding(
            rule::SUPPRESSIONS_NO_REASON,
            self.mark.directive.span,
            message,
        );
        Some(
            finding
                .help("write the reason after the brackets")
                .evidence(place.clone(), "promvet.yaml: a reason is required"),
        )
    }

    fn no_end(&self) -> Option<Finding> {
        let policy = &self.sheet.policy.suppressions;
        let latest = |days: u32| Day::of(self.context.request.now + i64::from(days) * DAY);
        let most = policy.max_days.as_ref();
        let until = self.mark.directive.until.as_ref();
        let (span, message, place) = match until {
            Some(until) => {
                let (days, place) = most?;
                if until.day <= latest(*days) {
                    return None;
                }
                let message = format!("this suppression ends more than {days} days from now");
                (until.span, message, place)
            }
            None => {
                let place = policy.until.as_ref().or(most.map(|(_, place)| place))?;
                let message = "this suppression has no end date, so it will outlive its reason";
                (self.mark.directive.span, message.to_owned(), place)
            }
        };
        let help = match most {
            Some((days, _)) => {
                let latest = latest(*days);
                let words = format!("write `until {latest}` at its end, or an earlier date");
                let edit = match until {
                    Some(until) => (until.span, format!("until {latest}")),
                    None => {
                        let end = self.mark.directive.span.end;
                        (Span { start: end, end }, format!(" until {latest}"))
                    }
                };
                Advice::edit(vec![edit]).text(words).unsafe_()
            }
            None => "write a date at its end, such as `until 2027-01-31`".into(),
        };
        let finding = self.finding(rule::SUPPRESSIONS_NO_END, span, message);
        Some(
            finding
                .changed_by(help)
                .evidence(place.clone(), "promvet.yaml: suppressions must have an end"),
        )
    }

    fn with_removal(&self, finding: Finding, help: &str) -> Finding {
        let removal = vec![(self.mark.removal, String::new())];
        finding.changed_by(Advice::edit(removal).text(help).safe())
    }

    /// What has to go so that some names are gone: runs of names with their commas.
    fn edits_without(&self, indices: &[usize]) -> Vec<(Span, String)> {
        let mut runs: Vec<Vec<usize>> = Vec::new();
        for &index in indices {
            match runs.last_mut() {
                Some(run) if run.last().is_some_and(|last| last + 1 == index) => run.push(index),
                _ => runs.push(vec![index]),
            }
        }
        let edits = runs.iter().map(|run| (self.without(run), String::new()));
        edits.collect()
    }

    /// The span of a run of names up to the next one; of the last ones, from the one before them;
    /// of all, the comment.
    fn without(&self, run: &[usize]) -> Span {
        let names = &self.mark.directive.names;
        let at = |index: usize| names.get(index).map(|name| name.span);
        let (first, last) = (
            run.first().copied().unwrap_or(0),
            run.last().copied().unwrap_or(0),
        );
        let (Some(from), Some(to)) = (at(first), at(last)) else {
            return self.mark.removal;
        };
        let before = first.checked_sub(1).and_then(at);
        match (before, at(last + 1)) {
            (_, Some(next)) => Span {
                start: from.start,
                end: next.start,
            },
            (Some(before), None) => Span {
                start: before.end,
                end: to.end,
            },
            (None, None) => self.mark.removal,
        }
    }
}
