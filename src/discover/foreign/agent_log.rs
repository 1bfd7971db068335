//! How long Grafana Agent keeps its log (grafana/agent v0.44.2
//! `internal/static/metrics/instance/instance.go`, `ApplyDefaults`).

use promvet_syntax::go::duration::duration;

use super::found;
use crate::finding::{Advice, Finding, Severity, rule};
use crate::schema::dialect::SENDERS;
use crate::yaml::Node;

/// Keys whose value is above 0, and their defaults.
const ABOVE_ZERO: &[(&str, &str)] = &[
    ("remote_flush_deadline", "1m"),
    ("wal_truncate_frequency", "60m"),
];

/// The default of `max_wal_time`, 4h, in milliseconds.
const LONGEST: i64 = 14_400_000;

/// What is wrong in an instance.
pub(super) fn faults(instance: Node<'_>) -> Vec<Finding> {
    let zero = ABOVE_ZERO.iter().filter_map(|(key, default)| {
        let node = instance.get(key)?;
        if length(node)? > 0 {
            return None;
        }
        let message = SENDERS.refuses(format!("`{key}`: it must be above 0"));
        let rule = rule::SCHEMA_INVALID_VALUE;
        let finding = found(rule, Severity::Error, node, message);
        Some(finding.help(Advice::say(format!("remove it: the default is {default}"))))
    });
    zero.chain(shortest(instance)).collect()
}

fn shortest(instance: Node<'_>) -> Option<Finding> {
    let node = instance.get("min_wal_time")?;
    let longest = match instance.get("max_wal_time") {
        Some(node) => length(node)?,
        None => LONGEST,
    };
    if length(node)? <= longest {
        return None;
    }
    let message = SENDERS.refuses("`min_wal_time`: above `max_wal_time`");
    let finding = found(rule::SCHEMA_CONFLICT, Severity::Error, node, message);
    Some(finding.help("raise `max_wal_time`, or lower this one"))
}

fn length(node: Node<'_>) -> Option<i64> {
    Some(duration(node.as_str()?).ok()?.milliseconds)
}
