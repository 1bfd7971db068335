//! `remote-write/queue`: numbers of the queue that are out of proportion.

use crate::finding::{Severity, grouped};
use crate::rules::{RemoteWriteEntry, RuleFindings, advice};
use crate::schema::scalar::coerce;
use crate::yaml::Node;

/// Defaults since Prometheus 2.44.0 (`config/config.go`, `DefaultQueueConfig`).
const CAPACITY: i64 = 10_000;
const MAX_SHARDS: i64 = 50;
const MAX_SAMPLES_PER_SEND: i64 = 2_000;

/// Bytes that a waiting sample takes at least (`storage/remote/queue_manager.go`, `timeSeries`:
/// labels, value, histograms, metadata, timestamp, exemplar); labels themselves are shared.
const BYTES_A_SAMPLE: i64 = 100;

/// With 100 bytes each, more waiting samples than this take a gigabyte.
const MANY: i64 = 10_000_000;

/// A setting: what is written and what counts.
#[derive(Clone, Copy)]
struct QueueSetting<'d> {
    node: Option<Node<'d>>,
    value: i64,
    default: i64,
}

pub(super) fn check(entry: &RemoteWriteEntry<'_>, out: &mut RuleFindings<'_>) {
    let Some(queue) = entry.write.get("queue_config") else {
        return;
    };
    let settings = (
        setting(queue, "capacity", CAPACITY),
        setting(queue, "max_shards", MAX_SHARDS),
        setting(queue, "max_samples_per_send", MAX_SAMPLES_PER_SEND),
    );
    if let (Some(capacity), Some(shards), Some(send)) = settings {
        too_small(capacity, send, out);
        too_large([shards, capacity, send], out);
    }
}

/// A number above zero; none if something else is written, which the schema reports.
fn setting<'d>(queue: Node<'d>, name: &str, default: i64) -> Option<QueueSetting<'d>> {
    let unset = QueueSetting {
        node: None,
        value: default,
        default,
    };
    let Some(node) = queue.get(name).filter(|node| !node.is_null()) else {
        return Some(unset);
    };
    let scalar = node.scalar()?;
    let value = coerce::int(scalar.text, scalar.is_plain(), scalar.tag).ok()??;
    (value > 0).then_some(QueueSetting {
        node: Some(node),
        value,
        ..unset
    })
}

/// A capacity that has no effect: a shard holds at least one batch beside the one that it gathers
/// (`storage/remote/queue_manager.go`, `newQueue`).
fn too_small(capacity: QueueSetting<'_>, send: QueueSetting<'_>, out: &mut RuleFindings<'_>) {
    if capacity.value >= send.value {
        return;
    }
    // Where one of the two is the default, it is the other that was chosen.
    let Some(node) = capacity.node.or(send.node) else {
        return;
    };
    let message = format!(
        "`capacity` ({}) is below `max_samples_per_send` ({}) and has no effect: a shard always holds one \
         batch",
        shown(capacity),
        shown(send)
    );
    let (low, high) = (send.value.saturating_mul(3), send.value.saturating_mul(10));
    let help = format!(
        "set `capacity` to 3 to 10 times `max_samples_per_send`: from {} to {}",
        grouped(low),
        grouped(high)
    );
    let help = match capacity.node {
        Some(node) => advice::value(node, &low.to_string(), help).unsafe_(),
        None => help.into(),
    };
    let finding = out.at(node, Severity::Info, message);
    out.push(finding.kind("small").help(help));
}

/// More than may be meant to wait in memory. The setting furthest above its default is at fault.
fn too_large(settings: [QueueSetting<'_>; 3], out: &mut RuleFindings<'_>) {
    let [shards, capacity, send] = settings;
    let each = capacity.value.saturating_add(send.value);
    let samples = shards.value.saturating_mul(each);
    let furthest = settings
        .into_iter()
        .max_by_key(|setting| setting.value / setting.default);
    let Some(node) = furthest
        .and_then(|furthest| furthest.node)
        .filter(|_| samples > MANY)
    else {
        return;
    };
    let gigabytes = samples.saturating_mul(BYTES_A_SAMPLE) / 1_000_000_000;
    let message = format!(
        "if the receiver is slow, {} × ({} + {}) = {} samples wait in memory (`max_shards` × \
         (`capacity` + `max_samples_per_send`)), about {} GB",
        grouped(shards.value),
        grouped(capacity.value),
        grouped(send.value),
        grouped(samples),
        grouped(gigabytes)
    );
    let help = format!(
        "lower them; the defaults, {MAX_SHARDS} × ({} + {}) samples, are enough for most",
        grouped(CAPACITY),
        grouped(MAX_SAMPLES_PER_SEND)
    );
    let finding = out.at(node, Severity::Warning, message);
    out.push(finding.kind("large").help(help));
}

fn shown(setting: QueueSetting<'_>) -> String {
    let by_default = if setting.node.is_none() {
        " by default"
    } else {
        ""
    };
    format!("{}{by_default}", grouped(setting.value))
}
