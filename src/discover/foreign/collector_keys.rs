//! Keys that a Collector does not know in its own sections and in the extensions that add credentials
//! (opentelemetry-collector v0.159 `otelcol/unmarshaler.go`, `service/config.go` and
//! `service/pipelines/config.go`; opentelemetry-collector-contrib `extension/*authextension/config.go`): it
//! decodes them with `ErrorUnused`, so that it rejects each.

use super::found;
use super::pipelines::kind_of;
use crate::finding::{Advice, Finding, Severity, nearest, placeholder, rule};
use crate::yaml::{Entry, Mapping, Node};

/// The sections of a configuration.
const ROOT: &[&str] = &[
    "connectors",
    "exporters",
    "extensions",
    "processors",
    "receivers",
    "service",
];

const SERVICE: &[&str] = &["extensions", "pipelines", "telemetry"];

const PIPELINE: &[&str] = &["exporters", "processors", "receivers"];

/// What pipelines carry; the name of one begins with it.
const SIGNALS: &[&str] = &["logs", "metrics", "profiles", "traces"];

/// The keys of an extension.
struct ExtensionKeys {
    kind: &'static str,
    known: &'static [&'static str],
    /// A section, and its keys.
    section: Option<(&'static str, &'static [&'static str])>,
}

/// Newer releases may have more, so that only a key that is like another, or is in the wrong section, is
/// known to be wrong.
const EXTENSIONS: &[ExtensionKeys] = &[
    ExtensionKeys {
        kind: "basicauth",
        known: &["client_auth", "htpasswd"],
        section: Some((
            "client_auth",
            &[
                "aws_secrets_manager",
                "password",
                "password_file",
                "username",
                "username_file",
            ],
        )),
    },
    ExtensionKeys {
        kind: "bearertokenauth",
        known: &["filename", "header", "scheme", "token", "tokens"],
        section: None,
    },
    ExtensionKeys {
        kind: "headers_setter",
        known: &["additional_auth", "headers"],
        section: None,
    },
    ExtensionKeys {
        kind: "oauth2client",
        known: &[
            "client_id",
            "client_id_file",
            "client_secret",
            "client_secret_file",
            "endpoint_params",
            "expiry_buffer",
            "grant_type",
            "scopes",
            "timeout",
            "tls",
            "token_url",
        ],
        section: None,
    },
    ExtensionKeys {
        kind: "sigv4auth",
        known: &[
            "assume_role",
            "assume_role_with_web_identity",
            "region",
            "service",
        ],
        section: Some((
            "assume_role",
            &[
                "arn",
                "external_id",
                "session_name",
                "sts_region",
                "web_identity_token_file",
            ],
        )),
    },
];

/// The keys of the receiver, those that releases have removed among them (opentelemetry-collector-contrib
/// `receiver/prometheusreceiver/config.go`, v0.60 to v0.140).
const RECEIVER: &[&str] = &[
    "api_server",
    "buffer_count",
    "buffer_period",
    "config",
    "report_extra_scrape_metrics",
    "start_time_metric_regex",
    "target_allocator",
    "trim_metric_suffixes",
    "use_start_time_metric",
];

/// Sections of Prometheus, which are below `config`.
const OF_CONFIG: &[&str] = &["global", "scrape_config_files", "scrape_configs"];

/// The keys of an allocator beside those of an HTTP client (`targetallocator/config.go`).
const ALLOCATOR: &[&str] = &[
    "auth",
    "collector_id",
    "compression",
    "endpoint",
    "headers",
    "http_scrape_config",
    "http_sd_config",
    "interval",
    "proxy_url",
    "timeout",
    "tls",
];

/// What is wrong with the keys of a receiver of Prometheus.
pub(super) fn of_receiver(receiver: Node<'_>) -> Vec<Finding> {
    let mut out = Vec::new();
    for entry in receiver.mapping().into_iter().flat_map(Mapping::written) {
        let name = entry.name();
        if RECEIVER.contains(&name) || placeholder::is_open(name) || name == "<<" {
            continue;
        }
        if OF_CONFIG.contains(&name) {
            let message = format!(
                "`{name}`: a key of `config`, not of the receiver; the Collector rejects the file"
            );
            let finding = found(
                rule::SCHEMA_UNKNOWN_FIELD,
                Severity::Error,
                entry.key,
                message,
            );
            out.push(finding.help("write it below `config`"));
            continue;
        }
        out.push(unknown(entry, meant(name, RECEIVER), Severity::Warning));
    }
    if let Some(allocator) = receiver.get("target_allocator") {
        misspelled(allocator, ALLOCATOR, &mut out);
    }
    out
}

/// What is wrong with the keys of a configuration that is whole.
pub(super) fn faults(root: Node<'_>) -> Vec<Finding> {
    let mut out = Vec::new();
    misspelled(root, ROOT, &mut out);
    let service = root.get("service");
    if let Some(service) = service {
        misspelled(service, SERVICE, &mut out);
    }
    let pipelines = service.and_then(|service| service.get("pipelines")?.mapping());
    for pipeline in pipelines.into_iter().flat_map(Mapping::entries) {
        out.extend(signal(pipeline));
        misspelled(pipeline.value, PIPELINE, &mut out);
    }
    let extensions = root.get("extensions").and_then(Node::mapping);
    for extension in extensions.into_iter().flat_map(Mapping::entries) {
        let kind = kind_of(extension.name());
        if let Some(keys) = EXTENSIONS.iter().find(|keys| keys.kind == kind) {
            of_extension(extension, keys, &mut out);
        }
    }
    out
}

/// Whether a pipeline has a list, or a key that may be meant for it.
pub(super) fn has_list(pipeline: Node<'_>, list: &str) -> bool {
    let entries = pipeline.mapping().into_iter().flat_map(Mapping::written);
    entries.map(Entry::name).any(|name| {
        name == list
            || name == "<<"
            || placeholder::is_open(name)
            || meant(name, PIPELINE) == Some(list)
    })
}

/// The key that an unknown one is like.
fn meant<'k>(name: &str, known: &[&'k str]) -> Option<&'k str> {
    let is_open = known.contains(&name) || placeholder::is_open(name);
    nearest(name, known.iter().copied()).filter(|_| !is_open)
}

fn misspelled(section: Node<'_>, known: &[&str], out: &mut Vec<Finding>) {
    let entries = section.mapping().into_iter().flat_map(Mapping::written);
    for entry in entries {
        let Some(meant) = meant(entry.name(), known) else {
            continue;
        };
        out.push(unknown(entry, Some(meant), Severity::Error));
    }
}

/// A pipeline whose name does not begin with a signal.
fn signal(pipeline: Entry<'_>) -> Option<Finding> {
    let kind = kind_of(pipeline.name());
    let meant = meant(kind, SIGNALS)?;
    let message = format!("`{kind}`: not a kind of pipeline; the Collector rejects the file");
    let finding = found(
        rule::AGENTS_PIPELINE,
        Severity::Error,
        pipeline.key,
        message,
    );
    Some(finding.help(Advice::say(format!("write `{meant}`"))))
}

fn of_extension(extension: Entry<'_>, keys: &ExtensionKeys, out: &mut Vec<Finding>) {
    let entries = extension.value.mapping().into_iter();
    for entry in entries.flat_map(Mapping::written) {
        let name = entry.name();
        if keys.known.contains(&name) || placeholder::is_open(name) || name == "<<" {
            continue;
        }
        if let Some((section, inner)) = keys.section.filter(|(_, inner)| inner.contains(&name)) {
            let message = format!(
                "`{name}`: a key of `{section}`, not of the extension; the Collector rejects the file"
            );
            let finding = found(
                rule::SCHEMA_UNKNOWN_FIELD,
                Severity::Error,
                entry.key,
                message,
            );
            out.push(finding.help(Advice::say(format!("write it below `{section}`"))));
            // The others are there for the same reason.
            if inner.len() > 1 {
                return;
            }
            continue;
        }
        if let Some(meant) = meant(name, keys.known) {
            out.push(unknown(entry, Some(meant), Severity::Warning));
        }
    }
    if let Some((section, inner)) = keys.section {
        let section = extension.value.get(section).and_then(Node::mapping);
        for entry in section.into_iter().flat_map(Mapping::written) {
            if let Some(meant) = meant(entry.name(), inner) {
                out.push(unknown(entry, Some(meant), Severity::Warning));
            }
        }
    }
}

fn unknown(entry: Entry<'_>, meant: Option<&str>, severity: Severity) -> Finding {
    let message = format!(
        "`{}`: unknown key; the Collector rejects the file",
        entry.name()
    );
    let finding = found(rule::SCHEMA_UNKNOWN_FIELD, severity, entry.key, message);
    let is_free = |key: &str| entry.key.parent().is_none_or(|map| map.get(key).is_none());
    finding.help(match meant.filter(|meant| is_free(meant)) {
        Some(meant) => Advice::rename(entry.key.span(), meant).unsafe_(),
        None => Advice::say("remove the key"),
    })
}
