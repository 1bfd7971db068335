//! What is wrong with single components: their labels, and the attributes of `prometheus.scrape`
//! (grafana/alloy v1.18 `syntax/vm`, `internal/runtime/internal/controller/loader.go`,
//! `internal/component/prometheus/scrape/scrape.go`).

use super::PIPELINE;
use crate::Rule;
use std::collections::BTreeMap;

use super::attributes;
use super::endpoints;
use super::graph::GraphFault;
use super::reader::{Block, Item, Value};
use super::scrape_values;
use super::{PREFIXES, REMOTE_WRITE, SCRAPE};
use promvet_text::{Advice, Severity, Span, nearest};

/// Attributes of `prometheus.scrape` that mean what Prometheus's do.
pub(super) const NATIVE: &[&str] = &[
    "bearer_token",
    "bearer_token_file",
    "body_size_limit",
    "enable_http2",
    "follow_redirects",
    "honor_labels",
    "honor_timestamps",
    "http_headers",
    "label_limit",
    "label_name_length_limit",
    "label_value_length_limit",
    "metrics_path",
    "params",
    "proxy_url",
    "sample_limit",
    "scheme",
    "scrape_interval",
    "scrape_timeout",
    "target_limit",
];

/// Its other attributes.
const OTHERS: &[&str] = &[
    "always_scrape_classic_histograms",
    "convert_classic_histograms_to_nhcb",
    "enable_compression",
    "enable_protobuf_negotiation",
    "enable_type_and_unit_labels",
    "extra_metrics",
    "forward_to",
    "honor_metadata",
    "job_name",
    "metric_name_escaping_scheme",
    "metric_name_validation_scheme",
    "native_histogram_bucket_limit",
    "native_histogram_min_bucket_factor",
    "no_proxy",
    "proxy_connect_header",
    "proxy_from_environment",
    "scrape_classic_histograms",
    "scrape_failure_log_file",
    "scrape_fallback_protocol",
    "scrape_native_histograms",
    "scrape_protocols",
    "start_timestamp_zero_ingestion",
    "targets",
    "track_timestamps_staleness",
];

/// Names that Prometheus has for what a component of its own does in Alloy.
const ELSEWHERE: &[(&str, &str)] = &[
    ("metric_relabel_configs", "prometheus.relabel"),
    ("relabel_configs", "discovery.relabel"),
    ("static_configs", "the attribute `targets`"),
];

/// The timeout that counts where none is written, in milliseconds.
const TIMEOUT: u64 = 10_000;

/// Attributes of endpoints that are texts, in which Alloy expands no variable.
const TEXTS: &[&str] = &[
    "bearer_token",
    "client_id",
    "client_secret",
    "credentials",
    "password",
    "url",
    "username",
];

/// What is wrong with the components of a body.
pub(super) fn faults(items: &[Item], out: &mut Vec<GraphFault>) {
    let mut known: BTreeMap<(&str, &str), Span> = BTreeMap::new();
    let is_sender = |item: &Item| matches!(item, Item::Block(one) if one.name == REMOTE_WRITE);
    let sends = items.iter().any(is_sender);
    // A module that is imported under a name has its components below it.
    let is_import = |item: &Item| matches!(item, Item::Block(one) if one.name.starts_with("import.") && one.label.as_deref() == Some("prometheus"));
    let is_imported = items.iter().any(is_import);
    for item in items {
        let Item::Block(block) = item else { continue };
        if !is_imported {
            unknown(block, out);
        }
        if PREFIXES.iter().any(|prefix| block.name.starts_with(prefix)) {
            label(block, out);
            if let Some(name) = &block.label
                && known.insert((&block.name, name), block.name_span).is_some()
            {
                let message = format!(
                    "`{}`: another one has the label `{name}`; Alloy rejects the file",
                    block.name
                );
                let advice = Advice::say("give one of them another label");
                say(
                    Rule::Duplicate.name(),
                    Severity::Error,
                    block.name_span,
                    message,
                    advice,
                    out,
                );
            }
        }
        attributes::faults(block, out);
        match &*block.name {
            SCRAPE => {
                scrape(block, out);
                scrape_values::faults(block, out);
                endpoints::faults(block, out);
            }
            REMOTE_WRITE => endpoints::faults(block, out),
            "declare" => faults(&block.body, out),
            _ => {}
        }
        // A text that nothing sends in is an example, or the rest is in another file.
        if sends && block.name.starts_with("prometheus.") {
            goes_nowhere(block, out);
        }
    }
}

/// Components of Prometheus, of Alloy up to 1.18, besides those in groups of their own
/// (`prometheus.exporter.…`).
const OF_PROMETHEUS: &[&str] = &[
    "prometheus.echo",
    "prometheus.enrich",
    "prometheus.interceptor",
    "prometheus.receive_http",
    "prometheus.relabel",
    REMOTE_WRITE,
    SCRAPE,
];

/// Names that other programs have for what is called otherwise in Alloy.
const OTHER_NAMES: &[(&str, &str)] = &[(
    "otelcol.exporter.prometheusremotewrite",
    "use `otelcol.exporter.prometheus`, and forward to a `prometheus.remote_write`",
)];

/// An experiment that is deprecated since 1.14, and that 1.18 does not have (CHANGELOG.md of Alloy).
pub(super) const QUEUE: &str = "prometheus.write.queue";

/// A component that Alloy does not have: it does not start.
fn unknown(block: &Block, out: &mut Vec<GraphFault>) {
    if block.name == QUEUE {
        let message =
            "`prometheus.write.queue`: newer releases of Alloy do not have it, and reject the file";
        let advice = Advice::say("use `prometheus.remote_write`");
        let rule = Rule::Deprecated.name();
        say(
            rule,
            Severity::Warning,
            block.name_span,
            message.to_owned(),
            advice,
            out,
        );
        return;
    }
    let other = OTHER_NAMES.iter().find(|(name, _)| *name == block.name);
    let own = block.name.strip_prefix("prometheus.");
    let is_unknown =
        own.is_some_and(|own| !own.contains('.') && !OF_PROMETHEUS.contains(&&*block.name));
    if other.is_none() && !is_unknown {
        return;
    }
    let message = format!(
        "`{}`: unknown component; Alloy rejects the file",
        block.name
    );
    let meant = nearest(&block.name, OF_PROMETHEUS.iter().copied());
    let advice = match (other, meant) {
        (Some((_, instead)), _) => Advice::say(*instead),
        (None, Some(meant)) => Advice::replace(block.name_span, meant).unsafe_(),
        (None, None) => Advice::say("remove it, or correct its name"),
    };
    say(
        Rule::UnknownField.name(),
        Severity::Warning,
        block.name_span,
        message,
        advice,
        out,
    );
}

/// Components have a label, which is an identifier.
fn label(block: &Block, out: &mut Vec<GraphFault>) {
    let is_word = |label: &str| {
        let part = |c: char| c.is_alphanumeric() || c == '_';
        label.chars().all(part) && !label.starts_with(|c: char| c.is_ascii_digit())
    };
    let (message, advice) = match block.label.as_deref() {
        // Grafana Agent had exporters without one.
        None if block.name.contains(".exporter.") || block.name.contains(".integration.") => return,
        None | Some("") => (
            format!(
                "`{}`: the label is missing; Alloy rejects the file",
                block.name
            ),
            format!("write `{} \"default\" {{ … }}`", block.name),
        ),
        Some(label) if !is_word(label) => (
            format!(
                "`{}`: the label `{label}` is not an identifier (letters, digits and `_`); Alloy rejects the file",
                block.name
            ),
            "write `_` in place of other characters".to_owned(),
        ),
        Some(_) => return,
    };
    say(
        Rule::Syntax.name(),
        Severity::Error,
        block.name_span,
        message,
        Advice::say(advice),
        out,
    );
}

/// Attributes that `prometheus.scrape` does not have, and a timeout above the interval.
fn scrape(block: &Block, out: &mut Vec<GraphFault>) {
    for item in &block.body {
        let (name, span) = match item {
            Item::Attribute { name, span, .. } => (&**name, *span),
            Item::Block(inner) => (&*inner.name, inner.name_span),
        };
        let known = || NATIVE.iter().chain(OTHERS).copied();
        let is_block = [
            "authorization",
            "basic_auth",
            "clustering",
            "oauth2",
            "tls_config",
        ];
        if known().any(|text| text == name) || is_block.contains(&name) {
            continue;
        }
        let elsewhere = ELSEWHERE.iter().find(|(native, _)| *native == name);
        let Some((_, instead)) = elsewhere else {
            let known: Vec<&str> = known().collect();
            out.push(attributes::unknown(name, span, &known));
            continue;
        };
        let message = format!("`{name}`: `{SCRAPE}` does not have it; Alloy rejects the file");
        let advice = Advice::say(format!("use {instead} instead"));
        say(
            Rule::UnknownField.name(),
            Severity::Warning,
            span,
            message,
            advice,
            out,
        );
    }
    timeout(block, out);
}

/// `scrape_timeout` must not be above `scrape_interval`, also where it is the default
/// (`Arguments.Validate`).
fn timeout(block: &Block, out: &mut Vec<GraphFault>) {
    let of = |wanted: &str| {
        block.body.iter().find_map(|item| match item {
            Item::Attribute { name, span, value } if name == wanted => Some((*span, value)),
            _ => None,
        })
    };
    let length = |value: &Value| match value {
        Value::Text { text, .. } => milliseconds(text),
        _ => None,
    };
    let Some((span, interval)) = of("scrape_interval") else {
        return;
    };
    let Some(interval) = length(interval) else {
        return;
    };
    let timeout = match of("scrape_timeout") {
        // Prometheus's own rule compares the two.
        Some(_) => return,
        None => TIMEOUT,
    };
    if interval < timeout {
        let message =
            "`scrape_interval`: below the default of `scrape_timeout`, 10s; Alloy rejects the file";
        let advice = Advice::say("set `scrape_timeout` too");
        say(
            Rule::Conflict.name(),
            Severity::Error,
            span,
            message.to_owned(),
            advice,
            out,
        );
    }
}

/// A duration of Go (`time.ParseDuration`) in milliseconds; none for what is not one of whole numbers.
pub(super) fn milliseconds(text: &str) -> Option<u64> {
    let mut rest = text.trim();
    let mut all: u64 = 0;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit())?;
        let number: u64 = rest.get(..end)?.parse().ok()?;
        let (unit, after) = [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000)]
            .iter()
            .find_map(|(unit, length)| Some((*length, rest.get(end..)?.strip_prefix(unit)?)))?;
        all = all.checked_add(number.checked_mul(unit)?)?;
        rest = after;
    }
    Some(all)
}

/// `forward_to = []`.
fn goes_nowhere(block: &Block, out: &mut Vec<GraphFault>) {
    for item in &block.body {
        let Item::Attribute { name, span, value } = item else {
            continue;
        };
        let is_empty = matches!(value, Value::List { items, .. } if items.is_empty());
        if name == "forward_to" && is_empty {
            let message = format!("`forward_to`: empty, so `{}` sends nothing", block.name);
            let advice = Advice::say("name the receiver of a `prometheus.remote_write`");
            say(PIPELINE, Severity::Warning, *span, message, advice, out);
        }
    }
}

/// `"${NAME}"` in the texts of endpoints. A workflow may replace it before Alloy starts.
pub(super) fn variables(items: &[Item], out: &mut Vec<GraphFault>) {
    for item in items {
        match item {
            Item::Block(block) if block.name == REMOTE_WRITE => texts(&block.body, out),
            Item::Block(block) if block.name == "declare" => variables(&block.body, out),
            Item::Block(_) | Item::Attribute { .. } => {}
        }
    }
}

fn texts(body: &[Item], out: &mut Vec<GraphFault>) {
    for item in body {
        match item {
            Item::Block(block) => texts(&block.body, out),
            Item::Attribute { name, value, .. } if TEXTS.contains(&&**name) => {
                let Value::Text { text, span } = value else {
                    continue;
                };
                let Some((variable, is_whole)) = variable_in(text, name == "url") else {
                    continue;
                };
                let message = format!(
                    "`{name}`: Alloy does not expand variables in a string, and takes it as it is written"
                );
                let call = format!("sys.env(\"{variable}\")");
                let advice = match is_whole {
                    true => Advice::replace(*span, call).unsafe_(),
                    false => Advice::say(format!("join the parts: `\"…\" + {call} + \"…\"`")),
                };
                say(
                    Rule::InvalidValue.name(),
                    Severity::Warning,
                    *span,
                    message,
                    advice,
                    out,
                );
            }
            Item::Attribute { .. } => {}
        }
    }
}

/// The variable in a text, and whether the text is nothing else. Only a URL has other parts beside one: a
/// password may have any characters.
fn variable_in(text: &str, is_url: bool) -> Option<(&str, bool)> {
    let is_name = |text: &&str| {
        text.starts_with(|c: char| c.is_ascii_uppercase())
            && text
                .chars()
                .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
    };
    let whole = text
        .strip_prefix("${")
        .and_then(|rest| rest.strip_suffix('}'));
    let whole = whole.or_else(|| text.strip_prefix('$')).filter(is_name);
    if let Some(whole) = whole {
        return Some((whole, true));
    }
    let (_, rest) = text.split_once("${").filter(|_| is_url)?;
    let (inner, _) = rest.split_once('}')?;
    Some(inner).filter(is_name).map(|inner| (inner, false))
}

pub(super) fn say(
    rule: &'static str,
    severity: Severity,
    span: Span,
    message: String,
    advice: Advice,
    out: &mut Vec<GraphFault>,
) {
    out.push(GraphFault {
        rule,
        severity,
        span,
        message,
        advice,
    });
}
