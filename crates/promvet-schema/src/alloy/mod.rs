//! Configurations of Grafana Alloy, and of Grafana Agent in flow mode, as the native tree.
//!
//! The components that scrape, relabel and send are read (grafana/alloy v1.18
//! `internal/component/prometheus/remotewrite/types.go`); what is not a literal becomes a placeholder.

mod attributes;
mod components;
mod endpoints;
mod files;
mod graph;
mod jobs;
mod literals;
mod reader;
mod scrape_values;
mod wiring;

use std::sync::Arc;

use crate::yaml::{Document, TranslatedNode, TranslationBuilder};
use files::LocalFiles;
pub use files::ReadKey;
pub use graph::GraphFault;
use promvet_text::{Span, Text, is_secret_name};
use reader::{Block, Item, Value};
pub use wiring::{WiredAttribute, expression, wiring};

/// The component that sends.
const REMOTE_WRITE: &str = "prometheus.remote_write";

/// The component that scrapes.
const SCRAPE: &str = "prometheus.scrape";

/// The rule of components that lead nowhere.
const PIPELINE: &str = "agents/pipeline";

/// What the names of components that have labels begin with; `logging` and the like have none.
const PREFIXES: &[&str] = &[
    "beyla.",
    "database_observability.",
    "discovery.",
    "local.",
    "loki.",
    "mimir.",
    "otelcol.",
    "prometheus.",
    "pyroscope.",
    "remote.",
];

/// Blocks that may occur several times, and the native lists that they are items of.
/// River blocks repeat where YAML has a list, so that the native tree needs one made of them.
const LISTS: &[(&str, &str)] = &[
    ("write_relabel_config", "write_relabel_configs"),
    // Not a block of Alloy, as [`graph`] reports.
    ("write_relabel_configs", "write_relabel_configs"),
];

/// Attributes with another native name.
const NAMES: &[(&str, &str)] = &[("ca_pem", "ca"), ("cert_pem", "cert"), ("key_pem", "key")];

/// The placeholder for a value that Alloy evaluates at run time.
/// A placeholder, so that rules treat the value as one that is filled in later.
pub const WORKED_OUT: &str = "${EXPRESSION}";

/// What is in a text.
#[derive(Debug)]
pub struct AlloyReading {
    /// A document with `remote_write` for each component that has endpoints.
    pub documents: Vec<AlloyDocument>,
    /// Keys of Secrets and ConfigMaps that it reads.
    pub keys: Vec<ReadKey>,
    /// What does not fit together.
    pub faults: Vec<GraphFault>,
    /// What is not written as Alloy wants it.
    pub slips: Vec<GraphFault>,
    /// Variables that Alloy sends as they are written, unless a template fills them in.
    pub variables: Vec<GraphFault>,
    /// Where reading stopped, if that is not the end of the text.
    pub stopped: Option<Span>,
}

/// A component as a native tree.
#[derive(Debug)]
pub struct AlloyDocument {
    /// The tree.
    pub document: Document,
    /// Native keys, and the attributes that they are made of.
    pub written: Vec<(&'static str, &'static str)>,
}

/// The endpoints of a text.
#[must_use]
pub fn read(text: &Arc<Text>) -> AlloyReading {
    let reader::Read {
        items: blocks,
        stopped,
        slips,
    } = reader::read(text.content());
    let mut documents = Vec::new();
    let files = LocalFiles::of(&blocks);
    collect(text, &files, &blocks, &mut documents);
    let content = text.content();
    let stopped = stopped.map(|at| {
        let length = content.get(at..).and_then(|rest| rest.lines().next());
        Span::new(at, at + length.map_or(0, str::len))
    });
    let mut faults = graph::faults(content, &blocks);
    let mut variables = Vec::new();
    if stopped.is_none() {
        components::faults(&blocks, &mut faults);
        components::variables(&blocks, &mut variables);
    }
    let slips = match stopped.is_some() && is_template(content) {
        // What a template writes may make it right.
        true => Vec::new(),
        false => slips.into_iter().map(reader::AlloySlip::fault).collect(),
    };
    let keys = match stopped {
        Some(_) => Vec::new(),
        None => files::keys(content, &blocks),
    };
    AlloyReading {
        keys,
        slips,
        variables,
        documents,
        faults,
        stopped,
    }
}

/// Whether a text has the tags of a template.
fn is_template(text: &str) -> bool {
    ["{{", "{%", "%{", "<%"]
        .iter()
        .any(|tag| text.contains(tag))
}

/// A document without anything in it, for what is reported about the text as a whole.
/// Findings need a document, since their place belongs to one.
#[must_use]
pub fn nothing(text: &Arc<Text>) -> AlloyDocument {
    let mut builder = TranslationBuilder::of_text(text);
    let root = builder.mapping_at(Span::default(), &[]);
    AlloyDocument {
        document: builder.finish(root),
        written: Vec::new(),
    }
}

/// Components are at the top, and in `declare` and `template`, which nest no deeper than the
/// reader goes.
fn collect(text: &Arc<Text>, files: &LocalFiles, blocks: &[Item], out: &mut Vec<AlloyDocument>) {
    for item in blocks {
        let Item::Block(block) = item else { continue };
        match &*block.name {
            REMOTE_WRITE => out.extend(document(text, files, block)),
            "declare" | "foreach" | "template" => collect(text, files, &block.body, out),
            _ => out.extend(jobs::document(text, files, block)),
        }
    }
}

fn document(text: &Arc<Text>, files: &LocalFiles, component: &Block) -> Option<AlloyDocument> {
    let mut maker = TreeMaker::new(text, files, component);
    let mut pairs = Vec::new();
    let mut endpoints = Vec::new();
    for item in &component.body {
        match item {
            Item::Block(block) if block.name == "endpoint" => {
                endpoints.push(maker.mapping(block));
            }
            Item::Attribute {
                name, span, value, ..
            } if name == "external_labels" => {
                let key = maker.builder.scalar_at(*span, "external_labels", true);
                let labels = maker.value(value);
                let global = maker.builder.mapping_at(*span, &[(key, labels)]);
                let key = maker.builder.scalar_at(*span, "global", true);
                pairs.push((key, global));
            }
            _ => {}
        }
    }
    // A component that sends nowhere is legal and does nothing, so that there is nothing to judge.
    if endpoints.is_empty() {
        return None;
    }
    let list = maker.builder.sequence_at(component.span, &endpoints);
    let key = maker
        .builder
        .scalar_at(component.name_span, "remote_write", true);
    pairs.push((key, list));
    let root = maker.builder.mapping_at(component.span, &pairs);
    Some(maker.finish(root))
}

/// The name of a component with its label: `prometheus.remote_write "default"`.
fn head(text: &Arc<Text>, component: &Block) -> String {
    let from = text.content().get(component.name_span.start as usize..);
    let head = from.and_then(|rest| rest.split('{').next());
    let words = head.unwrap_or(REMOTE_WRITE).split_whitespace();
    words.collect::<Vec<_>>().join(" ")
}

struct TreeMaker<'t> {
    builder: TranslationBuilder,
    text: &'t Text,
    files: &'t LocalFiles,
    written: Vec<(&'static str, &'static str)>,
}

impl<'t> TreeMaker<'t> {
    fn new(text: &'t Arc<Text>, files: &'t LocalFiles, component: &Block) -> Self {
        Self {
            builder: TranslationBuilder::new_for_component(text, head(text, component)),
            text,
            files,
            written: Vec::new(),
        }
    }

    fn finish(self, root: TranslatedNode) -> AlloyDocument {
        AlloyDocument {
            document: self.builder.finish(root),
            written: self.written,
        }
    }

    /// A credential that is the content of a file, as the native key for the file.
    fn in_file(
        &mut self,
        block: &Block,
        name: &str,
        at: Span,
        value: &Value,
    ) -> Option<(TranslatedNode, TranslatedNode)> {
        let (written, native) = files::native(&block.name, name)?;
        let key = native.rsplit('.').next()?;
        let has = |item: &Item| matches!(item, Item::Attribute { name, .. } if name == key);
        let Value::Expression { span } = value else {
            return None;
        };
        let (path, of) = self.files.content(self.text.slice(*span))?;
        if block.body.iter().any(has) {
            return None;
        }
        self.written.push((native, written));
        let key = self.builder.scalar_at(at, key, true);
        Some((key, self.builder.tagged_at(of, path, "!!str")))
    }

    fn mapping(&mut self, block: &Block) -> TranslatedNode {
        let Block { span, body, .. } = block;
        let mut pairs = Vec::new();
        for item in body {
            match item {
                Item::Attribute { name, span, value } => {
                    if let Some(pair) = self.in_file(block, name, *span, value) {
                        pairs.push(pair);
                        continue;
                    }
                    let native = NAMES.iter().find(|(theirs, _)| theirs == name);
                    let native = native.map_or(&**name, |(_, native)| native);
                    let key = self.builder.scalar_at(*span, native, true);
                    let value = self.attribute(name, value);
                    pairs.push((key, value));
                }
                // Gathered below, since all blocks of a name make one list.
                Item::Block(block) if LISTS.iter().any(|(name, _)| *name == block.name) => {}
                Item::Block(block) => {
                    let key = self.builder.scalar_at(block.name_span, &block.name, true);
                    let value = self.mapping(block);
                    pairs.push((key, value));
                }
            }
        }
        let in_list = |block: &Block| LISTS.iter().find(|(name, _)| *name == block.name);
        let mut lists: Vec<&str> = LISTS.iter().map(|(_, native)| *native).collect();
        lists.dedup();
        for native in lists {
            // Blocks under a name that Alloy does not have are items of the same list.
            let blocks = body.iter().filter_map(|item| match item {
                Item::Block(block) if in_list(block)?.1 == native => Some(block),
                _ => None,
            });
            let blocks: Vec<_> = blocks.collect();
            let Some(first) = blocks.first() else {
                continue;
            };
            let key = self.builder.scalar_at(first.name_span, native, true);
            let items: Vec<TranslatedNode> =
                blocks.iter().map(|block| self.mapping(block)).collect();
            let list = self.builder.sequence_at(first.span, &items);
            pairs.push((key, list));
        }
        self.builder.mapping_at(*span, &pairs)
    }

    /// The value of an attribute. Of headers with lists, those of a secret name are secrets.
    fn attribute(&mut self, name: &str, value: &Value) -> TranslatedNode {
        let Value::Object { fields, span } = value else {
            return match self.literal(name, value) {
                Some(literal) => literal,
                None => self.value(value),
            };
        };
        if name != "http_headers" {
            return self.value(value);
        }
        let mut pairs = Vec::new();
        for (name, at, value) in fields {
            let kind = match is_secret_name(name) {
                true => "secrets",
                false => "values",
            };
            let list = match (self.value(value), value) {
                (list, Value::List { .. }) => list,
                (one, _) => self.builder.sequence_at(value.span(), &[one]),
            };
            let key = self.builder.scalar_at(*at, kind, true);
            let header = self.builder.mapping_at(value.span(), &[(key, list)]);
            pairs.push((self.builder.scalar_at(*at, name, false), header));
        }
        self.builder.mapping_at(*span, &pairs)
    }

    /// A credential that is written down in an expression.
    fn literal(&mut self, name: &str, value: &Value) -> Option<TranslatedNode> {
        let Value::Expression { span } = value else {
            return None;
        };
        let (text, at) = literals::credential(name, self.text.content(), *span)?;
        Some(self.builder.tagged_at(at, text, "!!str"))
    }

    fn value(&mut self, value: &Value) -> TranslatedNode {
        match value {
            // A text that is a number is taken for one, and no other text for a truth value
            // (`convertValue`, syntax/internal/value/decode.go of grafana/alloy).
            Value::Text { text, span } if text.parse::<f64>().is_ok_and(f64::is_finite) => {
                self.builder.tagged_at(*span, text, "!!float")
            }
            Value::Text { text, span } => self.builder.tagged_at(*span, text, "!!str"),
            Value::Word { text, span } => self.builder.scalar_at(*span, text, true),
            Value::List { items, span } => {
                let items: Vec<TranslatedNode> =
                    items.iter().map(|item| self.value(item)).collect();
                self.builder.sequence_at(*span, &items)
            }
            Value::Object { fields, span } => {
                let mut pairs = Vec::new();
                for (name, at, value) in fields {
                    let key = self.builder.scalar_at(*at, name, false);
                    let value = match self.literal(name, value) {
                        Some(literal) => literal,
                        None => self.value(value),
                    };
                    pairs.push((key, value));
                }
                self.builder.mapping_at(*span, &pairs)
            }
            Value::Expression { span } => self.builder.scalar_at(*span, WORKED_OUT, false),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::Node;

    fn urls(source: &str) -> Vec<String> {
        let text = Text::new("config.alloy", source.as_bytes().to_vec());
        let documents = read(&text).documents;
        let entries = documents.iter().flat_map(|one| {
            let list = one
                .document
                .root()
                .and_then(|root| root.get("remote_write"));
            list.into_iter().flat_map(Node::items)
        });
        let url = |entry: Node<'_>| {
            let url = entry.get("url")?;
            let at = url.place().start();
            Some(format!("{} {}:{}", url.as_str()?, at.line, at.column))
        };
        entries.filter_map(url).collect()
    }

    #[test]
    fn endpoints_are_found_in_their_places() {
        for (source, expected) in [
            (
                "prometheus.remote_write \"a\" {\n  endpoint {\n    url = \"http://x\"\n  }\n}\n",
                vec!["http://x 3:11"],
            ),
            (
                "// c\nprometheus.remote_write \"a\" { endpoint { url = `http://x` } }",
                vec!["http://x 2:48"],
            ),
            (
                "declare \"m\" {\n  prometheus.remote_write \"a\" {\n    endpoint {\n      url = sys.env(\"U\") + \"/a\"\n      headers = {\"A\" = \"b\", c = [1, 2]}\n    }\n    endpoint {\n      url = \"y\"\n    }\n  }\n}",
                vec!["${EXPRESSION} 4:13", "y 8:13"],
            ),
            ("prometheus.scrape \"a\" {\n  targets = []\n}\n", vec![]),
            ("prometheus.remote_write \"a\" {\n  endpoint {\n", vec![]),
            (
                "x = {{{{\nprometheus.remote_write \"a\" {\n  endpoint {\n    url = \"z\"\n  }\n}\n",
                vec![],
            ),
        ] {
            assert_eq!(urls(source), expected, "{source}");
        }
    }

    #[test]
    fn deep_nesting_ends() {
        for source in ["a {", "x = [", "x = (", "x = {a = "] {
            assert_eq!(urls(&source.repeat(100_000)), Vec::<String>::new());
        }
    }
}
