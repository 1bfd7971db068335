//! Configurations of Grafana Alloy.

use std::sync::Arc;

use super::super::embedded_in::EmbeddedIn;
use super::super::examine::{
    ConfigurationKind as Sort, FileContent, RecognizedFile, TemplateEvidence,
};
use super::DialectWording;
use crate::discover::program;
use crate::finding::{Finding, Place, Text, Unchecked};
use crate::schema::alloy::{self, AlloyDocument};
use crate::schema::dialect::{ALLOY, KeyReference, KeySpelling, Translation};

/// Endpoints in a configuration of Alloy.
pub(in crate::discover) fn alloy_in(
    text: &Arc<Text>,
    template: Option<TemplateEvidence>,
) -> Vec<RecognizedFile> {
    let made = |(read, findings, unchecked, references): (AlloyDocument, _, _, _)| {
        let mut spelling = KeySpelling::default();
        for (native, written) in read.written {
            spelling.add(native, written);
        }
        let found = Translation {
            document: read.document,
            findings,
            spelling,
            references,
            refused_forms: Vec::new(),
        };
        let (document, spoken) = DialectWording::new(found, &ALLOY);
        let spoken = DialectWording {
            unchecked,
            program: Some(program::ALLOY),
            ..spoken
        };
        RecognizedFile {
            template: Some(template.unwrap_or(TemplateEvidence::Variables)),
            holder: Some(EmbeddedIn::Part(program::ALLOY)),
            spoken: Some(Arc::new(spoken)),
            ..RecognizedFile::new(
                Arc::clone(text),
                FileContent::Configuration {
                    dialect: Sort::Fragment,
                    document,
                },
                "it has components of Alloy".to_owned(),
            )
        }
    };
    let alloy::AlloyReading {
        documents,
        keys,
        faults,
        slips,
        variables,
        stopped,
    } = alloy::read(text);
    let stopped = stopped.map(|span| Unchecked {
        cause: None,
        place: Place::new(text, span),
        logical: String::new(),
        reason: "promvet cannot read this statement of Alloy, nor what follows".to_owned(),
        settle: Some("check it with `alloy fmt`; a template has to be rendered first".to_owned()),
    });
    let variables = match template {
        Some(_) => Vec::new(),
        None => variables,
    };
    let faults = faults.into_iter().chain(variables);
    // What follows may be the component that is missing.
    let faults = faults.filter(|_| stopped.is_none());
    let is_alloy = alloy_words(text.content());
    let faults = faults.chain(slips.into_iter().filter(|_| is_alloy));
    let faults: Vec<Finding> = faults.map(|fault| fault_of(text, fault)).collect();
    let keys = keys.into_iter().map(|key| reference(text, key));
    let keys: Vec<KeyReference> = keys.collect();
    let is_any = !faults.is_empty() || stopped.is_some() || !keys.is_empty();
    let of_all = is_any.then(|| (alloy::nothing(text), faults, stopped, keys));
    let read = documents
        .into_iter()
        .map(|document| (document, Vec::new(), None, Vec::new()));
    read.chain(of_all).map(made).collect()
}

/// A key of a Secret or a ConfigMap that Alloy reads.
fn reference(text: &Arc<Text>, key: alloy::ReadKey) -> KeyReference {
    KeyReference {
        kind: key.kind,
        name: key.name,
        namespace: Some(key.namespace),
        key: key.key,
        field: key.field,
        is_inline: true,
        place: Place::new(text, key.span),
        logical: String::new(),
        identity: String::new(),
    }
}

/// Whether a text has words of Alloy: other languages have files of the same ending.
fn alloy_words(text: &str) -> bool {
    let words = ["prometheus.", "loki.", "otelcol.", "discovery."];
    words.iter().any(|word| text.contains(word))
}

fn fault_of(text: &Arc<Text>, fault: alloy::GraphFault) -> Finding {
    let place = Place::new(text, fault.span);
    Finding::new(fault.rule, fault.severity, place, fault.message).help(fault.advice)
}

/// Whether a file with the name of Alloy's is one by its first line: no statement begins with `key:`, and
/// whole manifests have been given that name.
pub(in crate::discover) fn begins_as_alloy(text: &str) -> bool {
    let mut lines = text.lines().map(str::trim_end);
    let first = lines.find(|line| !(line.is_empty() || line.starts_with(['#', '/', '-'])));
    let key = first.and_then(|line| line.split_once(':'));
    let ends = |rest: &str| rest.is_empty() || rest.starts_with(' ');
    let is_key = |key: &str| {
        !key.is_empty()
            && key
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
    };
    !key.is_some_and(|(key, rest)| is_key(key) && ends(rest))
}

/// Whether a text is a configuration of Alloy that sends, whatever its name: all of it can be read as
/// one. A document with such a configuration in it is none.
pub(crate) fn is_alloy(text: &Arc<Text>) -> bool {
    may_be_alloy(text.content()) && {
        let read = alloy::read(text);
        read.stopped.is_none() && !read.documents.is_empty()
    }
}

/// Whether a line of a text begins a component of Alloy that sends.
pub(super) fn may_be_alloy(text: &str) -> bool {
    let head = "prometheus.remote_write \"";
    let mut lines = text.lines();
    memchr::memmem::find(text.as_bytes(), head.as_bytes()).is_some()
        && lines.any(|line| line.trim_start().starts_with(head))
}
