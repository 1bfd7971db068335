//! Layers of values: what a release of a chart lays over other values. Helm replaces a list as a whole, so
//! that one in a lower layer is not what is rendered (helm v3 `pkg/chartutil/coalesce.go`).

mod completed;
mod laid;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::credential_file::FileLookup;
use super::deployment::on_disk;
use super::{ByteScan, Facts};
use crate::discover::{LaidValue, Manifest, manifests};
use crate::finding::{KeyPath, Place, Text};
use crate::needle;
use crate::yaml::{Document, Dollars, Node, embedded, parse_all, parse_first};

/// Keys that name files or objects with values.
const NAMING: &[&str] = &[
    "additionalValuesFiles",
    "releases:",
    "valueFiles",
    "valuesContent",
    "valuesFile",
    "valuesFrom",
];

/// Whether a file may hold a ConfigMap with a value that a release lays over others (`targetPath`).
pub(super) fn may_be_laid(bytes: &[u8]) -> bool {
    needle::has("ConfigMap", bytes) && bytes.len() <= LARGEST_OF_VALUES
}

/// The largest file with such a ConfigMap, in bytes: each of its keys holds one value, such as a URL.
const LARGEST_OF_VALUES: usize = 16 * 1024;

/// How deep a list is looked for in values: `alias.prometheus.prometheusSpec.remoteWrite` has four keys.
const DEEPEST: usize = 6;

/// Whether a file may lay values over others, or hold such values.
pub(super) fn may_hold(bytes: &[u8]) -> bool {
    let has = |word: &&'static str| needle::has(word, bytes);
    NAMING.iter().any(has)
        || has(&"remoteWrite")
        || has(&"configMapGenerator")
        || has(&"prometheusSpec")
        || has(&"server:") && has(&"global:")
}

/// A layer of values: where it is, and the lists that it sets.
#[derive(Clone, Debug)]
struct Layer {
    path: String,
    /// The path of keys that leads to it in its file.
    logical: String,
    /// Its first and its last line.
    lines: (usize, usize),
    lists: BTreeSet<String>,
    /// The keys of mappings that it sets.
    keys: BTreeSet<String>,
    /// Whether what is laid over it is read with it.
    is_whole: bool,
}

/// A part of what a release makes its values of.
#[derive(Clone, Debug)]
enum Step {
    Layer(Layer),
    /// Values that are set one by one.
    Laid(Vec<LaidValue>),
}

impl Step {
    fn layer(&self) -> Option<&Layer> {
        match self {
            Self::Layer(layer) => Some(layer),
            Self::Laid(_) => None,
        }
    }
}

/// The layers of each release of the tree, the lowest first.
#[derive(Debug, Default)]
pub(super) struct Layers {
    releases: Vec<Vec<Step>>,
    /// Files of values, whether a release names them or not.
    files: Vec<Layer>,
}

/// What the files hold by which releases name their layers.
#[derive(Default)]
struct Held {
    files: BTreeMap<PathBuf, Layer>,
    /// Keys of objects, by the kind, the name and the key.
    objects: BTreeMap<(String, String, String), Layer>,
    /// Values of ConfigMaps that may be set one by one, by the same.
    values: BTreeMap<(String, String), (Place, String)>,
}

impl Layers {
    /// Those of some files.
    pub(super) fn new(files: &FileLookup<'_>, texts: &dyn Fn(ByteScan) -> Vec<Arc<Text>>) -> Self {
        let documents: Vec<(PathBuf, Vec<Document>)> = texts(may_hold)
            .iter()
            .map(|text| {
                let path = files.tree.absolute(Path::new(&**text.path()));
                (path, parse_all(text).0)
            })
            .collect();
        let mut held = Held::default();
        if laid::needs_values(&documents) {
            held.values = laid::values(&texts(may_be_laid));
        }
        for (path, documents) in &documents {
            held.file(path, documents);
        }
        for (path, documents) in &documents {
            held.generated(path, documents);
        }
        let mut out = Self {
            files: held.files.values().cloned().collect(),
            ..Self::default()
        };
        for (path, documents) in &documents {
            let folder = path.parent().unwrap_or(path);
            for document in documents {
                for manifest in manifests(document) {
                    out.manifest(&manifest, files, &held);
                }
                if let Some(root) = document.root() {
                    out.listed(root, folder, &held);
                }
            }
        }
        out
    }

    /// The layers of a HelmRelease or an Application.
    fn manifest(&mut self, manifest: &Manifest<'_>, files: &FileLookup<'_>, held: &Held) {
        let Some(spec) = manifest.root.get("spec") else {
            return;
        };
        match manifest.kind {
            "HelmRelease" => {
                let from = spec.get("valuesFrom").into_iter().flat_map(Node::items);
                let named = from.filter_map(|from| match laid::at_target(from, &held.values) {
                    Some(laid) => Some(Step::Laid(vec![laid])),
                    None => held.object(from).map(Step::Layer),
                });
                let inline = spec.get("values").map(|values| Step::Layer(inline(values)));
                self.releases.push(named.chain(inline).collect());
            }
            "HelmChart" => {
                let text = spec.get("valuesContent");
                let text = text.map(|text| Step::Layer(inline(text)));
                let set = Step::Laid(laid::in_mapping(spec.get("set")));
                self.releases.push(text.into_iter().chain([set]).collect());
            }
            "Application" => self.argo(spec, files, held),
            "ApplicationSet" => {
                let template = spec.get("template").and_then(|it| it.get("spec"));
                template
                    .into_iter()
                    .for_each(|spec| self.argo(spec, files, held));
            }
            _ => {}
        }
    }

    /// Files, then the text, then the object (argo-cd `util/helm/cmd.go`). A file behind `$REF` is below
    /// the root of its repository, which may be this one.
    fn argo(&mut self, spec: Node<'_>, files: &FileLookup<'_>, held: &Held) {
        let one = spec.get("source").into_iter();
        let several = spec.get("sources").into_iter().flat_map(Node::items);
        for source in one.chain(several) {
            let Some(helm) = source.get("helm") else {
                continue;
            };
            let folder = source.get("path").and_then(Node::as_str).unwrap_or("");
            let named = helm.get("valueFiles").into_iter().flat_map(Node::items);
            let named = named.filter_map(|name| {
                let name = name.as_str()?;
                let path = match name.strip_prefix('$') {
                    Some(rest) => PathBuf::from(rest.split_once('/')?.1),
                    None => Path::new(folder).join(name),
                };
                held.files.get(&files.tree.absolute(&path)).cloned()
            });
            let inline = ["values", "valuesObject"].iter().filter_map(|key| {
                let layer = inline(helm.get(key)?);
                Some(Layer {
                    is_whole: *key == "valuesObject",
                    ..layer
                })
            });
            let set = Step::Laid(laid::in_list(helm.get("parameters")));
            let layers = named.chain(inline).map(Step::Layer);
            self.releases.push(layers.chain([set]).collect());
        }
    }

    /// The layers of charts of a kustomization, and of the releases of a helmfile.
    fn listed(&mut self, root: Node<'_>, folder: &Path, held: &Held) {
        let file = |name: Node<'_>| {
            let path = on_disk(folder, name.as_str()?);
            held.files.get(&path).cloned()
        };
        for chart in root.get("helmCharts").into_iter().flat_map(Node::items) {
            let first = chart.get("valuesFile").into_iter();
            let more = chart.get("additionalValuesFiles");
            let named = first.chain(more.into_iter().flat_map(Node::items));
            let inline = chart.get("valuesInline").map(inline);
            let layers = named.filter_map(file).chain(inline);
            self.releases.push(layers.map(Step::Layer).collect());
        }
        for release in root.get("releases").into_iter().flat_map(Node::items) {
            let values = release.get("values").into_iter().flat_map(Node::items);
            let layers = values.filter_map(|values| match values.mapping() {
                Some(_) => Some(inline(values)),
                None => file(values),
            });
            let mut set = laid::in_list(release.get("set"));
            set.extend(laid::texts_in_list(release.get("setString")));
            let set = Step::Laid(set);
            let layers = layers.map(Step::Layer);
            self.releases.push(layers.chain([set]).collect());
        }
    }

    /// Whether each release with a layer that has a place replaces the list in which the place is.
    fn replaces(&self, place: &Place, logical: &str) -> bool {
        let with_it = self.releases.iter().filter_map(|steps| {
            let at = steps
                .iter()
                .position(|step| step.layer().is_some_and(|layer| layer.has(place)))?;
            Some(steps.iter().skip(at + 1).filter_map(Step::layer))
        });
        let mut is_known = false;
        let all = with_it.into_iter().all(|mut above| {
            is_known = true;
            above.any(|layer| layer.lists.iter().any(|list| is_below(logical, list)))
        });
        is_known && all
    }
}

impl Layer {
    /// Whether a place is in it.
    fn has(&self, place: &Place) -> bool {
        let line = place.start().line;
        *self.path == **place.path() && (self.lines.0..=self.lines.1).contains(&line)
    }
}

/// Whether a path leads into a list, whatever the path of the values begins with.
fn is_below(logical: &str, list: &str) -> bool {
    logical.match_indices('[').any(|(at, _)| {
        let head = logical.get(..at).unwrap_or_default();
        head.strip_suffix(list)
            .is_some_and(|before| before.is_empty() || before.ends_with(['.', ']']))
    })
}

impl Held {
    fn file(&mut self, path: &Path, documents: &[Document]) {
        let Some(root) = documents.first().and_then(Document::root) else {
            return;
        };
        if root.get("kind").is_none() && root.mapping().is_some() {
            let text = root.document().text();
            let layer = Layer {
                path: text.path().to_string(),
                logical: String::new(),
                lines: (0, usize::MAX),
                lists: lists(root),
                keys: completed::keys(root),
                is_whole: false,
            };
            self.files.insert(path.to_owned(), layer);
        }
        for manifest in documents.iter().flat_map(manifests) {
            let data = match manifest.kind {
                "ConfigMap" => "data",
                "Secret" => "stringData",
                _ => continue,
            };
            let data = manifest.root.get(data).and_then(Node::mapping);
            for entry in data.into_iter().flat_map(|data| data.entries()) {
                let key = (
                    manifest.kind.to_owned(),
                    manifest.name.to_owned(),
                    entry.name().to_owned(),
                );
                self.objects.insert(key, inline(entry.value));
            }
        }
    }

    /// Objects that a kustomization makes of files.
    fn generated(&mut self, path: &Path, documents: &[Document]) {
        let folder = path.parent().unwrap_or(path);
        for root in documents.iter().filter_map(Document::root) {
            for (generator, kind) in [
                ("configMapGenerator", "ConfigMap"),
                ("secretGenerator", "Secret"),
            ] {
                for object in root.get(generator).into_iter().flat_map(Node::items) {
                    let name = object.get("name").and_then(Node::as_str);
                    let files = object.get("files").into_iter().flat_map(Node::items);
                    for file in files.filter_map(Node::as_str) {
                        let (key, file) = file
                            .split_once('=')
                            .unwrap_or((file.rsplit('/').next().unwrap_or(file), file));
                        let layer = self.files.get(&on_disk(folder, file)).cloned();
                        let Some((name, layer)) = name.zip(layer) else {
                            continue;
                        };
                        let key = (kind.to_owned(), name.to_owned(), key.to_owned());
                        self.objects.insert(key, layer);
                    }
                }
            }
        }
    }

    /// The object that a HelmRelease names (fluxcd/helm-controller `api/v2`, `ValuesReference`).
    fn object(&self, from: Node<'_>) -> Option<Layer> {
        let text = |key: &str| from.get(key).and_then(Node::as_str);
        let key = text("valuesKey").unwrap_or("values.yaml");
        let known = (
            text("kind")?.to_owned(),
            text("name")?.to_owned(),
            key.to_owned(),
        );
        self.objects.get(&known).cloned()
    }
}

/// Values that are written in the file itself, as a mapping or as a text.
fn inline(values: Node<'_>) -> Layer {
    let place = values.place();
    let within = KeyPath {
        identity: values.identity(),
        logical: values.path(),
    };
    let text = values
        .scalar()
        .and_then(|_| embedded(values, within, Dollars::Plain));
    let both = |root| (lists(root), completed::keys(root));
    let (lists, keys) = match text.map(|text| parse_first(&text)) {
        Some(Ok(document)) => document.root().map(both).unwrap_or_default(),
        Some(Err(_)) => Default::default(),
        None => both(values),
    };
    Layer {
        path: place.path().to_string(),
        logical: values.path(),
        is_whole: false,
        lines: (place.start().line, place.end().line),
        lists,
        keys,
    }
}

/// The paths of the lists that values set.
fn lists(values: Node<'_>) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    collect(values, "", DEEPEST, &mut out);
    out
}

fn collect(node: Node<'_>, path: &str, depth: usize, out: &mut BTreeSet<String>) {
    let Some(depth) = depth.checked_sub(1) else {
        return;
    };
    for entry in node.mapping().into_iter().flat_map(|map| map.entries()) {
        let path = match path.is_empty() {
            true => entry.name().to_owned(),
            false => format!("{path}.{}", entry.name()),
        };
        if entry.value.sequence().is_some() {
            out.insert(path);
        } else {
            collect(entry.value, &path, depth, out);
        }
    }
}

impl Facts<'_> {
    /// Whether releases of the tree lay another list over the one in values in which a place is.
    #[must_use]
    pub fn is_replaced_in_values(&self, place: &Place, logical: &str) -> bool {
        let layers = self.shared.layers(&self.files);
        layers.replaces(place, logical)
    }
}
