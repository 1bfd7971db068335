//! What only Prometheus rejects, and other programs take or mend; and what only they take in another way.

use crate::discover::program::{AGENT, ALLOY, COLLECTOR, VMAGENT};
use crate::discover::{EmbeddedIn, nodes};
use crate::finding::{Action, Advice, Finding, Severity, rule};
use crate::schema;
use crate::schema::dialect::{Dialect, SENDERS};
use crate::yaml::{Document, Mapping, Node};

/// Whether a finding is about what only Prometheus rejects, or what the program undoes.
/// vmagent sends to one URL twice where it is named twice, and signs requests beside other credentials
/// (VictoriaMetrics v1.140 `app/vmagent/remotewrite/{remotewrite,client}.go`); it and the Collector take any
/// header; Ansible decrypts what its vault encrypted. Of a password and a header `Authorization`, Telegraf
/// sends the header (influxdata/telegraf v1.34 `plugins/outputs/http/http.go`, `writeMetric`).
pub(super) fn takes(finding: &Finding, holder: Option<&EmbeddedIn>, document: &Document) -> bool {
    let Some(word) = holder.map(EmbeddedIn::word) else {
        return false;
    };
    let keys = finding.keys();
    let program = holder.and_then(EmbeddedIn::known_program);
    let has_own_client = program.is_some_and(|program| program.has_own_client);
    let is_of_prometheus = [schema::RESERVED_HEADER, schema::BASIC_TYPE].contains(&&*finding.kind);
    if is_of_prometheus && has_own_client {
        return true;
    }
    match &*finding.rule {
        rule::REMOTE_WRITE_DUPLICATE_ENDPOINT => word == VMAGENT,
        // Jobs of a receiver are those of Prometheus.
        rule::SCHEMA_CONFLICT if ["fluent-bit", "telegraf", COLLECTOR].contains(&word) => {
            !keys.has("scrape_configs")
        }
        rule::SCHEMA_WRONG_TYPE if keys.is_below("http_headers") => word == ALLOY,
        rule::SCHEMA_CONFLICT => word == VMAGENT && is_beside_sigv4(finding, document),
        rule::SCHEMA_INVALID_VALUE if keys.is_below("headers") => match word {
            ALLOY => is_own_value(finding) || is_only_credential(finding, document),
            _ => [COLLECTOR, "fluent-bit", "telegraf", VMAGENT].contains(&word),
        },
        rule::CREDENTIALS_CONTENT => {
            word == "ansible" && is_vault(finding.place.text().slice(finding.place.span()))
        }
        _ => false,
    }
}

/// Whether a finding is about a key of an endpoint that has `sigv4`.
fn is_beside_sigv4(finding: &Finding, document: &Document) -> bool {
    let here = finding.place.span();
    let list = document.root().and_then(|root| root.get("remote_write"));
    let mut endpoints = list.into_iter().flat_map(Node::items);
    endpoints.any(|endpoint| {
        let entries = endpoint.mapping().into_iter().flat_map(Mapping::entries);
        let mut entries = entries.filter(|entry| entry.key.span() == here);
        endpoint.get("sigv4").is_some() && entries.next().is_some()
    })
}

/// The sections of an endpoint that set the header `Authorization`.
const CREDENTIALS: &[&str] = &[
    "authorization",
    "azuread",
    "basic_auth",
    "bearer_token",
    "bearer_token_file",
    "google_iam",
    "oauth2",
    "sigv4",
];

/// Whether a finding is about a header `Authorization` of an endpoint without another credential.
fn is_only_credential(finding: &Finding, document: &Document) -> bool {
    let list = document.root().and_then(|root| root.get("remote_write"));
    let mut endpoints = list.into_iter().flat_map(Node::items);
    let is_it = |endpoint: &Node<'_>| {
        let headers = endpoint.get("headers").and_then(Node::mapping);
        let mut entries = headers.into_iter().flat_map(Mapping::entries);
        entries.any(|entry| {
            let is_its = entry.key.identity() == finding.identity
                || entry.value.identity() == finding.identity;
            is_its && entry.name().eq_ignore_ascii_case("authorization")
        })
    };
    let endpoint = endpoints.find(is_it);
    endpoint.is_some_and(|endpoint| !CREDENTIALS.iter().any(|key| endpoint.get(key).is_some()))
}

/// What Prometheus puts into headers itself (`storage/remote/client.go`).
const OWN_VALUES: &[&str] = &["application/x-protobuf", "snappy", "0.1.0"];

/// Whether a header has the value that it has anyway.
fn is_own_value(finding: &Finding) -> bool {
    let text = finding.place.text();
    let rest = text.content().get(finding.place.span().start as usize..);
    let line = rest.and_then(|rest| rest.lines().next()).unwrap_or("");
    OWN_VALUES
        .iter()
        .any(|value| line.contains(&format!("\"{value}\"")))
}

/// Says of a header that Prometheus does not take what Alloy does with it: it checks none (grafana/alloy
/// v1.18 `internal/component/prometheus/remotewrite/types.go`).
pub(super) fn header_of_alloy(finding: &mut Finding, holder: Option<&EmbeddedIn>) {
    let is_alloy = holder.is_some_and(|holder| holder.word() == ALLOY);
    let is_header = finding.kind == schema::RESERVED_HEADER;
    if is_alloy && is_header && finding.rule == rule::SCHEMA_INVALID_VALUE {
        finding.severity = finding.severity.min(Severity::Warning);
        let put = |text: &str| text.to_owned();
        let then = "Alloy sends this one in its place";
        finding.message = finding.message.reworded(put, Some(then));
    }
}

/// Says of a queue that only the newest Prometheus rejects who does so beside it.
pub(super) fn queue(finding: &mut Finding, holder: Option<&EmbeddedIn>) {
    let is_of_other = holder.is_some_and(|holder| {
        let known = holder.known_program();
        holder.program().is_some() && !known.is_some_and(|program| program.is_prometheus)
    });
    if is_of_other && finding.kind == schema::QUEUE {
        finding.severity = finding.severity.min(Severity::Warning);
        let put = |text: &str| text.to_owned();
        let then = "programs built with Prometheus 3.12 or newer reject it";
        finding.message = finding.message.reworded(put, Some(then));
    }
}

/// Says in the keys of a program what to add, where a native rule asks for what is missing.
pub(super) fn own_help(
    finding: &mut Finding,
    holder: Option<&EmbeddedIn>,
    dialect: &'static Dialect,
) {
    let program = holder.and_then(EmbeddedIn::known_program);
    let mut rows = program.into_iter().flat_map(|program| program.own_help);
    let is_chart = std::ptr::eq(dialect, &SENDERS) && program.is_some_and(|it| it.word == ALLOY);
    if is_chart && finding.rule == rule::CREDENTIALS_COMMITTED {
        // The chart k8s-monitoring has a key with an expression beside each credential.
        let help = format!(
            "write `{}From` with an expression in its place, such as `sys.env(\"NAME\")`",
            finding.keys().last()
        );
        finding.advice = Some(Advice::say(first_changed(finding, &help)));
        return;
    }
    let adds = finding
        .advice
        .as_ref()
        .is_none_or(|advice| matches!(advice.action(), Action::Insert { .. } | Action::Say));
    if let Some((_, help)) = rows.find(|(rule, _)| adds && *rule == finding.rule) {
        finding.advice = Some(Advice::say(first_changed(finding, help)));
    }
}

/// What to do instead, with the first step of what was said.
fn first_changed(finding: &Finding, help: &str) -> String {
    let said = finding.advice.as_ref().map(Advice::help);
    let is_first = said.is_some_and(|said| said.starts_with(CHANGED_FIRST));
    let first = if is_first { CHANGED_FIRST } else { "" };
    format!("{first}{help}")
}

/// What is done first with a secret that git tracks.
const CHANGED_FIRST: &str = "change the secret, then ";

/// Says what to correct where a URL is not written in one piece.
pub(super) fn split_url(finding: &mut Finding, holder: Option<&EmbeddedIn>, document: &Document) {
    let help = holder.and_then(|holder| holder.known_program()?.split_url);
    let Some(help) = help.filter(|_| is_of_url(finding, document)) else {
        return;
    };
    finding.advice = Some(Advice::say(match &*finding.rule {
        rule::REMOTE_WRITE_PLAIN_HTTP => help.scheme,
        rule::REMOTE_WRITE_URL_SHAPE => help.path,
        _ => help.other,
    }));
}

/// Whether a finding asks for another URL of an endpoint, whatever the program calls it.
fn is_of_url(finding: &Finding, document: &Document) -> bool {
    let list = document.root().and_then(|root| root.get("remote_write"));
    let endpoints = list.into_iter().flat_map(Node::items);
    let mut urls = endpoints.filter_map(|endpoint| endpoint.get("url"));
    let replaced = finding
        .advice
        .as_ref()
        .and_then(|advice| match advice.action() {
            Action::Replace { span, .. } => Some(*span),
            _ => None,
        });
    finding.keys().last() == "url"
        || urls.any(|url| {
            let of = url.span();
            replaced.is_some_and(|span| span.start >= of.start && span.end <= of.end)
        })
}

/// Whether a value is encrypted with Ansible Vault.
fn is_vault(value: &str) -> bool {
    value.contains("$ANSIBLE_VAULT;")
}

/// Variables that Azure's agent for managed Prometheus puts into targets of the configuration for nodes
/// (Azure/prometheus-collector `otelcollector/configmaps/ama-metrics-prometheus-config-node-configmap.yaml`).
pub(super) fn is_filled_by_azure(finding: &Finding, holder: Option<&EmbeddedIn>) -> bool {
    let is_its =
        matches!(holder, Some(EmbeddedIn::Object { name, .. }) if name.starts_with("ama-metrics-"));
    let text = finding.place.text().slice(finding.place.span());
    is_its
        && finding.rule == rule::SCRAPE_TARGET_ADDRESS
        && ["$NODE_IP", "$NODE_NAME"]
            .iter()
            .any(|name| text.contains(name))
}

/// Variables with a hyphen in their names, which the agent expands to nothing: to a shell the hyphen begins a
/// default (drone/envsubst `parse/scan.go`, as grafana/agent v0.44.2 has it).
pub(super) fn hyphened(document: &Document, holder: Option<&EmbeddedIn>) -> Vec<Finding> {
    if holder.is_none_or(|holder| holder.word() != AGENT) {
        return Vec::new();
    }
    let found = nodes(document).filter_map(|node| {
        let (_, rest) = node.as_str()?.split_once("${")?;
        let (name, _) = rest.split_once('}')?;
        let is_sign = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || "_-".contains(c);
        let is_one = name.contains('-') && name.chars().all(is_sign);
        is_one.then(|| {
            let message = format!(
                "`${{{name}}}`: the hyphen is a part of the name here, so it is replaced by nothing"
            );
            let rule = rule::SCHEMA_VARIABLE;
            let finding = Finding::new(rule, Severity::Warning, node.place(), message);
            let finding = finding.of_key(node.path(), node.identity());
            finding.help(Advice::write(
                "write `_` in the name; a default is written `${NAME:-DEFAULT}`",
            ))
        })
    });
    found.take(MOST_HYPHENS).collect()
}

/// As many of them are reported in a part of a configuration.
const MOST_HYPHENS: usize = 5;
