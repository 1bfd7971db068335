//! What answers to a host name inside of a network of containers: services of docker compose, and
//! what Services of Kubernetes select.

mod name;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

pub use name::{AnsweringContainer, NetworkContainer, NetworkMode, NetworkName, Surroundings};
pub(super) use name::{ContainerPort, Ports};

use super::kubernetes::{Pods, Service};
use super::model::Platform;
use super::scan::SourceFile;
use super::{Committed, DeploymentSources, Home, compose, kubernetes};
use crate::facts::words::{WordClass, WordIndex};
use crate::finding::{Evidence, Place};
use crate::source::Tree;
use crate::yaml::{Mapping, Node};

/// The services that are started together.
#[derive(Debug)]
pub struct Together<'n> {
    /// All of them.
    pub all: Vec<&'n NetworkName>,
    /// Whether no other compose file of the folder may add to them.
    pub is_alone: bool,
    /// The services of those others.
    pub others: Vec<&'n NetworkName>,
}

/// All names of a tree's networks. Files are parsed when a name is asked for that occurs in them.
#[derive(Debug)]
pub struct ContainerNetworks {
    root: PathBuf,
    /// The compose files of a folder each, then a file of Services each, in the order of the paths.
    groups: Vec<NameGroup>,
    words: WordIndex,
    /// The groups that are asked for every name: folders of compose files whose names may come from
    /// variables, and what the Operator and charts make.
    open: Vec<usize>,
    /// Which of those have a name, in lower case; gathered when a name is first asked for.
    open_names: OnceLock<HashMap<String, Vec<usize>>>,
    /// The groups of compose files, by each of their files.
    by_file: HashMap<PathBuf, usize>,
    /// Where the Services of a namespace are, in the order of the groups; gathered when first asked for.
    by_namespace: OnceLock<HashMap<String, Vec<(usize, usize)>>>,
    pods: Pods,
    committed: Committed,
    /// All compose files, in the order of their paths.
    compose: Vec<SourceFile>,
    /// The services that are laid over others, by their names; gathered when first asked for.
    overlays: OnceLock<HashMap<String, Vec<Overlay>>>,
}

/// A service with neither an image nor a build: it changes that of another compose file.
#[derive(Debug)]
struct Overlay {
    file: PathBuf,
    place: Place,
}

/// Files whose names are read together.
#[derive(Debug)]
struct NameGroup {
    platform: Platform,
    by: MadeBy,
    files: Vec<SourceFile>,
    names: OnceLock<GroupNames>,
}

/// What makes the names of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum MadeBy {
    /// They are written in its files.
    Files,
    /// The Prometheus Operator.
    Operator,
    /// A chart.
    Chart,
}

/// The names that a group brings about.
#[derive(Debug, Default)]
struct GroupNames {
    all: Vec<NetworkName>,
    /// In lower case.
    by_name: HashMap<String, Vec<usize>>,
    /// The Services of Kubernetes, whether they lead to pods in sight or not.
    services: Vec<Service>,
}

/// The keys of a compose file by which a service gets names with variables in them.
const NAMES_WITH_VARIABLES: &[&str] = &["container_name", "hostname", "aliases"];

/// The names that some files bring about. `root` is the root of the tree.
#[must_use]
pub fn network(tree: &dyn Tree, root: &Path, files: &[SourceFile]) -> ContainerNetworks {
    DeploymentSources::new(tree, root, files).network()
}

impl DeploymentSources {
    /// The names that they bring about.
    #[must_use]
    pub fn network(&self) -> ContainerNetworks {
        let mut groups: Vec<NameGroup> = compose::folders(&self.compose)
            .into_iter()
            .map(|files| NameGroup::new(Platform::Compose, files))
            .collect();
        let services = self.services.iter();
        groups
            .extend(services.map(|file| NameGroup::new(Platform::Kubernetes, vec![file.clone()])));
        // The names of the Operator and of charts are not written in the files, so that they are always
        // asked.
        let first = groups.len();
        let operated = self.operated.iter().map(|file| (file, MadeBy::Operator));
        let released = self.releases.iter().map(|file| (file, MadeBy::Chart));
        groups.extend(operated.chain(released).map(|(file, by)| NameGroup {
            by,
            ..NameGroup::new(Platform::Kubernetes, vec![file.clone()])
        }));
        let numbered = groups.iter().enumerate();
        let open = numbered.filter(|(number, group)| *number >= first || group.has_variables());
        let mut by_file = HashMap::new();
        for (number, group) in groups.iter().enumerate().take(first) {
            for file in group
                .files
                .iter()
                .filter(|_| group.platform == Platform::Compose)
            {
                by_file.entry(file.path.clone()).or_insert(number);
            }
        }
        ContainerNetworks {
            open: open.map(|(number, _)| number).collect(),
            open_names: OnceLock::new(),
            by_file,
            by_namespace: OnceLock::new(),
            words: WordIndex::of_groups(
                WordClass::Name,
                groups.iter().map(|group| {
                    let files = group.files.iter();
                    files.map(|file| file.text.content())
                }),
            ),
            root: self.root.clone(),
            committed: self.committed.clone(),
            groups,
            pods: Pods::new(&self.workloads, &self.operated),
            compose: self.compose.clone(),
            overlays: OnceLock::new(),
        }
    }
}

impl ContainerNetworks {
    /// What answers at a host, in lower case, and a port, wherever one asks from.
    #[must_use]
    pub fn ask(&self, tree: &dyn Tree, host: &str, port: u16) -> Vec<AnsweringContainer<'_>> {
        let mut out = Vec::new();
        for named in self.of_name(tree, host, Platform::Compose) {
            out.extend(named.hit(port, true));
        }
        let (name, rest) = host.split_once('.').unwrap_or((host, ""));
        for named in self.of_name(tree, name, Platform::Kubernetes) {
            if named.pods.is_none() {
                out.extend(named.in_cluster(rest, port));
            }
        }
        // A pod of a StatefulSet: `prometheus-0.prometheus-headless.monitoring.svc`.
        let (service, rest) = rest.split_once('.').unwrap_or((rest, ""));
        for named in self.of_name(tree, service, Platform::Kubernetes) {
            let set = name.rsplit_once('-').filter(|(_, number)| {
                !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit())
            });
            if named.pods.is_some() && named.pods.as_deref() == set.map(|(set, _)| set) {
                out.extend(named.in_cluster(rest, port));
            }
        }
        out
    }

    /// The services that a compose file starts; none if it is not one of the tree's.
    #[must_use]
    pub fn together(&self, tree: &dyn Tree, file: &Path) -> Option<Together<'_>> {
        let group = self.groups.get(*self.by_file.get(file)?)?;
        let names = self.names(tree, group);
        let (all, others): (Vec<_>, Vec<_>) =
            names.all.iter().partition(|named| named.file == file);
        Some(Together {
            all,
            is_alone: others.is_empty(),
            others,
        })
    }

    /// The compose files of folders above and below that may be laid over a service
    /// (`docker compose -f compose.yaml -f deploy/prod.yaml`). Those of its own folder are known with it.
    pub fn laid_over(&self, named: &NetworkName) -> impl Iterator<Item = Evidence> {
        let name = named.names.first().map_or("", String::as_str);
        let overlays = self.overlays.get_or_init(|| self.gather_overlays());
        let found = overlays.get(name).into_iter().flatten();
        let folder = named.file.parent();
        let found = found.filter(move |overlay| match (folder, overlay.file.parent()) {
            (Some(own), Some(other)) => {
                own != other && (own.starts_with(other) || other.starts_with(own))
            }
            _ => false,
        });
        found.map(|overlay| Evidence {
            place: overlay.place.clone(),
            message: "this file may be laid over it".to_owned(),
        })
    }

    fn gather_overlays(&self) -> HashMap<String, Vec<Overlay>> {
        const WHOLE: &[&str] = &["build", "extends", "image"];
        let mut out: HashMap<String, Vec<Overlay>> = HashMap::new();
        for file in &self.compose {
            let services = file
                .first()
                .and_then(|document| document.root()?.get("services"));
            let services = services.and_then(Node::mapping).into_iter();
            for service in services.flat_map(Mapping::entries) {
                let is_whole = WHOLE.iter().any(|key| service.value.get(key).is_some());
                if service.value.mapping().is_some() && !is_whole {
                    out.entry(service.name().to_owned())
                        .or_default()
                        .push(Overlay {
                            file: file.path.clone(),
                            place: service.key.place(),
                        });
                }
            }
        }
        out
    }

    /// The containers behind all names; reads every file.
    pub fn containers(&self, tree: &dyn Tree) -> impl Iterator<Item = &NetworkContainer> {
        let groups = self.groups.iter().map(move |group| self.names(tree, group));
        let named = groups.flat_map(|names| &names.all);
        named.flat_map(|named| &named.containers)
    }

    /// Whether nothing in the tree brings about a name.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// The Services of Kubernetes of a name, in any namespace.
    #[must_use]
    pub fn services(&self, tree: &dyn Tree, name: &str) -> Vec<&Service> {
        let mut numbers = self.words.texts_with(name);
        numbers.extend(self.open_with(tree, name));
        numbers.sort_unstable();
        numbers.dedup();
        let groups = numbers
            .into_iter()
            .filter_map(|number| self.groups.get(number));
        let groups = groups.filter(|group| group.platform == Platform::Kubernetes);
        let services = groups.flat_map(|group| &self.names(tree, group).services);
        services.filter(|service| service.name == name).collect()
    }

    /// The Services of Kubernetes of a namespace; reads every file that has some.
    pub fn services_in(&self, tree: &dyn Tree, namespace: &str) -> impl Iterator<Item = &Service> {
        let by_namespace = self
            .by_namespace
            .get_or_init(|| self.namespaces_of_services(tree));
        let found = by_namespace.get(namespace).into_iter().flatten();
        found.filter_map(move |(group, index)| {
            let group = self.groups.get(*group)?;
            self.names(tree, group).services.get(*index)
        })
    }

    fn namespaces_of_services(&self, tree: &dyn Tree) -> HashMap<String, Vec<(usize, usize)>> {
        let mut out: HashMap<String, Vec<(usize, usize)>> = HashMap::new();
        let groups = self.groups.iter().enumerate();
        for (number, group) in groups.filter(|(_, group)| group.platform == Platform::Kubernetes) {
            let services = self.names(tree, group).services.iter().enumerate();
            for (index, service) in services {
                if let Some(namespace) = &service.namespace {
                    let known = out.entry(namespace.clone()).or_default();
                    known.push((number, index));
                }
            }
        }
        out
    }

    /// What a group brings about.
    fn names<'n>(&'n self, tree: &dyn Tree, group: &'n NameGroup) -> &'n GroupNames {
        group.names.get_or_init(|| group.read(tree, self))
    }

    /// Those of the groups that are asked for every name which have one.
    fn open_with(&self, tree: &dyn Tree, name: &str) -> &[usize] {
        let gather = || {
            let mut out: HashMap<String, Vec<usize>> = HashMap::new();
            for number in &self.open {
                let Some(group) = self.groups.get(*number) else {
                    continue;
                };
                let names = self.names(tree, group);
                let services = names.services.iter();
                let services = services.map(|service| service.name.to_ascii_lowercase());
                for name in names.by_name.keys().cloned().chain(services) {
                    out.entry(name).or_default().push(*number);
                }
            }
            out
        };
        let name = name.to_ascii_lowercase();
        let found = self.open_names.get_or_init(gather).get(&name);
        found.map_or(&[], Vec::as_slice)
    }

    fn of_name(&self, tree: &dyn Tree, name: &str, platform: Platform) -> Vec<&NetworkName> {
        if name.is_empty() {
            return Vec::new();
        }
        let mut groups = self.words.texts_with(name);
        // A default name of a container, `project-service-1`, is not written anywhere.
        let number = name.rsplit_once(['-', '_']);
        let number = number.filter(|(_, number)| number.parse::<u16>().is_ok());
        if let Some((before, _)) = number.filter(|_| platform == Platform::Compose) {
            let ends = before.match_indices(['-', '_']);
            let services = ends.filter_map(|(at, _)| before.get(at + 1..));
            groups.extend(services.flat_map(|service| self.words.texts_with(service)));
        }
        groups.extend(self.open_with(tree, name));
        groups.sort_unstable();
        groups.dedup();
        let groups = groups
            .into_iter()
            .filter_map(|number| self.groups.get(number));
        groups
            .filter(|group| group.platform == platform)
            .flat_map(|group| self.names(tree, group).of_name(name))
            .collect()
    }
}

impl NameGroup {
    fn new(platform: Platform, files: Vec<SourceFile>) -> Self {
        Self {
            platform,
            by: MadeBy::Files,
            files,
            names: OnceLock::new(),
        }
    }

    fn has_variables(&self) -> bool {
        self.platform == Platform::Compose
            && self.files.iter().any(|file| {
                let text = file.text.content();
                text.contains('$') && NAMES_WITH_VARIABLES.iter().any(|key| text.contains(key))
            })
    }

    fn read(&self, tree: &dyn Tree, network: &ContainerNetworks) -> GroupNames {
        let (root, pods) = (&network.root, &network.pods);
        let files = || self.files.iter();
        let (services, released): (Vec<Service>, Vec<NetworkName>) = match (self.platform, self.by)
        {
            (Platform::Compose, _) | (_, MadeBy::Operator) => (Vec::new(), Vec::new()),
            (_, MadeBy::Chart) => files().flat_map(kubernetes::released).unzip(),
            (_, MadeBy::Files) => (files().flat_map(kubernetes::services).collect(), Vec::new()),
        };
        let all = match self.platform {
            Platform::Compose => compose::named(
                Home {
                    tree,
                    root,
                    committed: &network.committed,
                    every: false,
                    others: false,
                },
                &self.files,
                &network.compose,
            ),
            _ if self.by == MadeBy::Operator => {
                files().flat_map(kubernetes::operated::named).collect()
            }
            _ if self.by == MadeBy::Chart => released,
            _ => services
                .iter()
                .flat_map(|service| pods.behind(service))
                .collect(),
        };
        let mut by_name: HashMap<String, Vec<usize>> = HashMap::new();
        for (index, named) in all.iter().enumerate() {
            for name in &named.names {
                let known = by_name.entry(name.to_ascii_lowercase()).or_default();
                if known.last() != Some(&index) {
                    known.push(index);
                }
            }
        }
        GroupNames {
            all,
            by_name,
            services,
        }
    }
}

impl GroupNames {
    fn of_name(&self, name: &str) -> impl Iterator<Item = &NetworkName> {
        let found = self.by_name.get(name).into_iter().flatten();
        found.filter_map(|index| self.all.get(*index))
    }
}
