//! `remote-write/receiver-limits`: the receiver of the tree rejects or drops a part of what is sent.

use crate::discover::EmbeddedIn;
use crate::facts::{HaTracker, ReceiverSettings};
use crate::finding::{Finding, Severity, grouped};
use crate::prometheus::endpoint::has_placeholder;
use crate::rules::{Configuration, RemoteWriteEntry, RuleFindings};
use crate::schema::scalar::coerce;
use crate::yaml::{Node, placeholder};
use promvet_syntax::go;

/// Samples of one batch where `max_samples_per_send` is not set: 500 before Prometheus 2.44, 2,000
/// since (`config/config.go`, `DefaultQueueConfig`).
const LEAST_BATCH: u64 = 500;
const NEWER_BATCH: u64 = 2_000;
const SINCE: (u16, u16) = (2, 44);

/// Bytes of a sample in a message of remote write 1.0 at least: the labels `__name__`, `job` and
/// `instance` with short values, value and timestamp, and their tags (`prompb/types.proto`). Series
/// seldom have fewer than two hundred.
const BYTES_A_SAMPLE: u64 = 80;

/// Releases of Prometheus that answer native histograms with 500 unless the feature is enabled
/// (`tsdb/head_append.go`, `ErrNativeHistogramsDisabled`; `storage/remote/write_handler.go`): before,
/// they were not read, and since 3.8 they need no feature. Those between 3.6 and 3.8 were not looked at.
const NEEDS_FEATURE: std::ops::Range<(u16, u16)> = (2, 40)..(3, 6);

/// Labels that people give to replicas (documentation of Mimir, Cortex, Thanos and the Operator).
const REPLICA_LABELS: &[&str] = &["__replica__", "replica", "prometheus_replica"];

pub(super) fn check(configuration: &Configuration<'_>, out: &mut RuleFindings<'_>) {
    for entry in &configuration.entries {
        let (Some(url), Some(settings)) = (entry.right_url(), entry.settings()) else {
            continue;
        };
        if url.unreachable.is_some() || !url.endpoint.placeholders().is_empty() {
            continue;
        }
        let found = [
            batch_samples(configuration, entry, settings, out),
            batch_bytes(configuration, entry, settings, out),
            exemplars(entry, settings, out),
            native_histograms(entry, settings, out),
            out_of_order(configuration, entry, settings, out),
            age(entry, settings, out),
            replicas(configuration, entry, settings, out),
        ];
        for finding in found.into_iter().flatten() {
            out.push(settings.with_severity_of_certainty(finding));
        }
    }
}

/// A batch and where its size is written.
fn batch<'d>(
    configuration: &Configuration<'d>,
    entry: &RemoteWriteEntry<'d>,
) -> Option<(u64, Option<Node<'d>>)> {
    let queue = entry.write.get("queue_config");
    let node = queue.and_then(|queue| queue.get("max_samples_per_send"));
    let Some(node) = node.filter(|node| !node.is_null()) else {
        let release = || configuration.standpoint()?.release();
        let is_newer = release().is_some_and(|release| release >= SINCE);
        return Some((if is_newer { NEWER_BATCH } else { LEAST_BATCH }, None));
    };
    let scalar = node.scalar()?;
    let value = coerce::int(scalar.text, scalar.is_plain(), scalar.tag).ok()??;
    let value = u64::try_from(value).ok().filter(|value| *value > 0)?;
    Some((value, Some(node)))
}

fn batch_samples(
    configuration: &Configuration<'_>,
    entry: &RemoteWriteEntry<'_>,
    settings: &ReceiverSettings,
    out: &RuleFindings<'_>,
) -> Option<Finding> {
    let most = settings.limits.batch_samples.as_ref()?;
    let (samples, node) = batch(configuration, entry)?;
    if samples <= most.value {
        return None;
    }
    let is_written = most.place.is_some() && node.is_some();
    let severity = match is_written && !entry.templated {
        true => Severity::Error,
        false => Severity::Warning,
    };
    let name = &settings.container;
    let shown = match node {
        Some(_) => format!("`max_samples_per_send` is {}", grouped(samples)),
        None => format!("batches have {} samples or more", grouped(samples)),
    };
    let message = format!(
        "{shown}, and {name} accepts at most {} in a batch: full batches are rejected",
        grouped(most.value)
    );
    let place = node.or(entry.url().map(|url| url.node))?;
    let mut finding = out.at(place, severity, message).kind("batch-samples");
    finding.evidence = settings.evidence_of(most, "the limit is set here");
    let help = format!(
        "set `max_samples_per_send` to {} at most, or raise the limit",
        most.value
    );
    Some(finding.help(help))
}

fn batch_bytes(
    configuration: &Configuration<'_>,
    entry: &RemoteWriteEntry<'_>,
    settings: &ReceiverSettings,
    out: &RuleFindings<'_>,
) -> Option<Finding> {
    let most = settings
        .limits
        .batch_bytes
        .as_ref()
        .filter(|most| most.place.is_some())?;
    let (samples, node) = batch(configuration, entry)?;
    // Messages of 2.0 hold each text once.
    if entry.write.get("protobuf_message").is_some()
        || samples.saturating_mul(BYTES_A_SAMPLE) <= most.value
    {
        return None;
    }
    let message = format!(
        "{} samples take {} bytes at least, and {} accepts {} in a batch: full batches are rejected",
        grouped(samples),
        grouped(samples.saturating_mul(BYTES_A_SAMPLE)),
        settings.container,
        grouped(most.value)
    );
    let place = node.or(entry.url().map(|url| url.node))?;
    let mut finding = out
        .at(place, Severity::Warning, message)
        .kind("batch-bytes");
    finding.evidence = settings.evidence_of(most, "the limit is set here");
    let help = "lower `max_samples_per_send`, or raise the limit of the receiver";
    Some(finding.help(help))
}

/// A switch of an entry that is on.
fn is_on<'d>(entry: &RemoteWriteEntry<'d>, key: &str) -> Option<Node<'d>> {
    let node = entry.write.get(key)?;
    (node.scalar()?.as_bool() == Some(true)).then_some(node)
}

fn exemplars(
    entry: &RemoteWriteEntry<'_>,
    settings: &ReceiverSettings,
    out: &RuleFindings<'_>,
) -> Option<Finding> {
    let node = is_on(entry, "send_exemplars")?;
    let kept = settings
        .limits
        .exemplars
        .as_ref()
        .filter(|kept| !kept.value)?;
    let message = format!(
        "{} does not store exemplars and drops them",
        settings.container
    );
    let mut finding = out.at(node, Severity::Warning, message).kind("exemplars");
    finding.evidence = settings.evidence_of(kept, "exemplars are off here");
    let help = match settings.program.as_str() {
        "Prometheus" => "start it with `--enable-feature=exemplar-storage`, or remove this line",
        _ => "let the receiver keep exemplars, or remove this line",
    };
    Some(finding.help(help))
}

fn native_histograms(
    entry: &RemoteWriteEntry<'_>,
    settings: &ReceiverSettings,
    out: &RuleFindings<'_>,
) -> Option<Finding> {
    let node = is_on(entry, "send_native_histograms")?;
    let kept = settings
        .limits
        .native_histograms
        .as_ref()
        .filter(|kept| !kept.value)?;
    let is_prometheus = settings.program == "Prometheus";
    if is_prometheus
        && !settings
            .release
            .is_some_and(|own| NEEDS_FEATURE.contains(&own))
    {
        return None;
    }
    let name = &settings.container;
    let (message, help) = match is_prometheus {
        true => (
            format!(
                "{name} answers native histograms with 500: batches with one are sent again and again"
            ),
            "start it with `--enable-feature=native-histograms`, or remove this line",
        ),
        false => (
            format!("{name} does not store native histograms and drops them"),
            "let the receiver keep native histograms, or remove this line",
        ),
    };
    let mut finding = out
        .at(node, Severity::Warning, message)
        .kind("native-histograms");
    finding.evidence = settings.evidence_of(kept, "native histograms are off here");
    Some(finding.help(help))
}

fn out_of_order(
    configuration: &Configuration<'_>,
    entry: &RemoteWriteEntry<'_>,
    settings: &ReceiverSettings,
    out: &RuleFindings<'_>,
) -> Option<Finding> {
    let window = settings.limits.out_of_order_window.as_ref()?;
    let node = configuration
        .config
        .root()
        .get("storage")?
        .get("tsdb")?
        .get("out_of_order_time_window")?;
    let own = milliseconds(node)?;
    if own <= window.value {
        return None;
    }
    let host = entry.url()?.endpoint.host_name()?;
    let message = format!(
        "Prometheus accepts samples up to {} out of order, and {} rejects them",
        node.as_str()?,
        settings.container
    );
    let mut finding = out
        .at(node, Severity::Warning, message)
        .kind(format!("out-of-order {host}"));
    finding.evidence = settings.evidence_of(window, "its window is set here");
    let help = "set a window of the same length at the receiver";
    Some(finding.help(help))
}

fn age(
    entry: &RemoteWriteEntry<'_>,
    settings: &ReceiverSettings,
    out: &RuleFindings<'_>,
) -> Option<Finding> {
    let most = settings.limits.max_age.as_ref()?;
    let node = entry.write.get("queue_config")?.get("sample_age_limit")?;
    if milliseconds(node)? <= most.value {
        return None;
    }
    let message = format!(
        "{} rejects samples before they are as old as `sample_age_limit`, {}",
        settings.container,
        node.as_str()?
    );
    let mut finding = out.at(node, Severity::Warning, message).kind("age");
    finding.evidence = settings.evidence_of(most, "the age is set here");
    Some(finding.help("set `sample_age_limit` to the age that the receiver takes, or less"))
}

fn milliseconds(node: Node<'_>) -> Option<i64> {
    Some(go::duration::duration(node.as_str()?).ok()?.milliseconds)
}

fn replicas(
    configuration: &Configuration<'_>,
    entry: &RemoteWriteEntry<'_>,
    settings: &ReceiverSettings,
    out: &RuleFindings<'_>,
) -> Option<Finding> {
    let ha = settings.limits.ha.as_ref()?;
    let labels = labels(configuration)?;
    // Labels may be added or renamed on the way.
    if entry.write.get("write_relabel_configs").is_some() {
        return None;
    }
    let has = |name: &str| labels.iter().find(|(label, _)| *label == name).copied();
    let (cluster, replica) = (has(&ha.cluster), has(&ha.replica));
    let url = entry.url()?.node;
    let (node, kind, message, help) = match (ha.is_on.value, cluster, replica) {
        (false, _, Some(("__replica__", key))) => (
            key,
            "ha-off",
            format!(
                "{} does not tell replicas apart, and stores every series once for each",
                settings.container
            ),
            "turn the HA tracker on, with `enable_ha_tracker` and `accept_ha_samples`".to_owned(),
        ),
        (true, None, Some((_, key))) => (
            key,
            "ha-labels",
            missing(settings, &ha.cluster),
            added(&ha.cluster),
        ),
        (true, Some(_), None) => {
            let other = REPLICA_LABELS.iter().find_map(|label| has(label));
            let (place, help) = match other {
                Some((name, key)) => (key, format!("rename `{name}` to `{}`", ha.replica)),
                None => (url, added(&ha.replica)),
            };
            (place, "ha-labels", missing(settings, &ha.replica), help)
        }
        (true, None, None) => (
            url,
            "ha-labels",
            missing_both(settings, ha),
            added(&format!("{}` and `{}", ha.cluster, ha.replica)),
        ),
        _ => return None,
    };
    let mut finding = out.at(node, Severity::Warning, message).kind(kind);
    finding.evidence = settings.evidence_of(&ha.is_on, "the HA tracker is set here");
    Some(finding.help(help))
}

fn missing(settings: &ReceiverSettings, label: &str) -> String {
    format!(
        "the HA tracker of {} needs the external label `{label}` too, and keeps the samples of every replica",
        settings.container
    )
}

fn missing_both(settings: &ReceiverSettings, ha: &HaTracker) -> String {
    format!(
        "the HA tracker of {} needs the external labels `{}` and `{}`, and does not deduplicate without",
        settings.container, ha.cluster, ha.replica
    )
}

fn added(label: &str) -> String {
    format!("add `{label}` to `external_labels`")
}

/// The external labels with their keys; none if something else may set or fill them in.
fn labels<'d>(configuration: &Configuration<'d>) -> Option<Vec<(&'d str, Node<'d>)>> {
    let root = configuration.config.root();
    // A part of a configuration says nothing of the rest, and the Operator adds labels.
    let is_whole = root.get("global").is_some() || root.get("scrape_configs").is_some();
    let is_of_operator = matches!(configuration.holder, Some(EmbeddedIn::Resource { .. }));
    if !is_whole || is_of_operator || configuration.templated {
        return None;
    }
    let Some(labels) = configuration.config.external_labels() else {
        let node = root
            .get("global")
            .and_then(|global| global.get("external_labels"));
        return node.is_none_or(|node| node.is_null()).then(Vec::new);
    };
    let mut out = Vec::new();
    for entry in labels.entries() {
        if placeholder::is_open(entry.name()) || has_placeholder(entry.name()) {
            return None;
        }
        out.push((entry.name(), entry.key));
    }
    Some(out)
}
