//! Containers that may write to folders of the tree, which other containers mount too.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::image::Image;
use crate::finding::{Evidence, Place};

/// A container that may write to a folder of the tree.
#[derive(Clone, Debug)]
pub(crate) struct FolderWriter {
    /// Its name for people.
    pub(super) name: String,
    /// Where it is defined.
    pub(super) place: Place,
    /// Where it mounts the folder.
    pub(super) mount: Place,
}

impl FolderWriter {
    pub(super) fn evidence(&self) -> Evidence {
        Evidence {
            place: self.mount.clone(),
            message: format!("{} mounts the folder here", self.name),
        }
    }
}

/// Those of some containers that are started together, by the folders.
#[derive(Clone, Debug, Default)]
pub(crate) struct Writers {
    by_folder: HashMap<PathBuf, Vec<FolderWriter>>,
}

/// Publishers whose programs read what is mounted for them, and the names of others that do.
const READERS: &[&str] = &[
    "blackbox",
    "cadvisor",
    "exporter",
    "grafana",
    "karma",
    "nginx",
    "prom",
    "prometheus",
    "promtail",
    "traefik",
    "victoriametrics",
];

/// Whether an image is one of a program that writes no files for others.
pub(super) fn only_reads(image: &Image) -> bool {
    let name = image.repository().to_ascii_lowercase();
    let mut words = name.split(|c: char| !c.is_ascii_alphanumeric());
    words.any(|word| READERS.contains(&word))
}

impl Writers {
    pub(super) fn add(&mut self, folder: &Path, writer: FolderWriter) {
        let known = self.by_folder.entry(folder.to_owned()).or_default();
        known.push(writer);
    }

    /// One that may write a file, other than the container defined at `place`.
    pub(super) fn of(&self, file: &Path, place: &Place) -> Option<&FolderWriter> {
        let mut folders = file.ancestors().skip(1);
        folders.find_map(|folder| {
            let mut writers = self.by_folder.get(folder)?.iter();
            writers.find(|writer| writer.place.order() != place.order())
        })
    }
}
