//! Labels for the moment that are stored.

use std::collections::HashSet;

use crate::finding::Severity;
use crate::rules::RuleFindings;
use crate::rules::relabel::{RelabelList, RelabelStage};

pub(super) fn check(list: &RelabelList<'_, '_>, out: &mut RuleFindings<'_>) {
    let what = match list.stage {
        RelabelStage::Samples => "is stored with every series that has it",
        RelabelStage::Written => "is sent with every sample that has it",
        RelabelStage::Alerts => "is sent with every alert that has it",
        // What begins with two underscores is taken from targets after these rules.
        RelabelStage::Targets | RelabelStage::Alertmanagers => return,
    };
    let Some(after) = &list.after else {
        return;
    };
    let mut said = HashSet::new();
    for (rule, _) in list.steps().filter(|(rule, _)| rule.is_plain()) {
        let Some(label) = rule.target.filter(|label| label.starts_with("__tmp")) else {
            continue;
        };
        let is_empty = rule.action == "replace" && rule.is_always_empty();
        let left = !is_empty && !label.contains('$') && !after.get(label).is_absent();
        if left && said.insert(label) {
            let node = rule.first_of(&["target_label"]);
            let message =
                format!("`{label}` {what}: only `relabel_configs` of a job removes such labels");
            let help =
                format!("add a rule with `action: labeldrop` and `regex: {label}` at the end");
            out.push(out.at(node, Severity::Warning, message).help(help));
        }
    }
}
