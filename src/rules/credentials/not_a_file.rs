//! `credentials/not-a-file`: a path that should name a file names something else.

use crate::facts::FileState;
use crate::rules::{NamedFile, RuleFindings};

pub(super) fn check(file: &NamedFile<'_, '_>, out: &mut RuleFindings<'_>) {
    let FileState::NotAFile(what) = &file.judged.state else {
        return;
    };
    let message = format!(
        "`{}` names {what}, not a file: {}",
        file.setting(),
        file.consequence()
    );
    let finding = out.at(file.reference.setting.node, file.severity(), message);
    out.push(file.proven(finding.help("name the file, not its folder")));
}
