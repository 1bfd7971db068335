use super::{TargetFormat, check, check_text, json_fault};
use crate::yaml::parse_first;
use crate::{TargetReleases, Version};
use promvet_text::{Severity, Text};

fn found(source: &str, format: TargetFormat, target: &TargetReleases) -> Vec<(String, String)> {
    let text = Text::new("targets", source.into());
    let document = parse_first(&text).unwrap();
    let findings = check(&document, format, false, target);
    findings
        .into_iter()
        .map(|finding| {
            (
                text.slice(finding.place.span()).to_owned(),
                finding.message.into(),
            )
        })
        .collect()
}

#[test]
fn sound_files_give_nothing() {
    for (format, source) in [
        (TargetFormat::Yaml, ""),
        (TargetFormat::Yaml, "[]"),
        (
            TargetFormat::Yaml,
            "- targets: [a:1, b, 5, 'c']\n  labels: {a: 1, b.c: true}\n- {}\n- targets:\n",
        ),
        (TargetFormat::Json, "null"),
        (
            TargetFormat::Json,
            "[{\"targets\": [\"a:1\"], \"labels\": {\"a\": \"b\"}}, {\"Targets\": null}]",
        ),
        (
            TargetFormat::Json,
            "[{\"targets\": [], \"targets\": [\"a\"]}]",
        ),
    ] {
        assert_eq!(
            found(source, format, &TargetReleases::default()),
            vec![],
            "{source}"
        );
    }
}

#[test]
fn json_is_read_whatever_yaml_makes_of_it() {
    let found = |bytes: &[u8]| {
        let text = Text::new("t.json", bytes.to_vec());
        let findings = check_text(&text, TargetFormat::Json, false, &TargetReleases::default());
        let reported = findings.into_iter().map(|finding| {
            (
                finding.place.start().column,
                finding.severity,
                finding.message,
            )
        });
        reported.collect::<Vec<_>>()
    };
    for sound in [
        &b"[{\"targets\":[\"a:1\"],\t\"labels\":\t{\"b\":\"c\\/d\"}}]"[..],
        b"[\n\t{\"targets\"\n: [\"\\ud83d\\ude00\"]}]",
        b"[{\"targets\": [\"a\\u00e9\"], \"labels\": {\"x\": \"\xff\"}}]",
    ] {
        assert_eq!(found(sound), vec![], "{}", String::from_utf8_lossy(sound));
    }
    for (faulty, column, words) in [
        (&b"\xef\xbb\xbf[]"[..], 1, "byte-order mark"),
        (b"\xff\xfe[\0]\0", 1, "byte-order mark"),
        (
            b"[{\"targets\": [], \"label\\/\": {}}]",
            18,
            "unknown key `label/`",
        ),
        (b"[{\"target\": [\"\xff\"]}]", 3, "unknown key `target`"),
    ] {
        let reported = found(faulty);
        let near = reported
            .iter()
            .any(|finding| finding.0 == column && finding.2.contains(words));
        assert!(near, "{reported:?} {}", String::from_utf8_lossy(faulty));
    }
}

#[test]
fn addresses_that_are_none_are_warnings() {
    let found = |source: &str, relabeled: bool| {
        let text = Text::new("t.yml", source.into());
        let findings = check_text(
            &text,
            TargetFormat::Yaml,
            relabeled,
            &TargetReleases::default(),
        );
        findings.into_iter().map(|finding| finding.severity).max()
    };
    for address in ["http://a", "a:80/metrics", "", "//a", "${HOST}/x"] {
        let source = format!("- targets: ['{address}']\n");
        assert_eq!(found(&source, false), Some(Severity::Warning), "{address}");
        assert_eq!(found(&source, true), None, "{address}");
    }
    for address in ["a:80", "a", "[::1]:80"] {
        assert_eq!(
            found(&format!("- targets: ['{address}']\n"), false),
            None,
            "{address}"
        );
    }
    assert_eq!(
        found("- labels: {!!int x: y}\n", false),
        Some(Severity::Error)
    );
}

#[test]
fn faults_are_found_at_their_place() {
    for (format, source, token, words) in [
        (
            TargetFormat::Yaml,
            "targets: [a]\n",
            "targets: [a]",
            "expected a list of groups",
        ),
        (
            TargetFormat::Yaml,
            "- targets: a\n",
            "a",
            "`targets`: expected a list",
        ),
        (
            TargetFormat::Yaml,
            "- targets: [a]\n-\n",
            "- targets: [a]\n-",
            "empty",
        ),
        (
            TargetFormat::Yaml,
            "- a\n",
            "a",
            "expected a mapping with `targets`",
        ),
        (
            TargetFormat::Yaml,
            "- target: [a]\n",
            "target",
            "unknown key",
        ),
        (
            TargetFormat::Yaml,
            "- targets: [a]\n  job: b\n",
            "job",
            "unknown key",
        ),
        (
            TargetFormat::Yaml,
            "- Targets: [a]\n",
            "Targets",
            "unknown key",
        ),
        (TargetFormat::Yaml, "- labels: [a]\n", "[a]", "a mapping"),
        (
            TargetFormat::Yaml,
            "- targets: []\n  labels: {a: [b]}\n",
            "[b]",
            "expected text",
        ),
        (
            TargetFormat::Yaml,
            "- targets: [{a: b}]\n",
            "{a: b}",
            "expected text",
        ),
        (
            TargetFormat::Yaml,
            "- targets: []\n  labels: {a: b, a: c}\n",
            "a",
            "twice",
        ),
        (
            TargetFormat::Json,
            "[{\"targets\": [9100]}]",
            "9100",
            "must be a string in JSON",
        ),
        (
            TargetFormat::Json,
            "[{\"targets\": [], \"labels\": {\"a\": 1}}]",
            "1",
            "must be a string in JSON",
        ),
    ] {
        let found = found(source, format, &TargetReleases::default());
        let [(shown, message)] = found.as_slice() else {
            panic!("{source}: {found:?}")
        };
        assert_eq!(shown, token, "{source}");
        assert!(message.contains(words), "{source}: {message}");
    }
}

#[test]
fn names_of_labels_follow_the_version() {
    let source = "- targets: []\n  labels: {a.b: c}\n";
    assert_eq!(
        found(
            source,
            TargetFormat::Yaml,
            &TargetReleases::of(Version::new(3, 0, 0))
        ),
        vec![]
    );
    assert_eq!(
        found(
            source,
            TargetFormat::Yaml,
            &TargetReleases::of(Version::new(2, 53, 0))
        )
        .len(),
        1
    );
}

#[test]
fn json_is_read_as_go_reads_it() {
    assert_eq!(json_fault("[{\"targets\": []}]"), None);
    for (text, at) in [
        ("", 0),
        ("[1,]", 3),
        ("[\n {'a': 1}]", 4),
        ("[] # x", 3),
        ("[", 0),
    ] {
        let (span, words) = json_fault(text).expect(text);
        assert_eq!(span.start, at, "{text}: {words}");
        assert!(!words.contains("line"), "{words}");
    }
}

proptest::proptest! {
    #[test]
    fn no_text_panics(text in "(targets|labels|: |\\n|- |\\{|\\}|\\[|\\]|a|\"|1|,|\\PC){0,30}") {
        let _ = json_fault(&text);
        let text = Text::new("t.json", text.into());
        if let Ok(document) = parse_first(&text) {
            let _ = check(&document, TargetFormat::Json, false, &TargetReleases::default());
            let _ = check(&document, TargetFormat::Yaml, false, &TargetReleases::default());
        }
    }
}
