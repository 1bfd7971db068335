//! Mappings as version 3 of go-yaml decodes them.

use crate::yaml::{Entry, Kind, Mapping, Node};

/// The entries that count: written ones, and merged ones whose key is not written. (Version 2,
/// which reads prometheus.yml, applies a merge where it is.) A null key is passed over.
/// Imitates `yaml.decoder.mappingStruct` and `merge` of go-yaml v3, which applies merges last.
pub(super) fn entries(mapping: Mapping<'_>) -> Vec<Entry<'_>> {
    let all = mapping.entries().filter(|entry| !entry.key.is_null());
    let (merged, mut out): (Vec<_>, Vec<_>) = all.partition(|entry| entry.merged);
    for entry in merged.into_iter().rev() {
        if out.iter().all(|other| other.name() != entry.name()) {
            out.push(entry);
        }
    }
    out
}

/// The entry of a key that is there and not null.
pub(super) fn entry<'d>(node: Node<'d>, key: &str) -> Option<Entry<'d>> {
    let found = entries(node.mapping()?)
        .into_iter()
        .find(|entry| entry.name() == key);
    found.filter(|entry| !entry.value.is_null())
}

/// The text of a key's scalar; empty if it is missing, null or something else.
pub(super) fn text<'d>(node: Node<'d>, key: &str) -> &'d str {
    entry(node, key)
        .and_then(|entry| entry.value.as_str())
        .unwrap_or("")
}

/// The values of `<<` that can't be merged.
/// "map merge requires map or sequence of maps as the value" (`yaml.failWantMap`).
pub(super) fn bad_merges(mapping: Mapping<'_>) -> Vec<Node<'_>> {
    if !mapping.has_merge() {
        return Vec::new();
    }
    let merges = mapping
        .written()
        .filter(|entry| entry.name() == "<<")
        .map(|entry| entry.value);
    merges
        .filter(|value| match value.kind() {
            Kind::Mapping(_) => false,
            Kind::Sequence(list) => list.iter().any(|item| item.mapping().is_none()),
            Kind::Scalar(_) => true,
        })
        .collect()
}
