//! What a configuration consists of: its jobs, endpoints, Alertmanagers, groups of rules, and the rest.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::Arc;

use super::value::{ComparedValue, SectionFields, SectionReader};
use crate::finding::Place;
use crate::report::comparison::SubjectKind;
use crate::run::LabelSet;
use crate::schema::rule_file::promql::{self, PromqlRelease};
use crate::schema::tables::{CONFIG, RULE, RULE_GROUP};
use crate::schema::{Version, table::Struct};
use crate::yaml::{Document, Node};

/// A part of a configuration.
#[derive(Clone, Debug)]
pub(super) struct ComparedPart<'d> {
    /// What sort of part.
    pub(super) kind: SubjectKind,
    /// What it is called.
    pub(super) name: String,
    /// Whether that is the number that a translation gave it.
    pub(super) is_numbered: bool,
    /// What counts in it.
    pub(super) fields: SectionFields<'d>,
    /// Where it is.
    pub(super) place: Place,
    /// The rules of a group.
    pub(super) parts: Vec<Self>,
}

impl<'d> ComparedPart<'d> {
    /// The same text for all that means the same.
    pub(super) fn meaning(&self) -> String {
        let name = match self.is_numbered {
            true => "",
            false => &self.name,
        };
        let mut out = format!("{:?} {name:?} ", self.kind);
        ComparedValue::Map(self.fields.clone(), self.place.clone()).meaning(&mut out);
        for part in &self.parts {
            out.push_str(&part.meaning());
        }
        out
    }

    /// Its settings as one value.
    pub(super) fn as_value(&self) -> ComparedValue<'d> {
        let mut fields = self.fields.clone();
        for (number, part) in self.parts.iter().enumerate() {
            fields.insert(format!("part {number} {}", part.name), part.as_value());
        }
        ComparedValue::Map(fields, self.place.clone())
    }

    fn text(&self, key: &str) -> Option<&str> {
        match self.fields.get(key)? {
            ComparedValue::Scalar(scalar) => Some(&scalar.shown),
            _ => None,
        }
    }

    /// The labels that there are before the first rule of a list.
    pub(super) fn labels(&self, key: &str) -> LabelSet {
        let pair = |name: &str, text: &str| (name.to_owned(), text.to_owned());
        let job = match self.kind {
            SubjectKind::Job => &*self.name,
            _ => "job",
        };
        if key.ends_with("alert_relabel_configs") {
            return LabelSet::from([pair("alertname", "Alert")]);
        }
        if self.kind != SubjectKind::Job || key.ends_with("metric_relabel_configs") {
            return LabelSet::from([
                pair("__name__", "metric"),
                pair("instance", "host:80"),
                pair("job", job),
            ]);
        }
        let targets = match self.fields.get("targets") {
            Some(ComparedValue::Map(targets, _)) => targets.keys().next(),
            _ => None,
        };
        LabelSet::from([
            pair("__address__", targets.map_or("host:80", |it| it)),
            pair("__scheme__", self.text("scheme").unwrap_or("http")),
            pair(
                "__metrics_path__",
                self.text("metrics_path").unwrap_or("/metrics"),
            ),
            pair(
                "__scrape_interval__",
                self.text("scrape_interval").unwrap_or("1m"),
            ),
            pair(
                "__scrape_timeout__",
                self.text("scrape_timeout").unwrap_or("10s"),
            ),
            pair("job", job),
        ])
    }

    /// What it is in a few words, where it is there on one side only.
    pub(super) fn summary(&self) -> String {
        let mut parts = Vec::new();
        match self.kind {
            SubjectKind::Job => {
                let targets = match self.fields.get("targets") {
                    Some(ComparedValue::Map(targets, _)) => targets.len(),
                    _ => 0,
                };
                let discoveries = self
                    .fields
                    .keys()
                    .filter(|key| key.ends_with("_sd_configs"));
                parts.extend((targets > 0).then(|| match targets {
                    1 => "1 target".to_owned(),
                    all => format!("{all} targets"),
                }));
                parts.extend(discoveries.cloned());
                parts.extend(self.text("scrape_interval").map(|it| format!("every {it}")));
            }
            SubjectKind::Group => {
                parts.push(match self.parts.len() {
                    1 => "1 rule".to_owned(),
                    all => format!("{all} rules"),
                });
            }
            SubjectKind::Rule => parts.extend(self.text("expr").map(str::to_owned)),
            SubjectKind::Configuration => {}
            _ => {
                parts.extend(self.text("url").map(str::to_owned));
                let shown = [
                    "authorization",
                    "basic_auth",
                    "oauth2",
                    "sigv4",
                    "azuread",
                    "google_iam",
                ];
                let credentials = shown.iter().filter(|key| self.fields.contains_key(**key));
                parts.extend(credentials.map(|key| format!("with {key}")));
                if let Some(ComparedValue::Map(targets, _)) = self.fields.get("targets") {
                    parts.extend(targets.keys().cloned());
                }
            }
        }
        parts.join(", ")
    }
}

/// What a document is read with.
pub(super) struct SubjectSource<'d, 'c> {
    /// The document.
    pub(super) document: &'d Document,
    /// What reads its values.
    pub(super) reader: SectionReader<'d, 'c>,
    /// What the paths and patterns in it lead to, by the numbers of their nodes.
    pub(super) files: &'c HashMap<u32, Vec<PathBuf>>,
    /// The files of targets that are read.
    pub(super) target_files: &'d HashMap<PathBuf, Arc<Document>>,
}

/// Keys of the root that are parts of their own, or lead to files that are.
const APART: &[&str] = &[
    "remote_read",
    "remote_write",
    "rule_files",
    "scrape_config_files",
    "scrape_configs",
];

impl<'d> SubjectSource<'d, '_> {
    /// Everything but jobs, endpoints and Alertmanagers.
    pub(super) fn rest(&self) -> Option<ComparedPart<'d>> {
        let root = self.document.root()?;
        let mut fields = self.reader.section(&CONFIG, root);
        fields.retain(|key, _| !APART.contains(&&**key));
        if let Some(ComparedValue::Map(alerting, _)) = fields.get_mut("alerting") {
            alerting.remove("alertmanagers");
        }
        for key in ["rule_files", "scrape_config_files"] {
            let unread = self.unread(root.get(key));
            if let Some((first, _)) = unread.first() {
                let place = first.place();
                let items = unread
                    .iter()
                    .map(|(node, text)| ComparedValue::text(text, node.place()));
                fields.insert(key.to_owned(), ComparedValue::Set(items.collect(), place));
            }
        }
        Some(ComparedPart {
            kind: SubjectKind::Configuration,
            name: String::new(),
            is_numbered: false,
            fields,
            place: root.place(),
            parts: Vec::new(),
        })
    }

    /// The paths of a list that lead to no file that is read.
    fn unread(&self, list: Option<Node<'d>>) -> Vec<(Node<'d>, &'d str)> {
        let items = list.into_iter().flat_map(Node::items);
        let items = items.filter(|item| !self.files.contains_key(&item.number()));
        items
            .filter_map(|item| Some((item, item.as_str()?)))
            .collect()
    }

    /// The parts of a kind.
    pub(super) fn parts(&self, kind: SubjectKind) -> Vec<ComparedPart<'d>> {
        let Some(root) = self.document.root() else {
            return Vec::new();
        };
        let (list, of): (_, fn(&str) -> Option<&'static Struct>) = match kind {
            SubjectKind::Job => (root.get("scrape_configs"), section_of),
            SubjectKind::RemoteWrite => (root.get("remote_write"), section_of),
            SubjectKind::RemoteRead => (root.get("remote_read"), section_of),
            SubjectKind::Alertmanager => {
                let alerting = root.get("alerting");
                (alerting.and_then(|it| it.get("alertmanagers")), section_of)
            }
            _ => (None, section_of),
        };
        let Some(of) = of(kind.key()) else {
            return Vec::new();
        };
        let items = list.into_iter().flat_map(Node::items);
        let items = items.filter(|item| item.mapping().is_some());
        items.map(|item| self.part(kind, of, item)).collect()
    }

    fn part(&self, kind: SubjectKind, of: &'static Struct, node: Node<'d>) -> ComparedPart<'d> {
        let mut fields = self.reader.section(of, node);
        self.targets(node, &mut fields);
        let key = match kind {
            SubjectKind::Job => "job_name",
            _ => "name",
        };
        let name = match fields.get(key) {
            Some(ComparedValue::Scalar(scalar)) => scalar.shown.clone(),
            _ => String::new(),
        };
        if kind == SubjectKind::Job {
            fields.remove(key);
        }
        // The Operator names jobs that have no name of their own.
        let written = node.mapping().and_then(|map| map.entry(key));
        let is_made_up = written.is_some_and(|entry| entry.key.span() == node.span());
        ComparedPart {
            kind,
            name,
            is_numbered: is_made_up,
            fields,
            place: node.place(),
            parts: Vec::new(),
        }
    }

    /// Puts the targets of a part together, whether they are written in it or in a file that it names.
    fn targets(&self, node: Node<'d>, fields: &mut SectionFields<'d>) {
        let mut groups: Vec<Node<'d>> = Vec::new();
        groups.extend(node.get("static_configs").into_iter().flat_map(Node::items));
        let discoveries = node
            .get("file_sd_configs")
            .into_iter()
            .flat_map(Node::items);
        let mut unread = Vec::new();
        for discovery in discoveries {
            let files = discovery.get("files");
            for item in files.into_iter().flat_map(Node::items) {
                let files = self.files.get(&item.number()).into_iter().flatten();
                let documents = files.filter_map(|path| self.target_files.get(path));
                let roots = documents.filter_map(|document| document.root());
                groups.extend(roots.flat_map(Node::items));
            }
            unread.extend(self.unread(files));
        }
        fields.remove("static_configs");
        if unread.is_empty() {
            fields.remove("file_sd_configs");
        }
        let mut all: BTreeMap<String, Vec<ComparedValue<'d>>> = BTreeMap::new();
        for group in groups {
            let labels = group.get("labels").and_then(Node::mapping);
            for target in group.get("targets").into_iter().flat_map(Node::items) {
                let pairs = labels.into_iter().flat_map(|labels| labels.entries());
                let pairs = pairs.filter_map(|it| {
                    let text = it.value.as_str().filter(|text| !text.is_empty())?;
                    Some((
                        it.name().to_owned(),
                        ComparedValue::text(text, it.value.place()),
                    ))
                });
                let value = ComparedValue::Map(pairs.collect(), target.place());
                if let Some(address) = target.as_str() {
                    all.entry(address.to_owned()).or_default().push(value);
                }
            }
        }
        let mut targets = SectionFields::new();
        for (address, mut values) in all {
            values.sort_by_cached_key(ComparedValue::to_meaning);
            values.dedup_by_key(|value| value.to_meaning());
            for (number, value) in values.into_iter().enumerate() {
                let name = match number {
                    0 => address.clone(),
                    more => format!("{address} ({})", more + 1),
                };
                targets.insert(name, value);
            }
        }
        if !targets.is_empty() {
            fields.insert(
                "targets".to_owned(),
                ComparedValue::Map(targets, node.place()),
            );
        }
    }

    /// The groups of a rule file. `interval` is what counts where a group sets none.
    pub(super) fn groups(&self, interval: Option<&ComparedValue<'d>>) -> Vec<ComparedPart<'d>> {
        let groups = self.document.root().and_then(|root| root.get("groups"));
        let groups = groups.into_iter().flat_map(Node::items);
        let groups = groups.filter(|group| group.mapping().is_some());
        let groups = groups.map(|group| self.group(group, interval));
        // One without rules does nothing.
        groups.filter(|group| !group.parts.is_empty()).collect()
    }

    fn group(&self, node: Node<'d>, interval: Option<&ComparedValue<'d>>) -> ComparedPart<'d> {
        let mut fields = self.reader.section(&RULE_GROUP, node);
        fields.remove("rules");
        fields.remove("name");
        if let Some(interval) = interval {
            let own = fields.entry("interval".to_owned());
            own.or_insert_with(|| interval.clone());
        }
        let rules = node.get("rules").into_iter().flat_map(Node::items);
        let rules = rules.filter(|rule| rule.mapping().is_some());
        ComparedPart {
            kind: SubjectKind::Group,
            name: text(node, "name"),
            is_numbered: false,
            fields,
            place: node.place(),
            parts: rules.map(|rule| self.rule(rule)).collect(),
        }
    }

    fn rule(&self, node: Node<'d>) -> ComparedPart<'d> {
        let mut fields = self.reader.section(&RULE, node);
        if let Some(ComparedValue::Scalar(expression)) = fields.get_mut("expr") {
            let dialect = PromqlRelease::of(Version::NEWEST.major, Version::NEWEST.minor);
            if let Some(meaning) = promql::meaning(&expression.meaning, dialect) {
                expression.meaning = meaning;
            }
        }
        let (alert, record) = (text(node, "alert"), text(node, "record"));
        fields.remove("alert");
        fields.remove("record");
        ComparedPart {
            kind: SubjectKind::Rule,
            name: match alert.is_empty() {
                true => format!("record {record}"),
                false => format!("alert {alert}"),
            },
            is_numbered: false,
            fields,
            place: node.place(),
            parts: Vec::new(),
        }
    }
}

fn text(node: Node<'_>, key: &str) -> String {
    node.get(key)
        .and_then(Node::as_str)
        .unwrap_or("")
        .to_owned()
}

/// The section of the items of a list, by the path of its key.
fn section_of(path: &str) -> Option<&'static Struct> {
    use crate::schema::table::Type;
    let mut of = &CONFIG;
    for key in path.split('.') {
        of = match of.find(key)?.field.ty {
            Type::Section(of) => of,
            Type::List(Type::Section(of)) => *of,
            _ => return None,
        };
    }
    Some(of)
}
