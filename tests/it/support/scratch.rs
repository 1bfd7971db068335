//! A folder to try the program in.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;

use super::program::{Ran, git, promvet, promvet_command};

/// A folder that is there as long as the test runs; a repository if somebody makes it one.
pub(crate) struct Scratch {
    folder: TempDir,
}

impl Scratch {
    pub(crate) fn empty() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { folder }
    }

    /// With files: paths in it, and what they hold.
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let scratch = Self::empty();
        scratch.write(files);
        scratch
    }

    /// A repository with these files in its one commit, on `main`.
    pub(crate) fn repository(files: &[(&str, &str)]) -> Self {
        let scratch = Self::new(files);
        scratch.git(&["init", "-q", "-b", "main"]);
        scratch.commit("First");
        scratch
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn at(&self, path: &str) -> PathBuf {
        self.path().join(path)
    }

    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.at(path)).unwrap()
    }

    /// Writes files, and the folders that they need.
    pub(crate) fn write(&self, files: &[(&str, &str)]) {
        for (path, content) in files {
            self.file(path, content);
        }
    }

    /// Writes one file, which need not be text.
    pub(crate) fn file(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.at(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    pub(crate) fn remove(&self, path: &str) {
        fs::remove_file(self.at(path)).unwrap();
    }

    #[cfg(unix)]
    pub(crate) fn link(&self, path: &str, target: impl AsRef<Path>) {
        std::os::unix::fs::symlink(target, self.at(path)).unwrap();
    }

    #[cfg(unix)]
    pub(crate) fn chmod(&self, path: &str, mode: u32) {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(self.at(path), fs::Permissions::from_mode(mode)).unwrap();
    }

    pub(crate) fn git(&self, args: &[&str]) {
        git(self.path(), args);
    }

    /// Commits everything that is there.
    pub(crate) fn commit(&self, message: &str) {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", message]);
    }

    pub(crate) fn promvet(&self, args: &[&str]) -> Ran {
        promvet(self.path(), args)
    }

    /// Started in a folder below.
    pub(crate) fn promvet_in(&self, folder: &str, args: &[&str]) -> Ran {
        promvet(self.at(folder), args)
    }

    /// With text on standard input.
    pub(crate) fn promvet_fed(&self, args: &[&str], input: &str) -> Ran {
        Ran::fed(promvet_command(self.path()).args(args), input).unwrap()
    }

    pub(crate) fn json(&self, args: &[&str]) -> Value {
        self.promvet(&[args, &["--format", "json"]].concat()).json()
    }

    /// The findings in a line each, without what was not checked; and the exit status.
    pub(crate) fn found(&self, args: &[&str]) -> (i32, Vec<String>) {
        let ran = self.promvet(&[args, &["--format", "concise"]].concat());
        assert_eq!(ran.stderr, "", "{args:?}");
        let mut lines = ran.lines();
        lines.retain(|line| !line.contains(": unchecked "));
        (ran.status.unwrap(), lines)
    }
}
