//! A scrape configuration that vmagent or VictoriaMetrics reads: the same sections with more keys.
//!
//! promvet does not know all of what vmagent refuses (`lib/promscrape/config.go` of VictoriaMetrics),
//! so nothing about its configuration is an error.

use crate::facts::included::Checked;
use crate::finding::{Evidence, Finding, Place, Severity, Unchecked, rule};

/// Keys that vmagent knows and Prometheus does not (`lib/promscrape/config.go` and
/// `lib/promrelabel/config.go` of VictoriaMetrics 1.101).
const KEYS: &[&str] = &[
    "attach_namespace_metadata",
    "consulagent_sd_configs",
    "disable_compression",
    "disable_keepalive",
    "headers",
    "if",
    "labels",
    "match",
    "max_scrape_size",
    "metric_relabel_configs",
    "no_stale_markers",
    "proxy_authorization",
    "proxy_basic_auth",
    "proxy_bearer_token",
    "proxy_bearer_token_file",
    "proxy_headers",
    "proxy_oauth2",
    "proxy_tls_config",
    "relabel_configs",
    "relabel_debug",
    "metric_relabel_debug",
    "sample_limit",
    "label_limit",
    "scrape_align_interval",
    "scrape_offset",
    "series_limit",
    "stream_parse",
    "vultr_configs",
    "yandexcloud_sd_configs",
];

/// What the tables of Prometheus say of a configuration that vmagent reads, as far as it holds there.
/// `place` is where vmagent is started with it.
pub(super) fn as_it_reads(findings: Vec<Finding>, place: &Place) -> Vec<Finding> {
    let holds = |finding: &Finding| {
        let key = finding.logical.rsplit('.').next().unwrap_or_default();
        match &*finding.rule {
            rule::SCHEMA_UNKNOWN_FIELD => !KEYS.contains(&key),
            // It has more actions, `keep_metrics` and `replace_all` among them.
            rule::SCHEMA_INVALID_VALUE => key != "action",
            // A file of `scrape_config_files` is a list there, and a condition may be one.
            rule::SCHEMA_WRONG_TYPE => {
                !finding.logical.is_empty() && !finding.logical.contains(".if")
            }
            // A rule with `if` needs no labels.
            rule::SCHEMA_MISSING_FIELD => !finding.logical.contains("relabel_configs"),
            _ => true,
        }
    };
    let held = findings.into_iter().filter(holds);
    held.map(|mut finding| {
        if finding.rule.starts_with("schema/") {
            finding.severity = finding.severity.min(Severity::Warning);
            finding.evidence.push(Evidence {
                place: place.clone(),
                message: "vmagent, which has other keys too, reads it here".to_owned(),
            });
        }
        finding
    })
    .collect()
}

/// Takes out that a file of `scrape_config_files` is a list, as vmagent reads it, and says instead
/// that it is not known which of the two programs reads it. `place` is where vmagent is started.
pub(super) fn set_lists_aside(included: &mut Checked, place: impl FnOnce() -> Option<Place>) {
    let is_list =
        |finding: &Finding| finding.rule == rule::SCHEMA_WRONG_TYPE && finding.logical.is_empty();
    if !included.findings.iter().any(is_list) {
        return;
    }
    let Some(vmagent) = place() else {
        return;
    };
    let lists = included.findings.extract_if(.., |finding| is_list(finding));
    included.unchecked.extend(lists.map(|finding| Unchecked {
        place: finding.place,
        logical: finding.logical.to_string(),
        reason: format!(
            "it is a list of jobs, which vmagent reads and Prometheus refuses; {}:{} starts vmagent",
            vmagent.path(),
            vmagent.start().line
        ),
        settle: Some("say in a manifest or a compose file what reads the configuration".to_owned()),
    }));
}
