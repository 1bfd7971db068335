//! A key that is missing because another one was meant to be it: one fault, which is said at the key that
//! is there.

use std::collections::HashMap;

use crate::finding::{Action, Advice, Finding, KeySteps, Severity, nearest, rule};

/// Rules that report a key that a section lacks, with the path that the key would have.
const OF_ABSENCE: &[&str] = &[rule::AGENTS_PIPELINE, rule::SCHEMA_MISSING_FIELD];

/// Takes out what is said of keys that are missing where an unknown key of the same section is like them,
/// and says of the unknown key what it was meant to be.
pub(super) fn put(findings: &mut Vec<Finding>) {
    if !findings.iter().any(is_of_absence) {
        return;
    }
    let slips = Slips::of(findings);
    let mut meant: HashMap<usize, (Severity, String)> = HashMap::new();
    let is_told: Vec<bool> = findings
        .iter()
        .map(|finding| {
            let slip = slips.meant_for(finding);
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

fn is_of_absence(finding: &Finding) -> bool {
    OF_ABSENCE.contains(&&*finding.rule)
}

/// Unknown keys by the file and the section that they are in, in the order of their findings: a file may
/// have thousands, and lack as many.
struct Slips<'f>(HashMap<(&'f str, KeySteps<'f>), Vec<(usize, &'f str)>>);

impl<'f> Slips<'f> {
    fn of(findings: &'f [Finding]) -> Self {
        let mut slips: HashMap<_, Vec<_>> = HashMap::new();
        for (index, finding) in findings.iter().enumerate() {
            if finding.rule == rule::SCHEMA_UNKNOWN_FIELD {
                let keys = finding.keys();
                let section = (&**finding.place.path(), keys.section());
                slips.entry(section).or_default().push((index, keys.last()));
            }
        }
        Self(slips)
    }

    /// Which of the findings is about the key that was meant to be the one that is missing.
    fn meant_for(&self, missing: &Finding) -> Option<usize> {
        if !is_of_absence(missing) {
            return None;
        }
        let keys = missing.keys();
        let slips = self.0.get(&(&**missing.place.path(), keys.section()))?;
        let mut slips = slips.iter();
        let is_like = |(_, name): &&(usize, &str)| nearest(name, [keys.last()]).is_some();
        slips.find(is_like).map(|(index, _)| *index)
    }
}
