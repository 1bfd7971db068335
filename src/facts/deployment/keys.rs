//! Looking up a file in a volume of keys.

use std::path::PathBuf;
use std::sync::Arc;

use super::inside;
use super::model::{KeyItem, KeyVolume, PartKind, ProvidedKey, Provider, VolumeSource};
use super::near::listed;
use super::user::DeployedRights;
use super::written::ProvidedValue;
use crate::finding::{Evidence, MOST_OWN_NAMES, Place, nearest};

/// What becomes of a file that is looked for in a volume.
pub(super) enum VolumeFile {
    /// It is there.
    File {
        rights: DeployedRights,
        mode_place: Option<Place>,
        steps: Vec<Evidence>,
        tree_file: Option<PathBuf>,
        written: Option<Arc<ProvidedValue>>,
    },
    /// It may be there, from something that is not in the tree: a sentence.
    Outside(String),
    /// It is not there: what is, as a sentence.
    Nowhere { near: String, steps: Vec<Evidence> },
}

/// What one part of a volume says to a file.
enum VolumeAnswer {
    Has {
        item: Option<KeyItem>,
        key: Option<(Arc<Provider>, ProvidedKey)>,
    },
    May(String),
    Lacks {
        words: String,
        steps: Vec<Evidence>,
    },
}

impl KeyVolume {
    /// Looks a file up by its path in the volume.
    pub(super) fn find(&self, path: &str) -> VolumeFile {
        let mut may = None;
        let mut lacks = Vec::new();
        let mut steps = Vec::new();
        for part in self.parts.iter().rev() {
            match part.answer(path) {
                VolumeAnswer::Has { item, key } => return self.file(part, item, key),
                VolumeAnswer::May(reason) => may = may.or(Some(reason)),
                VolumeAnswer::Lacks { words, steps: more } => {
                    lacks.push(words);
                    steps.extend(more);
                }
            }
        }
        match may {
            Some(reason) => VolumeFile::Outside(reason),
            None if lacks.is_empty() => VolumeFile::Nowhere {
                near: format!("the volume `{}` is empty", self.name),
                steps,
            },
            None => VolumeFile::Nowhere {
                near: lacks.join(", and "),
                steps,
            },
        }
    }

    /// What fills it in the tree.
    pub(super) fn providers(&self) -> impl Iterator<Item = &Arc<Provider>> {
        self.parts.iter().flat_map(|part| match &part.kind {
            PartKind::Object { providers, .. } => providers.as_slice(),
            _ => &[],
        })
    }

    /// The keys that become a file, by its path in the volume: of several sources the last counts, and
    /// of several manifests of one object, such as a base's and an overlay's, each may.
    pub(super) fn sources(&self, path: &str) -> Vec<(Arc<Provider>, String, ProvidedKey)> {
        for part in self.parts.iter().rev() {
            let PartKind::Object { providers, .. } = &part.kind else {
                continue;
            };
            let key = match &part.items {
                None => path,
                Some(items) => match items.iter().rfind(|item| item.path == path) {
                    Some(item) => &item.key,
                    None => continue,
                },
            };
            let found = providers.iter().filter_map(|provider| {
                let found = provider.keys.get(key)?.clone();
                Some((Arc::clone(provider), key.to_owned(), found))
            });
            let found: Vec<_> = found.collect();
            if !found.is_empty() {
                return found;
            }
        }
        Vec::new()
    }

    /// Whether all its files are in sight.
    pub(crate) fn is_whole(&self) -> bool {
        self.parts
            .iter()
            .all(|part| match (&part.kind, &part.items) {
                (PartKind::Other(_), _) => false,
                (PartKind::Token { .. } | PartKind::Made, _) | (_, Some(_)) => true,
                (PartKind::Object { providers, .. }, None) => {
                    !providers.is_empty() && providers.iter().all(|provider| provider.complete)
                }
            })
    }

    fn file(
        &self,
        part: &VolumeSource,
        item: Option<KeyItem>,
        key: Option<(Arc<Provider>, ProvidedKey)>,
    ) -> VolumeFile {
        let mut steps = Vec::new();
        if let Some((item, place)) = item
            .as_ref()
            .and_then(|item| Some((item, item.place.clone()?)))
        {
            let message = format!("the volume has the file `{}` from here", item.path);
            steps.push(Evidence { place, message });
        }
        let tree_file = key.as_ref().and_then(|(_, key)| key.file.clone());
        let written = key.as_ref().and_then(|(_, key)| key.written.clone());
        if let Some((provider, key)) = key {
            let message = format!("the {} `{}` has this key", provider.kind, provider.name);
            steps.push(Evidence {
                place: key.place,
                message,
            });
        }
        VolumeFile::File {
            mode_place: item
                .as_ref()
                .and_then(|item| item.mode_place.clone())
                .or_else(|| part.mode_place.clone()),
            rights: self.rights(part, item.as_ref().and_then(|item| item.mode)),
            steps,
            tree_file,
            written,
        }
    }

    /// Owner and mode of a file. Files belong to root; with `fsGroup` the kubelet gives them to
    /// that group and lets it read (kubernetes/kubernetes `pkg/volume/volume_linux.go`: mode |
    /// 0440 for volumes of this kind). Tokens of a service account are 0600 as soon as the pod
    /// has an `fsGroup` or all its containers the same user (`pkg/volume/projected/projected.go`).
    fn rights(&self, part: &VolumeSource, mode: Option<u32>) -> DeployedRights {
        let (is_token, owner) = match part.kind {
            PartKind::Token { owner } => (true, owner),
            _ => (false, None),
        };
        let narrowed = is_token && (owner.is_some() || self.fs_group.is_some());
        let mode = if narrowed {
            0o600
        } else {
            mode.unwrap_or(part.mode)
        };
        let shared = if self.fs_group.is_some() { 0o440 } else { 0 };
        DeployedRights {
            mode: mode | shared,
            uid: Some(owner.unwrap_or(0)),
            gid: Some(self.fs_group.unwrap_or(0)),
        }
    }

    /// Whether a file of it is in a folder of this path.
    pub(super) fn has_folder(&self, path: &str) -> bool {
        let files = self.files();
        let mut files = files.iter();
        files.any(|file| inside::below(file, path).is_some_and(|below| !below.is_empty()))
    }

    /// The files that are known to be in it, sorted.
    pub(super) fn files(&self) -> Vec<String> {
        let mut files: Vec<_> = self.parts.iter().flat_map(VolumeSource::files).collect();
        files.sort();
        files.dedup();
        files
    }
}

impl VolumeSource {
    fn answer(&self, path: &str) -> VolumeAnswer {
        let (kind, name, providers) = match &self.kind {
            PartKind::Other(words) => {
                return VolumeAnswer::May(format!("the volume is filled from {words}"));
            }
            PartKind::Token { .. } | PartKind::Made => ("", "", [].as_slice()),
            PartKind::Object {
                kind,
                name,
                providers,
            } => (*kind, name.as_str(), providers.as_slice()),
        };
        let Some(items) = &self.items else {
            return answer_of_key(kind, name, providers, path, None);
        };
        match items.iter().rfind(|item| item.path == path) {
            Some(item) if kind.is_empty() => VolumeAnswer::Has {
                item: Some(item.clone()),
                key: None,
            },
            Some(item) => answer_of_key(kind, name, providers, &item.key, Some(item)),
            None => VolumeAnswer::Lacks {
                words: self.items_words(items, path),
                steps: Vec::new(),
            },
        }
    }

    fn items_words(&self, items: &[KeyItem], path: &str) -> String {
        let paths = || items.iter().map(|item| item.path.as_str());
        let what = match &self.kind {
            PartKind::Object {
                kind,
                name,
                providers,
            } => {
                let key = inside::name(path);
                if providers
                    .iter()
                    .any(|provider| provider.keys.contains_key(key))
                {
                    return format!(
                        "the {kind} `{name}` has the key `{key}`, but `items` picks only {}",
                        listed(paths())
                    );
                }
                format!("from the {kind} `{name}`")
            }
            _ => "from Kubernetes itself".to_owned(),
        };
        match nearest(path, paths()) {
            Some(near) => format!("the volume has a file `{near}` {what}"),
            None => format!("the volume has only {} {what}", listed(paths())),
        }
    }

    fn files(&self) -> Vec<String> {
        match (&self.items, &self.kind) {
            (Some(items), _) => items.iter().map(|item| item.path.clone()).collect(),
            (None, PartKind::Object { providers, .. }) => providers
                .iter()
                .flat_map(|provider| provider.keys.keys().cloned())
                .collect(),
            _ => Vec::new(),
        }
    }
}

/// What a Secret or ConfigMap says to a key.
fn answer_of_key(
    kind: &str,
    name: &str,
    providers: &[Arc<Provider>],
    key: &str,
    item: Option<&KeyItem>,
) -> VolumeAnswer {
    let mut found = providers
        .iter()
        .filter_map(|provider| Some((Arc::clone(provider), provider.keys.get(key)?.clone())));
    if let Some((provider, mut key)) = found.next() {
        // Of several, such as a base's and an overlay's, no one knows here which value counts.
        if found.next().is_some() {
            key.written = None;
        }
        return VolumeAnswer::Has {
            item: item.cloned(),
            key: Some((provider, key)),
        };
    }
    if providers.is_empty() {
        return VolumeAnswer::May(format!("the tree has no manifest of the {kind} `{name}`"));
    }
    if let Some(open) = providers.iter().find(|provider| !provider.complete) {
        return VolumeAnswer::May(format!(
            "the {} `{}` may have further keys than the tree shows",
            open.kind, open.name
        ));
    }
    let keys = || {
        providers
            .iter()
            .flat_map(|provider| provider.keys.keys().map(String::as_str))
    };
    let words = match nearest(key, keys().take(MOST_OWN_NAMES)) {
        Some(near) => format!("the {kind} `{name}` has a key `{near}`, but none named `{key}`"),
        None if keys().next().is_none() => format!("the {kind} `{name}` has no keys"),
        None => format!(
            "the {kind} `{name}` has no key `{key}`, only {}",
            listed(keys())
        ),
    };
    let steps = providers.iter().map(|provider| Evidence {
        place: provider.place.clone(),
        message: format!("the {} `{}` is here", provider.kind, provider.name),
    });
    VolumeAnswer::Lacks {
        words,
        steps: steps.collect(),
    }
}
