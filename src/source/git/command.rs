//! Starting git: the only place where promvet starts another program to look at a tree.
//!
//! What makes git execute something is named by its configuration: a monitor of files, filters,
//! remotes, hooks, aliases. A list of keys that are switched off would have to be complete for every
//! release of git. So git is given no configuration but promvet's own ([`super::isolated`]), and
//! what is switched off besides is a second lock.

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};

/// Why git could not help, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// There is not a git, or it can't be started.
    #[error("git {}", why_not(.0))]
    NoGit(io::Error),
    /// It lacks what promvet relies on.
    #[error("the installed git is {0}; promvet needs git 2.32 or later")]
    TooOld(String),
    /// It has nowhere to work.
    #[error("git needs a temporary folder, which could not be created: {0}")]
    NoScratch(io::Error),
    /// Another user's repository.
    #[error(
        "{0} belongs to another user, so git is not used on it; if you trust it, run `git \
         config --global --add safe.directory {0}`"
    )]
    Refused(String),
    /// A file `.git` without a target.
    #[error("{0} names a git repository that does not exist here")]
    NoSuchRepository(String),
    /// A folder `.git` that lacks a part.
    #[error("{0} is not a git repository: `HEAD`, `objects` or `refs` is missing")]
    NotARepository(String),
    /// It did not end.
    #[error("git {0} did not end within {limit} seconds", limit = PATIENCE.as_secs())]
    TooSlow(String),
    /// The folder belongs to no work tree.
    #[error("{0} is not in a git work tree, so there is no revision to compare with")]
    NoRepository(String),
    /// A path is elsewhere than the others.
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
    #[error("revision {revision} not found in this repository; {advice}")]
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
    /// Git failed for its own reasons.
    #[error("git {command} failed: {said}")]
    Failed {
        /// The subcommand.
        command: String,
        /// The first line of what it said.
        said: String,
    },
}

fn why_not(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "is not installed, or not on the PATH".into(),
        _ => format!("could not be started: {error}"),
    }
}

/// The oldest release that is used. It is the first that can be kept from reading the user's and
/// the system's configuration by name (`GIT_CONFIG_GLOBAL`, `GIT_CONFIG_SYSTEM`). Of the second
/// lock, `safe.bareRepository` came with 2.38 and `GIT_NO_LAZY_FETCH` with 2.45: releases before
/// ignore them, and nothing rests on them (tests/it/hostile_git.rs takes them away).
const OLDEST: (u32, u32) = (2, 32);

/// How long one command may take. The largest listing known, of 400,000 files, takes 2 seconds; a
/// repository whose files are named pipes would keep git for ever.
const PATIENCE: Duration = Duration::from_secs(60);

/// The same in a program for tests, which may be told to wait for less.
pub(super) fn patience() -> Duration {
    let reported = cfg!(debug_assertions).then(|| std::env::var("PROMVET_TEST_GIT_MILLISECONDS"));
    let reported = reported.and_then(|reported| reported.ok()?.parse().ok());
    reported.map_or(PATIENCE, Duration::from_millis)
}

/// Options before every subcommand.
const ALWAYS: [&str; 13] = [
    "--no-pager",
    "--no-replace-objects",
    "--literal-pathspecs",
    "-c",
    "safe.bareRepository=explicit",
    "-c",
    "core.fsmonitor=false",
    "-c",
    "core.hooksPath=/dev/null",
    "-c",
    "core.untrackedCache=false",
    "-c",
    "protocol.allow=never",
];

/// The environment of every command, without any other variable of git's.
const ENVIRONMENT: [(&str, &str); 10] = [
    ("GIT_ALLOW_PROTOCOL", "none"),
    ("GIT_ATTR_NOSYSTEM", "1"),
    ("GIT_CONFIG_GLOBAL", "/dev/null"),
    ("GIT_CONFIG_NOSYSTEM", "1"),
    ("GIT_CONFIG_SYSTEM", "/dev/null"),
    ("GIT_NO_LAZY_FETCH", "1"),
    ("GIT_OPTIONAL_LOCKS", "0"),
    ("GIT_PAGER", "cat"),
    ("GIT_TERMINAL_PROMPT", "0"),
    ("LC_ALL", "C"),
];

/// A git command that works on a repository in a folder that promvet made: it is never started in
/// the tree.
pub(super) fn command(home: &Path, objects: &Path, index: &Path) -> Result<Command, GitError> {
    check_version()?;
    let mut command = bare_command();
    command
        .current_dir(home)
        .args(ALWAYS)
        .envs(ENVIRONMENT)
        .env("GIT_DIR", home)
        .env("GIT_OBJECT_DIRECTORY", objects)
        .env("GIT_INDEX_FILE", index);
    Ok(command)
}

/// Git without anything that the environment says to it.
fn bare_command() -> Command {
    let mut command = Command::new("git");
    let names = std::env::vars_os().map(|(name, _)| name);
    for name in names.filter(|name| name.as_encoded_bytes().starts_with(b"GIT_")) {
        command.env_remove(name);
    }
    command.stdin(Stdio::null());
    command
}

/// Whether there is a git that can be used; it is asked once.
fn check_version() -> Result<(), GitError> {
    static VERSION: OnceLock<Result<String, GitError>> = OnceLock::new();
    let version = VERSION.get_or_init(|| {
        let mut command = bare_command();
        // `git version` reads no repository, and where it is started there is none.
        let home = tempfile::tempdir().map_err(GitError::NoScratch)?;
        command.current_dir(home.path()).envs(ENVIRONMENT);
        let output = finish(command.arg("version"), home.path(), "version")?;
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    });
    match version {
        Ok(said) if is_new_enough(said) => Ok(()),
        Ok(said) => Err(GitError::TooOld(printable(said))),
        Err(GitError::TooSlow(name)) => Err(GitError::TooSlow(name.clone())),
        Err(GitError::NoScratch(error)) => Err(GitError::NoScratch(error.kind().into())),
        Err(GitError::NoGit(error)) => Err(GitError::NoGit(error.kind().into())),
        Err(error) => Err(GitError::NoGit(io::Error::other(error.to_string()))),
    }
}

/// Whether `git version 2.39.5 (Apple Git-154)` and the like name a release that is used.
fn is_new_enough(said: &str) -> bool {
    let Some(version) = said.strip_prefix("git version ") else {
        return false;
    };
    let mut numbers = version.split(['.', '-', ' ']).map(str::parse::<u32>);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(major)), Some(Ok(minor))) => (major, minor) >= OLDEST,
        _ => false,
    }
}

/// What the user and the system say of `safe.directory`, each ended by a null byte. Git reads the
/// configuration of no repository for that.
#[cfg(unix)]
pub(super) fn safe_directories() -> Result<Vec<u8>, GitError> {
    check_version()?;
    let home = tempfile::tempdir().map_err(GitError::NoScratch)?;
    let mut all = Vec::new();
    for scope in ["--system", "--global"] {
        let mut command = bare_command();
        for name in [
            "GIT_CONFIG_GLOBAL",
            "GIT_CONFIG_SYSTEM",
            "GIT_CONFIG_NOSYSTEM",
        ] {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        command
            .current_dir(home.path())
            .env("GIT_CEILING_DIRECTORIES", home.path())
            .args(["config", scope, "--null", "--get-all", "safe.directory"]);
        // It fails where nothing is set.
        let output = finish(&mut command, home.path(), "config")?;
        all.extend(output.stdout);
    }
    // Each entry ends in a null byte, and behind the last one is nothing.
    all.pop();
    Ok(all)
}

/// Runs a command to its end. Its output goes to files in `home`, since two pipes that are read one
/// after the other can block, and threads may not be had.
pub(super) fn finish(command: &mut Command, home: &Path, name: &str) -> Result<Output, GitError> {
    let (out, err) = (home.join("promvet-stdout"), home.join("promvet-stderr"));
    let file = |path| File::create(path).map_err(GitError::NoScratch);
    let mut child = command
        .stdout(file(&out)?)
        .stderr(file(&err)?)
        .spawn()
        .map_err(GitError::NoGit)?;
    let status = wait(&mut child).map_err(GitError::NoGit)?;
    let Some(status) = status else {
        return Err(GitError::TooSlow(name.to_owned()));
    };
    let read = |path| std::fs::read(path).map_err(GitError::NoScratch);
    Ok(Output {
        status,
        stdout: read(out)?,
        stderr: read(err)?,
    })
}

/// Waits for the end of a command, but not for ever.
fn wait(child: &mut Child) -> io::Result<Option<std::process::ExitStatus>> {
    let start = Instant::now();
    let patience = patience();
    // Most commands take a few milliseconds.
    let mut pause = Duration::from_micros(200);
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if start.elapsed() > patience {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(5));
    }
}

/// What a command that went wrong had to say.
pub(super) fn failed(args: &[impl AsRef<OsStr>], stderr: &[u8]) -> GitError {
    let subcommand = args.first().map(|arg| arg.as_ref().to_string_lossy());
    let text = String::from_utf8_lossy(stderr);
    let line = text.lines().find(|line| !line.trim().is_empty());
    GitError::Failed {
        command: subcommand.unwrap_or_default().into_owned(),
        said: printable(line.unwrap_or("it said nothing")),
    }
}

/// The beginning of a text without control characters.
fn printable(text: &str) -> String {
    let plain = text.chars().filter(|c| !c.is_control());
    plain.take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_of_git_are_compared() {
        for (said, expected) in [
            ("git version 2.32.0", true),
            ("git version 2.31.8", false),
            ("git version 2.9.5", false),
            ("git version 2.39.5 (Apple Git-154)", true),
            ("git version 2.45.1.windows.1", true),
            ("git version 3.0.0-rc1", true),
            ("git version 1.8.3.1", false),
            ("git version next", false),
            ("hub version 2.40", false),
            ("", false),
        ] {
            assert_eq!(is_new_enough(said), expected, "{said}");
        }
    }
}
