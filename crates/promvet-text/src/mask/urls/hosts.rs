//! Passwords in the place of a host, which no host could be called.

use std::ops::Range;

use super::super::plausible;
use super::{is_end, window};

/// Signs that a password has and the name of a host cannot have.
const SIGNS: [char; 7] = ['!', '$', '&', '*', '+', '^', '~'];

/// The password that a URL has for its host, whose authority begins at `start`: `https://SECRET!/api`.
pub(super) fn password(line: &str, start: usize) -> Option<Range<usize>> {
    let rest = window(line, start)?;
    let ends = |c: char| is_end(c) || matches!(c, '/' | '?' | '#' | ',' | '}' | ')' | ';');
    let authority = rest.get(..rest.find(ends).unwrap_or(rest.len()))?;
    let from = authority.rfind('@').map_or(0, |at| at + 1);
    let host = authority.get(from..)?.split(':').next()?;
    is_password(host).then(|| start + from..start + from + host.len())
}

/// Whether a word is a password, and has a sign that the name of a host cannot have.
pub(in super::super) fn is_password(word: &str) -> bool {
    word.contains(SIGNS) && plausible::is_password(word)
}
