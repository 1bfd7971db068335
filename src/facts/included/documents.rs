//! The documents that a configuration pulls in, for rules that look at them together with it.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{FileSet, IncludeCache, Matched, Purpose, Runners, SiblingFiles, find, recognize};
use crate::facts::credential_file::FileLookup;
use crate::schema;
use crate::source::LARGEST;
use crate::yaml::{Document, parse_first};

/// What a configuration pulls in, as far as it is YAML. Its lists are those of every configuration
/// that has the same pattern in the same folder.
#[derive(Debug, Default)]
pub struct IncludedDocuments {
    /// What each entry of `scrape_config_files` names.
    pub scrape_configs: Vec<Arc<FileSet>>,
    /// What each entry of `rule_files` names.
    pub rules: Vec<Arc<FileSet>>,
    /// The rule files that are keys of the same ConfigMap.
    pub rules_beside: Vec<Document>,
}

/// What has been read in one run: files that ten configurations share are parsed once.
#[derive(Debug, Default)]
pub(super) struct ReadFiles {
    documents: Mutex<HashMap<PathBuf, Option<Arc<Document>>>>,
    scrape_configs: Mutex<HashSet<PathBuf>>,
}

impl ReadFiles {
    /// Whether a file was read as one that `scrape_config_files` names.
    pub(super) fn is_scrape_config(&self, path: &Path) -> bool {
        lock(&self.scrape_configs).contains(path)
    }

    pub(super) fn document(&self, path: &Path, lookup: &FileLookup<'_>) -> Option<Arc<Document>> {
        if let Some(known) = lock(&self.documents).get(path) {
            return known.clone();
        }
        if lookup.deadline.is_over() {
            return None;
        }
        let document = read(path, lookup);
        lock(&self.documents).insert(path.to_owned(), document.clone());
        document
    }
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

fn read(path: &Path, lookup: &FileLookup<'_>) -> Option<Arc<Document>> {
    let bytes = lookup.tree.read(path, LARGEST).ok()?;
    let text = recognize::text(path, bytes, lookup.tree);
    let document = parse_first(&text).ok()?;
    schema::mark_secrets(&document);
    Some(Arc::new(document))
}

/// The rule files and the scrape jobs that a configuration in `folder` pulls in; one without a
/// folder may have rule files `beside` it.
#[must_use]
pub fn documents(
    document: &Document,
    folder: Option<&Path>,
    beside: &SiblingFiles<'_>,
    runners: &Runners<'_>,
    lookup: &FileLookup<'_>,
    cache: &IncludeCache,
) -> IncludedDocuments {
    let mut out = IncludedDocuments::default();
    for named in find(document, folder, runners, lookup, cache) {
        if named.purpose == Purpose::Rules {
            let texts = beside.matching(named.node.as_str().unwrap_or(""));
            let parsed = texts.into_iter().filter_map(|text| parse_first(text).ok());
            out.rules_beside.extend(parsed);
        }
        let Matched::Files(files) = named.matched else {
            continue;
        };
        let into = match named.purpose {
            Purpose::Rules => &mut out.rules,
            Purpose::ScrapeConfigs => {
                files.scrape_configs(|| {
                    let all = files.files().iter().cloned();
                    lock(&cache.read.scrape_configs).extend(all);
                });
                &mut out.scrape_configs
            }
            Purpose::Targets => continue,
        };
        // Read here, so that rules need not know how (`FileSet::parsed`).
        let _ = files.documents(|path| cache.read.document(path, lookup));
        into.push(files);
    }
    out
}
