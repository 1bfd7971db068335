//! `remote-write/credentials-missing`: the receiver wants a credential and none is set.

use crate::facts::ReceiverSettings;
use crate::facts::receiver::{Credential, ReceiverCertainty};
use crate::finding::Severity;
use crate::rules::{RemoteWriteEntry, RuleFindings};

pub(super) fn check(entry: &RemoteWriteEntry<'_>, out: &mut RuleFindings<'_>) {
    let (Some(url), Some(demand)) = (entry.sound_url(), entry.demand()) else {
        return;
    };
    if demand.takes(&Credential::None) || entry.is_open_instance() {
        return;
    }
    // Of what takes no samples at all `remote-write/no-intake` tells.
    let lacks_intake = |settings: &ReceiverSettings| settings.lacks_intake.is_some();
    let is_by_image = url.recognition.not_receiver_by == Some(ReceiverCertainty::Image);
    if is_by_image || entry.settings().is_some_and(lacks_intake) {
        return;
    }
    // It may be a proxy that adds the credential.
    if entry.is_of_another_program() {
        return;
    }
    // What an unknown host of the vendor requires is not known: its path may hold the credential.
    if entry.shape_faults().iter().any(|fault| fault.of_host) {
        return;
    }
    // Its own settings may let anyone in, or may do so where they are unknown.
    let users = entry.settings().map(|settings| settings.users.as_ref());
    if users.is_some_and(|users| users.is_none_or(|users| !users.value && users.place.is_some())) {
        return;
    }
    // Of a misspelled one the schema tells.
    if !entry.credentials().is_empty()
        || !entry.sent_credentials().is_empty()
        || entry.write.http().misspells_a_credential()
    {
        return;
    }
    if let Some(place) = entry.facts.credential_elsewhere(entry.shown_path()) {
        let reason = format!(
            "{}:{} sets a credential from outside, and may do so here",
            place.path(),
            place.start().line
        );
        return out.unchecked(url.node, reason, None);
    }
    let severity = if demand.is_certain() {
        Severity::Error
    } else {
        Severity::Warning
    };
    let message = format!(
        "no credential is set, and {} requires one: every sample is rejected and dropped",
        demand.name()
    );
    let mut finding = out.at(url.node, severity, message);
    let mut help = format!("add {}", demand.kinds());
    if let Some(bare) = entry.write.http().bare_authorization() {
        help = "name a file in `authorization.credentials_file`".to_owned();
        finding = finding.evidence(bare.key.place(), "this section has no credentials");
    }
    out.push(finding.help(help));
}
