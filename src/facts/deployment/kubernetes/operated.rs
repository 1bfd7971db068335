//! What the Prometheus Operator runs: a Prometheus for each resource of its kinds, and for values of
//! kube-prometheus-stack (prometheus-operator v0.93.0 `pkg/prometheus/server/statefulset.go` and
//! `pkg/prometheus/common.go`, `BuildCommonVolumes`).

mod flags;

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::Arc;

use super::super::by_path::ByPath;
use super::super::network::{NetworkContainer, NetworkName, Ports, Surroundings};
use super::super::user::RunAs;
use super::volume::{PodSpec, whole_object};
use super::{
    Deployment, Evidence, Home, Mount, MountSource, Objects, Outside, Place, Platform, PodNetwork,
    SourceFile,
};
use crate::discover::{Manifest, manifests};
use crate::facts::deployment::{ContainerEnvironment, Image};
use crate::yaml::{Node, placeholder};

/// The configuration that the Operator makes.
pub(crate) const OPERATED_CONFIG: &str = "/etc/prometheus/config_out/prometheus.env.yaml";

/// Folders that the Operator fills.
const OWN: &[&str] = &[
    "/etc/prometheus/certs",
    "/etc/prometheus/config_out",
    "/etc/prometheus/rules",
    "/etc/prometheus/web_config",
    "/prometheus",
];

/// How deep values of a chart may be in others: umbrella charts of umbrella charts have three levels.
const DEEPEST: usize = 6;

/// The groups of the Operator and of its fork.
const GROUPS: &[&str] = &["monitoring.coreos.com/", "monitoring.rhobs/"];

/// How many other resources are named that may be patches of one: more reasons for one doubt help no
/// reader, and in a repository of a thousand clusters each would name all others.
const MOST_OTHERS: usize = 16;

/// Resources by their kinds and names, a few of each.
type ByName<'a, 'd> = HashMap<(&'static str, &'d str), Vec<&'a Operated<'d>>>;

/// The Prometheus servers and agents that the Operator runs by some files.
pub(in crate::facts::deployment) fn operated(
    home: Home<'_>,
    files: &[SourceFile],
    objects: &Objects,
) -> Vec<Deployment> {
    let all: Vec<Operated<'_>> = files.iter().flat_map(Operated::all).collect();
    let mut by_name = ByName::new();
    for resource in all.iter().filter(|resource| !resource.is_values) {
        let namesakes = by_name.entry((resource.kind, resource.name)).or_default();
        if namesakes.len() <= MOST_OTHERS {
            namesakes.push(resource);
        }
    }
    all.iter()
        .map(|candidate| candidate.deployment(home, &by_name, objects))
        .collect()
}

/// The pods of a file that the Operator makes.
pub(super) fn pods(file: &SourceFile) -> Vec<super::service::SelectablePods> {
    let all = Operated::all(file).into_iter();
    all.filter(|candidate| !candidate.is_values)
        .map(|operated| super::service::SelectablePods {
            kind: operated.kind.to_owned(),
            name: operated.name.to_owned(),
            namespace: operated.namespace.map(str::to_owned),
            labels: operated.labels(),
            injected: None,
            containers: vec![operated.container()],
        })
        .collect()
}

/// The names by which pods of a file are reached because the Operator makes a Service for them.
pub(in crate::facts::deployment) fn named(file: &SourceFile) -> Vec<NetworkName> {
    let all = Operated::all(file).into_iter();
    let governed =
        all.filter(|operated| !operated.is_values && operated.spec.get("serviceName").is_none());
    governed
        .map(|operated| NetworkName {
            names: vec![operated.governing().to_owned()],
            platform: Platform::Kubernetes,
            file: file.path.clone(),
            namespace: operated.namespace.map(str::to_owned),
            pods: None,
            ports: Ports::Same,
            containers: vec![operated.container()],
            workload: Some((operated.kind.to_owned(), operated.name.to_owned())),
            injected: None,
            surroundings: Surroundings::default(),
            evidence: vec![Evidence {
                place: operated.place(),
                message: format!(
                    "the Operator makes the Service `{}` for it",
                    operated.governing()
                ),
            }],
        })
        .collect()
}

/// A resource from which the Operator makes pods, or values of a chart that make one.
struct Operated<'d> {
    file: &'d SourceFile,
    kind: &'static str,
    name: &'d str,
    namespace: Option<&'d str>,
    root: Node<'d>,
    spec: Node<'d>,
    is_values: bool,
}

impl<'d> Operated<'d> {
    fn all(file: &'d SourceFile) -> Vec<Self> {
        let mut out = Vec::new();
        for document in file.documents() {
            let objects = manifests(document).into_iter();
            out.extend(objects.filter_map(|manifest| Self::new(file, manifest)));
            if let Some(root) = document.root() {
                Self::of_values(file, root, DEEPEST, &mut out);
            }
        }
        out
    }

    fn new(file: &'d SourceFile, manifest: Manifest<'d>) -> Option<Self> {
        let kind = match manifest.kind {
            "Prometheus" => "Prometheus",
            "PrometheusAgent" => "PrometheusAgent",
            _ => return None,
        };
        let version = manifest.root.get("apiVersion").and_then(Node::as_str)?;
        let is_known = GROUPS.iter().any(|group| version.starts_with(group));
        let spec = manifest.root.get("spec")?;
        spec.mapping()?;
        is_known.then_some(Self {
            file,
            kind,
            name: manifest.name,
            namespace: manifest.namespace,
            root: manifest.root,
            spec,
            is_values: false,
        })
    }

    fn of_values(file: &'d SourceFile, node: Node<'d>, depth: usize, out: &mut Vec<Self>) {
        let Some(depth) = depth.checked_sub(1) else {
            return;
        };
        let entries = node.mapping().into_iter().flat_map(|map| map.entries());
        for entry in entries.filter(|entry| entry.value.mapping().is_some()) {
            if entry.name() != "prometheusSpec" {
                Self::of_values(file, entry.value, depth, out);
                continue;
            }
            // The chart makes the other kind then (`templates/prometheus/prometheus.yaml`).
            let is_agent = node.get("agentMode").and_then(Node::as_str) == Some("true");
            out.push(Self {
                file,
                kind: if is_agent {
                    "PrometheusAgent"
                } else {
                    "Prometheus"
                },
                name: "",
                namespace: None,
                root: entry.value,
                spec: entry.value,
                is_values: true,
            });
        }
    }

    fn place(&self) -> Place {
        let metadata = self.root.get("metadata");
        let name = metadata.and_then(|metadata| metadata.get("name"));
        name.filter(|_| !self.is_values)
            .unwrap_or(self.root)
            .place()
    }

    fn title(&self) -> String {
        match self.is_values {
            true => "the Prometheus of the chart".to_owned(),
            false => format!("the {} `{}`", self.kind, self.name),
        }
    }

    /// The Service without an address that the Operator makes for all of a kind in a namespace.
    fn governing(&self) -> &'static str {
        match self.kind {
            "PrometheusAgent" => "prometheus-agent-operated",
            _ => "prometheus-operated",
        }
    }

    /// `pkg/prometheus/server/statefulset.go`, `buildServerArgs` and `makeStatefulSetSpec`.
    fn labels(&self) -> BTreeMap<String, String> {
        let program = match self.kind {
            "PrometheusAgent" => "prometheus-agent",
            _ => "prometheus",
        };
        let own = [
            ("app.kubernetes.io/instance", self.name),
            ("app.kubernetes.io/managed-by", "prometheus-operator"),
            ("app.kubernetes.io/name", program),
            ("operator.prometheus.io/name", self.name),
            ("prometheus", self.name),
        ];
        let more = self.spec.get("podMetadata");
        let more = more.and_then(|more| more.get("labels")?.mapping());
        let more = more.into_iter().flat_map(|map| map.entries());
        let more = more.filter_map(|entry| {
            let value = entry.value.as_str()?;
            Some((entry.name().to_owned(), value.to_owned()))
        });
        let own = own.map(|(name, value)| (name.to_owned(), value.to_owned()));
        more.chain(own).collect()
    }

    fn container(&self) -> NetworkContainer {
        let port = self.spec.get("portName").and_then(Node::as_str);
        NetworkContainer {
            changes: Vec::new(),
            has_other_image: false,
            is_one_program: false,
            name: self.title(),
            image: self.image(),
            place: self.place(),
            ports: vec![(Some(port.unwrap_or("web").to_owned()), 9090)],
            arguments: self.arguments(),
            environment: ContainerEnvironment::default(),
        }
    }

    /// The image, with the release that the Operator takes it for.
    fn image(&self) -> Option<Image> {
        let text = |node: Option<Node<'d>>| node.and_then(Node::as_str).map(str::to_owned);
        let image = self.spec.get("image");
        let part = |key: &str| text(image.and_then(|image| image.get(key)));
        let name = text(image).or_else(|| part("repository"));
        let written = self.spec.get("version");
        let tag = text(written).or_else(|| part("tag"));
        let place = written.or(image).map_or_else(|| self.place(), Node::place);
        let base = Image {
            name: name.unwrap_or_else(|| "quay.io/prometheus/prometheus".to_owned()),
            place: place.clone(),
        };
        Some(match tag.filter(|tag| !tag.is_empty()) {
            Some(tag) => Image {
                name: format!("{}:{tag}", base.repository()),
                place,
            },
            None => base,
        })
    }

    /// The container of Prometheus in `spec.containers`, which is laid over the Operator's.
    fn patch(&self) -> Option<Node<'d>> {
        let mut list = self.spec.get("containers")?.items();
        list.find(|node| node.get("name").and_then(Node::as_str) == Some("prometheus"))
    }

    fn mounts(&self, objects: &Objects) -> Vec<Mount> {
        let pod = PodSpec::new(self.spec, self.namespace);
        let mut out: Vec<Mount> = OWN
            .iter()
            .map(|path| self.generated_mount(path, "the Operator"))
            .collect();
        let account = self.spec.get("automountServiceAccountToken");
        if account.and_then(Node::as_str) != Some("false") {
            out.push(pod.service_account(self.place()));
        }
        for (list, kind, folder) in [
            ("secrets", "Secret", "secrets"),
            ("configMaps", "ConfigMap", "configmaps"),
        ] {
            let names = self.spec.get(list).into_iter().flat_map(Node::items);
            out.extend(names.filter_map(|name| self.object(name, kind, folder, objects)));
        }
        let holders = std::iter::once(self.spec).chain(self.patch());
        let listed = holders.filter_map(|holder| holder.get("volumeMounts"));
        let listed = listed.flat_map(Node::items);
        out.extend(listed.filter_map(|node| pod.mount(node, self.root, &objects.0)));
        let annotations = self.spec.get("podMetadata");
        let annotations =
            annotations.and_then(|annotation| annotation.get("annotations")?.mapping());
        let mut annotations = annotations.into_iter().flat_map(|map| map.entries());
        if annotations.any(|entry| entry.name().starts_with("vault.hashicorp.com/")) {
            out.push(self.generated_mount("/vault", "the Vault agent"));
        }
        out
    }

    fn generated_mount(&self, path: &str, by: &str) -> Mount {
        let source = MountSource::Outside(Outside::Other(by.to_owned()));
        Mount::new(path, source, self.place())
    }

    /// A Secret or ConfigMap that is mounted by its name.
    fn object(
        &self,
        node: Node<'_>,
        kind: &'static str,
        folder: &str,
        objects: &Objects,
    ) -> Option<Mount> {
        let name = node.as_str()?;
        let path = format!("/etc/prometheus/{folder}/{name}");
        if placeholder::is_open(name) {
            let reason = format!("a {kind} whose name is not known");
            return Some(Mount::new(
                &path,
                MountSource::Unknown(reason),
                node.place(),
            ));
        }
        let source = whole_object(kind, name, self.namespace, objects);
        Some(Mount::new(&path, source, node.place()))
    }

    /// Why more may be mounted than is seen: patches of the resource, and other values.
    fn possible_patches(&self, by_name: &ByName<'_, 'd>, objects: &Objects) -> Vec<Evidence> {
        let doubt = |place: Place, message: &str| Evidence {
            place,
            message: message.to_owned(),
        };
        if self.is_values {
            return vec![doubt(self.place(), "other values may mount more")];
        }
        let namesakes = by_name.get(&(self.kind, self.name)).into_iter().flatten();
        let others = namesakes.filter(|other| !std::ptr::eq(**other, self));
        let others = others.take(MOST_OTHERS).map(|other| other.place());
        let inline = objects.0.patching(self.name).iter().cloned();
        let patches = others.chain(inline);
        patches
            .map(|place| doubt(place, "it may be patched from here"))
            .collect()
    }

    /// Whether nothing but the reloader of the Operator is in the pod with Prometheus.
    fn is_alone(&self) -> bool {
        const BESIDE: &[&str] = &["containers", "hostNetwork", "initContainers", "thanos"];
        let metadata = self.spec.get("podMetadata");
        let is_injected = metadata.is_some_and(|node| {
            let text = node.document().text().slice(node.span());
            ["inject", "sidecar"].iter().any(|word| text.contains(word))
        });
        !is_injected && BESIDE.iter().all(|key| self.spec.get(key).is_none())
    }

    fn deployment(
        &self,
        home: Home<'_>,
        by_name: &ByName<'_, 'd>,
        objects: &Objects,
    ) -> Deployment {
        let kind = self.root.get("kind").unwrap_or(self.root);
        let user = self.spec.get("securityContext");
        let user = user.and_then(|context| context.get("runAsUser")?.as_str()?.parse().ok());
        let doubts = self.possible_patches(by_name, objects);
        Deployment {
            name: self.title(),
            platform: Platform::Kubernetes,
            place: self.place(),
            file: self.file.path.clone(),
            namespace: self.namespace.map(str::to_owned),
            root: PathBuf::from(home.root),
            prometheus: Some(Evidence {
                place: kind.place(),
                message: "the Operator runs Prometheus for it".to_owned(),
            }),
            image: self.image(),
            base: None,
            arguments: self.arguments(),
            folder: None,
            commands: Vec::new(),
            others: Vec::new(),
            user: RunAs {
                uid: user,
                ..RunAs::default()
            },
            mounts: self.mounts(objects),
            withheld: Vec::new(),
            by_path: ByPath::default(),
            pod: PodNetwork {
                workload: Some((self.kind.to_owned(), self.name.to_owned())),
                is_alone: self.is_alone() && doubts.is_empty(),
                outside: None,
            },
            environment: Vec::new(),
            overlays: doubts.clone(),
            writers: Arc::default(),
            doubts,
        }
    }
}
