//! Which repository is meant, and what of it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, RwLock};

use super::Git;
use super::command::GitError;
use super::ignored::Ignored;
use super::isolated::Isolated;
use super::items::{GitItem, Items};
use super::listing::{self, ListingLine};
use super::locate::RepositoryLocation;
use super::objects::GitObjects;
use super::worktree::WorkTree;
use crate::source::folder::Folder;
use crate::source::path::{collapse, shown};
use crate::source::tree::{EntryKind, Tree, WalkOptions};

/// How deep submodules are followed. Real ones are one or two deep, and a repository may be its own
/// submodule.
const DEEPEST: usize = 8;

/// What is changed since an older tree.
#[derive(Clone, Debug, Default)]
pub struct Changed {
    /// The absolute paths of it.
    pub files: Arc<BTreeSet<PathBuf>>,
    /// The submodules that the newer tree has, and that are not checked out.
    pub absent: Arc<BTreeSet<PathBuf>>,
    /// Whether an .ignore file of one of the trees names one of them.
    pub has_left_out: bool,
    /// Whether everything else is the same in both trees, and nothing leads to what is changed but its own
    /// path: there are neither submodules nor links to it.
    pub is_local: bool,
}

/// The work tree of a repository.
#[derive(Clone, Debug)]
pub struct Repository {
    git: Arc<Isolated>,
    disk: Folder,
}

impl Repository {
    /// The repository of paths that were named: that of the current folder, if they all are in it,
    /// else that of the first one.
    ///
    /// # Errors
    /// There is not a git, or no work tree that holds them all.
    pub fn of(disk: &Folder, named: &[PathBuf]) -> Result<Self, GitError> {
        let real: Vec<PathBuf> = named
            .iter()
            .map(|path| {
                let path = collapse(&disk.absolute(path));
                disk.resolve(&path).unwrap_or(path)
            })
            .collect();
        let outside = |top: &Path| real.iter().find(|path| !path.starts_with(top));
        let base = disk.resolve(disk.base());
        let base = base.unwrap_or_else(|_| disk.base().to_owned());
        let here = RepositoryLocation::of(disk, &base)?;
        if let Some(here) = here.filter(|here| outside(&here.top).is_none()) {
            return Self::at(here, disk);
        }
        let first = real.first().unwrap_or(&base);
        let is_folder = |path: &&Path| {
            disk.metadata(path)
                .is_ok_and(|m| m.kind == EntryKind::Folder)
        };
        let folder = first.ancestors().find(is_folder).unwrap_or(first);
        let Some(there) = RepositoryLocation::of(disk, folder)? else {
            return Err(GitError::NoRepository(disk.shown(folder)));
        };
        match outside(&there.top) {
            Some(path) => Err(GitError::OtherRepository(disk.shown(path))),
            None => Self::at(there, disk),
        }
    }

    fn at(location: RepositoryLocation, disk: &Folder) -> Result<Self, GitError> {
        Ok(Self {
            git: Arc::new(Isolated::new(location, disk)?),
            disk: disk.clone(),
        })
    }

    /// The absolute paths of the files below a folder that git tracks; none if it is in no work
    /// tree.
    pub(in crate::source) fn tracked(
        disk: &Folder,
        folder: &Path,
    ) -> Result<Option<BTreeSet<PathBuf>>, GitError> {
        let Some(location) = RepositoryLocation::of(disk, folder)? else {
            return match RepositoryLocation::broken(disk, folder) {
                Some(marker) => Err(GitError::NotARepository(disk.shown(&marker))),
                None => Ok(None),
            };
        };
        let top = location.top.clone();
        let listed = Isolated::new(location, disk)?.run(&["ls-files", "--stage", "-z"])?;
        let listed = listing::of_index(&listed).into_iter();
        let paths = listed.map(|listed| top.join(listed.path));
        Ok(Some(
            paths.filter(|path| path.starts_with(folder)).collect(),
        ))
    }

    pub(super) fn disk(&self) -> &Folder {
        &self.disk
    }

    /// The git that shows it.
    pub(super) fn git(&self) -> &Isolated {
        &self.git
    }

    /// The top of its work tree.
    pub(super) fn top(&self) -> &Path {
        &self.git.location().top
    }

    /// The name of the tree of a revision.
    ///
    /// # Errors
    /// There is no such revision here.
    pub fn tree_of(&self, revision: &str) -> Result<String, GitError> {
        if revision.is_empty() {
            return Err(GitError::EmptyRevision);
        }
        match self.verified(revision)? {
            Some(tree) => Ok(tree),
            None => Err(self.explained(revision)?),
        }
    }

    /// The name of HEAD's tree; that of an empty one before the first commit.
    ///
    /// # Errors
    /// HEAD can't be read.
    pub fn tree_of_head(&self) -> Result<String, GitError> {
        if let Some(tree) = self.verified("HEAD")? {
            return Ok(tree);
        }
        let unborn = self.git.ask(&["symbolic-ref", "-q", "HEAD"])?;
        if !unborn.status.success() {
            return self.tree_of("HEAD");
        }
        let empty = self.git.run(&["hash-object", "-t", "tree", "--stdin"])?;
        Ok(line(&empty))
    }

    /// What is in a tree.
    ///
    /// # Errors
    /// Git failed.
    pub fn revision(&self, tree: &str) -> Result<Git, GitError> {
        let listed = self
            .git
            .run(&["ls-tree", "-r", "-z", "--full-tree", tree, "--"])?;
        self.tree(listing::of_tree(&listed))
    }

    /// What is in the index: what would be committed now.
    ///
    /// # Errors
    /// Git failed.
    pub fn index(&self) -> Result<Git, GitError> {
        let listed = self.git.run(&["ls-files", "--stage", "-z"])?;
        self.tree(listing::of_index(&listed))
    }

    /// Files that a tree has under another path than the index: absolute paths, the old one first.
    ///
    /// # Errors
    /// Git failed.
    pub fn renames(&self, tree: &str) -> Result<Vec<(PathBuf, PathBuf)>, GitError> {
        let args = [
            "diff-index",
            "--cached",
            "--find-renames",
            "-l5000",
            "--diff-filter=R",
            "--name-status",
            "--ignore-submodules",
            "--no-ext-diff",
            "--no-textconv",
            "-z",
            tree,
            "--",
        ];
        let renames = listing::renames(&self.git.run(&args)?).into_iter();
        let top = self.top();
        Ok(renames
            .map(|(old, new)| (top.join(old), top.join(new)))
            .collect())
    }

    /// The absolute paths of what is not as an older tree has it (of a submodule that is not checked out
    /// its folder), and of what is not there any more:
    /// in the index, or in the work tree, where files that git does not track yet and does not
    /// ignore are among them. Whether an .ignore file names one is said too.
    ///
    /// # Errors
    /// Git failed.
    pub fn changed(
        &self,
        old: &Git,
        staged: Option<&Git>,
        named: &[PathBuf],
        how: &WalkOptions<'_>,
    ) -> Result<Changed, GitError> {
        let index;
        let (new, on_disk) = match staged {
            Some(staged) => (staged, false),
            None => {
                index = self.index()?;
                (&index, true)
            }
        };
        let is_same = |path: &PathBuf, item: &GitItem| {
            let then = old.items.get(path);
            let same = then.is_some_and(|then| then.id == item.id && then.kind == item.kind);
            let differs = || on_disk && item.objects == 0 && !new.is_on_disk(path, item);
            same && !differs()
        };
        let items = new.items.iter();
        let changed = items.filter(|(path, item)| !is_same(path, item));
        let mut files: BTreeSet<PathBuf> = changed.map(|(path, _)| path.clone()).collect();
        let gone = old.items.keys().filter(|path| !new.items.has(path));
        files.extend(gone.cloned());
        let moved = new
            .absent
            .iter()
            .filter(|(path, commit)| old.absent.get(*path) != Some(*commit));
        files.extend(moved.map(|(path, _)| path.clone()));
        if on_disk {
            let every = WalkOptions {
                hidden: true,
                wanted: &|path| !new.items.has(path),
                also: None,
                ..*how
            };
            let walked = self.disk.walk(named, &every).files.into_iter();
            let untracked = walked.filter(|found| !new.items.has(&found.path));
            files.extend(untracked.map(|found| found.path));
        }
        let has_left_out = [old, new].iter().any(|tree| {
            let said = tree.items.keys().filter(|path| path.ends_with(".ignore"));
            let ignored = Ignored::new(*tree, said);
            files.iter().any(|path| ignored.is_left_out(path))
        });
        let leads_there = |tree: &Git| {
            let links = tree
                .items
                .iter()
                .filter(|(_, item)| item.kind == EntryKind::Link);
            let mut ends = links.filter_map(|(path, _)| tree.resolve(path).ok());
            ends.any(|end| {
                let mut from = files.range(end.clone()..);
                from.next().is_some_and(|path| path.starts_with(&end))
            })
        };
        let is_local = [old, new]
            .iter()
            .all(|tree| tree.objects.len() == 1 && tree.absent.is_empty() && !leads_there(tree));
        Ok(Changed {
            is_local,
            files: files.into(),
            absent: Arc::new(new.absent.keys().cloned().collect()),
            has_left_out,
        })
    }

    fn verified(&self, revision: &str) -> Result<Option<String>, GitError> {
        // A leading hyphen would make an option of it; no revision begins with one.
        if revision.starts_with('-') {
            return Ok(None);
        }
        let git = self.git.with_references()?;
        if revision.contains("@{") {
            git.with_logs()?;
        }
        let name = format!("{revision}^{{tree}}");
        let output = git.ask(&[
            "rev-parse",
            "--verify",
            "--quiet",
            "--end-of-options",
            &name,
        ])?;
        Ok(output.status.success().then(|| line(&output.stdout)))
    }

    /// Why there is no such revision.
    fn explained(&self, revision: &str) -> Result<GitError, GitError> {
        let remote = format!("origin/{revision}");
        let name = shown(Path::new(revision));
        if self.verified(&remote)?.is_some() {
            return Ok(GitError::NoRevision {
                advice: format!("did you mean origin/{name}?"),
                revision: name,
            });
        }
        // `HEAD~` is not a slip for HEAD.
        let is_word = revision.chars().all(|c| c.is_ascii_alphabetic());
        let near = promvet_text::nearest(revision, ["HEAD", "main", "master"]);
        if is_word
            && let Some(near) = near
            && self.verified(near)?.is_some()
        {
            return Ok(GitError::NoRevision {
                advice: format!("did you mean {near}?"),
                revision: name,
            });
        }
        if self.git.is_shallow() {
            return Ok(GitError::Shallow(name));
        }
        Ok(GitError::NoRevision {
            advice: "if it is a branch of the remote, `git fetch origin` brings it as \
                     origin/BRANCH; in CI, check out the whole history (`fetch-depth: 0` for \
                     actions/checkout, `GIT_DEPTH: 0` in GitLab)"
                .into(),
            revision: name,
        })
    }

    fn tree(&self, listed: Vec<ListingLine>) -> Result<Git, GitError> {
        let index = self.git.run(&["ls-files", "--stage", "--debug", "-z"])?;
        let mut git = Git {
            top: self.top().to_owned(),
            disk: self.disk.clone(),
            items: Items::default(),
            absent: BTreeMap::new(),
            objects: Vec::new(),
            on_disk: Vec::new(),
            work_tree: WorkTree::new(self.top(), self.git.index(), &index),
            plain: RwLock::default(),
        };
        add(&mut git, &self.git, listed, DEEPEST);
        Ok(git)
    }
}

/// Adds what was listed in a repository, and what its submodules hold that are checked out.
fn add(git: &mut Git, repository: &Arc<Isolated>, listed: Vec<ListingLine>, depth: usize) {
    let top = repository.location().top.clone();
    let objects = git.objects.len();
    git.objects.push(GitObjects::new(Arc::clone(repository)));
    for one in listed {
        let path = top.join(&one.path);
        if let Some(kind) = one.kind {
            let id = one.id;
            git.items.insert(path, GitItem { kind, id, objects });
        } else {
            let submodule = match depth {
                0 => None,
                _ => submodule(&git.disk, &path, &one.id),
            };
            match submodule {
                Some((submodule, listed)) => add(git, &submodule, listed, depth - 1),
                None => {
                    git.absent.insert(path, one.id);
                }
            }
        }
    }
}

/// A submodule that is checked out, with what is in a commit of it, if that was fetched.
fn submodule(disk: &Folder, top: &Path, commit: &str) -> Option<(Arc<Isolated>, Vec<ListingLine>)> {
    let location = RepositoryLocation::at(disk, top).ok()??;
    let git = Isolated::new(location, disk).ok()?;
    let listed = git.run(&["ls-tree", "-r", "-z", "--full-tree", commit, "--"]);
    Some((Arc::new(git), listing::of_tree(&listed.ok()?)))
}

fn line(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).trim_end().to_owned()
}
