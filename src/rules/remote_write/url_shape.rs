//! `remote-write/url-shape`: the URL is not one that its receiver takes samples at.

use std::borrow::Cow;

use crate::facts::ServiceMatch;
use crate::facts::receiver::{Cause, ShapeFault};
use crate::finding::{Advice, Severity};
use crate::rules::entry::EntryUrl;
use crate::rules::{RemoteWriteEntry, RuleFindings};

pub(super) fn check(entry: &RemoteWriteEntry<'_>, out: &mut RuleFindings<'_>) {
    let Some(url) = entry.sound_url() else { return };
    // A credential over plain http is the worse half of the same fault.
    let plain_http = entry.sends_credentials_in_the_clear();
    let faults = entry.shape_faults().iter();
    for fault in faults.filter(|fault| !entry.is_redirect(fault)) {
        if fault.cause == Cause::Scheme && plain_http {
            continue;
        }
        let span = url.span(fault.range.start, fault.range.end);
        let severity = match severity(fault) {
            Severity::Warning if !fault.is_by_name && entry.is_of_another_program() => {
                Severity::Info
            }
            other => other,
        };
        let mut finding = out.part(url.node, span, severity, fault.message.clone());
        finding.advice = match &fault.suggestion {
            _ if fault.of_host => Some(Advice::say(of_host(&fault.expected))),
            Some(right) => {
                let right = with_own_port(url, right);
                Some(url.advice(&right, fault.certain && !fault.hint))
            }
            None if fault.expected.is_empty() => {
                Some("write the path at which the receiver accepts remote write".into())
            }
            None => Some(format!("write a URL of the form {}", fault.expected).into()),
        };
        finding.evidence = url.evidence();
        out.push(finding);
    }
}

/// A URL with the port of the Prometheus that answers, where it listens at its usual one and not at that
/// which is written: at another one nothing takes the connection.
fn with_own_port<'r>(url: &EntryUrl<'_>, right: &'r str) -> Cow<'r, str> {
    let answers = |service: &ServiceMatch<'_>| service.changes.is_empty();
    let is_elsewhere = |service: &ServiceMatch<'_>| {
        let deployment = service.deployment.filter(|it| it.prometheus.is_some());
        deployment.is_some_and(|it| {
            it.listens_at(USUAL) == Some(true) && it.listens_at(service.port) == Some(false)
        })
    };
    match url.answering.as_slice() {
        [only] if answers(only) && is_elsewhere(only) => {
            let (own, usual) = (format!(":{}/", only.port), format!(":{USUAL}/"));
            Cow::Owned(right.replacen(&own, &usual, 1))
        }
        _ => Cow::Borrowed(right),
    }
}

/// The port of Prometheus.
const USUAL: u16 = 9090;

/// What to do about a host that is not among those of its vendor: it may be one that promvet does
/// not know.
fn of_host(expected: &str) -> String {
    let named = "or name the receiver under `receivers` in promvet.yaml";
    match expected.is_empty() {
        true => format!("correct the host, {named}"),
        false => format!("write a URL of the form {expected}, {named}"),
    }
}

fn severity(fault: &ShapeFault) -> Severity {
    if fault.hint {
        Severity::Info
    } else if fault.certain {
        Severity::Error
    } else {
        Severity::Warning
    }
}
