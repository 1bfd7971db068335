//! What Kustomize generates.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::unquoted;
use crate::facts::deployment::model::{ProvidedKey, Provider};
use crate::facts::deployment::written::{HiddenContent, ProvidedValue, hide_part};
use crate::facts::deployment::{Home, inside};
use crate::finding::{Place, Span, Text};
use crate::yaml::{Node, Scalar};

/// The largest file of variables that is read, in bytes: a Secret has at most 1 MiB.
const LARGEST_ENV: u64 = 1024 * 1024;

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
    let mut is_open = false;
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
        keys.extend(of_literal(node, makes, name.as_str()?));
    }
    for node in list("envs").chain(item.get("env")) {
        match node.as_str().map(|path| inside::on_disk(folder, path)) {
            Some(file) => is_open |= !of_env_file(home, &file, (makes, name.as_str()?), &mut keys),
            None => is_open = true,
        }
    }
    let own = item.get("namespace").and_then(Node::as_str).or(namespace);
    is_open |= item.get("behavior").is_some();
    Some(Provider {
        kind,
        makes,
        name: name.as_str()?.to_owned(),
        namespace: own.map(str::to_owned),
        place: name.place(),
        complete: !is_open && !keys.is_empty(),
        keys,
        renamed: None,
    })
}

/// The key of a literal, with its value.
fn of_literal(node: Node<'_>, makes: &'static str, name: &str) -> Option<(String, ProvidedKey)> {
    let (key, value) = node.as_str()?.split_once('=')?;
    let part = |from: usize, to: usize| {
        let scalar = node.scalar();
        scalar.map_or(Span::default(), |scalar: Scalar<'_>| scalar.part(from, to))
    };
    let behind = part(key.len() + 1, key.len() + 1 + value.len());
    if makes == "Secret" {
        hide_part(node, behind);
    }
    let here = node.document().place(behind);
    let is_plain = here.text().slice(here.span()) == value;
    let written = ProvidedValue {
        noun: format!("the key `{key}` of the {makes} `{name}`"),
        name: key.to_owned(),
        place: node.document().place(part(0, key.len())),
        logical: node.path(),
        identity: format!("{makes}/{name}.{key}"),
        content: HiddenContent::plain(unquoted(value)),
        text: None,
    };
    let key_of = ProvidedKey {
        written: Some(Arc::new(written)),
        here: (is_plain && unquoted(value) == value).then_some(here),
        ..key_at(node.place())
    };
    Some((key.to_owned(), key_of))
}

/// Adds the keys in a file of variables (kubernetes-sigs/kustomize `api/kv/kv.go`, `keyValuesFromLine`);
/// whether all of them are known. A key without a value gets that of the environment.
fn of_env_file(
    home: Home<'_>,
    file: &Path,
    (makes, name): (&'static str, &str),
    keys: &mut BTreeMap<String, ProvidedKey>,
) -> bool {
    let content = home.holds(file).then(|| home.tree.read(file, LARGEST_ENV));
    let Some(Ok(bytes)) = content else {
        return false;
    };
    let text = Text::new(home.tree.shown(file), bytes);
    let content = text.content();
    let mut at = 0;
    let mut is_known = !content.contains("sops_");
    for line in content.split_inclusive('\n') {
        let start = at + line.len() - line.trim_start().len();
        at += line.len();
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let Some((key, value)) = line.split_once('=') else {
            is_known = false;
            continue;
        };
        let place = |from: usize, to: usize| Place::new(&text, Span::new(start + from, start + to));
        let behind = key.len() + 1;
        if makes == "Secret" {
            text.mark_secret(place(behind, behind + value.len()).span());
        }
        let written = ProvidedValue {
            noun: format!("the key `{key}` of the {makes} `{name}`"),
            name: key.to_owned(),
            place: place(0, key.len()),
            logical: key.to_owned(),
            identity: format!("{makes}/{name}.{key}"),
            content: HiddenContent::plain(unquoted(value)),
            text: None,
        };
        let key_of = ProvidedKey {
            written: Some(Arc::new(written)),
            ..key_at(place(0, key.len()))
        };
        keys.insert(key.to_owned(), key_of);
    }
    is_known
}

pub(super) fn key_at(place: Place) -> ProvidedKey {
    ProvidedKey {
        place,
        file: None,
        written: None,
        here: None,
    }
}
