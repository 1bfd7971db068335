//! `credentials/missing`: the file that an entry reads a credential from is not there.

use crate::facts::FileState;
use crate::finding::Severity;
use crate::rules::{Entry, Findings};

pub(super) fn check(entry: &Entry<'_>, out: &mut Findings<'_>) {
    for (file, state) in entry.credential_files() {
        let FileState::Missing(looked_for) = state else {
            continue;
        };
        let message = format!(
            "the file that `{}` names does not exist: there is no {looked_for}, so every send \
             fails before it leaves Prometheus",
            file.setting
        );
        let help = "create the file, or correct the path; a relative path counts from the folder \
                    of this configuration";
        out.push(out.at(file.value, Severity::Error, message).help(help));
    }
}
