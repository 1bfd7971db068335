//! The corpus of the fuzz targets, and everything that they have found, on stable Rust.

#![expect(clippy::unwrap_used, reason = "a test that can't go on panics")]

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

#[expect(unreachable_pub, reason = "the fuzz targets call what is public here")]
#[path = "../../fuzz/src/lib.rs"]
mod readers;

use readers::{READERS, expect_caught_panics, one_report};

/// The files of a folder of `fuzz/`.
fn files(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz")
        .join(folder);
    let entries = fs::read_dir(folder).unwrap();
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

/// Every file is given to every reader: what is a template for one is a broken policy for another.
fn replay(folder: &str) {
    expect_caught_panics();
    for path in files(folder) {
        let bytes = fs::read(&path).unwrap();
        for (name, read) in READERS {
            let outcome = catch_unwind(AssertUnwindSafe(|| read(&bytes)));
            assert!(outcome.is_ok(), "{name} on {}", path.display());
        }
        // What the target `reports` tries of it.
        let outcome = catch_unwind(AssertUnwindSafe(|| one_report(&bytes)));
        assert!(outcome.is_ok(), "one report on {}", path.display());
    }
}

#[test]
fn the_corpus_holds() {
    replay("corpus");
}

#[test]
fn regressions_stay_mended() {
    replay("regressions");
}

/// Each reader is a fuzz target, and there is no other.
#[test]
fn every_reader_is_a_target() {
    let targets: Vec<_> = files("fuzz_targets")
        .into_iter()
        .map(|path| path.file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    let readers: Vec<_> = READERS.iter().map(|(name, _)| *name).collect();
    assert_eq!(targets, readers);
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/Cargo.toml");
    let manifest = fs::read_to_string(manifest).unwrap();
    for name in readers {
        assert!(manifest.contains(&format!("name = \"{name}\"")), "{name}");
    }
}
