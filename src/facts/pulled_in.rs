//! The files that a configuration includes, for those who look into them.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError};

use super::Facts;
use super::included::{self, Matched, Purpose};
use crate::discover::EmbeddedIn;
use crate::finding::Text;
use crate::source::LARGEST;
use crate::yaml::Document;

impl Facts<'_> {
    /// The files that a configuration in `folder`, or in what holds it, includes and that lie in its
    /// tree, each with what it is for.
    #[must_use]
    pub fn pulled_in(
        &self,
        document: &Document,
        folder: Option<&Path>,
        holder: Option<&EmbeddedIn>,
    ) -> Vec<(Purpose, PathBuf)> {
        let runners = self.runners_of(document, folder, holder);
        let named =
            included::find(document, folder, &runners, &self.files, &self.cache).into_iter();
        let files = named.flat_map(|one| match one.matched {
            Matched::Files(files) => {
                let files = files.files().iter();
                files.map(|file| (one.purpose, file.clone())).collect()
            }
            _ => Vec::new(),
        });
        files.collect()
    }

    /// Whether no one has asked so of this file yet: what many configurations include is looked
    /// into once.
    #[must_use]
    pub fn is_first_look(&self, path: &Path) -> bool {
        let mut looked_at = self
            .looked_at
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        looked_at.insert(path.to_owned())
    }

    /// What is in a file of the tree, if it can be read.
    #[must_use]
    pub fn text(&self, path: &Path) -> Option<Arc<Text>> {
        let bytes = self.files.tree.read(path, LARGEST).ok()?;
        Some(included::recognize::text(path, bytes, self.files.tree))
    }
}
