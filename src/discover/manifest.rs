//! Objects of Kubernetes in a document, lists taken apart.

use crate::yaml::{Document, Node};

/// How deep lists may be in lists: `kubectl get -o yaml` writes one level, and a template may add another.
const DEEPEST: usize = 4;

/// One object.
#[derive(Clone, Copy, Debug)]
pub struct Manifest<'d> {
    /// The mapping that it is.
    pub root: Node<'d>,
    /// Its kind, such as `ConfigMap`.
    pub kind: &'d str,
    /// Its name, or the beginning of one; empty if none is written.
    pub name: &'d str,
    /// Its namespace, if it is written.
    pub namespace: Option<&'d str>,
    /// Whether it is in a Template of OpenShift, which fills in parameters.
    pub in_template: bool,
}

impl<'d> Manifest<'d> {
    fn new(root: Node<'d>, in_template: bool) -> Option<Self> {
        Self::of_kind(root.get("kind").and_then(Node::as_str)?, root, in_template)
    }

    fn of_kind(kind: &'d str, root: Node<'d>, in_template: bool) -> Option<Self> {
        root.mapping()?;
        let text = |key: &str| {
            root.get("metadata")
                .and_then(|metadata| metadata.get(key))
                .and_then(Node::as_str)
        };
        Some(Self {
            root,
            kind,
            name: text("name").or_else(|| text("generateName")).unwrap_or(""),
            namespace: text("namespace"),
            in_template,
        })
    }
}

/// Where an object holds other ones, by its kind: what carries them to clusters (OpenShift Hive's
/// `SyncSet`, Open Cluster Management's `ManifestWork` and policies, Crossplane's `Object`).
const CARRIERS: &[(&str, &[&str])] = &[
    ("Template", &["objects"]),
    ("SyncSet", &["spec", "resources"]),
    ("SelectorSyncSet", &["spec", "resources"]),
    ("ManifestWork", &["spec", "workload", "manifests"]),
    ("ConfigurationPolicy", &["spec", "object-templates"]),
    ("Policy", &["spec", "policy-templates"]),
    ("Object", &["spec", "forProvider", "manifest"]),
    ("HelmRelease", &["spec", "values"]),
];

/// Keys of values below which charts take objects as they are.
const IN_VALUES: &[&str] = &[
    "additionalManifests",
    "additionalResources",
    "extraDeploy",
    "extraManifests",
    "extraObjects",
    "extraResources",
    "rawResources",
    "resources",
];

/// The objects of a document: itself, or what a list, a Template of OpenShift, another carrier or
/// values of a chart hold.
#[must_use]
pub fn manifests(document: &Document) -> Vec<Manifest<'_>> {
    let mut out = Vec::new();
    if let Some(root) = document.root() {
        match root.get("kind") {
            Some(_) => collect(root, None, false, DEEPEST, &mut out),
            None => in_values(root, DEEPEST, &mut out),
        }
    }
    out
}

fn collect<'d>(
    root: Node<'d>,
    kind: Option<&'d str>,
    in_template: bool,
    depth: usize,
    out: &mut Vec<Manifest<'d>>,
) {
    let own = Manifest::new(root, in_template);
    let Some(manifest) = own.or_else(|| Manifest::of_kind(kind?, root, in_template)) else {
        return;
    };
    let in_template = in_template || manifest.kind == "Template";
    let Some(depth) = depth.checked_sub(1) else {
        out.push(manifest);
        return;
    };
    let items = root.get("items");
    if let Some(items) = items.filter(|_| manifest.kind.ends_with("List")) {
        // Items of a `PrometheusList` need no kind of their own.
        let kind = manifest
            .kind
            .strip_suffix("List")
            .filter(|kind| !kind.is_empty());
        for item in items.items() {
            collect(item, kind, in_template, depth, out);
        }
        return;
    }
    if manifest.kind != "Template" {
        out.push(manifest);
    }
    let carrier = CARRIERS.iter().find(|(kind, _)| *kind == manifest.kind);
    let held = carrier.and_then(|(_, way)| way.iter().try_fold(root, |node, key| node.get(key)));
    let Some(held) = held else { return };
    if manifest.kind == "HelmRelease" {
        in_values(held, depth, out);
        return;
    }
    let list = held.items().chain(held.mapping().map(|_| held));
    for item in list {
        let item = item.get("objectDefinition").unwrap_or(item);
        collect(item, None, in_template, depth, out);
    }
}

/// The objects in values of a chart, there or below the name of a chart that needs it.
fn in_values<'d>(values: Node<'d>, depth: usize, out: &mut Vec<Manifest<'d>>) {
    let charts = values.mapping().into_iter().flat_map(|map| map.entries());
    let charts = charts.map(|entry| entry.value);
    for chart in std::iter::once(values).chain(charts) {
        for held in IN_VALUES.iter().filter_map(|key| chart.get(key)) {
            let map = held.mapping().into_iter().flat_map(|map| map.entries());
            let list = held.items().chain(map.map(|entry| entry.value));
            for object in list.filter(|object| object.get("apiVersion").is_some()) {
                collect(object, None, true, depth, out);
            }
        }
    }
}
