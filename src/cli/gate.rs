//! What is accepted, and whose word on that counts: `--baseline` and `--config-from`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;

use super::request::Request;
use crate::source::{Folder, Git, GitError, Governed, Repository, Tree};

/// What is accepted.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Acceptance")]
pub(super) struct GateArgs {
    /// Hide the findings that are accepted in FILE, which `promvet baseline` writes [default:
    /// that of promvet.yaml]
    #[arg(long, value_name = "FILE")]
    pub(super) baseline: Option<PathBuf>,
    /// Take promvet.yaml, the baseline and the ignore files from REV, a git revision, and report
    /// the suppressions that were added since: for changes that nobody has approved yet
    #[arg(long, value_name = "REV")]
    pub(super) config_from: Option<String>,
}

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
    tree: Git,
    /// What it is called.
    name: String,
    /// Old and new path of files that were renamed since.
    renames: Vec<(PathBuf, PathBuf)>,
}

impl Gate {
    /// What the arguments ask for.
    ///
    /// # Errors
    /// Git can't show the revision.
    pub(super) fn new(args: &GateArgs, request: &Request) -> Result<Self, GitError> {
        let config_from = match &args.config_from {
            Some(revision) => Some(Arc::new(ConfigFrom::new(revision, request)?)),
            None => None,
        };
        let baseline = args.baseline.clone();
        Ok(Self {
            baseline: baseline.map_or(BaselineFrom::Policy, BaselineFrom::File),
            config_from,
        })
    }

    /// Does some work over a tree as the revision governs it.
    pub(super) fn over<T>(&self, tree: &dyn Tree, work: impl FnOnce(&dyn Tree) -> T) -> T {
        match &self.config_from {
            Some(base) => work(&Governed::new(tree, &base.tree)),
            None => work(tree),
        }
    }

    /// Where policies and baselines are read from.
    pub(super) fn policy_tree<'t>(&'t self, tree: &'t dyn Tree) -> &'t dyn Tree {
        match &self.config_from {
            Some(base) => &base.tree,
            None => tree,
        }
    }

    /// The baseline that was named, if it is read as it lies on the disk.
    pub(super) fn named_baseline(&self) -> Option<&PathBuf> {
        match (&self.baseline, &self.config_from) {
            (BaselineFrom::File(path), None) => Some(path),
            _ => None,
        }
    }

    /// What kept git from showing a file of the revision, if that happened.
    pub(super) fn failure(&self) -> Option<String> {
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
            renames: repository.renames(&tree, false)?,
        })
    }

    /// The files of the revision.
    pub(super) fn tree(&self) -> &Git {
        &self.tree
    }

    /// What it is called.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// The path that a file had then.
    pub(super) fn then<'p>(&'p self, now: &'p Path) -> &'p Path {
        let mut renames = self.renames.iter();
        let renamed = renames.find(|(_, new)| new == now);
        renamed.map_or(now, |(old, _)| old)
    }
}
