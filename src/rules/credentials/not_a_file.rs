//! `credentials/not-a-file`: a credential is read from something that is no file.

use crate::facts::FileState;
use crate::finding::Severity;
use crate::rules::{Entry, Findings};

pub(super) fn check(entry: &Entry<'_>, out: &mut Findings<'_>) {
    for (file, state) in entry.credential_files() {
        let FileState::NotAFile(what) = state else {
            continue;
        };
        let message = format!(
            "`{}` names {what}, not a file, so no credential can be read and every send fails",
            file.setting
        );
        out.push(
            out.at(file.value, Severity::Error, message)
                .help("name the file that holds the credential"),
        );
    }
}
