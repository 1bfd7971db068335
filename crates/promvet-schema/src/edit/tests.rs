use std::sync::Arc;

use promvet_text::Advice;

use super::*;
use crate::yaml::embedded;

/// What becomes of a text when an advice about the first place of `at` is taken.
fn taken(source: &str, at: &str, advice: impl Fn(Span) -> Advice) -> Result<String, Declined> {
    let text = Text::new("a.yml", source.as_bytes().to_vec());
    let document = parse_first(&text).unwrap();
    let start = source.find(at).unwrap();
    let advice = advice(Span::new(start, start + at.len()));
    let edits = edits(&document, advice.action())?;
    Ok(apply(text.content(), &edits))
}

#[test]
fn values_are_written_in_the_style_that_they_have() {
    for (source, at, new, expected) in [
        ("a: kep # why\n", "kep", "keep", Ok("a: keep # why\n")),
        ("a: 'kep'\n", "'kep'", "it's", Ok("a: 'it''s'\n")),
        ("a: \"kep\"\n", "\"kep\"", "a\"b", Ok("a: \"a\\\"b\"\n")),
        ("a: kep\n", "kep", "a: b", Ok("a: 'a: b'\n")),
        ("a: [kep]\n", "kep", "a, b", Ok("a: ['a, b']\n")),
        ("a: http://h/x\n", "http", "https", Ok("a: https://h/x\n")),
        ("a: ab\n", "a", "# ", Ok("# : ab\n")),
        ("a: |\n  kep\n", "kep", "keep", Ok("a: |\n  keep\n")),
        ("a: ab\n", "b", " # ", Err(Declined::Style)),
    ] {
        let found = taken(source, at, |span| Advice::replace(span, new));
        if new == "# " {
            assert!(found.is_ok_and(|it| it.starts_with('\'')), "{source}");
        } else {
            assert_eq!(found, expected.map(str::to_owned), "{source}");
        }
    }
}

#[test]
fn entries_and_items_are_removed_with_their_lines_only() {
    for (source, at, expected) in [
        ("a: 1\nb: 2 # gone\nc: 3\n", "b", Ok("a: 1\nc: 3\n")),
        ("a: 1\n# kept\nb:\n  c: 1\n", "b", Ok("a: 1\n# kept\n")),
        ("l:\n  - a: 1\n    b: 2\n", "a", Ok("l:\n  - b: 2\n")),
        ("l:\n  - a: 1 # why\n    b: 2\n", "a", Err(Declined::Only)),
        ("l:\n  - one\n  - two\n", "two", Ok("l:\n  - one\n")),
        ("l:\n  - - one\n    - two\n", "one", Ok("l:\n  - - two\n")),
        ("a: {b: 1, c: 2}\n", "b", Ok("a: {c: 2}\n")),
        ("a: {b: 1, c: 2}\n", "c", Ok("a: {b: 1}\n")),
        ("x: 1\na:\n  b: 1\n", "b", Ok("x: 1\n")),
        ("a: 1\n", "a", Err(Declined::Only)),
        ("l:\n  - one\nx: 1\n", "one", Err(Declined::Only)),
    ] {
        let found = taken(source, at, Advice::remove);
        assert_eq!(found, expected.map(str::to_owned), "{source}");
    }
}

#[test]
fn entries_are_added_behind_their_neighbor() {
    for (source, at, expected) in [
        ("a: 1 # one\nb: 2\n", "a", "a: 1 # one\nk: v\nb: 2\n"),
        ("a: 1", "a", "a: 1\nk: v"),
        ("l:\n  - a: 1\n", "a", "l:\n  - a: 1\n    k: v\n"),
        ("l: [{a: 1}]\n", "a", "l: [{a: 1, k: v}]\n"),
        (
            "a:\n  b: 1\r\nc: 2\n",
            "b",
            "a:\n  b: 1\r\n  k: v\r\nc: 2\n",
        ),
    ] {
        let found = taken(source, at, |span| Advice::insert(span, "k", "v"));
        assert_eq!(found, Ok(expected.to_owned()), "{source}");
    }
}

#[test]
fn overlapping_edits_give_way_to_the_first_by_place() {
    let edit = |start, end, text: &str| PlannedEdit {
        edits: vec![(Span::new(start, end), text.to_owned())],
        from: None,
    };
    let one = edit(0, 3, "x");
    let all = [edit(2, 4, "y"), one.clone(), edit(4, 5, "z"), one.clone()];
    let expected: Edits = [one.edits, edit(4, 5, "z").edits].concat();
    let found = merged(all.clone());
    assert_eq!((found.edits, found.count), (expected.clone(), 2));
    assert_eq!(
        merged(all.into_iter().rev()).edits,
        expected,
        "in any order"
    );
}

#[test]
fn no_list_is_left_without_items() {
    let list = Some((Span::new(0, 9), 2));
    let gone = |start, end| PlannedEdit {
        edits: vec![(Span::new(start, end), String::new())],
        from: list,
    };
    assert_eq!(merged([gone(0, 3), gone(3, 6)]).edits, gone(0, 3).edits);
}

#[test]
fn escaped_and_folded_texts_are_changed_where_they_are_written_in_the_usual_way() {
    let renamed = |source: &str| {
        let host = Text::new("cm.yaml", source.as_bytes().to_vec());
        let document = parse_first(&host).unwrap();
        let value = document.root().unwrap().get("k").unwrap();
        let within = promvet_text::KeyPath::default();
        let text = embedded(value, within, crate::yaml::Dollars::Plain).unwrap();
        let document = parse_first(&text).unwrap();
        let at = text.content().find("tokn").unwrap();
        let key = Span::new(at, at + "tokn".len());
        let edits = edits(&document, Advice::rename(key, "token").action())?;
        Ok(apply(source, &edits))
    };
    for (source, expected) in [
        ("k: \"a: 1\\ntokn: \\\"x\\\"\\n\"", true),
        ("k: \"a: 1\\ntokn: \\x41\\n\"", false),
        ("k: 'a: 1\n\n  tokn: ''x'' '\n", true),
        ("k: >\n  a: 1\n\n  tokn: x\n", true),
        ("k: >\n  a: 1\n\n  tokn: x\n    y\n", true),
    ] {
        let expected = match expected {
            true => Ok(source.replace("tokn", "token")),
            false => Err(Declined::Embedded),
        };
        assert_eq!(renamed(source), expected, "{source}");
    }
}

#[test]
fn an_embedded_text_is_changed_in_the_file_around_it() {
    let inner = "remote_write:\n  - url: foo\n    bearer_tokn: x\n";
    for (source, at, expected) in [
        ("k: |\n", "bearer_tokn", true),
        ("k: \"", "bearer_tokn", true),
    ] {
        let literal = source.ends_with('\n');
        let source = if literal {
            let lines: String = inner.lines().map(|line| format!("    {line}\n")).collect();
            format!("{source}{lines}z: 1\n")
        } else {
            format!("{source}{}\"\nz: 1\n", inner.replace('\n', "\\n"))
        };
        let host = Text::new("cm.yaml", source.clone().into_bytes());
        let document = parse_first(&host).unwrap();
        let value = document.root().unwrap().get("k").unwrap();
        let text = embedded(
            value,
            promvet_text::KeyPath::default(),
            crate::yaml::Dollars::Plain,
        );
        let text: Arc<Text> = text.unwrap();
        let document = parse_first(&text).unwrap();
        let start = text.content().find(at).unwrap();
        let key = Span::new(start, start + at.len());
        let renamed = edits(&document, Advice::rename(key, "bearer_token").action());
        assert_eq!(renamed.is_ok(), expected, "{source}");
        let Ok(renamed) = renamed else { continue };
        assert_eq!(apply(&source, &renamed), source.replace(at, "bearer_token"));
        let added = edits(&document, Advice::insert(key, "k", "v").action()).unwrap();
        let (below, gone) = match literal {
            true => ("x\n        k: v\n", "        bearer_tokn: x\n"),
            false => ("x\\n    k: v\\n", "    bearer_tokn: x\\n"),
        };
        let end = if literal { "x\n" } else { "x\\n" };
        assert_eq!(apply(&source, &added), source.replacen(end, below, 1));
        let removed = edits(&document, Advice::remove(key).action()).unwrap();
        assert_eq!(apply(&source, &removed), source.replace(gone, ""));
    }
}
