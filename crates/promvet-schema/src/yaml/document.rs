//! A document: the nodes of one YAML document in one vector, with their places.

use std::sync::Arc;

use super::large::Large;
use super::node::Node;
use super::scalar::Style;
use super::translate::Origin;
use promvet_text::{Place, Span, Text};

/// Why a text is not YAML as go-yaml reads it.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{problem}")]
pub struct SyntaxError {
    /// What kind of fault it is.
    pub kind: SyntaxKind,
    /// The parser's words.
    pub problem: String,
    /// What was being read, if the parser says: `while parsing a block mapping`.
    pub context: Option<(String, Span)>,
    /// Where it stopped.
    pub span: Span,
}

/// Kinds of syntax errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyntaxKind {
    /// The text is not YAML.
    Malformed,
    /// Bytes that are not UTF-8, or control characters.
    Encoding,
    /// An alias to an anchor that does not exist, or one inside its own anchor.
    Alias,
    /// Aliases that expand beyond go-yaml's budget.
    Bomb,
    /// Nesting beyond go-yaml's limit.
    Depth,
    /// Nesting that takes too long to be read here, which says nothing about Prometheus.
    Unread,
    /// The parser itself failed: promvet's own fault.
    Internal,
}

#[derive(Clone, Copy)]
pub(super) enum NodeContent {
    Scalar { value: ScalarSource, style: Style },
    Sequence((u32, u32)),
    Mapping { links: (u32, u32), keys: Keys },
    Alias(u32),
}

/// What is known of the keys of a mapping without a look at them: most keys that a caller asks for
/// are not there.
#[derive(Clone, Copy, Default)]
pub(super) struct Keys {
    /// Whether one of them is a merge key, so that there are others.
    pub(super) merge: bool,
    bits: u32,
}

impl Keys {
    pub(super) fn add(&mut self, name: &str) {
        self.bits |= Self::bit(name);
    }

    /// Whether a key of this name can be among those that are written.
    pub(super) fn may_have(self, name: &str) -> bool {
        self.bits & Self::bit(name) != 0
    }

    /// Length, first and last letter: keys of one section mostly differ in one of them, so that 32
    /// bits rule out most of those that are absent.
    fn bit(name: &str) -> u32 {
        let letters = name.as_bytes();
        let first = letters.first().copied().map_or(0, usize::from);
        let last = letters.last().copied().map_or(0, usize::from);
        1 << ((letters.len() + 5 * first + 11 * last) % 32)
    }
}

/// Where the text of a scalar is.
#[derive(Clone, Copy)]
pub(super) enum ScalarSource {
    /// In the source, as most do: nothing is escaped or folded.
    Written(Span),
    /// Among the document's own texts.
    Made(u32, u32),
}

impl ScalarSource {
    pub(super) fn len(self) -> usize {
        match self {
            Self::Written(span) => span.len(),
            Self::Made(from, to) => (to - from) as usize,
        }
    }
}

/// The tag of a node without one.
pub(super) const NO_TAG: u32 = u32::MAX;

#[derive(Clone, Copy)]
pub(super) struct NodeData {
    pub(super) span: Span,
    pub(super) parent: u32,
    /// Which of the document's tags it has.
    pub(super) tag: u32,
    pub(super) data: NodeContent,
}

/// One YAML document as a tree. Its `Debug` does not show the text.
pub struct Document {
    pub(super) text: Arc<Text>,
    pub(super) nodes: Vec<NodeData>,
    pub(super) links: Vec<u32>,
    /// The texts of scalars that are not written as they are meant, one behind the other.
    pub(super) made: String,
    pub(super) tags: Vec<String>,
    pub(super) next: Option<Span>,
    /// Where the token begins that ended it.
    pub(super) end: u32,
    /// The node that is taken for the root.
    pub(super) root: u32,
    /// Keys that were given another name, and how they are written.
    pub(super) renamed: Vec<(u32, ScalarSource)>,
    pub(super) large: Large,
    /// What a translation was made of.
    pub(super) origin: Option<Origin>,
    /// What it belongs to, where the tree itself does not say: a component of Alloy.
    pub(super) owner: String,
    /// Whether the text is YAML; a tree may be made of a text that is not.
    pub(super) is_yaml: bool,
}

impl std::fmt::Debug for Document {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Document")
            .field("text", &self.text)
            .field("nodes", &self.nodes.len())
            .finish()
    }
}

impl Document {
    pub(super) fn empty(text: &Arc<Text>) -> Self {
        Self {
            text: Arc::clone(text),
            nodes: Vec::new(),
            links: Vec::new(),
            made: String::new(),
            tags: Vec::new(),
            next: None,
            end: 0,
            root: 0,
            renamed: Vec::new(),
            large: Large::default(),
            origin: None,
            owner: String::new(),
            is_yaml: true,
        }
    }

    /// The text that it was read from.
    #[must_use]
    pub fn text(&self) -> &Arc<Text> {
        &self.text
    }

    /// The document that it was translated from, if it was: the first one of several.
    #[must_use]
    pub fn source(&self) -> Option<&Arc<Self>> {
        let mut source = self.origin.as_ref().map(Origin::source)?;
        while let Some(origin) = &source.origin {
            source = origin.source();
        }
        Some(source)
    }

    /// Whether its text is YAML or JSON.
    #[must_use]
    pub fn is_yaml(&self) -> bool {
        self.is_yaml
    }

    /// The place of a span of its text.
    #[must_use]
    pub fn place(&self, span: Span) -> Place {
        Place::new(&self.text, span)
    }

    /// The root; none for an empty document.
    #[must_use]
    pub fn root(&self) -> Option<Node<'_>> {
        (!self.nodes.is_empty()).then_some(Node {
            document: self,
            id: self.root,
        })
    }

    /// The node of a number.
    #[must_use]
    pub fn numbered(&self, number: u32) -> Option<Node<'_>> {
        ((number as usize) < self.nodes.len()).then_some(Node {
            document: self,
            id: number,
        })
    }

    /// Every node that is written, keys included, if these are all of them that there are: of a part of a
    /// document, and of one that was translated, its root tells. Faster than a way through the tree.
    #[must_use]
    pub fn written_nodes(&self) -> Option<impl Iterator<Item = Node<'_>>> {
        let is_whole = self.root == 0 && self.origin.is_none();
        let all = 0..small(self.nodes.len());
        is_whole.then(|| all.map(|id| Node { document: self, id }))
    }

    /// The same with what is at a path of keys for its root: a configuration that is part of a
    /// larger document. Places and paths stay those of the whole. None if nothing is there.
    #[must_use]
    pub fn rooted_at(&self, way: &[&str]) -> Option<Self> {
        let root = way
            .iter()
            .try_fold(self.root()?, |node, key| node.step(key))?;
        Some(Self {
            text: Arc::clone(&self.text),
            nodes: self.nodes.clone(),
            links: self.links.clone(),
            made: self.made.clone(),
            tags: self.tags.clone(),
            next: None,
            end: self.end,
            root: root.target().id,
            renamed: self.renamed.clone(),
            large: Large::default(),
            origin: None,
            owner: self.owner.clone(),
            is_yaml: self.is_yaml,
        })
    }

    /// The text of a key as it is written, whatever name it was given.
    pub(super) fn written_key(&self, id: u32) -> &str {
        let renamed = self.renamed.iter().find(|(key, _)| *key == id);
        renamed.map_or_else(|| self.key_text(id), |&(_, value)| self.value(value))
    }

    /// Where a further document begins, if this is not the last one of its stream.
    #[must_use]
    pub fn next_document(&self) -> Option<Span> {
        self.next
    }

    pub(super) fn node(&self, id: u32) -> &NodeData {
        // An id that is out of range is a fault of promvet, and an empty list does no harm, so that
        // nothing panics.
        static NOTHING: NodeData = NodeData {
            span: Span { start: 0, end: 0 },
            parent: u32::MAX,
            tag: NO_TAG,
            data: NodeContent::Sequence((0, 0)),
        };
        self.nodes.get(id as usize).unwrap_or(&NOTHING)
    }

    /// The text of a key; empty if it is not a scalar.
    pub(super) fn key_text(&self, id: u32) -> &str {
        match self.node(id).data {
            NodeContent::Scalar { value, .. } => self.value(value),
            NodeContent::Alias(target) => match self.node(target).data {
                NodeContent::Scalar { value, .. } => self.value(value),
                _ => "",
            },
            _ => "",
        }
    }

    /// The number of the last pair whose key is `name`. Asked thousands of times for each file: keys of
    /// another length, as most are, are passed over without a look at their text.
    pub(super) fn position_of(&self, links: &[u32], name: &str) -> Option<usize> {
        let source = self.text.content().as_bytes();
        let is_it = |pair: &[u32]| {
            let id = pair.first().copied().unwrap_or(u32::MAX);
            match self.nodes.get(id as usize).map(|node| node.data) {
                Some(NodeContent::Scalar {
                    value: ScalarSource::Written(span),
                    ..
                }) => {
                    let (from, to) = (span.start as usize, span.end as usize);
                    to.wrapping_sub(from) == name.len()
                        && source.get(from..to) == Some(name.as_bytes())
                }
                Some(_) => self.key_text(id) == name,
                None => false,
            }
        };
        links.chunks_exact(2).rposition(is_it)
    }

    /// The text of a scalar.
    pub(super) fn value(&self, value: ScalarSource) -> &str {
        match value {
            ScalarSource::Written(span) => self.text.slice(span),
            ScalarSource::Made(from, to) => self.made.get(from as usize..to as usize).unwrap_or(""),
        }
    }

    /// The explicit tag of a node.
    pub(super) fn tag(&self, node: &NodeData) -> Option<&str> {
        self.tags.get(node.tag as usize).map(String::as_str)
    }

    pub(super) fn links_of(&self, id: u32) -> &[u32] {
        let (NodeContent::Sequence((from, to))
        | NodeContent::Mapping {
            links: (from, to), ..
        }) = self.node(id).data
        else {
            return &[];
        };
        self.linked((from, to))
    }

    /// The links from one number to another.
    pub(super) fn linked(&self, (from, to): (u32, u32)) -> &[u32] {
        self.links.get(from as usize..to as usize).unwrap_or(&[])
    }

    pub(super) fn len(&self) -> usize {
        self.nodes.len()
    }
}

/// Node and link numbers; a text over 4 GiB, which could have more, is never read.
pub(super) fn small(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
