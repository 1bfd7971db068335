//! The little language in which profiles write hosts and paths.
//!
//! | written | stands for |
//! |---|---|
//! | `text` | itself |
//! | `<name>` | one label of a host, one segment of a path, or a piece of one |
//! | `<name*>` | the same, but over several labels or segments |
//! | `*` | any text, also none |
//! | `[ … ]` | something that may be left out |
//!
//! A placeholder in the URL (masked, see [`MASK`]) may be any text. How that counts depends on
//! what is asked: see [`PlaceholderMode`].

use std::mem;
use std::ops::Range;

use crate::prometheus::endpoint::MASK;

/// The longest text that is matched; longer ones match nothing.
/// A host name has at most 253 bytes, and no path in the profiles has a tenth of this.
const LONGEST: usize = 1024;

/// The longest pattern, and the most forms that its optional pieces may make.
/// The longest pattern of the profiles has 64 bytes, and none has more than two optional pieces,
/// which make four forms. With [`LONGEST`], the table of what failed stays below 0.6 MB.
const LONGEST_PATTERN: usize = 512;
const MOST_FORMS: usize = 64;

/// How placeholders of the text count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PlaceholderMode {
    /// Some value of the placeholders makes the text match.
    Possible,
    /// The text matches where each placeholder is within one part.
    Seen,
    /// The text matches whatever the placeholders are: only `*` may take them in.
    Sure,
}

/// A pattern, ready to match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct UrlPattern {
    alternatives: Vec<Vec<Atom>>,
    names: Vec<String>,
    separator: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Atom {
    Byte(u8),
    /// A part by the place of its name.
    Part {
        name: u16,
        many: bool,
    },
    Any,
}

/// What the parts of a pattern stand for in a text.
pub(super) type Captures = Vec<(String, Range<usize>)>;

/// Why a text is not a pattern.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum PatternError {
    /// A bracket that is not closed.
    #[error("`{0}` is never closed")]
    Open(char),
    /// A part without a name.
    #[error("<> names no part")]
    Nameless,
    /// More than a pattern may have.
    #[error("it is too long, or has too many optional pieces")]
    TooLong,
}

impl UrlPattern {
    /// Reads a pattern of a host.
    pub(super) fn host(text: &str) -> Result<Self, PatternError> {
        Self::new(&text.to_ascii_lowercase(), b'.')
    }

    /// Reads a pattern of a path.
    pub(super) fn path(text: &str) -> Result<Self, PatternError> {
        Self::new(text, b'/')
    }

    fn new(text: &str, separator: u8) -> Result<Self, PatternError> {
        if text.len() > LONGEST_PATTERN || 1 << text.matches('[').count().min(16) > MOST_FORMS {
            return Err(PatternError::TooLong);
        }
        let mut reading = PatternReading {
            alternatives: vec![Vec::with_capacity(text.len())],
            names: Vec::new(),
        };
        reading.read(text)?;
        Ok(Self {
            alternatives: reading.alternatives,
            names: reading.names,
            separator,
        })
    }

    /// The parts, if the text matches.
    pub(super) fn captures(&self, text: &str, mode: PlaceholderMode) -> Option<Captures> {
        if text.len() > LONGEST {
            return None;
        }
        self.alternatives.iter().find_map(|atoms| {
            if mode != PlaceholderMode::Possible && !ends_fit(atoms, text.as_bytes()) {
                return None;
            }
            let mut search = Search {
                atoms,
                names: &self.names,
                text: text.as_bytes(),
                separator: self.separator,
                mode,
                failed: vec![false; (atoms.len() + 1) * (text.len() + 1)],
                captures: Vec::new(),
            };
            search.at(0, 0).then_some(search.captures)
        })
    }

    /// Whether the text matches.
    pub(super) fn matches(&self, text: &str, mode: PlaceholderMode) -> bool {
        self.captures(text, mode).is_some()
    }

    /// What each alternative has between its slashes.
    pub(super) fn outlines(&self) -> Vec<Vec<PatternSegment>> {
        let outline = |atoms: &Vec<Atom>| {
            let segments = atoms.split(|atom| *atom == Atom::Byte(self.separator));
            segments.map(PatternSegment::of).collect()
        };
        self.alternatives.iter().map(outline).collect()
    }

    /// The usual form, with the parts that are known filled in; what may be left out is, unless a
    /// part of it is known.
    pub(super) fn filled(&self, value: &dyn Fn(&str) -> Option<String>) -> String {
        let count = |atoms: &Vec<Atom>, is_known: bool| {
            let named = atoms.iter().filter(|atom| match atom {
                Atom::Part { name, .. } => value(named(&self.names, *name)).is_some() == is_known,
                _ => false,
            });
            named.count()
        };
        // The first alternative leaves out everything that may be.
        let Some(first) = self.alternatives.first() else {
            return String::new();
        };
        let unknown = count(first, false);
        let atoms = self
            .alternatives
            .iter()
            .filter(|atoms| count(atoms, false) <= unknown)
            .filter(|atoms| count(atoms, true) > count(first, true))
            .max_by_key(|atoms| count(atoms, true))
            .unwrap_or(first);
        let mut out = Vec::new();
        for atom in atoms {
            match atom {
                Atom::Byte(byte) => out.push(*byte),
                Atom::Part { name, .. } => {
                    let name = named(&self.names, *name);
                    let known = value(name).unwrap_or_else(|| format!("<{name}>"));
                    out.extend(known.into_bytes());
                }
                Atom::Any => out.push(b'*'),
            }
        }
        String::from_utf8_lossy(&out).into_owned()
    }
}

/// What a pattern has between two slashes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum PatternSegment {
    /// This text.
    Plain(String),
    /// One part and nothing else.
    One,
    /// A part that takes several segments.
    Many,
    /// Anything else.
    Mixed,
}

impl PatternSegment {
    fn of(atoms: &[Atom]) -> Self {
        let bytes = atoms.iter().map(|atom| match atom {
            Atom::Byte(byte) => Some(*byte),
            _ => None,
        });
        let plain: Option<Vec<u8>> = bytes.collect();
        match (plain.map(String::from_utf8), atoms) {
            (Some(Ok(text)), _) => Self::Plain(text),
            (_, [Atom::Part { many: false, .. }]) => Self::One,
            (_, [Atom::Part { many: true, .. }]) => Self::Many,
            _ => Self::Mixed,
        }
    }
}

/// A pattern that is being read: all the alternatives that its optional pieces make.
struct PatternReading {
    alternatives: Vec<Vec<Atom>>,
    names: Vec<String>,
}

impl PatternReading {
    fn read(&mut self, text: &str) -> Result<(), PatternError> {
        let mut rest = text;
        while let Some(sign) = rest.chars().next() {
            rest = match sign {
                '<' => {
                    let (name, after) = enclosed(rest, '>').ok_or(PatternError::Open('<'))?;
                    self.part(name)?;
                    after
                }
                '[' => {
                    let (inner, after) = enclosed(rest, ']').ok_or(PatternError::Open('['))?;
                    let without = self.alternatives.clone();
                    self.read(inner)?;
                    let with = mem::replace(&mut self.alternatives, without);
                    self.alternatives.extend(with);
                    after
                }
                '*' => {
                    self.push(&[Atom::Any]);
                    rest.get(1..).unwrap_or("")
                }
                _ => {
                    let (plain, after) =
                        rest.split_at(rest.find(['<', '[', '*']).unwrap_or(rest.len()));
                    let atoms: Vec<Atom> = plain.bytes().map(Atom::Byte).collect();
                    self.push(&atoms);
                    after
                }
            };
        }
        Ok(())
    }

    fn part(&mut self, name: &str) -> Result<(), PatternError> {
        let bare = name.strip_suffix('*').unwrap_or(name);
        if bare.is_empty() {
            return Err(PatternError::Nameless);
        }
        let place = u16::try_from(self.names.len()).map_err(|_| PatternError::TooLong)?;
        self.names.push(bare.to_owned());
        self.push(&[Atom::Part {
            name: place,
            many: bare.len() < name.len(),
        }]);
        Ok(())
    }

    fn push(&mut self, atoms: &[Atom]) {
        for alternative in &mut self.alternatives {
            alternative.extend_from_slice(atoms);
        }
    }
}

/// What is between the sign at the start of a text and its fellow, and what follows.
pub(super) fn enclosed(text: &str, end: char) -> Option<(&str, &str)> {
    text.get(1..)?.split_once(end)
}

/// The name of a part.
fn named(names: &[String], place: u16) -> &str {
    names.get(usize::from(place)).map_or("", String::as_str)
}

/// Whether the plain bytes at both ends of the pattern are those of the text: rules out nearly
/// every text at once.
fn ends_fit(atoms: &[Atom], text: &[u8]) -> bool {
    let same = |atom: &Atom, byte: &u8| match atom {
        Atom::Byte(want) => Some(want == byte),
        _ => None,
    };
    let front = atoms.iter().zip(text).map_while(|(a, b)| same(a, b));
    let back = atoms
        .iter()
        .rev()
        .zip(text.iter().rev())
        .map_while(|(a, b)| same(a, b));
    front.chain(back).all(|fits| fits)
}

struct Search<'a> {
    atoms: &'a [Atom],
    names: &'a [String],
    text: &'a [u8],
    separator: u8,
    mode: PlaceholderMode,
    failed: Vec<bool>,
    captures: Captures,
}

impl Search<'_> {
    /// Whether the pattern from one atom on matches the text from one byte on. Every pair is
    /// tried once.
    fn at(&mut self, atom: usize, byte: usize) -> bool {
        let key = atom * (self.text.len() + 1) + byte;
        if self.failed.get(key).copied().unwrap_or(true) {
            return false;
        }
        let found = self.step(atom, byte) || self.leap(atom, byte);
        if !found && let Some(cell) = self.failed.get_mut(key) {
            *cell = true;
        }
        found
    }

    fn step(&mut self, atom: usize, byte: usize) -> bool {
        match self.atoms.get(atom) {
            None => byte == self.text.len(),
            Some(Atom::Byte(want)) => {
                self.text.get(byte) == Some(want) && self.at(atom + 1, byte + 1)
            }
            Some(Atom::Any) => (byte..=self.text.len()).any(|end| self.at(atom + 1, end)),
            Some(&Atom::Part { name, many }) => {
                let longest = self.longest_part(byte, many);
                let name = named(self.names, name);
                let mut ends: Vec<usize> = (byte + 1..=longest).collect();
                if !many {
                    ends.reverse();
                }
                ends.into_iter().any(|end| {
                    self.captures.push((name.to_owned(), byte..end));
                    let found = self.at(atom + 1, end);
                    if !found {
                        self.captures.pop();
                    }
                    found
                })
            }
        }
    }

    /// A placeholder may stand for all that is left of the pattern, or for less.
    fn leap(&mut self, atom: usize, byte: usize) -> bool {
        if self.mode != PlaceholderMode::Possible || !self.is_mask(byte) {
            return false;
        }
        let end = (byte..self.text.len())
            .find(|&at| !self.is_mask(at))
            .unwrap_or(self.text.len());
        (atom..=self.atoms.len()).any(|next| self.at(next, end))
    }

    fn longest_part(&self, byte: usize, many: bool) -> usize {
        (byte..self.text.len())
            .find(|&at| {
                !many && self.text.get(at) == Some(&self.separator)
                    || self.mode == PlaceholderMode::Sure && self.is_mask(at)
            })
            .unwrap_or(self.text.len())
    }

    fn is_mask(&self, byte: usize) -> bool {
        self.text.get(byte).map(|&byte| char::from(byte)) == Some(MASK)
    }
}

#[cfg(test)]
mod tests;
