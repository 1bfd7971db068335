//! The two YAML readers against each other, on recorded texts and on a corpus of files.
//!
//! `PROMVET_SHARED` names the folder that holds them; without it these tests say that they are
//! skipped.

#![expect(
    clippy::unwrap_used,
    reason = "a test may panic where it cannot read its files"
)]

use std::path::{Path, PathBuf};

use promvet::discover::{self, FileContent};
use promvet::finding::Text;
use promvet::yaml::{Readers, compare_readers};
use serde_json::Value;

use crate::support::recorded;

/// The part of the configurations of a corpus that the scanner has to read.
const READ: f64 = 0.95;

/// Every file below a folder.
pub(crate) fn files(folder: PathBuf) -> Vec<(String, Vec<u8>)> {
    let mut out = Vec::new();
    let mut folders = vec![folder];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_symlink() {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(bytes) = std::fs::read(&path) {
                out.push((path.display().to_string(), bytes));
            }
        }
    }
    out.sort();
    out
}

fn recorded_texts(shared: &Path) -> Vec<(String, Vec<u8>)> {
    let mut out = Vec::new();
    let files = [
        "cases.jsonl.gz",
        "syntax.jsonl.gz",
        "../oracle/yaml.jsonl.gz",
        "../oracle/rules.jsonl.gz",
    ];
    for file in files {
        for (number, case) in recorded::cases::<Value>(shared, file).iter().enumerate() {
            if let Some(text) = case["text"].as_str() {
                out.push((format!("{file}:{}", number + 1), text.as_bytes().to_vec()));
            }
        }
    }
    out
}

#[test]
fn both_readers_agree() {
    let Some(shared) = recorded::folder() else {
        return;
    };
    let mut texts = recorded_texts(&shared);
    texts.extend(files(shared.join("corpus/tree")));
    let mut differ = Vec::new();
    let (mut agree, mut known, mut left) = (0, 0, 0);
    for (name, bytes) in texts {
        let text = Text::new("a.yml", bytes);
        for all in [false, true] {
            match compare_readers(&text, all) {
                Readers::Agree => agree += 1,
                Readers::Left => left += 1,
                Readers::Known => known += 1,
                Readers::Differ(how) => differ.push(format!("{name}: {how}")),
            }
        }
    }
    println!(
        "{agree} readings agree, {known} differ as go-yaml does, {left} are left to libyaml-safer"
    );
    assert!(
        differ.is_empty(),
        "{} differ\n{}",
        differ.len(),
        differ.join("\n")
    );
}

#[test]
fn few_configurations_are_left_to_the_slower_reader() {
    let Some(shared) = recorded::folder() else {
        return;
    };
    let (mut all, mut left) = (0_u32, Vec::new());
    for (name, bytes) in files(shared.join("corpus/tree")) {
        if !discover::may_hold(Path::new(&name), &bytes) {
            continue;
        }
        let recognized = discover::examine(Text::new(name.clone(), bytes), false, false);
        if recognized.masked || !matches!(recognized.what, FileContent::Configuration { .. }) {
            continue;
        }
        all += 1;
        if compare_readers(&recognized.text, false) == Readers::Left {
            left.push(name);
        }
    }
    let part = 1.0 - left.len() as f64 / f64::from(all);
    println!("{part:.4} of {all} configurations are read by the scanner; left: {left:#?}");
    assert!(part >= READ, "only {part:.4}");
}
