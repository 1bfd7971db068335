//! The documents that a configuration pulls in, for rules that look at them together with it.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{IncludeCache, Matched, Purpose, Runners, SiblingFiles, find, recognize};
use crate::facts::credential_file::Lookup;
use crate::schema;
use crate::source::LARGEST;
use crate::yaml::{Document, parse_first};

/// What a configuration pulls in, as far as it is YAML.
#[derive(Debug, Default)]
pub struct Documents {
    /// What `scrape_config_files` names.
    pub scrape_configs: Vec<Arc<Document>>,
    /// What `rule_files` names.
    pub rules: Vec<Arc<Document>>,
}

/// What has been read in one run: files that ten configurations share are parsed once.
#[derive(Debug, Default)]
pub(super) struct Read {
    documents: Mutex<HashMap<PathBuf, Option<Arc<Document>>>>,
    scrape_configs: Mutex<HashSet<PathBuf>>,
}

impl Read {
    /// Whether a file was read as one that `scrape_config_files` names.
    pub(super) fn is_scrape_config(&self, path: &Path) -> bool {
        lock(&self.scrape_configs).contains(path)
    }

    pub(super) fn document(&self, path: &Path, lookup: &Lookup<'_>) -> Option<Arc<Document>> {
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

fn read(path: &Path, lookup: &Lookup<'_>) -> Option<Arc<Document>> {
    let bytes = lookup.tree.read(path, LARGEST).ok()?;
    let text = recognize::text(path, bytes, lookup.tree);
    let document = parse_first(&text).ok()?;
    schema::mark_secrets(&document);
    Some(Arc::new(document))
}

/// The rule files and the scrape jobs that a configuration in `folder` pulls in, each once; one
/// without a folder may have rule files `beside` it.
#[must_use]
pub fn documents(
    document: &Document,
    folder: Option<&Path>,
    beside: &SiblingFiles<'_>,
    runners: &Runners<'_>,
    lookup: &Lookup<'_>,
    cache: &IncludeCache,
) -> Documents {
    let mut out = Documents::default();
    let mut seen = HashSet::new();
    for named in find(document, folder, runners, lookup, cache) {
        let into = match named.purpose {
            Purpose::Rules => &mut out.rules,
            Purpose::ScrapeConfigs => &mut out.scrape_configs,
            Purpose::Targets => continue,
        };
        if named.purpose == Purpose::Rules {
            let texts = beside.matching(named.node.as_str().unwrap_or(""));
            let parsed = texts.into_iter().filter_map(|text| parse_first(text).ok());
            into.extend(parsed.map(Arc::new));
        }
        let Matched::Files(files) = named.matched else {
            continue;
        };
        let read = |path: &Path| cache.read.document(path, lookup);
        for (path, document) in files.documents(read) {
            if seen.insert((named.purpose, path.to_owned())) {
                into.extend(document.cloned());
                if named.purpose == Purpose::ScrapeConfigs {
                    lock(&cache.read.scrape_configs).insert(path.to_owned());
                }
            }
        }
    }
    out
}
