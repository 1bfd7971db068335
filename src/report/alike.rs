//! Findings that say the same in different places, for formats that people read.

use std::collections::HashMap;

use super::outcome::Reported;
use super::prose::spot;
use crate::finding::Place;

/// How many places of findings that are alike are listed, so that the report stays shorter than the
/// findings.
const LISTED: usize = 5;

/// A finding, and those that say the same elsewhere.
pub(super) struct FindingGroup<'a> {
    pub(super) first: &'a Reported,
    pub(super) more: Vec<&'a Reported>,
}

impl FindingGroup<'_> {
    /// Where the others are, if there are any.
    pub(super) fn elsewhere(&self) -> Option<String> {
        let places = self.more.iter().map(|it| &it.finding.place);
        (!self.more.is_empty()).then(|| and_more(places))
    }
}

/// Findings in their order, those alike joined to the first: same rule, severity, sentences and
/// proofs.
pub(super) fn fold(findings: &[Reported]) -> Vec<FindingGroup<'_>> {
    let mut all: Vec<FindingGroup<'_>> = Vec::new();
    let mut seen = HashMap::new();
    for it in findings {
        let finding = &it.finding;
        let proofs: Vec<&str> = finding.evidence.iter().map(|it| &*it.message).collect();
        let said = (
            &*finding.rule,
            finding.severity,
            &*finding.message,
            finding.help_line(),
            proofs,
        );
        let index = *seen.entry(said).or_insert(all.len());
        match all.get_mut(index) {
            Some(alike) => alike.more.push(it),
            None => all.push(FindingGroup {
                first: it,
                more: Vec::new(),
            }),
        }
    }
    all
}

/// `and 7 more like it: a.yml:1:2, b.yml:3:4, …`
pub(super) fn and_more<'a>(places: impl ExactSizeIterator<Item = &'a Place>) -> String {
    let n = places.len();
    let listed: Vec<String> = places.take(LISTED).map(spot).collect();
    let rest = if n > LISTED { ", …" } else { "" };
    format!("and {n} more like it: {}{rest}", listed.join(", "))
}
