//! A tree in which some files have another content, as they will have once they are written.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

use super::git::GitError;
use super::tree::{Meta, ReadError, Tree, WalkOptions, Walked};

/// A tree with other contents for some of its files.
#[derive(Debug)]
pub struct Overlay<'t> {
    below: &'t dyn Tree,
    /// By absolute paths without links.
    files: BTreeMap<PathBuf, Vec<u8>>,
}

impl<'t> Overlay<'t> {
    /// A tree as it is.
    #[must_use]
    pub fn new(below: &'t dyn Tree) -> Self {
        Self {
            below,
            files: BTreeMap::new(),
        }
    }

    /// Gives a file, which has to be there, another content; none puts back the one that it has.
    ///
    /// # Errors
    /// Nothing is there.
    pub fn put(&mut self, path: &Path, content: Option<Vec<u8>>) -> io::Result<()> {
        let real = self.below.resolve(path)?;
        match content {
            Some(content) => self.files.insert(real, content),
            None => self.files.remove(&real),
        };
        Ok(())
    }

    fn content(&self, path: &Path) -> Option<&Vec<u8>> {
        if self.files.is_empty() {
            return None;
        }
        self.files.get(&self.below.resolve(path).ok()?)
    }
}

impl Tree for Overlay<'_> {
    fn base(&self) -> &Path {
        self.below.base()
    }

    fn metadata(&self, path: &Path) -> io::Result<Meta> {
        let meta = self.below.metadata(path)?;
        let content = self.files.get(&self.absolute(path));
        Ok(match content {
            Some(content) => Meta {
                len: content.len() as u64,
                ..meta
            },
            None => meta,
        })
    }

    fn link_target(&self, path: &Path) -> io::Result<PathBuf> {
        self.below.link_target(path)
    }

    fn resolve(&self, path: &Path) -> io::Result<PathBuf> {
        self.below.resolve(path)
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<PathBuf>> {
        self.below.list(folder)
    }

    fn read(&self, path: &Path, limit: u64) -> Result<Vec<u8>, ReadError> {
        match self.content(path) {
            Some(content) if content.len() as u64 > limit => Err(ReadError::TooLarge { limit }),
            Some(content) => Ok(content.clone()),
            None => self.below.read(path, limit),
        }
    }

    fn first_bytes(&self, path: &Path, count: u64) -> Result<Vec<u8>, ReadError> {
        match self.content(path) {
            Some(content) => {
                let count = usize::try_from(count).unwrap_or(usize::MAX);
                Ok(content.iter().take(count).copied().collect())
            }
            None => self.below.first_bytes(path, count),
        }
    }

    fn walk(&self, named: &[PathBuf], how: &WalkOptions<'_>) -> Walked {
        self.below.walk(named, how)
    }

    fn is_ignored_by_git(&self, path: &Path, top: &Path) -> bool {
        self.below.is_ignored_by_git(path, top)
    }

    fn tracked_by_git(&self, folder: &Path) -> Result<Option<BTreeSet<PathBuf>>, GitError> {
        self.below.tracked_by_git(folder)
    }
}
