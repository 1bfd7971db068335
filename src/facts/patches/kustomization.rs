//! What a kustomization reaches.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::super::deployment::on_disk;
use super::{DEEPEST, REFERRING};
use crate::yaml::Node;

/// The files and folders of a kustomization's resources.
#[derive(Debug, Default)]
pub(super) struct KustomizationReach(BTreeSet<PathBuf>);

/// A kustomization: its folder and what it refers to.
pub(super) struct Kustomization<'d> {
    pub(super) folder: PathBuf,
    pub(super) root: Node<'d>,
}

impl KustomizationReach {
    pub(super) fn of(
        kustomization: &Kustomization<'_>,
        all: &BTreeMap<PathBuf, Kustomization<'_>>,
    ) -> Self {
        let mut out = Self::default();
        out.add(kustomization, all, 0);
        out
    }

    fn add(
        &mut self,
        kustomization: &Kustomization<'_>,
        all: &BTreeMap<PathBuf, Kustomization<'_>>,
        depth: usize,
    ) {
        if depth > DEEPEST {
            return;
        }
        for key in REFERRING {
            let items = kustomization
                .root
                .get(key)
                .into_iter()
                .flat_map(Node::items);
            for path in items.filter_map(Node::as_str) {
                let path = on_disk(&kustomization.folder, path);
                if !self.0.insert(path.clone()) {
                    continue;
                }
                if let Some(base) = all.get(&path) {
                    self.add(base, all, depth + 1);
                }
            }
        }
    }

    pub(super) fn has(&self, file: &Path) -> bool {
        self.0.contains(file)
    }
}
