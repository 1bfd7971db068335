//! Only what a change made worse: the same check over the tree of a revision, and what both find
//! is left out.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::pipeline;
use super::request::{Request, Run};
use crate::facts::Host;
use crate::source::{Folder, Git, GitError, Repository, Tree};

/// What is compared with what.
#[derive(Debug)]
pub(crate) struct Comparison {
    /// What is checked, if it is not the work tree.
    staged: Option<Git>,
    old: Git,
    /// What the old tree is called.
    name: String,
    /// Old and new path of renamed files.
    renames: Vec<(PathBuf, PathBuf)>,
}

impl Comparison {
    /// The comparison that was asked for, if one was.
    ///
    /// # Errors
    /// Git can't show one of the trees.
    pub(crate) fn new(
        since: Option<&str>,
        staged: bool,
        request: &Request,
    ) -> Result<Option<Self>, GitError> {
        if since.is_none() && !staged {
            return Ok(None);
        }
        let disk = Folder::here().map_err(GitError::NoGit)?;
        let repository = Repository::of(&disk, &request.paths)?;
        let tree = match since {
            Some(revision) => repository.tree_of(revision)?,
            None => repository.tree_of_head()?,
        };
        let index = match staged {
            true => Some(with_disk(repository.index()?, request)),
            false => None,
        };
        Ok(Some(Self {
            staged: index,
            old: with_disk(repository.revision(&tree)?, request),
            name: since.unwrap_or("HEAD").to_owned(),
            renames: repository.renames(&tree)?,
        }))
    }

    /// The tree that is checked, if it is not the work tree.
    pub(crate) fn checked(&self) -> Option<&dyn Tree> {
        self.staged.as_ref().map(|git| git as &dyn Tree)
    }

    /// Leaves out of a run what the old tree has too.
    pub(crate) fn keep_new(mut self, request: &Request, run: &mut Run) -> Result<(), GitError> {
        let request = Request {
            paths: self.paths_then(&request.paths),
            ..request.clone()
        };
        let mut old = pipeline::run(&request, &self.old);
        if old.outcome.is_incomplete() {
            run.problems.append(&mut old.problems);
        }
        let mut broken: BTreeSet<Arc<str>> = BTreeSet::new();
        // Without one file, another that builds upon it may be broken.
        while !old.policy_errors.is_empty() {
            let before = broken.len();
            for error in &old.policy_errors {
                let path = error.place.path();
                if broken.insert(Arc::clone(path)) {
                    run.notes.push(format!(
                        "{path} of {} has mistakes, so the comparison is made without it",
                        self.name
                    ));
                    self.old = self.old.without(path);
                }
            }
            if broken.len() == before {
                break;
            }
            old = pipeline::run(&request, &self.old);
        }
        let trees = self.staged.iter().chain([&self.old]);
        if let Some(failure) = trees.filter_map(Git::failure).next() {
            return Err(failure);
        }
        let shown = |path: &Path| self.old.shown(path);
        let renames = self.renames.iter();
        let renamed: HashMap<String, String> = renames
            .map(|(then, now)| (shown(then), shown(now)))
            .collect();
        run.outcome
            .keep_new(&old.outcome, |path| renamed.get(path).cloned());
        Ok(())
    }

    /// What was named, and what has been moved into it since.
    fn paths_then(&self, named: &[PathBuf]) -> Vec<PathBuf> {
        let folders: Vec<PathBuf> = named
            .iter()
            .map(|path| {
                let path = self.old.absolute(path);
                self.old.resolve(&path).unwrap_or(path)
            })
            .collect();
        let is_in = |path: &Path| folders.iter().any(|folder| path.starts_with(folder));
        let moved = self
            .renames
            .iter()
            .filter(|(then, now)| is_in(now) && !is_in(then) && crate::discover::is_candidate(now))
            .map(|(then, _)| then.clone());
        named.iter().cloned().chain(moved).collect()
    }
}

/// What is no part of the change is seen as it is: a root file system, a policy file that was
/// named.
fn with_disk(git: Git, request: &Request) -> Git {
    let root = match &request.host {
        Host::Root(root) => Some(root),
        _ => None,
    };
    let baseline = request.gate.named_baseline();
    let named = root.into_iter().chain(&request.config).chain(baseline);
    named.fold(git, |git, path| git.with_disk(path))
}
