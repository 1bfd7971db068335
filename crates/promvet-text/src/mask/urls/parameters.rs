//! Secrets in the parameters of a URL.

use std::ops::Range;

use super::super::names::Meaning;
use super::super::plausible;
use super::{LONGEST, is_end};
use crate::work;

/// Names of parameters whose values are ids, whatever they look like.
pub(super) const IDS: [&str; 8] = ["from", "orgid", "q", "query", "ref", "tag", "to", "version"];

/// The values of parameters with the names of secrets, in a query, a fragment, or a path.
pub(super) fn parameters(line: &str, out: &mut Vec<Range<usize>>) {
    let bytes = line.as_bytes();
    if memchr::memchr(b'=', bytes).is_none() {
        return;
    }
    let marks =
        (0..bytes.len()).filter(|at| matches!(bytes.get(*at), Some(b'?' | b'&' | b'#' | b';')));
    let mut behind = 0;
    for at in marks {
        if at < behind {
            continue;
        }
        let Some(rest) = line.get(at + 1..) else {
            continue;
        };
        let ends = ['=', ' ', '&', '?', '#', ';'];
        let Some(mut end) = rest.find(ends) else {
            continue;
        };
        // `?pass word=SECRET`
        let second = rest.get(end..).and_then(|rest| rest.strip_prefix(' '));
        if let Some(more) = second.and_then(|rest| rest.find(ends)) {
            end += 1 + more;
        }
        let (name, value) = rest.split_at(end);
        let Some(value) = value.strip_prefix('=') else {
            continue;
        };
        let name = name.replace(' ', "");
        let last = name.split('[').rfind(|part| part.len() > 1);
        let name = last.unwrap_or(&name).trim_end_matches(']');
        let start = line.len() - value.len();
        let end = value.find(|c: char| is_end(c) || c == '&');
        let bare = value.get(..end.unwrap_or(value.len())).unwrap_or("");
        // `?p=2` is a page.
        let short = match name {
            "p" | "k" => bare.len() >= SHORTEST_OF_LETTER,
            _ => matches!(name, "key" | "sig" | "code" | "sid" | "jsessionid"),
        };
        let is_id = IDS.contains(&&*name.to_ascii_lowercase()) || name.starts_with("var-");
        let is_made = !is_id && bare.len() <= LONGEST && plausible::is_made_by_hand(bare);
        let is_written = name.contains('%') && has_escaped_name(name);
        if !(short || is_written || is_made || Meaning::of(name).is_secret()) {
            continue;
        }
        behind = start + end.unwrap_or(value.len());
        work::count(behind - start);
        out.push(start..behind);
    }
}

/// The fewest bytes of a password whose name is one letter, as InfluxDB 1 has it: `&u=admin&p=SECRET`.
pub(super) const SHORTEST_OF_LETTER: usize = 5;

/// Whether a name with one letter escaped may be that of a secret: `tok%65n`.
pub(super) fn has_escaped_name(name: &str) -> bool {
    let mut plain = String::new();
    let mut rest = name;
    while let Some((before, escape)) = rest.split_once('%') {
        plain.push_str(before);
        let code = escape
            .get(..2)
            .and_then(|code| u8::from_str_radix(code, 16).ok());
        plain.extend(code.map(char::from));
        rest = escape.get(2..).unwrap_or("");
    }
    plain.push_str(rest);
    Meaning::of(&plain).is_secret()
}
