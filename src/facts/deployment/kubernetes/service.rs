//! Services of Kubernetes, and the pods that they select.

use std::collections::{BTreeMap, HashMap};
use std::sync::OnceLock;

use super::{Workload, arguments_of, image_of, may_be_same};
use crate::discover::{Manifest, manifests};
use crate::facts::deployment::model::Platform;
use crate::facts::deployment::network::{
    ContainerPort, NetworkContainer, NetworkName, Ports, Surroundings,
};
use crate::facts::deployment::scan::SourceFile;
use crate::facts::words::{WordClass, WordIndex};
use crate::finding::{Evidence, Place};
use crate::yaml::{Mapping, Node};

/// A Service, as far as it leads to pods.
#[derive(Clone, Debug)]
pub struct Service {
    /// Its name.
    pub name: String,
    /// Its namespace, if one is written.
    pub namespace: Option<String>,
    pub(in crate::facts::deployment) selector: Vec<(String, String)>,
    /// Whether its name leads to the pods themselves.
    pub is_headless: bool,
    /// Whether its name is an alias of one outside of the cluster.
    pub is_external: bool,
    /// That name.
    pub external_name: Option<String>,
    pub(in crate::facts::deployment) ports: Vec<(u16, ContainerPort)>,
    /// The names of its ports.
    names: Vec<(String, u16)>,
    /// Whether each of its ports is a number.
    has_all_ports: bool,
    /// Where its name is.
    pub place: Place,
}

impl Service {
    /// One that a chart makes.
    pub(super) fn of_chart(
        name: &str,
        namespace: Option<String>,
        ports: Vec<(u16, ContainerPort)>,
        place: Place,
    ) -> Self {
        Self {
            name: name.to_owned(),
            namespace,
            selector: Vec::new(),
            is_headless: false,
            is_external: false,
            external_name: None,
            ports,
            names: Vec::new(),
            has_all_ports: true,
            place,
        }
    }

    /// The ports that it offers; none if one of them is not known.
    #[must_use]
    pub fn offered(&self) -> Option<Vec<u16>> {
        let ports = self.ports.iter().map(|(port, _)| *port);
        (self.has_all_ports && !self.ports.is_empty()).then(|| ports.collect())
    }

    /// One of its ports, by number or by name.
    #[must_use]
    pub fn port(&self, wanted: &str) -> Option<u16> {
        let named = self.names.iter().find(|(name, _)| name == wanted);
        let number = || {
            let number = wanted.parse().ok()?;
            self.ports
                .iter()
                .any(|(own, _)| *own == number)
                .then_some(number)
        };
        named.map(|(_, port)| *port).or_else(number)
    }

    /// The port that leads to a port of the containers.
    #[must_use]
    pub fn port_to(&self, wanted: u16) -> Option<u16> {
        let leads = |target: &ContainerPort| matches!(target, ContainerPort::Number(port) if *port == wanted);
        let found = self.ports.iter().find(|(_, target)| leads(target));
        found.map(|(port, _)| *port)
    }

    /// The port of the containers behind one of its own, where that is another number.
    #[must_use]
    pub fn other_target(&self, port: u16) -> Option<u16> {
        let (_, target) = self.ports.iter().find(|(own, _)| *own == port)?;
        match target {
            ContainerPort::Number(target) if *target != port => Some(*target),
            _ => None,
        }
    }
}

/// What runs pods that Services may select.
#[derive(Clone, Debug)]
pub(super) struct SelectablePods {
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) namespace: Option<String>,
    pub(super) labels: BTreeMap<String, String>,
    pub(super) containers: Vec<NetworkContainer>,
    pub(super) injected: Option<Evidence>,
}

/// The pods of one file, by their labels.
#[derive(Debug, Default)]
struct FilePods {
    all: Vec<SelectablePods>,
    by_label: HashMap<(String, String), Vec<usize>>,
}

/// The pods of all files, which are parsed as far as a selector asks for them.
#[derive(Debug)]
pub(in crate::facts::deployment) struct Pods {
    files: Vec<(SourceFile, OnceLock<FilePods>)>,
    /// Files by which the Prometheus Operator makes pods, whose labels are not written in them.
    operated: Vec<(SourceFile, OnceLock<Vec<SelectablePods>>)>,
    words: OnceLock<WordIndex>,
}

impl Pods {
    /// Those of some manifests.
    pub(in crate::facts::deployment) fn new(files: &[SourceFile], operated: &[SourceFile]) -> Self {
        let files = files.iter().map(|file| (file.clone(), OnceLock::new()));
        let operated = operated.iter().map(|file| (file.clone(), OnceLock::new()));
        Self {
            files: files.collect(),
            operated: operated.collect(),
            words: OnceLock::new(),
        }
    }

    /// What a Service leads to, in the order of the files: an entry for each workload that it
    /// selects.
    pub(in crate::facts::deployment) fn behind(&self, service: &Service) -> Vec<NetworkName> {
        let mut out = Vec::new();
        for (file, pods) in self.files_with(&service.selector) {
            let pods = pods.get_or_init(|| FilePods::read(file));
            for pod in pods.selected_by(service) {
                out.push(of_service(service, pod, file, None));
                if pod.kind == "StatefulSet" {
                    out.push(of_service(service, pod, file, Some(pod.name.clone())));
                }
            }
        }
        if service.selector.is_empty() {
            return out;
        }
        for (file, pods) in &self.operated {
            let pods = pods.get_or_init(|| super::operated::pods(file));
            let pods = pods.iter().filter(|pod| pod.is_selected_by(service));
            out.extend(pods.map(|pod| of_service(service, pod, file, None)));
        }
        out
    }

    /// The files in which the rarest of the wanted labels occurs.
    fn files_with(
        &self,
        labels: &[(String, String)],
    ) -> impl Iterator<Item = &(SourceFile, OnceLock<FilePods>)> {
        let words = self.words.get_or_init(|| {
            let texts = self.files.iter().map(|(file, _)| file.text.content());
            WordIndex::new(WordClass::Name, texts)
        });
        let found = labels.iter().map(|(_, value)| words.texts_with(value));
        let rarest = found.min_by_key(Vec::len).unwrap_or_default();
        rarest.into_iter().filter_map(|index| self.files.get(index))
    }
}

impl FilePods {
    fn read(file: &SourceFile) -> Self {
        let mut out = Self::default();
        for workload in Workload::all(file).filter(Workload::has_image) {
            let pod = SelectablePods::new(&workload);
            for (name, value) in &pod.labels {
                let key = (name.clone(), value.clone());
                out.by_label.entry(key).or_default().push(out.all.len());
            }
            out.all.push(pod);
        }
        out
    }

    /// The pods that have all the labels that a Service wants.
    fn selected_by(&self, service: &Service) -> impl Iterator<Item = &SelectablePods> {
        let with =
            |label: &(String, String)| self.by_label.get(label).map_or(&[][..], Vec::as_slice);
        let rarest = service
            .selector
            .iter()
            .map(with)
            .min_by_key(|with| with.len());
        let pods = rarest.unwrap_or_default().iter();
        pods.filter_map(|index| self.all.get(*index))
            .filter(|pod| pod.is_selected_by(service))
    }
}

impl SelectablePods {
    fn new(workload: &Workload<'_>) -> Self {
        let manifest = workload.manifest;
        let labels = labels(workload)
            .into_iter()
            .flat_map(|labels| labels.entries());
        let labels = labels.filter_map(|entry| {
            let value = entry.value.as_str()?;
            Some((entry.name().to_owned(), value.to_owned()))
        });
        Self {
            kind: manifest.kind.to_owned(),
            name: manifest.name.to_owned(),
            namespace: manifest.namespace.map(str::to_owned),
            labels: labels.collect(),
            injected: injected(workload),
            containers: workload
                .containers()
                .map(|node| container(node, workload))
                .collect(),
        }
    }

    fn is_selected_by(&self, service: &Service) -> bool {
        let mut wanted = service.selector.iter();
        wanted.all(|(name, value)| self.labels.get(name) == Some(value))
            && may_be_same(service.namespace.as_deref(), self.namespace.as_deref())
    }
}

/// The Services of a file of manifests.
pub(in crate::facts::deployment) fn services(file: &SourceFile) -> Vec<Service> {
    let all = file.documents().iter().flat_map(manifests);
    all.filter(|manifest| manifest.kind == "Service")
        .filter_map(|manifest| service(&manifest))
        .collect()
}

fn service(manifest: &Manifest<'_>) -> Option<Service> {
    let spec = manifest.root.get("spec")?;
    let selector = spec.get("selector").and_then(Node::mapping).into_iter();
    let selector = selector.flat_map(Mapping::entries);
    // A value that is not a text selects nothing, as no selector does.
    let selector: Option<Vec<_>> = selector
        .map(|entry| Some((entry.name().to_owned(), entry.value.as_str()?.to_owned())))
        .collect();
    let ports: Vec<_> = spec
        .get("ports")
        .into_iter()
        .flat_map(Node::items)
        .collect();
    Some(Service {
        name: manifest.name.to_owned(),
        namespace: manifest.namespace.map(str::to_owned),
        selector: selector.unwrap_or_default(),
        is_headless: spec.get("clusterIP").and_then(Node::as_str) == Some("None"),
        is_external: spec.get("type").and_then(Node::as_str) == Some("ExternalName"),
        external_name: spec
            .get("externalName")
            .and_then(Node::as_str)
            .map(|name| name.trim_end_matches('.').to_ascii_lowercase()),
        names: ports
            .iter()
            .filter_map(|node| {
                let name = node.get("name").and_then(Node::as_str)?;
                Some((name.to_owned(), port(*node)?.0))
            })
            .collect(),
        has_all_ports: ports.iter().all(|node| port(*node).is_some()),
        ports: ports.into_iter().filter_map(port).collect(),
        place: place(manifest),
    })
}

/// The labels of a workload's pods.
fn labels<'d>(workload: &Workload<'d>) -> Option<Mapping<'d>> {
    metadata(workload)?.get("labels")?.mapping()
}

/// The metadata of a workload's pods.
fn metadata<'d>(workload: &Workload<'d>) -> Option<Node<'d>> {
    let root = workload.manifest.root;
    let pod = match workload.manifest.kind {
        "Pod" => root,
        _ => root.get("spec")?.get("template")?,
    };
    pod.get("metadata")
}

/// What asks a mesh to put a proxy into the pods: `sidecar.istio.io/inject`, `linkerd.io/inject`,
/// `consul.hashicorp.com/connect-inject`, `kuma.io/sidecar-injection`.
fn injected(workload: &Workload<'_>) -> Option<Evidence> {
    const KEYS: &[&str] = &[
        "sidecar.istio.io/",
        "linkerd.io/",
        "connect-inject",
        "kuma.io/sidecar",
    ];
    let metadata = metadata(workload)?;
    let maps = ["labels", "annotations"].into_iter();
    let maps = maps.filter_map(|key| metadata.get(key)?.mapping());
    let mut entries = maps.flat_map(Mapping::entries);
    let entry = entries.find(|entry| {
        let is_key = |key: &&str| entry.name().contains(*key) && entry.name().contains("inject");
        let is_off = matches!(entry.value.as_str(), Some("false" | "disabled"));
        KEYS.iter().any(is_key) && !is_off
    })?;
    Some(Evidence {
        place: entry.key.place(),
        message: "a mesh puts a proxy in front of it, which may change requests".to_owned(),
    })
}

fn of_service(
    service: &Service,
    pod: &SelectablePods,
    file: &SourceFile,
    pods: Option<String>,
) -> NetworkName {
    // Without a separate address, and for the names of single pods, the name leads to the pods
    // themselves, and no port is mapped.
    let is_direct = pods.is_some() || service.is_headless;
    NetworkName {
        names: vec![service.name.clone()],
        platform: Platform::Kubernetes,
        file: file.path.clone(),
        namespace: service.namespace.clone().or_else(|| pod.namespace.clone()),
        pods,
        ports: match is_direct {
            true => Ports::Same,
            false => Ports::Mapped(service.ports.clone()),
        },
        containers: pod.containers.clone(),
        injected: pod.injected.clone(),
        workload: Some((pod.kind.clone(), pod.name.clone())),
        surroundings: Surroundings::default(),
        evidence: vec![Evidence {
            place: service.place.clone(),
            message: format!(
                "the Service `{}` leads to the pods of the {} `{}`",
                service.name, pod.kind, pod.name
            ),
        }],
    }
}

/// A port of a Service, and where it leads: to the same one, unless it says otherwise.
fn port(node: Node<'_>) -> Option<(u16, ContainerPort)> {
    let number = |node: Node<'_>| node.as_str()?.parse::<u16>().ok();
    let own = number(node.get("port")?)?;
    let target = match node.get("targetPort") {
        None => ContainerPort::Number(own),
        Some(target) => match number(target) {
            Some(target) => ContainerPort::Number(target),
            None => ContainerPort::Name(target.as_str()?.to_owned()),
        },
    };
    Some((own, target))
}

fn container(node: Node<'_>, workload: &Workload<'_>) -> NetworkContainer {
    let ports = node.get("ports").into_iter().flat_map(Node::items);
    let port = |port: Node<'_>| {
        let name = port.get("name").and_then(Node::as_str);
        let number = port.get("containerPort")?.as_str()?.parse().ok()?;
        Some((name.map(str::to_owned), number))
    };
    NetworkContainer {
        name: workload.name_of(node),
        image: image_of(node),
        place: workload.place_of(node),
        environment: super::container::variables(
            node,
            node.get("name").and_then(Node::as_str).unwrap_or(""),
        ),
        ports: ports.filter_map(port).collect(),
        arguments: arguments_of(node, false),
        changes: Vec::new(),
        has_other_image: false,
        is_one_program: false,
    }
}

/// Where the name of a manifest is.
fn place(manifest: &Manifest<'_>) -> Place {
    let name = manifest
        .root
        .get("metadata")
        .and_then(|metadata| metadata.get("name"));
    name.unwrap_or(manifest.root).place()
}
