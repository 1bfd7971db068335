//! For people: every finding as a sentence with the lines that it is about.

use std::collections::HashMap;
use std::fmt;
use std::io::{self, Write};

use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, SourceCode};

use super::alike::{and_more, fold};
use super::outcome::Outcome;
use super::prose::{fixable, spot, summary, wrap};
use super::snippet::Snippets;
use super::{Options, neutral};
use crate::finding::{Evidence, Finding, Redacted, Severity, Unchecked};

/// Lines that are shown around a place: enough to recognize it.
const CONTEXT: usize = 1;

/// Lines between a finding and its evidence up to which they share one excerpt.
const NEAR: usize = 4;

/// The widest excerpt, whatever the width of the terminal: lines that wrap are still better than
/// lines that were cut.
const NARROWEST: usize = 120;
const WIDEST: usize = 200;

pub(super) fn write(
    outcome: &Outcome,
    to: &mut dyn Write,
    options: &Options<'_>,
) -> io::Result<()> {
    let handler = handler(options);
    for alike in fold(outcome.findings()) {
        let shown = ShownFinding::new(&alike.first.finding, options);
        let mut text = String::new();
        handler
            .render_report(&mut text, &shown)
            .map_err(io::Error::other)?;
        if let Some(elsewhere) = alike.elsewhere() {
            text.push_str(&indented(&elsewhere, 2, options.width));
        }
        text.push('\n');
        write_lines(&text, to)?;
    }
    if options.quiet {
        return Ok(());
    }
    write_lines(&unchecked(outcome, options), to)?;
    writeln!(to, "{}.", summary(outcome))?;
    match fixable(&outcome.summary()) {
        Some(fixable) => writeln!(to, "{fixable}."),
        None => Ok(()),
    }
}

fn write_lines(text: &str, to: &mut dyn Write) -> io::Result<()> {
    for line in text.lines() {
        writeln!(to, "{}", neutral::no_command(line.trim_end()))?;
    }
    Ok(())
}

fn handler(options: &Options<'_>) -> GraphicalReportHandler {
    let mut theme = if options.unicode {
        GraphicalTheme::unicode()
    } else {
        GraphicalTheme::ascii()
    };
    if !options.color {
        theme.styles = miette::ThemeStyles::none();
    }
    // Sentences come wrapped: the handler would break URLs at their hyphens and slashes.
    GraphicalReportHandler::new_themed(theme)
        .with_width(options.width)
        .with_wrap_lines(false)
        .with_links(false)
        .without_cause_chain()
        .without_syntax_highlighting()
}

/// A paragraph behind an indent.
fn indented(text: &str, indent: usize, width: usize) -> String {
    let mut out = String::new();
    for line in wrap(text, width.saturating_sub(indent)).lines() {
        out.push_str(&" ".repeat(indent));
        out.push_str(line);
        out.push('\n');
    }
    out
}

/// What could not be judged and is not the subject of a finding already.
fn unchecked(outcome: &Outcome, options: &Options<'_>) -> String {
    let mut reasons: Vec<Vec<&Redacted<Unchecked>>> = Vec::new();
    let mut seen = HashMap::new();
    for it in outcome.only_unchecked() {
        let index = *seen
            .entry((&it.reason, &it.settle))
            .or_insert(reasons.len());
        match reasons.get_mut(index) {
            Some(alike) => alike.push(it),
            None => reasons.push(vec![it]),
        }
    }
    let listed: String = reasons
        .iter()
        .filter_map(|alike| alike.split_first())
        .map(|(first, more)| unchecked_item(first, more, options.width))
        .collect();
    if listed.is_empty() {
        listed
    } else {
        format!("Could not be checked:\n{listed}\n")
    }
}

fn unchecked_item(
    first: &Redacted<Unchecked>,
    more: &[&Redacted<Unchecked>],
    width: usize,
) -> String {
    let reason = neutral::lines(&first.reason);
    let mut out = indented(&format!("{}: {reason}", spot(&first.place)), 2, width);
    if let Some(settle) = &first.settle {
        out.push_str(&indented(&neutral::lines(settle), 4, width));
    }
    if !more.is_empty() {
        let more = and_more(more.iter().map(|it| &it.place));
        out.push_str(&indented(&more, 4, width));
    }
    out
}

/// A finding as miette wants it.
#[derive(Debug)]
struct ShownFinding {
    severity: Severity,
    code: String,
    message: String,
    help: Option<String>,
    snippets: Snippets,
}

impl ShownFinding {
    fn new<'a>(finding: &'a Finding, options: &Options<'_>) -> Self {
        let mut snippets = Snippets::new(options.width.clamp(NARROWEST, WIDEST), options.width);
        let labeled = |proof: &'a Evidence| (&proof.place, Some(&*proof.message));
        let (near, far): (Vec<&Evidence>, Vec<&Evidence>) = finding
            .evidence
            .iter()
            .partition(|proof| finding.place.is_near(&proof.place, NEAR));
        let mut here = vec![(&finding.place, None)];
        here.extend(near.into_iter().map(labeled));
        snippets.add(&here, CONTEXT);
        let mut message = neutral::lines(&finding.message).into_owned();
        for proof in far {
            if proof.place.text().shows_lines() {
                snippets.add(&[labeled(proof)], CONTEXT);
            } else {
                // No line of it is shown, but where it is.
                let words = neutral::lines(&proof.message);
                message.push_str(&format!("\n{}: {words}", spot(&proof.place)));
            }
        }
        let severity = finding.severity.word();
        Self {
            severity: finding.severity,
            code: format!("{severity}[{}]", neutral::line(&finding.rule)),
            message: wrap(&message, options.width.saturating_sub(4)),
            help: finding
                .help_line()
                .map(|help| wrap(&neutral::lines(&help), options.width.saturating_sub(8))),
            snippets,
        }
    }
}

impl fmt::Display for ShownFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ShownFinding {}

impl Diagnostic for ShownFinding {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(&self.code))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
            Severity::Info => miette::Severity::Advice,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let help = self.help.as_ref()?;
        Some(Box::new(help))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.snippets)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.snippets.labels()))
    }
}
