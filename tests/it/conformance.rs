//! What promvet says against what Prometheus says, on thousands of configurations.
//!
//! The recorded verdicts live outside the repository: `PROMVET_SHARED` names the folder that
//! holds `conformance/` and `facts/`. Without it these tests say that they are skipped.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test may panic, and says what it measured"
)]

mod named;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use crate::support::recorded;
use promvet::finding::{Finding, Severity, Text};
use promvet::schema::table::{Struct, Type};
use promvet::schema::{self, TargetReleases, Version};
use promvet::yaml;
use serde_json::Value;

/// The part of verdicts that must agree.
const AGREEMENT: f64 = 0.999;

/// The part of refused files whose fault, as Prometheus names it, must be among ours.
const NAMED: f64 = 0.98;

fn findings(text: &Arc<Text>, target: &TargetReleases) -> Vec<Finding> {
    match yaml::parse_first(text) {
        Ok(document) => schema::check(&document, target),
        Err(error) => vec![schema::syntax_finding(text, &error)],
    }
}

fn refuses(findings: &[Finding]) -> bool {
    findings
        .iter()
        .any(|finding| finding.severity == Severity::Error && finding.rule.starts_with("schema/"))
}

/// One line of a recorded file, for one version.
struct Case {
    name: String,
    text: String,
    version: Version,
    ok: bool,
    error: String,
}

fn cases(shared: &Path, file: &str, field: &str) -> Vec<Case> {
    let mut out = Vec::new();
    for (number, value) in recorded::cases::<Value>(shared, file).iter().enumerate() {
        for version in ["3.5.3", "3.14.0"] {
            let id = value["id"].as_u64().unwrap_or(number as u64);
            out.push(Case {
                name: format!("{id}@{version}"),
                text: value[field].as_str().unwrap().to_owned(),
                version: Version::parse(version).unwrap(),
                ok: value["verdict"][version] == "ok",
                error: value["error"][version].as_str().unwrap_or("").to_owned(),
            });
        }
    }
    out
}

/// Runs something on every case, on all cores.
fn each(cases: &[Case], run: impl Fn(&Case) + Sync) {
    let next = AtomicUsize::new(0);
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    run(case);
                }
            });
        }
    });
}

/// An error of Prometheus without what differs from file to file.
fn group(error: &str) -> String {
    let digits = |c: char| if c.is_ascii_digit() { '0' } else { c };
    error.chars().map(digits).take(110).collect()
}

#[derive(Default)]
struct Tally {
    wrong: BTreeMap<String, Vec<String>>,
    disagree: usize,
    /// Refused only because something is still to be filled in: a warning (docs/conformance.md).
    unfilled: usize,
    refused: usize,
    unnamed: BTreeMap<String, Vec<String>>,
    named: usize,
}

fn judge(file: &str, field: &str) {
    let Some(shared) = recorded::folder() else {
        return;
    };
    let cases = cases(&shared, file, field);
    let tally = Mutex::new(Tally::default());
    each(&cases, |case| {
        let text = Text::new("prometheus.yml", case.text.clone().into_bytes());
        let found = findings(&text, &TargetReleases::of(case.version));
        let refused = refuses(&found);
        let mut tally = tally.lock().unwrap();
        let unfilled = found.iter().any(|one| one.severity == Severity::Warning);
        if !refused && !case.ok && unfilled {
            tally.unfilled += 1;
        } else if refused == case.ok {
            tally.disagree += 1;
            let first = found.iter().find(|one| one.severity == Severity::Error);
            let key = match first {
                Some(ours) => format!("PASSES, but we say {}: {}", ours.rule, group(&ours.message)),
                None => format!("FAILS: {}", group(&case.error)),
            };
            tally.wrong.entry(key).or_default().push(case.name.clone());
        } else if !case.ok {
            tally.refused += 1;
            if named::named(&case.error, &found, &text) {
                tally.named += 1;
            } else {
                let names = tally.unnamed.entry(group(&case.error)).or_default();
                names.push(case.name.clone());
            }
        }
    });
    report(file, &cases, &tally.into_inner().unwrap());
}

fn report(file: &str, cases: &[Case], tally: &Tally) {
    let agreement = 1.0 - tally.disagree as f64 / cases.len() as f64;
    let named = tally.named as f64 / tally.refused.max(1) as f64;
    println!(
        "{file}: {} verdicts, {agreement:.5} agree, {} are placeholders; {named:.4} of {} faults named",
        cases.len(),
        tally.unfilled,
        tally.refused
    );
    for (title, groups) in [("disagree", &tally.wrong), ("not named", &tally.unnamed)] {
        let mut groups: Vec<_> = groups.iter().collect();
        groups.sort_by_key(|(_, names)| std::cmp::Reverse(names.len()));
        for (error, names) in groups.iter().take(70) {
            let few: Vec<&str> = names.iter().take(5).map(String::as_str).collect();
            println!("  {title} {:4} {error:?} {}", names.len(), few.join(" "));
        }
    }
    assert!(agreement >= AGREEMENT, "{file}: only {agreement:.5} agree");
    assert!(
        named >= NAMED,
        "{file}: only {named:.4} of the faults are named"
    );
}

/// A key by its path: when it came, when it went.
fn life(path: &str) -> Option<(Version, Option<Version>)> {
    let mut of = Some(schema::configuration());
    let mut since = Version::OLDEST;
    let mut removed = None;
    for part in path.split('.') {
        let found = of?.find(part.trim_end_matches(['[', ']', '{', '}']))?;
        since = since.max(found.since);
        removed = found.field.removed;
        of = section_of(&found.field.ty);
    }
    Some((since, removed))
}

fn section_of(ty: &Type) -> Option<&'static Struct> {
    match ty {
        Type::Section(of) => Some(of),
        Type::List(item) | Type::Map(_, item) => section_of(item),
        _ => None,
    }
}

#[test]
fn every_key_comes_and_goes_as_in_the_sources() {
    let Some(shared) = recorded::folder() else {
        return;
    };
    let table = std::fs::read_to_string(shared.join("facts/prometheus-config-paths.tsv")).unwrap();
    let mut wrong = Vec::new();
    for line in table.lines().skip(1) {
        let fields: Vec<&str> = line.split('\t').collect();
        let [path, _, _, since, removed] = fields.as_slice() else {
            panic!("{line}");
        };
        let version = |text: &str| Version::parse(text).ok();
        let ours = life(path);
        if ours != Some((version(since).unwrap(), version(removed))) {
            wrong.push(format!("{path}: {since} {removed}, ours {ours:?}"));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} wrong\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// One line of the expectations for Prometheus's own test files.
struct Expected<'t> {
    file: &'t str,
    role: &'t str,
    agent: bool,
    ok: bool,
    stage: &'t str,
    error: &'t str,
}

fn expectations(table: &str) -> Vec<Expected<'_>> {
    table
        .lines()
        .skip(1)
        .map(|line| {
            let fields: Vec<&str> = line.split('\t').collect();
            Expected {
                file: fields[0],
                role: fields[1],
                agent: fields[2] == "agent",
                ok: fields[3] == "ok",
                stage: fields[4],
                error: fields[5],
            }
        })
        .collect()
}

/// The test files of Prometheus. What fails in an included file is not a fault of the file that
/// includes it, and what fails as a group of targets or as rules is judged elsewhere.
#[test]
fn test_files_of_prometheus() {
    let Some(shared) = recorded::folder() else {
        return;
    };
    let table = shared.join("facts/prometheus-testdata-expectations.tsv");
    let table = std::fs::read_to_string(table).unwrap();
    let folder = shared.join("conformance/prometheus/config/testdata");
    let mut wrong = Vec::new();
    let mut judged = 0;
    for expected in expectations(&table) {
        let ok = expected.ok || expected.stage == "included files";
        let bytes = std::fs::read(folder.join(expected.file)).unwrap();
        let text = Text::new(expected.file, bytes);
        let target = TargetReleases {
            agent: expected.agent,
            ..TargetReleases::of(Version::parse("3.14.0").unwrap())
        };
        let found = match expected.role {
            "main" | "main+included" => findings(&text, &target),
            "included" => {
                let main = Text::new("main.yml", Vec::new());
                let main = yaml::parse_first(&main).unwrap();
                schema::check_included(&yaml::parse_first(&text).unwrap(), &main, &target)
            }
            _ => continue,
        };
        judged += 1;
        let errors: Vec<&Finding> = found
            .iter()
            .filter(|one| one.severity == Severity::Error)
            .collect();
        let observed = expected
            .error
            .trim_start_matches("(not asserted; observed) ");
        let same = ok || expected.agent || named::named(observed, &found, &text);
        if errors.is_empty() != ok || !same {
            let ours: Vec<String> = errors
                .iter()
                .map(|one| format!("{} {}: {}", one.rule, one.logical, one.message))
                .collect();
            wrong.push(format!(
                "{} {observed:?}\n    {}",
                expected.file,
                ours.join("\n    ")
            ));
        }
    }
    println!("{judged} files judged");
    assert!(judged > 200, "{judged}");
    assert!(
        wrong.is_empty(),
        "{} wrong\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn configurations() {
    judge("cases.jsonl.gz", "text");
}

#[test]
fn broken_yaml() {
    judge("syntax.jsonl.gz", "text");
}

#[test]
fn single_values() {
    judge("scalars.jsonl.gz", "config");
}
