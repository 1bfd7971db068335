//! A scrape configuration that vmagent or VictoriaMetrics reads: the same sections with more keys.
//!
//! promvet does not know all of what vmagent rejects (`lib/promscrape/config.go` of VictoriaMetrics),
//! so nothing about its configuration is an error.

use std::path::Path;

use super::shell_variables;
use crate::facts::included::CheckedIncludes;
use crate::finding::{Advice, Evidence, Finding, KeySteps, Place, Severity, Unchecked, rule};
use crate::yaml::{Document, Node};

/// A section of a scrape configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ScrapeSection {
    Global,
    Job,
    /// An item of a discovery.
    Discovery,
    /// An item of `relabel_configs` or `metric_relabel_configs`.
    RelabelRule,
}

/// Keys that vmagent knows in a section and Prometheus does not (`lib/promscrape/config.go`,
/// `lib/promauth/config.go` and `lib/promrelabel/config.go` of VictoriaMetrics 1.101).
const KEYS: &[(ScrapeSection, &[&str])] = &[
    (
        ScrapeSection::Global,
        &[
            "label_limit",
            "metric_relabel_configs",
            "relabel_configs",
            "sample_limit",
        ],
    ),
    (
        ScrapeSection::Job,
        &[
            "consulagent_sd_configs",
            "disable_compression",
            "disable_keepalive",
            "headers",
            "max_scrape_size",
            "metric_relabel_debug",
            "no_stale_markers",
            "proxy_authorization",
            "proxy_basic_auth",
            "proxy_bearer_token",
            "proxy_bearer_token_file",
            "proxy_headers",
            "proxy_oauth2",
            "proxy_tls_config",
            "relabel_debug",
            "scrape_align_interval",
            "scrape_offset",
            "series_limit",
            "stream_parse",
            "vultr_configs",
            "yandexcloud_sd_configs",
        ],
    ),
    (
        ScrapeSection::Discovery,
        &[
            "attach_namespace_metadata",
            "headers",
            "proxy_authorization",
            "proxy_basic_auth",
            "proxy_bearer_token",
            "proxy_bearer_token_file",
            "proxy_headers",
            "proxy_oauth2",
            "proxy_tls_config",
        ],
    ),
    (ScrapeSection::RelabelRule, OF_RULES),
];

/// Keys that relabel rules have there (`lib/promrelabel/config.go`).
pub(super) const OF_RULES: &[&str] = &["if", "labels", "match"];

/// The section that holds a key; none for what lies deeper.
fn section_of(keys: &KeySteps<'_>) -> Option<ScrapeSection> {
    let section = keys.section();
    match section.last() {
        "global" => Some(ScrapeSection::Global),
        // A file of `scrape_config_files` is the list itself there.
        "scrape_configs" | "" => Some(ScrapeSection::Job),
        "relabel_configs" | "metric_relabel_configs" => Some(ScrapeSection::RelabelRule),
        name if name.ends_with("_sd_configs") => Some(ScrapeSection::Discovery),
        _ => None,
    }
}

/// Whether vmagent has a key that Prometheus does not have.
fn is_own_key(keys: &KeySteps<'_>) -> bool {
    let section = section_of(keys);
    KEYS.iter()
        .any(|(of, names)| Some(*of) == section && names.contains(&keys.last()))
}

/// Sections of Prometheus's file that vmagent's does not have (`lib/promscrape/config.go`, `Config` and
/// `GlobalConfig`; strict since 1.73, `-promscrape.config.strictParse`).
const SECTIONS: &[&str] = &[
    "alerting",
    "otlp",
    "remote_read",
    "remote_write",
    "rule_files",
    "runtime",
    "storage",
    "tracing",
];

/// Keys of `global` that it does not have.
const OF_GLOBAL: &[&str] = &[
    "evaluation_interval",
    "query_log_file",
    "rule_query_offset",
    "scrape_protocols",
];

/// Puts what vmagent says of a file in place of what Prometheus would: it rejects sections that only
/// Prometheus has, and takes URLs for targets. `place` is where vmagent is started with it.
pub(super) fn put(
    findings: &mut Vec<Finding>,
    document: &Document,
    place: &Place,
    is_template: bool,
) {
    findings.retain(|finding| {
        !SECTIONS.contains(&finding.keys().first()) && !is_of_url(finding) && !is_expanded(finding)
    });
    // What renders a template expands them.
    if !is_template {
        let form = |name: &str| format!("%{{{name}}}");
        shell_variables::add(findings, document, "vmagent", form, place);
    }
    // The flags that start it are in one file.
    let is_lenient = place.text().content().contains(LENIENT);
    let root = document.root().and_then(Node::mapping);
    let global = root.and_then(|root| root.get("global")?.mapping());
    let sections = SECTIONS.iter().filter_map(|key| root?.entry(key));
    let keys = OF_GLOBAL.iter().filter_map(|key| global?.entry(key));
    let entries = sections.chain(keys).filter(|_| !is_lenient);
    findings.extend(entries.map(|entry| {
        let message = format!(
            "`{}`: vmagent does not have this key, and rejects the file",
            entry.name()
        );
        let here = entry.key.place();
        Finding::new(rule::SCHEMA_UNKNOWN_FIELD, Severity::Warning, here, message)
            .of_key(entry.key.path(), entry.key.identity())
            .evidence(place.clone(), "vmagent reads it here")
            .help(Advice::say(
                "remove it; a Prometheus that needs it needs a separate file",
            ))
    }));
}

/// Whether a finding is about a value with a variable in the form that vmagent expands.
fn is_expanded(finding: &Finding) -> bool {
    let text = finding.place.text().slice(finding.place.span());
    let name = text
        .split_once("%{")
        .and_then(|(_, rest)| rest.split_once('}'));
    let is_sign = |c: char| c.is_ascii_alphanumeric() || c == '_';
    name.is_some_and(|(name, _)| !name.is_empty() && name.chars().all(is_sign))
}

/// What it does with a file that it rejects.
const REFUSED: &str = "vmagent rejects the file";

/// What it does with a job that it cannot use.
const SKIPPED: &str = "vmagent skips the job";

/// What becomes of a fault: what does not decode makes it reject the file, a job that does and is wrong is
/// skipped (`lib/promscrape/config.go`, `Config.parseData`).
fn consequence(finding: &Finding) -> &'static str {
    let keys = finding.keys();
    let (key, is_missing) = (keys.last(), finding.rule == rule::SCHEMA_MISSING_FIELD);
    let is_of_decoder = match &*finding.rule {
        rule::SCHEMA_INVALID_VALUE => key.ends_with("_interval") || key.ends_with("_timeout"),
        rule::SCHEMA_CONFLICT | rule::SCHEMA_MISSING_FIELD => false,
        _ => true,
    };
    // A name that is there twice is a fault of several jobs.
    let is_of_names = key == "job_name" && !is_missing;
    match is_of_decoder || is_of_names || keys.first() == "global" {
        true => REFUSED,
        false => SKIPPED,
    }
}

/// The flag by which vmagent ignores keys that it does not have.
const LENIENT: &str = "promscrape.config.strictParse=false";

/// Whether a finding is about the address of a target that is a URL or has a path, which vmagent takes
/// (`GetScrapeURL` of VictoriaMetrics 1.80 and newer, `lib/promrelabel/scrape_url.go`).
fn is_of_url(finding: &Finding) -> bool {
    let rules = [rule::SCHEMA_INVALID_VALUE, rule::SCRAPE_TARGET_ADDRESS];
    let place = finding.whole.as_ref().unwrap_or(&finding.place);
    let text = place.text().slice(place.span());
    let keys = finding.keys();
    let is_address = keys.has("targets") || keys.last() == "replacement";
    rules.contains(&&*finding.rule) && is_address && text.contains('/')
}

/// Actions of relabel rules that only VictoriaMetrics has (`lib/promrelabel/config.go`, 1.101).
const ACTIONS: &[&str] = &[
    "drop_if_contains",
    "drop_if_equal",
    "drop_metrics",
    "graphite",
    "keep_if_contains",
    "keep_if_equal",
    "keep_metrics",
    "labelmap_all",
    "replace_all",
];

/// Keys by which a file is surely one of vmagent.
const SURE: &[&str] = &[
    "consulagent_sd_configs",
    "if",
    "max_scrape_size",
    "no_stale_markers",
    "scrape_align_interval",
    "scrape_offset",
    "series_limit",
    "stream_parse",
    "yandexcloud_sd_configs",
];

/// Takes out what only vmagent understands from the findings of a file, unless something in the tree is
/// seen to read it: an action of its own tells that it was written for vmagent.
pub(super) fn own_words(
    schema: &mut Vec<Finding>,
    path: &Path,
    is_unread: impl FnOnce() -> bool,
) -> Option<Unchecked> {
    // A file with this name is one of Prometheus, until something shows that vmagent reads it.
    let is_named = path.file_stem().is_some_and(|name| name == "prometheus")
        && !path.to_string_lossy().contains("vmagent");
    let is_action = |finding: &Finding| {
        let text = finding.place.text().slice(finding.place.span());
        finding.rule == rule::SCHEMA_INVALID_VALUE
            && finding.keys().last() == "action"
            && ACTIONS.contains(&text.trim_matches(['"', '\'']))
    };
    let is_sure = |finding: &Finding| {
        let keys = finding.keys();
        finding.rule == rule::SCHEMA_UNKNOWN_FIELD
            && !is_named
            && SURE.contains(&keys.last())
            && is_own_key(&keys)
    };
    let is_sign = |finding: &&Finding| is_action(finding) || is_sure(finding);
    let action = schema.iter().find(is_sign)?;
    let what = match is_action(action) {
        true => "an action",
        false => "a key",
    };
    if !is_unread() {
        return None;
    }
    let place = action.place.clone();
    let logical = action.logical.to_string();
    let is_own = |finding: &Finding| {
        is_action(finding)
            || finding.rule == rule::SCHEMA_UNKNOWN_FIELD && is_own_key(&finding.keys())
    };
    schema.retain(|finding| !is_own(finding));
    let name = place.text().slice(place.span());
    Some(Unchecked {
        cause: None,
        reason: format!(
            "`{name}` is {what} of vmagent, which Prometheus rejects, and nothing here shows which \
             of the two reads the file"
        ),
        place,
        logical,
        settle: Some("say in a manifest or a compose file what reads the configuration".to_owned()),
    })
}

/// What the tables of Prometheus say of a configuration that vmagent reads, as far as it holds there.
/// `place` is where vmagent is started with it.
pub(super) fn as_it_reads(findings: Vec<Finding>, place: &Place) -> Vec<Finding> {
    let holds = |finding: &Finding| {
        let keys = finding.keys();
        let key = keys.last();
        match &*finding.rule {
            _ if is_of_url(finding) => false,
            rule::SCHEMA_UNKNOWN_FIELD => !is_own_key(&keys),
            // It lowers a timeout above the interval.
            rule::SCHEMA_CONFLICT if key.ends_with("_interval") || key.ends_with("_timeout") => {
                false
            }
            rule::SCHEMA_INVALID_VALUE
                if key.ends_with("_interval") || key.ends_with("_timeout") =>
            {
                let text = finding.place.text().slice(finding.place.span());
                !is_duration(text.trim_matches(['"', '\'']))
            }
            // It has more actions, `keep_metrics` and `replace_all` among them.
            rule::SCHEMA_INVALID_VALUE => key != "action",
            // A file of `scrape_config_files` is a list there, and a condition may be one.
            rule::SCHEMA_WRONG_TYPE => {
                !finding.logical.is_empty() && !keys.has("if") && key != "regex"
            }
            // A rule with `if` needs no labels.
            rule::SCHEMA_MISSING_FIELD => section_of(&keys) != Some(ScrapeSection::RelabelRule),
            _ => true,
        }
    };
    let held = findings.into_iter().filter(holds);
    held.map(|mut finding| {
        if rule::group_of(&finding.rule) == rule::GROUP_SCHEMA {
            finding.severity = finding.severity.min(Severity::Warning);
            let put = |text: &str| text.to_owned();
            let then = consequence(&finding);
            finding.message = finding.message.reworded(put, Some(then));
            finding.evidence.push(Evidence {
                place: place.clone(),
                message: "vmagent, which has other keys too, reads it here".to_owned(),
            });
        }
        finding
    })
    .collect()
}

/// Files of `scrape_config_files` whose content is a mapping and not a list of jobs, as vmagent wants them (`lib/promscrape/config.go`,
/// `loadScrapeConfigFiles`). `reader` is where vmagent is started.
pub(super) fn not_a_list(keys: Vec<Place>, reader: &Place) -> Vec<Finding> {
    let is_lenient = reader.text().content().contains(LENIENT);
    let then = match is_lenient {
        true => "vmagent skips this file",
        false => REFUSED,
    };
    let found = keys.into_iter().map(|key| {
        let message = format!("expected a list of jobs, found the key `scrape_configs`; {then}");
        Finding::new(rule::SCHEMA_WRONG_TYPE, Severity::Warning, key, message)
            .evidence(reader.clone(), "vmagent reads it here")
            .help(Advice::say("remove the key, and leave the list of jobs"))
    });
    found.collect()
}

/// Whether a text is a duration for vmagent, which takes parts of units and no unit at all
/// (VictoriaMetrics/metricsql `parser.go`, `DurationValue`).
fn is_duration(text: &str) -> bool {
    const UNITS: &[&str] = &["", "ms", "s", "m", "h", "d", "w", "y", "i"];
    let mut rest = text;
    while !rest.is_empty() {
        let number = rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
        let unit = number.trim_start_matches(|c: char| c.is_ascii_lowercase());
        let is_number = number.len() < rest.len();
        let unit = number.get(..number.len() - unit.len()).unwrap_or_default();
        if !is_number || !UNITS.contains(&unit) {
            return false;
        }
        rest = number.get(unit.len()..).unwrap_or_default();
    }
    !text.is_empty()
}

/// Takes out that a file of `scrape_config_files` is a list, as vmagent reads it, and says instead
/// that it is not known which of the two programs reads it. `place` is where vmagent is started.
pub(super) fn set_lists_aside(
    included: &mut CheckedIncludes,
    place: impl FnOnce() -> Option<Place>,
) {
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
        cause: None,
        place: finding.place,
        logical: finding.logical.to_string(),
        reason: format!(
            "it is a list of jobs, which vmagent reads and Prometheus rejects; {}:{} starts vmagent",
            vmagent.path(),
            vmagent.start().line
        ),
        settle: Some("say in a manifest or a compose file what reads the configuration".to_owned()),
    }));
}
