//! What holds for every format, and a picture of each.

use proptest::prelude::*;

use super::outcome::{CheckedFile, Outcome};
use super::sample::{self, finding, marked, options};
use super::{Options, OutcomeFormat};
use crate::finding::{Place, Severity, Span, Text};

fn written(format: OutcomeFormat, outcome: &Outcome, options: &Options<'_>) -> String {
    let mut bytes = Vec::new();
    format.write(outcome, &mut bytes, options).unwrap();
    String::from_utf8(bytes).unwrap()
}

/// An outcome with these findings in as many files as they name.
fn with_files(findings: Vec<crate::finding::Finding>, files: usize, endpoints: usize) -> Outcome {
    let files = (0..files).map(|n| CheckedFile {
        path: format!("{n}.yml").into(),
        dialect: "prometheus".into(),
        configurations: 1,
    });
    Outcome::new(findings, files.collect(), vec![], endpoints)
}

#[test]
fn pictures() {
    for format in OutcomeFormat::all() {
        insta::assert_snapshot!(
            format.name(),
            written(format, &sample::outcome(), &options())
        );
        insta::assert_snapshot!(
            format!("{}_empty", format.name()),
            written(format, &Outcome::default(), &Options::default())
        );
    }
}

#[test]
fn picture_in_ascii_on_a_narrow_terminal() {
    let options = Options {
        unicode: false,
        width: 60,
        quiet: true,
        ..options()
    };
    insta::assert_snapshot!(written(OutcomeFormat::Human, &sample::outcome(), &options));
}

#[test]
fn color_changes_nothing_but_colors() {
    let plain = written(OutcomeFormat::Human, &sample::outcome(), &options());
    let color = Options {
        color: true,
        ..options()
    };
    let colored = written(OutcomeFormat::Human, &sample::outcome(), &color);
    assert_ne!(colored, plain);
    let escape = regex::Regex::new("\u{1b}\\[[0-9;]*m").unwrap();
    let bare: Vec<&str> = plain.lines().map(str::trim_end).collect();
    let stripped = escape.replace_all(&colored, "").into_owned();
    let stripped: Vec<&str> = stripped.lines().map(str::trim_end).collect();
    assert_eq!(stripped, bare);
}

#[test]
fn no_format_shows_a_secret_or_a_control_character() {
    for format in OutcomeFormat::all() {
        let text = written(format, &sample::outcome(), &options());
        for secret in sample::SECRETS {
            assert!(!text.contains(secret), "{} shows {secret}", format.name());
        }
        for c in text.chars() {
            assert!(
                c == '\n' || !super::neutral::is_hostile(c),
                "{} shows {c:?}",
                format.name()
            );
        }
    }
}

#[test]
fn the_summary_reads_well() {
    let at = |path: &str, severity| {
        let (_, place) = marked(path, "⟦a⟧: b");
        finding("x/y", severity, place, "a", "m")
    };
    for (outcome, expected) in [
        (
            with_files(vec![], 0, 0),
            "No findings in 0 configurations; 0 endpoints.",
        ),
        (
            with_files(vec![], 1, 1),
            "No findings in 1 configuration; 1 endpoint.",
        ),
        (
            with_files(vec![at("0.yml", Severity::Error)], 1, 2),
            "1 error in 1 configuration; 2 endpoints.",
        ),
        (
            with_files(
                vec![
                    at("0.yml", Severity::Error),
                    at("0.yml", Severity::Error),
                    at("1.yml", Severity::Info),
                ],
                14,
                20,
            ),
            "2 errors, 1 info in 2 of 14 configurations; 20 endpoints.",
        ),
        (
            with_files(vec![at("promvet.yaml", Severity::Warning)], 3, 3),
            "1 warning in 3 configurations; 3 endpoints.",
        ),
    ] {
        let text = written(OutcomeFormat::Human, &outcome, &options());
        assert_eq!(text.lines().last(), Some(expected));
    }
}

#[test]
fn figures_count_files_once_and_configurations_each() {
    let file = |path: &str, configurations| CheckedFile {
        path: path.into(),
        dialect: "kubernetes".into(),
        configurations,
    };
    let files = vec![file("a.yml", 2), file("a.yml", 1), file("promvet.yaml", 0)];
    let outcome = Outcome::new(vec![], files, vec![], 3);
    let text = written(OutcomeFormat::Human, &outcome, &options());
    assert_eq!(
        text,
        "No findings in 2 files; 3 configurations; 3 endpoints.\n"
    );
}

#[test]
fn findings_that_differ_in_what_proves_them_are_not_folded() {
    let one = |path: &str, proof: &str| {
        let (_, place) = marked(path, "⟦a⟧: b");
        let finding = finding("x/y", Severity::Error, place.clone(), "a", "m");
        finding.evidence(place, proof)
    };
    let findings = vec![one("a", "one"), one("b", "two"), one("c", "one")];
    let text = written(
        OutcomeFormat::Human,
        &Outcome::new(findings, vec![], vec![], 0),
        &options(),
    );
    assert_eq!(text.matches("error[x/y]").count(), 2);
    assert!(text.contains("and 1 more like it: c:1:1\n"), "{text}");
}

#[test]
fn fingerprints_are_numbered_where_findings_are_alike_and_stay_when_some_are_left_out() {
    let at = |source: &str| {
        let (_, place) = marked("a.yml", source);
        finding("x/y", Severity::Error, place, "a", "m")
    };
    let mut outcome = Outcome::new(vec![at("b: ⟦c⟧"), at("⟦b⟧: c")], vec![], vec![], 0);
    let names: Vec<String> = outcome
        .findings()
        .iter()
        .map(|it| it.fingerprint.clone())
        .collect();
    assert_ne!(names.first(), names.last());
    outcome.retain(|it| it.finding.place.span().start > 0);
    assert_eq!(outcome.findings()[0].fingerprint, names[1]);
}

/// Whether a line would be a command to the service that runs a job.
fn is_command(line: &str) -> bool {
    line.trim_start().starts_with("::") || line.contains("##[") || line.contains("##vso[")
}

#[test]
fn commands_from_the_input_reach_no_service() {
    let (_, place) = marked(
        "::error::x.yml",
        "##[error]\n::error::⟦a⟧: ##vso[task] b\n::warning::",
    );
    let message = "words that fill a line up to where it is wrapped, which is after column 98 or so, ::error::x\n::x ##[x]";
    let said = finding("x/y", Severity::Error, place.clone(), "##[a]", message)
        .help(message)
        .evidence(place, message);
    let outcome = Outcome::new(vec![said], vec![], vec![], 0);
    for format in OutcomeFormat::all() {
        let text = written(format, &outcome, &options());
        for line in text.lines() {
            let ours = format == OutcomeFormat::Github && line.starts_with("::error file=");
            assert!(ours || !is_command(line), "{}: {line}", format.name());
        }
    }
}

/// Text made of what gives formats trouble.
fn trouble() -> impl Strategy<Value = String> {
    let piece = proptest::sample::select(vec![
        "\n",
        "\r",
        "\r\n",
        "\t",
        " ",
        "::",
        "##[",
        "`",
        "|",
        ",",
        "%",
        "password: ",
        "hunter2-x",
        "://u:",
        "@",
        "\"",
        "'",
        "<",
        "&",
        "]]>",
        "](",
        "é",
        "日",
        "👩‍🔧",
        "\u{301}",
        "\u{202e}",
        "\u{feff}",
        "\u{fffe}",
        "\u{1b}[2J",
        "\0",
        "word",
    ]);
    proptest::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_bytes_in_any_place_are_written_by_every_format(
        bytes in prop_oneof![
            proptest::collection::vec(any::<u8>(), 0..300),
            trouble().prop_map(String::into_bytes),
        ],
        path in prop_oneof!["(?s).{1,20}", trouble()],
        message in prop_oneof!["(?s).{0,80}", trouble()],
        (start, len, other) in (0..320_usize, 0..320_usize, 0..320_usize),
        width in 0..220_usize,
        unicode in any::<bool>(),
    ) {
        let text = Text::recognized(path.as_str(), bytes);
        let boundary = |mut at: usize| {
            at = at.min(text.content().len());
            while !text.content().is_char_boundary(at) {
                at -= 1;
            }
            at
        };
        let span = Span::new(boundary(start), boundary(start + len));
        let proof = Place::new(&text, Span::new(boundary(other), boundary(other)));
        let finding = finding("x/y", Severity::Error, Place::new(&text, span), "a", &message)
            .help(message.clone())
            .evidence(proof, message.clone());
        let outcome = Outcome::new(vec![finding.clone(), finding], vec![], vec![], 1);
        let options = Options { width, unicode, ..options() };
        for format in OutcomeFormat::all() {
            let text = written(format, &outcome, &options);
            prop_assert!(!text.chars().any(|c| c != '\n' && super::neutral::is_hostile(c)));
            let commands = text.lines().filter(|line| is_command(line)).count();
            let lines = text.lines().count();
            prop_assert_eq!(commands, if format == OutcomeFormat::Github { lines } else { 0 });
        }
    }
}
