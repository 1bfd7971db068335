//! Views of a document's nodes: aliases followed, merge keys applied.

use std::collections::HashMap;
use std::fmt::{self, Write as _};

use super::document::{Document, NO_TAG, NodeContent, NodeData};
use super::identity;
use super::scalar::Scalar;
use promvet_text::{Place, Span, only_now};

/// A node of a document. Copying it is free.
#[derive(Clone, Copy)]
pub struct Node<'d> {
    pub(super) document: &'d Document,
    pub(super) id: u32,
}

impl fmt::Debug for Node<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Node({} at {:?})", self.path(), self.place())
    }
}

/// What a node is, aliases followed.
#[derive(Clone, Copy, Debug)]
pub enum Kind<'d> {
    /// A single value.
    Scalar(Scalar<'d>),
    /// A list.
    Sequence(Sequence<'d>),
    /// Keys and values.
    Mapping(Mapping<'d>),
}

impl<'d> Node<'d> {
    pub(super) fn data(self) -> &'d NodeData {
        self.document.node(self.id)
    }

    /// The node that an alias stands for; other nodes stand for themselves.
    #[must_use]
    pub fn target(self) -> Self {
        match self.data().data {
            NodeContent::Alias(id) => Self { id, ..self },
            _ => self,
        }
    }

    /// Whether it is an alias (`*name`).
    #[must_use]
    pub fn is_alias(self) -> bool {
        matches!(self.data().data, NodeContent::Alias(_))
    }

    /// What tells it from the other nodes of its document; [`Document::numbered`] finds it again.
    #[must_use]
    pub fn number(self) -> u32 {
        self.id
    }

    /// Where it is: for an alias, the alias itself.
    #[must_use]
    pub fn span(self) -> Span {
        self.data().span
    }

    /// Where its text is, without an anchor and a tag before it.
    #[must_use]
    pub fn content_span(self) -> Span {
        let span = self.span();
        let mut rest = self.document.text().slice(span);
        while rest.starts_with(['&', '!']) {
            let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
            rest = rest.get(end..).unwrap_or_default().trim_start();
        }
        Span::new(span.end as usize - rest.len(), span.end as usize)
    }

    /// The place of its span.
    #[must_use]
    pub fn place(self) -> Place {
        self.document.place(self.span())
    }

    /// The document that it belongs to.
    #[must_use]
    pub fn document(self) -> &'d Document {
        self.document
    }

    /// An explicit tag of the node itself, in its long form.
    #[must_use]
    pub fn tag(self) -> Option<&'d str> {
        self.document.tag(self.target().data())
    }

    /// What it is, aliases followed.
    #[must_use]
    pub fn kind(self) -> Kind<'d> {
        let node = self.target();
        let data = node.data();
        match data.data {
            NodeContent::Scalar { value, style } => Kind::Scalar(Scalar {
                text: self.document.value(value),
                style,
                tag: self.document.tag(data),
                span: data.span,
            }),
            NodeContent::Sequence(_) => Kind::Sequence(Sequence { node }),
            NodeContent::Mapping { .. } => Kind::Mapping(Mapping { node }),
            // An alias never stands for an alias: anchors name real nodes.
            NodeContent::Alias(_) => Kind::Scalar(Scalar::default()),
        }
    }

    /// The scalar, if it is one.
    #[must_use]
    pub fn scalar(self) -> Option<Scalar<'d>> {
        if let Kind::Scalar(scalar) = self.kind() {
            Some(scalar)
        } else {
            None
        }
    }

    /// The list, if it is one.
    #[must_use]
    pub fn sequence(self) -> Option<Sequence<'d>> {
        let node = self.target();
        matches!(node.data().data, NodeContent::Sequence(_)).then_some(Sequence { node })
    }

    /// The mapping, if it is one.
    #[must_use]
    pub fn mapping(self) -> Option<Mapping<'d>> {
        let node = self.target();
        matches!(node.data().data, NodeContent::Mapping { .. }).then_some(Mapping { node })
    }

    /// The text of a scalar that is not null.
    #[must_use]
    pub fn as_str(self) -> Option<&'d str> {
        match self.target().data().data {
            // Longer than all words for null, as most are.
            NodeContent::Scalar { value, .. } if value.len() > "null".len() => {
                Some(self.document.value(value))
            }
            _ => self.scalar()?.as_str(),
        }
    }

    /// Whether it is a null scalar.
    #[must_use]
    pub fn is_null(self) -> bool {
        self.may_be_null() && self.scalar().is_some_and(Scalar::is_null)
    }

    /// Whether it can stand for null, known without a look at its text: no word for null is longer
    /// than `null`, and most texts are.
    /// Asked for nearly every value, so that most are ruled out by their length.
    pub fn may_be_null(self) -> bool {
        let data = self.target().data();
        match data.data {
            NodeContent::Scalar { value, .. } => value.len() <= "null".len() || data.tag != NO_TAG,
            _ => false,
        }
    }

    /// The value of a key, if it is a mapping that has it.
    #[must_use]
    pub fn get(self, key: &str) -> Option<Self> {
        self.mapping()?.get(key)
    }

    /// The items of a list; none for anything else.
    pub fn items(self) -> impl Iterator<Item = Self> + use<'d> {
        self.sequence().into_iter().flat_map(Sequence::iter)
    }

    /// One step of a path: the value of a key, or the item of a list by its index.
    #[must_use]
    pub fn step(self, key: &str) -> Option<Self> {
        match self.sequence() {
            Some(list) => list.at(key.parse().ok()?),
            None => self.get(key),
        }
    }

    /// The steps that lead to it from the root of its document.
    #[must_use]
    pub fn steps(self) -> Option<Vec<String>> {
        let mut out = Vec::new();
        let mut node = self;
        while let Some(parent) = node.parent() {
            let is_it = |other: &Self| other.id == node.id;
            out.push(match parent.sequence() {
                Some(list) => list.iter().position(|node| is_it(&node))?.to_string(),
                None => {
                    let mut entries = parent.mapping()?.written();
                    entries.find(|entry| is_it(&entry.value))?.name().to_owned()
                }
            });
            node = parent;
        }
        out.reverse();
        Some(out)
    }

    /// The node that holds it, if any: for what an alias stands for, where the anchor is.
    #[must_use]
    pub fn parent(self) -> Option<Self> {
        let parent = self.data().parent;
        (parent != u32::MAX).then_some(Self { id: parent, ..self })
    }

    /// The path of keys from the root, such as `remote_write[0].url`. Where the text is in
    /// another one, that of the whole file: `data["prometheus.yml"].remote_write[0].url`.
    #[must_use]
    pub fn path(self) -> String {
        let within = &self.document.text().within().logical;
        let way = identity::way(self.original());
        path_of(within, &way, |_, index| index.to_string())
    }

    /// The path of keys with list items named by what they say, behind the object or component that
    /// it is in; by index where they say nothing that tells them apart. Where an endpoint leads is
    /// behind its name, as [`destination`](promvet_text::destination) writes it.
    #[must_use]
    pub fn identity(self) -> String {
        let within = &self.document.text().within().identity;
        let way = identity::way(self.original());
        let owner = match (&*self.document.owner, way.first()) {
            ("", Some(root)) => identity::object(*root),
            (owner, _) => only_now(&format!("{owner}.")),
        };
        owner
            + &path_of(within, &way, |depth, index| {
                let key = identity::key_of_list(&way, depth - 1);
                identity::item(&way, depth, key, index)
            })
    }

    /// The node that it was made of: a translation has the paths of its source, which may be one
    /// itself.
    fn original(self) -> Self {
        let mut node = self;
        while let Some(origin) = &node.document.origin {
            node = origin.of(node.id);
        }
        node
    }

    /// The key of `child` in this mapping; the child's own text if it is a key itself.
    pub(super) fn key_of(self, child: Self) -> &'d str {
        let index = self.links().binary_search(&child.id).unwrap_or(0);
        let key = self.links().get(index & !1);
        key.map_or("", |&id| self.document.written_key(id))
    }

    pub(super) fn links(self) -> &'d [u32] {
        self.document.links_of(self.id)
    }
}

/// The path of a way from the root; `name_of` is given the depth of an item and its index.
fn path_of(within: &str, way: &[Node<'_>], name_of: impl Fn(usize, usize) -> String) -> String {
    let mut path = within.to_owned();
    for (depth, pair) in way.windows(2).enumerate() {
        let [parent, child] = *pair else { continue };
        match &parent.data().data {
            NodeContent::Sequence(_) => {
                // So a binary search finds the child, since links ascend.
                // Nodes are numbered in the order of the text.
                let index = parent.links().binary_search(&child.id).unwrap_or(0);
                let _ = write!(path, "[{}]", name_of(depth + 1, index));
            }
            _ => push_key(&mut path, parent.key_of(child)),
        }
    }
    path
}

fn push_key(path: &mut String, key: &str) {
    let plain = !key.is_empty()
        && key
            .chars()
            .all(|c| c.is_alphanumeric() || "_-/".contains(c));
    if !plain {
        let _ = write!(path, "[{key:?}]");
    } else if path.is_empty() {
        path.push_str(key);
    } else {
        let _ = write!(path, ".{key}");
    }
}

/// A list.
#[derive(Clone, Copy, Debug)]
pub struct Sequence<'d> {
    node: Node<'d>,
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
fn written<'d>(document: &'d Document, pair: &[u32]) -> Option<Entry<'d>> {
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
const FEW: usize = 16;

/// Keys and values.
#[derive(Clone, Copy, Debug)]
pub struct Mapping<'d> {
    node: Node<'d>,
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
            let is_it = |pair: &[u32]| pair.first().is_some_and(|&id| document.is_key(id, key));
            links.chunks_exact(2).rposition(is_it)?
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
fn merge_sources<'d>(value: Node<'d>, each: &mut dyn FnMut(Mapping<'d>)) {
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
