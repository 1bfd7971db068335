//! Which deployments run a configuration.
//!
//! One that names the configuration on its command line runs it. One that mounts it does, most
//! likely. Where none does either, the only Prometheus in the configuration's folder or above it
//! is taken for its own, unless it is known to run another one; of several each is possible.

mod index;

use std::path::{Path, PathBuf};

pub use index::Deployments;

use super::inside;
use super::model::{ComposeOrigin, Deployment, Mount, MountSource, PartKind, VolumeSource};
use super::programs::{is_of, is_one};
use super::resolve::{Provided, ResolvedPath};
use super::written::ProvidedValue;
use crate::discover::program::VMAGENT;
use crate::finding::{Evidence, nearest};
use crate::source::Tree;

/// A configuration, as far as a deployment can know of it.
#[derive(Clone, Copy, Debug)]
pub struct DeployedConfiguration<'s> {
    /// The file that holds it.
    pub file: &'s Path,
    /// The key of a ConfigMap or Secret, or the config of docker compose, that it is, if it is one.
    pub held: Option<HeldKey<'s>>,
}

/// A key of a ConfigMap or Secret, or a config of docker compose.
#[derive(Clone, Copy, Debug)]
pub struct HeldKey<'s> {
    /// `ConfigMap`, `Secret` or `config`.
    pub kind: &'s str,
    /// The object's name.
    pub name: &'s str,
    /// Its namespace, if it is written.
    pub namespace: Option<&'s str>,
    /// The key; for a config its name.
    pub key: &'s str,
}

/// How sure it is that a deployment runs a configuration. The order is that of sureness.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RunCertainty {
    /// One of several that may.
    Doubtful,
    /// Nothing speaks against it.
    Likely,
    /// It names the configuration, or mounts it where Prometheus looks.
    Certain,
}

/// A deployment that runs, or may run, a configuration.
#[derive(Clone, Debug)]
pub struct RunningDeployment<'d> {
    /// The deployment.
    pub deployment: &'d Deployment,
    /// How sure that is.
    pub certainty: RunCertainty,
    /// The path of the configuration where Prometheus runs.
    pub path: String,
    /// How that is known.
    pub evidence: Vec<Evidence>,
}

impl<'d> RunningDeployment<'d> {
    /// That of a deployment which promvet.yaml describes.
    #[must_use]
    pub fn declared(deployment: &'d Deployment) -> Self {
        Self {
            deployment,
            certainty: RunCertainty::Certain,
            path: deployment.config_file(),
            evidence: Vec::new(),
        }
    }

    /// Where a path that the configuration names comes from. A relative one counts from the
    /// configuration's own folder.
    #[must_use]
    pub fn resolve(&self, tree: &dyn Tree, path: &str) -> ResolvedPath<'d> {
        self.deployment
            .resolve_from(tree, inside::folder(&self.path), path)
    }

    /// The folder of the configuration where Prometheus runs.
    #[must_use]
    pub fn folder(&self) -> String {
        inside::folder(&self.path).to_owned()
    }

    /// The absolute form of a path that the configuration names.
    #[must_use]
    pub fn path_of(&self, path: &str) -> String {
        inside::join(inside::folder(&self.path), path)
    }
}

/// The deployments that run a configuration, or may; the surest first, and only those as sure as
/// the surest.
#[must_use]
pub fn belonging<'d>(
    tree: &dyn Tree,
    deployments: &'d Deployments,
    subject: &DeployedConfiguration<'_>,
) -> Vec<RunningDeployment<'d>> {
    if deployments.all.is_empty() {
        return Vec::new();
    }
    let file = real(tree, subject);
    let subject = DeployedConfiguration {
        file: &file,
        ..*subject
    };
    let mounting: Vec<_> = deployments
        .mounting(&subject)
        .filter_map(|deployment| by_mount(tree, deployment, &subject))
        .collect();
    let surest = mounting.iter().map(|mount| mount.certainty).max();
    match surest {
        Some(surest) if surest > RunCertainty::Doubtful => {
            let mounting = mounting.into_iter();
            let surest = mounting.filter(|mount| mount.certainty == surest).collect();
            of_own_file(surest, &subject)
        }
        // Part of a file gets to Prometheus only by a mount.
        _ if subject.held.is_some() => Vec::new(),
        _ => by_folder(tree, deployments, &subject),
    }
}

/// The deployments that mount a file of the tree where Prometheus is told to look.
#[must_use]
pub fn started_with<'d>(
    tree: &dyn Tree,
    deployments: &'d Deployments,
    file: &Path,
) -> Vec<&'d Deployment> {
    let subject = DeployedConfiguration { file, held: None };
    let file = real(tree, &subject);
    let subject = DeployedConfiguration {
        file: &file,
        ..subject
    };
    let is_it = |deployment: &&Deployment| {
        let path = deployment.config_file();
        let mut mounts = deployment.mounts.iter().filter(|mount| mount.path == path);
        mounts.any(|mount| matches!(&mount.source, MountSource::Tree(source) if *source == file))
    };
    deployments.mounting(&subject).filter(is_it).collect()
}

/// The containers that run another program, named by its word in reports, with a configuration of
/// it, or with endpoints on its command line.
#[must_use]
pub fn reading<'d>(
    tree: &dyn Tree,
    programs: &'d Deployments,
    subject: &DeployedConfiguration<'_>,
    word: &str,
) -> Vec<RunningDeployment<'d>> {
    let file = real(tree, subject);
    let subject = DeployedConfiguration {
        file: &file,
        ..*subject
    };
    let mut found: Vec<_> = match word == VMAGENT {
        true => sending(programs, &file, &tree.shown(&file)),
        false => {
            let all = programs.mounting(&subject);
            all.filter(|deployment| is_of(deployment, word))
                .filter_map(|deployment| by_mount(tree, deployment, &subject))
                .collect()
        }
    };
    if word == VMAGENT {
        // Which of several sends to an endpoint is not known.
        let certainty = match found.len() {
            1 => RunCertainty::Certain,
            _ => RunCertainty::Doubtful,
        };
        found.iter_mut().for_each(|hit| hit.certainty = certainty);
    }
    of_own_file(found, &subject)
}

/// Where the links to a file lead.
fn real(tree: &dyn Tree, subject: &DeployedConfiguration<'_>) -> PathBuf {
    tree.resolve(subject.file)
        .unwrap_or_else(|_| tree.absolute(subject.file))
}

/// The containers of a file that run vmagent with endpoints.
fn sending<'d>(programs: &'d Deployments, file: &Path, shown: &str) -> Vec<RunningDeployment<'d>> {
    let is_there = |deployment: &&Deployment| {
        deployment.file == file || deployment.others.iter().any(|other| other == file)
    };
    let all = programs
        .all
        .iter()
        .filter(|deployment| is_of(deployment, VMAGENT));
    all.filter(is_there)
        .filter_map(|deployment| {
            let urls = deployment.arguments.values("remoteWrite.url");
            // What another file lays over the flags takes their place.
            let mut places = urls.into_iter().map(|(_, place)| place);
            let place = places.find(|place| &**place.path() == shown)?;
            Some(RunningDeployment {
                deployment,
                certainty: RunCertainty::Likely,
                path: inside::join(deployment.folder.as_deref().unwrap_or("/"), "vmagent"),
                evidence: vec![Evidence {
                    place: place.clone(),
                    message: format!("{} sends there", deployment.name),
                }],
            })
        })
        .collect()
}

/// Of several deployments that mount an object, those in its own file: the others belong to another
/// variant of the same setup, with an object of the same name.
fn of_own_file<'d>(
    mut found: Vec<RunningDeployment<'d>>,
    subject: &DeployedConfiguration<'_>,
) -> Vec<RunningDeployment<'d>> {
    let is_own = |deployment: &RunningDeployment<'_>| deployment.deployment.file == subject.file;
    if subject.held.is_some() && found.iter().any(is_own) {
        found.retain(is_own);
    }
    found
}

/// What a deployment's mounts say to a configuration.
fn by_mount<'d>(
    tree: &dyn Tree,
    deployment: &'d Deployment,
    subject: &DeployedConfiguration<'_>,
) -> Option<RunningDeployment<'d>> {
    let started = deployment.config_file();
    let mut found: Option<RunningDeployment<'d>> = None;
    for mount in &deployment.mounts {
        let Some(path) = path_of(tree, mount, subject) else {
            continue;
        };
        // What a longer mount hides is not there.
        if !leads_to(deployment, tree, &path, mount) {
            continue;
        }
        let alone = inside::below(&path, &mount.path) == Some("");
        let certainty = match (path == started, alone) {
            (true, _) => RunCertainty::Certain,
            _ if is_one(deployment) && deployment.arguments.names(&path) => RunCertainty::Certain,
            (false, true) => RunCertainty::Likely,
            // The file that Prometheus was told to take is not there, and this one is meant.
            _ if is_meant(tree, deployment, &path) => RunCertainty::Likely,
            // Other programs take all files of a folder, or are told which.
            _ if deployment.prometheus.is_none() && is_one(deployment) => RunCertainty::Likely,
            // A folder around it says little: Prometheus was told to take another file.
            (false, false) => RunCertainty::Doubtful,
        };
        if found
            .as_ref()
            .is_none_or(|found| found.certainty < certainty)
        {
            let message = format!("{} has the configuration at `{path}`", deployment.name);
            let evidence = vec![Evidence {
                place: mount.place.clone(),
                message,
            }];
            found = Some(RunningDeployment {
                deployment,
                certainty,
                path,
                evidence,
            });
        }
    }
    found.filter(|running_deployment| {
        deployment.prometheus.is_some() || running_deployment.certainty > RunCertainty::Doubtful
    })
}

/// Whether a deployment has a configuration at a path.
#[must_use]
pub fn shows(
    tree: &dyn Tree,
    deployment: &Deployment,
    subject: &DeployedConfiguration<'_>,
    path: &str,
) -> bool {
    let file = real(tree, subject);
    let subject = DeployedConfiguration {
        file: &file,
        ..*subject
    };
    let wanted = inside::join(deployment.folder.as_deref().unwrap_or("/"), path);
    let mut mounts = deployment.mounts.iter();
    mounts.any(|mount| {
        path_of(tree, mount, &subject).is_some_and(|path| path == wanted)
            && leads_to(deployment, tree, &wanted, mount)
    })
}

/// Whether the file that Prometheus is started with does not exist, and a path is spelled almost like
/// it: `prometheus.yml` for `prometheus.yaml`.
fn is_meant(tree: &dyn Tree, deployment: &Deployment, path: &str) -> bool {
    let started = deployment.config_file();
    let (wanted, found) = (inside::name(&started), inside::name(path));
    inside::folder(&started) == inside::folder(path)
        && nearest(wanted, [found]).is_some()
        && match deployment.resolve(tree, &started) {
            ResolvedPath::NotMounted(_) => true,
            ResolvedPath::Provided(found) => {
                let file = found.tree_file.filter(|_| found.written.is_none());
                file.is_some_and(|file| tree.metadata(&file).is_err())
            }
            _ => false,
        }
}

/// Whether looking a path up ends in a mount.
fn leads_to(deployment: &Deployment, tree: &dyn Tree, path: &str, mount: &Mount) -> bool {
    let resolved = deployment.resolve(tree, path);
    matches!(resolved, ResolvedPath::Provided(Provided { mount: found, .. }) if std::ptr::eq(found, mount))
}

/// The path at which a mount shows a configuration.
fn path_of(tree: &dyn Tree, mount: &Mount, subject: &DeployedConfiguration<'_>) -> Option<String> {
    let of_file = |source: &Path| {
        // A file around the configuration is not the configuration.
        if subject.held.is_some() {
            return None;
        }
        let below = subject.file.strip_prefix(source).ok()?.to_str()?;
        Some(inside::join(&mount.path, below))
    };
    match &mount.source {
        MountSource::Tree(source) => of_file(source),
        MountSource::Copied(copied) => of_file(copied.from.as_deref()?),
        MountSource::Compose(file) => match &file.from {
            ComposeOrigin::File(path) => of_file(path).filter(|_| path == subject.file),
            ComposeOrigin::Content(written) => {
                let held = subject.held.filter(|held| held.kind == "config")?;
                let is_it = held.key == file.name && is_of_file(tree, written, subject.file);
                is_it.then(|| mount.path.clone())
            }
            _ => None,
        },
        MountSource::Keys(volume) => {
            let name = volume
                .parts
                .iter()
                .rev()
                .find_map(|part| name_in(part, subject))?;
            match &mount.sub_path {
                None => Some(inside::join(&mount.path, &name)),
                Some(sub) => Some(inside::join(&mount.path, inside::below(&name, sub)?)),
            }
        }
        MountSource::Outside(_) | MountSource::Unknown(_) => None,
    }
}

/// Whether a value is in a file.
fn is_of_file(tree: &dyn Tree, written: &ProvidedValue, file: &Path) -> bool {
    let path = Path::new(&**written.place.path());
    let path = tree.resolve(path).unwrap_or_else(|_| tree.absolute(path));
    path == file
}

/// The file that a configuration becomes in a volume.
fn name_in(part: &VolumeSource, subject: &DeployedConfiguration<'_>) -> Option<String> {
    let PartKind::Object {
        kind,
        name,
        providers,
    } = &part.kind
    else {
        return None;
    };
    let held = subject.held.filter(|held| {
        let mut namespaces = providers
            .iter()
            .map(|provider| provider.namespace.as_deref());
        let elsewhere = held.namespace.is_some()
            && !providers.is_empty()
            && !namespaces.any(|candidate| candidate == held.namespace);
        held.kind == *kind && held.name == name && !elsewhere
    });
    let by_file = || {
        if subject.held.is_some() {
            return None;
        }
        let mut keys = providers.iter().flat_map(|provider| &provider.keys);
        keys.find(|(_, key)| key.file.as_deref() == Some(subject.file))
            .map(|(name, _)| name.as_str())
    };
    let key = held.map(|held| held.key).or_else(by_file)?;
    match &part.items {
        None => Some(key.to_owned()),
        Some(items) => items
            .iter()
            .find(|item| item.key == key)
            .map(|item| item.path.clone()),
    }
}

/// The Prometheus whose files are in the configuration's folder or above it.
fn by_folder<'d>(
    tree: &dyn Tree,
    deployments: &'d Deployments,
    subject: &DeployedConfiguration<'_>,
) -> Vec<RunningDeployment<'d>> {
    let free: Vec<_> = deployments
        .around(subject.file)
        .filter(|deployment| !runs_another(tree, deployment, subject))
        .collect();
    let certainty = if free.len() == 1 {
        RunCertainty::Likely
    } else {
        RunCertainty::Doubtful
    };
    let belonging = |deployment: &'d Deployment| {
        let message = match certainty {
            RunCertainty::Likely => format!(
                "{} is the only Prometheus around the configuration",
                deployment.name
            ),
            _ => format!(
                "{} is one of {} that may run the configuration",
                deployment.name,
                free.len()
            ),
        };
        RunningDeployment {
            deployment,
            certainty,
            path: deployment.config_file(),
            evidence: vec![Evidence {
                place: deployment.place.clone(),
                message,
            }],
        }
    };
    free.iter()
        .map(|deployment| belonging(deployment))
        .collect()
}

/// Whether a deployment is known to run a configuration that is there and is not this one.
fn runs_another(
    tree: &dyn Tree,
    deployment: &Deployment,
    subject: &DeployedConfiguration<'_>,
) -> bool {
    // One that is missing may be made of this one, or meant for it, where it is beside it.
    let is_other = |file: &Path| {
        let is_beside = file.parent() == subject.file.parent();
        file != subject.file && (tree.metadata(file).is_ok() || !is_beside)
    };
    let started = deployment.config_file();
    // Another container may write the file that is mounted there, and not make it this one.
    let mut mounts = deployment.mounts.iter().rev();
    if let Some(mount) = mounts.find(|mount| mount.path == started)
        && let MountSource::Tree(file) = &mount.source
    {
        return is_other(file);
    }
    match deployment.resolve(tree, &started) {
        ResolvedPath::Provided(found) => match (&found.tree_file, &found.mount.source) {
            (Some(file), _) => is_other(file),
            // A key of an object in the tree; the configuration's own was looked for before.
            (None, MountSource::Keys(_)) => true,
            _ => false,
        },
        _ => false,
    }
}
