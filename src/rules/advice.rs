//! Edits that several rules offer.

use std::ops::Range;

use crate::finding::{Advice, Place, Span};
use crate::prometheus::Client;
use crate::schema::edit;
use crate::yaml::Node;

/// To write another value, in the given words. Of an alias there are only the words: its anchor may
/// have other uses.
pub(in crate::rules) fn value(node: Node<'_>, text: &str, words: impl Into<String>) -> Advice {
    match node.is_alias() {
        true => Advice::say(words),
        false => Advice::replace(node.span(), text).text(words),
    }
}

/// To write a part of a value in another way, where the file has the part as it is.
pub(in crate::rules) fn part(
    node: Node<'_>,
    part: Range<usize>,
    text: &str,
    words: impl Into<String>,
) -> Advice {
    let scalar = node.scalar().filter(|_| !node.is_alias());
    let span = scalar.map(|scalar| scalar.part(part.start, part.end));
    match span.filter(|span| span.len() == part.len() && !span.is_empty()) {
        Some(span) => Advice::replace(span, text).text(words),
        None => Advice::say(words),
    }
}

/// To send requests over TLS, where `scheme` decides.
pub(in crate::rules) fn scheme_https(client: &Client<'_>, words: impl Into<String>) -> Advice {
    if let Some(scheme) = client.node.get("scheme") {
        return value(scheme, "https", words);
    }
    let map = client.node.mapping();
    let document = client.node.document();
    // The first entry of a translation may be one that it adds.
    let own = document.source().is_some() || !document.is_yaml();
    let tls = map.and_then(|map| map.entry("tls_config")).filter(|_| own);
    match tls.or_else(|| map?.written().next()) {
        Some(entry) => Advice::insert(entry.key.span(), "scheme", "https").text(words),
        None => Advice::say(words),
    }
}

/// To write https in place of the http that a URL begins with.
pub(in crate::rules) fn url_https(node: Node<'_>, words: impl Into<String>) -> Advice {
    let text = node.as_str().unwrap_or_default();
    let is_http = text
        .get(..5)
        .is_some_and(|it| it.eq_ignore_ascii_case("http:"));
    match is_http {
        true => part(node, 0..4, "https", words),
        false => Advice::say(words),
    }
}

/// To write another word in a file that is not the one of the configuration, such as a manifest, where
/// the place has the word as it is.
pub(in crate::rules) fn in_place(
    place: &Place,
    old: &str,
    new: &str,
    words: impl Into<String>,
    is_sure: bool,
) -> Advice {
    let span = place.span();
    let written = place.text().slice(span);
    let at = written.find(old).filter(|at| {
        let end = written.get(at + old.len()..);
        let goes_on = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
        !end.is_some_and(|end| end.starts_with(goes_on))
    });
    let Some(at) = at else {
        return Advice::write(words);
    };
    let start = span.start as usize + at;
    let edit = (Span::new(start, start + old.len()), new.to_owned());
    let advice = Advice::edit(vec![edit]).text(words);
    match is_sure {
        true => advice.safe(),
        false => advice.unsafe_(),
    }
}

/// To take away the `-` before a key, so that its item goes on with the one before.
pub(in crate::rules) fn without_dash(key: Node<'_>, words: impl Into<String>) -> Advice {
    match edit::dash(key) {
        Some(dash) => Advice::edit(vec![(dash, " ".to_owned())]).text(words),
        None => Advice::say(words),
    }
}
