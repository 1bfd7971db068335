//! Where the paths of compose files lead.

use std::path::{Path, PathBuf};

use super::{Project, counts_from};
use crate::facts::deployment::{folder_of, inside};
use crate::yaml::Node;

/// How many folders above a compose file its paths may count from: projects have few levels, and each is
/// asked for each path that leads nowhere.
const MOST_ABOVE: usize = 4;

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
            let is_base = || meant.starts_with(folder) || counts_from(self.home, folder, base);
            (is_there && is_base()).then_some(meant)
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
