//! What of a credential reaches its receiver, and what spoils it.

use crate::facts::token::Observation;
use crate::finding::PLACEHOLDER;
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

/// How bad something is, its kind, and a predicate that says it.
type CredentialFault = (Severity, &'static str, String);

/// What is wrong with a content, as a predicate; the worst thing only. What Prometheus sends is
/// from runs of it (prometheus/common `config/http_config.go`: a file is trimmed, a value is not).
pub(super) fn fault(content: &[Observation], how: Sent) -> Option<CredentialFault> {
    content.iter().find_map(|observation| match observation {
        Observation::Pem(_) | Observation::Lines(_) | Observation::ControlCharacters
            if how != Sent::Encoded =>
        {
            not_in_a_header(observation)
        }
        Observation::Scheme(scheme) if how == Sent::Bearer => Some((
            Error,
            "scheme",
            format!(
                "begins with `{scheme} `, which Prometheus adds itself: it sends `Bearer {scheme} \
                 …`, which is rejected with 401"
            ),
        )),
        Observation::InnerWhiteSpace if how == Sent::Bearer => Some((
            Warning,
            "white-space",
            "contains white space, which a token never does: all of it is sent as the credential"
                .to_owned(),
        )),
        _ => anywhere(observation),
    })
}

/// What makes a credential not valid in a header.
fn not_in_a_header(observation: &Observation) -> Option<CredentialFault> {
    let (kind, words) = match observation {
        Observation::Pem(label) => ("pem", format!("is a PEM block of type {label}")),
        Observation::Lines(lines) => ("lines", format!("has {lines} lines")),
        Observation::ControlCharacters => ("control", "has control characters".to_owned()),
        _ => return None,
    };
    let words = format!(
        "{words}, which is not valid in a header: every request fails before it leaves Prometheus"
    );
    Some((Error, kind, words))
}

/// What is wrong with a credential however it is sent.
fn anywhere(observation: &Observation) -> Option<CredentialFault> {
    let (severity, kind, words) = match observation {
        Observation::Encrypted(tool) => {
            let words = format!(
                "is encrypted with {tool}: unless it is decrypted first, Prometheus sends the \
                 cipher text and the request is rejected"
            );
            return Some((Warning, "encrypted", words));
        }
        Observation::Hash(function) => {
            let words = format!(
                "is a {function} hash; the other side expects the password itself and rejects every \
                 request with 401"
            );
            return Some((Error, "hash", words));
        }
        Observation::Lines(lines) => {
            let words = format!("has {lines} lines, and all of them are sent as one credential");
            return Some((Warning, "lines", words));
        }
        Observation::Placeholder => (
            Warning,
            PLACEHOLDER,
            "is a placeholder: unless it is filled in, it is sent as written and rejected",
        ),
        Observation::NotBase64 => (
            Error,
            "not-base64",
            "is not base64, which `data` of a manifest must be: Kubernetes rejects the manifest",
        ),
        Observation::ByteOrderMark => (
            Error,
            "mark",
            "begins with a byte-order mark, which is not trimmed: it is sent as part of the \
             credential, and the request is rejected",
        ),
        Observation::NotUtf8 => (
            Warning,
            "not-utf-8",
            "is not UTF-8 text: UTF-16 is sent with a zero byte in every character",
        ),
        Observation::TooLong => (
            Warning,
            "too-long",
            "is longer than 64 KiB, far longer than any credential",
        ),
        _ => return None,
    };
    Some((severity, kind, words.to_owned()))
}
