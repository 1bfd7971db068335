//! Patches that are lists of operations (RFC 6902). They are judged as what they write into the object
//! that they change.

use std::sync::Arc;

use super::super::embedded::in_object;
use super::super::manifest::Manifest;
use super::merged::{MergedConfiguration, is_index, pointer, steps_of};
use super::spoken::WrittenPart;
use super::{EmbeddedIn, Finder, RecognizedFile};
use crate::schema::dialect::table::{ObjectKind, ObjectRole};
use crate::schema::dialect::tables;
use crate::yaml::Node;

/// What a patch changes. The texts are patterns in a kustomization.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct PatchTarget<'t> {
    pub(super) kind: &'t str,
    pub(super) name: &'t str,
    pub(super) namespace: Option<&'t str>,
}

/// Where the kinds of objects that send have their endpoints, and one of these kinds: what is meant
/// by a patch whose target is in another file.
const TELLING: &[(&str, &str)] = &[
    ("/spec/remoteWrite", "Prometheus"),
    ("/spec/prometheusConfig/remoteWrite", "MonitoringStack"),
    ("/spec/endpoints", "ServiceMonitor"),
    ("/spec/podMetricsEndpoints", "PodMonitor"),
];

/// Kinds that carry values of charts, manifests or configurations of programs.
const CARRIERS: &[&str] = &[
    "Application",
    "ApplicationSet",
    "ConfigMap",
    "HelmChart",
    "HelmChartConfig",
    "HelmRelease",
    "OpenTelemetryCollector",
    "Secret",
];

/// How many steps lead to a key directly below `spec`.
const OF_SPEC: usize = 2;

/// What the operations of a patch write.
struct WrittenParts<'d> {
    /// Keys of the object, and items of its lists.
    whole: MergedConfiguration<'d>,
    /// Keys in items and sections, by the way to these: what is beside them is in the object.
    parts: Vec<(Vec<String>, MergedConfiguration<'d>)>,
    /// All ways.
    ways: Vec<Vec<String>>,
    values: Vec<WrittenPart>,
    /// Operations that write what is somewhere else in the object.
    moves: Vec<Node<'d>>,
}

impl<'d> WrittenParts<'d> {
    fn of(list: Node<'d>) -> Self {
        let mut out = Self {
            whole: MergedConfiguration::new(list),
            parts: Vec::new(),
            ways: Vec::new(),
            values: Vec::new(),
            moves: Vec::new(),
        };
        for operation in list.items() {
            let text = |key: &str| operation.get(key).and_then(Node::as_str);
            let Some(path) = text("path") else { continue };
            let way = pointer(path);
            match text("op") {
                Some("add" | "replace") => {
                    let at = operation.get("path").unwrap_or(operation);
                    if let Some(value) = operation.get("value") {
                        out.put(list, &way, at, value);
                        out.note(&way, at, value);
                        out.ways.push(way);
                    }
                }
                Some("copy" | "move") => {
                    out.moves.push(operation);
                    out.ways.push(way);
                }
                // The others write nothing.
                _ => {}
            }
        }
        out
    }

    fn note(&mut self, way: &[String], at: Node<'d>, value: Node<'d>) {
        let mut target = String::new();
        for part in way {
            match is_index(part) {
                true => target.push_str(&format!("[{part}]")),
                false if target.is_empty() => target.push_str(part),
                false => target.push_str(&format!(".{part}")),
            }
        }
        // Where a key is missing or wrong that the way leads through, the path is the place.
        for (node, is_value) in [(value, true), (at, false)] {
            self.values.push(WrittenPart {
                logical: node.path(),
                target: target.clone(),
                is_value,
                is_section: is_value && value.scalar().is_none(),
            });
        }
    }

    fn put(&mut self, list: Node<'d>, way: &[String], at: Node<'d>, value: Node<'d>) {
        let in_item = way.iter().position(|part| is_index(part));
        let is_nested = in_item.is_none() && way.len() > OF_SPEC;
        let in_section = is_nested.then_some(OF_SPEC - 1);
        let in_item = in_item.filter(|index| index + 1 < way.len());
        let spans = steps_of(at);
        let Some(index) = in_item.or(in_section) else {
            self.whole.put_below(way, &spans, at, value);
            return;
        };
        let item = way.get(..=index).unwrap_or_default();
        let known = self.parts.iter().position(|(known, _)| known == item);
        let place = known.unwrap_or_else(|| {
            self.parts
                .push((item.to_vec(), MergedConfiguration::new(list)));
            self.parts.len() - 1
        });
        if let Some((_, part)) = self.parts.get_mut(place) {
            part.put_below(way, &spans, at, value);
        }
    }
}

/// The object that a patch changes.
enum PatchedObject {
    /// Of this kind.
    Surely(&'static ObjectKind),
    /// Perhaps of this kind, or of another one with such keys.
    Perhaps(&'static ObjectKind),
    Carrier,
}

impl PatchedObject {
    /// What a target and the ways of operations tell.
    fn of(target: Option<PatchTarget<'_>>, ways: &[Vec<String>]) -> Option<Self> {
        let pattern = target.map_or("", |target| target.kind);
        if CARRIERS.contains(&pattern) {
            return Some(Self::Carrier);
        }
        if let Some(kind) = tables::KINDS.iter().find(|kind| kind.kind == pattern) {
            return Some(Self::Surely(kind));
        }
        if pattern.is_empty() {
            let telling = ways.iter().find_map(|way| {
                let path = format!("/{}", way.join("/"));
                let telling = TELLING.iter().find(|(start, _)| path.starts_with(start));
                telling.map(|(_, kind)| *kind)
            })?;
            let kind = tables::KINDS.iter().find(|kind| kind.kind == telling);
            return kind.map(Self::Perhaps);
        }
        let has_all = |kind: &ObjectKind| {
            let keys = ways.iter().filter_map(|way| way.get(OF_SPEC - 1));
            keys.into_iter().all(|key| kind.shape.find(key).is_some())
        };
        let meant = of_pattern(pattern);
        let mut fitting = meant.filter(|kind| has_all(kind));
        let first = fitting.next()?;
        Some(match fitting.next() {
            None => Self::Surely(first),
            Some(_) => Self::Perhaps(first),
        })
    }
}

/// The kinds that a pattern may mean: kustomize takes a whole regular expression (kubernetes-sigs/kustomize
/// `api/types/selector.go`, `anchorRegex`).
fn of_pattern(pattern: &str) -> impl Iterator<Item = &'static ObjectKind> {
    let anchored = format!("^(?:{pattern})$");
    let regex = regex_lite::RegexBuilder::new(&anchored)
        .size_limit(LARGEST_PATTERN)
        .build()
        .ok()
        .filter(|_| !pattern.is_empty());
    let mut kinds = tables::KINDS.iter();
    std::iter::from_fn(move || {
        let regex = regex.as_ref()?;
        kinds.find(|kind| regex.is_match(kind.kind))
    })
}

/// As large as a pattern for kinds may become, in bytes: alternatives of all kinds have a tenth of it.
const LARGEST_PATTERN: usize = 64 * 1024;

/// Whether a kind is one whose objects promvet reads, by the pattern of a target.
pub(super) fn is_kind_read(pattern: &str) -> bool {
    CARRIERS.contains(&pattern) || of_pattern(pattern).next().is_some()
}

impl<'d> Finder<'d> {
    /// The operations of a patch. A target that is not known is in the kustomization that names the file.
    pub(super) fn operations(
        &self,
        list: Node<'d>,
        target: Option<PatchTarget<'_>>,
        out: &mut Vec<RecognizedFile>,
    ) {
        let written = WrittenParts::of(list);
        let Some(object) = PatchedObject::of(target, &written.ways) else {
            return;
        };
        let target = target.unwrap_or_default();
        let from = out.len();
        let finder = self.patching();
        let is_beside_keys = match object {
            PatchedObject::Surely(kind) | PatchedObject::Perhaps(kind) => {
                kind.part == ObjectRole::Job && written.ways.iter().all(|way| way.len() >= OF_SPEC)
            }
            PatchedObject::Carrier => false,
        };
        let of_whole = finder.partly(is_beside_keys);
        of_whole.patched(&written.whole, target, &object, out);
        for (_, part) in &written.parts {
            finder.partly(true).patched(part, target, &object, out);
        }
        let spoken = out.get_mut(from..).unwrap_or_default().iter_mut();
        let spoken = spoken.filter_map(|found| Arc::get_mut(found.spoken.as_mut()?));
        for spoken in spoken {
            spoken.written.clone_from(&written.values);
            // The keys of the kind that it is may be others.
            if matches!(object, PatchedObject::Perhaps(_)) {
                spoken.without_findings();
            }
        }
        if matches!(object, PatchedObject::Surely(_)) {
            for operation in written.moves {
                out.push(self.unread(operation, MOVED, Some(SETTLE)));
            }
        }
    }

    /// What an object has that a patch puts together.
    fn patched(
        &self,
        patch: &MergedConfiguration<'d>,
        target: PatchTarget<'_>,
        object: &PatchedObject,
        out: &mut Vec<RecognizedFile>,
    ) {
        let Some(document) = patch.document(self.document) else {
            return;
        };
        let Some(root) = document.root().filter(|root| root.mapping().is_some()) else {
            return;
        };
        let finder = self.within(&document);
        let (PatchedObject::Surely(kind) | PatchedObject::Perhaps(kind)) = object else {
            let manifest = Manifest {
                root,
                kind: target.kind,
                name: target.name,
                namespace: target.namespace,
                in_template: false,
            };
            out.extend(in_object(manifest, self.template));
            finder.carrier(manifest, out);
            return;
        };
        let Some(spec) = root.get("spec") else {
            return;
        };
        let holder = EmbeddedIn::Resource {
            kind: kind.kind,
            name: target.name.to_owned(),
            namespace: target.namespace.map(str::to_owned),
        };
        finder.resource(kind, spec, holder, out);
    }
}

/// Why what an operation writes is not checked.
const MOVED: &str = "promvet does not follow `copy` and `move` in patches";
const SETTLE: &str = "run promvet on what kustomize renders";
