//! The program, git and others, started in a folder, and what came of it.

use std::io::{self, Write as _};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// The program that is tested.
pub(crate) const PROMVET: &str = env!("CARGO_BIN_EXE_promvet");

/// The folder of the project.
pub(crate) const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// How a program ended, and what it wrote.
#[derive(Debug)]
pub(crate) struct Ran {
    /// The exit status; none if a signal ended it.
    pub(crate) status: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    pub(crate) fn of(command: &mut Command) -> Self {
        command.output().unwrap().into()
    }

    /// None if there is no such program, or it is refused what it needs.
    pub(crate) fn try_of(command: &mut Command) -> Option<Self> {
        let ran: Self = command.output().ok()?.into();
        let refused = ["setpriv:", "prlimit:", "env:"];
        let is_refused = refused.iter().any(|start| ran.stderr.starts_with(start));
        (!is_refused).then_some(ran)
    }

    /// With text on its standard input. An error if there is no such program.
    pub(crate) fn fed(command: &mut Command, input: &str) -> io::Result<Self> {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let mut pipe = child.stdin.take().unwrap();
        // What fails early does not read it.
        let written = pipe.write_all(input.as_bytes());
        let is_closed = |error: &io::Error| error.kind() == io::ErrorKind::BrokenPipe;
        assert!(written.as_ref().err().is_none_or(is_closed), "{written:?}");
        drop(pipe);
        Ok(child.wait_with_output().unwrap().into())
    }

    /// What it wrote, standard output first.
    pub(crate) fn said(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        self.stdout.lines().map(str::to_owned).collect()
    }

    /// How many texts it parsed, as `--stats` has it.
    pub(crate) fn texts_parsed(&self) -> usize {
        let (_, rest) = self.stderr.split_once("bytes read; ").unwrap();
        rest.split_whitespace().next().unwrap().parse().unwrap()
    }

    /// The most bytes of texts that it had at once, by `--stats`.
    pub(crate) fn most_bytes_alive(&self) -> usize {
        let (_, rest) = self.stderr.split_once("at most ").unwrap();
        rest.split_whitespace().next().unwrap().parse().unwrap()
    }

    /// How many files it judged, by `--stats`.
    pub(crate) fn judged(&self) -> usize {
        let (before, _) = self.stderr.split_once(" judged\n").unwrap();
        before.rsplit(' ').next().unwrap().parse().unwrap()
    }

    /// The report that it wrote as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}", self.said()))
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            status: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

pub(crate) fn promvet(folder: impl AsRef<Path>, args: &[&str]) -> Ran {
    Ran::of(promvet_command(folder).args(args))
}

pub(crate) fn promvet_command(folder: impl AsRef<Path>) -> Command {
    let mut command = Command::new(PROMVET);
    command.current_dir(folder);
    command
}

/// Runs git, which has to succeed.
pub(crate) fn git(folder: impl AsRef<Path>, args: &[&str]) {
    let ran = Ran::of(git_command(folder).args(args));
    assert_eq!(ran.status, Some(0), "{args:?}: {}", ran.stderr);
}

/// Git as it is for everybody, independent of the user and the time.
pub(crate) fn git_command(folder: impl AsRef<Path>) -> Command {
    let mut command = Command::new("git");
    command.current_dir(folder).envs([
        ("GIT_CONFIG_GLOBAL", "/dev/null"),
        ("GIT_CONFIG_NOSYSTEM", "1"),
        ("GIT_AUTHOR_NAME", "Somebody"),
        ("GIT_AUTHOR_EMAIL", "somebody@example.com"),
        ("GIT_COMMITTER_NAME", "Somebody"),
        ("GIT_COMMITTER_EMAIL", "somebody@example.com"),
        ("GIT_COMMITTER_DATE", "2026-11-01T12:00:00Z"),
    ]);
    command
}
