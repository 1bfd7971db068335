//! The changes of a pass that break their files, singled out: the others are made.

use std::collections::BTreeSet;

use super::{FixPass, Fixer};
use crate::finding::Place;
use crate::run::Run;
use crate::schema::edit::PlannedEdit;
use crate::source::{Overlay, Tree};

/// How often changes are tried in one pass. By halves, one among 100 is found with 14; beyond that the
/// changes that are left are not made.
const MOST_TRIES: usize = 40;

/// Takes back the changes that break their files, and makes the others: what is found then.
pub(super) fn out(
    fixer: &mut Fixer<'_>,
    made: Vec<FixPass>,
    before: &Run,
    overlay: &mut Overlay<'_>,
    look: &mut dyn FnMut(&dyn Tree) -> Result<Run, String>,
) -> Result<Run, String> {
    let mut tries = MOST_TRIES;
    for made in &made {
        take_back(fixer, made, overlay)?;
    }
    for made in &made {
        let all: Vec<PlannedEdit> = made.changes.iter().cloned().collect();
        let mut good = BTreeSet::new();
        let mut open = vec![all];
        while let Some(part) = open.pop() {
            let together: BTreeSet<PlannedEdit> = good.iter().chain(&part).cloned().collect();
            let is_tried = tries > 0;
            tries = tries.saturating_sub(1);
            if is_tried && is_good(fixer, made, &together, before, overlay, look)? {
                good = together;
            } else if let (true, Some((one, others))) =
                (is_tried, part.split_at_checked(part.len() / 2))
                && !one.is_empty()
            {
                open.extend([others.to_vec(), one.to_vec()]);
            } else {
                refuse(fixer, made, part);
            }
            take_back(fixer, made, overlay)?;
        }
        if !good.is_empty() {
            fixer.change(&made.place, &good, overlay)?;
        }
    }
    look(overlay)
}

/// Whether a file can be read as before with some of its changes.
fn is_good(
    fixer: &mut Fixer<'_>,
    made: &FixPass,
    changes: &BTreeSet<PlannedEdit>,
    before: &Run,
    overlay: &mut Overlay<'_>,
    look: &mut dyn FnMut(&dyn Tree) -> Result<Run, String>,
) -> Result<bool, String> {
    fixer.change(&made.place, changes, overlay)?;
    Ok(!made.is_broken(before, &look(overlay)?))
}

/// Puts a file back to what it was before a pass.
fn take_back(
    fixer: &mut Fixer<'_>,
    made: &FixPass,
    overlay: &mut Overlay<'_>,
) -> Result<(), String> {
    let path = made.place.path();
    let of_pass = fixer.files.remove(path);
    let Some(file) = made.was.as_ref().or(of_pass.as_ref()) else {
        return Ok(());
    };
    let after = made.was.as_ref().map(|was| was.after.clone());
    overlay
        .put(&file.path, after)
        .map_err(|why| why.to_string())?;
    if let Some(was) = &made.was {
        fixer.files.insert(path.clone(), was.clone());
    }
    Ok(())
}

/// Notes changes that are not made.
fn refuse(fixer: &mut Fixer<'_>, made: &FixPass, changes: Vec<PlannedEdit>) {
    for change in changes {
        if let Some((span, _)) = change.edits.first() {
            let at = Place::new(made.place.text(), *span).start();
            let path = made.place.path();
            fixer.declined.insert(format!(
                "{path}:{}:{}: not fixed: the file would not be read as before",
                at.line, at.column
            ));
        }
        fixer.refused.insert((made.place.path().clone(), change));
    }
}
