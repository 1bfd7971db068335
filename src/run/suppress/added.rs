//! Suppressions that a change adds, held against the revision whose policy counts.

use std::collections::BTreeMap;

use super::directive::{CommentScope, Until};
use super::file::FileSuppressions;
use super::marks::{PlacedSuppression, TextSuppressions};
use super::{SuppressionContext, inner, say};
use crate::discover::{FileContent, recognize};
use crate::finding::{Finding, Text, rule};
use crate::source::{LARGEST, Tree as _};

/// What a name in a suppression is known by: above an item it hides more than behind its first
/// line.
type SuppressionKey = (CommentScope, bool, String, String);

/// Suppressions of a file that its version in the revision has not, or not for so long.
pub(super) fn of_sheet(
    context: &SuppressionContext<'_>,
    sheet: &FileSuppressions<'_>,
) -> Vec<Finding> {
    let Some(base) = &context.request.gate.config_from else {
        return Vec::new();
    };
    let mut before = before(context, sheet);
    let mut out = Vec::new();
    for mark in &sheet.marks.list {
        let added: Vec<String> = mark
            .directive
            .names
            .iter()
            .filter(|name| !take(&mut before, &key(mark, &name.text), mark))
            .map(|name| format!("`{}`", name.text))
            .collect();
        if added.is_empty() {
            continue;
        }
        let message = format!(
            "this change adds or extends a suppression of {}, which {} does not have",
            added.join(" and "),
            base.name()
        );
        let span = mark.directive.span;
        let finding = say::finding(
            &sheet.marks,
            rule::SUPPRESSIONS_ADDED,
            span,
            Some(mark),
            message,
        );
        out.push(finding.help("ask the reviewer of the change to approve its reason"));
    }
    out
}

/// The last days of the suppressions of a file as it was.
fn before(
    context: &SuppressionContext<'_>,
    sheet: &FileSuppressions<'_>,
) -> BTreeMap<SuppressionKey, Vec<i64>> {
    let mut days: BTreeMap<SuppressionKey, Vec<i64>> = BTreeMap::new();
    let Some(base) = &context.request.gate.config_from else {
        return days;
    };
    let shown = sheet.marks.text.path();
    let path = match sheet.seen {
        Some(seen) => seen.found.path.clone(),
        None => context.tree.absolute(shown.as_ref().as_ref()),
    };
    let Ok(bytes) = base.tree().read(base.then(&path), LARGEST) else {
        return days;
    };
    let text = Text::new(shown.clone(), bytes);
    let marks = match sheet.seen {
        Some(seen) => {
            let what = &seen.recognized.what;
            let is_own = matches!(
                what,
                FileContent::Configuration { .. } | FileContent::Broken { .. }
            );
            let recognized = recognize(text, is_own, sheet.policy.is_template(shown));
            inner::of_file(&recognized.iter().collect::<Vec<_>>(), |_| true)
        }
        None => TextSuppressions::of_text(&text, false),
    };
    for mark in marks.iter().flat_map(|marks| &marks.list) {
        for name in &mark.directive.names {
            days.entry(key(mark, &name.text))
                .or_default()
                .push(end(mark));
        }
    }
    days
}

fn key(mark: &PlacedSuppression, name: &str) -> SuppressionKey {
    (
        mark.directive.scope,
        mark.trailing,
        mark.identity.clone(),
        name.to_owned(),
    )
}

/// The last day; the last of all days if there is none.
fn end(mark: &PlacedSuppression) -> i64 {
    let until = mark.directive.until.as_ref();
    until.map_or(i64::MAX, |until: &Until| until.day.start())
}

/// Takes one out that works as long, if there is one.
fn take(
    before: &mut BTreeMap<SuppressionKey, Vec<i64>>,
    key: &SuppressionKey,
    mark: &PlacedSuppression,
) -> bool {
    let Some(days) = before.get_mut(key) else {
        return false;
    };
    days.sort_unstable();
    let long_enough = days.iter().position(|day| *day >= end(mark));
    long_enough.map(|index| days.remove(index)).is_some()
}
