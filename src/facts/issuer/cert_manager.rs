//! Who signs for a host by the manifests of cert-manager in the tree.
//!
//! What serves the host (Ingress, Gateway) names the issuer in an annotation, or a secret that a
//! Certificate fills; where nothing in the tree serves it, the Certificates made out to it count.
//! The issuer's name is never trusted: what it is follows from its own manifest. Where two
//! manifests disagree, or one is not in the tree, nothing is known, and the evidence says why.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, LazyLock, OnceLock};

use memchr::memmem;

use super::KnownIssuer;
use super::manifest::{
    self, CertificateObject, ClusterObject, HostRoute, IssuerManifest, PlacedText, TlsBlock,
};
use super::name::comparable;
use super::ways::{IssuerWay, WayEnd};
use crate::deadline::Deadline;
use crate::facts::words::{WordClass, WordIndex};
use crate::finding::{Evidence, Text};
use crate::needle;
use crate::policy::CertificateIssuer;
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
    let holds = |word: &&'static str| needle::has(word, bytes);
    WORDS.iter().any(|words| words.iter().all(holds))
}

/// Words without which a file holds no issuer.
const ISSUER: &[u8] = b"Issuer";

/// The manifests of a tree. A file is read when a host is asked for that occurs in it.
#[derive(Debug, Default)]
pub struct Manifests {
    files: Vec<Arc<ManifestFile>>,
    hosts: OnceLock<WordIndex>,
    /// The files and their issuers by name, read when the way to one comes to its end.
    issuers: OnceLock<BTreeMap<String, Vec<(usize, usize)>>>,
}

/// A file of manifests.
#[derive(Debug)]
struct ManifestFile {
    text: Arc<Text>,
    read: OnceLock<FileManifests>,
    deadline: Deadline,
}

/// What is known of a file that there is no time to read.
static NOTHING: LazyLock<FileManifests> = LazyLock::new(FileManifests::default);

/// The manifests of one file.
#[derive(Debug, Default)]
struct FileManifests {
    issuers: Vec<IssuerManifest>,
    certificates: Vec<CertificateObject>,
    entrances: Vec<HostRoute>,
    /// The certificates, and the blocks of entrances, by what they are made out to.
    certified: HashMap<String, Vec<usize>>,
    served: HashMap<String, Vec<(usize, usize)>>,
}

/// What the manifests say of a host that they name.
#[derive(Clone, Debug)]
pub enum CertificateAnswer {
    /// Who signs for it.
    Known(KnownIssuer),
    /// They do not settle it: why.
    Unsettled(Vec<Evidence>),
}

/// A certificate of a host that the manifests describe.
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
    /// The manifests among some texts. What does not parse, such as templates, is passed over.
    #[must_use]
    pub fn new(texts: &[Arc<Text>]) -> Self {
        Self::until(texts, Deadline::default())
    }

    /// The same; none is read when the time has run out.
    #[must_use]
    pub fn until(texts: &[Arc<Text>], deadline: Deadline) -> Self {
        let file = |text: &Arc<Text>| {
            Arc::new(ManifestFile {
                text: Arc::clone(text),
                read: OnceLock::new(),
                deadline,
            })
        };
        Self {
            files: texts.iter().map(file).collect(),
            ..Self::default()
        }
    }

    /// Puts a text in place of the one of its path, or takes that out if it holds no manifests
    /// any more. Files that were not replaced stay read.
    pub fn replace(&mut self, text: &Arc<Text>) {
        let at = self
            .files
            .partition_point(|file| file.text.path() < text.path());
        let is_known = self
            .files
            .get(at)
            .is_some_and(|file| file.text.path() == text.path());
        if is_known {
            self.files.remove(at);
        }
        if may_hold(text.content().as_bytes()) {
            let file = ManifestFile {
                text: Arc::clone(text),
                read: OnceLock::new(),
                deadline: Deadline::default(),
            };
            self.files.insert(at, Arc::new(file));
        }
        self.hosts = OnceLock::new();
        self.issuers = OnceLock::new();
    }

    /// The issuers of a name, in the order of the files.
    pub(super) fn issuers_named(&self, name: &str) -> impl Iterator<Item = &IssuerManifest> {
        let issuers = self.issuers.get_or_init(|| {
            let mut out: BTreeMap<String, Vec<(usize, usize)>> = BTreeMap::new();
            for (number, file) in self.files.iter().enumerate() {
                if memmem::find(file.text.content().as_bytes(), ISSUER).is_none() {
                    continue;
                }
                for (index, issuer) in file.manifests().issuers.iter().enumerate() {
                    let name = issuer.identity.name.clone();
                    out.entry(name).or_default().push((number, index));
                }
            }
            out
        });
        let named = issuers.get(name).into_iter().flatten();
        named.filter_map(|(number, index)| self.files.get(*number)?.manifests().issuers.get(*index))
    }

    /// The certificates, and the blocks of entrances, that name a host, in lower case, or a wildcard
    /// for it: in the order of the files.
    pub(super) fn naming(
        &self,
        host: &str,
    ) -> (Vec<&CertificateObject>, Vec<(&HostRoute, &TlsBlock)>) {
        let wildcard = host
            .split_once('.')
            .map(|(_, domain)| format!("*.{domain}"));
        let names: Vec<&str> = [host].into_iter().chain(wildcard.as_deref()).collect();
        let (mut certificates, mut blocks) = (Vec::new(), Vec::new());
        for number in self.files_with(&names) {
            let Some(file) = self.files.get(number) else {
                continue;
            };
            let found = file.manifests();
            let certified = in_order(&found.certified, &names);
            certificates.extend(
                certified
                    .into_iter()
                    .filter_map(|index| found.certificates.get(index)),
            );
            let served = in_order(&found.served, &names).into_iter();
            blocks.extend(served.filter_map(|(index, block)| {
                let entrance = found.entrances.get(index)?;
                Some((entrance, entrance.blocks.get(block)?))
            }));
        }
        (certificates, blocks)
    }

    /// The files in which one of some names occurs.
    fn files_with(&self, names: &[&str]) -> BTreeSet<usize> {
        let index = self.hosts.get_or_init(|| {
            let texts = self.files.iter().map(|file| file.text.content());
            WordIndex::new(WordClass::Host, texts)
        });
        names
            .iter()
            .flat_map(|name| index.texts_with(name))
            .collect()
    }

    /// Who signs for a host, in lower case; none if no manifest names it.
    #[must_use]
    pub fn issuer_of(&self, host: &str) -> Option<CertificateAnswer> {
        let ways = self.ways(host);
        let first = ways.first()?;
        if let Some(broken) = ways.iter().find(|way| way.issuer().is_none()) {
            return Some(CertificateAnswer::Unsettled(broken.steps.clone()));
        }
        if let Some(other) = ways.iter().find(|way| way.issuer() != first.issuer()) {
            return Some(CertificateAnswer::Unsettled(contradiction(first, other)));
        }
        let issuer = first.issuer()?;
        Some(CertificateAnswer::Known(KnownIssuer {
            issuer,
            evidence: first.steps.clone(),
        }))
    }

    /// The issuer that signs for a host, if it is for tests although its name says production.
    #[must_use]
    pub fn misnamed(&self, host: &str) -> Option<Misnamed> {
        self.ways(host).into_iter().find_map(|way| {
            let WayEnd::Issuer(
                CertificateIssuer::LetsEncryptStaging | CertificateIssuer::Staging,
                manifest,
            ) = way.end
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

/// What is under any of some names, in order, each once.
fn in_order<T: Copy + Ord>(by_name: &HashMap<String, Vec<T>>, names: &[&str]) -> BTreeSet<T> {
    let found = names.iter().filter_map(|name| by_name.get(*name));
    found.flatten().copied().collect()
}

impl ManifestFile {
    fn manifests(&self) -> &FileManifests {
        if self.read.get().is_none() && self.deadline.is_over() {
            return &NOTHING;
        }
        self.read.get_or_init(|| {
            let mut out = FileManifests::default();
            let (documents, _) = parse_all(&self.text);
            documents.iter().for_each(|document| out.add(document));
            if !(out.issuers.is_empty() && out.certificates.is_empty() && out.entrances.is_empty())
            {
                self.text.recognize();
            }
            out
        })
    }
}

impl FileManifests {
    /// Adds the objects of a document.
    fn add(&mut self, document: &Document) {
        for manifest in document.root().into_iter().flat_map(manifest::read) {
            match manifest {
                ClusterObject::Issuer(issuer) => self.issuers.push(issuer),
                ClusterObject::Certificate(certificate) => {
                    let number = self.certificates.len();
                    for name in &certificate.names {
                        let key = comparable(&name.text);
                        self.certified.entry(key).or_default().push(number);
                    }
                    self.certificates.push(certificate);
                }
                ClusterObject::Entrance(entrance) => {
                    let number = self.entrances.len();
                    for (block, name) in entrance.blocks.iter().enumerate().flat_map(names_of) {
                        let key = comparable(&name.text);
                        self.served.entry(key).or_default().push((number, block));
                    }
                    self.entrances.push(entrance);
                }
            }
        }
    }
}

fn names_of((number, block): (usize, &TlsBlock)) -> impl Iterator<Item = (usize, &PlacedText)> {
    block.hosts.iter().map(move |name| (number, name))
}

/// The evidence of two ways that lead to different issuers.
fn contradiction(one: &IssuerWay<'_>, other: &IssuerWay<'_>) -> Vec<Evidence> {
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
