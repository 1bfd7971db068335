//! When files were last changed, as far as their times and sizes tell.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::folder::Folder;
use super::tree::{Tree as _, WalkOptions};
use crate::deadline::Deadline;

/// The time and the size of every file of some folders that is not ignored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stamps(BTreeMap<PathBuf, Option<(SystemTime, u64)>>);

impl Stamps {
    /// Those of the files below some folders.
    #[must_use]
    pub fn of(folders: &[PathBuf], hidden: bool, disk: &Folder) -> Self {
        let walk = WalkOptions {
            hidden,
            no_ignore: false,
            all_tracked: false,
            threads: 1,
            deadline: Deadline::default(),
            root: None,
            wanted: &|_| true,
            also: None,
        };
        let found = disk.walk(folders, &walk).files.into_iter();
        let stamped = found.map(|found| {
            let stamp = stamp(&found.path);
            (found.path, stamp)
        });
        let policies = folders.iter().map(|folder| folder.join(".promvet.yaml"));
        let policies = policies.map(|path| {
            let stamp = stamp(&path);
            (path, stamp)
        });
        Self(stamped.chain(policies).collect())
    }

    /// The same without some files.
    #[must_use]
    pub fn without(mut self, files: &[PathBuf]) -> Self {
        self.0.retain(|path, _| !files.contains(path));
        self
    }

    /// The file that standard output goes to, if it is one of these.
    #[must_use]
    pub fn output(&self) -> Option<PathBuf> {
        let output = identity(Path::new("/dev/stdout"))?;
        let mut paths = self.0.keys();
        paths.find(|path| identity(path) == Some(output)).cloned()
    }

    /// The first path that is not the same on both sides.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Option<PathBuf> {
        let differs = |path: &&PathBuf| self.0.get(*path) != other.0.get(*path);
        let all = self.0.keys().chain(other.0.keys());
        all.filter(differs).min().cloned()
    }
}

/// What a link leads to counts; nothing is opened.
fn stamp(path: &Path) -> Option<(SystemTime, u64)> {
    let meta = fs::metadata(path).ok()?;
    Some((meta.modified().ok()?, meta.len()))
}

/// What tells a regular file from all others of a machine.
#[cfg(unix)]
fn identity(path: &Path) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt as _;

    let meta = fs::metadata(path).ok().filter(fs::Metadata::is_file)?;
    Some((meta.dev(), meta.ino()))
}

#[cfg(not(unix))]
fn identity(_: &Path) -> Option<(u64, u64)> {
    None
}
