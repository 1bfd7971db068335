//! The command line: one file a subcommand; nothing but arguments in and report out.

mod args;
mod audit;
mod baseline;
mod check;
mod config;
mod deliver;
mod explain;
mod files;
mod gate;
mod init;
mod key;
mod line;
mod new;
mod progress;
mod schema;
mod shell;
mod suppressions;
mod terminal;
mod test;
mod trust;

use std::io::{self, Write};
use std::process::ExitCode;

use args::{Cli, Command};

use crate::report::unless_closed;

/// How promvet ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Nothing at or above the threshold.
    Clean,
    /// Findings.
    Findings,
    /// promvet could not do its work.
    Failed,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        match exit {
            Exit::Clean => Self::SUCCESS,
            Exit::Findings => Self::from(1),
            Exit::Failed => Self::from(2),
        }
    }
}

/// Runs the command that the process was started with.
#[must_use]
pub fn main() -> Exit {
    let line: Vec<_> = std::env::args_os().collect();
    let cli = match Cli::read(&line) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version go to stdout and are no failure.
            let failed = error.use_stderr();
            let _ = error.print();
            return if failed { Exit::Failed } else { Exit::Clean };
        }
    };
    // A panic is caught for its file and reported there; its message could hold a secret.
    std::panic::set_hook(Box::new(|_| {}));
    let mut out = io::BufWriter::new(io::stdout().lock());
    let done = match cli.command {
        None => check::check(&cli.check, &mut out),
        Some(Command::Check(args)) => check::check(&args, &mut out),
        Some(Command::Audit(args)) => audit::audit(&args, &mut out),
        Some(Command::Baseline(args)) => baseline::baseline(&args, &mut out),
        Some(Command::Suppressions(args)) => suppressions::suppressions(&args, &mut out),
        Some(Command::Files(args)) => files::files(&args, &mut out),
        Some(Command::Explain { name }) => explain::explain(&name, &mut out),
        Some(Command::Init { folder }) => init::init(folder.as_deref(), &mut out),
        Some(Command::Config(args)) => config::config(&args, &mut out),
        Some(Command::Schema { policy: true, .. }) => schema::policy(&mut out),
        Some(Command::Schema { prometheus, .. }) => schema::schema(prometheus, &mut out),
        Some(Command::Rules) => explain::rules(&mut out),
        Some(Command::Test(args)) => test::test(&args, &mut out),
        Some(Command::New { what }) => new::new(&what, &mut out),
        Some(Command::Completions { shell }) => shell::completions(shell, &mut out),
        Some(Command::Man { command }) => shell::man(command.as_deref(), &mut out),
    };
    match done.and_then(|exit| unless_closed(out.flush()).map(|()| exit)) {
        Ok(exit) => exit,
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Exit::Clean,
        Err(error) => {
            complain(&format!("the report can't be written: {error}"));
            Exit::Failed
        }
    }
}

/// Says on stderr what kept promvet from doing its work. That stderr may be closed is no reason to
/// fail.
fn complain(message: &str) {
    let _ = writeln!(io::stderr(), "promvet: {message}");
}
