//! Configurations that are not YAML: what is wrong in their whole parts is reported, and nothing that
//! the missing parts could make right.

#![expect(
    clippy::unwrap_used,
    reason = "a test may panic, and says what it measured"
)]

use std::collections::BTreeSet;
use std::path::Path;

use promvet::discover::{self, FileContent};
use promvet::finding::{Finding, Severity, Text, rule};
use promvet::rules::{self, example};
use promvet::source::Memory;

use crate::support::{memory, recorded};

/// What is said of a file of a tree: rule and line.
fn said(tree: &Memory, path: &str) -> BTreeSet<(String, usize)> {
    let found = memory::found("/tree", tree);
    let own = found.iter().filter(|one| one.place.path().ends_with(path));
    own.map(key).collect()
}

fn key(finding: &Finding) -> (String, usize) {
    (finding.rule.to_string(), finding.place.start().line)
}

/// Faults that end what YAML can be read as, each without a line more or less.
const FAULTS: &[&str] = &[": x: y", " [", " 'z", " \"z", " {a: "];

/// A text with a fault in a line (from 0); none if that is not the line of a key and a value.
fn with_fault(source: &str, line: usize, fault: &str) -> Option<String> {
    let lines: Vec<&str> = source.lines().collect();
    let broken = lines.get(line)?;
    let is_key = broken.contains(": ") || broken.ends_with(':');
    let is_plain = is_key && !broken.contains(['#', '\'', '"', '[', '{', '|', '>', '&', '*']);
    let key = broken.split_once(':').filter(|_| is_plain)?.0;
    let mut out: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
    *out.get_mut(line)? = format!("{key}:{fault}");
    Some(out.join("\n") + "\n")
}

/// Breaks a configuration at some of its lines. Returns what is said only of a broken one, and how much
/// of what was said is kept.
fn differences(files: &[(String, String)], path: &str, every: usize) -> (Vec<String>, usize) {
    let (_, source) = files.iter().find(|(one, _)| one == path).unwrap();
    let others = files.iter().filter(|(one, _)| one != path);
    let others: Vec<_> = others.collect();
    let tree = |source: &str| {
        let tree = memory::tree(&others.iter().map(|&(p, c)| (p, c)).collect::<Vec<_>>());
        memory::below(tree, &[(path, source)])
    };
    let before = said(&tree(source), path);
    let (mut more, mut kept) = (Vec::new(), 0);
    for line in (0..source.lines().count()).step_by(every) {
        let fault = FAULTS.get(line % FAULTS.len()).unwrap();
        let Some(broken) = with_fault(source, line, fault) else {
            continue;
        };
        let after = said(&tree(&broken), path);
        if !after.iter().any(|(rule, _)| rule == rule::SCHEMA_SYNTAX) {
            continue;
        }
        let new = after.difference(&before);
        let new = new.filter(|(rule, _)| rule != rule::SCHEMA_SYNTAX);
        more.extend(new.map(|one| format!("{path}: {fault} in line {}: {one:?}", line + 1)));
        kept += after.len() - 1;
    }
    (more, kept)
}

#[test]
fn a_fault_adds_nothing_to_the_examples_of_the_pages() {
    let (mut more, mut kept) = (Vec::new(), 0);
    for page in rules::all() {
        for example in example::examples(page.text) {
            if example.path != "prometheus.yml" {
                continue;
            }
            let mut files = example.files.clone();
            files.push((example.path.clone(), example.text.clone()));
            let (found, some) = differences(&files, &example.path, 1);
            more.extend(found);
            kept += some;
        }
    }
    println!("{kept} findings are kept");
    assert!(more.is_empty(), "{}\n{}", more.len(), more.join("\n"));
    assert!(kept > 200, "{kept}");
}

#[test]
fn a_fault_adds_nothing_to_the_configurations_of_a_corpus() {
    let Some(shared) = recorded::folder() else {
        return;
    };
    let (mut more, mut kept) = (Vec::new(), 0);
    for (name, bytes) in crate::readers::files(shared.join("corpus/tree")) {
        if !discover::may_hold(Path::new(&name), &bytes) || bytes.len() > 20_000 {
            continue;
        }
        let text = Text::new(name.clone(), bytes);
        let recognized = discover::examine(text, false, false);
        if recognized.masked || !matches!(recognized.what, FileContent::Configuration { .. }) {
            continue;
        }
        let path = Path::new(&name).file_name().unwrap().to_string_lossy();
        let source = recognized.text.content().to_owned();
        let files = [(path.to_string(), source)];
        let (found, some) = differences(&files, &path, 17);
        more.extend(found.iter().map(|one| format!("{name} {one}")));
        kept += some;
    }
    println!("{kept} findings are kept");
    assert!(more.is_empty(), "{}\n{}", more.len(), more.join("\n"));
}

/// What is found in a configuration, from warnings on: lines and rules.
fn found(source: &str) -> Vec<(usize, String)> {
    let found = memory::found("/tree", &memory::tree(&[("prometheus.yml", source)]));
    let mut found: Vec<_> = found
        .iter()
        .filter(|one| one.severity > Severity::Info)
        .map(|one| (one.place.start().line, one.rule.to_string()))
        .collect();
    found.sort();
    found
}

#[test]
fn what_is_wrong_around_a_fault_is_reported() {
    let source = "\
global:
  scrape_intervall: 15s
scrape_configs:
  - job_name: a
    metrics_paht: /x
    static_configs:
      - targets: [a:9100]
  - job_name: b
    static_configs:
      - targets: [b:9100
  - job_name: c
    scrape_interval: often
remote_write:
  - url: mimir/api/v1/push
";
    let expected = [
        (2, "schema/unknown-field"),
        (5, "schema/unknown-field"),
        (10, "schema/syntax"),
        (12, "schema/invalid-value"),
        (14, "remote-write/url-syntax"),
    ];
    let found = found(source);
    let lines: Vec<_> = found
        .iter()
        .map(|(line, rule)| (*line, rule.as_str()))
        .collect();
    let expected_rules: Vec<_> = expected.iter().map(|(_, rule)| *rule).collect();
    let found_rules: Vec<_> = lines.iter().map(|(_, rule)| *rule).collect();
    assert_eq!(found_rules, expected_rules, "{lines:?}");
    let at = |at: usize| lines.iter().any(|(line, _)| *line == at);
    assert!([2, 5, 12, 14].into_iter().all(at), "{lines:?}");
}

#[test]
fn what_a_missing_part_may_make_right_is_not_reported() {
    // The interval that the timeout is compared with is that of a section that can't be read.
    let source = |global: &str| {
        format!(
            "global:\n  scrape_interval: 3m\n{global}scrape_configs:\n- job_name: a\n  scrape_timeout: 2m\n  \
             static_configs: [{{targets: ['a:1']}}]\n"
        )
    };
    assert_eq!(found(&source("")), []);
    let broken = found(&source("  external_labels: x: y\n"));
    assert_eq!(broken, [(3, "schema/syntax".to_owned())]);
}

#[test]
fn a_suppression_counts_in_a_broken_file_too() {
    let source = "scrape_configs:\n- job_name: a\n  # promvet: ignore[schema/unknown-field] later\n  b: c\n\
                  - job_name: [\nremote_write:\n- url: http://a/api/v1/write\n  d: e\n";
    let found = found(source);
    let unknown = found
        .iter()
        .filter(|(_, rule)| rule == "schema/unknown-field");
    let lines: Vec<_> = unknown.map(|(line, _)| *line).collect();
    assert_eq!(lines, [8], "{found:?}");
}

#[test]
fn no_secret_of_a_broken_file_is_shown() {
    let source = "remote_write:\n- url: https://a.example.org/api/v1/write\n  basic_auth: {username: a, \
                  password: Sw0rdfish, b: c}\nscrape_configs:\n- job_name: [\n";
    let tree = memory::tree(&[("prometheus.yml", source)]);
    let run = memory::judged(&memory::at("/tree"), &tree);
    assert!(run.outcome.findings().len() > 1);
    for one in run.outcome.findings() {
        let place = &one.finding.place;
        let shown = format!("{:?} {}", place.excerpt(3), one.finding.message);
        assert!(!shown.contains("Sw0rdfish"), "{shown}");
    }
}
