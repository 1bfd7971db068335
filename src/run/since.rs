//! Only what a change made worse: the same check over the tree of a revision, and what both find
//! is left out.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::no_longer_read::{Before, ReadBefore};
use super::pipeline;
use super::request::{Request, Run, Side};
use super::survey::walk_of;
use crate::facts::Host;
use crate::finding::Text;
use crate::source::{Changed, Folder, Git, GitError, LARGEST, Repository, Tree, collapse};

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
    /// What is not as the old tree has it.
    changed: Changed,
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
        let old = with_disk(repository.revision(&tree)?, request);
        let walk = walk_of(request);
        let changed = repository.changed(&old, index.as_ref(), &request.paths, &walk)?;
        Ok(Some(Self {
            staged: index,
            old,
            changed,
            name: since.unwrap_or("HEAD").to_owned(),
            renames: repository.renames(&tree)?,
        }))
    }

    /// What is not as the old tree has it.
    pub(crate) fn changed(&self) -> &Changed {
        &self.changed
    }

    /// The tree that is checked, if it is not the work tree.
    pub(crate) fn checked(&self) -> Option<&dyn Tree> {
        self.staged.as_ref().map(|git| git as &dyn Tree)
    }

    /// The same check over the old tree, and in the request for the new one what was read there.
    /// What is worth saying is added to `notes`.
    pub(crate) fn judge_old(&mut self, request: &mut Request, notes: &mut Vec<String>) -> Run {
        let old = self.run_old(request, notes);
        let renames = self.renames.iter();
        let renames: HashMap<&Path, &Path> = renames
            .map(|(then, now)| (then.as_path(), now.as_path()))
            .collect();
        // A file of many resources is in there once for each, in order.
        let mut files: Vec<_> = old.outcome.files().iter().collect();
        files.dedup_by(|next, one| next.path == one.path && next.dialect == one.dialect);
        let mut texts: HashMap<PathBuf, Option<Arc<Text>>> = HashMap::new();
        let files = files.into_iter().map(|file| {
            let path = collapse(&self.old.absolute(Path::new(&*file.path)));
            let folder = path.parent().unwrap_or(&path);
            let folder = self
                .old
                .resolve(folder)
                .unwrap_or_else(|_| folder.to_owned());
            let path = path
                .file_name()
                .map_or(folder.clone(), |name| folder.join(name));
            let renamed = renames.get(&*path).copied();
            let now = renamed.map_or_else(|| path.clone(), Path::to_path_buf);
            let is_changed = request.changed.contains(&now);
            let text = texts.entry(now.clone()).or_insert_with(|| {
                let bytes = is_changed.then(|| self.old.read(&path, LARGEST).ok());
                let text = |bytes| Text::new(Arc::clone(&file.path), bytes);
                bytes.flatten().map(text)
            });
            ReadBefore {
                text: text.clone(),
                is_renamed: renamed.is_some(),
                path: now,
                dialect: file.dialect.clone(),
            }
        });
        let before = Before {
            name: self.name.clone(),
            files: files.collect(),
        };
        request.before = Some(before.into());
        old
    }

    fn run_old(&mut self, request: &Request, notes: &mut Vec<String>) -> Run {
        let request = Request {
            paths: self.paths_then(&request.paths),
            side: Some(Side::Old),
            ..request.clone()
        };
        let mut old = pipeline::run(&request, &self.old);
        let mut broken: BTreeSet<Arc<str>> = BTreeSet::new();
        // Without one file, another that extends it may be broken. Those of --config-from are not of
        // this tree, and end the run.
        while !old.policy_errors.is_empty() && request.gate.config_from.is_none() {
            let before = broken.len();
            for error in &old.policy_errors {
                let path = error.place.path();
                if broken.insert(Arc::clone(path)) {
                    notes.push(format!(
                        "{path} of {} has errors, so the comparison is made without it",
                        self.name
                    ));
                    self.old.forget(path);
                }
            }
            if broken.len() == before {
                break;
            }
            old = pipeline::run(&request, &self.old);
        }
        old
    }

    /// Leaves out of a run what the old tree has too.
    pub(crate) fn keep_new(self, mut old: Run, run: &mut Run) -> Result<(), GitError> {
        if old.outcome.is_incomplete() {
            run.problems.append(&mut old.problems);
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
        let renamed = |path: &str| renamed.get(path).cloned();
        // A fault that is old is new to a program that loads the file only now.
        let loaded = std::mem::take(&mut run.loaded).since(&old.loaded, renamed);
        run.outcome
            .keep_new(&old.outcome, renamed, |place| loaded.holds(place));
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

/// What is not part of the change is seen as it is: a root file system, a policy file that was
/// named.
pub(super) fn with_disk(git: Git, request: &Request) -> Git {
    let root = match &request.host {
        Host::Root(root) => Some(root),
        _ => None,
    };
    let baseline = request.gate.named_baseline();
    let named = root.into_iter().chain(&request.config).chain(baseline);
    named.fold(git, |git, path| git.with_disk(path))
}
