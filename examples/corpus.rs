//! Prints how well discovery does on the corpus of real configurations: precision and recall for
//! the kind `prometheus-config` of its manifest, and every miss.
//!
//! `PROMVET_SHARED=<folder> cargo run --example corpus`, where the folder holds
//! `corpus/manifest.tsv` and `corpus/tree/`.
#![expect(
    clippy::print_stdout,
    reason = "it is a program that prints what it measures"
)]

use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};

use promvet::discover::{self, FileContent};
use promvet::finding::Text;
use promvet::source::{Folder, LARGEST, Tree, WalkOptions};

/// The manifest's word for a Prometheus configuration.
const CONFIGURATION: &str = "prometheus-config";

/// Files whose kind in the manifest, which was assigned by script, is wrong, by their path or, with
/// a `*` at its end, by how it begins; whether each is a configuration, and why.
const WRONG_IN_MANIFEST: &[(&str, bool, &str)] = &[
    (
        "grafana__agent/static/agentctl/testdata/agent-*",
        false,
        "an instance of Grafana Agent: `host_filter` and `write_stale_on_shutdown` are its own",
    ),
    (
        "prometheus__prometheus/config/testdata/otlp_*",
        true,
        "Prometheus's own test data: a configuration with nothing but `otlp` (and `global`)",
    ),
    (
        "prometheus__prometheus/config/testdata/tracing_*",
        true,
        "Prometheus's own test data: a configuration with nothing but `tracing`",
    ),
    (
        "prometheus__prometheus/config/testdata/tsdb_*",
        true,
        "Prometheus's own test data: a configuration with nothing but `storage.tsdb`",
    ),
    (
        "timescale__promscale/pkg/rules/testdata/no_rules.bad.config.yaml",
        true,
        "a Prometheus configuration with a misspelt key: `rules_files`",
    ),
];

/// What discovery says of a file.
struct Verdict {
    ours: bool,
    words: String,
}

fn main() -> Result<(), Box<dyn Error>> {
    let shared = std::env::var_os("PROMVET_SHARED").ok_or("PROMVET_SHARED is not set")?;
    let corpus = PathBuf::from(shared).join("corpus");
    let manifest = std::fs::read_to_string(corpus.join("manifest.tsv"))?;
    let kinds: BTreeMap<&str, &str> = manifest.lines().skip(1).filter_map(kind_of).collect();
    let verdicts = judge(&corpus.join("tree"));
    println!(
        "{} files in the manifest, {} looked into",
        kinds.len(),
        verdicts.len()
    );
    report("against the manifest", &kinds, &verdicts, false);
    report("its mistakes set right", &kinds, &verdicts, true);
    println!("\nmistakes of the manifest:");
    for (pattern, truth, why) in WRONG_IN_MANIFEST {
        let verdict = if *truth { "is one" } else { "is not one" };
        println!("  {pattern}: {verdict}: {why}");
    }
    Ok(())
}

fn kind_of(row: &str) -> Option<(&str, &str)> {
    let mut columns = row.split('\t');
    Some((columns.next()?, columns.nth(3)?))
}

/// The verdict on every file that discovery looks into, by its path in the corpus.
fn judge(tree: &Path) -> BTreeMap<String, Verdict> {
    let disk = Folder::new(tree);
    let how = WalkOptions {
        deadline: promvet::deadline::Deadline::default(),
        hidden: true,
        no_ignore: true,
        all_tracked: false,
        threads: 0,
        root: None,
        wanted: &discover::is_candidate,
        also: None,
    };
    let walked = disk.walk(&[tree.to_owned()], &how);
    let mut verdicts = BTreeMap::new();
    for found in walked.files {
        let Ok(bytes) = disk.read(&found.path, LARGEST) else {
            println!("unreadable: {}", found.shown);
            continue;
        };
        if !discover::may_hold(&found.path, &bytes) {
            continue;
        }
        let text = Text::new(found.shown.to_string(), bytes);
        let recognized = discover::examine(text, false, false);
        let ours = matches!(
            recognized.what,
            FileContent::Configuration { .. } | FileContent::Broken { .. }
        );
        let what = match &recognized.what {
            FileContent::Configuration { dialect, .. } => dialect.word(),
            FileContent::Broken { .. } => "broken",
            FileContent::Rules { .. } => "rules",
            FileContent::Encoded { .. } => "encoded",
            FileContent::Unread(_) => "unread",
            FileContent::Other { kind } => kind,
            FileContent::LetGo { .. } => "let go",
            FileContent::Unknown => "unknown",
        };
        let template = recognized
            .template
            .map(|template| format!(", template ({template:?}, masked: {})", recognized.masked))
            .unwrap_or_default();
        let error = match &recognized.what {
            FileContent::Broken { error, .. } => format!(", {error} at {:?}", error.span),
            _ => String::new(),
        };
        let words = format!("{what}: {}{template}{error}", recognized.why);
        verdicts.insert(found.shown.to_string(), Verdict { ours, words });
    }
    if std::env::var_os("PROMVET_VERBOSE").is_some() {
        for (path, verdict) in &verdicts {
            println!("{path}\t{}", verdict.words);
        }
    }
    verdicts
}

fn report(
    title: &str,
    kinds: &BTreeMap<&str, &str>,
    verdicts: &BTreeMap<String, Verdict>,
    mended: bool,
) {
    let (mut right, mut missed, mut wrong) = (0, Vec::new(), Vec::new());
    for (&path, &kind) in kinds {
        let correction = WRONG_IN_MANIFEST.iter().find(|(pattern, _, _)| {
            pattern
                .strip_suffix('*')
                .map_or(path == *pattern, |start| path.starts_with(start))
        });
        let expected = match correction {
            Some((_, truth, _)) if mended => *truth,
            _ => kind == CONFIGURATION,
        };
        let ours = verdicts.get(path).is_some_and(|verdict| verdict.ours);
        match (expected, ours) {
            (true, true) => right += 1,
            (true, false) => missed.push(path),
            (false, true) => wrong.push(path),
            (false, false) => {}
        }
    }
    println!("\n{title}:");
    println!(
        "  recall    {:.4}  {right} of {}",
        ratio(right, missed.len()),
        right + missed.len()
    );
    println!(
        "  precision {:.4}  {right} of {}",
        ratio(right, wrong.len()),
        right + wrong.len()
    );
    for (word, paths) in [("missed", missed), ("not one", wrong)] {
        for path in paths {
            let why = verdicts
                .get(path)
                .map_or("ruled out by its bytes or name", |verdict| &verdict.words);
            println!("  {word}: {path}\n    {why}");
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "there are a few thousand files")]
fn ratio(right: usize, others: usize) -> f64 {
    right as f64 / (right + others).max(1) as f64
}
