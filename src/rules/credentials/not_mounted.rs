//! `credentials/not-mounted`: where Prometheus runs there is no such path.

use crate::facts::FileState;
use crate::rules::{Findings, NamedFile};

pub(super) fn check(file: &NamedFile<'_, '_>, out: &mut Findings<'_>) {
    let FileState::NotMounted { who, mounts } = &file.judged.state else {
        return;
    };
    let path = &file.judged.path;
    let message = format!(
        "`{}`: no mount of {who} provides `{path}`, and {}",
        file.setting(),
        file.so()
    );
    let there = if mounts.is_empty() {
        "nothing is mounted".to_owned()
    } else {
        format!("mounted are {}", mounts.join(", "))
    };
    let help = match &file.judged.near {
        Some(near) => format!("{near}; mount the file at that path or correct the path; {there}"),
        None => format!("mount the file at that path or correct the path; {there}"),
    };
    let finding = out.at(file.reference.setting.node, file.severity(), message);
    out.push(file.proven(finding.help(help)));
}
