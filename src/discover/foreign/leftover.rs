//! What sends by remote write and was not found at the place where its program has it: below the name of a
//! chart, in a text in values, below keys of software that promvet does not know. Entries that only one program
//! has are read, and all others are named, so that nothing is taken for checked that is not.

mod lines;

use std::collections::BTreeSet;
use std::sync::Arc;

use memchr::memmem;

use super::super::embedded::documents;
use super::super::others;
use super::outputs::{self, is_fluent};
use super::senders::{AWS_EXPORTER, is_sink};
use super::{
    EmbeddedIn, Finder, RecognizedFile, TemplateEvidence, alloy_in, broken_sender, is_alloy,
    pipelines,
};
use crate::discover::examine::FileContent;
use crate::discover::program;
use crate::finding::{KeyPath, Place, Span};
use crate::schema::dialect::table::ObjectRole;
use crate::schema::dialect::{SENDERS, tables};
use crate::yaml::{Document, Dollars, Entry, Node, embedded, parse_all};

pub(in crate::discover) use lines::leftover_lines;

/// Words; every document that is looked through has one of them.
const WORDS: &[&str] = &[
    "emoteWrite",
    "externalVM",
    "prometheusremotewrite",
    "remote:",
    "remote_write",
];

/// Exporters of a Collector that send: the last is of AWS's own distribution, before the extension
/// `sigv4auth`.
const EXPORTERS: &[&str] = &[
    "prometheusremotewrite",
    "prometheus_remote_write",
    "awsprometheusremotewrite",
];

/// Keys with the endpoints of a program, in a list or by their names.
const KEYS: &[&str] = &[
    "additionalRemoteWrites",
    "extra_remote_write",
    "prometheusRemoteWrite",
    "prometheus_remote_write",
    "remoteWrite",
    "remoteWrites",
    "remote_write",
];

/// Ways of keys that end at endpoints of a VMAgent: values of the chart victoria-metrics-k8s-stack, by
/// themselves or below the name of it, and resources in values.
const OF_VMAGENT: &[Way<'static>] = &[
    ["vmagent", "spec", "remoteWrite"],
    ["", "externalVM", "write"],
];

/// Ways of keys that end at the URL of an endpoint: values of the charts victoria-metrics-alert and
/// mimir-distributed.
const WAYS: &[Way<'static>] = &[["remote", "write", "url"], ["metrics", "remote", "url"]];

/// Files as which a text in values is looked at that is not YAML.
const FILES: &[&str] = &["exporting.conf", "fluent-bit.conf", "vector.toml"];

/// As many are read or named in one document, which has a few.
const MOST: usize = 100;

/// The keys above a node, the nearest last; items of a list have those of the list.
type Way<'d> = [&'d str; 3];

/// A node that may send.
#[derive(Clone, Copy)]
struct Site<'d> {
    node: Node<'d>,
    /// Its own key, or the node where it has none.
    key: Node<'d>,
    way: Way<'d>,
}

/// What else sends in a document beside what was found in it.
pub(in crate::discover) fn leftover(
    document: &Arc<Document>,
    template: Option<TemplateEvidence>,
    found: &[RecognizedFile],
) -> Vec<RecognizedFile> {
    let finder = Finder::new(document, template).partly(true);
    let mut out = Vec::new();
    if has_word(document.text().content()) && !is_for_tools(document) {
        finder.leftover(&lines_of(found), true, &mut out);
    }
    out
}

/// Whether a document is a suite of helm-unittest, whose values are for tests alone, or a report in SARIF,
/// whose texts quote what it is about, or what a page of documentation is made of (netdata/netdata
/// `src/exporting/prometheus/metadata.yaml`).
fn is_for_tools(document: &Document) -> bool {
    let root = document.root();
    let first = root.and_then(|root| root.items().next()).or(root);
    let has = |key: &str| root.is_some_and(|root| root.get(key).is_some());
    let describes = |key: &str| first.is_some_and(|first| first.get(key).is_some());
    has("suite") && has("tests")
        || has("$schema") && has("runs")
        || describes("meta") && describes("overview") && describes("setup")
}

fn has_word(text: &str) -> bool {
    let mut words = WORDS.iter();
    words.any(|word| memmem::find(text.as_bytes(), word.as_bytes()).is_some())
}

/// The lines of a file at which something is read or named.
fn lines_of(found: &[RecognizedFile]) -> BTreeSet<usize> {
    let mut out = BTreeSet::new();
    for recognized in found {
        if recognized.text.is_embedded() {
            let start = Place::new(&recognized.text, Span::new(0, 0));
            out.insert(start.start().line);
        }
        match &recognized.what {
            FileContent::Unread(unchecked) => {
                out.insert(unchecked.place.start().line);
            }
            FileContent::Configuration { document, .. } => {
                let list = document.root().and_then(|root| root.get("remote_write"));
                let items = list.into_iter().flat_map(Node::items);
                let nodes = items.flat_map(|item| [Some(item), item.get("url")]);
                out.extend(nodes.flatten().map(|node| node.place().start().line));
            }
            _ => {}
        }
    }
    out
}

/// Whether something is read or named from the first to the end of the last of two nodes.
fn is_known(lines: &BTreeSet<usize>, first: Node<'_>, last: Node<'_>) -> bool {
    let (start, end) = (first.place().start(), last.place().end());
    // A block ends where the next key begins.
    let last = match end.column {
        1 => end.line.saturating_sub(1),
        _ => end.line,
    };
    lines
        .range(start.line..=last.max(start.line))
        .next()
        .is_some()
}

impl<'d> Finder<'d> {
    fn leftover(&self, lines: &BTreeSet<usize>, with_texts: bool, out: &mut Vec<RecognizedFile>) {
        let root = self.document.root().into_iter();
        let whole = |root| Site {
            node: root,
            key: root,
            way: [""; 3],
        };
        let mut stack: Vec<Site<'d>> = root.map(whole).collect();
        while let Some(site) = stack.pop() {
            let Site { node, way, .. } = site;
            if out.len() >= MOST {
                return;
            }
            if node.is_alias() || self.endpoint_at(site, lines, out) {
                continue;
            }
            if with_texts && node.scalar().is_some() {
                self.text_at(node, lines, out);
            }
            // The first is looked at first.
            let from = stack.len();
            let items = node.items().map(|item| Site {
                node: item,
                key: item,
                way,
            });
            stack.extend(items);
            let [_, above, key] = way;
            let entries = node.mapping().into_iter().flat_map(|map| map.written());
            stack.extend(entries.map(|entry| Site {
                node: entry.value,
                key: entry.key,
                way: [above, key, entry.name()],
            }));
            stack.get_mut(from..).unwrap_or_default().reverse();
        }
    }

    /// Whether a node is an endpoint or a list of some, which is read or named if it is not yet.
    fn endpoint_at(
        &self,
        site: Site<'d>,
        lines: &BTreeSet<usize>,
        out: &mut Vec<RecognizedFile>,
    ) -> bool {
        let Site { node, way, .. } = site;
        let [_, above, key] = way;
        let is_output = || above == "outputs" || key == "outputs";
        if above == "exporters" && is_exporter(key) && node.mapping().is_some() {
            if !is_known(lines, site.key, node) {
                self.exporter_at(site, out);
            }
            return true;
        }
        if is_sink(node) && has_text(node, "endpoint") {
            if !is_known(lines, site.key, node) {
                self.sink(node, out);
            }
            return true;
        }
        if is_fluent(node) && has_text(node, "host") && is_output() {
            if !is_known(lines, site.key, node) {
                out.push(self.fluent_output(node));
            }
            return true;
        }
        if outputs::is_of_telegraf(node) && way.contains(&"outputs") {
            if !is_known(lines, site.key, node) {
                self.telegraf_output(node, out);
            }
            return true;
        }
        if OF_VMAGENT.contains(&way) || OF_VMAGENT.contains(&["", above, key]) {
            let all = node.items().chain(node.mapping().map(|_| node));
            let unread: Vec<Node<'d>> = all
                .filter(|entry| has_text(*entry, "url") && !is_known(lines, *entry, *entry))
                .collect();
            let shape = &tables::REMOTE_WRITE4;
            for entry in unread {
                self.of_vmagent_in_values(entry, shape, ObjectRole::Endpoint, out);
            }
            return true;
        }
        let is_sending = KEYS.contains(&key) && has_endpoint(node)
            || WAYS.contains(&way) && is_url(node)
            || key == "remoteWrite.url" && is_url(node)
            || node.as_str().is_some_and(is_flag);
        if is_sending && !is_known(lines, site.key, node) {
            let key = match key {
                "url" => way.join("."),
                _ if node.scalar().is_some() => "remoteWrite.url".to_owned(),
                _ => key.to_owned(),
            };
            let reason =
                format!("promvet does not know what reads `{key}`, which looks like remote write");
            out.push(self.unread(site.key, &reason, None));
        }
        is_sending
    }

    fn exporter_at(&self, site: Site<'d>, out: &mut Vec<RecognizedFile>) {
        let Site { node, way, .. } = site;
        let [_, _, key] = way;
        if key.starts_with("aws") {
            out.push(self.unread_sender(site.key, AWS_EXPORTER));
            return;
        }
        if !has_text(node, "endpoint") {
            if node
                .mapping()
                .is_some_and(|map| map.written().next().is_some())
            {
                let reason = format!("where `{key}` sends is set somewhere else");
                out.push(self.unread(site.key, &reason, None));
            }
            return;
        }
        let shape = &tables::COLLECTOR_EXPORTER;
        let found = self.place(node, shape, ObjectRole::Endpoint, &SENDERS);
        let holder = EmbeddedIn::Part(program::COLLECTOR);
        let more = pipelines::of_settings(node);
        self.with_findings(found, more, node, holder, out);
    }

    /// What sends in a text: a configuration of a Collector, of an agent, of Alloy, or of what has files of
    /// other forms.
    fn text_at(&self, node: Node<'d>, lines: &BTreeSet<usize>, out: &mut Vec<RecognizedFile>) {
        let content = node.as_str().unwrap_or("");
        if !content.contains(['\n', ';']) && !content.contains("exporters")
            || !has_word(content)
            || is_known(lines, node, node)
        {
            return;
        }
        if has_object(node) {
            let reason = "`values` has no effect: `valuesObject` beside it takes its place";
            out.push(self.unread(node, reason, Some("remove `values`")));
            return;
        }
        let within = KeyPath {
            identity: node.identity(),
            logical: node.path(),
        };
        let root = self.document.root();
        // docker compose fills in variables.
        let dollars = match root.is_some_and(|root| root.get("services").is_some()) {
            true => Dollars::Doubled,
            false => Dollars::Plain,
        };
        let Some(text) = embedded(node, within, dollars) else {
            return;
        };
        if is_alloy(&text) {
            out.extend(alloy_in(&text, self.template));
            return;
        }
        let mut files = FILES.iter();
        if let Some(name) = files.find(|name| !others::senders(name, content).is_empty()) {
            let found = outputs::read(&text, name);
            match found.is_empty() {
                true => {
                    let (_, noun) = others::senders(name, content).remove(0);
                    out.push(self.unread_sender(node, noun));
                }
                false => out.extend(found),
            }
            return;
        }
        let (_, error) = parse_all(&text);
        if let Some(broken) = error.and_then(|error| broken_sender(&text, &error)) {
            out.push(broken);
            return;
        }
        let readable = documents(&text);
        for document in readable.documents.into_iter().map(Arc::new) {
            let finder = Finder::new(&document, self.template).partly(true);
            let from = out.len();
            if let Some(root) = document.root() {
                finder.senders(root, out);
            }
            let known = lines_of(out.get(from..).unwrap_or_default());
            finder.leftover(&known, false, out);
        }
    }
}

/// Whether an object beside a text with values takes its place (argo-cd
/// `pkg/apis/application/v1alpha1/values.go`, `ValuesYAML`).
fn has_object(text: Node<'_>) -> bool {
    let Some(helm) = text.parent() else {
        return false;
    };
    let is_it = |key: &str| {
        helm.get(key)
            .is_some_and(|value| value.span() == text.span())
    };
    is_it("values")
        && helm
            .get("valuesObject")
            .is_some_and(|object| !object.is_null())
}

/// Whether a key of `exporters` names one that sends.
fn is_exporter(key: &str) -> bool {
    let kind = key.split('/').next();
    EXPORTERS.iter().any(|name| kind == Some(name))
}

fn has_text(node: Node<'_>, key: &str) -> bool {
    node.get(key).is_some_and(is_url)
}

/// Whether a value may be an address: a text that is not empty.
fn is_url(node: Node<'_>) -> bool {
    node.as_str().is_some_and(|text| !text.trim().is_empty())
}

/// Whether a value has an endpoint: it is one, or one of its items or of its values is.
fn has_endpoint(node: Node<'_>) -> bool {
    let is_one = |node: Node<'_>| {
        let url = node.get("url").and_then(Node::as_str);
        // The word alone is a type or a description.
        url.is_some_and(|url| url.contains(['/', '$', '{', ':', '.']))
    };
    let map = node.mapping().into_iter().flat_map(|map| map.written());
    is_one(node) || node.items().any(is_one) || map.map(|entry: Entry<'_>| entry.value).any(is_one)
}

/// Whether a text is the flag of vmagent and its kin, with a value.
fn is_flag(text: &str) -> bool {
    let flag = text.trim_start_matches('-');
    text.starts_with('-')
        && flag
            .strip_prefix("remoteWrite.url=")
            .is_some_and(|url| !url.trim().is_empty())
}
