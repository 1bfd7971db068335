//! What of a credential reaches its receiver, and what spoils it.

use crate::facts::token::Observation;
use crate::finding::Severity::{self, Error, Warning};

/// How a credential is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sent {
    /// As a header, behind the name of a scheme.
    Bearer,
    /// As a header as it is.
    Header,
    /// Encoded, so that it may hold anything.
    Encoded,
}

impl Sent {
    /// How the value of a setting is sent, by its name.
    pub(super) fn of(setting: &str) -> Self {
        let key = setting.rsplit('.').next().unwrap_or(setting);
        match key {
            "bearer_token" | "bearer_token_file" | "credentials" | "credentials_file" => {
                Self::Bearer
            }
            _ if setting.split('.').any(|key| key.ends_with("headers")) => Self::Header,
            _ => Self::Encoded,
        }
    }
}

/// What is wrong with a content, as a predicate; the worst thing only. What Prometheus sends is
/// from runs of it (prometheus/common `config/http_config.go`: a file is trimmed, a value is not).
pub(super) fn fault(
    content: &[Observation],
    how: Sent,
) -> Option<(Severity, &'static str, String)> {
    let is_header = how != Sent::Encoded;
    let no_request = "which is not valid in a header: every request fails before it leaves \
        Prometheus";
    content.iter().find_map(|one| {
        let (severity, kind, words) = match one {
            Observation::Encrypted(tool) => (
                Warning,
                "encrypted",
                format!(
                    "is encrypted with {tool}: unless it is decrypted first, Prometheus sends \
                     the cipher text and the request is rejected"
                ),
            ),
            Observation::Placeholder => (
                Warning,
                "placeholder",
                "is a placeholder: unless it is filled in, it is sent as written and rejected"
                    .to_owned(),
            ),
            Observation::Hash(function) => (
                Error,
                "hash",
                format!(
                    "is a {function} hash; the receiver expects the password itself and rejects every \
                     request with 401"
                ),
            ),
            Observation::NotBase64 => (
                Error,
                "not-base64",
                "is not base64, which `data` of a manifest must be: Kubernetes rejects the \
                 manifest"
                    .to_owned(),
            ),
            Observation::ByteOrderMark => (
                Error,
                "mark",
                "begins with a byte-order mark, which is not trimmed: it is sent as part of the \
                 credential, and the request is rejected"
                    .to_owned(),
            ),
            Observation::Scheme(scheme) if how == Sent::Bearer => (
                Error,
                "scheme",
                format!(
                    "begins with `{scheme} `, which Prometheus adds itself: it sends `Bearer \
                     {scheme} …`, which is rejected with 401"
                ),
            ),
            Observation::Pem(label) if is_header => (
                Error,
                "pem",
                format!("is a PEM block of type {label}, {no_request}"),
            ),
            Observation::Lines(lines) if is_header => {
                (Error, "lines", format!("has {lines} lines, {no_request}"))
            }
            Observation::Lines(lines) => (
                Warning,
                "lines",
                format!("has {lines} lines, and all of them are sent as one credential"),
            ),
            Observation::ControlCharacters if is_header => (
                Error,
                "control",
                format!("has control characters, {no_request}"),
            ),
            Observation::InnerWhiteSpace if how == Sent::Bearer => (
                Warning,
                "white-space",
                "contains white space, which tokens never do: all of it is sent as one credential"
                    .to_owned(),
            ),
            Observation::NotUtf8 => (
                Warning,
                "not-utf-8",
                "is not UTF-8 text: UTF-16 is sent with a zero byte in every character".to_owned(),
            ),
            Observation::TooLong => (
                Warning,
                "too-long",
                "is longer than 64 KiB, far longer than any credential".to_owned(),
            ),
            _ => return None,
        };
        Some((severity, kind, words))
    })
}
