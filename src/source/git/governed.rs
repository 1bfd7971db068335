//! A tree whose policy files and ignore files are those of a revision.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use super::ignored::{Ignored, IgnoredBy};
use super::{Git, GitError};
use crate::source::tree::{EntryKind, Meta, ReadError, Tree, WalkOptions, Walked};
use crate::source::walk::{self, WalkEntry};

/// A tree that is walked as a revision's ignore files have it, and whose roots are where that
/// revision has policy files: a change can't take its own files out of what is checked. All else
/// is that of the tree itself.
#[derive(Debug)]
pub struct TreeWithHead<'t> {
    tree: &'t dyn Tree,
    by: &'t Git,
}

impl<'t> TreeWithHead<'t> {
    /// `tree`, governed by a revision.
    #[must_use]
    pub fn new(tree: &'t dyn Tree, by: &'t Git) -> Self {
        Self { tree, by }
    }

    /// What a walk finds in a folder: everything, without what the revision ignores. That is
    /// slower than an ordinary walk, which does not go into folders that are ignored.
    fn below(&self, folder: &Path, how: &WalkOptions<'_>, ignored: &mut Ignored) -> Vec<WalkEntry> {
        let whole = WalkOptions {
            no_ignore: true,
            also: None,
            ..*how
        };
        let walked = self.tree.walk(&[folder.to_path_buf()], &whole);
        let files = walked.files.into_iter().map(|found| {
            let meta = self.tree.metadata(&found.path);
            let link = meta.is_ok_and(|meta| meta.kind == EntryKind::Link);
            let path = found.path;
            let by_git = |by| how.all_tracked || by == IgnoredBy::Git;
            match !how.no_ignore && ignored.by(&path).is_some_and(by_git) {
                true => WalkEntry::Ignored { path, link },
                false => WalkEntry::File { path, link },
            }
        });
        let problems = walked
            .problems
            .into_iter()
            .map(|problem| WalkEntry::Problem {
                path: self.tree.absolute(problem.shown.as_ref().as_ref()),
                error: problem.error,
            });
        let mut all: Vec<WalkEntry> = files.chain(problems).collect();
        all.retain(|seen| match seen {
            WalkEntry::File { path, .. } | WalkEntry::Problem { path, .. } => {
                how.no_ignore || ignored.by(path).is_none()
            }
            WalkEntry::Ignored { .. } | WalkEntry::LeftOut { .. } | WalkEntry::Incomplete => true,
        });
        all.extend(ignored.left_out(folder));
        all.extend(walked.incomplete.then_some(WalkEntry::Incomplete));
        all
    }
}

impl Tree for TreeWithHead<'_> {
    fn base(&self) -> &Path {
        self.tree.base()
    }

    fn metadata(&self, path: &Path) -> io::Result<Meta> {
        self.tree.metadata(path)
    }

    fn link_target(&self, path: &Path) -> io::Result<PathBuf> {
        self.tree.link_target(path)
    }

    fn resolve(&self, path: &Path) -> io::Result<PathBuf> {
        self.tree.resolve(path)
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<PathBuf>> {
        self.tree.list(folder)
    }

    fn read(&self, path: &Path, limit: u64) -> Result<Vec<u8>, ReadError> {
        self.tree.read(path, limit)
    }

    fn first_bytes(&self, path: &Path, count: u64) -> Result<Vec<u8>, ReadError> {
        self.tree.first_bytes(path, count)
    }

    fn root_of(&self, folder: &Path) -> PathBuf {
        self.by.root_of(folder)
    }

    fn is_ignored_by_git(&self, path: &Path, top: &Path) -> bool {
        self.tree.is_ignored_by_git(path, top)
    }

    fn tracked_by_git(&self, folder: &Path) -> Result<Option<BTreeSet<PathBuf>>, GitError> {
        self.tree.tracked_by_git(folder)
    }

    fn walk(&self, named: &[PathBuf], how: &WalkOptions<'_>) -> Walked {
        let ignored = Ignored::new(self.by, self.by.items.keys());
        let ignored = RefCell::new(ignored);
        walk::walk(self, named, how, &|folder, how| {
            self.below(folder, how, &mut ignored.borrow_mut())
        })
    }
}
