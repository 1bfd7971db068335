//! Safe fixes as GitHub's suggestion blocks: the lines that a fix changes, as they are afterwards. Put into
//! a review comment on these lines, GitHub offers them as a commit.

use std::io::{self, Write};

use super::json::shows_secret;
use super::markdown::code;
use super::neutral;
use super::outcome::Outcome;
use super::prose::count;
use crate::finding::{Finding, Fix, Place, Span};
use crate::schema::edit::apply;

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
    let all: Vec<_> = findings.filter_map(|it| suggestion(&it.finding)).collect();
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

/// The lines that a safe fix changes, unless a secret is in them.
fn suggestion(finding: &Finding) -> Option<Suggestion> {
    let fix = finding.fix.as_ref().filter(|fix| fix.safe)?;
    let place = &finding.place;
    if shows_secret(place, fix) {
        return None;
    }
    let lines = lines_of(fix, place)?;
    let (first, last) = (place.sibling(lines).start().line, last_line(place, lines));
    let text = place.text();
    let inner = |edit: &(Span, String)| {
        let from = edit.0.start.checked_sub(lines.start)?;
        let to = edit.0.end.checked_sub(lines.start)?;
        Some((Span::new(from as usize, to as usize), edit.1.clone()))
    };
    let edits: Vec<_> = fix.edits.iter().map(inner).collect::<Option<_>>()?;
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
