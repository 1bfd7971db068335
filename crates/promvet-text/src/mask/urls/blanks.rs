//! Blanks around the `@` of a URL.

use std::borrow::Cow;

use super::is_end;
use crate::work;

/// A line in which blanks around an `@` are part of it, in as many bytes, where a host is behind them:
/// `https://u: SECRET @ host/x`.
pub(super) fn closed(line: &str) -> Cow<'_, str> {
    let has_url = || memchr::memmem::find(line.as_bytes(), b"//").is_some();
    let places: Vec<usize> = memchr::memmem::find_iter(line.as_bytes(), b" @")
        .filter(|at| is_before_host(line, at + 2, has_url))
        .collect();
    if places.is_empty() {
        return Cow::Borrowed(line);
    }
    let mut out = String::with_capacity(line.len());
    for at in places {
        let before = line.get(out.len()..at).unwrap_or("");
        out.push_str(before.trim_end_matches(' '));
        let behind = line.get(at + 2..).unwrap_or("");
        let blanks = behind.len() - behind.trim_start_matches(' ').len();
        while out.len() < at + 2 + blanks {
            out.push('@');
        }
    }
    out.push_str(line.get(out.len()..).unwrap_or(""));
    Cow::Owned(out)
}

/// Whether what is behind an `@` is a host: with a domain, a port or a path, or, in a line with a URL,
/// any name behind a blank. In PromQL a number or a function is behind it.
fn is_before_host(line: &str, at: usize, has_url: impl Fn() -> bool) -> bool {
    let behind = line.get(at..).unwrap_or("");
    let host = behind.trim_start_matches(' ');
    let is_apart = host.len() < behind.len();
    let word = host.split(is_end).next().unwrap_or("");
    work::count(behind.len() - host.len() + word.len());
    word.starts_with(|c: char| c.is_ascii_alphabetic())
        && !word.contains('(')
        && (word.contains(['.', ':', '/']) || is_apart && has_url())
}
