//! `remote_write` (Prometheus `config/config.go`).

use super::exclusive::{at_most_one, present};
use super::{headers, http_client};
use crate::check::{Rule, SchemaReport};
use crate::dialect::refused;
use crate::scalar::header;
use crate::section::{Section, is_null};
use crate::yaml::Node;

/// At most one of the HTTP credentials, sigv4, azuread and google_iam.
/// Imitates `config.validateAuthConfigs`.
pub(crate) fn one_credential(section: &Section<'_>, report: &mut SchemaReport<'_>) {
    let clouds = present(section, &["sigv4", "azuread", "google_iam"]);
    if clouds.is_empty() {
        return;
    }
    let mut all = http_client::credentials(section);
    all.truncate(1);
    all.extend(clouds);
    at_most_one(&all, report);
}

/// Headers that Prometheus sets itself.
/// Imitates `config.validateHeaders`.
pub(crate) fn headers(section: &Section<'_>, report: &mut SchemaReport<'_>) {
    headers::none_reserved(section, "headers", header::custom, report);
}

/// A null queue is all zero, which the queue's own checks reject since 3.12.0.
pub(crate) fn queue_null(section: &Section<'_>, report: &mut SchemaReport<'_>) {
    let Some(entry) = section.entry("queue_config") else {
        return;
    };
    if section.at_least(3, 12, 0)
        && is_null(entry.value)
        && section.section("queue_config").is_none()
    {
        report
            .at(
                Rule::InvalidValue,
                entry.key,
                refused("`queue_config` is empty, which sets all of it to zero"),
            )
            .help("delete `queue_config` to get the defaults");
    }
}

/// The kind of what is said of a queue: other programs have none of these checks.
pub const QUEUE: &str = "queue";

/// Numbers above zero, and pairs in order. Since 3.12.0; older versions load anything.
pub(crate) fn queue(section: &Section<'_>, report: &mut SchemaReport<'_>) {
    if !section.at_least(3, 12, 0) {
        return;
    }
    let mut positive = true;
    for key in [
        "max_shards",
        "min_shards",
        "max_samples_per_send",
        "capacity",
    ] {
        if section.number(key).is_some_and(|number| number < 1.0) {
            positive = false;
            report
                .at(
                    Rule::InvalidValue,
                    pointed(section, key),
                    refused(format!("`{key}` must be above zero")),
                )
                .kind(QUEUE)
                .help(format!("delete `{key}` to get the default"));
        }
    }
    let number = |key| section.number(key).map(f64::trunc);
    if let (Some(min), Some(max)) = (number("min_shards"), number("max_shards"))
        // Numbers that are refused themselves say nothing about their order, so that one finding is
        // enough.
        && positive
        && min > max
    {
        ordered(section, "min_shards", "max_shards", report);
    }
    if let (Some(min), Some(max)) = (section.millis("min_backoff"), section.millis("max_backoff"))
        && min > max
    {
        ordered(section, "min_backoff", "max_backoff", report);
    }
}

fn ordered(section: &Section<'_>, less: &str, more: &str, report: &mut SchemaReport<'_>) {
    let shown = |key| section.text(key).unwrap_or_default();
    let message = refused(format!(
        "`{less}` ({}) is above `{more}` ({})",
        shown(less),
        shown(more)
    ));
    let said = match (section.entry(less), section.entry(more)) {
        (Some(one), Some(other)) => report.conflict(one, other, message),
        _ => {
            let key = if section.entry(less).is_some() {
                less
            } else {
                more
            };
            report.at(Rule::Conflict, pointed(section, key), message)
        }
    };
    said.kind(QUEUE)
        .help(format!("lower `{less}` or raise `{more}`"));
}

/// The value of a key, or its key if the value has no text, or where it is missing.
/// A null has no text to underline, so that its key is.
fn pointed<'d>(section: &Section<'d>, key: &str) -> Node<'d> {
    section
        .entry(key)
        .map(|entry| entry.value)
        .filter(|node| !node.span().is_empty())
        .unwrap_or_else(|| section.key_or_anchor(key))
}

/// Both keys or none; an external id only with a role (since 3.10.0).
/// Imitates `sigv4.SigV4Config.UnmarshalYAML` of prometheus/sigv4.
pub(crate) fn sigv4(section: &Section<'_>, report: &mut SchemaReport<'_>) {
    let (access, secret) = (
        section.non_empty("access_key"),
        section.non_empty("secret_key"),
    );
    if access.is_some() != secret.is_some() {
        let (has, lacks) = if access.is_some() {
            ("access_key", "secret_key")
        } else {
            ("secret_key", "access_key")
        };
        report
            .at(
                Rule::MissingField,
                section.key_or_anchor(has),
                refused(format!("`{has}` is set, but `{lacks}` is not")),
            )
            .help("set both, or neither to use the credentials of the environment");
    }
    if section.at_least(3, 10, 0)
        && section.non_empty("external_id").is_some()
        && section.non_empty("role_arn").is_none()
    {
        report
            .at(
                Rule::MissingField,
                section.key_or_anchor("external_id"),
                refused("`external_id` is set, but `role_arn` is not"),
            )
            .help("set `role_arn`, or delete `external_id`");
    }
}
