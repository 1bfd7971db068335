//! `tls/unused`: `tls_config` where plain http is spoken.

use crate::facts::receiver::Cause;
use crate::finding::Severity;
use crate::prometheus::ClientSection;
use crate::rules::{HttpPart, RemoteWriteEntry, RuleFindings, advice};

pub(super) fn check(part: &HttpPart<'_, '_>, out: &mut RuleFindings<'_>) {
    let http = part.client.http;
    let Some(tls) = http.tls() else { return };
    let skip = tls.skips_verification();
    let Some(setting) = tls.setting().or(skip) else {
        return;
    };
    if !part.client.is_never_encrypted() || part.entry.is_some_and(is_reported_elsewhere) {
        return;
    }
    let only_skips = tls.setting().is_none();
    let secret = part.client.sent_secrets().into_iter().next();
    let severity = match (only_skips, secret.is_some()) {
        (true, false) => Severity::Info,
        // No credential is written and `insecure_skip_verify` for a scrape over http.
        (true, true) | (false, _) => Severity::Warning,
    };
    let (why, help) = match part.client.section {
        ClientSection::Scrape | ClientSection::Alertmanager => (
            "`scheme` is http",
            "write `scheme: https`, or delete `tls_config`",
        ),
        ClientSection::Discovery(_) => (
            "the server is reached over http",
            "name the server with https, or delete `tls_config`",
        ),
        _ => (
            "the URL is http",
            "write `https://`, or delete `tls_config`",
        ),
    };
    let clear = if secret.is_some() {
        ", and the credential is sent in plaintext"
    } else {
        ""
    };
    let message = format!("`{}` has no effect: {why}{clear}", setting.name());
    let advice = match part.client.section {
        ClientSection::Scrape | ClientSection::Alertmanager => {
            advice::scheme_https(&part.client, help)
        }
        _ => match part.client.node.get("url") {
            Some(url) => advice::url_https(url, help),
            None => help.into(),
        },
    };
    let mut finding = out
        .at(setting.key, severity, message)
        .help(advice.unsafe_());
    if let Some(secret) = secret {
        finding = finding.evidence(secret.place(), "this is sent with every request");
    }
    out.push(finding);
}

/// Whether the URL is to become one of https anyway, which is said there.
fn is_reported_elsewhere(entry: &RemoteWriteEntry<'_>) -> bool {
    let mut faults = entry.shape_faults().iter();
    entry.sends_credentials_in_the_clear()
        || faults.any(|fault| fault.cause == Cause::Scheme || fault.expects_https())
}
