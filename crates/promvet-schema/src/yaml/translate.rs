//! A tree that is made of the nodes of another one: what a dialect's text means in the words of
//! `prometheus.yml`. Each node keeps the span and the path of the one that it was made of.

use std::sync::Arc;

use super::document::{Document, Keys, NO_TAG, NodeContent, NodeData, ScalarSource, small};
use super::node::{Kind, Node};
use super::scalar::Style;
use promvet_text::{Span, Text};

/// The nodes that a translation was made of.
#[derive(Clone)]
pub(super) struct Origin {
    source: Arc<Document>,
    /// The number of the source's node for each node of the translation.
    ids: Vec<u32>,
}

impl Origin {
    pub(super) fn source(&self) -> &Arc<Document> {
        &self.source
    }

    pub(super) fn of(&self, id: u32) -> Node<'_> {
        let id = self.ids.get(id as usize).copied().unwrap_or(0);
        Node {
            document: &self.source,
            id,
        }
    }
}

/// How many nodes a translation may have for each node of its source: aliases are copied, and a
/// text may have very many of them. No configuration in use needs more than twice as many.
/// Aliases are copied out, so that a small text could otherwise become a very large tree.
const MOST_NODES: usize = 8;

/// As deep as a value is copied. Prometheus's own sections are ten levels deep; what is deeper is
/// not part of one.
const DEEPEST: usize = 64;

/// A node of the translation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TranslatedNode(u32);

/// An entry of a translation: the path of its keys, with dots, the node that its last key was made
/// of, and its value.
pub type TranslationEntry<'d> = (&'static str, Node<'d>, TranslatedNode);

/// Builds a translation.
pub struct TranslationBuilder {
    out: Document,
    origin: Option<Origin>,
}

impl TranslationBuilder {
    /// An empty translation of a document.
    #[must_use]
    pub fn new(source: &Arc<Document>) -> Self {
        let mut out = Document::empty(source.text());
        out.is_yaml = source.is_yaml();
        Self {
            out,
            origin: Some(Origin {
                source: Arc::clone(source),
                ids: Vec::new(),
            }),
        }
    }

    /// The same with more behind the end of its text ([`Text::extended`]).
    #[must_use]
    pub fn in_extended(source: &Arc<Document>, text: &Arc<Text>) -> Self {
        let mut builder = Self::new(source);
        builder.out.text = Arc::clone(text);
        builder
    }

    /// A tree of a text that is not YAML: paths are those of the tree itself.
    #[must_use]
    pub fn of_text(text: &Arc<Text>) -> Self {
        let mut out = Document::empty(text);
        out.is_yaml = false;
        Self { out, origin: None }
    }

    /// The same for a tree that belongs to a named part of the text, for fingerprints.
    #[must_use]
    pub fn new_for_component(text: &Arc<Text>, owner: impl Into<String>) -> Self {
        let mut builder = Self::of_text(text);
        builder.out.owner = owner.into();
        builder
    }

    /// Whether so much was copied that the rest is left out.
    #[must_use]
    pub fn is_full(&self) -> bool {
        let source = self.origin.as_ref();
        source.is_some_and(|origin| self.out.nodes.len() >= MOST_NODES * (origin.source.len() + 16))
    }

    /// A scalar in place of a node, with another text.
    pub fn scalar(&mut self, like: Node<'_>, text: &str) -> TranslatedNode {
        let from = small(self.out.made.len());
        self.out.made.push_str(text);
        let value = ScalarSource::Made(from, small(self.out.made.len()));
        // As a text, whatever it looks like.
        // The style says whether a value may be a number, so that the translation keeps it.
        let style = match like.scalar() {
            Some(scalar) => scalar.style,
            None => Style::DoubleQuoted,
        };
        self.push(like, NodeContent::Scalar { value, style }, NO_TAG)
    }

    /// The text of a part of a scalar, such as the value of a flag.
    pub fn part(&mut self, like: Node<'_>, span: Span, text: &str) -> TranslatedNode {
        let made = self.scalar(like, text);
        if let Some(node) = self.out.nodes.get_mut(made.0 as usize) {
            node.span = span;
            // A number or a truth value, whatever the quotes around the whole.
            if let NodeContent::Scalar { style, .. } = &mut node.data {
                *style = Style::Plain;
            }
        }
        made
    }

    /// The same of a text, whatever it looks like.
    pub fn text_part(&mut self, like: Node<'_>, span: Span, text: &str) -> TranslatedNode {
        let made = self.part(like, span, text);
        if let Some(node) = self.out.nodes.get_mut(made.0 as usize)
            && let NodeContent::Scalar { style, .. } = &mut node.data
        {
            *style = Style::DoubleQuoted;
        }
        made
    }

    /// Says that a node is somewhere else than what it was made like.
    pub fn put_at(&mut self, made: TranslatedNode, span: Span) {
        if let Some(node) = self.out.nodes.get_mut(made.0 as usize) {
            node.span = span;
        }
    }

    /// A scalar at a span of a text that is not YAML. `plain` says that it may be a number or a
    /// truth value.
    pub fn scalar_at(&mut self, span: Span, text: &str, plain: bool) -> TranslatedNode {
        let from = small(self.out.made.len());
        self.out.made.push_str(text);
        let value = ScalarSource::Made(from, small(self.out.made.len()));
        let style = if plain {
            Style::Plain
        } else {
            Style::DoubleQuoted
        };
        self.push_at(span, NodeContent::Scalar { value, style }, NO_TAG)
    }

    /// A text between quotes at a span of a text that is not YAML, of a type that YAML would say
    /// with a tag.
    pub fn tagged_at(&mut self, span: Span, text: &str, tag: &str) -> TranslatedNode {
        let from = small(self.out.made.len());
        self.out.made.push_str(text);
        let value = ScalarSource::Made(from, small(self.out.made.len()));
        let style = Style::DoubleQuoted;
        let tag = self.tag(Some(tag));
        self.push_at(span, NodeContent::Scalar { value, style }, tag)
    }

    /// A list at a span of a text that is not YAML.
    pub fn sequence_at(&mut self, span: Span, items: &[TranslatedNode]) -> TranslatedNode {
        let links = self.link(items.iter().map(|item| item.0));
        let list = self.push_at(span, NodeContent::Sequence(links), NO_TAG);
        self.adopt(list, items.iter().copied());
        list
    }

    /// A mapping at a span of a text that is not YAML.
    pub fn mapping_at(
        &mut self,
        span: Span,
        pairs: &[(TranslatedNode, TranslatedNode)],
    ) -> TranslatedNode {
        let data = self.mapping_data(pairs);
        let map = self.push_at(span, data, NO_TAG);
        self.adopt(map, pairs.iter().flat_map(|&(key, value)| [key, value]));
        map
    }

    fn mapping_data(&mut self, pairs: &[(TranslatedNode, TranslatedNode)]) -> NodeContent {
        let mut keys = Keys::default();
        for (key, _) in pairs {
            keys.add(self.out.key_text(key.0));
        }
        let links = self.link(pairs.iter().flat_map(|(key, value)| [key.0, value.0]));
        NodeContent::Mapping { links, keys }
    }

    /// A list in place of a node.
    pub fn sequence(&mut self, like: Node<'_>, items: &[TranslatedNode]) -> TranslatedNode {
        let links = self.link(items.iter().map(|item| item.0));
        let list = self.push(like, NodeContent::Sequence(links), NO_TAG);
        self.adopt(list, items.iter().copied());
        list
    }

    /// The items of lists as one list in place of a node.
    pub fn joined(&mut self, like: Node<'_>, lists: &[TranslatedNode]) -> TranslatedNode {
        let ids = lists
            .iter()
            .flat_map(|list| match self.out.nodes.get(list.0 as usize) {
                Some(NodeData {
                    data: NodeContent::Sequence((from, to)),
                    ..
                }) => self.out.links.get(*from as usize..*to as usize),
                _ => None,
            });
        let items: Vec<TranslatedNode> = ids.flatten().map(|&id| TranslatedNode(id)).collect();
        self.sequence(like, &items)
    }

    /// A mapping in place of a node.
    pub fn mapping(
        &mut self,
        like: Node<'_>,
        pairs: &[(TranslatedNode, TranslatedNode)],
    ) -> TranslatedNode {
        let data = self.mapping_data(pairs);
        let map = self.push(like, data, NO_TAG);
        self.adopt(map, pairs.iter().flat_map(|&(key, value)| [key, value]));
        map
    }

    /// The entries of a mapping in place of a node, where paths of several keys make mappings in it.
    pub fn assemble(
        &mut self,
        like: Node<'_>,
        items: Vec<TranslationEntry<'_>>,
    ) -> Vec<(TranslatedNode, TranslatedNode)> {
        let mut pairs = Vec::new();
        let mut below: Vec<(&'static str, Vec<TranslationEntry<'_>>)> = Vec::new();
        for (native, key, value) in items {
            let Some((head, rest)) = native.split_once('.') else {
                pairs.push((self.scalar(key, native), value));
                continue;
            };
            match below.iter_mut().find(|(name, _)| *name == head) {
                Some((_, items)) => items.push((rest, key, value)),
                None => below.push((head, vec![(rest, key, value)])),
            }
        }
        for (head, items) in below {
            let key = items.first().map_or(like, |(_, key, _)| *key);
            let inner = self.assemble(key, items);
            // A chart has two keys for what is one mapping here.
            let whole = |this: &Self, pair: &(TranslatedNode, TranslatedNode)| {
                this.out.key_text(pair.0.0) == head && !this.pairs_of(pair.1).is_empty()
            };
            if let Some(at) = pairs.iter().position(|pair| whole(self, pair)) {
                let (name, value) = pairs.swap_remove(at);
                let mut all = self.pairs_of(value);
                // Of two equal ones the chart writes both, and the last counts.
                all.retain(|(key, _)| {
                    let text = self.out.key_text(key.0);
                    !inner
                        .iter()
                        .any(|(other, _)| self.out.key_text(other.0) == text)
                });
                all.extend(inner);
                let value = self.mapping(key, &all);
                pairs.push((name, value));
                continue;
            }
            let value = self.mapping(key, &inner);
            pairs.push((self.scalar(key, head), value));
        }
        pairs
    }

    /// The keys and values of a mapping that was made; none for anything else.
    fn pairs_of(&self, node: TranslatedNode) -> Vec<(TranslatedNode, TranslatedNode)> {
        let Some(NodeData {
            data: NodeContent::Mapping { links, .. },
            ..
        }) = self.out.nodes.get(node.0 as usize)
        else {
            return Vec::new();
        };
        let ids = self.out.links.get(links.0 as usize..links.1 as usize);
        let pairs = ids.unwrap_or_default().chunks_exact(2);
        let pairs = pairs.filter_map(|pair| match pair {
            [key, value] => Some((TranslatedNode(*key), TranslatedNode(*value))),
            _ => None,
        });
        pairs.collect()
    }

    /// A node as it is, with all that is in it. None if it is too large or too deep.
    pub fn copy(&mut self, node: Node<'_>) -> Option<TranslatedNode> {
        self.copy_below(node, DEEPEST)
    }

    fn copy_below(&mut self, node: Node<'_>, depth: usize) -> Option<TranslatedNode> {
        if self.is_full() {
            return None;
        }
        let depth = depth.checked_sub(1)?;
        match node.kind() {
            Kind::Scalar(scalar) => {
                let from = small(self.out.made.len());
                self.out.made.push_str(scalar.text);
                let value = ScalarSource::Made(from, small(self.out.made.len()));
                let data = NodeContent::Scalar {
                    value,
                    style: scalar.style,
                };
                let tag = self.tag(scalar.tag);
                Some(self.push(node, data, tag))
            }
            Kind::Sequence(list) => {
                let items: Option<Vec<TranslatedNode>> = list
                    .iter()
                    .map(|item| self.copy_below(item, depth))
                    .collect();
                Some(self.sequence(node, &items?))
            }
            Kind::Mapping(mapping) => {
                let pairs: Option<Vec<(TranslatedNode, TranslatedNode)>> = mapping
                    .effective()
                    .map(|entry| {
                        let key = self.copy_below(entry.key, depth)?;
                        Some((key, self.copy_below(entry.value, depth)?))
                    })
                    .collect();
                Some(self.mapping(node, &pairs?))
            }
        }
    }

    /// The translation with a node for its root.
    #[must_use]
    pub fn finish(mut self, root: TranslatedNode) -> Document {
        self.out.root = root.0;
        self.out.origin = self.origin;
        self.out
    }

    fn link(&mut self, ids: impl Iterator<Item = u32>) -> (u32, u32) {
        let from = small(self.out.links.len());
        self.out.links.extend(ids);
        (from, small(self.out.links.len()))
    }

    fn adopt(&mut self, parent: TranslatedNode, children: impl Iterator<Item = TranslatedNode>) {
        for child in children {
            if let Some(node) = self.out.nodes.get_mut(child.0 as usize) {
                node.parent = parent.0;
            }
        }
    }

    fn tag(&mut self, tag: Option<&str>) -> u32 {
        let Some(tag) = tag else { return NO_TAG };
        let known = self.out.tags.iter().position(|other| other == tag);
        let at = known.unwrap_or_else(|| {
            self.out.tags.push(tag.to_owned());
            self.out.tags.len() - 1
        });
        small(at)
    }

    fn push(&mut self, like: Node<'_>, data: NodeContent, tag: u32) -> TranslatedNode {
        if let Some(origin) = &mut self.origin {
            origin.ids.push(like.id);
        }
        self.push_at(like.span(), data, tag)
    }

    /// Whether all nodes so far and the next one have a node of the source.
    fn has_origins(&self) -> bool {
        let mut origin = self.origin.iter();
        origin.all(|origin| origin.ids.len() > self.out.nodes.len())
    }

    fn push_at(&mut self, span: Span, data: NodeContent, tag: u32) -> TranslatedNode {
        // Each node of a translation has one of its source, found by its number.
        debug_assert!(
            self.has_origins(),
            "a node without a source in a translation"
        );
        let id = small(self.out.nodes.len());
        self.out.nodes.push(NodeData {
            span,
            parent: u32::MAX,
            tag,
            data,
        });
        TranslatedNode(id)
    }
}
