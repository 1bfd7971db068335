//! Safe fixes as GitHub's suggestion blocks: the lines that a fix changes, as they are afterwards. Put into
//! a review comment on these lines, GitHub offers them as a commit.

use std::io::{self, Write};

use super::json::shows_secret;
use super::markdown::code;
use super::neutral;
use super::outcome::Outcome;
use super::prose::count;
use crate::finding::{Finding, Fix, Place, Span};
use crate::schema::edit::{PlannedEdit, apply, merged};

/// The most bytes of all suggestions: with the table of findings they have to fit into a comment, and the
/// findings come first.
const LONGEST: usize = 4_000;

/// The most lines of one suggestion: a larger change is read better as the patch of `--diff`.
const TALLEST: usize = 20;

/// What a reviewer can accept.
struct Suggestion {
    path: String,
    first: usize,
    last: usize,
    text: String,
}

/// Writes the suggestions of the findings, if there are any.
pub(super) fn write(outcome: &Outcome, to: &mut dyn Write) -> io::Result<()> {
    let findings = outcome.findings().iter();
    let fixed = findings
        .filter_map(|it| FixedLines::of(&it.finding))
        .collect();
    let all: Vec<_> = by_lines(fixed).iter().filter_map(suggestion).collect();
    if all.is_empty() {
        return Ok(());
    }
    writeln!(to, "\n### Suggested changes")?;
    let (mut written, mut left) = (0, 0);
    for suggestion in &all {
        let text = block(suggestion);
        if written + text.len() > LONGEST {
            left += 1;
            continue;
        }
        written += text.len();
        to.write_all(text.as_bytes())?;
    }
    if left > 0 {
        let more = count(left, "suggestion");
        writeln!(
            to,
            "\nAnd {more} that did not fit here; `promvet check --fix --diff` prints all."
        )?;
    }
    Ok(())
}

fn block(suggestion: &Suggestion) -> String {
    let lines = match suggestion.first == suggestion.last {
        true => format!("line {}", suggestion.first),
        false => format!("lines {} to {}", suggestion.first, suggestion.last),
    };
    let longest = suggestion
        .text
        .split(|c| c != '`')
        .map(str::len)
        .max()
        .unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    let place = code(&suggestion.path);
    let end = if suggestion.text.is_empty() { "" } else { "\n" };
    format!(
        "\n{place}, {lines}:\n\n{fence}suggestion\n{}{end}{fence}\n",
        suggestion.text
    )
}

/// Lines of a file, and what is changed in them.
struct FixedLines {
    place: Place,
    lines: Span,
    changes: Vec<PlannedEdit>,
}

impl FixedLines {
    /// Those of a safe fix, unless it writes a secret.
    fn of(finding: &Finding) -> Option<Self> {
        let fix = finding.fix.as_ref().filter(|fix| fix.safe)?;
        let place = &finding.place;
        if shows_secret(place, fix) {
            return None;
        }
        Some(Self {
            place: place.clone(),
            lines: lines_of(fix, place)?,
            changes: vec![PlannedEdit::from(fix)],
        })
    }
}

/// Changes of the same lines together: of two suggestions for a line GitHub takes one.
fn by_lines(mut all: Vec<FixedLines>) -> Vec<FixedLines> {
    let order = |it: &FixedLines| (it.place.path().clone(), it.lines.start, it.lines.end);
    all.sort_by_cached_key(order);
    let mut out: Vec<FixedLines> = Vec::new();
    for next in all {
        let last = out.last_mut().filter(|last| {
            let is_in = next.lines.start < last.lines.end || next.lines == last.lines;
            is_in && last.place.path() == next.place.path()
        });
        match last {
            Some(last) => {
                last.lines = last.lines.join(next.lines);
                last.changes.extend(next.changes);
            }
            None => out.push(next),
        }
    }
    out
}

/// The lines as they are with the changes, unless a secret is in them.
fn suggestion(fixed: &FixedLines) -> Option<Suggestion> {
    let FixedLines {
        place,
        lines,
        changes,
    } = fixed;
    let lines = *lines;
    let (first, last) = (place.sibling(lines).start().line, last_line(place, lines));
    let text = place.text();
    let inner = |edit: &(Span, String)| {
        let from = edit.0.start.checked_sub(lines.start)?;
        let to = edit.0.end.checked_sub(lines.start)?;
        Some((Span::new(from as usize, to as usize), edit.1.clone()))
    };
    let edits = merged(changes.iter().cloned()).edits;
    let edits: Vec<_> = edits.iter().map(inner).collect::<Option<_>>()?;
    let before = text.slice(lines);
    let after = apply(before, &edits);
    let after = after.strip_suffix('\n').unwrap_or(&after);
    let after = after.strip_suffix('\r').unwrap_or(after);
    // What is masked or made harmless is not what the file has.
    let shown = place.sibling(lines).excerpt_within(0, usize::MAX).text;
    let is_shown = shown.trim_end() == before.trim_end() && neutral::lines(after) == after;
    (is_shown && last - first < TALLEST).then(|| Suggestion {
        path: place.path().to_string(),
        first,
        last,
        text: after.to_owned(),
    })
}

/// The whole lines that edits touch, with their line ends.
fn lines_of(fix: &Fix, place: &Place) -> Option<Span> {
    let start = fix.edits.iter().map(|(span, _)| span.start).min()?;
    let end = fix.edits.iter().map(|(span, _)| span.end).max()?;
    let content = place.text().content();
    let before = content.get(..start as usize)?;
    let from = before.rfind('\n').map_or(0, |at| at + 1);
    let end = end as usize;
    let behind = content.get(end..)?;
    // An edit that takes a line end away ends where the next line begins.
    let is_whole = end > from && content.get(..end)?.ends_with('\n');
    let to = match (is_whole, behind.find('\n')) {
        (true, _) => end,
        (false, Some(at)) => end + at + 1,
        (false, None) => content.len(),
    };
    Some(Span::new(from, to))
}

fn last_line(place: &Place, lines: Span) -> usize {
    let first = place.sibling(lines).start().line;
    let text = place.text().slice(lines);
    first + text.trim_end_matches('\n').matches('\n').count()
}
