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
use crate::run::{
    self, Fixed, Gate, Request, RuleSelection, Run, RunStats, Since, WatchStage, online,
};
use crate::source::{Folder, LARGEST, Memory, Tree, collapse, leads_out, standard_input};

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
    match since(args) {
        Ok(since) => request.since = since,
        Err(why) => {
            complain(why);
            return Ok(Exit::Failed);
        }
    }
    let watch = Arc::clone(&request.watch);
    let mut look = |tree: &dyn Tree| {
        let mut run = run::run(&request, tree);
        let failure = run.failure.take();
        failure.map_or(Ok(run), |failure| Err(failure.to_string()))
    };
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

/// Says where the time went, if that was asked.
pub(super) fn show_stats(args: &PathArgs, watch: &RunStats) {
    if args.stats {
        // That stderr may be closed is not a reason to fail.
        let _ = write!(io::stderr(), "{}", watch.stats());
    }
}

/// What the tree is compared with, if that was asked.
fn since(args: &CheckArgs) -> Result<Option<Since>, &'static str> {
    if args.since.since.is_none() && !args.since.staged {
        return Ok(None);
    }
    let mut paths = args.paths.paths.iter();
    if paths.any(|path| path.as_os_str() == "-") {
        return Err("standard input cannot be compared with a revision; name files or folders");
    }
    Ok(Some(Since {
        revision: args.since.since.clone(),
        staged: args.since.staged,
        is_fixed: args.fix.changes().is_some(),
    }))
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
    run.failure
        .iter()
        .for_each(|failure| complain(&failure.to_string()));
    let failed = !run.is_whole();
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
    if !run.is_whole() {
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
