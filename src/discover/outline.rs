//! The outline of a file: its top-level keys and what is right below them.

use crate::yaml::{Document, Entry, Kind, Mapping, Node};

/// How many items of a list are looked at for their keys: the first ones show what a list is of, and a
/// list of thousands costs no more.
const ITEMS: usize = 20;

/// What is at the root of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RootValue {
    /// Nothing, or a lone value.
    Value,
    /// A list.
    List,
    /// Keys and values.
    Mapping,
}

/// A top-level key and the keys right below it; in a list, those of its first items.
#[derive(Debug)]
pub(super) struct OutlineKey<'t> {
    pub(super) name: &'t str,
    pub(super) below: Vec<&'t str>,
    /// The line it is in, from 1, if it was found without a parser.
    pub(super) line: Option<usize>,
}

/// The outline of a file. Of a list, `keys` are those of its first items.
#[derive(Debug)]
pub(super) struct Outline<'t> {
    pub(super) shape: RootValue,
    pub(super) keys: Vec<OutlineKey<'t>>,
}

impl<'t> Outline<'t> {
    /// The outline of a document.
    pub(super) fn of(document: &'t Document) -> Self {
        let Some(root) = document.root() else {
            return Self {
                shape: RootValue::Value,
                keys: Vec::new(),
            };
        };
        let shape = match root.kind() {
            Kind::Scalar(_) => RootValue::Value,
            Kind::Sequence(_) => RootValue::List,
            Kind::Mapping(_) => RootValue::Mapping,
        };
        let mut keys = Vec::new();
        match shape {
            RootValue::List => {
                for item in root.items().take(ITEMS) {
                    keys.extend(keys_of(item));
                }
            }
            _ => keys.extend(keys_of(root)),
        }
        Self { shape, keys }
    }

    /// The outline of a text that does not parse, by the look of its lines. It ends where a second
    /// document begins.
    pub(super) fn of_lines(text: &'t str) -> Self {
        let mut keys: Vec<OutlineKey<'t>> = Vec::new();
        let mut indent_below = None;
        for (index, line) in text.lines().enumerate() {
            let line = line.trim_end();
            let indent = line.len() - line.trim_start_matches([' ', '-']).len();
            if (line == "..." || line == "---") && !keys.is_empty() {
                break;
            }
            let Some(name) = line.get(indent..).and_then(key_of_line) else {
                continue;
            };
            if indent == 0 {
                indent_below = None;
                keys.push(OutlineKey {
                    name,
                    below: Vec::new(),
                    line: Some(index + 1),
                });
            } else if let Some(key) = keys.last_mut()
                && *indent_below.get_or_insert(indent) == indent
            {
                key.below.push(name);
            }
        }
        Self {
            shape: RootValue::Mapping,
            keys,
        }
    }

    /// Whether it is a mapping whose keys are all words, as those of a configuration are. YAML takes
    /// a line of `/etc/shadow` for a key too.
    pub(super) fn has_words_for_keys(&self) -> bool {
        let is_word = |name: &str| {
            name.starts_with(|c: char| !c.is_ascii_digit()) && name.chars().all(is_name)
        };
        self.shape == RootValue::Mapping
            && !self.keys.is_empty()
            && self.keys.iter().all(|key| is_word(key.name))
    }

    /// The first top-level key of a name.
    pub(super) fn key(&self, name: &str) -> Option<&OutlineKey<'t>> {
        self.keys.iter().find(|key| key.name == name)
    }

    /// Whether it has a key: `a`, or `a.b` for a key below another one.
    pub(super) fn has(&self, path: &str) -> bool {
        let (name, below) = path.split_once('.').unwrap_or((path, ""));
        let mut keys = self.keys.iter().filter(|key| key.name == name);
        keys.any(|key| below.is_empty() || key.below.contains(&below))
    }
}

fn keys_of<'t>(node: Node<'t>) -> impl Iterator<Item = OutlineKey<'t>> {
    let entries = node.mapping().into_iter().flat_map(Mapping::entries);
    entries.map(|entry| OutlineKey {
        name: entry.name(),
        below: below(entry.value),
        line: None,
    })
}

fn below(node: Node<'_>) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    let items = node.items().take(ITEMS).chain([node]);
    for mapping in items.filter_map(Node::mapping) {
        names.extend(mapping.entries().map(Entry::name));
    }
    names
}

/// The key that a line begins with.
fn key_of_line(line: &str) -> Option<&str> {
    let quote = line.chars().next().filter(|c| matches!(c, '"' | '\''));
    let (name, rest) = match quote {
        Some(quote) => line.get(1..)?.split_once(quote)?,
        None => line.split_at(line.find(|c: char| !is_name(c))?),
    };
    let after = rest.trim_start().strip_prefix(':')?;
    let ends = after.is_empty() || after.starts_with([' ', '\t']);
    (ends && !name.is_empty() && name.chars().all(is_name)).then_some(name)
}

fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Text;
    use crate::yaml::parse_first;

    #[test]
    fn outlines_of_trees_and_of_lines_agree() {
        let source = "---\nglobal:\n  scrape_interval: 1m\n  external_labels:\n    a: b\n\
                      'remote_write' :\n  - url: x\n    name: y\nempty:\n---\nsecond: 1\n";
        let text = Text::new("a.yml", source.as_bytes().to_vec());
        let document = parse_first(&text).unwrap();
        for outline in [Outline::of(&document), Outline::of_lines(source)] {
            let names: Vec<_> = outline.keys.iter().map(|key| key.name).collect();
            assert_eq!(names, ["global", "remote_write", "empty"]);
            assert!(outline.has("global.external_labels"));
            assert!(!outline.has("global.a"));
            assert!(outline.has("remote_write.url") && outline.has("remote_write.name"));
            assert!(!outline.has("empty.url") && !outline.has("second"));
        }
    }

    #[test]
    fn lines_without_keys_have_no_outline() {
        for source in [
            "",
            "# global:",
            " global:",
            "global",
            "global:x",
            "http://x",
            "- a: b",
        ] {
            let outline = Outline::of_lines(source);
            assert!(outline.keys.is_empty(), "{source}: {outline:?}");
        }
    }
}
