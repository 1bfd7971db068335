//! Verdicts of Prometheus on thousands of texts, which are outside the repository.

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
    packed(&folder.join("conformance/differential").join(file))
}

/// The cases of a packed file, one a line.
pub(crate) fn packed<T: DeserializeOwned>(path: &Path) -> Vec<T> {
    let packed = File::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    BufReader::new(GzDecoder::new(packed))
        .lines()
        .map(|line| serde_json::from_str(&line.unwrap()).unwrap())
        .collect()
}

/// The bytes that a text in base64 stands for.
pub(crate) fn base64(text: &str) -> Vec<u8> {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = Vec::new();
    let (mut bits, mut count) = (0_u32, 0);
    for byte in text.bytes().filter(|byte| *byte != b'=') {
        let value = ALPHABET.iter().position(|known| *known == byte).unwrap();
        bits = (bits << 6 | value as u32) & 0xff_ffff;
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push((bits >> count) as u8);
        }
    }
    out
}
