//! `promvet suppressions`: the comments that hide findings.

use std::collections::HashMap;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use clap::Args;

use super::args::{ListFormat, PathArgs};
use super::check::{prepare, show_stats};
use super::progress::watched;
use super::trust::parse_time;
use super::{Exit, complain};
use crate::discover::{is_candidate, recognize};
use crate::finding::{Redacted, Text};
use crate::parallel;
use crate::report::suppressions::{ListedSuppression, write_json, write_table};
use crate::report::unless_closed;
use crate::run::suppress::{
    Covers, DAY, PlacedSuppression, TextSuppressions, has_lapsed, may_hold, of_file,
};
use crate::run::survey::left_out;
use crate::run::survey::walk_of;
use crate::run::{Request, WatchStage};
use crate::source::{Folder, FoundFile, LARGEST, Repository, Tree};

/// The arguments of `suppressions`.
#[derive(Args, Clone, Debug, Default)]
pub(super) struct SuppressionsArgs {
    /// Which files.
    #[command(flatten)]
    pub(super) paths: PathArgs,
    /// The format of the output
    #[arg(
        long,
        value_enum,
        default_value_t,
        value_name = "FORMAT",
        help_heading = "Report"
    )]
    pub(super) format: ListFormat,
    /// Judge dates by this time: a date or time as in RFC 3339, or seconds since 1970
    #[arg(long, value_name = "TIME", value_parser = parse_time, help_heading = "Report")]
    pub(super) now: Option<i64>,
}

/// Lists them: those of every YAML file, since rule files and their like are judged too.
pub(super) fn suppressions(args: &SuppressionsArgs, out: &mut dyn Write) -> io::Result<Exit> {
    let (tree, mut request) = prepare(&args.paths)?;
    request.now = args.now.unwrap_or(request.now);
    let watch = &request.watch;
    let walk = || tree.walk(&request.paths, &walk_of(&request));
    let walked = watched(watch, || watch.stage(WatchStage::Find, 0, walk));
    let named = walked.problems.iter().filter(|problem| problem.named);
    let problems: Vec<String> = named
        .map(|problem| format!("{}: {}", problem.shown, problem.error))
        .collect();
    left_out(&walked).for_each(|note| complain(&note));
    problems.iter().for_each(|problem| complain(problem));
    let look = || {
        parallel::map(request.threads, &walked.files, |found| {
            marks_of(found, &*tree)
        })
    };
    let marks = watch.stage(WatchStage::Read, walked.files.len(), look);
    let ages = Ages::new(&request);
    let found = walked.files.iter().zip(&marks);
    let list: Vec<_> = found
        .filter_map(|(found, marks)| Some((found, marks.as_ref()?)))
        .flat_map(|(found, marks)| listed(found, marks, &ages, request.now))
        .collect();
    let written = match args.format {
        ListFormat::Human => write_table(&list, out),
        ListFormat::Json => write_json(&list, out),
    };
    unless_closed(written)?;
    show_stats(&args.paths, watch);
    Ok(if problems.is_empty() {
        Exit::Clean
    } else {
        Exit::Failed
    })
}

/// The suppressions of a file that can be read; none if it has none.
fn marks_of(found: &FoundFile, tree: &dyn Tree) -> Option<TextSuppressions> {
    if !(found.named || is_candidate(&found.path)) {
        return None;
    }
    let text = Text::new(
        Arc::clone(&found.shown),
        tree.read(&found.path, LARGEST).ok()?,
    );
    if !may_hold(&text) {
        return None;
    }
    let recognized = recognize(text, found.named, false);
    of_file(&recognized.iter().collect::<Vec<_>>(), |_| true)
}

fn listed(
    found: &FoundFile,
    marks: &TextSuppressions,
    ages: &Ages,
    now: i64,
) -> Vec<ListedSuppression> {
    let line_of = |mark: &PlacedSuppression| marks.place(mark.directive.span).start().line;
    let lines: Vec<usize> = marks.list.iter().map(line_of).collect();
    let committed = ages.committed(&found.path, &lines);
    let list = marks.list.iter().zip(lines).map(|(mark, line)| {
        let PlacedSuppression {
            directive,
            covers,
            logical,
            ..
        } = mark;
        let place = marks.place(directive.span);
        let committed = committed.get(&line);
        let reason = directive.reason.clone();
        let redacted = |words: &str| (*Redacted::sentence(&place, words.to_owned())).clone();
        let names = directive.names.iter().map(|name| redacted(&name.text));
        ListedSuppression {
            path: found.shown.to_string(),
            line,
            logical: redacted(logical),
            whole_file: *covers == Covers::File,
            whole_part: matches!(covers, Covers::Inner(_)),
            rules: names.collect(),
            reason: reason.map(|reason| Redacted::sentence(&place, reason)),
            until: directive.until.as_ref().map(|until| redacted(&until.text)),
            lapsed: has_lapsed(mark, now),
            age_days: committed.map(|time| (now - time).max(0) / DAY),
        }
    });
    list.collect()
}

/// How old lines are, if git knows it.
struct Ages {
    repository: Option<Repository>,
}

impl Ages {
    fn new(request: &Request) -> Self {
        let disk = Folder::here().ok();
        Self {
            repository: disk.and_then(|disk| Repository::of(&disk, &request.paths).ok()),
        }
    }

    /// When lines of a file were committed. Not to know it is not a reason to fail.
    fn committed(&self, path: &Path, lines: &[usize]) -> HashMap<usize, i64> {
        let known = self
            .repository
            .as_ref()
            .map(|repository| repository.committed(path, lines));
        known.and_then(Result::ok).unwrap_or_default()
    }
}
