//! What of Alloy's components does not fit together: blocks that are attributes, references to what is
//! not there, endpoints that nothing sends to (grafana/alloy v1.18
//! `internal/component/prometheus/remotewrite/types.go`, `syntax/vm/struct_decoder.go`).

mod receivers;

use super::PIPELINE;
use crate::Rule;
use std::collections::BTreeSet;

use super::REMOTE_WRITE;
use super::reader::{Block, Item, Value};
use promvet_text::{Advice, Severity, Span, nearest};

/// Something that is wrong.
#[derive(Debug)]
pub struct GraphFault {
    /// The rule that it breaks.
    pub rule: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// Where.
    pub span: Span,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub advice: Advice,
}

/// Blocks of an endpoint, which look like attributes in other formats.
pub(super) const BLOCKS: &[&str] = &[
    "authorization",
    "azuread",
    "basic_auth",
    "metadata_config",
    "oauth2",
    "queue_config",
    "sigv4",
    "tls_config",
];

/// Attributes that look like blocks.
pub(super) const ATTRIBUTES: &[&str] = &["external_labels", "headers", "http_headers"];

/// Components that read what others use as a credential.
const SOURCES: &[&str] = &[
    "local.file",
    "remote.kubernetes.configmap",
    "remote.kubernetes.secret",
    "remote.vault",
];

/// What components export that find targets, and how their names begin.
const TARGETS: &[&str] = &[".targets", ".output"];
const FINDERS: &[&str] = &["discovery.", "prometheus.exporter."];

/// What is wrong in a text.
pub(super) fn faults(source: &str, items: &[Item]) -> Vec<GraphFault> {
    let mut graph = Graph {
        source,
        components: BTreeSet::new(),
        ways: Vec::new(),
        is_whole: false,
        out: Vec::new(),
    };
    graph.collect(items);
    let sends = graph.labels_of(REMOTE_WRITE).into_iter();
    let ways = named_endpoints(source);
    graph.is_whole = sends.filter(|label| ways.contains(label)).count() > 0;
    graph.references();
    graph.exports(items);
    graph.unused(items);
    graph.out
}

struct Graph<'s> {
    source: &'s str,
    /// All components: their names and labels.
    components: BTreeSet<(String, String)>,
    /// What `forward_to` names.
    ways: Vec<Span>,
    /// Whether an endpoint of the text is sent to in it.
    is_whole: bool,
    out: Vec<GraphFault>,
}

impl Graph<'_> {
    fn collect(&mut self, items: &[Item]) {
        for item in items {
            match item {
                Item::Attribute { name, value, .. } if name == "forward_to" => {
                    self.receivers(value);
                }
                Item::Attribute { .. } => {}
                Item::Block(block) => {
                    let label = block.label.clone().unwrap_or_default();
                    self.components.insert((block.name.clone(), label));
                    if block.name == REMOTE_WRITE {
                        self.remote_write(block);
                    }
                    self.collect(&block.body);
                }
            }
        }
    }

    fn remote_write(&mut self, component: &Block) {
        let mut endpoints = 0;
        let mut has_slip = false;
        for item in &component.body {
            match item {
                Item::Attribute { name, span, .. } if name == "url" => {
                    has_slip = true;
                    let message = "`url`: it belongs in a block `endpoint`; Alloy rejects the file";
                    let advice = Advice::write("write `endpoint { url = … }`");
                    self.say(Rule::UnknownField.name(), *span, message.to_owned(), advice);
                }
                Item::Attribute { name, span, .. } if name == "endpoint" => {
                    has_slip = true;
                    self.is_block(name, *span);
                }
                Item::Attribute { .. } => {}
                Item::Block(block) if block.name == "endpoint" => {
                    endpoints += 1;
                    self.endpoint(block);
                }
                Item::Block(block) => {
                    has_slip |= nearest(&block.name, ["endpoint"]).is_some();
                    self.is_attribute(block);
                }
            }
        }
        if endpoints == 0 && !has_slip {
            let message =
                format!("`{REMOTE_WRITE}`: it has no block `endpoint`, so it sends nothing");
            self.out.push(GraphFault {
                rule: PIPELINE,
                severity: Severity::Warning,
                span: component.name_span,
                message,
                advice: Advice::say("add `endpoint { url = … }`"),
            });
        }
    }

    fn endpoint(&mut self, endpoint: &Block) {
        for item in &endpoint.body {
            match item {
                Item::Attribute { name, span, .. } if BLOCKS.contains(&&**name) => {
                    self.is_block(name, *span);
                }
                Item::Attribute { .. } => {}
                Item::Block(block) if block.name == "write_relabel_configs" => {
                    let message = "`write_relabel_configs`: the block is called `write_relabel_config`, one for each rule; Alloy rejects the file";
                    let advice = Advice::replace(block.name_span, "write_relabel_config").unsafe_();
                    self.say(
                        Rule::UnknownField.name(),
                        block.name_span,
                        message.to_owned(),
                        advice,
                    );
                }
                Item::Block(block) => self.is_attribute(block),
            }
        }
    }

    fn is_block(&mut self, name: &str, span: Span) {
        let message = format!("`{name}`: it is a block, not an attribute; Alloy rejects the file");
        let advice = Advice::write(format!("write `{name} {{ … }}` without `=`"));
        self.say(Rule::WrongType.name(), span, message, advice);
    }

    fn is_attribute(&mut self, block: &Block) {
        let name = &*block.name;
        if ATTRIBUTES.contains(&name) {
            let message =
                format!("`{name}`: it is an attribute, not a block; Alloy rejects the file");
            let advice = Advice::write(format!("write `{name} = {{ … }}`"));
            self.say(Rule::WrongType.name(), block.name_span, message, advice);
        }
    }

    fn say(&mut self, rule: &'static str, span: Span, message: String, advice: Advice) {
        self.out.push(GraphFault {
            rule,
            severity: Severity::Error,
            span,
            message,
            advice,
        });
    }

    /// The labels of the components of a kind.
    fn labels_of(&self, name: &str) -> Vec<&str> {
        let of_kind = self.components.iter().filter(|(kind, _)| kind == name);
        let labels = of_kind.map(|(_, label)| label.as_str());
        labels.filter(|label| !label.is_empty()).collect()
    }

    /// The first label of the components of a kind that have one; empty if none has.
    fn first_label(&self, name: &str) -> Option<&str> {
        let from = (name.to_owned(), String::new());
        let of_kind = self
            .components
            .range(from..)
            .take_while(|(kind, _)| kind == name);
        let mut labels = of_kind.map(|(_, label)| label.as_str()).peekable();
        labels.peek()?;
        Some(labels.find(|label| !label.is_empty()).unwrap_or_default())
    }

    /// Expressions that name a component which is not there, although others of its kind are:
    /// `local.file.passwd.content`.
    fn exports(&mut self, items: &[Item]) {
        for item in items {
            match item {
                Item::Block(block) => self.exports(&block.body),
                Item::Attribute { name, value, .. } if name != "forward_to" => {
                    self.export(value);
                }
                Item::Attribute { .. } => {}
            }
        }
    }

    fn export(&mut self, value: &Value) {
        let span = match value {
            Value::Expression { span } => span,
            // `metrics = [otelcol.exporter.prometheus.a.input]`.
            Value::List { items, .. } => return items.iter().for_each(|item| self.export(item)),
            _ => return,
        };
        let text = self.source.get(span.start as usize..span.end as usize);
        // A key of what is read: `remote.kubernetes.secret.a.data["key"]`.
        let text = text.map(|text| match text.split_once("[\"") {
            Some((object, key)) if key.ends_with("\"]") => object,
            _ => text,
        });
        let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.');
        // Calls and operators may hold anything, strings among them.
        let Some(text) = text.filter(|text| text.chars().all(is_part)) else {
            return;
        };
        let ends = text.match_indices('.').map(|(at, _)| at);
        let names = ends.filter_map(|at| text.get(..at));
        // The longest of those that are the names of components.
        let mut name = names.filter(|name| name.contains('.') && self.first_label(name).is_some());
        let Some(name) = name.next_back() else {
            self.source_of(text, *span);
            return;
        };
        let Some(label) = text
            .get(name.len() + 1..)
            .and_then(|rest| rest.split('.').next())
        else {
            return;
        };
        let is_there = self
            .components
            .contains(&(name.to_owned(), label.to_owned()));
        let first = self.first_label(name).filter(|first| !first.is_empty());
        let Some(first) = first.filter(|_| !is_there) else {
            return;
        };
        let message = format!("`{label}`: no `{name}` has this label; Alloy rejects the file");
        let advice = Advice::say(format!(
            "name one of those that exist, such as `{name}.{first}`"
        ));
        self.out.push(GraphFault {
            rule: PIPELINE,
            severity: Severity::Warning,
            span: *span,
            message,
            advice,
        });
    }

    /// A component that reads a credential, where none of its kind is there. A text in which samples get from
    /// one component to the next is a whole configuration, and no example of one endpoint.
    fn source_of(&mut self, text: &str, span: Span) {
        // A text that finds no targets itself may be a part of another one.
        let of_targets = || {
            let component = TARGETS.iter().find_map(|end| text.strip_suffix(end))?;
            let family = FINDERS.iter().find(|begin| component.starts_with(*begin))?;
            let mut kinds = self.components.iter().map(|(kind, _)| kind);
            let (_, label) = component.rsplit_once('.')?;
            kinds.any(|kind| kind.starts_with(family)).then_some(label)
        };
        let named = SOURCES.iter().find_map(|name| {
            let label = text.strip_prefix(name)?.strip_prefix('.')?;
            label.split('.').next()
        });
        let named = named.or_else(of_targets);
        if let Some(label) = named.filter(|_| self.is_whole) {
            // Without the name of the component, which is masked where it is set for a credential.
            let message = format!("`{label}`: no component has this label; Alloy rejects the file");
            self.out.push(GraphFault {
                rule: PIPELINE,
                severity: Severity::Warning,
                span,
                message,
                advice: Advice::say("add the component that the expression names"),
            });
        }
    }

    /// Endpoints that nothing in the text sends to, where something sends at all.
    fn unused(&mut self, items: &[Item]) {
        let is_wrong = self.out.iter().any(|fault| fault.rule == PIPELINE);
        if is_wrong || !self.source.contains("forward_to") {
            return;
        }
        let named = named_endpoints(self.source);
        for item in items {
            let Item::Block(block) = item else { continue };
            let Some(label) = block.label.as_ref().filter(|_| block.name == REMOTE_WRITE) else {
                continue;
            };
            if label.is_empty() || named.contains(&**label) {
                continue;
            }
            let way = format!("{REMOTE_WRITE}.{label}.");
            let message =
                format!("`{REMOTE_WRITE}`: nothing forwards to `{label}`, so it sends nothing");
            let advice = Advice::say(format!(
                "add `{way}receiver` to a `forward_to`, or remove it"
            ));
            self.out.push(GraphFault {
                rule: PIPELINE,
                severity: Severity::Warning,
                span: block.name_span,
                message,
                advice,
            });
        }
    }
}

/// The labels of the endpoints that are named anywhere in a text.
fn named_endpoints(source: &str) -> BTreeSet<&str> {
    let begin = format!("{REMOTE_WRITE}.");
    let found = memchr::memmem::find_iter(source.as_bytes(), &begin);
    let label = |at: usize| {
        let rest = source.get(at + begin.len()..)?;
        let is_part = |c: char| c.is_alphanumeric() || c == '_';
        let length = rest.find(|c| !is_part(c))?;
        rest.get(length..)?.strip_prefix('.')?;
        rest.get(..length)
    };
    found.filter_map(label).collect()
}

#[cfg(test)]
mod tests {
    use super::super::reader;
    use super::*;

    fn messages(source: &str) -> Vec<String> {
        let found = faults(source, &reader::read(source).items);
        found.iter().map(|fault| fault.message.clone()).collect()
    }

    const ENDPOINT: &str = "endpoint {\n    url = \"http://a\"\n  }";

    #[test]
    fn components_that_do_not_fit_together_are_reported() {
        let write =
            |label: &str| format!("prometheus.remote_write \"{label}\" {{\n  {ENDPOINT}\n}}\n");
        let scrape = |label: &str| {
            format!(
                "prometheus.scrape \"a\" {{\n  targets = []\n  forward_to = [prometheus.remote_write.{label}.receiver]\n}}\n"
            )
        };
        for (source, expected) in [
            (write("a") + &scrape("a"), None),
            (write("a"), None),
            (scrape("a"), None),
            (
                write("a") + &scrape("a").replace("remote_write.a", "relabel.gone"),
                Some("`gone`"),
            ),
            (
                write("a")
                    + &scrape("a").replace("remote_write.a", "relabel.there")
                    + "prometheus.relabel \"there\" {\n  forward_to = [prometheus.remote_write.a.receiver]\n}\n",
                None,
            ),
            (
                write("a")
                    + "import.file \"m\" {\n  filename = \"m.alloy\"\n}\n"
                    + &scrape("a")
                        .replace("a.receiver", "a.receiver, prometheus.relabel.gone.receiver"),
                None,
            ),
            (
                write("a") + &scrape("a").replace(".receiver", ".receivers"),
                Some("`receivers`"),
            ),
            (
                write("a")
                    + &scrape("a").replace(
                        "remote_write.a.receiver",
                        "enrich.e.receiver, prometheus.remote_write.a.receiver",
                    ),
                None,
            ),
            (write("default") + &scrape("defualt"), Some("`defualt`")),
            (write("a") + &write("b") + &scrape("a"), Some("`b`")),
            (
                write("a")
                    + "declare \"m\" {\n  export \"r\" {\n    value = prometheus.remote_write.a.receiver\n  }\n  argument \"forward_to\" {}\n}\n",
                None,
            ),
            (
                "prometheus.remote_write \"a\" {\n  url = \"http://a\"\n}\n".to_owned(),
                Some("`url`"),
            ),
            (
                "prometheus.remote_write \"a\" {\n  endpoint = {url = \"http://a\"}\n}\n"
                    .to_owned(),
                Some("`endpoint`"),
            ),
            (
                "prometheus.remote_write \"a\" {\n}\n".to_owned(),
                Some("no block `endpoint`"),
            ),
            (
                write("a").replace("url", "basic_auth = {}\n    url"),
                Some("`basic_auth`"),
            ),
            (
                write("a").replace("url", "headers {\n    }\n    url"),
                Some("`headers`"),
            ),
        ] {
            let found = messages(&source);
            match expected {
                Some(word) => assert!(
                    found.len() == 1 && found.iter().all(|hit| hit.contains(word)),
                    "{source}{found:?}"
                ),
                None => assert!(found.is_empty(), "{source}{found:?}"),
            }
        }
    }
}
