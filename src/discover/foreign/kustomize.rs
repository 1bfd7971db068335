//! Kustomizations: patches of objects, and values of the charts that they render. Flux and Argo CD
//! write the same patches into their own objects.

use std::sync::Arc;

use super::super::embedded;
use super::merged::{MergedConfiguration, is_index, pointer};
use super::values::Chart;
use super::{DialectWording, EmbeddedIn, Finder, RecognizedFile};
use crate::finding::KeyPath;
use crate::schema::dialect::table::{ObjectKind, ObjectRole};
use crate::schema::dialect::tables;
use crate::yaml::{Dollars, Node, embedded as text_of, parse_first};

/// What a patch changes.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct PatchTarget<'t> {
    kind: &'t str,
    name: &'t str,
    namespace: Option<&'t str>,
}

/// Where the kinds of objects that send have their endpoints, and one of these kinds: what is meant
/// by a patch whose target is in another file.
const TELLING: &[(&str, &str)] = &[
    ("/spec/remoteWrite", "Prometheus"),
    ("/spec/prometheusConfig/remoteWrite", "MonitoringStack"),
    ("/spec/endpoints", "ServiceMonitor"),
    ("/spec/podMetricsEndpoints", "PodMonitor"),
];

/// Words: every patch that has to do with endpoints or monitors, and is a text of its own, holds one of
/// these, or its target is of a kind that promvet reads.
const IN_PATCHES: &[&str] = &[
    "remoteWrite",
    "remote_write",
    "prometheusremotewrite",
    "monitoring.coreos.com/",
    "/spec/endpoints",
    "/spec/podMetricsEndpoints",
];

impl<'d> Finder<'d> {
    /// The patches and charts of a kustomization, or of a section of an object that takes the same.
    pub(super) fn kustomization(&self, root: Node<'d>, out: &mut Vec<RecognizedFile>) {
        let items = |key: &str| root.get(key).into_iter().flat_map(Node::items);
        for patch in items("patches").chain(items("patchesJson6902")) {
            self.patch(patch, out);
        }
        for patch in items("patchesStrategicMerge") {
            self.merged_patch(patch, None, out);
        }
        self.openshift_generators(root, out);
        for chart in items("helmCharts") {
            let values = chart.get("valuesInline");
            let named = Chart::named(chart.get("name"));
            values
                .into_iter()
                .for_each(|values| self.carried(values, named, out));
        }
    }

    fn patch(&self, entry: Node<'d>, out: &mut Vec<RecognizedFile>) {
        let Some(patch) = entry.get("patch") else {
            return;
        };
        let target = entry.get("target");
        let text = |key: &str| target.and_then(|target| target.get(key)?.as_str());
        let target = target.map(|_| PatchTarget {
            kind: text("kind").unwrap_or(""),
            name: text("name").unwrap_or(""),
            namespace: text("namespace"),
        });
        match patch.sequence() {
            // Flux writes the operations as a list.
            Some(_) => self.operations(patch, target, out),
            None => self.merged_patch(patch, target, out),
        }
    }

    /// A patch in a text of its own: an object with what changes in it, or operations.
    fn merged_patch(
        &self,
        patch: Node<'d>,
        target: Option<PatchTarget<'_>>,
        out: &mut Vec<RecognizedFile>,
    ) {
        // The path of a file is not a patch.
        let is_read = target.is_some_and(|target| kind_of(target).is_some());
        let may_hold = patch.as_str().is_some_and(|text| {
            let mut words = IN_PATCHES.iter();
            let is_patch = text.contains('\n') || text.starts_with(['-', '[']);
            is_patch && (is_read || words.any(|word| text.contains(word)))
        });
        let within = KeyPath {
            identity: patch.identity(),
            logical: patch.path(),
        };
        let text = may_hold.then(|| text_of(patch, within, Dollars::Plain));
        let Some(text) = text.flatten() else { return };
        let Ok(document) = parse_first(&text) else {
            let reason = "promvet cannot read this patch, and it has to do with remote write";
            out.push(self.unread(patch, reason, Some("run promvet on what kustomize renders")));
            return;
        };
        let document = Arc::new(document);
        match document.root() {
            Some(root) if root.sequence().is_some() => {
                self.within(&document).operations(root, target, out);
            }
            _ => out.extend(embedded::find(&text, self.template)),
        }
    }

    /// The operations of a JSON patch (RFC 6902) on an object. A target that is not known is in the
    /// kustomization that names the file.
    pub(super) fn operations(
        &self,
        list: Node<'d>,
        target: Option<PatchTarget<'_>>,
        out: &mut Vec<RecognizedFile>,
    ) {
        let mut whole = MergedConfiguration::new(list);
        let mut parts: Vec<(Vec<String>, MergedConfiguration<'d>)> = Vec::new();
        let mut guess = None;
        for operation in list.items() {
            let text = |key: &str| operation.get(key).and_then(Node::as_str);
            let Some((path, value)) = text("path").zip(operation.get("value")) else {
                continue;
            };
            if !matches!(text("op"), Some("add" | "replace")) {
                continue;
            }
            let telling = TELLING.iter().find(|(way, _)| path.starts_with(way));
            guess = guess.or(telling.map(|(_, kind)| *kind));
            let way = pointer(path);
            let at = operation.get("path").unwrap_or(operation);
            // What is beside a nested key is in the object that is patched.
            let in_item = way.iter().position(|part| is_index(part));
            let is_nested = in_item.is_none() && way.len() > OF_SPEC;
            let in_section = is_nested.then_some(OF_SPEC - 1);
            let in_item = in_item.filter(|index| index + 1 < way.len());
            match in_item.or(in_section) {
                None => whole.put(&way, at, value),
                Some(index) => {
                    let item = way.get(..=index).unwrap_or_default();
                    let known = parts.iter().position(|(known, _)| known == item);
                    let place = known.unwrap_or_else(|| {
                        parts.push((item.to_vec(), MergedConfiguration::new(list)));
                        parts.len() - 1
                    });
                    if let Some((_, part)) = parts.get_mut(place) {
                        part.put(&way, at, value);
                    }
                }
            }
        }
        let is_known = target.is_some_and(|target| !target.kind.is_empty());
        let target = match (is_known, guess) {
            (true, _) => target,
            (false, kind) => kind.map(|kind| PatchTarget {
                kind,
                ..target.unwrap_or_default()
            }),
        };
        let Some(target) = target else { return };
        let from = out.len();
        self.patched(&whole, target, out);
        for (_, part) in &parts {
            self.partly(true).patched(part, target, out);
        }
        if !is_known {
            // The keys of the kind that it is may be others.
            for found in out.get_mut(from..).unwrap_or_default() {
                let spoken = found.spoken.as_mut().and_then(Arc::get_mut);
                spoken
                    .into_iter()
                    .for_each(DialectWording::without_findings);
            }
        }
    }

    /// What an object has that a patch puts together.
    fn patched(
        &self,
        patch: &MergedConfiguration<'d>,
        target: PatchTarget<'_>,
        out: &mut Vec<RecognizedFile>,
    ) {
        let Some(kind) = kind_of(target) else { return };
        // Of rules, a patch may change a single key.
        if kind.part == ObjectRole::Rules && self.is_partial {
            return;
        }
        let Some(document) = patch.document(self.document) else {
            return;
        };
        let Some(spec) = document.root().and_then(|root| root.get("spec")) else {
            return;
        };
        let finder = self.within(&document);
        let holder = EmbeddedIn::Resource {
            kind: kind.kind,
            name: target.name.to_owned(),
            namespace: target.namespace.map(str::to_owned),
        };
        finder.resource(kind, spec, holder, out);
    }
}

/// How many steps lead to a key directly below `spec`.
const OF_SPEC: usize = 2;

/// The kind of objects that a patch changes, if promvet reads it.
fn kind_of(target: PatchTarget<'_>) -> Option<&'static ObjectKind> {
    let mut kinds = tables::KINDS.iter();
    kinds.find(|kind| kind.kind == target.kind)
}
