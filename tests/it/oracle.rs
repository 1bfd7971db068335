//! What promvet says beside what Prometheus says of texts that were made to be odd.
//!
//! The verdicts are in `conformance/oracle/` of the folder that `PROMVET_SHARED` names; without it
//! these tests say that they are skipped. A text that is refused only for the sake of a placeholder
//! may be a warning, and so may one that a feature flag makes right.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test may panic, and says what it measured"
)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use crate::support::recorded;
use promvet::finding::{Finding, Severity, Text};
use promvet::schema::rule_file;
use promvet::schema::target_file::{self, TargetFormat};
use promvet::schema::{self, TargetReleases, Version};
use promvet::yaml;
use serde::Deserialize;

/// The part of verdicts that must agree.
const AGREEMENT: f64 = 0.999;

/// In a smaller family all of them must: one disagreement would be more than 0.001.
const SMALL: usize = 1000;

/// How many disagreements of a family are printed.
const SHOWN: usize = 40;

#[derive(Deserialize)]
struct Case {
    id: String,
    family: String,
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    base64: Option<String>,
    #[serde(default)]
    expr: Option<String>,
    #[serde(default)]
    files: BTreeMap<String, Content>,
    verdict: BTreeMap<String, String>,
    #[serde(default)]
    error: String,
    #[serde(default)]
    with_features: BTreeMap<String, String>,
    placeholder: bool,
    #[serde(default)]
    beside_placeholder: bool,
    #[serde(default)]
    target_check: bool,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Content {
    Text(String),
    Packed { base64: String },
}

impl Content {
    fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Text(text) => text.clone().into_bytes(),
            Self::Packed { base64 } => recorded::base64(base64),
        }
    }
}

impl Case {
    fn bytes(&self) -> Vec<u8> {
        match (&self.text, &self.base64) {
            (Some(text), _) => text.clone().into_bytes(),
            (None, Some(packed)) => recorded::base64(packed),
            (None, None) => Vec::new(),
        }
    }

    /// Whether what promvet says agrees with the verdict of a release.
    fn agrees(&self, version: &str, verdict: &str, found: &[Finding]) -> bool {
        let worst = found.iter().map(|finding| finding.severity).max();
        let reported = |least: Severity| worst.is_some_and(|worst| worst >= least);
        if verdict == "ok" {
            return !reported(Severity::Error);
        }
        let flag = self.with_features.contains_key(version);
        if self.placeholder && !self.beside_placeholder {
            reported(Severity::Info)
        } else if self.target_check || flag || is_behind_a_flag(found) {
            reported(Severity::Warning)
        } else {
            reported(Severity::Error)
        }
    }
}

/// A flag that promtool of 3.5.3 can't set, but the server can: the record says only "refused".
fn is_behind_a_flag(found: &[Finding]) -> bool {
    found.iter().any(|finding| {
        finding
            .message
            .contains("--enable-feature=promql-duration-expr")
    })
}

fn configuration(case: &Case, target: &TargetReleases) -> Vec<Finding> {
    let text = Text::new("prometheus.yml", case.bytes());
    match yaml::parse_first(&text) {
        Ok(document) => schema::check(&document, target),
        Err(error) => vec![schema::syntax_finding(&text, &error)],
    }
}

fn rules(text: &Arc<Text>, target: &TargetReleases) -> Vec<Finding> {
    match yaml::parse_first(text) {
        Ok(document) => {
            let checked = rule_file::check(&document, target, None);
            let needed = checked.needs.into_iter().map(|need| need.finding);
            checked.findings.into_iter().chain(needed).collect()
        }
        Err(error) => vec![rule_file::broken(text, &error)],
    }
}

fn rule_text(case: &Case, target: &TargetReleases) -> Vec<Finding> {
    rules(&Text::new("rules.yml", case.bytes()), target)
}

/// A rule file with one expression, written so that YAML changes nothing in it.
fn expression(case: &Case, target: &TargetReleases) -> Vec<Finding> {
    let mut quoted = String::new();
    for c in case.expr.as_deref().unwrap().chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            ' '..='~' => quoted.push(c),
            _ => write!(quoted, "\\U{:08X}", u32::from(c)).unwrap(),
        }
    }
    let text = format!("groups:\n- name: g\n  rules:\n  - record: r\n    expr: \"{quoted}\"\n");
    rules(&Text::new("rules.yml", text.into_bytes()), target)
}

fn targets(case: &Case, target: &TargetReleases) -> Vec<Finding> {
    let named = case
        .files
        .iter()
        .filter(|(path, _)| *path != "prometheus.yml");
    let main = case.files.get("prometheus.yml").map(Content::bytes);
    let main = String::from_utf8(main.unwrap()).unwrap();
    let relabeled = main.contains("relabel_configs");
    named
        .flat_map(|(path, content)| {
            let text = Text::new(path.as_str(), content.bytes());
            target_file::check_text(&text, TargetFormat::of(path), relabeled, target)
        })
        .collect()
}

fn judge(file: &str, look: impl Fn(&Case, &TargetReleases) -> Vec<Finding>) {
    let Some(shared) = recorded::folder() else {
        return;
    };
    let cases: Vec<Case> = recorded::packed(&shared.join("conformance/oracle").join(file));
    let mut families: BTreeMap<&str, (usize, Vec<String>)> = BTreeMap::new();
    for case in &cases {
        for (version, verdict) in &case.verdict {
            let found = look(case, &TargetReleases::of(Version::parse(version).unwrap()));
            let all = file.split('.').next().unwrap();
            for family in [all, &case.family] {
                families.entry(family).or_default().0 += 1;
            }
            if !case.agrees(version, verdict, &found) {
                let first = found.iter().max_by_key(|finding| finding.severity);
                let ours = first.map(|one| format!("{} {}", one.severity.word(), one.message));
                let line = format!(
                    "{}@{version} {verdict} placeholder {} beside {}\n  {:?}\n  theirs: {}\n  ours:   {}",
                    case.id,
                    case.placeholder,
                    case.beside_placeholder,
                    String::from_utf8_lossy(&shown(case)),
                    case.error,
                    ours.unwrap_or_default()
                );
                for family in [all, &case.family] {
                    families.entry(family).or_default().1.push(line.clone());
                }
            }
        }
    }
    let mut low = Vec::new();
    for (family, (all, wrong)) in &families {
        let agreement = 1.0 - wrong.len() as f64 / *all as f64;
        println!(
            "{family}: {agreement:.5} of {all} verdicts agree, {} do not",
            wrong.len()
        );
        let allowed = if *all < SMALL { 1.0 } else { AGREEMENT };
        if agreement < allowed {
            low.push(*family);
        }
    }
    let all = families.get(file.split('.').next().unwrap());
    let limit = std::env::var("PROMVET_SHOWN").map_or(SHOWN, |text| text.parse().unwrap());
    for line in all.into_iter().flat_map(|(_, wrong)| wrong).take(limit) {
        println!("{line}");
    }
    assert!(low.is_empty(), "too few verdicts agree in {low:?}");
}

fn shown(case: &Case) -> Vec<u8> {
    match (&case.expr, case.files.is_empty()) {
        (Some(expr), _) => expr.clone().into_bytes(),
        (None, true) => case.bytes(),
        (None, false) => {
            let named = case
                .files
                .iter()
                .filter(|(path, _)| *path != "prometheus.yml");
            named
                .flat_map(|(path, content)| {
                    [path.as_bytes(), b": ", &content.bytes(), b"\n"].concat()
                })
                .collect()
        }
    }
}

#[test]
fn values_of_configurations() {
    judge("values.jsonl.gz", configuration);
}

#[test]
fn expressions() {
    judge("promql.jsonl.gz", expression);
}

#[test]
fn templates_of_alerts() {
    judge("templates.jsonl.gz", rule_text);
}

#[test]
fn rule_files() {
    judge("rules.jsonl.gz", rule_text);
}

#[test]
fn target_files() {
    judge("targets.jsonl.gz", targets);
}
