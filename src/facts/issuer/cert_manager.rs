//! Who signs for a host by the manifests of cert-manager in the tree.
//!
//! What serves the host (Ingress, Gateway) names the issuer in an annotation, or a secret that a
//! Certificate fills; where nothing in the tree serves it, the Certificates made out to it count.
//! The issuer's name is never trusted: what it is follows from its own manifest. Where two
//! manifests disagree, or one is not in the tree, nothing is known, and the evidence says why.

use std::sync::Arc;

use memchr::memmem;

use super::KnownIssuer;
use super::manifest::{
    self, Asks, Block, Certificate, Entrance, Identity, IssuerKind, IssuerManifest, IssuerRef,
    Manifest, Written, is_templated,
};
use super::name::{covers, is_wildcard};
use crate::finding::{Evidence, Place, Text};
use crate::policy::Issuer;
use crate::yaml::{Document, parse_all};

/// Words that go together in manifests of interest.
const WORDS: &[&[&str]] = &[
    &["cert-manager.io/"],
    &["certmanager.k8s.io/"],
    &["Ingress", "tls"],
    &["certificateRefs", "hostname"],
];

/// Whether bytes may hold such a manifest: a scan that rules out everything else.
#[must_use]
pub fn may_hold(bytes: &[u8]) -> bool {
    let holds = |word: &&str| memmem::find(bytes, word.as_bytes()).is_some();
    WORDS.iter().any(|words| words.iter().all(holds))
}

/// The manifests of a tree.
#[derive(Debug, Default)]
pub struct Manifests {
    issuers: Vec<IssuerManifest>,
    certificates: Vec<Certificate>,
    entrances: Vec<Entrance>,
}

/// What the manifests say of a host that they name.
#[derive(Clone, Debug)]
pub enum Answer {
    /// Who signs for it.
    Known(KnownIssuer),
    /// They do not settle it: why.
    Unsettled(Vec<Evidence>),
}

/// An issuer that is for production by its name and for tests by what it does.
#[derive(Clone, Debug)]
pub struct Misnamed {
    /// Kind and name, such as `ClusterIssuer letsencrypt-prod`.
    pub issuer: String,
    /// How a host's certificate comes from it, the name last.
    pub evidence: Vec<Evidence>,
}

/// A way from a host to the manifest of an issuer.
#[derive(Debug)]
struct Way<'m> {
    steps: Vec<Evidence>,
    end: End<'m>,
}

#[derive(Clone, Copy, Debug)]
enum End<'m> {
    /// An issuer that is known.
    Issuer(Issuer, &'m IssuerManifest),
    /// Something that is not known.
    Broken,
    /// Nothing is said of the certificate: another way may say it.
    Silent,
}

impl Way<'_> {
    fn issuer(&self) -> Option<Issuer> {
        match self.end {
            End::Issuer(issuer, _) => Some(issuer),
            End::Broken | End::Silent => None,
        }
    }
}

/// What serves a host: the block that does, and the name by which it does.
#[derive(Clone, Copy, Debug)]
struct Serving<'m> {
    entrance: &'m Entrance,
    block: &'m Block,
    name: &'m Written,
}

impl Serving<'_> {
    fn step(self, host: &str) -> Evidence {
        names(&self.entrance.identity, self.name, host)
    }
}

impl Manifests {
    /// Reads the manifests among some texts. What does not parse, such as templates, is passed
    /// over.
    #[must_use]
    pub fn read(texts: &[Arc<Text>]) -> Self {
        let mut out = Self::default();
        for text in texts {
            parse_all(text)
                .0
                .iter()
                .for_each(|document| out.add(document));
        }
        out
    }

    /// Adds the objects of a document.
    pub fn add(&mut self, document: &Document) {
        for manifest in document.root().into_iter().flat_map(manifest::read) {
            match manifest {
                Manifest::Issuer(issuer) => self.issuers.push(issuer),
                Manifest::Certificate(certificate) => self.certificates.push(certificate),
                Manifest::Entrance(entrance) => self.entrances.push(entrance),
            }
        }
    }

    /// Who signs for a host, in lower case; none if no manifest names it.
    #[must_use]
    pub fn issuer_of(&self, host: &str) -> Option<Answer> {
        let ways = self.ways(host);
        let first = ways.first()?;
        if let Some(broken) = ways.iter().find(|way| way.issuer().is_none()) {
            return Some(Answer::Unsettled(broken.steps.clone()));
        }
        if let Some(other) = ways.iter().find(|way| way.issuer() != first.issuer()) {
            return Some(Answer::Unsettled(contradiction(first, other)));
        }
        let issuer = first.issuer()?;
        Some(Answer::Known(KnownIssuer {
            issuer,
            evidence: first.steps.clone(),
        }))
    }

    /// The issuer that signs for a host, if it is for tests although its name says production.
    #[must_use]
    pub fn misnamed(&self, host: &str) -> Option<Misnamed> {
        self.ways(host).into_iter().find_map(|way| {
            let End::Issuer(Issuer::LetsEncryptStaging | Issuer::Staging, manifest) = way.end
            else {
                return None;
            };
            let misnamed = is_named_for_production(&manifest.identity.name);
            misnamed.then(|| Misnamed {
                issuer: manifest.identity.shown(),
                evidence: way.steps,
            })
        })
    }

    /// All ways from a host to an issuer.
    fn ways(&self, host: &str) -> Vec<Way<'_>> {
        let serving = self.serving(host);
        if serving.is_empty() {
            let all = self.certificates.iter();
            let made_out = all.filter_map(|one| Some((one, covering(&one.names, host)?)));
            let way =
                |(one, name): (_, _)| self.by_certificate(one, vec![made_out_to(one, name, host)]);
            return made_out.map(way).collect();
        }
        let ways = serving
            .into_iter()
            .flat_map(|serving| self.by_entrance(serving, host));
        let (silent, telling): (Vec<_>, Vec<_>) =
            ways.partition(|way| matches!(way.end, End::Silent));
        if telling.is_empty() { silent } else { telling }
    }

    /// What serves a host by its own name; else, by a wildcard: a server that has the name itself
    /// does not use its wildcards for it.
    fn serving(&self, host: &str) -> Vec<Serving<'_>> {
        let (wild, exact): (Vec<_>, Vec<_>) = self
            .covering_blocks(host)
            .partition(|one| is_wildcard(&one.name.text));
        if exact.is_empty() { wild } else { exact }
    }

    fn covering_blocks(&self, host: &str) -> impl Iterator<Item = Serving<'_>> {
        let blocks = self
            .entrances
            .iter()
            .flat_map(|entrance| entrance.blocks.iter().map(move |block| (entrance, block)));
        blocks.filter_map(move |(entrance, block)| {
            let name = covering(&block.hosts, host)?;
            Some(Serving {
                entrance,
                block,
                name,
            })
        })
    }

    /// The ways that begin at what serves a host: by the issuer that it asks for, and by who fills
    /// its secrets.
    fn by_entrance<'m>(&'m self, serving: Serving<'m>, host: &str) -> Vec<Way<'m>> {
        let mut ways: Vec<_> = self
            .by_annotation(serving, vec![serving.step(host)])
            .into_iter()
            .collect();
        let asks_itself = !ways.is_empty();
        for (namespace, secret) in &serving.block.secrets {
            let namespace = namespace
                .as_ref()
                .or(serving.entrance.identity.namespace.as_ref());
            let with = step(
                &secret.place,
                format!("with the certificate in the secret {}", secret.text),
            );
            let start = [serving.step(host), with];
            ways.extend(self.by_secret(namespace, secret, host, &start));
            if !asks_itself {
                ways.extend(self.by_sharing(namespace, secret, host, &start));
            }
        }
        if ways.is_empty() {
            ways.push(dead_end(serving, host));
        }
        ways
    }

    /// The way by the annotation of what serves a host.
    fn by_annotation<'m>(
        &'m self,
        serving: Serving<'m>,
        mut steps: Vec<Evidence>,
    ) -> Option<Way<'m>> {
        let Asks::Issuer(reference) = &serving.entrance.asks else {
            return None;
        };
        if !serving.block.is_filled {
            return None;
        }
        steps.push(step(
            &reference.name.place,
            format!("and the issuer {}", reference.name.text),
        ));
        Some(self.by_reference(reference, &serving.entrance.identity, steps))
    }

    /// The ways by the Certificates that fill a secret for a host.
    fn by_secret<'m>(
        &'m self,
        namespace: Option<&String>,
        secret: &Written,
        host: &str,
        start: &[Evidence],
    ) -> impl Iterator<Item = Way<'m>> {
        let all = self.certificates.iter();
        let filling = all.filter(move |one| {
            one.secret.as_ref() == Some(&secret.text)
                && one.identity.namespace.as_ref() == namespace
        });
        filling.filter_map(move |one| {
            let name = covering(&one.names, host)?;
            let mut steps = start.to_vec();
            steps.push(made_out_to(one, name, host));
            Some(self.by_certificate(one, steps))
        })
    }

    /// The ways by what else serves a host with the same secret, and asks for an issuer.
    fn by_sharing<'m>(
        &'m self,
        namespace: Option<&String>,
        secret: &Written,
        host: &str,
        start: &[Evidence],
    ) -> impl Iterator<Item = Way<'m>> {
        let sharing = self.covering_blocks(host).filter(move |one| {
            let own = one.entrance.identity.namespace.as_ref();
            let mut secrets = one.block.secrets.iter();
            secrets.any(|(other, name)| {
                name.text == secret.text && other.as_ref().or(own) == namespace
            })
        });
        sharing.filter_map(move |one| {
            let mut steps = start.to_vec();
            steps.push(one.step(host));
            self.by_annotation(one, steps)
        })
    }

    fn by_certificate<'m>(
        &'m self,
        certificate: &'m Certificate,
        mut steps: Vec<Evidence>,
    ) -> Way<'m> {
        let reference = &certificate.issuer;
        steps.push(step(
            &reference.name.place,
            format!("and its issuer is {}", reference.shown()),
        ));
        self.by_reference(reference, &certificate.identity, steps)
    }

    /// The last step: to the issuer that somebody asks for.
    fn by_reference(
        &self,
        reference: &IssuerRef,
        asker: &Identity,
        mut steps: Vec<Evidence>,
    ) -> Way<'_> {
        let named: Vec<_> = self
            .issuers
            .iter()
            .filter(|one| is_meant(one, reference, asker))
            .collect();
        let whole = named.iter().copied().filter(|one| !one.is_partial);
        let whole: Vec<_> = whole.collect();
        let named = if whole.is_empty() { named } else { whole };
        let Some(&first) = named.first() else {
            steps.push(step(&reference.name.place, missing(reference, asker)));
            return Way {
                steps,
                end: End::Broken,
            };
        };
        let shown = first.identity.shown();
        steps.push(step(&first.place, format!("{shown} {}", first.says)));
        if let Some(other) = named.iter().find(|one| one.issuer != first.issuer) {
            let message = format!("but {shown} is written twice, and here it {}", other.says);
            steps.push(step(&other.place, message));
            return Way {
                steps,
                end: End::Broken,
            };
        }
        let end = first
            .issuer
            .map_or(End::Broken, |issuer| End::Issuer(issuer, first));
        Way { steps, end }
    }
}

/// Whether an issuer is the one that somebody asks for.
fn is_meant(issuer: &IssuerManifest, reference: &IssuerRef, asker: &Identity) -> bool {
    let identity = &issuer.identity;
    identity.name == reference.name.text
        && match reference.kind {
            IssuerKind::Cluster => identity.kind == "ClusterIssuer",
            IssuerKind::Namespaced => {
                identity.kind == "Issuer" && identity.namespace == asker.namespace
            }
            IssuerKind::External(_) => false,
        }
}

/// Why an issuer is not found.
fn missing(reference: &IssuerRef, asker: &Identity) -> String {
    let shown = reference.shown();
    match (&reference.kind, &asker.namespace) {
        _ if is_templated(&reference.name.text) => "whose name something else fills in".into(),
        (IssuerKind::External(_), _) => {
            format!("but {shown} is none of cert-manager's own issuers")
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

/// The way of what serves a host with a certificate of which nothing is known.
fn dead_end<'m>(serving: Serving<'_>, host: &str) -> Way<'m> {
    let start = serving.step(host);
    let (place, message, end) = match (&serving.entrance.asks, serving.block.secrets.first()) {
        (Asks::Contradiction(place), _) => (
            place,
            "but its annotations contradict each other, and cert-manager makes no certificate"
                .into(),
            End::Broken,
        ),
        (Asks::Default(place), _) => (
            place,
            "but leaves the issuer to cert-manager's flags, which are not in this tree".into(),
            End::Broken,
        ),
        (_, Some((_, secret))) => {
            let message = format!(
                "with the secret {}, which no Certificate of its namespace in this tree fills for this host",
                secret.text
            );
            (&secret.place, message, End::Broken)
        }
        (_, None) => (
            &serving.name.place,
            "but nothing says where its certificate comes from".into(),
            End::Silent,
        ),
    };
    Way {
        steps: vec![start, step(place, message)],
        end,
    }
}

/// The evidence of two ways that lead to different issuers.
fn contradiction(one: &Way<'_>, other: &Way<'_>) -> Vec<Evidence> {
    let mut steps = one.steps.clone();
    steps.extend(other.steps.iter().cloned());
    if let Some(last) = steps.last_mut() {
        last.message
            .push_str(", which contradicts the above: the issuer counts as unknown");
    }
    steps
}

fn step(place: &Place, message: impl Into<String>) -> Evidence {
    Evidence {
        place: place.clone(),
        message: message.into(),
    }
}

fn made_out_to(certificate: &Certificate, name: &Written, host: &str) -> Evidence {
    names(&certificate.identity, name, host)
}

/// That an object names a host.
fn names(object: &Identity, name: &Written, host: &str) -> Evidence {
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
fn covering<'n>(names: &'n [Written], host: &str) -> Option<&'n Written> {
    let covering = names.iter().filter(|name| covers(&name.text, host));
    covering.min_by_key(|name| is_wildcard(&name.text))
}

/// Words in names of issuers.
const PRODUCTION: &[&str] = &["prod", "production", "prd", "live"];
const TESTS: &[&str] = &[
    "staging", "stage", "stg", "test", "tests", "testing", "dev", "nonprod",
];

/// Whether a name says production and nothing of tests.
fn is_named_for_production(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let has = |known: &[&str]| {
        name.split(['-', '.', '_'])
            .any(|word| known.contains(&word))
    };
    has(PRODUCTION) && !has(TESTS)
}
