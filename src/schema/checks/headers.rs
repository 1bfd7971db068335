//! Headers that Prometheus sets itself and refuses to take from a configuration.

use crate::schema::check::{Report, Rule};
use crate::schema::section::Section;
use crate::yaml::Entry;

/// Reserved in `http_headers` (prometheus/common `config/headers.go`).
pub(in crate::schema) const CLIENT: &[&str] = &[
    "authorization",
    "host",
    "content-encoding",
    "content-length",
    "content-type",
    "user-agent",
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "www-authenticate",
    "accept-encoding",
    "x-prometheus-remote-write-version",
    "x-prometheus-remote-read-version",
    "x-prometheus-scrape-timeout-seconds",
    "x-amz-date",
    "x-amz-security-token",
    "x-amz-content-sha256",
];

/// Reserved in `headers` of remote_write, remote_read and tracing (Prometheus
/// `config/config.go`, `reservedHeaders`).
pub(in crate::schema) const REMOTE: &[&str] = &[
    "authorization",
    "host",
    "content-encoding",
    "content-length",
    "content-type",
    "user-agent",
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "www-authenticate",
    "accept-encoding",
    "x-prometheus-remote-write-version",
    "x-prometheus-remote-read-version",
    "x-amz-date",
    "x-amz-security-token",
    "x-amz-content-sha256",
];

/// Reports headers under a key that are in a list of reserved ones, in any case.
pub(in crate::schema) fn none_reserved(
    section: &Section<'_>,
    key: &str,
    reserved: &[&str],
    report: &mut Report<'_>,
) {
    let Some(mapping) = section.node(key).and_then(|node| node.mapping()) else {
        return;
    };
    let is_reserved = |entry: &Entry<'_>| {
        reserved
            .iter()
            .any(|name| name.eq_ignore_ascii_case(entry.name()))
    };
    for entry in mapping.entries().into_iter().filter(is_reserved) {
        let name = entry.name();
        let said = report.at(
            Rule::InvalidValue,
            entry.key,
            format!("The header `{name}` cannot be set here; Prometheus refuses the file"),
        );
        if name.eq_ignore_ascii_case("authorization") {
            said.help("Use `authorization`, `basic_auth` or `oauth2`");
        } else {
            said.help("Prometheus sets it itself: delete it");
        }
    }
}
