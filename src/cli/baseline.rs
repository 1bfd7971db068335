//! `promvet baseline`: writes down what is accepted.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use serde::Serialize;

use super::args::{JudgingArgs, PathArgs};
use super::check::{complain_of, in_words, judge_for, prepare, show_stats};
use super::progress::watched;
use super::{Exit, complain};
use crate::policy::{Accepted, BaselineEntry, BaselineVersion};
use crate::report::{Outcome, harmless_line, write_file};
use crate::run::baseline::{BaselineCoverage, accepted, of_policies, read, stale};
use crate::run::suppress::SuppressionContext;
use crate::run::{BaselineFrom, run_with};
use crate::source::{Folder, Tree as _, collapse};

/// The name of a baseline unless another is given.
const NAME: &str = "promvet-baseline.json";

/// The arguments of `baseline`.
#[derive(Args, Clone, Debug, Default)]
pub(super) struct BaselineArgs {
    /// Which files.
    #[command(flatten)]
    pub(super) paths: PathArgs,
    /// How they are judged.
    #[command(flatten)]
    pub(super) judging: JudgingArgs,
    /// Only take out of the baseline what is not found any more
    #[arg(long)]
    pub(super) prune: bool,
}

/// Looks at everything and writes the baseline.
pub(super) fn baseline(args: &BaselineArgs, out: &mut dyn Write) -> io::Result<Exit> {
    let (tree, mut request) = prepare(&args.paths)?;
    if !judge_for(&args.judging, &*tree, &mut request) {
        return Ok(Exit::Failed);
    }
    let named = std::mem::replace(&mut request.gate.baseline, BaselineFrom::Nowhere);
    let watch = Arc::clone(&request.watch);
    let mut new = None;
    let mut last = |bench: &SuppressionContext<'_>, outcome: &Outcome| {
        let target = target(&named, bench);
        new = Some(target.and_then(|path| NewBaseline::of(path, args.prune, bench, outcome)));
    };
    let run = watched(&watch, || run_with(&request, &*tree, &mut last));
    complain_of(&run, &request);
    show_stats(&args.paths, &watch);
    match new {
        _ if !run.is_whole() => {
            complain("the baseline was not written, since not every file could be checked");
            Ok(Exit::Failed)
        }
        Some(Ok(new)) => new.write(out),
        Some(Err(why)) => {
            complain(&why);
            Ok(Exit::Failed)
        }
        None => Ok(Exit::Failed),
    }
}

/// The file that is written: the one that was named, or that of the policy, or one here.
fn target(named: &BaselineFrom, bench: &SuppressionContext<'_>) -> Result<PathBuf, String> {
    if let BaselineFrom::File(path) = named {
        return Ok(bench.tree.absolute(path));
    }
    let mut of_policy = of_policies(bench).into_iter();
    match (of_policy.next(), of_policy.next()) {
        (Some(path), None) => Ok(path),
        (None, _) => Ok(bench.tree.absolute(Path::new(NAME))),
        (Some(_), Some(_)) => Err(
            "the policies of these paths name several baselines; write one at a time, or choose \
             one with --baseline"
                .to_owned(),
        ),
    }
}

/// A baseline as it is written.
#[derive(Serialize)]
struct BaselineFile<'a> {
    version: u32,
    accepted: Vec<BaselineText<'a>>,
}

#[derive(Serialize)]
struct BaselineText<'a> {
    path: &'a str,
    at: &'a str,
    rule: &'a str,
    value: &'a str,
    count: usize,
}

/// How many of each are accepted.
type Counts = BTreeMap<Accepted, usize>;

/// A baseline that has to be written.
struct NewBaseline {
    path: PathBuf,
    shown: String,
    version: BaselineVersion,
    accepted: Counts,
    /// How many findings the one before accepted and this one does not.
    dropped: usize,
}

impl NewBaseline {
    /// What the baseline has to be: everything that is found, and the entries of files that were not
    /// looked at; with `prune`, no more than it has already.
    fn of(
        path: PathBuf,
        prune: bool,
        bench: &SuppressionContext<'_>,
        outcome: &Outcome,
    ) -> Result<Self, String> {
        let disk = Folder::new(path.parent().unwrap_or(&path));
        let covered = BaselineCoverage::new(bench);
        let mut before = Counts::new();
        let mut kept = Counts::new();
        let (old, entries) = entries(&path, prune, bench)?;
        // What is pruned keeps its version: only what is looked at could be said in a newer one. So
        // does one with entries of files that are not looked at.
        let is_whole = entries.iter().all(|entry| {
            let path = Path::new(&entry.accepted.path);
            covered.has(&collapse(&disk.absolute(path)))
        });
        let version = match prune || !is_whole {
            true => old,
            false => BaselineVersion::NEWEST,
        };
        for entry in entries {
            let file = collapse(&disk.absolute(Path::new(&entry.accepted.path)));
            let rule = &entry.accepted.rule;
            let stays = match prune {
                true => !covered.can_tell(&file, rule, &stale(&entry, 0), bench),
                false => !covered.has(&file),
            };
            *before.entry(entry.accepted.clone()).or_default() += entry.count;
            if stays {
                *kept.entry(entry.accepted).or_default() += entry.count;
            }
        }
        let mut found = Counts::new();
        let all = outcome.findings().iter();
        for accepted in all.filter_map(|it| accepted(it, version, bench.tree, &disk)) {
            *found.entry(accepted).or_default() += 1;
        }
        for (accepted, count) in found {
            let most = match prune {
                true => before.get(&accepted).copied().unwrap_or(0),
                false => count,
            };
            if most > 0 {
                let slot = kept.entry(accepted).or_default();
                *slot = count.min(most).max(*slot);
            }
        }
        // Two versions are compared by what the old one says of the findings.
        let mut left = Counts::new();
        if version == old {
            left.clone_from(&kept);
        } else {
            let all = outcome.findings().iter();
            for accepted in all.filter_map(|it| accepted(it, old, bench.tree, &disk)) {
                *left.entry(accepted).or_default() += 1;
            }
        }
        let dropped = before.iter().map(|(accepted, count)| {
            let left = left.entry(accepted.clone()).or_default();
            let gone = count.saturating_sub(*left);
            *left = left.saturating_sub(*count);
            gone
        });
        Ok(Self {
            dropped: dropped.sum(),
            version,
            shown: bench.tree.shown(&path),
            path,
            accepted: kept,
        })
    }

    /// Writes it whole or not at all, and says how much is in it.
    fn write(&self, out: &mut dyn Write) -> io::Result<Exit> {
        let bytes = self.bytes().map_err(io::Error::other)?;
        if let Err(error) = write_file(&self.path, &bytes) {
            let shown = &self.shown;
            complain(&format!("{shown}: cannot write the baseline: {error}"));
            return Ok(Exit::Failed);
        }
        let sum: usize = self.accepted.values().sum();
        let noun = if sum == 1 { "finding" } else { "findings" };
        write!(out, "{}: {sum} accepted {noun}", harmless_line(&self.shown))?;
        match self.dropped {
            0 => writeln!(out, ".")?,
            1 => writeln!(out, "; 1 that no longer occurs was removed.")?,
            more => writeln!(out, "; {more} that no longer occur were removed.")?,
        }
        Ok(Exit::Clean)
    }

    fn bytes(&self) -> Result<Vec<u8>, serde_json::Error> {
        let accepted = self.accepted.iter().map(|(accepted, count)| BaselineText {
            path: &accepted.path,
            at: &accepted.at,
            rule: &accepted.rule,
            value: &accepted.value,
            count: *count,
        });
        let file = BaselineFile {
            version: self.version.number(),
            accepted: accepted.collect(),
        };
        let mut bytes = serde_json::to_vec_pretty(&file)?;
        bytes.push(b'\n');
        Ok(bytes)
    }
}

/// What the baseline has now, and its version. A broken one is not written over: it may hold what
/// is known nowhere else.
fn entries(
    path: &Path,
    prune: bool,
    bench: &SuppressionContext<'_>,
) -> Result<(BaselineVersion, Vec<BaselineEntry>), String> {
    if !prune && bench.tree.metadata(path).is_err() {
        return Ok((BaselineVersion::NEWEST, Vec::new()));
    }
    match read(path, bench.tree) {
        Ok(baseline) => Ok((baseline.version, baseline.entries)),
        Err(errors) => {
            let lines: Vec<_> = errors.iter().map(in_words).collect();
            Err(lines.join("\n"))
        }
    }
}
