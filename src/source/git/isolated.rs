//! A repository as git is shown it.
//!
//! Git reads the configuration of the repository that it works on, and much of what can be said in
//! it names a program: in an archive that was unpacked, a stranger has said it. So git works on a
//! folder of promvet's own, whose configuration promvet wrote, with the objects and the index of
//! the real repository. Of everything else there are copies, each checked to be what it should:
//! git sees no other file of the repository.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use memchr::memmem;
use tempfile::TempDir;

use super::alternates;
use super::command::{self, GitError};
use super::config;
use super::locate::RepositoryLocation;
use super::references;
use crate::source::folder::Folder;
use crate::source::tree::{EntryKind, Tree};

/// The largest copy of a part of an index, in bytes: 500 for each of a million files.
const LARGEST_INDEX: u64 = 512 * 1024 * 1024;

/// A repository that can do nothing but be read.
#[derive(Debug)]
pub(super) struct Isolated {
    location: RepositoryLocation,
    disk: Folder,
    home: TempDir,
    index: PathBuf,
    references: OnceLock<Result<(), io::ErrorKind>>,
    logs: OnceLock<Result<(), io::ErrorKind>>,
    /// Set once a command did not end: each of the next ones would take as long.
    stuck: AtomicBool,
}

impl Isolated {
    pub(super) fn new(location: RepositoryLocation, disk: &Folder) -> Result<Self, GitError> {
        let home = tempfile::Builder::new()
            .prefix("promvet-")
            .tempdir()
            .map_err(GitError::NoScratch)?;
        let index = location.index(disk);
        let isolated = Self {
            location,
            disk: disk.clone(),
            home,
            index,
            references: OnceLock::new(),
            logs: OnceLock::new(),
            stuck: AtomicBool::new(false),
        };
        let config = isolated.location.common.join("config");
        if config::is_refused(&config, disk) {
            return Err(GitError::Failed {
                command: "ls-files".into(),
                said: "the repository has version 0, and an extension that version 1 has".into(),
            });
        }
        isolated.furnish().map_err(GitError::NoScratch)?;
        isolated.check_index()?;
        alternates::check(&isolated.location.common.join("objects"), disk)?;
        Ok(isolated)
    }

    /// Where the repository is.
    pub(super) fn location(&self) -> &RepositoryLocation {
        &self.location
    }

    /// The index that counts.
    pub(super) fn index(&self) -> &Path {
        &self.index
    }

    /// Whether a part of the history was not cloned.
    pub(super) fn is_shallow(&self) -> bool {
        let path = self.location.common.join("shallow");
        self.disk.metadata(&path).is_ok_and(|meta| meta.len > 0)
    }

    /// A command that needs no names of revisions.
    pub(super) fn command(&self) -> Result<Command, GitError> {
        let objects = self.location.common.join("objects");
        command::command(self.home.path(), &objects, &self.index)
    }

    /// Runs git to its end, whatever that is.
    pub(super) fn ask<A: AsRef<OsStr>>(&self, args: &[A]) -> Result<Output, GitError> {
        let name = args.first().map(|name| name.as_ref().to_string_lossy());
        let name = name.unwrap_or_default();
        if self.stuck.load(Ordering::Relaxed) {
            return Err(GitError::TooSlow(name.into_owned()));
        }
        let mut command = self.command()?;
        let output = command::finish(command.args(args), self.home.path(), &name);
        if let Err(GitError::TooSlow(_)) = output {
            self.stuck.store(true, Ordering::Relaxed);
        }
        output
    }

    /// Runs git; what it wrote to standard output if it went well.
    pub(super) fn run<A: AsRef<OsStr>>(&self, args: &[A]) -> Result<Vec<u8>, GitError> {
        let output = self.ask(args)?;
        // A folder of a sparse index whose content is missing is left out of a listing with an error
        // and status 0 (`sparse-index.c:expand_index`).
        let is_whole = !output.stderr.starts_with(b"error: ")
            && memmem::find(&output.stderr, b"\nerror: ").is_none();
        if output.status.success() && is_whole {
            return Ok(output.stdout);
        }
        Err(command::failed(args, &output.stderr))
    }

    /// Shows git the references, which only revisions that the user named need.
    pub(super) fn with_references(&self) -> Result<&Self, GitError> {
        // A linked work tree has its own tables, and its HEAD is in them.
        let RepositoryLocation { own, common, .. } = &self.location;
        if own != common && self.disk.metadata(&common.join("reftable")).is_ok() {
            return Err(GitError::Failed {
                command: "rev-parse".into(),
                said: "a reftable in a linked work tree is not supported; run promvet in the main \
                       work tree"
                    .into(),
            });
        }
        self.with(&self.references, references::copy)
    }

    /// Shows git what the references were before, for revisions such as `main@{1}`.
    pub(super) fn with_logs(&self) -> Result<&Self, GitError> {
        self.with(&self.logs, references::copy_logs)
    }

    fn with(
        &self,
        done: &OnceLock<Result<(), io::ErrorKind>>,
        copy: impl FnOnce(&RepositoryLocation, &Folder, &Path) -> io::Result<()>,
    ) -> Result<&Self, GitError> {
        let copied = done.get_or_init(|| {
            copy(&self.location, &self.disk, self.home.path()).map_err(|error| error.kind())
        });
        match copied {
            Ok(()) => Ok(self),
            Err(kind) => Err(GitError::NoScratch((*kind).into())),
        }
    }

    /// What makes a folder a repository (`setup.c:is_git_directory`).
    fn furnish(&self) -> io::Result<()> {
        let home = self.home.path();
        fs::create_dir(home.join("refs"))?;
        let head = references::head(&self.location, &self.disk);
        fs::write(home.join("HEAD"), head)?;
        let config = config::of(&self.location.common.join("config"), &self.disk);
        fs::write(home.join("config"), config)?;
        self.copy_shared_index()
    }

    /// The larger part of an index that was split, which git looks for beside its configuration
    /// (git-update-index(1), `--split-index`).
    fn copy_shared_index(&self) -> io::Result<()> {
        let entries = self.disk.list(&self.location.own).unwrap_or_default();
        for path in entries {
            let Some(name) = path.file_name().filter(|name| {
                let name = name.as_encoded_bytes();
                name.starts_with(b"sharedindex.")
            }) else {
                continue;
            };
            if let Ok(bytes) = self.disk.read(&path, LARGEST_INDEX) {
                fs::write(self.home.path().join(name), bytes)?;
            }
        }
        Ok(())
    }

    /// Git opens the index itself, and would wait for ever at a named pipe.
    fn check_index(&self) -> Result<(), GitError> {
        let real = self.disk.resolve(&self.index);
        let Ok(kind) = real
            .and_then(|real| self.disk.metadata(&real))
            .map(|it| it.kind)
        else {
            // Before the first `git add` there is none.
            return Ok(());
        };
        match kind {
            EntryKind::File => Ok(()),
            other => Err(GitError::Failed {
                command: "ls-files".into(),
                said: format!("the index is {}", other.noun()),
            }),
        }
    }
}
