//! Grafana's programs that take Prometheus's own sections: Agent in static mode, Tempo, the ruler of Loki.

use super::{EmbeddedIn, Finder, RecognizedFile, agent_log};
use crate::discover::program::AGENT;
use crate::finding::{Advice, Finding, Message, Severity, placeholder, rule};
use crate::schema::dialect::table::{self, ObjectRole};
use crate::schema::dialect::{SENDERS, tables};
use crate::yaml::{Entry, Kind, Mapping, Node};
use promvet_syntax::go::duration::duration;

/// Inline secrets of an endpoint that Loki loses, and the keys of the files to use instead
/// (grafana/loki v3.5 `pkg/ruler/config.go`, `RemoteWriteConfig.Clone`: the password of `basic_auth`
/// alone is put back after marshaling, which masks secrets).
const MASKED: &[(&[&str], &str)] = &[
    (&["authorization", "credentials"], "credentials_file"),
    (&["bearer_token"], "bearer_token_file"),
    (&["oauth2", "client_secret"], "client_secret_file"),
];

/// Keys that only an instance of Grafana Agent has, and the sections that it shares with Prometheus.
const OF_INSTANCE: &[&str] = &[
    "host_filter",
    "max_wal_time",
    "min_wal_time",
    "remote_flush_deadline",
    "wal_truncate_frequency",
    "write_stale_on_shutdown",
];
const SECTIONS: &[&str] = &["remote_write", "scrape_configs"];

impl<'d> Finder<'d> {
    /// Grafana Agent in static mode. Others have a key `metrics` too, so what is in it decides.
    pub(super) fn grafana_agent(&self, root: Node<'d>, out: &mut Vec<RecognizedFile>) {
        let agent = root.get("metrics").or_else(|| root.get("prometheus"));
        let Some(agent) = agent.filter(|agent| is_agent(*agent)) else {
            self.agent_fragment(root, out);
            return;
        };
        let holder = || EmbeddedIn::Part(AGENT);
        let found = self.place(agent, &tables::AGENT_METRICS, ObjectRole::Whole, &SENDERS);
        let more: Vec<_> = both_names(root)
            .into_iter()
            .chain(shared_out(agent))
            .chain(goes_nowhere(root, agent))
            .collect();
        self.with_findings(found, more, agent, holder(), out);
        self.instances(agent, out);
        if let Some(integrations) = root.get("integrations") {
            self.sender(integrations, &tables::AGENT_INTEGRATIONS, AGENT, out);
        }
    }

    /// What templates and scripts put below `metrics`, in a file of its own: endpoints for all instances, and
    /// instances.
    pub(super) fn agent_fragment(&self, root: Node<'d>, out: &mut Vec<RecognizedFile>) {
        let global = root.get("global");
        let list = global.and_then(|global| global.get("remote_write"));
        if let Some(global) = global.filter(|_| list.is_some_and(|list| list.sequence().is_some()))
        {
            let finder = self.partly(true);
            finder.sender(global, &tables::AGENT_GLOBAL, AGENT, out);
            finder.instances(root, out);
        }
    }

    fn instances(&self, agent: Node<'d>, out: &mut Vec<RecognizedFile>) {
        let instances: Vec<_> = agent
            .get("configs")
            .into_iter()
            .flat_map(Node::items)
            .collect();
        for (index, &one) in instances.iter().enumerate() {
            let found = self.place(one, &tables::AGENT_INSTANCE, ObjectRole::Whole, &SENDERS);
            let before = instances.get(..index).unwrap_or_default();
            let more = instance_name(one, before)
                .into_iter()
                .chain(truncated(agent, one))
                .chain(agent_log::faults(one))
                .collect();
            self.with_findings(found, more, one, EmbeddedIn::Part(AGENT), out);
        }
    }

    /// An instance in a file of its own, as the scraping service takes it (grafana/agent v0.44.2
    /// `internal/static/agentctl`).
    pub(super) fn agent_instance(&self, root: Node<'d>, out: &mut Vec<RecognizedFile>) {
        let has = |key: &&str| root.get(key).is_some();
        if OF_INSTANCE.iter().any(&has) && SECTIONS.iter().any(has) {
            self.sender(root, &tables::AGENT_INSTANCE, AGENT, out);
        }
    }

    /// The generator of metrics of Tempo, in its own file or in values of its charts
    /// (grafana/helm-charts `charts/tempo-distributed/values.yaml`).
    pub(super) fn tempo(&self, root: Node<'d>, out: &mut Vec<RecognizedFile>) {
        let of_chart = root
            .get("metricsGenerator")
            .and_then(|generator| generator.get("config"));
        let of_tempo = || {
            root.get("tempo")
                .and_then(|tempo| tempo.get("metricsGenerator"))
        };
        // The chart's own values have the URL of a Prometheus beside a generator that is off.
        let is_on =
            |generator: &Node<'d>| generator.get("enabled").and_then(Node::as_str) == Some("true");
        let by_url = |generator: &Node<'d>| generator.get("remoteWriteUrl").is_some();
        if let Some(generator) = of_tempo().filter(is_on).filter(by_url) {
            let holder = EmbeddedIn::Part("tempo");
            let shape = &tables::TEMPO_CHART;
            let finder = self.partly(true);
            finder.part(
                generator,
                shape,
                ObjectRole::Endpoint,
                &SENDERS,
                holder,
                out,
            );
        }
        let of_tempo = of_tempo().filter(|generator| generator.get("storage").is_some());
        let generators = [root.get("metrics_generator"), of_chart, of_tempo];
        for generator in generators.into_iter().flatten() {
            if let Some(storage) = generator.get("storage") {
                let found =
                    self.place(storage, &tables::TEMPO_STORAGE, ObjectRole::Whole, &SENDERS);
                let more = without_processors(root, storage).into_iter().collect();
                let holder = EmbeddedIn::Part("tempo");
                self.with_findings(found, more, storage, holder, out);
            }
            let misplaced = ["remote_write", "remoteWrite"].iter();
            let mut misplaced = misplaced.filter_map(|key| generator.mapping()?.entry(key));
            let Some(entry) = misplaced.next() else {
                continue;
            };
            let found = self.place(
                generator,
                &tables::TEMPO_GENERATOR,
                ObjectRole::Whole,
                &SENDERS,
            );
            let message = SENDERS.refuses(format!(
                "`{}`: unknown key; it belongs in `storage`",
                entry.name()
            ));
            let finding = refused(rule::SCHEMA_UNKNOWN_FIELD, entry.key, message);
            let finding = finding.help(Advice::say("move it into `storage`"));
            let holder = EmbeddedIn::Part("tempo");
            self.with_findings(found, vec![finding], generator, holder, out);
        }
    }

    /// The ruler of Loki (grafana/loki v3.5 `pkg/ruler/config.go`), in its own file or in values of its
    /// chart.
    pub(super) fn loki(&self, root: Node<'d>, out: &mut Vec<RecognizedFile>) {
        let of_chart = || {
            let loki = root.get("loki")?;
            loki.get("rulerConfig")
                .or_else(|| loki.get("structuredConfig")?.get("ruler"))
        };
        let rulers = [root.get("ruler"), of_chart()];
        let remotes = rulers.into_iter().flatten();
        for remote in remotes.filter_map(|ruler| ruler.get("remote_write")) {
            self.loki_remote(remote, out);
        }
    }

    fn loki_remote(&self, remote: Node<'d>, out: &mut Vec<RecognizedFile>) {
        let all = remote.get("clients");
        let client = remote.get("client");
        let client = client.filter(|client| client.get("url").is_some());
        // Mimir's ruler has a section of this name with other keys.
        if all.is_none() && client.is_none() && remote.get("enabled").is_none() {
            return;
        }
        let holder = || EmbeddedIn::Part("loki");
        let found = self.place(remote, &tables::LOKI_REMOTE, ObjectRole::Whole, &SENDERS);
        self.with_findings(found, of_loki(remote), remote, holder(), out);
        let clients = all.and_then(Node::mapping);
        let clients = clients.into_iter().flat_map(Mapping::entries);
        let listed = all.into_iter().flat_map(Node::items);
        for one in clients.map(|entry| entry.value).chain(listed).chain(client) {
            let found = self.place(one, &table::ANY, ObjectRole::NativeEndpoint, &SENDERS);
            let masked = MASKED.iter();
            let masked = masked.filter_map(|(way, file)| masked_by_loki(one, way, file));
            let more = masked.chain(tenant_of_loki(remote, one)).collect();
            self.with_findings(found, more, one, holder(), out);
        }
    }
}

/// What is wrong with the section of Loki around its endpoints.
fn of_loki(remote: Node<'_>) -> Vec<Finding> {
    let mut out = Vec::new();
    let entry = |key: &str| remote.mapping()?.entry(key);
    if let Some(clients) = entry("clients")
        && clients.value.sequence().is_some()
    {
        let message =
            SENDERS.refuses("`clients`: expected a mapping of names to endpoints, found a list");
        let finding = refused(rule::SCHEMA_WRONG_TYPE, clients.key, message);
        out.push(finding.help(Advice::say(
            "give each endpoint a name: `clients: {NAME: {url: …}}`",
        )));
    }
    if let Some(old) = entry("client") {
        let message = "`client`: deprecated; newer releases of Loki take `clients` instead";
        let finding = Finding::new(
            rule::SCHEMA_DEPRECATED,
            Severity::Info,
            old.key.place(),
            message.to_owned(),
        );
        let finding = finding.of_key(old.key.path(), old.key.identity());
        out.push(finding.help(Advice::say("move it into `clients`, under a name")));
    }
    out.extend(without_clients(remote));
    let named = entry("clients").or_else(|| entry("client"));
    let enabled = remote.get("enabled");
    let is_off = enabled.is_none_or(|node| node.as_str() == Some("false"));
    if let Some(named) = named.filter(|_| is_off) {
        let (node, message) = match enabled {
            Some(node) => (
                node,
                "`enabled`: false, so the ruler sends nothing to these clients",
            ),
            None => (
                named.key,
                "`enabled`: missing, and off by default, so the ruler sends nothing",
            ),
        };
        // Somebody has turned it off.
        let severity = match enabled {
            Some(_) => Severity::Info,
            None => Severity::Warning,
        };
        let finding = Finding::new(
            rule::AGENTS_PIPELINE,
            severity,
            node.place(),
            message.to_owned(),
        );
        let (path, identity) = match enabled {
            Some(node) => (node.path(), node.identity()),
            None => (format!("{}.enabled", remote.path()), remote.identity()),
        };
        let finding = finding.of_key(path, identity);
        out.push(finding.help(Advice::say("add `enabled: true`")));
    }
    out
}

/// What is reported about a section that is on and names no client (`RemoteWriteConfig.Validate`).
fn without_clients(remote: Node<'_>) -> Option<Finding> {
    let map = remote.mapping()?;
    let enabled = map.entry("enabled")?;
    let is_set = |entry: Entry<'_>| {
        placeholder::is_open(entry.name()) || matches!(entry.name(), "client" | "clients" | "<<")
    };
    if enabled.value.as_str() != Some("true") || map.entries().any(is_set) {
        return None;
    }
    // A chart, or flags, may add them.
    let is_file = remote.parent()?.parent()?.parent().is_none();
    let severity = match is_file {
        true => Severity::Error,
        false => Severity::Warning,
    };
    let message = SENDERS.refuses("`clients`: missing, and `enabled` is true");
    let rule = rule::SCHEMA_MISSING_FIELD;
    let finding = Finding::new(rule, severity, enabled.key.place(), message);
    let finding = finding.of_key(format!("{}.clients", remote.path()), remote.identity());
    Some(finding.help("add `clients`, or set `enabled: false`"))
}

/// A header of the tenant, which Loki takes out whatever is set (grafana/loki v3.5
/// `pkg/ruler/registry.go`, `getTenantConfig`).
fn tenant_of_loki(remote: Node<'_>, endpoint: Node<'_>) -> Option<Finding> {
    let headers = endpoint.get("headers")?.mapping()?;
    let header = headers
        .entries()
        .find(|entry| entry.name().trim().eq_ignore_ascii_case(TENANT))?;
    let adds = remote.get("add_org_id_header").and_then(Node::as_str);
    let then = match adds {
        Some("false") => "sends none, since `add_org_id_header` is false",
        _ => "sends its own tenant instead, `fake` without `auth_enabled`",
    };
    let message = format!("`{}`: Loki drops this header, and {then}", header.name());
    let rule = rule::SCHEMA_INVALID_VALUE;
    let finding = Finding::new(rule, Severity::Warning, header.key.place(), message);
    let finding = finding.of_key(header.key.path(), header.key.identity());
    Some(finding.help("set the tenant in a proxy, or by another header"))
}

/// The header that names a tenant of Mimir.
const TENANT: &str = "X-Scope-OrgID";

/// A secret of an endpoint that Loki sends as the text `<secret>`.
fn masked_by_loki(endpoint: Node<'_>, way: &[&str], file: &str) -> Option<Finding> {
    let value = way.iter().try_fold(endpoint, |node, key| node.get(key))?;
    value.as_str().filter(|text| !text.is_empty())?;
    let name = way.last()?;
    let message = format!(
        "`{name}`: Loki sends the text `<secret>` instead of it: inline it keeps only the password of `basic_auth`"
    );
    let finding = Finding::new(
        rule::SCHEMA_INVALID_VALUE,
        Severity::Warning,
        value.place(),
        message,
    );
    let finding = finding.of_key(value.path(), value.identity());
    Some(finding.help(Advice::say(format!(
        "write it to a file, and name that with `{file}`"
    ))))
}

/// What is reported about an old name of a section beside the new one (grafana/agent v0.44.2
/// `internal/static/config/config.go`, `UnmarshalYAML`).
fn both_names(root: Node<'_>) -> Option<Finding> {
    root.get("metrics")?;
    let old = root.mapping()?.entry("prometheus")?;
    let message =
        SENDERS.refuses("`prometheus`: it is the old name of `metrics`, and both are set");
    Some(refused(rule::SCHEMA_CONFLICT, old.key, message).help("move its keys into `metrics`"))
}

/// What is reported about instances beside the scraping service, which hands out its own (grafana/agent
/// v0.44.2 `internal/static/metrics/agent.go`, `ApplyDefaults`).
fn shared_out(agent: Node<'_>) -> Option<Finding> {
    let service = agent.get("scraping_service")?.get("enabled")?;
    let configs = agent.mapping()?.entry("configs")?;
    configs.value.items().next()?;
    if service.as_str() != Some("true") {
        return None;
    }
    let message = SENDERS.refuses("`configs`: with `scraping_service` there may be none here");
    let finding = refused(rule::SCHEMA_CONFLICT, configs.key, message);
    let finding = finding.evidence(service.place(), "it is switched on here");
    Some(finding.help("hand the instances to the scraping service: `agentctl config-sync`"))
}

/// Integrations whose metrics are scraped and sent nowhere (grafana/agent v0.44.2
/// `internal/static/integrations/manager.go`, `ApplyDefaults`).
fn goes_nowhere(root: Node<'_>, agent: Node<'_>) -> Option<Finding> {
    let entry = root.mapping()?.entry("integrations")?;
    let integrations = entry.value.mapping()?;
    let sends = |node: Option<Node<'_>>, key: &str| {
        node.and_then(|node| node.get(key))
            .is_some_and(|list| list.items().next().is_some() || list.scalar().is_some())
    };
    let is_off = |node: Node<'_>, key: &str| node.get(key).and_then(Node::as_str) == Some("false");
    let is_scraped = |entry: crate::yaml::Entry<'_>| {
        entry.value.get("enabled").and_then(Node::as_str) == Some("true")
            && !is_off(entry.value, "scrape_integration")
    };
    let global = agent.get("global");
    if sends(global, "remote_write")
        || sends(Some(entry.value), "prometheus_remote_write")
        || is_off(entry.value, "scrape_integrations")
        || entry.value.get("metrics").is_some()
        || global.is_some_and(|global| matches!(global.kind(), Kind::Scalar(_)))
        || integrations
            .entries()
            .any(|entry| entry.name() == "<<" || placeholder::is_open(entry.name()))
        || !integrations.entries().any(is_scraped)
    {
        return None;
    }
    let message = "`integrations`: no `remote_write` in `metrics.global` and no `prometheus_remote_write`, so their metrics are sent nowhere";
    let finding = Finding::new(
        rule::AGENTS_PIPELINE,
        Severity::Warning,
        entry.key.place(),
        message.to_owned(),
    );
    let finding = finding.of_key(entry.key.path(), entry.key.identity());
    Some(finding.help(Advice::say("add `remote_write` to `metrics.global`")))
}

/// What is reported about a generator of Tempo that no overrides give a processor (grafana/tempo v2.9
/// `modules/overrides/config.go`: none is on by default). Overrides of tenants may be in other files or come
/// by the API, and the chart adds its own.
fn without_processors(root: Node<'_>, storage: Node<'_>) -> Option<Finding> {
    let is_whole = ["distributor", "ingester", "server"]
        .iter()
        .any(|key| root.get(key).is_some());
    let text = root.document().text().content();
    let others = [
        "processors",
        "per_tenant_override",
        "user_configurable",
        "metricsGenerator",
    ];
    let list = storage.get("remote_write")?;
    if !is_whole || root.parent().is_some() || others.iter().any(|word| text.contains(word)) {
        return None;
    }
    list.items().next()?;
    let message = "`remote_write`: no overrides set `processors` of `metrics_generator`, so Tempo generates nothing to send";
    let place = storage.mapping()?.entry("remote_write")?.key;
    let finding = Finding::new(
        rule::AGENTS_PIPELINE,
        Severity::Warning,
        place.place(),
        message,
    );
    let finding = finding.of_key(list.path(), list.identity());
    Some(finding.help(
        "set `overrides.defaults.metrics_generator.processors` to `[service-graphs, span-metrics]`",
    ))
}

/// What is wrong with the name of an instance: each has its own (grafana/agent v0.44.2
/// `internal/static/metrics/agent.go`, `ApplyDefaults`).
fn instance_name(instance: Node<'_>, before: &[Node<'_>]) -> Option<Finding> {
    let map = instance.mapping()?;
    let Some(name) = map.get("name").and_then(Node::as_str) else {
        let first = map.written().next()?;
        let message = SENDERS.refuses("`name`: missing");
        let mut finding = refused(rule::SCHEMA_MISSING_FIELD, first.key, message);
        finding.logical = format!("{}.name", instance.path());
        return Some(finding.help("set `name`"));
    };
    let same = before.iter().find_map(|earlier| {
        let other = earlier.get("name")?;
        (other.as_str() == Some(name)).then_some(other)
    })?;
    let node = map.get("name")?;
    let message = SENDERS.refuses(format!("`name`: another instance is called `{name}`"));
    let finding = refused(rule::SCHEMA_DUPLICATE, node, message);
    let finding = finding.evidence(same.place(), "it is here");
    Some(finding.help("give it another name"))
}

/// A log that is truncated more often than a job scrapes (grafana/agent v0.44.2
/// `internal/static/metrics/instance/instance.go`, `ApplyDefaults`).
fn truncated(agent: Node<'_>, instance: Node<'_>) -> Option<Finding> {
    /// The interval of jobs where none is written (`config.DefaultGlobalConfig`).
    const DEFAULT: i64 = 60_000;
    let length = |node: Node<'_>| Some(duration(node.as_str()?).ok()?.milliseconds);
    let node = instance.get("wal_truncate_frequency")?;
    let frequency = length(node)?;
    let global = agent.get("global").and_then(|it| it.get("scrape_interval"));
    let jobs = instance
        .get("scrape_configs")
        .into_iter()
        .flat_map(Node::items);
    let slow = jobs.filter_map(|job| {
        let own = job.get("scrape_interval");
        let interval = own.or(global).map_or(Some(DEFAULT), length)?;
        (interval > frequency).then_some((job, own.or(global)))
    });
    let (job, interval) = slow.into_iter().next()?;
    let name = job
        .get("job_name")
        .and_then(Node::as_str)
        .unwrap_or_default();
    let message = SENDERS.refuses(format!(
        "`wal_truncate_frequency`: shorter than the scrape interval of `{name}`"
    ));
    let finding = refused(rule::SCHEMA_CONFLICT, node, message);
    let finding = finding.evidence(interval.unwrap_or(job).place(), "the interval is from here");
    Some(finding.help("set it to the longest interval at least"))
}

fn refused(rule: &'static str, node: Node<'_>, message: impl Into<Message>) -> Finding {
    let finding = Finding::new(rule, Severity::Error, node.place(), message);
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
