//! The kinds of objects that make Secrets and ConfigMaps, and what is read of each.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::generated::key_at;
use super::{NAME, at, name_place};
use crate::discover::{Manifest, is_shown_in_secret};
use crate::facts::deployment::model::{ProvidedKey, Provider};
use crate::facts::deployment::written::{HiddenContent, ProvidedValue, hide};
use crate::yaml::{Dollars, Entry, Node};

/// One kind of object that makes Secrets or ConfigMaps.
pub(super) struct ObjectMaker {
    pub(super) kind: &'static str,
    makes: &'static str,
    /// The ways to the name of what it makes; the first that is written counts.
    names: &'static [&'static [&'static str]],
    /// The ways to mappings whose keys count, and what is there. A later one wins.
    maps: &'static [(&'static [&'static str], ValueEncoding)],
    /// The way to a list, and the field of its items that is a key.
    list: Option<(&'static [&'static str], &'static str)>,
    /// Keys that it always makes.
    always: &'static [&'static str],
    /// The ways to what makes keys that can't be seen.
    open: &'static [&'static [&'static str]],
}

/// How the values of a mapping are written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ValueEncoding {
    /// As they are.
    Plain,
    /// In base64.
    Base64,
    /// Encrypted, or as templates.
    Closed,
}

/// Sources: the API types of kubernetes, bitnami-labs/sealed-secrets,
/// external-secrets/external-secrets and cert-manager/cert-manager.
pub(super) const MAKERS: &[ObjectMaker] = &[
    ObjectMaker {
        kind: "Secret",
        makes: "Secret",
        names: &[NAME],
        maps: &[
            (&["data"], ValueEncoding::Base64),
            (&["stringData"], ValueEncoding::Plain),
        ],
        list: None,
        always: &[],
        open: &[],
    },
    ObjectMaker {
        kind: "ConfigMap",
        makes: "ConfigMap",
        names: &[NAME],
        maps: &[
            (&["data"], ValueEncoding::Plain),
            (&["binaryData"], ValueEncoding::Base64),
        ],
        list: None,
        always: &[],
        open: &[],
    },
    ObjectMaker {
        kind: "SealedSecret",
        makes: "Secret",
        names: &[&["spec", "template", "metadata", "name"], NAME],
        maps: &[
            (&["spec", "encryptedData"], ValueEncoding::Closed),
            (&["spec", "template", "data"], ValueEncoding::Closed),
        ],
        list: None,
        always: &[],
        open: &[&["spec", "data"]],
    },
    ObjectMaker {
        kind: "ExternalSecret",
        makes: "Secret",
        names: &[&["spec", "target", "name"], NAME],
        maps: &[(
            &["spec", "target", "template", "data"],
            ValueEncoding::Closed,
        )],
        list: Some((&["spec", "data"], "secretKey")),
        always: &[],
        open: &[&["spec", "dataFrom"]],
    },
    ObjectMaker {
        kind: "Certificate",
        makes: "Secret",
        names: &[&["spec", "secretName"]],
        maps: &[],
        list: None,
        always: &["tls.crt", "tls.key", "ca.crt"],
        open: &[&["spec", "additionalOutputFormats"], &["spec", "keystores"]],
    },
];

/// Keys of a Secret of the type `kubernetes.io/service-account-token`, which Kubernetes fills, the
/// last one OpenShift (openshift/openshift-controller-manager `pkg/serviceaccounts`).
const TOKEN_KEYS: &[&str] = &["token", "ca.crt", "namespace", "service-ca.crt"];

/// Whether a value is a configuration, about which findings quote keys and lines.
fn is_shown(entry: Entry<'_>, values: ValueEncoding) -> bool {
    let value = entry.value.as_str();
    matches!(values, ValueEncoding::Plain)
        && value.is_some_and(|value| is_shown_in_secret(entry.name(), value))
}

impl ObjectMaker {
    pub(super) fn provider(&self, manifest: Manifest<'_>) -> Option<Provider> {
        let root = manifest.root;
        let name = self.names.iter().find_map(|way| at(root, way)?.as_str())?;
        let mut keys = BTreeMap::new();
        let is_encrypted = root.get("sops").is_some();
        for &(way, values) in self.maps {
            let values = if is_encrypted {
                ValueEncoding::Closed
            } else {
                values
            };
            let map = at(root, way).and_then(Node::mapping);
            for entry in map.into_iter().flat_map(|map| map.entries()) {
                if self.makes == "Secret" && !is_shown(entry, values) {
                    hide(entry.value);
                }
                let key = ProvidedKey {
                    written: written(self.makes, name, entry, values),
                    ..key_at(entry.key.place())
                };
                keys.insert(entry.name().to_owned(), key);
            }
        }
        let template = External::of(self.kind, root);
        let list = self.list.filter(|_| template != External::Replaces);
        if let Some((way, field)) = list {
            for node in at(root, way)
                .into_iter()
                .flat_map(Node::items)
                .filter_map(|item| item.get(field))
            {
                keys.insert(node.as_str().unwrap_or("").to_owned(), key_at(node.place()));
            }
        }
        let is_token = at(root, &["type"]).and_then(Node::as_str)
            == Some("kubernetes.io/service-account-token");
        let always = self
            .always
            .iter()
            .chain(TOKEN_KEYS.iter().filter(|_| is_token));
        for key in always {
            keys.entry((*key).to_owned())
                .or_insert_with(|| key_at(name_place(root)));
        }
        let is_set = |way: &&[&str]| at(root, way).is_some_and(|node| !node.is_null());
        let open = match template {
            External::Adds => self.open.iter().any(is_set),
            External::Replaces => false,
            External::Open => true,
        };
        Some(Provider {
            kind: self.kind,
            makes: self.makes,
            name: name.to_owned(),
            namespace: manifest.namespace.map(str::to_owned),
            place: name_place(root),
            // A Secret without keys is there for something else to fill.
            complete: !open && !keys.is_empty(),
            keys,
            renamed: None,
        })
    }
}

/// How the template of an ExternalSecret goes with the keys that it fetches (external-secrets v0.10
/// `pkg/controllers/externalsecret/externalsecret_controller_template.go`, `applyTemplate`).
#[derive(Clone, Copy, PartialEq, Eq)]
enum External {
    /// Its keys are added to them, or it has none.
    Adds,
    /// Its keys take their place.
    Replaces,
    /// It has keys that can't be seen, or the Secret has others besides.
    Open,
}

impl External {
    fn of(kind: &str, root: Node<'_>) -> Self {
        let target = at(root, &["spec", "target"]).filter(|_| kind == "ExternalSecret");
        let Some(target) = target else {
            return Self::Adds;
        };
        let text = |way: &[&str]| at(target, way).and_then(Node::as_str);
        let template = |key: &str| at(target, &["template", key]).filter(|node| !node.is_null());
        let has_keys = template("data").is_some_and(|data| {
            let mut entries = data.mapping().into_iter().flat_map(|map| map.entries());
            entries.next().is_some()
        });
        let is_added = text(&["creationPolicy"]) == Some("Merge");
        if template("templateFrom").is_some() || is_added {
            return Self::Open;
        }
        match has_keys && text(&["template", "mergePolicy"]) != Some("Merge") {
            true => Self::Replaces,
            false => Self::Adds,
        }
    }
}

/// The value of a key, if it is there in the clear.
fn written(
    makes: &str,
    name: &str,
    entry: Entry<'_>,
    values: ValueEncoding,
) -> Option<Arc<ProvidedValue>> {
    // Kubernetes takes null for an empty text.
    let text = match entry.value.as_str() {
        None if entry.value.is_null() => "",
        text => text?,
    };
    let content = match values {
        ValueEncoding::Plain => HiddenContent::plain(text),
        ValueEncoding::Base64 => HiddenContent::base64(text),
        ValueEncoding::Closed => return None,
    };
    let noun = format!("the key `{}` of the {makes} `{name}`", entry.name());
    let owner = format!("{makes}/{name}");
    let written = ProvidedValue::of_key(entry.key, noun, &owner, content);
    Some(match values {
        // Of a Secret, only what is a web configuration is read: its users are marked as secrets.
        ValueEncoding::Plain if makes == "ConfigMap" || is_web(text) => {
            written.with_text(entry.value, Dollars::Plain)
        }
        _ => written,
    })
}

/// Whether a text has a section of a web configuration.
fn is_web(text: &str) -> bool {
    let sections = [
        "basic_auth_users:",
        "tls_server_config:",
        "http_server_config:",
    ];
    text.lines()
        .any(|line| sections.iter().any(|section| line.starts_with(section)))
}
