//! Values that a release of the tree lays others over one by one: what is rendered is judged, and not what
//! either says alone.

use super::judging::JudgedFile;
use super::survey::ScannedFile;
use crate::discover::{
    EmbeddedIn, FileContent, LaidOver, as_bitnami, as_bitnami_by_alias, lay_over,
};
use crate::facts::Facts;
use crate::finding::{Advice, Finding, Place};
use crate::rules::AloneFindings;
use crate::schema::dialect::OPERATOR_VALUES;
use crate::schema::edit;

/// How many releases with values of their own are judged for one file of values.
const MOST_RELEASES: usize = 16;

/// Where values of a chart with the Operator are, if a file has them.
fn values_of(seen: &ScannedFile) -> Option<Place> {
    let recognized = &seen.recognized;
    let FileContent::Configuration { document, .. } = &recognized.what else {
        return None;
    };
    let spoken = recognized.spoken.as_ref()?;
    let is_values = matches!(recognized.holder, Some(EmbeddedIn::Values { .. }))
        && spoken.dialect.word == OPERATOR_VALUES.word;
    let root = document
        .root()
        .filter(|_| is_values && !recognized.masked)?;
    Some(root.place())
}

/// What the releases of the tree make of values, one for each that lays others over them; and whether one
/// takes them as they are.
pub(super) fn of(seen: &ScannedFile, facts: &Facts<'_>) -> (Vec<(LaidOver, ScannedFile)>, bool) {
    let Some(place) = values_of(seen) else {
        return (Vec::new(), true);
    };
    let releases = facts.laid_values(&place);
    let is_alone = releases.iter().any(|(_, values)| values.is_empty());
    let laid = releases.iter().filter(|(_, values)| !values.is_empty());
    let made = laid.take(MOST_RELEASES).filter_map(|(at, values)| {
        let mut laid = lay_over(&seen.recognized, at, values)?;
        let recognized = laid.recognized.take()?;
        Some((laid, seen.taken_as(recognized)))
    });
    let made: Vec<_> = made.collect();
    let is_alone = is_alone || made.is_empty();
    (made, is_alone)
}

/// Puts what was said of values with others laid over them where those are.
pub(super) fn put(judged: &mut JudgedFile<'_>, laid: &LaidOver, taken: &ScannedFile) {
    laid.mark_secrets();
    let alone = judged.alone.iter_mut().map(AloneFindings::judgment);
    for judgment in alone.chain([&mut judged.judgment]) {
        let findings = judgment.findings.iter_mut();
        for finding in findings.chain(&mut judgment.of_included) {
            move_finding(finding, laid);
        }
        let unchecked = judgment.unchecked.iter_mut();
        let places = unchecked
            .map(|it| &mut it.place)
            .chain(&mut judgment.started);
        places.for_each(|place| move_place(place, laid));
        if let FileContent::Configuration { document, .. } = &taken.recognized.what {
            edit::fix_translated(document, &mut judgment.findings);
        }
    }
    for row in &mut judged.rows {
        move_place(&mut row.place, laid);
        move_place(&mut row.entry, laid);
    }
}

/// Adds what another release makes of the same values.
pub(super) fn add(judged: &mut JudgedFile<'_>, more: JudgedFile<'_>) {
    for finding in more.judgment.findings {
        let mut known = judged.judgment.findings.iter();
        let is_it = |other: &Finding| {
            other.rule == finding.rule
                && other.place.order() == finding.place.order()
                && other.kind == finding.kind
        };
        if !known.any(is_it) {
            judged.judgment.findings.push(finding);
        }
    }
}

fn move_place(place: &mut Place, laid: &LaidOver) {
    if let Some(truly) = laid.place(place) {
        *place = truly;
    }
}

/// Moves a finding. What a value that was laid over should be is said, since an edit would need a place in
/// the same text.
fn move_finding(finding: &mut Finding, laid: &LaidOver) {
    let is_laid = finding.places_mut().any(|place| laid.is_laid(place));
    if is_laid {
        finding.fix = None;
        let help = finding
            .advice
            .as_ref()
            .map(|advice| advice.help().into_owned());
        finding.advice = help.map(Advice::write);
    }
    finding
        .places_mut()
        .for_each(|place| move_place(place, laid));
}

/// Takes out what was said of parameters alone, if they are judged with what they are laid over.
pub(super) fn leave_to_values(judged: &mut JudgedFile<'_>, seen: &ScannedFile, facts: &Facts<'_>) {
    let is_partial = seen
        .recognized
        .spoken
        .as_ref()
        .is_some_and(|it| it.is_partial);
    let Some(place) = values_of(seen).filter(|_| is_partial) else {
        return;
    };
    if facts.is_laid_value(&place) {
        judged.judgment.findings.clear();
        judged.judgment.unchecked.clear();
        judged.judgment.endpoints = 0;
        judged.rows.clear();
        judged.alone.clear();
    }
}

/// Values below the name of bitnami's chart with a level of another chart, as bitnami's chart reads them; and
/// values below another name that a chart of the tree gives it.
pub(super) fn taken(seen: &ScannedFile, facts: &Facts<'_>) -> Option<ScannedFile> {
    if let FileContent::Unread(unchecked) = &seen.recognized.what {
        let (alias, found) = as_bitnami_by_alias(&seen.recognized, &unchecked.place)?;
        let path = unchecked.place.path();
        facts
            .bitnami_chart(path, &alias)
            .or_else(|| facts.installed_bitnami_chart(path, &alias))?;
        return Some(seen.taken_as(found));
    }
    let place = values_of(seen)?;
    let FileContent::Configuration { document, .. } = &seen.recognized.what else {
        return None;
    };
    let path = document.root()?.path();
    let parts: Vec<&str> = path.split('.').collect();
    let [chart, "prometheus", "prometheusSpec"] = *parts else {
        return None;
    };
    facts.bitnami_chart(place.path(), chart)?;
    Some(seen.taken_as(as_bitnami(&seen.recognized)?))
}
