//! A tree as git has it: of a revision, or of the index.
//!
//! What is outside of the repository's work tree, and what is not git's at all, such as the
//! folder `.git`, is seen as it is on the disk.

mod alternates;
mod blame;
mod command;
mod config;
mod governed;
mod ignored;
mod isolated;
mod items;
mod listing;
mod locate;
mod objects;
mod owner;
mod references;
mod repository;
mod worktree;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::{PoisonError, RwLock};

use super::folder::Folder;
use super::follow::follow;
use super::tree::{EntryKind, LARGEST, Meta, ReadError, Tree, WalkOptions, Walked};
use super::walk::{self, WalkEntry};
use super::walk_folder;
use ignored::Ignored;
use items::{GitItem, Items};
use objects::GitObjects;
use worktree::WorkTree;

pub use command::GitError;
pub use governed::TreeWithHead;
pub use repository::{Changed, Repository};

/// The longest target of a link that is followed, in bytes: `PATH_MAX` of Linux.
const LONGEST_TARGET: u64 = 4096;

/// A tree as git has it. It holds tracked files only.
#[derive(Debug)]
pub struct Git {
    top: PathBuf,
    disk: Folder,
    items: Items,
    /// The submodules that are not checked out, or whose commit is not there, with the commit.
    absent: BTreeMap<PathBuf, String>,
    objects: Vec<GitObjects>,
    on_disk: Vec<PathBuf>,
    /// Files that are in the work tree as they are in this tree are read there, which is faster, and
    /// works in clones that lack contents.
    work_tree: WorkTree,
    /// Folders that no link leads to. Each was followed part by part once: a file in nested folders would
    /// otherwise go through all of them again.
    plain: RwLock<HashSet<PathBuf>>,
}

impl Git {
    /// Has a file or folder seen as it is on the disk, whatever git knows of it: a root file
    /// system, or a policy file that was named.
    #[must_use]
    pub fn with_disk(mut self, path: &Path) -> Self {
        let path = self.absolute(path);
        self.on_disk.push(self.disk.resolve(&path).unwrap_or(path));
        self
    }

    /// Takes a file out, by its path for people.
    pub fn forget(&mut self, shown: &str) {
        let base = self.disk.base().to_owned();
        let gone = super::path::collapse(&base.join(shown));
        self.items.remove(&gone);
    }

    /// What kept git from showing a file that it knows, if that happened: then what was found in
    /// this tree does not count.
    #[must_use]
    pub fn failure(&self) -> Option<GitError> {
        self.objects.iter().find_map(GitObjects::failure)
    }

    /// Whether a path without links is git's to know.
    fn is_ours(&self, path: &Path) -> bool {
        path.starts_with(&self.top)
            && !path.components().any(|part| part.as_os_str() == ".git")
            && !self.on_disk.iter().any(|other| path.starts_with(other))
    }

    fn kind_at(&self, path: &Path) -> Option<EntryKind> {
        if !self.is_ours(path) {
            return self.disk.metadata(path).ok().map(|meta| meta.kind);
        }
        if let Some(item) = self.items.get(path) {
            return Some(item.kind);
        }
        let is_folder = self.items.is_folder(path) || path == self.top;
        is_folder.then_some(EntryKind::Folder)
    }

    fn target_at(&self, path: &Path) -> io::Result<PathBuf> {
        if !self.is_ours(path) {
            return self.disk.link_target(path);
        }
        let item = self.items.get(path).ok_or(io::ErrorKind::NotFound)?;
        if item.kind != EntryKind::Link {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        let target = self.content(item, LONGEST_TARGET);
        target
            .map(|bytes| listing::path(&bytes))
            .map_err(io::Error::other)
    }

    fn follow(&self, path: &Path, last: bool) -> io::Result<PathBuf> {
        let kind_at = |path: &Path| self.kind_at(path);
        let target_at = |path: &Path| self.target_at(path);
        let path = self.absolute(path);
        let mut parts = path.components();
        let is_collapsed =
            parts.all(|part| matches!(part, Component::RootDir | Component::Normal(_)));
        let Some(folder) = path.parent().filter(|_| is_collapsed) else {
            return follow(&path, last, &kind_at, &target_at);
        };
        let plain = self.plain.read().unwrap_or_else(PoisonError::into_inner);
        let is_plain = plain.contains(folder);
        drop(plain);
        if is_plain && !(last && kind_at(&path) == Some(EntryKind::Link)) {
            return Ok(path);
        }
        let followed = follow(&path, last, &kind_at, &target_at)?;
        if !is_plain && followed.parent() == Some(folder) {
            let mut plain = self.plain.write().unwrap_or_else(PoisonError::into_inner);
            plain.insert(folder.to_owned());
        }
        Ok(followed)
    }

    /// Whether a file is the same in the work tree. Of submodules no one knows.
    fn is_unchanged(&self, path: &Path, item: &GitItem) -> bool {
        let holds = || self.work_tree.holds(&self.disk, path, &item.id);
        item.kind == EntryKind::File && item.objects == 0 && holds()
    }

    /// Whether the work tree has a file or a link as git does.
    fn is_on_disk(&self, path: &Path, item: &GitItem) -> bool {
        match item.kind {
            EntryKind::Link => {
                let target = self.disk.link_target(path).ok();
                target.is_some() && target == self.target_at(path).ok()
            }
            _ => self.is_unchanged(path, item),
        }
    }

    fn content(&self, item: &GitItem, limit: u64) -> Result<Vec<u8>, ReadError> {
        let objects = self.objects.get(item.objects);
        objects
            .ok_or(ReadError::Missing)
            .and_then(|objects| objects.read(&item.id, limit))
    }

    /// What is below a folder.
    fn below(&self, folder: &Path) -> impl Iterator<Item = (&PathBuf, &GitItem)> {
        self.items.below(folder)
    }

    /// What a walk finds in a folder, as the disk would have it.
    fn list_below(&self, folder: &Path, how: &WalkOptions<'_>) -> Vec<WalkEntry> {
        if !self.is_ours(folder) {
            return walk_folder::walk_folder(&self.disk, folder, how);
        }
        let hidden = |path: &Path| {
            let rest = path.strip_prefix(folder).unwrap_or(path);
            rest.components()
                .any(|part| part.as_os_str().as_encoded_bytes().starts_with(b"."))
        };
        let mut ignored = Ignored::new(self, self.items.keys());
        let left_out = ignored.left_out(folder);
        let files = self
            .below(folder)
            .filter(|(path, item)| {
                (how.wanted)(path)
                    && matches!(item.kind, EntryKind::File | EntryKind::Link)
                    && (how.hidden || !hidden(path))
                    && (how.no_ignore || how.all_tracked || !ignored.is_left_out(path))
            })
            .map(|(path, item)| WalkEntry::File {
                path: path.clone(),
                link: item.kind == EntryKind::Link,
            });
        files.chain(left_out).collect()
    }
}

impl Tree for Git {
    fn base(&self) -> &Path {
        self.disk.base()
    }

    /// Git knows neither owners nor modes: those of the file that is there now are taken, so that
    /// two trees are judged alike.
    fn metadata(&self, path: &Path) -> io::Result<Meta> {
        let path = self.follow(path, false)?;
        if !self.is_ours(&path) {
            return self.disk.metadata(&path);
        }
        let kind = self.kind_at(&path).ok_or(io::ErrorKind::NotFound)?;
        let there = self.disk.metadata(&path).ok();
        let there = there.filter(|meta| meta.kind == kind);
        let len = match (self.items.get(&path), there) {
            (None, _) => 0,
            (Some(item), Some(meta)) if self.is_unchanged(&path, item) => meta.len,
            (Some(item), _) => match self.objects.get(item.objects) {
                Some(objects) => objects.len(&item.id)?,
                None => 0,
            },
        };
        Ok(Meta {
            kind,
            len,
            mode: there.and_then(|meta| meta.mode),
            uid: there.and_then(|meta| meta.uid),
            gid: there.and_then(|meta| meta.gid),
        })
    }

    fn link_target(&self, path: &Path) -> io::Result<PathBuf> {
        self.target_at(&self.follow(path, false)?)
    }

    fn resolve(&self, path: &Path) -> io::Result<PathBuf> {
        let path = self.follow(path, true)?;
        match self.kind_at(&path) {
            Some(_) => Ok(path),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }

    fn tracked_by_git(&self, folder: &Path) -> Result<Option<BTreeSet<PathBuf>>, GitError> {
        let paths = self.below(folder).map(|(path, _)| path.clone());
        Ok(Some(paths.collect()))
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<PathBuf>> {
        let folder = self.resolve(folder)?;
        if !self.is_ours(&folder) {
            return self.disk.list(&folder);
        }
        if self.kind_at(&folder) != Some(EntryKind::Folder) {
            return Err(io::ErrorKind::NotADirectory.into());
        }
        let child = |path: &PathBuf| {
            let rest = path.strip_prefix(&folder).ok()?;
            Some(folder.join(rest.components().next()?))
        };
        let mut paths: Vec<_> = self
            .below(&folder)
            .filter_map(|(path, _)| child(path))
            .collect();
        paths.dedup();
        Ok(paths)
    }

    fn read(&self, path: &Path, limit: u64) -> Result<Vec<u8>, ReadError> {
        let path = self.resolve(path)?;
        if !self.is_ours(&path) {
            return self.disk.read(&path, limit);
        }
        match self.items.get(&path) {
            Some(item) if self.is_unchanged(&path, item) => self.disk.read(&path, limit),
            Some(item) if item.kind == EntryKind::File => self.content(item, limit),
            _ => Err(ReadError::NotAFile(
                self.kind_at(&path).unwrap_or(EntryKind::Other),
            )),
        }
    }

    fn first_bytes(&self, path: &Path, count: u64) -> Result<Vec<u8>, ReadError> {
        let path = self.resolve(path)?;
        match self.items.get(&path) {
            // Git shows an object whole or not at all.
            Some(item) if !self.is_unchanged(&path, item) => {
                self.content(item, LARGEST).map(|mut bytes| {
                    bytes.truncate(usize::try_from(count).unwrap_or(usize::MAX));
                    bytes
                })
            }
            _ => self.disk.first_bytes(&path, count),
        }
    }

    fn walk(&self, named: &[PathBuf], how: &WalkOptions<'_>) -> Walked {
        walk::walk(self, named, how, &|folder, how| {
            self.list_below(folder, how)
        })
    }
}
