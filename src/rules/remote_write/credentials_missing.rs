//! `remote-write/credentials-missing`: the receiver wants a credential and none is set.

use crate::finding::Severity;
use crate::rules::{Entry, Findings};

pub(super) fn check(entry: &Entry<'_>, out: &mut Findings<'_>) {
    let Some(url) = entry.sound_url() else { return };
    if !entry.sent_credentials().is_empty() {
        return;
    }
    let Some(demand) = url.recognition.demand() else { return };
    if demand.takes("none") || entry.is_open_instance() {
        return;
    }
    let severity = if demand.certain { Severity::Error } else { Severity::Warning };
    let message = format!(
        "this entry has no credential, and {} answers 401 to whoever sends none: every sample is \
         dropped",
        demand.name
    );
    out.push(out.at(url.node, severity, message).help(format!("add {}", demand.kinds_in_words())));
}
