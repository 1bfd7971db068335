//! Comments that hide the findings that are left.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use super::{Fixer, content_of};
use crate::discover;
use crate::finding::rule::group_of;
use crate::finding::{Day, Place, Span, Text, rule};
use crate::report::Reported;
use crate::run::Run;
use crate::run::suppress::directive::{self, Malformed, SuppressionComment};
use crate::schema::edit::apply;
use crate::source::{LARGEST, Overlay, Tree};
use crate::yaml::{Document, Kind, Node, Style, parse_all, parse_first};

/// Where a comment is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum CommentPosition {
    /// Behind what is in the line: it is for findings that begin there.
    End,
    /// In a line of its own above.
    Above,
}

/// The findings of one line.
struct LineFindings {
    rules: BTreeSet<String>,
    fingerprints: Vec<String>,
    at: CommentPosition,
}

/// A file with the lines that get a comment.
struct FileLines {
    /// A place in the text that was judged.
    place: Place,
    lines: BTreeMap<usize, LineFindings>,
}

/// How often comments are tried: behind a line, above it, and without those that did not do their work,
/// twice over where those of a file get in each other's way.
const MOST_TRIES: usize = 6;

/// Adds comments for what a run found, and runs again: the findings that are left, and how many are
/// hidden. Whether a comment does its work shows in the run alone, so one that does not is tried in
/// another place, and then taken back.
pub(super) fn add(
    (reason, now): (&str, i64),
    run: Run,
    fixer: &mut Fixer<'_>,
    overlay: &mut Overlay<'_>,
    look: &mut dyn FnMut(&dyn Tree) -> Result<Run, String>,
) -> Result<(Run, usize), String> {
    if let Some(Ok(comment)) = read_comment(reason)
        && let Some(until) = comment.until.filter(|until| Day::of(now) > until.day)
    {
        let why = format!("no comment is written: {} is over", until.text);
        fixer.declined.insert(why);
        return Ok((run, 0));
    }
    not_parsed(&run, fixer);
    let mut files = lines_of(&run);
    let before: usize = run.outcome.findings().len();
    let known = fingerprints(&run);
    let mut run = run;
    for _ in 0..MOST_TRIES {
        if files.is_empty() {
            break;
        }
        files.retain(|shown, file| match write(reason, file, fixer, overlay) {
            Ok(()) => true,
            Err(why) => {
                fixer.declined.insert(format!("{shown}: {why}"));
                false
            }
        });
        run = look(overlay)?;
        if !retry(&mut files, &run, &known, fixer) {
            break;
        }
    }
    let after = run.outcome.findings().len();
    Ok((run, before.saturating_sub(after)))
}

/// The comment that a reason makes.
fn read_comment(reason: &str) -> Option<Result<SuppressionComment, Malformed>> {
    let comment = format!("# promvet: ignore[a] {reason}");
    directive::read(&comment, Span::new(0, comment.len()), false)
}

/// Names the files that do not parse: nothing reads comments in them.
fn not_parsed(run: &Run, fixer: &mut Fixer<'_>) {
    for reported in run.outcome.findings() {
        let finding = &reported.finding;
        if finding.rule == rule::SCHEMA_SYNTAX {
            let (path, line) = (finding.place.path(), finding.place.start().line);
            let why = "no comment can hide this: the file cannot be parsed";
            fixer.declined.insert(format!("{path}:{line}: {why}"));
        }
    }
}

/// The fingerprints of what a run found.
fn fingerprints(run: &Run) -> HashSet<String> {
    let findings = run.outcome.findings().iter();
    findings
        .map(|reported| reported.fingerprint.clone())
        .collect()
}

/// The lines with findings that a comment can hide, by file.
fn lines_of(run: &Run) -> BTreeMap<Arc<str>, FileLines> {
    let mut files: BTreeMap<Arc<str>, FileLines> = BTreeMap::new();
    for reported in run.outcome.findings() {
        let finding = &reported.finding;
        let name = &*finding.rule;
        if group_of(name) == rule::GROUP_SUPPRESSIONS || name == rule::SCHEMA_SYNTAX {
            continue;
        }
        let file = files
            .entry(Arc::clone(finding.place.path()))
            .or_insert_with(|| FileLines {
                place: finding.place.clone(),
                lines: BTreeMap::new(),
            });
        let line = file
            .lines
            .entry(finding.place.start().line)
            .or_insert_with(|| LineFindings {
                rules: BTreeSet::new(),
                fingerprints: Vec::new(),
                at: CommentPosition::End,
            });
        line.rules.insert(name.to_owned());
        line.fingerprints.push(reported.fingerprint.clone());
    }
    files
}

/// Writes the comments of a file into the text that was judged: only those that are left, so that what was
/// tried before goes.
fn write(
    reason: &str,
    file: &FileLines,
    fixer: &mut Fixer<'_>,
    overlay: &mut Overlay<'_>,
) -> Result<(), String> {
    let (first, lines) = (&file.place, &file.lines);
    let path = fixer.path_of(first.path())?;
    // Alloy, JSON, units and Dockerfiles have other comments, or none where a finding is.
    if !discover::has_yaml_name(&path) {
        return Err(
            "comments are written into files of YAML only; accept it in promvet.yaml".into(),
        );
    }
    // What was written in an earlier attempt goes, so the text that was judged is what counts.
    let judged = first.text();
    let current = overlay
        .read(&path, LARGEST)
        .map_err(|why| why.to_string())?;
    let mark = current.get(..judged.byte_order_mark()).unwrap_or_default();
    let bytes = [mark, judged.content().as_bytes()].concat();
    let content = content_of(&bytes, judged)?;
    let texts = texts_over_lines(judged);
    let edits = lines.iter().filter_map(|(number, line)| {
        let mut span = judged.line_span(*number)?;
        let around = |span: Span| {
            let mut texts = texts.iter();
            texts.find(|(text, _)| text.start < span.start && span.start < text.end)
        };
        // A comment above the key covers all of its text: too much of a configuration.
        if line.at == CommentPosition::Above
            && let Some((text, false)) = around(span)
        {
            span = judged.line_span(Place::new(judged, *text).start().line)?;
        }
        let end = match line.at {
            CommentPosition::End => span.end,
            CommentPosition::Above => span.start,
        };
        // A comment would become a part of the value.
        if texts
            .iter()
            .any(|(text, _)| text.start < end && end < text.end)
        {
            return None;
        }
        let names: Vec<_> = line.rules.iter().map(String::as_str).collect();
        let comment = format!("# promvet: ignore[{}] {reason}", names.join(", "));
        let text = judged.slice(span);
        Some(match line.at {
            CommentPosition::End => {
                let end = span.start as usize + text.trim_end().len();
                (Span::new(end, end), format!(" {comment}"))
            }
            CommentPosition::Above => {
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
    fixer.put(first, &after, &mark, bytes, overlay)
}

/// Whether a text is a configuration rather than a sentence or a program.
fn is_yaml(text: &str) -> bool {
    let text = Text::recognized("text", text.as_bytes().to_vec());
    let document = parse_first(&text).ok();
    let root = document.as_ref().and_then(Document::root);
    root.is_some_and(|root| root.scalar().is_none())
}

/// Values of several lines that hold no YAML as it is written, so that they have no comments, and whether
/// they hold YAML apart from that.
fn texts_over_lines(text: &Arc<Text>) -> Vec<(Span, bool)> {
    let (documents, _) = parse_all(text);
    let mut open: Vec<Node<'_>> = documents.iter().filter_map(Document::root).collect();
    let mut out = Vec::new();
    while let Some(node) = open.pop() {
        match node.kind() {
            Kind::Sequence(list) => open.extend(list.iter()),
            Kind::Mapping(mapping) => {
                open.extend(mapping.written().flat_map(|entry| [entry.key, entry.value]));
            }
            Kind::Scalar(scalar) => {
                let has_lines = text.slice(node.span()).contains('\n');
                if !has_lines || node.is_alias() {
                    continue;
                }
                let is_yaml = is_yaml(scalar.text);
                if scalar.style != Style::Literal || !is_yaml {
                    out.push((node.span(), is_yaml));
                }
            }
        }
    }
    out
}

/// Takes the comments back that did not hide their findings, or puts them elsewhere; whether there
/// are some.
fn retry(
    files: &mut BTreeMap<Arc<str>, FileLines>,
    run: &Run,
    known: &HashSet<String>,
    fixer: &mut Fixer<'_>,
) -> bool {
    let left: HashSet<&str> = run
        .outcome
        .findings()
        .iter()
        .map(|it| &*it.fingerprint)
        .collect();
    let mut again = false;
    for (shown, file) in &mut *files {
        let is_new = |it: &Reported| {
            let is_of_comment = group_of(&it.finding.rule) == rule::GROUP_SUPPRESSIONS;
            it.finding.place.path() == shown && !is_of_comment && !known.contains(&it.fingerprint)
        };
        let broken = run.outcome.findings().iter().any(is_new);
        file.lines.retain(|number, line| {
            let is_left = |text: &String| left.contains(text.as_str());
            if !broken && !line.fingerprints.iter().any(is_left) {
                return true;
            }
            again = true;
            if line.at == CommentPosition::End {
                line.at = CommentPosition::Above;
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
