//! Words that stand for a value which something else fills in before Prometheus reads the file: the
//! one vocabulary of them.
//!
//! [`find`] knows what is marked as a placeholder and may be in any text. [`find_words`] knows
//! words besides, which are placeholders only where a name, a path or a credential belongs, and
//! [`find_shouted`] plain words in capitals, which are placeholders only in a template.
//! [`is_dummy`] knows values that are made up for a test.

use std::ops::Range;

mod block;
mod dummy;
mod form;
mod reference;
pub mod role;

use dummy::asks_to_be_replaced;
pub use dummy::{is_description, is_dummy, is_pretended};
use form::{PlaceholderForm, is_shouted, is_shouting, next_opening, opens};

/// The longest placeholder, in bytes between its marks: an opening mark without an end in the tree
/// opens nothing.
const LONGEST: usize = 512;

/// Whether a flow collection in a list begins a tag between double brackets: `[[ x ]]`, and neither
/// `[[]]` nor `[[__address__]]`, which are a list in a list.
#[must_use]
pub fn begins_bracket_tag(written: &str) -> bool {
    written
        .strip_prefix("[[")
        .is_some_and(|inner| !inner.starts_with("__") && !inner.trim_start().starts_with(']'))
}

/// Whether something may fill in a part of a text: it has a placeholder, or a `$`, since shells,
/// compose and envsubst replace a bare `$NAME` as well.
#[must_use]
pub fn is_open(text: &str) -> bool {
    text.contains('$') || find(text).next().is_some()
}

/// Whether a text may have what [`find`] or [`find_shouted`] finds, by its bytes: most have not.
#[must_use]
pub fn may_be_filled_in(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut numbered = bytes.iter().enumerate();
    numbered.any(|(at, byte)| {
        // Nearly all are small letters.
        !byte.is_ascii_lowercase() && (byte.is_ascii_uppercase() || opens(*byte, bytes.get(at + 1)))
    }) || reference::is_reference(text)
}

/// The places in a text that something else has to fill in before it means anything:
/// `${VAR}`, `$(VAR)`, `$$VAR$$`, `{{ … }}`, `[[ … ]]`, `<%= … %>`, `<some words>`, `__VAR__`, `%VAR%`,
/// `YOUR_…`, `REPLACE…` and `CHANGEME`, a text that is a reference to a secret store as a whole
/// (`op://vault/item/field`), and blocks of a template from end to end:
/// `{% if x %}a{% else %}b{% endif %}`. References to groups of a regular expression (`$1`, `${1}`) are
/// none, nor are label names such as `__address__`.
pub fn find(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut from = 0;
    std::iter::from_fn(move || {
        if from == 0 && reference::is_reference(text) {
            from = text.len();
            return Some(0..from);
        }
        loop {
            from = next_opening(text.as_bytes(), from)?;
            let first = text.as_bytes().get(from).copied().unwrap_or_default();
            let mut shapes = form::beginning_with(first).iter();
            let of_block = text.get(from..).and_then(block::length);
            let mut of_mark = || shapes.find_map(|shape| length_at(shape, text, from));
            if let Some(length) = of_block.or_else(&mut of_mark) {
                let found = from..from + length;
                from = found.end;
                return Some(found);
            }
            from += 1;
        }
    })
}

/// What [`find`] finds, and the words that ask to be filled in where a part of a URL, a path, a
/// name or a credential belongs, ascending, without overlap: a run of X (`prod-XX-XX`), `your-…`,
/// `/path/to/…`, `replace_with_token`, `EnterPassword`. A word counts only between delimiters.
#[must_use]
pub fn find_words(text: &str) -> Vec<Range<usize>> {
    if !may_have_words(text.as_bytes()) && !reference::is_reference(text) {
        return Vec::new();
    }
    let mut found: Vec<_> = find(text).collect();
    // Few texts hold such a word, and to look at each word takes longer than to look at the bytes.
    let bytes = text.as_bytes();
    if bytes.windows(2).any(|two| matches!(two, b"XX" | b"xx")) {
        found.extend(words(text).filter(|word| {
            let word = text.get(word.clone()).unwrap_or_default();
            is_crossed_out(word)
        }));
    }
    if may_ask(bytes) {
        found.extend(joined_words(text).filter(|word| {
            let word = text.get(word.clone()).unwrap_or_default();
            asks_for_yours(word) || asks_to_be_replaced(word)
        }));
    }
    found.extend(path_to(text));
    apart(found)
}

/// Whether a text may have what [`find_words`] finds, by one look at its bytes.
fn may_have_words(bytes: &[u8]) -> bool {
    // The end of the words of [`path_to`].
    const PATH_TO: u32 = u32::from_be_bytes(*b"h/to");
    let mut last = LastLetters::default();
    let mut numbered = bytes.iter().enumerate();
    numbered.any(|(at, byte)| {
        let is_crossed_out = matches!(byte, b'X' | b'x') && bytes.get(at + 1) == Some(byte);
        last.asks(*byte) || last.0 == PATH_TO || is_crossed_out || opens(*byte, bytes.get(at + 1))
    })
}

/// Whether a text holds the first four letters of a word that asks to be filled in, in any case. The
/// letters are compared as one number: this is asked of every address.
fn may_ask(bytes: &[u8]) -> bool {
    let mut last = LastLetters::default();
    bytes.iter().any(|byte| last.asks(*byte))
}

/// The last four letters of a text, in lower case.
#[derive(Default)]
struct LastLetters(u32);

impl LastLetters {
    /// Whether a word that asks to be filled in begins with them and one more.
    fn asks(&mut self, byte: u8) -> bool {
        const ASKING: [u32; 3] = [
            u32::from_be_bytes(*b"your"),
            u32::from_be_bytes(*b"ente"),
            u32::from_be_bytes(*b"repl"),
        ];
        // The bit that tells `a` from `A`; with it, no byte but the two is one of these letters.
        const LOWER: u8 = b' ';
        self.0 = self.0 << 8 | u32::from(byte | LOWER);
        ASKING.contains(&self.0)
    }
}

/// Whether a value is one plain word in capitals, which a script may fill in.
#[must_use]
pub fn is_one_shouted_word(text: &str) -> bool {
    find_shouted(text).contains(&(0..text.len()))
}

/// The words of a template in plain capitals, in whose place a script writes the value
/// (`REMOTE_WRITE_URL`, `PASS`): the whole text, or what is between delimiters. One needs an
/// underscore or three capitals.
#[must_use]
pub fn find_shouted(text: &str) -> Vec<Range<usize>> {
    if !has_capital(text.as_bytes()) {
        return Vec::new();
    }
    let found = words(text).filter(|word| {
        let word = text.get(word.clone()).unwrap_or_default();
        let capitals = word.bytes().filter(u8::is_ascii_uppercase).count();
        let plain = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
        word.starts_with(|c: char| c.is_ascii_uppercase())
            && word.chars().all(plain)
            && (capitals >= 3 || capitals > 0 && word.contains('_'))
    });
    found.collect()
}

/// Whether a letter is a capital one. Blocks of bytes are asked at once, since whole files are: those
/// of a block are counted in one byte, so that the compiler counts many in one step.
fn has_capital(bytes: &[u8]) -> bool {
    let count = |block: &[u8]| {
        let capitals = block.iter().map(|byte| u8::from(byte.is_ascii_uppercase()));
        capitals.fold(0, u8::wrapping_add)
    };
    bytes.chunks(BLOCK).any(|block| count(block) > 0)
}

/// Bytes that are asked at once; not more than a byte can count.
const BLOCK: usize = 64;

/// The ranges in order, of those that overlap the first and longest.
#[must_use]
pub fn apart(mut found: Vec<Range<usize>>) -> Vec<Range<usize>> {
    found.sort_unstable_by_key(|range| (range.start, usize::MAX - range.end));
    let mut end = 0;
    found.retain(|range| {
        let apart = range.start >= end;
        end = end.max(range.end);
        apart
    });
    found
}

/// Runs of letters, digits and underscores.
fn words(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    runs(text, |c| c.is_alphanumeric() || c == '_')
}

/// The same with hyphens in them.
fn joined_words(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    runs(text, |c| c.is_alphanumeric() || c == '_' || c == '-')
}

fn runs(text: &str, belongs: fn(char) -> bool) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = text.get(at..)?;
        let from = at + rest.find(belongs)?;
        let rest = text.get(from..)?;
        at = from + rest.find(|c| !belongs(c)).unwrap_or(rest.len());
        Some(from..at)
    })
}

/// `XX`, `XXXXXXXXX`, `xxx`.
fn is_crossed_out(word: &str) -> bool {
    word.len() >= 2 && word.bytes().all(|byte| byte == b'X')
        || word.len() >= 3 && word.bytes().all(|byte| byte == b'x')
}

/// `your-tenant`, `YOUR_API_TOKEN`, `YOURTOKEN`.
fn asks_for_yours(word: &str) -> bool {
    let (first, rest) = word.split_at_checked(4).unwrap_or((word, ""));
    let joined = rest.starts_with(['-', '_']) && rest.len() > 1;
    first == "YOUR" && !rest.is_empty() && is_shouted(rest)
        || first.eq_ignore_ascii_case("your") && joined
}

/// `/path/to/…` to the end of the path.
fn path_to(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    // Few texts hold a slash, and to look for more takes longer.
    let found = text.contains('/').then(|| text.match_indices("path/to"));
    found.into_iter().flatten().filter_map(|(at, found)| {
        let whole = |c: char| !(c.is_alphanumeric() || c == '_' || c == '-');
        let before = text.get(..at)?;
        let after = text.get(at + found.len()..)?;
        let is_whole =
            before.chars().next_back().is_none_or(whole) && after.chars().next().is_none_or(whole);
        let length = after
            .find(|c: char| c.is_whitespace() || "?#\"'".contains(c))
            .unwrap_or(after.len());
        is_whole.then(|| at..at + found.len() + length)
    })
}

/// How many bytes of the text, from a place on, are a placeholder of a shape.
fn length_at(shape: &PlaceholderForm, text: &str, at: usize) -> Option<usize> {
    let (before, rest) = text.split_at_checked(at)?;
    let inner = rest.strip_prefix(shape.open)?;
    let length = if shape.close.is_empty() {
        inner.find(|c| !is_shouting(c)).unwrap_or(inner.len())
    } else {
        let near = inner.as_bytes().get(..LONGEST).unwrap_or(inner.as_bytes());
        end_of(near, shape.close.as_bytes())?
    };
    let (name, after) = inner.split_at_checked(length)?;
    let after = after.get(shape.close.len()..)?;
    ((shape.name)(name) && (shape.around)(before, name, after))
        .then_some(shape.open.len() + length + shape.close.len())
}

/// Where a closing mark begins. Most are near, so that to prepare a search for it would take longest.
fn end_of(near: &[u8], close: &[u8]) -> Option<usize> {
    let mut first = memchr::memchr_iter(*close.first()?, near);
    first.find(|at| near.get(*at..).is_some_and(|rest| rest.starts_with(close)))
}

/// Texts with more placeholders are filled with one word throughout: each combination of two words
/// is another reading of the text.
pub const FEW: usize = 2;

/// Texts with more bytes are not tried: with every word, a text is read some forty times.
const TRIED: usize = 16 * 1024;

/// Whether a text has placeholders, and is good with some of `words` in their place.
pub fn is_unfilled(text: &str, words: &[&str], good: impl Fn(&str) -> bool) -> bool {
    // In a URL words ask for their parts: `http://mimir:your-port/`.
    let holes: Vec<_> = match text.contains("://") {
        true => find_words(text),
        false => find(text).collect(),
    };
    if holes.is_empty() || text.len() > TRIED {
        return !holes.is_empty();
    }
    if words
        .iter()
        .any(|word| good(&fill_holes(text, &holes, word, word)))
    {
        return true;
    }
    (2..=FEW).contains(&holes.len())
        && words.iter().any(|first| {
            let others = words.iter().filter(|other| *other != first);
            others
                .clone()
                .any(|other| good(&fill_holes(text, &holes, first, other)))
        })
}

/// The text with one word for the first placeholder and another for the rest.
fn fill_holes(text: &str, holes: &[Range<usize>], first: &str, other: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for (number, hole) in holes.iter().enumerate() {
        out.push_str(text.get(at..hole.start).unwrap_or_default());
        out.push_str(if number == 0 { first } else { other });
        at = hole.end;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

#[cfg(test)]
mod tests;
