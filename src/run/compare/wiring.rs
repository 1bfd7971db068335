//! How components are connected in a file of Alloy or of a Collector: what samples go through on their way.

use std::collections::{BTreeSet, HashSet};
use std::path::PathBuf;
use std::sync::Arc;

use super::own;
use super::subject::ComparedPart;
use super::value::{ComparedValue, SectionFields};
use crate::discover::FileContent;
use crate::discover::program::COLLECTOR;
use crate::finding::{Place, Text, is_secret_name};
use crate::report::comparison::SubjectKind;
use crate::run::survey::ScannedFile;
use crate::schema::alloy;
use crate::schema::dialect::ALLOY;
use crate::yaml::{Document, Node};

/// How the components of one configuration are connected.
pub(super) struct Wiring<'s> {
    pub(super) seen: &'s ScannedFile,
    pub(super) part: ComparedPart<'s>,
}

/// That of the files that changed.
pub(super) fn all<'s>(
    seen: &'s [Arc<ScannedFile>],
    changed: &BTreeSet<PathBuf>,
) -> Vec<Wiring<'s>> {
    let mut known = HashSet::new();
    let changed = seen.iter().filter(|it| changed.contains(&it.found.path));
    let all = changed.filter_map(|seen| {
        let FileContent::Configuration { document, .. } = &seen.recognized.what else {
            return None;
        };
        let holder = seen.recognized.holder.as_ref();
        let dialect = seen.recognized.spoken.as_ref()?.dialect;
        let (fields, place) = match holder?.program()? {
            COLLECTOR => pipelines(document)?,
            _ if std::ptr::eq(dialect, &ALLOY) => of_alloy(&seen.recognized.text),
            _ => return None,
        };
        let part = ComparedPart {
            kind: SubjectKind::Configuration,
            name: String::new(),
            is_numbered: false,
            fields,
            place: place.clone(),
            parts: Vec::new(),
        };
        let (path, start, end) = place.order();
        let is_first = known.insert((path.to_owned(), start, end));
        is_first.then_some(Wiring { seen, part })
    });
    all.collect()
}

fn of_alloy<'d>(text: &Arc<Text>) -> (SectionFields<'d>, Place) {
    let mut fields = SectionFields::new();
    let whole = crate::finding::Span::new(0, text.content().len());
    for attribute in alloy::wiring(text) {
        let place = Place::new(text, attribute.span);
        let name = attribute.path.rsplit('.').next().unwrap_or_default();
        let is_secret = is_secret_name(name);
        let values = attribute.values.iter().map(|value| match is_secret {
            true => ComparedValue::Secret(value.clone(), place.clone()),
            false => ComparedValue::text(value, place.clone()),
        });
        let values: Vec<_> = values.collect();
        match fields.get_mut(&attribute.path) {
            // A block may be there several times.
            Some(ComparedValue::Set(known, _)) => known.extend(values),
            _ => _ = fields.insert(attribute.path, ComparedValue::Set(values, place)),
        }
    }
    (fields, Place::new(text, whole))
}

/// The pipelines of metrics in the configuration that a translated part is in, and their processors.
fn pipelines<'d>(native: &Document) -> Option<(SectionFields<'d>, Place)> {
    let part = own::node_at(native.source()?.root()?, native.root()?.place().span())?;
    let mut around = std::iter::successors(Some(part), |node| node.parent());
    let root = around.find(|node| node.get("service").is_some())?;
    let mut fields = SectionFields::new();
    let all = root.get("service")?.get("pipelines")?.mapping()?;
    for pipeline in all.entries() {
        if pipeline.name().split('/').next() != Some("metrics") {
            continue;
        }
        for key in ["receivers", "processors", "exporters"] {
            let Some(list) = pipeline.value.get(key) else {
                continue;
            };
            let items = list.items().filter_map(|item| {
                let name = item.as_str()?;
                component(root, key, name, &mut fields);
                Some(ComparedValue::text(name, item.place()))
            });
            let items: Vec<_> = items.collect();
            let value = match key {
                "processors" => ComparedValue::List(items, list.place()),
                _ => ComparedValue::Set(items, list.place()),
            };
            fields.insert(
                format!("service.pipelines.{}.{key}", pipeline.name()),
                value,
            );
        }
    }
    Some((fields, root.place()))
}

/// Adds a component that samples go through.
fn component(root: Node<'_>, list: &str, name: &str, fields: &mut SectionFields<'_>) {
    let section = match list {
        "processors" => "processors",
        _ => "connectors",
    };
    let settings = root.get(section).and_then(|section| section.get(name));
    if let Some(value) = settings.and_then(own::plain) {
        fields.insert(format!("{section}.{name}"), value);
    }
}
