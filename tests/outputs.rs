//! Reports from outside: formats, files, standard output, and what is said when nothing is there.

#![expect(
    clippy::unwrap_used,
    reason = "a test that can't go on says so by panicking"
)]

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

const BAD: &str = "remote_write:\n  - url: cortex.example.com/api/v1/push\n";

fn promvet(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_promvet"))
        .current_dir(folder)
        .args(args)
        .output()
        .unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn bad_tree() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("prometheus.yml"), BAD).unwrap();
    folder
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
    let output = promvet(folder.path(), &args);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let text = stdout(&output);
    assert!(text.lines().all(|line| line.starts_with("::")), "{text}");
    assert!(text.contains("file=prometheus.yml"), "{text}");
    let sarif = fs::read(folder.path().join("out.sarif")).unwrap();
    let sarif: Value = serde_json::from_slice(&sarif).unwrap();
    let run = &sarif["runs"][0];
    assert_eq!(run["results"][0]["ruleId"], "remote-write/url-syntax");
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    assert!(
        rules
            .iter()
            .any(|rule| rule["id"] == "remote-write/url-syntax"
                && rule["help"]["markdown"].as_str().unwrap().len() > 100),
        "{rules:?}"
    );
    let junit = fs::read_to_string(folder.path().join("out.xml")).unwrap();
    assert!(junit.starts_with("<?xml"), "{junit}");
}

#[test]
fn without_a_format_for_it_standard_output_is_for_people() {
    let folder = bad_tree();
    let output = promvet(folder.path(), &["--output", "json=out.json"]);
    assert!(stdout(&output).contains("1 error in 1 configuration"));
    let dash = promvet(folder.path(), &["--output", "json=-"]);
    assert_eq!(
        dash.stdout,
        fs::read(folder.path().join("out.json")).unwrap()
    );
}

#[test]
fn the_exit_status_is_that_of_the_findings_in_every_format() {
    let folder = bad_tree();
    let help = stdout(&promvet(folder.path(), &["check", "--help"]));
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
        let output = promvet(folder.path(), &["--format", format]);
        assert_eq!(output.status.code(), Some(1), "{format}");
        assert!(!output.stdout.is_empty(), "{format}");
        let never = ["--format", format, "--fail-on", "never"];
        assert_eq!(promvet(folder.path(), &never).status.code(), Some(0));
    }
}

#[test]
fn what_can_not_be_written_is_said_and_the_rest_is_written() {
    let folder = bad_tree();
    let args = [
        "--output",
        "json=no/such/out.json",
        "--output=junit=out.xml",
    ];
    let output = promvet(folder.path(), &args);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("no/such/out.json: the report can't be written"));
    assert!(folder.path().join("out.xml").exists());
    assert!(stdout(&output).contains("1 error"));
    for (args, expected) in [
        (
            &["--output", "sarif", "--format", "json"][..],
            "json and sarif can't both go to standard output",
        ),
        (
            &["--output", "json=x", "--output", "sarif=x"],
            "can't be written to x",
        ),
        (&["--output", "sarife=x"], "did you mean sarif?"),
        (&["--output", "sarif="], "a path is missing"),
        (&["--format", "xml"], "openmetrics"),
    ] {
        let output = promvet(folder.path(), args);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(stderr(&output).contains(expected), "{}", stderr(&output));
    }
}

#[test]
fn a_folder_without_configurations_is_told_once() {
    let folder = tempfile::tempdir().unwrap();
    let output = promvet(folder.path(), &[]);
    assert_eq!(stdout(&output), "");
    assert!(stderr(&output).contains("no Prometheus configuration here"));
    let json = promvet(folder.path(), &["--format", "json"]);
    let report: Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(report["summary"]["files"], 0);
}

#[test]
fn openmetrics_is_what_promtool_accepts() {
    let folder = bad_tree();
    let mut promtool = match Command::new("promtool")
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
    {
        Ok(promtool) => promtool,
        Err(error) => {
            eprintln!("skipped: promtool can't be run here: {error}");
            return;
        }
    };
    let report = promvet(folder.path(), &["--format", "openmetrics"]);
    std::io::Write::write_all(&mut promtool.stdin.take().unwrap(), &report.stdout).unwrap();
    let said = promtool.wait_with_output().unwrap();
    assert!(
        said.status.success(),
        "{}{}\n{}",
        stdout(&said),
        stderr(&said),
        stdout(&report)
    );
}
