//! Arguments of Prometheus that a resource of the Operator adds to those that the Operator sets itself.

use super::found;
use super::release::release_of;
use crate::finding::{Advice, Finding, Severity, rule};
use crate::yaml::Node;

/// Whether the container of Prometheus has arguments that take the place of those of the Operator.
pub(super) fn has_own_arguments(spec: Node<'_>) -> bool {
    let mut containers = spec.get("containers").into_iter().flat_map(Node::items);
    containers.any(|container| {
        let name = container.get("name").and_then(Node::as_str);
        name == Some("prometheus") && container.get("args").is_some()
    })
}

/// Arguments with the dashes that the Operator writes itself (`pkg/operator/argument.go`, `buildArgs`).
pub(super) fn dashed(spec: Node<'_>) -> Vec<Finding> {
    if has_own_arguments(spec) {
        return Vec::new();
    }
    let list = spec.get("additionalArgs").into_iter().flat_map(Node::items);
    let names = list.filter_map(|argument| argument.get("name"));
    let dashed = names.filter_map(|node| {
        let name = node.as_str()?;
        let bare = name.trim_start_matches('-');
        let is_dashed = bare.len() < name.len() && !bare.is_empty();
        is_dashed.then(|| {
            let message = format!(
                "`{name}`: the Operator adds two dashes: Prometheus does not know `--{name}` and does not start"
            );
            let finding = found(rule::START_FLAG, Severity::Error, node, message);
            let finding = finding.kind("dashes");
            finding.help(Advice::replace(node.span(), bare).text(format!("write `{bare}`")).safe())
        })
    });
    dashed.collect()
}

/// When the Operator sets a flag itself.
enum SetBy {
    /// Always.
    Always,
    /// If a key of `spec` has a value.
    Key(&'static str),
    /// If a key of `spec` has another value than this one, which is the flag's default.
    Other(&'static str, &'static str),
    /// If a key of `spec` is `true`.
    Switch(&'static str),
    /// The same for a Prometheus before a release; a later one has it in its configuration.
    KeyBefore(&'static str, (u16, u16)),
    /// Unless the Operator reloads by a signal.
    ReloadByHttp,
}

/// Flags that the Operator sets itself (prometheus-operator v0.93.0
/// `pkg/prometheus/{promcfg,server/statefulset,agent/statefulset}.go`, and `BuildArgs` of
/// `pkg/operator/argument.go`).
const MANAGED: &[(&str, SetBy)] = &[
    ("config.file", SetBy::Always),
    ("enable-feature", SetBy::Key("enableFeatures")),
    ("log.format", SetBy::Other("logFormat", "logfmt")),
    ("log.level", SetBy::Other("logLevel", "info")),
    ("query.lookback-delta", SetBy::Key("query.lookbackDelta")),
    ("query.max-concurrency", SetBy::Key("query.maxConcurrency")),
    ("query.max-samples", SetBy::Key("query.maxSamples")),
    ("query.timeout", SetBy::Key("query.timeout")),
    (
        "rules.alert.for-grace-period",
        SetBy::Key("rules.alert.forGracePeriod"),
    ),
    (
        "rules.alert.for-outage-tolerance",
        SetBy::Key("rules.alert.forOutageTolerance"),
    ),
    (
        "rules.alert.resend-delay",
        SetBy::Key("rules.alert.resendDelay"),
    ),
    (
        "storage.agent.wal-compression",
        SetBy::Key("walCompression"),
    ),
    (
        "storage.tsdb.max-block-duration",
        SetBy::Switch("disableCompaction"),
    ),
    (
        "storage.tsdb.min-block-duration",
        SetBy::Switch("disableCompaction"),
    ),
    (
        "storage.tsdb.retention.size",
        SetBy::KeyBefore("retentionSize", CONFIGURED_RETENTION),
    ),
    (
        "storage.tsdb.retention.time",
        SetBy::KeyBefore("retention", CONFIGURED_RETENTION),
    ),
    ("storage.tsdb.wal-compression", SetBy::Key("walCompression")),
    ("web.config.file", SetBy::Always),
    ("web.enable-admin-api", SetBy::Switch("enableAdminAPI")),
    ("web.enable-lifecycle", SetBy::ReloadByHttp),
    (
        "web.enable-remote-write-receiver",
        SetBy::Switch("enableRemoteWriteReceiver"),
    ),
    ("web.external-url", SetBy::Key("externalUrl")),
    ("web.listen-address", SetBy::Switch("listenLocal")),
    ("web.max-connections", SetBy::Key("web.maxConnections")),
    ("web.page-title", SetBy::Key("web.pageTitle")),
    ("web.route-prefix", SetBy::Always),
];

/// From this release on the Operator writes the retention into the configuration (prometheus-operator
/// v0.92.0 CHANGELOG.md).
const CONFIGURED_RETENTION: (u16, u16) = (3, 11);

/// Whether the Operator sets a flag, and the key that makes it do so.
enum Cause<'d> {
    Itself,
    Key(&'static str, Node<'d>),
}

impl SetBy {
    /// Why it is set for a resource, and whether that is certain.
    fn cause<'d>(&self, spec: Node<'d>) -> Option<(Cause<'d>, bool)> {
        let at = |key: &'static str| {
            let node = key.split('.').try_fold(spec, |node, part| node.get(part))?;
            let is_set = !node.is_null() && node.as_str() != Some("");
            is_set.then_some((Cause::Key(key, node), node))
        };
        match *self {
            Self::Always => Some((Cause::Itself, true)),
            Self::Key(key) => at(key).map(|(cause, _)| (cause, true)),
            Self::Other(key, default) => at(key)
                .filter(|(_, node)| node.as_str() != Some(default))
                .map(|(cause, _)| (cause, true)),
            Self::Switch(key) => at(key)
                .filter(|(_, node)| node.as_str() == Some("true"))
                .map(|(cause, _)| (cause, true)),
            Self::KeyBefore(key, release) => {
                let stated = spec.get("version").and_then(Node::as_str);
                let stated = stated.and_then(release_of);
                let is_before = stated.map(|stated| stated < release);
                at(key)
                    .filter(|_| is_before != Some(false))
                    .map(|(cause, _)| (cause, is_before.is_some()))
            }
            Self::ReloadByHttp => {
                let strategy = spec.get("reloadStrategy").and_then(Node::as_str);
                (strategy.is_none() || strategy == Some("HTTP")).then_some((Cause::Itself, true))
            }
        }
    }
}

/// What is reported about flags that the Operator sets too. `no-` before one of them is the same flag.
pub(super) fn managed(spec: Node<'_>, kind: &str) -> Vec<Finding> {
    let list = spec.get("additionalArgs").into_iter().flat_map(Node::items);
    let path = match kind {
        "Prometheus" => "storage.tsdb.path",
        _ => "storage.agent.path",
    };
    let one = |item: Node<'_>| {
        let name = item.get("name")?;
        let flag = name.as_str()?;
        let bare = flag.strip_prefix("no-").unwrap_or(flag);
        let row = MANAGED.iter().find(|(managed, _)| *managed == bare);
        let (cause, is_certain) = match bare == path {
            true => (Cause::Itself, true),
            false => row?.1.cause(spec)?,
        };
        let (severity, limit) = match is_certain {
            true => (Severity::Error, ""),
            false => (Severity::Warning, " before Prometheus 3.11"),
        };
        let message = format!(
            "`{flag}`: the Operator sets this flag itself{limit} and generates no configuration with it twice"
        );
        let finding = found(rule::SCHEMA_CONFLICT, severity, name, message);
        Some(match cause {
            Cause::Key(key, setting) => finding
                .evidence(setting.place(), "it is set by this key")
                .help(format!("remove it: `{key}` sets the flag")),
            Cause::Itself => finding.help("remove it"),
        })
    };
    list.filter_map(one).collect()
}
