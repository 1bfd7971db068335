//! Lists of relabel rules in files of their own, which vmagent is started with: `-remoteWrite.relabelConfig`
//! and `-remoteWrite.urlRelabelConfig`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use memchr::memmem;

use crate::discover::{EmbeddedIn, manifests};
use crate::finding::{KeyPath, Text};
use crate::source::{LARGEST, Tree};
use crate::yaml::{Document, Dollars, Mapping, Node, embedded, parse_all, parse_first};

/// A file of relabel rules.
pub(super) struct RelabelFile {
    /// Its file.
    pub(super) path: PathBuf,
    /// What holds it, if it is not a separate file.
    pub(super) holder: Option<EmbeddedIn>,
    document: Document,
}

impl RelabelFile {
    /// Its rules.
    pub(super) fn rules(&self) -> Option<Node<'_>> {
        self.document.root()
    }
}

/// Keys of a rule (`lib/promrelabel/config.go` of VictoriaMetrics 1.101).
const KEYS: &[&str] = &[
    "action",
    "if",
    "labels",
    "match",
    "modulus",
    "regex",
    "replacement",
    "separator",
    "source_labels",
    "target_label",
];

/// Words: every such list has one of these.
const WORDS: &[&str] = &["action", "source_labels", "target_label"];

/// Those in files that changed.
pub(super) fn all(changed: &BTreeSet<PathBuf>, tree: &dyn Tree) -> Vec<RelabelFile> {
    changed
        .iter()
        .flat_map(|path| in_file(path, tree))
        .collect()
}

fn in_file(path: &Path, tree: &dyn Tree) -> Vec<RelabelFile> {
    let Ok(bytes) = tree.read(path, LARGEST) else {
        return Vec::new();
    };
    let has = |word: &str| memmem::find(&bytes, word.as_bytes()).is_some();
    if !WORDS.iter().any(|word| has(word)) {
        return Vec::new();
    }
    let (is_list, may_hold) = (
        bytes.contains(&b'-') || bytes.contains(&b'['),
        has("ConfigMap"),
    );
    let text = Text::new(tree.shown(path), bytes);
    if !may_hold {
        let document = is_list.then(|| parse_first(&text).ok()).flatten();
        return list(path, None, document).into_iter().collect();
    }
    let (documents, _) = parse_all(&text);
    let mut out = Vec::new();
    for manifest in documents.iter().flat_map(manifests) {
        if manifest.kind != "ConfigMap" {
            continue;
        }
        let data = manifest.root.get("data").and_then(Node::mapping);
        for entry in data.into_iter().flat_map(Mapping::entries) {
            let within = KeyPath {
                identity: entry.value.identity(),
                logical: entry.value.path(),
            };
            let text = embedded(entry.value, within, Dollars::Plain);
            let document = text.and_then(|text| parse_first(&text).ok());
            let holder = EmbeddedIn::Object {
                kind: "ConfigMap",
                name: manifest.name.to_owned(),
                namespace: manifest.namespace.map(str::to_owned),
                key: entry.name().to_owned(),
            };
            out.extend(list(path, Some(holder), document));
        }
    }
    out
}

fn list(
    path: &Path,
    holder: Option<EmbeddedIn>,
    document: Option<Document>,
) -> Option<RelabelFile> {
    let document = document?;
    let is_rule = |item: Node<'_>| {
        let mut entries = item.mapping()?.entries();
        let has = WORDS.iter().any(|word| item.get(word).is_some());
        Some(has && entries.all(|entry| KEYS.contains(&entry.name())))
    };
    let list = document.root()?.sequence()?;
    let is_it = !list.is_empty() && list.iter().all(|item| is_rule(item).unwrap_or(false));
    if !is_it {
        return None;
    }
    document.text().recognize();
    Some(RelabelFile {
        path: path.to_owned(),
        holder,
        document,
    })
}
