//! Placeholders of one entry, which were forgotten together: one finding.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashSet};

use crate::finding::{Evidence, Finding, KeySteps, PLACEHOLDER, Severity};

/// Leaves one warning for the placeholders of an entry or a section, with the places of the others as
/// its evidence. An error has a proof of its own, and stays.
pub(super) fn one_for_an_entry(findings: &mut Vec<Finding>) {
    let marked = findings.iter().enumerate();
    let marked = marked.filter(|(_, finding)| finding.kind == PLACEHOLDER);
    // By entries or first sections: `remote_write[0]`, `global`.
    let mut entries: BTreeMap<KeySteps<'_>, Vec<usize>> = BTreeMap::new();
    for (number, finding) in marked {
        let entry = finding.keys().entry();
        entries.entry(entry).or_default().push(number);
    }
    let entries: Vec<Vec<usize>> = entries.into_values().collect();
    let mut redundant = HashSet::new();
    for mut numbers in entries {
        numbers.sort_by_key(|number| {
            let finding = findings.get(*number);
            finding.map(|finding| (Reverse(finding.severity), finding.place.span()))
        });
        let mut numbers = numbers.into_iter();
        let Some(kept) = numbers.next() else { continue };
        for number in numbers {
            let Some(other) = findings.get(number) else {
                continue;
            };
            if other.severity == Severity::Error {
                continue;
            }
            let place = other.place.clone();
            let message = "this one is not filled in either".to_owned();
            redundant.insert(number);
            if let Some(finding) = findings.get_mut(kept) {
                finding.evidence.push(Evidence { place, message });
            }
        }
    }
    let all = std::mem::take(findings).into_iter().enumerate();
    let kept = all.filter(|(number, _)| !redundant.contains(number));
    findings.extend(kept.map(|(_, finding)| finding));
}
