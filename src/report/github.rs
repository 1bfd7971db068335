//! Workflow commands, which GitHub Actions turns into annotations: nothing but lines that begin
//! with `::`.
//!
//! The form and its escapes are those of actions/toolkit (docs/commands.md,
//! packages/core/src/command.ts). GitHub shows ten annotations of each severity a step.

use std::io::{self, Write};

use super::outcome::Outcome;
use super::prose::spot;
use super::{Options, neutral};
use crate::finding::{Place, Severity};

pub(super) fn write(outcome: &Outcome, to: &mut dyn Write, _: &Options<'_>) -> io::Result<()> {
    for it in outcome.findings() {
        let finding = &it.finding;
        let command = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "notice",
        };
        let mut text = neutral::lines(&finding.message).into_owned();
        for proof in &finding.evidence {
            let message = neutral::lines(&proof.message);
            text.push_str(&format!("\n{}: {message}", spot(&proof.place)));
        }
        if let Some(help) = &finding.help_line() {
            text.push('\n');
            text.push_str(&neutral::lines(help));
        }
        annotate(to, command, &finding.place, &finding.rule, &text)?;
    }
    for it in outcome.unchecked() {
        let mut text = neutral::lines(&it.reason).into_owned();
        if let Some(settle) = &it.settle {
            text.push('\n');
            text.push_str(&neutral::lines(settle));
        }
        annotate(to, "notice", &it.place, "could not be checked", &text)?;
    }
    Ok(())
}

fn annotate(
    to: &mut dyn Write,
    command: &str,
    place: &Place,
    title: &str,
    text: &str,
) -> io::Result<()> {
    let (start, end) = (place.start(), place.end());
    let path = property(place.path());
    write!(to, "::{command} file={path},line={}", start.line)?;
    // Columns are for places of one line only.
    if start.line == end.line {
        write!(to, ",col={},endColumn={}", start.column, end.column)?;
    } else {
        write!(to, ",endLine={}", end.line)?;
    }
    writeln!(to, ",title={}::{}", property(title), data(text))
}

/// What follows the second `::`.
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// The value of a property.
fn property(text: &str) -> String {
    data(&neutral::line(text))
        .replace(':', "%3A")
        .replace(',', "%2C")
}
