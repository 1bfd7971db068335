//! When files were last changed, as far as their times and sizes tell.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::folder::Folder;
use super::tree::{Tree as _, Walk};
use crate::deadline::Deadline;

/// The time and the size of every file of some folders that is not ignored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stamps(BTreeMap<PathBuf, Option<(SystemTime, u64)>>);

impl Stamps {
    /// Those of the files below some folders.
    #[must_use]
    pub fn of(folders: &[PathBuf], hidden: bool, disk: &Folder) -> Self {
        let walk = Walk {
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
