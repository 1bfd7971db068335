//! Which files may describe deployments: by their name, then by a scan of their bytes, so that all
//! others cost no parse.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use memchr::{memchr2_iter, memmem};

use super::arguments::VMAGENT_CONFIG;
use super::kubernetes::may_install;
use crate::deadline::Deadline;
use crate::finding::Text;
use crate::needle;
use crate::yaml::{Document, parse_all, parse_first};

/// A file that may describe deployments. It is parsed on demand, and at most once; copies
/// share what was parsed.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// Its path, absolute.
    pub path: PathBuf,
    /// Its text.
    pub text: Arc<Text>,
    parsed: Arc<Parsed>,
    deadline: Deadline,
}

#[derive(Debug, Default)]
struct Parsed {
    all: OnceLock<Vec<Document>>,
    first: OnceLock<Option<Document>>,
}

impl SourceFile {
    /// A file that was not parsed yet.
    #[must_use]
    pub fn new(path: PathBuf, text: Arc<Text>) -> Self {
        Self {
            path,
            text,
            parsed: Arc::default(),
            deadline: Deadline::default(),
        }
    }

    /// The same, which is not parsed when the time has run out.
    #[must_use]
    pub fn until(self, deadline: Deadline) -> Self {
        Self { deadline, ..self }
    }

    /// Whether there is no time left to read it.
    pub(super) fn is_late(&self) -> bool {
        self.deadline.is_over()
    }

    /// The same at another path.
    pub(super) fn at(&self, path: PathBuf) -> Self {
        Self {
            path,
            ..self.clone()
        }
    }

    /// Its documents; those before a fault.
    pub(super) fn documents(&self) -> &[Document] {
        if self.parsed.all.get().is_none() && self.is_late() {
            return &[];
        }
        self.parsed.all.get_or_init(|| {
            let documents = parse_all(&self.text).0;
            documents
                .iter()
                .for_each(|document| self.recognize(document));
            documents
        })
    }

    /// Its first document, if that can be parsed.
    pub(super) fn first(&self) -> Option<&Document> {
        if self.parsed.first.get().is_none() && self.is_late() {
            return None;
        }
        let parse = || {
            let document = parse_first(&self.text).ok()?;
            self.recognize(&document);
            Some(document)
        };
        self.parsed.first.get_or_init(parse).as_ref()
    }

    /// Notes that the file is what its name and its bytes promised, if one of its documents is.
    fn recognize(&self, document: &Document) {
        let root = document.root();
        if root.is_some_and(|root| TELLING_KEYS.iter().any(|key| root.get(key).is_some())) {
            self.text.recognize();
        }
    }

    #[cfg(test)]
    pub(super) fn is_parsed(&self) -> bool {
        self.parsed.all.get().is_some() || self.parsed.first.get().is_some()
    }

    pub(super) fn bytes(&self) -> &[u8] {
        self.text.content().as_bytes()
    }
}

/// What a file may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceKind {
    /// A compose file.
    Compose,
    /// Manifests of Kubernetes that run something.
    Workload,
    /// Manifests, or a kustomization, that make Secrets or ConfigMaps, or name a service account.
    Provider,
    /// A Service of Kubernetes, by which its pods are reached.
    Service,
    /// Resources from which the Prometheus Operator makes pods, or values of charts that make one.
    Operated,
    /// Values of the chart `prometheus`.
    Chart,
    /// What installs a chart of a receiver.
    Release,
    /// A Dockerfile.
    Dockerfile,
}

/// Top-level keys of compose files, manifests and kustomizations.
const TELLING_KEYS: &[&str] = &[
    "services",
    "kind",
    "secretGenerator",
    "configMapGenerator",
    "patches",
    "patchesJson6902",
    "patchesStrategicMerge",
];

/// Words without which a file of manifests runs nothing.
const WORKLOAD_WORDS: &[&str] = &["containers:", "\"containers\"", "volumes:"];

/// Words without which a file makes no Secret or ConfigMap and is not a service account.
const PROVIDER_WORDS: &[&str] = &[
    "Secret",
    "ConfigMap",
    "secretGenerator",
    "configMapGenerator",
    "ServiceAccount",
    "Certificate",
    "kustomize",
];

/// Whether a file of this name is worth reading. What it is is for [`kinds`] to say.
#[must_use]
pub fn wanted(path: &Path) -> bool {
    let is_yaml = path
        .extension()
        .is_some_and(|extension| extension == "yml" || extension == "yaml" || extension == "json");
    is_yaml || is_dockerfile(path)
}

/// Words: a kustomization that changes volumes or names has one of these.
const KUSTOMIZE_WORDS: &[&str] = &[
    "components",
    "configurations",
    "crds",
    "namePrefix",
    "nameSuffix",
    "patches",
    "replacements",
    "transformers",
    "vars",
];

/// What a file may be, by its name and a scan of its bytes; nothing for most.
#[must_use]
pub fn kinds(path: &Path, bytes: &[u8]) -> Vec<SourceKind> {
    let has = |word: &&'static str| needle::has(word, bytes);
    let mut kinds = Vec::new();
    if is_dockerfile(path) {
        kinds.push(SourceKind::Dockerfile);
        return kinds;
    }
    if !wanted(path) {
        return kinds;
    }
    if starts_line(bytes, b"services:") {
        kinds.push(SourceKind::Compose);
    }
    let is_manifest = has(&"kind") || has(&"Generator:");
    if is_manifest && WORKLOAD_WORDS.iter().any(has) {
        kinds.push(SourceKind::Workload);
    }
    // The patches of a kustomization change what mounts them.
    let is_kustomization = || path.file_stem().is_some_and(|stem| stem == "kustomization");
    let provides = is_manifest && PROVIDER_WORDS.iter().any(has);
    let changes = || KUSTOMIZE_WORDS.iter().any(has) && is_kustomization();
    let has_extra = || has(&"extraSecret") && has(&"prometheusSpec");
    if provides || changes() || has_extra() {
        kinds.push(SourceKind::Provider);
    }
    if has(&"prometheusSpec") || has(&"monitoring.") && is_operated(bytes) {
        kinds.push(SourceKind::Operated);
    }
    if may_be_chart(bytes) {
        kinds.push(SourceKind::Chart);
    }
    if may_install(bytes) {
        kinds.push(SourceKind::Release);
    }
    if is_manifest && has(&"Service") && has(&"selector") && has(&"ports") {
        kinds.push(SourceKind::Service);
    }
    kinds
}

/// Keys of values by which the chart `prometheus` starts its server with other flags and mounts.
const CHART_WORDS: &[&str] = &[
    "defaultFlagsOverride",
    "extraArgs",
    "extraConfigmapMounts",
    "extraFlags",
    "extraSecretMounts",
];

/// Whether a file may hold values of the chart `prometheus` that start its server: a scan of its bytes.
pub(crate) fn may_be_chart(bytes: &[u8]) -> bool {
    let has = |word: &&'static str| needle::has(word, bytes);
    has(&"server") && CHART_WORDS.iter().any(has)
}

/// Whether bytes name a kind from which the Prometheus Operator makes pods.
fn is_operated(bytes: &[u8]) -> bool {
    memmem::find_iter(bytes, b"kind").any(|at| {
        let rest = bytes.get(at + 4..).unwrap_or_default();
        let begins = rest.iter().position(|byte| !b"\"' :".contains(byte));
        let name = begins.and_then(|begins| rest.get(begins..));
        let rest = name.and_then(|name| name.strip_prefix(b"Prometheus"));
        let rest = rest.map(|rest| rest.strip_prefix(b"Agent").unwrap_or(rest));
        rest.is_some_and(|rest| !rest.first().is_some_and(u8::is_ascii_alphanumeric))
    })
}

/// Whether a file may describe deployments, whatever its name: a scan of its bytes.
#[must_use]
pub fn may_hold(bytes: &[u8]) -> bool {
    !kinds(Path::new("any.yaml"), bytes).is_empty()
        || starts_line(bytes, b"FROM ")
        || starts_line(bytes, b"from ")
}

/// `Dockerfile`, `Containerfile`, `Dockerfile.prometheus`, `prometheus.Dockerfile`.
#[must_use]
pub fn is_dockerfile(path: &Path) -> bool {
    let name = path.file_name().filter(|name| {
        // Nearly all names neither begin nor end like the words, which is seen without a copy.
        let bytes = name.as_encoded_bytes();
        let begins = matches!(bytes.first(), Some(b'd' | b'D' | b'c' | b'C'));
        begins || matches!(bytes.last(), Some(b'e' | b'E'))
    });
    let name = name.map(|name| name.to_string_lossy().to_ascii_lowercase());
    name.is_some_and(|name| {
        ["dockerfile", "containerfile"].iter().any(|word| {
            name.strip_prefix(word)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
                || name
                    .strip_suffix(word)
                    .is_some_and(|rest| rest.ends_with('.'))
        })
    })
}

/// Whether what runs something may be Prometheus, or a container that shows it a file: a scan of the
/// bytes. Its image or name says `prometheus`, or a flag names the configuration. A container
/// without an image counts only where it mounts the configuration alone, by its `subPath`.
pub(crate) fn may_run_prometheus(bytes: &[u8]) -> bool {
    names_prometheus(bytes)
        || needle::has("config.file", bytes)
        || needle::has(VMAGENT_CONFIG, bytes)
        || needle::has("subPath", bytes)
}

/// Whether the word `prometheus` occurs, in letters of any case.
pub(super) fn names_prometheus(bytes: &[u8]) -> bool {
    const WORD: &[u8] = b"prometheus";
    memchr2_iter(b'p', b'P', bytes).any(|at| {
        let word = bytes.get(at..at + WORD.len());
        word.is_some_and(|word| word.eq_ignore_ascii_case(WORD))
    })
}

/// Whether a line begins with a word.
fn starts_line(bytes: &[u8], word: &'static [u8]) -> bool {
    if !needle::occurs(word, bytes) {
        return false;
    }
    memmem::find_iter(bytes, word).any(|at| {
        let before = at.checked_sub(1).and_then(|before| bytes.get(before));
        // A byte-order mark ends in 0xBF.
        matches!(before, None | Some(b'\n' | b'\r' | 0xbf))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_of_files_are_recognized_without_parsing() {
        use SourceKind::{Compose, Dockerfile, Operated, Provider, Service, Workload};
        for (name, content, want) in [
            ("compose.yaml", "services:\n  a: {}\n", vec![Compose]),
            ("x.yml", "\u{feff}services:\r\n", vec![Compose]),
            ("ci.yml", "jobs:\n  a:\n    services:\n", vec![]),
            (
                "d.yaml",
                "kind: Deployment\nspec: {containers: []}\n  containers:\n",
                vec![Workload],
            ),
            ("s.yaml", "kind: Secret\n", vec![Provider]),
            (
                "s.yaml",
                "kind: Service\nspec: {selector: {a: b}, ports: []}\n",
                vec![Service],
            ),
            ("s.yaml", "kind: ServiceMonitor\nselector:\n", vec![]),
            (
                "p.yaml",
                "apiVersion: monitoring.coreos.com/v1\nkind: Prometheus\n",
                vec![Operated],
            ),
            (
                "p.yaml",
                "apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\n",
                vec![],
            ),
            ("s.json", "{\"kind\": \"Secret\"}", vec![Provider]),
            ("prometheus.yml", "scrape_configs: []\n", vec![]),
            ("values.yaml", "kindness: 1\n", vec![]),
            ("Dockerfile", "FROM x", vec![Dockerfile]),
            ("Dockerfile.prom", "FROM x", vec![Dockerfile]),
            ("prom.dockerfile", "FROM x", vec![Dockerfile]),
            ("dockerfiles.txt", "services:\n", vec![]),
        ] {
            assert_eq!(kinds(Path::new(name), content.as_bytes()), want, "{name}");
        }
    }
}
