//! Labels and ports by which a resource of the Prometheus Operator selects almost, but not quite,
//! what is in the tree.
//!
//! What it selects may be made anywhere, so that no match at all says nothing. Only a near miss is
//! reported: an object that differs in one label, or that has the labels and lacks the port
//! (prometheus-operator v0.93.0 `pkg/prometheus/promcfg.go`, `generateServiceMonitorConfig`, and
//! `resource_selector.go`, `selectObjects`).

mod ports;
mod release;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use super::Facts;
use super::selected::is_slip;
use crate::discover::{
    FindingSite, Label, Manifest, Namespaces, RELEASE, Selecting, Selector, labels_of, manifests,
};
use crate::finding::{Advice, Finding, Place, Severity, Text, nearest, rule};
use crate::needle;
use crate::yaml::{Node, parse_all};
use ports::{is_way_in, lacks_port};
use release::Choices;

/// As many names as a message lists.
const MOST_LISTED: usize = 5;

/// How many values of a label are compared by their letters: more than a tree has of one that names
/// programs. Each is compared with the value that is looked for.
const MOST_VALUES: usize = 512;

/// The name of a port that has none.
const UNNAMED: &str = "";

/// Labels that name a program.
const NAMING: &[&str] = &["app", "app.kubernetes.io/name", "k8s-app", "name"];

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
struct Selectable {
    kind: String,
    name: String,
    namespace: Option<String>,
    /// The folder of its file.
    folder: String,
    labels: BTreeMap<String, String>,
    /// The labels by which a Service selects pods.
    selects: BTreeMap<String, String>,
    /// The names of its ports; none if they are not all known.
    ports: Option<BTreeSet<String>>,
    place: Place,
    /// Whether it is a Service for requests from outside.
    is_way_in: bool,
}

/// Objects of one sort, by their labels.
#[derive(Debug, Default)]
struct Indexed {
    all: Vec<Selectable>,
    by_label: HashMap<(String, String), Vec<usize>>,
    by_selected: HashMap<(String, String), Vec<usize>>,
    values: HashMap<String, BTreeSet<String>>,
}

/// What of a tree is selected by labels, and what selects it.
#[derive(Debug, Default)]
pub(super) struct Selectables {
    services: Indexed,
    pods: Indexed,
    prometheuses: Vec<(Selecting, String)>,
    /// What they select, by kinds.
    choices: HashMap<&'static str, Choices>,
    /// How many of them have a name.
    names: HashMap<String, usize>,
    /// How many of them are releases of a chart.
    releases: usize,
    /// Labels that kustomizations add to objects.
    added: HashSet<String>,
    /// Whether patches may change labels or selectors.
    is_patched: bool,
}

/// Whether a file may hold what is selected, or what selects monitors.
pub(super) fn may_hold(bytes: &[u8]) -> bool {
    let has = |word: &'static str| needle::has(word, bytes);
    has("kind")
        && (has("Service") && has("ports")
            || has("containers")
            || has("monitoring.coreos.com/")
            || has("kube-prometheus-stack"))
        || has("kustomize")
        || has("pairs:")
        || has("ommonLabels")
        || has("patches")
}

impl Selectables {
    pub(super) fn new(texts: &[Arc<Text>]) -> Self {
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
    fn with_some<'i>(
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

impl Facts<'_> {
    /// What a resource almost selects, or is almost selected by.
    #[must_use]
    pub fn near_misses(&self, selecting: &Selecting, folder: &str) -> Vec<Finding> {
        let near = NearMisses {
            tree: self.shared.selectables(),
            sets_namespace: self.shared.sets_namespace(),
            selecting,
            folder,
        };
        let mut out = near.targets();
        out.extend(near.chosen());
        out.extend(near.sends_nothing());
        out
    }
}

struct NearMisses<'t> {
    tree: &'t Selectables,
    sets_namespace: bool,
    selecting: &'t Selecting,
    folder: &'t str,
}

impl NearMisses<'_> {
    /// What is reported about the Services or pods that a monitor selects.
    fn targets(&self) -> Vec<Finding> {
        let Some((Selector::Labels(labels), namespaces, site)) = &self.selecting.targets else {
            return Vec::new();
        };
        let (indexed, noun) = match self.selecting.kind {
            "ServiceMonitor" => (&self.tree.services, "Service"),
            _ => (&self.tree.pods, "pod template of the"),
        };
        if labels.is_empty() || self.tree.is_patched {
            return Vec::new();
        }
        let some = indexed.with_some(&indexed.by_label, labels);
        let matching: Vec<&Selectable> = some
            .iter()
            .copied()
            .filter(|it| self.may_be_in(it, namespaces))
            .filter(|it| labels.iter().all(|label| has(&it.labels, label)))
            .collect();
        if !matching.is_empty() {
            if matching.iter().all(|it| self.is_way_in(it)) {
                return Vec::new();
            }
            let ports = self.selecting.ports.iter();
            return ports
                .filter_map(|port| lacks_port(&matching, &port.name, &port.site, noun))
                .collect();
        }
        // The cluster brings Services of its own there, such as that of its DNS.
        let is_of_cluster = |name: &String| name == "kube-system" || name.starts_with("openshift-");
        if matches!(namespaces, Namespaces::Named(names) if names.iter().any(is_of_cluster)) {
            return Vec::new();
        }
        let near = || {
            let near = some.iter().copied().filter(|it| self.is_in(it, namespaces));
            near.filter_map(|it| self.misses(it, labels, site, noun))
                .next()
        };
        let by_pods = || self.selects_pods(labels, namespaces, site);
        let slip = || self.slip(indexed, labels, namespaces, noun);
        near().or_else(slip).or_else(by_pods).into_iter().collect()
    }

    /// Whether a Service lets requests in from outside, to pods that something else makes: the Service
    /// that is scraped is made there too.
    fn is_way_in(&self, it: &Selectable) -> bool {
        it.is_way_in && {
            let pods = self.tree.pods.all.iter();
            let mut pods = pods.map(|pod| &pod.labels);
            !pods.any(|labels| {
                it.selects
                    .iter()
                    .all(|(name, value)| labels.get(name) == Some(value))
            })
        }
    }

    /// A label that one object lacks of several.
    fn misses(
        &self,
        it: &Selectable,
        labels: &[Label],
        site: &FindingSite,
        noun: &str,
    ) -> Option<Finding> {
        let mut missing = labels.iter().filter(|label| !has(&it.labels, label));
        let (Some(label), None) = (missing.next(), missing.next()) else {
            return None;
        };
        if labels.len() < 2 || self.tree.added.contains(&label.name) {
            return None;
        }
        let others = labels.iter().filter(|other| other.name != label.name);
        let is_named = others.clone().any(|other| NAMING.contains(&&*other.name));
        let same_name = it.name == self.selecting.name;
        let kind = &it.kind;
        let noun = noun_of(noun, kind);
        let message = match it.labels.get(&label.name) {
            None if is_named || same_name => format!(
                "`{}`: the {noun} `{}` has the other labels, but not this one; no targets are found",
                label.name, it.name
            ),
            Some(value) if same_name || is_near(value, &label.value) => format!(
                "`{}`: the {noun} `{}` has the value `{value}`, not `{}`; no targets are found",
                label.name, it.name, label.value
            ),
            _ => return None,
        };
        let finding = found(&label.place, site, message);
        let finding = finding.evidence(it.place.clone(), "it is here");
        Some(match it.labels.get(&label.name) {
            Some(value) => {
                finding.help(Advice::replace(label.place.span(), value.clone()).unsafe_())
            }
            None => finding.help(Advice::say(
                "add the label there, or take it out of the selector",
            )),
        })
    }

    /// A value that differs in a few letters, where it is the only label.
    fn slip(
        &self,
        indexed: &Indexed,
        labels: &[Label],
        namespaces: &Namespaces,
        noun: &str,
    ) -> Option<Finding> {
        let [label] = labels else { return None };
        let values = indexed.values.get(&label.name)?;
        if values.len() > MOST_VALUES || self.tree.added.contains(&label.name) {
            return None;
        }
        let near = nearest(&label.value, values.iter().map(String::as_str));
        let near = near.filter(|near| is_near(near, &label.value))?;
        let key = (label.name.clone(), near.to_owned());
        let indexes = indexed.by_label.get(&key)?.iter();
        let mut its = indexes.filter_map(|index| indexed.all.get(*index));
        let it = its.find(|it| self.is_in(it, namespaces))?;
        let noun = noun_of(noun, &it.kind);
        let message = format!(
            "`{}`: the {noun} `{}` has the value `{near}`, not `{}`; no targets are found",
            label.name, it.name, label.value
        );
        let (_, _, site) = self.selecting.targets.as_ref()?;
        let finding = found(&label.place, site, message).evidence(it.place.clone(), "it is here");
        Some(finding.help(Advice::replace(label.place.span(), near).unsafe_()))
    }

    /// A Service that has the labels in the selector of its pods, but not in its own metadata.
    fn selects_pods(
        &self,
        labels: &[Label],
        namespaces: &Namespaces,
        site: &FindingSite,
    ) -> Option<Finding> {
        if self.selecting.kind != "ServiceMonitor" {
            return None;
        }
        let services = &self.tree.services;
        let some = services.with_some(&services.by_selected, labels);
        let it = some.into_iter().find(|it| {
            self.is_in(it, namespaces)
                && labels.iter().all(|label| has(&it.selects, label))
                && !labels
                    .iter()
                    .any(|label| self.tree.added.contains(&label.name))
        })?;
        let message = format!(
            "`selector`: the Service `{}` has these labels only in its pod selector, not in its own metadata: no targets are found",
            it.name
        );
        let finding = found(&site.place, site, message).evidence(it.place.clone(), "it is here");
        Some(finding.help(Advice::say(
            "give the Service these labels in its `metadata.labels`",
        )))
    }

    /// Whether an object may be in one of the selected namespaces.
    fn may_be_in(&self, it: &Selectable, namespaces: &Namespaces) -> bool {
        let own = match (namespaces, &it.namespace) {
            _ if self.sets_namespace => return true,
            (Namespaces::All | Namespaces::Unknown, _) | (_, None) => return true,
            (Namespaces::Named(names), Some(namespace)) => return names.contains(namespace),
            (Namespaces::Own, Some(namespace)) => namespace,
        };
        self.selecting
            .namespace
            .as_ref()
            .is_none_or(|ours| ours == own)
    }

    /// Whether an object is sure to be in one of them: by its namespace, or beside the resource.
    fn is_in(&self, it: &Selectable, namespaces: &Namespaces) -> bool {
        let is_beside = it.folder == self.folder;
        self.may_be_in(it, namespaces)
            && match namespaces {
                Namespaces::All => true,
                Namespaces::Named(_) => it.namespace.is_some() || is_beside,
                Namespaces::Own => {
                    it.namespace.is_some() && it.namespace == self.selecting.namespace || is_beside
                }
                Namespaces::Unknown => false,
            }
    }
}

fn noun_of(noun: &str, kind: &str) -> String {
    if noun == kind {
        kind.to_owned()
    } else {
        format!("{noun} {kind}")
    }
}

fn has(labels: &BTreeMap<String, String>, label: &Label) -> bool {
    labels.get(&label.name) == Some(&label.value)
}

/// Whether a value is a slip for another one, rather than the name of something else.
fn is_near(value: &str, wanted: &str) -> bool {
    value != wanted && nearest(wanted, [value]).is_some() && is_slip(wanted, value)
}

fn found(place: &Place, site: &FindingSite, message: String) -> Finding {
    let finding = Finding::new(
        rule::KUBERNETES_NEAR_MISS,
        Severity::Warning,
        place.clone(),
        message,
    );
    finding.of_key(site.logical.clone(), site.identity.clone())
}
