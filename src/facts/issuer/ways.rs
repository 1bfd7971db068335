//! The ways from a host through the manifests to the issuer that signs for it.

use std::collections::{BTreeMap, BTreeSet};

use super::cert_manager::{Certified, Manifests};
use super::manifest::{
    Asks, CertificateObject, HostRoute, IssuerKind, IssuerManifest, IssuerRef, ObjectIdentity,
    PlacedText, TlsBlock, is_templated,
};
use super::name::{covers, is_wildcard};
use crate::finding::{Evidence, Place};
use crate::policy::CertificateIssuer;

/// A way from a host to the manifest of an issuer.
#[derive(Debug)]
pub(super) struct IssuerWay<'m> {
    pub(super) steps: Vec<Evidence>,
    pub(super) end: WayEnd<'m>,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum WayEnd<'m> {
    /// An issuer that is known.
    Issuer(CertificateIssuer, &'m IssuerManifest),
    /// Something that is not known.
    Broken,
    /// The object does not name the certificate: another way may.
    Silent,
}

impl IssuerWay<'_> {
    pub(super) fn issuer(&self) -> Option<CertificateIssuer> {
        match self.end {
            WayEnd::Issuer(issuer, _) => Some(issuer),
            WayEnd::Broken | WayEnd::Silent => None,
        }
    }
}

/// What serves a host: the block that does, and the name by which it does.
#[derive(Clone, Copy, Debug)]
struct Serving<'m> {
    entrance: &'m HostRoute,
    block: &'m TlsBlock,
    name: &'m PlacedText,
}

/// A secret of a cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct ClusterSecret<'m> {
    namespace: Option<&'m str>,
    name: &'m str,
}

impl<'m> Serving<'m> {
    fn step(self, host: &str) -> Evidence {
        names(&self.entrance.identity, self.name, host)
    }

    /// The issuer that it asks for, and gets a certificate from.
    fn asks(self) -> Option<&'m IssuerRef> {
        match &self.entrance.asks {
            Asks::Issuer(reference) if self.block.is_filled => Some(reference),
            _ => None,
        }
    }

    fn secrets(self) -> impl Iterator<Item = ClusterSecret<'m>> {
        let own = self.entrance.identity.namespace.as_deref();
        self.block
            .secrets
            .iter()
            .map(move |(namespace, name)| ClusterSecret {
                namespace: namespace.as_deref().or(own),
                name: &name.text,
            })
    }

    fn secret_places(self) -> impl Iterator<Item = &'m Place> {
        self.block.secrets.iter().map(|(_, name)| &name.place)
    }
}

/// A Certificate, and the name in it that covers a host.
#[derive(Clone, Copy, Debug)]
struct CoveringCertificate<'m> {
    certificate: &'m CertificateObject,
    name: &'m PlacedText,
}

impl CertificateObject {
    /// The secret that it fills.
    fn filled(&self) -> Option<ClusterSecret<'_>> {
        Some(ClusterSecret {
            namespace: self.identity.namespace.as_deref(),
            name: self.secret.as_deref()?,
        })
    }
}

/// Everything that names a host.
#[derive(Debug, Default)]
struct Covering<'m> {
    /// What serves it by its own name; else, by a wildcard: a server that has the name itself does
    /// not use its wildcards for it.
    serving: Vec<Serving<'m>>,
    /// What serves it only by a wildcard, where others do by its name, by secret.
    wild: BTreeMap<ClusterSecret<'m>, Vec<Serving<'m>>>,
    /// What is made out to it, by the secret that is filled.
    certificates: BTreeMap<Option<ClusterSecret<'m>>, Vec<CoveringCertificate<'m>>>,
}

impl Manifests {
    /// All ways from a host to an issuer.
    pub(super) fn ways(&self, host: &str) -> Vec<IssuerWay<'_>> {
        let covering = self.covering(host);
        if covering.serving.is_empty() {
            let made_out = covering.certificates.into_values().flatten();
            let ways = made_out.map(|made_out| self.by_certificate(made_out, Vec::new(), host));
            return ways.collect();
        }
        let (silent, telling): (Vec<_>, Vec<_>) = self
            .by_serving(&covering, host)
            .into_iter()
            .partition(|way| matches!(way.end, WayEnd::Silent));
        if telling.is_empty() { silent } else { telling }
    }

    /// The certificate of a host, in lower case, if nothing that serves another name may answer
    /// for it: no manifest names `other`.
    pub fn certified_without(&self, host: &str, other: &str) -> Option<Certified> {
        let other = self.covering(other);
        if !other.serving.is_empty() || !other.certificates.is_empty() {
            return None;
        }
        let covering = self.covering(host);
        let made_out = covering.certificates.values().flatten().next();
        if let Some(CoveringCertificate { certificate, name }) = made_out {
            let identity = &certificate.identity;
            return Some(Certified {
                object: identity.shown(),
                names: texts(&certificate.names),
                evidence: vec![names(identity, name, host)],
            });
        }
        let asking = covering
            .serving
            .iter()
            .find(|serving| serving.asks().is_some())?;
        Some(Certified {
            object: asking.entrance.identity.shown(),
            names: texts(&asking.block.hosts),
            evidence: vec![asking.step(host)],
        })
    }

    /// Everything that names a host.
    fn covering(&self, host: &str) -> Covering<'_> {
        let (certificates, blocks) = self.naming(host);
        let blocks = blocks.into_iter();
        let (wild, exact): (Vec<_>, Vec<_>) = blocks
            .filter_map(|(entrance, block)| {
                let name = covering_name(&block.hosts, host)?;
                Some(Serving {
                    entrance,
                    block,
                    name,
                })
            })
            .partition(|serving| is_wildcard(&serving.name.text));
        let mut out = Covering::default();
        for certificate in certificates {
            let Some(name) = covering_name(&certificate.names, host) else {
                continue;
            };
            let made_out = CoveringCertificate { certificate, name };
            out.certificates
                .entry(certificate.filled())
                .or_default()
                .push(made_out);
        }
        if exact.is_empty() {
            out.serving = wild;
            return out;
        }
        out.serving = exact;
        for one in wild {
            for secret in one.secrets() {
                out.wild.entry(secret).or_default().push(one);
            }
        }
        out
    }

    /// The ways that begin at what serves a host: by the issuer that it asks for, and by who fills
    /// its secrets. Each secret is looked into once, even if shared.
    fn by_serving<'m>(&'m self, covering: &Covering<'m>, host: &str) -> Vec<IssuerWay<'m>> {
        let mut ways = Vec::new();
        let mut looked_into = BTreeSet::new();
        let asking = covering
            .serving
            .iter()
            .filter(|serving| serving.asks().is_some());
        let mut filled: BTreeSet<_> = asking.flat_map(|asking| asking.secrets()).collect();
        for certificate in &covering.serving {
            let asked = self.by_annotation(*certificate, vec![certificate.step(host)]);
            let mut is_told = asked.is_some();
            ways.extend(asked);
            for (secret, place) in certificate.secrets().zip(certificate.secret_places()) {
                if looked_into.insert(secret) {
                    let with = format!("with the certificate in the secret {}", secret.name);
                    let found = self.by_secret(
                        secret,
                        covering,
                        host,
                        &[certificate.step(host), step(place, with)],
                    );
                    if !found.is_empty() {
                        filled.insert(secret);
                    }
                    ways.extend(found);
                }
                is_told |= filled.contains(&secret);
            }
            if !is_told {
                ways.push(dead_end(*certificate, host));
            }
        }
        ways
    }

    /// The ways by who fills a secret for a host: Certificates, and what serves the host with the
    /// same secret by a wildcard and asks for an issuer.
    fn by_secret<'m>(
        &'m self,
        secret: ClusterSecret<'m>,
        covering: &Covering<'m>,
        host: &str,
        start: &[Evidence],
    ) -> Vec<IssuerWay<'m>> {
        let certificates = covering.certificates.get(&Some(secret));
        let certificates = certificates.into_iter().flatten();
        let by_certificate = |made_out: &CoveringCertificate<'m>| {
            self.by_certificate(*made_out, start.to_vec(), host)
        };
        let wild = covering.wild.get(&secret).into_iter().flatten();
        let by_wildcard = |serving: &Serving<'m>| {
            let mut steps = start.to_vec();
            steps.push(serving.step(host));
            self.by_annotation(*serving, steps)
        };
        let ways = certificates.map(by_certificate);
        ways.chain(wild.filter_map(by_wildcard)).collect()
    }

    /// The way by the annotation of what serves a host.
    fn by_annotation<'m>(
        &'m self,
        serving: Serving<'m>,
        mut steps: Vec<Evidence>,
    ) -> Option<IssuerWay<'m>> {
        let reference = serving.asks()?;
        steps.push(step(
            &reference.name.place,
            format!("the issuer is {}", reference.name.text),
        ));
        Some(self.by_reference(reference, &serving.entrance.identity, steps))
    }

    fn by_certificate<'m>(
        &'m self,
        certificate: CoveringCertificate<'m>,
        mut steps: Vec<Evidence>,
        host: &str,
    ) -> IssuerWay<'m> {
        let CertificateObject {
            identity, issuer, ..
        } = certificate.certificate;
        steps.push(names(identity, certificate.name, host));
        let message = format!("the issuer is {}", issuer.shown());
        steps.push(step(&issuer.name.place, message));
        self.by_reference(issuer, identity, steps)
    }

    /// The last step: to the issuer that a caller asks for.
    fn by_reference(
        &self,
        reference: &IssuerRef,
        asker: &ObjectIdentity,
        mut steps: Vec<Evidence>,
    ) -> IssuerWay<'_> {
        let named: Vec<_> = self
            .issuers_named(&reference.name.text)
            .filter(|manifest| is_meant(&manifest.identity, reference, asker))
            .collect();
        let whole = named.iter().copied().filter(|named| !named.is_partial);
        let whole: Vec<_> = whole.collect();
        let named = if whole.is_empty() { named } else { whole };
        let Some(&first) = named.first() else {
            steps.push(step(&reference.name.place, missing(reference, asker)));
            return IssuerWay {
                steps,
                end: WayEnd::Broken,
            };
        };
        let shown = first.identity.shown();
        steps.push(step(&first.place, format!("{shown} {}", first.says)));
        if let Some(other) = named.iter().find(|named| named.issuer != first.issuer) {
            let message = format!("but {shown} is written twice, and here it {}", other.says);
            steps.push(step(&other.place, message));
            return IssuerWay {
                steps,
                end: WayEnd::Broken,
            };
        }
        let end = first
            .issuer
            .map_or(WayEnd::Broken, |issuer| WayEnd::Issuer(issuer, first));
        IssuerWay { steps, end }
    }
}

/// Whether an issuer of the right name is the one that a caller asks for.
fn is_meant(issuer: &ObjectIdentity, reference: &IssuerRef, asker: &ObjectIdentity) -> bool {
    match reference.kind {
        IssuerKind::Cluster => issuer.kind == "ClusterIssuer",
        IssuerKind::Namespaced => issuer.kind == "Issuer" && issuer.namespace == asker.namespace,
        IssuerKind::External(_) => false,
    }
}

/// Why an issuer is not found.
fn missing(reference: &IssuerRef, asker: &ObjectIdentity) -> String {
    let shown = reference.shown();
    match (&reference.kind, &asker.namespace) {
        _ if is_templated(&reference.name.text) => "whose name is filled in elsewhere".into(),
        (IssuerKind::External(_), _) => {
            format!("but {shown} is not an issuer of cert-manager")
        }
        (IssuerKind::Cluster, _) => format!("but {shown} is not in this tree"),
        (IssuerKind::Namespaced, Some(namespace)) => {
            format!("but {shown} is not in this tree, in the namespace {namespace}")
        }
        (IssuerKind::Namespaced, None) => {
            format!("but {shown} is not in this tree, without a namespace")
        }
    }
}

/// The way of what serves a host with an unknown certificate.
fn dead_end<'m>(serving: Serving<'_>, host: &str) -> IssuerWay<'m> {
    let start = serving.step(host);
    let (place, message, end) = match (&serving.entrance.asks, serving.block.secrets.first()) {
        (Asks::Contradiction(place), _) => (
            place,
            "but its annotations contradict each other, and cert-manager makes no certificate"
                .into(),
            WayEnd::Broken,
        ),
        (Asks::Default(place), _) => (
            place,
            "but leaves the issuer to cert-manager's flags, which are not in this tree".into(),
            WayEnd::Broken,
        ),
        (_, Some((_, secret))) => {
            let message = format!(
                "with the secret {}, which no Certificate of its namespace in this tree fills for this host",
                secret.text
            );
            (&secret.place, message, WayEnd::Broken)
        }
        (_, None) => (
            &serving.name.place,
            "but the origin of its certificate is not known".into(),
            WayEnd::Silent,
        ),
    };
    IssuerWay {
        steps: vec![start, step(place, message)],
        end,
    }
}

fn texts(names: &[PlacedText]) -> Vec<String> {
    names.iter().map(|name| name.text.clone()).collect()
}

fn step(place: &Place, message: impl Into<String>) -> Evidence {
    Evidence {
        place: place.clone(),
        message: message.into(),
    }
}

/// That an object names a host.
fn names(object: &ObjectIdentity, name: &PlacedText, host: &str) -> Evidence {
    let shown = object.shown();
    step(
        &name.place,
        match is_wildcard(&name.text) {
            true => format!("{shown} names {}, which covers {host}", name.text),
            false => format!("{shown} names {host}"),
        },
    )
}

/// The name that covers a host, its own name before a wildcard.
fn covering_name<'n>(names: &'n [PlacedText], host: &str) -> Option<&'n PlacedText> {
    let covering = names.iter().filter(|name| covers(&name.text, host));
    covering.min_by_key(|name| is_wildcard(&name.text))
}
