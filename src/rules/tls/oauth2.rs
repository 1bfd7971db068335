//! `tls/oauth2`: how the certificate of the server that issues tokens is verified, which the
//! `tls_config` around `oauth2` does not decide.

use crate::finding::{Advice, Severity};
use crate::policy::CertificateIssuer;
use crate::prometheus::endpoint::{Endpoint, HostNetwork};
use crate::prometheus::{OAuth2, TlsConfig};
use crate::rules::{HttpPart, RuleFindings};
use crate::yaml::Node;

pub(super) fn check(part: &HttpPart<'_, '_>, out: &mut RuleFindings<'_>) {
    let Some(oauth2) = part.client.http.oauth2() else {
        return;
    };
    let Some(node) = oauth2.token_url() else {
        return;
    };
    let endpoint = part.endpoint(node.as_str().unwrap_or_default());
    if endpoint.scheme_name().as_deref() != Some("https") || !endpoint.is_sound() {
        return;
    }
    let issuer = endpoint
        .host_name()
        .and_then(|host| part.facts.issuer(&host));
    let issuer = issuer.map(|known| known.issuer);
    match oauth2.http.tls() {
        Some(tls) => unverified(tls, &endpoint, issuer, out),
        None if !issuer.is_some_and(CertificateIssuer::is_trusted) => {
            outer(part, oauth2, node, out)
        }
        None => {}
    }
}

fn unverified(
    tls: TlsConfig<'_>,
    endpoint: &Endpoint,
    issuer: Option<CertificateIssuer>,
    out: &mut RuleFindings<'_>,
) {
    let Some(skip) = tls.skips_verification() else {
        return;
    };
    let for_tests = matches!(
        issuer,
        Some(CertificateIssuer::LetsEncryptStaging | CertificateIssuer::Staging)
    );
    let severity = match endpoint.network() {
        HostNetwork::Public if !for_tests => Severity::Warning,
        _ => Severity::Info,
    };
    let message = "the certificate of the token endpoint is not verified: an attacker on the \
                   network can take the client secret";
    let help =
        "remove this line, with the issuer's certificate in `ca_file` if it is a private one";
    let advice = Advice::remove(skip.key.span()).text(help).unsafe_();
    out.push(
        out.at(skip.value, severity, message)
            .kind("unverified")
            .help(advice),
    );
}

/// A round tripper of its own fetches the tokens, with the `tls_config` of `oauth2` only
/// (`oauth2RoundTripper`, prometheus/common `config/http_config.go`).
fn outer(part: &HttpPart<'_, '_>, oauth2: OAuth2<'_>, node: Node<'_>, out: &mut RuleFindings<'_>) {
    let authority = part.client.http.tls().and_then(TlsConfig::authority);
    let Some(authority) = authority.filter(|_| oauth2.http.tls().is_none()) else {
        return;
    };
    let message = format!(
        "`{}` does not apply to `token_url`: `oauth2` has a `tls_config` of its own",
        authority.name()
    );
    out.push(
        out.at(node, Severity::Info, message)
            .kind("outer")
            .help(
                "if the same authority signs for this host, repeat the line in `oauth2.tls_config`",
            )
            .evidence(
                authority.key.place(),
                "this authority is set for the other host",
            ),
    );
}
