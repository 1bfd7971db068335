//! Strict reading of a spanned tree: every mistake is kept, with its place.

use std::sync::Arc;

use crate::finding::{Place, Span, Text, nearest};
use crate::yaml::{Kind, Node};

/// What is wrong with a policy file.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct PolicyError {
    /// What is wrong.
    pub message: String,
    /// Where.
    pub place: Place,
    /// What to write instead.
    pub help: Option<String>,
}

impl PolicyError {
    /// A fault of a whole file.
    #[must_use]
    pub fn at_start(text: &Arc<Text>, message: String) -> Self {
        Self {
            message,
            place: Place::new(text, Span::default()),
            help: None,
        }
    }
}

/// Collects the mistakes of one file.
#[derive(Debug, Default)]
pub(crate) struct Mistakes {
    pub(crate) list: Vec<PolicyError>,
}

impl Mistakes {
    pub(crate) fn add(&mut self, node: Node<'_>, message: impl Into<String>, help: Option<String>) {
        self.list.push(PolicyError {
            message: message.into(),
            place: node.place(),
            help,
        });
    }

    /// The fields of a mapping that are not null, after refusing unknown and repeated keys.
    pub(crate) fn fields<'d>(
        &mut self,
        node: Node<'d>,
        what: &str,
        known: &[&'static str],
    ) -> Vec<(&'static str, Node<'d>)> {
        if node.is_null() {
            return Vec::new();
        }
        let Some(mapping) = node.mapping() else {
            self.add(
                node,
                format!("{what} is a mapping of keys and values"),
                keys_help(known),
            );
            return Vec::new();
        };
        let mut out: Vec<(&'static str, Node<'d>)> = Vec::new();
        for entry in mapping.entries() {
            let Some(name) = known.iter().copied().find(|known| *known == entry.name()) else {
                let near = nearest(entry.name(), known.iter().copied());
                let help = near
                    .map(|near| format!("write `{near}`"))
                    .or_else(|| keys_help(known));
                self.add(
                    entry.key,
                    format!("{what} has no key `{}`", entry.name()),
                    help,
                );
                continue;
            };
            if out.iter().any(|(seen, _)| *seen == name) && !entry.merged {
                self.add(entry.key, format!("`{name}` is written twice"), None);
            } else if !entry.value.is_null() {
                out.push((name, entry.value));
            }
        }
        out
    }

    /// The items of a list.
    pub(crate) fn items<'d>(&mut self, node: Node<'d>, what: &str) -> Vec<Node<'d>> {
        match node.kind() {
            Kind::Sequence(list) => list.iter().collect(),
            _ => {
                self.add(node, format!("{what} is a list"), None);
                Vec::new()
            }
        }
    }

    /// A text: the source text of a scalar, whatever YAML takes it for.
    pub(crate) fn text<'d>(&mut self, node: Node<'d>, what: &str) -> Option<&'d str> {
        let text = node.as_str().filter(|text| !text.is_empty());
        if text.is_none() {
            self.add(node, format!("{what} is a text that is not empty"), None);
        }
        text
    }

    /// One text or a list of them.
    pub(crate) fn texts<'d>(&mut self, node: Node<'d>, what: &str) -> Vec<(&'d str, Node<'d>)> {
        let nodes = if node.scalar().is_some() {
            vec![node]
        } else {
            self.items(node, what)
        };
        nodes
            .into_iter()
            .filter_map(|node| Some((self.text(node, what)?, node)))
            .collect()
    }
}

fn keys_help(known: &[&str]) -> Option<String> {
    Some(format!("known keys: {}", known.join(", ")))
}
