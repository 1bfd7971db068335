//! `credentials/missing`: a file that the configuration names is not there.

use crate::discover;
use crate::facts::FileState;
use crate::finding::Severity;
use crate::rules::{NamedFile, RuleFindings};

pub(super) fn check(file: &NamedFile<'_, '_>, out: &mut RuleFindings<'_>) {
    let FileState::Missing(looked_for) = &file.judged.state else {
        return;
    };
    let node = file.reference.setting.node;
    let shown = node.document().text().path();
    if file.facts.is_idle_test_data(shown, file.is_idle) {
        let reason = "this is test data, and nothing in the tree runs it";
        return out.unchecked(node, reason, None);
    }
    let is_relative = node.as_str().is_some_and(|path| !path.starts_with('/'));
    if file.templated && file.is_idle && is_relative {
        let reason = "the configuration is rendered first, and the path is relative to the folder of \
            the result";
        return out.unchecked(node, reason, None);
    }
    if is_relative && let Some(reason) = file.facts.taken_by_template(shown) {
        return out.unchecked(node, &reason, None);
    }
    if let Some(path) = node.as_str()
        && let Some(reason) = file.facts.written_by(path, shown)
    {
        return out.unchecked(node, &reason, None);
    }
    if let Some(path) = node.as_str()
        && let Some(reason) = file.facts.credential_made_by(path, shown, looked_for)
    {
        return out.unchecked(node, &reason, None);
    }
    // The reader of an example has files of their own.
    let severity = match file.is_idle && discover::is_example(shown) {
        true => file.severity().min(Severity::Warning),
        false => file.severity(),
    };
    let message = format!(
        "`{}`: the file does not exist ({looked_for}): {}",
        file.setting(),
        file.consequence()
    );
    let create = "create the file or correct the path; a relative path starts at the folder of \
        this configuration";
    let help = match &file.judged.near {
        Some(near) => format!("{near}; {create}"),
        None => create.to_owned(),
    };
    let finding = out.at(node, severity, message);
    out.push(file.proven(finding.help(help)));
}
