//! `credentials/authorization-empty`: an `authorization` section that names no credentials.

use crate::facts::receiver::Credential;
use crate::finding::{Advice, Severity};
use crate::rules::{HttpPart, RemoteWriteEntry, RuleFindings};

pub(super) fn check(part: &HttpPart<'_, '_>, out: &mut RuleFindings<'_>) {
    let Some(bare) = part.client.http.bare_authorization() else {
        return;
    };
    // A receiver that is known to want a credential is `remote-write/credentials-missing`.
    if part.entry.is_some_and(wants_one) {
        return;
    }
    let message = "`authorization` has no credentials, so no token is sent";
    // Another header has the secret.
    let severity = match part.client.http.has_secret_header() {
        true => Severity::Info,
        false => Severity::Warning,
    };
    out.push(
        out.at(bare.key, severity, message).help(
            Advice::remove(bare.key.span())
                .text("add `credentials_file`, or delete the section")
                .unsafe_(),
        ),
    );
}

fn wants_one(entry: &RemoteWriteEntry<'_>) -> bool {
    let demand = entry.demand();
    demand.is_some_and(|demand| !demand.takes(&Credential::None) && !entry.is_open_instance())
}
