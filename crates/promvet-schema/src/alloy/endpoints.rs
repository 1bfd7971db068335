//! Keys and values that Prometheus takes in an endpoint or a job, and Alloy does not (grafana/alloy v1.18
//! `internal/component/prometheus/remotewrite/types.go`, `internal/component/common/config/types.go`).

use super::REMOTE_WRITE;
use super::components::{milliseconds, say};
use super::graph::GraphFault;
use super::reader::{Block, Item, Value};
use crate::Rule;
use promvet_text::{Advice, Severity, Span};

/// Attributes by their block, and what Alloy has instead.
const NOT_THERE: &[(&str, &str, &str)] = &[
    (
        "endpoint",
        "write_relabel_configs",
        "write a block `write_relabel_config { … }` for each rule",
    ),
    (
        "basic_auth",
        "username_file",
        "read the file with `local.file`, and set `username` to its content",
    ),
    ("tls_config", "ca", "write `ca_pem`"),
    ("tls_config", "cert", "write `cert_pem`"),
    ("tls_config", "key", "write `key_pem`"),
    ("tls_config", "max_version", "remove it"),
];

/// Attributes that are durations of Go (`time.ParseDuration`).
const DURATIONS: &[&str] = &[
    "batch_send_deadline",
    "max_backoff",
    "max_keepalive_time",
    "min_backoff",
    "min_keepalive_time",
    "remote_timeout",
    "sample_age_limit",
    "scrape_interval",
    "scrape_timeout",
    "send_interval",
    "truncate_frequency",
];

/// The default of `max_keepalive_time`, 8h, in milliseconds.
const LONGEST_KEPT: u64 = 28_800_000;

/// Units that only Prometheus has.
const UNITS: &[char] = &['d', 'w', 'y'];

/// What is wrong in a component that sends or scrapes.
pub(super) fn faults(block: &Block, out: &mut Vec<GraphFault>) {
    for item in &block.body {
        match item {
            Item::Block(inner) => {
                if block.name == REMOTE_WRITE && inner.name == "wal" {
                    wal(inner, out);
                }
                faults(inner, out);
            }
            Item::Attribute { name, span, value } => {
                absent(&block.name, name, *span, out);
                duration(name, value, out);
            }
        }
    }
}

fn absent(block: &str, name: &str, span: Span, out: &mut Vec<GraphFault>) {
    let is_it = |row: &&(&str, &str, &str)| row.0 == block && row.1 == name;
    let Some((_, _, instead)) = NOT_THERE.iter().find(is_it) else {
        return;
    };
    let message = format!("`{name}`: `{block}` does not have it; Alloy rejects the file");
    let advice = Advice::say(*instead);
    let rule = Rule::UnknownField.name();
    say(rule, Severity::Error, span, message, advice, out);
}

fn duration(name: &str, value: &Value, out: &mut Vec<GraphFault>) {
    let Value::Text { text, span } = value else {
        return;
    };
    let number = text.strip_suffix(UNITS).unwrap_or("");
    let is_one = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    if !DURATIONS.contains(&name) || !is_one {
        return;
    }
    let message =
        format!("`{name}`: `{text}` has a unit that Alloy does not know; it rejects the file");
    let advice = Advice::say("write it in hours: `24h` for a day");
    let rule = Rule::InvalidValue.name();
    say(rule, Severity::Error, *span, message, advice, out);
}

/// How often the log is truncated, and how long it is kept (`WALOptions.Validate`).
fn wal(block: &Block, out: &mut Vec<GraphFault>) {
    let of = |wanted: &str| {
        block.body.iter().find_map(|item| match item {
            Item::Attribute {
                name,
                value: Value::Text { text, span },
                ..
            } if name == wanted => Some((*span, milliseconds(text)?)),
            _ => None,
        })
    };
    if let Some((span, 0)) = of("truncate_frequency") {
        let message = "`truncate_frequency`: it must be above 0; Alloy rejects the file".to_owned();
        let advice = Advice::say("remove it: the default is 2h");
        let rule = Rule::InvalidValue.name();
        say(rule, Severity::Error, span, message, advice, out);
    }
    let longest = of("max_keepalive_time").map_or(LONGEST_KEPT, |(_, length)| length);
    if let Some((span, shortest)) = of("min_keepalive_time")
        && shortest > longest
    {
        let message = "`min_keepalive_time`: above `max_keepalive_time`; Alloy rejects the file";
        let advice = Advice::say("raise `max_keepalive_time`, or lower this one");
        let rule = Rule::Conflict.name();
        say(rule, Severity::Error, span, message.to_owned(), advice, out);
    }
}
