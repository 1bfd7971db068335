//! `promvet check`.

use std::io::{self, IsTerminal as _, Write};
use std::path::PathBuf;
use std::sync::Arc;

use super::args::{CheckArgs, Color, FailOn, FormatArg, PathArgs};
use super::pipeline::{self, Request, Run};
use super::{Exit, complain};
use crate::facts::Host;
use crate::finding::Severity;
use crate::policy::PolicyError;
use crate::report::{Format, Options};
use crate::source::{Folder, LARGEST, Memory, Tree, standard_input};

/// Checks and reports.
pub(super) fn check(args: &CheckArgs, out: &mut dyn Write) -> io::Result<Exit> {
    let (tree, mut request) = prepare(&args.paths)?;
    request.host = match (&args.root, args.on_host) {
        (Some(root), _) => Host::Root(tree.absolute(root)),
        (None, true) => Host::Here,
        (None, false) => Host::Elsewhere,
    };
    request.now = args.trust.now;
    if let Some(root) = &args.root
        && tree.list(root).is_err()
    {
        complain(&format!(
            "{}: --root is not a folder that can be read",
            tree.shown(root)
        ));
        return Ok(Exit::Failed);
    }
    let run = pipeline::run(&request, &*tree);
    report(args, &run, out)?;
    Ok(args.trust.exit(exit(args.fail_on, &run), &run))
}

/// The tree and the request for what the arguments name.
pub(super) fn prepare(args: &PathArgs) -> io::Result<(Arc<dyn Tree>, Request)> {
    let mut tree: Arc<dyn Tree> = Arc::new(Folder::here()?);
    let mut paths = args.paths.clone();
    if paths.is_empty() {
        paths.push(PathBuf::from("."));
    }
    let stdin = paths.iter().any(|path| path.as_os_str() == "-");
    let name = args
        .stdin_filename
        .clone()
        .unwrap_or_else(|| PathBuf::from(STDIN));
    if stdin {
        let bytes = standard_input(LARGEST).map_err(|error| io::Error::other(error.to_string()))?;
        paths.retain(|path| path.as_os_str() != "-");
        paths.push(name.clone());
        tree = Arc::new(Memory::over(tree).file(&name, bytes));
    }
    let request = Request {
        paths,
        hidden: args.hidden,
        no_ignore: args.no_ignore,
        threads: args.threads.unwrap_or(0),
        config: args.config.clone(),
        nameless: (stdin && args.stdin_filename.is_none()).then_some(name),
        ..Request::default()
    };
    Ok((tree, request))
}

/// What standard input is called where nobody gave it a name.
const STDIN: &str = "<stdin>";

fn report(args: &CheckArgs, run: &Run, out: &mut dyn Write) -> io::Result<()> {
    run.problems.iter().for_each(|problem| complain(problem));
    run.policy_errors.iter().for_each(complain_of_policy);
    if !run.policy_errors.is_empty() {
        return Ok(());
    }
    if run.outcome.files().is_empty() && run.problems.is_empty() {
        complain(
            "no Prometheus configuration here; `promvet files` says what each file was taken for",
        );
    }
    let format = match args.format {
        FormatArg::Human => Format::Human,
        FormatArg::Concise => Format::Concise,
        FormatArg::Json => Format::Json,
    };
    let options = Options {
        color: color(args.color),
        quiet: args.quiet,
        ..Options::default()
    };
    format.write(&run.outcome, out, &options)
}

/// Whether to colour: NO_COLOR counts if it is not empty (no-color.org).
fn color(when: Color) -> bool {
    match when {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => {
            let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
            io::stdout().is_terminal() && !refused
        }
    }
}

/// Shows a mistake in a policy file with its place.
pub(super) fn complain_of_policy(error: &PolicyError) {
    let start = error.place.start();
    let help = error
        .help
        .as_ref()
        .map_or(String::new(), |help| format!("; {help}"));
    complain(&format!(
        "{}:{}:{}: {}{help}",
        error.place.path(),
        start.line,
        start.column,
        error.message
    ));
}

fn exit(fail_on: FailOn, run: &Run) -> Exit {
    if !run.problems.is_empty() || !run.policy_errors.is_empty() {
        return Exit::Failed;
    }
    let threshold = match fail_on {
        FailOn::Error => Severity::Error,
        FailOn::Warning => Severity::Warning,
        FailOn::Info => Severity::Info,
        FailOn::Never => return Exit::Clean,
    };
    match run.outcome.worst() {
        Some(worst) if worst >= threshold => Exit::Findings,
        _ => Exit::Clean,
    }
}
