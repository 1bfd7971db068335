//! Manifests of Kubernetes: the containers that run Prometheus and what their pods mount.

pub(super) mod chart;
mod container;
pub(super) mod operated;
mod provider;
mod released;
mod service;
mod volume;

use std::collections::HashMap;
use std::sync::Arc;

use memchr::memmem;

use self::provider::{AUTOMOUNT, Providers};
pub use self::released::GATEWAY_USERS;
pub(super) use self::released::{may_install, released};
pub use self::service::Service;
pub(super) use self::service::{Pods, services};
use self::volume::PodSpec;
pub(super) use self::volume::mode;
use super::Home;
use super::arguments::VMAGENT_CONFIG;
use super::by_path::ByPath;
use super::image::PrometheusLikelihood;
use super::model::{
    Deployment, Mount, MountSource, Outside, Platform, PodNetwork, Withheld, has_settings,
};
use super::programs;
use super::scan::{SourceFile, may_run_prometheus};
use crate::discover::{Manifest, manifests};
use crate::facts::words::NameScan;
use crate::finding::{Evidence, Place};
use crate::yaml::Node;
use container::{arguments_of, environment, image_of, runs_prometheus, user_of};

/// Where Kubernetes puts a service account's token, certificate and namespace.
pub(super) const SERVICE_ACCOUNT: &str = "/var/run/secrets/kubernetes.io/serviceaccount";

/// Kinds that run pods, and the way from them to the pod's `spec`.
const WORKLOADS: &[(&str, &[&str])] = &[
    ("Pod", &["spec"]),
    ("Deployment", &["spec", "template", "spec"]),
    ("StatefulSet", &["spec", "template", "spec"]),
    ("DaemonSet", &["spec", "template", "spec"]),
    ("ReplicaSet", &["spec", "template", "spec"]),
    ("ReplicationController", &["spec", "template", "spec"]),
    ("DeploymentConfig", &["spec", "template", "spec"]),
    ("Job", &["spec", "template", "spec"]),
    (
        "CronJob",
        &["spec", "jobTemplate", "spec", "template", "spec"],
    ),
];

/// The containers of some manifests that run Prometheus or mount a volume of files.
pub(super) fn read(
    home: Home<'_>,
    workloads: &[SourceFile],
    providers: &[SourceFile],
) -> Vec<Deployment> {
    let running = workloads.iter().filter(|file| {
        let bytes = file.bytes();
        may_run_prometheus(bytes)
            || home.every && memmem::find(bytes, b"alloy").is_some()
            || home.others && programs::may_run(bytes)
    });
    let running: Vec<Workload<'_>> = running
        .flat_map(Workload::all)
        .filter(|workload| home.every || workload.has_image())
        .collect();
    if running.is_empty() {
        return Vec::new();
    }
    let patches = WorkloadPatches::read(workloads, &running);
    let providers = Providers::read(home, providers, &running);
    let mut out = Vec::new();
    for workload in &running {
        let doubts = workload.possible_patches(&patches, &providers);
        out.extend(workload.deployments(home, &providers, &doubts));
    }
    out
}

/// All that makes Secrets and ConfigMaps in a tree.
pub(super) struct Objects(Providers);

impl Objects {
    /// Reads files that may hold some.
    pub(super) fn read(home: Home<'_>, files: &[SourceFile]) -> Self {
        Self(Providers::all(home, files))
    }

    /// Everything that makes one.
    pub(super) fn all(&self) -> impl Iterator<Item = &Arc<super::Provider>> {
        self.0.all_made()
    }

    /// What makes a Secret or ConfigMap of a name; one without a namespace may be in any.
    pub(super) fn of(
        &self,
        makes: &'static str,
        name: &str,
        namespace: Option<&str>,
    ) -> Vec<Arc<super::Provider>> {
        let same = |other: Option<&str>| may_be_same(other, namespace);
        self.0.of(makes, name, same)
    }

    /// The names of those that are made in a namespace, in order.
    pub(super) fn names<'p>(&'p self, makes: &'p str, namespace: Option<&'p str>) -> Vec<&'p str> {
        let mut names: Vec<_> = self.0.names(makes, namespace).collect();
        names.sort_unstable();
        names
    }
}

/// Manifests that patch what runs Prometheus: they name no image.
struct WorkloadPatches(HashMap<(String, String), Vec<Place>>);

impl WorkloadPatches {
    /// Reads the files in which one of the patched names occurs.
    fn read(files: &[SourceFile], patched: &[Workload<'_>]) -> Self {
        let names = NameScan::new(
            patched
                .iter()
                .map(|workload| workload.manifest.name)
                .collect(),
        );
        // Of an object without a name, a patch without one may be meant, wherever it is.
        let all = patched
            .iter()
            .any(|workload| workload.manifest.name.is_empty());
        let mut out: HashMap<_, Vec<Place>> = HashMap::new();
        let files = files
            .iter()
            .filter(|file| all || names.are_in(file.text.content()));
        for patch in files
            .flat_map(Workload::all)
            .filter(|workload| !workload.has_image())
        {
            let Manifest {
                kind, name, root, ..
            } = patch.manifest;
            let key = (kind.to_owned(), name.to_owned());
            out.entry(key).or_default().push(root.place());
        }
        Self(out)
    }

    fn of(&self, manifest: Manifest<'_>) -> &[Place] {
        let key = (manifest.kind.to_owned(), manifest.name.to_owned());
        self.0.get(&key).map_or(&[], Vec::as_slice)
    }
}

/// Something that runs pods.
struct Workload<'d> {
    file: &'d SourceFile,
    manifest: Manifest<'d>,
    spec: Node<'d>,
}

impl<'d> Workload<'d> {
    /// Those of a file.
    fn all(file: &'d SourceFile) -> impl Iterator<Item = Self> {
        let all = file.documents().iter().flat_map(manifests);
        all.filter_map(move |manifest| Self::new(file, manifest))
    }

    fn new(file: &'d SourceFile, manifest: Manifest<'d>) -> Option<Self> {
        let (_, way) = WORKLOADS.iter().find(|(kind, _)| *kind == manifest.kind)?;
        let mut spec = manifest.root;
        for key in *way {
            spec = spec.get(key)?;
        }
        Some(Self {
            file,
            manifest,
            spec,
        })
    }

    fn containers(&self) -> impl Iterator<Item = Node<'d>> {
        self.spec
            .get("containers")
            .into_iter()
            .flat_map(Node::items)
    }

    /// Whether it is whole: patches name no image.
    fn has_image(&self) -> bool {
        self.containers()
            .any(|container| container.get("image").is_some())
    }

    /// The names of what its volumes are filled from.
    fn names(&self) -> Vec<String> {
        PodSpec::new(self.spec, self.manifest.namespace).names()
    }

    fn service_account(&self) -> &'d str {
        let keys = ["serviceAccountName", "serviceAccount"].into_iter();
        let mut named = keys.filter_map(|key| self.spec.get(key)?.as_str());
        named.next().unwrap_or("default")
    }

    /// Patches of it, by which it may mount more.
    fn possible_patches(&self, patches: &WorkloadPatches, providers: &Providers) -> Vec<Evidence> {
        let patches = patches.of(self.manifest).iter();
        let inline = providers.patching(self.manifest.name).iter();
        let places = patches.chain(inline);
        places
            .map(|place| Evidence {
                place: place.clone(),
                message: format!("`{}` may be patched from here", self.manifest.name),
            })
            .collect()
    }

    /// The containers that matter: those that run Prometheus; where none does, those that mount a
    /// volume of files and may run it under another name.
    fn deployments(
        &self,
        home: Home<'_>,
        providers: &Providers,
        doubts: &[Evidence],
    ) -> Vec<Deployment> {
        // One that is restarted whenever it ends runs beside the others (a side car, Kubernetes 1.29).
        let first = self.spec.get("initContainers").filter(|_| home.every);
        let first = first.into_iter().flat_map(Node::items);
        let all: Vec<_> = self
            .containers()
            .chain(first)
            .map(|node| self.deployment(node, home, providers, doubts))
            .collect();
        if home.every {
            return all;
        }
        let any = all.iter().any(|candidate| candidate.prometheus.is_some());
        let keeps = |deployment: &Deployment| {
            deployment.prometheus.is_some()
                || !any
                    && deployment.image.as_ref().is_none_or(|image| {
                        image.prometheus_likelihood() != PrometheusLikelihood::No
                    })
                || !any && deployment.arguments.value("config.file").is_some()
                || deployment.arguments.value(VMAGENT_CONFIG).is_some()
                || has_settings(
                    deployment.image.as_ref(),
                    &deployment.arguments,
                    &deployment.mounts,
                )
        };
        all.into_iter().filter(keeps).collect()
    }

    fn deployment(
        &self,
        container: Node<'d>,
        home: Home<'_>,
        providers: &Providers,
        doubts: &[Evidence],
    ) -> Deployment {
        let pod = PodSpec::new(self.spec, self.manifest.namespace);
        let image = image_of(container);
        let arguments = arguments_of(container, home.every);
        let mut mounts: Vec<Mount> = self.injected();
        let (standard, withheld) = self.service_account_mount(&pod, providers);
        mounts.extend(standard);
        let listed = container
            .get("volumeMounts")
            .into_iter()
            .flat_map(Node::items);
        mounts.extend(listed.filter_map(|node| pod.mount(node, self.manifest.root, providers)));
        let name = container.get("name").and_then(Node::as_str).unwrap_or("");
        let prometheus = runs_prometheus(container, name, image.as_ref(), &arguments, &mounts);
        let user = user_of(self.spec, container, image.as_ref());
        let hook = container
            .get("lifecycle")
            .and_then(|lifecycle| lifecycle.get("postStart"));
        let hook = hook.map(|hook| Evidence {
            place: hook.place(),
            message: "this runs in the container at its start".to_owned(),
        });
        Deployment {
            name: self.name_of(container),
            platform: Platform::Kubernetes,
            place: self.place_of(container),
            file: self.file.path.clone(),
            namespace: self.manifest.namespace.map(str::to_owned),
            root: home.root.to_path_buf(),
            prometheus,
            image,
            base: None,
            arguments,
            folder: container
                .get("workingDir")
                .and_then(Node::as_str)
                .map(str::to_owned),
            commands: Vec::new(),
            others: Vec::new(),
            user,
            mounts,
            by_path: ByPath::default(),
            withheld,
            pod: self.network(doubts),
            environment: environment(container, name),
            doubts: doubts.iter().cloned().chain(hook).collect(),
            overlays: doubts.to_vec(),
            writers: Arc::default(),
        }
    }

    /// What is known of its network. What is patched, or what a webhook may add containers to
    /// (`sidecar.istio.io/inject` and the like), is not known to run alone.
    fn network(&self, doubts: &[Evidence]) -> PodNetwork {
        let text = |key: &str| self.spec.get(key).and_then(Node::as_str);
        let of_machine = self.spec.mapping().and_then(|spec| {
            let entry = spec.entry("hostNetwork")?;
            (entry.value.scalar()?.as_bool()? && doubts.is_empty()).then_some(entry)
        });
        let sidecars = self.spec.get("initContainers").into_iter();
        let mut sidecars = sidecars
            .flat_map(Node::items)
            .filter_map(|container| container.get("restartPolicy"));
        let template = self
            .manifest
            .root
            .get("spec")
            .and_then(|spec| spec.get("template"));
        let metadata = [template, Some(self.manifest.root)].into_iter().flatten();
        let mut metadata = metadata.filter_map(|metadata| metadata.get("metadata"));
        let is_injected = |node: Node<'_>| {
            let text = node.document().text().slice(node.span());
            ["inject", "sidecar"].iter().any(|word| text.contains(word))
        };
        let has_own_names = ["dnsConfig", "hostAliases"]
            .iter()
            .any(|key| self.spec.get(key).is_some());
        // `ClusterFirst`, which is the default, is `Default` with `hostNetwork` (kubernetes/kubernetes
        // `pkg/kubelet/network/dns/dns.go`, `getPodDNSType`).
        let outside = match (text("dnsPolicy"), of_machine) {
            (None | Some("ClusterFirst"), Some(entry)) => Some(Evidence {
                place: entry.key.place(),
                message: "the pod uses the network of its node, and its names".to_owned(),
            }),
            (Some("Default"), _) => Some(Evidence {
                place: entry_place(self.spec, "dnsPolicy"),
                message: "the pod uses the names of its node".to_owned(),
            }),
            _ => None,
        };
        PodNetwork {
            workload: Some((self.manifest.kind.to_owned(), self.manifest.name.to_owned())),
            is_alone: doubts.is_empty()
                && self.spec.get("hostNetwork").is_none()
                && self.containers().count() == 1
                && sidecars.next().is_none()
                && !metadata.any(is_injected),
            outside: outside.filter(|_| !has_own_names && doubts.is_empty()),
        }
    }

    /// The name of one of its containers, for people.
    fn name_of(&self, container: Node<'_>) -> String {
        format!(
            "the container `{}` of the {} `{}`",
            container.get("name").and_then(Node::as_str).unwrap_or(""),
            self.manifest.kind,
            self.manifest.name
        )
    }

    /// Where one of its containers is defined.
    fn place_of(&self, container: Node<'_>) -> Place {
        container.get("name").unwrap_or(container).place()
    }

    /// What a mutating webhook is asked to mount: the Vault agent's secrets
    /// (developer.hashicorp.com, Vault agent injector annotations).
    fn injected(&self) -> Vec<Mount> {
        let template = self
            .manifest
            .root
            .get("spec")
            .and_then(|spec| spec.get("template"));
        let holders = [template, Some(self.manifest.root)].into_iter().flatten();
        let annotations =
            holders.filter_map(|holder| holder.get("metadata")?.get("annotations")?.mapping());
        let mut out = Vec::new();
        for list in annotations {
            let Some(entry) = list.entry("vault.hashicorp.com/agent-inject") else {
                continue;
            };
            let key = "vault.hashicorp.com/secret-volume-path";
            let path = list.get(key).and_then(Node::as_str);
            // `secret-volume-path-NAME` is the folder of one secret.
            let others = list
                .entries()
                .filter(|entry| entry.name().starts_with(&format!("{key}-")))
                .filter_map(|entry| entry.value.as_str());
            for path in [path.unwrap_or("/vault/secrets")].into_iter().chain(others) {
                let source =
                    MountSource::Outside(Outside::Other("what the Vault agent writes".to_owned()));
                out.push(Mount::new(path, source, entry.key.place()));
            }
        }
        out
    }

    /// The service account's files, unless the pod or the account says not to mount them; the pod
    /// has the last word.
    fn service_account_mount(
        &self,
        pod: &PodSpec<'d>,
        providers: &Providers,
    ) -> (Option<Mount>, Vec<Withheld>) {
        let says = self.spec.mapping().and_then(|spec| spec.entry(AUTOMOUNT));
        let own =
            says.and_then(|entry| Some((entry.value.scalar()?.as_bool()?, entry.key.place())));
        let account = self.service_account();
        let decided = own.or_else(|| providers.automount(account, self.manifest.namespace));
        match decided {
            Some((false, place)) => {
                let message = "the pod gets no token of its service account: `automountServiceAccountToken` is false";
                let evidence = Evidence {
                    place,
                    message: message.to_owned(),
                };
                (
                    None,
                    vec![Withheld {
                        path: SERVICE_ACCOUNT,
                        evidence,
                    }],
                )
            }
            _ => (Some(pod.service_account(self.spec.place())), Vec::new()),
        }
    }
}

/// Whether two namespaces may be one: one that is not written is set when the manifest is applied.
pub(super) fn may_be_same(a: Option<&str>, b: Option<&str>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => a == b,
        _ => true,
    }
}

/// Where a mapping entry or, without one, its holder is.
fn entry_place(holder: Node<'_>, key: &str) -> Place {
    let entry = holder.mapping().and_then(|mapping| mapping.entry(key));
    entry.map_or_else(|| holder.place(), |entry| entry.key.place())
}
