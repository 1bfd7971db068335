//! Values of `le` and `quantile` in relabel rules and expressions.

use regex_syntax::hir::{Class, Hir, HirKind};

use crate::finding::Severity;
use crate::prometheus::PatternBudget;
use crate::rules::upgrade::UpgradedRelabelRule;
use crate::rules::{RuleFindings, Upgrade};
use crate::schema::rule_file;
use crate::schema::rule_file::promql::{self, MatchOperator, Matcher, PromqlRelease, stored_form};
use crate::yaml::Node;

/// The labels whose values are normalized.
const LABELS: &[&str] = &["le", "quantile"];

/// How many texts are tried for a pattern; one that stands for more is not judged.
const MOST_TEXTS: usize = 512;

/// How long these texts may be together: no number has so many digits.
const MOST_BYTES: usize = 16 * 1024;

/// How many values are named, so that the message stays within 160 characters.
const MOST_NAMED: usize = 3;

/// Since 3.0 `le` and `quantile` are stored in the form of OpenMetrics (`1.0` for `1`) whatever
/// the target writes.
pub(super) fn check(upgrade: &Upgrade<'_>, out: &mut RuleFindings<'_>) {
    if !upgrade.crosses(3, 0) {
        return;
    }
    upgrade.each("rules", out, |jobs, out| {
        within_budget(jobs.root, out, |budget, out| {
            let rules = jobs.relabelings();
            rules.for_each(|rule| check_rule(&rule, budget, out));
        });
    });
    within_budget(upgrade.config.root().node(), out, |budget, out| {
        let rules = upgrade.write_relabelings();
        rules.for_each(|rule| check_rule(&rule, budget, out));
    });
    let stored: Vec<_> = LABELS
        .iter()
        .copied()
        .filter(|label| is_stored(label, upgrade))
        .collect();
    if !stored.is_empty() {
        check_rule_files(upgrade, &stored, out);
    }
}

/// Checks the matchers of the rule files for labels whose values are as they are stored.
fn check_rule_files(upgrade: &Upgrade<'_>, stored: &[&str], out: &mut RuleFindings<'_>) {
    let version = upgrade.to;
    let dialect = PromqlRelease::of(version.major, version.minor);
    let question = format!("{} {} {stored:?}", version.major, version.minor);
    upgrade.each_rule_file(&question, out, |document, out| {
        let Some(root) = document.root() else { return };
        within_budget(root, out, |budget, out| {
            for node in rule_file::expressions(document) {
                let text = node.as_str().unwrap_or_default();
                let matchers = promql::matchers(text, dialect);
                // What a rule writes is stored as the rule says.
                let is_concerned = |matcher: &&Matcher| {
                    stored.contains(&matcher.label.as_str())
                        && !matcher.metric(text).is_some_and(promql::is_recorded_name)
                };
                for matcher in matchers.iter().filter(is_concerned) {
                    check_matcher(node, matcher, budget, out);
                }
            }
        });
    });
}

/// Calls `check` with the budget of a file, and says if that was too little.
fn within_budget(
    root: Node<'_>,
    out: &mut RuleFindings<'_>,
    check: impl FnOnce(&PatternBudget, &mut RuleFindings<'_>),
) {
    let budget = PatternBudget::default();
    check(&budget, out);
    if budget.is_used_up() {
        let reason = "the patterns are too large to be compared with values of `le` and `quantile`";
        out.unchecked(root, reason, None);
    }
}

/// Whether a label's values are as they are stored: not if a rule writes the old form back.
fn is_stored(label: &str, upgrade: &Upgrade<'_>) -> bool {
    let written = |rule: &UpgradedRelabelRule<'_>| {
        rule.list == "metric_relabel_configs" && rule.text("target_label") == Some(label)
    };
    let mut writing = upgrade.picked(&format!("rules that write {label}"), &mut |jobs| {
        let rules = jobs.relabelings().filter(written);
        rules.map(|rule| rule.node()).collect()
    });
    writing.next().is_none()
}

fn check_rule(rule: &UpgradedRelabelRule<'_>, budget: &PatternBudget, out: &mut RuleFindings<'_>) {
    let Some(node) = rule.regex() else { return };
    let pattern = node.as_str().unwrap_or_default();
    let lost =
        MatchedValues::of_rule(rule).map_or_else(Vec::new, |values| values.lost(pattern, budget));
    let Some((start, (written, stored))) = sentence(&lost) else {
        return;
    };
    let (also, _) = also(&lost);
    let message = format!("{start}, which this pattern does not match{also}");
    let help = format!(
        "allow both forms, such as `{}`",
        both(written, stored, r"\.")
    );
    out.push(out.at(node, Severity::Warning, message).help(help));
}

fn check_matcher(
    node: Node<'_>,
    matcher: &Matcher,
    budget: &PatternBudget,
    out: &mut RuleFindings<'_>,
) {
    let value = &matcher.value;
    let lost = match matcher.how {
        MatchOperator::Equal | MatchOperator::NotEqual => {
            let stored = stored_form(value);
            stored.map_or_else(Vec::new, |stored| vec![(value.clone(), stored)])
        }
        MatchOperator::Regex | MatchOperator::NotRegex => {
            MatchedValues::alone().lost(value, budget)
        }
    };
    let Some((start, (written, stored))) = sentence(&lost) else {
        return;
    };
    let (also, other) = also(&lost);
    let (effect, how) = match matcher.how {
        MatchOperator::Equal | MatchOperator::Regex => {
            ("this does not match", MatchOperator::Regex)
        }
        MatchOperator::NotEqual | MatchOperator::NotRegex => {
            ("this no longer excludes", MatchOperator::NotRegex)
        }
    };
    let message = format!("{start}, which {effect}{also}");
    // Brackets, since a backslash is written twice in most quotes.
    let pattern = both(written, stored, "[.]");
    let such = if other { ", such as" } else { ":" };
    let help = format!(
        "match both forms while both releases run{such} `{}{}\"{pattern}\"`",
        matcher.label,
        how.sign(),
    );
    let span = rule_file::span_of(node, matcher.from, matcher.to);
    out.push(out.part(node, span, Severity::Warning, message).help(help));
}

/// What is reported about the first value that is lost, and that value.
fn sentence(lost: &[ChangedValue]) -> Option<(String, (&str, &str))> {
    let (written, stored) = lost.first()?;
    let start = format!(
        "from Prometheus 3.0 on, the bucket or quantile `{written}` is stored as `{stored}`"
    );
    Some((start, (written, stored)))
}

/// What is reported about the others, and whether there are any.
fn also(lost: &[ChangedValue]) -> (String, bool) {
    let more = lost.iter().skip(1).take(MOST_NAMED - 1);
    let more: Vec<_> = more.map(|(old, _)| format!("`{old}`")).collect();
    match more.as_slice() {
        [] => (String::new(), false),
        more => (format!("; also {}", more.join(" and ")), true),
    }
}

/// A pattern for the old and the new form, `dot` being one for a dot.
fn both(written: &str, stored: &str, dot: &str) -> String {
    let escaped = |text: &str| text.replace('.', dot).replace('+', "[+]");
    match stored.strip_prefix(written) {
        Some(".0") => format!("{}({dot}0)?", escaped(written)),
        _ => format!("{}|{}", escaped(written), escaped(stored)),
    }
}

/// A value as it is written, and as it is stored.
type ChangedValue = (String, String);

/// What a pattern is matched against: the values of some labels.
struct MatchedValues<'r> {
    labels: usize,
    /// Which of them are normalized.
    at: Vec<usize>,
    separator: &'r str,
}

impl<'r> MatchedValues<'r> {
    /// One label that is normalized.
    fn alone() -> Self {
        Self {
            labels: 1,
            at: vec![0],
            separator: ";",
        }
    }

    /// The labels of a rule; none if nothing in it is normalized or it is not clear what.
    fn of_rule(rule: &UpgradedRelabelRule<'r>) -> Option<Self> {
        let labels = rule.source_labels();
        let named = labels.iter().enumerate();
        let at: Vec<_> = named
            .filter(|(_, node)| node.as_str().is_some_and(|name| LABELS.contains(&name)))
            .map(|(index, _)| index)
            .collect();
        let separator = rule.separator();
        let unclear = separator.is_empty() && labels.len() > 1;
        let judged = !at.is_empty() && rule.list != "relabel_configs" && rule.matches_values();
        (judged && !unclear).then_some(Self {
            labels: labels.len(),
            at,
            separator,
        })
    }

    /// The values that a pattern matches as they are written, and not as they are stored.
    fn lost(&self, pattern: &str, budget: &PatternBudget) -> Vec<ChangedValue> {
        // Go's dot in `(?s:…)`, as Prometheus wraps every pattern.
        let Some(shape) = budget.read(&format!("(?s:{pattern})")) else {
            return Vec::new();
        };
        let texts = texts(&shape, budget).unwrap_or_default();
        // Most patterns name no number: those are not compiled.
        let digits = |text: &String| text.bytes().any(|byte| byte.is_ascii_digit());
        if !texts.iter().any(digits) {
            return Vec::new();
        }
        let Some(regex) = budget.compile(&format!("^(?s:{pattern})$"), &shape) else {
            return Vec::new();
        };
        let mut out: Vec<ChangedValue> = Vec::new();
        for text in texts {
            let fields: Vec<&str> = match self.labels {
                1 => vec![&text],
                _ => text.split(self.separator).collect(),
            };
            if fields.len() != self.labels || !regex.is_match(&text) {
                continue;
            }
            for &index in &self.at {
                let Some((value, stored)) = fields
                    .get(index)
                    .and_then(|old| Some((*old, stored_form(old)?)))
                else {
                    continue;
                };
                let mut new = fields.clone();
                if let Some(field) = new.get_mut(index) {
                    *field = &stored;
                }
                let known = out.iter().any(|(old, _)| old == value);
                if !known && !regex.is_match(&new.join(self.separator)) {
                    out.push((value.to_owned(), stored.clone()));
                }
            }
        }
        out
    }
}

/// Some of the texts that a pattern matches: all of a finite set, of repetitions the shortest two,
/// of large classes one character; none if there are too many.
fn texts(shape: &Hir, budget: &PatternBudget) -> Option<Vec<String>> {
    budget.afford(shape)?;
    some_of(shape)
}

fn some_of(hir: &Hir) -> Option<Vec<String>> {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => Some(vec![String::new()]),
        HirKind::Literal(literal) => Some(vec![String::from_utf8(literal.0.to_vec()).ok()?]),
        HirKind::Class(class) => Some(characters(class)),
        HirKind::Capture(capture) => some_of(&capture.sub),
        HirKind::Concat(parts) => parts.iter().try_fold(vec![String::new()], |before, part| {
            joined(&before, &some_of(part)?)
        }),
        HirKind::Alternation(parts) => {
            let mut out = Vec::new();
            for part in parts {
                out.extend(some_of(part)?);
            }
            Some(out).filter(|out| out.len() <= MOST_TEXTS)
        }
        HirKind::Repetition(repetition) => {
            let one = some_of(&repetition.sub)?;
            let mut texts = vec![String::new()];
            for _ in 0..repetition.min {
                texts = joined(&texts, &one)?;
            }
            if repetition.max.is_none_or(|max| max > repetition.min) {
                let longer = joined(&texts, &one)?;
                texts.extend(longer);
            }
            Some(texts)
        }
    }
}

fn joined(before: &[String], after: &[String]) -> Option<Vec<String>> {
    let bytes = |texts: &[String]| texts.iter().map(String::len).sum::<usize>();
    let all = before.len().saturating_mul(bytes(after)) + after.len().saturating_mul(bytes(before));
    let fits = before.len() * after.len() <= MOST_TEXTS && all <= MOST_BYTES;
    fits.then(|| {
        let pairs = before
            .iter()
            .flat_map(|earlier| after.iter().map(move |two| format!("{earlier}{two}")));
        pairs.collect()
    })
}

/// The characters of a small class; of a large one the dot, which in `0.5` is meant as such, or a
/// digit, or else its first.
fn characters(class: &Class) -> Vec<String> {
    let Class::Unicode(class) = class else {
        return Vec::new();
    };
    let ranges = || class.iter().map(|range| (range.start(), range.end()));
    let count: usize = ranges()
        .map(|(start, end)| (start..=end).take(MOST_TEXTS).count())
        .sum();
    if count <= 10 {
        return ranges()
            .flat_map(|(start, end)| start..=end)
            .map(String::from)
            .collect();
    }
    let has = |c: &char| ranges().any(|(start, end)| (start..=end).contains(c));
    let first = ranges().map(|(start, _)| start).next();
    let picked = ['.', '1'].into_iter().find(has).or(first);
    picked.map(String::from).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_give_some_of_their_texts() {
        let texts = |pattern: &str| {
            let budget = PatternBudget::default();
            texts(&budget.read(pattern)?, &budget)
        };
        for (pattern, want) in [
            ("1|2", vec!["1", "2"]),
            ("a(1|2)?", vec!["a", "a1", "a2"]),
            ("[12]x", vec!["1x", "2x"]),
            (".*;5", vec![".;5", ";5"]),
        ] {
            let mut found = texts(pattern).unwrap();
            found.sort();
            assert_eq!(found, want, "{pattern}");
        }
        assert_eq!(texts("[0-9]{4}"), None, "too many");
        assert_eq!(texts("(?=x)"), None);
        for huge in ["(a{1000}){30}", "([^\\x00-\\x{10FFFF}]{1000}){1000000}"] {
            assert_eq!(texts(huge), None, "{huge}");
        }
    }
}
