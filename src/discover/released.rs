//! Releases of kube-prometheus-stack, whose Prometheus selects by the name of the release unless their
//! values say otherwise (prometheus-community/helm-charts `charts/kube-prometheus-stack` 88.5.3
//! `templates/prometheus/prometheus.yaml`).

use super::manifest::Manifest;
use super::selection::{CHOICES, FindingSite, Label, Namespaces, Selecting, Selector, is_known};
use crate::finding::KeyPath;
use crate::yaml::{Document, Dollars, Node, embedded, parse_first};

/// What such a release is called in messages.
pub const RELEASE: &str = "Helm release";

/// The label by which it selects.
const LABEL: &str = "release";

impl Selecting {
    /// What a release selects; none if an object is not one, or if its values are not all here.
    #[must_use]
    pub fn of_release(manifest: &Manifest<'_>) -> Option<Self> {
        let spec = manifest.root.get("spec")?;
        let own = manifest.root.get("metadata")?.get("name")?;
        match manifest.kind {
            "HelmRelease" => {
                let chart = spec.get("chart")?.get("spec")?.get("chart")?;
                let prefixed = || match spec.get("targetNamespace").and_then(Node::as_str) {
                    // helm-controller `api/v2/helmrelease_types.go`, `GetReleaseName`
                    Some(namespace) => Some((format!("{namespace}-{}", own.as_str()?), own)),
                    None => Some((own.as_str()?.to_owned(), own)),
                };
                let named = match spec.get("releaseName") {
                    Some(name) => Some((name.as_str()?.to_owned(), name)),
                    None => prefixed(),
                };
                if spec.get("valuesFrom").is_some() {
                    return None;
                }
                release(chart, named?, spec.get("values"))
            }
            "Application" => {
                let source = spec.get("source")?;
                let helm = source.get("helm");
                let of_helm = |key: &str| helm.and_then(|helm| helm.get(key));
                let more = ["valueFiles", "parameters", "fileParameters"];
                if more.iter().any(|key| of_helm(key).is_some()) {
                    return None;
                }
                let name = of_helm("releaseName").unwrap_or(own);
                let named = (name.as_str()?.to_owned(), name);
                let chart = source.get("chart")?;
                let Some(text) = of_helm("values") else {
                    return release(chart, named, of_helm("valuesObject"));
                };
                let values = document(text)?;
                release(chart, named, values.root())
            }
            _ => None,
        }
    }
}

fn document(node: Node<'_>) -> Option<Document> {
    let within = KeyPath {
        identity: node.identity(),
        logical: node.path(),
    };
    parse_first(&embedded(node, within, Dollars::Plain)?).ok()
}

fn release(
    chart: Node<'_>,
    (name, node): (String, Node<'_>),
    values: Option<Node<'_>>,
) -> Option<Selecting> {
    let chart = chart.as_str()?.rsplit('/').next()?;
    if chart != "kube-prometheus-stack" || !is_known(&name) {
        return None;
    }
    let spec = values.and_then(|values| values.get("prometheus")?.get("prometheusSpec"));
    let of_spec = |key: &str| spec.and_then(|spec| spec.get(key));
    let choice = |&(kind, selector, namespaces): &(&'static str, &str, &str)| {
        let switch = of_spec(&format!("{selector}NilUsesHelmValues"));
        let is_empty = |node: Node<'_>| {
            let mapping = node.mapping();
            node.is_null() || mapping.is_some_and(|mapping| mapping.written().next().is_none())
        };
        let is_default = |key: &str| of_spec(key).is_none_or(is_empty);
        let label = || Label {
            name: LABEL.to_owned(),
            value: name.clone(),
            place: node.place(),
        };
        let labels = match switch.and_then(Node::as_str) {
            None | Some("true") => vec![label()],
            _ => Vec::new(),
        };
        let chosen = match is_default(selector) {
            true => Selector::Labels(labels),
            false => Selector::Unknown,
        };
        let found_in = match is_default(namespaces) {
            true => Namespaces::All,
            false => Namespaces::Unknown,
        };
        (kind, chosen, found_in)
    };
    Some(Selecting {
        kind: RELEASE,
        choices: CHOICES.iter().map(choice).collect(),
        name: name.clone(),
        namespace: None,
        labels: Vec::new(),
        labels_site: FindingSite::of(node),
        targets: None,
        ports: Vec::new(),
        sends: None,
        is_whole: true,
        is_turned_off: false,
    })
}
