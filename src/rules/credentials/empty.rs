//! `credentials/empty`: a credential file holds nothing.

use crate::facts::FileState;
use crate::finding::Severity;
use crate::rules::{Entry, Findings};

pub(super) fn check(entry: &Entry<'_>, out: &mut Findings<'_>) {
    for (file, state) in entry.credential_files() {
        if *state != FileState::Empty {
            continue;
        }
        let message = format!(
            "the file that `{}` names is empty: Prometheus sends an empty credential, is refused \
             with 401 and drops the samples",
            file.setting
        );
        out.push(
            out.at(file.value, Severity::Error, message)
                .help("write the credential into the file"),
        );
    }
}
