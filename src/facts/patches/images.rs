//! What kustomizations make of images and names, and what they copy into objects.

use std::path::Path;
use std::sync::Arc;

use super::kustomization::KustomizationReach;
use super::{Patch, Patches};
use crate::finding::{Evidence, Place};
use crate::yaml::Node;

/// A kustomization that gives an image another tag or another name.
#[derive(Debug)]
pub(super) struct ImageChange {
    /// As the manifests have it, without its tag.
    name: String,
    renames: bool,
    /// The files that it reaches; none for all.
    reach: Option<Arc<KustomizationReach>>,
    place: Place,
}

/// What a kustomization makes of an image.
pub(in crate::facts) struct ChangedImage {
    /// Whether it gets another name too, so that another program may run.
    pub(in crate::facts) is_renamed: bool,
    /// Where that is written.
    pub(in crate::facts) evidence: Evidence,
}

impl Patches {
    /// What a kustomization copies into objects, as a patch of each of them.
    pub(super) fn replacement(&mut self, item: Node<'_>, reach: Option<&Arc<KustomizationReach>>) {
        for target in item.get("targets").into_iter().flat_map(Node::items) {
            let text = |key: &str| Some(target.get("select")?.get(key)?.as_str()?.to_owned());
            let fields = target.get("fieldPaths").into_iter().flat_map(Node::items);
            let fields: Vec<Vec<String>> = fields
                .filter_map(Node::as_str)
                .map(|field| field.split('.').map(str::to_owned).collect())
                .collect();
            let last = |field: &Vec<String>| {
                let mut parts = field.iter().rev();
                parts.find(|part| part.parse::<usize>().is_err()).cloned()
            };
            self.patches.push(Patch {
                kind: text("kind"),
                name: text("name"),
                reach: reach.cloned(),
                keys: fields.iter().filter_map(last).collect(),
                paths: fields,
                place: item.place(),
            });
        }
    }

    /// An entry of `images`; Argo CD writes `name=other:tag` (argo-cd `util/kustomize/kustomize.go`).
    pub(super) fn image(&mut self, item: Node<'_>, reach: Option<&Arc<KustomizationReach>>) {
        let (name, renames) = match item.as_str() {
            Some(text) => match text.split_once('=') {
                Some((name, _)) => (name, true),
                None => (text.split([':', '@']).next().unwrap_or(text), false),
            },
            None => {
                let name = item.get("name").and_then(Node::as_str).unwrap_or_default();
                (name, item.get("newName").is_some())
            }
        };
        self.images.push(ImageChange {
            name: name.to_owned(),
            renames,
            reach: reach.cloned(),
            place: item.place(),
        });
    }

    /// Whether a kustomization gives objects other names than their manifests.
    pub(in crate::facts) fn renames(&self) -> bool {
        self.renames
    }

    /// What a kustomization makes of an image, named without its tag, in a file.
    pub(in crate::facts) fn image_in(&self, name: &str, file: &Path) -> Option<ChangedImage> {
        let is_it = |change: &&ImageChange| {
            let mut reach = change.reach.iter();
            change.name == name && reach.all(|reach| reach.has(file))
        };
        let all: Vec<&ImageChange> = self.images.iter().filter(is_it).collect();
        let first = all.first()?;
        Some(ChangedImage {
            is_renamed: all.iter().any(|change| change.renames),
            evidence: Evidence {
                place: first.place.clone(),
                message: "a kustomization changes this image".to_owned(),
            },
        })
    }
}
