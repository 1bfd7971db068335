//! What keeps a run within bounds.

use std::path::PathBuf;
use std::time::Duration;

use promvet::deadline::Deadline;
use promvet::report::{Format, Options};
use promvet::run::{Request, run};
use promvet::source::Memory;

#[test]
fn without_time_every_file_is_listed_as_not_checked() {
    let faulty = "remote_write:\n- url: nowhere\n";
    let tree = Memory::new()
        .file("/tree/a.yml", faulty)
        .file("/tree/b/prometheus.yml", faulty);
    let request = Request {
        paths: vec![PathBuf::from("/tree")],
        deadline: Deadline::after(Duration::ZERO),
        ..Request::default()
    };
    let run = run(&request, &tree);
    assert!(run.outcome.is_incomplete() && run.outcome.findings().is_empty());
    let unchecked: Vec<_> = run
        .outcome
        .unchecked()
        .iter()
        .map(|one| one.place.path().to_string())
        .collect();
    assert_eq!(unchecked.len(), 2, "{unchecked:?}");
    // Problems make the exit code 2.
    let [problem] = run.problems.as_slice() else {
        panic!("{:?}", run.problems)
    };
    assert!(
        problem.contains("--max-time") && problem.contains("2 files"),
        "{problem}"
    );
    let mut json = Vec::new();
    Format::Json
        .write(&run.outcome, &mut json, &Options::default())
        .unwrap();
    let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
    assert_eq!(json["incomplete"], true);
}

#[test]
fn with_time_nothing_is_incomplete() {
    let tree = Memory::new().file("/tree/a.yml", "remote_write:\n- url: nowhere\n");
    let request = Request {
        paths: vec![PathBuf::from("/tree")],
        deadline: Deadline::after(Duration::from_secs(3600)),
        ..Request::default()
    };
    let run = run(&request, &tree);
    assert!(!run.outcome.is_incomplete() && run.problems.is_empty());
    assert!(!run.outcome.findings().is_empty());
}
