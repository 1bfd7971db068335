//! `tls/ca-and-skip`: an authority is named, and then not asked.

use crate::finding::{Advice, Evidence, Severity};
use crate::rules::{HttpPart, RuleFindings};

pub(super) fn check(part: &HttpPart<'_, '_>, out: &mut RuleFindings<'_>) {
    // Of remote_write `tls/insecure-skip-verify` speaks, authority and all, and of what would
    // verify without one.
    if part.entry.is_some() {
        return;
    }
    let Some(tls) = part.client.http.tls() else {
        return;
    };
    let (Some(skip), Some(authority)) = (tls.skips_verification(), tls.authority()) else {
        return;
    };
    let Some(stakes) = part.stakes().filter(|_| part.trusted_host().is_none()) else {
        return;
    };
    let severity = if stakes.credential && stakes.outside {
        Severity::Warning
    } else {
        Severity::Info
    };
    let message = format!(
        "`{}` has no effect while `insecure_skip_verify` is on: certificates are not verified",
        authority.name()
    );
    let finding = out
        .at(skip.value, severity, message)
        .help(
            Advice::remove(skip.key.span())
                .text("remove this line if that authority signs the certificates")
                .unsafe_(),
        )
        .evidence(authority.key.place(), "this authority is never used");
    // The jobs of a file are mostly written alike: it is reported once.
    if let Some(first) = out
        .said_of(finding.place.path())
        .filter(|first| first.severity >= severity)
    {
        first.evidence.push(Evidence {
            place: finding.place,
            message: "the same here".to_owned(),
        });
        return;
    }
    out.push(finding);
}
