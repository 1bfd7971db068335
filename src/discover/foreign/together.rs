//! What the keys of a Prometheus say of each other: labels and replicas, the mode of an agent, flags
//! that the Operator sets itself, and keys that are newer than the release.

use super::super::embedded_in::EmbeddedIn;
use super::arguments::{dashed, has_own_arguments, managed};
use super::release::{self, release_of};
use super::{alertmanager, classes, expressions, found, halves, mounted, required};
use crate::finding::{Advice, Finding, Severity, rule};
use crate::yaml::{Entry, Node, placeholder};

/// What is reported about the keys of a Prometheus or an agent; `holder` says whether a chart reads
/// them first, and `is_patch` whether operations write them into an object.
pub(super) fn check(
    kind: &str,
    spec: Node<'_>,
    holder: &EmbeddedIn,
    is_patch: bool,
) -> Vec<Finding> {
    let mut required = match is_patch {
        true => Vec::new(),
        false => required::check(kind, spec, holder),
    };
    required.extend(expressions::check(kind, spec));
    required.extend(halves::check(kind, spec, holder, is_patch));
    match kind {
        "Prometheus" | "PrometheusAgent" => {}
        "AlertmanagerConfig" => return alertmanager::check(spec, is_patch),
        "Probe" => return required.into_iter().chain(prober(spec)).collect(),
        _ => return required,
    }
    let mut out = required;
    let is_values = matches!(holder, EmbeddedIn::Values { .. });
    out.extend(replicas_alike(spec, is_values));
    if is_values {
        out.extend(true_texts(spec));
    }
    if kind == "PrometheusAgent" {
        out.extend(of_daemon_set(spec));
    }
    if kind == "Prometheus" {
        out.extend(agent_feature(spec, is_values));
    }
    out.extend(classes::check(spec));
    out.extend(managed(spec, kind));
    out.extend(dashed(spec));
    out.extend(fractions(spec));
    out.extend(web_versions(spec));
    out.extend(deprecated_images(spec, holder));
    out.extend(release::check(spec, is_values));
    if !is_values {
        out.extend(mounted::volumes(spec));
    }
    out
}

/// What is reported about the address of a prober, which has a scheme and a path in keys of their own
/// (prometheus-operator v0.93.0 `pkg/prometheus/resource_selector.go`, `validateProberURL`).
fn prober(spec: Node<'_>) -> Option<Finding> {
    let prober = entry(spec, "prober")?;
    let Some(url) = prober.value.get("url") else {
        // A patch has no targets.
        prober
            .value
            .mapping()
            .filter(|_| spec.get("targets").is_some())?;
        let message = "`url`: missing in `prober`; the API server rejects the object".to_owned();
        let rule = rule::SCHEMA_MISSING_FIELD;
        let finding = found(rule, Severity::Error, prober.key, message);
        return Some(finding.help("set `url` to the host and the port of the prober"));
    };
    let text = url.as_str()?;
    let (_, address) = text.split_once("://").unwrap_or(("", text));
    if !text.contains('/') || text.contains(['{', '$']) {
        return None;
    }
    let message =
        "`url`: expected a host and a port, found a URL; the Operator rejects the Probe".to_owned();
    let finding = found(rule::SCHEMA_INVALID_VALUE, Severity::Error, url, message);
    let host = address.split('/').next()?.to_owned();
    Some(
        finding.help(
            Advice::replace(url.span(), host)
                .text("write the host and the port alone, and the rest into `scheme` and `path`")
                .unsafe_(),
        ),
    )
}

fn entry<'d>(spec: Node<'d>, key: &str) -> Option<Entry<'d>> {
    let entry = spec.mapping()?.entry(key)?;
    (!entry.value.is_null()).then_some(entry)
}

/// What is reported about several replicas that send the same series under the same labels.
fn replicas_alike(spec: Node<'_>, is_values: bool) -> Option<Finding> {
    let replicas = spec.get("replicas")?.as_str()?.parse::<u32>().ok()?;
    let cleared = match is_values {
        // The chart leaves an empty text out, and has a key of its own for the label.
        true => entry(spec, "replicaExternalLabelNameClear")
            .filter(|entry| entry.value.as_str() == Some("true")),
        false => {
            entry(spec, "replicaExternalLabelName").filter(|entry| entry.value.as_str() == Some(""))
        }
    };
    let label = cleared?;
    let sends = ["remoteWrite", "additionalRemoteWrite"].iter().any(|key| {
        let list = spec.get(key);
        list.is_some_and(|list| list.items().next().is_some())
    });
    // The Operator puts the name of the pod in here.
    let labels = spec.get("externalLabels").and_then(Node::mapping);
    let mut labels = labels.into_iter().flat_map(|map| map.entries());
    let names_pod =
        labels.any(|entry| entry.value.as_str().is_some_and(|text| text.contains("$(")));
    if replicas < 2 || !sends || names_pod {
        return None;
    }
    let message = match is_values {
        true => format!(
            "`{}`: without the label {replicas} replicas send the same series under the same labels",
            label.name()
        ),
        false => format!(
            "`{}`: empty, so {replicas} replicas send the same series under the same labels",
            label.name()
        ),
    };
    let node = label.value;
    let finding = found(
        rule::KUBERNETES_REPLICA_LABEL,
        Severity::Warning,
        node,
        message,
    );
    let place = spec.get("replicas").map(Node::place)?;
    Some(
        finding
            .evidence(place, "each replica scrapes and sends for itself")
            .help(Advice::remove(node.span()).text(
                "remove the key: the label is `prometheus_replica` then, or what the receiver deduplicates by",
            )),
    )
}

/// Switches of kube-prometheus-stack that a template asks for with `if`, to which each text is true.
fn true_texts(spec: Node<'_>) -> Vec<Finding> {
    let entries = spec.mapping().into_iter().flat_map(|map| map.entries());
    let texts = entries.filter(|entry| {
        let is_false = entry.value.scalar().is_some_and(|scalar| {
            scalar.as_bool().is_none() && scalar.text.eq_ignore_ascii_case("false")
        });
        is_false && entry.name().ends_with("SelectorNilUsesHelmValues")
    });
    texts
        .map(|entry| {
            let message = format!(
                "`{}`: expected a boolean, found text, which the chart's template treats as true",
                entry.name()
            );
            let finding = found(
                rule::SCHEMA_WRONG_TYPE,
                Severity::Warning,
                entry.value,
                message,
            );
            finding.help(Advice::replace(entry.value.span(), "false"))
        })
        .collect()
}

/// What the CustomResourceDefinition excludes beside `mode: DaemonSet` (prometheus-operator v0.93.0
/// `pkg/apis/monitoring/v1alpha1/prometheusagent_types.go`, `XValidation`).
const NOT_IN_DAEMON_SET: &[&str] = &[
    "additionalScrapeConfigs",
    "persistentVolumeClaimRetentionPolicy",
    "probeNamespaceSelector",
    "probeSelector",
    "replicas",
    "scrapeConfigNamespaceSelector",
    "scrapeConfigSelector",
    "serviceMonitorNamespaceSelector",
    "serviceMonitorSelector",
    "shardingStrategy",
    "storage",
];

fn of_daemon_set(spec: Node<'_>) -> Vec<Finding> {
    let mode = spec.get("mode");
    let Some(mode) = mode.filter(|mode| mode.as_str() == Some("DaemonSet")) else {
        return Vec::new();
    };
    let keys = NOT_IN_DAEMON_SET.iter();
    keys.filter_map(|key| {
        let key = entry(spec, key)?.key;
        let message = format!(
            "`{}`: not allowed with `mode: DaemonSet`; the API server rejects the object",
            key.as_str()?
        );
        let finding = found(rule::SCHEMA_CONFLICT, Severity::Error, key, message);
        let finding = finding.evidence(mode.place(), "the mode is set here");
        Some(finding.help("remove the key"))
    })
    .collect()
}

/// Where a server is told to be an agent, and whether by the feature, which made agents before 3.0.
fn agent(spec: Node<'_>) -> Option<(Node<'_>, bool)> {
    let items = |key: &str| spec.get(key).into_iter().flat_map(Node::items);
    let mut features = items("enableFeatures");
    if let Some(feature) = features.find(|feature| feature.as_str() == Some("agent")) {
        return Some((feature, true));
    }
    items("additionalArgs").find_map(|argument| {
        let name = argument.get("name")?;
        let value = argument.get("value").and_then(Node::as_str).unwrap_or("");
        match name.as_str()? {
            "agent" if value.is_empty() => Some((name, false)),
            "enable-feature" if value.split(',').any(|word| word == "agent") => Some((name, true)),
            _ => None,
        }
    })
}

/// A server that is told to be an agent: the Operator passes `--storage.tsdb.path` to it, and rule files
/// where it selects rules (prometheus-operator v0.93.0 `pkg/prometheus/server/statefulset.go`,
/// `buildServerArgs`, and `pkg/prometheus/promcfg.go`), which agents reject. Arguments of its container
/// in `containers` may take the place of those flags.
fn agent_feature(spec: Node<'_>, is_values: bool) -> Option<Finding> {
    let (node, is_feature) = agent(spec)?;
    let image = spec.get("image").and_then(|image| image.get("tag"));
    let version = spec.get("version").or(image).and_then(Node::as_str);
    let release = version.and_then(release_of);
    let is_new = release.map(|release| release >= (3, 0));
    // The flag is unknown to old releases, and the feature to new ones, which `start` reports.
    if is_new == Some(is_feature) {
        return None;
    }
    let is_replaced = has_own_arguments(spec);
    let refused = match is_replaced {
        // Arguments of the container take the place of this flag too.
        true if !is_feature => return None,
        false => "--storage.tsdb.path",
        true if entry(spec, "ruleSelector").is_some() => "rule_files",
        true => return None,
    };
    let message = match release {
        None if is_feature => format!(
            "`agent`: before Prometheus 3.0, an agent rejects `{refused}`, which the Operator sets; \
             later it has no effect"
        ),
        _ => format!(
            "`agent`: an agent rejects `{refused}`, which the Operator sets: Prometheus does not start"
        ),
    };
    let finding = found(rule::SCHEMA_CONFLICT, Severity::Warning, node, message);
    Some(match is_values {
        true => finding.help("set `prometheus.agentMode` to `true`"),
        false => finding.help(Advice::write("write `kind: PrometheusAgent`")),
    })
}

/// Keys with a fraction, which the Operator takes from 0 to 1 (prometheus-operator v0.93.0
/// `pkg/prometheus/promcfg.go`, `appendTracingConfig` and `buildTSDBConfig`).
const FRACTIONS: &[[&str; 2]] = &[
    ["tracingConfig", "samplingFraction"],
    ["tsdb", "staleSeriesCompactionThreshold"],
];

fn fractions(spec: Node<'_>) -> Vec<Finding> {
    let all = FRACTIONS.iter();
    let wrong = all.filter_map(|[section, key]| {
        let node = spec.get(section)?.get(key)?;
        let number: f64 = node.as_str()?.parse().ok()?;
        if (0.0..=1.0).contains(&number) {
            return None;
        }
        let message = format!(
            "`{key}`: expected a number from 0 to 1; the Operator generates no configuration"
        );
        let finding = found(rule::SCHEMA_INVALID_VALUE, Severity::Error, node, message);
        Some(finding.help("write a fraction such as `0.1`"))
    });
    wrong.collect()
}

/// The versions of TLS that a web configuration knows (prometheus/exporter-toolkit `web/tls_config.go`). The
/// resource takes any text and copies it.
pub(super) const TLS_VERSIONS: &[&str] = &["TLS10", "TLS11", "TLS12", "TLS13"];

fn web_versions(spec: Node<'_>) -> Vec<Finding> {
    let tls = spec.get("web").and_then(|web| web.get("tlsConfig"));
    let keys = ["minVersion", "maxVersion"].into_iter();
    let wrong = keys.filter_map(|key| {
        let node = tls?.get(key)?;
        let text = node.as_str().filter(|text| !text.is_empty())?;
        let is_known = TLS_VERSIONS.contains(&text) || placeholder::is_open(text);
        (!is_known).then(|| {
            let message = format!("`{key}`: unknown version `{text}`; Prometheus does not start");
            let finding = found(rule::SCHEMA_INVALID_VALUE, Severity::Error, node, message);
            let digits: String = text.chars().filter(char::is_ascii_digit).collect();
            let meant = format!("TLS{digits}");
            match TLS_VERSIONS.contains(&meant.as_str()) {
                true => finding.help(
                    Advice::replace(node.span(), &*meant)
                        .text(format!("write `{meant}`"))
                        .safe(),
                ),
                false => finding.help(format!("use {}", TLS_VERSIONS.join(", "))),
            }
        })
    });
    wrong.collect()
}

/// Keys that `image` replaces (prometheus-operator v0.93.0 `pkg/apis/monitoring/v1/prometheus_types.go`).
fn deprecated_images(spec: Node<'_>, holder: &EmbeddedIn) -> Vec<Finding> {
    if matches!(holder, EmbeddedIn::Values { .. }) {
        return Vec::new();
    }
    let keys = ["baseImage", "tag", "sha"].into_iter();
    keys.filter_map(|key| {
        let entry = entry(spec, key)?;
        let message = match spec.get("image") {
            Some(_) => format!("`{key}`: deprecated, and has no effect if `image` is set"),
            None => format!("`{key}`: deprecated; a later Operator will not read it"),
        };
        let finding = found(
            rule::SCHEMA_DEPRECATED,
            Severity::Warning,
            entry.key,
            message,
        );
        Some(finding.help("write the whole name of the image into `image`"))
    })
    .collect()
}
