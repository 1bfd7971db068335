//! Keys that a part of the values of a release lacks and another one has. Helm merges mappings key by key
//! (helm v3 `pkg/chartutil/coalesce.go`, `coalesceTablesFullKey`).

use std::collections::BTreeSet;
use std::path::Path;

use super::{Layer, Layers, Step};
use crate::facts::Facts;
use crate::finding::{KeySteps, Place};
use crate::yaml::Node;

/// As deep as keys are looked for: `alias.prometheus.prometheusSpec.apiserverConfig.tlsConfig.ca.secret.key`
/// has eight.
const DEEPEST: usize = 12;

/// How many sections above a place may be the one that lacks a key: that of what lacks a part of itself, which
/// a finding has at its last key, is two above.
const SECTIONS: usize = 3;

/// Words in names of files that others are laid over.
const LOWEST: &[&str] = &["base", "common", "default", "defaults", "shared", "values"];

/// The paths of the keys of mappings that values set.
pub(super) fn keys(values: Node<'_>) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    collect(values, "", DEEPEST, &mut out);
    out
}

fn collect(node: Node<'_>, path: &str, depth: usize, out: &mut BTreeSet<String>) {
    let Some(depth) = depth.checked_sub(1) else {
        return;
    };
    let entries = node.mapping().into_iter().flat_map(|map| map.entries());
    // A null takes a key out of the layers below.
    for entry in entries.filter(|entry| !entry.value.is_null()) {
        let path = match path.is_empty() {
            true => entry.name().to_owned(),
            false => format!("{path}.{}", entry.name()),
        };
        collect(entry.value, &path, depth, out);
        out.insert(path);
    }
}

impl Layers {
    /// Whether each release with a layer that has a place has one of some keys in another layer, in a section
    /// around the place. Any key that the layer lacks will do where none is named.
    fn completes(&self, place: &Place, logical: &str, names: &[&str]) -> bool {
        let mut releases = self.releases.iter().filter_map(|steps| {
            let own = steps.iter().filter_map(Step::layer);
            let own = own.into_iter().find(|layer| layer.has(place))?;
            Some((own, steps))
        });
        let mut releases = releases.by_ref().peekable();
        if releases.peek().is_some() {
            return releases.all(|(own, steps)| {
                let mut others = steps.iter().filter_map(Step::layer);
                others.any(|other| !other.has(place) && has_more(own, other, logical, names))
            });
        }
        let own = self.files.iter().find(|layer| layer.has(place));
        own.is_some_and(|own| {
            let mut others = self.files.iter().filter(|other| are_laid(own, other));
            others.any(|other| has_more(own, other, logical, names))
        })
    }
}

/// Whether another layer has a key that a layer lacks.
fn has_more(own: &Layer, other: &Layer, logical: &str, names: &[&str]) -> bool {
    let Some(inner) = inner_path(own, logical) else {
        return false;
    };
    let parts: Vec<&str> = inner.split('.').collect();
    let depths = (1..=parts.len()).rev().take(SECTIONS + 1);
    let is_more = |path: &String| other.keys.contains(path) && !own.keys.contains(path);
    if names.is_empty() {
        let section = parts.split_last().map(|(_, section)| section.join("."));
        let start = section.unwrap_or_default() + ".";
        let mut keys = other.keys.iter().filter(|key| key.starts_with(&start));
        return keys.any(is_more);
    }
    depths.into_iter().any(|depth| {
        let section = parts.get(..depth).unwrap_or_default().join(".");
        names
            .iter()
            .any(|name| is_more(&format!("{section}.{name}")))
    })
}

/// A path without that of the layer; none in a list, which is replaced as a whole.
fn inner_path<'p>(layer: &Layer, logical: &'p str) -> Option<&'p str> {
    let inner = logical.strip_prefix(&*layer.logical)?;
    let inner = inner.strip_prefix('.').unwrap_or(inner);
    (!KeySteps::of(inner).is_in_list()).then_some(inner)
}

/// Whether the names of two files beside each other say that one is laid over the other, where no release of
/// the tree names them: `values.yaml` and `values-prod.yaml`, `base.yaml` and `prod.yaml`.
fn are_laid(one: &Layer, other: &Layer) -> bool {
    let (one, other) = (Path::new(&one.path), Path::new(&other.path));
    let is_lowest = |path: &Path| {
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        LOWEST.contains(&&*stem.to_lowercase())
    };
    one != other && one.parent() == other.parent() && (is_lowest(one) || is_lowest(other))
}

impl Facts<'_> {
    /// Whether values of the tree that are merged with those in which a place is have one of some keys there.
    #[must_use]
    pub fn is_completed_in_values(&self, place: &Place, logical: &str, names: &[&str]) -> bool {
        let layers = self.shared.layers(&self.files);
        layers.completes(place, logical, names)
    }
}
