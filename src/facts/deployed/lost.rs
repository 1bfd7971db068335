//! What deployments name and the tree does not have, or has under another name.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};

use super::super::Facts;
use super::super::deployment::{
    self, Deployment, Mount, MountSource, NotMounted, PartKind, Platform, ResolvedPath,
};
use crate::finding::{Place, nearest};
use crate::source::EntryKind;
use crate::yaml::placeholder;

/// An object that the tree has only under another name.
pub struct MisnamedObject<'m> {
    /// `Secret` or `ConfigMap`.
    pub kind: &'static str,
    /// What a volume calls it.
    pub name: &'m str,
    /// What the tree calls it.
    pub near: String,
}

/// The most folders, and the most entries of each, that are looked through for a file: those of a project
/// that compose files start.
const MOST_FOLDERS: usize = 200;

/// What a mount names and the tree does not have.
#[derive(Debug)]
pub struct LostSource {
    /// The path, for people.
    pub source: String,
    /// A file of this name elsewhere.
    pub other: String,
    /// Where it is mounted.
    pub place: Place,
}

/// Whether a path is that of a folder for configurations.
fn is_of_settings(path: &str) -> bool {
    path.contains("prometheus") || path.contains("conf") || path.starts_with("/etc/")
}

/// The shortest name that is compared with others: shorter ones differ in so few letters that all are
/// alike. Of those a little shorter only a plural or two swapped letters are a slip.
const SHORTEST_NAME: usize = 6;

const SHORTEST_PLURAL: usize = 4;

/// Whether one name is another with one or two wrong letters. Names that differ in a number only are
/// those of several objects of one kind.
fn is_slip(one: &str, other: &str) -> bool {
    let letters = |text: &str| text.replace(|c: char| c.is_ascii_digit(), "");
    let distance = strsim::damerau_levenshtein(one, other);
    let is_plural = |one: &str, other: &str| other.strip_suffix('s') == Some(one);
    let are_swapped = one.len() == other.len() && sorted(one) == sorted(other);
    let is_slip = match one.len().min(other.len()) {
        ..SHORTEST_PLURAL => false,
        SHORTEST_PLURAL..SHORTEST_NAME => {
            is_plural(one, other) || is_plural(other, one) || are_swapped && distance == 1
        }
        _ => distance <= 2,
    };
    is_slip && letters(one) != letters(other)
}

fn sorted(text: &str) -> Vec<u8> {
    let mut letters = text.as_bytes().to_vec();
    letters.sort_unstable();
    letters
}

impl Facts<'_> {
    /// Why a file that the command line names, or the image, is not there, if it surely is not.
    #[must_use]
    pub fn lacks_file(&self, deployment: &Deployment, path: &str) -> Option<NotMounted> {
        let tree = self.files.tree;
        if placeholder::find(path).next().is_some() {
            return None;
        }
        match deployment.resolve_mounted(tree, path) {
            // The image brings a file of its own at its default path, unless a mount hides it.
            ResolvedPath::NotMounted(lacking) => {
                let mut mounts = deployment.mounts.iter();
                let is_hidden = mounts.any(|mount| Path::new(path).starts_with(&mount.path));
                (is_hidden || path != deployment::IMAGE_CONFIG).then_some(lacking)
            }
            ResolvedPath::Provided(found) if found.written.is_none() => {
                let file = found.tree_file?;
                // A mount of this very file, or of a folder without another one like it, waits for
                // a file that something writes before the start.
                let folder = Path::new(path).parent()?.to_str()?;
                let names = deployment.names_in(tree, folder);
                let is_yaml = |name: &&str| name.ends_with(".yml") || name.ends_with(".yaml");
                let names = names.iter().map(String::as_str).filter(is_yaml);
                nearest(file.file_name()?.to_str()?, names)?;
                let is_missing = found.mount.path != path && tree.metadata(&file).is_err();
                is_missing.then_some(NotMounted {
                    near: found.near,
                    mounts: Vec::new(),
                    evidence: found.evidence,
                })
            }
            _ => None,
        }
    }

    /// The configuration that a compose file mounts from a path where the tree has none, and one of this name
    /// that it has elsewhere: docker makes a folder of what is missing. Nothing if git ignores the path, or a
    /// script names the file.
    #[must_use]
    pub fn lacks_source(&self, deployment: &Deployment, path: &str) -> Option<LostSource> {
        let tree = self.files.tree;
        let ResolvedPath::Provided(found) = deployment.resolve(tree, path) else {
            return None;
        };
        let file = found.tree_file.filter(|_| found.mount.path == path)?;
        let is_bound = matches!(found.mount.source, MountSource::Tree(_))
            && deployment.platform == Platform::Compose;
        if !is_bound
            || tree.metadata(&file).is_ok()
            || tree.is_ignored_by_git(&file, &self.files.bounds)
        {
            return None;
        }
        let name = file.file_name()?.to_str()?;
        let shown = found.mount.place.path();
        if self.written_by(name, shown).is_some() {
            return None;
        }
        let other = self.named_elsewhere(name)?;
        Some(LostSource {
            source: tree.shown(&file),
            other: tree.shown(&other),
            place: found.mount.place.clone(),
        })
    }

    /// A file of a name in the folders of the tree, those near the root first.
    fn named_elsewhere(&self, name: &str) -> Option<PathBuf> {
        let tree = self.files.tree;
        let mut folders = VecDeque::from([self.files.bounds.clone()]);
        for _ in 0..MOST_FOLDERS {
            let folder = folders.pop_front()?;
            let entries = tree.list(&folder).unwrap_or_default();
            for entry in entries.into_iter().take(MOST_FOLDERS) {
                let kind = tree.metadata(&entry).map(|meta| meta.kind);
                let own = entry.file_name().and_then(|own| own.to_str());
                match (kind, own) {
                    (Ok(EntryKind::File), Some(own)) if own == name => return Some(entry),
                    (Ok(EntryKind::Folder), Some(own)) if !own.starts_with('.') => {
                        folders.push_back(entry);
                    }
                    _ => {}
                }
            }
        }
        None
    }

    /// Where a configuration is mounted that the official image does not look for without arguments,
    /// and nothing is mounted where it does.
    #[must_use]
    pub fn mounted_elsewhere(&self, deployment: &Deployment) -> Option<(String, Place)> {
        let tree = self.files.tree;
        let nothing = matches!(
            deployment.resolve(tree, deployment::IMAGE_CONFIG),
            ResolvedPath::NotMounted(_)
        );
        let is_name = |name: &str| matches!(name, "prometheus.yml" | "prometheus.yaml");
        let mut mounts = deployment.mounts.iter().filter(|_| nothing);
        mounts.find_map(|mount| {
            let is_own = mount.path.rsplit('/').next().is_some_and(is_name);
            let path = match (is_own, &mount.source) {
                (true, MountSource::Outside(_) | MountSource::Unknown(_)) => return None,
                (true, _) => mount.path.clone(),
                // A project that is mounted as a whole is there for something else.
                (false, MountSource::Tree(_)) if !is_of_settings(&mount.path) => return None,
                (false, _) => {
                    let names = deployment.names_in(tree, &mount.path);
                    let name = names.iter().find(|name| is_name(name))?;
                    format!("{}/{name}", mount.path.trim_end_matches('/'))
                }
            };
            Some((path, mount.place.clone()))
        })
    }

    /// A Secret or ConfigMap of the tree that nothing which may run Prometheus mounts, and whose name is
    /// almost the one that is looked for.
    #[must_use]
    pub fn unused_object_like(
        &self,
        kind: &'static str,
        name: &str,
        namespace: Option<&str>,
    ) -> Option<String> {
        let deployments = self.deployments();
        let objects = self.shared.objects(&self.files);
        let names = objects.names(kind, namespace).into_iter();
        let mut near = names.filter(|other| is_slip(name, other));
        let found = near.find(|other| !deployments.mounts_object(kind, other))?;
        Some(found.to_owned())
    }

    /// The Secrets and ConfigMaps that a mount names and the tree does not have, each with one that
    /// has nearly its name.
    pub fn misnamed_objects<'m>(
        &'m self,
        deployment: &'m Deployment,
        mount: &'m Mount,
    ) -> impl Iterator<Item = MisnamedObject<'m>> {
        let parts = match &mount.source {
            MountSource::Keys(volume) => volume.parts.as_slice(),
            _ => &[],
        };
        let parts = parts.iter().filter(|part| !part.optional);
        parts.filter_map(|part| {
            let PartKind::Object {
                kind,
                name,
                providers,
            } = &part.kind
            else {
                return None;
            };
            if !providers.is_empty() || placeholder::is_open(name) {
                return None;
            }
            let namespace = deployment.namespace.as_deref();
            let near = self.unused_object_like(kind, name, namespace)?;
            Some(MisnamedObject { kind, name, near })
        })
    }
}
