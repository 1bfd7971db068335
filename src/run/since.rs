//! Only what a change made worse: the same check over the tree of a revision, and what both find
//! is left out.
//!
//! Both trees are read and surveyed, but what is the same in both is parsed once; and of the old tree,
//! only what can take something out of the report is judged.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::judging::JudgedFiles;
use super::no_longer_read::{ReadBefore, RevisionContent};
use super::pipeline::{SurveyedRun, run_alone};
use super::request::{Request, Run, Side, Since};
use super::survey::{ParsedAlready, walk_of};
use super::watch::WatchStage;
use crate::discover::FileContent;
use crate::facts::PathBase;
use crate::finding::rule::group_of;
use crate::finding::{Text, rule};
use crate::policy::PolicyError;
use crate::rules::{self, NativeCheck};
use crate::source::{Changed, Folder, Git, GitError, LARGEST, Repository, Tree, collapse};

/// Runs, and leaves out what is older than what it is compared with.
pub(super) fn run(since: &Since, request: &Request, tree: &dyn Tree) -> Run {
    examined(since, request, tree).unwrap_or_else(Run::failed)
}

fn examined(since: &Since, request: &Request, tree: &dyn Tree) -> Result<Run, GitError> {
    let compared = || Comparison::new(since, request);
    let mut comparison = request.watch.stage(WatchStage::Git, 0, compared)?;
    let mut request = Request {
        // Both trees are read alike, so that only what the change does is new.
        all_tracked: comparison.changed.has_left_out,
        is_plain_change: !since.is_fixed,
        side: Some(Side::New),
        ..request.with(comparison.changed.clone())
    };
    let mut notes = Vec::new();
    let old = comparison.survey_old(&mut request, &mut notes);
    let mut run = run_alone(&request, comparison.checked().unwrap_or(tree));
    if run.policy_errors.is_empty() {
        comparison.keep_new(old, &mut run, &mut notes)?;
    }
    run.notes.splice(..0, notes);
    Ok(run)
}

/// What is compared with what.
#[derive(Debug)]
struct Comparison {
    /// What is checked, if it is not the work tree.
    staged: Option<Git>,
    old: Git,
    /// What the old tree is called.
    name: String,
    /// Old and new path of renamed files.
    renames: Vec<(PathBuf, PathBuf)>,
    /// What is not as the old tree has it.
    changed: Changed,
    /// Policy files of the old tree that are broken.
    broken: BTreeSet<Arc<str>>,
}

/// What was found in the old tree.
struct OldTreeFindings {
    request: Request,
    surveyed: SurveyedRun,
}

impl Comparison {
    fn new(since: &Since, request: &Request) -> Result<Self, GitError> {
        let revision = since.revision.as_deref();
        let disk = Folder::here().map_err(GitError::NoGit)?;
        let repository = Repository::of(&disk, &request.paths)?;
        let tree = match revision {
            Some(revision) => repository.tree_of(revision)?,
            None => repository.tree_of_head()?,
        };
        let index = match since.staged {
            true => Some(with_disk(repository.index()?, request)),
            false => None,
        };
        let old = with_disk(repository.revision(&tree)?, request);
        let walk = walk_of(request);
        let changed = repository.changed(&old, index.as_ref(), &request.paths, &walk)?;
        Ok(Self {
            staged: index,
            old,
            changed,
            name: revision.unwrap_or("HEAD").to_owned(),
            broken: BTreeSet::new(),
            renames: repository.renames(&tree)?,
        })
    }

    /// The tree that is checked, if it is not the work tree.
    fn checked(&self) -> Option<&dyn Tree> {
        self.staged.as_ref().map(|git| git as &dyn Tree)
    }

    /// What the same check finds in the old tree before it judges, and in the request for the new one
    /// what was read there. What is worth saying is added to `notes`.
    fn survey_old(&mut self, request: &mut Request, notes: &mut Vec<String>) -> OldTreeFindings {
        let old = self.surveyed(request, notes);
        let renames = self.renames.iter();
        let renames: HashMap<&Path, &Path> = renames
            .map(|(then, now)| (then.as_path(), now.as_path()))
            .collect();
        // A file of many resources is in there once for each, in order.
        let mut files: Vec<_> = old.surveyed.files().collect();
        files.sort();
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
        let before = RevisionContent {
            name: self.name.clone(),
            files: files.collect(),
        };
        request.before = Some(before.into());
        request.is_plain_change &=
            self.changed.is_local && old.surveyed.is_of_yaml(&self.changed.files, &self.old);
        let survey = old.surveyed.survey();
        request.parsed = survey.map(|survey| ParsedAlready::of(survey, request).into());
        old
    }

    fn surveyed(&mut self, request: &Request, notes: &mut Vec<String>) -> OldTreeFindings {
        let request = Request {
            paths: self.paths_then(&request.paths),
            side: Some(Side::Old),
            before: None,
            parsed: None,
            ..request.clone()
        };
        let mut surveyed = SurveyedRun::new(&request, &self.old);
        while self.forget(surveyed.policy_errors(), &request, notes) {
            surveyed = SurveyedRun::new(&request, &self.old);
        }
        OldTreeFindings { request, surveyed }
    }

    /// Takes broken policy files out of the old tree; whether there was one. Without one file,
    /// another that extends it may be broken. Those of --config-from are not of this tree, and end
    /// the run.
    fn forget(
        &mut self,
        errors: &[PolicyError],
        request: &Request,
        notes: &mut Vec<String>,
    ) -> bool {
        let before = self.broken.len();
        for error in errors {
            let path = error.place.path();
            if request.gate.config_from.is_none() && self.broken.insert(Arc::clone(path)) {
                notes.push(format!(
                    "{path} of {} has errors, so the comparison is made without it",
                    self.name
                ));
                self.old.forget(path);
            }
        }
        self.broken.len() > before
    }

    /// Judges the old tree as far as it matters to a run over the new one.
    fn judged(&mut self, old: OldTreeFindings, run: &Run, notes: &mut Vec<String>) -> Run {
        let only = self.only(&old, run);
        let OldTreeFindings { request, surveyed } = old;
        let mut old = surveyed.judged(&request, only.as_ref(), &self.old);
        // A baseline is read when everything is judged.
        while self.forget(&old.policy_errors, &request, notes) {
            let OldTreeFindings { request, surveyed } = self.surveyed(&request, notes);
            old = surveyed.judged(&request, None, &self.old);
        }
        old
    }

    /// The files of the old tree, as it shows them, in which something is reported now: only what is
    /// found in the same file can take it out of the report. None if it is not known what finds it.
    fn only(&self, old: &OldTreeFindings, run: &Run) -> Option<JudgedFiles> {
        let renamed: HashMap<String, String> = self
            .renames
            .iter()
            .map(|(then, now)| (self.old.shown(now), self.old.shown(then)))
            .collect();
        let survey = old.surveyed.survey()?;
        let reached = run.reached.as_ref();
        // What is found in any other file may be found when another one is judged: rules, web
        // configurations.
        let is_own = |what: &FileContent| {
            matches!(
                what,
                FileContent::Configuration { .. }
                    | FileContent::Broken { .. }
                    | FileContent::Encoded { .. }
            )
        };
        let seen = survey.seen.iter();
        let seen = seen.filter(|seen| is_own(&seen.recognized.what));
        let seen: HashSet<&str> = seen.map(|seen| &*seen.found.shown).collect();
        // They are listed whatever else is found.
        let unread = survey.unread.iter().map(|(found, _)| &*found.shown);
        let unread: HashSet<&str> = unread.collect();
        let findings = run.outcome.findings().iter();
        let findings = findings.map(|it| &**it.finding.place.path());
        let unchecked = run.outcome.unchecked().iter();
        let unchecked = unchecked.map(|it| &**it.place.path());
        let now: HashSet<&str> = findings.chain(unchecked).collect();
        let then = now.iter().filter_map(|path| renamed.get(*path));
        let then: HashSet<&str> = then.map(String::as_str).collect();
        let is_elsewhere = |path: &&&str| {
            let there = self.old.absolute(Path::new(path));
            !seen.contains(**path) && !unread.contains(**path) && self.old.metadata(&there).is_ok()
        };
        if now.union(&then).find(is_elsewhere).is_some() {
            return reached.map(|reached| JudgedFiles {
                files: reached.clone(),
                trees: true,
                reached: Some(reached.clone()),
            });
        }
        let files = now.union(&then).filter(|path| seen.contains(**path));
        // What a comment hides decides whether it is of use.
        let of_trees = |name: &str| {
            let page = rules::find(name);
            let is_of_trees =
                page.is_some_and(|page| matches!(page.check, Some(NativeCheck::Tree(_))));
            is_of_trees || group_of(name) == rule::GROUP_SUPPRESSIONS
        };
        let mut findings = run.outcome.findings().iter();
        Some(JudgedFiles {
            files: files.map(|path| (*path).to_owned()).collect(),
            trees: findings.any(|it| of_trees(&it.finding.rule)),
            reached: reached.cloned(),
        })
    }

    /// Leaves out of a run what the old tree has too.
    fn keep_new(
        mut self,
        old: OldTreeFindings,
        run: &mut Run,
        notes: &mut Vec<String>,
    ) -> Result<(), GitError> {
        let mut old = self.judged(old, run, notes);
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
        PathBase::Root(root) => Some(root),
        _ => None,
    };
    let baseline = request.gate.named_baseline();
    let named = root.into_iter().chain(&request.config).chain(baseline);
    named.fold(git, |git, path| git.with_disk(path))
}
