//! `credentials/unreadable`: Prometheus's user may not read a credential file.

use crate::facts::FileState;
use crate::finding::Severity;
use crate::rules::{Entry, Findings};

pub(super) fn check(entry: &Entry<'_>, out: &mut Findings<'_>) {
    let user = entry.facts.user();
    for (file, state) in entry.credential_files() {
        let FileState::Unreadable(why) = state else {
            continue;
        };
        let message = format!(
            "user {} may not read the file that `{}` names: {why}; every send fails before it \
             leaves Prometheus",
            user.uid, file.setting
        );
        let help = format!(
            "give the file to the user that Prometheus runs as (`chown {0}`, mode 0400) or to its \
             group (mode 0440); if it runs as another user, say so with `runtime_user` in \
             promvet.yaml",
            user.uid
        );
        let mut finding = out.at(file.value, Severity::Error, message).help(help);
        if let Some(policy) = &entry.facts.policy().runtime_user {
            finding = finding.evidence(
                policy.place.clone(),
                "policy: the user that Prometheus runs as",
            );
        }
        out.push(finding);
    }
}
