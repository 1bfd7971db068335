//! What of a source text must not be shown.
//!
//! What is a secret is known twice over: from the tree ([`Text::mark_secret`]), and from the look
//! of the lines, so that a commented-out token or one in a file that does not parse stays hidden
//! too: by the name of its key, slips included ([`names`]), by the position ([`lines`], [`urls`]),
//! and by what the value looks like ([`looks`]). Sentences go through the same sieve
//! ([`sentence`]).

mod arguments;
mod commands;
mod lines;
mod looks;
mod marks;
mod names;
mod plausible;
mod sentence;
#[cfg(test)]
mod tests;
mod urls;
mod value;

use super::text::{Span, Text};

pub use names::{is_harmless_header, is_like_secret_name, is_secret_name};
pub(super) use sentence::{Needles, redact};

/// What stands for a secret in output.
pub(super) const REDACTED: &str = "[redacted]";

/// Whether a value is the name of a variable that something fills in later, such as `${TOKEN}`,
/// `$TOKEN`, `$(TOKEN)`, `{{ .token }}` or `${{ secrets.TOKEN }}`: no secret, and what people look for when it stays empty.
pub(super) fn is_variable(value: &str) -> bool {
    let value = value.trim().trim_matches(['"', '\'']);
    let inside = |open: &str, close: &str| value.strip_prefix(open)?.strip_suffix(close);
    let named = |name: &str, more: &[char]| {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || more.contains(&c);
        name.starts_with(|c: char| !c.is_ascii_digit()) && name.chars().all(plain)
    };
    let constant = |name: &str| {
        name.starts_with(|c: char| c.is_ascii_uppercase() || c == '_')
            && name
                .bytes()
                .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == b'_')
    };
    // `${NAME:?why it has to be set}`
    let before_message = |name: &str| {
        let name = name.split('?').next()?;
        Some(name.strip_suffix(':').unwrap_or(name).to_owned())
    };
    let blank_or_name = |name: &str| {
        named(name.strip_suffix(":-").unwrap_or(name), &[])
            || name.contains('?') && before_message(name).is_some_and(|name| named(&name, &[]))
    };
    let is_name = plausible::is_name_of_variable;
    let is_marked = value.strip_prefix('$').is_some_and(constant)
        || inside("${{", "}}").is_some_and(|name| named(name.trim(), &['.', '-']))
        || inside("[[", "]]").is_some_and(|name| named(name.trim(), &['.']))
        || inside("${", "}").is_some_and(blank_or_name)
        || inside("$(", ")").is_some_and(|name| named(name, &[]))
        || inside("{{", "}}").is_some_and(|name| named(name.trim(), &['.']));
    // A password between these marks is none.
    is_marked && is_name(value.trim_matches(|c: char| !c.is_ascii_alphanumeric()))
}

/// Whether a text has a part that a generator makes or a person is made to think of: where it can be
/// nothing that is meant, it is a secret.
#[must_use]
pub fn is_made_up(text: &str) -> bool {
    let is_short = text.len() < plausible::SHORTEST_MADE_UP;
    if is_short || plausible::is_plainly_not_made_up(text) {
        return false;
    }
    let mut parts = text.split(|c: char| !c.is_ascii_alphanumeric());
    plausible::is_made_up(text) || parts.any(plausible::is_made_up)
}

/// The place of a text among so many that are remembered (FNV-1a).
fn slot_of<const SLOTS: usize>(text: &str) -> usize {
    let mix = |hash: u32, byte: u8| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    let hash = text.bytes().fold(0x811c_9dc5, mix);
    (hash ^ hash >> 16) as usize % SLOTS
}

/// Spans in ascending order, overlaps joined.
pub(super) fn joined(spans: impl Iterator<Item = Span>) -> Vec<Span> {
    let mut spans: Vec<Span> = spans.collect();
    spans.sort_unstable();
    let mut joined: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match joined.last_mut() {
            Some(before) if before.end >= span.start => *before = before.join(span),
            _ => joined.push(span),
        }
    }
    joined
}

/// The largest boundary of a character up to an offset.
fn floor(text: &str, at: usize) -> usize {
    let at = at.min(text.len());
    (0..=at)
        .rev()
        .find(|at| text.is_char_boundary(*at))
        .unwrap_or(0)
}

/// Secrets by the look of the lines.
pub(super) fn lexical_secrets(content: &str) -> Vec<Span> {
    lines::find(content)
}
