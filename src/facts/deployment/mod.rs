//! What runs which configuration, and where the paths that it names come from.
//!
//! The model is drawn from compose files, manifests of Kubernetes and Dockerfiles of the tree by
//! [`read`]. [`belonging`] says which of the deployments run a configuration;
//! [`RunningDeployment::resolve`] and [`Deployment::resolve`] lead from a path where Prometheus runs to
//! the file of the tree, the key of a Secret, or the reason why neither can be named.
//!
//! What is not in the tree is never called missing: a variable without a value, an image that the
//! project builds, a patch of a kustomization each make a path unknown. Paths of the tree that come
//! out of here are names; nothing is opened but the files handed in and the `.env` beside a compose
//! file.

mod arguments;
mod belong;
mod by_path;
mod commands;
mod compose;
mod dockerfile;
mod environment;
mod features;
mod folder;
mod image;
mod inside;
mod keys;
mod kubernetes;
mod lines;
mod mentions;
mod model;
mod near;
mod network;
mod programs;
mod receiving;
mod resolve;
mod scan;
mod started;
mod unit;
mod user;
mod variables;
mod writers;
mod written;

#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

pub use arguments::{Argument, Arguments};
pub(crate) use arguments::{IMAGE_CONFIG, VMAGENT_CONFIG};
pub use belong::{
    DeployedConfiguration, Deployments, HeldKey, RunCertainty, RunningDeployment, belonging,
    reading, shows, started_with,
};
pub use environment::{ContainerEnvironment, Variable};
pub use features::FeatureStatus;
pub use image::{Image, bare_name};
pub(crate) use inside::on_disk;
pub use kubernetes::{GATEWAY_USERS, Service};
pub(crate) use lines::{may_be_command, of_texts};
pub(crate) use mentions::{Mention, Mentioned, may_mention, mentions, name_of};
pub use model::{
    ComposeOrigin, ComposeSecretOrConfig, Copied, Deployment, KeyItem, KeyVolume, Mount,
    MountSource, Outside, PartKind, Platform, PodNetwork, ProvidedKey, Provider, RenamedObject,
    VolumeSource, Withheld,
};
pub use network::{
    AnsweringContainer, ContainerNetworks, NetworkContainer, NetworkMode, NetworkName,
    Surroundings, Together, network,
};
pub(crate) use programs::is_of as runs_program;
pub use receiving::{Missing, Receiving, RemoteWriteOffReason};
pub(crate) use resolve::AtPath;
pub use resolve::{Access, NotMounted, Provided, ResolvedPath};
pub use scan::{SourceFile, SourceKind, is_dockerfile, kinds, may_hold, wanted};
pub(crate) use scan::{may_be_chart, may_run_prometheus};
pub use started::{ArgumentSource, ManifestKey, ProgramStart, Starts, may_start, started, starts};
pub(crate) use unit::{is_quadlet, is_unit, may_start_prometheus, of_quadlets};
pub use user::{DeployedRights, RunAs};
pub use written::{HiddenContent, ProvidedValue};

use crate::source::{EntryKind, Tree};

/// The deployments that some files describe, in the order of the files' paths. `root` is the root of
/// the tree: what compose files and Dockerfiles name outside of it is the machine's own. Files that
/// [`kinds`] rules out are not parsed; files that can't be parsed tell nothing.
#[must_use]
pub fn read(tree: &dyn Tree, root: &Path, files: &[SourceFile]) -> Vec<Deployment> {
    DeploymentSources::new(tree, root, files).deployments(tree)
}

/// The files that describe deployments, by what they may be, each list in the order of the paths.
#[derive(Clone, Debug, Default)]
pub struct DeploymentSources {
    /// The root of the tree, without links.
    root: PathBuf,
    compose: Vec<SourceFile>,
    workloads: Vec<SourceFile>,
    providers: Vec<SourceFile>,
    services: Vec<SourceFile>,
    operated: Vec<SourceFile>,
    charts: Vec<SourceFile>,
    releases: Vec<SourceFile>,
    dockerfiles: Vec<SourceFile>,
    committed: Committed,
}

impl DeploymentSources {
    /// Those among some files, by their names and a scan of their bytes.
    #[must_use]
    pub fn new(tree: &dyn Tree, root: &Path, files: &[SourceFile]) -> Self {
        let mut out = Self {
            root: real(tree, root),
            ..Self::default()
        };
        let mut folders = HashMap::new();
        for file in files {
            out.add(file.at(real_file(tree, &file.path, &mut folders)));
        }
        for list in out.lists() {
            list.sort_by(|a, b| a.path.cmp(&b.path));
        }
        out
    }

    /// Puts a file in place of the one at its path, if there was one. Everything that was not
    /// replaced stays parsed.
    pub fn replace(&mut self, tree: &dyn Tree, file: &SourceFile) {
        let path = real_file(tree, &file.path, &mut HashMap::new());
        self.remove(&path);
        self.add(file.at(path));
        for list in self.lists() {
            // Nearly sorted already.
            list.sort_by(|a, b| a.path.cmp(&b.path));
        }
    }

    /// Takes a file out, by its path without links.
    pub fn remove(&mut self, path: &Path) {
        for list in self.lists() {
            list.retain(|file| file.path != path);
        }
    }

    fn add(&mut self, file: SourceFile) {
        for kind in kinds(&file.path, file.bytes()) {
            let list = match kind {
                SourceKind::Compose => &mut self.compose,
                SourceKind::Workload => &mut self.workloads,
                SourceKind::Provider => &mut self.providers,
                SourceKind::Service => &mut self.services,
                SourceKind::Operated => &mut self.operated,
                SourceKind::Chart => &mut self.charts,
                SourceKind::Release => &mut self.releases,
                SourceKind::Dockerfile => &mut self.dockerfiles,
            };
            list.push(file.clone());
        }
    }

    fn lists(&mut self) -> [&mut Vec<SourceFile>; 8] {
        [
            &mut self.compose,
            &mut self.workloads,
            &mut self.providers,
            &mut self.services,
            &mut self.operated,
            &mut self.charts,
            &mut self.releases,
            &mut self.dockerfiles,
        ]
    }

    /// All that makes Secrets and ConfigMaps.
    pub(super) fn objects(&self, tree: &dyn Tree) -> Objects {
        let home = Home {
            tree,
            root: &self.root,
            committed: &self.committed,
            every: false,
            others: false,
        };
        Objects(kubernetes::Objects::read(home, &self.providers))
    }

    /// Whether there are files that may be resources of the Operator, or values for them.
    pub(super) fn has_operated(&self) -> bool {
        !self.operated.is_empty()
    }

    /// What the Prometheus Operator runs by them.
    pub(super) fn operated(&self, tree: &dyn Tree, objects: &Objects) -> Vec<Deployment> {
        let home = Home {
            tree,
            root: &self.root,
            committed: &self.committed,
            every: false,
            others: false,
        };
        kubernetes::operated::operated(home, &self.operated, &objects.0)
    }

    /// Whether there are files that may be values of the chart `prometheus`.
    pub(super) fn has_charts(&self) -> bool {
        !self.charts.is_empty()
    }

    /// What the chart `prometheus` starts by them.
    pub(super) fn charted(&self, tree: &dyn Tree, objects: &Objects) -> Vec<Deployment> {
        let home = Home {
            tree,
            root: &self.root,
            committed: &self.committed,
            every: false,
            others: false,
        };
        kubernetes::chart::charted(home, &self.charts, &objects.0)
    }

    /// The deployments that they describe.
    #[must_use]
    pub fn deployments(&self, tree: &dyn Tree) -> Vec<Deployment> {
        self.read(tree, false, false)
    }

    /// All containers that they describe, whatever runs in them.
    pub(super) fn containers(&self, tree: &dyn Tree) -> Vec<Deployment> {
        self.read(tree, true, false)
    }

    /// The containers that run other programs that send.
    pub(super) fn programs(&self, tree: &dyn Tree) -> Vec<Deployment> {
        let mut all = self.read(tree, true, true);
        all.retain(programs::is_one);
        all
    }

    fn read(&self, tree: &dyn Tree, every: bool, others: bool) -> Vec<Deployment> {
        let home = Home {
            tree,
            root: &self.root,
            committed: &self.committed,
            every,
            others,
        };
        let mut builds = dockerfile::Builds::new(home, &self.dockerfiles);
        let mut out = compose::read(home, &self.compose, &mut builds);
        out.extend(kubernetes::read(home, &self.workloads, &self.providers));
        out.extend(builds.unused());
        out.sort_by(|a, b| {
            let places = || a.place.order().cmp(&b.place.order());
            a.file.cmp(&b.file).then_with(places)
        });
        out
    }
}

/// All that makes Secrets and ConfigMaps in a tree.
pub(super) struct Objects(kubernetes::Objects);

impl Objects {
    /// Everything that makes one.
    pub(super) fn all(&self) -> impl Iterator<Item = &Arc<Provider>> {
        self.0.all()
    }

    /// What makes a Secret or ConfigMap of a name; one without a namespace may be in any.
    pub(super) fn of(
        &self,
        makes: &'static str,
        name: &str,
        namespace: Option<&str>,
    ) -> Vec<Arc<Provider>> {
        self.0.of(makes, name, namespace)
    }

    /// The names of those that are made in a namespace, in order.
    pub(super) fn names<'p>(&'p self, makes: &'p str, namespace: Option<&'p str>) -> Vec<&'p str> {
        self.0.names(makes, namespace)
    }
}

/// A path without links.
fn real(tree: &dyn Tree, path: &Path) -> PathBuf {
    tree.resolve(path).unwrap_or_else(|_| tree.absolute(path))
}

/// The same for a file, with the folders that were resolved before.
fn real_file(tree: &dyn Tree, path: &Path, folders: &mut HashMap<PathBuf, PathBuf>) -> PathBuf {
    let is_link = tree
        .metadata(path)
        .is_ok_and(|meta| meta.kind == EntryKind::Link);
    let (Some(folder), Some(name), false) = (path.parent(), path.file_name(), is_link) else {
        return real(tree, path);
    };
    if let Some(known) = folders.get(folder) {
        return known.join(name);
    }
    let found = real(tree, folder);
    let path = found.join(name);
    folders.insert(folder.to_owned(), found);
    path
}

/// A tree and its root, absolute and without links.
#[derive(Clone, Copy, Debug)]
struct Home<'t> {
    tree: &'t dyn Tree,
    root: &'t Path,
    committed: &'t Committed,
    /// Whether what does not seem to run Prometheus is wanted too.
    every: bool,
    /// Whether manifests count that name none but other programs that send.
    others: bool,
}

impl Home<'_> {
    /// Whether a path is there and is in the tree, links followed.
    fn holds(self, path: &Path) -> bool {
        self.tree.within(path, &[self.root]).unwrap_or(false)
    }
}

/// The files that git tracks below a root, asked for once.
#[derive(Clone, Debug, Default)]
struct Committed(OnceLock<Option<BTreeSet<PathBuf>>>);

impl Committed {
    /// Whether a file is one of the repository's own, links followed; true outside of a repository,
    /// and false if git cannot tell.
    fn holds(&self, tree: &dyn Tree, root: &Path, file: &Path) -> bool {
        let Ok(real) = tree.resolve(file) else {
            return false;
        };
        if [file, &real]
            .iter()
            .any(|path| tree.is_ignored_by_git(path, root))
        {
            return false;
        }
        let find = || {
            tree.tracked_by_git(root)
                .unwrap_or_else(|_| Some(BTreeSet::new()))
        };
        let tracked = self.0.get_or_init(find).as_ref();
        tracked.is_none_or(|tracked| tracked.contains(&real))
    }
}

/// The folder of a file.
fn folder_of(file: &Path) -> PathBuf {
    file.parent().unwrap_or(file).to_owned()
}
