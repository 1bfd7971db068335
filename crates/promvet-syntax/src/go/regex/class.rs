//! The contents of character classes, as far as the shape of Go's syntax tree depends on them.
//!
//! A class of one character, or of a letter in both its cases, becomes a literal in the tree, and
//! equal classes are factored out of alternatives; both decide whether a huge pattern is too large
//! or too deep. Nothing else needs the contents, so case folding knows ASCII only, and a Unicode
//! class is as a separate range beyond the last character.

/// The last code point.
/// As `unicode.MaxRune`.
const LAST: u32 = 0x0010_FFFF;

/// Where the are-ins of Unicode classes begin. They are [`STAND_IN_STEP`] apart, so that two
/// never touch.
const STAND_INS: u32 = 0x0100_0000;
/// Eight leaves room for the negated form (at 2) and a gap, so that merging neighbors never joins
/// two classes.
const STAND_IN_STEP: u32 = 8;

/// Sorted ranges of code points, ends included.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Class {
    ranges: Vec<(u32, u32)>,
}

/// What a class comes to in the tree.
pub(super) enum ClassForm {
    /// One character.
    One(u32),
    /// A letter in both cases, by its upper case.
    BothCases(u32),
    /// Every character.
    Any,
    /// Every character but a line break.
    AnyButNewline,
    /// Something else.
    Other,
}

impl Class {
    pub(super) fn of(c: u32, fold: bool) -> Self {
        let mut class = Self::default();
        class.add(c, c, fold);
        class.clean()
    }

    /// Adds a range; with `fold` also the other case of its letters.
    /// Imitates `syntax.appendFoldedRange` for ASCII.
    pub(super) fn add(&mut self, low: u32, high: u32, fold: bool) {
        self.ranges.push((low, high));
        if fold {
            self.add_other_case(low, high, 'a', 'A');
            self.add_other_case(low, high, 'A', 'a');
            // The long s and the Kelvin sign fold to s and k.
            for (letters, other) in [("sS", 0x17F), ("kK", 0x212A)] {
                if letters
                    .chars()
                    .any(|c| (low..=high).contains(&u32::from(c)))
                {
                    self.ranges.push((other, other));
                }
            }
        }
    }

    fn add_other_case(&mut self, low: u32, high: u32, from: char, to: char) {
        let (from, to) = (u32::from(from), u32::from(to));
        let (low, high) = (low.max(from), high.min(from + 25));
        if low <= high {
            self.ranges.push((low - from + to, high - from + to));
        }
    }

    /// Adds a set of ranges, or all that is not in it.
    /// Imitates `syntax.parser.appendGroup`, where folding comes before negation: `(?i)[^x]`
    /// excludes both cases.
    pub(super) fn add_set(&mut self, ranges: &[(char, char)], negated: bool, fold: bool) {
        let mut set = Self::default();
        for &(low, high) in ranges {
            set.add(u32::from(low), u32::from(high), fold);
        }
        let set = set.clean();
        let set = if negated { set.negated() } else { set };
        self.ranges.extend(set.ranges);
    }

    /// Adds a Unicode class by a number that is its own.
    pub(super) fn add_stand_in(&mut self, number: u32, negated: bool) {
        let at = STAND_INS + number * STAND_IN_STEP + if negated { 2 } else { 0 };
        self.ranges.push((at, at));
    }

    /// The ranges in order, those that touch merged.
    /// Imitates `syntax.cleanClass`, which joins ranges that overlap or touch.
    pub(super) fn clean(mut self) -> Self {
        self.ranges.sort_unstable();
        let mut merged: Vec<(u32, u32)> = Vec::with_capacity(self.ranges.len());
        for (low, high) in self.ranges {
            match merged.last_mut() {
                Some(last) if low <= last.1.saturating_add(1) => last.1 = last.1.max(high),
                _ => merged.push((low, high)),
            }
        }
        Self { ranges: merged }
    }

    /// Everything that is not in a clean class.
    /// Imitates `syntax.negateClass`.
    pub(super) fn negated(&self) -> Self {
        let mut ranges = Vec::with_capacity(self.ranges.len() + 1);
        let mut next = 0;
        for &(low, high) in self.ranges.iter().filter(|range| range.0 <= LAST) {
            if next < low {
                ranges.push((next, low - 1));
            }
            next = high + 1;
        }
        if next <= LAST {
            ranges.push((next, LAST));
        }
        let stand_ins = self.ranges.iter().filter(|range| range.0 > LAST);
        ranges.extend(stand_ins.map(|&(at, _)| (at ^ 2, at ^ 2)));
        Self { ranges }
    }

    pub(super) fn union(mut self, other: &Self) -> Self {
        self.ranges.extend_from_slice(&other.ranges);
        self.clean()
    }

    pub(super) fn contains(&self, c: u32) -> bool {
        self.ranges
            .iter()
            .any(|&(low, high)| (low..=high).contains(&c))
    }

    pub(super) fn range_count(&self) -> usize {
        self.ranges.len()
    }

    /// The cases that `syntax.cleanAlt` and `syntax.parser.push` look for.
    pub(super) fn shape(&self) -> ClassForm {
        let newline = u32::from('\n');
        match *self.ranges.as_slice() {
            [(low, high)] if low == high => ClassForm::One(low),
            [(a, b), (c, d)] if a == b && c == d && are_one_letter(a, c) => ClassForm::BothCases(a),
            [(0, LAST)] => ClassForm::Any,
            [(0, a), (b, LAST)] if a + 1 == newline && b == newline + 1 => ClassForm::AnyButNewline,
            _ => ClassForm::Other,
        }
    }
}

/// Whether two code points are the two cases of a letter that has no third one.
/// K and S fold to a third character each (U+212A, U+017F), so that `syntax.parser.push` does not
/// take them for a folded literal.
fn are_one_letter(upper: u32, lower: u32) -> bool {
    let upper = char::from_u32(upper).filter(|c| c.is_ascii_uppercase() && !matches!(c, 'K' | 'S'));
    upper.is_some_and(|c| u32::from(c.to_ascii_lowercase()) == lower)
}

/// `\d`, `\s`, `\w`.
/// From `syntax.perlGroup`: ASCII alone, whatever the flags.
pub(super) fn perl_set(letter: char) -> Option<&'static [(char, char)]> {
    Some(match letter.to_ascii_lowercase() {
        'd' => &[('0', '9')],
        's' => &[('\t', '\n'), ('\u{c}', '\r'), (' ', ' ')],
        'w' => &[('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')],
        _ => return None,
    })
}

/// The sets of `[:name:]`.
/// From `syntax.posixGroup`.
pub(super) fn posix_set(name: &str) -> Option<&'static [(char, char)]> {
    Some(match name {
        "alnum" => &[('0', '9'), ('A', 'Z'), ('a', 'z')],
        "alpha" => &[('A', 'Z'), ('a', 'z')],
        "ascii" => &[('\0', '\u{7f}')],
        "blank" => &[('\t', '\t'), (' ', ' ')],
        "cntrl" => &[('\0', '\u{1f}'), ('\u{7f}', '\u{7f}')],
        "digit" => &[('0', '9')],
        "graph" => &[('!', '~')],
        "lower" => &[('a', 'z')],
        "print" => &[(' ', '~')],
        "punct" => &[('!', '/'), (':', '@'), ('[', '`'), ('{', '~')],
        "space" => &[('\t', '\r'), (' ', ' ')],
        "upper" => &[('A', 'Z')],
        "word" => &[('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')],
        "xdigit" => &[('0', '9'), ('A', 'F'), ('a', 'f')],
        _ => return None,
    })
}
