//! Reports from outside: formats, files, standard output, and what is said when nothing is there.

use std::process::Command;

use crate::support::program::Ran;
use crate::support::report::{list, text};
use crate::support::scratch::Scratch;
use serde_json::Value;

const BAD: &str = "remote_write:\n  - url: cortex.example.com/api/v1/push\n";

fn bad_tree() -> Scratch {
    Scratch::new(&[("prometheus.yml", BAD)])
}

#[test]
fn several_reports_come_of_one_run() {
    let folder = bad_tree();
    let args = [
        "--output",
        "sarif=out.sarif",
        "--output",
        "github",
        "--output=junit=out.xml",
    ];
    let ran = folder.promvet(&args);
    assert_eq!(ran.status, Some(1), "{}", ran.stderr);
    let said = ran.stdout;
    assert!(said.lines().all(|line| line.starts_with("::")), "{said}");
    assert!(said.contains("file=prometheus.yml"), "{said}");
    let sarif: Value = serde_json::from_str(&folder.read("out.sarif")).unwrap();
    let run = &sarif["runs"][0];
    assert_eq!(run["results"][0]["ruleId"], "remote-write/url-syntax");
    let rules = list(&run["tool"]["driver"], "rules");
    assert!(
        rules
            .iter()
            .any(|rule| rule["id"] == "remote-write/url-syntax"
                && text(&rule["help"], "markdown").len() > 100),
        "{rules:?}"
    );
    let junit = folder.read("out.xml");
    assert!(junit.starts_with("<?xml"), "{junit}");
}

#[test]
fn without_a_format_for_it_standard_output_is_for_people() {
    let folder = bad_tree();
    let ran = folder.promvet(&["--output", "json=out.json"]);
    assert!(ran.stdout.contains("1 error in 1 configuration"));
    let dash = folder.promvet(&["--output", "json=-"]);
    assert_eq!(dash.stdout, folder.read("out.json"));
}

#[test]
fn the_exit_status_is_that_of_the_findings_in_every_format() {
    let folder = bad_tree();
    let help = folder.promvet(&["check", "--help"]).stdout;
    let formats = [
        "human",
        "concise",
        "json",
        "json-lines",
        "sarif",
        "github",
        "gitlab",
        "junit",
        "checkstyle",
        "markdown",
        "openmetrics",
    ];
    for format in formats {
        assert!(help.contains(&format!("- {format}:")), "{format}: {help}");
        let ran = folder.promvet(&["--format", format]);
        assert_eq!(ran.status, Some(1), "{format}");
        assert!(!ran.stdout.is_empty(), "{format}");
        let never = ["--format", format, "--fail-on", "never"];
        assert_eq!(folder.promvet(&never).status, Some(0));
    }
}

#[test]
fn what_can_not_be_written_is_reported_and_the_rest_is_written() {
    let folder = bad_tree();
    let args = [
        "--output",
        "json=no/such/out.json",
        "--output=junit=out.xml",
    ];
    let ran = folder.promvet(&args);
    assert_eq!(ran.status, Some(2));
    assert!(
        ran.stderr
            .contains("no/such/out.json: cannot write the report")
    );
    assert!(folder.at("out.xml").exists());
    assert!(ran.stdout.contains("1 error"));
    for (args, expected) in [
        (
            &["--output", "sarif", "--format", "json"][..],
            "json and sarif cannot both go to standard output",
        ),
        (
            &["--output", "json=x", "--output", "sarif=x"],
            "cannot be written to x",
        ),
        (&["--output", "sarife=x"], "did you mean `sarif`?"),
        (&["--output", "sarif="], "a path is missing"),
        (&["--format", "xml"], "openmetrics"),
    ] {
        let ran = folder.promvet(args);
        assert_eq!(ran.status, Some(2), "{args:?}");
        assert!(ran.stderr.contains(expected), "{}", ran.stderr);
    }
}

#[test]
fn a_folder_without_configurations_is_reported_once() {
    let folder = Scratch::empty();
    let ran = folder.promvet(&[]);
    assert_eq!(ran.stdout, "");
    assert!(ran.stderr.contains("no Prometheus configuration found"));
    assert_eq!(folder.json(&[])["summary"]["files"], 0);
}

#[test]
fn openmetrics_is_what_promtool_accepts() {
    let folder = bad_tree();
    let report = folder.promvet(&["--format", "openmetrics"]).stdout;
    match Ran::fed(Command::new("promtool").args(["check", "metrics"]), &report) {
        Ok(read) => assert_eq!(read.status, Some(0), "{}\n{report}", read.said()),
        Err(error) => eprintln!("skipped: promtool can't be run here: {error}"),
    }
}

/// A link or a pipe in the tree would send the report wherever its author wants.
#[test]
#[cfg(unix)]
fn a_report_is_not_written_through_what_the_tree_holds() {
    let scratch = Scratch::new(&[
        ("prometheus.yml", "scrape_configs: []\n"),
        ("victim", "mine"),
    ]);
    scratch.link("report.sarif", "victim");
    let elsewhere = Scratch::empty();
    scratch.link("reports", elsewhere.path());
    for to in ["report.sarif", "reports/a.sarif"] {
        let ran = scratch.promvet(&["check", "--output", &format!("sarif={to}")]);
        assert_eq!(ran.status, Some(2), "{to}: {}", ran.said());
        assert!(ran.stderr.contains(to), "{}", ran.said());
    }
    assert_eq!(scratch.read("victim"), "mine");
    assert!(!elsewhere.at("a.sarif").exists());
    let ran = scratch.promvet(&["check", "--output", "sarif=new.sarif"]);
    assert_eq!(ran.status, Some(0), "{}", ran.said());
    assert!(scratch.at("new.sarif").exists());
}
