//! Values of attributes of `prometheus.scrape` that Alloy rejects (grafana/alloy v1.18
//! `internal/component/prometheus/scrape/scrape.go`, `Arguments.Validate`).

use super::components::say;
use super::graph::GraphFault;
use super::reader::{Block, Item, Value};
use crate::Rule;
use promvet_text::{Advice, Severity, Span, nearest};

/// `config.ScrapeProtocol` of Prometheus.
const PROTOCOLS: &[&str] = &[
    "OpenMetricsText0.0.1",
    "OpenMetricsText1.0.0",
    PROTOBUF,
    "PrometheusText0.0.4",
    "PrometheusText1.0.0",
];
const PROTOBUF: &str = "PrometheusProto";

/// Attributes and the words that they take.
const WORDS: &[(&str, &[&str])] = &[
    (
        "metric_name_escaping_scheme",
        &["allow-utf-8", "dots", "underscores", "values"],
    ),
    ("metric_name_validation_scheme", &["legacy", "utf8"]),
    ("scrape_fallback_protocol", PROTOCOLS),
    ("scrape_protocols", PROTOCOLS),
];

/// What is wrong with the values of a job.
pub(super) fn faults(job: &Block, out: &mut Vec<GraphFault>) {
    for (name, known) in WORDS {
        let Some(value) = attribute(job, name) else {
            continue;
        };
        let one = std::slice::from_ref(value);
        let values = match value {
            Value::List { items, .. } => items.as_slice(),
            _ => one,
        };
        let mut before: Vec<&str> = Vec::new();
        for value in values {
            let Value::Text { text, span } = value else {
                continue;
            };
            if text.is_empty() && *name != "scrape_protocols" {
                continue;
            }
            if before.contains(&&**text) {
                let message = format!("`{name}`: `{text}` is there twice; Alloy rejects the file");
                let advice = Advice::say("remove one of them");
                let rule = Rule::Duplicate.name();
                say(rule, Severity::Error, *span, message, advice, out);
            } else if !known.contains(&&**text) {
                unknown(name, text, *span, known, out);
            }
            before.push(text);
        }
    }
    without_protobuf(job, out);
    unescaped(job, out);
}

fn unknown(name: &str, text: &str, span: Span, known: &[&str], out: &mut Vec<GraphFault>) {
    let [others @ .., last] = known else {
        return;
    };
    let others: Vec<String> = others.iter().map(|word| format!("`{word}`")).collect();
    let message = format!(
        "`{name}`: expected {} or `{last}`, found `{text}`; Alloy rejects the file",
        others.join(", ")
    );
    let advice = match nearest(text, known.iter().copied()) {
        Some(meant) => Advice::replace(span, format!("\"{meant}\"")).unsafe_(),
        None => Advice::say("write one of these words"),
    };
    let rule = Rule::InvalidValue.name();
    say(rule, Severity::Error, span, message, advice, out);
}

/// Native histograms come in one protocol only.
fn without_protobuf(job: &Block, out: &mut Vec<GraphFault>) {
    let Some(Value::Word { text, span }) = attribute(job, "scrape_native_histograms") else {
        return;
    };
    let Some(Value::List { items, .. }) = attribute(job, "scrape_protocols") else {
        return;
    };
    let is_other = |item: &Value| matches!(item, Value::Text { text, .. } if text != PROTOBUF);
    if text == "true" && !items.is_empty() && items.iter().all(is_other) {
        let message = "`scrape_native_histograms`: `scrape_protocols` has no `PrometheusProto`; Alloy rejects the file";
        let advice = Advice::say("add `\"PrometheusProto\"` to `scrape_protocols`");
        let rule = Rule::Conflict.name();
        say(
            rule,
            Severity::Error,
            *span,
            message.to_owned(),
            advice,
            out,
        );
    }
}

/// Names of any characters are not escaped only where they are valid.
fn unescaped(job: &Block, out: &mut Vec<GraphFault>) {
    let Some(Value::Text { text, span }) = attribute(job, "metric_name_escaping_scheme") else {
        return;
    };
    let is_legacy = match attribute(job, "metric_name_validation_scheme") {
        Some(Value::Text { text, .. }) => text == "legacy",
        Some(_) => false,
        None => true,
    };
    if text == "allow-utf-8" && is_legacy {
        let message = "`metric_name_escaping_scheme`: `allow-utf-8` needs `metric_name_validation_scheme = \"utf8\"`; Alloy rejects the file";
        let advice = Advice::say("set `metric_name_validation_scheme = \"utf8\"`");
        let rule = Rule::Conflict.name();
        say(
            rule,
            Severity::Error,
            *span,
            message.to_owned(),
            advice,
            out,
        );
    }
}

fn attribute<'b>(block: &'b Block, wanted: &str) -> Option<&'b Value> {
    block.body.iter().find_map(|item| match item {
        Item::Attribute { name, value, .. } if name == wanted => Some(value),
        _ => None,
    })
}
