//! Reports to where they were asked for.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::args::{CheckArgs, Output, ReportArgs};
use super::{complain, terminal};
use crate::report::{
    Options, Outcome, OutcomeFormat, OwnPage, RuleInfo, unless_closed, write_file,
};
use crate::rules;

/// The columns between which sentences for people are wrapped: longer lines are hard to read.
const NARROWEST: usize = 40;
const WIDEST: usize = 120;

/// What goes where.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    stdout: OutcomeFormat,
    files: Vec<(OutcomeFormat, PathBuf)>,
}

impl Plan {
    /// The plan that the arguments ask for.
    ///
    /// # Errors
    /// Two reports would go to one place.
    pub(super) fn new(args: &ReportArgs) -> Result<Self, String> {
        let mut stdout = args.format;
        let mut files: Vec<(OutcomeFormat, PathBuf)> = Vec::new();
        for Output { format, path } in &args.output {
            match (path, stdout) {
                (None, None) => stdout = Some(*format),
                (None, Some(other)) => {
                    return Err(format!(
                        "{} and {} cannot both go to standard output; give one of them a path, \
                         as in --output {}=PATH",
                        other.name(),
                        format.name(),
                        format.name()
                    ));
                }
                (Some(path), _) => {
                    if files.iter().any(|(_, other)| other == path) {
                        let path = crate::source::shown(path);
                        return Err(format!("two reports cannot be written to {path}"));
                    }
                    files.push((*format, path.clone()));
                }
            }
        }
        Ok(Self {
            stdout: stdout.unwrap_or(OutcomeFormat::Human),
            files,
        })
    }

    /// Whether people read what is on standard output.
    pub(super) fn is_for_people(&self) -> bool {
        self.stdout == OutcomeFormat::Human
    }

    /// Whether a report shows more of the texts than the lines around places.
    pub(super) fn needs_texts(&self) -> bool {
        let files = self.files.iter().map(|(format, _)| *format);
        let mut formats = files.chain([self.stdout]);
        formats.any(OutcomeFormat::needs_texts)
    }

    /// Writes every report, files first: a closed pipe loses none of them. Whether all could be
    /// written.
    pub(super) fn write(
        &self,
        outcome: &Outcome,
        args: &CheckArgs,
        out: &mut dyn Write,
    ) -> io::Result<bool> {
        let judging = &args.judging;
        let args = &args.report;
        let own = outcome.custom_pages().iter().map(own_info);
        let pages: Vec<_> = rules::all().iter().map(info).chain(own).collect();
        let options = Options {
            quiet: args.quiet,
            fail_on: judging.fail_on.threshold(),
            unchecked_fails: judging.trust.require_coverage,
            rules: &pages,
            ..Options::default()
        };
        let mut all = true;
        for (format, path) in &self.files {
            if let Err(error) = to_file(*format, path, outcome, &options) {
                complain(&format!(
                    "{}: cannot write the report: {error}",
                    crate::source::shown(path)
                ));
                all = false;
            }
        }
        let empty = outcome.files().is_empty()
            && outcome.findings().is_empty()
            && outcome.unchecked().is_empty();
        if self.is_for_people() && empty {
            return Ok(all);
        }
        let on_terminal = Options {
            color: terminal::color(args.color),
            width: terminal::columns()
                .map_or(options.width, |columns| columns.clamp(NARROWEST, WIDEST)),
            unicode: terminal::unicode(),
            ..options
        };
        unless_closed(self.stdout.write(outcome, out, &on_terminal))?;
        Ok(all)
    }
}

fn to_file(
    format: OutcomeFormat,
    path: &Path,
    outcome: &Outcome,
    options: &Options<'_>,
) -> io::Result<()> {
    let mut bytes = Vec::new();
    format.write(outcome, &mut bytes, options)?;
    write_file(path, &bytes)
}

fn info<'r>(page: &'static rules::RulePage) -> RuleInfo<'r> {
    RuleInfo {
        name: page.name,
        title: page.title,
        severity: page.severity,
        page: page.body(),
        own: false,
    }
}

fn own_info(page: &OwnPage) -> RuleInfo<'_> {
    RuleInfo {
        name: &page.name,
        title: &page.title,
        severity: page.severity,
        page: &page.page,
        own: true,
    }
}
