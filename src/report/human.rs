//! For people: every finding as a sentence with the lines that it is about.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::io::{self, Write};

use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, SourceCode};

use super::outcome::{Outcome, Reported};
use super::prose::{spot, summary, wrap};
use super::snippet::Snippets;
use super::{Options, neutral};
use crate::finding::Unchecked;
use crate::finding::{Finding, Place, Severity, Span};

/// How many places of findings that are alike are listed.
const LISTED: usize = 5;

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
        let shown = Shown::new(&alike.first.finding, options);
        let mut text = String::new();
        handler
            .render_report(&mut text, &shown)
            .map_err(io::Error::other)?;
        if !alike.more.is_empty() {
            let places = alike.more.iter().map(|it| &it.finding.place);
            text.push_str(&indented(&and_more(places), 2, options.width));
        }
        for line in text.lines() {
            writeln!(to, "{}", line.trim_end())?;
        }
        writeln!(to)?;
    }
    if options.quiet {
        return Ok(());
    }
    write_unchecked(outcome, to, options)?;
    writeln!(to, "{}.", summary(outcome))
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

/// Findings that say the same in different places.
struct Alike<'a> {
    first: &'a Reported,
    more: Vec<&'a Reported>,
}

fn fold(findings: &[Reported]) -> Vec<Alike<'_>> {
    let mut all: Vec<Alike<'_>> = Vec::new();
    let mut seen = HashMap::new();
    for it in findings {
        let finding = &it.finding;
        let proofs: Vec<&str> = finding.evidence.iter().map(|it| &*it.message).collect();
        let said = (
            &*finding.rule,
            finding.severity,
            &*finding.message,
            finding.help.as_deref(),
            proofs,
        );
        let index = *seen.entry(said).or_insert(all.len());
        match all.get_mut(index) {
            Some(alike) => alike.more.push(it),
            None => all.push(Alike {
                first: it,
                more: Vec::new(),
            }),
        }
    }
    all
}

/// `and 7 more like it: a.yml:1:2, b.yml:3:4, …`
fn and_more<'a>(places: impl ExactSizeIterator<Item = &'a Place>) -> String {
    let n = places.len();
    let listed: Vec<String> = places.take(LISTED).map(spot).collect();
    let rest = if n > LISTED { ", …" } else { "" };
    format!("and {n} more like it: {}{rest}", listed.join(", "))
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
fn write_unchecked(outcome: &Outcome, to: &mut dyn Write, options: &Options<'_>) -> io::Result<()> {
    let said: HashSet<(&str, Span)> = outcome
        .findings()
        .iter()
        .map(|it| (&**it.finding.place.path(), it.finding.place.span()))
        .collect();
    let mut reasons: Vec<Vec<&Unchecked>> = Vec::new();
    let mut seen = HashMap::new();
    for it in outcome.unchecked() {
        if said.contains(&(&**it.place.path(), it.place.span())) {
            continue;
        }
        let index = *seen
            .entry((&it.reason, &it.settle))
            .or_insert(reasons.len());
        match reasons.get_mut(index) {
            Some(alike) => alike.push(it),
            None => reasons.push(vec![it]),
        }
    }
    if reasons.is_empty() {
        return Ok(());
    }
    writeln!(to, "Could not be checked:")?;
    for alike in reasons {
        let Some((first, more)) = alike.split_first() else {
            continue;
        };
        let reason = neutral::lines(&first.reason);
        let line = format!("{}: {reason}", spot(&first.place));
        write!(to, "{}", indented(&line, 2, options.width))?;
        if let Some(settle) = &first.settle {
            write!(
                to,
                "{}",
                indented(&neutral::lines(settle), 4, options.width)
            )?;
        }
        if !more.is_empty() {
            let more = and_more(more.iter().map(|it| &it.place));
            write!(to, "{}", indented(&more, 4, options.width))?;
        }
    }
    writeln!(to)
}

/// A finding as miette wants it.
#[derive(Debug)]
struct Shown {
    severity: Severity,
    code: String,
    message: String,
    help: Option<String>,
    snippets: Snippets,
}

impl Shown {
    fn new(finding: &Finding, options: &Options<'_>) -> Self {
        let mut snippets = Snippets::new(options.width.clamp(NARROWEST, WIDEST), options.width);
        snippets.add(&finding.place, 1, None);
        for proof in &finding.evidence {
            snippets.add(&proof.place, 1, Some(&proof.message));
        }
        let severity = finding.severity.word();
        Self {
            severity: finding.severity,
            code: format!("{severity}[{}]", neutral::line(&finding.rule)),
            message: wrap(
                &neutral::lines(&finding.message),
                options.width.saturating_sub(4),
            ),
            help: finding
                .help
                .as_deref()
                .map(|help| wrap(&neutral::lines(help), options.width.saturating_sub(8))),
            snippets,
        }
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Shown {}

impl Diagnostic for Shown {
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
