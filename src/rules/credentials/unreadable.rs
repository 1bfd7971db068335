//! `credentials/unreadable`: Prometheus's user may not read a file that it needs.

use crate::facts::FileState;
use crate::finding::Severity;
use crate::rules::{NamedFile, RuleFindings};

pub(super) fn check(file: &NamedFile<'_, '_>, out: &mut RuleFindings<'_>) {
    let FileState::Unreadable(why) = &file.judged.state else {
        return;
    };
    let user = file.judged.user;
    let who = user.map_or("Prometheus".to_owned(), |user| format!("user {user}"));
    let message = format!(
        "{who} has no permission to read the file of `{}`: {why}; {}",
        file.setting(),
        file.consequence()
    );
    let to = user.map_or("its user".to_owned(), |user| user.to_string());
    let help = format!(
        "give the file to the user that Prometheus runs as (owner {to}, mode 0400) or to a group \
         of it (mode 0440); if it runs as another user, say so with `runtime_user` in promvet.yaml"
    );
    // Of what git tracks, the mode is what the umask of this checkout made of it.
    let by_checkout = file
        .judged
        .file
        .as_ref()
        .is_some_and(|path| matches!(file.facts.is_tracked(path), Ok(true)));
    let severity = match by_checkout {
        true => file.severity().min(Severity::Warning),
        false => file.severity(),
    };
    let finding = out.at(file.reference.setting.node, severity, message);
    out.push(file.proven(finding.help(help)));
}
