//! Verdicts of Prometheus on thousands of texts, which lie outside the repository.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use serde::de::DeserializeOwned;

/// The folder that `PROMVET_SHARED` names; without it, says that the test is skipped.
pub(crate) fn folder() -> Option<PathBuf> {
    let folder = std::env::var_os("PROMVET_SHARED").map(PathBuf::from);
    if folder.is_none() {
        eprintln!("skipped: PROMVET_SHARED names no folder with recorded verdicts");
    }
    folder
}

/// The cases of a packed file in `conformance/differential/`, one a line.
pub(crate) fn cases<T: DeserializeOwned>(folder: &Path, file: &str) -> Vec<T> {
    let path = folder.join("conformance/differential").join(file);
    let packed = File::open(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    BufReader::new(GzDecoder::new(packed))
        .lines()
        .map(|line| serde_json::from_str(&line.unwrap()).unwrap())
        .collect()
}
