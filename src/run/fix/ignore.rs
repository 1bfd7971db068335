//! Comments that hide the findings that are left.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use super::{Fixer, content_of};
use crate::finding::{Place, Span, rule};
use crate::run::Run;
use crate::run::suppress::group_of;
use crate::schema::edit::apply;
use crate::source::{LARGEST, Overlay, Tree};

/// Where a comment is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    /// Behind what is in the line: it is for findings that begin there.
    End,
    /// In a line of its own above.
    Above,
}

/// The findings of one line.
struct Line {
    place: Place,
    rules: BTreeSet<String>,
    fingerprints: Vec<String>,
    at: At,
}

/// A file with the lines that get a comment.
type Lines = BTreeMap<usize, Line>;

/// Adds comments for what a run found, and runs again: the findings that are left, and how many are
/// hidden. Whether a comment does its work shows in the run alone, so one that does not is tried in
/// another place, and then taken back.
pub(super) fn add(
    reason: &str,
    run: Run,
    fixer: &mut Fixer<'_>,
    overlay: &mut Overlay<'_>,
    look: &mut dyn FnMut(&dyn Tree) -> Result<Run, String>,
) -> Result<(Run, usize), String> {
    let mut files = lines_of(&run);
    let before: usize = run.outcome.findings().len();
    let mut run = run;
    for _ in 0..3 {
        if files.is_empty() {
            break;
        }
        files.retain(|shown, lines| match write(reason, lines, fixer, overlay) {
            Ok(()) => true,
            Err(why) => {
                fixer.declined.insert(format!("{shown}: {why}"));
                false
            }
        });
        run = look(overlay)?;
        if !retry(&mut files, &run, fixer) {
            break;
        }
    }
    let after = run.outcome.findings().len();
    Ok((run, before.saturating_sub(after)))
}

/// The lines with findings that a comment can hide, by file.
fn lines_of(run: &Run) -> BTreeMap<Arc<str>, Lines> {
    let mut files: BTreeMap<Arc<str>, Lines> = BTreeMap::new();
    for reported in run.outcome.findings() {
        let finding = &reported.finding;
        let name = &*finding.rule;
        if group_of(name) == rule::GROUP_SUPPRESSIONS || name == rule::SCHEMA_SYNTAX {
            continue;
        }
        let lines = files.entry(Arc::clone(finding.place.path())).or_default();
        let line = lines
            .entry(finding.place.start().line)
            .or_insert_with(|| Line {
                place: finding.place.clone(),
                rules: BTreeSet::new(),
                fingerprints: Vec::new(),
                at: At::End,
            });
        line.rules.insert(name.to_owned());
        line.fingerprints.push(reported.fingerprint.clone());
    }
    files
}

/// Writes the comments of a file into the text that was judged.
fn write(
    reason: &str,
    lines: &Lines,
    fixer: &mut Fixer<'_>,
    overlay: &mut Overlay<'_>,
) -> Result<(), String> {
    let Some(first) = lines.values().next().map(|line| line.place.clone()) else {
        return Ok(());
    };
    let path = fixer.path_of(first.path())?;
    // What was written in an earlier attempt goes, so the text that was judged is what counts.
    let judged = first.text();
    let current = overlay
        .read(&path, LARGEST)
        .map_err(|why| why.to_string())?;
    let mark = current.get(..judged.byte_order_mark()).unwrap_or_default();
    let bytes = [mark, judged.content().as_bytes()].concat();
    let content = content_of(&bytes, judged)?;
    let edits = lines.iter().filter_map(|(number, line)| {
        let span = judged.line_span(*number)?;
        let names: Vec<_> = line.rules.iter().map(String::as_str).collect();
        let comment = format!("# promvet: ignore[{}] {reason}", names.join(", "));
        let text = judged.slice(span);
        Some(match line.at {
            At::End => {
                let end = span.start as usize + text.trim_end().len();
                (Span::new(end, end), format!(" {comment}"))
            }
            At::Above => {
                let indent = text.len() - text.trim_start_matches(' ').len();
                let start = span.start as usize;
                let ends = judged.content().contains("\r\n");
                let ends = if ends { "\r\n" } else { "\n" };
                let above = format!("{}{comment}{ends}", " ".repeat(indent));
                (Span::new(start, start), above)
            }
        })
    });
    let after = apply(content, &edits.collect());
    let mark = mark.to_owned();
    fixer.put(&first, &after, &mark, bytes, overlay)
}

/// Takes the comments back that did not hide their findings, or puts them elsewhere; whether there
/// are some.
fn retry(files: &mut BTreeMap<Arc<str>, Lines>, run: &Run, fixer: &mut Fixer<'_>) -> bool {
    let left: HashSet<&str> = run
        .outcome
        .findings()
        .iter()
        .map(|it| &*it.fingerprint)
        .collect();
    let mut again = false;
    for (shown, lines) in &mut *files {
        let broken =
            run.outcome.findings().iter().any(|it| {
                it.finding.rule == rule::SCHEMA_SYNTAX && it.finding.place.path() == shown
            });
        lines.retain(|number, line| {
            let is_left = |text: &String| left.contains(text.as_str());
            if !broken && !line.fingerprints.iter().any(is_left) {
                return true;
            }
            again = true;
            if line.at == At::End {
                line.at = At::Above;
                return true;
            }
            fixer.declined.insert(format!(
                "{shown}:{number}: no comment can hide this here; see docs/suppressions.md"
            ));
            false
        });
    }
    again
}
