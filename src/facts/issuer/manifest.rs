//! The Kubernetes objects that say who signs for a host: issuers and certificates of cert-manager,
//! and what serves a host with them.
//!
//! Fields as in cert-manager/cert-manager `pkg/apis/certmanager/v1`, `pkg/apis/acme/v1`,
//! `pkg/controller/certificate-shim/sync.go`; the older API versions have the same ones.

use super::acme;
use crate::finding::Place;
use crate::policy::CertificateIssuer;
use crate::yaml::{Node, placeholder};

/// One object.
#[derive(Debug)]
pub(super) enum ClusterObject {
    Issuer(IssuerManifest),
    Certificate(CertificateObject),
    Entrance(HostRoute),
}

/// What every object has.
#[derive(Debug)]
pub(super) struct ObjectIdentity {
    /// As in `kind`.
    pub(super) kind: &'static str,
    pub(super) name: String,
    /// None where it is not written: decided by the user who applies the manifest.
    pub(super) namespace: Option<String>,
}

impl ObjectIdentity {
    /// Kind and name, such as `Ingress mimir`.
    pub(super) fn shown(&self) -> String {
        format!("{} {}", self.kind, self.name)
    }
}

/// A text with its place.
#[derive(Clone, Debug)]
pub(super) struct PlacedText {
    pub(super) text: String,
    pub(super) place: Place,
}

/// A ClusterIssuer or an Issuer.
#[derive(Debug)]
pub(super) struct IssuerManifest {
    pub(super) identity: ObjectIdentity,
    /// What its certificates are, if that is known.
    pub(super) issuer: Option<CertificateIssuer>,
    /// How that is known, as a predicate: `uses …`.
    pub(super) says: &'static str,
    /// Where that is written.
    pub(super) place: Place,
    /// Whether its kind is not written, as in a patch that is laid over the whole object.
    pub(super) is_partial: bool,
}

/// Which issuer is asked for.
#[derive(Clone, Debug)]
pub(super) struct IssuerRef {
    pub(super) kind: IssuerKind,
    pub(super) name: PlacedText,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum IssuerKind {
    /// One for all namespaces.
    Cluster,
    /// One of the namespace in which it is asked for.
    Namespaced,
    /// One that something other than cert-manager brings: its kind and group.
    External(String),
}

impl IssuerRef {
    /// Kind and name, such as `ClusterIssuer letsencrypt`.
    pub(super) fn shown(&self) -> String {
        let kind = match &self.kind {
            IssuerKind::Cluster => "ClusterIssuer",
            IssuerKind::Namespaced => "Issuer",
            IssuerKind::External(kind) => kind,
        };
        format!("{kind} {}", self.name.text)
    }
}

/// A Certificate for servers.
#[derive(Debug)]
pub(super) struct CertificateObject {
    pub(super) identity: ObjectIdentity,
    /// What it is made out to.
    pub(super) names: Vec<PlacedText>,
    pub(super) secret: Option<String>,
    pub(super) issuer: IssuerRef,
}

/// An Ingress or a Gateway: what serves hosts.
#[derive(Debug)]
pub(super) struct HostRoute {
    pub(super) identity: ObjectIdentity,
    pub(super) asks: Asks,
    pub(super) blocks: Vec<TlsBlock>,
}

/// What an entrance asks cert-manager for, in its annotations.
#[derive(Debug)]
pub(super) enum Asks {
    Nothing,
    Issuer(IssuerRef),
    /// Whatever the controller's flags say.
    Default(Place),
    /// Annotations that contradict each other, for which cert-manager makes no certificate.
    Contradiction(Place),
}

/// An entry of an Ingress's `spec.tls`, a listener of a Gateway: hosts and the secret with their
/// certificate.
#[derive(Debug)]
pub(super) struct TlsBlock {
    pub(super) hosts: Vec<PlacedText>,
    /// The secret's namespace, if it is not the entrance's own, and its name.
    pub(super) secrets: Vec<(Option<String>, PlacedText)>,
    /// Whether cert-manager makes a certificate for it if the annotations ask for one.
    pub(super) is_filled: bool,
}

/// Reads an object.
type ReadObject = fn(Node<'_>, ObjectIdentity) -> Option<ClusterObject>;

/// Kinds of objects, the groups that they are of, and how they are read.
const KINDS: &[(&str, &[&str], ReadObject)] = &[
    ("ClusterIssuer", CERT_MANAGER, issuer),
    ("Issuer", CERT_MANAGER, issuer),
    ("Certificate", CERT_MANAGER, certificate),
    ("Ingress", &["networking.k8s.io", "extensions"], ingress),
    ("Gateway", GATEWAYS, gateway),
    ("ListenerSet", GATEWAYS, gateway),
    ("XListenerSet", GATEWAYS, gateway),
];

/// cert-manager's group, and its name before release 0.11.
const CERT_MANAGER: &[&str] = &["cert-manager.io", "certmanager.k8s.io"];

const GATEWAYS: &[&str] = &["gateway.networking.k8s.io", "gateway.networking.x-k8s.io"];

/// Reads the objects of a document: one, or the items of a List.
pub(super) fn read(root: Node<'_>) -> Vec<ClusterObject> {
    if text(root, "kind") == Some("List") {
        let items = root.get("items").into_iter().flat_map(Node::items);
        return items.filter_map(read_one).collect();
    }
    read_one(root).into_iter().collect()
}

fn read_one(root: Node<'_>) -> Option<ClusterObject> {
    let (group, _) = text(root, "apiVersion")?.split_once('/')?;
    let kind = text(root, "kind")?;
    let mut known = KINDS.iter();
    let &(kind, _, read) =
        known.find(|(one, groups, _)| *one == kind && groups.contains(&group))?;
    let metadata = root.get("metadata")?;
    let identity = ObjectIdentity {
        kind,
        name: text(metadata, "name")?.to_owned(),
        namespace: text(metadata, "namespace").map(str::to_owned),
    };
    read(root, identity)
}

/// What kinds of issuer there are: the key of `spec`, and what its certificates are. All of these
/// sign with a custom key; of venafi that is the usual case.
const PRIVATE: &[(&str, &str)] = &[
    ("ca", "signs with a private authority"),
    ("selfSigned", "makes self-signed certificates"),
    ("vault", "signs with an authority in Vault"),
    ("venafi", "signs with an authority in Venafi"),
];

const NO_DIRECTORY: &str = "names no ACME directory";

fn issuer(root: Node<'_>, identity: ObjectIdentity) -> Option<ClusterObject> {
    let spec = root.get("spec")?;
    let acme = spec.mapping()?.entry("acme").map(|entry| {
        let server = entry
            .value
            .get("server")
            .filter(|server| server.as_str().is_some());
        let place = server.map_or_else(|| entry.key.place(), Node::place);
        let (issuer, says) = server
            .and_then(Node::as_str)
            .map_or((None, NO_DIRECTORY), classify);
        (issuer, says, place)
    });
    let private = PRIVATE.iter().filter_map(|&(key, says)| {
        let entry = spec.mapping()?.entry(key)?;
        Some((Some(CertificateIssuer::Private), says, entry.key.place()))
    });
    let mut ways = acme.into_iter().chain(private);
    let first = ways.next();
    let is_partial = first
        .as_ref()
        .is_none_or(|(_, says, _)| *says == NO_DIRECTORY);
    let (issuer, says, place) = match (first, ways.next()) {
        (Some(only), None) => only,
        // cert-manager rejects an issuer with two.
        (Some((.., place)), Some(_)) => (
            None,
            "is of two types at once, which cert-manager refuses",
            place,
        ),
        (None, _) => (
            None,
            "is of a type that promvet does not know",
            spec.place(),
        ),
    };
    Some(ClusterObject::Issuer(IssuerManifest {
        identity,
        issuer,
        says,
        place,
        is_partial,
    }))
}

fn classify(server: &str) -> (Option<CertificateIssuer>, &'static str) {
    if is_templated(server) {
        return (None, "has an ACME directory that is filled in elsewhere");
    }
    acme::classify(server)
}

fn certificate(root: Node<'_>, identity: ObjectIdentity) -> Option<ClusterObject> {
    let spec = root.get("spec")?;
    let mut usages = spec
        .get("usages")
        .into_iter()
        .flat_map(Node::items)
        .filter_map(Node::as_str)
        .peekable();
    let for_servers = usages.peek().is_none() || usages.any(|usage| usage == "server auth");
    let authority = spec
        .get("isCA")
        .and_then(Node::scalar)
        .and_then(|scalar| scalar.as_bool());
    if !for_servers || authority == Some(true) {
        return None;
    }
    let reference = spec.get("issuerRef")?;
    let mut names: Vec<_> = spec
        .get("commonName")
        .and_then(written)
        .into_iter()
        .collect();
    for key in ["dnsNames", "ipAddresses"] {
        names.extend(
            spec.get(key)
                .into_iter()
                .flat_map(Node::items)
                .filter_map(written),
        );
    }
    let issuer = IssuerRef {
        kind: issuer_kind(text(reference, "kind"), text(reference, "group")),
        name: written(reference.get("name")?)?,
    };
    let secret = text(spec, "secretName").map(str::to_owned);
    Some(ClusterObject::Certificate(CertificateObject {
        identity,
        names,
        secret,
        issuer,
    }))
}

/// The kind of issuer, `Issuer` and cert-manager's own group being the defaults.
fn issuer_kind(kind: Option<&str>, group: Option<&str>) -> IssuerKind {
    let kind = kind.unwrap_or("Issuer");
    let own = group.is_none_or(|group| CERT_MANAGER.contains(&group));
    match kind {
        "Issuer" if own => IssuerKind::Namespaced,
        "ClusterIssuer" if own => IssuerKind::Cluster,
        _ => IssuerKind::External(kind.to_owned()),
    }
}

fn ingress(root: Node<'_>, identity: ObjectIdentity) -> Option<ClusterObject> {
    let spec = root.get("spec")?;
    let rules: Vec<_> = items(spec, "rules")
        .filter_map(|rule| rule.get("host").and_then(written))
        .collect();
    let blocks = items(spec, "tls").map(|tls| {
        let hosts: Vec<_> = items(tls, "hosts").filter_map(written).collect();
        // Without hosts, the secret is for whatever the rules name; cert-manager does not fill it.
        let is_filled = !hosts.is_empty();
        let secret = tls.get("secretName").and_then(written);
        TlsBlock {
            hosts: if is_filled { hosts } else { rules.clone() },
            secrets: secret.into_iter().map(|name| (None, name)).collect(),
            is_filled,
        }
    });
    let blocks = blocks.collect();
    Some(ClusterObject::Entrance(HostRoute {
        identity,
        asks: asks(root),
        blocks,
    }))
}

fn gateway(root: Node<'_>, identity: ObjectIdentity) -> Option<ClusterObject> {
    let blocks = items(root.get("spec")?, "listeners").filter_map(|listener| {
        let tls = listener.get("tls")?;
        if text(tls, "mode") == Some("Passthrough") {
            return None;
        }
        let host = listener.get("hostname").and_then(written)?;
        let secrets = items(tls, "certificateRefs").filter_map(|reference| {
            let is_secret = text(reference, "kind").is_none_or(|kind| kind == "Secret");
            let name = reference
                .get("name")
                .and_then(written)
                .filter(|_| is_secret)?;
            Some((text(reference, "namespace").map(str::to_owned), name))
        });
        Some(TlsBlock {
            hosts: vec![host],
            secrets: secrets.collect(),
            is_filled: true,
        })
    });
    let blocks = blocks.collect();
    Some(ClusterObject::Entrance(HostRoute {
        identity,
        asks: asks(root),
        blocks,
    }))
}

/// What the annotations of an object ask for.
fn asks(root: Node<'_>) -> Asks {
    let annotations = root
        .get("metadata")
        .and_then(|metadata| metadata.get("annotations"));
    let get = |name: &str| {
        let found = CERT_MANAGER
            .iter()
            .find_map(|prefix| annotations?.get(&format!("{prefix}/{name}")));
        found.filter(|node| node.as_str().is_some_and(|text| !text.is_empty()))
    };
    let kind = get("issuer-kind").and_then(Node::as_str);
    let group = get("issuer-group").and_then(Node::as_str);
    match (get("cluster-issuer"), get("issuer")) {
        (Some(cluster), None) if kind.is_none() && group.is_none() => {
            written(cluster).map_or(Asks::Nothing, |name| {
                Asks::Issuer(IssuerRef {
                    kind: IssuerKind::Cluster,
                    name,
                })
            })
        }
        (Some(cluster), _) => Asks::Contradiction(cluster.place()),
        (None, Some(issuer)) => written(issuer).map_or(Asks::Nothing, |name| {
            Asks::Issuer(IssuerRef {
                kind: issuer_kind(kind, group),
                name,
            })
        }),
        (None, None) => {
            let default =
                annotations.and_then(|annotations| annotations.get("kubernetes.io/tls-acme"));
            default
                .filter(|node| node.as_str() == Some("true"))
                .map_or(Asks::Nothing, |node| Asks::Default(node.place()))
        }
    }
}

fn items<'d>(node: Node<'d>, key: &str) -> impl Iterator<Item = Node<'d>> + use<'d> {
    node.get(key).into_iter().flat_map(Node::items)
}

/// The text at a key, if there is one.
fn text<'d>(node: Node<'d>, key: &str) -> Option<&'d str> {
    node.get(key)?.as_str().filter(|text| !text.is_empty())
}

fn written(node: Node<'_>) -> Option<PlacedText> {
    let text = node.as_str().filter(|text| !text.is_empty())?;
    Some(PlacedText {
        text: text.to_owned(),
        place: node.place(),
    })
}

/// Whether something else fills in a part of a text before Kubernetes sees it.
pub(super) fn is_templated(text: &str) -> bool {
    placeholder::find(text).next().is_some()
}
