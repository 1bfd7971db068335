//! What can be proved of the patterns of relabel rules.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use regex::{Captures, Regex};
use regex_syntax::hir::literal::{ExtractKind, Extractor, Seq};
use regex_syntax::hir::{Class, Hir, HirKind};

use crate::prometheus::endpoint::has_placeholder;
use crate::prometheus::patterns::PatternBudget;

/// A regular expression that must match all of a value, as relabeling has it.
#[derive(Clone, Debug)]
pub struct Pattern {
    text: String,
    shape: Hir,
    values: Values,
    whole: OnceLock<Option<Regex>>,
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Pattern {}

/// What a pattern matches.
#[derive(Clone, Debug)]
enum Values {
    /// These texts.
    Texts(BTreeSet<String>),
    /// What this matches.
    Whole(Regex),
}

/// A pattern that stands for more texts than this is not taken for a list of texts.
const MOST_TEXTS: usize = 512;

/// Nor is one whose texts are longer than this in sum: they are copied for every group.
const LONGEST_TEXTS: usize = 16 * 1024;

/// A pattern of constants that is not longer than this is surely not too large to be compiled, which
/// takes far longer than to list them.
const SURELY_SMALL: usize = 1024;

impl Pattern {
    /// Reads a pattern. None if it can't be read, holds a placeholder, or costs too much.
    #[must_use]
    pub fn new(text: &str, budget: &PatternBudget) -> Option<Self> {
        if has_placeholder(text) {
            return None;
        }
        if text == "(.*)" {
            // The default, which most rules have, is compiled once.
            static DEFAULT: OnceLock<Option<Pattern>> = OnceLock::new();
            let read = || Self::read("(?s:(.*))".to_owned(), &PatternBudget::default());
            return DEFAULT.get_or_init(read).clone();
        }
        Self::read(format!("(?s:{})", ascii_classes(text)), budget)
    }

    fn read(text: String, budget: &PatternBudget) -> Option<Self> {
        let shape = budget.read(&text)?;
        // Anchored as in `relabel.NewRegexp`, which compiles `^(?s:` … `)$`.
        let compile = || budget.compile(&format!("^{text}$"), &shape);
        let values = match texts(&shape) {
            Some(texts) if text.len() <= SURELY_SMALL => Values::Texts(texts),
            Some(texts) => {
                compile()?;
                Values::Texts(texts)
            }
            None => Values::Whole(compile()?),
        };
        Some(Self {
            text,
            shape,
            values,
            whole: OnceLock::new(),
        })
    }

    /// The groups of a value that it matches; none too where it costs too much to find them.
    #[must_use]
    pub fn captures<'v>(&self, value: &'v str, budget: &PatternBudget) -> Option<Captures<'v>> {
        let compile = || budget.compile(&format!("^{}$", self.text), &self.shape);
        let whole = match &self.values {
            Values::Whole(whole) => whole,
            Values::Texts(_) => self.whole.get_or_init(compile).as_ref()?,
        };
        whole.captures(value)
    }

    /// The same for values of several lines before 3.0, where the dot matches no newline
    /// (`model/relabel/relabel.go`, `NewRegexp`).
    pub(super) fn of_lines(&self, budget: &PatternBudget) -> Option<Self> {
        let inner = self.text.strip_prefix("(?s:")?.strip_suffix(')')?;
        Self::read(format!("(?:{inner})"), budget)
    }

    /// How many groups it has, and their names.
    #[must_use]
    pub fn groups(&self) -> usize {
        self.shape.properties().explicit_captures_len()
    }

    /// Whether surely no text matches both, by how texts that match begin and end.
    #[must_use]
    pub fn excludes(&self, other: &Self) -> bool {
        let apart = |kind: fn() -> ExtractKind, meet: fn(&str, &str) -> bool| {
            let (one, two) = (self.literals(kind()), other.literals(kind()));
            match (one, two) {
                (Some(one), Some(two)) => !one
                    .iter()
                    .any(|a| two.iter().any(|b| meet(a, b) || meet(b, a))),
                _ => false,
            }
        };
        apart(|| ExtractKind::Prefix, |a, b| a.starts_with(b))
            || apart(|| ExtractKind::Suffix, |a, b| a.ends_with(b))
    }

    /// Whether surely no text that begins and ends with `edge` matches.
    #[must_use]
    pub fn excludes_edges(&self, edge: &str) -> bool {
        let meets_start = |text: &String| text.starts_with(edge) || edge.starts_with(&**text);
        let meets_end = |text: &String| text.ends_with(edge) || edge.ends_with(&**text);
        if let Some(texts) = self.texts() {
            let edged = |text: &&String| text.starts_with(edge) && text.ends_with(edge);
            return !texts.iter().any(|text| edged(&text));
        }
        let lacks = |texts: Option<Vec<String>>, meets: &dyn Fn(&String) -> bool| {
            texts.is_some_and(|texts| !texts.iter().any(meets))
        };
        lacks(self.literals(ExtractKind::Prefix), &meets_start)
            || lacks(self.literals(ExtractKind::Suffix), &meets_end)
    }

    /// What texts that match begin with, if that is one of a few texts.
    #[must_use]
    pub fn beginnings(&self) -> Option<Vec<String>> {
        self.literals(ExtractKind::Prefix)
    }

    fn literals(&self, kind: ExtractKind) -> Option<Vec<String>> {
        if let Some(texts) = self.texts() {
            return Some(texts.iter().cloned().collect());
        }
        let found: Seq = Extractor::new().kind(kind).extract(&self.shape);
        let texts = found.literals()?.iter();
        // A part of a character is not text; such patterns are rare.
        let texts = texts.map(|one| String::from_utf8(one.as_bytes().to_vec()).ok());
        texts.collect()
    }

    /// Whether it matches a value.
    #[must_use]
    pub fn matches(&self, value: &str) -> bool {
        match &self.values {
            Values::Texts(texts) => texts.contains(value),
            Values::Whole(whole) => whole.is_match(value),
        }
    }

    /// Whether it surely matches every value.
    #[must_use]
    pub fn matches_all(&self) -> bool {
        is_all(&self.shape, 0)
    }

    /// Whether it surely matches every value that is not empty.
    #[must_use]
    pub fn matches_all_but_empty(&self) -> bool {
        is_all(&self.shape, 1)
    }

    /// All the texts that it matches, if it is made of constants only.
    #[must_use]
    pub fn texts(&self) -> Option<&BTreeSet<String>> {
        match &self.values {
            Values::Texts(texts) => Some(texts),
            Values::Whole(_) => None,
        }
    }
}

/// A pattern with the classes of Perl as Go has them (`regexp/syntax` 1.22, `perlGroup`): ASCII only.
fn ascii_classes(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut signs = text.chars();
    while let Some(sign) = signs.next() {
        if sign != '\\' {
            out.push(sign);
            continue;
        }
        match signs.next() {
            Some('d') => out.push_str("[0-9]"),
            Some('D') => out.push_str("[^0-9]"),
            Some('w') => out.push_str("[0-9A-Za-z_]"),
            Some('W') => out.push_str("[^0-9A-Za-z_]"),
            Some('s') => out.push_str(r"[\t\n\f\r\x20]"),
            Some('S') => out.push_str(r"[^\t\n\f\r\x20]"),
            Some('b') => out.push_str(r"(?-u:\b)"),
            other => {
                out.push(sign);
                out.extend(other);
            }
        }
    }
    out
}

/// Whether it matches all texts of at least so many characters.
fn is_all(shape: &Hir, least: u32) -> bool {
    match shape.kind() {
        HirKind::Capture(inner) => is_all(&inner.sub, least),
        HirKind::Repetition(inner) => {
            inner.min <= least && inner.max.is_none() && is_any_sign(&inner.sub)
        }
        HirKind::Alternation(all) => all.iter().any(|one| is_all(one, least)),
        _ => false,
    }
}

fn is_any_sign(shape: &Hir) -> bool {
    let HirKind::Class(Class::Unicode(class)) = shape.kind() else {
        return matches!(shape.kind(), HirKind::Capture(inner) if is_any_sign(&inner.sub));
    };
    matches!(class.ranges(), [all] if all.start() == '\0' && all.end() == char::MAX)
}

fn texts(shape: &Hir) -> Option<BTreeSet<String>> {
    match shape.kind() {
        HirKind::Empty => Some(BTreeSet::from([String::new()])),
        HirKind::Literal(literal) => {
            let text = std::str::from_utf8(&literal.0).ok()?;
            Some(BTreeSet::from([text.to_owned()]))
        }
        HirKind::Class(Class::Unicode(class)) => {
            let signs = class.iter().flat_map(|range| range.start()..=range.end());
            bounded(signs.map(String::from))
        }
        HirKind::Class(Class::Bytes(_)) | HirKind::Look(_) => None,
        HirKind::Capture(inner) => texts(&inner.sub),
        HirKind::Repetition(inner) => {
            // Each repetition multiplies the texts: eight of a choice of two make 256, half of
            // [`MOST_TEXTS`].
            let most = inner.max.filter(|most| *most <= 8)?;
            let one = texts(&inner.sub)?;
            let mut out = BTreeSet::new();
            let mut now = BTreeSet::from([String::new()]);
            for count in 0..=most {
                if count >= inner.min {
                    out.extend(now.iter().cloned());
                }
                now = joined(&now, &one)?;
            }
            is_short(&out).then_some(out)
        }
        HirKind::Concat(parts) => {
            let start = BTreeSet::from([String::new()]);
            parts
                .iter()
                .try_fold(start, |before, part| joined(&before, &texts(part)?))
        }
        HirKind::Alternation(parts) => {
            let mut out = BTreeSet::new();
            for part in parts {
                out.extend(texts(part)?);
            }
            is_short(&out).then_some(out)
        }
    }
}

fn joined(before: &BTreeSet<String>, after: &BTreeSet<String>) -> Option<BTreeSet<String>> {
    let length = |texts: &BTreeSet<String>| texts.iter().map(String::len).sum::<usize>();
    let copied = length(before)
        .saturating_mul(after.len())
        .saturating_add(length(after).saturating_mul(before.len()));
    if before.len().saturating_mul(after.len()) > MOST_TEXTS || copied > LONGEST_TEXTS {
        return None;
    }
    let pairs = before
        .iter()
        .flat_map(|one| after.iter().map(move |two| format!("{one}{two}")));
    Some(pairs.collect())
}

fn is_short(texts: &BTreeSet<String>) -> bool {
    texts.len() <= MOST_TEXTS && texts.iter().map(String::len).sum::<usize>() <= LONGEST_TEXTS
}

fn bounded(texts: impl Iterator<Item = String>) -> Option<BTreeSet<String>> {
    let out: BTreeSet<_> = texts.take(MOST_TEXTS + 1).collect();
    (out.len() <= MOST_TEXTS).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::{Pattern, PatternBudget};

    fn pattern(text: &str) -> Option<Pattern> {
        Pattern::new(text, &PatternBudget::default())
    }

    #[test]
    fn what_matches_everything_is_known() {
        for (text, all, but_empty) in [
            ("(.*)", true, true),
            (".*", true, true),
            ("a|.*", true, true),
            ("((.*))", true, true),
            (".+", false, true),
            ("(.+)|a", false, true),
            ("", false, false),
            (".", false, false),
            ("a.*", false, false),
            ("[^x]*", false, false),
            (".*?", true, true),
            (".{0,9}", false, false),
        ] {
            let pattern = pattern(text).unwrap();
            assert_eq!(pattern.matches_all(), all, "{text}");
            assert_eq!(pattern.matches_all_but_empty(), but_empty, "{text}");
        }
    }

    #[test]
    fn constants_are_listed() {
        for (text, want) in [
            ("up", "up"),
            ("up|down", "down up"),
            ("a(b|c)d", "abd acd"),
            ("ab?", "a ab"),
            (r"a\.b", "a.b"),
            ("x[0-2]", "x0 x1 x2"),
            ("(?:a|b){2}", "aa ab ba bb"),
        ] {
            let pattern = pattern(text).unwrap();
            let words: Vec<_> = want.split(' ').collect();
            let texts = pattern.texts().unwrap();
            assert_eq!(texts.iter().collect::<Vec<_>>(), words, "{text}");
            assert!(words.iter().all(|word| pattern.matches(word)), "{text}");
            assert!(!pattern.matches("other"), "{text}");
        }
        for text in ["a.*", "a+", "^a", ".", "[a-z]{9}", "(?i)a{9}"] {
            assert_eq!(pattern(text).unwrap().texts(), None, "{text}");
        }
        for text in ["a(", "${JOBS}", "{{ jobs }}"] {
            assert!(pattern(text).is_none(), "{text}");
        }
    }
}
