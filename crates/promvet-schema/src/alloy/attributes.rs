//! Attributes and blocks of components that have few of them: any other name is an error to Alloy
//! (grafana/alloy v1.18 `internal/component/prometheus`, `otelcol/exporter/prometheus`).

use super::components::say;
use super::graph::GraphFault;
use super::reader::{Block, Item};
use super::{REMOTE_WRITE, SCRAPE};
use crate::Rule;
use promvet_text::{Advice, Severity, Span, nearest};

/// What the components of a kind have.
struct Known {
    components: &'static [&'static str],
    /// A block in them; empty for the component itself.
    block: &'static str,
    names: &'static [&'static str],
}

/// Components for the objects of the Prometheus Operator.
const OPERATOR: &[&str] = &[
    "prometheus.operator.podmonitors",
    "prometheus.operator.probes",
    "prometheus.operator.scrapeconfigs",
    "prometheus.operator.servicemonitors",
];

const KNOWN: &[Known] = &[
    Known {
        components: OPERATOR,
        block: "",
        names: &[
            "client",
            "clustering",
            "forward_to",
            "informer_sync_timeout",
            "kubernetes_role",
            "namespaces",
            "rule",
            "scrape",
            "selector",
        ],
    },
    Known {
        components: OPERATOR,
        block: "scrape",
        names: &[
            "convert_classic_histograms_to_nhcb",
            "default_sample_limit",
            "default_scrape_interval",
            "default_scrape_timeout",
            "enable_type_and_unit_labels",
            "honor_metadata",
            "native_histogram_bucket_limit",
            "native_histogram_min_bucket_factor",
            "scrape_classic_histograms",
            "scrape_native_histograms",
            "start_timestamp_zero_ingestion",
        ],
    },
    Known {
        components: &["prometheus.relabel"],
        block: "",
        names: &["cache_ttl", "forward_to", "max_cache_size", "rule"],
    },
    Known {
        components: &[REMOTE_WRITE],
        block: "",
        // `url` is reported with what it belongs in.
        names: &["endpoint", "external_labels", "url", "wal"],
    },
    Known {
        components: &[REMOTE_WRITE],
        block: "wal",
        names: &[
            "max_keepalive_time",
            "min_keepalive_time",
            "truncate_frequency",
        ],
    },
    Known {
        components: &["otelcol.exporter.prometheus"],
        block: "",
        names: &[
            "add_metric_suffixes",
            "convert_classic_histograms_to_nhcb",
            "debug_metrics",
            "forward_to",
            "gc_frequency",
            "honor_metadata",
            "include_scope_info",
            "include_scope_labels",
            "include_target_info",
            "keep_identifying_resource_attributes",
            "resource_to_telemetry_conversion",
            "start_timestamp_zero_ingestion",
        ],
    },
];

/// Components that must say where the samples go.
const FORWARDING: &[&str] = &[
    "otelcol.exporter.prometheus",
    "prometheus.operator.podmonitors",
    "prometheus.operator.probes",
    "prometheus.operator.scrapeconfigs",
    "prometheus.operator.servicemonitors",
    "prometheus.receive_http",
    "prometheus.relabel",
    SCRAPE,
];

/// What is wrong with the names in a component.
pub(super) fn faults(component: &Block, out: &mut Vec<GraphFault>) {
    let is_its = |known: &&Known| known.components.contains(&&*component.name);
    for known in KNOWN.iter().filter(is_its) {
        let inner = component.body.iter().filter_map(|item| match item {
            Item::Block(block) if block.name == known.block => Some(block),
            _ => None,
        });
        let own = known.block.is_empty().then_some(component);
        for block in own.into_iter().chain(inner) {
            names(block, known.names, out);
        }
    }
    if FORWARDING.contains(&&*component.name) {
        let advice = "name the receiver of a `prometheus.remote_write`";
        without(component, "forward_to", advice, out);
    }
    if component.name == SCRAPE {
        let advice = "name the targets, such as `discovery.kubernetes.pods.targets`";
        without(component, "targets", advice, out);
    }
}

fn names(block: &Block, known: &[&str], out: &mut Vec<GraphFault>) {
    for item in &block.body {
        let (name, span) = match item {
            Item::Attribute { name, span, .. } => (&**name, *span),
            Item::Block(inner) => (&*inner.name, inner.name_span),
        };
        if !known.contains(&name) {
            out.push(unknown(name, span, known));
        }
    }
}

/// An attribute that a component does not have.
pub(super) fn unknown(name: &str, span: Span, known: &[&str]) -> GraphFault {
    let advice = match nearest(name, known.iter().copied()) {
        Some(meant) => Advice::replace(span, meant).unsafe_(),
        None => Advice::say("remove it, or correct its name"),
    };
    GraphFault {
        rule: Rule::UnknownField.name(),
        severity: Severity::Warning,
        span,
        message: format!("`{name}`: unknown attribute; Alloy rejects the file"),
        advice,
    }
}

/// An attribute that is required (`Arguments` of each). A component without anything in it is a sketch.
fn without(block: &Block, wanted: &str, advice: &str, out: &mut Vec<GraphFault>) {
    // A misspelled one is reported as that.
    let is_it = |item: &Item| matches!(item, Item::Attribute { name, .. } if nearest(name, [wanted]).is_some());
    if block.body.iter().any(is_it) || block.body.is_empty() {
        return;
    }
    let message = format!("`{wanted}`: missing; Alloy rejects the file");
    let (rule, span) = (Rule::MissingField.name(), block.name_span);
    say(
        rule,
        Severity::Error,
        span,
        message,
        Advice::say(advice),
        out,
    );
}
