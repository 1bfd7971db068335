//! Components of an OpenTelemetry Collector that nothing uses, that are not defined, or that do not
//! go together (opentelemetry-collector v0.140.0 `otelcol/config.go`, `Config.Validate`, and
//! `service/internal/graph`).

use std::collections::{HashMap, HashSet};

use super::collector_extensions::{authenticator, unnamed};
use super::{collector_keys, exporter_values, found};
use crate::finding::{Advice, Finding, MOST_OWN_NAMES, Severity, nearest, placeholder, rule};
use crate::yaml::{Entry, Mapping, Node};

/// Kinds of pipelines that do not carry metrics.
const OTHERS: &[&str] = &["logs", "profiles", "traces"];

/// Sections of Prometheus that the receiver rejects (opentelemetry-collector-contrib v0.140.0
/// `receiver/prometheusreceiver/config.go`, "unsupported features").
const UNSUPPORTED: &[&str] = &["alerting", "remote_read", "remote_write", "rule_files"];

/// Keys of `tls` that count only where `insecure` does not drop the section (`config/configtls`,
/// `ClientConfig.LoadTLSConfig`).
const OF_TLS: &[&str] = &[
    "cert_file",
    "cert_pem",
    "insecure_skip_verify",
    "key_file",
    "key_pem",
    "min_version",
    "server_name_override",
];

/// Whether `tls.insecure` drops the rest of the section: no CA keeps it.
pub(super) fn drops_tls(exporter: Node<'_>) -> Option<Node<'_>> {
    let tls = exporter.get("tls")?;
    let insecure = tls.mapping()?.entry("insecure")?;
    let has_ca = tls.get("ca_file").or_else(|| tls.get("ca_pem")).is_some();
    (insecure.value.as_str() == Some("true") && !has_ca).then_some(insecure.key)
}

/// The pipelines of a configuration by what they name: it may have as many as exporters.
pub(super) struct Pipelines<'d> {
    pub(super) root: Node<'d>,
    pub(super) are_there: bool,
    /// Whether a template or a variable may write the name of any exporter.
    is_open: bool,
    /// The exporters that pipelines name, and where the first one does that does not carry metrics.
    named: HashMap<&'d str, Option<(&'static str, Node<'d>)>>,
    /// By kind, the first exporter that pipelines name and nothing defines.
    undefined: HashMap<&'d str, Node<'d>>,
}

impl<'d> Pipelines<'d> {
    pub(super) fn of(root: Node<'d>) -> Self {
        let all = pipelines(root);
        let mut out = Self {
            root,
            are_there: !all.is_empty(),
            is_open: false,
            named: HashMap::new(),
            undefined: HashMap::new(),
        };
        let maps = ["exporters", "connectors"].map(|key| root.get(key).and_then(Node::mapping));
        let entries = maps.into_iter().flatten().flat_map(Mapping::entries);
        let defined: HashSet<&str> = entries.map(Entry::name).collect();
        for pipeline in all {
            let kind = pipeline.name().split('/').next();
            let other = OTHERS.iter().copied().find(|other| Some(*other) == kind);
            for item in exporters_of(pipeline.value) {
                let name = item.as_str().unwrap_or("");
                // A tag may add others right behind a name: `[a{{ if .x }}, b{{ end }}]`.
                let first = placeholder::find(name).next();
                out.is_open |= first.as_ref().is_some_and(|tag| tag.start == 0);
                let bare = first
                    .and_then(|tag| name.get(..tag.start))
                    .map(str::trim_end);
                for name in [name].into_iter().chain(bare) {
                    let wrong = out.named.entry(name).or_default();
                    *wrong = wrong.or_else(|| Some((other?, item)));
                }
                if !defined.contains(name) && placeholder::find(name).next().is_none() {
                    out.undefined.entry(kind_of(name)).or_insert(item);
                }
            }
        }
        out
    }
}

/// Where the samples of an exporter without an endpoint go (opentelemetry-collector-contrib v0.140.0
/// `exporter/prometheusremotewriteexporter/factory.go`, `createDefaultConfig`).
const DEFAULT_ENDPOINT: &str = "http://some.url:9411/api/prom/push";

impl<'d> Pipelines<'d> {
    /// What a pipeline names that nothing defines, of a kind or spelled almost like it.
    fn meant(&self, kind: &str) -> Option<Node<'d>> {
        let like = || {
            let mut kinds: Vec<&str> = self.undefined.keys().copied().collect();
            kinds.sort_unstable();
            nearest(kind, kinds.into_iter().take(MOST_OWN_NAMES))
        };
        let same = self.undefined.get(kind);
        same.or_else(|| self.undefined.get(like()?)).copied()
    }

    /// Says of an exporter without an endpoint what it has instead: the Collector does not reject it.
    pub(super) fn default_endpoint(&self, exporter: Entry<'_>, findings: &mut [Finding]) {
        let is_set = exporter
            .value
            .get("endpoint")
            .is_some_and(|endpoint| !endpoint.is_null());
        let of_endpoint = |finding: &&mut Finding| {
            finding.rule == rule::SCHEMA_MISSING_FIELD && finding.keys().last() == "endpoint"
        };
        let missing = findings.iter_mut().filter(of_endpoint).filter(|_| !is_set);
        for finding in missing {
            let said = self.without_endpoint(exporter);
            finding.severity = said.severity;
            finding.message = said.message;
        }
    }

    /// What is reported about an exporter that sets nothing. In values it takes away what the chart has.
    pub(super) fn without_settings(&self, exporter: Entry<'_>) -> Option<Finding> {
        let finding = self.without_endpoint(exporter);
        is_whole(self.root).then(|| finding.help(Advice::say("set `endpoint`")))
    }

    fn without_endpoint(&self, exporter: Entry<'_>) -> Finding {
        let is_used = !self.are_there || self.named.contains_key(exporter.name());
        let severity = match is_used && is_whole(self.root) {
            true => Severity::Error,
            false => Severity::Warning,
        };
        let message = format!("`endpoint`: not set, so its default counts, `{DEFAULT_ENDPOINT}`");
        found(rule::SCHEMA_MISSING_FIELD, severity, exporter.key, message)
    }
}

/// What is before the slash of a component's name.
pub(super) fn kind_of(name: &str) -> &str {
    name.split('/').next().unwrap_or("")
}

/// What is wrong in an exporter, whatever is around it.
pub(super) fn of_settings(exporter: Node<'_>) -> Vec<Finding> {
    let mut out = Vec::new();
    if let Some(entry) = exporter
        .mapping()
        .and_then(|map| map.entry("sending_queue"))
    {
        let message = "`sending_queue`: this exporter has `remote_write_queue` instead; the Collector rejects the file";
        let advice = Advice::rename(entry.key.span(), "remote_write_queue").unsafe_();
        let finding = found(
            rule::SCHEMA_UNKNOWN_FIELD,
            Severity::Error,
            entry.key,
            message.to_owned(),
        );
        out.push(finding.help(advice));
    }
    out.extend(exporter_values::of_exporter(exporter));
    out.extend(tls(exporter));
    out.extend(bare_variable(exporter));
    out
}

/// What is wrong with an exporter in its configuration. Only in a file that is whole, other files and
/// the values of a chart cannot add what is missing.
pub(super) fn of_exporter(pipelines: &Pipelines<'_>, exporter: Entry<'_>) -> Vec<Finding> {
    let mut out = of_settings(exporter.value);
    match pipelines.named.get(exporter.name()) {
        _ if !pipelines.are_there => {}
        Some(Some((kind, item))) => {
            let message = format!(
                "`{}`: this exporter takes metrics, not {kind}; the Collector rejects the file",
                exporter.name()
            );
            let finding = found(rule::AGENTS_PIPELINE, Severity::Error, *item, message);
            out.push(finding.help(Advice::say("name it in a pipeline of metrics")));
        }
        Some(None) => {}
        None if pipelines.is_open => {}
        None => out.push(unused(pipelines, exporter)),
    }
    out.extend(authenticator(pipelines, exporter.value));
    out.extend(unnamed(pipelines.root, exporter.value));
    out
}

/// `$NAME` in an endpoint, which the Collector does not expand (`confmap`, since 0.107).
fn bare_variable(exporter: Node<'_>) -> Option<Finding> {
    let node = exporter.get("endpoint")?;
    let text = node.as_str()?;
    let name = text.match_indices('$').find_map(|(at, _)| {
        let rest = text.get(at + 1..)?;
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
        let name = rest.get(..end.unwrap_or(rest.len()))?;
        let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        let is_doubled = text.get(..at).is_some_and(|before| before.ends_with('$'));
        // `$NAME$` is a placeholder of something else.
        let is_closed = rest
            .get(name.len()..)
            .is_some_and(|rest| rest.starts_with('$'));
        (is_name && !is_doubled && !is_closed).then_some(name)
    })?;
    let message = format!(
        "`endpoint`: the Collector does not expand `${name}` since 0.107, only `${{env:{name}}}`"
    );
    let finding = found(rule::SCHEMA_INVALID_VALUE, Severity::Warning, node, message);
    Some(finding.help(Advice::write(format!("write `${{env:{name}}}`"))))
}

fn tls(exporter: Node<'_>) -> Option<Finding> {
    let key = drops_tls(exporter)?;
    let url = exporter.get("endpoint").and_then(Node::as_str)?;
    let tls = exporter.get("tls")?;
    let dropped: Vec<&str> = OF_TLS
        .iter()
        .copied()
        .filter(|key| tls.get(key).is_some())
        .collect();
    let first = dropped.first()?;
    if !url.starts_with("https://") {
        return None;
    }
    let message = format!(
        "`insecure`: over https it only drops `{first}` and the rest of `tls`: the certificate is verified, with the system's roots"
    );
    let finding = found(rule::SCHEMA_INVALID_VALUE, Severity::Warning, key, message);
    Some(finding.help(Advice::say(
        "remove `insecure`, and set `ca_file` if the issuer is private",
    )))
}

/// An exporter that no pipeline names; one that is meant is named there.
fn unused(pipelines: &Pipelines<'_>, exporter: Entry<'_>) -> Finding {
    let name = exporter.name();
    match pipelines.meant(kind_of(name)) {
        Some(item) => {
            let wrong = item.as_str().unwrap_or("");
            let message =
                format!("`{wrong}`: no exporter has this name; the Collector rejects the file");
            let advice = Advice::replace(item.span(), name)
                .text(format!("write `{name}`, which no pipeline names"))
                .unsafe_();
            let severity = severity_in(pipelines.root);
            let finding = found(rule::AGENTS_PIPELINE, severity, item, message).help(advice);
            finding.evidence(exporter.key.place(), "it is defined here")
        }
        None => {
            let message = format!("`{name}`: no pipeline names this exporter, so it sends nothing");
            let severity = match sends_otherwise(pipelines.root, exporter) {
                true => Severity::Info,
                false => Severity::Warning,
            };
            let finding = found(rule::AGENTS_PIPELINE, severity, exporter.key, message);
            finding.help(Advice::say(
                "add it to `service.pipelines.metrics.exporters`, or remove it",
            ))
        }
    }
}

/// Whether a pipeline of metrics sends to the same host by another exporter, so that nothing is lost.
fn sends_otherwise(root: Node<'_>, exporter: Entry<'_>) -> bool {
    let host_of = |exporter: Node<'_>| {
        let endpoint = exporter.get("endpoint")?.as_str()?;
        let rest = endpoint
            .split_once("://")
            .map_or(endpoint, |(_, rest)| rest);
        rest.split(['/', ':']).next().map(str::to_owned)
    };
    let Some(own) = host_of(exporter.value) else {
        return false;
    };
    let way = ["service", "pipelines"];
    let all = way.iter().try_fold(root, |node, key| node.get(key));
    let all = all.and_then(Node::mapping).into_iter();
    let of_metrics = all
        .flat_map(|map| map.entries())
        .filter(|pipeline| kind_of(pipeline.name()) == "metrics");
    let named = of_metrics.filter_map(|pipeline| pipeline.value.get("exporters"));
    let mut names = named.flat_map(Node::items).filter_map(Node::as_str);
    names.any(|name| {
        let other = root.get("exporters").and_then(|all| all.get(name));
        other.and_then(host_of).as_ref() == Some(&own)
    })
}

/// A receiver that scrapes nothing (opentelemetry-collector-contrib v0.140.0
/// `receiver/prometheusreceiver/config.go`, `Validate`); the Operator adds the allocator to its own.
fn without_jobs(config: Node<'_>) -> Option<Finding> {
    let receiver = config.parent()?;
    let root = receiver.parent()?.parent()?;
    let has = |key: &&str| config.get(key).is_some();
    let is_filled = config
        .mapping()?
        .entries()
        .any(|entry| placeholder::is_open(entry.name()) || entry.name() == "<<");
    if root.parent().is_some()
        || is_filled
        || ["scrape_configs", "scrape_config_files"].iter().any(has)
        || receiver.get("target_allocator").is_some()
    {
        return None;
    }
    let key = receiver.mapping()?.entry("config")?.key;
    let message =
        "`config`: neither `scrape_configs` nor `target_allocator`; the Collector rejects the file";
    let rule = rule::SCHEMA_MISSING_FIELD;
    let finding = found(rule, Severity::Error, key, message.to_owned());
    Some(finding.help("add `scrape_configs`"))
}

/// What is wrong with the part of Prometheus in a receiver.
pub(super) fn of_receiver(config: Node<'_>) -> Vec<Finding> {
    let mut out = unsupported(
        config,
        "the receiver does not support it, and the Collector rejects the file",
    );
    out.extend(without_jobs(config));
    out.extend(
        config
            .parent()
            .into_iter()
            .flat_map(collector_keys::of_receiver),
    );
    let mut jobs = config
        .get("scrape_configs")
        .into_iter()
        .flat_map(Node::items);
    let groups = jobs.by_ref().flat_map(|job| {
        let lists = ["relabel_configs", "metric_relabel_configs"].map(|key| job.get(key));
        lists.into_iter().flatten().flat_map(Node::items)
    });
    let replacements = groups.filter_map(|rule| rule.get("replacement"));
    out.extend(replacements.filter_map(braces));
    out
}

/// Sections of Prometheus that the receiver rejects, and what happens then.
pub(super) fn unsupported(config: Node<'_>, then: &str) -> Vec<Finding> {
    let map = config.mapping();
    let entries = UNSUPPORTED.iter().filter_map(|key| map?.entry(key));
    entries
        .map(|entry| {
            let message = format!("`{}`: unsupported section; {then}", entry.name());
            let rule = rule::SCHEMA_UNKNOWN_FIELD;
            let finding = found(rule, Severity::Error, entry.key, message);
            finding.help(Advice::remove(entry.key.span()).text("remove the section"))
        })
        .collect()
}

/// `${1}`, which the Collector takes for a variable (`confmap/expand.go`, since 0.104).
fn braces(replacement: Node<'_>) -> Option<Finding> {
    let text = replacement.as_str()?;
    let is_number = |(at, _): (usize, &str)| {
        let before = text.get(..at).unwrap_or("");
        let inner = text.get(at + 2..).and_then(|rest| rest.split_once('}'));
        let inner = inner.map_or("", |(inner, _)| inner);
        !before.ends_with('$')
            && !inner.is_empty()
            && inner.bytes().all(|byte| byte.is_ascii_digit())
    };
    text.match_indices("${").find(|found| is_number(*found))?;
    let message = "`replacement`: the Collector reads `${1}` as an environment variable, and rejects the file";
    let finding = found(
        rule::SCHEMA_INVALID_VALUE,
        Severity::Error,
        replacement,
        message.to_owned(),
    );
    Some(finding.help(Advice::write("write `$${1}`")))
}

fn pipelines(root: Node<'_>) -> Vec<Entry<'_>> {
    let pipelines = root
        .get("service")
        .and_then(|service| service.get("pipelines"));
    let pipelines = pipelines.and_then(Node::mapping).into_iter();
    let entries = pipelines.flat_map(Mapping::entries);
    entries
        .filter(|entry| exporters_of(entry.value).next().is_some())
        .collect()
}

/// Names of the exporter.
const EXPORTERS: &[&str] = &["prometheusremotewrite", "prometheus_remote_write"];

/// Whether a pipeline names an exporter that sends by remote write.
pub(super) fn names_exporter(root: Node<'_>) -> bool {
    let all = pipelines(root).into_iter();
    let mut names = all.flat_map(|pipeline| exporters_of(pipeline.value));
    names.any(|name| {
        let kind = name.as_str().map(kind_of);
        kind.is_some_and(|kind| EXPORTERS.contains(&kind))
    })
}

fn exporters_of<'d>(pipeline: Node<'d>) -> impl Iterator<Item = Node<'d>> {
    pipeline.get("exporters").into_iter().flat_map(Node::items)
}

/// Whether everything that the Collector has is in sight: nothing fills in the text.
pub(super) fn is_whole(root: Node<'_>) -> bool {
    let text = root.document().text().content();
    let mut tags = ["{{", "{%", "<%"].iter();
    severity_in(root) == Severity::Error && !tags.any(|tag| text.contains(tag))
}

/// An error only where the configuration is whole: with receivers, at the top of its file or in a
/// resource, and not in values, to which the chart adds its own.
pub(super) fn severity_in(root: Node<'_>) -> Severity {
    let has_receivers = root.get("receivers").and_then(Node::mapping).is_some();
    let parent = root.parent();
    let is_resource = || {
        let top = parent.and_then(Node::parent);
        top.and_then(|top| top.get("kind")).and_then(Node::as_str) == Some("OpenTelemetryCollector")
    };
    match has_receivers && (parent.is_none() || is_resource()) {
        true => Severity::Error,
        false => Severity::Warning,
    }
}
