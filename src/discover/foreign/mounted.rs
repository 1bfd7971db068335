//! Secrets, ConfigMaps and volumes that a resource mounts by their names.

use std::sync::Arc;

use super::{RecognizedFile, found};
use crate::finding::{Advice, Finding, Place, Severity, nearest, rule};
use crate::yaml::{Node, placeholder};

/// A Secret or a ConfigMap that a resource mounts as a whole.
#[derive(Clone, Debug)]
pub struct MountedObject {
    /// `Secret` or `ConfigMap`.
    pub kind: &'static str,
    /// The key of the list with it.
    pub field: &'static str,
    /// Its name.
    pub name: String,
    /// Where it is named.
    pub place: Place,
    /// The path of keys to it.
    pub logical: String,
    /// The same with list items by their names.
    pub identity: String,
}

/// The lists of a resource with such names (prometheus-operator v0.93.0 `pkg/prometheus/common.go`,
/// `BuildCommonVolumes`).
const LISTS: &[(&str, &str)] = &[("secrets", "Secret"), ("configMaps", "ConfigMap")];

/// Notes what a resource mounts with what it was recognized in, the last of some.
pub(super) fn note(out: &mut [RecognizedFile], spec: Node<'_>) {
    let spoken = out.last_mut().and_then(|hit| hit.spoken.as_mut());
    let Some(spoken) = spoken.and_then(Arc::get_mut) else {
        return;
    };
    for (field, kind) in LISTS {
        let items = spec.get(field).into_iter().flat_map(Node::items);
        let named = items.filter_map(|item| Some((item, item.as_str()?)));
        let known = named.filter(|(_, name)| !placeholder::is_open(name));
        spoken
            .mounted
            .extend(known.map(|(item, name)| MountedObject {
                kind,
                field,
                name: name.to_owned(),
                place: item.place(),
                logical: item.path(),
                identity: item.identity(),
            }));
    }
}

/// What begins the names of volumes that the Operator adds itself (prometheus-operator v0.93.0
/// `pkg/prometheus/common.go`).
const OWN: &[&str] = &[
    "config",
    "prometheus-",
    "secret-",
    "thanos-",
    "tls-assets",
    "web-config",
];

/// What is reported about mounts of volumes that are not there, beside one with nearly the name.
pub(super) fn volumes(spec: Node<'_>) -> Vec<Finding> {
    let list = |key: &str| spec.get(key).into_iter().flat_map(Node::items);
    let names = list("volumes").filter_map(|item| item.get("name"));
    let names: Vec<&str> = names.filter_map(Node::as_str).collect();
    let mounted: Vec<Node<'_>> = list("volumeMounts")
        .filter_map(|item| item.get("name"))
        .collect();
    let is_mounted = |name: &str| mounted.iter().any(|node| node.as_str() == Some(name));
    let wrong = mounted.iter().filter_map(|node| {
        let name = node.as_str()?;
        let is_own = OWN.iter().any(|own| name.starts_with(own));
        if names.contains(&name) || is_own || placeholder::is_open(name) {
            return None;
        }
        let unused = names.iter().filter(|name| !is_mounted(name)).copied();
        let near = nearest(name, unused)?;
        let message =
            format!("`name`: no volume is called `{name}`; the API server rejects the pods");
        let finding = found(rule::SCHEMA_INVALID_VALUE, Severity::Error, *node, message);
        let advice = Advice::replace(node.span(), near).text(format!("write `{near}`"));
        Some(finding.help(advice.unsafe_()))
    });
    wrong.collect()
}
