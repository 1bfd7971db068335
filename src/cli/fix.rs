//! `--fix`, `--fix=unsafe` and `--diff`.

use std::io::{self, Write};

use clap::builder::PossibleValue;
use clap::{Args, ValueEnum};

use super::args::{CheckArgs, PathArgs};
use super::{Exit, complain};
use crate::report::{unless_closed, write_patch};
use crate::run::{Changes, FixLevel, Fixed};
use crate::source::{Folder, Tree as _};

/// What is changed.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Fixes")]
pub(super) struct FixArgs {
    /// Change the files: make the safe fixes, or with =unsafe also those that may change what the
    /// configuration means. The report shows what is left
    #[arg(long, value_name = "LEVEL", num_args = 0..=1, require_equals = true,
          default_missing_value = "safe")]
    pub(super) fix: Option<FixLevel>,
    /// Hide the findings that are left by comments with REASON, which may end with `until` and a date
    #[arg(long, value_name = "REASON", value_parser = one_line)]
    pub(super) add_ignores: Option<String>,
    /// Print the changes as a patch and change nothing; the exit code is 1 if there is one. Secrets are
    /// masked in it
    #[arg(long)]
    pub(super) diff: bool,
}

impl ValueEnum for FixLevel {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Safe, Self::Unsafe]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            Self::Safe => PossibleValue::new("safe").help("fixes that do what the author meant"),
            Self::Unsafe => PossibleValue::new("unsafe")
                .help("also fixes that may change what the configuration means"),
        })
    }
}

impl FixArgs {
    /// What has to be changed; none if nothing is.
    pub(super) fn changes(&self) -> Option<Changes> {
        let fixes = self.diff && self.add_ignores.is_none();
        let changes = Changes {
            level: self.fix.or(fixes.then_some(FixLevel::Safe)),
            reason: self.add_ignores.clone(),
        };
        (changes.level.is_some() || changes.reason.is_some()).then_some(changes)
    }

    /// Why these arguments do not go with others.
    pub(super) fn refusal(&self, args: &CheckArgs) -> Option<&'static str> {
        self.changes()?;
        if args.since.staged {
            Some(
                "--fix and --add-ignores change files, and --staged checks the git index; leave one of them out",
            )
        } else if self.fix == Some(FixLevel::Safe) && is_level(&args.paths) {
            Some("the level is joined to the option: write --fix=unsafe")
        } else if !self.diff && reads_stdin(&args.paths) {
            Some("standard input cannot be changed; add --diff to print the fixes as a patch")
        } else {
            None
        }
    }
}

/// A reason, which becomes a part of a comment.
fn one_line(text: &str) -> Result<String, String> {
    match text.trim() {
        "" => Err("write why the findings are accepted".to_owned()),
        text if text.contains(char::is_control) => Err("write it in one line".to_owned()),
        text => Ok(text.to_owned()),
    }
}

/// Whether a path is the name of a level, and no file has it.
fn is_level(paths: &PathArgs) -> bool {
    let mut paths = paths.paths.iter();
    paths.any(|path| {
        path.as_os_str() == "unsafe" && Folder::here().is_ok_and(|it| it.metadata(path).is_err())
    })
}

fn reads_stdin(paths: &PathArgs) -> bool {
    paths.paths.iter().any(|path| path.as_os_str() == "-")
}

/// Prints the patch instead of a report.
pub(super) fn show(fixed: &Fixed, out: &mut dyn Write) -> io::Result<Exit> {
    for file in &fixed.files {
        unless_closed(write_patch(&file.old, &file.new, out))?;
    }
    say(fixed, "would fix");
    let is_whole = fixed.run.is_whole();
    Ok(match (is_whole, fixed.files.is_empty()) {
        (false, _) => Exit::Failed,
        (true, true) => Exit::Clean,
        (true, false) => Exit::Findings,
    })
}

/// Writes the changed files; whether all could be written.
pub(super) fn write(fixed: &Fixed) -> bool {
    let mut all = true;
    for file in &fixed.files {
        if let Err(why) = file.write() {
            complain(&why);
            all = false;
        }
    }
    if all {
        say(fixed, "fixed");
    }
    all
}

/// Says what was changed and what was not.
fn say(fixed: &Fixed, did: &str) {
    fixed.declined.iter().for_each(|why| complain(why));
    let count: usize = fixed.files.iter().map(|file| file.count).sum();
    let files = fixed.files.len();
    let findings = if count == 1 { "finding" } else { "findings" };
    let in_files = if files == 1 { "file" } else { "files" };
    match fixed.hidden {
        0 => complain(&format!("{did} {count} {findings} in {files} {in_files}")),
        hidden => complain(&format!(
            "{did} {count} and hid {hidden} by comments, in {files} {in_files}"
        )),
    }
}
