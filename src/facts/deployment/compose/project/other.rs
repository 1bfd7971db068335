//! The other compose files of a folder that have a service too.

use std::collections::HashMap;
use std::path::Path;

use super::{ComposeService, ParsedCompose};
use crate::facts::deployment::{Image, bare_name};
use crate::yaml::{Kind, Node};

/// The services of the compose files of a folder by their names.
pub(super) type ServicesByName<'f> = HashMap<&'f str, Vec<OtherService<'f>>>;

/// A service of a file: its key and what it is.
#[derive(Clone, Copy)]
pub(super) struct OtherService<'f> {
    pub(super) file: &'f Path,
    pub(super) key: Node<'f>,
    pub(super) value: Node<'f>,
}

impl OtherService<'_> {
    /// Whether it says something of one of these keys that a service does not say itself: files for two
    /// places often repeat each other.
    pub(super) fn changes(&self, service: &ComposeService<'_>, keys: &[&str]) -> bool {
        keys.iter()
            .any(|key| match (self.value.get(key), service.get(key)) {
                (Some(theirs), Some(own)) if *key == "image" => {
                    !is_same_image(theirs, own) && !is_same(theirs, own)
                }
                (Some(theirs), Some(own)) => !is_same(theirs, own),
                (theirs, _) => theirs.is_some(),
            })
    }
}

/// The keys of a service by which another program runs in it, whatever its image.
const PROGRAM: &[&str] = &["build", "entrypoint", "extends", "network_mode"];

impl OtherService<'_> {
    /// Whether it may run another program than a service: other tags of one image are one program.
    pub(super) fn runs_another(&self, service: &ComposeService<'_>) -> bool {
        let repository = |node: Node<'_>| {
            let name = bare_name(node.as_str()?).to_owned();
            let place = node.place();
            Some(Image { name, place }.repository().to_owned())
        };
        let is_other_image = match (self.value.get("image"), service.get("image")) {
            (Some(theirs), Some(own)) => repository(theirs) != repository(own),
            (theirs, _) => theirs.is_some(),
        };
        is_other_image || self.changes(service, PROGRAM)
    }
}

/// Whether two images are one, with or without the registry that is meant where none is written.
fn is_same_image(one: Node<'_>, other: Node<'_>) -> bool {
    let name = |node: Node<'_>| node.as_str().map(|name| bare_name(name).to_owned());
    name(one).is_some_and(|one| Some(one) == name(other))
}

/// Whether two values are written alike but for their layout.
fn is_same(one: Node<'_>, other: Node<'_>) -> bool {
    match (one.kind(), other.kind()) {
        (Kind::Scalar(one), Kind::Scalar(other)) => one.text == other.text,
        (Kind::Sequence(one), Kind::Sequence(other)) => {
            one.len() == other.len()
                && one
                    .iter()
                    .zip(other.iter())
                    .all(|(one, other)| is_same(one, other))
        }
        (Kind::Mapping(one), Kind::Mapping(other)) => {
            let (one, other) = (one.entries(), other.entries());
            let (one, other): (Vec<_>, Vec<_>) = (one.collect(), other.collect());
            let pairs = one.iter().zip(&other);
            one.len() == other.len()
                && pairs.into_iter().all(|(one, other)| {
                    one.name() == other.name() && is_same(one.value, other.value)
                })
        }
        _ => false,
    }
}

pub(super) fn services_of<'f>(files: &'f [ParsedCompose<'f>]) -> ServicesByName<'f> {
    let mut out = ServicesByName::new();
    for file in files {
        let services = file.document.root().and_then(|root| root.get("services"));
        let services = services.and_then(Node::mapping).into_iter();
        let entries = services.flat_map(|services| services.entries());
        for entry in entries.filter(|entry| entry.value.mapping().is_some()) {
            let known = out.entry(entry.name()).or_default();
            known.push(OtherService {
                file: file.path,
                key: entry.key,
                value: entry.value,
            });
        }
    }
    out
}
