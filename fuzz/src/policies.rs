//! promvet.yaml, custom rules, baselines, and profiles of receivers.

use std::path::PathBuf;
use std::sync::Arc;

use promvet::facts::receiver::read_profile;
use promvet::policy::{Policy, PolicyError, read_baseline};
use promvet::rules::custom::CustomRules;
use promvet::run::{Request, run};
use promvet::source::Memory;
use promvet::yaml::parse_first;

use super::{YAML, assert_place, text_of, within};

/// What custom rules are tried on.
const CONFIGURATION: &str = "\
global: {scrape_interval: 10s, external_labels: {cluster: a}}
scrape_configs:
- job_name: a
  static_configs: [{targets: ['a:1']}]
remote_write:
- url: https://mimir.example.com/api/v1/push
  headers: {X-Scope-OrgID: shop}
";

/// The work that a custom rule may take on it: its budget for a file (`rules::custom::budget`), and
/// what the rest of the check takes.
const RULE: u64 = 20_000_000;

/// Any bytes as what a repository says of itself: faults are inside, and what is accepted is used
/// within its budget.
pub fn policies(bytes: &[u8]) {
    let text = text_of(bytes);
    if let Err(faults) = within(bytes.len(), YAML.0, 2 * YAML.1, || Policy::read(&text, "")) {
        faulty(&faults);
    }
    if let Err(faults) = read_baseline(&text) {
        faulty(&faults);
    }
    if let Ok(document) = parse_first(&text)
        && let Some(root) = document.root()
    {
        let _ = read_profile(root);
    }
    match CustomRules::read(&[("a".to_owned(), text)]) {
        Err(faults) => faulty(&faults),
        Ok(rules) => within(bytes.len(), RULE, 1_000, || applied(rules)),
    }
}

fn faulty(faults: &[PolicyError]) {
    assert!(!faults.is_empty(), "refused without a reason");
    for fault in faults {
        assert_place(&fault.place, &fault.message);
        assert!(!fault.message.is_empty());
    }
}

fn applied(rules: CustomRules) {
    let request = Request {
        paths: vec![PathBuf::from("/tree")],
        threads: 1,
        own: Some(Arc::new(rules)),
        ..Request::default()
    };
    let tree = Memory::new().file("/tree/prometheus.yml", CONFIGURATION);
    let run = run(&request, &tree);
    assert_eq!(run.problems, [""; 0]);
    for reported in run.outcome.findings() {
        assert_place(&reported.finding.place, &reported.finding.message);
    }
}
