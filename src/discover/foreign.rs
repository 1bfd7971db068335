//! Configurations in other words than those of `prometheus.yml`: objects of the Prometheus
//! Operator and its kin, values of charts that make them, OpenShift's monitoring, other programs
//! that send by remote write.

use std::sync::Arc;

use super::examine::{Dialect as Sort, Recognised, Template, What};
use super::flags;
use super::holder::Holder;
use super::manifest::{Manifest, manifests};
use super::values::{SERVER_FILES, is_among_its_like};
use crate::finding::{Advice, Finding, Severity, Text, Within};
use crate::schema::alloy;
use crate::schema::dialect::table::{Part, Shape};
use crate::schema::dialect::{
    ALLOY, CHART, Dialect, NATIVE, OPENSHIFT, OPERATOR, OPERATOR_VALUES, SENDERS, Spelling,
    Translation, VMAGENT, tables, translate,
};
use crate::yaml::{Document, Dollars, Node, embedded, parse_first};

/// Words of which one stands in every file that holds one of these.
pub(super) const WORDS: &[&str] = &[
    "monitoring.coreos.com/",
    "monitoring.rhobs/",
    "operator.victoriametrics.com/",
    "prometheusK8s",
    "prometheusSpec",
    "PrometheusRulesMap",
    "prometheusremotewrite",
    "metrics_generator",
    "additionalRemoteWrites",
    "serverFiles",
    "extraScrapeConfigs",
    "remote_read",
    "remoteWrite",
    "wal_directory",
    "host_filter",
    "remote_write",
    "job_name",
    "remoteWrite.url",
];

/// Words of which one stands in every text of an object that holds a configuration of another
/// program.
const IN_TEXTS: &[&str] = &["remote_write", "prometheusremotewrite", "scrape_configs"];

/// The group of an operator that took over the Prometheus Operator's kinds (rhobs/
/// observability-operator).
const FORK: &str = "monitoring.rhobs";
const ORIGINAL: &str = "monitoring.coreos.com";

/// All of them in a document.
pub(super) fn find(document: &Arc<Document>, template: Option<Template>) -> Vec<Recognised> {
    let Some(root) = document.root() else {
        return Vec::new();
    };
    let mut out = Vec::new();
    for manifest in manifests(document) {
        out.extend(flags_in(document, manifest.root, template));
        let filled = manifest.in_template.then_some(Template::Variables);
        let finder = Finder {
            document,
            template: template.or(filled),
        };
        finder.object(manifest, &mut out);
    }
    let finder = Finder { document, template };
    if root.get("kind").is_none() {
        out.extend(flags_in(document, root, template));
        finder.values(root, &mut out);
        finder.senders(root, &mut out);
    }
    out
}

/// Endpoints on command lines of vmagent.
fn flags_in(
    document: &Arc<Document>,
    root: Node<'_>,
    template: Option<Template>,
) -> Vec<Recognised> {
    let finder = Finder { document, template };
    let mut out = Vec::new();
    for arguments in flags::containers(root) {
        let Some(made) = flags::translate(document, &arguments) else {
            continue;
        };
        let mut spelling = Spelling::new(VMAGENT.refused);
        flags::spelling().for_each(|(native, flag)| spelling.add(native, flag));
        let found = Translation {
            document: made,
            findings: Vec::new(),
            spelling,
            references: Vec::new(),
        };
        let why = "it starts vmagent".to_owned();
        out.push(finder.recognised(found, &VMAGENT, Holder::Part("vmagent"), why));
    }
    out
}

/// Endpoints in a configuration of Alloy.
pub(super) fn alloy_in(text: &Arc<Text>, template: Option<Template>) -> Vec<Recognised> {
    let made = |document| {
        let found = Translation {
            document,
            findings: Vec::new(),
            spelling: Spelling::new(ALLOY.refused),
            references: Vec::new(),
        };
        let (document, spoken) = Spoken::new(found, &ALLOY);
        Recognised {
            text: Arc::clone(text),
            what: What::Configuration {
                dialect: Sort::Fragment,
                document,
            },
            why: "it has prometheus.remote_write".to_owned(),
            template: Some(template.unwrap_or(Template::Variables)),
            masked: false,
            holder: Some(Holder::Part("alloy")),
            beside: Arc::default(),
            looks_like: None,
            spoken: Some(Arc::new(spoken)),
        }
    };
    alloy::documents(text).into_iter().map(made).collect()
}

/// A list of jobs: what `additionalScrapeConfigs` of the Operator names.
pub(super) fn jobs(document: Document, template: Option<Template>) -> Option<Recognised> {
    let document = Arc::new(document);
    let root = document.root()?;
    let finder = Finder {
        document: &document,
        template,
    };
    let found = finder.place(root, &tables::SCRAPE_CONFIG, Part::Jobs, &NATIVE)?;
    Some(finder.recognised(
        found,
        &NATIVE,
        Holder::Part("scrape-configs"),
        "a list of jobs".into(),
    ))
}

struct Finder<'d> {
    document: &'d Arc<Document>,
    template: Option<Template>,
}

impl<'d> Finder<'d> {
    fn object(&self, manifest: Manifest<'d>, out: &mut Vec<Recognised>) {
        let version = manifest.root.get("apiVersion").and_then(Node::as_str);
        let version = version.unwrap_or("");
        let group = version.split('/').next().unwrap_or("");
        let is_it = |kind: &&crate::schema::dialect::table::Kind| {
            kind.kind == manifest.kind
                && (kind.group == group || group == FORK && kind.group == ORIGINAL)
        };
        if let Some(kind) = tables::KINDS.iter().find(is_it) {
            let spec = manifest.root.get("spec").filter(|spec| !spec.is_null());
            let found = spec.and_then(|spec| self.place(spec, kind.shape, kind.part, &OPERATOR));
            let holder = Holder::Resource {
                kind: kind.kind,
                name: manifest.name.to_owned(),
                namespace: manifest.namespace.map(str::to_owned),
            };
            let why = format!("it is a {} of {group}", kind.kind);
            let found = found.map(|mut found| {
                found.findings.extend(spec.and_then(replicas_alike));
                found
            });
            out.extend(found.map(|found| match kind.part {
                Part::Rules => self.rules(found, holder, why),
                _ => self.recognised(found, &OPERATOR, holder, why),
            }));
            return;
        }
        match manifest.kind {
            "ConfigMap" => {
                self.openshift(manifest, out);
                self.texts(manifest.root.get("data"), out);
            }
            "Secret" => self.texts(manifest.root.get("stringData"), out),
            "OpenTelemetryCollector" => {
                let config = manifest
                    .root
                    .get("spec")
                    .and_then(|spec| spec.get("config"));
                match config {
                    Some(config) if config.scalar().is_some() => self.text(config, out),
                    Some(config) => self.collector(config, out),
                    None => {}
                }
            }
            "HelmRelease" => {
                let values = manifest
                    .root
                    .get("spec")
                    .and_then(|spec| spec.get("values"));
                values
                    .into_iter()
                    .for_each(|values| self.values(values, out));
            }
            "Application" => self.argo(manifest.root.get("spec"), out),
            "ApplicationSet" => {
                let template = manifest
                    .root
                    .get("spec")
                    .and_then(|spec| spec.get("template"));
                self.argo(template.and_then(|template| template.get("spec")), out);
            }
            "HelmChart" | "HelmChartConfig" => {
                let spec = manifest.root.get("spec");
                let text = spec.and_then(|spec| spec.get("valuesContent"));
                text.into_iter().for_each(|text| self.values_in(text, out));
            }
            _ => {}
        }
    }

    /// Configurations of other programs in the texts of an object.
    fn texts(&self, data: Option<Node<'d>>, out: &mut Vec<Recognised>) {
        let map = data.and_then(Node::mapping);
        for entry in map.into_iter().flat_map(|map| map.entries()) {
            self.text(entry.value, out);
        }
    }

    fn text(&self, node: Node<'d>, out: &mut Vec<Recognised>) {
        let may_hold = node.as_str().is_some_and(|text| {
            let mut words = IN_TEXTS.iter();
            words.any(|word| memchr::memmem::find(text.as_bytes(), word.as_bytes()).is_some())
        });
        let Some(document) = may_hold.then(|| self.inside(node)).flatten() else {
            return;
        };
        let finder = Finder {
            document: &document,
            template: self.template,
        };
        if let Some(root) = document.root() {
            finder.senders(root, out);
        }
    }

    /// The sources of an Application of Argo CD.
    fn argo(&self, spec: Option<Node<'d>>, out: &mut Vec<Recognised>) {
        let Some(spec) = spec else { return };
        let one = spec.get("source").into_iter();
        let several = spec.get("sources").into_iter().flat_map(Node::items);
        for helm in one.chain(several).filter_map(|source| source.get("helm")) {
            // The object wins over the text (argo-cd `util/helm/cmd.go`).
            match (helm.get("valuesObject"), helm.get("values")) {
                (Some(values), _) => self.values(values, out),
                (None, Some(text)) => self.values_in(text, out),
                (None, None) => {}
            }
        }
    }

    /// Values in a text of their own.
    fn values_in(&self, node: Node<'d>, out: &mut Vec<Recognised>) {
        let Some(document) = self.inside(node) else {
            return;
        };
        let finder = Finder {
            document: &document,
            template: self.template,
        };
        if let Some(root) = document.root() {
            finder.values(root, out);
        }
    }

    fn inside(&self, node: Node<'d>) -> Option<Arc<Document>> {
        let within = Within {
            identity: node.identity(),
            logical: node.path(),
        };
        let text = embedded(node, within, Dollars::Plain)?;
        Some(Arc::new(parse_first(&text).ok()?))
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
        let finder = Finder {
            document: &document,
            template: self.template,
        };
        let Some(root) = document.root() else { return };
        let found = finder.place(root, shape, Part::Whole, &OPENSHIFT);
        let holder = Holder::Object {
            kind: "ConfigMap",
            name: manifest.name.to_owned(),
            namespace: manifest.namespace.map(str::to_owned),
            key: "config.yaml".to_owned(),
        };
        let why = format!("it is the ConfigMap {}", manifest.name);
        out.extend(found.map(|found| finder.recognised(found, &OPENSHIFT, holder, why)));
    }

    /// Values of kube-prometheus-stack and its like: there, or below the name of a chart that needs
    /// it.
    fn values(&self, values: Node<'d>, out: &mut Vec<Recognised>) {
        let Some(mapping) = values.mapping() else {
            return;
        };
        self.stack(values, out);
        self.chart(values, out);
        for entry in mapping.entries() {
            self.stack(entry.value, out);
            self.chart(entry.value, out);
        }
    }

    /// What values of the chart `prometheus` hold beside the configuration of its server: rules, jobs
    /// in a text, and keys of remote write where the chart reads none.
    fn chart(&self, values: Node<'d>, out: &mut Vec<Recognised>) {
        let server = values.get("server").and_then(Node::mapping);
        if server.is_none() || !is_among_its_like(values) {
            return;
        }
        let files = values.get(SERVER_FILES).and_then(Node::mapping);
        for entry in files.into_iter().flat_map(|map| map.entries()) {
            let is_rules = entry.value.get("groups").is_some();
            let found = is_rules
                .then(|| self.place(entry.value, &tables::STACK_RULES, Part::Whole, &CHART));
            let why = format!("{} has groups of rules", entry.value.path());
            out.extend(
                found
                    .flatten()
                    .map(|found| self.rules(found, Holder::Values, why)),
            );
        }
        let jobs = values.get("extraScrapeConfigs");
        if let Some(document) = jobs.and_then(|jobs| self.inside(jobs)) {
            let finder = Finder {
                document: &document,
                template: self.template,
            };
            let root = document.root();
            if let Some(root) = root.filter(|root| root.sequence().is_some()) {
                let shape = &tables::SCRAPE_CONFIG;
                finder.part(root, shape, Part::Jobs, &NATIVE, Holder::Values, out);
            }
        }
        let shape = &tables::CHART_PROMETHEUS;
        let misplaced = self.place(values, shape, Part::Whole, &CHART);
        if let Some(found) = misplaced.filter(|found| !found.findings.is_empty()) {
            let why = "it has keys of remote write".to_owned();
            out.push(self.recognised(found, &CHART, Holder::Values, why));
        }
    }

    fn stack(&self, values: Node<'d>, out: &mut Vec<Recognised>) {
        let prometheus = values.get("prometheus");
        let spec = prometheus.and_then(|prometheus| prometheus.get("prometheusSpec"));
        if let Some(spec) = spec {
            let shape = &tables::STACK_SPEC;
            self.part(
                spec,
                shape,
                Part::Whole,
                &OPERATOR_VALUES,
                Holder::Values,
                out,
            );
            let jobs = spec.get("additionalScrapeConfigs");
            if let Some(document) = jobs.and_then(|jobs| self.inside(jobs)) {
                let finder = Finder {
                    document: &document,
                    template: self.template,
                };
                let shape = &tables::SCRAPE_CONFIG;
                if let Some(root) = document.root().filter(|root| root.sequence().is_some()) {
                    finder.part(root, shape, Part::Jobs, &NATIVE, Holder::Values, out);
                }
            }
        }
        for (key, shape) in [
            ("additionalServiceMonitors", &tables::STACK_SERVICE_MONITOR),
            ("additionalPodMonitors", &tables::STACK_POD_MONITOR),
        ] {
            let list = prometheus.and_then(|prometheus| prometheus.get(key));
            for one in list.into_iter().flat_map(Node::items) {
                self.part(
                    one,
                    shape,
                    Part::Whole,
                    &OPERATOR_VALUES,
                    Holder::Values,
                    out,
                );
            }
        }
        // bitnami/kube-prometheus has no level `prometheusSpec`.
        let is_bitnami = values
            .get("operator")
            .is_some_and(|one| one.mapping().is_some())
            && ["exporters", "blackboxExporter", "kubelet", "kubeApiServer"]
                .iter()
                .any(|key| values.get(key).is_some_and(|one| one.mapping().is_some()));
        if let Some(prometheus) =
            prometheus.filter(|one| is_bitnami && one.get("prometheusSpec").is_none())
        {
            let shape = &tables::BITNAMI_PROMETHEUS;
            self.part(
                prometheus,
                shape,
                Part::Whole,
                &OPERATOR_VALUES,
                Holder::Values,
                out,
            );
        }
        if let Some(agent) = values.get("vmagent") {
            if let Some(spec) = agent.get("spec") {
                let shape = &tables::VMAGENT_VALUES;
                self.part(
                    spec,
                    shape,
                    Part::Whole,
                    &OPERATOR_VALUES,
                    Holder::Values,
                    out,
                );
            }
            for one in agent
                .get("additionalRemoteWrites")
                .into_iter()
                .flat_map(Node::items)
            {
                let shape = &tables::REMOTE_WRITE4;
                self.part(
                    one,
                    shape,
                    Part::Endpoint,
                    &OPERATOR_VALUES,
                    Holder::Values,
                    out,
                );
            }
        }
        let ruler = values.get("thanosRuler");
        if let Some(spec) = ruler.and_then(|ruler| ruler.get("thanosRulerSpec")) {
            let shape = &tables::STACK_RULER;
            self.part(
                spec,
                shape,
                Part::Whole,
                &OPERATOR_VALUES,
                Holder::Values,
                out,
            );
        }
        let map = values
            .get("additionalPrometheusRulesMap")
            .and_then(Node::mapping);
        let map = map.into_iter().flat_map(|map| map.entries());
        let list = values
            .get("additionalPrometheusRules")
            .into_iter()
            .flat_map(Node::items);
        for one in map.map(|entry| entry.value).chain(list) {
            let is_one = one.get("groups").is_some();
            let found = is_one
                .then(|| self.place(one, &tables::STACK_RULES, Part::Whole, &OPERATOR_VALUES));
            let why = format!("{} has groups of rules", one.path());
            out.extend(
                found
                    .flatten()
                    .map(|found| self.rules(found, Holder::Values, why)),
            );
        }
    }

    /// Programs that take Prometheus's own sections, or send by remote write.
    fn senders(&self, root: Node<'d>, out: &mut Vec<Recognised>) {
        let agent = root.get("metrics").or_else(|| root.get("prometheus"));
        let is_agent = agent.is_some_and(|agent| {
            ["configs", "global", "wal_directory"]
                .iter()
                .any(|key| agent.get(key).is_some())
        }) && root.get("scrape_configs").is_none();
        let holder = || Holder::Part("grafana-agent");
        if let Some(agent) = agent.filter(|_| is_agent) {
            if let Some(global) = agent.get("global") {
                self.part(
                    global,
                    &tables::AGENT_GLOBAL,
                    Part::Whole,
                    &SENDERS,
                    holder(),
                    out,
                );
            }
            for one in agent.get("configs").into_iter().flat_map(Node::items) {
                self.part(
                    one,
                    &tables::AGENT_INSTANCE,
                    Part::Whole,
                    &SENDERS,
                    holder(),
                    out,
                );
            }
        }
        if let Some(one) = root.get("integrations").filter(|_| is_agent) {
            self.part(
                one,
                &tables::AGENT_INTEGRATIONS,
                Part::Whole,
                &SENDERS,
                holder(),
                out,
            );
        }
        let generator = root.get("metrics_generator");
        if let Some(storage) = generator.and_then(|generator| generator.get("storage")) {
            let holder = Holder::Part("tempo");
            self.part(
                storage,
                &tables::TEMPO_STORAGE,
                Part::Whole,
                &SENDERS,
                holder,
                out,
            );
        }
        let ruler = root
            .get("ruler")
            .and_then(|ruler| ruler.get("remote_write"));
        if let Some(remote) = ruler {
            let clients = remote.get("clients").and_then(Node::mapping);
            let clients = clients.into_iter().flat_map(|map| map.entries());
            let client = remote
                .get("client")
                .filter(|client| client.get("url").is_some());
            for one in clients.map(|entry| entry.value).chain(client) {
                let shape = &tables::ANSIBLE_VARIABLES;
                let holder = Holder::Part("loki");
                self.part(one, shape, Part::NativeEndpoint, &SENDERS, holder, out);
            }
        }
        let is_variable = |name: &&str| {
            root.get(name)
                .is_some_and(|value| value.sequence().is_some())
        };
        if ["prometheus_remote_write", "prometheus_scrape_configs"]
            .iter()
            .any(is_variable)
        {
            let holder = Holder::Part("ansible");
            self.part(
                root,
                &tables::ANSIBLE_VARIABLES,
                Part::Whole,
                &SENDERS,
                holder,
                out,
            );
        }
        self.collector(root, out);
        // Values of the chart opentelemetry-collector.
        if let Some(config) = root.get("config") {
            self.collector(config, out);
        }
        // Values of the chart alloy.
        let content = ["alloy", "configMap", "content"];
        let content = content.iter().try_fold(root, |node, key| node.get(key));
        if let Some(content) = content {
            let within = Within {
                identity: content.identity(),
                logical: content.path(),
            };
            let text = embedded(content, within, Dollars::Plain);
            out.extend(text.iter().flat_map(|text| alloy_in(text, self.template)));
        }
    }

    fn collector(&self, root: Node<'d>, out: &mut Vec<Recognised>) {
        let components = |key: &str, kind: &'static str| {
            let map = root.get(key).and_then(Node::mapping);
            let entries = map.into_iter().flat_map(|map| map.entries());
            entries.filter(move |entry| entry.name().split('/').next() == Some(kind))
        };
        let holder = || Holder::Part("otel-collector");
        for entry in components("exporters", "prometheusremotewrite") {
            let shape = &tables::COLLECTOR_EXPORTER;
            self.part(entry.value, shape, Part::Endpoint, &SENDERS, holder(), out);
        }
        for entry in components("receivers", "prometheus") {
            let Some(config) = entry.value.get("config") else {
                continue;
            };
            let shape = &tables::COLLECTOR_RECEIVER;
            self.part(config, shape, Part::Whole, &SENDERS, holder(), out);
        }
    }

    fn part(
        &self,
        node: Node<'d>,
        shape: &'static Shape,
        part: Part,
        dialect: &'static Dialect,
        holder: Holder,
        out: &mut Vec<Recognised>,
    ) {
        let found = self.place(node, shape, part, dialect);
        let why = format!("{} is part of {}", node.path(), holder.noun());
        out.extend(found.map(|found| self.recognised(found, dialect, holder, why)));
    }

    fn place(
        &self,
        node: Node<'d>,
        shape: &'static Shape,
        part: Part,
        dialect: &'static Dialect,
    ) -> Option<Translation> {
        translate(self.document, node, shape, part, dialect)
    }

    fn recognised(
        &self,
        found: Translation,
        dialect: &'static Dialect,
        holder: Holder,
        why: String,
    ) -> Recognised {
        let (document, spoken) = Spoken::new(found, dialect);
        self.made(
            What::Configuration {
                dialect: Sort::Fragment,
                document,
            },
            spoken,
            holder,
            why,
        )
    }

    fn rules(&self, found: Translation, holder: Holder, why: String) -> Recognised {
        let (document, spoken) = Spoken::new(found, &OPERATOR);
        self.made(What::Rules { document }, spoken, holder, why)
    }

    fn made(&self, what: What, spoken: Spoken, holder: Holder, why: String) -> Recognised {
        Recognised {
            text: Arc::clone(self.document.text()),
            what,
            why,
            // A selector is filled in by the Operator, and so may anything else be.
            template: Some(self.template.unwrap_or(Template::Variables)),
            masked: false,
            holder: Some(holder),
            beside: Arc::default(),
            looks_like: None,
            spoken: Some(Arc::new(spoken)),
        }
    }
}

/// What is said of several replicas that send the same series under the same labels.
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

/// In which words a configuration is written, and what is wrong with them.
#[derive(Debug)]
pub struct Spoken {
    /// The dialect.
    pub dialect: &'static Dialect,
    /// What the dialect refuses.
    pub findings: Vec<Finding>,
    /// How native keys are written.
    pub spelling: crate::schema::dialect::Spelling,
    /// Keys of Secrets and ConfigMaps that it names.
    pub references: Vec<crate::schema::dialect::Reference>,
}

impl Spoken {
    fn new(found: Translation, dialect: &'static Dialect) -> (Document, Self) {
        let Translation {
            document,
            findings,
            spelling,
            references,
        } = found;
        let spoken = Self {
            dialect,
            findings,
            spelling,
            references,
        };
        (document, spoken)
    }
}

/// Whether a file may hold one of these.
pub(super) fn may_hold(text: &Text) -> bool {
    let bytes = text.content().as_bytes();
    let mut words = WORDS.iter();
    words.any(|word| memchr::memmem::find(bytes, word.as_bytes()).is_some())
}
