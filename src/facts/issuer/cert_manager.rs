//! Who signs for a host by the manifests of cert-manager in the tree.
//!
//! What serves the host (Ingress, Gateway) names the issuer in an annotation, or a secret that a
//! Certificate fills; where nothing in the tree serves it, the Certificates made out to it count.
//! The issuer's name is never trusted: what it is follows from its own manifest. Where two
//! manifests disagree, or one is not in the tree, nothing is known, and the evidence says why.

use std::collections::BTreeMap;
use std::sync::Arc;

use memchr::memmem;

use super::KnownIssuer;
use super::manifest::{self, Certificate, Entrance, IssuerManifest, Manifest};
use super::ways::{End, Way};
use crate::finding::{Evidence, Text};
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
    /// By name.
    pub(super) issuers: BTreeMap<String, Vec<IssuerManifest>>,
    pub(super) certificates: Vec<Certificate>,
    pub(super) entrances: Vec<Entrance>,
}

/// What the manifests say of a host that they name.
#[derive(Clone, Debug)]
pub enum Answer {
    /// Who signs for it.
    Known(KnownIssuer),
    /// They do not settle it: why.
    Unsettled(Vec<Evidence>),
}

/// A certificate of a host that the manifests tell of.
#[derive(Clone, Debug)]
pub struct Certified {
    /// Kind and name of what makes it out, such as `Certificate mimir`.
    pub object: String,
    /// The names that it is made out to.
    pub names: Vec<String>,
    /// How that is known.
    pub evidence: Vec<Evidence>,
}

/// An issuer that is for production by its name and for tests by what it does.
#[derive(Clone, Debug)]
pub struct Misnamed {
    /// Kind and name, such as `ClusterIssuer letsencrypt-prod`.
    pub issuer: String,
    /// How a host's certificate comes from it, the name last.
    pub evidence: Vec<Evidence>,
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
                Manifest::Issuer(issuer) => {
                    let name = issuer.identity.name.clone();
                    self.issuers.entry(name).or_default().push(issuer);
                }
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
