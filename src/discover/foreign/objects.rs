//! Objects of Kubernetes: resources of the Prometheus Operator and operators like it, OpenShift's
//! monitoring, and what carries values of charts or texts of other programs.

use std::sync::Arc;

use super::super::embedded;
use super::super::flags;
use super::super::manifest::Manifest;
use super::super::names;
use super::super::others;
use super::super::selection::Selecting;
use super::collector_resource;
use super::merged::SetValue;
use super::openshift::is_of_openshift;
use super::values::Chart;
use super::{
    EmbeddedIn, Finder, RecognizedFile, TemplateEvidence, alloy_in, broken_sender, found, is_alloy,
    may_be_alloy, mounted, outputs, release, together, vmagent,
};
use crate::discover::program;
use crate::finding::{Finding, KeyPath, Severity, rule};
use crate::schema::dialect::table::{ObjectKind, ObjectRole};
use crate::schema::dialect::{ALERTMANAGER, OPERATOR, RULES, SENDERS, tables};
use crate::yaml::{Dollars, Entry, Node, embedded as text_of, parse_first, placeholder};

/// Words: every text of an object that is a configuration of another program holds one of these.
const IN_TEXTS: &[&str] = &[
    "remote_write",
    "remoteWrite",
    "prometheusremotewrite",
    "prometheusSpec",
    "scrape_configs",
    "monitoring.coreos.com/",
];

/// The group of an operator that took over the Prometheus Operator's kinds (rhobs/
/// observability-operator).
const FORK: &str = "monitoring.rhobs";
const ORIGINAL: &str = "monitoring.coreos.com";

impl<'d> Finder<'d> {
    /// What an object holds.
    pub(super) fn object(&self, manifest: Manifest<'d>, out: &mut Vec<RecognizedFile>) {
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
        match tables::KINDS.iter().find(is_it) {
            Some(kind) => self.operated(kind, manifest, out),
            None => self.carrier(manifest, out),
        }
    }

    /// What a resource of an operator for Prometheus holds.
    fn operated(
        &self,
        kind: &'static ObjectKind,
        manifest: Manifest<'d>,
        out: &mut Vec<RecognizedFile>,
    ) {
        let spec = manifest.root.get("spec").filter(|spec| !spec.is_null());
        let holder = EmbeddedIn::Resource {
            kind: kind.kind,
            name: manifest.name.to_owned(),
            namespace: manifest.namespace.map(str::to_owned),
        };
        self.beside_spec(kind, manifest, &holder, out);
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
    }

    /// What an object of another kind carries.
    pub(super) fn carrier(&self, manifest: Manifest<'d>, out: &mut Vec<RecognizedFile>) {
        let in_spec = |key: &str| manifest.root.get("spec")?.get(key);
        match manifest.kind {
            "ConfigMap" => {
                self.openshift(manifest, out);
                self.azure(manifest, out);
                // That of OpenShift is read as such alone.
                if !is_of_openshift(manifest.name) {
                    self.texts("ConfigMap", manifest.root.get("data"), manifest, out);
                }
            }
            "Secret" => self.texts("Secret", manifest.root.get("stringData"), manifest, out),
            "VMAlert" => {
                if let Some(remote) = in_spec("remoteWrite") {
                    let noun = "a resource that starts vmalert";
                    out.push(self.unread_sender(remote, noun));
                }
            }
            "OpenTelemetryCollector" => self.collector_of(manifest, out),
            "HelmRelease" => self.release(manifest, out),
            "Kustomization" | "Component" => {
                self.kustomization(manifest.root, out);
                let spec = manifest.root.get("spec");
                spec.into_iter()
                    .for_each(|spec| self.kustomization(spec, out));
            }
            "Application" => {
                let from = out.len();
                self.argo(manifest.root.get("spec"), out);
                let target = in_spec("destination").and_then(|to| to.get("namespace")?.as_str());
                installed(out.get_mut(from..), target);
            }
            "ApplicationSet" => {
                let template = in_spec("template");
                // Its generators fill in braces, those of alerts among them.
                let filled = Finder {
                    template: self.template.or(Some(TemplateEvidence::Variables)),
                    ..*self
                };
                filled.argo(template.and_then(|template| template.get("spec")), out);
            }
            "HelmChart" | "HelmChartConfig" => {
                let text = in_spec("valuesContent");
                let chart = Chart::named(in_spec("chart"));
                text.into_iter()
                    .for_each(|text| self.values_in(text, chart, out));
                let set = in_spec("set").and_then(Node::mapping);
                let set = set.into_iter().flat_map(|map| map.entries());
                let set = set.map(SetValue::of_entry);
                self.parameters(None, set, text.is_some(), out);
            }
            // A resource of Alloy's operator has the values of its chart in it.
            "Alloy" => {
                let spec = manifest.root.get("spec").into_iter();
                spec.for_each(|spec| self.alloy_values(spec, out));
            }
            // Google's operator, whose sections are at the top.
            "OperatorConfig" => {
                if let Some(exports) = manifest.root.mapping().and_then(|map| map.entry("exports"))
                {
                    let noun = "a resource of the kind OperatorConfig";
                    out.push(self.unread_sender(exports.key, noun));
                }
            }
            kind => {
                if let Some(key) = manifest.root.get("spec").and_then(sender_in) {
                    let noun = format!("a resource of the kind {kind}");
                    out.push(self.unread_sender(key, &noun));
                }
            }
        }
    }

    /// The configuration in a resource of the Collector's operator.
    fn collector_of(&self, manifest: Manifest<'d>, out: &mut Vec<RecognizedFile>) {
        let from = out.len();
        let spec = manifest.root.get("spec");
        let config = spec.and_then(|spec| spec.get("config"));
        self.text_of_collector(config, manifest, out);
        match config {
            Some(config) if config.scalar().is_some() => self.text(config, out),
            Some(config) => self.collector(config, out),
            None => {}
        }
        if let Some((spec, config)) = spec.zip(config) {
            let findings = collector_resource::faults(spec, config);
            let why = "it starts a Collector".to_owned();
            let holder = (EmbeddedIn::Part(program::COLLECTOR), why);
            self.faults(config, findings, &SENDERS, holder, out);
        }
        let holder = EmbeddedIn::Resource {
            kind: "OpenTelemetryCollector",
            name: manifest.name.to_owned(),
            namespace: manifest.namespace.map(str::to_owned),
        };
        let found = out.get_mut(from..).unwrap_or_default().iter_mut();
        found.for_each(|recognized| holder.around(&mut recognized.holder));
    }

    /// The values in a release of Flux, and the patches after it is rendered.
    fn release(&self, manifest: Manifest<'d>, out: &mut Vec<RecognizedFile>) {
        let in_spec = |key: &str| manifest.root.get("spec")?.get(key);
        let chart = in_spec("chart").and_then(|chart| chart.get("spec")?.get("chart"));
        let chart = Chart::named(chart.or_else(|| in_spec("chartRef")?.get("name")));
        if let Some(values) = in_spec("values") {
            let from = out.len();
            self.values(values, chart, out);
            self.of_charts(values, out);
            let target = in_spec("targetNamespace").and_then(Node::as_str);
            installed(out.get_mut(from..), target.or(manifest.namespace));
        }
        self.targets_of_values(in_spec("valuesFrom"), out);
        let renderers = in_spec("postRenderers").into_iter().flat_map(Node::items);
        for renderer in renderers.filter_map(|renderer| renderer.get("kustomize")) {
            self.kustomization(renderer, out);
        }
    }

    /// What is reported about a text where the resource has a mapping since `v1beta1`
    /// (open-telemetry/opentelemetry-operator `apis/v1beta1/config.go`).
    fn text_of_collector(
        &self,
        config: Option<Node<'d>>,
        manifest: Manifest<'d>,
        out: &mut Vec<RecognizedFile>,
    ) {
        let version = manifest.root.get("apiVersion").and_then(Node::as_str);
        let is_mapping = version.is_some_and(|version| version.ends_with("/v1beta1"));
        let text = config.filter(|config| config.as_str().is_some_and(|text| text.contains('\n')));
        let Some(text) = text.filter(|_| is_mapping && self.template.is_none()) else {
            return;
        };
        let message =
            "`config`: expected a mapping, found a text; the API server rejects the object";
        let finding = found(
            rule::SCHEMA_WRONG_TYPE,
            Severity::Error,
            text,
            message.to_owned(),
        );
        let finding = finding.help("remove the `|`: in `v1beta1` it is a part of the resource");
        let holder = EmbeddedIn::Part(program::COLLECTOR);
        let why = "it is a resource for a Collector".to_owned();
        self.faults(manifest.root, vec![finding], &SENDERS, (holder, why), out);
    }

    /// Keys of `spec` at the level above it, where nothing reads them.
    fn beside_spec(
        &self,
        kind: &'static ObjectKind,
        manifest: Manifest<'d>,
        holder: &EmbeddedIn,
        out: &mut Vec<RecognizedFile>,
    ) {
        let map = manifest.root.mapping().into_iter();
        let keys = map.flat_map(|map| map.entries());
        let keys = keys.filter(|entry| {
            kind.shape.find(entry.name()).is_some() && entry.value.scalar().is_none()
        });
        let findings: Vec<Finding> = keys
            .map(|entry| {
                let message = OPERATOR.unknown_key(format!(
                    "`{}`: unknown key; it belongs in `spec`",
                    entry.name()
                ));
                let rule = rule::SCHEMA_UNKNOWN_FIELD;
                let finding = found(rule, Severity::Error, entry.key, message);
                finding.help("move it into `spec`")
            })
            .collect();
        if self.template.is_none() {
            let why = format!("kind {} of {}", kind.kind, kind.group);
            let holder = (holder.clone(), why);
            self.faults(manifest.root, findings, &OPERATOR, holder, out);
        }
    }

    /// What `spec` of a resource of an operator holds.
    pub(super) fn resource(
        &self,
        kind: &'static ObjectKind,
        spec: Node<'d>,
        holder: EmbeddedIn,
        out: &mut Vec<RecognizedFile>,
    ) {
        let dialect = match kind.kind {
            "AlertmanagerConfig" => &ALERTMANAGER,
            "PrometheusRule" => &RULES,
            _ => &OPERATOR,
        };
        let Some(mut found) = self.place(spec, kind.shape, kind.part, dialect) else {
            return;
        };
        let why = format!("kind {} of {}", kind.kind, kind.group);
        found
            .findings
            .extend(together::check(kind.kind, spec, &holder, self.is_patch));
        if let Some(arguments) = spec.get("extraArgs").filter(|_| kind.kind == "VMAgent") {
            let faults = flags::faults_of_mapping(self.document, arguments);
            found.findings.extend(faults);
            let urls = spec.get("remoteWrite").into_iter().flat_map(Node::items);
            let urls = urls.filter_map(|item| item.get("url")).collect();
            let shared = flags::shared_with(self.document, urls, arguments);
            found.findings.extend(shared);
            // They take the place of what the operator makes of `remoteWrite`.
            let line = flags::in_mapping(arguments);
            out.extend(flags::sends(&line).then(|| vmagent(self, &line)).flatten());
        }
        out.push(match kind.part {
            ObjectRole::Rules => self.rules(found, dialect, holder, why),
            _ => self.recognized(found, dialect, holder, why),
        });
        release::date(out, kind.kind, spec, false);
        mounted::note(out, spec);
    }

    /// Configurations of other programs in the texts of an object.
    fn texts(
        &self,
        kind: &'static str,
        data: Option<Node<'d>>,
        manifest: Manifest<'d>,
        out: &mut Vec<RecognizedFile>,
    ) {
        let map = data.and_then(Node::mapping);
        for entry in map.into_iter().flat_map(|map| map.entries()) {
            let from = out.len();
            self.text(entry.value, out);
            if !names::is_alloy(entry.name().as_ref()) {
                self.alloy_text(entry.value, out);
            }
            // Other programs' own formats.
            let text = entry.value.as_str().unwrap_or("");
            if let Some((_, noun)) = others::senders(entry.name(), text).first() {
                let read = self.outputs_in(entry);
                if read.is_empty() {
                    out.push(self.unread_sender(entry.key, noun));
                }
                out.extend(read);
            }
            let holder = EmbeddedIn::Object {
                kind,
                name: manifest.name.to_owned(),
                namespace: manifest.namespace.map(str::to_owned),
                key: entry.name().to_owned(),
            };
            let found = out.get_mut(from..).unwrap_or_default().iter_mut();
            found.for_each(|recognized| holder.around(&mut recognized.holder));
        }
    }

    /// Outputs of other programs in a key of an object.
    fn outputs_in(&self, entry: Entry<'d>) -> Vec<RecognizedFile> {
        let within = KeyPath {
            identity: entry.value.identity(),
            logical: entry.value.path(),
        };
        let text = text_of(entry.value, within, Dollars::Plain);
        let read = text
            .iter()
            .flat_map(|text| outputs::read(text, entry.name()));
        read.collect()
    }

    fn text(&self, node: Node<'d>, out: &mut Vec<RecognizedFile>) {
        let may_hold = node.as_str().is_some_and(|text| {
            let mut words = IN_TEXTS.iter();
            words.any(|word| memchr::memmem::find(text.as_bytes(), word.as_bytes()).is_some())
        });
        if !may_hold || self.document.text().is_embedded() {
            return;
        }
        let within = KeyPath {
            identity: node.identity(),
            logical: node.path(),
        };
        let text = text_of(node, within, Dollars::Plain);
        let Some(text) = text else { return };
        let found = embedded::find(&text, self.template);
        if let (true, Err(error)) = (found.is_empty(), parse_first(&text)) {
            out.extend(broken_sender(&text, &error));
        }
        out.extend(found);
    }

    /// A configuration of Alloy under a name that does not say so; the others are read by their names.
    fn alloy_text(&self, node: Node<'d>, out: &mut Vec<RecognizedFile>) {
        if !node.as_str().is_some_and(may_be_alloy) {
            return;
        }
        let within = KeyPath {
            identity: node.identity(),
            logical: node.path(),
        };
        let text = text_of(node, within, Dollars::Plain).filter(is_alloy);
        out.extend(text.iter().flat_map(|text| alloy_in(text, self.template)));
    }

    /// The sources of an Application of Argo CD.
    fn argo(&self, spec: Option<Node<'d>>, out: &mut Vec<RecognizedFile>) {
        let Some(spec) = spec else { return };
        let one = spec.get("source").into_iter();
        let several = spec.get("sources").into_iter().flat_map(Node::items);
        for source in one.chain(several) {
            if let Some(patches) = source.get("kustomize") {
                self.kustomization(patches, out);
            }
            if let Some(helm) = source.get("helm") {
                self.argo_values(helm, Chart::named(source.get("chart")), out);
            }
        }
    }

    /// The values of a chart. The object wins over the text, and parameters over both (argo-cd
    /// `util/helm/cmd.go`).
    fn argo_values(&self, helm: Node<'d>, chart: Option<Chart>, out: &mut Vec<RecognizedFile>) {
        let object = helm.get("valuesObject");
        let text = helm.get("values").filter(|_| object.is_none());
        let list = helm.get("parameters").into_iter().flat_map(Node::items);
        let list = list.filter_map(SetValue::of_item);
        let is_more = helm.get("valueFiles").is_some() || text.is_some();
        if self.parameters(object, list, is_more, out) {
            return;
        }
        object
            .into_iter()
            .for_each(|values| self.carried(values, chart, out));
        text.into_iter()
            .for_each(|text| self.values_in(text, chart, out));
    }
}

/// Notes the namespace in which a chart is installed with what its values were recognized as.
fn installed(found: Option<&mut [RecognizedFile]>, namespace: Option<&str>) {
    let is_known = |namespace: &&str| !placeholder::is_open(namespace);
    if let Some(namespace) = namespace.filter(is_known) {
        let found = found.unwrap_or_default().iter_mut();
        found.for_each(|recognized| EmbeddedIn::install(&mut recognized.holder, namespace));
    }
}

/// The key in a resource of an unknown kind below which an endpoint of remote write is.
fn sender_in(node: Node<'_>) -> Option<Node<'_>> {
    sender_below(node, DEEPEST_SENDER)
}

/// As deep as an endpoint is looked for: `spec.extraConfig.tempo.metrics_generator.storage` of a
/// `TempoStack` has five keys above it.
const DEEPEST_SENDER: usize = 8;

fn sender_below(node: Node<'_>, depth: usize) -> Option<Node<'_>> {
    let depth = depth.checked_sub(1)?;
    let names = |node: Node<'_>| {
        ["url", "endpoint", "host"]
            .iter()
            .any(|key| node.get(key).is_some())
    };
    let is_endpoint = |node: Node<'_>| names(node) || node.get("client").is_some_and(names);
    for entry in node.mapping().into_iter().flat_map(|map| map.entries()) {
        let is_named = matches!(
            entry.name(),
            "remoteWrite" | "remote_write" | "prometheusRemoteWrite"
        );
        if is_named && (is_endpoint(entry.value) || entry.value.items().any(is_endpoint)) {
            return Some(entry.key);
        }
        if let Some(key) = sender_below(entry.value, depth) {
            return Some(key);
        }
    }
    node.items().find_map(|item| sender_below(item, depth))
}

/// Notes what a resource selects with what it was recognized as.
fn select(found: &mut [RecognizedFile], selecting: Selecting) {
    let spoken = found.iter_mut().find_map(|hit| hit.spoken.as_mut());
    if let Some(spoken) = spoken.and_then(Arc::get_mut) {
        spoken.selecting = Some(selecting);
    }
}

/// Whether a file says what a test expects of a cluster (`00-assert.yaml` of kuttl and chainsaw), with
/// as much of each object as it compares.
fn is_assertion(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let mut words = name.split(['-', '_', '.']);
    words.any(|word| word == "assert" || word == "asserts")
}
