//! Which compose files are read as one, and what a service is once they are merged.

mod other;
mod overrides;
mod paths;
mod service;

pub(super) use overrides::each_project;
pub(super) use paths::is_drive;
pub(super) use service::ComposeService;

use std::cell::{OnceCell, RefCell};
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use other::ServicesByName;

use super::chain::counts_from;
use super::environment::env_file;
use super::volumes::VolumeEntry;
use crate::facts::deployment::inside;
use crate::facts::deployment::scan::SourceFile;
use crate::facts::deployment::variables::EnvVariables;
use crate::facts::deployment::written::ProvidedValue;
use crate::facts::deployment::{Home, folder_of};
use crate::finding::Evidence;
use crate::work;
use crate::yaml::{Document, Entry, Node};

/// How many services may extend one another. Compose has no limit; people write one or two, and a circle
/// must end.
const MOST_EXTENDS: usize = 8;

/// How many other files are named that may be laid over a service: more reasons for one doubt help
/// no reader, and in a folder of a thousand files each would name all others.
const MOST_OTHERS: usize = 16;

/// The keys of a service by which another program runs in it, or is set to something else.
const STARTING: &[&str] = &[
    "build",
    "command",
    "configs",
    "entrypoint",
    "env_file",
    "environment",
    "extends",
    "image",
    "network_mode",
    "secrets",
    "volumes",
];

/// The keys of a service by which it gets mounts.
const MOUNTING: &[&str] = &[
    "configs",
    "extends",
    "secrets",
    "tmpfs",
    "volumes",
    "volumes_from",
];

/// The keys of a service by which it gets another image.
const IMAGE: &[&str] = &["build", "extends", "image"];

/// The keys of a service that name its ports.
const PORTS: &[&str] = &["expose", "ports"];

/// A compose file and its document.
pub(super) struct ParsedCompose<'f> {
    path: &'f Path,
    document: &'f Document,
}

/// Parses compose files; those that can't be parsed are left out.
fn parse(files: &[SourceFile]) -> Vec<ParsedCompose<'_>> {
    let parsed = files.iter().filter_map(|file| {
        let document = file.first()?;
        let path = file.path.as_path();
        Some(ParsedCompose { path, document })
    });
    parsed.collect()
}

/// Compose files, in the order of their paths, by the folders that they are in.
pub(in crate::facts::deployment) fn folders(files: &[SourceFile]) -> Vec<Vec<SourceFile>> {
    let mut numbers: HashMap<Option<&Path>, usize> = HashMap::new();
    let mut out: Vec<Vec<SourceFile>> = Vec::new();
    for file in files {
        let number = *numbers.entry(file.path.parent()).or_insert(out.len());
        match out.get_mut(number) {
            Some(folder) => folder.push(file.clone()),
            None => out.push(vec![file.clone()]),
        }
    }
    out
}

/// The variables of files by their paths; none of those that are not in the tree.
type EnvFiles = RefCell<HashMap<PathBuf, Option<Arc<[Arc<ProvidedValue>]>>>>;

/// Compose files that are started together.
pub(super) struct Project<'f> {
    /// The folder that relative paths count from.
    pub(super) folder: PathBuf,
    /// The tree.
    pub(super) home: Home<'f>,
    /// Its root.
    pub(super) root: &'f Path,
    /// The first of its files.
    pub(super) file: PathBuf,
    /// Its files, later ones over earlier ones.
    layers: Vec<&'f ParsedCompose<'f>>,
    variables: EnvVariables,
    /// What the `.env` file beside it sets.
    env_file: Vec<Arc<ProvidedValue>>,
    /// What the files set that services name with `env_file`, once one of them is asked for.
    pub(super) env_files: EnvFiles,
    /// The services of all compose files of the folder: the others may be laid over it.
    beside: &'f ServicesByName<'f>,
    /// All compose files of the tree, in the order of their paths.
    all: &'f [SourceFile],
    /// The `include` of a file that is not in the tree.
    left_out: Option<Node<'f>>,
    /// Whether something says which files are started together.
    is_chain: bool,
    /// What counts for a name of a section, once a caller asks: services that extend each other in
    /// a section with a merge key would take the square of their number without it.
    definitions: OnceCell<Definitions<'f>>,
    /// The names of networks that may be those of other projects, once a caller asks.
    shared_networks: OnceCell<HashSet<&'f str>>,
    /// The variables of the `.env` file by name, once a caller asks.
    of_env_file: OnceCell<HashMap<String, Arc<ProvidedValue>>>,
}

/// Nodes by section and name.
type Definitions<'f> = HashMap<(&'static str, &'f str), Node<'f>>;

/// The sections that others refer to by name.
const DEFINING: [&str; 4] = ["services", "volumes", "secrets", "configs"];

impl<'f> Project<'f> {
    fn new(
        home: Home<'f>,
        file: &Path,
        layers: Vec<&'f ParsedCompose<'f>>,
        beside: &'f ServicesByName<'f>,
        all: &'f [SourceFile],
    ) -> Self {
        let folder = folder_of(file);
        let (mut variables, env_file) = env_file(home, &folder);
        // Compose files are started from their own folder as a rule.
        variables.set("PWD", Some(folder.to_string_lossy().into_owned()));
        let mut out = Self {
            folder,
            home,
            root: home.root,
            file: file.to_owned(),
            layers,
            variables,
            env_file,
            env_files: EnvFiles::default(),
            beside,
            all,
            left_out: None,
            is_chain: false,
            definitions: OnceCell::new(),
            shared_networks: OnceCell::new(),
            of_env_file: OnceCell::new(),
        };
        let left_out = out.includes().find(|node| !out.has_included(*node));
        out.left_out = left_out;
        out
    }

    /// The files that it includes: texts, or mappings with `path`.
    fn includes(&self) -> impl Iterator<Item = Node<'f>> {
        let layers = self.layers.iter();
        let roots = layers.filter_map(|layer| layer.document.root());
        let all = roots.filter_map(|root| root.get("include"));
        all.flat_map(|list| list.items().chain(list.as_str().map(|_| list)))
    }

    fn has_included(&self, node: Node<'_>) -> bool {
        let path = node.get("path");
        let listed = path.into_iter().flat_map(Node::items);
        let mut paths = listed.chain(path).chain([node]).filter_map(Node::as_str);
        paths.all(|path| {
            let path = self.expand(path);
            path.is_some_and(|path| self.other_file(&self.folder, &path).is_some())
        })
    }

    /// Another compose file of the tree, by its path from a folder.
    fn other_file(&self, folder: &Path, path: &str) -> Option<&'f SourceFile> {
        let path = inside::on_disk(folder, path);
        let number = self.all.binary_search_by(|file| file.path.cmp(&path));
        self.all.get(number.ok()?)
    }

    /// Its name, which is a part of the names of its containers: by default that of its folder in
    /// lower case (compose-spec/compose-go `loader.NormalizeProjectName`).
    pub(super) fn name(&self) -> String {
        let roots = self.layers.iter().rev();
        let mut names = roots.filter_map(|layer| layer.document.root()?.get("name")?.as_str());
        let written = names.next().and_then(|name| self.expand(name));
        let written = written.or_else(|| self.expand("${COMPOSE_PROJECT_NAME}"));
        let name = written.unwrap_or_else(|| {
            let name = self.folder.file_name().unwrap_or_default();
            name.to_string_lossy().into_owned()
        });
        let is_kept = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        let name: String = name.to_ascii_lowercase().chars().filter(is_kept).collect();
        name.trim_start_matches(['-', '_']).to_owned()
    }

    /// The files that it is drawn from beside the first one, and the `.env` file that may be there.
    pub(super) fn others(&self) -> Vec<PathBuf> {
        let layers = self.layers.iter().map(|layer| layer.path.to_owned());
        layers.chain([self.folder.join(".env")]).collect()
    }

    /// A text with its variables replaced, if they all have a value.
    pub(super) fn expand(&self, text: &str) -> Option<String> {
        self.variables.expand(text)
    }

    /// The services of all files, merged.
    pub(super) fn services(&self) -> Vec<ComposeService<'_>> {
        let mut out: Vec<ComposeService<'_>> = Vec::new();
        let mut numbers = HashMap::new();
        for entry in self.entries("services") {
            let number = *numbers.entry(entry.name()).or_insert(out.len());
            match out.get_mut(number) {
                Some(service) => service.layers.push(entry.value),
                None => out.push(ComposeService::new(entry)),
            }
        }
        for service in &mut out {
            self.extend(service);
            self.note_others(service);
        }
        out
    }

    /// Whether a network is made by the project under its own name: another one may be shared
    /// with other projects.
    pub(super) fn has_own_network(&self, name: &str) -> bool {
        let shared = self.shared_networks.get_or_init(|| {
            let networks = self.entries("networks").into_iter();
            let is_shared = |entry: &Entry<'_>| {
                let sets = |key: &str| entry.value.get(key).is_some();
                // Compose makes bridges without being told (docs.docker.com, "Networks").
                let driver = entry.value.get("driver").and_then(Node::as_str);
                let has_other = sets("driver") && driver != Some("bridge");
                sets("external") || sets("name") || has_other
            };
            networks.filter(is_shared).map(Entry::name).collect()
        });
        !shared.contains(name)
    }

    /// Whether a network is, or may be, that of the machine: `external: true` with the name `host`.
    pub(super) fn may_be_host_network(&self, name: &str) -> bool {
        let networks = self.entries("networks");
        let mut own = networks.iter().filter(|entry| entry.name() == name);
        name == "host"
            || own.any(|entry| {
                let called = entry
                    .value
                    .get("name")
                    .or_else(|| entry.value.get("external")?.get("name"));
                let driver = entry.value.get("driver").and_then(Node::as_str);
                let is_host = |text: &str| text == "host" || text.contains('$');
                called.and_then(Node::as_str).is_some_and(is_host) || driver.is_some_and(is_host)
            })
    }

    /// The value that the `.env` file gives a variable: the last one that it has for it.
    pub(super) fn in_env_file(&self, variable: &str) -> Option<Arc<ProvidedValue>> {
        let by_name = self.of_env_file.get_or_init(|| {
            let written = self.env_file.iter();
            written
                .map(|written| (written.name.clone(), Arc::clone(written)))
                .collect()
        });
        by_name.get(variable).cloned()
    }

    /// Whether a file brings in services from others (`include`).
    pub(super) fn includes_others(&self) -> bool {
        let mut roots = self.layers.iter().filter_map(|layer| layer.document.root());
        roots.any(|root| root.get("include").is_some())
    }

    /// The entries of a section of all files, in order.
    fn entries(&self, section: &str) -> Vec<Entry<'f>> {
        let roots = self.layers.iter().filter_map(|layer| layer.document.root());
        let sections = roots.filter_map(|root| root.get(section)?.mapping());
        sections.flat_map(|section| section.entries()).collect()
    }

    /// The entry of a section that counts for a name: of several, that of the last file.
    pub(super) fn defined(&self, section: &'static str, name: &str) -> Option<Node<'f>> {
        let definitions = self.definitions.get_or_init(|| {
            let all = DEFINING.into_iter().flat_map(|section| {
                let entries = self.entries(section).into_iter();
                entries.map(move |entry| ((section, entry.name()), entry.value))
            });
            all.inspect(|_| work::count(1)).collect()
        });
        definitions.get(&(section, name)).copied()
    }

    /// What a service mounts, in order; of two at one path the later counts.
    pub(super) fn mounts(&self, service: &ComposeService<'_>) -> Vec<VolumeEntry> {
        let volumes = service
            .items("volumes")
            .into_iter()
            .map(|node| self.volume(node));
        let tmpfs = service
            .items("tmpfs")
            .into_iter()
            .map(|node| self.tmpfs(node));
        let mut all: Vec<_> = volumes.chain(tmpfs).collect();
        for kind in ["secret", "config"] {
            let section = if kind == "secret" {
                "secrets"
            } else {
                "configs"
            };
            let files = service
                .items(section)
                .into_iter()
                .map(|node| self.file(kind, section, node));
            all.extend(files);
        }
        all
    }

    /// Lays a service over those that it extends, in the same files or in another one of the tree.
    fn extend<'d>(&'d self, service: &mut ComposeService<'d>) {
        // The other file that the first layer is from.
        let mut other: Option<&SourceFile> = None;
        for _ in 0..MOST_EXTENDS {
            let Some(first) = service.layers.first().copied() else {
                return;
            };
            let Some(extends) = first.get("extends").filter(|_| service.extends_left(first)) else {
                return;
            };
            let name = extends
                .as_str()
                .or_else(|| extends.get("service").and_then(Node::as_str));
            if let Some(file) = extends.get("file").and_then(Node::as_str) {
                let folder =
                    other.map_or_else(|| self.folder.clone(), |file| folder_of(&file.path));
                let file = self.expand(file);
                other = file.and_then(|file| self.other_file(&folder, &file));
                if other.is_some_and(|other| folder_of(&other.path) != self.folder) {
                    // Its paths count from its own folder.
                    let message = format!("`{}` extends a service of another folder", service.name);
                    service.doubts.push(Evidence {
                        place: extends.place(),
                        message,
                    });
                }
                if other.is_none() {
                    return service.not_extended(extends);
                }
            }
            let base = name.and_then(|name| match other {
                Some(file) => file.first()?.root()?.get("services")?.get(name),
                None => self.defined("services", name),
            });
            let Some(base) = base else {
                return service.not_extended(extends);
            };
            service.layers.insert(0, base);
            service
                .extended
                .extend(other.map(|other| other.path.as_path()));
        }
    }

    /// Other compose files of the folder that have the service too may be laid over this one
    /// (`docker compose -f a -f b`), unless something says which are. A file that is included and is
    /// not in the tree may have overrides.
    fn note_others(&self, service: &mut ComposeService<'_>) {
        let left_out = self.left_out.map(|node| Evidence {
            place: node.place(),
            message: "this file is included, and is not in the tree".to_owned(),
        });
        service.has_other_program |= left_out.is_some();
        service.changes.extend(left_out);
        if let Some(node) = service.get("volumes_from") {
            let doubt = Evidence {
                place: node.place(),
                message: format!("`{}` has the mounts of other containers too", service.name),
            };
            service.overlays.push(doubt.clone());
            service.doubts.push(doubt);
        }
        if self.is_chain {
            return;
        }
        // Not looked through beyond the limit: each of many files has the others beside it.
        let beside = self.beside.get(service.name).into_iter().flatten();
        let known: Vec<&Path> = self
            .layers
            .iter()
            .map(|layer| layer.path)
            .chain(service.extended.iter().copied())
            .collect();
        let others = beside.filter(|other| !known.contains(&other.file));
        for other in others.take(MOST_OTHERS) {
            let evidence = |message: String| Evidence {
                place: other.key.place(),
                message,
            };
            let name = service.name;
            let message = format!("`{name}` may get more mounts from this file");
            let doubt = evidence(message);
            if other.changes(service, MOUNTING) {
                service.overlays.push(doubt.clone());
            }
            if other.changes(service, STARTING) || other.changes(service, MOUNTING) {
                service.doubts.push(doubt);
            }
            if other.changes(service, STARTING) {
                let message = format!("`{name}` may be started with the settings of this file");
                service.changes.push(evidence(message));
            }
            service.has_other_image |= other.changes(service, IMAGE);
            service.has_other_program |= other.runs_another(service);
            service.has_other_ports |= other.changes(service, PORTS);
        }
    }
}

fn file_name(path: &Path) -> &str {
    path.file_name()
        .and_then(|name| name.to_str())
        .unwrap_or("")
}
