//! Lists and mappings of a document: aliases followed, merge keys applied.

use std::collections::HashMap;

use super::document::{Document, NodeContent};
use super::node::{Kind, Node};

/// A list.
#[derive(Clone, Copy, Debug)]
pub struct Sequence<'d> {
    pub(super) node: Node<'d>,
}

impl<'d> Sequence<'d> {
    /// The node that it is.
    #[must_use]
    pub fn node(self) -> Node<'d> {
        self.node
    }

    /// Its items in order.
    pub fn iter(self) -> impl Iterator<Item = Node<'d>> + use<'d> {
        let document = self.node.document;
        self.node
            .links()
            .iter()
            .map(move |&id| Node { document, id })
    }

    /// The item at a place, without a look at the others.
    pub(super) fn at(self, index: usize) -> Option<Node<'d>> {
        let id = *self.node.links().get(index)?;
        Some(Node {
            document: self.node.document,
            id,
        })
    }

    /// How many items it has.
    #[must_use]
    pub fn len(self) -> usize {
        self.node.links().len()
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }
}

/// A key and its value.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'d> {
    /// The key, a scalar in all that promvet reads.
    pub key: Node<'d>,
    /// Null if nothing is written after the colon.
    pub value: Node<'d>,
    /// Whether it came by a merge key.
    pub merged: bool,
}

impl<'d> Entry<'d> {
    /// The text of the key; empty if it is not a scalar.
    #[must_use]
    pub fn name(self) -> &'d str {
        self.key.document.key_text(self.key.id)
    }
}

/// The entry that two links are.
pub(super) fn written<'d>(document: &'d Document, pair: &[u32]) -> Option<Entry<'d>> {
    let (&key, &value) = pair.first().zip(pair.get(1))?;
    let node = |id| Node { document, id };
    Some(Entry {
        key: node(key),
        value: node(value),
        merged: false,
    })
}

/// As many keys as are compared each with each, which is faster than a table of them.
/// Up to 16 keys take 120 comparisons at most, which is less than one allocation costs.
pub(super) const FEW: usize = 16;

/// Keys and values.
#[derive(Clone, Copy, Debug)]
pub struct Mapping<'d> {
    pub(super) node: Node<'d>,
}

impl<'d> Mapping<'d> {
    /// The node that it is.
    #[must_use]
    pub fn node(self) -> Node<'d> {
        self.node
    }

    /// The entries as written: merge keys are their own entries, duplicates are kept.
    pub fn written(self) -> impl Iterator<Item = Entry<'d>> + use<'d> {
        let document = self.node.document;
        let pairs = self.node.links().chunks_exact(2);
        pairs.filter_map(move |pair| written(document, pair))
    }

    /// The entry at a place in the order of [`Self::written`], without a look at the others.
    pub(super) fn written_at(self, index: usize) -> Option<Entry<'d>> {
        let pair = self.node.links().chunks_exact(2).nth(index)?;
        written(self.node.document, pair)
    }

    /// Whether a merge key is in it.
    #[must_use]
    pub fn has_merge(self) -> bool {
        matches!(self.node.data().data, NodeContent::Mapping { keys, .. } if keys.merge)
    }

    /// The entries in the order in which go-yaml applies them, merge keys expanded where they
    /// are: of several of one name, the last one counts.
    pub fn entries(self) -> impl Iterator<Item = Entry<'d>> + use<'d> {
        let written = (!self.has_merge()).then(|| self.written());
        let mut expanded = Vec::new();
        if self.has_merge() {
            self.expand(false, &mut expanded);
        }
        written.into_iter().flatten().chain(expanded)
    }

    /// The entries that count, merge keys expanded: an entry that came by a merge key is left out if
    /// another one has its name, as one that is written replaces it. Keys that are written twice are
    /// kept twice.
    pub fn effective(self) -> impl Iterator<Item = Entry<'d>> + use<'d> {
        let mut last = HashMap::new();
        if self.has_merge() {
            let named = self.entries().enumerate();
            last.extend(named.map(|(at, entry)| (entry.name(), (at, entry.merged))));
        }
        let counts = move |(at, entry): &(usize, Entry<'d>)| match last.get(entry.name()) {
            Some((winner, by_merge)) => at == winner || !entry.merged && !by_merge,
            None => true,
        };
        self.entries()
            .enumerate()
            .filter(counts)
            .map(|(_, entry)| entry)
    }

    /// The entries whose name an earlier one has, each behind the first one of that name. A merge
    /// key may be several times.
    #[must_use]
    pub fn repeats(self) -> Vec<(Entry<'d>, Entry<'d>)> {
        if self.node.links().len() <= 2 * FEW && !self.has_twins() {
            return Vec::new();
        }
        let is_named = |entry: &Entry<'_>| {
            entry.key.scalar().is_some() && !(self.has_merge() && is_merge_key(entry.key))
        };
        let mut first: HashMap<&str, Entry<'d>> = HashMap::new();
        let mut out = Vec::new();
        for entry in self.written().filter(is_named) {
            match first.get(entry.name()) {
                Some(first) => out.push((*first, entry)),
                None => _ = first.insert(entry.name(), entry),
            }
        }
        out
    }

    /// Whether two of not more than [`FEW`] keys are alike.
    fn has_twins(self) -> bool {
        let ids = self.node.links().iter().step_by(2);
        let count = ids.len();
        let mut names = [""; FEW];
        for (name, id) in names.iter_mut().zip(ids) {
            *name = self.node.document.key_text(*id);
        }
        let names = names.get(..count).unwrap_or(&[]);
        let mut numbered = names.iter().enumerate();
        numbered.any(|(at, name)| names.iter().take(at).any(|other| other == name))
    }

    /// Imitates `yaml.decoder.mappingStruct`, which merges where the merge key is, so that keys
    /// below it win.
    fn expand(self, merged: bool, out: &mut Vec<Entry<'d>>) {
        for entry in self.written() {
            if self.has_merge() && is_merge_key(entry.key) {
                merge_sources(entry.value, &mut |mapping| mapping.expand(true, out));
            } else {
                out.push(Entry { merged, ..entry });
            }
        }
    }

    /// The entry that counts for a key.
    #[must_use]
    pub fn entry(self, key: &str) -> Option<Entry<'d>> {
        let NodeContent::Mapping { keys, links } = self.node.data().data else {
            return None;
        };
        if keys.merge {
            let named = self.entries().filter(|entry| entry.name() == key);
            return named.last();
        }
        if !keys.may_have(key) {
            return None;
        }
        let document = self.node.document;
        let links = document.linked(links);
        let last = if Document::is_large(links) {
            document.last_of(self.node.id, key)?
        } else {
            document.position_of(links, key)?
        };
        let (&id, &value) = links.get(2 * last).zip(links.get(2 * last + 1))?;
        Some(Entry {
            key: Node { document, id },
            value: Node {
                document,
                id: value,
            },
            merged: false,
        })
    }

    /// The value that counts for a key.
    #[must_use]
    pub fn get(self, key: &str) -> Option<Node<'d>> {
        // What holds many things against each other looks up their keys, so that the time is looked at
        // there.
        promvet_text::work::count(1);
        self.entry(key).map(|entry| entry.value)
    }
}

/// Calls `each` with the mappings that a merge value names, in go-yaml's order of application:
/// of a list, the last first, so that earlier ones win.
/// Imitates `yaml.decoder.merge`: "Step backwards as earlier nodes take precedence."
pub(super) fn merge_sources<'d>(value: Node<'d>, each: &mut dyn FnMut(Mapping<'d>)) {
    match value.kind() {
        Kind::Mapping(mapping) => each(mapping),
        Kind::Sequence(list) => {
            let items: Vec<_> = list.iter().collect();
            items
                .into_iter()
                .rev()
                .filter_map(Node::mapping)
                .for_each(each);
        }
        Kind::Scalar(_) => {}
    }
}

/// Whether a key is the merge key `<<`: plain, or tagged as one.
/// Imitates `yaml.isMerge`.
#[must_use]
pub(super) fn is_merge_key(key: Node<'_>) -> bool {
    key.scalar().is_some_and(|scalar| {
        scalar.text == "<<" && (scalar.is_plain() || scalar.tag == Some("tag:yaml.org,2002:merge"))
    })
}
