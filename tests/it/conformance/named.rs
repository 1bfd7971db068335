//! Whether the fault that Prometheus names is among our findings.

use promvet::finding::{Finding, Text};

/// The line of a finding as go-yaml counts: U+0085, U+2028 and U+2029 break lines as well.
fn line_of(finding: &Finding, text: &Text) -> usize {
    let start = finding.place.span().start as usize;
    let before = text.content().get(..start).unwrap_or_default();
    let other = ['\u{85}', '\u{2028}', '\u{2029}'];
    finding.place.start().line + before.matches(other).count()
}

/// What Prometheus says, the rules that may say the same, and a word that our finding must hold in
/// its message, its path or its help. The first line that fits counts.
const SAME: &[(&str, &str, &str)] = &[
    ("invalid endpoint", "invalid-value", "endpoint"),
    ("!!binary", "wrong-type", "binary"),
    ("is not a valid label value", "invalid-value", "UTF-8"),
    ("auth method", "invalid-value", "auth"),
    (
        "invalid 'promote_resource_attributes'",
        "duplicate invalid-value",
        "promote",
    ),
    ("query missing", "missing-field", "query"),
    ("not found in type", "unknown-field unavailable", ""),
    ("already set", "duplicate", "twice"),
    ("unmarshal", "wrong-type", ""),
    ("URL scheme must be", "invalid-value", "http"),
    ("host is missing", "invalid-value", "host"),
    ("invalid compression", "invalid-value", "gzip"),
    ("retention.size", "invalid-value", "size"),
    ("eureka", "missing-field invalid-value", "server"),
    ("requires a region", "missing-field", "region"),
    ("job_name is empty", "missing-field", "job_name"),
    ("duration", "invalid-value wrong-type", ""),
    ("error parsing regexp", "invalid-value", ""),
    ("parse \"", "invalid-value", ""),
    ("units: ", "invalid-value", ""),
    ("found multiple scrape configs", "duplicate", "job_name"),
    ("found multiple remote", "duplicate", "name"),
    ("url for remote_", "missing-field", "url"),
    ("empty or null", "missing-field", "empty"),
    ("is not allowed when UTF8 is disabled", "conflict", "legacy"),
    (
        "expected Alertmanager api version",
        "unavailable invalid-value",
        "v",
    ),
    ("requires 'target_label'", "missing-field", "target_label"),
    ("tracing endpoint", "missing-field", "endpoint"),
    (
        "unknown authentication_type",
        "invalid-value unavailable",
        "",
    ),
    (
        "protobuf_message",
        "invalid-value unavailable",
        "prometheus.WriteRequest protobuf_message",
    ),
    ("filter values cannot be empty", "missing-field", "values"),
    ("requires server host", "missing-field", "server"),
    ("eureka", "missing-field invalid-value", "server"),
    ("fallback_scrape_protocol", "invalid-value unavailable", ""),
    (
        "expected tasks, services, or nodes",
        "invalid-value",
        "tasks",
    ),
    ("unknown role", "invalid-value", ""),
    ("AWS SD role", "missing-field invalid-value", "role"),
    ("is required", "missing-field", ""),
    ("must be positive", "invalid-value", ""),
    ("name validation method", "invalid-value", "legacy"),
    ("percentage'", "invalid-value", "percentage"),
    ("requires access_key", "missing-field", "access_key"),
    (
        "role supports only",
        "invalid-value unavailable missing-field",
        "role",
    ),
    (
        "duplicated selector role",
        "duplicate missing-field",
        "role",
    ),
    (
        "OTLP translation strategy",
        "invalid-value unavailable",
        "Underscore",
    ),
    ("no_proxy", "conflict", "no_proxy"),
    ("proxy_from_environment", "conflict", "proxy"),
    ("role missing", "missing-field invalid-value", "role"),
    ("SD role", "invalid-value unavailable", ""),
    ("SRV record name", "missing-field", "names"),
    ("ValidationScheme", "invalid-value", "legacy"),
    (
        "must contain at least one path name",
        "missing-field",
        "files",
    ),
    (
        "is not valid for file discovery",
        "invalid-value missing-field",
        "",
    ),
    ("Zookeeper server", "missing-field", "servers"),
    ("must contain at least one path", "missing-field", "paths"),
    ("paths must begin", "invalid-value", "paths"),
    ("Marathon server", "missing-field", "servers"),
    ("host missing", "missing-field invalid-value", "host"),
    ("utf8 metric names requested", "conflict", "legacy"),
    ("action cannot be empty", "missing-field", "action"),
    ("unknown relabel action", "invalid-value", ""),
    ("requires only", "conflict", "must not be set"),
    ("replacement' can not be set", "conflict", "replacement"),
    ("is invalid 'target_label'", "invalid-value", "target_label"),
    ("is invalid 'replacement'", "invalid-value", "replacement"),
    ("modulus", "missing-field invalid-value", "modulus"),
    ("oauth2 client_id", "missing-field", "client_id"),
    ("oauth2 token_url", "missing-field", "token_url"),
    ("global scrape timeout", "conflict", "scrape_timeout"),
    ("scrape timeout greater", "conflict", "scrape_timeout"),
    (
        "requires a subscription_id",
        "missing-field",
        "subscription_id",
    ),
    ("requires a tenant_id", "missing-field", "tenant_id"),
    ("requires a client_id", "missing-field", "client_id"),
    ("requires a client_secret", "missing-field", "client_secret"),
    ("requires a zone", "missing-field", "zone"),
    ("requires a project", "missing-field", "project"),
    ("requires an endpoint", "missing-field", "endpoint"),
    ("requires an account", "missing-field", "account"),
    ("requires a dns_suffix", "missing-field", "dns_suffix"),
    ("URL is missing", "missing-field", "url"),
    (
        "server must not be empty",
        "missing-field invalid-value",
        "server",
    ),
    ("api_server", "missing-field conflict", "api_server"),
    ("kubeconfig_file", "conflict", "kubeconfig_file"),
    ("at most one of", "conflict", "only one of"),
    ("at most one", "conflict", "only one of"),
    ("is not compatible with", "conflict", "only one of"),
    ("cannot provide both", "conflict", "only one of"),
    (
        "ignore_resource_attributes",
        "conflict invalid-value duplicate",
        "ignore_resource_attributes",
    ),
    (
        "promote_all_resource_attributes",
        "conflict",
        "promote_resource_attributes",
    ),
    ("duplicated promoted", "duplicate", "twice"),
    ("empty promoted", "invalid-value", "empty"),
    ("unable to parse requirement", "invalid-value", "selector"),
    ("invalid selector", "invalid-value", "selector"),
    ("invalid field selector", "invalid-value", "selector"),
    ("queue", "invalid-value conflict", "queue_config"),
    ("unknown service", "invalid-value missing-field", "service"),
    ("can not be empty", "missing-field", "empty missing"),
    ("can't be empty", "missing-field", "datacenter_id"),
    ("storage.tsdb.chunk_encoding", "invalid-value", "xor"),
    ("exactly one of", "missing-field conflict", ""),
    ("must provide a AWS SigV4", "missing-field", "_key"),
    ("port is required", "missing-field", "port"),
    ("syntax error in pattern", "invalid-value", ""),
    (
        "scrape_protocols",
        "invalid-value unavailable duplicate",
        "",
    ),
    ("escaping method", "invalid-value", ""),
    ("panic: runtime error", "crash", ""),
    ("invalid rule file path", "invalid-value", ""),
    ("invalid scrape config file path", "invalid-value", ""),
    ("secret_key", "missing-field conflict", "secret_key"),
    ("scaleway-sdk-go", "invalid-value", ""),
    ("must provide an Azure", "missing-field", ""),
    ("Azure", "invalid-value missing-field", ""),
    ("no aws here", "missing-field", "region"),
    ("mandatory", "missing-field", ""),
    ("hostname", "invalid-value", ""),
    ("unknown availability", "invalid-value", "public"),
    (
        "DNS-SD records type",
        "invalid-value missing-field unavailable",
        "SRV",
    ),
    ("label name", "invalid-value", ""),
    ("header", "invalid-value", ""),
    ("role", "invalid-value", "node"),
];

/// Whether the fault that Prometheus names is among the findings: by the line, where it says one,
/// and by what it says.
pub(crate) fn named(error: &str, findings: &[Finding], text: &Text) -> bool {
    if let Some(list) = error.strip_prefix("yaml: unmarshal errors:") {
        let mut lines = list
            .lines()
            .map(str::trim)
            .filter(|line| line.starts_with("line "));
        return lines.all(|line| mismatch(line, findings, text));
    }
    if let Some(problem) = error.strip_prefix("yaml: ") {
        return findings
            .iter()
            .any(|finding| syntax(problem, finding, text));
    }
    let Some((_, rules, word)) = SAME.iter().find(|(words, _, _)| error.contains(words)) else {
        return false;
    };
    findings.iter().any(|finding| {
        let rule = finding.rule.trim_start_matches("schema/");
        let help = finding.help_line().unwrap_or_default();
        let ours = [finding.message.as_str(), &finding.logical, &help];
        rules.split(' ').any(|one| one == rule)
            && word
                .split(' ')
                .any(|word| ours.iter().any(|text| text.contains(word)))
    })
}

/// `line 7: field x not found in type config.plain` and the like.
fn mismatch(line: &str, findings: &[Finding], text: &Text) -> bool {
    let Some((number, problem)) = line.trim_start_matches("line ").split_once(": ") else {
        return false;
    };
    let number: usize = number.parse().unwrap_or(0);
    let mut slack = 0;
    let (rules, word): (&[&str], &str) = if problem.contains(" not found in type ") {
        let name = problem.strip_prefix("field ").unwrap_or(problem);
        let (name, _) = name.split_once(" not found").unwrap_or_default();
        (&["schema/unknown-field", "schema/unavailable"], name)
    } else if problem.contains("already set") {
        // In maps go-yaml names the line of the value.
        slack = usize::from(problem.contains("already set in map"));
        (&["schema/duplicate"], "")
    } else {
        (&["schema/wrong-type"], "")
    };
    findings.iter().any(|finding| {
        line_of(finding, text).abs_diff(number) <= slack
            && rules.contains(&&*finding.rule)
            && finding.message.contains(word)
    })
}

/// `line 7: did not find expected key`; go-yaml counts some lines from zero.
fn syntax(problem: &str, finding: &Finding, text: &Text) -> bool {
    let (number, words) = match problem.strip_prefix("line ") {
        Some(rest) => {
            let (number, words) = rest.split_once(": ").unwrap_or(("0", rest));
            (number.parse::<usize>().unwrap_or(0), words)
        }
        None => (0, problem),
    };
    // A quote that is not closed is reported where it opens; the evidence is where the parser stopped.
    let stopped = finding.evidence.iter().map(|one| one.place.start().line);
    let mut lines = stopped.chain([line_of(finding, text)]);
    // Without a number it is the first line, or the parser could not tell.
    let near = number == 0 || lines.any(|line| line.abs_diff(number) <= 1);
    near && finding.rule.starts_with("schema/")
        && (finding.message.contains(words) || finding.rule == "schema/wrong-type")
}
