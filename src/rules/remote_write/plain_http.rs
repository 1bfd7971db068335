//! `remote-write/plain-http`: a credential travels unencrypted to somewhere outside.

use crate::facts::ReceiverRequirements;
use crate::facts::receiver::{Cause, ShapeFault};
use crate::finding::{Advice, Severity};
use crate::rules::{RemoteWriteEntry, RuleFindings};

pub(super) fn check(entry: &RemoteWriteEntry<'_>, out: &mut RuleFindings<'_>) {
    let Some(url) = entry
        .sound_url()
        .filter(|_| entry.sends_credentials_in_the_clear())
    else {
        return;
    };
    let endpoint = &url.endpoint;
    let faults = entry.shape_faults();
    let of_scheme = faults.iter().find(|fault| fault.cause == Cause::Scheme);
    // A URL that is to become one of https, port and all, is reported as such.
    let becomes_https = |fault: &ShapeFault| fault.certain && fault.expects_https();
    if of_scheme.is_none() && faults.iter().any(becomes_https) {
        return;
    }
    let carried = entry.sent_credentials();
    let Some((what, place)) = carried.first() else {
        return;
    };
    let scheme = endpoint.scheme().unwrap_or_default();
    let span = url.span(scheme.start, scheme.end);
    // A placeholder may be in the host.
    let host = endpoint.host_name().filter(|host| !host.is_empty());
    let to = host.map_or_else(String::new, |host| format!(" to {host}"));
    let mut message =
        format!("{what} is sent over plain http: anyone on the network path{to} can read it");
    if let Some(fault) = of_scheme {
        message.push_str("; ");
        message.push_str(&fault.message);
    }
    let finding = out
        .part(url.node, span, severity(entry), message)
        .help(
            Advice::replace(span, "https")
                .text("write https://")
                .unsafe_(),
        )
        .evidence(place.clone(), "it is sent with every request");
    out.push(finding);
}

/// A vendor that takes metrics over plain http does so at addresses inside of its own networks.
fn severity(entry: &RemoteWriteEntry<'_>) -> Severity {
    let inside = entry.right_url().is_some()
        && entry
            .demand()
            .as_ref()
            .is_some_and(ReceiverRequirements::is_saas);
    if inside {
        Severity::Info
    } else {
        Severity::Error
    }
}
