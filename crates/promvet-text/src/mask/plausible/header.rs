//! Headers that are written as a text.

use super::super::{is_variable, names};
use super::{is_harmless, is_reference, is_uuid};

/// The offset of what must not be shown of headers that are written as a text, such as
/// `X-Api-Key: SECRET`; VictoriaMetrics joins several by `^^`.
pub(in crate::mask) fn secret_header(text: &str) -> Option<usize> {
    if is_variable(text) {
        return None;
    }
    let is_key = |value: &str| is_uuid(value.trim_matches([' ', '"', '\'', '^', ',']));
    let mut at = 0;
    for header in text.split_inclusive(['^', ',']) {
        let from = match header.split_once(':') {
            Some((name, _)) if names::is_harmless_header(name.trim()) => None,
            Some((name, value))
                if !is_reference(value) || is_key(value) && !names::may_have_id(name) =>
            {
                let blank = value.len() - value.trim_start().len();
                Some(name.len() + 1 + blank)
            }
            None if !is_reference(header.trim_end_matches('^')) => Some(0),
            _ => None,
        };
        if let Some(from) = from {
            return Some(at + from);
        }
        at += header.len();
    }
    None
}

/// The offset of what must not be shown of a text or a list where a mapping of headers is expected: the
/// value behind a name, `X-Key: SECRET`, and words that are not names of headers.
pub(in crate::mask) fn misplaced_header(text: &str, is_plain: bool) -> Option<usize> {
    if let Some((name, value)) = text.split_once(": ").filter(|_| is_plain) {
        let is_shown = names::is_harmless_header(name) || is_harmless(value);
        return (!is_shown).then(|| text.len() - value.trim_start().len());
    }
    let mut at = 0;
    for item in text.split_inclusive(',') {
        let bare = item.trim_matches(|c: char| c.is_whitespace() || "\"',".contains(c));
        // What another component of Alloy has, and what a template puts in.
        let is_elsewhere = bare.contains(['.', '(', '/', ':', '$', '{', '=']);
        if !is_elsewhere && !is_header_name(bare) {
            return Some(at + item.find(bare).unwrap_or(0));
        }
        at += item.len();
    }
    None
}

/// Whether a text may be the name of a header, or is nothing: `Content-Type`, `X-Scope-OrgID`.
pub(in crate::mask) fn is_header_name(text: &str) -> bool {
    let text = text.trim_matches(|c: char| c.is_whitespace() || "\"'[],".contains(c));
    let is_word = |word: &str| {
        word.starts_with(|c: char| c.is_ascii_uppercase())
            && word.bytes().all(|byte| byte.is_ascii_alphabetic())
    };
    text.split('-').all(is_word)
        || text.starts_with("X-")
        || text.starts_with("x-")
        || text.starts_with('*')
        || names::is_harmless_header(text)
        || is_harmless(text)
}
