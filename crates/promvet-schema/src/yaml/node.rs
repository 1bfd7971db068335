//! Views of a document's nodes: aliases followed, merge keys applied.

use std::fmt::{self, Write as _};

use super::collection::{Mapping, Sequence};
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

    /// The node of the source that one of a translation was made of.
    pub(crate) fn made_of(self) -> Option<Self> {
        let origin = self.document.origin.as_ref();
        origin.map(|origin| origin.of(self.id))
    }

    /// The node that it was made of: a translation has the paths of its source, which may be one
    /// itself.
    #[must_use]
    pub fn original(self) -> Self {
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
