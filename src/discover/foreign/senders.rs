//! Programs that take Prometheus's own sections, or send by remote write.

use super::{Finder, Holder, Recognised, alloy_in};
use crate::finding::Within;
use crate::schema::dialect::table::{self, Part};
use crate::schema::dialect::{SENDERS, tables};
use crate::yaml::{Dollars, Node, embedded};

impl<'d> Finder<'d> {
    /// Programs that take Prometheus's own sections, or send by remote write.
    pub(super) fn senders(&self, root: Node<'d>, out: &mut Vec<Recognised>) {
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
                let holder = Holder::Part("loki");
                self.part(
                    one,
                    &table::ANY,
                    Part::NativeEndpoint,
                    &SENDERS,
                    holder,
                    out,
                );
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

    /// An OpenTelemetry Collector.
    pub(super) fn collector(&self, root: Node<'d>, out: &mut Vec<Recognised>) {
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
}
