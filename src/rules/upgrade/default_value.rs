//! Defaults that another release changed.

use crate::finding::Severity;
use crate::prometheus::RemoteWrite;
use crate::rules::upgrade::with_places;
use crate::rules::{RuleFindings, Upgrade};
use crate::yaml::Node;

/// A default of a setting of `remote_write` entries.
struct ChangedDefault {
    /// The section within the entry, if the key is in one.
    section: Option<&'static str>,
    key: &'static str,
    /// The release that brought the new default.
    version: (u16, u16),
    /// The old default and the new one.
    values: (&'static str, &'static str),
    /// What follows from it.
    effect: &'static str,
}

/// A change of `queue_config`.
const fn queue(
    key: &'static str,
    version: (u16, u16),
    values: (&'static str, &'static str),
    effect: &'static str,
) -> ChangedDefault {
    ChangedDefault {
        section: Some("queue_config"),
        key,
        version,
        values,
        effect,
    }
}

const SHARDS: &str = "fewer requests run side by side";
const BATCH: &str = "requests are larger, and receivers may limit their size";
const CAPACITY: &str = "more samples wait in memory";

/// Defaults in `config/config.go` of the release tags of github.com/prometheus/prometheus.
const CHANGES: &[ChangedDefault] = &[
    queue("max_shards", (2, 22), ("1000", "200"), SHARDS),
    queue("max_samples_per_send", (2, 22), ("100", "500"), BATCH),
    queue("capacity", (2, 22), ("500", "2500"), CAPACITY),
    queue(
        "max_backoff",
        (2, 32),
        ("100ms", "5s"),
        "a failing receiver is retried less often",
    ),
    queue("max_shards", (2, 44), ("200", "50"), SHARDS),
    queue("max_samples_per_send", (2, 44), ("500", "2000"), BATCH),
    queue("capacity", (2, 44), ("2500", "10000"), CAPACITY),
    ChangedDefault {
        section: None,
        key: "enable_http2",
        version: (3, 0),
        values: ("true", "false"),
        effect: "every shard gets its own connection",
    },
];

/// Tells once a file of each default that entries count on.
pub(super) fn check(upgrade: &Upgrade<'_>, out: &mut RuleFindings<'_>) {
    let Some(list) = upgrade.config.root().entry("remote_write") else {
        return;
    };
    for change in CHANGES {
        let (major, minor) = change.version;
        if !upgrade.crosses(major, minor) {
            continue;
        }
        let entries = upgrade.config.remote_writes();
        let entries: Vec<_> = entries
            .filter(|entry| change.concerns(*entry))
            .map(anchor)
            .collect();
        if entries.is_empty() {
            continue;
        }
        let name = match change.section {
            Some(section) => format!("{section}.{}", change.key),
            None => change.key.to_owned(),
        };
        let (old, new) = change.values;
        let mut finding = out.at(
            list.key,
            Severity::Info,
            format!(
                "the default of `{name}` changes from {old} to {new} in Prometheus \
                 {major}.{minor}: {}",
                change.effect
            ),
        );
        finding.logical = "remote_write".into();
        finding.advice =
            Some(format!("write `{}: {old}` to keep the old value", change.key).into());
        with_places(&mut finding, &entries, "this entry does not set it");
        out.push(finding);
    }
}

impl ChangedDefault {
    /// Whether an entry counts on the default. HTTP/2 is spoken over TLS only.
    fn concerns(&self, entry: RemoteWrite<'_>) -> bool {
        let plain = entry
            .url()
            .and_then(Node::as_str)
            .is_some_and(|url| url.starts_with("http:"));
        let section = match self.section {
            Some(section) => entry.get(section),
            None => Some(entry.node()),
        };
        let set = section.and_then(|section| section.get(self.key)).is_some();
        let spoken = self.key != "enable_http2" || !plain;
        !set && spoken
    }
}

fn anchor(entry: RemoteWrite<'_>) -> Node<'_> {
    entry.get("name").or(entry.url()).unwrap_or(entry.node())
}
