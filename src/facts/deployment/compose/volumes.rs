//! `volumes` and `tmpfs` of a service.

use std::path::Path;

use super::is_true;
use super::project::{Project, is_drive};
use crate::facts::deployment::model::{Mount, MountSource, Outside};
use crate::finding::{Evidence, Place};
use crate::yaml::Node;

/// What an entry says: source, target, and what its type is if it is written.
struct WrittenVolume {
    kind: Option<String>,
    source: Option<String>,
    target: String,
    is_read_only: bool,
}

/// What an entry of a service mounts.
pub(super) enum VolumeEntry {
    /// Something at a path.
    At(Box<Mount>),
    /// Something at a path that depends on a variable without a value: where that is written.
    Unclear(Place),
    /// Nothing that can be made out.
    Nothing,
}

impl Project<'_> {
    /// One entry of `volumes`, in the short or the long form.
    pub(super) fn volume(&self, node: Node<'_>) -> VolumeEntry {
        let place = node.place();
        let written = match node.as_str() {
            Some(short) => short_form(short),
            None => long_form(node),
        };
        let Some(written) = written else {
            return VolumeEntry::Nothing;
        };
        // Variables are replaced in the parts, since a default may hold a colon.
        let Some(target) = self.expand(&written.target) else {
            return VolumeEntry::Unclear(place);
        };
        let (source, definition) = match written.source.as_deref().map(|source| self.expand(source))
        {
            Some(None) => {
                let reason = "the mounted source depends on a variable that has no value here";
                (MountSource::Unknown(reason.to_owned()), None)
            }
            Some(Some(source)) => {
                let folder = self.folder_for(node);
                self.source(&source, written.kind.as_deref(), &folder)
            }
            None if written.kind.as_deref() == Some("tmpfs") => scratch(),
            None => (MountSource::Outside(Outside::Volume(String::new())), None),
        };
        let sub_path = node
            .get("volume")
            .and_then(|volume| volume.get("subpath"))
            .and_then(Node::as_str);
        VolumeEntry::At(Box::new(Mount {
            definition,
            sub_path: sub_path.map(str::to_owned),
            is_read_only: written.is_read_only,
            is_default: written
                .source
                .is_some_and(|source| self.has_default(&source)),
            ..Mount::new(&target, source, place)
        }))
    }

    /// One entry of `tmpfs`: a path with options behind a colon.
    pub(super) fn tmpfs(&self, node: Node<'_>) -> VolumeEntry {
        let Some(path) = node.as_str().and_then(|text| text.split(':').next()) else {
            return VolumeEntry::Nothing;
        };
        VolumeEntry::At(Box::new(Mount::new(path, scratch().0, node.place())))
    }

    fn source(
        &self,
        source: &str,
        kind: Option<&str>,
        folder: &Path,
    ) -> (MountSource, Option<Evidence>) {
        let is_path = source.starts_with(['.', '/', '~', '\\']) || is_drive(source);
        match kind {
            Some("volume") => self.named(source),
            Some("tmpfs") => scratch(),
            Some("bind") | None if is_path || kind.is_some() => (self.bind(source, folder), None),
            None => self.named(source),
            Some(other) => {
                let words = format!("a mount of the type `{other}`");
                (MountSource::Outside(Outside::Other(words)), None)
            }
        }
    }

    fn bind(&self, source: &str, folder: &Path) -> MountSource {
        match self.host_path_from(folder, source) {
            Some(path) => MountSource::Tree(path),
            None => MountSource::Outside(Outside::Host(source.to_owned())),
        }
    }

    /// A named volume. One of the local driver may be a folder bound under a name.
    fn named(&self, name: &str) -> (MountSource, Option<Evidence>) {
        let defined = self.defined("volumes", name);
        let definition = defined.filter(|node| !node.is_null()).map(|node| Evidence {
            place: node.place(),
            message: format!("the volume `{name}` is defined here"),
        });
        let device = defined
            .filter(|node| !is_true(*node, "external"))
            .and_then(|node| {
                let options = node.get("driver_opts")?;
                let text = |key: &str| options.get(key).and_then(Node::as_str).unwrap_or("");
                let binds = text("o").split(',').any(|text| text.trim() == "bind");
                binds.then(|| text("device").to_owned())
            });
        let source = match device {
            Some(device) => match self.expand(&device) {
                Some(device) => self.bind(&device, &self.folder),
                None => MountSource::Unknown(format!(
                    "the folder of the volume `{name}` depends on a variable"
                )),
            },
            None => MountSource::Outside(Outside::Volume(name.to_owned())),
        };
        (source, definition)
    }
}

fn scratch() -> (MountSource, Option<Evidence>) {
    (MountSource::Outside(Outside::Scratch(String::new())), None)
}

/// `source:target:options`, `source:target`, or `target` alone. A drive letter's colon and those
/// inside of `${…}` divide nothing.
fn short_form(text: &str) -> Option<WrittenVolume> {
    let mut parts = divide(text);
    if is_drive(text) && parts.len() > 1 {
        let drive = parts.remove(0);
        if let Some(first) = parts.first_mut() {
            *first = format!("{drive}:{first}");
        }
    }
    let mut parts = parts.into_iter();
    let first = parts.next().filter(|part| !part.is_empty())?;
    Some(match parts.next() {
        Some(target) => WrittenVolume {
            kind: None,
            source: Some(first),
            target,
            is_read_only: parts.any(|options| options.split(',').any(|word| word == "ro")),
        },
        None => WrittenVolume {
            kind: None,
            source: None,
            target: first,
            is_read_only: false,
        },
    })
}

fn divide(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut depth = 0_usize;
    for c in text.chars() {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if c == ':' && depth == 0 {
            parts.push(String::new());
        } else if let Some(last) = parts.last_mut() {
            last.push(c);
        }
    }
    parts
}

fn long_form(node: Node<'_>) -> Option<WrittenVolume> {
    let text = |key: &str| node.get(key).and_then(Node::as_str).map(str::to_owned);
    let target = text("target")
        .or_else(|| text("destination"))
        .or_else(|| text("dst"))?;
    Some(WrittenVolume {
        kind: text("type"),
        source: text("source").or_else(|| text("src")),
        target,
        is_read_only: is_true(node, "read_only") || is_true(node, "readonly"),
    })
}
