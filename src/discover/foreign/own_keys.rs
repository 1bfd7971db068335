//! Keys that programs other than Prometheus do not know.

use super::found;
use crate::finding::{Advice, Finding, MOST_OWN_NAMES, Severity, nearest, rule};
use crate::yaml::{Entry, Mapping, Node};

/// The keys of an output of a program.
pub(super) struct OwnKeys {
    known: &'static [&'static str],
    /// What it does with others.
    consequence: &'static str,
    /// Whether `known` has all of them; otherwise only a misspelled one is known to be wrong.
    is_complete: bool,
}

/// A sink of Vector (vectordotdev/vector v0.50 `src/sinks/prometheus/remote_write/config.rs`, which denies
/// unknown fields, and `src/config/sink.rs`).
pub(super) const VECTOR: OwnKeys = OwnKeys {
    known: &[
        "acknowledgements",
        "auth",
        "aws",
        "batch",
        "buckets",
        "buffer",
        "compression",
        // Since 0.57.
        "dangerously_allow_unconfined_template_resolution",
        "default_namespace",
        "endpoint",
        "expire_metrics_secs",
        "graph",
        "healthcheck",
        "healthcheck_uri",
        "inputs",
        "proxy",
        "quantiles",
        "request",
        "tenant_id",
        "tls",
        "type",
    ],
    consequence: "Vector rejects the file",
    is_complete: true,
};

/// An output of Telegraf (influxdata/telegraf v1.34 `plugins/outputs/http/http.go`,
/// `plugins/common/{http,tls,oauth,cookie,proxy,aws}`, `config/config.go`).
pub(super) const TELEGRAF: OwnKeys = OwnKeys {
    known: &[
        "access_key",
        "alias",
        "audience",
        "aws_service",
        "client_id",
        "client_secret",
        "content_encoding",
        "cookie_auth_body",
        "cookie_auth_headers",
        "cookie_auth_method",
        "cookie_auth_password",
        "cookie_auth_renewal",
        "cookie_auth_url",
        "cookie_auth_username",
        "data_format",
        "endpoint_url",
        "fielddrop",
        "fieldexclude",
        "fieldinclude",
        "fieldpass",
        "flush_interval",
        "flush_jitter",
        "google_application_credentials",
        "headers",
        "http_proxy_url",
        "idle_conn_timeout",
        "insecure_skip_verify",
        "local_address",
        "log_level",
        "max_idle_conn",
        "max_idle_conn_per_host",
        "method",
        "metric_batch_size",
        "metric_buffer_limit",
        "metricpass",
        "name_override",
        "name_prefix",
        "name_suffix",
        "namedrop",
        "namepass",
        "non_retryable_statuscodes",
        "password",
        "profile",
        "region",
        "response_timeout",
        "role_arn",
        "role_session_name",
        "scopes",
        "secret_key",
        "shared_credential_file",
        "startup_error_behavior",
        "tagdrop",
        "tagexclude",
        "taginclude",
        "tagpass",
        "timeout",
        "tls_ca",
        "tls_cert",
        "tls_cipher_suites",
        "tls_enable",
        "tls_key",
        "tls_key_pwd",
        "tls_min_version",
        "tls_renegotiation_method",
        "tls_server_name",
        "token",
        "token_url",
        "url",
        "use_batch_format",
        "use_system_proxy",
        "username",
        "web_identity_token_file",
    ],
    consequence: "Telegraf does not start",
    is_complete: false,
};

/// An output of Fluent Bit (fluent/fluent-bit v4.0 `plugins/out_prometheus_remote_write/remote_write.c`,
/// `src/{flb_output,flb_upstream}.c`, `include/fluent-bit/flb_aws_credentials.h`).
pub(super) const FLUENT_BIT: OwnKeys = OwnKeys {
    known: &[
        "add_label",
        "alias",
        "aws_auth",
        "aws_external_id",
        "aws_profile",
        "aws_region",
        "aws_role_arn",
        "aws_service",
        "aws_sts_endpoint",
        "compression",
        "header",
        "host",
        "http_passwd",
        "http_user",
        "log_level",
        "log_response_payload",
        "match",
        "match_regex",
        "name",
        "port",
        "processors",
        "proxy",
        "retry_limit",
        "tls",
        "tls.ca_file",
        "tls.ca_path",
        "tls.crt_file",
        "tls.debug",
        "tls.key_file",
        "tls.key_passwd",
        "tls.verify",
        "tls.vhost",
        "uri",
        "workers",
    ],
    consequence: "Fluent Bit does not start",
    is_complete: false,
};

/// What is reported about keys of an output that its program does not know.
pub(super) fn unknown(output: Node<'_>, own: &OwnKeys) -> Vec<Finding> {
    let entries = output.mapping().into_iter().flat_map(Mapping::written);
    entries
        .take(MOST_OWN_NAMES)
        .filter_map(|entry| of_key(entry, own))
        .collect()
}

fn of_key(entry: Entry<'_>, own: &OwnKeys) -> Option<Finding> {
    let name = entry.name().to_ascii_lowercase();
    let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.');
    if own.known.contains(&&*name) || !name.chars().all(is_word) {
        return None;
    }
    // `uri` is not far from any short word.
    let meant = nearest(&name, own.known.iter().copied()).filter(|meant| meant.len() > 2);
    if meant.is_none() && !own.is_complete {
        return None;
    }
    let message = format!("`{}`: unknown key; {}", entry.name(), own.consequence);
    let rule = rule::SCHEMA_UNKNOWN_FIELD;
    let finding = found(rule, Severity::Warning, entry.key, message);
    Some(finding.help(match meant {
        Some(meant) => Advice::rename(entry.key.span(), meant).unsafe_(),
        None => Advice::say("remove the key"),
    }))
}

/// Words of Vector by the way to their key (`src/sinks/prometheus/mod.rs`, `PrometheusRemoteWriteAuth`;
/// `src/sinks/prometheus/remote_write/mod.rs`, `Compression`).
const WORDS: &[(&[&str], &[&str])] = &[
    (&["auth", "strategy"], &["aws", "basic", "bearer"]),
    (&["compression"], &["gzip", "snappy", "zstd"]),
];

/// Words in a sink of Vector that it does not know.
pub(super) fn words(sink: Node<'_>) -> Vec<Finding> {
    let of_row = |(way, known): &(&[&str], &[&str])| {
        let node = way.iter().try_fold(sink, |node, key| node.get(key))?;
        word(way.last()?, node, known)
    };
    WORDS.iter().filter_map(of_row).collect()
}

fn word(key: &str, node: Node<'_>, known: &[&str]) -> Option<Finding> {
    let text = node.as_str()?;
    let is_filled = text.contains(['$', '{', '<']) || text.is_empty();
    if is_filled || known.contains(&text) {
        return None;
    }
    let [others @ .., last] = known else {
        return None;
    };
    let others: Vec<String> = others.iter().map(|word| format!("`{word}`")).collect();
    let message = format!(
        "`{key}`: expected {} or `{last}`, found `{text}`; Vector rejects the file",
        others.join(", ")
    );
    let finding = found(rule::SCHEMA_INVALID_VALUE, Severity::Error, node, message);
    Some(finding.help(match nearest(text, known.iter().copied()) {
        Some(meant) => Advice::replace(node.span(), meant).unsafe_(),
        None => Advice::say(format!("write one of these words, such as `{last}`")),
    }))
}
