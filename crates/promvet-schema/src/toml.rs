//! TOML as a tree with spans, read by `toml_edit`.

use std::ops::Range;
use std::sync::Arc;

use toml_edit::{Array, Item, Table, Value};

use crate::yaml::{Document, TranslatedNode, TranslationBuilder};
use promvet_text::{Span, Text};

/// A text as a tree, if it is TOML.
#[must_use]
pub fn read(text: &Arc<Text>) -> Option<Document> {
    let parsed = toml_edit::Document::parse(text.content()).ok()?;
    let mut reader = Reader {
        builder: TranslationBuilder::of_text(text),
    };
    let whole = Span::new(0, text.content().len());
    let root = reader.table(parsed.as_table(), whole);
    Some(reader.builder.finish(root))
}

struct Reader {
    builder: TranslationBuilder,
}

impl Reader {
    /// The nesting is bounded by that of the parser.
    fn item(&mut self, item: &Item, around: Span) -> Option<TranslatedNode> {
        match item {
            Item::None => None,
            Item::Value(value) => Some(self.value(value, around)),
            Item::Table(table) => Some(self.table(table, around)),
            Item::ArrayOfTables(tables) => {
                let span = span_of(tables.span(), around);
                let items: Vec<_> = tables.iter().map(|table| self.table(table, span)).collect();
                Some(self.builder.sequence_at(span, &items))
            }
        }
    }

    fn table(&mut self, table: &Table, around: Span) -> TranslatedNode {
        let span = span_of(table.span(), around);
        let mut pairs = Vec::new();
        for (name, item) in table.iter() {
            let key = table.key(name).and_then(toml_edit::Key::span);
            pairs.extend(self.pair(name, span_of(key, span), item));
        }
        self.builder.mapping_at(span, &pairs)
    }

    fn pair(
        &mut self,
        name: &str,
        key: Span,
        item: &Item,
    ) -> Option<(TranslatedNode, TranslatedNode)> {
        if item.is_none() {
            return None;
        }
        // Paths are found by the order in which nodes are made: a key comes before its value.
        let name = self.builder.scalar_at(key, name, true);
        Some((name, self.item(item, key)?))
    }

    fn value(&mut self, value: &Value, around: Span) -> TranslatedNode {
        let span = span_of(value.span(), around);
        match value {
            Value::String(text) => self.builder.scalar_at(span, text.value(), false),
            Value::Integer(number) => {
                self.builder
                    .scalar_at(span, &number.value().to_string(), true)
            }
            Value::Float(number) => self
                .builder
                .scalar_at(span, &number.value().to_string(), true),
            Value::Boolean(is_true) => {
                let text = is_true.value().to_string();
                self.builder.scalar_at(span, &text, true)
            }
            Value::Datetime(time) => self
                .builder
                .scalar_at(span, &time.value().to_string(), true),
            Value::Array(array) => self.array(array, span),
            Value::InlineTable(table) => {
                let mut pairs = Vec::new();
                for (name, value) in table.iter() {
                    let key = span_of(table.key(name).and_then(toml_edit::Key::span), span);
                    let name = self.builder.scalar_at(key, name, true);
                    pairs.push((name, self.value(value, span)));
                }
                self.builder.mapping_at(span, &pairs)
            }
        }
    }

    fn array(&mut self, array: &Array, span: Span) -> TranslatedNode {
        let items: Vec<_> = array.iter().map(|value| self.value(value, span)).collect();
        self.builder.sequence_at(span, &items)
    }
}

/// What is made of several parts has no span of its own.
fn span_of(range: Option<Range<usize>>, around: Span) -> Span {
    range.map_or(around, |range| Span::new(range.start, range.end))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::Node;

    #[test]
    fn values_have_their_places() {
        let source = "# a\n[sinks.a]\ntype = \"b\"\ntls.verify = false\n[[outputs.http]]\nheaders = {A = 'c'}\ntags = [1, 2.5]\n";
        let text = Text::new("a.toml", source.as_bytes().to_vec());
        let document = read(&text).unwrap();
        let at = |way: &[&str]| {
            way.iter()
                .try_fold(document.root().unwrap(), |node: Node<'_>, key| {
                    node.get(key).or_else(|| node.items().next()?.get(key))
                })
        };
        for (way, value, written) in [
            (&["sinks", "a", "type"][..], "b", "\"b\""),
            (&["sinks", "a", "tls", "verify"], "false", "false"),
            (&["outputs", "http", "headers", "A"], "c", "'c'"),
        ] {
            let node = at(way).unwrap();
            assert_eq!(node.as_str(), Some(value));
            assert_eq!(text.slice(node.span()), written);
        }
        assert!(read(&Text::new("a.conf", b"[OUTPUT]\n  Name a\n".to_vec())).is_none());
    }
}
