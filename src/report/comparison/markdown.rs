//! A table for a comment on a pull request. Nothing in it may come alive: no markup, no link, no
//! mention.

use std::io::{self, Write};

use super::human::{names, summary};
use super::{EffectiveChange, EffectiveChanges};
use crate::report::markdown::{code, inert};
use crate::report::prose::{count, spot};

/// The most bytes of the table: a comment of GitHub has 65,536 characters.
const LONGEST: usize = 60_000;

pub(super) fn write(changes: &EffectiveChanges, to: &mut dyn Write) -> io::Result<()> {
    writeln!(to, "## promvet: what the change does\n")?;
    writeln!(to, "{}", inert(&summary(changes)))?;
    if !changes.changes.is_empty() {
        writeln!(
            to,
            "\n| | what | where | before | after |\n|---|---|---|---|---|"
        )?;
    }
    let (mut written, mut left) = (0, 0);
    for change in &changes.changes {
        let row = row(change);
        if written + row.len() > LONGEST {
            left += 1;
            continue;
        }
        written += row.len();
        to.write_all(row.as_bytes())?;
    }
    if left > 0 {
        writeln!(to, "\nAnd {} that did not fit here.", count(left, "change"))?;
    }
    if changes.not_compared().next().is_some() {
        writeln!(to, "\n### Not compared\n")?;
        for (path, why) in changes.not_compared() {
            writeln!(to, "- {} {}", code(path), inert(why))?;
        }
    }
    Ok(())
}

fn row(change: &EffectiveChange) -> String {
    let mut what = inert(&change.subject());
    if !change.key.is_empty() {
        what.push_str(&format!("<br>{}", code(&change.key)));
    }
    if let Some(when) = &change.when {
        what.push_str(&format!(" with {}", code(when)));
    }
    if !change.applies_to.is_empty() {
        what.push_str(&format!("<br>for {}", inert(&names(&change.applies_to))));
    }
    let place = change.place().map(|place| code(&spot(place)));
    let mut place = place.unwrap_or_else(|| code(&change.configuration));
    if !change.also_in.is_empty() {
        place.push_str(&format!("<br>also in {}", inert(&names(&change.also_in))));
    }
    let side = |text: &Option<String>| match text {
        Some(text) => code(text),
        None => String::new(),
    };
    let (old, new) = match change.secret {
        true => (String::new(), change.values()),
        false => {
            let (old, new) = change.sides();
            (side(&old), side(&new))
        }
    };
    let action = change.action.word();
    format!("| {action} | {what} | {place} | {old} | {new} |\n")
}
