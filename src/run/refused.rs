//! Who refuses what native rules report in a resource of the Prometheus Operator: the API server by the
//! definition of the resource, the Operator when it reads it, or Prometheus when it loads what the
//! Operator makes of it (prometheus-operator v0.93.0 `pkg/prometheus/{operator,promcfg,resource_selector}.go`).

use std::borrow::Cow;

use super::programs;
use crate::discover::{DialectWording, EmbeddedIn};
use crate::facts::Facts;
use crate::finding::{Finding, KeySteps, Message, Severity, rule};
use crate::schema::dialect::{Dialect, OPENSHIFT, OPERATOR, OPERATOR_VALUES, RULES};
use crate::yaml::{Document, Node};

/// The Operator stops for the whole resource: nothing that changes later reaches its Prometheus either.
const STOPS: &str = "the Operator generates no configuration";

/// The Operator leaves a monitor out, and scrapes the others.
const LEAVES_OUT: &str = "the Operator leaves this resource out";

/// The program of an operator that checks nothing itself.
const NO_START: &str = "vmagent does not start";

/// Kinds whose faulty objects the Operator leaves out one by one.
const MONITORS: &[&str] = &["ServiceMonitor", "PodMonitor", "Probe", "ScrapeConfig"];

/// Keys of values under which there are such kinds.
const MONITORS_OF_VALUES: &[&str] = &["additionalServiceMonitors", "additionalPodMonitors"];

/// Keys of values under which there are groups of rules.
const RULES_OF_VALUES: &[&str] = &["additionalPrometheusRules", "additionalPrometheusRulesMap"];

/// Keys below which a part is the user's own, and goes to Prometheus as it is.
const COPIED: &[&str] = &[
    "additionalAlertManagerConfigs",
    "additionalAlertRelabelConfigs",
    "additionalScrapeConfigs",
];

/// Keys of a Prometheus that the Operator checks, with all that is below them.
const CHECKED: &[&str] = &[
    "alerting",
    "apiserverConfig",
    "authorization",
    "azureAd",
    "noProxy",
    "oauth2",
    "otlp",
    "proxyConnectHeader",
    "proxyFromEnvironment",
    "proxyUrl",
    "scrapeClasses",
    "scrapeTimeout",
    "sigv4",
    "tlsConfig",
    "tracingConfig",
    "tsdb",
];

/// Keys of a monitor that the Operator checks.
const CHECKED_OF_MONITORS: &[&str] = &[
    "authorization",
    "azureSDConfigs",
    "basicAuth",
    "bearerTokenSecret",
    "dnsSDConfigs",
    "interval",
    "kubernetesSDConfigs",
    "kumaSDConfigs",
    "metricRelabelConfigs",
    "metricRelabelings",
    "noProxy",
    "nomadSDConfigs",
    "oauth2",
    "proxyConnectHeader",
    "proxyFromEnvironment",
    "proxyUrl",
    "puppetDBSDConfigs",
    "relabelConfigs",
    "relabelingConfigs",
    "relabelings",
    "scrapeInterval",
    "scrapeTimeout",
    "tlsConfig",
];

/// Credentials that the Operator takes one at a time in an endpoint (`validateRemoteWriteSpec`); those of
/// `bearer_token` are not among them.
const COUNTED: &[&str] = &["authorization", "azuread", "basic_auth", "oauth2", "sigv4"];

/// Keys for a credential in a monitor.
const CREDENTIALS: &[&str] = &["authorization", "basicAuth", "bearerTokenSecret", "oauth2"];

/// What a fault leads to, for which Prometheus would reject its file.
pub(super) fn consequence(
    finding: &Finding,
    spoken: &DialectWording,
    holder: Option<&EmbeddedIn>,
    document: &Document,
) -> Cow<'static, str> {
    let dialect = spoken.dialect;
    if std::ptr::eq(dialect, &RULES) {
        return of_rule(finding, dialect).into();
    }
    let family = [&OPERATOR, &OPERATOR_VALUES, &OPENSHIFT];
    if !family.iter().any(|known| std::ptr::eq(*known, dialect)) {
        return programs::refused(dialect, holder);
    }
    let kind = match holder {
        Some(EmbeddedIn::Resource { kind, .. }) => kind,
        _ => "Prometheus",
    };
    let target = spoken.target_of(&finding.logical);
    let steps = KeySteps::of(&target);
    let keys: Vec<&str> = steps.keys().collect();
    let has = |list: &[&str]| keys.iter().any(|key| list.contains(key));
    if has(RULES_OF_VALUES) {
        return of_rule(finding, dialect).into();
    }
    if kind == "VMAgent" {
        return NO_START.into();
    }
    if has(COPIED) {
        return dialect.refused.into();
    }
    if has_refused_form(finding, spoken) || keys.last() == Some(&"externalId") {
        return dialect.mistyped.into();
    }
    if lacks_key_of_oauth2(finding, &keys) {
        return dialect.mistyped.into();
    }
    match MONITORS.contains(&kind) || has(MONITORS_OF_VALUES) {
        true => of_monitor(finding, kind, &keys, dialect.mistyped),
        false if has(CHECKED) && !has(&["writeRelabelConfigs"]) => Some(STOPS),
        false => counts_credentials(finding, document).then_some(STOPS),
    }
    .unwrap_or(dialect.refused)
    .into()
}

/// Whether `oauth2` lacks a key that its definition requires.
fn lacks_key_of_oauth2(finding: &Finding, keys: &[&str]) -> bool {
    let is_of_it = |key: &&str| key.eq_ignore_ascii_case("oauth2");
    finding.rule == rule::SCHEMA_MISSING_FIELD && keys.last().is_some_and(is_of_it)
}

/// Says of an authorization without credentials what the Operator does with the monitor, unless one before 0.86
/// is installed, which sends no token (prometheus-operator v0.86.0 `pkg/prometheus/resource_selector.go`,
/// `validateHTTPConfig`).
pub(super) fn without_credentials(
    finding: &mut Finding,
    holder: Option<&EmbeddedIn>,
    facts: &Facts<'_>,
) {
    let is_of_monitor = match holder {
        Some(EmbeddedIn::Resource { kind, .. }) => ["ServiceMonitor", "PodMonitor"].contains(kind),
        Some(EmbeddedIn::Values { .. }) => finding.keys().has_any(MONITORS_OF_VALUES),
        _ => false,
    };
    if finding.rule != rule::CREDENTIALS_AUTHORIZATION_EMPTY || !is_of_monitor {
        return;
    }
    let stated = facts.stated_release(finding.place.path());
    let operator = stated.and_then(|stated| stated.operator);
    if operator.is_some_and(|operator| operator < 86) {
        return;
    }
    finding.severity = Severity::Error;
    finding.message = Message::from(
        "`authorization` has no credentials: Operator 0.86 and newer leave this resource out, older ones send no token",
    );
}

/// Keys of groups and rules.
const OF_RULES: &[&str] = &[
    "alert",
    "annotations",
    "expr",
    "for",
    "interval",
    "keep_firing_for",
    "labels",
    "limit",
    "name",
    "query_offset",
    "record",
    "rules",
];

/// Who refuses a fault of a PrometheusRule. Its definition has its keys, wants names of groups that are
/// distinct and an `expr` for each rule, and states the pattern of durations.
fn of_rule(finding: &Finding, dialect: &Dialect) -> &'static str {
    let steps = finding.keys();
    let keys: Vec<&str> = steps.keys().collect();
    let is_of_map = keys
        .iter()
        .any(|key| ["labels", "annotations"].contains(key));
    match keys.last() {
        Some(last) if finding.rule == rule::FILES_RULE_FILE && !is_of_map => match *last {
            "expr" | "name" => dialect.mistyped,
            key if OF_RULES.contains(&key) => RULES.refused,
            _ => dialect.unknown,
        },
        _ => RULES.refused,
    }
}

/// Whether the definition of the resource excludes a value by its form.
pub(super) fn has_refused_form(finding: &Finding, spoken: &DialectWording) -> bool {
    let (path, start, end) = finding.place.order();
    spoken.refused_forms.iter().any(|place| {
        let (of, from, to) = place.order();
        path == of && from <= start && end <= to
    })
}

/// What is said of a URL that the definition of a remote write excludes since prometheus-operator v0.90.0
/// (CHANGELOG.md), and that the Operator and Prometheus take before.
pub(super) fn of_url(spoken: &DialectWording) -> String {
    let by_definition = spoken.dialect.mistyped;
    format!("{by_definition}; before Operator 0.90, every send fails")
}

/// Who refuses a fault of a monitor; none if it is Prometheus.
fn of_monitor(
    finding: &Finding,
    kind: &str,
    keys: &[&str],
    by_definition: &'static str,
) -> Option<&'static str> {
    let has = |list: &[&str]| keys.iter().any(|key| list.contains(key));
    let is_of_two = finding.rule == rule::SCHEMA_CONFLICT
        && keys.last().is_some_and(|key| CREDENTIALS.contains(key));
    let in_discovery = || keys.iter().any(|key| key.ends_with("SDConfigs"));
    match kind {
        // The Operator copies what these two have side by side.
        "Probe" if is_of_two => None,
        "ScrapeConfig" if is_of_two && in_discovery() => None,
        "ScrapeConfig" if is_of_two => Some(by_definition),
        _ => has(CHECKED_OF_MONITORS).then_some(LEAVES_OUT),
    }
}

/// Whether an endpoint has two credentials that the Operator does not take together.
fn counts_credentials(finding: &Finding, document: &Document) -> bool {
    if finding.rule != rule::SCHEMA_CONFLICT {
        return false;
    }
    let list = document.root().and_then(|root| root.get("remote_write"));
    let at = finding.place.span();
    let is_here = |entry: &Node<'_>| entry.span().start <= at.start && at.end <= entry.span().end;
    let mut entries = list.into_iter().flat_map(Node::items);
    let entry = entries.find(is_here);
    entry.is_some_and(|entry| {
        let set = COUNTED.iter().filter(|key| entry.get(key).is_some());
        set.count() > 1
    })
}
