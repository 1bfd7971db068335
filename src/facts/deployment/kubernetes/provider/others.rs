//! Secrets that several objects in one make, and that values of charts make.

use std::collections::BTreeMap;

use super::generated::key_at;
use crate::discover::Manifest;
use crate::facts::deployment::model::{ProvidedKey, Provider};
use crate::facts::deployment::written::{HiddenContent, ProvidedValue, hide};
use crate::yaml::Node;

/// The Secrets that a SecretProviderClass keeps in step with what it mounts (kubernetes-sigs/
/// secrets-store-csi-driver `apis/v1/secretproviderclass_types.go`).
pub(super) fn of_provider_class<'d>(
    manifest: Manifest<'d>,
) -> impl Iterator<Item = Provider> + use<'d> {
    let is_one = manifest.kind == "SecretProviderClass";
    let spec = manifest.root.get("spec").filter(|_| is_one);
    let objects = spec.and_then(|spec| spec.get("secretObjects"));
    let namespace = manifest.namespace.map(str::to_owned);
    objects
        .into_iter()
        .flat_map(Node::items)
        .filter_map(move |object| {
            let name = object.get("secretName")?;
            let items = object.get("data").into_iter().flat_map(Node::items);
            let items: Vec<Node<'_>> = items.collect();
            let keys = items.iter().filter_map(|item| item.get("key"));
            let keys: Vec<Node<'_>> = keys.collect();
            // An item without a key, or with more than one, is not read.
            let is_complete = !keys.is_empty() && keys.len() == items.len();
            let keys = keys.into_iter();
            let keys = keys.filter_map(|key| Some((key.as_str()?.to_owned(), key_at(key.place()))));
            Some(Provider {
                kind: "SecretProviderClass",
                makes: "Secret",
                name: name.as_str()?.to_owned(),
                namespace: namespace.clone(),
                place: name.place(),
                complete: is_complete,
                keys: keys.collect(),
                renamed: None,
            })
        })
}

/// How deep values of a chart may be in others.
const DEEPEST: usize = 6;

/// The Secret that kube-prometheus-stack makes of `prometheus.extraSecret` (prometheus-community/helm-charts
/// `charts/kube-prometheus-stack/templates/prometheus/extrasecret.yaml`).
pub(super) fn of_values(root: Node<'_>) -> Vec<Provider> {
    let mut out = Vec::new();
    below(root, DEEPEST, &mut out);
    out
}

fn below(node: Node<'_>, depth: usize, out: &mut Vec<Provider>) {
    let Some(depth) = depth.checked_sub(1) else {
        return;
    };
    for entry in node.mapping().into_iter().flat_map(|map| map.entries()) {
        let has_spec = || node.get("prometheusSpec").is_some();
        match entry.name() {
            "extraSecret" if has_spec() => out.extend(extra_secret(entry.value)),
            _ => below(entry.value, depth, out),
        }
    }
}

fn extra_secret(secret: Node<'_>) -> Option<Provider> {
    let name = secret.get("name")?;
    let data = secret.get("data").and_then(Node::mapping)?;
    let owner = name.as_str().filter(|name| !name.is_empty())?;
    let mut keys = BTreeMap::new();
    for entry in data.entries() {
        hide(entry.value);
        let noun = format!("the key `{}` of the Secret `{owner}`", entry.name());
        let content = entry.value.as_str().map(HiddenContent::plain);
        let written = content.map(|content| {
            let owner = format!("Secret/{owner}");
            ProvidedValue::of_key(entry.key, noun, &owner, content)
        });
        let key = ProvidedKey {
            written,
            ..key_at(entry.key.place())
        };
        keys.insert(entry.name().to_owned(), key);
    }
    Some(Provider {
        kind: "extraSecret",
        makes: "Secret",
        name: owner.to_owned(),
        namespace: None,
        place: name.place(),
        complete: !keys.is_empty(),
        keys,
        renamed: None,
    })
}
