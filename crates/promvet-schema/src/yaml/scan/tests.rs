//! The scanner against libyaml-safer, and where go-yaml is on its side.

use proptest::prelude::*;

use super::super::{Document, Node, Readers, compare_readers, parse_all, parse_first};
use promvet_text::Text;

fn readers(source: &str, all: bool) -> Readers {
    compare_readers(&Text::new("t.yml", source.as_bytes().to_vec()), all)
}

fn parse(source: &str) -> Document {
    parse_first(&Text::new("t.yml", source.as_bytes().to_vec())).unwrap()
}

/// What people write, and the scanner reads.
const USUAL: &[&str] = &[
    "",
    "# nothing\n",
    "a: 1\n",
    "a:\nb:\n",
    "a:\n- b\n- c: d\n  e: f\n-\ng: h\n",
    "a:\n  - b\n  -\n    - c\n  - - d\n    - e\n",
    "- a: b\n  c:\n  - d\n- e\n",
    "a: b c  # d\n\n  \ne: f#g\n",
    "a: b\n  c\n\n  d\ne: f\n",
    "a: 'b ''c'' d'\nb: \"c \\\"d\\\" \\x41\\u00e9\\n\"\n",
    "a: \"b\n  c\n\n  d\\\n  e \\\n\n  f\"\ng: 'h\n\n  i '\n",
    "'a' : b\n\"c\": d\ne : f\n",
    "a: |\n  b\n   c\n\n  d\n\ne: >-\n  f\n  g\n\n   h\n\n  i\n",
    "a: |+\n  b\n\n\nc: |2\n    d\ne: >+1 # f\n  g\n",
    "a: [b, 'c', \"d\", {e: f}, g: h,]\ni: {j: k, l, \"m\":n, o: }\n",
    "a: [b,\n# c\n  d # e\n  , [f,\n\tg]]\n",
    "---\na: b\n",
    "--- # c\na: b\n...\n# d\n",
    "a: b\n---\nc: [\n",
    "--- |\n  a\n",
    "a: &b\n  c: d\ne: *b\nf:\n  <<: *b\ng: &h i\n",
    "a: !!str 1\nb: !c d\ne: ! f\ng: !!seq\n- h\n",
    "- &a b: c\n- &d\n  e: f\n- &g [h]\n- *a\n",
    "a:\r\n  b: c\r\n  d: |\r\n    e\r\n",
    "a:\tb\nc:\t\t# d\n  - e\n",
    "ä: ö\n- \n",
    "a: http://b:80/c?d=e\nf: -g\nh: :i\nj: ?k\n",
    "a: b\nc: |\n  d",
    "a: >\n\n  b\n\n\n",
    "  a: b\n  c:\n   - d\n",
    "a",
    "a b\n  c\n",
    "[a, b]\n",
    "{}",
    "a: \"b\" # c\nd: [] # e\nf: {}\n",
];

#[test]
fn the_usual_is_read_as_libyaml_reads_it() {
    for source in USUAL.iter().filter(|source| !source.starts_with('ä')) {
        assert_eq!(readers(source, false), Readers::Agree, "{source:?}");
    }
}

#[test]
fn faults_and_rarities_are_left() {
    for source in [
        "a: b: c\n",
        "a: b\n c: d\n",
        "a:\n  b: c\n d: e\n",
        "a:\n- b\nc\n",
        "a: 'b\n",
        "a: [b\nc: d\n",
        "a:\n\tb: c\n",
        "- a\nb: c\n",
        "a: \"\\q\"\n",
        "a: @b\n",
        "a: [b]]\n",
        "? a\n: b\n",
        "%YAML 1.1\n---\na: b\n",
        "a: !<b> c\n",
        "[a]: b\n",
        "a: b\u{85}c: d\n",
        "a: \u{7}\n",
        "a:\n  b: |\n    c\n ",
    ] {
        assert_eq!(readers(source, false), Readers::Left, "{source:?}");
    }
}

#[test]
fn go_yaml_is_followed_where_libyaml_differs() {
    let document = parse("a: \"b\\'c\"\nd: [e:, f::, {g: h:}]\n");
    let root = document.root().unwrap();
    assert_eq!(root.get("a").and_then(Node::as_str), Some("b'c"));
    let list: Vec<Node<'_>> = root.get("d").unwrap().items().collect();
    assert_eq!(list[0].as_str(), Some("e:"));
    assert_eq!(list[1].as_str(), Some("f::"));
    assert_eq!(list[2].get("g").and_then(Node::as_str), Some("h:"));
    for source in [
        "a: \"b\\/c\"\n",
        "a: [b?c]\n",
        "a: [{}: b]\n",
        "a: {[]: b}\n",
    ] {
        let text = Text::new("t.yml", source.as_bytes().to_vec());
        assert!(parse_first(&text).is_err(), "{source}");
    }
    let key = "ä".repeat(1000);
    assert!(
        parse(&format!("{key}: b\n"))
            .root()
            .unwrap()
            .get(&key)
            .is_some()
    );
}

#[test]
fn only_yaml_1_1_is_known() {
    for (version, good) in [("1.1", true), ("1.2", false), ("1.0", false)] {
        let source = format!("%YAML {version}\n---\na: b\n");
        let text = Text::new("t.yml", source.into_bytes());
        assert_eq!(parse_first(&text).is_ok(), good, "{version}");
    }
}

#[test]
fn binary_is_decoded() {
    let document = parse("!!binary Z2xvYmFs: !!binary MW0=\n");
    assert_eq!(
        document
            .root()
            .unwrap()
            .get("global")
            .and_then(Node::as_str),
        Some("1m")
    );
}

#[test]
fn a_quote_that_is_not_closed_is_reported_where_it_opens() {
    for (source, at) in [
        ("a: \"b\nc: d\n", 3),
        ("a: 'b\nc: d\n", 3),
        ("a: \"b\nc: \"d\"\n", 3),
        ("a: 'b\nc: 'd'\n", 3),
        ("a: ['b, c]\nd: 'e'\n", 4),
    ] {
        let text = Text::new("t.yml", source.as_bytes().to_vec());
        let error = parse_first(&text).unwrap_err();
        assert_eq!(
            (error.span.start, error.span.len()),
            (at, 1),
            "{source:?} {error}"
        );
    }
}

#[test]
fn all_documents_are_read() {
    let text = Text::new("t.yml", b"a: b\n---\n---\nc: d\n...\n---\n- e\n".to_vec());
    let (documents, error) = parse_all(&text);
    assert!(error.is_none());
    assert_eq!(documents.len(), 4);
}

/// Pieces of YAML to combine at random.
fn piece() -> impl Strategy<Value = String> {
    let pieces = [
        "a",
        "b c",
        "key",
        "x: y",
        "ä",
        "1",
        "~",
        ":",
        ": ",
        " :",
        ",",
        ", ",
        "- ",
        "-",
        "? ",
        "?",
        "[",
        "]",
        "{",
        "}",
        "[]",
        "{}",
        "\n",
        "\n",
        "\n",
        "\n  ",
        "\n  ",
        "\n    ",
        "\n- ",
        "\n  - ",
        " ",
        "  ",
        "\t",
        "#",
        " # c",
        "'",
        "\"",
        "'b'",
        "\"c\"",
        "\"\\n\"",
        "\\",
        "''",
        "\\\n",
        "|",
        ">",
        "|-\n",
        ">+\n  ",
        "|2\n",
        "\r\n",
        "\r",
        "&a ",
        "*a",
        "!!str ",
        "!t ",
        "! ",
        "---",
        "\n---\n",
        "\n...\n",
        "%",
        "@",
        "`",
        "<<: ",
        "k: ",
        "\n  k: ",
        "\nk: ",
        "- k: v\n  ",
    ];
    proptest::sample::select(pieces.to_vec()).prop_map(str::to_owned)
}

/// Lines as people write them, with a piece thrown in now and then.
fn lines() -> impl Strategy<Value = String> {
    let line =
        (0..4_usize, any::<bool>(), piece(), 0..9_u8).prop_map(|(depth, entry, piece, what)| {
            let indent = "  ".repeat(depth);
            let entry = if entry { "- " } else { "" };
            match what {
                0 => format!("{indent}{entry}{piece}\n"),
                1 => format!("{indent}{entry}k: {piece}\n"),
                2 => format!("{indent}{entry}k: |\n"),
                3 => format!("{indent}{entry}k: [a, {piece}]\n"),
                4 => format!("{indent}{entry}'k': {{a: {piece}}}\n"),
                5 => format!("{indent}{entry}k:\n"),
                6 => format!("{indent}# c\n"),
                _ => format!("{indent}{entry}k: v\n"),
            }
        });
    // Files end in blanks without a line break where a template's last tag is covered.
    let last = (0..6_usize).prop_map(|blanks| " ".repeat(blanks));
    (prop::collection::vec(line, 0..10), last).prop_map(|(lines, last)| lines.concat() + &last)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, ..ProptestConfig::default() })]

    #[test]
    fn no_heap_of_pieces_is_read_otherwise(pieces in prop::collection::vec(piece(), 0..14)) {
        let source = pieces.concat();
        for all in [false, true] {
            let found = readers(&source, all);
            prop_assert!(!matches!(found, Readers::Differ(_)), "{source:?} {found:?}");
        }
    }

    #[test]
    fn no_lines_are_read_otherwise(source in lines()) {
        for all in [false, true] {
            let found = readers(&source, all);
            prop_assert!(!matches!(found, Readers::Differ(_)), "{source:?} {found:?}");
        }
    }
}
