//! A whole check, and every format of a report.

use std::path::PathBuf;

use promvet::finding::{Evidence, Finding, Place, Severity, Span, Text};
use promvet::report::{Options, Outcome, OutcomeFormat};
use promvet::run::{Request, run};
use promvet::source::Memory;

use super::{assert_place, text_of, within};

/// The work that the budgets of one file allow: relabel patterns (`prometheus::patterns`), and what
/// reading the rules' tables takes.
const BUDGETS: u64 = 20_000_000;

/// Any bytes as a configuration that is checked, and as everything that a finding says, in every
/// format: no report has a control character in it, and what should be JSON is.
pub fn reports(bytes: &[u8]) {
    for outcome in [checked(bytes), said(bytes)] {
        OutcomeFormat::all().for_each(|format| written(&outcome, format));
    }
}

/// The same for fuzzing, where all of it at once leaves little: the last byte, which changes
/// nothing in most files, chooses one outcome and one format.
pub fn one_report(bytes: &[u8]) {
    let chosen = usize::from(bytes.last().copied().unwrap_or_default());
    let outcome = if chosen % 2 == 0 {
        checked(bytes)
    } else {
        said(bytes)
    };
    let formats: Vec<_> = OutcomeFormat::all().collect();
    let format = formats.get(chosen / 2 % formats.len());
    format
        .into_iter()
        .for_each(|format| written(&outcome, *format));
}

/// What a check says of the bytes.
fn checked(bytes: &[u8]) -> Outcome {
    let tree = Memory::new().file("/tree/prometheus.yml", bytes);
    let request = Request {
        paths: vec![PathBuf::from("/tree/prometheus.yml")],
        threads: 1,
        inventory: true,
        ..Request::default()
    };
    let checked = within(bytes.len(), BUDGETS, 5_000, || run(&request, &tree));
    assert_eq!(checked.problems, [""; 0]);
    for reported in checked.outcome.findings() {
        assert_place(&reported.finding.place, &reported.finding.message);
    }
    checked.outcome
}

/// An outcome whose every sentence is the bytes.
fn said(bytes: &[u8]) -> Outcome {
    let text = text_of(bytes);
    let words = text.content();
    let place = Place::new(&text, Span::new(0, words.len()));
    let path = Text::new(words, b"a: b\n".to_vec());
    let mut finding = Finding::new("x/y", Severity::Error, place.clone(), words)
        .of_key(words, words)
        .help(words);
    finding.evidence.push(Evidence {
        place: Place::new(&path, Span::new(0, 1)),
        message: words.to_owned(),
    });
    let other = Finding::new(
        "x/z",
        Severity::Warning,
        Place::new(&path, Span::new(0, 1)),
        words,
    );
    Outcome::new(vec![finding, other], Vec::new(), Vec::new(), 0)
}

fn written(outcome: &Outcome, format: OutcomeFormat) {
    let name = format.name();
    let write = || {
        let mut bytes = Vec::new();
        let wrote = format.write(outcome, &mut bytes, &Options::default());
        assert!(wrote.is_ok(), "{name}");
        bytes
    };
    let bytes = write();
    assert_eq!(write(), bytes, "{name}: written twice");
    let Ok(text) = String::from_utf8(bytes) else {
        panic!("{name}: not UTF-8");
    };
    let hostile = text.chars().find(|c| *c != '\n' && is_hostile(*c));
    assert_eq!(hostile, None, "{name}");
    match format {
        OutcomeFormat::Json | OutcomeFormat::Sarif | OutcomeFormat::Gitlab => {
            assert_json(&text, name)
        }
        OutcomeFormat::JsonLines => text.lines().for_each(|line| assert_json(line, name)),
        OutcomeFormat::Github => assert!(text.lines().all(is_command), "{text}"),
        OutcomeFormat::Junit | OutcomeFormat::Checkstyle => {
            // XML 1.0 has no such characters, escaped or not.
            assert!(!text.contains(['\u{fffe}', '\u{ffff}']), "{name}");
        }
        _ => {}
    }
}

/// A line that only promvet can have written: a command of its own, or none.
fn is_command(line: &str) -> bool {
    let ours = ["::error ", "::warning ", "::notice "];
    ours.iter().any(|command| line.starts_with(command)) || !line.trim_start().starts_with("::")
}

/// Control characters, and those that turn the direction of what follows.
fn is_hostile(c: char) -> bool {
    c.is_control()
        || ('\u{202a}'..='\u{202e}').contains(&c)
        || ('\u{2066}'..='\u{2069}').contains(&c)
}

fn assert_json(text: &str, name: &str) {
    let read: Result<serde_json::Value, _> = serde_json::from_str(text);
    assert!(read.is_ok(), "{name}: {read:?}");
}
