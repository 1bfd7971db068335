//! `promvet compare`: what a change does to the effective configuration.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::args::{MaxTime, parse_duration};
use super::{Exit, complain};
use crate::report::comparison::ComparisonFormat;
use crate::report::unless_closed;
use crate::run::compare::TwoTrees;
use crate::run::{Request, RuleSelection};
use crate::source::{Folder, Tree as _};

/// The arguments of `compare`.
#[derive(Args, Clone, Debug)]
pub(super) struct CompareArgs {
    /// The git revision to compare with, such as main or HEAD~
    #[arg(value_name = "REV")]
    old: String,
    /// The revision that is compared with it [default: the working tree]
    #[arg(value_name = "REV")]
    new: Option<String>,
    /// Files and folders, after `--` [default: the current folder]
    #[arg(value_name = "PATH", last = true)]
    paths: Vec<PathBuf>,
    /// The format of the output
    #[arg(long, default_value = "human", value_name = "FORMAT", value_parser = format_parser())]
    format: ComparisonFormat,
    /// Exit with code 1 if something differs
    #[arg(long)]
    exit_code: bool,
    /// Leave out files that match GLOB, a name or a path from the current folder; may be repeated
    #[arg(long, value_name = "GLOB")]
    exclude: Vec<String>,
    /// The policy file [default: promvet.yaml or .promvet.yaml of each folder
    /// up to the root of the tree]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The number of threads [default: one for each processor]
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
    /// Give up after this time, such as 90s or 5m; 0 sets no limit
    #[arg(long, value_name = "TIME", default_value = "300s", value_parser = parse_duration)]
    max_time: MaxTime,
}

fn format_parser() -> impl TypedValueParser<Value = ComparisonFormat> {
    let known = |it: ComparisonFormat| PossibleValue::new(it.name()).help(it.about());
    PossibleValuesParser::new(ComparisonFormat::all().map(known))
        .try_map(|name| ComparisonFormat::from_name(&name).ok_or("unknown format"))
}

/// Compares, and says what differs.
pub(super) fn compare(args: &CompareArgs, out: &mut dyn Write) -> io::Result<Exit> {
    if let Some((old, new)) = range(&args.old) {
        complain(&format!(
            "write the revisions apart: promvet compare {old} {new}"
        ));
        return Ok(Exit::Failed);
    }
    let mut selection = RuleSelection::default();
    if let Err(why) = selection.exclude(&args.exclude) {
        complain(&why);
        return Ok(Exit::Failed);
    }
    let mut paths = args.paths.clone();
    if paths.is_empty() {
        paths.push(PathBuf::from("."));
    }
    let mut request = Request {
        selection,
        paths,
        // A path may be there on one side only.
        if_recognized: true,
        config: args.config.clone(),
        threads: args.threads.unwrap_or(0),
        deadline: args.max_time.deadline(),
        ..Request::default()
    };
    let compared = TwoTrees::new(&args.old, args.new.as_deref(), &mut request)
        .and_then(|trees| trees.compared(&request));
    let changes = match compared {
        Ok(changes) => changes,
        Err(why) => {
            complain(&why.to_string());
            if let Some(path) = named_path(args) {
                complain(&format!(
                    "`{path}` is a file or folder; write `--` before it: promvet compare {} -- {path}",
                    args.old
                ));
            }
            return Ok(Exit::Failed);
        }
    };
    unless_closed(args.format.write(&changes, out))?;
    Ok(if !changes.unread.is_empty() {
        Exit::Failed
    } else if args.exit_code && !(changes.changes.is_empty() && changes.beyond.is_empty()) {
        Exit::Findings
    } else {
        Exit::Clean
    })
}

/// What is named as the second revision and is a file or a folder.
fn named_path(args: &CompareArgs) -> Option<&str> {
    let path = args.new.as_deref()?;
    let here = Folder::here().ok()?;
    here.metadata(Path::new(path)).is_ok().then_some(path)
}

/// Whether a command line names a file behind two revisions.
pub(super) fn lacks_separator(error: &clap::Error) -> bool {
    let is_compare = std::env::args_os()
        .nth(1)
        .is_some_and(|word| word == "compare");
    let word = error.get(ContextKind::InvalidArg);
    let is_word = matches!(word, Some(ContextValue::String(word)) if !word.starts_with('-'));
    is_compare && error.kind() == ErrorKind::UnknownArgument && is_word
}

/// The sides of `A..B`, which is how git writes two revisions.
fn range(text: &str) -> Option<(&str, &str)> {
    let (old, new) = text.split_once("..")?;
    let new = new.trim_start_matches('.');
    Some((if old.is_empty() { "HEAD" } else { old }, new))
}
