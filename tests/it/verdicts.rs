//! Writes the findings on all trees at hand to a file, to compare two states of the source: a change
//! of structure must not change a line.
//!
//! ```sh
//! PROMVET_VERDICTS_OUT=before.tsv cargo test --test it verdicts::
//! ```

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::{Path, PathBuf};
use std::{env, fs};

use promvet::policy::ReportingProfile;
use promvet::run::{Request, run};
use promvet::schema::Version;
use promvet::source::Folder;

/// 2026-11-22: the day on which certificates and tokens are judged.
const NOW: i64 = 1_795_368_963;

/// The folders below `top` that are `depth` levels down.
fn folders(top: &Path, depth: usize) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(top) else {
        return Vec::new();
    };
    let below = entries.map(|entry| entry.unwrap().path());
    let mut below: Vec<_> = below.filter(|path| path.is_dir()).collect();
    below.sort();
    match depth {
        0 | 1 => below,
        more => below
            .iter()
            .flat_map(|path| folders(path, more - 1))
            .collect(),
    }
}

/// The findings on a folder, one per line: path, rule, severity, start and end as `line:column`.
fn verdicts(top: &Path, folder: &Path, versions: &[&str]) -> Vec<String> {
    let request = Request {
        paths: vec![folder.to_path_buf()],
        profile: Some(ReportingProfile::Audit),
        versions: versions
            .iter()
            .map(|version| Version::parse(version).unwrap())
            .collect(),
        now: NOW,
        ..Request::default()
    };
    let run = run(&request, &Folder::new(top));
    let found = run.outcome.findings().iter().map(|reported| {
        let finding = &reported.finding;
        let (start, end) = (finding.place.start(), finding.place.end());
        format!(
            "{}\t{}\t{}\t{}:{}\t{}:{}\n",
            finding.place.path(),
            finding.rule,
            finding.severity.word(),
            start.line,
            start.column,
            end.line,
            end.column
        )
    });
    found.collect()
}

#[test]
fn the_findings_are_written_down() {
    let Some(out) = env::var_os("PROMVET_VERDICTS_OUT") else {
        eprintln!("skipped: PROMVET_VERDICTS_OUT names no file to write the findings to");
        return;
    };
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let mut tops = vec![(fixtures, 1)];
    if let Some(shared) = env::var_os("PROMVET_SHARED").map(PathBuf::from) {
        tops.push((shared.join("corpus/tree"), 1));
        tops.push((shared.join("cases"), 2));
    }
    let mut lines = String::new();
    for (top, depth) in tops {
        let top = top.canonicalize().unwrap();
        for folder in folders(&top, depth) {
            // The newest release, and a range of them, for the rules about upgrades.
            for versions in [&[][..], &["2.53", "3.14"]] {
                lines.extend(verdicts(&top, &folder, versions));
            }
        }
    }
    assert!(!lines.is_empty());
    fs::write(out, lines).unwrap();
}
