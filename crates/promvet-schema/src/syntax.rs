//! Texts that are not YAML.

use std::sync::Arc;

use super::check::Rule;
use super::quotes;
use super::slips::{self, line_around, line_before};
use crate::yaml::{SyntaxError, SyntaxKind, placeholder};
use promvet_text::{Finding, Place, Severity, Span, Text};

/// What the parser says, what that means to the person who wrote the file, and what to do. The first
/// that the parser's words contain counts.
/// The words are libyaml's, which go-yaml took over (scannerc.go, parserc.go), so that both readers
/// are covered.
const MEANINGS: &[(&str, &str, &str)] = &[
    (
        "mapping values are not allowed",
        "unexpected `:`",
        "check for a missing `:` on the line above and for wrong indentation, or quote a value that contains `: `",
    ),
    (
        "did not find expected key",
        "this line is not part of the mapping above",
        "check its indentation, and whether a quote or bracket above is closed",
    ),
    (
        "did not find expected '-' indicator",
        "this line is not part of the list above",
        "begin each item with `-`, all in the same column",
    ),
    (
        "could not find expected ':'",
        "a key has no `:`, or the text above continues on this line",
        "add the `:`, or close the quote above",
    ),
    (
        "found character that cannot start any token",
        "this character cannot begin a value",
        "put the value in quotes; indent with spaces, not with tabs",
    ),
    (
        "found a tab character",
        "YAML is indented with spaces, not with tabs",
        "replace the tabs by spaces",
    ),
    (
        "found unexpected end of stream",
        "a quote is opened but never closed",
        "close the quote",
    ),
    (
        "did not find expected ',' or '}'",
        "a `{` is not closed, or a comma is missing",
        "close the brace, or add the comma",
    ),
    (
        "did not find expected ',' or ']'",
        "a `[` is not closed, or a comma is missing",
        "close the bracket, or add the comma",
    ),
    (
        "found undefined tag handle",
        "`!` begins a tag",
        "put the value in quotes",
    ),
    (
        "did not find expected alphabetic or numeric character",
        "`*` and `&` begin an alias and an anchor",
        "put the value in quotes",
    ),
    (
        "unknown anchor",
        "`*` names an anchor that is not set above",
        "set the anchor, or put a value that begins with `*` in quotes",
    ),
    (
        "value contains itself",
        "an anchor cannot be inside the value that it names",
        "write the value out",
    ),
    (
        "unknown escape character",
        "in double quotes `\\` begins an escape",
        "double the backslash, or use single quotes",
    ),
    (
        "control characters are not allowed",
        "the file contains an invisible character",
        "delete the character",
    ),
    (
        "block sequence entries are not allowed",
        "unexpected `-`",
        "begin the list on a separate line",
    ),
    (
        "excessive aliasing",
        "the aliases expand to far more than the file itself",
        "write the values out",
    ),
    (
        "exceeded max depth",
        "the nesting is too deep",
        "nest less deeply",
    ),
    (
        "found incompatible YAML document",
        "Prometheus reads version 1.1 only",
        "remove the line `%YAML …`",
    ),
    (
        "did not find expected node content",
        "a value is missing here",
        "write the value, or delete the comma before it",
    ),
    (
        "did not find expected <document start>",
        "the document ended before this line",
        "check the indentation, or add `---` before a new document",
    ),
];

/// Where a slip is, what is wrong, and what to do.
type SlipAdvice = (Place, &'static str, &'static str);

/// The finding for a text that is not YAML as Prometheus reads it. It is a warning if something
/// on its line is still to be filled in.
#[must_use]
pub fn syntax_finding(text: &Arc<Text>, error: &SyntaxError) -> Finding {
    let place = Place::new(text, error.span);
    // What was not read is not known to be wrong, so that it is a warning.
    let severity =
        if error.kind == SyntaxKind::Unread || is_unfilled(text, error.span.start as usize) {
            Severity::Warning
        } else {
            Severity::Error
        };
    let slip = match error.kind {
        // SyntaxKind::Unread => None, | The text may be right there, so that no slip is looked for.
        SyntaxKind::Internal | SyntaxKind::Unread => None,
        _ => conflict(text)
            .or_else(|| headless(text, error))
            .or_else(|| glued(text, error))
            .or_else(|| slip(text, error)),
    };
    let finding = match slip {
        Some(slip) => of_slip(error, severity, place, slip),
        None => of_parser(text, error, severity, place),
    };
    quotes::add(identified_by_line(finding, text), text, error)
}

/// Whether a placeholder on the line of a place breaks YAML by itself.
fn is_unfilled(text: &Text, at: usize) -> bool {
    let line = line_around(text, at).map_or("", |span| text.slice(span));
    placeholder::find(line).any(|found| {
        line.get(found)
            .is_some_and(|text| text.starts_with(['{', '[', '%']))
    })
}

/// What is wrong, in plain words and in those of the parser.
/// Both, since people search for the second and act on the first.
fn not_valid(meaning: &str, error: &SyntaxError) -> String {
    format!(
        "the file is not valid YAML: {meaning} (parser: {})",
        error.problem
    )
}

fn of_slip(
    error: &SyntaxError,
    severity: Severity,
    parsed: Place,
    (at, meaning, help): SlipAdvice,
) -> Finding {
    let is_elsewhere = at.start().line != parsed.start().line;
    let message = not_valid(meaning, error);
    let finding = Finding::new(Rule::Syntax.name(), severity, at, message)
        .kind("slip")
        .help(help);
    match is_elsewhere {
        true => finding.evidence(parsed, "the parser stopped here"),
        false => finding,
    }
}

fn of_parser(text: &Arc<Text>, error: &SyntaxError, severity: Severity, place: Place) -> Finding {
    let meaning = MEANINGS
        .iter()
        .find(|(words, ..)| error.problem.contains(words));
    let message = match (error.kind, meaning) {
        (SyntaxKind::Internal | SyntaxKind::Unread, _) => error.problem.clone(),
        (_, Some((_, meaning, _))) => not_valid(meaning, error),
        (_, None) => format!("the file is not valid YAML: {}", error.problem),
    };
    let kind = match error.kind {
        SyntaxKind::Internal => "internal",
        SyntaxKind::Unread => "unread",
        _ => "malformed",
    };
    let mut finding = Finding::new(Rule::Syntax.name(), severity, place, message).kind(kind);
    if let Some((.., help)) = meaning {
        finding = finding.help(*help);
    }
    if let Some((context, span)) = &error.context
        && *span != Span::default()
    {
        finding = finding.evidence(
            Place::new(text, *span),
            format!("the parser was here: {context}"),
        );
    }
    finding
}

/// The marks of a merge conflict, wherever the parser stopped.
fn conflict(text: &Arc<Text>) -> Option<SlipAdvice> {
    let at = slips::conflict(text.content())?;
    let (meaning, help) = slips::CONFLICT;
    Some((Place::new(text, at), meaning, help))
}

/// Jobs at the left edge where the parser looked for a key, without the key that they belong to.
fn headless(text: &Arc<Text>, error: &SyntaxError) -> Option<SlipAdvice> {
    let at = error.span.start as usize;
    let line = line_around(text, at).filter(|line| line.start as usize == at)?;
    let is_job = text.slice(line).starts_with("- job_name:");
    let mut above = text.content().get(..at)?.lines();
    let is_headless = is_job && !above.any(|line| line.starts_with("scrape_configs:"));
    is_headless.then(|| {
        (
            Place::new(text, Span::new(at, at + 1)),
            "these jobs have no key",
            "write `scrape_configs:` above this line",
        )
    })
}

/// A key whose colon lacks its space, where the parser looked for a key: it takes the whole for a
/// text.
fn glued(text: &Arc<Text>, error: &SyntaxError) -> Option<SlipAdvice> {
    let (_, span) = error
        .context
        .as_ref()
        .filter(|_| error.problem.contains("could not find expected ':'"))?;
    let span = line_around(text, span.start as usize)?;
    let at = slips::glued_key(text.slice(span))?;
    let start = span.start as usize;
    let at = Span::new(start + at.start as usize, start + at.end as usize);
    Some((
        Place::new(text, at),
        "a space is missing after the `:` of this key",
        "put a space between the `:` and the value",
    ))
}

/// A finding about a part of a line: another line is another fault.
fn identified_by_line(finding: Finding, text: &Arc<Text>) -> Finding {
    match text.line_span(finding.place.start().line) {
        Some(line) => finding.within(Place::new(text, line)),
        None => finding,
    }
}

/// The slip that broke the parser: on its line, or on the last line with a text before it.
fn slip(text: &Arc<Text>, error: &SyntaxError) -> Option<SlipAdvice> {
    let stopped = line_around(text, error.span.start as usize);
    for span in [stopped, line_before(text, stopped)].into_iter().flatten() {
        if let Some((at, said, help)) = slips::of_line(text.slice(span)) {
            let start = span.start as usize;
            let at = Span::new(start + at.start as usize, start + at.end as usize);
            return Some((Place::new(text, at), said, help));
        }
    }
    None
}
