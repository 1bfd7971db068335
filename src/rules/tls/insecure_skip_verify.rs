//! `tls/insecure-skip-verify`: verification of the certificate is skipped, judged by who signed it.

use crate::facts::KnownIssuer;
use crate::finding::{Advice, Severity};
use crate::policy::CertificateIssuer;
use crate::prometheus::{HttpClient, TlsConfig};
use crate::rules::{HttpPart, RemoteWriteEntry, RuleFindings};

/// What is reported about each issuer: severity, message (of those that are not for tests, its
/// beginning), help.
const WORDS: &[(Option<CertificateIssuer>, Severity, &str, &str)] = &[
    (
        Some(CertificateIssuer::LetsEncryptProd),
        Severity::Error,
        "`insecure_skip_verify` is not needed, since the issuer is Let's Encrypt (production)",
        "remove this line",
    ),
    (
        Some(CertificateIssuer::Public),
        Severity::Error,
        "`insecure_skip_verify` is not needed, since the issuer is public",
        "remove this line",
    ),
    (
        Some(CertificateIssuer::Private),
        Severity::Warning,
        "`insecure_skip_verify` is not needed, since the private issuer is known",
        "remove this line and set `ca_file` to the issuer's certificate",
    ),
    (
        Some(CertificateIssuer::LetsEncryptStaging),
        Severity::Info,
        "`insecure_skip_verify`: the certificate is not verified, which is right only for \
         tests; it comes from Let's Encrypt's staging issuer",
        "to verify it, set `ca_file` to the staging root and remove this line",
    ),
    (
        Some(CertificateIssuer::Staging),
        Severity::Info,
        "`insecure_skip_verify`: the certificate is not verified, which is right only for \
         tests; it comes from the test environment of an authority",
        "to verify it, set `ca_file` to the root of that environment and remove this line",
    ),
    (
        None,
        Severity::Warning,
        "`insecure_skip_verify`: the certificate is not verified",
        "remove this line, and set `ca_file` if the issuer is private; if this endpoint uses a \
         staging issuer, declare it under `issuers:` in promvet.yaml",
    ),
];

/// What helps where the issuer is not trusted everywhere and a `ca_file` is there.
const ALREADY_NAMED: &str = "remove this line: the certificate verifies with the `ca_file` that \
    is already set";

pub(super) fn check(part: &HttpPart<'_, '_>, out: &mut RuleFindings<'_>) {
    match part.entry {
        Some(entry) => remote_write(entry, out),
        None => others(part, out),
    }
}

/// A job, an Alertmanager, an entry of remote_read or a service discovery.
fn others(part: &HttpPart<'_, '_>, out: &mut RuleFindings<'_>) {
    let Some(tls) = part.client.http.tls() else {
        return;
    };
    let Some(skip) = tls.skips_verification() else {
        return;
    };
    let trusted = part.trusted_host();
    let proven = is_surely_the_host(
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
    let for_tests = matches!(
        issuer,
        Some(CertificateIssuer::LetsEncryptStaging | CertificateIssuer::Staging)
    );
    let severity = match (stakes.credential && stakes.outside, &trusted) {
        _ if for_tests => Severity::Info,
        (true, Some(_)) if !proven => Severity::Warning,
        (true, Some(_)) => Severity::Error,
        (true, None) | (false, Some(_)) => Severity::Warning,
        (false, None) => Severity::Info,
    };
    let taken = if stakes.credential {
        "can read the credential and answer in its place"
    } else {
        "can answer in its place"
    };
    let (what, evidence) = match trusted {
        Some((_, known)) if !proven => (String::new(), known.evidence),
        Some((host, known)) => (
            format!(", although that of {host} comes from a production issuer"),
            known.evidence,
        ),
        None => (String::new(), Vec::new()),
    };
    let message = format!(
        "`insecure_skip_verify`: the certificate is not verified{what}; an attacker on the \
         network {taken}"
    );
    let help = "remove this line, and set `ca_file` if the issuer is private";
    let mut finding = out
        .at(skip.value, severity, message)
        .kind("of-a-client")
        .help(help);
    finding.evidence = evidence;
    out.push(finding);
}

/// Whether what answers is surely the host itself with a certificate for its name: a proxy may
/// present another, and an authority or another name that is set was set for a reason.
fn is_surely_the_host(http: HttpClient<'_>, tls: TlsConfig<'_>, host: Option<&str>) -> bool {
    let other_name = tls
        .server_name()
        .is_some_and(|name| host.is_none_or(|host| !name.eq_ignore_ascii_case(host)));
    tls.authority().is_none() && !other_name && !http.has_proxy()
}

fn remote_write(entry: &RemoteWriteEntry<'_>, out: &mut RuleFindings<'_>) {
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
    let proven = is_surely_the_host(http, tls, host.as_deref());
    let issuer = known.as_ref().map(|known| known.issuer);
    let issuer = issuer.filter(|issuer| proven || !issuer.is_trusted());
    let Some(&(_, severity, message, help)) = WORDS.iter().find(|(one, ..)| *one == issuer) else {
        return;
    };
    let message = match severity {
        Severity::Info => message.to_owned(),
        _ => format!(
            "{message}: an attacker on the network can read {}",
            match entry.sent_credentials().is_empty() {
                true => "the samples",
                false => "the credential and the samples",
            }
        ),
    };
    let is_named = issuer.is_some_and(|issuer| !issuer.is_trusted()) && entry.ca_file().is_some();
    let remove = Advice::remove(skip.key.span());
    // A certificate that every system trusts verifies without it, whatever the author meant by it.
    let advice = match issuer {
        Some(issuer) if issuer.is_trusted() => remove.text(help).safe(),
        _ if is_named => remove.text(ALREADY_NAMED).unsafe_(),
        _ => Advice::say(help),
    };
    let mut finding = out.at(skip.value, severity, message).help(advice);
    finding.evidence = match known {
        Some(KnownIssuer { evidence, .. }) => evidence,
        None => host.map_or_else(Vec::new, |host| entry.facts.unsettled_issuer(&host)),
    };
    out.push(finding);
}
