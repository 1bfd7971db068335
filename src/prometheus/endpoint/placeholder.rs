//! Placeholders of a URL: those of any scalar, and some that mean nothing else in a URL.

use std::ops::Range;

use super::MASK;
use crate::yaml::placeholder as scalar;

/// The placeholders of a URL, ascending, without overlap: those of [`scalar::find_words`] with
/// nested braces closed, `{% … %}`, `$VAR`, and angle words that were percent-encoded; and the plain
/// words in capitals that something fills in.
pub(super) fn find(text: &str, is_filled: &dyn Fn(&str) -> bool) -> Vec<Range<usize>> {
    let mut found: Vec<_> = scalar::find_words(text)
        .into_iter()
        .map(|range| close_braces(text, range))
        .collect();
    let shouted = scalar::find_shouted(text).into_iter();
    found.extend(shouted.filter(|range| text.get(range.clone()).is_some_and(is_filled)));
    if text.contains('%') {
        found.extend(between(text, "{%", "%}"));
        found.extend(between(text, "%3C", "%3E"));
    }
    found.extend(bare_variables(text));
    if may_leave_out(text) {
        found.extend(left_out(text));
    }
    scalar::apart(found)
}

/// Whether a text may have what [`left_out`] finds, by one look at its bytes: each address is asked.
fn may_leave_out(text: &str) -> bool {
    let mut before = 0;
    text.bytes().any(|byte| {
        let twice = byte == before && matches!(byte, b'.' | b'*');
        before = byte;
        twice || !byte.is_ascii()
    })
}

/// What is left out of a URL: `ws-...`, `prometheus-….grafana.net`, `***`.
fn left_out(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let signs = ["***", "…"].into_iter();
    let signs = signs.flat_map(|sign| text.match_indices(sign));
    let signs = signs.map(|(at, sign)| at..at + sign.len());
    let mut end = 0;
    let dots = text.match_indices("...").filter_map(move |(at, dots)| {
        let run = text
            .get(at..)?
            .bytes()
            .take_while(|byte| *byte == b'.')
            .count();
        let is_inside = at < end;
        end = end.max(at + run);
        // `a.....b` is a label of three dots between two others.
        let from = at + usize::from(run > dots.len() + 1);
        (!is_inside).then_some(from..from + dots.len())
    });
    signs.chain(dots)
}

/// The text with each byte of a placeholder as [`MASK`].
pub(super) fn mask(text: &str, placeholders: &[Range<usize>]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for range in placeholders {
        out.push_str(text.get(at..range.start).unwrap_or(""));
        out.extend(std::iter::repeat_n(MASK, range.len()));
        at = range.end;
    }
    out.push_str(text.get(at..).unwrap_or(""));
    out
}

/// `${A:-${B}}` ends with its own brace, not with the inner one.
fn close_braces(text: &str, range: Range<usize>) -> Range<usize> {
    let rest = text.get(range.start..).unwrap_or("");
    if !rest.starts_with("${") {
        return range;
    }
    let mut depth = 0_usize;
    for (at, sign) in rest.bytes().enumerate() {
        match sign {
            b'{' => depth += 1,
            b'}' if depth == 1 => return range.start..range.start + at + 1,
            b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    range
}

fn between<'t>(
    text: &'t str,
    open: &'static str,
    close: &'static str,
) -> impl Iterator<Item = Range<usize>> + 't {
    text.match_indices(open).filter_map(move |(start, _)| {
        let inner = text.get(start + open.len()..)?;
        let length = inner.find(close)?;
        Some(start..start + open.len() + length + close.len())
    })
}

fn bare_variables(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    text.match_indices('$').filter_map(|(start, _)| {
        let name = text.get(start + 1..)?;
        let length = name
            .find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
            .unwrap_or(name.len());
        let first = name.chars().next()?;
        (length > 0 && !first.is_ascii_digit()).then_some(start..start + 1 + length)
    })
}
