//! Calling the git that is there.

use std::ffi::OsStr;
use std::io;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// Why git could not help, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// There is no git, or it can't be started.
    #[error("git can't be run, and it is needed to compare with a revision: {0}")]
    NoGit(io::Error),
    /// The folder belongs to no work tree.
    #[error("{0} is not in a git work tree, so there is no revision to compare with")]
    NoRepository(String),
    /// A path lies elsewhere than the others.
    #[error("{0} is not in the git repository that is compared; check one repository at a time")]
    OtherRepository(String),
    /// Nothing was named.
    #[error("no revision was given; is the variable that should name it empty?")]
    EmptyRevision,
    /// The clone lacks the revision, since it is shallow.
    #[error(
        "{0} is not in this clone, because the clone is shallow; fetch the whole history: \
         `fetch-depth: 0` for actions/checkout, `GIT_DEPTH: 0` in GitLab, \
         `git fetch --unshallow` by hand"
    )]
    Shallow(String),
    /// There is no such revision.
    #[error("there is no revision {revision} in this repository; {advice}")]
    NoRevision {
        /// What was asked for.
        revision: String,
        /// What to do.
        advice: String,
    },
    /// A file's content is not in the clone.
    #[error(
        "the content of a file is not in this clone, perhaps because it was cloned with --filter; \
         get it with `git fetch --refetch --filter=blob:limit=1g`, or clone without --filter"
    )]
    NoContent,
    /// Git failed for reasons of its own.
    #[error("git {command} failed: {said}")]
    Failed {
        /// The subcommand.
        command: String,
        /// The first line of what it said.
        said: String,
    },
}

/// What the environment says of the repository: a hook runs with these.
const OF_REPOSITORY: [&str; 4] = [
    "GIT_DIR",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_WORK_TREE",
];

/// A git command for a submodule, which is another repository than a hook's.
pub(super) fn apart(folder: &Path) -> Command {
    let mut command = command(folder);
    for name in OF_REPOSITORY {
        command.env_remove(name);
    }
    command
}

/// A git command in a folder. It takes no locks, asks nothing, and fetches nothing.
pub(super) fn command(folder: &Path) -> Command {
    let mut command = Command::new("git");
    command
        .current_dir(folder)
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("GIT_NO_LAZY_FETCH", "1")
        .stdin(Stdio::null());
    command
}

/// Runs git to its end, whatever that is.
pub(super) fn ask<A: AsRef<OsStr>>(folder: &Path, args: &[A]) -> Result<Output, GitError> {
    command(folder).args(args).output().map_err(GitError::NoGit)
}

/// Runs git; what it wrote to standard output if it went well.
pub(super) fn run<A: AsRef<OsStr>>(folder: &Path, args: &[A]) -> Result<Vec<u8>, GitError> {
    let output = ask(folder, args)?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let subcommand = args.first().map(|one| one.as_ref().to_string_lossy());
    Err(GitError::Failed {
        command: subcommand.unwrap_or_default().into_owned(),
        said: first_line(&output.stderr),
    })
}

/// The first line of a message, without control characters.
fn first_line(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let line = text.lines().find(|line| !line.trim().is_empty());
    let line = line.unwrap_or("it said nothing");
    line.chars().filter(|c| !c.is_control()).collect()
}
