//! OpenShift's monitoring: the ConfigMaps that its operator reads, and files that they are made of.

use std::collections::HashMap;
use std::sync::Arc;

use super::super::manifest::Manifest;
use super::{EmbeddedIn, FileContent, Finder, RecognizedFile};
use crate::finding::{Advice, Finding, KeyPath, Severity, rule};
use crate::schema::dialect::table::{self, MappingShape, ObjectRole};
use crate::schema::dialect::{OPENSHIFT, tables};
use crate::yaml::{Dollars, Node, embedded, parse_first, placeholder};

/// The key that is read (openshift/cluster-monitoring-operator `pkg/operator/operator.go`,
/// `loadConfig`).
const KEY: &str = "config.yaml";

impl<'d> Finder<'d> {
    /// The configuration in a file from which a kustomization makes the ConfigMap: `prometheusK8s`
    /// is OpenShift's word, and for users' own workloads the name of the file says it with the keys.
    pub(super) fn openshift_file(&self, root: Node<'d>, out: &mut Vec<RecognizedFile>) {
        let has = |key: &str| root.get(key).and_then(Node::mapping).is_some();
        let sends = || {
            let prometheus = root.get("prometheus");
            let list = prometheus.and_then(|prometheus| prometheus.get("remoteWrite"));
            list.is_some_and(|list| list.items().any(|item| item.get("url").is_some()))
        };
        let path = self.document.text().path();
        let name = path.rsplit('/').next().unwrap_or(path);
        let is_named = || name == KEY || name.contains("user-workload");
        let shape = match has("prometheusK8s") {
            true => &tables::OPEN_SHIFT_CLUSTER,
            false if is_named() && sends() => &tables::OPEN_SHIFT_USER_WORKLOAD,
            false => return,
        };
        let is_known = |node: Node<'_>, shape: &MappingShape| {
            let mut keys = node.mapping().into_iter().flat_map(|map| map.entries());
            keys.all(|entry| shape.find(entry.name()).is_some())
        };
        let is_of_users = std::ptr::eq(shape, &tables::OPEN_SHIFT_USER_WORKLOAD);
        let prometheus = root.get("prometheus").filter(|_| is_of_users);
        let own = &tables::OPEN_SHIFT_PROMETHEUS;
        if !is_known(root, shape) || prometheus.is_some_and(|node| !is_known(node, own)) {
            return;
        }
        let Some(mut found) = self.place(root, shape, ObjectRole::Whole, &OPENSHIFT) else {
            return;
        };
        let holder = EmbeddedIn::Part("openshift");
        found.findings.extend(of_keys(root));
        let why = format!("{} is part of {}", root.path(), holder.noun());
        out.push(self.recognized(found, &OPENSHIFT, holder, why));
    }

    /// What is reported about generators of these ConfigMaps whose names get a hash.
    pub(super) fn openshift_generators(&self, root: Node<'d>, out: &mut Vec<RecognizedFile>) {
        let has_no_hash = |options: Option<Node<'_>>| {
            let option = options.and_then(|options| options.get("disableNameSuffixHash"));
            option.and_then(Node::as_str) == Some("true")
        };
        if has_no_hash(root.get("generatorOptions")) || root.get("transformers").is_some() {
            return;
        }
        let items = root.get("configMapGenerator").into_iter();
        let items = items.flat_map(Node::items);
        let hashed = items.filter(|item| {
            // What is merged into another one has its options.
            !has_no_hash(item.get("options")) && item.get("behavior").is_none()
        });
        let names = hashed.filter_map(|item| item.get("name"));
        let names = names.filter(|name| name.as_str().is_some_and(|name| shape_of(name).is_some()));
        let findings = names.map(|node| {
            let name = node.as_str().unwrap_or_default();
            let message = format!(
                "`name`: kustomize calls this ConfigMap `{name}-<hash>`, and OpenShift reads only `{name}`"
            );
            let rule = rule::KUBERNETES_OBJECT_NAME;
            let finding = Finding::new(rule, Severity::Warning, node.place(), message);
            let finding = finding.of_key(node.path(), node.identity());
            finding.help("set `options.disableNameSuffixHash: true` on the generator")
        });
        let findings: Vec<Finding> = findings.collect();
        let why = "it generates a configuration of OpenShift's monitoring".to_owned();
        let holder = (EmbeddedIn::Part("openshift"), why);
        self.faults(root, findings, &OPENSHIFT, holder, out);
    }

    pub(super) fn openshift(&self, manifest: Manifest<'d>, out: &mut Vec<RecognizedFile>) {
        let Some((shape, expected)) = shape_of(manifest.name) else {
            return;
        };
        let Some(data) = manifest.root.get("data") else {
            return;
        };
        let from = out.len();
        let holder = EmbeddedIn::Object {
            kind: "ConfigMap",
            name: manifest.name.to_owned(),
            namespace: manifest.namespace.map(str::to_owned),
            key: KEY.to_owned(),
        };
        match data.get(KEY) {
            Some(text) => self.openshift_text(text, shape, holder, out),
            None => self.without_key(data, holder, out),
        }
        let namespace = manifest.root.get("metadata");
        let namespace = namespace.and_then(|metadata| metadata.get("namespace"));
        let elsewhere = namespace.filter(|node| {
            let name = node.as_str().unwrap_or("");
            name != expected && !name.is_empty() && !placeholder::is_open(name)
        });
        let found = out.get_mut(from..).unwrap_or_default().iter_mut();
        let spoken = found.filter_map(|hit| hit.spoken.as_mut()).next();
        if let (Some(node), Some(spoken)) = (elsewhere, spoken.and_then(Arc::get_mut)) {
            spoken.findings.push(in_other_namespace(node, expected));
        }
    }

    fn openshift_text(
        &self,
        node: Node<'d>,
        shape: &'static MappingShape,
        holder: EmbeddedIn,
        out: &mut Vec<RecognizedFile>,
    ) {
        let within = KeyPath {
            identity: node.identity(),
            logical: node.path(),
        };
        let Some(text) = embedded(node, within, Dollars::Plain) else {
            return;
        };
        let why = format!("it is {}", holder.noun());
        let document = match parse_first(&text) {
            Ok(document) => Arc::new(document),
            Err(error) if self.template.is_none() => {
                out.push(RecognizedFile {
                    what: FileContent::Broken { error, whole: None },
                    why,
                    text,
                    holder: Some(holder),
                    ..self.unread(node, "", None)
                });
                return;
            }
            Err(_) => return,
        };
        let finder = self.within(&document);
        let Some(root) = document.root() else { return };
        let Some(mut found) = finder.place(root, shape, ObjectRole::Whole, &OPENSHIFT) else {
            return;
        };
        found.findings.extend(of_keys(root));
        out.push(finder.recognized(found, &OPENSHIFT, holder, why));
    }

    /// What is reported about a ConfigMap whose only key is not the one that is read.
    fn without_key(&self, data: Node<'d>, holder: EmbeddedIn, out: &mut Vec<RecognizedFile>) {
        let mut entries = data.mapping().into_iter().flat_map(|map| map.entries());
        let (Some(entry), None) = (entries.next(), entries.next()) else {
            return;
        };
        let Some(mut found) = self.place(data, &table::ANY, ObjectRole::Whole, &OPENSHIFT) else {
            return;
        };
        let message = format!("`{}`: OpenShift reads only the key `{KEY}`", entry.name());
        let key = entry.key;
        let finding = Finding::new(
            rule::SCHEMA_UNKNOWN_FIELD,
            Severity::Error,
            key.place(),
            message,
        );
        let finding = finding.of_key(key.path(), key.identity());
        let advice = Advice::rename(key.span(), KEY).unsafe_();
        found.findings.push(finding.help(advice));
        let why = format!("it is {}", holder.noun());
        out.push(self.recognized(found, &OPENSHIFT, holder, why));
    }
}

/// The ConfigMaps that the operator reads: what they hold, and the only namespace in which it looks
/// (openshift/cluster-monitoring-operator `pkg/operator/operator.go`).
fn shape_of(name: &str) -> Option<(&'static MappingShape, &'static str)> {
    match name {
        "cluster-monitoring-config" => Some((&tables::OPEN_SHIFT_CLUSTER, "openshift-monitoring")),
        "user-workload-monitoring-config" => Some((
            &tables::OPEN_SHIFT_USER_WORKLOAD,
            "openshift-user-workload-monitoring",
        )),
        _ => None,
    }
}

/// Whether a ConfigMap is one of these by its name.
pub(super) fn is_of_openshift(name: &str) -> bool {
    shape_of(name).is_some()
}

fn in_other_namespace(node: Node<'_>, expected: &str) -> Finding {
    let message = format!("`namespace`: OpenShift reads this ConfigMap only in `{expected}`");
    let rule = rule::KUBERNETES_OBJECT_NAME;
    let finding = Finding::new(rule, Severity::Warning, node.place(), message);
    let finding = finding.of_key(node.path(), node.identity());
    finding.help(Advice::replace(node.span(), expected).unsafe_())
}

/// What is reported about keys that are twice in a mapping, and about one that has another case since
/// OpenShift 4.9.
fn of_keys(root: Node<'_>) -> Vec<Finding> {
    let mut out = Vec::new();
    twice(root, &mut out);
    let sections = root.mapping().into_iter().flat_map(|map| map.entries());
    let keys = sections.filter_map(|section| section.value.mapping()?.entry(FORMER));
    out.extend(keys.map(|entry| {
        let message = format!(
            "`{FORMER}`: OpenShift 4.9 and newer read `{CURRENT}`; 4.18 and newer reject the configuration"
        );
        let key = entry.key;
        let rule = rule::SCHEMA_UNKNOWN_FIELD;
        let finding = Finding::new(rule, Severity::Warning, key.place(), message);
        let finding = finding.of_key(key.path(), key.identity());
        finding.help(Advice::rename(key.span(), CURRENT).safe())
    }));
    out
}

/// The key of OpenShift 4.8, and that of later releases.
const FORMER: &str = "additionalAlertManagerConfigs";
const CURRENT: &str = "additionalAlertmanagerConfigs";

fn twice(node: Node<'_>, out: &mut Vec<Finding>) {
    let mut seen: HashMap<&str, Node<'_>> = HashMap::new();
    for entry in node.mapping().into_iter().flat_map(|map| map.written()) {
        twice(entry.value, out);
        let key = entry.key;
        let Some(first) = key.as_str().and_then(|name| seen.insert(name, key)) else {
            continue;
        };
        let message = format!(
            "`{}` is set twice; OpenShift 4.18 and newer reject the configuration, older ones use the last one",
            entry.name()
        );
        let finding = Finding::new(
            rule::SCHEMA_DUPLICATE,
            Severity::Error,
            key.place(),
            message,
        );
        let finding = finding.of_key(key.path(), key.identity());
        let finding = finding.evidence(first.place(), "it is first set here");
        out.push(finding.help("remove one of the two"));
    }
    node.items().for_each(|item| twice(item, out));
}
