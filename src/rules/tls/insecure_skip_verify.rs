//! `tls/insecure-skip-verify`: verification of the certificate is skipped, judged by who signed it.

use crate::facts::KnownIssuer;
use crate::finding::Severity;
use crate::policy::Issuer;
use crate::prometheus::TlsConfig;
use crate::rules::{Entry, Findings};

/// What is said of each issuer: severity, message, help.
const WORDS: &[(Option<Issuer>, Severity, &str, &str)] = &[
    (
        Some(Issuer::LetsEncryptProd),
        Severity::Error,
        "the certificate is not verified, although it comes from Let's Encrypt's production \
         issuer and would verify: whoever stands between can take the credential and the samples",
        "remove this line",
    ),
    (
        Some(Issuer::Public),
        Severity::Error,
        "the certificate is not verified, although it comes from a public production issuer and \
         would verify: whoever stands between can take the credential and the samples",
        "remove this line",
    ),
    (
        Some(Issuer::Private),
        Severity::Warning,
        "the certificate is not verified, although its private issuer is known: whoever stands \
         between can take the credential and the samples",
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
        "the certificate is not verified: whoever stands between can take the credential and the \
         samples",
        "remove this line, with the issuer's certificate in `ca_file` if it is a private one; if \
         this endpoint uses a staging issuer, say so under `issuers:` in promvet.yaml",
    ),
];

/// What helps where the issuer is not trusted everywhere and a `ca_file` is there.
const ALREADY_NAMED: &str = "remove this line: with the issuer's certificate in `ca_file`, which is already set, it verifies";

pub(super) fn check(entry: &Entry<'_>, out: &mut Findings<'_>) {
    let Some(skip) = entry
        .write
        .http()
        .tls()
        .and_then(TlsConfig::skips_verification)
    else {
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
    let issuer = known.as_ref().map(|known| known.issuer);
    let Some(&(_, severity, message, help)) = WORDS.iter().find(|(one, ..)| *one == issuer) else {
        return;
    };
    let is_named = issuer.is_some_and(|issuer| !issuer.is_trusted()) && entry.ca_file().is_some();
    let help = if is_named { ALREADY_NAMED } else { help };
    let mut finding = out.at(skip.value, severity, message).help(help);
    finding.evidence = match known {
        Some(KnownIssuer { evidence, .. }) => evidence,
        None => {
            let host = endpoint.and_then(|endpoint| endpoint.host_name());
            host.map_or_else(Vec::new, |host| entry.facts.unsettled_issuer(&host))
        }
    };
    out.push(finding);
}
