//! What can be proved of the patterns of relabel rules.

use std::borrow::Cow;
use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use regex::{Captures, Regex};
use regex_syntax::hir::literal::{ExtractKind, Extractor, Seq};
use regex_syntax::hir::{Class, Hir, HirKind};

use crate::prometheus::endpoint::has_placeholder;
use crate::prometheus::patterns::{PatternBudget, compiled, cost_of_shape, parsed};

/// A regular expression that must match all of a value, as relabeling has it.
#[derive(Clone, Debug)]
pub struct RelabelPattern {
    known: Rc<KnownPattern>,
    /// Whether the budget allows for the groups of a pattern of constants.
    has_groups: OnceCell<bool>,
}

/// What is known of a pattern, whichever file it is in.
#[derive(Debug)]
struct KnownPattern {
    text: String,
    shape: Hir,
    /// About how many steps its program has.
    cost: u64,
    /// The texts that it matches, if it is made of constants only.
    texts: Option<BTreeSet<String>>,
    /// The pattern compiled, if that was ever asked for: it takes far longer than all else.
    whole: OnceCell<Option<Regex>>,
}

impl PartialEq for RelabelPattern {
    fn eq(&self, other: &Self) -> bool {
        self.known.text == other.known.text
    }
}

impl Eq for RelabelPattern {}

/// A pattern that stands for more texts than this is not taken for a list of texts.
const MOST_TEXTS: usize = 512;

/// Nor is one whose texts are longer than this in sum: they are copied for every group.
const LONGEST_TEXTS: usize = 16 * 1024;

/// A pattern of constants that is not longer than this is surely not too large to be compiled, which
/// takes far longer than to list them.
const SURELY_SMALL: usize = 1024;

/// A pattern that is not longer than this and costs no more surely compiles, so that it need not be
/// compiled to know that: it nests far less deep than the 250 levels that regex-syntax allows for, and
/// a range of characters becomes at most a few hundred bytes of the program, which may have 1 MiB.
const SURELY_COMPILES: (usize, u64) = (200, 256);

/// The patterns that a thread remembers may cost this much together. Hundreds of usual patterns do,
/// which take about 20 MiB if each is compiled.
const REMEMBERED: u64 = 20_000;

thread_local! {
    /// The patterns that this thread has met, by their texts: the files of a tree have many in common.
    static MET: RefCell<PatternCache> = RefCell::default();
}

#[derive(Default)]
struct PatternCache {
    patterns: HashMap<String, Rc<KnownPattern>>,
    /// The same by how they are written in rules, those without a placeholder.
    written: HashMap<String, Rc<KnownPattern>>,
    cost: u64,
}

impl RelabelPattern {
    /// Reads a pattern. None if it can't be read, holds a placeholder, or costs too much.
    #[must_use]
    pub fn new(text: &str, budget: &PatternBudget) -> Option<Self> {
        let met = MET.with_borrow(|met| met.written.get(text).map(Rc::clone));
        if let Some(known) = met {
            budget.afford_text(&known.text)?;
            return Self::known(known, budget);
        }
        if has_placeholder(text) {
            return None;
        }
        if text == "(.*)" {
            // The default, which most rules have, costs nothing.
            return Self::read("(?s:(.*))".to_owned(), &PatternBudget::default());
        }
        let read = Self::read(format!("(?s:{})", ascii_classes(text)), budget)?;
        if read.known.surely_compiles() {
            MET.with_borrow_mut(|met| met.note(text, &read.known));
        }
        Some(read)
    }

    fn read(text: String, budget: &PatternBudget) -> Option<Self> {
        budget.afford_text(&text)?;
        Self::known(KnownPattern::of(text)?, budget)
    }

    /// A pattern whose text is paid for.
    fn known(known: Rc<KnownPattern>, budget: &PatternBudget) -> Option<Self> {
        if known.texts.is_none() || known.text.len() > SURELY_SMALL {
            budget.afford(&known.shape)?;
            if !known.surely_compiles() {
                known.whole()?;
            }
        }
        Some(Self {
            known,
            has_groups: OnceCell::new(),
        })
    }

    /// The groups of a value that it matches; none too where it costs too much to find them.
    #[must_use]
    pub fn captures<'v>(&self, value: &'v str, budget: &PatternBudget) -> Option<Captures<'v>> {
        let affords = || budget.afford(&self.known.shape).is_some();
        let has_groups = self.known.texts.is_none() || *self.has_groups.get_or_init(affords);
        let whole = has_groups.then(|| self.known.whole())??;
        whole.captures(value)
    }

    /// The same for values of several lines before 3.0, where the dot matches no newline
    /// (`model/relabel/relabel.go`, `NewRegexp`).
    pub(super) fn of_lines(&self, budget: &PatternBudget) -> Option<Self> {
        let inner = self.known.text.strip_prefix("(?s:")?.strip_suffix(')')?;
        Self::read(format!("(?:{inner})"), budget)
    }

    /// How many groups it has, and their names.
    #[must_use]
    pub fn groups(&self) -> usize {
        self.known.shape.properties().explicit_captures_len()
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
        let found: Seq = Extractor::new().kind(kind).extract(&self.known.shape);
        let texts = found.literals()?.iter();
        // A part of a character is not text; such patterns are rare.
        let texts = texts.map(|literal| String::from_utf8(literal.as_bytes().to_vec()).ok());
        texts.collect()
    }

    /// Its shape.
    pub(super) fn shape(&self) -> &Hir {
        &self.known.shape
    }

    /// Whether it matches a value.
    #[must_use]
    pub fn matches(&self, value: &str) -> bool {
        match &self.known.texts {
            Some(texts) => texts.contains(value),
            None => (self.known.whole()).is_some_and(|whole| whole.is_match(value)),
        }
    }

    /// Whether it surely matches every value.
    #[must_use]
    pub fn matches_all(&self) -> bool {
        is_all(&self.known.shape, 0)
    }

    /// Whether it surely matches every value that is not empty.
    #[must_use]
    pub fn matches_all_but_empty(&self) -> bool {
        is_all(&self.known.shape, 1)
    }

    /// All the texts that it matches, if it is made of constants only.
    #[must_use]
    pub fn texts(&self) -> Option<&BTreeSet<String>> {
        self.known.texts.as_ref()
    }
}

impl KnownPattern {
    /// What is known of a text that is paid for.
    fn of(text: String) -> Option<Rc<Self>> {
        let met = MET.with_borrow(|met| met.patterns.get(&text).map(Rc::clone));
        if met.is_some() {
            return met;
        }
        let shape = parsed(&text)?;
        let known = Rc::new(Self {
            texts: texts(&shape),
            cost: cost_of_shape(&shape),
            shape,
            text,
            whole: OnceCell::new(),
        });
        if known.surely_compiles() {
            MET.with_borrow_mut(|met| met.add(&known));
        }
        Some(known)
    }

    fn surely_compiles(&self) -> bool {
        let (length, cost) = SURELY_COMPILES;
        self.text.len() <= length && self.cost <= cost
    }

    fn whole(&self) -> Option<&Regex> {
        // Anchored as in `relabel.NewRegexp`, which compiles `^(?s:` … `)$`.
        let compile = || compiled(&format!("^{}$", self.text));
        self.whole.get_or_init(compile).as_ref()
    }
}

impl PatternCache {
    /// Remembers a pattern instead of all others if there are too many.
    fn add(&mut self, known: &Rc<KnownPattern>) {
        self.cost += known.cost;
        if self.cost > REMEMBERED {
            self.patterns.clear();
            self.written.clear();
            self.cost = known.cost;
        }
        self.patterns.insert(known.text.clone(), Rc::clone(known));
    }

    /// Notes how a pattern that is remembered is written; of several spellings of one only some.
    fn note(&mut self, written: &str, known: &Rc<KnownPattern>) {
        let has_room = self.written.len() < self.patterns.len();
        if has_room && self.patterns.contains_key(&known.text) {
            self.written.insert(written.to_owned(), Rc::clone(known));
        }
    }
}

/// A pattern with the classes of Perl as Go has them (`regexp/syntax` 1.22, `perlGroup`): ASCII only.
fn ascii_classes(text: &str) -> Cow<'_, str> {
    if !text.contains('\\') {
        return Cow::Borrowed(text);
    }
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
    Cow::Owned(out)
}

/// Whether it matches all texts of at least so many characters.
fn is_all(shape: &Hir, least: u32) -> bool {
    match shape.kind() {
        HirKind::Capture(inner) => is_all(&inner.sub, least),
        HirKind::Repetition(inner) => {
            inner.min <= least && inner.max.is_none() && is_any_sign(&inner.sub)
        }
        HirKind::Alternation(all) => all.iter().any(|branch| is_all(branch, least)),
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
        .flat_map(|earlier| after.iter().map(move |two| format!("{earlier}{two}")));
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
    use super::{KnownPattern, MET, PatternBudget, REMEMBERED, RelabelPattern, SURELY_COMPILES};

    fn pattern(text: &str) -> Option<RelabelPattern> {
        RelabelPattern::new(text, &PatternBudget::default())
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

    #[test]
    fn what_surely_compiles_does() {
        // Classes of Unicode that have many ranges, and ranges that become many bytes.
        for part in [
            r"\pL",
            r"\p{Greek}",
            "[^a]",
            "[^\u{81}-\u{10fffe}]",
            "[^a]{9}",
            "(a|[^é])",
        ] {
            for count in 1..60 {
                let text = format!("(?s:{})", part.repeat(count));
                let Some(known) = KnownPattern::of(text.clone()) else {
                    panic!("{text}");
                };
                assert!(
                    !known.surely_compiles() || known.whole().is_some(),
                    "{text}"
                );
            }
        }
        let (most, _) = SURELY_COMPILES;
        let deep = format!("{}a{}", "(".repeat(most / 2 - 3), ")".repeat(most / 2 - 3));
        let known = KnownPattern::of(format!("(?s:{deep})")).unwrap();
        assert!(known.whole().is_some());
    }

    #[test]
    fn a_pattern_is_compiled_once_for_all_files_and_only_if_a_value_is_held_against_it() {
        let (one, other) = (pattern("a[^:]+:b").unwrap(), pattern("a[^:]+:b").unwrap());
        assert!(one.known.whole.get().is_none());
        assert!(one.matches("ax:b") && !other.matches("b"));
        assert!(std::rc::Rc::ptr_eq(&one.known, &other.known));
        for number in 0..2 * REMEMBERED {
            pattern(&format!("x[^:]+{number}")).unwrap();
        }
        assert!(MET.with_borrow(|met| met.cost <= REMEMBERED && !met.patterns.is_empty()));
    }

    #[test]
    fn each_file_pays_for_its_patterns_whether_others_have_them_or_not() {
        let spent = || {
            let budget = PatternBudget::default();
            let ((), work) = promvet_text::work::of(|| {
                let read = RelabelPattern::new("a|b", &budget).unwrap();
                assert!(read.captures("a", &budget).is_some());
                assert!(RelabelPattern::new("([^:]+):[0-9]+", &budget).is_some());
            });
            work
        };
        let first = spent();
        assert!(first > 0);
        assert_eq!(spent(), first);
    }
}
