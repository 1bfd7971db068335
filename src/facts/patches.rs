//! What changes objects of Kubernetes after their manifests: patches of kustomizations, of Flux and
//! of Argo CD, and the routes of service meshes. They are not applied; what they change is not known.

mod images;
mod keys;
mod kustomization;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use memchr::memmem;

use super::credential_file::FileLookup;
use super::deployment::on_disk;
use super::patched;
use crate::discover::manifests;
use crate::finding::{Evidence, Place, Text};
use crate::needle;
use crate::source::LARGEST;
use crate::yaml::{Document, Node, parse_all};
pub(super) use images::ChangedImage;
use images::ImageChange;
use keys::HOLDING;
pub(super) use keys::{AROUND, IMAGE, LEADING, STARTING};
use kustomization::{Kustomization, KustomizationReach};

/// Words of files that patch or route.
const WORDS: &[&str] = &[
    "patches",
    "namePrefix",
    "nameSuffix",
    "replacements",
    "newTag",
    "newName",
    "ServiceEntry",
    "DestinationRule",
    "VirtualService",
    "EnvoyFilter",
    "EnvoyConfig",
    "HTTPRoute",
    "ServiceRouter",
    "ServiceSplitter",
    "TrafficSplit",
];

/// Keys at the top of a kustomization that refer to others.
const REFERRING: &[&str] = &["resources", "bases", "components"];

/// Kinds by which a mesh routes requests to a Service, or sets their headers, and where they name it:
/// those of Istio, of Linkerd (the Gateway API with a Service as parent), of Consul, of Kuma and of the
/// Service Mesh Interface.
const ROUTING: &[(&str, &[&str])] = &[
    ("VirtualService", &["spec", "hosts"]),
    ("ServiceEntry", &["spec"]),
    ("DestinationRule", &["spec", "host"]),
    ("HTTPRoute", &["spec", "parentRefs"]),
    ("MeshHTTPRoute", &["spec"]),
    ("ServiceRouter", &["metadata", "name"]),
    ("ServiceSplitter", &["metadata", "name"]),
    ("TrafficSplit", &["spec", "service"]),
];

/// Kinds that change the requests of all pods of a namespace, if they select none.
const FILTERS: &[&str] = &["EnvoyFilter", "CiliumEnvoyConfig"];

/// The same for all of the cluster.
const CLUSTER_FILTERS: &[&str] = &["CiliumClusterwideEnvoyConfig"];

/// The namespace whose filters count in all others (istio.io, EnvoyFilter).
const ISTIO_ROOT: &str = "istio-system";

/// How deep kustomizations may refer to others: more than in any layout of bases and overlays.
const DEEPEST: usize = 16;

/// Whether a file may patch objects, or route requests in a mesh: a scan of its bytes.
pub(super) fn may_hold(bytes: &[u8]) -> bool {
    let has = |word: &&'static str| needle::has(word, bytes);
    let begins_line = |key: &&'static str| {
        let mut all = memmem::find_iter(bytes, key.as_bytes());
        needle::has(key, bytes)
            && all.any(|at| {
                let before = at.checked_sub(1).and_then(|before| bytes.get(before));
                matches!(before, None | Some(b'\n' | b'{'))
            })
    };
    WORDS.iter().any(has) || REFERRING.iter().any(begins_line)
}

/// All patches and routes of a tree.
#[derive(Debug, Default)]
pub(super) struct Patches {
    patches: Vec<Patch>,
    routes: Vec<MeshRoute>,
    filters: Vec<Filter>,
    /// The files that are patches.
    files: BTreeSet<PathBuf>,
    images: Vec<ImageChange>,
    /// Whether a kustomization gives objects other names.
    renames: bool,
}

/// A patch of one object or of several.
#[derive(Debug)]
struct Patch {
    kind: Option<String>,
    /// A regular expression in kustomize; alternatives and wildcards are taken for any name.
    name: Option<String>,
    /// The files that it reaches; none for all.
    reach: Option<Arc<KustomizationReach>>,
    /// The keys that it changes.
    keys: BTreeSet<String>,
    /// The paths that it changes.
    paths: Vec<Vec<String>>,
    place: Place,
}

/// A route of a mesh, by every text in it that may name a Service.
#[derive(Debug)]
struct MeshRoute {
    kind: String,
    names: BTreeSet<String>,
    place: Place,
}

/// What changes the requests of a namespace.
#[derive(Debug)]
struct Filter {
    kind: String,
    /// None for any.
    namespace: Option<String>,
    place: Place,
}

impl Patches {
    /// Those of some files.
    pub(super) fn new(files: &FileLookup<'_>, texts: &[Arc<Text>]) -> Self {
        let mut out = Self::default();
        let documents: Vec<(PathBuf, Vec<Document>)> = texts
            .iter()
            .map(|text| {
                let path = files.tree.absolute(text.path().as_ref().as_ref());
                (path, parse_all(text).0)
            })
            .collect();
        let mut kustomizations = BTreeMap::new();
        for (path, documents) in &documents {
            let stem = path.file_stem().unwrap_or_default().to_string_lossy();
            let is_kustomization = stem.eq_ignore_ascii_case("kustomization");
            for root in documents.iter().filter_map(Document::root) {
                if is_kustomization && root.get("spec").is_none() {
                    let folder = path.parent().unwrap_or(path).to_owned();
                    kustomizations.insert(folder.clone(), Kustomization { folder, root });
                }
            }
            for manifest in documents.iter().flat_map(manifests) {
                out.manifest(
                    files,
                    path,
                    manifest.kind,
                    manifest.root,
                    manifest.namespace,
                );
            }
        }
        for kustomization in kustomizations.values() {
            let is_component =
                kustomization.root.get("kind").and_then(Node::as_str) == Some("Component");
            let reach = (!is_component)
                .then(|| Arc::new(KustomizationReach::of(kustomization, &kustomizations)));
            out.patches_of(
                files,
                &kustomization.folder,
                kustomization.root,
                reach.as_ref(),
            );
        }
        out
    }

    fn manifest(
        &mut self,
        files: &FileLookup<'_>,
        path: &Path,
        kind: &str,
        root: Node<'_>,
        namespace: Option<&str>,
    ) {
        let place = || {
            let metadata = root.get("metadata");
            let name = metadata.and_then(|metadata| metadata.get("name"));
            name.unwrap_or(root).place()
        };
        if let Some((_, way)) = ROUTING.iter().find(|(own, _)| *own == kind) {
            let mut names = BTreeSet::new();
            let holder = way.iter().try_fold(root, |node, key| node.get(key));
            if let Some(holder) = holder.filter(|holder| holder.sequence().is_none()) {
                texts(holder, &mut names);
            }
            // A parent that is a gateway takes requests from outside.
            let listed = holder.into_iter().flat_map(Node::items);
            let listed = listed.filter(|item| may_name_service(*item));
            listed.for_each(|item| texts(item, &mut names));
            self.routes.push(MeshRoute {
                kind: kind.to_owned(),
                names,
                place: place(),
            });
        } else if FILTERS.contains(&kind) || CLUSTER_FILTERS.contains(&kind) {
            let namespace =
                namespace.filter(|namespace| FILTERS.contains(&kind) && *namespace != ISTIO_ROOT);
            self.filters.push(Filter {
                kind: kind.to_owned(),
                namespace: namespace.map(str::to_owned),
                place: place(),
            });
        }
        let folder = path.parent().unwrap_or(path);
        for holder in holders(kind, root) {
            self.patches_of(files, folder, holder, None);
        }
    }

    fn patches_of(
        &mut self,
        files: &FileLookup<'_>,
        folder: &Path,
        root: Node<'_>,
        reach: Option<&Arc<KustomizationReach>>,
    ) {
        let items = |key: &str| root.get(key).into_iter().flat_map(Node::items);
        for key in ["patches", "patchesJson6902", "patchesStrategicMerge"] {
            for item in items(key) {
                self.patch(files, folder, item, reach);
            }
        }
        for item in items("replacements") {
            self.replacement(item, reach);
        }
        for item in items("images") {
            self.image(item, reach);
        }
        let is_set = |key: &&str| {
            let text = root.get(key).and_then(Node::as_str);
            text.is_some_and(|text| !text.is_empty())
        };
        self.renames |= ["namePrefix", "nameSuffix"].iter().any(is_set);
    }

    fn patch(
        &mut self,
        files: &FileLookup<'_>,
        folder: &Path,
        item: Node<'_>,
        reach: Option<&Arc<KustomizationReach>>,
    ) {
        let target = item.get("target");
        let of_target = |key: &str| Some(target?.get(key)?.as_str()?.to_owned());
        let path = item.get("path").or(Some(item)).and_then(Node::as_str);
        let inline = item.get("patch").and_then(Node::as_str);
        // An item of `patchesStrategicMerge` is a path or a patch.
        let inline = inline.or_else(|| path.filter(|text| text.contains('\n')));
        let documents = match inline {
            Some(inline) => parse_all(&Text::new("patch", inline.as_bytes().to_vec())).0,
            None => path.map_or_else(Vec::new, |path| {
                let path = on_disk(folder, path);
                let documents = read(files, &path);
                self.files.insert(path);
                documents
            }),
        };
        let mut is_known = false;
        for root in documents.iter().filter_map(Document::root) {
            let metadata = root.get("metadata");
            let own = |node: Option<Node<'_>>| node.and_then(Node::as_str).map(str::to_owned);
            let mut keys = BTreeSet::new();
            collect(root, &mut keys);
            let mut paths = Vec::new();
            patched::paths(root, &mut paths);
            is_known = true;
            self.patches.push(Patch {
                kind: of_target("kind").or_else(|| own(root.get("kind"))),
                name: match target {
                    Some(_) => of_target("name"),
                    None => own(metadata.and_then(|metadata| metadata.get("name"))),
                },
                reach: reach.cloned(),
                keys,
                paths,
                place: item.place(),
            });
        }
        if !is_known && target.is_some() {
            // A patch that is not in sight may change anything.
            self.patches.push(Patch {
                kind: of_target("kind"),
                name: of_target("name"),
                reach: reach.cloned(),
                keys: STARTING
                    .iter()
                    .chain(LEADING)
                    .map(|key| (*key).to_owned())
                    .collect(),
                // The whole object.
                paths: vec![Vec::new()],
                place: item.place(),
            });
        }
    }

    /// Whether a file is a patch, which holds a part of an object.
    pub(super) fn is_patch(&self, file: &Path) -> bool {
        self.files.contains(file)
    }

    fn patches_for(&self, kind: &str, name: &str, file: &Path) -> impl Iterator<Item = &Patch> {
        self.patches.iter().filter(move |patch| {
            patch.kind.as_deref().is_none_or(|own| own == kind)
                && patch.name.as_deref().is_none_or(|own| may_be(own, name))
                && patch.reach.as_ref().is_none_or(|reach| reach.has(file))
        })
    }

    /// The paths in an object of a file that patches change.
    pub(super) fn paths_in(
        &self,
        kind: &str,
        name: &str,
        file: &Path,
    ) -> impl Iterator<Item = &[String]> {
        let patches = self.patches_for(kind, name, file);
        patches.flat_map(|patch| patch.paths.iter().map(Vec::as_slice))
    }

    /// Where an object of a file is changed in one of some keys; any key without some.
    pub(super) fn of(
        &self,
        kind: &str,
        name: &str,
        file: &Path,
        keys: &[&str],
    ) -> impl Iterator<Item = Evidence> {
        let found = self.patches_for(kind, name, file).filter(move |patch| {
            keys.is_empty() || keys.iter().any(|key| patch.keys.contains(*key))
        });
        found.map(|patch| Evidence {
            place: patch.place.clone(),
            message: "a patch changes it".to_owned(),
        })
    }

    /// What of a mesh may change requests to a Service, by its name or one that begins with it.
    pub(super) fn routed(
        &self,
        service: &str,
        namespace: Option<&str>,
    ) -> impl Iterator<Item = Evidence> {
        let routes = self.routes.iter().filter(move |route| {
            let mut names = route.names.iter();
            names.any(|name| {
                let rest = name.strip_prefix(service);
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            })
        });
        let filters = self.filters.iter().filter(move |filter| {
            let own = filter.namespace.as_deref();
            own.is_none() || namespace.is_none() || own == namespace
        });
        let routes = routes.map(|route| (&route.kind, &route.place));
        let filters = filters.map(|filter| (&filter.kind, &filter.place));
        routes.chain(filters).map(|(kind, place)| Evidence {
            place: place.clone(),
            message: format!("this {kind} may change requests on the way"),
        })
    }
}

/// Whether an item names a Service: one without a kind is a host, or a gateway where it is a mapping.
fn may_name_service(item: Node<'_>) -> bool {
    let kind = item.get("kind").and_then(Node::as_str);
    item.mapping().is_none() || kind == Some("Service")
}

/// What of a manifest of Flux or Argo CD has patches.
fn holders<'d>(kind: &str, root: Node<'d>) -> Vec<Node<'d>> {
    let Some(spec) = root.get("spec") else {
        return Vec::new();
    };
    let of_argo = |spec: Node<'d>| {
        let sources = spec.get("sources").into_iter().flat_map(Node::items);
        let all = spec.get("source").into_iter().chain(sources);
        all.filter_map(|source| source.get("kustomize")).collect()
    };
    match kind {
        "Kustomization" => vec![spec],
        "HelmRelease" => {
            let renderers = spec.get("postRenderers").into_iter().flat_map(Node::items);
            renderers
                .filter_map(|renderer| renderer.get("kustomize"))
                .collect()
        }
        "Application" => of_argo(spec),
        "ApplicationSet" => {
            let template = spec
                .get("template")
                .and_then(|template| template.get("spec"));
            template.map_or_else(Vec::new, of_argo)
        }
        _ => Vec::new(),
    }
}

fn read(files: &FileLookup<'_>, path: &Path) -> Vec<Document> {
    let tree = files.tree;
    let is_inside = tree.within(path, &[&files.bounds]).unwrap_or(false);
    let bytes = is_inside.then(|| tree.read(path, LARGEST).ok()).flatten();
    bytes.map_or_else(Vec::new, |bytes| {
        parse_all(&Text::new(tree.shown(path), bytes)).0
    })
}

/// Whether the pattern of a target may match a name: kustomize anchors it.
fn may_be(pattern: &str, name: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.');
    pattern == name || pattern.is_empty() || !pattern.chars().all(is_plain)
}

/// The keys that a patch changes: of a list of operations, the last of each path and those of the value;
/// of a merge, all that hold no others.
fn collect(node: Node<'_>, keys: &mut BTreeSet<String>) {
    for item in node.items() {
        if let Some(path) = item.get("path").and_then(Node::as_str) {
            let is_index = |part: &&str| *part != "-" && part.parse::<usize>().is_err();
            let last = path.rsplit('/').find(is_index);
            keys.extend(last.map(str::to_owned));
            if let Some(value) = item.get("value") {
                collect(value, keys);
            }
        } else {
            collect(item, keys);
        }
    }
    for entry in node
        .mapping()
        .into_iter()
        .flat_map(|mapping| mapping.entries())
    {
        if !HOLDING.contains(&entry.name()) {
            keys.insert(entry.name().to_owned());
        }
        collect(entry.value, keys);
    }
}

/// All texts of a manifest.
fn texts(node: Node<'_>, out: &mut BTreeSet<String>) {
    out.extend(node.as_str().map(str::to_owned));
    node.items().for_each(|item| texts(item, out));
    for entry in node
        .mapping()
        .into_iter()
        .flat_map(|mapping| mapping.entries())
    {
        texts(entry.value, out);
    }
}
