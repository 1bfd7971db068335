//! Configurations in keys and texts that a container is started with.

use std::sync::Arc;

use super::super::embedded_in::EmbeddedIn;
use super::super::examine::{FileContent, RecognizedFile, TemplateEvidence, examine_as};
use super::super::manifest::manifests;
use super::{OBJECTS, documents, tags_in, text_of};
use crate::finding::{KeyPath, Place, Text};
use crate::yaml::{Dollars, Entry};

/// A key of a manifest, or the config of a compose file, that Prometheus is started with: a
/// configuration, whatever it looks like. None if it is not there as a text, or a template fills it.
#[must_use]
pub(crate) fn started_key(
    text: &Arc<Text>,
    (kind, name, key): (&str, &str, &str),
) -> Option<RecognizedFile> {
    let documents = documents(text).documents;
    if kind == "config" {
        let root = documents.first()?.root()?;
        let config = root.get("configs")?.get(name)?.mapping()?;
        let holder = EmbeddedIn::Compose(name.to_owned());
        let template = Some(TemplateEvidence::Variables);
        return as_configuration(
            config.entry("content")?,
            name,
            holder,
            Dollars::Doubled,
            template,
        );
    }
    let (kind, below) = *OBJECTS.iter().find(|(known, _)| *known == kind)?;
    let mut objects = documents.iter().flat_map(manifests);
    objects.find_map(|manifest| {
        let is_it = manifest.kind == kind && manifest.name == name;
        let entry = manifest.root.get(below)?.mapping()?.entry(key);
        let holder = EmbeddedIn::Object {
            kind,
            name: name.to_owned(),
            namespace: manifest.namespace.map(str::to_owned),
            key: key.to_owned(),
        };
        let template = manifest.in_template.then_some(TemplateEvidence::Variables);
        as_configuration(
            entry.filter(|_| is_it)?,
            key,
            holder,
            Dollars::Plain,
            template,
        )
    })
}

/// A part of a file that Prometheus is started with, such as a here-document of a Dockerfile. If it
/// is not sure that Prometheus reads it, it has to look like a configuration.
#[must_use]
pub(crate) fn started_part(place: &Place, name: &str, is_sure: bool) -> Option<RecognizedFile> {
    let (text, span) = (place.text(), place.span());
    let content = text.slice(span).to_owned();
    let ends = [(0, span.start as usize), (content.len(), span.end as usize)];
    let within = KeyPath {
        identity: name.to_owned(),
        logical: String::new(),
    };
    let part = Text::embedded(text, content, &ends, within);
    let found = examine_as(part, name, is_sure, false);
    let found = if is_sure {
        found.into_configuration()
    } else {
        found
    };
    let is_one = matches!(
        found.what,
        FileContent::Configuration { .. } | FileContent::Broken { .. }
    );
    is_one.then(|| RecognizedFile {
        template: found.template.or(Some(TemplateEvidence::Variables)),
        holder: Some(EmbeddedIn::Part("part")),
        ..found
    })
}

/// The value of a key as a configuration; none if what fills it is not known.
pub(super) fn as_configuration(
    entry: Entry<'_>,
    name: &str,
    holder: EmbeddedIn,
    dollars: Dollars,
    template: Option<TemplateEvidence>,
) -> Option<RecognizedFile> {
    let written = entry.value.document().text().slice(entry.value.span());
    let text = text_of(entry, &holder, dollars)?;
    if tags_in(written) > tags_in(text.content()) {
        return None;
    }
    let found = examine_as(text, name, true, false).into_configuration();
    found.text.recognize();
    Some(RecognizedFile {
        template: found.template.or(template),
        holder: Some(holder),
        ..found
    })
}
