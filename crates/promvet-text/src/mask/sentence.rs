//! Taking secrets out of sentences.

use std::collections::{BTreeMap, HashSet};
use std::ops::Range;

use super::names::SECRET_NAMES;
use super::{REDACTED, Span, Text, looks, urls};

/// The shortest secret that is looked for in sentences; shorter ones would hit ordinary words.
const SHORTEST: usize = 6;

/// The length of a part of a secret that is taken out where the rest of it is not quoted, as when
/// a sentence names the port of a URL: eight characters of a token are a quarter of most. Parts
/// that could be words count from [`WORDY_PART`] on.
const PART: usize = 8;
const WORDY_PART: usize = 14;

/// What is looked for in sentences about a text.
#[derive(Debug, Default)]
pub(crate) struct Needles {
    /// Whole secrets, by how they begin.
    whole: BTreeMap<[u8; SHORTEST], Vec<Box<str>>>,
    parts: HashSet<[u8; PART]>,
    wordy: HashSet<[u8; WORDY_PART]>,
}

impl Needles {
    /// The needles of the spans of a text.
    pub(crate) fn new(text: &Text, spans: &[Span]) -> Self {
        let mut needles = Self::default();
        for &span in spans {
            for line in text.slice(span).lines() {
                needles.add(line);
            }
        }
        needles.sort();
        needles
    }

    /// The needles of a text that must not be quoted.
    pub(crate) fn of_all(text: &Text) -> Self {
        let mut needles = Self::default();
        for line in text.content().lines() {
            needles.add(line);
            for word in line.split(|c: char| c.is_whitespace() || "=:,;\"'`{}[]()".contains(c)) {
                needles.add(word);
            }
        }
        needles.sort();
        needles
    }

    fn add(&mut self, secret: &str) {
        let secret = secret.trim().trim_matches(['"', '\'']);
        let Some(&beginning) = secret.as_bytes().first_chunk() else {
            return;
        };
        // `password: password` is a secret that every sentence about passwords would give away.
        if SECRET_NAMES.contains(&&*secret.to_ascii_lowercase()) {
            return;
        }
        self.whole.entry(beginning).or_default().push(secret.into());
        let bytes = secret.as_bytes();
        self.parts.extend(windows::<PART>(bytes).filter(is_telling));
        let one_word = |part: &[u8; WORDY_PART]| !part.contains(&b' ');
        self.wordy
            .extend(windows::<WORDY_PART>(bytes).filter(one_word));
    }

    fn sort(&mut self) {
        for alike in self.whole.values_mut() {
            // A longer secret comes before one that it begins with.
            alike.sort_unstable_by(|a, b| b.cmp(a));
            alike.dedup();
        }
    }

    /// Where secrets are in a sentence.
    fn find(&self, sentence: &str, out: &mut Vec<Range<usize>>) {
        if self.whole.is_empty() {
            return;
        }
        let mut behind = 0;
        for (at, _) in sentence.char_indices() {
            let Some(rest) = sentence.get(at..) else {
                break;
            };
            let Some(beginning) = rest.as_bytes().first_chunk() else {
                break;
            };
            if at < behind {
                continue;
            }
            let alike = self.whole.get(beginning).map_or(&[][..], Vec::as_slice);
            if let Some(secret) = alike.iter().find(|secret| rest.starts_with(&***secret)) {
                behind = at + secret.len();
                out.push(at..behind);
            }
        }
        let bytes = sentence.as_bytes();
        let parts = windows::<PART>(bytes).enumerate();
        let parts = parts.filter(|(_, part)| self.parts.contains(part));
        out.extend(parts.map(|(at, _)| at..at + PART));
        let wordy = windows::<WORDY_PART>(bytes).enumerate();
        let wordy = wordy.filter(|(_, part)| self.wordy.contains(part));
        out.extend(wordy.map(|(at, _)| at..at + WORDY_PART));
    }
}

fn windows<const N: usize>(bytes: &[u8]) -> impl Iterator<Item = [u8; N]> {
    bytes
        .windows(N)
        .filter_map(|window| window.first_chunk().copied())
}

/// Whether a part of a secret is not a word: it has a digit beside a letter, or a capital inside.
fn is_telling(part: &[u8; PART]) -> bool {
    let digits = part.iter().filter(|byte| byte.is_ascii_digit()).count();
    let letters = part
        .iter()
        .filter(|byte| byte.is_ascii_alphabetic())
        .count();
    let small = part.iter().any(u8::is_ascii_lowercase);
    let capital = part.iter().skip(1).any(u8::is_ascii_uppercase);
    digits > 0 && letters > 0 || small && capital && digits + letters == PART
}

/// Removes from a sentence every secret of a text, and whatever looks like one.
pub(crate) fn redact(text: &Text, sentence: String) -> String {
    let mut ranges = Vec::new();
    text.needles().find(&sentence, &mut ranges);
    ranges.extend(looks::find(&sentence));
    ranges.extend(urls::find(&sentence));
    without(sentence, ranges)
}

/// A sentence with ranges of it replaced; what touches is replaced together.
fn without(sentence: String, mut ranges: Vec<Range<usize>>) -> String {
    if ranges.is_empty() {
        return sentence;
    }
    ranges.sort_unstable_by_key(|range| (range.start, range.end));
    let mut out = String::with_capacity(sentence.len());
    let mut at = 0;
    let mut hidden = false;
    for range in ranges {
        let start = boundary(&sentence, range.start, false);
        let end = boundary(&sentence, range.end, true);
        if end <= at {
            continue;
        }
        if start > at {
            out.push_str(sentence.get(at..start).unwrap_or(""));
            hidden = false;
        }
        if !hidden
            && !sentence
                .get(start..end)
                .is_some_and(|part| REDACTED.contains(part))
        {
            out.push_str(REDACTED);
            hidden = true;
        } else if !hidden {
            out.push_str(sentence.get(start.max(at)..end).unwrap_or(""));
        }
        at = end;
    }
    out.push_str(sentence.get(at..).unwrap_or(""));
    out
}

/// The nearest boundary of a character at or before an offset, or at or behind it.
fn boundary(text: &str, mut at: usize, behind: bool) -> usize {
    while !text.is_char_boundary(at) {
        at = if behind { at + 1 } else { at.saturating_sub(1) };
    }
    at
}
