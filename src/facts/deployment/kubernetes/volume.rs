//! The volumes of a pod and how a container mounts them.

use std::cell::OnceCell;
use std::collections::HashMap;

use super::provider::Providers;
use super::{Objects, SERVICE_ACCOUNT, entry_place, may_be_same};
use crate::facts::deployment::inside;
use crate::facts::deployment::model::{
    KeyItem, KeyVolume, Mount, MountSource, Outside, PartKind, VolumeSource,
};
use crate::finding::{Evidence, Place};
use crate::yaml::{Node, Scalar, Style, placeholder};

/// Mode of files in volumes that set none (kubernetes/kubernetes `pkg/apis/core/types.go`).
pub(super) const DEFAULT_MODE: u32 = 0o644;

/// The key that OpenShift adds to what it mounts (openshift/kubernetes
/// `plugin/pkg/admission/serviceaccount`). The tree does not tell whether it runs there.
const SERVICE_CA: &str = "service-ca.crt";

/// A volume of all keys of one Secret or ConfigMap, as charts and operators mount it.
pub(super) fn whole_object(
    kind: &'static str,
    name: &str,
    namespace: Option<&str>,
    objects: &Objects,
) -> MountSource {
    let part = VolumeSource {
        kind: PartKind::Object {
            kind,
            name: name.to_owned(),
            providers: objects.0.of(kind, name, |own| may_be_same(own, namespace)),
        },
        items: None,
        mode: DEFAULT_MODE,
        mode_place: None,
        optional: false,
    };
    MountSource::Keys(KeyVolume {
        name: name.to_owned(),
        parts: vec![part],
        fs_group: None,
    })
}

/// A pod's specification.
pub(super) struct PodSpec<'d> {
    spec: Node<'d>,
    namespace: Option<&'d str>,
    /// The first volume of each name, once a mount asks for one.
    by_name: OnceCell<HashMap<&'d str, Node<'d>>>,
}

impl<'d> PodSpec<'d> {
    pub(super) fn new(spec: Node<'d>, namespace: Option<&'d str>) -> Self {
        Self {
            spec,
            namespace,
            by_name: OnceCell::new(),
        }
    }

    fn volumes(&self) -> impl Iterator<Item = Node<'d>> + use<'d> {
        self.spec.get("volumes").into_iter().flat_map(Node::items)
    }

    fn volume(&self, name: &str) -> Option<Node<'d>> {
        let by_name = self.by_name.get_or_init(|| {
            let mut by_name = HashMap::new();
            for volume in self.volumes() {
                if let Some(name) = volume.get("name").and_then(Node::as_str) {
                    by_name.entry(name).or_insert(volume);
                }
            }
            by_name
        });
        by_name.get(name).copied()
    }

    /// The names of the Secrets and ConfigMaps that its volumes are filled from.
    pub(super) fn names(&self) -> Vec<String> {
        let mut names = Vec::new();
        for volume in self.volumes() {
            let projected = volume
                .get("projected")
                .and_then(|projected| projected.get("sources"));
            let sources = projected.into_iter().flat_map(Node::items).chain([volume]);
            for source in sources {
                let secret = source.get("secret");
                let name = |node: Node<'d>| node.get("secretName").or_else(|| node.get("name"));
                let found = [secret, source.get("configMap")]
                    .into_iter()
                    .flatten()
                    .filter_map(name);
                names.extend(found.filter_map(|name| Some(name.as_str()?.to_owned())));
            }
        }
        names
    }

    /// One entry of `volumeMounts`. `owner` is the object that the pod belongs to.
    pub(super) fn mount(
        &self,
        node: Node<'d>,
        owner: Node<'d>,
        providers: &Providers,
    ) -> Option<Mount> {
        let path = node.get("mountPath").and_then(Node::as_str)?;
        let name = node.get("name").and_then(Node::as_str).unwrap_or("");
        let volume = self.volume(name);
        let source = match volume {
            Some(volume) => self.source(volume, name, providers),
            None if is_claimed(owner, name) => {
                MountSource::Outside(Outside::Claim(name.to_owned()))
            }
            None => MountSource::Unknown(format!("the pod has no volume `{name}`")),
        };
        let sub_path = node
            .get("subPath")
            .and_then(Node::as_str)
            .map(|sub| inside::join("/", sub).trim_start_matches('/').to_owned());
        let unclear = node.get("subPathExpr").and_then(Node::as_str);
        let source = match unclear
            .or(sub_path.as_deref())
            .filter(|text| placeholder::is_open(text))
        {
            Some(_) => MountSource::Unknown(
                "the part of the volume that is mounted is not known".to_owned(),
            ),
            None => source,
        };
        let definition = volume.map(|volume| Evidence {
            place: volume.place(),
            message: format!("the volume `{name}` is defined here"),
        });
        Some(Mount {
            sub_path: sub_path.filter(|sub| !sub.is_empty()),
            definition,
            ..Mount::new(path, source, entry_place(node, "mountPath"))
        })
    }

    fn source(&self, volume: Node<'d>, name: &str, providers: &Providers) -> MountSource {
        let text = |node: Node<'d>, key: &str| {
            node.get(key)
                .and_then(Node::as_str)
                .unwrap_or("")
                .to_owned()
        };
        if let Some(projected) = volume.get("projected") {
            let mode = DefaultMode::of(projected);
            let sources = projected.get("sources").into_iter().flat_map(Node::items);
            return self.keys(
                name,
                sources
                    .map(|source| self.part(source, &mode, providers))
                    .collect(),
            );
        }
        if let Some(holder) = ["secret", "configMap", "downwardAPI"]
            .iter()
            .find_map(|key| volume.get(key))
        {
            let mode = DefaultMode::of(holder);
            return self.keys(name, vec![self.part(volume, &mode, providers)]);
        }
        if let Some(host) = volume.get("hostPath") {
            return MountSource::Outside(Outside::Host(text(host, "path")));
        }
        if let Some(csi) = volume.get("csi") {
            return MountSource::Outside(Outside::Csi(text(csi, "driver")));
        }
        if let Some(claim) = volume.get("persistentVolumeClaim") {
            return MountSource::Outside(Outside::Claim(text(claim, "claimName")));
        }
        // A volume without a type is an emptyDir.
        let fields: Vec<_> = volume
            .mapping()
            .into_iter()
            .flat_map(|mapping| mapping.entries())
            .collect();
        let other = fields
            .iter()
            .find(|entry| !matches!(entry.name(), "name" | "emptyDir"));
        match other {
            None => MountSource::Outside(Outside::Scratch(name.to_owned())),
            Some(other) => MountSource::Outside(Outside::Other(format!(
                "a volume of the type `{}`",
                other.name()
            ))),
        }
    }

    fn keys(&self, name: &str, parts: Vec<VolumeSource>) -> MountSource {
        MountSource::Keys(KeyVolume {
            name: name.to_owned(),
            parts,
            fs_group: self.context("fsGroup"),
        })
    }

    /// One source of a projected volume, or a whole volume of one source.
    fn part(&self, source: Node<'d>, mode: &DefaultMode, providers: &Providers) -> VolumeSource {
        let object = |holder: Node<'d>, kind: &'static str| {
            let name = holder.get("secretName").or_else(|| holder.get("name"));
            let name = name.and_then(Node::as_str).unwrap_or("");
            let kind = if placeholder::is_open(name) {
                PartKind::Other(format!("a {kind} whose name is not known"))
            } else {
                let mut providers =
                    providers.of(kind, name, |own| may_be_same(own, self.namespace));
                // Without a namespace, both are applied to the same one.
                if self.namespace.is_none() && providers.iter().any(|one| one.namespace.is_none()) {
                    providers.retain(|one| one.namespace.is_none());
                }
                PartKind::Object {
                    kind,
                    name: name.to_owned(),
                    providers,
                }
            };
            (kind, holder.get("items").map(items))
        };
        let (kind, items, holder) = if let Some(secret) = source.get("secret") {
            let (kind, items) = object(secret, "Secret");
            (kind, items, secret)
        } else if let Some(map) = source.get("configMap") {
            let (kind, items) = object(map, "ConfigMap");
            (kind, items, map)
        } else if let Some(token) = source.get("serviceAccountToken") {
            let path = token.get("path").and_then(Node::as_str).unwrap_or("token");
            let item = item(path, Some(entry_place(token, "path")));
            (
                PartKind::Token {
                    owner: self.only_user(),
                },
                Some(vec![item]),
                token,
            )
        } else if let Some(downward) = source.get("downwardAPI") {
            let items = downward.get("items").map(items).unwrap_or_default();
            (PartKind::Made, Some(items), downward)
        } else {
            let words = source
                .mapping()
                .and_then(|mapping| mapping.written().next());
            let words = words.map_or("nothing", |entry| entry.name());
            (PartKind::Other(format!("`{words}`")), None, source)
        };
        let optional = holder
            .get("optional")
            .and_then(Node::scalar)
            .and_then(Scalar::as_bool);
        VolumeSource {
            kind,
            items,
            mode: mode.bits,
            mode_place: mode.place.clone(),
            optional: optional == Some(true),
        }
    }

    /// What Kubernetes mounts into every container that does not reject it (kubernetes/kubernetes
    /// `plugin/pkg/admission/serviceaccount`).
    pub(super) fn service_account(&self, place: Place) -> Mount {
        let made = |kind: PartKind, path: &str| VolumeSource {
            kind,
            items: Some(vec![item(path, None)]),
            mode: DEFAULT_MODE,
            mode_place: None,
            optional: false,
        };
        let parts = vec![
            made(
                PartKind::Token {
                    owner: self.only_user(),
                },
                "token",
            ),
            made(PartKind::Made, "ca.crt"),
            made(PartKind::Made, "namespace"),
            made(PartKind::Made, SERVICE_CA),
        ];
        Mount::new(SERVICE_ACCOUNT, self.keys("kube-api-access", parts), place)
    }

    fn context(&self, key: &str) -> Option<u32> {
        number(self.spec.get("securityContext")?.get(key)?)
    }

    /// The user of the pod, if all its containers run as one (kubernetes/kubernetes
    /// `pkg/volume/util`, `FsUserFrom`). Users that only the images set do not count.
    fn only_user(&self) -> Option<u32> {
        let whole = self.context("runAsUser");
        let lists = ["initContainers", "containers"]
            .into_iter()
            .filter_map(|key| self.spec.get(key));
        let mut users = lists.flat_map(Node::items).map(|container| {
            let own = container
                .get("securityContext")
                .and_then(|context| context.get("runAsUser"));
            own.and_then(number).or(whole)
        });
        let first = users.next()??;
        users.all(|user| user == Some(first)).then_some(first)
    }
}

/// `defaultMode` of a volume.
struct DefaultMode {
    bits: u32,
    place: Option<Place>,
}

impl DefaultMode {
    fn of(holder: Node<'_>) -> Self {
        let written = mode_of(holder, "defaultMode");
        Self {
            bits: written.unwrap_or(DEFAULT_MODE),
            place: written.map(|_| entry_place(holder, "defaultMode")),
        }
    }
}

fn item(path: &str, place: Option<Place>) -> KeyItem {
    KeyItem {
        key: path.to_owned(),
        path: path.to_owned(),
        mode: None,
        mode_place: None,
        place,
    }
}

fn items(list: Node<'_>) -> Vec<KeyItem> {
    let item = |node: Node<'_>| {
        let path = node.get("path").and_then(Node::as_str)?;
        let key = node.get("key").and_then(Node::as_str).unwrap_or(path);
        Some(KeyItem {
            key: key.to_owned(),
            path: inside::join("/", path).trim_start_matches('/').to_owned(),
            mode: mode_of(node, "mode"),
            mode_place: mode_of(node, "mode").map(|_| entry_place(node, "mode")),
            place: Some(entry_place(node, "path")),
        })
    };
    list.items().filter_map(item).collect()
}

/// Whether a StatefulSet makes a claim for a volume of this name.
fn is_claimed(owner: Node<'_>, name: &str) -> bool {
    let claims = owner
        .get("spec")
        .and_then(|spec| spec.get("volumeClaimTemplates"));
    claims.into_iter().flat_map(Node::items).any(|claim| {
        claim
            .get("metadata")
            .and_then(|metadata| metadata.get("name"))
            .and_then(Node::as_str)
            == Some(name)
    })
}

fn number(node: Node<'_>) -> Option<u32> {
    node.as_str()?.parse().ok()
}

fn mode_of(holder: Node<'_>, key: &str) -> Option<u32> {
    mode(holder.get(key)?.scalar()?)
}

/// A mode as YAML 1.1 and docker compose read it: octal with a leading zero, `0o`, or in quotes;
/// else decimal.
pub(in crate::facts::deployment) fn mode(scalar: Scalar<'_>) -> Option<u32> {
    let text = scalar.text.trim();
    let octal = text.strip_prefix("0o").or_else(|| text.strip_prefix('0'));
    let value = match octal {
        Some("") => Some(0),
        Some(digits) => u32::from_str_radix(digits, 8).ok(),
        None if scalar.style != Style::Plain => u32::from_str_radix(text, 8).ok(),
        None => text.parse().ok(),
    };
    value.filter(|mode| *mode <= 0o7777)
}
