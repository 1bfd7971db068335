//! Kustomizations: patches of objects, and values of the charts that they render. Flux and Argo CD
//! write the same patches into their own objects.

use std::sync::Arc;

use super::super::embedded;
use super::operations::{PatchTarget, is_kind_read};
use super::values::Chart;
use super::{Finder, RecognizedFile, leftover, unread_text};
use crate::finding::{KeyPath, Text};
use crate::yaml::{Dollars, Node, embedded as text_of, parse_first};

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
        let target = target_of(entry);
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
        let is_read = target.is_some_and(|target| is_kind_read(target.kind));
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
}

/// What an entry of a kustomization patches, if it says so.
fn target_of<'d>(entry: Node<'d>) -> Option<PatchTarget<'d>> {
    let target = entry.get("target")?;
    let text = |key: &str| target.get(key).and_then(Node::as_str);
    Some(PatchTarget {
        kind: text("kind").unwrap_or(""),
        name: text("name").unwrap_or(""),
        namespace: text("namespace"),
    })
}

/// What a file holds that an entry of a kustomization names as a patch: operations on the target that it
/// says. `is_known` says that the file was looked at for what it holds by itself.
pub(crate) fn patch_file(text: &Arc<Text>, entry: Node<'_>, is_known: bool) -> Vec<RecognizedFile> {
    let target = target_of(entry);
    let document = match parse_first(text) {
        Ok(document) => Arc::new(document),
        Err(error) => {
            let is_read = target.is_some_and(|target| is_kind_read(target.kind)) && !is_known;
            let what = "what this patch writes is not checked";
            let unread = is_read.then(|| unread_text(text, &error, what));
            return unread.into_iter().collect();
        }
    };
    let mut out = Vec::new();
    match document.root() {
        Some(root) if root.sequence().is_some() => {
            Finder::new(&document, None).operations(root, target, &mut out);
            // What is looked at for the first time, or was without the target.
            out.extend(leftover(&document, None, &out));
        }
        _ if is_known => {}
        _ => out = embedded::find(text, None),
    }
    if !out.is_empty() {
        text.recognize();
    }
    out
}
