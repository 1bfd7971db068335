//! `tls/insecure-skip-verify`: verification of the certificate is skipped, judged by who signed it.

use crate::facts::KnownIssuer;
use crate::finding::Severity;
use crate::policy::Issuer;
use crate::prometheus::{HttpClient, TlsConfig};
use crate::rules::{Entry, Findings, HttpPart};

/// What is said of each issuer: severity, message (of those that are no test, its beginning), help.
const WORDS: &[(Option<Issuer>, Severity, &str, &str)] = &[
    (
        Some(Issuer::LetsEncryptProd),
        Severity::Error,
        "the certificate is not verified, although it comes from Let's Encrypt's production \
         issuer and would verify",
        "remove this line",
    ),
    (
        Some(Issuer::Public),
        Severity::Error,
        "the certificate is not verified, although it comes from a public production issuer and \
         would verify",
        "remove this line",
    ),
    (
        Some(Issuer::Private),
        Severity::Warning,
        "the certificate is not verified, although its private issuer is known",
        "remove this line and name the issuer's certificate in `ca_file`",
    ),
    (
        Some(Issuer::LetsEncryptStaging),
        Severity::Info,
        "the certificate is not verified, which is right only for tests: it comes from Let's \
         Encrypt's staging issuer",
        "to verify it even so, name the staging root in `ca_file` and remove this line",
    ),
    (
        Some(Issuer::Staging),
        Severity::Info,
        "the certificate is not verified, which is right only for tests: it comes from the test \
         environment of an authority",
        "to verify it even so, name the root of that environment in `ca_file` and remove this line",
    ),
    (
        None,
        Severity::Warning,
        "the certificate is not verified",
        "remove this line, with the issuer's certificate in `ca_file` if it is a private one; if \
         this endpoint uses a staging issuer, say so under `issuers:` in promvet.yaml",
    ),
];

/// What helps where the issuer is not trusted everywhere and a `ca_file` is there.
const ALREADY_NAMED: &str = "remove this line: with the issuer's certificate in `ca_file`, which is already set, it verifies";

pub(super) fn check(part: &HttpPart<'_, '_>, out: &mut Findings<'_>) {
    match part.entry {
        Some(entry) => remote_write(entry, out),
        None => others(part, out),
    }
}

/// A job, an Alertmanager, an entry of remote_read or a service discovery.
fn others(part: &HttpPart<'_, '_>, out: &mut Findings<'_>) {
    let Some(tls) = part.client.http.tls() else {
        return;
    };
    let Some(skip) = tls.skips_verification() else {
        return;
    };
    let trusted = part.trusted_host();
    let proven = stands_alone(
        part.client.http,
        tls,
        trusted.as_ref().map(|(host, _)| host.as_str()),
    );
    // An authority that is named and not asked is `tls/ca-and-skip`.
    if trusted.is_none() && tls.authority().is_some() {
        return;
    }
    let Some(stakes) = part.stakes() else { return };
    let issuer = part.issuer().map(|(_, known)| known.issuer);
    let for_tests = matches!(issuer, Some(Issuer::LetsEncryptStaging | Issuer::Staging));
    let severity = match (stakes.credential && stakes.outside, &trusted) {
        _ if for_tests => Severity::Info,
        (true, Some(_)) if !proven => Severity::Warning,
        (true, Some(_)) => Severity::Error,
        (true, None) | (false, Some(_)) => Severity::Warning,
        (false, None) => Severity::Info,
    };
    let taken = if stakes.credential {
        "can take the credential and answer in its place"
    } else {
        "can answer in its place"
    };
    let (what, evidence) = match trusted {
        Some((_, known)) if !proven => (String::new(), known.evidence),
        Some((host, known)) => (
            format!(", although that of {host} comes from a production issuer and would verify"),
            known.evidence,
        ),
        None => (String::new(), Vec::new()),
    };
    let message = format!(
        "the certificate of the other side is not verified{what}: whoever stands between {taken}"
    );
    let help =
        "remove this line, with the issuer's certificate in `ca_file` if it is a private one";
    let mut finding = out.at(skip.value, severity, message).help(help);
    finding.evidence = evidence;
    out.push(finding);
}

/// Whether what answers is surely the host itself with a certificate for its name: a proxy may
/// present one of its own, and an authority or another name that is set was set for a reason.
fn stands_alone(http: HttpClient<'_>, tls: TlsConfig<'_>, host: Option<&str>) -> bool {
    let other_name = tls
        .server_name()
        .is_some_and(|name| host.is_none_or(|host| !name.eq_ignore_ascii_case(host)));
    tls.authority().is_none() && !other_name && !http.has_proxy()
}

fn remote_write(entry: &Entry<'_>, out: &mut Findings<'_>) {
    let http = entry.write.http();
    let Some(tls) = http.tls() else { return };
    let Some(skip) = tls.skips_verification() else {
        return;
    };
    let endpoint = entry.url().map(|url| &url.endpoint);
    if endpoint
        .and_then(|endpoint| endpoint.scheme_name())
        .as_deref()
        == Some("http")
    {
        return;
    }
    let known = entry.issuer();
    let host = endpoint.and_then(|endpoint| endpoint.host_name());
    let proven = stands_alone(http, tls, host.as_deref());
    let issuer = known.as_ref().map(|known| known.issuer);
    let issuer = issuer.filter(|issuer| proven || !issuer.is_trusted());
    let Some(&(_, severity, message, help)) = WORDS.iter().find(|(one, ..)| *one == issuer) else {
        return;
    };
    let message = match severity {
        Severity::Info => message.to_owned(),
        _ => format!(
            "{message}: whoever stands between can take {}",
            match entry.sent_credentials().is_empty() {
                true => "the samples",
                false => "the credential and the samples",
            }
        ),
    };
    let is_named = issuer.is_some_and(|issuer| !issuer.is_trusted()) && entry.ca_file().is_some();
    let help = if is_named { ALREADY_NAMED } else { help };
    let mut finding = out.at(skip.value, severity, message).help(help);
    finding.evidence = match known {
        Some(KnownIssuer { evidence, .. }) => evidence,
        None => host.map_or_else(Vec::new, |host| entry.facts.unsettled_issuer(&host)),
    };
    out.push(finding);
}
