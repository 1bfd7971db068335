//! `credentials/token-url`: no token comes from the `token_url` of `oauth2`, or the client's secret
//! goes there unencrypted.

use crate::finding::Severity;
use crate::prometheus::OAuth2;
use crate::prometheus::endpoint::{Endpoint, HostNetwork};
use crate::rules::{HttpPart, RuleFindings, advice};
use crate::yaml::Node;

pub(super) fn check(part: &HttpPart<'_, '_>, out: &mut RuleFindings<'_>) {
    let Some(oauth2) = part.client.http.oauth2() else {
        return;
    };
    let Some(node) = oauth2.token_url() else {
        return;
    };
    let text = node.as_str().unwrap_or_default();
    let endpoint = part.endpoint(text);
    if endpoint.placeholders().is_empty() && !endpoint.is_sound() {
        broken(node, &endpoint, out);
    } else {
        clear(node, &endpoint, oauth2, out);
        elsewhere(node, &endpoint, out);
    }
}

/// Addresses of an issuer beside that of tokens, by the ends of their paths, and what is there
/// (RFC 6749, 3.1; OpenID Connect Discovery 1.0, 4; RFC 8414, 3).
const OTHERS: &[(&str, &str)] = &[
    ("/authorize", "lets users sign in"),
    ("/.well-known/openid-configuration", "describes the issuer"),
    (
        "/.well-known/oauth-authorization-server",
        "describes the issuer",
    ),
];

fn elsewhere(node: Node<'_>, endpoint: &Endpoint, out: &mut RuleFindings<'_>) {
    let path = endpoint.slice(endpoint.path()).trim_end_matches('/');
    let Some((end, does)) = OTHERS.iter().find(|(end, _)| path.ends_with(end)) else {
        return;
    };
    let message = format!(
        "`token_url` ends in `{end}`, which {does} and gives no tokens: every request fails"
    );
    let help = match *end {
        "/authorize" => "write the token endpoint, usually the same URL with `/token` at its end",
        _ => "write the `token_endpoint` that this page names",
    };
    let finding = out.at(node, Severity::Warning, message).kind("elsewhere");
    out.push(finding.help(help));
}

/// Prometheus checks only that there is a `token_url` (prometheus/common
/// `config/http_config.go`, `HTTPClientConfig.Validate`), so each of these loads.
fn broken(node: Node<'_>, endpoint: &Endpoint, out: &mut RuleFindings<'_>) {
    let Some(fault) = endpoint.faults().iter().find(|fault| fault.kind.is_fatal()) else {
        return;
    };
    let what = fault.kind.predicate();
    let message = format!("`token_url` {what}: no token is fetched, and every request fails");
    let finding = out.at(node, Severity::Error, message).kind("syntax");
    out.push(match &fault.suggestion {
        Some(url) => finding.help(advice::value(node, url, format!("write `{url}`")).unsafe_()),
        None => finding.help("write the whole address, from `https://` to the path"),
    });
}

fn clear(node: Node<'_>, endpoint: &Endpoint, oauth2: OAuth2<'_>, out: &mut RuleFindings<'_>) {
    let is_http = endpoint.scheme_name().as_deref() == Some("http");
    if !is_http || endpoint.network() != HostNetwork::Public {
        return;
    }
    let Some(secret) = oauth2.client_secret() else {
        return;
    };
    let host = endpoint.host_name().unwrap_or_default();
    let message = format!(
        "the client secret is sent to {host} over plain http: anyone on the network path can read it"
    );
    out.push(
        out.at(node, Severity::Error, message)
            .help(advice::url_https(node, "write `https://`").unsafe_())
            .evidence(
                secret.place(),
                "this is sent with every request for a token",
            ),
    );
}
