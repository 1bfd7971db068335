//! OpenShift's monitoring: the ConfigMaps that its operator reads, and files that they are made of.

use std::sync::Arc;

use super::super::manifest::Manifest;
use super::{EmbeddedIn, FileContent, Finder, RecognizedFile};
use crate::finding::{Advice, Finding, KeyPath, Severity};
use crate::schema::dialect::table::{self, MappingShape, ObjectRole};
use crate::schema::dialect::{OPENSHIFT, tables};
use crate::yaml::{Dollars, Node, embedded, parse_first};

/// The key that is read (openshift/cluster-monitoring-operator `pkg/operator/operator.go`,
/// `loadConfig`).
const KEY: &str = "config.yaml";

impl<'d> Finder<'d> {
    /// The configuration in a file from which a kustomization makes the ConfigMap: `prometheusK8s`
    /// is OpenShift's word.
    pub(super) fn openshift_file(&self, root: Node<'d>, out: &mut Vec<RecognizedFile>) {
        let shape = &tables::OPEN_SHIFT_CLUSTER;
        let prometheus = root.get("prometheusK8s").and_then(Node::mapping);
        let mut keys = root.mapping().into_iter().flat_map(|map| map.entries());
        if prometheus.is_none() || keys.any(|entry| shape.find(entry.name()).is_none()) {
            return;
        }
        let holder = EmbeddedIn::Part("openshift");
        self.part(root, shape, ObjectRole::Whole, &OPENSHIFT, holder, out);
    }

    pub(super) fn openshift(&self, manifest: Manifest<'d>, out: &mut Vec<RecognizedFile>) {
        let shape = match manifest.name {
            "cluster-monitoring-config" => &tables::OPEN_SHIFT_CLUSTER,
            "user-workload-monitoring-config" => &tables::OPEN_SHIFT_USER_WORKLOAD,
            _ => return,
        };
        let Some(data) = manifest.root.get("data") else {
            return;
        };
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
        let found = finder.place(root, shape, ObjectRole::Whole, &OPENSHIFT);
        out.extend(found.map(|found| finder.recognized(found, &OPENSHIFT, holder, why)));
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
            "schema/unknown-field",
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
