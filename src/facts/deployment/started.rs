//! The files of the tree that Prometheus is started with, whatever their names.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use memchr::memmem;

use super::arguments::VMAGENT_CONFIG;
use super::model::Deployment;
use super::resolve::Resolved;
use super::scan::{SourceFile, SourceKind, kinds, may_run_prometheus};
use super::{Sources, is_dockerfile};
use crate::source::Tree;

/// Whether a file may say which file Prometheus is started with: by its name and a scan of its
/// bytes. Of what makes ConfigMaps only generators count, since they alone take files.
#[must_use]
pub fn may_start(path: &Path, bytes: &[u8]) -> bool {
    is_dockerfile(path)
        || kinds(path, bytes).iter().any(|kind| match kind {
            SourceKind::Compose | SourceKind::Workload => true,
            SourceKind::Provider => memmem::find(bytes, b"Generator").is_some(),
            SourceKind::Service | SourceKind::Dockerfile => false,
        })
}

/// The files that the deployments in some files start Prometheus with, absolute and without links,
/// and whether that is sure: the official image runs, so nothing renders the file before.
#[must_use]
pub fn started(tree: &dyn Tree, root: &Path, files: &[SourceFile]) -> BTreeMap<PathBuf, bool> {
    let mut started = BTreeMap::new();
    if !files.iter().any(|file| may_run_prometheus(file.bytes())) {
        return started;
    }
    for deployment in Sources::new(tree, root, files).deployments(tree) {
        let Some((file, is_sure)) = file_of(&deployment, tree) else {
            continue;
        };
        *started.entry(file).or_default() |= is_sure;
    }
    started
}

fn file_of(deployment: &Deployment, tree: &dyn Tree) -> Option<(PathBuf, bool)> {
    let vmagent = deployment.arguments.value(VMAGENT_CONFIG);
    let path = match vmagent {
        Some((path, _)) => path.to_owned(),
        None => {
            deployment.prometheus.as_ref()?;
            deployment.config_file()
        }
    };
    let Resolved::Provided(found) = deployment.resolve(tree, &path) else {
        return None;
    };
    let file = tree.resolve(&found.tree_file?).ok()?;
    let is_inside = tree.within(&file, &[&deployment.root]).unwrap_or(false);
    let is_sure = vmagent.is_none() && deployment.known_image().is_some();
    is_inside.then_some((file, is_sure))
}
