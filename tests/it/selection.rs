//! `--select`, `--ignore`, `--exclude`, and the lists of rules and receivers.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

use serde_json::Value;

use crate::support::scratch::Scratch;

const BAD: &str =
    "remote_write:\n- url: metrics.example.com//api/v1/push\n  bearer_token: hunter2-0123456789\n";

fn rules_of(folder: &Scratch, args: &[&str]) -> Vec<String> {
    let report = folder.json(&[&["check", "."], args].concat());
    let findings = report["findings"].as_array().unwrap().iter();
    let rules = findings.map(|finding| finding["rule"].as_str().unwrap().to_owned());
    rules.collect()
}

#[test]
fn rules_and_groups_are_selected_and_ignored() {
    let folder = Scratch::new(&[("prometheus.yml", BAD)]);
    let all = rules_of(&folder, &[]);
    assert!(
        all.iter().any(|rule| rule.starts_with("remote-write/")),
        "{all:?}"
    );
    let some = rules_of(&folder, &["--select", "credentials,remote-write/redirect"]);
    assert!(!some.is_empty(), "{all:?}");
    assert!(
        some.iter()
            .all(|rule| rule.starts_with("credentials/") || rule == "remote-write/redirect")
    );
    let rest = rules_of(&folder, &["--ignore", "credentials"]);
    assert!(rest.iter().all(|rule| !rule.starts_with("credentials/")) && !rest.is_empty());
    let ran = folder.promvet(&["check", "--select", "tls", "."]);
    assert_eq!(ran.status, Some(0), "{}", ran.said());
}

#[test]
fn what_the_policy_turns_off_stays_off() {
    let policy = "rules: {credentials/committed: off}\n";
    let folder = Scratch::new(&[("prometheus.yml", BAD), ("promvet.yaml", policy)]);
    assert!(rules_of(&folder, &["--select", "credentials/committed"]).is_empty());
}

#[test]
fn a_misspelled_name_is_answered_with_the_right_one() {
    let folder = Scratch::new(&[("prometheus.yml", BAD)]);
    for (args, says) in [
        (&["check", "--select", "tsl"][..], "did you mean `tls`?"),
        (
            &["check", "--ignore", "remote-write/redirekt"],
            "did you mean `remote-write/redirect`?",
        ),
        (&["chekc"], "did you mean `promvet check`?"),
        (&["check", "--formt", "json"], "'--format'"),
    ] {
        let ran = folder.promvet(args);
        assert_eq!(ran.status, Some(2), "{args:?}");
        assert!(ran.stderr.contains(says), "{args:?}: {}", ran.stderr);
    }
}

#[test]
fn files_are_left_out() {
    let folder = Scratch::new(&[
        ("a/prometheus.yml", BAD),
        ("testdata/prometheus.yml", BAD),
        ("b/x.yml", "rule_files: [missing.yml]\nscrape_configs: []\n"),
    ]);
    let paths = |args: &[&str]| -> Vec<String> {
        let report = folder.json(&[&["check"], args].concat());
        let files = report["files"].as_array().unwrap().iter();
        files
            .map(|file| file["path"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(
        paths(&[".", "--exclude", "testdata"]),
        ["a/prometheus.yml", "b/x.yml"]
    );
    assert_eq!(
        paths(&[".", "--exclude", "testdata", "--exclude", "b/*.yml"]),
        ["a/prometheus.yml"]
    );
    let named = ["testdata/prometheus.yml", "--exclude", "testdata"];
    assert_eq!(
        paths(&named),
        ["testdata/prometheus.yml"],
        "what is named is checked"
    );
    let ran = folder.promvet(&["files", "--exclude", "testdata", "."]);
    assert!(
        ran.stdout
            .contains("testdata/prometheus.yml: not checked: --exclude"),
        "{}",
        ran.said()
    );
    let wrong = folder.promvet(&["check", "--exclude", "a[", "."]);
    assert_eq!(wrong.status, Some(2), "{}", wrong.said());
}

#[test]
fn rules_and_receivers_are_listed_for_people_and_programs() {
    let folder = Scratch::empty();
    let json =
        |args: &[&str]| -> Value { serde_json::from_str(&folder.promvet(args).stdout).unwrap() };
    let rules = json(&["rules", "--format", "json"]);
    let rules = rules["rules"].as_array().unwrap();
    let named = |rule: &&Value| rule["name"] == "remote-write/redirect";
    let redirect = rules.iter().find(named).unwrap();
    assert_eq!(
        (&redirect["severity"], &redirect["fixable"]),
        (&"error".into(), &true.into())
    );
    let receivers = json(&["receivers", "--format", "json"]);
    let receivers = receivers["receivers"].as_array().unwrap();
    assert!(receivers.len() > 50 && receivers.iter().any(|it| it["id"] == "mimir"));
    let table = folder.promvet(&["receivers"]).stdout;
    let mimir = table
        .lines()
        .find(|line| line.starts_with("mimir "))
        .unwrap();
    assert!(mimir.contains("self-hosted"), "{mimir}");
}
