//! The files that a configuration includes, for those who look into them.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError};

use memchr::memmem;

use super::Facts;
use super::included::{self, Matched, NamedPath, Purpose, glob};
use crate::discover;
use crate::discover::EmbeddedIn;
use crate::finding::Text;
use crate::needle;
use crate::source::LARGEST;
use crate::yaml::{Document, Node, parse_first};

/// Whether a file may name rule files.
pub(super) fn names_rules(bytes: &[u8]) -> bool {
    needle::has("rule_files", bytes)
}

/// Whether a file may hold rules.
#[must_use]
pub fn may_be_rules(bytes: &[u8]) -> bool {
    let mut words = [&b"groups"[..], b"rules", b"expr"].into_iter();
    words.all(|word| memmem::find(bytes, word).is_some())
}

impl Facts<'_> {
    /// The files that a configuration in `folder`, or in what holds it, includes and that are in its
    /// tree, each with what it is for.
    #[must_use]
    pub fn pulled_in(
        &self,
        document: &Document,
        folder: Option<&Path>,
        holder: Option<&EmbeddedIn>,
    ) -> Vec<(Purpose, PathBuf)> {
        let named = self.named_files(document, folder, holder).into_iter();
        let files = named.flat_map(|named| match named.matched {
            Matched::Files(files) => {
                let files = files.files().iter();
                files.map(|file| (named.purpose, file.clone())).collect()
            }
            _ => Vec::new(),
        });
        files.collect()
    }

    /// The paths and patterns of a configuration that name files, and what each leads to.
    #[must_use]
    pub fn named_files<'d>(
        &self,
        document: &'d Document,
        folder: Option<&Path>,
        holder: Option<&EmbeddedIn>,
    ) -> Vec<NamedPath<'d>> {
        let runners = self.runners_of(document, folder, holder);
        included::find(document, folder, &runners, &self.files, &self.cache)
    }

    /// A file that a configuration includes; none if it cannot be read, or is not YAML.
    #[must_use]
    pub fn included_document(&self, path: &Path) -> Option<Arc<Document>> {
        self.cache.document(path, &self.files)
    }

    /// Whether another file of the tree, a configuration of Prometheus, loads a file of rules.
    #[must_use]
    pub fn is_loaded(&self, path: &Path) -> bool {
        let in_tree = self.shared.loaders().iter().any(|document| {
            let file = self.absolute(document.text().path());
            let files = self.pulled_in(document, file.parent(), None);
            files.contains(&(Purpose::Rules, path.to_owned()))
        });
        in_tree || self.is_loaded_from_above(path)
    }

    /// The same of the folders between a file and where promvet was started: without a repository or a
    /// policy, the tree of a named file is its folder.
    fn is_loaded_from_above(&self, path: &Path) -> bool {
        let tree = self.files.tree;
        let between = path.ancestors().skip(1);
        let between = between.take_while(|folder| folder.starts_with(tree.base()));
        let outside = between.filter(|folder| !folder.starts_with(&self.files.bounds));
        let files = outside.flat_map(|folder| tree.list(folder).unwrap_or_default());
        let named_yaml = files.filter(|file| discover::has_yaml_name(file));
        let mut patterns = named_yaml.flat_map(|file| self.rule_patterns(&file));
        patterns.any(|pattern| glob::is_path_of(&pattern, path))
    }

    /// The patterns of `rule_files` of a configuration that is a file, each from the root on.
    fn rule_patterns(&self, file: &Path) -> Vec<PathBuf> {
        let bytes = self.files.tree.read(file, LARGEST).unwrap_or_default();
        if !names_rules(&bytes) {
            return Vec::new();
        }
        let text = Text::new(self.files.tree.shown(file), bytes);
        let Ok(document) = parse_first(&text) else {
            return Vec::new();
        };
        let list = document.root().and_then(|root| root.get("rule_files"));
        let patterns = list.into_iter().flat_map(Node::items);
        let patterns = patterns.filter_map(|node| {
            let pattern = node.as_str()?.trim_start_matches("./");
            Some(file.parent()?.join(pattern))
        });
        patterns.collect()
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
