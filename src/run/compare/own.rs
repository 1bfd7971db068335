//! Keys of another dialect that have no native counterpart and change what is scraped or sent: selectors and
//! ports of the Operator, labels that an exporter adds, flags of vmagent.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::difference::TARGETS;
use super::subject::ComparedPart;
use super::unit::ComparedUnit;
use super::value::{ComparedValue, SectionFields};
use crate::discover::{DialectWording, EmbeddedIn, OwnFlag, Selector, own_flags};
use crate::facts::receiver::names_tenant;
use crate::finding::{Place, Span, is_secret_name};
use crate::report::comparison::SubjectKind;
use crate::schema::dialect::{OPERATOR_VALUES, VMAGENT};
use crate::yaml::{Document, Kind, Mapping, Node};

/// Keys of resources that say how Prometheus is run (prometheus-operator v0.93.0
/// `pkg/apis/monitoring/v1/prometheus_types.go`): the deployment is not compared.
const OF_DEPLOYMENT: &[&str] = &[
    "affinity",
    "automountServiceAccountToken",
    "baseImage",
    "configMaps",
    "containers",
    "dnsConfig",
    "dnsPolicy",
    "enableAdminAPI",
    "externalUrl",
    "hostAliases",
    "hostNetwork",
    "hostUsers",
    "image",
    "imagePullPolicy",
    "imagePullSecrets",
    "initContainers",
    "listenLocal",
    "logFormat",
    "logLevel",
    "minReadySeconds",
    "nodeSelector",
    "persistentVolumeClaimRetentionPolicy",
    "podManagementPolicy",
    "podMetadata",
    "portName",
    "priorityClassName",
    "reloadStrategy",
    "resources",
    "routePrefix",
    "schedulerName",
    "secrets",
    "securityContext",
    "serviceAccountName",
    "serviceName",
    "sha",
    "storage",
    "tag",
    "terminationGracePeriodSeconds",
    "tolerations",
    "topologySpreadConstraints",
    "updateStrategy",
    "volumeMounts",
    "volumes",
    "web",
];

/// Labels by which a Prometheus of either tree selects resources.
#[derive(Clone, Debug, Default)]
pub(super) struct SelectedLabels {
    names: BTreeSet<String>,
    /// Whether some selector may name any label.
    are_all: bool,
}

impl SelectedLabels {
    /// Adds what a resource selects by.
    pub(super) fn add(&mut self, spoken: &DialectWording) {
        let selecting = spoken.selecting.iter();
        for (_, selector, _) in selecting.flat_map(|it| &it.choices) {
            match selector {
                Selector::Null => {}
                Selector::Labels(labels) => {
                    self.names.extend(labels.iter().map(|it| it.name.clone()));
                }
                Selector::Unknown => self.are_all = true,
            }
        }
    }

    /// The same of both trees.
    pub(super) fn and(mut self, other: &Self) -> Self {
        self.names.extend(other.names.iter().cloned());
        self.are_all |= other.are_all;
        self
    }
}

/// Puts the other keys of a translated configuration into the parts that they belong to.
pub(super) fn add(
    unit: &mut ComparedUnit<'_>,
    native: &Document,
    spoken: &DialectWording,
    holder: Option<&EmbeddedIn>,
    selected: &SelectedLabels,
) {
    if std::ptr::eq(spoken.dialect, &VMAGENT) {
        return add_flags(unit, own_flags(native));
    }
    let (Some(source), Some(root)) = (native.source(), native.root()) else {
        return;
    };
    // In values, the part that becomes the `spec` of a resource.
    let is_spec = std::ptr::eq(spoken.dialect, &OPERATOR_VALUES);
    let is_resource = matches!(holder, Some(EmbeddedIn::Resource { .. })) || is_spec;
    let parts = unit.parts.iter().enumerate();
    let mut reader = OwnKeys {
        translated: HashSet::new(),
        references: Vec::new(),
        parts: parts.map(|(at, part)| (part.place.span(), at)).collect(),
        found: BTreeMap::new(),
    };
    reader.note(root);
    let references = spoken.references.iter().map(|it| it.place.span());
    reader.references = references
        .filter(|it| reader.translated.contains(it))
        .collect();
    let at = source
        .root()
        .and_then(|top| node_at(top, root.place().span()));
    if let Some(at) = at.filter(|_| is_resource) {
        let rest = reader.value(at, "");
        if let (Some(ComparedValue::Map(fields, _)), Some(part)) = (rest, &mut unit.rest) {
            put(&mut part.fields, fields);
        }
        let labels = at.parent().and_then(|top| labels(top, selected));
        if let (Some(labels), Some(rest)) = (labels, &mut unit.rest) {
            rest.fields.insert("labels".to_owned(), labels);
        }
    } else {
        // What is around the parts belongs to other programs.
        for place in unit.parts.iter().map(|part| &part.place) {
            let node = source.root().and_then(|top| node_at(top, place.span()));
            node.and_then(|node| reader.value(node, ""));
        }
    }
    for (number, fields) in reader.found {
        if let Some(part) = unit.parts.get_mut(number) {
            put(&mut part.fields, fields);
        }
    }
}

/// The labels of a resource of rules by which a Prometheus selects it.
pub(super) fn of_rules<'d>(
    native: &Document,
    selected: &SelectedLabels,
) -> Option<ComparedPart<'d>> {
    let (source, root) = (native.source()?, native.root()?);
    let at = node_at(source.root()?, root.place().span())?;
    let labels = labels(at.parent()?, selected)?;
    Some(ComparedPart {
        kind: SubjectKind::Configuration,
        name: String::new(),
        is_numbered: false,
        fields: SectionFields::from([("labels".to_owned(), labels)]),
        place: root.place(),
        parts: Vec::new(),
    })
}

fn labels<'d>(resource: Node<'_>, selected: &SelectedLabels) -> Option<ComparedValue<'d>> {
    let labels = resource.get("metadata")?.get("labels")?;
    let entries = labels.mapping()?.entries();
    let counts = |name: &str| selected.are_all || selected.names.contains(name);
    let fields: SectionFields<'d> = entries
        .filter(|entry| counts(entry.name()))
        .filter_map(|entry| {
            let text = entry.value.as_str()?;
            let value = ComparedValue::text(text, entry.value.place());
            Some((entry.name().to_owned(), value))
        })
        .collect();
    Some(ComparedValue::Map(fields, labels.place()))
}

/// The mapping with a span in the file.
pub(super) fn node_at(top: Node<'_>, span: Span) -> Option<Node<'_>> {
    let mut node = top;
    loop {
        let at = node.place().span();
        if at == span && node.mapping().is_some() {
            return Some(node);
        }
        let contains = |node: &Node<'_>| {
            let at = node.place().span();
            !node.is_alias() && at.start <= span.start && span.end <= at.end
        };
        let values = node.mapping().into_iter().flat_map(|map| map.written());
        let mut below = values.map(|entry| entry.value).chain(node.items());
        node = below.find(contains)?;
    }
}

/// Adds fields to others; a name that both have is that of the native key.
fn put<'d>(fields: &mut SectionFields<'d>, more: SectionFields<'d>) {
    for (name, value) in more {
        // The targets of a job have a form of their own.
        if let (TARGETS, ComparedValue::Map(inner, _)) = (&*name, &value) {
            let inner = inner.clone().into_iter();
            fields.extend(inner.map(|(key, value)| (format!("{TARGETS}.{key}"), value)));
            continue;
        }
        match (fields.get_mut(&name), value) {
            (None, value) => _ = fields.insert(name, value),
            (Some(ComparedValue::Map(known, _)), ComparedValue::Map(more, _)) => put(known, more),
            (Some(_), value) => _ = fields.insert(format!("spec.{name}"), value),
        }
    }
}

/// A value that no translation has, in which the order of items does not matter.
pub(super) fn plain<'d>(node: Node<'_>) -> Option<ComparedValue<'d>> {
    OwnKeys::default().value(node, "")
}

/// Reads what a translation left out.
#[derive(Default)]
struct OwnKeys<'d> {
    /// Where the values are that it has.
    translated: HashSet<Span>,
    /// Where keys of Secrets and ConfigMaps are named, which it has too.
    references: Vec<Span>,
    /// The parts of the configuration, by where they are.
    parts: HashMap<Span, usize>,
    /// What belongs to them.
    found: BTreeMap<usize, SectionFields<'d>>,
}

impl<'d> OwnKeys<'d> {
    /// Notes the values of a native tree.
    fn note(&mut self, node: Node<'_>) {
        match node.kind() {
            Kind::Scalar(_) => _ = self.translated.insert(node.place().span()),
            Kind::Sequence(list) => list.iter().for_each(|item| self.note(item)),
            Kind::Mapping(map) => map.written().for_each(|entry| self.note(entry.value)),
        }
    }

    /// What is left of a value.
    fn value(&mut self, node: Node<'_>, name: &str) -> Option<ComparedValue<'d>> {
        let place = node.place();
        let span = place.span();
        let is_named = |it: &Span| it.start <= span.start && span.end <= it.end;
        if node.is_null() || self.references.iter().any(is_named) {
            return None;
        }
        match node.kind() {
            Kind::Scalar(_) if self.translated.contains(&span) => None,
            Kind::Scalar(scalar) if is_secret_name(name) => {
                Some(ComparedValue::Secret(scalar.text.to_owned(), place))
            }
            Kind::Scalar(scalar) => Some(ComparedValue::text(scalar.text, place)),
            Kind::Sequence(list) => {
                let items: Vec<_> = list.iter().filter_map(|it| self.value(it, name)).collect();
                let is_left = list.is_empty() || !items.is_empty();
                is_left.then_some(ComparedValue::Set(items, place))
            }
            Kind::Mapping(map) => {
                let part = self.parts.get(&span).copied();
                let fields = self.fields(map);
                if let Some(part) = part {
                    self.found.insert(part, fields);
                    return None;
                }
                let is_left = map.written().next().is_none() || !fields.is_empty();
                let value = ComparedValue::Map(fields, place.clone());
                match name == "selector" || name.ends_with("Selector") {
                    true => Some(ComparedValue::meaning_as(
                        value.to_meaning(),
                        &value.shown(),
                        place,
                    )),
                    false => is_left.then_some(value),
                }
            }
        }
    }

    fn fields(&mut self, map: Mapping<'_>) -> SectionFields<'d> {
        let entries = map.entries();
        let entries = entries.filter(|entry| !OF_DEPLOYMENT.contains(&entry.name()));
        let fields = entries.filter_map(|entry| {
            let value = self.value(entry.value, entry.name())?;
            Some((entry.name().to_owned(), value))
        });
        fields.collect()
    }
}

/// The flag with headers, separated by `^^` (`app/vmagent/remotewrite/client.go` of VictoriaMetrics).
const HEADERS: &str = "remoteWrite.headers";

fn add_flags(unit: &mut ComparedUnit<'_>, flags: Vec<OwnFlag>) {
    let mut by_name: BTreeMap<String, Vec<OwnFlag>> = BTreeMap::new();
    for flag in flags {
        by_name.entry(flag.name.clone()).or_default().push(flag);
    }
    let Some(rest) = &mut unit.rest else { return };
    for (name, flags) in by_name {
        let Some(place) = flags.first().map(|flag| flag.place.clone()) else {
            continue;
        };
        let values = flags.iter().map(|flag| match name == HEADERS {
            true => headers(&flag.value, &flag.place),
            false if is_secret_name(name.rsplit('.').next().unwrap_or(&name)) => {
                ComparedValue::Secret(flag.value.clone(), flag.place.clone())
            }
            false => ComparedValue::text(&flag.value, flag.place.clone()),
        });
        let mut values: Vec<_> = values.collect();
        // The n-th value is that of the n-th URL.
        let value = match values.pop() {
            Some(only) if values.is_empty() => only,
            last => {
                values.extend(last);
                ComparedValue::List(values, place)
            }
        };
        rest.fields.insert(format!("-{name}"), value);
    }
}

fn headers<'d>(text: &str, place: &Place) -> ComparedValue<'d> {
    let pairs = text.split("^^").filter_map(|header| header.split_once(':'));
    let fields = pairs.map(|(name, value)| {
        let name = name.trim().to_ascii_lowercase();
        let value = value.trim();
        let shown = match names_tenant(&name) {
            true => ComparedValue::text(value, place.clone()),
            false => ComparedValue::Secret(value.to_owned(), place.clone()),
        };
        (name, shown)
    });
    ComparedValue::Map(fields.collect(), place.clone())
}
