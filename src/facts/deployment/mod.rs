//! What runs which configuration, and where the paths that it names come from.
//!
//! The model is drawn from compose files, manifests of Kubernetes and Dockerfiles of the tree by
//! [`read`]. [`belonging`] says which of the deployments run a configuration;
//! [`Belonging::resolve`] and [`Deployment::resolve`] lead from a path where Prometheus runs to
//! the file of the tree, the key of a Secret, or the reason why neither can be named.
//!
//! What is not in sight is never called missing: a variable without a value, an image of one's
//! own, a patch of a kustomization each make a path unknown. Paths of the tree that come out of
//! here are names; nothing is opened but the files handed in and the `.env` beside a compose file.

mod arguments;
mod belong;
mod compose;
mod dockerfile;
mod features;
mod folder;
mod image;
mod inside;
mod keys;
mod kubernetes;
mod model;
mod near;
mod network;
mod receiving;
mod resolve;
mod scan;
mod user;
mod variables;
mod written;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::Arc;

pub(crate) use arguments::VMAGENT_CONFIG;
pub use arguments::{Argument, Arguments};
pub use belong::{Belonging, Certainty, Held, Subject, belonging};
pub use features::Feature;
pub use image::Image;
pub use model::{
    ComposeFile, ComposeOrigin, Copied, Deployment, KeyItem, KeyPart, KeyVolume, Mount,
    MountSource, Outside, PartKind, Platform, ProvidedKey, Provider, Withheld,
};
pub use network::{Container, Hit, Named, Network, network};
pub use receiving::{Missing, Off, Receiving};
pub use resolve::{Access, NotMounted, Provided, Resolved};
pub use scan::{SourceFile, SourceKind, is_dockerfile, kinds, may_hold, wanted};
pub use user::{Rights, RunAs};
pub use written::{Content, Written};

use crate::source::Tree;

/// The deployments that some files tell of, in the order of the files' paths. `root` is the root of
/// the tree: what compose files and Dockerfiles name outside of it is the machine's own. Files that
/// [`kinds`] rules out are not parsed; files that can't be parsed tell nothing.
#[must_use]
pub fn read(tree: &dyn Tree, root: &Path, files: &[SourceFile]) -> Vec<Deployment> {
    let root = real(tree, root);
    let mut of_kind: Vec<(SourceKind, SourceFile)> = Vec::new();
    for file in files {
        let path = real(tree, &file.path);
        for kind in kinds(&path, file.text.content().as_bytes()) {
            let text = Arc::clone(&file.text);
            let path = path.clone();
            of_kind.push((kind, SourceFile { path, text }));
        }
    }
    of_kind.sort_by(|(_, a), (_, b)| a.path.cmp(&b.path));
    let only = |wanted: SourceKind| -> Vec<SourceFile> {
        let files = of_kind.iter().filter(|(kind, _)| *kind == wanted);
        files.map(|(_, file)| file.clone()).collect()
    };
    let dockerfiles = only(SourceKind::Dockerfile);
    let home = Home { tree, root: &root };
    let mut builds = dockerfile::Builds::new(home, &dockerfiles);
    let mut out = compose::read(home, &only(SourceKind::Compose), &mut builds);
    let (workloads, providers) = (only(SourceKind::Workload), only(SourceKind::Provider));
    out.extend(kubernetes::read(home, &workloads, &providers));
    out.extend(builds.unused());
    out.sort_by(|a, b| {
        let places = || a.place.order().cmp(&b.place.order());
        a.file.cmp(&b.file).then_with(places)
    });
    out
}

/// A path without links.
fn real(tree: &dyn Tree, path: &Path) -> PathBuf {
    tree.resolve(path).unwrap_or_else(|_| tree.absolute(path))
}

/// A tree and its root, absolute and without links.
#[derive(Clone, Copy, Debug)]
struct Home<'t> {
    tree: &'t dyn Tree,
    root: &'t Path,
}

impl Home<'_> {
    /// Whether a path is there and lies in the tree, links followed.
    fn holds(self, path: &Path) -> bool {
        self.tree.within(path, &[self.root]).unwrap_or(false)
    }
}

/// The folder of a file.
fn folder_of(file: &Path) -> PathBuf {
    file.parent().unwrap_or(file).to_owned()
}
