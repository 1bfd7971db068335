//! Programs that take Prometheus's own sections, or send by remote write.

use super::{EmbeddedIn, Finder, Recognised, alloy_in};
use crate::finding::Within;
use crate::schema::dialect::table::{self, MappingShape, Part};
use crate::schema::dialect::{SENDERS, tables};
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
        for one in agent.get("configs").into_iter().flat_map(Node::items) {
            self.sender(one, &tables::AGENT_INSTANCE, NAME, out);
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
