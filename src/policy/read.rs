//! Strict reading of a spanned tree: every mistake is kept, with its place.

use std::sync::Arc;

use super::form::PolicyKey;
use crate::finding::{Advice, Place, Sentences, Span, Text, is_made_up, nearest};
use crate::yaml::{Kind, Node};

/// What is wrong with a policy file.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{message}")]
pub struct PolicyError {
    /// What is wrong.
    pub message: String,
    /// Where.
    pub place: Place,
    /// What to write instead.
    pub advice: Option<Advice>,
}

impl PolicyError {
    /// A fault of a whole file.
    #[must_use]
    pub fn at_start(text: &Arc<Text>, message: String) -> Self {
        Self {
            message,
            place: Place::new(text, Span::default()),
            advice: None,
        }
    }
}

impl Sentences for PolicyError {
    fn places(&self) -> Vec<Place> {
        vec![self.place.clone()]
    }

    fn sentences(&mut self) -> Vec<&mut String> {
        std::iter::once(&mut self.message)
            .chain(self.advice.as_mut().map(Advice::sentence))
            .collect()
    }
}

/// The fields of one mapping, in the order in which they are written.
#[derive(Debug, Default)]
pub(crate) struct PolicyFields<'d> {
    list: Vec<(&'static str, Node<'d>)>,
}

impl<'d> PolicyFields<'d> {
    /// The value of a key, if it is written and not null.
    pub(crate) fn get(&self, name: &str) -> Option<Node<'d>> {
        let mut list = self.list.iter();
        list.find(|(key, _)| *key == name).map(|(_, value)| *value)
    }
}

/// Collects the mistakes of one file.
#[derive(Debug)]
pub(crate) struct Mistakes {
    pub(crate) list: Vec<PolicyError>,
    /// What paths and patterns of paths count from: a prefix of the paths of files below it.
    pub(crate) folder: String,
}

impl Mistakes {
    pub(crate) fn add(
        &mut self,
        node: Node<'_>,
        message: impl Into<String>,
        advice: Option<Advice>,
    ) {
        // `prometheus: SECRET`: the message quotes what is in the wrong place.
        if node.as_str().is_some_and(is_made_up) {
            node.document().text().mark_secret(node.span());
        }
        self.list.push(PolicyError {
            message: message.into(),
            place: node.place(),
            advice,
        });
    }

    /// The fields of a mapping that are not null, after refusing what is unknown, repeated or
    /// missing.
    pub(crate) fn fields<'d>(
        &mut self,
        node: Node<'d>,
        what: &str,
        keys: &'static [PolicyKey],
    ) -> Option<PolicyFields<'d>> {
        let keys: Vec<_> = keys.iter().collect();
        self.fields_of(node, what, &keys)
    }

    /// The same for keys of several tables.
    pub(crate) fn fields_of<'d>(
        &mut self,
        node: Node<'d>,
        what: &str,
        keys: &[&'static PolicyKey],
    ) -> Option<PolicyFields<'d>> {
        if node.is_null() && !keys.iter().any(|key| key.required) {
            return Some(PolicyFields::default());
        }
        let Some(mapping) = node.mapping() else {
            let message = format!("{what}: expected a mapping");
            self.add(node, message, keys_help(keys));
            return None;
        };
        let mut list: Vec<(&'static str, Node<'d>)> = Vec::new();
        let mut unknown = 0;
        let mut misspelled: Vec<(&'static str, Node<'d>)> = Vec::new();
        for entry in mapping.entries() {
            let Some(key) = keys.iter().find(|key| key.name == entry.name()) else {
                let near = nearest(entry.name(), keys.iter().map(|key| key.name));
                unknown += 1;
                misspelled.extend(near.map(|near| (near, entry.value)));
                let rename = |near: &str| Advice::rename(entry.key.span(), near);
                let help = near
                    .map(|near| rename(near).text(format!("write `{near}`")))
                    .or_else(|| keys_help(keys));
                let message = format!("unknown key `{}` in {what}", entry.name());
                self.add(entry.key, message, help);
                continue;
            };
            if list.iter().any(|(seen, _)| *seen == key.name) && !entry.merged {
                self.add(
                    entry.key,
                    format!("`{}` is set twice", key.name),
                    Some("remove one of the two".into()),
                );
            } else if !entry.value.is_null() {
                list.push((key.name, entry.value));
            }
        }
        // Everything but a misspelled key is read as if the key were right.
        for (key, value) in misspelled {
            if !list.iter().any(|(seen, _)| *seen == key) && !value.is_null() {
                list.push((key, value));
            }
        }
        let fields = PolicyFields { list };
        let missing = |key: &&&PolicyKey| key.required && fields.get(key.name).is_none();
        let missing: Vec<_> = keys
            .iter()
            .filter(missing)
            .map(|key| format!("`{}`", key.name))
            .collect();
        if missing.is_empty() {
            return Some(fields);
        }
        // Where all keys are unknown, that was reported, with a list of those that there are.
        if fields.list.is_empty() && unknown >= missing.len() {
            return None;
        }
        self.add(
            node,
            format!("{what} needs {}", missing.join(" and ")),
            Some(format!("add {}", missing.join(" and ")).into()),
        );
        None
    }

    /// The items of a list.
    pub(crate) fn items<'d>(&mut self, node: Node<'d>, what: &str) -> Vec<Node<'d>> {
        match node.kind() {
            Kind::Sequence(list) => list.iter().collect(),
            _ => {
                self.add(
                    node,
                    format!("{what}: expected a list"),
                    Some("write `[item]`".into()),
                );
                Vec::new()
            }
        }
    }

    /// A text: the source text of a scalar, whatever YAML takes it for.
    pub(crate) fn text<'d>(&mut self, node: Node<'d>, what: &str) -> Option<&'d str> {
        let text = node.as_str().filter(|text| !text.is_empty());
        if text.is_none() {
            self.add(
                node,
                format!("{what}: expected text that is not empty"),
                None,
            );
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

    /// True or false.
    pub(crate) fn truth(&mut self, node: Node<'_>, what: &str) -> Option<bool> {
        let plain = node.scalar().filter(|scalar| scalar.is_plain());
        let truth = match plain.map(|scalar| scalar.text) {
            Some("true") => Some(true),
            Some("false") => Some(false),
            _ => None,
        };
        if truth.is_none() {
            let is_quoted = matches!(node.as_str(), Some("true" | "false"));
            self.add(
                node,
                format!("{what}: expected `true` or `false`"),
                is_quoted.then(|| "remove the quotes".into()),
            );
        }
        truth
    }

    /// What a word of a table stands for.
    pub(crate) fn word<T: Copy>(
        &mut self,
        node: Node<'_>,
        what: &str,
        words: &[(&'static str, T)],
    ) -> Option<T> {
        let text = node.as_str().unwrap_or("");
        if let Some((_, known)) = words.iter().find(|(word, _)| *word == text) {
            return Some(*known);
        }
        let names = || words.iter().map(|(word, _)| *word);
        let help = nearest(text, names()).map_or_else(
            || format!("use one of {}", names().collect::<Vec<_>>().join(", ")).into(),
            |near| Advice::replace(node.span(), near),
        );
        self.add(node, format!("unknown {what}"), Some(help));
        None
    }
}

fn keys_help(keys: &[&PolicyKey]) -> Option<Advice> {
    let names: Vec<_> = keys.iter().map(|key| key.name).collect();
    Some(format!("use one of {}", names.join(", ")).into())
}
