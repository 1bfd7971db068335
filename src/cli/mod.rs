//! The command line: one file a subcommand; nothing but arguments in and report out.

mod args;
mod audit;
mod baseline;
mod check;
mod compare;
mod config;
mod deliver;
mod explain;
mod files;
mod fix;
mod gate;
mod init;
mod key;
mod line;
mod new;
mod progress;
mod receivers;
mod relabel;
mod relabel_test;
mod schema;
mod selection;
mod shell;
mod suppressions;
mod terminal;
mod test;
mod trust;
mod watch;
mod why;

use std::io::{self, Write};
use std::process::ExitCode;

use args::{Cli, Command};

use crate::panics;
use crate::report::{harmless_lines, unless_closed};

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

/// Runs the command that the process was started with. A panic is a fault of promvet's own: its
/// place is named, its message is not, since that could hold a secret.
#[must_use]
pub fn main() -> Exit {
    panics::record();
    guarded(run)
}

/// Works; a panic becomes a message and exit code 2.
fn guarded(work: impl FnOnce() -> Exit) -> Exit {
    panics::caught(work).unwrap_or_else(|caught| {
        complain(&format!(
            "promvet failed at {caught}; this is a bug in promvet, please report it"
        ));
        Exit::Failed
    })
}

fn run() -> Exit {
    let line: Vec<_> = std::env::args_os().collect();
    let cli = match Cli::read(&line) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version go to stdout and are not a failure.
            if !error.use_stderr() {
                let written = error.print().and_then(|()| io::stdout().flush());
                return ended(written.map(|()| Exit::Clean));
            }
            // It quotes the arguments, which may be names of files.
            let text = harmless_lines(&error.render().to_string());
            let _ = write!(io::stderr(), "{text}");
            if compare::lacks_separator(&error) {
                complain(
                    "write `--` before files and folders: promvet compare HEAD~ -- prometheus.yml",
                );
            }
            return Exit::Failed;
        }
    };
    if cli.command.is_none()
        && let Some((word, command)) = line::misspelled(&cli.check.paths.paths)
    {
        complain(&match word == command {
            true => format!(
                "`{word}` is not a file or a folder; for the command, write `promvet {command}` first \
                 and the options after it"
            ),
            false => format!(
                "`{word}` is not a command, a file or a folder; did you mean `promvet {command}`?"
            ),
        });
        return Exit::Failed;
    }
    let mut out = io::BufWriter::new(io::stdout().lock());
    let done = match cli.command {
        None => check::check(&cli.check, &mut out),
        Some(Command::Check(args)) => check::check(&args, &mut out),
        Some(Command::Audit(args)) => audit::audit(&args, &mut out),
        Some(Command::Compare(args)) => compare::compare(&args, &mut out),
        Some(Command::Baseline(args)) => baseline::baseline(&args, &mut out),
        Some(Command::Suppressions(args)) => suppressions::suppressions(&args, &mut out),
        Some(Command::Files(args)) => files::files(&args, &mut out),
        Some(Command::Explain { name }) => explain::explain(&name, &mut out),
        Some(Command::Init { folder }) => init::init(folder.as_deref(), &mut out),
        Some(Command::Config(args)) => config::config(&args, &mut out),
        Some(Command::Schema { policy: true, .. }) => schema::policy(&mut out),
        Some(Command::Schema { prometheus, .. }) => schema::schema(prometheus, &mut out),
        Some(Command::Rules { format }) => explain::rules(format, &mut out),
        Some(Command::Receivers { format }) => receivers::receivers(format, &mut out),
        Some(Command::Relabel(args)) => relabel::relabel(&args, &mut out),
        Some(Command::Why(args)) => why::why(&args, &mut out),
        Some(Command::Test(args)) => test::test(&args, &mut out),
        Some(Command::New { what }) => new::new(&what, &mut out),
        Some(Command::Completions { shell }) => shell::completions(shell, &mut out),
        Some(Command::Man { command }) => shell::man(command.as_deref(), &mut out),
    };
    ended(done.and_then(|exit| unless_closed(out.flush()).map(|()| exit)))
}

/// How a run ends that did what it did, or could not write or read.
fn ended(done: io::Result<Exit>) -> Exit {
    match done {
        Ok(exit) => exit,
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Exit::Clean,
        Err(error)
            if error
                .get_ref()
                .is_some_and(|error| error.is::<check::NoInput>()) =>
        {
            complain(&error.to_string());
            Exit::Failed
        }
        Err(error) => {
            complain(&format!("cannot write the report: {error}"));
            Exit::Failed
        }
    }
}

/// Says on stderr what kept promvet from doing its work. That stderr may be closed is not a reason to
/// fail.
fn complain(message: &str) {
    let line = harmless_lines(&format!("promvet: {message}"));
    let _ = writeln!(io::stderr(), "{line}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_anywhere_is_exit_code_2() {
        assert_eq!(guarded(|| panic!("s3cret")), Exit::Failed);
        assert_eq!(guarded(|| Exit::Findings), Exit::Findings);
    }
}
