//! `remote-write/url-shape`: the URL is not one that its receiver takes samples at.

use crate::facts::receiver::{Cause, ShapeFault, judge};
use crate::finding::Severity;
use crate::rules::{Entry, Findings};

pub(super) fn check(entry: &Entry<'_>, out: &mut Findings<'_>) {
    let Some(url) = entry.sound_url() else {
        return;
    };
    // A credential over plain http is the worse half of the same fault; one in the query has a
    // rule of its own.
    let plain_http = entry.sends_credentials_in_the_clear();
    let faults = judge(&url.endpoint, &url.recognition);
    for fault in faults {
        if fault.cause == Cause::Secret || fault.cause == Cause::Scheme && plain_http {
            continue;
        }
        let span = url.span(fault.range.start, fault.range.end);
        let mut finding = out.part(url.node, span, severity(&fault), fault.message);
        finding.help = match fault.suggestion {
            Some(suggestion) => Some(format!("write {suggestion}")),
            None if fault.expected.is_empty() => None,
            None => Some(format!("the form is {}", fault.expected)),
        };
        out.push(finding);
    }
    if let Some(system) = url.recognition.not_receiver {
        let message = format!("{}: {}", system.name, system.says);
        out.push(out.at(url.node, Severity::Info, message));
    }
}

fn severity(fault: &ShapeFault) -> Severity {
    match (fault.hint, fault.certain) {
        (true, _) => Severity::Info,
        (false, true) => Severity::Error,
        (false, false) => Severity::Warning,
    }
}
