//! What of included files has been looked at in one run.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::FoundAtPath;
use super::documents::ReadFiles;
use crate::facts::credential_file::FileLookup;
use crate::finding::{Finding, Span};
use crate::schema::Scheme;
use crate::schema::rule_file::{Need, RuleFileSummary};
use crate::yaml::Document;

/// A file of scrape jobs, what it inherits, and what it is checked for.
pub(super) type IncludedPart = (PathBuf, Option<String>, String);

/// What is known of a rule file, once it has been checked.
#[derive(Clone, Debug, Default)]
pub(super) struct RuleFile {
    /// What it needs.
    pub(super) needs: Vec<Need>,
    /// What others want to know of it.
    pub(super) summary: RuleFileSummary,
}

/// Names that examples in a folder are copied to, and the first example for each.
type Examples = HashMap<String, String>;

type RuleFiles = HashMap<(PathBuf, bool), Arc<OnceLock<RuleFile>>>;

/// What of included files has been checked in one run: a rule file that ten configurations share
/// is read once.
#[derive(Debug, Default)]
pub struct IncludeCache {
    found: Mutex<HashMap<PathBuf, Arc<OnceLock<FoundAtPath>>>>,
    targets: Mutex<HashSet<PathBuf>>,
    rule_files: Mutex<RuleFiles>,
    pairs: Mutex<HashSet<(PathBuf, PathBuf, Span)>>,
    examples: Mutex<HashMap<PathBuf, Arc<Examples>>>,
    comparisons: Mutex<HashSet<Vec<usize>>>,
    parts: Mutex<HashMap<IncludedPart, Arc<OnceLock<bool>>>>,
    pub(super) read: ReadFiles,
}

impl IncludeCache {
    /// Whether [`super::documents`] has found a file to be a part of another configuration.
    #[must_use]
    pub fn is_scrape_config(&self, path: &Path) -> bool {
        self.read.is_scrape_config(path)
    }

    /// A file that a configuration includes, read once; none if it is not YAML.
    pub(in crate::facts) fn document(
        &self,
        path: &Path,
        lookup: &FileLookup<'_>,
    ) -> Option<Arc<Document>> {
        self.read.document(path, lookup)
    }

    /// What is at a path or matches a pattern, looked for once.
    pub(super) fn found(&self, path: &Path, look: impl FnOnce() -> FoundAtPath) -> FoundAtPath {
        let mut all = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        let found = Arc::clone(all.entry(path.to_owned()).or_default());
        drop(all);
        found.get_or_init(look).clone()
    }

    /// The examples in a folder, looked for once, however many files are missing there.
    pub(super) fn examples(&self, folder: &Path, look: impl FnOnce() -> Examples) -> Arc<Examples> {
        let all = self.examples.lock();
        let mut all = all.unwrap_or_else(PoisonError::into_inner);
        let examples = all
            .entry(folder.to_owned())
            .or_insert_with(|| Arc::new(look()));
        Arc::clone(examples)
    }

    /// Whether it is the first time that a target file has to be checked.
    pub(super) fn is_new(&self, path: &Path) -> bool {
        let mut targets = self.targets.lock().unwrap_or_else(PoisonError::into_inner);
        targets.insert(path.to_owned())
    }

    /// What is wrong with a file of scrape jobs, the first time that it is checked as a part of a
    /// configuration with such a `global` section: of files that include each other, each is
    /// checked once, and not by each. Findings that name the section as evidence are those of each:
    /// whether there are any.
    pub(super) fn first_findings(
        &self,
        part: IncludedPart,
        check: impl Fn() -> Vec<Finding>,
    ) -> (Vec<Finding>, bool) {
        let mut parts = self.parts.lock().unwrap_or_else(PoisonError::into_inner);
        let checked = Arc::clone(parts.entry(part).or_default());
        drop(parts);
        let mut findings = Vec::new();
        let names_others = *checked.get_or_init(|| {
            findings = check();
            let names_others = |finding: &Finding| {
                let mut evidence = finding.evidence.iter();
                evidence.any(|evidence| evidence.place.path() != finding.place.path())
            };
            findings.iter().any(names_others)
        });
        if names_others && findings.is_empty() {
            return (check(), true);
        }
        (findings, names_others)
    }

    /// What is known of a rule file; `check` is called the first time that a file has to be checked
    /// in this way.
    pub(super) fn rule_file(
        &self,
        path: &Path,
        names: Option<Scheme>,
        check: impl FnOnce() -> RuleFile,
    ) -> Arc<OnceLock<RuleFile>> {
        let key = (path.to_owned(), names == Some(Scheme::Legacy));
        let all = self.rule_files.lock();
        let mut all = all.unwrap_or_else(PoisonError::into_inner);
        let of_file = Arc::clone(all.entry(key).or_default());
        drop(all);
        of_file.get_or_init(check);
        of_file
    }

    /// Whether it is the first time that some sets of rules are held against each other. They are
    /// known by their addresses, which live as long as this does.
    pub(super) fn is_new_comparison(&self, sets: impl Iterator<Item = usize>) -> bool {
        let all = self.comparisons.lock();
        let mut all = all.unwrap_or_else(PoisonError::into_inner);
        all.insert(sets.collect())
    }

    /// Whether it is the first time that something has to be said at a span of a file because of
    /// another file.
    pub(super) fn is_new_pair(&self, file: &Path, span: Span, other: &Path) -> bool {
        let mut pairs = self.pairs.lock().unwrap_or_else(PoisonError::into_inner);
        pairs.insert((file.to_owned(), other.to_owned(), span))
    }
}
