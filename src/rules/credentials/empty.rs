//! `credentials/empty`: a file that the configuration names holds nothing.

use crate::facts::FileState;
use crate::rules::{NamedFile, RuleFindings};

pub(super) fn check(file: &NamedFile<'_, '_>, out: &mut RuleFindings<'_>) {
    if file.judged.state != FileState::Empty {
        return;
    }
    let noun = file.noun();
    let message = if file.reference.is_sent() && file.entry.is_some() {
        format!("{noun} is empty: every request is rejected with 401 and the samples are dropped")
    } else if file.reference.is_sent() {
        format!("{noun} is empty: Prometheus sends an empty credential and the request is rejected")
    } else {
        format!("{noun} is empty, so {}", file.consequence())
    };
    let finding = out.at(file.reference.setting.node, file.severity(), message);
    out.push(file.proven(finding.help("write the credential to the file")));
}
