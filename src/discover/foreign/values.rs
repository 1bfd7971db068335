//! Values of charts: kube-prometheus-stack and its like, and what values of the chart `prometheus`
//! hold beside the configuration of its server.

mod faults;
mod operated;

use std::sync::Arc;

use faults::{list_for_mapping, list_of_jobs, unused, without_configuration};

use super::super::embedded::documents;
use super::super::values::{SERVER_FILES, find as of_server, is_among_its_like, names_chart};
use super::merged::{MergedConfiguration, Reading, SetValue, parameter};
use super::{EmbeddedIn, Finder, RecognizedFile, TemplateEvidence, chart_files};
use crate::discover::program;
use crate::finding::{Finding, KeyPath, Severity, rule};
use crate::schema::dialect::table::{self, MappingShape, ObjectRole};
use crate::schema::dialect::{CHART, Dialect, NATIVE, OPERATOR_VALUES, tables};
use crate::yaml::{Dollars, Node, embedded};

/// Words: every text and parameter that has to do with remote write holds one of these.
const SENDING: &[&str] = &["emoteWrite", "remote_write", "remoteRead"];

/// A chart of Prometheus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Chart {
    /// kube-prometheus-stack, and prometheus-operator before it.
    Stack,
    /// bitnami's kube-prometheus, which has no level `prometheusSpec`.
    Bitnami,
    /// The one without the Operator.
    Prometheus,
}

impl Chart {
    /// The chart that a name or a URL of one names.
    pub(super) fn named(name: Option<Node<'_>>) -> Option<Self> {
        match name?.as_str()?.rsplit('/').next()? {
            "kube-prometheus-stack" | "prometheus-operator" => Some(Self::Stack),
            BITNAMI => Some(Self::Bitnami),
            _ if names_chart(name) => Some(Self::Prometheus),
            _ => None,
        }
    }
}

/// The name of bitnami's chart, under which a chart that needs it has its values.
const BITNAMI: &str = "kube-prometheus";

/// Whether values below the name of the chart `prometheus` are those of that chart, which has keys for its
/// server and for its files. A chart with the Operator has the same name for a part of it.
fn is_of_server(values: Node<'_>) -> bool {
    let has = |key: &str| values.get(key).is_some();
    let has_jobs = || {
        let jobs = values.get("scrapeConfigs").and_then(Node::mapping);
        let mut jobs = jobs.into_iter().flat_map(|jobs| jobs.entries());
        jobs.any(|job| job.value.get("job_name").is_some())
    };
    has("server")
        || !has("prometheusSpec") && (has(SERVER_FILES) || has("extraScrapeConfigs") || has_jobs())
}

impl<'d> Finder<'d> {
    /// Values in a text of their own.
    pub(super) fn values_in(
        &self,
        node: Node<'d>,
        chart: Option<Chart>,
        out: &mut Vec<RecognizedFile>,
    ) {
        let Some(document) = self.inside(node) else {
            return;
        };
        if let Some(root) = document.root() {
            let finder = self.within(&document);
            finder.values(root, chart, out);
            finder.of_charts(root, out);
        }
        let is_named = chart == Some(Chart::Prometheus);
        out.extend(of_server(&document, &[], is_named, self.template));
    }

    /// Values in an object or a list that carries them for a chart.
    pub(super) fn carried(
        &self,
        values: Node<'d>,
        chart: Option<Chart>,
        out: &mut Vec<RecognizedFile>,
    ) {
        self.values(values, chart, out);
        self.of_charts(values, out);
        let steps = values.steps().unwrap_or_default();
        let way: Vec<&str> = steps.iter().map(String::as_str).collect();
        if !way.is_empty() {
            let is_named = chart == Some(Chart::Prometheus);
            out.extend(of_server(self.document, &way, is_named, self.template));
        }
    }

    /// Values of kube-prometheus-stack and its like: there, or below the name of a chart that needs
    /// it.
    pub(super) fn values(
        &self,
        values: Node<'d>,
        chart: Option<Chart>,
        out: &mut Vec<RecognizedFile>,
    ) {
        let Some(mapping) = values.mapping() else {
            return;
        };
        self.stack(values, chart, out);
        self.chart(values, chart == Some(Chart::Prometheus), out);
        for entry in mapping.entries() {
            // The other chart may have this name too, by an alias.
            let spec = entry.value.get("prometheus");
            let spec = spec.and_then(|prometheus| prometheus.get("prometheusSpec"));
            let is_bitnami = entry.name() == BITNAMI && spec.is_none();
            self.stack(entry.value, is_bitnami.then_some(Chart::Bitnami), out);
            let is_chart = entry.name() == "prometheus" && is_of_server(entry.value);
            self.chart(entry.value, is_chart, out);
            // A chart that another one needs may need this one.
            let inner = entry.value.mapping().into_iter();
            for inner in inner.flat_map(|map| map.entries()) {
                let spec = inner.value.get("prometheus");
                let spec = spec.and_then(|prometheus| prometheus.get("prometheusSpec"));
                if spec.is_some_and(|spec| spec.mapping().is_some()) {
                    self.stack(inner.value, None, out);
                }
            }
        }
    }

    /// Values that are set one by one, laid over others. Whether some of them have to do with remote
    /// write; `is_more` says that others count too, which are not known here.
    pub(super) fn parameters(
        &self,
        base: Option<Node<'d>>,
        list: impl Iterator<Item = SetValue<'d>>,
        is_more: bool,
        out: &mut Vec<RecognizedFile>,
    ) -> bool {
        let mut list = list.filter(|set| is_of_prometheus(set.at)).peekable();
        let Some(first) = list.peek().map(|set| set.at) else {
            return false;
        };
        let mut merged = base.map_or_else(
            || MergedConfiguration::new(first),
            MergedConfiguration::upon,
        );
        let mut sends = false;
        for set in list {
            sends |= names_sending(set.at);
            let name = set.at.as_str().unwrap_or_default();
            merged.put_read(&parameter(name), set);
        }
        let Some(document) = merged.document(self.document) else {
            return false;
        };
        let from = out.len();
        if let Some(root) = document.root() {
            let finder = self.within(&document).partly(is_more);
            finder.values(root, None, out);
        }
        if out.len() == from && sends {
            let reason = "promvet does not read these parameters of a chart";
            out.push(self.unread(first, reason, Some("write them as values")));
        }
        base.is_some()
    }

    /// Keys that a HelmRelease sets to values of other objects (fluxcd/helm-controller `api/v2`,
    /// `ValuesReference.TargetPath`), where no values of an object are below them: with those they are judged.
    pub(super) fn targets_of_values(&self, list: Option<Node<'d>>, out: &mut Vec<RecognizedFile>) {
        let items = || list.into_iter().flat_map(Node::items);
        if items().any(|item| item.get("targetPath").is_none()) {
            return;
        }
        let targets = items().filter_map(|item| item.get("targetPath"));
        for target in targets.filter(|target| is_of_prometheus(*target)) {
            let mut merged = MergedConfiguration::new(target);
            let name = target.as_str().unwrap_or_default();
            merged.put_unknown(&parameter(name), target);
            let Some(document) = merged.document(self.document) else {
                continue;
            };
            let mut found = Vec::new();
            if let Some(root) = document.root() {
                self.within(&document).values(root, None, &mut found);
            }
            // What is not known of the value is left out, and it makes no endpoint by itself.
            for spoken in found.iter().filter_map(|found| found.spoken.as_ref()) {
                let unknown = |finding: &&Finding| *finding.rule == *rule::SCHEMA_UNKNOWN_FIELD;
                let findings = spoken.findings.iter().filter(unknown).cloned().collect();
                let why = "it sets values of a chart".to_owned();
                let holder = (EmbeddedIn::VALUES, why);
                self.faults(target, findings, spoken.dialect, holder, out);
            }
        }
    }

    /// Values in files of helmfile and Fleet.
    pub(super) fn files_of_values(&self, root: Node<'d>, out: &mut Vec<RecognizedFile>) {
        // helmfile renders the file itself, with the braces of alerts in it.
        let rendered = Finder {
            template: self.template.or(Some(TemplateEvidence::Variables)),
            ..*self
        };
        for release in root.get("releases").into_iter().flat_map(Node::items) {
            let list = release.get("values").into_iter().flat_map(Node::items);
            let chart = Chart::named(release.get("chart"));
            list.for_each(|values| rendered.carried(values, chart, out));
            let items = |key: &str| release.get(key).into_iter().flat_map(Node::items);
            let set = items("set").filter_map(SetValue::of_item);
            let texts = items("setString").filter_map(SetValue::of_item);
            let texts = texts.map(|set| SetValue {
                reading: Reading::Text,
                ..set
            });
            let set = set.chain(texts);
            self.parameters(None, set, release.get("values").is_some(), out);
        }
        let fleet = root.get("helm");
        if let Some(values) = fleet.and_then(|helm| helm.get("values")) {
            let chart = fleet.and_then(|helm| helm.get("chart"));
            self.carried(values, Chart::named(chart), out);
        }
    }

    /// What values of the chart `prometheus` hold beside the configuration of its server: rules, jobs,
    /// and keys that the chart does not read. `is_named` says that they are for this chart.
    fn chart(&self, values: Node<'d>, is_named: bool, out: &mut Vec<RecognizedFile>) {
        let server = values
            .get("server")
            .filter(|server| server.mapping().is_some());
        let is_ours = is_named || server.is_some() && is_among_its_like(values);
        if !is_ours || values.mapping().is_none() {
            return;
        }
        for files in [SERVER_FILES, "ruleFiles"] {
            let files = values.get(files).and_then(Node::mapping);
            for entry in files.into_iter().flat_map(|map| map.entries()) {
                self.groups_in(entry.value, &tables::CHART_RULES, &CHART, out);
            }
        }
        self.jobs_in(values.get("extraScrapeConfigs"), out);
        if let Some(jobs) = values.get("scrapeConfigs") {
            let holder = EmbeddedIn::VALUES;
            self.part(
                jobs,
                &table::ANY,
                ObjectRole::NamedJobs,
                &NATIVE,
                holder,
                out,
            );
        }
        let shape = &tables::CHART_PROMETHEUS;
        let Some(mut found) = self.place(values, shape, ObjectRole::Whole, &CHART) else {
            return;
        };
        // The chart copies its endpoints into the configuration, where their keys are judged.
        let is_in_endpoint = |finding: &Finding| {
            let keys = finding.keys();
            keys.is_below("remoteWrite") && keys.has("server") && keys.is_in_list()
        };
        found.findings.retain(|finding| !is_in_endpoint(finding));
        found.findings.extend(list_of_jobs(values));
        found.findings.extend(list_for_mapping(values, is_named));
        found.findings.extend(unused(values, server));
        found.findings.extend(chart_files::check(values));
        found
            .findings
            .extend(server.and_then(without_configuration));
        if !found.findings.is_empty() {
            let why = "it has keys that the chart does not read".to_owned();
            out.push(self.recognized(found, &CHART, EmbeddedIn::VALUES, why));
        }
    }

    /// What values of charts that make resources of an operator hold.
    pub(super) fn stack(
        &self,
        values: Node<'d>,
        chart: Option<Chart>,
        out: &mut Vec<RecognizedFile>,
    ) {
        let prometheus = values.get("prometheus");
        if let Some(prometheus) = prometheus {
            match chart == Some(Chart::Bitnami) || looks_bitnami(values, prometheus) {
                true => self.bitnami(prometheus, out),
                false => self.stack_prometheus(prometheus, chart, out),
            }
        }
        if let Some(agent) = values.get("vmagent") {
            if let Some(spec) = agent.get("spec") {
                let shape = &tables::VMAGENT_VALUES;
                self.of_vmagent_in_values(spec, shape, ObjectRole::Whole, out);
            }
            for item in agent
                .get("additionalRemoteWrites")
                .into_iter()
                .flat_map(Node::items)
            {
                let shape = &tables::REMOTE_WRITE4;
                self.of_vmagent_in_values(item, shape, ObjectRole::Endpoint, out);
            }
        }
        let ruler = values.get("thanosRuler");
        if let Some(spec) = ruler.and_then(|ruler| ruler.get("thanosRulerSpec")) {
            let shape = &tables::STACK_RULER;
            self.in_values(spec, shape, ObjectRole::Whole, out);
        }
        let map = values
            .get("additionalPrometheusRulesMap")
            .and_then(Node::mapping);
        let map = map.into_iter().flat_map(|map| map.entries());
        let list = values
            .get("additionalPrometheusRules")
            .into_iter()
            .flat_map(Node::items);
        for rules in map.map(|entry| entry.value).chain(list) {
            self.groups_in(rules, &tables::STACK_RULES, &OPERATOR_VALUES, out);
        }
    }

    /// What the chart adds to the spec of its Prometheus as it is, a mapping or a text
    /// (kube-prometheus-stack `templates/prometheus/prometheus.yaml`).
    fn additional(&self, spec: Node<'d>, out: &mut Vec<RecognizedFile>) {
        let mut kinds = tables::KINDS.iter();
        let Some(kind) =
            kinds.find(|kind| kind.kind == "Prometheus" && kind.part == ObjectRole::Whole)
        else {
            return;
        };
        let is_filled = |node: &Node<'_>| {
            let mapping = node.mapping();
            mapping.is_some_and(|mapping| mapping.written().next().is_some())
        };
        if let Some(more) = spec.get("additionalConfig").filter(is_filled) {
            self.in_values(more, kind.shape, ObjectRole::Whole, out);
        }
        let Some(node) = spec.get("additionalConfigString") else {
            return;
        };
        let within = KeyPath {
            identity: node.identity(),
            logical: node.path(),
        };
        let Some(text) = embedded(node, within, Dollars::Plain) else {
            return;
        };
        // The chart renders it (`tpl`). What is left of it without its tags is worth a look if it sends.
        let readable = documents(&text);
        let is_masked = readable.masked;
        if is_masked && !text.content().contains("remoteWrite") {
            return;
        }
        let document = readable.documents.into_iter().next().map(Arc::new);
        let root = document.as_ref().and_then(|document| document.root());
        let root = root.filter(is_filled);
        if let (Some(document), Some(root)) = (&document, root) {
            let mut found = Vec::new();
            let finder = self.within(document);
            finder.in_values(root, kind.shape, ObjectRole::Whole, &mut found);
            out.extend(found.into_iter().map(|recognized| RecognizedFile {
                masked: is_masked,
                ..recognized
            }));
        }
    }

    fn in_values(
        &self,
        node: Node<'d>,
        shape: &'static MappingShape,
        part: ObjectRole,
        out: &mut Vec<RecognizedFile>,
    ) {
        self.part(node, shape, part, &OPERATOR_VALUES, EmbeddedIn::VALUES, out);
    }

    /// What the Operator makes a vmagent of.
    pub(super) fn of_vmagent_in_values(
        &self,
        node: Node<'d>,
        shape: &'static MappingShape,
        part: ObjectRole,
        out: &mut Vec<RecognizedFile>,
    ) {
        let holder = EmbeddedIn::PartOf(program::VMAGENT, Box::new(EmbeddedIn::VALUES));
        self.part(node, shape, part, &OPERATOR_VALUES, holder, out);
    }

    /// A list of jobs in a text of its own, if there is one.
    fn jobs_in(&self, text: Option<Node<'d>>, out: &mut Vec<RecognizedFile>) {
        let Some(document) = text.and_then(|text| self.inside(text)) else {
            return;
        };
        let root = document.root().filter(|root| root.sequence().is_some());
        if let Some(root) = root {
            let finder = self.within(&document);
            finder.part(
                root,
                &table::ANY,
                ObjectRole::Jobs,
                &NATIVE,
                EmbeddedIn::VALUES,
                out,
            );
        }
    }

    /// Groups of rules, if there are some. The names and labels beside them are the chart's.
    fn groups_in(
        &self,
        node: Node<'d>,
        shape: &'static MappingShape,
        dialect: &'static Dialect,
        out: &mut Vec<RecognizedFile>,
    ) {
        if node.get("groups").is_none() {
            return;
        }
        let found = self.place(node, shape, ObjectRole::Whole, dialect);
        let why = format!("{} has groups of rules", node.path());
        out.extend(found.map(|found| self.rules(found, dialect, EmbeddedIn::VALUES, why)));
    }
}

/// Says of unknown keys of a section, from which the templates of a chart take what they know, what becomes
/// of them there.
fn at_top(findings: &mut [Finding], section: Node<'_>, dialect: &'static Dialect) {
    let keys = section.mapping().into_iter().flat_map(|map| map.entries());
    let keys: Vec<(String, String)> = keys
        .map(|entry| (entry.key.path(), format!("`{}`", entry.name())))
        .collect();
    // All keys that one parameter names have its place and its path, so that the name decides.
    let at_top = findings.iter_mut().filter(|finding| {
        let message = finding.message.to_string();
        let is_it =
            |(path, name): &(String, String)| *path == finding.logical && message.starts_with(name);
        finding.rule == rule::SCHEMA_UNKNOWN_FIELD && keys.iter().any(is_it)
    });
    for finding in at_top {
        finding.message = finding
            .message
            .reworded(str::to_owned, Some(dialect.unknown));
    }
}

/// Whether values are those of bitnami's chart, by what is beside its Prometheus.
fn looks_bitnami(values: Node<'_>, prometheus: Node<'_>) -> bool {
    let is_section = |key: &str| {
        values
            .get(key)
            .is_some_and(|value| value.mapping().is_some())
    };
    let beside = ["exporters", "blackboxExporter", "kubelet", "kubeApiServer"];
    prometheus.get("prometheusSpec").is_none()
        && is_section("operator")
        && beside.into_iter().any(is_section)
}

/// Whether a text has a word that has to do with remote write.
/// Whether a parameter has to do with Prometheus's resource.
fn is_of_prometheus(node: Node<'_>) -> bool {
    let text = node.as_str();
    text.is_some_and(|text| text.contains("prometheusSpec.")) || names_sending(node)
}

fn names_sending(node: Node<'_>) -> bool {
    let text = node.as_str();
    text.is_some_and(|text| SENDING.iter().any(|word| text.contains(word)))
}

pub(super) fn of_key(
    key: Node<'_>,
    rule: &'static str,
    severity: Severity,
    message: String,
) -> Finding {
    let finding = Finding::new(rule, severity, key.place(), message);
    finding.of_key(key.path(), key.identity())
}
