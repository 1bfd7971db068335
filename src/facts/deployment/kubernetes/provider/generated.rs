//! What Kustomize generates.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::unquoted;
use crate::facts::deployment::model::{ProvidedKey, Provider};
use crate::facts::deployment::written::{HiddenContent, ProvidedValue, hide_part};
use crate::facts::deployment::{Home, inside};
use crate::finding::{Place, Span};
use crate::yaml::{Node, Scalar};

/// What an entry of a kustomization's generators makes.
pub(super) fn generated(
    home: Home<'_>,
    folder: &Path,
    item: Node<'_>,
    makes: &'static str,
    kind: &'static str,
    namespace: Option<&str>,
) -> Option<Provider> {
    let name = item.get("name")?;
    let mut keys = BTreeMap::new();
    let list = |key: &str| item.get(key).into_iter().flat_map(Node::items);
    for node in list("files") {
        let written = node.as_str().unwrap_or("");
        let (key, path) = written
            .split_once('=')
            .unwrap_or((inside::name(written), written));
        let file = inside::on_disk(folder, path);
        let file = file.starts_with(home.root).then_some(file);
        keys.insert(
            key.to_owned(),
            ProvidedKey {
                file,
                ..key_at(node.place())
            },
        );
    }
    for node in list("literals") {
        let Some((key, value)) = node.as_str().and_then(|text| text.split_once('=')) else {
            continue;
        };
        let part = |from: usize, to: usize| {
            let scalar = node.scalar();
            scalar.map_or(Span::default(), |scalar: Scalar<'_>| scalar.part(from, to))
        };
        if makes == "Secret" {
            hide_part(node, part(key.len() + 1, key.len() + 1 + value.len()));
        }
        let here = part(key.len() + 1, key.len() + 1 + value.len());
        let here = node.document().place(here);
        let is_plain = here.text().slice(here.span()) == value;
        let written = ProvidedValue {
            noun: format!("the key `{key}` of the {makes} `{}`", name.as_str()?),
            name: key.to_owned(),
            place: node.document().place(part(0, key.len())),
            logical: node.path(),
            identity: format!("{makes}/{}.{key}", name.as_str()?),
            content: HiddenContent::plain(unquoted(value)),
            text: None,
        };
        let key_of = ProvidedKey {
            written: Some(Arc::new(written)),
            here: (is_plain && unquoted(value) == value).then_some(here),
            ..key_at(node.place())
        };
        keys.insert(key.to_owned(), key_of);
    }
    let own = item.get("namespace").and_then(Node::as_str).or(namespace);
    let open = ["envs", "env", "behavior"]
        .iter()
        .any(|key| item.get(key).is_some());
    Some(Provider {
        kind,
        makes,
        name: name.as_str()?.to_owned(),
        namespace: own.map(str::to_owned),
        place: name.place(),
        complete: !open && !keys.is_empty(),
        keys,
    })
}

pub(super) fn key_at(place: Place) -> ProvidedKey {
    ProvidedKey {
        place,
        file: None,
        written: None,
        here: None,
    }
}
