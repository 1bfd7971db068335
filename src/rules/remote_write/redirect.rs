//! `remote-write/redirect`: the URL is answered with a redirect.

use crate::facts::receiver::{Cause, ShapeFault};
use crate::finding::Severity;
use crate::rules::{RemoteWriteEntry, RuleFindings};

pub(super) fn check(entry: &RemoteWriteEntry<'_>, out: &mut RuleFindings<'_>) {
    let Some(url) = entry.sound_url() else { return };
    // A credential over plain http is the worse half of the same fault.
    let plain_http = entry.sends_credentials_in_the_clear();
    let faults = entry.shape_faults().iter();
    for fault in faults.filter(|fault| entry.is_redirect(fault)) {
        if fault.cause == Cause::Scheme && plain_http {
            continue;
        }
        let severity = if fault.hint {
            Severity::Info
        } else if fault.certain {
            Severity::Error
        } else {
            Severity::Warning
        };
        let span = url.span(fault.range.start, fault.range.end);
        let meant = fault.suggestion.as_ref().unwrap_or(&fault.expected);
        let mut finding = out.part(url.node, span, severity, message(fault));
        finding.evidence = url.evidence();
        // Another scheme may lead to another port.
        let is_sure = fault.certain && !fault.hint && fault.cause != Cause::Scheme;
        out.push(finding.help(match &fault.suggestion {
            Some(right) => url.advice(right, is_sure),
            None => format!("write `{meant}`").into(),
        }));
    }
}

fn message(fault: &ShapeFault) -> String {
    if fault.cause != Cause::Scheme {
        return fault.message.clone();
    }
    let what = fault.message.strip_suffix(&fault.expected);
    let what = what.map_or(&*fault.message, |what| what.trim_end_matches(": "));
    format!("{what}: the redirect turns the POST into a GET, and every sample is lost")
}
