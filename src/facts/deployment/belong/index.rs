//! Deployments, by what leads from a configuration to them.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::super::model::{ComposeOrigin, Deployment, Mount, MountSource, PartKind};
use super::{DeployedConfiguration, HeldKey};
use crate::finding::Place;

/// Deployments, by what leads from a configuration to them.
#[derive(Debug, Default)]
pub struct Deployments {
    pub(super) all: Vec<Deployment>,
    /// By the files and folders of the tree that they mount or copy.
    by_source: HashMap<PathBuf, Vec<usize>>,
    /// By the keys of compose files, and the objects of Kubernetes, that they mount.
    by_object: HashMap<(String, String), Vec<usize>>,
    /// Those that run Prometheus, by the folders that they are defined in.
    by_folder: HashMap<PathBuf, Vec<usize>>,
    /// The same by the folder of their files, of objects whose names many have.
    by_object_in: HashMap<(String, String), HashMap<PathBuf, Vec<usize>>>,
    by_place: HashMap<(Arc<str>, u32, u32), usize>,
}

impl Deployments {
    /// An index of some deployments.
    #[must_use]
    pub fn new(all: Vec<Deployment>) -> Self {
        let mut out = Self::default();
        for (number, deployment) in all.iter().enumerate() {
            for mount in &deployment.mounts {
                out.note(number, mount);
            }
            if let Some(folder) = deployment.file.parent()
                && deployment.prometheus.is_some()
            {
                let known = out.by_folder.entry(folder.to_owned()).or_default();
                known.push(number);
            }
            let place = key_of(&deployment.place);
            out.by_place.entry(place).or_insert(number);
        }
        out.all = all;
        out.note_folders();
        out
    }

    fn note(&mut self, number: usize, mount: &Mount) {
        let mut of_file = |path: &Path| {
            let known = self.by_source.entry(path.to_owned()).or_default();
            known.push(number);
        };
        match &mount.source {
            MountSource::Tree(source) => of_file(source),
            MountSource::Copied(copied) => copied.from.iter().for_each(|from| of_file(from)),
            MountSource::Compose(file) => match &file.from {
                ComposeOrigin::File(path) => of_file(path),
                ComposeOrigin::Content(_) => self.note_object(number, "config", &file.name),
                _ => {}
            },
            MountSource::Keys(volume) => {
                for part in &volume.parts {
                    let PartKind::Object {
                        kind,
                        name,
                        providers,
                    } = &part.kind
                    else {
                        continue;
                    };
                    let keys = providers.iter().flat_map(|provider| provider.keys.values());
                    keys.filter_map(|key| key.file.as_deref())
                        .for_each(&mut of_file);
                    let object = ((*kind).to_owned(), name.clone());
                    self.by_object.entry(object).or_default().push(number);
                }
            }
            MountSource::Outside(_) | MountSource::Unknown(_) => {}
        }
    }

    fn note_object(&mut self, number: usize, kind: &str, name: &str) {
        let object = (kind.to_owned(), name.to_owned());
        self.by_object.entry(object).or_default().push(number);
    }

    /// Notes the folders of those that mount objects which many others have too.
    fn note_folders(&mut self) {
        let many = self.by_object.iter();
        for (object, numbers) in many.filter(|(_, numbers)| numbers.len() > MOST_NAMESAKES) {
            let folders = self.by_object_in.entry(object.clone()).or_default();
            for &number in numbers {
                let file = self.all.get(number).map(|deployment| &deployment.file);
                if let Some(folder) = file.and_then(|file| file.parent()) {
                    folders.entry(folder.to_owned()).or_default().push(number);
                }
            }
        }
    }

    /// Whether one of them mounts a Secret or ConfigMap of a name, in whatever namespace.
    pub(crate) fn mounts_object(&self, kind: &str, name: &str) -> bool {
        let object = (kind.to_owned(), name.to_owned());
        self.by_object.contains_key(&object)
    }

    /// All of them, in the order of their files and places.
    #[must_use]
    pub fn all(&self) -> &[Deployment] {
        &self.all
    }

    /// The one that is defined at a place.
    #[must_use]
    pub fn at(&self, place: &Place) -> Option<&Deployment> {
        self.all.get(*self.by_place.get(&key_of(place))?)
    }

    /// Those whose mounts may show a configuration, in order.
    pub(super) fn mounting(
        &self,
        subject: &DeployedConfiguration<'_>,
    ) -> impl Iterator<Item = &Deployment> {
        let mut numbers: Vec<usize> = match subject.held {
            Some(held) => self.mounting_object(held, subject.file),
            None => of_folders(&self.by_source, subject.file),
        };
        numbers.sort_unstable();
        numbers.dedup();
        numbers
            .into_iter()
            .filter_map(|number| self.all.get(number))
    }

    /// Those that mount an object of a file. Of many objects of one name, as in a repository with a folder
    /// for each cluster, those of the nearest folder belong together.
    fn mounting_object(&self, held: HeldKey<'_>, file: &Path) -> Vec<usize> {
        let object = (held.kind.to_owned(), held.name.to_owned());
        let Some(all) = self.by_object.get(&object) else {
            return Vec::new();
        };
        if all.len() <= MOST_NAMESAKES {
            return all.clone();
        }
        let in_folder = |folder: &Path| {
            let folders = self.by_object_in.get(&object)?;
            folders.get(folder).cloned()
        };
        let nearest = file.ancestors().skip(1).find_map(in_folder);
        nearest.unwrap_or_else(|| all.clone())
    }

    /// Those that run Prometheus and are defined in the folder of a file or above it, in order.
    pub(super) fn around(&self, file: &Path) -> impl Iterator<Item = &Deployment> {
        let mut numbers = of_folders(&self.by_folder, file);
        numbers.sort_unstable();
        numbers
            .into_iter()
            .filter_map(|number| self.all.get(number))
    }
}

/// How many deployments may mount objects of one name before folders tell them apart: each of them is
/// looked at for each of the objects.
const MOST_NAMESAKES: usize = 16;

/// What is under a path or a folder above it.
fn of_folders(by_path: &HashMap<PathBuf, Vec<usize>>, path: &Path) -> Vec<usize> {
    let found = path.ancestors().filter_map(|path| by_path.get(path));
    found.flatten().copied().collect()
}

fn key_of(place: &Place) -> (Arc<str>, u32, u32) {
    let span = place.span();
    (Arc::clone(place.path()), span.start, span.end)
}
