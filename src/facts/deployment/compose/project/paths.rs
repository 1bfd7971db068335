//! Where the paths of compose files lead.

use std::path::{Path, PathBuf};

use memchr::memmem;

use super::overrides::BASES;
use super::{Project, counts_from};
use crate::facts::deployment::{folder_of, inside};
use crate::finding::Text;
use crate::yaml::{Document, Node, parse_first};

/// How many folders above a compose file its paths may count from: projects have few levels, and each is
/// asked for each path that leads nowhere.
const MOST_ABOVE: usize = 4;

/// The key of an `include` from which the paths of what it includes count.
const KEY: &str = "project_directory";

/// Larger files are not compose files that people write.
const LARGEST: u64 = 1 << 20;

impl Project<'_> {
    /// The folder that paths written at a node count from. Those of a service that another one extends
    /// count from its own file (compose-spec 05-services.md, "Relative resources").
    pub(in super::super) fn folder_for(&self, node: Node<'_>) -> PathBuf {
        let path = node.document().text().path();
        let mut own = self.layers.iter().map(|layer| layer.document.text().path());
        if own.any(|own| own == path) {
            return self.folder.clone();
        }
        folder_of(&self.home.tree.absolute(Path::new(&**path)))
    }

    /// A path of a compose file, as the path of a tree or of the machine.
    pub(in super::super) fn host_path(&self, written: &str) -> Option<PathBuf> {
        self.host_path_from(&self.folder, written)
    }

    /// The same for one that counts from another folder.
    pub(in super::super) fn host_path_from(&self, folder: &Path, written: &str) -> Option<PathBuf> {
        if written.starts_with('~') || written.starts_with('\\') || is_drive(written) {
            return None;
        }
        let path = inside::on_disk(folder, written);
        if !path.starts_with(self.root) {
            return None;
        }
        let is_lost = !written.starts_with('/') && !self.home.holds(&path);
        let other = is_lost.then(|| self.based_above(folder, written)).flatten();
        Some(other.unwrap_or(path))
    }

    /// What a path leads to from a folder above its own that `--project-directory` may name (docker/compose
    /// `cmd/compose/compose.go`): into the own folder again, or where a command around says so. Files have usual
    /// names, so what lies elsewhere proves nothing by itself.
    fn based_above(&self, folder: &Path, written: &str) -> Option<PathBuf> {
        let mut above = folder.ancestors().skip(1).take(MOST_ABOVE);
        above.find_map(|base| {
            let meant = inside::on_disk(base, written);
            let is_there = meant.starts_with(self.root) && self.home.holds(&meant);
            let is_base = || {
                meant.starts_with(folder)
                    || self.is_included_with(base)
                    || counts_from(self.home, folder, base)
            };
            (is_there && is_base()).then_some(meant)
        })
    }

    /// Whether a compose file around includes this one with a `project_directory`, from which its paths count
    /// (compose-spec 14-include.md, "Long syntax").
    fn is_included_with(&self, base: &Path) -> bool {
        let mut above = self.file.ancestors().skip(1).take(1 + MOST_ABOVE);
        above.any(|folder| {
            let mut files = BASES.iter().map(|name| folder.join(name));
            files.any(|file| self.includes_with(&file, folder, base))
        })
    }

    /// Whether a compose file in a folder does. It may have no services, and few have the key.
    fn includes_with(&self, file: &Path, folder: &Path, base: &Path) -> bool {
        let Ok(bytes) = self.home.tree.read(file, LARGEST) else {
            return false;
        };
        if memmem::find(&bytes, KEY.as_bytes()).is_none() {
            return false;
        }
        let text = Text::new(&*self.home.tree.shown(file), bytes.to_vec());
        let document = parse_first(&text).ok();
        let root = document.as_ref().and_then(Document::root);
        let list = root.and_then(|root| root.get("include"));
        let leads = |node: Node<'_>, to: &Path| {
            let text = node.as_str();
            text.is_some_and(|text| inside::on_disk(folder, text) == to)
        };
        list.into_iter().flat_map(Node::items).any(|entry| {
            let path = entry.get("path");
            let listed = path.into_iter().flat_map(Node::items);
            let mut paths = listed.chain(path);
            entry.get(KEY).is_some_and(|node| leads(node, base))
                && paths.any(|node| leads(node, &self.file))
        })
    }

    /// Whether a text has the default of a variable in it that nothing of the tree sets: the deployment
    /// may set it.
    pub(in super::super) fn has_default(&self, written: &str) -> bool {
        written.split("${").skip(1).any(|rest| {
            let length = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
            let (name, operator) = rest.split_at(length.unwrap_or(rest.len()));
            let is_set = || {
                self.expand(&format!("${{{name}}}"))
                    .is_some_and(|value| !value.is_empty())
            };
            operator.trim_start_matches(':').starts_with('-') && !is_set()
        })
    }
}

/// `C:\…` and `C:/…`.
pub(in super::super) fn is_drive(path: &str) -> bool {
    let mut chars = path.chars();
    let letter = chars.next().is_some_and(|c| c.is_ascii_alphabetic());
    letter && chars.next() == Some(':') && matches!(chars.next(), Some('\\' | '/'))
}
