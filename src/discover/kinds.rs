//! What Prometheus and its neighbors write at the top of their files.

use super::names::{is_ours, is_values_name};
use super::outline::{Outline, OutlineKey, RootValue};
use crate::finding::{Text, nearest};

/// A top-level section of a Prometheus configuration (`config.Config` in prometheus/prometheus,
/// `config/config.go`, up to 3.14).
struct TopLevelSection {
    name: &'static str,
    /// Keys; one of them must be in it, where others use its name too; empty where no one does.
    marks: &'static [&'static str],
    /// Whether an agent rejects it (`config.LoadFile` with `agentMode`).
    server_only: bool,
}

const fn own(name: &'static str, server_only: bool) -> TopLevelSection {
    TopLevelSection {
        name,
        marks: &[],
        server_only,
    }
}

const fn shared(name: &'static str, marks: &'static [&'static str]) -> TopLevelSection {
    TopLevelSection {
        name,
        marks,
        server_only: false,
    }
}

const SECTIONS: &[TopLevelSection] = &[
    shared(
        "global",
        &[
            "scrape_interval",
            "scrape_timeout",
            "scrape_protocols",
            "scrape_failure_log_file",
            "scrape_native_histograms",
            "evaluation_interval",
            "rule_query_offset",
            "external_labels",
            "query_log_file",
            "body_size_limit",
            "sample_limit",
            "target_limit",
            "label_limit",
            "label_name_length_limit",
            "label_value_length_limit",
            "keep_dropped_targets",
            "metric_name_validation_scheme",
            "metric_name_escaping_scheme",
            "convert_classic_histograms_to_nhcb",
            "always_scrape_classic_histograms",
            "extra_scrape_metrics",
        ],
    ),
    shared("runtime", &["gogc"]),
    TopLevelSection {
        name: "alerting",
        marks: &["alertmanagers", "alert_relabel_configs"],
        server_only: true,
    },
    own("rule_files", true),
    own("scrape_configs", false),
    own("scrape_config_files", false),
    own("remote_write", false),
    own("remote_read", true),
    shared("storage", &["tsdb", "exemplars"]),
    shared("tracing", &["sampling_fraction", "client_type"]),
    shared(
        "otlp",
        &[
            "promote_resource_attributes",
            "promote_all_resource_attributes",
            "ignore_resource_attributes",
            "promote_scope_metadata",
            "translation_strategy",
            "keep_identifying_resource_attributes",
            "convert_histograms_to_nhcb",
            "label_name_underscore_sanitization",
            "label_name_preserve_multiple_underscores",
        ],
    ),
];

/// The names of the sections of Prometheus's file.
pub fn section_names() -> impl Iterator<Item = &'static str> {
    SECTIONS.iter().map(|section| section.name)
}

/// A kind of file that is not a Prometheus configuration: all of `keys` are in it.
struct Neighbor {
    kind: &'static str,
    shape: RootValue,
    keys: &'static [&'static str],
}

const fn mapping(kind: &'static str, keys: &'static [&'static str]) -> Neighbor {
    Neighbor {
        kind,
        shape: RootValue::Mapping,
        keys,
    }
}

const fn list(kind: &'static str, keys: &'static [&'static str]) -> Neighbor {
    Neighbor {
        kind,
        shape: RootValue::List,
        keys,
    }
}

const AGENT: &str = "Grafana Agent configuration";
/// What rule files are called.
pub const RULE_FILE: &str = "rule file";
/// What files of `file_sd_configs` are called.
pub const TARGET_FILE: &str = "target file";
/// What Alloy's own files are called.
pub(super) const ALLOY: &str = "Alloy configuration";
/// A list without the key `remote_write` above it.
pub const REMOTE_WRITE_LIST: &str = "list of remote-write endpoints";
/// What `additionalScrapeConfigs` of the Operator names.
pub(super) const LIST_OF_JOBS: &str = "list of scrape configurations";
/// What configurations of `--web.config.file` are called.
pub const WEB_FILE: &str = "web configuration";
const ALERTMANAGER: &str = "Alertmanager configuration";
const COLLECTOR: &str = "OpenTelemetry Collector configuration";
const CORTEX: &str = "Cortex or Mimir configuration";
const LOKI: &str = "Loki configuration";
const OPSTRACE: &str = "Opstrace instance configuration";
const PROMTAIL: &str = "Promtail configuration";
const PARCA: &str = "Parca or Pyroscope configuration";
const TEMPO: &str = "Tempo configuration";
const OF_GRAFANA: &str = "Loki, Mimir, Pyroscope or Tempo configuration";
const HELM: &str = "Helm values";

/// The first row that fits counts.
const NEIGHBORS: &[Neighbor] = &[
    mapping("Helm chart", &["apiVersion", "name", "version"]),
    mapping("Kubernetes manifest", &["apiVersion", "kind"]),
    mapping("Kubernetes manifest", &["kind", "metadata"]),
    mapping("Grafana provisioning file", &["apiVersion", "datasources"]),
    mapping("Grafana provisioning file", &["apiVersion", "providers"]),
    mapping("compose file", &["services"]),
    mapping("GitHub workflow", &["jobs", "on"]),
    mapping("GitHub action", &["runs", "name"]),
    mapping(COLLECTOR, &["service.pipelines"]),
    mapping(COLLECTOR, &["receivers", "exporters"]),
    mapping(COLLECTOR, &["processors", "exporters"]),
    mapping(ALERTMANAGER, &["route", "receivers"]),
    mapping(ALERTMANAGER, &["route.receiver"]),
    mapping(ALERTMANAGER, &["receivers"]),
    mapping(ALERTMANAGER, &["inhibit_rules"]),
    mapping(PROMTAIL, &["scrape_configs", "clients"]),
    mapping(PROMTAIL, &["scrape_configs", "positions"]),
    mapping(PROMTAIL, &["scrape_configs", "server"]),
    mapping(PROMTAIL, &["scrape_configs", "target_config"]),
    mapping(PROMTAIL, &["scrape_configs.pipeline_stages"]),
    mapping(PROMTAIL, &["scrape_configs.journal"]),
    mapping(PROMTAIL, &["scrape_configs.syslog"]),
    mapping(PROMTAIL, &["scrape_configs.gelf"]),
    mapping(PROMTAIL, &["scrape_configs.kafka"]),
    mapping(PROMTAIL, &["scrape_configs.gcplog"]),
    mapping(PROMTAIL, &["scrape_configs.windows_events"]),
    mapping(PROMTAIL, &["scrape_configs.cloudflare"]),
    mapping(PROMTAIL, &["scrape_configs.loki_push_api"]),
    mapping(PROMTAIL, &["clients", "positions"]),
    mapping(PROMTAIL, &["clients", "server"]),
    mapping(AGENT, &["metrics.configs"]),
    mapping(AGENT, &["metrics.wal_directory"]),
    mapping(AGENT, &["prometheus.configs"]),
    mapping(AGENT, &["logs.configs"]),
    mapping(AGENT, &["traces.configs"]),
    mapping(AGENT, &["integrations", "metrics"]),
    mapping(AGENT, &["integrations", "server"]),
    mapping(AGENT, &["global.remote_write", "configs"]),
    mapping(AGENT, &["global.remote_write", "integrations"]),
    mapping(AGENT, &["global.remote_write", "wal_directory"]),
    // A part of `metrics.configs` in a separate file, as the agent's scraping service takes it.
    mapping("Grafana Agent instance", &["host_filter"]),
    mapping("Grafana Agent instance", &["write_stale_on_shutdown"]),
    mapping("Grafana Agent instance", &["wal_truncate_frequency"]),
    mapping("Grafana Agent instance", &["remote_flush_deadline"]),
    mapping(PARCA, &["object_storage", "scrape_configs"]),
    // Phlare's agent, which became Pyroscope's: one component of the program, and where it sends.
    mapping(PARCA, &["scrape_configs", "target"]),
    mapping(PARCA, &["scrape_configs", "client.url"]),
    mapping(PARCA, &["scrape_configs", "client.tenant_id"]),
    mapping(PARCA, &["object_storage.bucket"]),
    // Its name up to Parca 0.11.
    mapping(PARCA, &["debug_info.bucket"]),
    mapping(PARCA, &["scrape_configs.profiling_config"]),
    mapping(PARCA, &["scrape_configs.enabled_profiles"]),
    mapping(PARCA, &["scrape_configs.enabled-profiles"]),
    mapping(PARCA, &["scrape-configs.enabled-profiles"]),
    mapping(PARCA, &["scrape-configs.static-configs"]),
    mapping("promxy configuration", &["promxy"]),
    // github.com/burningalchemist/sql_exporter and its forks.
    mapping("SQL exporter configuration", &["collector_files"]),
    mapping("SQL exporter configuration", &["target.data_source_name"]),
    mapping(TEMPO, &["metrics_generator"]),
    mapping(TEMPO, &["storage.trace"]),
    mapping(CORTEX, &["blocks_storage"]),
    mapping(CORTEX, &["ruler_storage"]),
    mapping(CORTEX, &["alertmanager_storage"]),
    mapping(CORTEX, &["ingester_client"]),
    mapping(LOKI, &["schema_config"]),
    mapping(LOKI, &["limits_config"]),
    mapping(CORTEX, &["ingester", "distributor"]),
    mapping(OPSTRACE, &["tenants", "cert_issuer"]),
    mapping(OPSTRACE, &["tenants", "custom_dns_name"]),
    mapping(OPSTRACE, &["tenants", "env_label"]),
    mapping(OPSTRACE, &["tenants", "node_count"]),
    // Those of Grafana's programs that no key above tells apart.
    mapping(OF_GRAFANA, &["server.http_listen_port"]),
    mapping(OF_GRAFANA, &["server.grpc_listen_port"]),
    mapping(OF_GRAFANA, &["server.http_listen_address"]),
    mapping(RULE_FILE, &["groups"]),
    mapping("unit tests of rules", &["tests"]),
    mapping("SNMP exporter configuration", &["auths", "modules"]),
    mapping("blackbox exporter configuration", &["modules"]),
    mapping(WEB_FILE, &["tls_server_config"]),
    mapping(WEB_FILE, &["basic_auth_users"]),
    mapping(WEB_FILE, &["http_server_config"]),
    mapping("Vector configuration", &["sources", "sinks"]),
    mapping(HELM, &["fullnameOverride"]),
    mapping(HELM, &["nameOverride"]),
    mapping(HELM, &["replicaCount"]),
    mapping(HELM, &["image.repository"]),
    mapping(HELM, &["serviceAccount.create"]),
    mapping(HELM, &["prometheus.prometheusSpec"]),
    mapping(HELM, &["kube-prometheus-stack"]),
    mapping(HELM, &["serverFiles"]),
    mapping(HELM, &["server", "alertmanager"]),
    list(LIST_OF_JOBS, &["job_name"]),
    list(TARGET_FILE, &["targets"]),
    list(REMOTE_WRITE_LIST, &["url"]),
    list("Ansible playbook", &["hosts"]),
];

/// Names of promvet's own policy files, which are read by another room.
const POLICY: &[&str] = &["promvet.yaml", ".promvet.yaml"];

/// Names of configurations of Parca and of Conprof, its forerunner, whose jobs scrape profiles.
const OF_PROFILERS: &[&str] = &["conprof.yaml", "conprof.yml", "parca.yaml", "parca.yml"];

/// What an outline says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum OutlineClass {
    /// A Prometheus configuration by these sections.
    Ours {
        sections: Vec<&'static str>,
        /// Whether one of them is refused by an agent.
        server_only: bool,
    },
    /// Something else that is known, by these keys.
    Neighbor {
        kind: &'static str,
        keys: &'static [&'static str],
    },
    /// Nothing that is known.
    Unknown,
}

/// Judges an outline.
pub(super) fn classify(outline: &Outline<'_>, path: &str) -> OutlineClass {
    // No key of a policy is a section of a configuration, and Prometheus rejects any other key.
    let name = path.rsplit('/').next().unwrap_or(path);
    if POLICY.contains(&name) {
        let policy = OutlineClass::Neighbor {
            kind: "promvet policy",
            keys: &[],
        };
        let is_section =
            |key: &OutlineKey<'_>| SECTIONS.iter().any(|section| section.name == key.name);
        let is_ours = outline.keys.iter().all(is_section);
        let ours = is_ours.then(|| ours(outline, false)).flatten();
        return ours.unwrap_or(policy);
    }
    if OF_PROFILERS.contains(&name) {
        return OutlineClass::Neighbor {
            kind: PARCA,
            keys: &[],
        };
    }
    let fits = |row: &&Neighbor| {
        row.shape == outline.shape && row.keys.iter().all(|path| outline.has(path))
    };
    if let Some(row) = NEIGHBORS.iter().find(fits) {
        return OutlineClass::Neighbor {
            kind: row.kind,
            keys: row.keys,
        };
    }
    // What exporters are told may be called like the section of global settings.
    let is_of_exporter = path.contains("exporter")
        && outline
            .keys
            .iter()
            .filter(|key| SECTIONS.iter().any(|section| section.name == key.name))
            .all(|key| key.name == "global");
    // People who write sections of Prometheus into the values of its chart add keys that only the chart has.
    let is_of_chart = || is_values_name(path.as_ref()) && unknown_keys(outline) > 0;
    match ours(outline, is_ours(path.as_ref())).filter(|_| !is_of_exporter) {
        Some(_) if is_of_chart() => OutlineClass::Neighbor {
            kind: HELM,
            keys: &[],
        },
        ours => ours.unwrap_or(OutlineClass::Unknown),
    }
}

/// Judges an outline and the text that it is of. A Promtail that has its clients in flags has no key of its
/// own left; its name says what it is, and where it looks for lines of a log.
pub(super) fn classify_text(outline: &Outline<'_>, path: &str, text: &Text) -> OutlineClass {
    let class = classify(outline, path);
    let name = path.rsplit('/').next().unwrap_or(path);
    let mut words = name.split(|c: char| !c.is_alphanumeric());
    let logs = || {
        ["__path__", ".log"]
            .iter()
            .any(|sign| text.content().contains(sign))
    };
    match class {
        OutlineClass::Ours { ref sections, .. }
            if sections == &["scrape_configs"]
                && words.any(|word| word == "promtail")
                && logs() =>
        {
            OutlineClass::Neighbor {
                kind: PROMTAIL,
                keys: &[],
            }
        }
        class => class,
    }
}

/// How many keys are not sections of Prometheus.
fn unknown_keys(outline: &Outline<'_>) -> usize {
    let is_section = |name: &str| SECTIONS.iter().any(|section| section.name == name);
    let keys = outline.keys.iter();
    keys.filter(|key| !is_section(key.name) && !key.name.starts_with("x-"))
        .count()
}

/// How many unknown keys a section outweighs: one whose name is ours alone, and one whose name
/// others use too, if something is in it that is ours alone. A file with one misspelled section beside
/// a right one is ours, and one with our `global` and three sections of its own is not.
const OWN: usize = 3;
const SHARED: usize = 2;

/// What entries of lists have that no other program has under the name of the section. One such list
/// and another section outweigh any number of unknown keys.
const ENTRIES: &[&str] = &["remote_write.url", "scrape_configs.job_name"];

/// The sections of a Prometheus configuration, if there are enough of them. Under a name of ours one
/// is enough, whatever else is there: Prometheus rejects each unknown key, however many there are.
fn ours(outline: &Outline<'_>, by_name: bool) -> Option<OutlineClass> {
    if outline.shape != RootValue::Mapping {
        return None;
    }
    let unknown = unknown_keys(outline);
    let mut weights = Vec::new();
    let mut found = Vec::new();
    let mut server_only = false;
    for section in SECTIONS {
        let Some(key) = outline.key(section.name) else {
            continue;
        };
        let own = section.marks.is_empty();
        if own || key.below.iter().any(|below| section.marks.contains(below)) {
            weights.push(if own { OWN } else { SHARED });
        }
        server_only |= section.server_only;
        found.push(section.name);
    }
    let has_entries = || ENTRIES.iter().any(|path| outline.has(path));
    let outweighs =
        weights.iter().sum::<usize>() >= unknown || (weights.len() > 1 && has_entries());
    (!weights.is_empty() && (by_name || outweighs)).then_some(OutlineClass::Ours {
        sections: found,
        server_only,
    })
}

/// The section that each top-level key is, or nearly is; none if one is nowhere near. That is how a
/// file with a telling name is ours even if all its sections are misspelled or empty.
pub(super) fn nearly_ours(outline: &Outline<'_>) -> Option<Vec<&'static str>> {
    let section = |name| nearest(name, SECTIONS.iter().map(|section| section.name));
    let sections: Option<Vec<_>> = outline.keys.iter().map(|key| section(key.name)).collect();
    sections.filter(|sections| outline.shape == RootValue::Mapping && !sections.is_empty())
}

/// Whether a key of a text that does not parse is nearly a section: the part that can be read says
/// that it was meant to be ours.
pub(super) fn has_nearly_section(outline: &Outline<'_>) -> bool {
    let names = || SECTIONS.iter().map(|section| section.name);
    let mut keys = outline.keys.iter();
    keys.any(|key| nearest(key.name, names()).is_some())
}

/// The first key of a Prometheus configuration in a text that does not parse, with its line:
/// those that are ours alone, or that hold what is in ours alone.
pub(super) fn telling_key<'t>(outline: &Outline<'t>) -> Option<(&'t str, usize)> {
    let mut keys = outline.keys.iter().filter(|key| {
        let mut sections = SECTIONS.iter();
        sections.any(|section| {
            section.name == key.name
                && (section.marks.is_empty()
                    || key.below.iter().any(|below| section.marks.contains(below)))
        })
    });
    keys.find_map(|key| Some((key.name, key.line?)))
}

/// The shortest configurations that are recognized by their content.
/// Whether what is called so is read for what sends in it, if it is YAML: values of charts, agents and
/// collectors.
#[must_use]
pub fn is_kind_of_sender(kind: &str) -> bool {
    [AGENT, COLLECTOR, HELM, LOKI, OF_GRAFANA, TEMPO].contains(&kind)
}

#[cfg(test)]
pub(super) fn shortest() -> impl Iterator<Item = String> {
    SECTIONS.iter().flat_map(|section| {
        let own = section.marks.is_empty();
        let own = own.then(|| format!("{}: []", section.name));
        let marked = section.marks.iter();
        own.into_iter()
            .chain(marked.map(|mark| format!("{}: {{{mark}: 1}}", section.name)))
    })
}
