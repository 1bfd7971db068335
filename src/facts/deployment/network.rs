//! What answers to a host name inside of a network of containers: services of docker compose, and
//! what Services of Kubernetes select.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::arguments::Arguments;
use super::environment::ContainerEnvironment;
use super::image::Image;
use super::kubernetes::{Pods, Service};
use super::model::Platform;
use super::scan::SourceFile;
use super::{Committed, DeploymentSources, Home, compose, kubernetes};
use crate::facts::words::{WordClass, WordIndex};
use crate::finding::{Evidence, Place};
use crate::source::Tree;

/// A name in a network of containers, and what it leads to.
#[derive(Clone, Debug)]
pub struct NetworkName {
    /// The names of docker compose; the name of the Service.
    pub(super) names: Vec<String>,
    /// What brings it about.
    pub platform: Platform,
    /// The file that its containers are defined in: of a project of docker compose the first.
    pub file: PathBuf,
    /// The namespace, if one is written.
    pub namespace: Option<String>,
    /// The StatefulSet whose pods have their own names below it.
    pub(super) pods: Option<String>,
    /// How ports lead to those of the containers.
    pub(super) ports: Ports,
    /// The containers behind it; of a pod only one answers at a port.
    pub(super) containers: Vec<NetworkContainer>,
    /// What asks for a proxy of a mesh beside its containers.
    pub(super) injected: Option<Evidence>,
    /// The kind and the name of what runs the pods.
    pub(super) workload: Option<(String, String)>,
    /// How the name leads there.
    pub(super) evidence: Vec<Evidence>,
    /// The networks of a service of docker compose.
    pub(super) surroundings: Surroundings,
}

/// What a service of docker compose shares with others.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    /// The networks that it joins; none where something that is not in sight tells.
    pub networks: Option<Vec<String>>,
    /// Whether its loopback is surely its own, whatever its networks are.
    pub is_apart: bool,
    /// The ports of the machine that lead to it, and its own behind them.
    pub published: Vec<(u16, u16)>,
    /// The ports that `expose` names.
    pub exposed: Vec<u16>,
    /// Its aliases, and the network that each counts in.
    pub aliases: Vec<(String, String)>,
    /// Whether names may lead somewhere that is not in sight (`extra_hosts`, `links`, `dns`).
    pub has_other_names: bool,
    /// The `network_mode`, which may be another service's network.
    pub mode: Option<String>,
    /// The same where it puts the service outside of every network with names, and nothing else gives
    /// it any.
    pub own_mode: Option<NetworkMode>,
}

/// A `network_mode` by which names of services lead nowhere (docs.docker.com, networking overview).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NetworkMode {
    /// The network of the machine.
    Host,
    /// The default bridge, where containers know each other by address only.
    Bridge,
    /// No network.
    None,
}

impl NetworkMode {
    pub(super) fn of(written: &str) -> Option<Self> {
        match written {
            "host" => Some(Self::Host),
            "bridge" => Some(Self::Bridge),
            "none" => Some(Self::None),
            _ => None,
        }
    }

    /// As it is written.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Host => "host",
            Self::Bridge => "bridge",
            Self::None => "none",
        }
    }
}

/// The services that are started together.
#[derive(Debug)]
pub struct Together<'n> {
    /// All of them.
    pub all: Vec<&'n NetworkName>,
    /// Whether no other compose file of the folder may add to them.
    pub is_alone: bool,
}

/// How ports lead to those of containers.
#[derive(Clone, Debug)]
pub(super) enum Ports {
    /// They are the same.
    Same,
    /// Those of a Service, and where each leads.
    Mapped(Vec<(u16, ContainerPort)>),
}

/// The port of a container.
#[derive(Clone, Debug)]
pub(super) enum ContainerPort {
    Number(u16),
    Name(String),
}

/// A container behind a name.
#[derive(Clone, Debug)]
pub struct NetworkContainer {
    /// For people: "the service `mimir`".
    pub name: String,
    /// Its image, if one is named.
    pub image: Option<Image>,
    /// The same place as that of its [`super::Deployment`], if it is one.
    pub place: Place,
    /// Its ports: name and number.
    pub(super) ports: Vec<(Option<String>, u16)>,
    /// What it is started with, as far as that is written.
    pub arguments: Arguments,
    /// Its variables.
    pub environment: ContainerEnvironment,
    /// Why another program may run in it, or with other settings than are seen.
    pub changes: Vec<Evidence>,
    /// Whether its image may be another one.
    pub has_other_image: bool,
}

/// A container that answers at a host and port.
#[derive(Clone, Debug)]
pub struct AnsweringContainer<'n> {
    /// The name that leads to it.
    pub named: &'n NetworkName,
    /// The container; none if it is not known which of a pod's it is.
    pub container: Option<&'n NetworkContainer>,
    /// The port at which the container is asked.
    pub port: u16,
    /// Whether the host names the namespace, or needs none.
    pub is_qualified: bool,
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
        })
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

impl AnsweringContainer<'_> {
    /// The ports of the container that others know.
    #[must_use]
    pub fn declared_ports(&self) -> Vec<u16> {
        let around = &self.named.surroundings;
        let published = around.published.iter().map(|(_, own)| *own);
        let declared = self
            .container
            .into_iter()
            .flat_map(|container| &container.ports);
        let declared = declared.map(|(_, port)| *port);
        published
            .chain(around.exposed.iter().copied())
            .chain(declared)
            .collect()
    }
}

impl NetworkName {
    /// What answers where a host goes on with `rest` behind the name: nothing, the namespace, or
    /// that with `svc` and the domain of the cluster.
    fn in_cluster(&self, rest: &str, port: u16) -> Option<AnsweringContainer<'_>> {
        if self.platform != Platform::Kubernetes {
            return None;
        }
        let (namespace, domain) = rest.split_once('.').unwrap_or((rest, ""));
        let is_cluster = domain.is_empty() || domain == "svc" || domain.starts_with("svc.");
        let own = self.namespace.as_deref();
        let same = namespace.is_empty() || own.is_none_or(|own| own == namespace);
        (is_cluster && same).then(|| self.hit(port, !namespace.is_empty()))?
    }

    fn hit(&self, port: u16, is_qualified: bool) -> Option<AnsweringContainer<'_>> {
        let target = match &self.ports {
            Ports::Same => ContainerPort::Number(port),
            Ports::Mapped(ports) => {
                let (_, target) = ports.iter().find(|(one, _)| *one == port)?;
                target.clone()
            }
        };
        let declares = |container: &&NetworkContainer| {
            container.ports.iter().any(|(name, number)| match &target {
                ContainerPort::Number(target) => number == target,
                ContainerPort::Name(target) => name.as_ref() == Some(target),
            })
        };
        let container = match self.containers.as_slice() {
            [only] => Some(only),
            several => several.iter().find(declares),
        };
        let port = match &target {
            ContainerPort::Number(number) => *number,
            ContainerPort::Name(target) => {
                let mut ports = container?.ports.iter();
                ports.find(|(name, _)| name.as_ref() == Some(target))?.1
            }
        };
        Some(AnsweringContainer {
            named: self,
            container,
            port,
            is_qualified,
        })
    }

    /// The names, as they are written.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// What it shares with other services.
    #[must_use]
    pub fn surroundings(&self) -> &Surroundings {
        &self.surroundings
    }

    /// The container of a service of docker compose.
    #[must_use]
    pub fn service(&self) -> Option<&NetworkContainer> {
        self.containers.first()
    }

    /// What asks for a proxy of a mesh in its pods.
    #[must_use]
    pub fn injected(&self) -> Option<&Evidence> {
        self.injected.as_ref()
    }

    /// The kind and the name of what runs the pods of Kubernetes behind it.
    #[must_use]
    pub fn workload(&self) -> Option<(&str, &str)> {
        let (kind, name) = self.workload.as_ref()?;
        Some((kind, name))
    }

    /// How the name leads to its containers, if another place than the container's tells.
    #[must_use]
    pub fn evidence(&self) -> &[Evidence] {
        &self.evidence
    }
}
