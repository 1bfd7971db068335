//! What of included files has been looked at in one run.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::documents::Read;
use crate::schema::Scheme;
use crate::schema::rule_file::Need;

/// What a rule file needs, once it has been checked.
type Needs = Arc<OnceLock<Vec<Need>>>;

/// What of included files has been checked in one run: a rule file that ten configurations share
/// is read once.
#[derive(Debug, Default)]
pub struct Shelf {
    targets: Mutex<HashSet<PathBuf>>,
    needs: Mutex<HashMap<(PathBuf, bool), Needs>>,
    pub(super) read: Read,
}

impl Shelf {
    /// Whether [`super::documents`] has found a file to be a part of another configuration.
    #[must_use]
    pub fn is_scrape_config(&self, path: &Path) -> bool {
        self.read.is_scrape_config(path)
    }

    /// Whether it is the first time that a target file is to be checked.
    pub(super) fn is_new(&self, path: &Path) -> bool {
        let mut targets = self.targets.lock().unwrap_or_else(PoisonError::into_inner);
        targets.insert(path.to_owned())
    }

    /// The features that a rule file needs; `check` is called the first time that a file is to be
    /// checked in this way.
    pub(super) fn needs(
        &self,
        path: &Path,
        names: Option<Scheme>,
        check: impl FnOnce() -> Vec<Need>,
    ) -> Needs {
        let key = (path.to_owned(), names == Some(Scheme::Legacy));
        let mut needs = self.needs.lock().unwrap_or_else(PoisonError::into_inner);
        let of_file = Arc::clone(needs.entry(key).or_default());
        drop(needs);
        of_file.get_or_init(check);
        of_file
    }
}
