//! What resources of the Prometheus Operator select: monitors select Services and pods, and a
//! Prometheus selects monitors and rules, all of them by labels.

use crate::finding::{Place, placeholder};
use crate::yaml::{Mapping, Node};

/// A label, and where it is written.
#[derive(Clone, Debug)]
pub struct Label {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
    /// Where.
    pub place: Place,
}

/// A selector of labels.
#[derive(Clone, Debug)]
pub enum Selector {
    /// None is written: it selects nothing.
    Null,
    /// These labels. Without one it selects everything.
    Labels(Vec<Label>),
    /// One with expressions or with values that something fills in.
    Unknown,
}

/// In which namespaces something is selected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Namespaces {
    /// In that of the resource itself.
    Own,
    /// In all of them.
    All,
    /// In these.
    Named(Vec<String>),
    /// Not known.
    Unknown,
}

/// The name of a port that a monitor scrapes.
#[derive(Clone, Debug)]
pub struct PortName {
    /// The name.
    pub name: String,
    /// Where, and the paths of keys to it.
    pub site: FindingSite,
}

/// Where a finding is.
#[derive(Clone, Debug)]
pub struct FindingSite {
    /// The place.
    pub place: Place,
    /// The path of keys.
    pub logical: String,
    /// The same with list items by their names.
    pub identity: String,
}

impl FindingSite {
    pub(super) fn of(node: Node<'_>) -> Self {
        Self {
            place: node.place(),
            logical: node.path(),
            identity: node.identity(),
        }
    }
}

/// A resource of the Operator, as far as it selects or is selected.
#[derive(Clone, Debug)]
pub struct Selecting {
    /// Its kind.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
    /// Its namespace, if it is written.
    pub namespace: Option<String>,
    /// Its own labels.
    pub labels: Vec<Label>,
    /// Where these are, or else its name.
    pub labels_site: FindingSite,
    /// What a monitor selects, and in which namespaces.
    pub targets: Option<(Selector, Namespaces, FindingSite)>,
    /// The ports that it scrapes there.
    pub ports: Vec<PortName>,
    /// What a Prometheus selects: for each kind, by which selector, in which namespaces.
    pub choices: Vec<(&'static str, Selector, Namespaces)>,
    /// Its `remoteWrite`, if it has endpoints.
    pub sends: Option<FindingSite>,
    /// Whether it is sure not to be a patch of another object.
    pub is_whole: bool,
    /// Whether every selector of monitors is written, and null.
    pub is_turned_off: bool,
}

/// What a Prometheus selects: a kind, the key of its selector, and that of its namespaces.
pub(super) const CHOICES: &[(&str, &str, &str)] = &[
    (
        "ServiceMonitor",
        "serviceMonitorSelector",
        "serviceMonitorNamespaceSelector",
    ),
    (
        "PodMonitor",
        "podMonitorSelector",
        "podMonitorNamespaceSelector",
    ),
    ("Probe", "probeSelector", "probeNamespaceSelector"),
    (
        "ScrapeConfig",
        "scrapeConfigSelector",
        "scrapeConfigNamespaceSelector",
    ),
    ("PrometheusRule", "ruleSelector", "ruleNamespaceSelector"),
];

/// The label that Kubernetes gives every namespace.
const NAME_OF_NAMESPACE: &str = "kubernetes.io/metadata.name";

impl Selecting {
    /// What an object selects; none if it is of no such kind.
    #[must_use]
    pub fn of(kind: &'static str, object: Node<'_>) -> Option<Self> {
        let metadata = object.get("metadata")?;
        let text = |key: &str| metadata.get(key).and_then(Node::as_str).map(str::to_owned);
        let spec = object.get("spec")?;
        let own = metadata.get("labels");
        let mut out = Self {
            kind,
            name: text("name")?,
            namespace: text("namespace"),
            labels: labels_of(own)?,
            labels_site: FindingSite::of(own.or_else(|| metadata.get("name"))?),
            targets: None,
            ports: Vec::new(),
            choices: Vec::new(),
            sends: None,
            is_whole: false,
            is_turned_off: false,
        };
        match kind {
            "ServiceMonitor" => out.monitor(spec, "endpoints"),
            "PodMonitor" => out.monitor(spec, "podMetricsEndpoints"),
            "Prometheus" | "PrometheusAgent" => out.prometheus(spec),
            "Probe" | "ScrapeConfig" | "PrometheusRule" => {}
            _ => return None,
        }
        Some(out)
    }

    fn monitor(&mut self, spec: Node<'_>, endpoints: &str) {
        let Some(selector) = spec.get("selector") else {
            return;
        };
        let namespaces = match spec.get("namespaceSelector") {
            None => Namespaces::Own,
            Some(node) if node.get("any").and_then(Node::as_str) == Some("true") => Namespaces::All,
            Some(node) => match node.get("matchNames") {
                None => Namespaces::Own,
                Some(names) => {
                    let names = names.items().filter_map(Node::as_str).map(str::to_owned);
                    Namespaces::Named(names.collect())
                }
            },
        };
        self.targets = Some((
            Selector::of(Some(selector)),
            namespaces,
            FindingSite::of(selector),
        ));
        for endpoint in spec.get(endpoints).into_iter().flat_map(Node::items) {
            let port = endpoint.get("port");
            let name = port.and_then(Node::as_str).filter(|name| is_known(name));
            self.ports
                .extend(port.zip(name).map(|(node, name)| PortName {
                    name: name.to_owned(),
                    site: FindingSite::of(node),
                }));
        }
    }

    fn prometheus(&mut self, spec: Node<'_>) {
        for &(kind, selector, namespaces) in CHOICES {
            let namespaces = match Selector::of(spec.get(namespaces)) {
                Selector::Null => Namespaces::Own,
                Selector::Unknown => Namespaces::Unknown,
                Selector::Labels(labels) => match &*labels {
                    [] => Namespaces::All,
                    [one] if one.name == NAME_OF_NAMESPACE => {
                        Namespaces::Named(vec![one.value.clone()])
                    }
                    _ => Namespaces::Unknown,
                },
            };
            let selector = Selector::of(spec.get(selector));
            self.choices.push((kind, selector, namespaces));
        }
        let list = spec.get("remoteWrite");
        let sends = list.filter(|list| list.items().next().is_some());
        // A patch names what it changes, and a whole object the account that may read targets.
        self.is_whole = spec.get("serviceAccountName").is_some();
        let mut of_jobs = CHOICES
            .iter()
            .filter(|(kind, ..)| *kind != "PrometheusRule");
        let is_off = |key: &str| spec.get(key).is_some_and(Node::is_null);
        self.is_turned_off = of_jobs.all(|(_, key, _)| is_off(key));
        self.sends = sends.map(FindingSite::of);
    }
}

impl Selector {
    fn of(node: Option<Node<'_>>) -> Self {
        let Some(node) = node.filter(|node| !node.is_null()) else {
            return Self::Null;
        };
        let has_more = |map: Mapping<'_>| {
            let mut entries = map.entries();
            entries.any(|entry| entry.name() != "matchLabels" && !is_empty(entry.value))
        };
        match node.mapping() {
            Some(map) if !has_more(map) && !map.has_merge() => {
                let labels = labels_of(map.get("matchLabels"));
                labels.map_or(Self::Unknown, Self::Labels)
            }
            _ => Self::Unknown,
        }
    }
}

/// Labels; none if something fills one of them in, or if they are not a mapping of texts.
pub fn labels_of(node: Option<Node<'_>>) -> Option<Vec<Label>> {
    let Some(node) = node.filter(|node| !node.is_null()) else {
        return Some(Vec::new());
    };
    let entries = node.mapping()?.entries();
    let label = |entry: crate::yaml::Entry<'_>| {
        let value = entry.value.as_str()?;
        (is_known(value) && is_known(entry.name())).then(|| Label {
            name: entry.name().to_owned(),
            value: value.to_owned(),
            place: entry.value.place(),
        })
    };
    entries.map(label).collect()
}

fn is_empty(node: Node<'_>) -> bool {
    node.is_null() || node.sequence().is_some_and(|list| list.is_empty())
}

/// Whether nothing fills in a part of a text.
pub(super) fn is_known(text: &str) -> bool {
    placeholder::find(text).next().is_none() && !text.contains("{{")
}
