//! Programs that take Prometheus's own sections, or send by remote write.

use super::super::flags;
use super::super::others;
use super::outputs::is_fluent;
use super::{EmbeddedIn, Finder, RecognizedFile, alloy_in, found, own_keys, pipelines, vmagent};
use crate::discover::program;
use crate::finding::{Advice, Finding, KeyPath, Severity, rule};
use crate::schema::dialect::table::{MappingShape, ObjectRole};
use crate::schema::dialect::{NEW_RELIC, SENDERS, Translation, VMAGENT, tables};
use crate::yaml::{Dollars, Entry, Node, embedded};

/// Parts of the names of charts whose values are looked for below a name.
const CHARTS: &[&str] = &[
    "agent",
    "alloy",
    "collector",
    "k8s-monitoring",
    "loki",
    "otel",
    "tempo",
    "vmagent",
    "victoria-metrics-agent",
];

/// What an exporter is called that AWS had in its own distribution.
pub(super) const AWS_EXPORTER: &str = "an exporter of an old Collector of AWS";

/// As many roles and tasks of a play are looked at, which has a few dozen.
const MOST_PARTS: usize = 1_000;

/// As deep as groups of an inventory are looked at; they are two or three levels deep.
const DEEPEST_GROUP: usize = 8;

impl<'d> Finder<'d> {
    /// All of them in a document.
    pub(super) fn senders(&self, root: Node<'d>, out: &mut Vec<RecognizedFile>) {
        self.grafana_agent(root, out);
        self.agent_instance(root, out);
        self.ansible(root, out);
        self.collector(root, out);
        self.vector(root, out);
        self.fluent_bit(root, out);
        self.puppet(root, out);
        self.new_relic(root, out);
        if root.get("promxy").is_some() && root.get("remote_write").is_some() {
            self.sender(root, &tables::PROMXY, "promxy", out);
        }
        self.of_charts(root, out);
        if is_of_vmagent(root) {
            self.vmagent_values(root, out);
        }
        // Below the name that an umbrella chart gives a chart. Others have such keys too, so that it
        // has to be a known name.
        let map = root.mapping().into_iter().flat_map(|map| map.entries());
        let inner = map.filter(|entry| CHARTS.iter().any(|chart| entry.name().contains(chart)));
        for entry in inner {
            self.of_charts(entry.value, out);
            if ["vmagent", "victoria-metrics-agent"].contains(&entry.name()) {
                self.vmagent_values(entry.value, out);
            }
        }
    }

    /// Programs whose charts have them as values too.
    pub(super) fn of_charts(&self, root: Node<'d>, out: &mut Vec<RecognizedFile>) {
        self.tempo(root, out);
        self.loki(root, out);
        // Values of the chart opentelemetry-collector.
        let from = out.len();
        if let Some(config) = root.get("config") {
            self.collector(config, out);
            self.new_relic(config, out);
        }
        self.alloy_values(root, out);
        let found = out.get_mut(from..).unwrap_or_default().iter_mut();
        found.for_each(|recognized| EmbeddedIn::VALUES.around(&mut recognized.holder));
        self.destinations(root, out);
    }

    /// New Relic's agent, whose endpoints beside its own are Prometheus's
    /// (newrelic/newrelic-prometheus-configurator `internal/configurator/config.go`).
    fn new_relic(&self, config: Node<'d>, out: &mut Vec<RecognizedFile>) {
        if config.get("extra_remote_write").is_some() {
            self.sender(config, &tables::NEW_RELIC, "newrelic", out);
        }
        if let Some(own) = config.get("newrelic_remote_write") {
            let holder = EmbeddedIn::Part("newrelic");
            let (shape, part) = (&tables::NEW_RELIC_REMOTE, ObjectRole::Endpoint);
            // The URL is made of the key.
            let finder = self.partly(true);
            finder.part(own, shape, part, &NEW_RELIC, holder, out);
        }
    }

    /// A program's part of a document, translated by its table.
    pub(super) fn sender(
        &self,
        node: Node<'d>,
        shape: &'static MappingShape,
        program: &'static str,
        out: &mut Vec<RecognizedFile>,
    ) {
        let holder = EmbeddedIn::Part(program);
        self.part(node, shape, ObjectRole::Whole, &SENDERS, holder, out);
    }

    /// Variables of the collection prometheus.prometheus: in a file of variables, in plays and their
    /// roles and tasks, and in an inventory.
    fn ansible(&self, root: Node<'d>, out: &mut Vec<RecognizedFile>) {
        self.variables(root, out);
        for play in root.items() {
            let part = |key: &str| play.get(key).into_iter().flat_map(Node::items);
            let parts = ["roles", "tasks", "pre_tasks", "post_tasks"].into_iter();
            let parts = std::iter::once(play).chain(parts.flat_map(part));
            for part in parts.take(MOST_PARTS) {
                self.variables(part, out);
                let inner = part.get("vars").into_iter();
                inner.for_each(|vars| self.variables(vars, out));
            }
        }
        if let Some(all) = root.get("all") {
            self.inventory(all, DEEPEST_GROUP, out);
        }
        // A scenario of Molecule has variables of groups and hosts in its inventory.
        let inventory = root
            .get("provisioner")
            .and_then(|provisioner| provisioner.get("inventory"));
        for key in ["group_vars", "host_vars"] {
            let map = inventory.and_then(|inventory| inventory.get(key)?.mapping());
            let groups = map.into_iter().flat_map(|map| map.entries());
            groups.for_each(|group| self.variables(group.value, out));
        }
    }

    /// Variables of a group of an inventory, of its hosts and of the groups in it.
    fn inventory(&self, group: Node<'d>, depth: usize, out: &mut Vec<RecognizedFile>) {
        let Some(depth) = depth.checked_sub(1) else {
            return;
        };
        let vars = group.get("vars").into_iter();
        vars.for_each(|vars| self.variables(vars, out));
        let of = |key: &str| {
            let map = group.get(key).and_then(Node::mapping);
            map.into_iter().flat_map(|map| map.entries())
        };
        of("hosts").for_each(|host| self.variables(host.value, out));
        of("children").for_each(|group| self.inventory(group.value, depth, out));
    }

    fn variables(&self, root: Node<'d>, out: &mut Vec<RecognizedFile>) {
        let is_list = |name: &&str| root.get(name).and_then(Node::sequence).is_some();
        let mut variables = ["prometheus_remote_write", "prometheus_scrape_configs"].iter();
        if variables.any(is_list) {
            self.sender(root, &tables::ANSIBLE_VARIABLES, "ansible", out);
        }
        let args = root.get("vmagent_service_args");
        let line = args.map(flags::of_mapping);
        let line = line.filter(flags::sends);
        out.extend(line.and_then(|line| vmagent(self, &line)));
    }

    /// Values of the chart victoria-metrics-agent (VictoriaMetrics/helm-charts
    /// `charts/victoria-metrics-agent/values.yaml`): the URLs, and with further flags for them all the
    /// command line.
    fn vmagent_values(&self, root: Node<'d>, out: &mut Vec<RecognizedFile>) {
        let list = root.get("remoteWrite").into_iter().flat_map(Node::items);
        let items: Vec<Node<'d>> = list.filter(|item| item.get("url").is_some()).collect();
        let finder = self.partly(true);
        let extra = root.get("extraArgs").filter(|extra| has_flags(*extra));
        let faults = flags::faults_of_items(&items);
        let holder = (
            EmbeddedIn::Part(program::VMAGENT),
            "it has endpoints of vmagent".to_owned(),
        );
        finder.faults(root, faults, &VMAGENT, holder, out);
        if let Some(urls) = root.get("remoteWriteUrls").filter(|_| items.is_empty()) {
            out.extend(vmagent(&finder, &flags::of_urls(urls, extra)));
            return;
        }
        if let Some(extra) = extra.filter(|_| !items.is_empty()) {
            out.extend(vmagent(&finder, &flags::of_endpoints(&items, extra)));
            return;
        }
        for item in items {
            let holder = EmbeddedIn::Part(program::VMAGENT);
            let shape = &tables::VMAGENT_CHART;
            finder.part(item, shape, ObjectRole::Endpoint, &SENDERS, holder, out);
        }
    }

    /// Values of the charts alloy and grafana-agent, whose text is that of Agent in static mode if
    /// they say so (grafana/agent `operations/helm/charts/grafana-agent/values.yaml`).
    pub(super) fn alloy_values(&self, root: Node<'d>, out: &mut Vec<RecognizedFile>) {
        for name in ["alloy", "agent"] {
            let Some(chart) = root.get(name) else {
                continue;
            };
            let content = chart.get("configMap").and_then(|map| map.get("content"));
            let Some(content) = content else {
                continue;
            };
            if chart.get("mode").and_then(Node::as_str) == Some("static") {
                if let Some(document) = self.inside(content)
                    && let Some(root) = document.root()
                {
                    self.within(&document).grafana_agent(root, out);
                }
                continue;
            }
            let within = KeyPath {
                identity: content.identity(),
                logical: content.path(),
            };
            let text = embedded(content, within, Dollars::Plain);
            out.extend(text.iter().flat_map(|text| alloy_in(text, self.template)));
        }
    }

    /// An OpenTelemetry Collector.
    pub(super) fn collector(&self, root: Node<'d>, out: &mut Vec<RecognizedFile>) {
        let components = |key: &str, kind: &'static str| {
            let map = root.get(key).and_then(Node::mapping);
            let entries = map.into_iter().flat_map(|map| map.entries());
            entries.filter(move |entry| entry.name().split('/').next() == Some(kind))
        };
        let holder = || EmbeddedIn::Part(program::COLLECTOR);
        let exporters = components("exporters", "prometheusremotewrite");
        // The name since 0.154.
        let exporters = exporters.chain(components("exporters", "prometheus_remote_write"));
        let pipelines = pipelines::Pipelines::of(root);
        let mut said = Vec::new();
        for entry in exporters {
            let shape = &tables::COLLECTOR_EXPORTER;
            let mut found = self.place(entry.value, shape, ObjectRole::Endpoint, &SENDERS);
            let mut more = pipelines::of_exporter(&pipelines, entry);
            if let Some(found) = &mut found {
                pipelines.default_endpoint(entry, &mut found.findings);
            }
            said.extend(more.iter().map(|finding| finding.place.span()));
            // Without anything set, the exporter has all its defaults.
            if entry.value.is_null() {
                more.extend(pipelines.without_settings(entry));
                let why = (holder(), "it defines an exporter".to_owned());
                self.faults(entry.key, more, &SENDERS, why, out);
                continue;
            }
            self.with_findings(found, more, entry.value, holder(), out);
        }
        // Without an exporter, the name of one tells that the pipelines were meant to have it.
        let is_known = !out.is_empty() || pipelines::names_exporter(root);
        // AWS had it in its own distribution, before the extension `sigv4auth`.
        for entry in components("exporters", "awsprometheusremotewrite") {
            out.push(self.unread_sender(entry.key, AWS_EXPORTER));
        }
        for entry in components("receivers", "prometheus") {
            let Some(config) = entry.value.get("config") else {
                continue;
            };
            let shape = &tables::COLLECTOR_RECEIVER;
            let found = self.place(config, shape, ObjectRole::Whole, &SENDERS);
            let more = pipelines::of_receiver(config);
            self.with_findings(found, more, config, holder(), out);
        }
        if is_known {
            self.refused_components(root, &said, out);
        }
    }

    pub(super) fn with_findings(
        &self,
        found: Option<Translation>,
        more: Vec<Finding>,
        node: Node<'d>,
        holder: EmbeddedIn,
        out: &mut Vec<RecognizedFile>,
    ) {
        let Some(mut found) = found else { return };
        found.findings.extend(more);
        let why = format!("{} is part of {}", node.path(), holder.noun());
        out.push(self.recognized(found, &SENDERS, holder, why));
    }

    /// Destinations in values of the chart k8s-monitoring (grafana/k8s-monitoring-helm v3), a list or a
    /// mapping. Credentials that are not written there may come from anywhere.
    fn destinations(&self, root: Node<'d>, out: &mut Vec<RecognizedFile>) {
        let Some(all) = root.get("destinations") else {
            return;
        };
        let map = all.mapping().into_iter().flat_map(|map| map.entries());
        // A mapping is merged with those of other values files, a list is taken as it is.
        let is_list = all.sequence().is_some();
        let all = all.items().chain(map.map(|entry| entry.value));
        let is_prometheus =
            |node: &Node<'_>| node.get("type").and_then(Node::as_str) == Some("prometheus");
        for exporter in all.filter(is_prometheus) {
            let holder = EmbeddedIn::Part(program::ALLOY);
            let auth = exporter.get("auth");
            let text = |key: &str| auth?.get(key)?.as_str();
            let is_set = |key: &str| text(key).is_some_and(|text| !text.is_empty());
            let is_in = |section: &str, key: &str| {
                let value = auth.and_then(|auth| auth.get(section)?.get(key)?.as_str());
                value.is_some_and(|text| !text.is_empty())
            };
            let shape = match text("type") {
                Some("basic") | None if is_set("username") && is_set("password") => {
                    &tables::MONITORING_BASIC
                }
                Some("bearerToken") if is_set("bearerToken") => &tables::MONITORING_BEARER,
                Some("bearerToken") if is_set("bearerTokenFile") => &tables::MONITORING_BEARER_FILE,
                Some("oauth2") if is_in("oauth2", "clientSecret") => &tables::MONITORING_OAUTH2,
                Some("sigv4") if is_in("sigv4", "secretKey") => &tables::MONITORING_SIGV4,
                _ => &tables::MONITORING_DESTINATION,
            };
            let mut open = OPEN_KEYS.iter();
            let is_open = !is_list || open.any(|key| exporter.get(key).is_some());
            self.partly(is_open)
                .part(exporter, shape, ObjectRole::Endpoint, &SENDERS, holder, out);
        }
    }

    /// Data of hiera for the Puppet module (voxpupuli/puppet-prometheus `manifests/{init,server}.pp`).
    fn puppet(&self, root: Node<'d>, out: &mut Vec<RecognizedFile>) {
        let shape = &tables::PUPPET_DATA;
        if shape.keys.iter().any(|key| root.get(key.name).is_some()) {
            self.sender(root, shape, "puppet", out);
        }
    }

    /// Outputs of Fluent Bit in YAML; those in values of its chart are only named
    /// (<https://docs.fluentbit.io/manual/administration/configuring-fluent-bit/yaml>).
    pub(super) fn fluent_bit(&self, root: Node<'d>, out: &mut Vec<RecognizedFile>) {
        let outputs = root
            .get("pipeline")
            .and_then(|pipeline| pipeline.get("outputs"));
        let texts = root.get("config").and_then(|config| config.get("outputs"));
        if let Some(text) = texts.filter(|node| node.scalar().is_some())
            && !others::senders("fluent-bit.conf", text.as_str().unwrap_or("")).is_empty()
        {
            out.push(self.unread_sender(text, "a configuration of Fluent Bit"));
        }
        for output in outputs.into_iter().flat_map(Node::items) {
            if is_fluent(output) {
                out.push(self.fluent_output(output));
            }
        }
    }

    /// A sink of Vector (vectordotdev/vector v0.50 `src/sinks/prometheus/remote_write/config.rs`), in
    /// its own file or in values of its chart.
    pub(super) fn vector(&self, root: Node<'d>, out: &mut Vec<RecognizedFile>) {
        let values = root.get("customConfig");
        let sinks = [Some(root), values].into_iter().flatten();
        let sinks = sinks.filter_map(|sink| sink.get("sinks")?.mapping());
        let sinks = sinks.flat_map(|map| map.entries());
        let sinks = sinks.map(|entry| entry.value).filter(|sink| is_sink(*sink));
        sinks.for_each(|sink| self.sink(sink, out));
    }

    /// A sink that [`is_sink`].
    pub(super) fn sink(&self, sink: Node<'d>, out: &mut Vec<RecognizedFile>) {
        let shape = &tables::VECTOR_SINK;
        let holder = EmbeddedIn::Part(program::VECTOR);
        let found = self.place(sink, shape, ObjectRole::Endpoint, &SENDERS);
        let more = unverified(sink).into_iter();
        let more = more.chain(compressed(sink));
        let more = more.chain(own_keys::unknown(sink, &own_keys::VECTOR));
        let more = more.chain(own_keys::words(sink)).collect();
        self.with_findings(found, more, sink, holder, out);
    }
}

/// Keys of a destination of the chart k8s-monitoring that hold a credential, or an expression that may have one.
const OPEN_KEYS: &[&str] = &["auth", "extraHeaders", "extraHeadersFrom", "urlFrom"];

/// Whether a sink of Vector sends by remote write.
pub(super) fn is_sink(sink: Node<'_>) -> bool {
    sink.get("type").and_then(Node::as_str) == Some("prometheus_remote_write")
}

/// Whether further flags are about endpoints.
fn has_flags(extra: Node<'_>) -> bool {
    let mut all = extra.mapping().into_iter().flat_map(|map| map.entries());
    all.any(|entry| entry.name().starts_with("remoteWrite."))
}

/// Whether values with a list `remoteWrite` are those of the chart victoria-metrics-agent: beside it is the
/// scrape configuration, or a flag or the image of vmagent.
fn is_of_vmagent(root: Node<'_>) -> bool {
    let config = root.get("config");
    let scrapes = config.and_then(|config| {
        config
            .get("scrape_configs")
            .or_else(|| config.get("global"))
    });
    let extra = root.get("extraArgs").and_then(Node::mapping);
    let mut flags = extra.into_iter().flat_map(|map| map.entries());
    let image = root
        .get("image")
        .and_then(|image| image.get("repository")?.as_str());
    let mut urls = root
        .get("remoteWriteUrls")
        .into_iter()
        .flat_map(Node::items);
    if urls.any(|url| url.as_str().is_some_and(|url| url.contains("://"))) {
        return true;
    }
    root.get("remoteWrite")
        .is_some_and(|list| list.sequence().is_some())
        && (scrapes.is_some()
            || flags.any(|entry| {
                ["promscrape.", "remoteWrite."]
                    .iter()
                    .any(|group| entry.name().starts_with(group))
            })
            || image.is_some_and(|image| image.ends_with("/vmagent")))
}

/// Paths of receivers that take bodies in snappy alone, as the protocol wants them.
const WRITE_PATHS: &[&str] = &["/api/v1/push", "/api/v1/receive", "/api/v1/write"];

/// A compression that Vector has, and receivers of the protocol do not take (Prometheus 3.5
/// `storage/remote/write_handler.go`: 415); VictoriaMetrics takes `zstd` too.
fn compressed(sink: Node<'_>) -> Option<Finding> {
    let node = sink.get("compression")?;
    let url = sink.get("endpoint").and_then(Node::as_str)?;
    let is_write = WRITE_PATHS.iter().any(|path| url.ends_with(path));
    if node.as_str() != Some("gzip") || !is_write {
        return None;
    }
    let message = "`compression`: remote write is compressed with `snappy`, so the receiver rejects every request";
    let finding = found(rule::SCHEMA_INVALID_VALUE, Severity::Warning, node, message);
    Some(finding.help(Advice::replace(node.span(), "snappy").unsafe_()))
}

/// Settings of Vector's TLS that skip verification (vectordotdev/vector v0.50
/// `lib/vector-core/src/tls/settings.rs`).
const VERIFIES: &[&str] = &["verify_certificate", "verify_hostname"];

fn unverified(sink: Node<'_>) -> Option<Finding> {
    let tls = sink.get("tls")?.mapping()?;
    let is_off = |entry: &Entry<'_>| entry.value.as_str() == Some("false");
    let mut entries = VERIFIES.iter().filter_map(|key| tls.entry(key));
    let entry = entries.find(is_off)?;
    let url = sink.get("endpoint").and_then(Node::as_str)?;
    if !url.starts_with("https://") {
        return None;
    }
    let message = format!(
        "`{}`: the certificate is not verified: an attacker on the network can read the samples",
        entry.name()
    );
    let rule = rule::TLS_INSECURE_SKIP_VERIFY;
    let finding = found(rule, Severity::Warning, entry.value, message);
    Some(finding.help("remove this line, and set `ca_file` if the issuer is private"))
}
