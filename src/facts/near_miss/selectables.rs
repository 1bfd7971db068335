//! What of a tree is selected by labels, and what selects it.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use super::ports::is_way_in;
use super::release::Choices;
use crate::discover::{Label, Manifest, RELEASE, Selecting, labels_of, manifests};
use crate::finding::{Place, Text};
use crate::needle;
use crate::yaml::{Node, parse_all};

/// The name of a port that has none.
pub(super) const UNNAMED: &str = "";

/// Kinds that run pods, and the way to what they make pods of.
const WORKLOADS: &[(&str, &[&str])] = &[
    ("DaemonSet", &["spec", "template"]),
    ("Deployment", &["spec", "template"]),
    ("Pod", &[]),
    ("ReplicaSet", &["spec", "template"]),
    ("StatefulSet", &["spec", "template"]),
];

/// Something that can be selected.
#[derive(Debug)]
pub(super) struct Selectable {
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) namespace: Option<String>,
    /// The folder of its file.
    pub(super) folder: String,
    pub(super) labels: BTreeMap<String, String>,
    /// The labels by which a Service selects pods.
    pub(super) selects: BTreeMap<String, String>,
    /// The names of its ports; none if they are not all known.
    pub(super) ports: Option<BTreeSet<String>>,
    pub(super) place: Place,
    /// Whether it is a Service for requests from outside.
    pub(super) is_way_in: bool,
}

/// Objects of one sort, by their labels.
#[derive(Debug, Default)]
pub(super) struct Indexed {
    pub(super) all: Vec<Selectable>,
    pub(super) by_label: HashMap<(String, String), Vec<usize>>,
    pub(super) by_selected: HashMap<(String, String), Vec<usize>>,
    pub(super) values: HashMap<String, BTreeSet<String>>,
}

/// What of a tree is selected by labels, and what selects it.
#[derive(Debug, Default)]
pub(in crate::facts) struct Selectables {
    pub(super) services: Indexed,
    pub(super) pods: Indexed,
    pub(super) prometheuses: Vec<(Selecting, String)>,
    /// What they select, by kinds.
    pub(super) choices: HashMap<&'static str, Choices>,
    /// How many of them have a name.
    pub(super) names: HashMap<String, usize>,
    /// How many of them are releases of a chart.
    pub(super) releases: usize,
    /// Names of releases of any chart.
    pub(super) installed: HashSet<String>,
    /// Labels that kustomizations add to objects.
    pub(super) added: HashSet<String>,
    /// Whether patches may change labels or selectors.
    pub(super) is_patched: bool,
    /// Whether there are patches at all.
    pub(super) has_patches: bool,
}

/// Whether a file may hold what is selected, or what selects monitors.
pub(in crate::facts) fn may_hold(bytes: &[u8]) -> bool {
    let has = |word: &'static str| needle::has(word, bytes);
    has("kind")
        && (has("Service") && has("ports")
            || has("containers")
            || has("monitoring.coreos.com/")
            || has("kube-prometheus-stack")
            || has("HelmRelease")
            || has("argoproj.io"))
        || has("kustomize")
        || has("pairs:")
        || has("ommonLabels")
        || has("patches")
}

impl Selectables {
    pub(in crate::facts) fn new(texts: &[Arc<Text>]) -> Self {
        let mut out = Self::default();
        for text in texts {
            let path = text.path();
            let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
            for document in &parse_all(text).0 {
                for manifest in manifests(document) {
                    out.add(&manifest, folder);
                }
                if let Some(root) = document.root() {
                    out.kustomization(root);
                }
            }
        }
        out.choices = Choices::of(&out.prometheuses);
        for (prometheus, _) in &out.prometheuses {
            *out.names.entry(prometheus.name.clone()).or_default() += 1;
            out.releases += usize::from(prometheus.kind == RELEASE);
        }
        out
    }

    fn add(&mut self, manifest: &Manifest<'_>, folder: &str) {
        let root = manifest.root;
        if matches!(manifest.kind, "Application" | "HelmRelease") {
            self.installed.extend(names_of_release(manifest));
        }
        if manifest.kind == "Service" {
            let spec = root.get("spec");
            let ports = spec.and_then(|spec| spec.get("ports"));
            let selects = spec.and_then(|spec| spec.get("selector"));
            let names = ports.into_iter().flat_map(Node::items);
            // A port without a name has the empty one, which no endpoint of a monitor names.
            let names = names.map(|port| match port.get("name") {
                Some(name) => name.as_str(),
                None => Some(UNNAMED),
            });
            self.services.add(manifest, folder, root, selects, names);
        } else if let Some((_, way)) = WORKLOADS.iter().find(|(kind, _)| *kind == manifest.kind) {
            let template = way.iter().try_fold(root, |node, key| node.get(key));
            let Some(template) = template else { return };
            let spec = template.get("spec");
            let containers = spec.and_then(|spec| spec.get("containers"));
            let containers = containers.into_iter().flat_map(Node::items);
            let ports = containers.filter_map(|container| container.get("ports"));
            let names = ports
                .flat_map(Node::items)
                .map(|port| port.get("name").and_then(Node::as_str));
            self.pods.add(manifest, folder, template, None, names);
        } else if let Some(kind) = ["Prometheus", "PrometheusAgent"]
            .into_iter()
            .find(|kind| *kind == manifest.kind)
        {
            let selecting = Selecting::of(kind, root);
            self.prometheuses
                .extend(selecting.map(|selecting| (selecting, folder.to_owned())));
        } else if let Some(release) = Selecting::of_release(manifest) {
            // It is named with its label, and no line of it is shown.
            root.document().text().recognize_words();
            self.prometheuses.push((release, folder.to_owned()));
        }
    }

    /// What a kustomization adds to objects.
    fn kustomization(&mut self, root: Node<'_>) {
        let common = root.get("commonLabels").into_iter();
        let lists = root.get("labels").into_iter().flat_map(Node::items);
        let maps = common.chain(lists.filter_map(|list| list.get("pairs")));
        for map in maps.filter_map(Node::mapping) {
            self.added
                .extend(map.entries().map(|entry| entry.name().to_owned()));
        }
        let keys = ["patches", "patchesJson6902", "patchesStrategicMerge", "op"];
        if keys.iter().any(|key| root.get(key).is_some())
            || root.items().any(|item| item.get("op").is_some())
        {
            self.has_patches = true;
            let source = root.document().text().content();
            self.is_patched |= source.contains("abels") || source.contains("elector");
        }
    }
}

impl Indexed {
    fn add<'d>(
        &mut self,
        manifest: &Manifest<'d>,
        folder: &str,
        labeled: Node<'d>,
        selects: Option<Node<'d>>,
        ports: impl Iterator<Item = Option<&'d str>>,
    ) {
        let own = labeled
            .get("metadata")
            .and_then(|metadata| metadata.get("labels"));
        let pairs = |labels: Vec<Label>| {
            let pairs = labels.into_iter().map(|label| (label.name, label.value));
            pairs.collect::<BTreeMap<_, _>>()
        };
        // Labels that something fills in may be any.
        let Some(labels) = labels_of(own).map(pairs) else {
            return;
        };
        let ports: Option<BTreeSet<String>> = ports.map(|name| name.map(str::to_owned)).collect();
        let index = self.all.len();
        for (name, value) in &labels {
            let key = (name.clone(), value.clone());
            self.by_label.entry(key).or_default().push(index);
            let values = self.values.entry(name.clone()).or_default();
            values.insert(value.clone());
        }
        let selects = labels_of(selects).map(pairs).unwrap_or_default();
        for (name, value) in &selects {
            let key = (name.clone(), value.clone());
            self.by_selected.entry(key).or_default().push(index);
        }
        let name = labeled
            .get("metadata")
            .and_then(|metadata| metadata.get("name"));
        // It is named with its labels, and no line of it is shown.
        labeled.document().text().recognize_words();
        self.all.push(Selectable {
            kind: manifest.kind.to_owned(),
            name: manifest.name.to_owned(),
            namespace: manifest.namespace.map(str::to_owned),
            folder: folder.to_owned(),
            labels,
            selects,
            is_way_in: is_way_in(manifest.root),
            ports,
            place: name.unwrap_or(labeled).place(),
        });
    }

    /// Those with one of the labels, the commonest ones left out: what lacks one of two labels has the
    /// other.
    pub(super) fn with_some<'i>(
        &'i self,
        by: &'i HashMap<(String, String), Vec<usize>>,
        labels: &[Label],
    ) -> Vec<&'i Selectable> {
        let lists = labels.iter().map(|label| {
            let key = (label.name.clone(), label.value.clone());
            by.get(&key).map_or(&[][..], Vec::as_slice)
        });
        let mut lists: Vec<&[usize]> = lists.collect();
        lists.sort_by_key(|list| list.len());
        let indexes: BTreeSet<usize> = lists
            .iter()
            .take(2)
            .flat_map(|list| list.iter().copied())
            .collect();
        indexes
            .iter()
            .filter_map(|index| self.all.get(*index))
            .collect()
    }
}

/// What the release of a chart may be called that an object installs.
fn names_of_release(manifest: &Manifest<'_>) -> Vec<String> {
    let spec = manifest.root.get("spec");
    let sources = spec.and_then(|spec| spec.get("sources"));
    let sources = sources.into_iter().flat_map(Node::items);
    let source = spec.and_then(|spec| spec.get("source"));
    let of_argo = sources
        .chain(source)
        .filter_map(|source| source.get("helm")?.get("releaseName"));
    let of_flux = spec.and_then(|spec| spec.get("releaseName"));
    let written = of_argo.chain(of_flux).filter_map(Node::as_str);
    written.chain([manifest.name]).map(str::to_owned).collect()
}
