//! A service of docker compose, with what is laid over it.

use std::path::Path;

use crate::finding::Evidence;
use crate::yaml::{Entry, Node};

/// A service and everything that is laid over it.
pub(in crate::facts::deployment::compose) struct ComposeService<'d> {
    pub(in crate::facts::deployment::compose) name: &'d str,
    pub(in crate::facts::deployment::compose) key: Node<'d>,
    /// The mappings that make it, later ones over earlier ones.
    pub(in crate::facts::deployment::compose) layers: Vec<Node<'d>>,
    /// Why it may have more mounts than are seen.
    pub(in crate::facts::deployment::compose) doubts: Vec<Evidence>,
    /// Those of them by which something may be mounted below one of its mounts.
    pub(in crate::facts::deployment::compose) overlays: Vec<Evidence>,
    /// Why another program may run in it, or with other settings.
    pub(in crate::facts::deployment::compose) changes: Vec<Evidence>,
    /// Whether another file gives it an image.
    pub(in crate::facts::deployment::compose) has_other_image: bool,
    /// Whether another program may run in it, by another file.
    pub(in crate::facts::deployment::compose) has_other_program: bool,
    /// Whether another file names ports of it.
    pub(in crate::facts::deployment::compose) has_other_ports: bool,
    /// The other files that it extends services of.
    pub(super) extended: Vec<&'d Path>,
}

impl<'d> ComposeService<'d> {
    pub(super) fn new(entry: Entry<'d>) -> Self {
        Self {
            name: entry.name(),
            key: entry.key,
            layers: vec![entry.value],
            doubts: Vec::new(),
            overlays: Vec::new(),
            changes: Vec::new(),
            has_other_image: false,
            has_other_program: false,
            has_other_ports: false,
            extended: Vec::new(),
        }
    }

    pub(super) fn not_extended(&mut self, extends: Node<'_>) {
        let evidence = Evidence {
            place: extends.place(),
            message: format!("`{}` extends a service that was not found", self.name),
        };
        self.has_other_program = true;
        self.changes.push(evidence.clone());
        self.overlays.push(evidence.clone());
        self.doubts.push(evidence);
    }

    /// The value of a setting: that of the last layer that has it.
    pub(in crate::facts::deployment::compose) fn get(&self, key: &str) -> Option<Node<'d>> {
        let mut layers = self.layers.iter().rev();
        layers
            .find_map(|layer| layer.get(key))
            .filter(|node| node.tag() != Some("!reset"))
    }

    /// The items of a list, those of all layers in order; a single text counts as a list of one.
    pub(in crate::facts::deployment::compose) fn items(&self, key: &str) -> Vec<Node<'d>> {
        let mut out = Vec::new();
        for node in self.layers.iter().filter_map(|layer| layer.get(key)) {
            match node.tag() {
                Some("!reset") => {
                    out.clear();
                    continue;
                }
                Some("!override") => out.clear(),
                _ => {}
            }
            out.extend(node.as_str().map(|_| node));
            out.extend(node.items());
        }
        out
    }

    /// Whether a layer's `extends` was not followed yet.
    pub(super) fn extends_left(&self, first: Node<'_>) -> bool {
        !self
            .layers
            .iter()
            .skip(1)
            .any(|layer| layer.span() == first.span())
    }
}
