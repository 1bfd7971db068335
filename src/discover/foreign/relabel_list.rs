//! Relabel rules in a file of their own, as vmagent takes them for what it sends (VictoriaMetrics v1.140
//! `app/vmagent/remotewrite/relabel.go`).

use std::sync::Arc;

use super::{EmbeddedIn, Finder, RecognizedFile};
use crate::discover::program;
use crate::finding::Place;
use crate::schema::dialect::{KeySpelling, Translation, VMAGENT};
use crate::yaml::{TranslationBuilder, parse_first};

/// The flags that name such files.
pub(crate) const RELABEL_FLAGS: &[&str] =
    &["remoteWrite.relabelConfig", "remoteWrite.urlRelabelConfig"];

/// A file as vmagent reads it; `place` is where it is started with that.
pub(crate) fn as_relabel_rules(
    recognized: &RecognizedFile,
    place: &Place,
) -> Option<RecognizedFile> {
    let document = Arc::new(parse_first(&recognized.text).ok()?);
    let root = document.root()?;
    root.sequence()?;
    let mut builder = TranslationBuilder::new(&document);
    let list = builder.copy(root)?;
    let key = builder.scalar(root, "write_relabel_configs");
    let entry = builder.mapping(root, &[(key, list)]);
    let entries = builder.sequence(root, &[entry]);
    let key = builder.scalar(root, "remote_write");
    let whole = builder.mapping(root, &[(key, entries)]);
    let found = Translation {
        document: builder.finish(whole),
        findings: Vec::new(),
        spelling: KeySpelling::default(),
        references: Vec::new(),
        refused_forms: Vec::new(),
    };
    recognized.text.recognize();
    let why = format!("{} starts vmagent with it", place.path());
    let finder = Finder::new(&document, recognized.template).partly(true);
    let mut made = finder.recognized(found, &VMAGENT, EmbeddedIn::Part(program::VMAGENT), why);
    if let (Some(object), holder) = (&recognized.holder, &mut made.holder) {
        object.around(holder);
    }
    made.beside = Arc::clone(&recognized.beside);
    Some(made)
}
