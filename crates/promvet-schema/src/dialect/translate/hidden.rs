//! What must not be shown where an object of Kubernetes selects a Secret: a secret that is written there
//! itself, under the right key or under one that is nearly it.

use super::unknown::bare_key_name;
use crate::dialect::table::{DialectType, MappingShape};
use crate::secrets;
use crate::yaml::{Entry, Node};
use promvet_text::{is_made_up, nearest};

/// Ends of names, without what spellings differ in, whose values may be secrets where others beside them
/// are: `webhook_url`.
const ENDS: [&str; 6] = ["key", "password", "secret", "token", "uri", "url"];

/// The fewest letters of a value that may be a secret: shorter ones are `true`, `user` or a port.
const SHORTEST: usize = 6;

/// The fewest letters of the beginning of a key: with two, `to` and `pa` begin too many words.
const SHORTEST_BEGINNING: usize = 3;

/// Hides the value of a key that a shape does not have, if one that selects a Secret may be meant.
pub(super) fn unknown_key(shape: &MappingShape, entry: Entry<'_>) {
    let is_selector = |ty: &DialectType| matches!(ty, DialectType::Key | DialectType::KeyOf);
    let selectors = shape.keys.iter().filter(|key| is_selector(&key.ty));
    let names: Vec<&str> = selectors.map(|key| key.name).collect();
    if names.is_empty() {
        return;
    }
    if entry.value.mapping().is_some() {
        selector(entry.value);
        return;
    }
    let plain = bare_key_name(entry.name());
    // `bot` is meant for `botToken`.
    let is_begun =
        |name: &&str| plain.len() >= SHORTEST_BEGINNING && bare_key_name(name).starts_with(&*plain);
    let is_near = names.iter().any(is_begun)
        || nearest(entry.name(), names.iter().copied()).is_some()
        || ENDS.iter().any(|end| plain.ends_with(end));
    let is_short = entry
        .value
        .as_str()
        .is_some_and(|text| text.len() < SHORTEST);
    if is_near && !is_short {
        secrets::hide(entry.value);
    }
}

/// Hides what a selector has that is neither the name of an object nor that of a key.
pub(super) fn selector(node: Node<'_>) {
    for entry in node.mapping().into_iter().flat_map(|map| map.written()) {
        let is_shown = match entry.name() {
            "name" => entry.value.as_str().is_some_and(is_name),
            "key" => entry.value.as_str().is_some_and(is_key),
            "optional" => true,
            "secret" | "configMap" if entry.value.mapping().is_some() => {
                selector(entry.value);
                true
            }
            // A mapping of another kind.
            _ => entry.value.scalar().is_none(),
        };
        if !is_shown {
            secrets::hide(entry.value);
        }
    }
}

/// Whether a text may be the name of an object (RFC 1123), and is none that a generator made.
fn is_name(text: &str) -> bool {
    let is_part = |byte: u8| {
        byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'.')
    };
    is_filled_in(text) || text.bytes().all(is_part) && !is_made_up(text)
}

/// The same for a key of a Secret (apimachinery `IsConfigMapKey`).
fn is_key(text: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    is_filled_in(text) || text.bytes().all(is_part) && !is_made_up(text)
}

/// Whether a template writes it.
fn is_filled_in(text: &str) -> bool {
    text.contains("{{") || text.contains('$')
}
