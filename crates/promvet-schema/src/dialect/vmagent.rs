//! Flags of vmagent for its endpoints, and the headers that it sends to one (VictoriaMetrics v1.140
//! `app/vmagent/remotewrite/{remotewrite,client}.go`).

use super::SELECTED;
use crate::yaml::{Node, TranslatedNode, TranslationBuilder, TranslationEntry};
use promvet_syntax::go;
use promvet_text::Span;

/// The flag that makes an endpoint.
pub const URL_FLAG: &str = "remoteWrite.url";

/// The flag with the headers of an endpoint.
pub const HEADERS_FLAG: &str = "remoteWrite.headers";

/// What is between two headers in that flag (`lib/promauth/config.go`, `parseHeaders`, takes them as a list).
const BETWEEN_HEADERS: &str = "^^";

/// Flags and the native keys of an entry that they stand for.
pub const ENDPOINT_FLAGS: &[(&str, &str)] = &[
    (URL_FLAG, "url"),
    ("remoteWrite.basicAuth.password", "basic_auth.password"),
    (
        "remoteWrite.basicAuth.passwordFile",
        "basic_auth.password_file",
    ),
    ("remoteWrite.basicAuth.username", "basic_auth.username"),
    (
        "remoteWrite.basicAuth.usernameFile",
        "basic_auth.username_file",
    ),
    ("remoteWrite.bearerToken", "bearer_token"),
    ("remoteWrite.bearerTokenFile", "bearer_token_file"),
    ("remoteWrite.oauth2.clientID", "oauth2.client_id"),
    ("remoteWrite.oauth2.clientSecret", "oauth2.client_secret"),
    (
        "remoteWrite.oauth2.clientSecretFile",
        "oauth2.client_secret_file",
    ),
    ("remoteWrite.oauth2.tokenUrl", "oauth2.token_url"),
    ("remoteWrite.aws.accessKey", "sigv4.access_key"),
    ("remoteWrite.aws.region", "sigv4.region"),
    ("remoteWrite.aws.roleARN", "sigv4.role_arn"),
    ("remoteWrite.aws.secretKey", "sigv4.secret_key"),
    ("remoteWrite.proxyURL", "proxy_url"),
    ("remoteWrite.sendTimeout", "remote_timeout"),
    ("remoteWrite.tlsCAFile", "tls_config.ca_file"),
    ("remoteWrite.tlsCertFile", "tls_config.cert_file"),
    (
        "remoteWrite.tlsInsecureSkipVerify",
        "tls_config.insecure_skip_verify",
    ),
    ("remoteWrite.tlsKeyFile", "tls_config.key_file"),
    ("remoteWrite.tlsServerName", "tls_config.server_name"),
];

/// The text of a flag as its native key has it; none if vmagent reads it and Prometheus would not, or the
/// other way round: what is wrong with a flag is said by its own kind.
#[must_use]
pub fn native_text<'t>(native: &str, text: &'t str) -> Option<&'t str> {
    // Something fills it in.
    if text.contains(['$', '%', '{', '<']) {
        return Some(text);
    }
    match native {
        "remote_timeout" => {
            let is_known = go::standard::is_duration(text) && go::duration(text).is_ok();
            is_known.then_some(text)
        }
        "tls_config.insecure_skip_verify" => match go::standard::truth(text)? {
            true => Some("true"),
            false => Some("false"),
        },
        _ => Some(text),
    }
}

/// Adds what Prometheus wants beside a secret key of AWS: vmagent takes the other half from its environment
/// (`lib/awsapi/config.go`, `NewConfig`). An access key alone is nothing to it.
pub fn complete_keys<'d>(builder: &mut TranslationBuilder, items: &mut Vec<TranslationEntry<'d>>) {
    let has = |name: &str| items.iter().any(|(native, ..)| *native == name);
    match (has("sigv4.access_key"), has("sigv4.secret_key")) {
        (true, false) => items.retain(|(native, ..)| *native != "sigv4.access_key"),
        (false, true) => {
            let secret = items
                .iter()
                .find(|(native, ..)| *native == "sigv4.secret_key");
            if let Some(&(_, node, _)) = secret {
                let other = builder.scalar(node, SELECTED);
                items.push(("sigv4.access_key", node, other));
            }
        }
        _ => {}
    }
}

/// Sections for a credential.
const CREDENTIALS: &[&str] = &[
    "basic_auth",
    "bearer_token",
    "bearer_token_file",
    "oauth2",
    "sigv4",
];

/// Where a text is written that holds headers: `span` is that of all of it.
#[derive(Clone, Copy, Debug)]
pub struct HeaderLine<'d, 't> {
    /// The value that holds it.
    pub node: Node<'d>,
    /// Where the text is.
    pub span: Span,
    /// The text.
    pub text: &'t str,
}

/// Adds what the headers of an endpoint are natively: Prometheus rejects `Authorization` among them, so that
/// it becomes the section that it has of its own. Another credential takes its place
/// (`lib/promauth/config.go`, `Config.SetHeaders`).
pub fn add_headers<'d>(
    builder: &mut TranslationBuilder,
    lines: &[HeaderLine<'d, '_>],
    items: &mut Vec<TranslationEntry<'d>>,
) {
    let is_credential = |(native, ..): &TranslationEntry<'_>| {
        CREDENTIALS.contains(&native.split('.').next().unwrap_or(native))
    };
    let mut has_credential = items.iter().any(is_credential);
    let mut pairs = Vec::new();
    for line in lines {
        for header in line.text.split(BETWEEN_HEADERS) {
            let Some((name, value)) = header.split_once(':') else {
                continue;
            };
            let value = value.trim();
            let at = line.text.len() - line.text.trim_start().len();
            let from = line.text.rfind(value).unwrap_or(at);
            let span = match line.span.len() == line.text.len() {
                true => line.span.part(from, from + value.len()),
                false => line.span,
            };
            if name.trim().eq_ignore_ascii_case("authorization") {
                if !has_credential {
                    items.push(authorization(builder, line.node, span, value));
                }
                has_credential = true;
                continue;
            }
            let key = builder.part(line.node, line.span, name.trim());
            pairs.push((key, builder.part(line.node, span, value)));
        }
    }
    if let Some(first) = lines.first().filter(|_| !pairs.is_empty()) {
        let map = builder.mapping(first.node, &pairs);
        items.push(("headers", first.node, map));
    }
}

/// The section for a header `Authorization`. A user name is in the same text as its password.
fn authorization<'d>(
    builder: &mut TranslationBuilder,
    node: Node<'d>,
    span: Span,
    value: &str,
) -> TranslationEntry<'d> {
    let (scheme, credential) = value.split_once(' ').unwrap_or(("", value));
    let behind = value.len() - credential.len();
    let span = match span.len() == value.len() {
        true => span.part(behind, value.len()),
        false => span,
    };
    let mut pair = |key: &str, value: &str| -> (TranslatedNode, TranslatedNode) {
        let key = builder.part(node, node.span(), key);
        (key, builder.part(node, span, value))
    };
    let (native, pairs) = match scheme.eq_ignore_ascii_case("basic") {
        true => (
            "basic_auth",
            vec![pair("username", SELECTED), pair("password", credential)],
        ),
        false => ("authorization", vec![pair("credentials", credential)]),
    };
    (native, node, builder.mapping(node, &pairs))
}
