//! The entry or the item that a comment is about: what begins in its line.

use crate::yaml::document::{self, Document, NodeContent};
use crate::yaml::node::Node;
use promvet_text::Span;

/// What begins in a line: an entry of a mapping, or an item of a list.
#[derive(Clone, Copy, Debug)]
pub struct CommentedItem<'d> {
    /// From its key, or from the item behind its hyphen, to the end of its value.
    pub span: Span,
    /// The value, or the item.
    pub node: Node<'d>,
}

impl Document {
    /// The entry or item that a line begins with, if it does.
    #[must_use]
    pub fn unit_on(&self, line: Span) -> Option<CommentedItem<'_>> {
        let from = self
            .nodes
            .partition_point(|node| node.span.start < line.start);
        let mut found: Option<CommentedItem<'_>> = None;
        for (offset, data) in self.nodes.iter().skip(from).enumerate() {
            if data.span.start > line.end {
                break;
            }
            let id = document::small(from + offset);
            let Some(unit) = self.unit_of(Node { document: self, id }) else {
                continue;
            };
            match found {
                None => found = Some(unit),
                // An item that is a mapping begins with its first key, so that the larger of the
                // two is meant.
                Some(first) if first.span.start == unit.span.start => {
                    if unit.span.end > first.span.end {
                        found = Some(unit);
                    }
                }
                Some(_) => break,
            }
        }
        found.filter(|unit| {
            let before = Span {
                start: line.start,
                end: unit.span.start,
            };
            let mut words = self.text.slice(before).split_whitespace();
            words.all(|word| matches!(word, "-" | "?") || word.starts_with(['&', '!']))
        })
    }

    /// The unit that begins with a node.
    fn unit_of(&self, node: Node<'_>) -> Option<CommentedItem<'_>> {
        let parent = node.parent()?;
        let links = self.links_of(parent.id);
        let index = links.binary_search(&node.id).ok()?;
        let at = |id| Node { document: self, id };
        match self.node(parent.id).data {
            NodeContent::Sequence(_) => Some(CommentedItem {
                span: node.span(),
                node: at(node.id),
            }),
            NodeContent::Mapping { .. } if index % 2 == 0 => {
                let value = at(*links.get(index + 1)?);
                Some(CommentedItem {
                    span: node.span().join(value.span()),
                    node: value,
                })
            }
            _ => None,
        }
    }
}
