//! Names that kustomize gives objects.

use std::path::{Path, PathBuf};

use crate::facts::deployment::model::{Provider, RenamedObject};
use crate::facts::deployment::{Home, inside};
use crate::finding::Place;
use crate::yaml::Node;

/// Keys of a kustomization by which it may change names in resources of the Operator too.
const TEACHERS: &[&str] = &[
    "components",
    "configurations",
    "crds",
    "replacements",
    "transformers",
    "vars",
];

/// Kinds of objects of the tree that are called as their metadata say.
const BY_METADATA: &[&str] = &["ConfigMap", "Secret"];

/// What changes names of objects.
#[derive(Default)]
pub(super) struct Renaming {
    /// Whether a kustomization of the tree may change names in resources of the Operator.
    is_taught: bool,
    prefixed: Vec<Prefixed>,
}

/// A file whose objects get a prefix or a suffix.
struct Prefixed {
    file: PathBuf,
    prefix: String,
    suffix: String,
    place: Place,
}

fn text<'d>(root: Node<'d>, key: &str) -> &'d str {
    root.get(key).and_then(Node::as_str).unwrap_or("")
}

/// The name of what a generator makes, if that is another than the one that is written (kustomize
/// `api/types/generatorargs.go`).
pub(super) fn of_generator(root: Node<'_>, item: Node<'_>, name: &str) -> Option<RenamedObject> {
    let has_no_hash = |options: Option<Node<'_>>| {
        let option = options.and_then(|options| options.get("disableNameSuffixHash"));
        option.and_then(Node::as_str) == Some("true")
    };
    let is_hashed = !has_no_hash(item.get("options")) && !has_no_hash(root.get("generatorOptions"));
    let (prefix, suffix) = (text(root, "namePrefix"), text(root, "nameSuffix"));
    let hash = if is_hashed { "-<hash>" } else { "" };
    let renamed = format!("{prefix}{name}{suffix}{hash}");
    let place = item.get("name").unwrap_or(item).place();
    (renamed != name).then_some(RenamedObject {
        name: renamed,
        is_hashed,
        place,
    })
}

impl Renaming {
    /// Notes what a kustomization in a folder changes.
    pub(super) fn note(&mut self, folder: &Path, root: Node<'_>) {
        self.is_taught |= TEACHERS.iter().any(|key| root.get(key).is_some());
        let (prefix, suffix) = (text(root, "namePrefix"), text(root, "nameSuffix"));
        let changes = ["namePrefix", "nameSuffix"].iter();
        let Some(change) = changes.filter_map(|key| root.get(key)).next() else {
            return;
        };
        let resources = root.get("resources").into_iter().flat_map(Node::items);
        for resource in resources.filter_map(Node::as_str) {
            self.prefixed.push(Prefixed {
                file: inside::on_disk(folder, resource),
                prefix: prefix.to_owned(),
                suffix: suffix.to_owned(),
                place: change.place(),
            });
        }
    }

    /// Notes with what is made what it is called in the end.
    pub(super) fn apply<'p>(&self, home: Home<'_>, made: impl Iterator<Item = &'p mut Provider>) {
        for provider in made {
            if self.is_taught {
                provider.renamed = None;
                continue;
            }
            if !BY_METADATA.contains(&provider.kind) || self.prefixed.is_empty() {
                continue;
            }
            let file = home.tree.absolute(provider.place.path().as_ref().as_ref());
            let changes = self.prefixed.iter().find(|change| change.file == file);
            provider.renamed = changes.map(|change| RenamedObject {
                name: format!("{}{}{}", change.prefix, provider.name, change.suffix),
                is_hashed: false,
                place: change.place.clone(),
            });
        }
    }
}
