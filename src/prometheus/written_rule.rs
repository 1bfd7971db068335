//! What the keys of a relabel rule say, before it is known what they come to.

use std::borrow::Cow;

use super::targets::lower_case;
use crate::yaml::Node;

/// A relabel rule as it is written. What it makes of labels is for [`RelabelRule`](super::RelabelRule) and
/// the interpreter.
#[derive(Clone, Copy, Debug)]
pub struct WrittenRule<'d> {
    /// The rule.
    pub node: Node<'d>,
}

impl<'d> WrittenRule<'d> {
    /// The view of an item of a list, if it is a mapping.
    #[must_use]
    pub fn new(node: Node<'d>) -> Option<Self> {
        node.mapping().is_some().then_some(Self { node })
    }

    fn text(self, key: &str) -> Option<&'d str> {
        self.node.get(key).and_then(Node::as_str)
    }

    /// `action` in lower case, as `relabel.Action.UnmarshalYAML` reads it.
    #[must_use]
    pub fn action(self) -> Cow<'d, str> {
        lower_case(self.text("action").unwrap_or("replace"))
    }

    /// The label that it writes.
    #[must_use]
    pub fn target_label(self) -> Option<&'d str> {
        self.text("target_label")
    }

    /// The text that it writes, if that is written.
    #[must_use]
    pub fn replacement(self) -> Option<&'d str> {
        self.text("replacement")
    }

    /// The node of that text.
    #[must_use]
    pub fn replacement_node(self) -> Option<Node<'d>> {
        self.node.get("replacement")
    }

    /// The pattern, if one is written.
    #[must_use]
    pub fn regex(self) -> Option<&'d str> {
        self.text("regex")
    }

    /// The list of labels that it reads.
    #[must_use]
    pub fn source_list(self) -> Option<Node<'d>> {
        self.node.get("source_labels")
    }

    /// The labels that it reads.
    pub fn sources(self) -> impl Iterator<Item = Node<'d>> {
        self.source_list().into_iter().flat_map(Node::items)
    }

    /// Whether it chooses targets or samples, and writes nothing.
    #[must_use]
    pub fn selects(self) -> bool {
        matches!(&*self.action(), "keep" | "drop" | "keepequal" | "dropequal")
    }

    /// Whether it writes the same text for all: no pattern decides, and no group is in the text.
    #[must_use]
    pub fn is_constant(self) -> bool {
        self.replacement().is_some_and(|made| !made.contains('$'))
            && self.node.get("regex").is_none()
    }

    /// Whether it reads a label.
    #[must_use]
    pub fn reads(self, label: &str) -> bool {
        self.sources().any(|source| source.as_str() == Some(label))
    }

    /// Whether it may set a label.
    #[must_use]
    pub fn may_set(self, label: &str) -> bool {
        match &*self.action() {
            "replace" | "lowercase" | "uppercase" | "hashmod" => self
                .target_label()
                .is_some_and(|target| target == label || target.contains('$')),
            // A prefix in the replacement is what its labels begin with; without one, labels of a
            // discovery become labels that are stored.
            "labelmap" => {
                let made = self.replacement().unwrap_or("$1");
                let prefix = made.split('$').next().unwrap_or_default();
                !prefix.is_empty() && label.starts_with(prefix) || {
                    let regex = self.regex().unwrap_or_default();
                    prefix.is_empty() && (!label.starts_with("__") || regex.contains("__address"))
                }
            }
            _ => false,
        }
    }
}
