//! The files that a pattern matches, and what has been found out of all of them together: a set that
//! many configurations name is gone through once, and not by each.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use super::cache::{IncludedPart, RuleFile};
use super::records::Records;
use crate::schema::rule_file::Need;
use crate::source::EntryKind;
use crate::work;
use crate::yaml::{Document, Node};

/// Files, in the order of their names.
#[derive(Debug, Default)]
pub struct FileSet {
    files: Vec<PathBuf>,
    /// The numbers of those that are not regular files, and what they are.
    irregular: OnceLock<Vec<(usize, Option<EntryKind>)>>,
    /// What is known of them as rule files, under the default name scheme and under the legacy one.
    rules: [OnceLock<RuleSet>; 2],
    documents: OnceLock<Vec<Option<Arc<Document>>>>,
    /// For each way of checking them as a part of a configuration: the numbers of those about which
    /// something else is reported in each.
    parts: Mutex<HashMap<IncludedPart, Arc<OnceLock<Vec<usize>>>>>,
    jobs: OnceLock<JobsByName>,
    targets: OnceLock<()>,
    /// Whether one of them, as a target file, may set the interval of its targets.
    sets_interval: OnceLock<bool>,
    broken: OnceLock<()>,
    scrape_configs: OnceLock<()>,
    picked: Mutex<HashMap<String, Picked>>,
    reported: Mutex<HashSet<String>>,
}

/// Nodes by the numbers of their files and their own.
type Picked = Arc<OnceLock<Arc<[(usize, u32)]>>>;

/// What is known of all files as rule files.
#[derive(Debug, Default)]
pub(super) struct RuleSet {
    pub(super) needs: Vec<Need>,
    /// The shortest `interval` of their groups, in milliseconds.
    pub(super) shortest_interval: Option<i64>,
    pub(super) records: Records,
}

impl RuleSet {
    /// What is known of some files, in their order.
    pub(super) fn of<'f>(files: impl Iterator<Item = (&'f Path, &'f RuleFile)> + Clone) -> Self {
        let each = files.clone().map(|(_, file)| file);
        Self {
            needs: each.clone().flat_map(|file| file.needs.clone()).collect(),
            shortest_interval: each.filter_map(|file| file.summary.shortest_interval).min(),
            records: Records::of(files),
        }
    }
}

/// The scrape jobs of all files by their names.
#[derive(Debug, Default)]
pub(super) struct JobsByName {
    /// The numbers of the files that have a job of a name, one for each such job.
    pub(super) files_of: HashMap<String, Vec<usize>>,
    /// The names that several files have, in the order of the files.
    pub(super) repeated: Vec<String>,
}

impl FileSet {
    pub(super) fn new(files: Vec<PathBuf>) -> Arc<Self> {
        Arc::new(Self {
            files,
            ..Self::default()
        })
    }

    /// The files.
    #[must_use]
    pub fn files(&self) -> &[PathBuf] {
        &self.files
    }

    pub(super) fn contains(&self, path: &Path) -> bool {
        self.files
            .binary_search_by(|file| file.as_path().cmp(path))
            .is_ok()
    }

    /// Calls `check` the first time that they have to be checked as target files.
    pub(super) fn targets(&self, check: impl FnOnce()) {
        work::count(1);
        self.targets.get_or_init(|| {
            work::count(self.files.len());
            check();
        });
    }

    /// Whether one of them may set the interval of its targets, as `look` says of each the first time.
    pub(super) fn sets_interval(&self, look: impl Fn(&Path) -> bool) -> bool {
        *self.sets_interval.get_or_init(|| {
            work::count(self.files.len());
            self.files.iter().any(|path| look(path))
        })
    }

    /// Calls `note` the first time that they have to be noted as files that `scrape_config_files`
    /// names.
    pub(super) fn scrape_configs(&self, note: impl FnOnce()) {
        self.scrape_configs.get_or_init(note);
    }

    /// Calls `say` the first time that it has to be said which of them can't be parsed.
    pub(super) fn broken(&self, say: impl FnOnce()) {
        self.broken.get_or_init(|| {
            work::count(self.files.len());
            say();
        });
    }

    /// Those that are not regular files.
    pub(super) fn irregular(
        &self,
        kind_of: impl Fn(&Path) -> Option<EntryKind>,
    ) -> impl Iterator<Item = (&Path, Option<EntryKind>)> {
        let find = || {
            work::count(self.files.len());
            let kinds = self.files.iter().map(|file| kind_of(file)).enumerate();
            kinds
                .filter(|(_, kind)| *kind != Some(EntryKind::File))
                .collect()
        };
        let irregular = self.irregular.get_or_init(find).iter();
        irregular.filter_map(|(number, kind)| Some((self.files.get(*number)?.as_path(), *kind)))
    }

    /// The regular ones; [`Self::irregular`] has been asked before.
    pub(super) fn regular(&self) -> impl Iterator<Item = &Path> {
        let irregular = self.irregular.get().map_or(&[][..], Vec::as_slice);
        let files = self.files.iter().enumerate();
        let is_regular = |number| {
            let found = irregular.binary_search_by_key(&number, |(number, _)| *number);
            found.is_err()
        };
        files
            .filter(move |(number, _)| is_regular(*number))
            .map(|(_, file)| file.as_path())
    }

    /// What is known of them as rule files.
    pub(super) fn rules(&self, legacy: bool, check: impl FnOnce() -> RuleSet) -> &RuleSet {
        let [default, of_legacy] = &self.rules;
        let rules = if legacy { of_legacy } else { default };
        rules.get_or_init(|| {
            work::count(self.files.len());
            check()
        })
    }

    /// The same, if [`Self::rules`] has been asked before.
    pub(super) fn known_rules(&self, legacy: bool) -> Option<&RuleSet> {
        let [default, of_legacy] = &self.rules;
        if legacy {
            of_legacy.get()
        } else {
            default.get()
        }
    }

    /// The documents of those that can be parsed, each with its path.
    pub(super) fn documents(
        &self,
        read: impl Fn(&Path) -> Option<Arc<Document>>,
    ) -> impl Iterator<Item = (&Path, Option<&Arc<Document>>)> {
        let read = || {
            work::count(self.files.len());
            self.files.iter().map(|file| read(file)).collect()
        };
        let documents: &Vec<Option<Arc<Document>>> = self.documents.get_or_init(read);
        let files = self.files.iter().map(PathBuf::as_path);
        files.zip(documents.iter().map(Option::as_ref))
    }

    /// The file of a number and its document, once [`Self::documents`] has been asked.
    pub(super) fn document(&self, number: usize) -> Option<(&Path, &Arc<Document>)> {
        let document = self.documents.get()?.get(number)?.as_ref()?;
        Some((self.files.get(number)?, document))
    }

    /// The documents, once `documents` has been asked.
    pub fn parsed(&self) -> impl Iterator<Item = &Document> {
        let documents = self.documents.get().map_or(&[][..], Vec::as_slice);
        documents.iter().flatten().map(AsRef::as_ref)
    }

    /// The nodes that `pick` picks out of the documents. It is called once for each of them, however
    /// many configurations ask; `question` is the same if and only if the picks are.
    pub fn picked<'d>(
        &'d self,
        question: &str,
        pick: &mut dyn FnMut(&'d Document) -> Vec<Node<'d>>,
    ) -> impl Iterator<Item = Node<'d>> + use<'d> {
        let all = Arc::clone(locked(&self.picked).entry(question.to_owned()).or_default());
        let find = || {
            work::count(self.files.len());
            let documents = self.documents.get().into_iter().flatten().enumerate();
            let parsed =
                documents.filter_map(|(number, document)| Some((number, document.as_ref()?)));
            let nodes = parsed.flat_map(|(number, document)| {
                let nodes = pick(document).into_iter();
                nodes.map(move |node| (number, node.number()))
            });
            nodes.collect()
        };
        let numbers = Arc::clone(all.get_or_init(find));
        let mut next = 0;
        std::iter::from_fn(move || {
            let (file, node) = *numbers.get(next)?;
            next += 1;
            work::count(1);
            self.document(file)?.1.numbered(node)
        })
    }

    /// Whether something has to be said about all of them for the first time.
    pub fn is_news(&self, what: &str) -> bool {
        work::count(1);
        locked(&self.reported).insert(what.to_owned())
    }

    /// The numbers of those that `check` says have to be checked in each configuration. It is called
    /// the first time that they have to be checked in this way; whether it was.
    pub(super) fn of_each(
        &self,
        part: IncludedPart,
        check: impl FnOnce() -> Vec<usize>,
    ) -> (Arc<OnceLock<Vec<usize>>>, bool) {
        let mut parts = locked(&self.parts);
        let of_part = Arc::clone(parts.entry(part).or_default());
        drop(parts);
        let mut is_first = false;
        of_part.get_or_init(|| {
            is_first = true;
            work::count(self.files.len());
            check()
        });
        (of_part, is_first)
    }

    /// The scrape jobs of all files; [`Self::documents`] has been asked before.
    pub(super) fn jobs<'d>(
        &'d self,
        jobs: impl Fn(&'d Document) -> Vec<(&'d str, Node<'d>)>,
    ) -> &'d JobsByName {
        self.jobs.get_or_init(|| {
            let mut all = JobsByName::default();
            for number in 0..self.files.len() {
                let Some((_, document)) = self.document(number) else {
                    continue;
                };
                for (name, _) in jobs(document) {
                    work::count(1);
                    let files = all.files_of.entry(name.to_owned()).or_default();
                    if files.len() == 1 && files.first() != Some(&number) {
                        all.repeated.push(name.to_owned());
                    }
                    files.push(number);
                }
            }
            all
        })
    }
}

fn locked<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

impl PartialEq for FileSet {
    fn eq(&self, other: &Self) -> bool {
        self.files == other.files
    }
}

impl Eq for FileSet {}
