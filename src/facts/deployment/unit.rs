//! Units of systemd and Quadlets of podman that start Prometheus. They run on a machine that promvet
//! does not see, so that nothing is known of the files there.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use memchr::memmem;

use super::arguments::{Argument, Arguments};
use super::by_path::ByPath;
use super::image::Image;
use super::model::{Deployment, Platform, PodNetwork};
use super::user::RunAs;
use crate::discover::started_by_unit;
use crate::finding::{Evidence, Place, Span, Text};

/// Whether a file is such a unit, by its name.
pub(crate) fn is_unit(path: &Path) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str());
    ending.is_some_and(|ending| matches!(ending, "container" | "service"))
}

/// Whether one may start Prometheus, by its bytes.
pub(crate) fn may_start_prometheus(bytes: &[u8]) -> bool {
    let has = |word: &[u8]| memmem::find(bytes, word).is_some();
    has(b"prometheus") && has(b"Exec") && has(b"--")
}

/// The Prometheus that a unit starts.
#[must_use]
pub(crate) fn of_unit(path: &Path, text: &Arc<Text>) -> Option<Deployment> {
    let content = text.content();
    let started = started_by_unit(content, "prometheus")?;
    let at = |span: Span| Place::new(text, span);
    let word = |span: &Span| Argument {
        text: text.slice(*span).to_owned(),
        place: at(*span),
    };
    let list: Vec<Argument> = started.words.iter().map(word).collect();
    // Releases before 2.0 had other flags, with one dash.
    let is_old =
        |argument: &Argument| argument.text.starts_with('-') && !argument.text.starts_with("--");
    if list.iter().all(|item| !item.text.starts_with("--")) || list.iter().any(is_old) {
        return None;
    }
    text.recognize();
    let image = started.image.map(|span| Image {
        name: text.slice(span).to_owned(),
        place: at(span),
    });
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let arguments = Arguments {
        list,
        replaces: true,
        for_entry_point: false,
    };
    let name = format!("the unit `{name}`");
    Some(machine(name, path, at(started.key), arguments, image))
}

/// A Prometheus on a machine: the tree has its command line and no more.
pub(super) fn machine(
    name: String,
    path: &Path,
    place: Place,
    arguments: Arguments,
    image: Option<Image>,
) -> Deployment {
    let evidence = |message: &str| Evidence {
        place: place.clone(),
        message: message.to_owned(),
    };
    Deployment {
        name,
        platform: Platform::Unit,
        prometheus: Some(evidence("it starts Prometheus")),
        doubts: vec![evidence("what is on the machine is not in the tree")],
        overlays: Vec::new(),
        writers: Arc::default(),
        file: path.to_owned(),
        namespace: None,
        pod: PodNetwork::default(),
        root: PathBuf::new(),
        image,
        base: None,
        arguments,
        folder: None,
        commands: Vec::new(),
        others: Vec::new(),
        user: RunAs::default(),
        mounts: Vec::new(),
        withheld: Vec::new(),
        by_path: ByPath::default(),
        environment: Vec::new(),
        place,
    }
}
