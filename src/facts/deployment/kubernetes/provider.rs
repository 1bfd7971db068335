//! What in the tree makes Secrets and ConfigMaps, and which keys they have.

mod generated;
mod maker;
mod others;
mod renamed;

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use memchr::memmem;

use super::{Workload, may_be_same};
use crate::discover::{Manifest, manifests};
use crate::facts::deployment::model::Provider;
use crate::facts::deployment::scan::SourceFile;
use crate::facts::deployment::{Home, inside};
use crate::facts::words::NameScan;
use crate::finding::Place;
use crate::source::LARGEST;
use crate::yaml::{Document, Node};
use generated::generated;
use maker::MAKERS;
use renamed::Renaming;

/// Where a pod or a service account says whether the token is mounted.
pub(super) const AUTOMOUNT: &str = "automountServiceAccountToken";

const NAME: &[&str] = &["metadata", "name"];

/// A service account's word on mounting its token.
struct Account {
    namespace: Option<String>,
    mounts: bool,
    place: Place,
}

/// How many patches of a kustomization are read: each may name the same large file. With more, volumes are
/// taken to be patched.
const MOST_PATCHES: usize = 64;

/// Everything of the tree that makes Secrets and ConfigMaps.
#[derive(Default)]
pub(super) struct Providers {
    /// By what they make: `Secret` or `ConfigMap`, and its name.
    made: HashMap<(&'static str, String), Vec<Arc<Provider>>>,
    /// By their names.
    accounts: HashMap<String, Vec<Account>>,
    /// Where kustomizations patch volumes, by the objects whose names occur there.
    patches: HashMap<String, Vec<Place>>,
    /// What changes names of objects.
    renaming: Renaming,
}

/// What some workloads name, by which files are ruled out.
struct WantedObjects {
    /// Secrets and ConfigMaps.
    objects: NameScan,
    accounts: NameScan,
    /// The workloads themselves.
    patched: NameScan,
}

impl WantedObjects {
    fn by(workloads: &[Workload<'_>]) -> Self {
        let objects: Vec<String> = workloads.iter().flat_map(Workload::names).collect();
        let accounts = workloads.iter().map(Workload::service_account);
        Self {
            objects: NameScan::new(objects.iter().map(String::as_str).collect()),
            accounts: NameScan::new(accounts.collect()),
            patched: NameScan::new(
                workloads
                    .iter()
                    .map(|workload| workload.manifest.name)
                    .collect(),
            ),
        }
    }

    /// Whether a file may have another service account with a name that is asked for.
    fn may_have_account(&self, file: &SourceFile) -> bool {
        let text = file.text.content();
        memmem::find(text.as_bytes(), b"ServiceAccount").is_some() && self.accounts.are_in(text)
    }

    fn may_be_in(&self, file: &SourceFile, is_kustomization: bool) -> bool {
        let text = file.text.content();
        let account = || {
            // The field of a pod has the kind in its name.
            let kinds = memmem::find_iter(text.as_bytes(), "ServiceAccount").count();
            let fields = memmem::find_iter(text.as_bytes(), AUTOMOUNT).count();
            fields > 0 && kinds > fields && self.accounts.are_in(text)
        };
        self.objects.are_in(text) || is_kustomization && self.patched.are_in(text) || account()
    }
}

impl Providers {
    /// Reads the files in which something occurs that one of the workloads names.
    pub(super) fn read(home: Home<'_>, files: &[SourceFile], workloads: &[Workload<'_>]) -> Self {
        let wanted = WantedObjects::by(workloads);
        let mut out = Self::default();
        let mut passed_over = Vec::new();
        for file in files {
            let is_kustomization = file
                .path
                .file_stem()
                .is_some_and(|stem| stem == "kustomization");
            if !wanted.may_be_in(file, is_kustomization) {
                passed_over.push(file);
                continue;
            }
            let documents = file.documents();
            if is_kustomization {
                let roots = documents.iter().filter_map(|document| document.root());
                roots.for_each(|root| out.kustomization(home, file, root, &wanted.patched));
            }
            let objects = documents.iter().flat_map(manifests);
            objects.for_each(|manifest| out.manifest(manifest));
        }
        // Whether another account has the name matters only where one gives no token.
        if out
            .accounts
            .values()
            .flatten()
            .any(|account| !account.mounts)
        {
            let files = passed_over.into_iter();
            for file in files.filter(|file| wanted.may_have_account(file)) {
                let documents = file.documents();
                let objects = documents.iter().flat_map(manifests);
                objects.for_each(|manifest| out.manifest(manifest));
            }
        }
        out
    }

    /// Reads all files.
    pub(super) fn all(home: Home<'_>, files: &[SourceFile]) -> Self {
        let documents = files.iter().flat_map(|file| file.documents());
        let operated = documents.flat_map(manifests).filter(|manifest| {
            ["Prometheus", "PrometheusAgent"].contains(&manifest.kind) && !manifest.name.is_empty()
        });
        let operated = NameScan::new(operated.map(|manifest| manifest.name).collect());
        let mut out = Self::default();
        for file in files {
            let documents = file.documents();
            if file
                .path
                .file_stem()
                .is_some_and(|stem| stem == "kustomization")
            {
                let roots = documents.iter().filter_map(|document| document.root());
                roots.for_each(|root| out.kustomization(home, file, root, &operated));
            }
            let objects = documents.iter().flat_map(manifests);
            objects.for_each(|manifest| out.manifest(manifest));
            let values = documents.iter().filter_map(Document::root);
            let values = values.flat_map(others::of_values);
            values.for_each(|provider| out.add(provider));
        }
        let made = out.made.values_mut().flatten().filter_map(Arc::get_mut);
        out.renaming.apply(home, made);
        out
    }

    /// The names of the Secrets or ConfigMaps that are made in a namespace.
    pub(super) fn names<'p>(
        &'p self,
        makes: &'p str,
        namespace: Option<&'p str>,
    ) -> impl Iterator<Item = &'p str> {
        let made = self.made.iter().filter(move |((kind, _), made)| {
            let is_there =
                |provider: &Arc<Provider>| may_be_same(provider.namespace.as_deref(), namespace);
            *kind == makes && made.iter().any(is_there)
        });
        made.map(|((_, name), _)| name.as_str())
    }

    /// Everything that makes one, in no order.
    pub(super) fn all_made(&self) -> impl Iterator<Item = &Arc<Provider>> {
        self.made.values().flatten()
    }

    /// What makes a Secret or ConfigMap.
    pub(super) fn of(
        &self,
        makes: &'static str,
        name: &str,
        in_namespace: impl Fn(Option<&str>) -> bool,
    ) -> Vec<Arc<Provider>> {
        let made = self.made.get(&(makes, name.to_owned()));
        let made = made.into_iter().flatten();
        made.filter(|provider| in_namespace(provider.namespace.as_deref()))
            .cloned()
            .collect()
    }

    /// Whether a service account mounts its token, and where that is written. Of several with its
    /// name, such as variants for two clusters, one that mounts it counts.
    pub(super) fn automount(&self, name: &str, namespace: Option<&str>) -> Option<(bool, Place)> {
        let accounts = self.accounts.get(name)?.iter();
        let found = accounts
            .filter(|account| may_be_same(account.namespace.as_deref(), namespace))
            .max_by_key(|account| account.mounts)?;
        Some((found.mounts, found.place.clone()))
    }

    /// Where kustomizations patch volumes of an object.
    pub(super) fn patching(&self, name: &str) -> &[Place] {
        self.patches.get(name).map_or(&[], Vec::as_slice)
    }

    fn add(&mut self, provider: Provider) {
        let key = (provider.makes, provider.name.clone());
        self.made.entry(key).or_default().push(Arc::new(provider));
    }

    fn manifest(&mut self, manifest: Manifest<'_>) {
        if manifest.kind == "ServiceAccount" {
            let entry = manifest
                .root
                .mapping()
                .and_then(|root| root.entry(AUTOMOUNT));
            let says =
                entry.and_then(|entry| Some((entry.value.scalar()?.as_bool()?, entry.key.place())));
            // Without the field it is mounted (`shouldAutomount` of the admission plugin
            // ServiceAccount, Kubernetes 1.31).
            let (mounts, place) = says.unwrap_or_else(|| (true, manifest.root.place()));
            let namespace = manifest.namespace.map(str::to_owned);
            let name = manifest.name.to_owned();
            self.accounts.entry(name).or_default().push(Account {
                namespace,
                mounts,
                place,
            });
        }
        let maker = MAKERS.iter().find(|maker| maker.kind == manifest.kind);
        if let Some(provider) = maker.and_then(|maker| maker.provider(manifest)) {
            self.add(provider);
        }
        let synced = others::of_provider_class(manifest);
        synced.for_each(|provider| self.add(provider));
    }

    fn kustomization(
        &mut self,
        home: Home<'_>,
        file: &SourceFile,
        root: Node<'_>,
        patched: &NameScan,
    ) {
        const GENERATORS: &[(&str, &str, &str)] = &[
            ("secretGenerator", "Secret", "secretGenerator"),
            ("configMapGenerator", "ConfigMap", "configMapGenerator"),
        ];
        let folder = file.path.parent().unwrap_or(&file.path);
        let namespace = root.get("namespace").and_then(Node::as_str);
        for &(key, makes, kind) in GENERATORS {
            for item in root.get(key).into_iter().flat_map(Node::items) {
                if let Some(mut made) = generated(home, folder, item, makes, kind, namespace) {
                    made.renamed = renamed::of_generator(root, item, &made.name);
                    self.add(made);
                }
            }
        }
        self.renaming.note(folder, root);
        for key in ["patches", "patchesJson6902", "patchesStrategicMerge"] {
            let Some(patches) = root.get(key) else {
                continue;
            };
            let text = file.text.slice(patches.span());
            let mut items = patches.items().enumerate();
            // Patches in their own files are seen as workloads without an image.
            if has_volumes(text.as_bytes())
                || items.any(|(at, item)| at >= MOST_PATCHES || is_of_volumes(home, folder, item))
            {
                for name in patched.all_in(text) {
                    let places = self.patches.entry(name.to_owned()).or_default();
                    places.push(patches.place());
                }
            }
        }
    }
}

/// Whether an item of `patches` names a JSON patch of volumes, which does not tell what it patches.
fn is_of_volumes(home: Home<'_>, folder: &Path, item: Node<'_>) -> bool {
    let path = item.get("path").and_then(Node::as_str);
    let Some(path) = path.filter(|_| item.get("target").is_some()) else {
        return false;
    };
    let path = inside::on_disk(folder, path);
    let content = home.holds(&path).then(|| home.tree.read(&path, LARGEST));
    content.is_some_and(|content| content.is_ok_and(|content| has_volumes(&content)))
}

/// Whether a patch has a key such as `volumeMounts` or a path with it.
fn has_volumes(patch: &[u8]) -> bool {
    memmem::find(&patch.to_ascii_lowercase(), b"volume").is_some()
}

/// A literal as kustomize takes it: one pair of quotes around it comes off (kubernetes-sigs/kustomize
/// `api/kv/kv.go`, `removeQuotes`).
fn unquoted(value: &str) -> &str {
    let within = |quote: char| value.strip_prefix(quote)?.strip_suffix(quote);
    within('"').or_else(|| within('\'')).unwrap_or(value)
}

fn at<'d>(root: Node<'d>, way: &[&str]) -> Option<Node<'d>> {
    way.iter().try_fold(root, |node, key| node.get(key))
}

fn name_place(root: Node<'_>) -> Place {
    at(root, NAME).unwrap_or(root).place()
}
