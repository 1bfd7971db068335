//! `credentials/world-readable`: every user may read a secret file where it is deployed.

use crate::facts::FileState;
use crate::finding::Severity;
use crate::rules::{NamedFile, RuleFindings};
use crate::schema::table::Reference;

pub(super) fn check(file: &NamedFile<'_, '_>, out: &mut RuleFindings<'_>) {
    let is_secret = file.reference.is_sent() || file.reference.kind == Reference::Key;
    let Some(open) = file.judged.open.as_ref().filter(|_| is_secret) else {
        return;
    };
    if file.judged.state != FileState::Usable {
        return;
    }
    let message = format!(
        "any user can read the file of `{}`: its mode is {:04o}",
        file.setting(),
        open.mode
    );
    let finding = out
        .at(file.reference.setting.node, Severity::Warning, message)
        .help("give it mode 0400 (only the user of Prometheus) or 0440 (its group too)");
    let mut finding = file.proven(finding);
    if let Some(place) = &open.place {
        finding = finding.evidence(place.clone(), "the mode is written here");
    }
    out.push(finding);
}
