//! `tls/certificate`: the server's certificate, as it was seen, does not verify.

use crate::facts::KnownIssuer;
use crate::facts::online::{OnlineServer, ShownByServer};
use crate::finding::{Day, Severity};
use crate::policy::CertificateIssuer;
use crate::rules::{Authorities, EntryUrl, RemoteWriteEntry, RuleFindings, SHOWN};
use crate::source::handshake::{HandshakeTarget, Roots};

/// How long before its end a certificate is reported, in seconds: Let's Encrypt's are renewed 30 days
/// before it, so that with 14 days left something is wrong.
const SOON: i64 = 14 * 24 * 60 * 60;

pub(super) fn check(entry: &RemoteWriteEntry<'_>, out: &mut RuleFindings<'_>) {
    let Some(url) = entry.sound_url().filter(|_| entry.facts.is_online()) else {
        return;
    };
    let target = match entry.server() {
        Some(OnlineServer::Asked(target)) => target,
        Some(OnlineServer::NotAsked(why)) => {
            let reason = format!("the certificate of the server was not requested: {why}");
            out.unchecked(url.node, reason, None);
            return;
        }
        Some(OnlineServer::Plain) | None => return,
    };
    match entry.shown() {
        Some(Ok(shown)) => judge(entry, url, &target, &shown, out),
        Some(Err(failure)) => {
            let reason = format!(
                "the certificate of {} could not be read: {failure}",
                target.host
            );
            out.unchecked(url.node, reason, None);
        }
        None => {}
    }
}

fn judge(
    entry: &RemoteWriteEntry<'_>,
    url: &EntryUrl<'_>,
    target: &HandshakeTarget,
    shown: &ShownByServer,
    out: &mut RuleFindings<'_>,
) {
    contradiction(entry, url, shown, out);
    let tls = entry.write.http().tls();
    if tls.is_some_and(|tls| tls.skips_verification().is_some()) {
        return;
    }
    let faults: Vec<_> = [
        date(entry, shown),
        name_fault(target, shown),
        authority(entry, url, shown, out),
    ]
    .into_iter()
    .flatten()
    .collect();
    let span = url.endpoint.host().unwrap_or_default();
    let span = url.span(span.start, span.end);
    if let Some((kind, _, help)) = faults.first() {
        let says: Vec<_> = faults.iter().map(|(_, says, _)| says.as_str()).collect();
        let message = format!(
            "the certificate that {} presents {}: every send fails",
            target.host,
            says.join(", and ")
        );
        let mut finding = out
            .part(url.node, span, Severity::Error, message)
            .kind(*kind)
            .help(help.as_str());
        if let Some(node) = tls.and_then(|tls| tls.get("server_name")) {
            finding = finding.evidence(node.place(), "it is verified against this name");
        }
        out.push(finding);
        return;
    }
    let left = shown.certificate.not_after - entry.facts.now();
    if left < SOON {
        let message = format!(
            "the certificate that {} presents expires on {} and has not been renewed",
            target.host,
            Day::of(shown.certificate.not_after)
        );
        let help = "renew it before that day";
        let finding = out.part(url.node, span, Severity::Warning, message);
        out.push(finding.kind("expires-soon").help(help));
    }
}

type CertificateFault = (&'static str, String, String);

fn date(entry: &RemoteWriteEntry<'_>, shown: &ShownByServer) -> Option<CertificateFault> {
    let (now, certificate) = (entry.facts.now(), &shown.certificate);
    let says = if now > certificate.not_after {
        format!("expired on {}", Day::of(certificate.not_after))
    } else if now < certificate.not_before {
        format!("is not valid before {}", Day::of(certificate.not_before))
    } else {
        return None;
    };
    Some(("date", says, "renew it".to_owned()))
}

fn name_fault(target: &HandshakeTarget, shown: &ShownByServer) -> Option<CertificateFault> {
    if shown.covers(&target.name) {
        return None;
    }
    let names = &shown.certificate.names;
    let listed: Vec<_> = names.iter().take(SHOWN).map(String::as_str).collect();
    let more = match names.len().saturating_sub(SHOWN) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let says = match listed.as_slice() {
        [] => "names no host".to_owned(),
        _ => format!(
            "is valid for {}{more}, not for {}",
            listed.join(", "),
            target.name
        ),
    };
    let help = "write a host that the certificate names, or request a certificate for this host";
    Some(("names", says, help.to_owned()))
}

fn authority(
    entry: &RemoteWriteEntry<'_>,
    url: &EntryUrl<'_>,
    shown: &ShownByServer,
    out: &mut RuleFindings<'_>,
) -> Option<CertificateFault> {
    let by = shown.certificate.signed_by();
    let (signed, says, help) = match entry.authorities() {
        Authorities::System => (
            shown.is_signed_by(Roots::System),
            format!("is signed by {by}, an authority that this machine does not trust"),
            "set `ca_file` to the certificate of its authority",
        ),
        Authorities::These(list) => (
            shown.is_signed_by(Roots::These(&list)),
            format!("is signed by {by}, which is not among the configured authorities"),
            "set `ca_file` to the certificate of its authority; if it is a public one, remove \
             `ca_file`",
        ),
        Authorities::Unknown => (None, String::new(), ""),
    };
    match signed {
        Some(true) => None,
        Some(false) if shown.is_alone() => {
            let help = format!("{help}; or let the server send its intermediate certificates");
            Some(("authority", says, help))
        }
        Some(false) => Some(("authority", says, help.to_owned())),
        None => {
            let reason = format!(
                "promvet cannot tell whether {by}, the authority that signed its certificate, \
                 is trusted"
            );
            out.unchecked(url.node, reason, None);
            None
        }
    }
}

/// Where the tree says one thing of the issuer and the server shows another.
fn contradiction(
    entry: &RemoteWriteEntry<'_>,
    url: &EntryUrl<'_>,
    shown: &ShownByServer,
    out: &mut RuleFindings<'_>,
) {
    let (Some(reported), Some(seen)) = (entry.issuer_in_files(), shown.issuer()) else {
        return;
    };
    // A private authority that this machine trusts too is not a contradiction.
    let own = reported.issuer == CertificateIssuer::Private
        && entry.ca_file().is_some()
        && seen.is_trusted();
    if own || kind(reported.issuer) == kind(seen) {
        return;
    }
    let KnownIssuer { issuer, evidence } = reported;
    let message = format!(
        "the certificate of this host should be issued by {}, but the server presents one \
         signed by {}",
        issuer.word(),
        shown.certificate.signed_by()
    );
    let help = "correct the issuer in the tree or the certificate of the server; promvet goes \
        by the tree until then";
    let mut finding = out.at(url.node, Severity::Warning, message).help(help);
    finding.evidence = evidence;
    finding.evidence.push(shown.evidence(url.node.place()));
    out.push(finding);
}

/// What matters of an issuer: who trusts it.
fn kind(issuer: CertificateIssuer) -> u8 {
    match issuer {
        CertificateIssuer::LetsEncryptProd | CertificateIssuer::Public => 0,
        CertificateIssuer::LetsEncryptStaging | CertificateIssuer::Staging => 1,
        CertificateIssuer::Private => 2,
    }
}
