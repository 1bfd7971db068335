//! Programs that take Prometheus's own sections, or send by remote write.

use super::{EmbeddedIn, Finder, Recognised, alloy_in, pipelines};
use crate::finding::{Finding, Severity, Within, rule};
use crate::schema::dialect::table::{self, MappingShape, Part};
use crate::schema::dialect::{SENDERS, Translation, tables};
use crate::yaml::{Dollars, Node, embedded};

impl<'d> Finder<'d> {
    /// All of them in a document.
    pub(super) fn senders(&self, root: Node<'d>, out: &mut Vec<Recognised>) {
        self.grafana_agent(root, out);
        self.tempo(root, out);
        self.loki(root, out);
        self.ansible(root, out);
        self.collector(root, out);
        // Values of the chart opentelemetry-collector.
        if let Some(config) = root.get("config") {
            self.collector(config, out);
        }
        self.alloy_values(root, out);
        self.vector(root, out);
        self.destinations(root, out);
    }

    /// A program's part of a document, translated by its table.
    fn sender(
        &self,
        node: Node<'d>,
        shape: &'static MappingShape,
        program: &'static str,
        out: &mut Vec<Recognised>,
    ) {
        let holder = EmbeddedIn::Part(program);
        self.part(node, shape, Part::Whole, &SENDERS, holder, out);
    }

    /// Grafana Agent in static mode. Others have a key `metrics` too, so what is in it decides.
    fn grafana_agent(&self, root: Node<'d>, out: &mut Vec<Recognised>) {
        const NAME: &str = "grafana-agent";
        let agent = root.get("metrics").or_else(|| root.get("prometheus"));
        let Some(agent) = agent.filter(|agent| is_agent(*agent)) else {
            return;
        };
        if let Some(global) = agent.get("global") {
            self.sender(global, &tables::AGENT_GLOBAL, NAME, out);
        }
        let instances: Vec<_> = agent
            .get("configs")
            .into_iter()
            .flat_map(Node::items)
            .collect();
        let mut both = both_names(root);
        for (index, &one) in instances.iter().enumerate() {
            let found = self.place(one, &tables::AGENT_INSTANCE, Part::Whole, &SENDERS);
            let before = instances.get(..index).unwrap_or_default();
            let more = instance_name(one, before).into_iter().chain(both.take());
            self.with_findings(found, more.collect(), one, EmbeddedIn::Part(NAME), out);
        }
        if let Some(one) = root.get("integrations") {
            self.sender(one, &tables::AGENT_INTEGRATIONS, NAME, out);
        }
    }

    fn tempo(&self, root: Node<'d>, out: &mut Vec<Recognised>) {
        let generator = root.get("metrics_generator");
        if let Some(storage) = generator.and_then(|generator| generator.get("storage")) {
            self.sender(storage, &tables::TEMPO_STORAGE, "tempo", out);
        }
    }

    /// The ruler of Loki (grafana/loki v3.5 `pkg/ruler/config.go`).
    fn loki(&self, root: Node<'d>, out: &mut Vec<Recognised>) {
        let ruler = root.get("ruler");
        let Some(remote) = ruler.and_then(|ruler| ruler.get("remote_write")) else {
            return;
        };
        let clients = remote.get("clients").and_then(Node::mapping);
        let clients = clients.into_iter().flat_map(|map| map.entries());
        let client = remote.get("client");
        let client = client.filter(|client| client.get("url").is_some());
        for one in clients.map(|entry| entry.value).chain(client) {
            let holder = EmbeddedIn::Part("loki");
            let part = Part::NativeEndpoint;
            self.part(one, &table::ANY, part, &SENDERS, holder, out);
        }
    }

    fn ansible(&self, root: Node<'d>, out: &mut Vec<Recognised>) {
        let is_list = |name: &&str| root.get(name).and_then(Node::sequence).is_some();
        let mut variables = ["prometheus_remote_write", "prometheus_scrape_configs"].iter();
        if variables.any(is_list) {
            self.sender(root, &tables::ANSIBLE_VARIABLES, "ansible", out);
        }
    }

    /// Values of the chart alloy.
    fn alloy_values(&self, root: Node<'d>, out: &mut Vec<Recognised>) {
        let mut way = ["alloy", "configMap", "content"].iter();
        let Some(content) = way.try_fold(root, |node, key| node.get(key)) else {
            return;
        };
        let within = Within {
            identity: content.identity(),
            logical: content.path(),
        };
        let text = embedded(content, within, Dollars::Plain);
        out.extend(text.iter().flat_map(|text| alloy_in(text, self.template)));
    }

    /// An OpenTelemetry Collector.
    pub(super) fn collector(&self, root: Node<'d>, out: &mut Vec<Recognised>) {
        let components = |key: &str, kind: &'static str| {
            let map = root.get(key).and_then(Node::mapping);
            let entries = map.into_iter().flat_map(|map| map.entries());
            entries.filter(move |entry| entry.name().split('/').next() == Some(kind))
        };
        let holder = || EmbeddedIn::Part("otel-collector");
        let exporters = components("exporters", "prometheusremotewrite");
        // The name since 0.154.
        let exporters = exporters.chain(components("exporters", "prometheus_remote_write"));
        for entry in exporters {
            let shape = &tables::COLLECTOR_EXPORTER;
            let found = self.place(entry.value, shape, Part::Endpoint, &SENDERS);
            let more = pipelines::of_exporter(root, entry);
            self.with_findings(found, more, entry.value, holder(), out);
        }
        for entry in components("receivers", "prometheus") {
            let Some(config) = entry.value.get("config") else {
                continue;
            };
            let shape = &tables::COLLECTOR_RECEIVER;
            let found = self.place(config, shape, Part::Whole, &SENDERS);
            let more = pipelines::of_receiver(config);
            self.with_findings(found, more, config, holder(), out);
        }
    }

    fn with_findings(
        &self,
        found: Option<Translation>,
        more: Vec<Finding>,
        node: Node<'d>,
        holder: EmbeddedIn,
        out: &mut Vec<Recognised>,
    ) {
        let Some(mut found) = found else { return };
        found.findings.extend(more);
        let why = format!("{} is part of {}", node.path(), holder.noun());
        out.push(self.recognised(found, &SENDERS, holder, why));
    }

    /// Destinations in values of the chart k8s-monitoring (grafana/k8s-monitoring-helm v3), a list or a
    /// mapping. Their credentials may come from anywhere.
    fn destinations(&self, root: Node<'d>, out: &mut Vec<Recognised>) {
        let Some(all) = root.get("destinations") else {
            return;
        };
        let map = all.mapping().into_iter().flat_map(|map| map.entries());
        let all = all.items().chain(map.map(|entry| entry.value));
        let is_prometheus =
            |one: &Node<'_>| one.get("type").and_then(Node::as_str) == Some("prometheus");
        for one in all.filter(is_prometheus) {
            let holder = EmbeddedIn::Part("alloy");
            let shape = &tables::MONITORING_DESTINATION;
            self.partly(true)
                .part(one, shape, Part::Endpoint, &SENDERS, holder, out);
        }
    }

    /// A sink of Vector (vectordotdev/vector v0.50 `src/sinks/prometheus/remote_write/config.rs`), in
    /// its own file or in values of its chart.
    fn vector(&self, root: Node<'d>, out: &mut Vec<Recognised>) {
        let values = root.get("customConfig");
        let sinks = [Some(root), values].into_iter().flatten();
        let sinks = sinks.filter_map(|one| one.get("sinks")?.mapping());
        for sink in sinks.flat_map(|map| map.entries()) {
            let kind = sink.value.get("type").and_then(Node::as_str);
            if kind == Some("prometheus_remote_write") {
                let shape = &tables::VECTOR_SINK;
                let holder = EmbeddedIn::Part("vector");
                self.part(sink.value, shape, Part::Endpoint, &SENDERS, holder, out);
            }
        }
    }
}

/// What is reported about an old name of a section beside the new one (grafana/agent v0.44.2
/// `internal/static/config/config.go`, `UnmarshalYAML`).
fn both_names(root: Node<'_>) -> Option<Finding> {
    root.get("metrics")?;
    let old = root.mapping()?.entry("prometheus")?;
    let message = "`prometheus`: it is the old name of `metrics`, and both are set; the program refuses the file";
    Some(refused(rule::SCHEMA_CONFLICT, old.key, message).help("move its keys into `metrics`"))
}

/// What is wrong with the name of an instance: each has its own (grafana/agent v0.44.2
/// `internal/static/metrics/agent.go`, `ApplyDefaults`).
fn instance_name(instance: Node<'_>, before: &[Node<'_>]) -> Option<Finding> {
    let map = instance.mapping()?;
    let Some(name) = map.get("name").and_then(Node::as_str) else {
        let first = map.written().next()?;
        let message = "`name`: missing; the program refuses the file";
        let finding = refused(rule::SCHEMA_MISSING_FIELD, first.key, message);
        return Some(finding.help("set `name`"));
    };
    let same = before.iter().find_map(|one| {
        let other = one.get("name")?;
        (other.as_str() == Some(name)).then_some(other)
    })?;
    let node = map.get("name")?;
    let message =
        format!("`name`: another instance is called `{name}`; the program refuses the file");
    let finding = refused(rule::SCHEMA_DUPLICATE, node, &message);
    let finding = finding.evidence(same.place(), "it is here");
    Some(finding.help("give it another name"))
}

fn refused(rule: &'static str, node: Node<'_>, message: &str) -> Finding {
    let finding = Finding::new(rule, Severity::Error, node.place(), message.to_owned());
    finding.of_key(node.path(), node.identity())
}

/// Whether a section is Grafana Agent's: it has the folder of its log, or instances or defaults with
/// Prometheus's own sections.
fn is_agent(section: Node<'_>) -> bool {
    let sections = ["remote_write", "scrape_configs", "host_filter"];
    let has_some = |node: Node<'_>| sections.iter().any(|key| node.get(key).is_some());
    section.get("wal_directory").is_some()
        || section.get("global").is_some_and(has_some)
        || section
            .get("configs")
            .is_some_and(|list| list.items().any(has_some))
}
