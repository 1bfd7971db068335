//! Objects of Kubernetes: resources of the Prometheus Operator and operators like it, OpenShift's
//! monitoring, and what carries values of charts or texts of other programs.

use std::sync::Arc;

use super::super::embedded;
use super::super::manifest::Manifest;
use super::super::names;
use super::super::others;
use super::super::selection::Selecting;
use super::super::values::find as of_server;
use super::{EmbeddedIn, Finder, Recognised, alloy_in, is_alloy, may_be_alloy};
use crate::finding::{Advice, Finding, Severity, Within};
use crate::schema::dialect::table::{ObjectKind, Part};
use crate::schema::dialect::{OPENSHIFT, OPERATOR, tables};
use crate::yaml::{Dollars, Node, embedded as text_of};

/// Words: every text of an object that is a configuration of another program holds one of these.
const IN_TEXTS: &[&str] = &[
    "remote_write",
    "remoteWrite",
    "prometheusremotewrite",
    "prometheusSpec",
    "scrape_configs",
    "monitoring.coreos.com/",
];

/// Keys of the configuration of OpenShift's monitoring that are its own.
const OF_OPENSHIFT: &[&str] = &[
    "alertmanagerMain",
    "enableUserWorkload",
    "prometheusK8s",
    "telemeterClient",
    "thanosQuerier",
];

/// The group of an operator that took over the Prometheus Operator's kinds (rhobs/
/// observability-operator).
const FORK: &str = "monitoring.rhobs";
const ORIGINAL: &str = "monitoring.coreos.com";

impl<'d> Finder<'d> {
    /// What an object holds.
    pub(super) fn object(&self, manifest: Manifest<'d>, out: &mut Vec<Recognised>) {
        let version = manifest.root.get("apiVersion").and_then(Node::as_str);
        let version = version.unwrap_or("");
        let group = version.split('/').next().unwrap_or("");
        let is_it = |kind: &&ObjectKind| {
            kind.kind == manifest.kind
                && (kind.group == group || group == FORK && kind.group == ORIGINAL)
        };
        if is_assertion(self.document.text().path()) {
            return;
        }
        if let Some(kind) = tables::KINDS.iter().find(is_it) {
            let spec = manifest.root.get("spec").filter(|spec| !spec.is_null());
            let holder = EmbeddedIn::Resource {
                kind: kind.kind,
                name: manifest.name.to_owned(),
                namespace: manifest.namespace.map(str::to_owned),
            };
            if let Some(spec) = spec {
                let from = out.len();
                self.resource(kind, spec, holder, out);
                // Something may fill in labels in templates.
                let selecting = Selecting::of(kind.kind, manifest.root);
                let is_known = self.template.is_none() && !manifest.in_template;
                if let Some(selecting) = selecting.filter(|_| is_known) {
                    select(out.get_mut(from..).unwrap_or_default(), selecting);
                }
            }
            return;
        }
        let in_spec = |key: &str| manifest.root.get("spec")?.get(key);
        match manifest.kind {
            "ConfigMap" => {
                self.openshift(manifest, out);
                self.texts(manifest.root.get("data"), out);
            }
            "Secret" => self.texts(manifest.root.get("stringData"), out),
            "VMAlert" => {
                if let Some(remote) = in_spec("remoteWrite") {
                    let reason = others::reason("a resource that starts vmalert");
                    out.push(self.unread(remote, &reason, None));
                }
            }
            "OpenTelemetryCollector" => {
                let config = in_spec("config");
                match config {
                    Some(config) if config.scalar().is_some() => self.text(config, out),
                    Some(config) => self.collector(config, out),
                    None => {}
                }
            }
            "HelmRelease" => {
                let values = in_spec("values");
                values
                    .into_iter()
                    .for_each(|values| self.values(values, out));
                let renderers = in_spec("postRenderers").into_iter().flat_map(Node::items);
                for renderer in renderers.filter_map(|one| one.get("kustomize")) {
                    self.kustomization(renderer, out);
                }
            }
            "Kustomization" | "Component" => {
                self.kustomization(manifest.root, out);
                let spec = manifest.root.get("spec");
                spec.into_iter()
                    .for_each(|spec| self.kustomization(spec, out));
            }
            "Application" => {
                self.argo(manifest.root.get("spec"), out);
                let way = ["spec", "source", "helm", "valuesObject"];
                out.extend(of_server(self.document, &way, self.template));
            }
            "ApplicationSet" => {
                let template = in_spec("template");
                self.argo(template.and_then(|template| template.get("spec")), out);
            }
            "HelmChart" | "HelmChartConfig" => {
                let text = in_spec("valuesContent");
                text.into_iter().for_each(|text| self.values_in(text, out));
                let set = in_spec("set").and_then(Node::mapping);
                let set = set.into_iter().flat_map(|map| map.entries());
                let set = set.map(|entry| (entry.name(), entry.key, entry.value));
                self.parameters(None, set, text.is_some(), out);
            }
            _ => {}
        }
    }

    /// What `spec` of a resource of an operator holds.
    pub(super) fn resource(
        &self,
        kind: &'static ObjectKind,
        spec: Node<'d>,
        holder: EmbeddedIn,
        out: &mut Vec<Recognised>,
    ) {
        let Some(mut found) = self.place(spec, kind.shape, kind.part, &OPERATOR) else {
            return;
        };
        let why = format!("it is a {} of {}", kind.kind, kind.group);
        found.findings.extend(replicas_alike(spec));
        out.push(match kind.part {
            Part::Rules => self.rules(found, holder, why),
            _ => self.recognised(found, &OPERATOR, holder, why),
        });
    }

    /// Configurations of other programs in the texts of an object.
    fn texts(&self, data: Option<Node<'d>>, out: &mut Vec<Recognised>) {
        let map = data.and_then(Node::mapping);
        for entry in map.into_iter().flat_map(|map| map.entries()) {
            self.text(entry.value, out);
            if !names::is_alloy(entry.name().as_ref()) {
                self.alloy_text(entry.value, out);
            }
            // Other programs' own formats.
            let text = entry.value.as_str().unwrap_or("");
            if let Some((_, noun)) = others::senders(entry.name(), text).first() {
                out.push(self.unread(entry.key, &others::reason(noun), None));
            }
        }
    }

    fn text(&self, node: Node<'d>, out: &mut Vec<Recognised>) {
        let may_hold = node.as_str().is_some_and(|text| {
            let mut words = IN_TEXTS.iter();
            words.any(|word| memchr::memmem::find(text.as_bytes(), word.as_bytes()).is_some())
        });
        if !may_hold || self.document.text().is_embedded() {
            return;
        }
        let within = Within {
            identity: node.identity(),
            logical: node.path(),
        };
        let text = text_of(node, within, Dollars::Plain);
        out.extend(
            text.iter()
                .flat_map(|text| embedded::find(text, self.template)),
        );
    }

    /// A configuration of Alloy under a name that does not say so; the others are read by their names.
    fn alloy_text(&self, node: Node<'d>, out: &mut Vec<Recognised>) {
        if !node.as_str().is_some_and(may_be_alloy) {
            return;
        }
        let within = Within {
            identity: node.identity(),
            logical: node.path(),
        };
        let text = text_of(node, within, Dollars::Plain).filter(is_alloy);
        out.extend(text.iter().flat_map(|text| alloy_in(text, self.template)));
    }

    /// The sources of an Application of Argo CD.
    fn argo(&self, spec: Option<Node<'d>>, out: &mut Vec<Recognised>) {
        let Some(spec) = spec else { return };
        let one = spec.get("source").into_iter();
        let several = spec.get("sources").into_iter().flat_map(Node::items);
        for source in one.chain(several) {
            if let Some(patches) = source.get("kustomize") {
                self.kustomization(patches, out);
            }
            if let Some(helm) = source.get("helm") {
                self.argo_values(helm, out);
            }
        }
    }

    /// The values of a chart. The object wins over the text, and parameters over both (argo-cd
    /// `util/helm/cmd.go`).
    fn argo_values(&self, helm: Node<'d>, out: &mut Vec<Recognised>) {
        let object = helm.get("valuesObject");
        let text = helm.get("values").filter(|_| object.is_none());
        let list = helm.get("parameters").into_iter().flat_map(Node::items);
        let list = list.filter_map(|one| {
            let name = one.get("name")?;
            Some((name.as_str()?, name, one.get("value")?))
        });
        let is_more = helm.get("valueFiles").is_some() || text.is_some();
        if self.parameters(object, list, is_more, out) {
            return;
        }
        object
            .into_iter()
            .for_each(|values| self.values(values, out));
        text.into_iter().for_each(|text| self.values_in(text, out));
    }

    /// The configuration in a file from which a kustomization makes the ConfigMap of OpenShift's
    /// monitoring: nothing else has two of these keys.
    pub(super) fn openshift_file(&self, root: Node<'d>, out: &mut Vec<Recognised>) {
        let known = OF_OPENSHIFT.iter().filter(|key| root.get(key).is_some());
        if root.get("prometheusK8s").is_none() || known.count() < 2 {
            return;
        }
        let shape = &tables::OPEN_SHIFT_CLUSTER;
        let holder = EmbeddedIn::Part("openshift");
        self.part(root, shape, Part::Whole, &OPENSHIFT, holder, out);
    }

    fn openshift(&self, manifest: Manifest<'d>, out: &mut Vec<Recognised>) {
        let shape = match manifest.name {
            "cluster-monitoring-config" => &tables::OPEN_SHIFT_CLUSTER,
            "user-workload-monitoring-config" => &tables::OPEN_SHIFT_USER_WORKLOAD,
            _ => return,
        };
        let data = manifest.root.get("data");
        let Some(document) = data
            .and_then(|data| data.get("config.yaml"))
            .and_then(|text| self.inside(text))
        else {
            return;
        };
        let finder = self.within(&document);
        let Some(root) = document.root() else { return };
        let found = finder.place(root, shape, Part::Whole, &OPENSHIFT);
        let holder = EmbeddedIn::Object {
            kind: "ConfigMap",
            name: manifest.name.to_owned(),
            namespace: manifest.namespace.map(str::to_owned),
            key: "config.yaml".to_owned(),
        };
        let why = format!("it is the ConfigMap {}", manifest.name);
        out.extend(found.map(|found| finder.recognised(found, &OPENSHIFT, holder, why)));
    }
}

/// Notes what a resource selects with what it was recognized as.
fn select(found: &mut [Recognised], selecting: Selecting) {
    let spoken = found.iter_mut().find_map(|one| one.spoken.as_mut());
    if let Some(spoken) = spoken.and_then(Arc::get_mut) {
        spoken.selecting = Some(selecting);
    }
}

/// What is reported about several replicas that send the same series under the same labels.
fn replicas_alike(spec: Node<'_>) -> Option<Finding> {
    let replicas = spec.get("replicas")?.as_str()?.parse::<u32>().ok()?;
    let label = spec.get("replicaExternalLabelName")?;
    let sends = spec
        .get("remoteWrite")
        .is_some_and(|list| list.items().next().is_some());
    // The Operator puts the name of the pod in here.
    let labels = spec.get("externalLabels").and_then(Node::mapping);
    let mut labels = labels.into_iter().flat_map(|map| map.entries());
    let names_pod =
        labels.any(|entry| entry.value.as_str().is_some_and(|text| text.contains("$(")));
    if replicas < 2 || label.as_str() != Some("") || !sends || names_pod {
        return None;
    }
    let message = format!(
        "`replicaExternalLabelName`: empty, so {replicas} replicas send the same series under the same labels"
    );
    let rule = "kubernetes/replica-label";
    let finding = Finding::new(rule, Severity::Warning, label.place(), message)
        .of_key(label.path(), label.identity());
    let place = spec.get("replicas").map(Node::place)?;
    Some(
        finding
            .evidence(place, "each replica scrapes and sends for itself")
            .help(Advice::remove(label.span()).text(
                "remove the key: the label is `prometheus_replica` then, or what the receiver deduplicates by",
            )),
    )
}

/// Whether a file says what a test expects of a cluster (`00-assert.yaml` of kuttl and chainsaw), with
/// as much of each object as it compares.
fn is_assertion(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let mut words = name.split(['-', '_', '.']);
    words.any(|word| word == "assert" || word == "asserts")
}
