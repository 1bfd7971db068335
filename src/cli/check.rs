//! `promvet check`.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::args::{CheckArgs, JudgingArgs, PathArgs};
use super::deliver::Plan;
use super::fix;
use super::progress::watched;
use super::watch;
use super::{Exit, complain};
use crate::facts::PathBase;
use crate::finding::Redacted;
use crate::policy::PolicyError;
use crate::run::since::Comparison;
use crate::run::{
    self, Fixed, Gate, Request, RuleSelection, Run, RunStats, Side, WatchStage, online,
};
use crate::source::{Changed, Folder, LARGEST, Memory, Tree, collapse, leads_out, standard_input};

/// Checks and reports; with `--watch` again and again.
pub(super) fn check(args: &CheckArgs, out: &mut dyn Write) -> io::Result<Exit> {
    match args.watch {
        true => watch::watch(args, out),
        false => once(args, out),
    }
}

/// Checks and reports.
pub(super) fn once(args: &CheckArgs, out: &mut dyn Write) -> io::Result<Exit> {
    let plan = match Plan::new(&args.report) {
        Ok(plan) => plan,
        Err(why) => {
            complain(&why);
            return Ok(Exit::Failed);
        }
    };
    let (tree, mut request) = prepare(&args.paths)?;
    request.if_recognized = args.if_recognized;
    request.stays_inside |= args.if_recognized;
    if !judge_for(&args.judging, &*tree, &mut request) {
        return Ok(Exit::Failed);
    }
    if let Some(why) = args.fix.refusal(args) {
        complain(why);
        return Ok(Exit::Failed);
    }
    if args.fix.changes().is_none() && !plan.needs_texts() {
        request.most_kept = run::MOST_KEPT;
    }
    let watch = Arc::clone(&request.watch);
    let mut look = |tree: &dyn Tree| examined(args, &request, tree);
    let changes = args.fix.changes();
    let fixed = watched(&watch, || match &changes {
        Some(changes) => run::fixed(changes, &request, &*tree, &mut look),
        None => look(&*tree).map(Fixed::unchanged),
    });
    let fixed = match fixed {
        Ok(fixed) => fixed,
        Err(why) => {
            complain(&why);
            return Ok(Exit::Failed);
        }
    };
    let run = &fixed.run;
    complain_of(run, &request);
    if args.fix.diff {
        let shown = fix::show(&fixed, out);
        show_stats(&args.paths, &watch);
        return shown;
    }
    let changed = changes.is_none() || fix::write(&fixed);
    let writes = || plan.write(&run.outcome, args, out);
    let written = run.policy_errors.is_empty() && watch.stage(WatchStage::Report, 0, writes)?;
    show_stats(&args.paths, &watch);
    Ok(if written && changed {
        exit(&args.judging, run)
    } else {
        Exit::Failed
    })
}

/// Runs, and leaves out what is older than what it is compared with.
fn examined(args: &CheckArgs, request: &Request, tree: &dyn Tree) -> Result<Run, String> {
    let mut comparison = request
        .watch
        .stage(WatchStage::Git, 0, || compared(args, request))?;
    let changed = changed(comparison.as_ref(), request)?;
    let mut request = Request {
        changed: changed.files,
        absent: changed.absent,
        // Both trees are read alike, so that only what the change does is new.
        all_tracked: comparison.is_some() && changed.has_left_out,
        // What is fixed in between is not of the change.
        is_plain_change: args.fix.changes().is_none(),
        side: comparison.as_ref().map(|_| Side::New),
        ..request.clone()
    };
    let mut notes = Vec::new();
    let old = comparison.as_mut();
    let old = old.map(|comparison| comparison.survey_old(&mut request, &mut notes));
    let checked = comparison.as_ref().and_then(Comparison::checked);
    let mut run = run::run(&request, checked.unwrap_or(tree));
    if let (Some(comparison), Some(old)) = (comparison, old)
        && run.policy_errors.is_empty()
    {
        let kept = comparison.keep_new(old, &mut run, &mut notes);
        kept.map_err(|why| why.to_string())?;
    }
    run.notes.splice(..0, notes);
    Ok(run)
}

/// What is judged by content whatever its name: what is changed since what is compared with, or since
/// the revision whose policy counts.
fn changed(comparison: Option<&Comparison>, request: &Request) -> Result<Changed, String> {
    match (comparison, &request.gate.config_from) {
        (Some(comparison), _) => Ok(comparison.changed().clone()),
        (None, Some(base)) => base.changed(request).map_err(|why| why.to_string()),
        (None, None) => Ok(Changed::default()),
    }
}

/// Says where the time went, if that was asked.
pub(super) fn show_stats(args: &PathArgs, watch: &RunStats) {
    if args.stats {
        // That stderr may be closed is not a reason to fail.
        let _ = write!(io::stderr(), "{}", watch.stats());
    }
}

/// The comparison that was asked for, if one was.
fn compared(args: &CheckArgs, request: &Request) -> Result<Option<Comparison>, String> {
    let mut paths = args.paths.paths.iter();
    let is_asked = args.since.since.is_some() || args.since.staged;
    if is_asked && paths.any(|path| path.as_os_str() == "-") {
        let why = "standard input cannot be compared with a revision; name files or folders";
        return Err(why.into());
    }
    Comparison::new(args.since.since.as_deref(), args.since.staged, request)
        .map_err(|why| why.to_string())
}

/// Says in the request what is judged, and where absolute paths lead; whether that can be done.
pub(super) fn judge_for(args: &JudgingArgs, tree: &dyn Tree, request: &mut Request) -> bool {
    request.versions.clone_from(&args.prometheus);
    request.agent = args.agent;
    request.profile = args.profile;
    request.host = match (&args.root, args.on_host) {
        (Some(root), _) => PathBase::Root(tree.absolute(root)),
        (None, true) => PathBase::Here,
        (None, false) => PathBase::Elsewhere,
    };
    request.now = args.trust.now.unwrap_or(request.now);
    if let Err(why) = args.selection.ask(request) {
        complain(&why);
        return false;
    }
    if args.online {
        match online::handshake() {
            Ok(handshake) => request.online = Some(handshake),
            Err(why) => {
                complain(why);
                return false;
            }
        }
    }
    match &args.root {
        Some(root) if tree.list(root).is_err() => {
            complain(&format!(
                "{}: --root is not a readable folder",
                tree.shown(root)
            ));
            false
        }
        _ => arranged(args, request),
    }
}

/// Says in the request what is accepted; whether that can be done.
fn arranged(args: &JudgingArgs, request: &mut Request) -> bool {
    let baseline = args.gate.baseline.as_deref();
    let config_from = args.gate.config_from.as_deref();
    match Gate::new(baseline, config_from, request) {
        Ok(gate) => request.gate = gate,
        Err(why) => {
            complain(&why.to_string());
            return false;
        }
    }
    true
}

/// What promvet was to read first can't be read: the sentence names it.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct NoInput(String);

/// The tree and the request for what the arguments name.
pub(super) fn prepare(args: &PathArgs) -> io::Result<(Arc<dyn Tree>, Request)> {
    let deadline = args.max_time.deadline();
    let refused = |what: &str, why: String| io::Error::other(NoInput(format!("{what}: {why}")));
    let here = Folder::here().map_err(|error| refused("the current folder", error.to_string()))?;
    let mut tree: Arc<dyn Tree> = Arc::new(here);
    let mut paths = args.paths.clone();
    if paths.is_empty() {
        paths.push(PathBuf::from("."));
    }
    let stdin = paths.iter().any(|path| path.as_os_str() == "-");
    let name = match &args.stdin_filename {
        Some(name) => {
            without_links(name, &*tree).map_err(|why| refused(&name.display().to_string(), why))?
        }
        None => PathBuf::from(STDIN),
    };
    if stdin {
        let bytes = standard_input(LARGEST, deadline);
        let bytes = bytes.map_err(|error| refused("standard input", error.to_string()))?;
        paths.retain(|path| path.as_os_str() != "-");
        paths.push(name.clone());
        tree = Arc::new(Memory::over(tree).file(&name, bytes));
    }
    let mut selection = RuleSelection::default();
    if let Err(why) = selection.exclude(&args.exclude) {
        return Err(io::Error::other(NoInput(why)));
    }
    let request = Request {
        selection,
        paths,
        hidden: args.hidden,
        no_ignore: args.no_ignore,
        threads: args.threads.unwrap_or(0),
        config: args.config.clone(),
        deadline,
        watch: RunStats::new(args.stats),
        stays_inside: args.stdin_filename.is_some(),
        nameless: (stdin && args.stdin_filename.is_none()).then_some(name),
        ..Request::default()
    };
    Ok((tree, request))
}

/// The name of standard input with the links in its folders followed, so that what it refers to is
/// looked for where that really is.
fn without_links(name: &Path, tree: &dyn Tree) -> Result<PathBuf, String> {
    let path = tree.absolute(name);
    let (Some(folder), Some(file)) = (path.parent(), path.file_name()) else {
        return Ok(name.to_owned());
    };
    if leads_out(tree, folder) {
        return Err("a link to it leads out of the repository".to_owned());
    }
    let real = tree.resolve(folder);
    let has_links = |real: &PathBuf| *real != collapse(folder);
    Ok(real
        .ok()
        .filter(has_links)
        .map_or_else(|| name.to_owned(), |real| real.join(file)))
}

/// What standard input is called where no one gave it a name.
const STDIN: &str = "<stdin>";

/// Says what kept promvet from its work, and that there was no work.
pub(super) fn complain_of(run: &Run, request: &Request) {
    run.notes.iter().for_each(|note| complain(note));
    run.problems.iter().for_each(|problem| complain(problem));
    run.policy_errors.iter().for_each(report_policy_error);
    let failed = !run.problems.is_empty() || !run.policy_errors.is_empty();
    // A file of another kind may have been checked.
    let is_empty = run.outcome.files().is_empty() && run.outcome.findings().is_empty();
    if is_empty && !failed && !request.if_recognized {
        complain(
            "no Prometheus configuration found; `promvet files` shows what each file was \
             recognized as",
        );
    }
}

/// Shows a mistake in a policy file with its place.
pub(super) fn report_policy_error(error: &PolicyError) {
    complain(&in_words(error));
}

/// A mistake in a policy file with its place; a file that cannot be read has no lines.
pub(super) fn in_words(error: &PolicyError) -> String {
    let error = Redacted::new(error.clone());
    let start = error.place.start();
    let help = error
        .advice
        .as_ref()
        .map_or(String::new(), |advice| format!("; {}", advice.help()));
    let path = error.place.path();
    let place = if error.place.text().content().is_empty() {
        path.to_string()
    } else {
        format!("{path}:{}:{}", start.line, start.column)
    };
    format!("{place}: {}{help}", error.message)
}

/// The exit status of a run.
pub(super) fn exit(judging: &JudgingArgs, run: &Run) -> Exit {
    if !run.problems.is_empty() || !run.policy_errors.is_empty() {
        return Exit::Failed;
    }
    let threshold = judging.fail_on.threshold();
    let counts = |worst| threshold.is_some_and(|least| worst >= least);
    if run.outcome.worst().is_some_and(counts) {
        Exit::Findings
    } else {
        judging.trust.exit(run)
    }
}
