//! A key that is missing because another one was meant to be it: one fault, which is said at the key that
//! is there.

use std::collections::HashMap;

use crate::finding::{Action, Advice, Finding, Severity, nearest, rule};

/// Rules that report a key that a section lacks, with the path that the key would have.
const OF_ABSENCE: &[&str] = &[rule::AGENTS_PIPELINE, rule::SCHEMA_MISSING_FIELD];

/// Takes out what is said of keys that are missing where an unknown key of the same section is like them,
/// and says of the unknown key what it was meant to be.
pub(super) fn put(findings: &mut Vec<Finding>) {
    let mut meant: HashMap<usize, (Severity, String)> = HashMap::new();
    let is_told: Vec<bool> = findings
        .iter()
        .map(|finding| {
            let slip = slip_for(finding, findings);
            let lack = |_| (finding.severity, finding.keys().last().to_owned());
            let told = slip.map(|slip| meant.entry(slip).or_insert(lack(slip)));
            told.is_some()
        })
        .collect();
    for (index, finding) in findings.iter_mut().enumerate() {
        if let Some((severity, name)) = meant.remove(&index) {
            finding.severity = finding.severity.max(severity);
            let action = finding.advice.as_ref().map(Advice::action);
            if let Some(Action::Rename { span, to }) = action
                && *to != name
            {
                finding.advice = Some(Advice::rename(*span, name).unsafe_());
            }
        }
    }
    let mut is_told = is_told.into_iter();
    findings.retain(|_| !is_told.next().unwrap_or_default());
}

/// Which of the findings is about the key that was meant to be the one that is missing here.
fn slip_for(missing: &Finding, findings: &[Finding]) -> Option<usize> {
    if !OF_ABSENCE.contains(&&*missing.rule) {
        return None;
    }
    let (keys, path) = (missing.keys(), missing.place.path());
    let is_slip = |other: &Finding| {
        let its = other.keys();
        other.rule == rule::SCHEMA_UNKNOWN_FIELD
            && other.place.path() == path
            && its.section() == keys.section()
            && nearest(its.last(), [keys.last()]).is_some()
    };
    findings.iter().position(is_slip)
}
