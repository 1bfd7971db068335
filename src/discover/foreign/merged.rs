//! Values that a text writes one by one, each with the way to it: operations of a JSON patch,
//! parameters of a chart. They are put together into the object or the values that they change.

use std::sync::Arc;

use crate::finding::{Span, Text};
use crate::schema::dialect::SELECTED;
use crate::yaml::{Document, Entry, Node, Style, TranslatedNode, TranslationBuilder};

/// How many of them are put together: more than a person writes. Each is looked for among the
/// others.
const MOST: usize = 1000;

/// How Helm reads what is set for a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// As a number or a boolean where it looks like one, whatever its quotes (`--set`; helm
    /// `pkg/strvals/parser.go`, `typedVal`).
    Typed,
    /// As a text, whatever it looks like (`--set-string`).
    Text,
}

impl Reading {
    /// That of a value with this name: a template writes values of its own keys without quotes, and copies
    /// sections as they are.
    pub(super) fn at(self, name: &str, value: &str) -> Self {
        match COPIED.iter().any(|part| name.contains(part)) {
            true if self == Self::Typed && !is_typed(value) => Self::Text,
            true => self,
            false => Self::Typed,
        }
    }

    /// That of an item in a list of parameters (argo-cd `util/helm/cmd.go`: `forceString` makes it
    /// `--set-string`).
    pub(crate) fn of_parameter(item: Node<'_>) -> Self {
        match item.get("forceString").and_then(Node::as_str) {
            Some("true") => Self::Text,
            _ => Self::Typed,
        }
    }

    /// That of an entry below `set` of k3s (k3s-io/helm-controller `pkg/controllers/chart/chart.go`,
    /// `typedVal`: what is a text for the API server is one for Helm, but for these three).
    pub(crate) fn of_entry(value: Node<'_>) -> Self {
        let text = value.as_str().unwrap_or_default();
        let is_word = |word: &&str| text.eq_ignore_ascii_case(word);
        let is_number = value.scalar().is_some_and(|it| it.style == Style::Plain)
            && text.parse::<i64>().is_ok();
        match is_number || ["true", "false", "null"].iter().any(is_word) {
            true => Self::Typed,
            false => Self::Text,
        }
    }
}

/// Sections of values that templates copy (kube-prometheus-stack `templates/prometheus/prometheus.yaml`,
/// `toYaml`).
const COPIED: &[&str] = &[
    ".apiserverConfig.",
    ".exemplars.",
    ".externalLabels.",
    ".headers.",
    ".remoteRead[",
    ".remoteWrite[",
    ".tracingConfig.",
    ".tsdb.",
    ".web.",
];

/// Whether Helm makes something else than a text of what is set (helm `pkg/strvals/parser.go`, `typedVal`).
fn is_typed(value: &str) -> bool {
    let is_word = |word: &&str| value.eq_ignore_ascii_case(word);
    let is_number = || !value.starts_with('0') && value.parse::<i64>().is_ok();
    ["true", "false", "null", "0"].iter().any(is_word) || is_number()
}

impl Reading {
    /// A value that is read so. Only a word may be taken for a number or a boolean; the places of the parts
    /// of other texts are those of a value without quotes.
    fn made(
        self,
        builder: &mut TranslationBuilder,
        like: Node<'_>,
        span: Span,
        text: &str,
    ) -> TranslatedNode {
        let is_of_word = |byte: u8| byte.is_ascii_alphanumeric() || b"+-._~".contains(&byte);
        match self == Self::Text && text.bytes().all(is_of_word) {
            true => builder.text_part(like, span, text),
            false => builder.part(like, span, text),
        }
    }
}

/// A value that is set by the way to it.
#[derive(Clone, Copy, Debug)]
pub(super) struct SetValue<'d> {
    /// What writes the way.
    pub(super) at: Node<'d>,
    pub(super) value: Node<'d>,
    pub(super) reading: Reading,
}

impl<'d> SetValue<'d> {
    /// That of an item with a name and a value.
    pub(super) fn of_item(item: Node<'d>) -> Option<Self> {
        Some(Self {
            at: item.get("name")?,
            value: item.get("value")?,
            reading: Reading::of_parameter(item),
        })
    }

    /// That of an entry of k3s.
    pub(super) fn of_entry(entry: Entry<'d>) -> Self {
        Self {
            at: entry.key,
            value: entry.value,
            reading: Reading::of_entry(entry.value),
        }
    }
}

/// A value behind the end of a text.
#[derive(Debug)]
pub(super) struct WrittenValue {
    pub(super) span: Span,
    pub(super) text: String,
    pub(super) reading: Reading,
}

/// Something that is put together.
#[derive(Debug)]
pub(super) struct MergedConfiguration<'d> {
    /// What it is made of.
    like: Node<'d>,
    /// Its key, if it has one of its own.
    key: Option<Node<'d>>,
    /// Where its key is in what writes the way, if it has a place of its own there.
    step: Option<Span>,
    /// Where what writes it is, if that is not in the text of `like` but behind its end.
    at: Option<Span>,
    /// A value behind the end of the text. What follows counts only without one.
    value: Option<WrittenValue>,
    /// A node as it is. What follows counts only without one.
    node: Option<Node<'d>>,
    /// How the node is read, if its quotes do not count.
    reading: Option<Reading>,
    is_list: bool,
    /// Its entries; items by their indexes, where `-` is behind the last one.
    entries: Vec<(String, Self)>,
    count: usize,
}

impl<'d> MergedConfiguration<'d> {
    /// Nothing yet.
    pub(super) fn new(like: Node<'d>) -> Self {
        Self {
            like,
            key: None,
            step: None,
            at: None,
            value: None,
            node: None,
            reading: None,
            is_list: false,
            entries: Vec::new(),
            count: 0,
        }
    }

    /// A node to which more is added.
    pub(super) fn upon(node: Node<'d>) -> Self {
        Self {
            node: Some(node),
            ..Self::new(node)
        }
    }

    /// Puts a value where a way of keys and indexes leads. `at` is what writes the way, and each step has a
    /// place of its own in it.
    pub(super) fn put_below(
        &mut self,
        way: &[String],
        spans: &[Span],
        at: Node<'d>,
        value: Node<'d>,
    ) {
        self.count += 1;
        if self.count > MOST {
            return;
        }
        let Some((head, rest)) = way.split_first() else {
            self.node = Some(value);
            return;
        };
        self.open(is_index(head));
        let mut entries = self.entries.iter();
        let known = entries.position(|(name, _)| name == head && head != "-");
        let place = known.unwrap_or_else(|| {
            let new = Self {
                step: spans.first().copied(),
                ..Self::new(at)
            };
            self.entries.push((head.clone(), new));
            self.entries.len() - 1
        });
        if let Some((_, entry)) = self.entries.get_mut(place) {
            entry.put_below(rest, spans.get(1..).unwrap_or_default(), at, value);
        }
    }

    /// The same with a value that Helm reads.
    pub(super) fn put_read(&mut self, way: &[String], set: SetValue<'d>) {
        self.put_below(way, &parts_of(set.at), set.at, set.value);
        if let Some(place) = self.at_way(way) {
            let value = set.value.as_str().unwrap_or_default();
            place.reading = Some(set.reading.at(set.at.as_str().unwrap_or_default(), value));
        }
    }

    /// Puts a value that is not known where a parameter leads.
    pub(super) fn put_unknown(&mut self, way: &[String], at: Node<'d>) {
        self.put_below(way, &parts_of(at), at, at);
        if let Some(place) = self.at_way(way) {
            place.value = Some(WrittenValue {
                span: at.span(),
                text: SELECTED.to_owned(),
                reading: Reading::Text,
            });
        }
    }

    fn at_way(&mut self, way: &[String]) -> Option<&mut Self> {
        way.iter().try_fold(self, |place, part| {
            let mut entries = place.entries.iter_mut();
            entries.find(|(name, _)| name == part).map(|(_, it)| it)
        })
    }

    /// Puts a value that is behind the end of the text, where `at` is what writes the way.
    pub(super) fn put_written(&mut self, way: &[String], at: Span, value: WrittenValue) {
        let Some((head, rest)) = way.split_first() else {
            self.value = Some(value);
            return;
        };
        self.open(is_index(head));
        self.value = None;
        let known = self.entries.iter().position(|(name, _)| name == head);
        let place = known.unwrap_or_else(|| {
            let new = Self {
                at: Some(at),
                ..Self::new(self.like)
            };
            self.entries.push((head.clone(), new));
            self.entries.len() - 1
        });
        if let Some((_, entry)) = self.entries.get_mut(place) {
            entry.put_written(rest, at, value);
        }
    }

    /// Takes apart what is written so far, and replaces it if it is of another kind.
    fn open(&mut self, is_list: bool) {
        if let Some(node) = self.node.take() {
            let map = node.mapping().into_iter().flat_map(|map| map.entries());
            let map = map.map(|entry| {
                let value = Self {
                    key: Some(entry.key),
                    ..Self::upon(entry.value)
                };
                (entry.name().to_owned(), value)
            });
            let list = node.items().enumerate();
            let list = list.map(|(index, item)| (index.to_string(), Self::upon(item)));
            self.entries = map.chain(list).collect();
            self.is_list = node.sequence().is_some();
        }
        if self.is_list != is_list {
            self.entries.clear();
            self.is_list = is_list;
        }
    }

    /// The whole as a document.
    pub(super) fn document(&self, source: &Arc<Document>) -> Option<Arc<Document>> {
        let mut builder = TranslationBuilder::new(source);
        let root = self.made(&mut builder)?;
        Some(Arc::new(builder.finish(root)))
    }

    /// The same in a text with more behind its end.
    pub(super) fn extended(
        &self,
        source: &Arc<Document>,
        text: &Arc<Text>,
    ) -> Option<Arc<Document>> {
        let mut builder = TranslationBuilder::in_extended(source, text);
        let root = self.made(&mut builder)?;
        Some(Arc::new(builder.finish(root)))
    }

    fn made(&self, builder: &mut TranslationBuilder) -> Option<TranslatedNode> {
        if let Some(value) = &self.value {
            let WrittenValue {
                span,
                text,
                reading,
            } = value;
            return Some(reading.made(builder, self.like, *span, text));
        }
        if let Some(node) = self.node {
            return match node.as_str().zip(self.reading) {
                Some((text, reading)) => Some(reading.made(builder, node, node.span(), text)),
                None => builder.copy(node),
            };
        }
        if self.is_list {
            let items = self.entries.iter();
            let items: Option<Vec<TranslatedNode>> =
                items.map(|(_, item)| item.made(builder)).collect();
            let made = builder.sequence(self.like, &items?);
            self.at.iter().for_each(|at| builder.put_at(made, *at));
            return Some(made);
        }
        let mut pairs = Vec::new();
        for (name, entry) in &self.entries {
            // The number of a key comes before those of its value.
            let key = match entry.step.or(entry.at) {
                Some(at) => builder.part(entry.like, at, name),
                None => builder.scalar(entry.key.unwrap_or(entry.like), name),
            };
            pairs.push((key, entry.made(builder)?));
        }
        let made = builder.mapping(self.like, &pairs);
        self.at.iter().for_each(|at| builder.put_at(made, *at));
        Some(made)
    }
}

/// Whether a part of a way leads to an item of a list.
pub(super) fn is_index(part: &str) -> bool {
    part == "-" || !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit())
}

/// The way that a JSON pointer writes (RFC 6901).
pub(super) fn pointer(path: &str) -> Vec<String> {
    let parts = path.split('/').skip(1);
    parts
        .map(|part| part.replace("~1", "/").replace("~0", "~"))
        .collect()
}

/// Where the steps of a JSON pointer are in its text.
pub(super) fn steps_of(pointer: Node<'_>) -> Vec<Span> {
    let text = pointer.as_str().unwrap_or_default();
    let Some(scalar) = pointer.scalar() else {
        return Vec::new();
    };
    let mut from = 0;
    let steps = text.split('/').map(|step| {
        let start = from;
        from += step.len() + 1;
        scalar.part(start, start + step.len())
    });
    steps.skip(1).collect()
}

/// Where the steps of the name of a parameter are in its text.
fn parts_of(name: Node<'_>) -> Vec<Span> {
    let text = name.as_str().unwrap_or_default();
    let Some(scalar) = name.scalar() else {
        return Vec::new();
    };
    let mut spans = Vec::new();
    let (mut start, mut is_escaped) = (0, false);
    for (index, sign) in text.char_indices() {
        if !is_escaped && matches!(sign, '.' | '[') {
            spans.push((start, index));
            start = index + 1;
        }
        is_escaped = sign == '\\' && !is_escaped;
    }
    spans.push((start, text.len()));
    let spans = spans.into_iter().map(|(start, end)| {
        let step = text.get(start..end).unwrap_or_default();
        scalar.part(start, start + step.trim_end_matches(']').len())
    });
    spans.collect()
}

/// The way that the name of a parameter of Helm writes (helm `pkg/strvals/parser.go`): keys with dots
/// between them, `\.` for a dot, `[0]` for an item.
pub(super) fn parameter(name: &str) -> Vec<String> {
    let mut way = vec![String::new()];
    let mut signs = name.chars();
    while let Some(sign) = signs.next() {
        match sign {
            '.' | '[' => way.push(String::new()),
            ']' => {}
            sign => {
                let sign = if sign == '\\' {
                    signs.next()
                } else {
                    Some(sign)
                };
                way.last_mut()
                    .into_iter()
                    .for_each(|last| last.extend(sign));
            }
        }
    }
    way
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_are_read_as_their_programs_do() {
        assert_eq!(
            pointer("/spec/remoteWrite/0/headers/a~1b~0c"),
            ["spec", "remoteWrite", "0", "headers", "a/b~c"]
        );
        assert_eq!(
            parameter(r"prometheus.prometheusSpec.remoteWrite[0].headers.X\.Y"),
            [
                "prometheus",
                "prometheusSpec",
                "remoteWrite",
                "0",
                "headers",
                "X.Y"
            ]
        );
    }
}
