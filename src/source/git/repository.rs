//! Which repository is meant, and what of it.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};

use super::command::{GitError, apart, ask, run};
use super::listing::{self, Listed};
use super::objects::Objects;
use super::{Git, Item};
use crate::source::folder::Folder;
use crate::source::path::{collapse, shown};
use crate::source::tree::{Kind, Tree};

/// How deep submodules are gone into.
const DEEPEST: usize = 8;

/// The work tree of a repository.
#[derive(Clone, Debug)]
pub struct Repository {
    top: PathBuf,
    disk: Folder,
}

impl Repository {
    /// The repository of paths that were named: that of the current folder, if they all lie in it,
    /// else that of the first one.
    ///
    /// # Errors
    /// There is no git, or no work tree that holds them all.
    pub fn of(disk: &Folder, named: &[PathBuf]) -> Result<Self, GitError> {
        let real: Vec<PathBuf> = named
            .iter()
            .map(|path| {
                let path = collapse(&disk.absolute(path));
                disk.resolve(&path).unwrap_or(path)
            })
            .collect();
        let outside = |top: &Path| real.iter().find(|path| !path.starts_with(top));
        let here = top_of(disk.base())?.filter(|top| outside(top).is_none());
        if let Some(top) = here {
            return Ok(Self::at(top, disk));
        }
        let first = real.first().map_or(disk.base(), PathBuf::as_path);
        let is_folder = |path: &&Path| disk.metadata(path).is_ok_and(|m| m.kind == Kind::Folder);
        let folder = first.ancestors().find(is_folder).unwrap_or(first);
        let Some(top) = top_of(folder)? else {
            return Err(GitError::NoRepository(disk.shown(folder)));
        };
        match outside(&top) {
            Some(path) => Err(GitError::OtherRepository(disk.shown(path))),
            None => Ok(Self::at(top, disk)),
        }
    }

    fn at(top: PathBuf, disk: &Folder) -> Self {
        Self {
            top,
            disk: disk.clone(),
        }
    }

    /// The top of its work tree.
    pub(super) fn top(&self) -> &Path {
        &self.top
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
        let unborn = ask(&self.top, &["symbolic-ref", "-q", "HEAD"])?;
        if !unborn.status.success() {
            return self.tree_of("HEAD");
        }
        let empty = run(&self.top, &["hash-object", "-t", "tree", "--stdin"])?;
        Ok(line(&empty))
    }

    /// What lies in a tree.
    ///
    /// # Errors
    /// Git failed.
    pub fn revision(&self, tree: &str) -> Result<Git, GitError> {
        let listed = run(&self.top, &["ls-tree", "-r", "-z", "--full-tree", tree])?;
        self.git(listing::of_tree(&listed), Some(tree))
    }

    /// What lies in the index: what would be committed now.
    ///
    /// # Errors
    /// Git failed.
    pub fn index(&self) -> Result<Git, GitError> {
        let listed = run(&self.top, &["ls-files", "--stage", "-z"])?;
        self.git(listing::of_index(&listed), None)
    }

    /// Files that a tree has under another path than the work tree or, if `staged`, the index:
    /// absolute paths, the old one first.
    ///
    /// # Errors
    /// Git failed.
    pub fn renames(&self, tree: &str, staged: bool) -> Result<Vec<(PathBuf, PathBuf)>, GitError> {
        let mut args = vec![
            "--find-renames",
            "-l5000",
            "--diff-filter=R",
            "--name-status",
        ];
        args.extend(staged.then_some("--cached"));
        let renames = listing::renames(&self.diff(&args, Some(tree))?).into_iter();
        Ok(renames
            .map(|(old, new)| (self.top.join(old), self.top.join(new)))
            .collect())
    }

    /// What lies in the work tree otherwise than in a tree, or than in the index.
    fn changed(&self, tree: Option<&str>) -> Result<HashSet<PathBuf>, GitError> {
        let changed = self.diff(&["--no-renames", "--name-only"], tree)?;
        let paths = changed.split(|byte| *byte == 0);
        let paths = paths.map(|path| self.top.join(listing::path(path)));
        Ok(paths.collect())
    }

    fn diff(&self, how: &[&str], tree: Option<&str>) -> Result<Vec<u8>, GitError> {
        let always = [
            "diff",
            "--no-ext-diff",
            "--no-textconv",
            "--ignore-submodules",
            "-z",
        ];
        let args = always.iter().chain(how).copied().chain(tree).chain(["--"]);
        run(&self.top, &args.collect::<Vec<_>>())
    }

    fn verified(&self, revision: &str) -> Result<Option<String>, GitError> {
        // A leading hyphen would make an option of it; no revision begins with one.
        if revision.starts_with('-') {
            return Ok(None);
        }
        let name = format!("{revision}^{{tree}}");
        let output = ask(&self.top, &["rev-parse", "--verify", "--quiet", &name])?;
        Ok(output.status.success().then(|| line(&output.stdout)))
    }

    /// Why there is no such revision.
    fn explained(&self, revision: &str) -> Result<GitError, GitError> {
        let remote = format!("origin/{revision}");
        let name = shown(Path::new(revision));
        if self.verified(&remote)?.is_some() {
            return Ok(GitError::NoRevision {
                advice: format!("there is origin/{name}: write that"),
                revision: name,
            });
        }
        let shallow = run(&self.top, &["rev-parse", "--is-shallow-repository"])?;
        if line(&shallow) == "true" {
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

    fn git(&self, listed: Vec<Listed>, tree: Option<&str>) -> Result<Git, GitError> {
        let mut git = Git {
            top: self.top.clone(),
            disk: self.disk.clone(),
            items: BTreeMap::new(),
            objects: Vec::new(),
            on_disk: Vec::new(),
            changed: self.changed(tree)?,
        };
        add(&mut git, &self.top, listed, DEEPEST);
        Ok(git)
    }
}

/// Adds what was listed at `top`, and what its submodules hold that are checked out.
fn add(git: &mut Git, top: &Path, listed: Vec<Listed>, depth: usize) {
    let objects = git.objects.len();
    git.objects.push(Objects::new(top, top != git.top));
    for one in listed {
        let path = top.join(&one.path);
        if let Some(kind) = one.kind {
            let id = one.id;
            git.items.insert(path, Item { kind, id, objects });
        } else if depth > 0 && git.disk.metadata(&path.join(".git")).is_ok() {
            // A commit that was never fetched leaves the submodule empty.
            let listed = apart(&path)
                .args(["ls-tree", "-r", "-z", "--full-tree", &one.id])
                .output();
            let listed = listed.map(|output| output.stdout).unwrap_or_default();
            add(git, &path, listing::of_tree(&listed), depth - 1);
        }
    }
}

/// The top of the work tree that a folder without links in its path lies in, if it lies in one.
fn top_of(folder: &Path) -> Result<Option<PathBuf>, GitError> {
    let output = ask(
        folder,
        &["rev-parse", "--is-inside-work-tree", "--show-cdup"],
    )?;
    let text = String::from_utf8_lossy(&output.stdout);
    let mut lines = text.lines();
    if output.status.success() && lines.next() == Some("true") {
        let up = lines.next().unwrap_or("");
        return Ok(Some(collapse(&folder.join(up))));
    }
    // Git refuses a repository of somebody else's; that it says so itself is the best advice.
    let said = String::from_utf8_lossy(&output.stderr);
    if said.contains("safe.directory") {
        run(folder, &["rev-parse", "--is-inside-work-tree"])?;
    }
    Ok(None)
}

fn line(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).trim_end().to_owned()
}
