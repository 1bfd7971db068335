//! One object with everything. docs/json.md is its contract: change both together.

use std::borrow::Cow;
use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, Serializer};

use super::outcome::{Outcome, Reported, RunSummary, Suppressed};
use super::{Options, neutral};
use crate::finding::{Evidence, Finding, Fix, Place, Position, Redacted, Unchecked};

/// The version of the contract. Keys may be added within a version; nothing else changes.
pub const VERSION: u32 = 1;

#[derive(Serialize)]
struct Report<'a> {
    version: u32,
    findings: Vec<JsonFinding<'a>>,
    files: Vec<JsonFile<'a>>,
    unchecked: Vec<JsonUnchecked<'a>>,
    suppressed: Vec<JsonSuppressed<'a>>,
    summary: JsonSummary,
    /// Left out where all was checked.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    incomplete: bool,
}

/// A position: `line` and `column` from 1, `offset` in bytes from 0.
#[derive(Serialize)]
pub(super) struct JsonPosition {
    line: usize,
    column: usize,
    offset: usize,
}

/// A finding.
#[derive(Serialize)]
pub(super) struct JsonFinding<'a> {
    rule: &'a str,
    severity: &'static str,
    message: Cow<'a, str>,
    help: Option<Cow<'a, str>>,
    path: &'a str,
    logical: &'a str,
    start: JsonPosition,
    end: JsonPosition,
    evidence: Vec<JsonEvidence<'a>>,
    fix: Option<JsonFix<'a>>,
    fingerprint: &'a str,
}

#[derive(Serialize)]
struct JsonEvidence<'a> {
    path: &'a str,
    start: JsonPosition,
    end: JsonPosition,
    message: Cow<'a, str>,
}

#[derive(Serialize)]
struct JsonFix<'a> {
    title: Cow<'a, str>,
    safe: bool,
    edits: Vec<JsonEdit<'a>>,
}

#[derive(Serialize)]
struct JsonEdit<'a> {
    start: JsonPosition,
    end: JsonPosition,
    text: &'a str,
}

/// A file.
#[derive(Serialize)]
pub(super) struct JsonFile<'a> {
    path: &'a str,
    dialect: &'a str,
}

/// A place that could not be judged.
#[derive(Serialize)]
pub(super) struct JsonUnchecked<'a> {
    path: &'a str,
    logical: &'a str,
    start: JsonPosition,
    end: JsonPosition,
    reason: Cow<'a, str>,
    settle: Option<Cow<'a, str>>,
}

/// A finding that is hidden.
#[derive(Serialize)]
pub(super) struct JsonSuppressed<'a> {
    #[serde(flatten)]
    finding: JsonFinding<'a>,
    by: &'static str,
    reason: Option<Cow<'a, str>>,
    until: Option<&'a str>,
}

/// The figures.
#[derive(Serialize)]
pub(super) struct JsonSummary {
    files: usize,
    configurations: usize,
    endpoints: usize,
    errors: usize,
    warnings: usize,
    infos: usize,
    unchecked: usize,
    older: Option<usize>,
    suppressed: usize,
    fixable: usize,
    fixable_unsafe: usize,
}

pub(super) fn write(outcome: &Outcome, to: &mut dyn Write, _: &Options<'_>) -> io::Result<()> {
    let report = Report {
        version: VERSION,
        findings: outcome.findings().iter().map(finding).collect(),
        files: files(outcome),
        unchecked: outcome.unchecked().iter().map(unchecked).collect(),
        suppressed: outcome.suppressed().iter().map(suppressed).collect(),
        summary: summary(outcome.summary()),
        incomplete: outcome.is_incomplete(),
    };
    write_line(&report, to)
}

/// A value on a separate line, in ASCII where a character could do harm.
pub(super) fn write_line(value: &impl Serialize, to: &mut dyn Write) -> io::Result<()> {
    value.serialize(&mut Serializer::with_formatter(&mut *to, Harmless))?;
    to.write_all(b"\n")
}

pub(super) fn finding(it: &Reported) -> JsonFinding<'_> {
    let Finding { place, .. } = &*it.finding;
    JsonFinding {
        rule: &it.finding.rule,
        severity: it.finding.severity.word(),
        message: neutral::lines(&it.finding.message),
        help: it.finding.help_line().map(neutral::all_lines),
        path: place.path(),
        logical: &it.finding.logical,
        start: place.start().into(),
        end: place.end().into(),
        evidence: it.finding.evidence.iter().map(evidence).collect(),
        fix: it.finding.fix.as_ref().and_then(|value| fix(place, value)),
        fingerprint: &it.fingerprint,
    }
}

fn evidence(proof: &Evidence) -> JsonEvidence<'_> {
    JsonEvidence {
        path: proof.place.path(),
        start: proof.place.start().into(),
        end: proof.place.end().into(),
        message: neutral::lines(&proof.message),
    }
}

/// Whether a fix writes a secret of the file that it changes.
pub(super) fn shows_secret(place: &Place, fix: &Fix) -> bool {
    let mut texts = fix.edits.iter().map(|(_, text)| text);
    texts.any(|text| place.redact(text.clone()) != *text)
}

/// A fix, unless it would show a secret.
fn fix<'a>(place: &Place, fix: &'a Fix) -> Option<JsonFix<'a>> {
    if shows_secret(place, fix) {
        return None;
    }
    let edits = fix.edits.iter().map(|(span, text)| {
        let place = place.sibling(*span);
        JsonEdit {
            start: place.start().into(),
            end: place.end().into(),
            text,
        }
    });
    Some(JsonFix {
        title: neutral::lines(&fix.title),
        safe: fix.safe,
        edits: edits.collect(),
    })
}

pub(super) fn files(outcome: &Outcome) -> Vec<JsonFile<'_>> {
    let files = outcome.files().iter();
    let files = files.map(|file| JsonFile {
        path: &file.path,
        dialect: &file.dialect,
    });
    files.collect()
}

pub(super) fn unchecked(it: &Redacted<Unchecked>) -> JsonUnchecked<'_> {
    JsonUnchecked {
        path: it.place.path(),
        logical: &it.logical,
        start: it.place.start().into(),
        end: it.place.end().into(),
        reason: neutral::lines(&it.reason),
        settle: it.settle.as_deref().map(neutral::lines),
    }
}

pub(super) fn suppressed(it: &Suppressed) -> JsonSuppressed<'_> {
    JsonSuppressed {
        finding: finding(&it.reported),
        by: it.hiding.by.word(),
        reason: it.hiding.reason.as_deref().map(|it| neutral::lines(it)),
        until: it.hiding.until.as_deref(),
    }
}

pub(super) fn summary(it: RunSummary) -> JsonSummary {
    JsonSummary {
        files: it.files,
        configurations: it.configurations,
        endpoints: it.endpoints,
        errors: it.errors,
        warnings: it.warnings,
        infos: it.infos,
        unchecked: it.unchecked,
        older: it.older,
        suppressed: it.suppressed,
        fixable: it.fixable,
        fixable_unsafe: it.fixable_unsafe,
    }
}

impl From<Position> for JsonPosition {
    fn from(position: Position) -> Self {
        Self {
            line: position.line,
            column: position.column,
            offset: position.offset,
        }
    }
}

/// Compact JSON in which characters that could do harm in a terminal or in the log of a job are
/// escaped, so that the text is safe to print and its meaning is the same.
struct Harmless;

impl Formatter for Harmless {
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut written = 0;
        for (at, c) in fragment.char_indices() {
            let hashes = fragment
                .get(at..)
                .is_some_and(|rest| rest.starts_with("##"));
            if !(hashes || neutral::is_hostile(c)) {
                continue;
            }
            let plain = fragment.get(written..at).unwrap_or("");
            CompactFormatter.write_string_fragment(writer, plain)?;
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(writer, "\\u{unit:04x}")?;
            }
            written = at + c.len_utf8();
        }
        let rest = fragment.get(written..).unwrap_or("");
        CompactFormatter.write_string_fragment(writer, rest)
    }
}
