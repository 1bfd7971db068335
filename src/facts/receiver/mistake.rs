//! Mistakes that a table names: whether a URL makes one, and what is reported about it.

use std::ops::Range;

use super::compiled::with_domain;
use super::pattern::{Captures, PlaceholderMode};
use super::profile::{Cause, Mistake};
use super::shape::path_is_open;
use super::written::WrittenPattern;
use crate::prometheus::endpoint::{Endpoint, UrlPiece};

/// Names and texts of the parts of a URL that are known.
pub(super) type KnownParts = Vec<(String, String)>;

/// Where a mistake is in a URL and what it names, if the URL has it whatever its placeholders
/// stand for. `domain` is that by which the receiver was recognized, or empty.
pub(super) fn surely(
    endpoint: &Endpoint,
    mistake: &Mistake,
    domain: &str,
) -> Option<(Range<usize>, KnownParts)> {
    let mut values = KnownParts::new();
    let mut range = 0..endpoint.text().trim_end().len();
    if let Some(scheme) = &mistake.scheme {
        if endpoint.scheme_name().as_deref() != Some(scheme) {
            return None;
        }
        range = endpoint.scheme()?.range();
    }
    if !mistake.host.is_empty() {
        let host = endpoint.host()?;
        let text = endpoint.masked(host).to_ascii_lowercase();
        let found = mistake.host.iter().find_map(|written| {
            WrittenPattern::Host(&with_domain(written, domain))
                .captures(&text, PlaceholderMode::Sure)
        })?;
        values.extend(texts(endpoint, host, found));
        if mistake.cause != Cause::Scheme {
            range = host.range();
        }
    }
    if mistake.no_port && endpoint.port().is_some() {
        return None;
    }
    if !mistake.port.is_empty() {
        mistake
            .port
            .iter()
            .find(|&&port| Some(port) == endpoint.port_number())?;
        range = endpoint.port()?.range();
    }
    if !mistake.path.is_empty() {
        if path_is_open(endpoint) {
            return None;
        }
        let path = endpoint.path();
        let text = endpoint.masked(path);
        let found = mistake.path.iter().find_map(|written| {
            WrittenPattern::Path(written).captures(text, PlaceholderMode::Sure)
        })?;
        values.extend(texts(endpoint, path, found));
        if !path.is_empty() {
            range = path.range();
        }
    }
    if !mistake.query.is_empty() {
        let parameter = mistake
            .query
            .iter()
            .find_map(|name| endpoint.parameter(name))?;
        range = parameter.name.start..parameter.value.unwrap_or(parameter.name).end;
    }
    Some((range, values))
}

fn texts(endpoint: &Endpoint, piece: UrlPiece, captures: Captures) -> KnownParts {
    let text = endpoint.slice(piece);
    let named = captures.into_iter();
    named
        .filter_map(|(name, range)| Some((name, text.get(range)?.to_owned())))
        .collect()
}

/// A sentence with what was written in place of `{…}`.
pub(super) fn said(endpoint: &Endpoint, says: &str, values: &KnownParts) -> String {
    let piece = |piece: Option<UrlPiece>| endpoint.slice(piece.unwrap_or_default()).to_owned();
    let quoted = |part: Option<UrlPiece>| format!("`{}`", piece(part));
    let mut out = says.to_owned();
    for (name, text) in [
        ("host", quoted(endpoint.host())),
        ("port", piece(endpoint.port())),
        ("path", quoted(Some(endpoint.path()))),
        ("authority", quoted(endpoint.authority())),
    ] {
        out = out.replace(&format!("{{{name}}}"), &text);
    }
    for (name, text) in values {
        out = out.replace(&format!("{{{name}}}"), text);
    }
    out
}
