//! Placeholders of one entry, which were forgotten together: one finding.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashSet};

use crate::finding::{Evidence, Finding, PLACEHOLDER, Severity};

/// Leaves one warning for the placeholders of an entry or a section, with the places of the others as
/// its evidence. An error has a proof of its own, and stays.
pub(super) fn one_for_an_entry(findings: &mut Vec<Finding>) {
    let mut entries: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (number, finding) in findings.iter().enumerate() {
        if finding.kind == PLACEHOLDER {
            let entry = entry_of(&finding.logical).to_owned();
            entries.entry(entry).or_default().push(number);
        }
    }
    let mut redundant = HashSet::new();
    for mut numbers in entries.into_values() {
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

/// The entry of a path of keys, or its first section: `remote_write[0]`, `global`.
fn entry_of(logical: &str) -> &str {
    let end = logical
        .find(']')
        .map(|at| at + 1)
        .or_else(|| logical.find('.'));
    logical
        .get(..end.unwrap_or(logical.len()))
        .unwrap_or(logical)
}
