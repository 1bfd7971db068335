//! What a change of a file is, as a unified diff. Secrets are masked in it as anywhere.

use std::io::{self, Write};
use std::sync::Arc;

use similar::{ChangeTag, TextDiff};

use super::neutral;
use crate::finding::{Place, Span, Text};

/// Lines around a change, as `diff -u` has them.
const CONTEXT: usize = 3;

/// Writes how a file changes.
///
/// # Errors
/// What the writer says.
pub fn write_patch(old: &Place, new: &Arc<Text>, to: &mut dyn Write) -> io::Result<()> {
    let path = neutral::line(old.path());
    let now = Place::new(new, Span::default());
    let diff = TextDiff::from_lines(old.text().content(), new.content());
    writeln!(to, "--- a/{path}\n+++ b/{path}")?;
    for hunk in diff.unified_diff().context_radius(CONTEXT).iter_hunks() {
        writeln!(to, "{}", hunk.header())?;
        for change in hunk.iter_changes() {
            let line = match (change.tag(), change.old_index(), change.new_index()) {
                (ChangeTag::Insert, _, Some(index)) => old.redact(masked(&now, index)),
                (_, Some(index), _) => masked(old, index),
                (_, None, _) => continue,
            };
            let mut shown = change.tag().to_string();
            neutral::add_source(&line, &mut shown);
            writeln!(to, "{shown}")?;
            if change.missing_newline() {
                writeln!(to, "\\ No newline at end of file")?;
            }
        }
    }
    Ok(())
}

/// A line of a text by its index, with its secrets masked.
fn masked(place: &Place, index: usize) -> String {
    let Some(span) = place.text().line_span(index + 1) else {
        return String::new();
    };
    place.sibling(span).excerpt_within(0, usize::MAX).text
}
