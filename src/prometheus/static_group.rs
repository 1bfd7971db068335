//! Groups of targets: items of `static_configs`.

use crate::yaml::{Entry, Mapping, Node};

/// A group of targets and the labels that they have in common.
#[derive(Clone, Copy, Debug)]
pub struct StaticGroup<'d> {
    /// The group.
    pub node: Node<'d>,
}

impl<'d> StaticGroup<'d> {
    /// The list of its targets.
    #[must_use]
    pub fn target_list(self) -> Option<Node<'d>> {
        self.node.get("targets")
    }

    /// Its targets.
    pub fn targets(self) -> impl Iterator<Item = Node<'d>> {
        self.target_list().into_iter().flat_map(Node::items)
    }

    /// Its labels, in the order in which they count.
    pub fn labels(self) -> impl Iterator<Item = Entry<'d>> {
        let labels = self.node.get("labels").and_then(Node::mapping);
        labels.into_iter().flat_map(Mapping::entries)
    }

    /// The value of a label.
    #[must_use]
    pub fn label(self, name: &str) -> Option<Node<'d>> {
        self.node.get("labels")?.get(name)
    }
}
