//! `credentials/missing`: a file that the configuration names is not there.

use crate::facts::FileState;
use crate::rules::{Findings, NamedFile};

pub(super) fn check(file: &NamedFile<'_, '_>, out: &mut Findings<'_>) {
    let FileState::Missing(looked_for) = &file.judged.state else {
        return;
    };
    let message = format!(
        "the file that `{}` names does not exist: there is no {looked_for}, so {}",
        file.setting(),
        file.so()
    );
    let create = "create the file, or correct the path; a relative path counts from the folder of \
                  this configuration";
    let help = match &file.judged.near {
        Some(near) => format!("{near}; {create}"),
        None => create.to_owned(),
    };
    let finding = out.at(file.reference.setting.node, file.severity(), message);
    out.push(file.proven(finding.help(help)));
}
