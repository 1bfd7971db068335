//! Whether the expression of a rule matches what is known of the labels.

use std::sync::Arc;

use super::super::labels::{KnownLabelValue, PossibleValues};
use super::super::pattern::RelabelPattern;
use super::super::{RelabelRule, signs};
use super::{Interpreter, MatchReason, Matches, look};
use crate::schema::Version;

impl<'r, 'd> Interpreter<'r, 'd> {
    /// Whether the pattern of a rule matches the joined values of its source labels.
    pub(super) fn matches(&self, rule: &'r RelabelRule<'d>) -> Matches {
        let Some(pattern) = rule.pattern() else {
            return Matches::Sometimes;
        };
        if let Some(of_lines) = self.of_lines(rule) {
            return match (of_lines, self.known_values(rule)) {
                (Some(pattern), Some(all)) => self.matches_known(rule, &pattern, &all),
                _ => Matches::Sometimes,
            };
        }
        if pattern.matches_all() {
            return Matches::Always(MatchReason::AnyText);
        }
        if let Some(all) = self.known_values(rule) {
            return self.matches_known(rule, pattern, &all);
        }
        let values: Vec<_> = rule
            .sources
            .iter()
            .map(|name| self.labels.get(name))
            .collect();
        // Absent labels are joined too (`relabel.relabel`), so that a separator between two of them
        // is never an empty text.
        let joined = values.len() > 1 && !rule.separator.is_empty();
        if joined || values.iter().any(KnownLabelValue::is_present) {
            if pattern.matches_all_but_empty() {
                return Matches::Always(MatchReason::AnyValue);
            }
            if pattern
                .texts()
                .is_some_and(|texts| texts.iter().all(String::is_empty))
            {
                return Matches::Never(MatchReason::OnlyEmpty);
            }
        }
        if let [KnownLabelValue::Edged(edge)] = &*values
            && !pattern.matches("")
            && pattern.excludes_edges(edge)
        {
            return Matches::Never(MatchReason::Edges(edge.clone()));
        }
        if lacks_separator(rule, pattern) {
            return Matches::Never(MatchReason::Separator);
        }
        if let Some(sign) = signs::foreign(rule, pattern) {
            return Matches::Never(MatchReason::Foreign(sign));
        }
        self.matches_passed(rule, pattern)
    }

    /// The pattern that counts where a value has several lines, and the dot no newline.
    pub(super) fn of_lines(&self, rule: &RelabelRule<'d>) -> Option<Option<RelabelPattern>> {
        if self.semantics.release >= Version::new(3, 0, 0) {
            return None;
        }
        let values = self.known_values(rule)?;
        let lines = values.iter().any(|text| text.contains('\n'));
        let pattern = rule.pattern().filter(|_| lines)?;
        Some(pattern.of_lines(self.budget))
    }

    /// The same where the values are known.
    fn matches_known(
        &self,
        rule: &RelabelRule<'d>,
        pattern: &RelabelPattern,
        all: &PossibleValues,
    ) -> Matches {
        let passed = self.passed.get(&look(rule)).map_or(&[][..], Vec::as_slice);
        let passes = |text: &str| {
            let mut passed = passed.iter();
            passed.all(|(pattern, keeps)| !self.may_try(text) || pattern.matches(text) == *keeps)
        };
        let left: PossibleValues = match passed {
            [] => Arc::clone(all),
            _ => Arc::new(all.iter().filter(|text| passes(text)).cloned().collect()),
        };
        let mut hits = 0;
        for text in left.iter() {
            if !self.may_try(text) {
                return Matches::Sometimes;
            }
            hits += usize::from(pattern.matches(text));
        }
        let reason = || {
            if rule.sources.is_empty() {
                MatchReason::NoSources
            } else if rule.sources.iter().all(|name| self.labels.is_absent(name)) {
                MatchReason::Absent
            } else if left.len() == all.len() {
                MatchReason::Known(left.clone())
            } else {
                MatchReason::Left(left.clone())
            }
        };
        match hits {
            // Nothing at all is left: that another rule dropped the last was not seen.
            _ if left.is_empty() => Matches::Sometimes,
            0 => Matches::Never(reason()),
            _ if hits == left.len() => Matches::Always(reason()),
            _ => Matches::Sometimes,
        }
    }

    /// What earlier rules for the same labels prove.
    fn matches_passed(&self, rule: &RelabelRule<'d>, pattern: &RelabelPattern) -> Matches {
        let passed = self.passed.get(&look(rule)).map_or(&[][..], Vec::as_slice);
        for (earlier, keeps) in passed {
            if !self.may_try("") {
                return Matches::Sometimes;
            }
            if *earlier == pattern {
                return match keeps {
                    true => Matches::Always(MatchReason::Earlier),
                    false => Matches::Never(MatchReason::Earlier),
                };
            }
            if let (Some(texts), true) = (earlier.texts(), keeps) {
                let hits = texts
                    .iter()
                    .filter(|text| self.may_try(text) && pattern.matches(text));
                match hits.count() {
                    0 if self.left.get() > 0 => {
                        return Matches::Never(MatchReason::Left(Arc::new(texts.clone())));
                    }
                    hits if hits == texts.len() => {
                        return Matches::Always(MatchReason::Left(Arc::new(texts.clone())));
                    }
                    _ => {}
                }
            }
            if let Some(texts) = pattern.texts().filter(|texts| !texts.is_empty()) {
                let mut each = texts.iter();
                if each.all(|text| self.may_try(text) && earlier.matches(text) != *keeps) {
                    return Matches::Never(match keeps {
                        true => MatchReason::NotKept(texts.clone()),
                        false => MatchReason::Dropped(texts.clone()),
                    });
                }
            } else if *keeps && self.may_try("") && earlier.excludes(pattern) {
                return Matches::Never(MatchReason::Earlier);
            }
        }
        Matches::Sometimes
    }
}

/// Whether a pattern of constants can't match several labels, since it lacks the separator.
fn lacks_separator(rule: &RelabelRule<'_>, pattern: &RelabelPattern) -> bool {
    let Some(signs) = rule.sources.len().checked_sub(1).filter(|count| *count > 0) else {
        return false;
    };
    if rule.separator.is_empty() {
        return false;
    }
    let enough = |text: &String| text.matches(rule.separator).count() >= signs;
    let mut letters = rule.separator.chars();
    if let (Some(sign), None) = (letters.next(), letters.next())
        && signs::most(pattern.shape(), sign).is_some_and(|most| most < signs)
    {
        return true;
    }
    pattern
        .texts()
        .is_some_and(|texts| !texts.iter().any(enough))
}
