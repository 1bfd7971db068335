//! Values that releases set one by one, over whole layers.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use super::{Layer, Layers, Step};
use crate::discover::{LaidValue, Reading, manifests};
use crate::facts::Facts;
use crate::finding::{Place, Span, Text, is_like_secret_name};
use crate::yaml::{Document, Node, parse_all};

/// Whether a release sets a value from a ConfigMap.
pub(super) fn needs_values(documents: &[(PathBuf, Vec<Document>)]) -> bool {
    let all = documents.iter().flat_map(|(_, documents)| documents);
    all.flat_map(manifests).any(|manifest| {
        let from = manifest
            .root
            .get("spec")
            .and_then(|it| it.get("valuesFrom"));
        let mut from = from.into_iter().flat_map(Node::items);
        from.any(|from| from.get("targetPath").is_some())
    })
}

/// The values of ConfigMaps, by their names and keys.
pub(super) fn values(texts: &[Arc<Text>]) -> BTreeMap<(String, String), (Place, String)> {
    let mut out = BTreeMap::new();
    for document in texts.iter().flat_map(|text| parse_all(text).0) {
        let maps = manifests(&document)
            .into_iter()
            .filter(|manifest| manifest.kind == "ConfigMap");
        for manifest in maps {
            let data = manifest.root.get("data").and_then(Node::mapping);
            for entry in data.into_iter().flat_map(|data| data.entries()) {
                let key = (manifest.name.to_owned(), entry.name().to_owned());
                if let Some(value) = written(entry.value) {
                    out.insert(key, value);
                }
            }
        }
    }
    out
}

/// A value of one line, and where it is without quotes.
fn written(node: Node<'_>) -> Option<(Place, String)> {
    let text = node.as_str()?;
    let place = node.place();
    let raw = place.text().slice(place.span());
    let at = raw.find(text)?;
    let from = place.span().start as usize + at;
    let place = place.sibling(Span::new(from, from + text.len()));
    (!text.is_empty() && !text.contains('\n')).then(|| (place, text.to_owned()))
}

/// What a reference of a HelmRelease sets (fluxcd/helm-controller `api/v2`, `ValuesReference.TargetPath`).
/// Of a Secret, and of an object that is not in the tree, the value is not known.
pub(super) fn at_target(
    from: Node<'_>,
    values: &BTreeMap<(String, String), (Place, String)>,
) -> Option<LaidValue> {
    let target = from.get("targetPath")?;
    let text = |key: &str| from.get(key).and_then(Node::as_str);
    let key = text("valuesKey").unwrap_or("values.yaml").to_owned();
    let is_map = text("kind") == Some("ConfigMap");
    let name = text("name").filter(|_| is_map).map(str::to_owned);
    let value = name.and_then(|name| values.get(&(name, key)).cloned());
    Some(laid(target.as_str()?, target, value, Reading::Typed))
}

/// Parameters of Argo CD, and what helmfile sets.
pub(super) fn in_list(list: Option<Node<'_>>) -> Vec<LaidValue> {
    let items = list.into_iter().flat_map(Node::items);
    let items = items.filter_map(|item| {
        let name = item.get("name")?;
        let value = item.get("value").and_then(written);
        Some(laid(
            name.as_str()?,
            name,
            value,
            Reading::of_parameter(item),
        ))
    });
    items.collect()
}

/// What helmfile sets as a text.
pub(super) fn texts_in_list(list: Option<Node<'_>>) -> Vec<LaidValue> {
    let values = in_list(list).into_iter();
    let values = values.map(|value| LaidValue {
        reading: Reading::Text,
        ..value
    });
    values.collect()
}

/// What the integrated controller of k3s sets.
pub(super) fn in_mapping(set: Option<Node<'_>>) -> Vec<LaidValue> {
    let entries = set.and_then(Node::mapping).into_iter();
    let entries = entries.flat_map(|map| map.entries());
    entries
        .map(|entry| {
            let reading = Reading::of_entry(entry.value);
            laid(entry.name(), entry.key, written(entry.value), reading)
        })
        .collect()
}

fn laid(name: &str, at: Node<'_>, value: Option<(Place, String)>, reading: Reading) -> LaidValue {
    let last = name.rsplit('.').next().unwrap_or(name);
    if let Some((place, _)) = &value
        && (is_like_secret_name(last) || name.contains(".headers."))
    {
        place.text().mark_secret(place.span());
    }
    let at = at.place();
    // The lines of a release that sets values of Prometheus may be shown, masked.
    at.text().recognize();
    if let Some((place, _)) = &value {
        place.text().recognize();
    }
    LaidValue {
        name: name.to_owned(),
        at,
        value,
        reading,
    }
}

/// The path of the list that a way leads into, as [`Layer`] names it.
fn list_of(name: &str) -> Option<&str> {
    name.split_once('[').map(|(list, _)| list)
}

/// Values that are laid over some of a file: the path of these in it, and the others.
pub(crate) type LaidOn = (String, Vec<LaidValue>);

impl Layers {
    /// What each release of the tree with a layer lays over what is at a place of it: nothing for one that
    /// takes the layer as it is.
    fn laid(&self, place: &Place) -> Vec<LaidOn> {
        let with_it = self.releases.iter().filter_map(|steps| {
            let at = steps
                .iter()
                .position(|step| step.layer().is_some_and(|layer| layer.has(place)))?;
            let layer = steps.get(at)?.layer()?;
            let above = steps.get(at + 1..)?;
            let values = above
                .iter()
                .enumerate()
                .filter_map(|(index, step)| match step {
                    Step::Laid(values) => Some((index, values)),
                    Step::Layer(_) => None,
                });
            let values = values.flat_map(|(index, values)| {
                let (between, behind) = above.split_at(index);
                let is_on = move |value: &&LaidValue| is_on(value, layer, between, behind);
                values.iter().filter(is_on)
            });
            let values = values.filter(|_| !layer.is_whole).cloned();
            Some((layer.logical.clone(), values.collect()))
        });
        with_it.collect()
    }

    /// Whether values that are set one by one, at a place, are judged with a layer below them.
    fn is_laid(&self, place: &Place) -> bool {
        self.releases.iter().any(|steps| {
            let mut layers = steps.iter().filter_map(Step::layer).peekable();
            let has_layers = layers.peek().is_some() && layers.all(|layer| !layer.is_whole);
            let is_at = |value: &LaidValue| {
                value.at.path() == place.path() && value.at.span() == place.span()
            };
            has_layers
                && steps.iter().any(|step| match step {
                    Step::Laid(values) => values.iter().any(is_at),
                    Step::Layer(_) => false,
                })
        })
    }
}

/// Whether a value is laid over a layer, and not over a list in one between them, or replaced by one above.
fn is_on(value: &LaidValue, layer: &Layer, between: &[Step], behind: &[Step]) -> bool {
    let layers = |steps: &[Step]| {
        let mut layers = steps.iter().filter_map(Step::layer);
        match list_of(&value.name) {
            Some(list) => layers.any(|layer| layer.lists.contains(list)),
            None => layers.next().is_some(),
        }
    };
    let is_list = list_of(&value.name);
    let has_list = is_list.is_none_or(|list| layer.lists.contains(list));
    has_list && !layers(between) && !layers(behind)
}

impl Facts<'_> {
    /// What releases of the tree lay over values in which a place is, one by one: an entry for each release.
    #[must_use]
    pub(crate) fn laid_values(&self, place: &Place) -> Vec<LaidOn> {
        self.shared.layers(&self.files).laid(place)
    }

    /// Whether parameters at a place are judged with the values that they are laid over.
    #[must_use]
    pub fn is_laid_value(&self, place: &Place) -> bool {
        self.shared.layers(&self.files).is_laid(place)
    }
}
