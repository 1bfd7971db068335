//! URLs of receivers of the tree that serve their paths below a prefix: what is wrong with them is
//! what is wrong behind the prefix.
//!
//! VictoriaMetrics cuts the prefix off before it looks at the path (`handlerWrapper` of
//! `lib/httpserver`, 1.110).

use super::entry::EntryUrl;
use crate::facts::ReceiverSettings;
use crate::facts::receiver::ShapeFault;
use crate::prometheus::endpoint::Endpoint;

/// How many segments a prefix that is unknown may have.
const MOST_SEGMENTS: usize = 4;

/// The faults of a URL, given those of the URL as it is written: none where it is right behind the
/// receiver's prefix, which is not known without settings. `judge` says what is wrong with a text.
pub(super) fn without_prefix(
    url: &EntryUrl<'_>,
    settings: Option<&ReceiverSettings>,
    faults: Vec<ShapeFault>,
    judge: impl Fn(&str) -> Vec<ShapeFault>,
) -> Vec<ShapeFault> {
    let path = url.endpoint.slice(url.endpoint.path());
    let behind = |length: usize| cut(&url.endpoint, length);
    let moved = settings.and_then(|settings| settings.moved_prefix.as_ref());
    let moved = moved.and_then(|(own, usual)| Some((usual, path.strip_prefix(own.as_str())?)));
    if let Some((usual, rest)) = moved {
        let before = url.endpoint.text().get(..url.endpoint.path().start);
        let usual = format!("{}{usual}{rest}", before.unwrap_or_default());
        if judge(&usual).is_empty() {
            return Vec::new();
        }
    }
    if settings.is_none_or(|settings| settings.hides_prefix) {
        let ends = path.match_indices('/').skip(1).take(MOST_SEGMENTS);
        let mut cuts = ends.filter_map(|(length, _)| behind(length));
        return match cuts.any(|text| judge(&text).is_empty()) {
            true => Vec::new(),
            false => faults,
        };
    }
    let own = settings.and_then(|settings| settings.prefix.as_ref());
    let own = own.map_or("", |prefix| &*prefix.value);
    let rest = path.strip_prefix(own).filter(|_| !own.is_empty());
    let text = rest.filter(|rest| rest.starts_with('/'));
    let Some(text) = text.and_then(|_| behind(own.len())) else {
        return faults;
    };
    let faults = judge(&text).into_iter();
    let faults = faults.map(|fault| with_prefix(fault, &url.endpoint, own));
    faults.collect()
}

/// The URL without the first bytes of its path.
fn cut(endpoint: &Endpoint, length: usize) -> Option<String> {
    let (text, path) = (endpoint.text(), endpoint.path());
    let rest = text.get(path.start + length..)?;
    Some(format!("{}{rest}", text.get(..path.start)?))
}

/// A fault of the URL behind the prefix, at its place in the whole one.
fn with_prefix(mut fault: ShapeFault, endpoint: &Endpoint, prefix: &str) -> ShapeFault {
    let at = endpoint.path().start;
    for end in [&mut fault.range.start, &mut fault.range.end] {
        if *end > at {
            *end += prefix.len();
        }
    }
    let whole = |text: &str| {
        let host = text.find("://").map_or(0, |found| found + 3);
        let path = text
            .get(host..)
            .and_then(|rest| rest.find('/'))
            .map_or(text.len(), |found| host + found);
        let (before, after) = text.split_at(path);
        format!("{before}{prefix}{after}")
    };
    fault.suggestion = fault.suggestion.as_deref().map(whole);
    if !fault.expected.is_empty() {
        fault.expected = whole(&fault.expected);
    }
    fault
}
