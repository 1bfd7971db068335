//! What is accepted, and which revision's word on that counts.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::request::Request;
use super::survey::walk_of;
use crate::source::{Changed, Folder, Git, GitError, Repository, Tree, TreeWithHead};

/// Which baseline counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum BaselineFrom {
    /// That of the policy, if it names one.
    #[default]
    Policy,
    /// This file.
    File(PathBuf),
    /// None.
    Nowhere,
}

/// What is accepted, and whose word on that counts.
#[derive(Clone, Debug, Default)]
pub struct Gate {
    /// Which baseline counts.
    pub baseline: BaselineFrom,
    /// The revision whose policy counts.
    pub config_from: Option<Arc<ConfigFrom>>,
}

/// A revision whose policy, baseline and ignore files count.
#[derive(Debug)]
pub struct ConfigFrom {
    repository: Repository,
    tree: Git,
    /// What it is called.
    name: String,
    /// Old and new path of files that were renamed since.
    renames: Vec<(PathBuf, PathBuf)>,
}

impl Gate {
    /// A baseline in place of the policy's, and the revision whose policy counts.
    ///
    /// # Errors
    /// Git can't show the revision.
    pub(crate) fn new(
        baseline: Option<&Path>,
        config_from: Option<&str>,
        request: &Request,
    ) -> Result<Self, GitError> {
        let config_from = match config_from {
            Some(revision) => Some(Arc::new(ConfigFrom::new(revision, request)?)),
            None => None,
        };
        Ok(Self {
            baseline: baseline.map_or(BaselineFrom::Policy, |path| {
                BaselineFrom::File(path.to_path_buf())
            }),
            config_from,
        })
    }

    /// Does some work over a tree as the revision governs it.
    pub(crate) fn over<T>(&self, tree: &dyn Tree, work: impl FnOnce(&dyn Tree) -> T) -> T {
        match &self.config_from {
            Some(base) => work(&TreeWithHead::new(tree, &base.tree)),
            None => work(tree),
        }
    }

    /// Where policies and baselines are read from.
    pub(crate) fn policy_tree<'t>(&'t self, tree: &'t dyn Tree) -> &'t dyn Tree {
        match &self.config_from {
            Some(base) => &base.tree,
            None => tree,
        }
    }

    /// The baseline that was named, if it is read as it is on the disk.
    pub(crate) fn named_baseline(&self) -> Option<&PathBuf> {
        match (&self.baseline, &self.config_from) {
            (BaselineFrom::File(path), None) => Some(path),
            _ => None,
        }
    }

    /// What kept git from showing a file of the revision, if that happened.
    pub(crate) fn failure(&self) -> Option<String> {
        let failure = self.config_from.as_ref()?.tree.failure()?;
        Some(failure.to_string())
    }
}

impl ConfigFrom {
    fn new(revision: &str, request: &Request) -> Result<Self, GitError> {
        let disk = Folder::here().map_err(GitError::NoGit)?;
        let repository = Repository::of(&disk, &request.paths)?;
        let tree = repository.tree_of(revision)?;
        Ok(Self {
            tree: repository.revision(&tree)?,
            name: crate::source::shown(Path::new(revision)),
            renames: repository.renames(&tree)?,
            repository,
        })
    }

    /// The files of the revision.
    pub(crate) fn tree(&self) -> &Git {
        &self.tree
    }

    /// What it is called.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The absolute paths of what is not as the revision has it.
    ///
    /// # Errors
    /// Git failed.
    pub(crate) fn changed(&self, request: &Request) -> Result<Changed, GitError> {
        let walk = walk_of(request);
        self.repository
            .changed(&self.tree, None, &request.paths, &walk)
    }

    /// The path that a file had then.
    pub(crate) fn then<'p>(&'p self, now: &'p Path) -> &'p Path {
        let mut renames = self.renames.iter();
        let renamed = renames.find(|(_, new)| new == now);
        renamed.map_or(now, |(old, _)| old)
    }
}
