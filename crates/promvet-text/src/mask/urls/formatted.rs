//! Passwords that a function puts into the pattern of a URL.

use std::ops::Range;

use super::super::is_variable;
use super::window;

/// The places of a user or a password before the `@` of a pattern.
const PLACES: [&str; 2] = ["%s@", "%v@"];

/// The passwords that are put into patterns: `string.format("https://%s:%s@host", "u", "SECRET")`.
pub(super) fn find(line: &str, out: &mut Vec<Range<usize>>) {
    for place in PLACES {
        let found = memchr::memmem::find_iter(line.as_bytes(), place);
        out.extend(found.filter_map(|at| put_at(line, at)));
    }
}

/// The password that is put at an offset.
fn put_at(line: &str, at: usize) -> Option<Range<usize>> {
    let is_quote = |c: char| matches!(c, '"' | '\'' | '`');
    let from = at.saturating_sub(LONGEST_PATTERN);
    let before = line.get(super::super::floor(line, from)..at)?;
    let (_, pattern) = before.rsplit_once(is_quote)?;
    let number = pattern.matches('%').count();
    let rest = window(line, at)?;
    let quote = rest.find(is_quote)? + 1;
    let range = argument(rest.get(quote..)?, number)?;
    Some(at + quote + range.start..at + quote + range.end)
}

/// The longest pattern, in bytes, that is looked at: one line of a URL with its parts left open.
const LONGEST_PATTERN: usize = 200;

/// The literal that is the argument of a number, if it is one: `, "u", "SECRET")`, `| format("u", "SECRET")`.
fn argument(text: &str, number: usize) -> Option<Range<usize>> {
    let mut at = 0;
    let mut left = number;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let first = rest.chars().next()?;
        let (length, is_argument) = match first {
            '"' | '\'' | '`' => (rest.get(1..)?.find(first)? + 2, true),
            c if !c.is_ascii_alphanumeric() && c != '.' && c != '$' => (c.len_utf8(), false),
            _ => (length_of_word(rest), !rest.starts_with("format")),
        };
        if is_argument && left == 0 {
            let literal = rest.get(1..length - 1)?;
            let is_literal = matches!(first, '"' | '\'' | '`') && !literal.is_empty();
            return (is_literal && !is_variable(literal)).then(|| at + 1..at + length - 1);
        }
        left -= usize::from(is_argument);
        at += length;
    }
    None
}

/// The length of a name, and of what it is called with: `sys.env("USER")`.
fn length_of_word(text: &str) -> usize {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '$');
    let length = text.find(|c| !is_part(c)).unwrap_or(text.len());
    let is_called =
        !text.starts_with("format") && text.get(length..).is_some_and(|it| it.starts_with('('));
    match text.find(')') {
        Some(end) if is_called => end + 1,
        _ => length,
    }
}
