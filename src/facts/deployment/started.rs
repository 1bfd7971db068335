//! What the deployments of a tree start Prometheus with, whatever the names of the files.

mod alloy;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use memchr::memmem;

use super::arguments::{IMAGE_CONFIG, VMAGENT_CONFIG};
use super::image::{Image, names_similar};
use super::model::{ComposeOrigin, Deployment, Mount, MountSource, Platform};
use super::resolve::{Provided, ResolvedPath};
use super::scan::{SourceFile, SourceKind, kinds, may_run_prometheus};
use super::{DeploymentSources, commands, inside, is_dockerfile};
use crate::finding::Place;
use crate::source::{EntryKind, Tree};
use alloy::is_alloy;

/// A program that is started with a configuration.
#[derive(Clone, Debug)]
pub struct ProgramStart {
    /// What starts it with what, as the beginning of a sentence.
    pub what: String,
    /// The flag, or what else says so.
    pub place: Place,
    /// The files that say so, absolute.
    pub files: BTreeSet<PathBuf>,
    /// The file of the tree that is meant, links not followed; it may be missing.
    pub target: Option<PathBuf>,
    /// Whether Prometheus surely reads it as it is: the official image runs, so nothing renders it.
    pub is_sure: bool,
    /// Whether it is worth saying that it cannot be followed.
    pub is_listed: bool,
    /// Whether it is a configuration of Grafana Alloy.
    pub is_alloy: bool,
    /// Where that leads.
    pub leads: ArgumentSource,
}

/// Where what a program is started with comes from.
#[derive(Clone, Debug)]
pub enum ArgumentSource {
    /// A file of the tree, links followed.
    File(PathBuf),
    /// A key of a manifest, or a config of docker compose.
    Key(ManifestKey),
    /// A part of a file.
    Here(Place),
    /// What is not known: why, as a sentence without a full stop.
    Unknown(String),
}

/// A key of a manifest, or a config of docker compose.
#[derive(Clone, Debug)]
pub struct ManifestKey {
    /// `ConfigMap`, `Secret` or `config`.
    pub kind: &'static str,
    /// The name of the object.
    pub name: String,
    /// The key; of a config of compose its name.
    pub key: String,
    /// Where it is.
    pub place: Place,
}

/// What is started, and the places of flags and mounts that were understood.
#[derive(Clone, Debug, Default)]
pub struct Starts {
    /// The starts.
    pub all: Vec<ProgramStart>,
    /// The places.
    pub understood: Vec<Place>,
}

/// Whether a file may say which file Prometheus is started with: by its name and a scan of its
/// bytes. Of what makes ConfigMaps only generators count, since they alone take files.
#[must_use]
pub fn may_start(path: &Path, bytes: &[u8]) -> bool {
    is_dockerfile(path)
        || kinds(path, bytes).iter().any(|kind| match kind {
            SourceKind::Compose | SourceKind::Workload => true,
            SourceKind::Provider => memmem::find(bytes, b"Generator").is_some(),
            SourceKind::Service
            | SourceKind::Operated
            | SourceKind::Chart
            | SourceKind::Release
            | SourceKind::Dockerfile => false,
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
    for deployment in DeploymentSources::new(tree, root, files).deployments(tree) {
        let vmagent = deployment.arguments.value(VMAGENT_CONFIG);
        let path = match vmagent {
            Some((path, _)) => path.to_owned(),
            None if deployment.prometheus.is_some() => deployment.config_file(),
            None => continue,
        };
        let ResolvedPath::Provided(found) = deployment.resolve(tree, &path) else {
            continue;
        };
        let file = found.tree_file.and_then(|file| tree.resolve(&file).ok());
        let is_inside = |file: &PathBuf| tree.within(file, &[&deployment.root]).unwrap_or(false);
        let is_sure = vmagent.is_none() && deployment.known_image().is_some();
        if let Some(file) = file.filter(is_inside) {
            *started.entry(file).or_default() |= is_sure;
        }
    }
    started
}

/// Everything that some files start Prometheus, vmagent or Alloy with, whatever the image is called:
/// what a change must not hide. `files` are all that may tell, manifests of ConfigMaps included.
#[must_use]
pub fn starts(tree: &dyn Tree, root: &Path, files: &[SourceFile]) -> Starts {
    let mut out = Starts::default();
    let may = |file: &SourceFile| {
        let bytes = file.bytes();
        let has = |word: &str| memmem::find(bytes, word.as_bytes()).is_some();
        may_run_prometheus(bytes) || has("alloy") || has("vmagent")
    };
    let generates = |file: &SourceFile| memmem::find(file.bytes(), b"Generator").is_some();
    if files.iter().any(may) {
        let sources = DeploymentSources::new(tree, root, files);
        for deployment in sources.containers(tree) {
            let run = StartedContainer {
                deployment: &deployment,
                tree,
            };
            out.understood.extend(run.understood());
            out.all.extend(run.prometheus());
            out.all.extend(run.alloy());
        }
    }
    let generating: Vec<SourceFile> = files
        .iter()
        .filter(|file| generates(file))
        .cloned()
        .collect();
    if !generating.is_empty() {
        let sources = DeploymentSources::new(tree, root, &generating);
        out.all.extend(generated(&sources, tree));
    }
    out
}

/// The files that generators of kustomize make keys of: a Prometheus of another tree may get them.
fn generated(sources: &DeploymentSources, tree: &dyn Tree) -> Vec<ProgramStart> {
    let objects = sources.objects(tree);
    let made = objects
        .all()
        .filter(|made| made.kind.ends_with("Generator"));
    let starts = made.flat_map(|made| {
        made.keys.iter().filter_map(|(name, key)| {
            let leads = match (&key.file, &key.here) {
                (Some(file), _) => leads_to(tree, &sources.root, file),
                (None, Some(here)) => ArgumentSource::Here(here.clone()),
                (None, None) => return None,
            };
            Some(ProgramStart {
                what: format!("the {} `{}` makes `{name}`", made.kind, made.name),
                files: BTreeSet::from([absolute(tree, &key.place)]),
                place: key.place.clone(),
                target: key.file.clone(),
                is_sure: false,
                is_listed: ["prometheus.yml", "prometheus.yaml"].contains(&&**name),
                is_alloy: is_alloy(name),
                leads,
            })
        })
    });
    let mut starts: Vec<ProgramStart> = starts.collect();
    starts.sort_by(|a, b| a.place.order().cmp(&b.place.order()));
    starts
}

/// A container, and the tree that it is in.
struct StartedContainer<'d> {
    deployment: &'d Deployment,
    tree: &'d dyn Tree,
}

impl StartedContainer<'_> {
    /// The places of its flags and mounts.
    fn understood(&self) -> impl Iterator<Item = Place> {
        let arguments = &self.deployment.arguments.list;
        let flags = arguments.iter().map(|argument| argument.place.clone());
        let mounts = self.deployment.mounts.iter();
        flags.chain(mounts.map(|mount| mount.place.clone()))
    }

    /// What it starts Prometheus with, or vmagent.
    fn prometheus(&self) -> Vec<ProgramStart> {
        let deployment = self.deployment;
        let vmagent = deployment.arguments.value(VMAGENT_CONFIG);
        if vmagent.is_none() && !self.may_run_prometheus() {
            return self.sending().into_iter().collect();
        }
        let flag = vmagent.or_else(|| deployment.arguments.value("config.file"));
        let path = match vmagent {
            Some((path, _)) => path.to_owned(),
            None => deployment.config_file(),
        };
        let program = if vmagent.is_some() {
            "vmagent"
        } else {
            "Prometheus"
        };
        let start = ProgramStart {
            what: format!("{} starts {program} with `{path}`", deployment.name),
            place: flag.map_or_else(|| self.place_of(&path), |(_, place)| place.clone()),
            files: self.files(),
            target: None,
            is_sure: vmagent.is_none()
                && deployment.prometheus.is_some()
                && deployment.known_image().is_some(),
            is_listed: true,
            is_alloy: false,
            leads: ArgumentSource::Unknown(String::new()),
        };
        let mut out = self.followed(&start, &path, flag.is_some());
        out.extend(self.patched(&start));
        let written = commands::writing(deployment, &path).map(|place| ProgramStart {
            files: BTreeSet::from([absolute(self.tree, &place)]),
            place,
            leads: ArgumentSource::Unknown("this command may write it".to_owned()),
            ..start
        });
        out.extend(written);
        out
    }

    /// An image of vmagent that sends by its flags, which are read in compose files and manifests only.
    fn sending(&self) -> Option<ProgramStart> {
        let deployment = self.deployment;
        let (_, place) = deployment.arguments.value("remoteWrite.url")?;
        let is_image = deployment.platform == Platform::Image;
        is_image.then(|| ProgramStart {
            what: format!("{} starts vmagent with `-remoteWrite.url`", deployment.name),
            place: place.clone(),
            files: self.files(),
            target: None,
            is_sure: false,
            is_listed: true,
            is_alloy: false,
            leads: ArgumentSource::Unknown("flags in a Dockerfile are not read".to_owned()),
        })
    }

    /// Whether it may run Prometheus, whatever its image is called.
    fn may_run_prometheus(&self) -> bool {
        let deployment = self.deployment;
        if commands::only_checks(&deployment.arguments) {
            return false;
        }
        let is_of_another = deployment.image.iter().chain(&deployment.base);
        let is_of_another = is_of_another.into_iter().any(Image::is_of_another);
        let flag = deployment.arguments.value("config.file");
        deployment.prometheus.is_some()
            || commands::starts_prometheus(&deployment.arguments)
            || flag.is_some_and(|(path, _)| !is_of_another && !names_similar(path))
            || !is_of_another
                && deployment
                    .mounts
                    .iter()
                    .any(|mount| mount.path == IMAGE_CONFIG)
    }

    /// The starts of a path, one for each thing that it may lead to.
    fn followed(&self, start: &ProgramStart, path: &str, is_flagged: bool) -> Vec<ProgramStart> {
        let deployment = self.deployment;
        let led = |leads: ArgumentSource, target: Option<PathBuf>| ProgramStart {
            leads,
            target,
            ..start.clone()
        };
        let unknown = |why: String| vec![led(ArgumentSource::Unknown(why), None)];
        let is_default = !is_flagged && !deployment.arguments.replaces;
        match deployment.resolve(self.tree, path) {
            ResolvedPath::Provided(found) => {
                let led = self.leads(&found, path).into_iter();
                led.map(|(leads, place, target)| {
                    let mut start = start.clone();
                    start
                        .files
                        .extend(place.map(|place| absolute(self.tree, &place)));
                    ProgramStart {
                        leads,
                        target,
                        ..start
                    }
                })
                .collect()
            }
            // The image brings one of its own.
            ResolvedPath::NotMounted(_) if is_default => Vec::new(),
            ResolvedPath::Unknown { .. } if is_default && self.has_only_commands() => Vec::new(),
            ResolvedPath::NotMounted(found) => unknown(
                found
                    .near
                    .unwrap_or_else(|| "nothing is mounted there".to_owned()),
            ),
            ResolvedPath::External { reason, .. } => match self.here_document(path) {
                Some(here) => vec![led(ArgumentSource::Here(here), None)],
                None => unknown(reason),
            },
            ResolvedPath::Unknown { reason, .. } => unknown(reason),
            ResolvedPath::Declared { .. } => unknown("promvet.yaml calls it external".to_owned()),
        }
    }

    /// What a path that comes from the tree leads to, with the place that says so and the file.
    fn leads(
        &self,
        found: &Provided<'_>,
        path: &str,
    ) -> Vec<(ArgumentSource, Option<Place>, Option<PathBuf>)> {
        let root = &self.deployment.root;
        if let Some(file) = &found.tree_file
            && !matches!(found.mount.source, MountSource::Keys(_))
        {
            return vec![(leads_to(self.tree, root, file), None, Some(file.clone()))];
        }
        match &found.mount.source {
            MountSource::Keys(volume) => {
                let sources = volume.sources(&path_in(found.mount, path)).into_iter();
                let led = sources.map(|(provider, name, key)| {
                    let leads = match (&key.file, &key.here) {
                        (Some(file), _) => leads_to(self.tree, root, file),
                        (None, Some(here)) => ArgumentSource::Here(here.clone()),
                        (None, None) => ArgumentSource::Key(ManifestKey {
                            kind: provider.kind,
                            name: provider.name.clone(),
                            key: name,
                            place: key.place.clone(),
                        }),
                    };
                    (leads, Some(key.place), key.file)
                });
                let mut led: Vec<_> = led.collect();
                if led.is_empty() {
                    let why = "what fills the volume is not in the tree".to_owned();
                    led.push((ArgumentSource::Unknown(why), None, None));
                }
                led
            }
            MountSource::Compose(file) => {
                let definition = found.mount.definition.as_ref();
                let place = definition.map_or(&found.mount.place, |definition| &definition.place);
                let leads = match &file.from {
                    ComposeOrigin::Content(_) => ArgumentSource::Key(ManifestKey {
                        kind: "config",
                        name: file.name.clone(),
                        key: file.name.clone(),
                        place: place.clone(),
                    }),
                    ComposeOrigin::Environment(name, _) => {
                        ArgumentSource::Unknown(format!("its content is the variable `{name}`"))
                    }
                    _ => ArgumentSource::Unknown("its content is not in the tree".to_owned()),
                };
                vec![(leads, Some(place.clone()), None)]
            }
            _ => vec![(
                ArgumentSource::Unknown("it is not in the tree".to_owned()),
                None,
                None,
            )],
        }
    }

    /// The here-document of a Dockerfile that makes a file.
    fn here_document(&self, path: &str) -> Option<Place> {
        let mut mounts = self.deployment.mounts.iter().rev();
        let mount = mounts.find(|mount| mount.path == path)?;
        match &mount.source {
            MountSource::Copied(copied) => copied.here.clone(),
            _ => None,
        }
    }

    /// Whether there is no doubt of what the image holds but by commands.
    fn has_only_commands(&self) -> bool {
        let deployment = self.deployment;
        let commands = deployment.commands.len();
        deployment.known_image().is_some() && deployment.doubts.len() == commands
    }

    /// The patches that may make it start with something else.
    fn patched(&self, start: &ProgramStart) -> Vec<ProgramStart> {
        const STEERING: &[&str] = &["volume", "args", "command", "config.file"];
        if self.deployment.platform != Platform::Kubernetes {
            return Vec::new();
        }
        let doubts = self.deployment.doubts.iter().filter(|doubt| {
            let text = doubt.place.text().slice(doubt.place.span());
            STEERING.iter().any(|word| text.contains(word))
        });
        let starts = doubts.map(|doubt| ProgramStart {
            what: self.deployment.name.clone(),
            place: doubt.place.clone(),
            files: BTreeSet::from([absolute(self.tree, &doubt.place)]),
            leads: ArgumentSource::Unknown(
                "a patch may make it start with another file".to_owned(),
            ),
            ..start.clone()
        });
        starts.collect()
    }

    /// Where a path is mounted, or the container.
    fn place_of(&self, path: &str) -> Place {
        let mounts = self.deployment.mounts.iter();
        let around = mounts.filter(|mount| inside::below(path, &mount.path).is_some());
        let nearest = around.max_by_key(|mount| mount.path.len());
        nearest.map_or_else(
            || self.deployment.place.clone(),
            |mount| mount.place.clone(),
        )
    }

    /// The files that say what it runs and mounts.
    fn files(&self) -> BTreeSet<PathBuf> {
        let deployment = self.deployment;
        let own = [deployment.file.clone()].into_iter();
        let own = own.chain(deployment.others.iter().cloned());
        let definitions = deployment.mounts.iter().filter_map(|mount| {
            let definition = mount.definition.as_ref()?;
            Some(&definition.place)
        });
        let places = self.deployment.mounts.iter().map(|mount| &mount.place);
        let places = places.chain(definitions);
        let places = places.chain(deployment.arguments.list.iter().map(|item| &item.place));
        let places = places.chain(deployment.base.iter().map(|image| &image.place));
        let volumes = deployment
            .mounts
            .iter()
            .filter_map(|mount| match &mount.source {
                MountSource::Keys(volume) => Some(volume.providers()),
                _ => None,
            });
        let places = places.chain(volumes.flatten().map(|made| &made.place));
        own.chain(places.map(|place| absolute(self.tree, place)))
            .collect()
    }
}

/// What a file of the tree leads to.
fn leads_to(tree: &dyn Tree, root: &Path, file: &Path) -> ArgumentSource {
    let shown = tree.shown(file);
    let Ok(real) = tree.resolve(file) else {
        return ArgumentSource::Unknown(format!("`{shown}` is not in the tree"));
    };
    if !tree.within(&real, &[root]).unwrap_or(false) {
        return ArgumentSource::Unknown(format!("`{shown}` leads out of the tree"));
    }
    match tree.metadata(&real).map(|meta| meta.kind) {
        Ok(EntryKind::File) => ArgumentSource::File(real),
        Ok(kind) => ArgumentSource::Unknown(format!("`{shown}` is {}", kind.noun())),
        Err(_) => ArgumentSource::Unknown(format!("`{shown}` is not in the tree")),
    }
}

/// A path where it is mounted as a path in its source.
fn path_in(mount: &Mount, path: &str) -> String {
    let below = inside::below(path, &mount.path).unwrap_or_default();
    let whole = match (&mount.sub_path, below) {
        (Some(sub), "") => sub.clone(),
        (Some(sub), below) => format!("{sub}/{below}"),
        (None, below) => below.to_owned(),
    };
    whole.strip_prefix("..data/").unwrap_or(&whole).to_owned()
}

/// The absolute path of the file that a place is in.
fn absolute(tree: &dyn Tree, place: &Place) -> PathBuf {
    let path = tree.absolute(Path::new(&**place.path()));
    tree.resolve(&path).unwrap_or(path)
}
