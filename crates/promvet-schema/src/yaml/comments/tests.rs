use super::*;
use crate::yaml::{Kind, Node, parse_all, parse_first};
use promvet_text::Text;

fn texts(source: &str) -> Vec<(String, bool)> {
    let text = Text::new("t.yml", source.as_bytes().to_vec());
    let document = parse_first(&text).unwrap();
    let found = comments(source, std::slice::from_ref(&document), "@");
    shown(source, &found)
}

fn shown(source: &str, found: &[Comment]) -> Vec<(String, bool)> {
    found
        .iter()
        .map(|hit| (slice(source, hit.span).to_owned(), hit.trailing))
        .collect()
}

#[test]
fn comments_are_not_taken_for_scalars() {
    for (source, expected) in [
        ("# @\na: b\n", &[("# @", false)][..]),
        ("a: b # @\n", &[("# @", true)]),
        ("a: b # @", &[("# @", true)]),
        ("a: b # @\r\nc: d # @\r\n", &[("# @", true), ("# @", true)]),
        ("a: b\r  # @\rc: d\r", &[("# @", false)]),
        ("a: http://h/#@\n", &[]),
        ("a: http://h/p#x # @\n", &[("# @", true)]),
        ("a: b#@ c#@\n", &[]),
        ("a: \"# @\"\n", &[]),
        ("a: \"x\n  # @\n  y\" # @\n", &[("# @", true)]),
        ("a: '# @ it''s # @'\n", &[]),
        ("a: '# @'# @\n", &[("# @", true)]),
        ("\"# @\": b\n", &[]),
        ("? '# @'\n: b # @\n", &[("# @", true)]),
        (
            "a: | # @\n  # @ not one\n  x\n# @ one\n",
            &[("# @", true), ("# @ one", false)],
        ),
        ("a: >-\n  x # @\n\n   # @\nb: c\n", &[]),
        ("a: |2\n   # @\nb: | # @", &[("# @", true)]),
        ("a: |\n  # @", &[]),
        ("a: &x |\n  # @\nb: *x # @\n", &[("# @", true)]),
        ("a: !!str # @\n  b#@\n", &[("# @", true)]),
        ("a: &x # @\n  - b\n", &[("# @", true)]),
        (
            "a: [b, # @\n  'c # @', d]# @\n",
            &[("# @", true), ("# @", true)],
        ),
        (
            "{a: {b: c}, # @\n# @\n d: \"#@\"}\n",
            &[("# @", true), ("# @", false)],
        ),
        ("a: b\n  c\n  d # @\n", &[("# @", true)]),
        ("a: # @\n  - b # @\n", &[("# @", true), ("# @", true)]),
        ("# @ @\n", &[("# @ @", false)]),
        ("a: b\n--- # @\n# @\nc: '# @'\n", &[("# @", true)]),
        (
            "%YAML 1.1 # @\n--- # @\na: b\n... # @\n",
            &[("# @", true), ("# @", true), ("# @", true)],
        ),
        ("a: don't # @ isn't\n", &[("# @ isn't", true)]),
        ("a: \"\\\" # @\" # @\n", &[("# @", true)]),
        ("", &[]),
    ] {
        let expected: Vec<_> = expected
            .iter()
            .map(|&(text, trailing)| (text.to_owned(), trailing))
            .collect();
        assert_eq!(texts(source), expected, "{source:?}");
    }
}

/// What a document says: kinds and texts.
fn said(document: &Document) -> Vec<String> {
    let mut out = Vec::new();
    let mut stack: Vec<Node<'_>> = document.root().into_iter().collect();
    while let Some(node) = stack.pop() {
        if node.is_alias() {
            out.push("alias".to_owned());
            continue;
        }
        match node.kind() {
            Kind::Scalar(scalar) => out.push(format!("{:?} {}", scalar.style, scalar.text)),
            Kind::Sequence(list) => {
                out.push(format!("list of {}", list.len()));
                stack.extend(list.iter());
            }
            Kind::Mapping(mapping) => {
                let entries: Vec<_> = mapping.written().collect();
                out.push(format!("mapping of {}", entries.len()));
                stack.extend(entries.iter().flat_map(|entry| [entry.key, entry.value]));
            }
        }
    }
    out
}

const PIECES: &[&str] = &[
    "a: b",
    "a: ",
    "- ",
    "  ",
    " # x #",
    "#x ",
    "# x\n",
    "'",
    "''",
    "\"",
    "\\",
    "| ",
    ">-",
    "|+\n",
    "\n",
    "\n  ",
    "\n",
    "\r\n",
    ": ",
    "[",
    "]",
    "{",
    "}",
    ", ",
    "&a ",
    "*a ",
    "!t ",
    "http://h/#f",
    "? ",
    "--- ",
    "x#y ",
    "ü",
    "\t#",
];

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(5_000))]

    /// What a comment says means nothing to YAML.
    #[test]
    fn comments_can_be_emptied(pieces in proptest::collection::vec(0..PIECES.len(), 1..14)) {
        let source: String = pieces.iter().map(|&index| PIECES[index]).collect();
        let text = Text::new("t.yml", source.clone().into_bytes());
        // Behind a document that is read, anything may be that no one reads.
        let whole = parse_all(&text).1.is_none();
        let Some(document) = parse_first(&text).ok().filter(|_| whole) else { return Ok(()) };
        let found = comments(&source, std::slice::from_ref(&document), "#");
        let mut emptied = source.clone();
        for one in found.iter().rev() {
            emptied.replace_range(one.span.start as usize + 1..one.span.end as usize, "");
        }
        let emptied = Text::new("t.yml", emptied.into_bytes());
        let other = parse_first(&emptied);
        let other = other.ok().map(|other| said(&other));
        proptest::prop_assert_eq!(other, Some(said(&document)), "{:?} {:?}", source, found);
        // Whatever else has a hash has it in a scalar's text.
        let hashes = |text: &str| text.matches('#').count();
        let end = document.next_document().map_or(source.len(), |next| next.start as usize);
        let in_scalars: usize = said(&document).iter().map(|text| hashes(text)).sum();
        let in_comments: usize = found.iter().map(|comment| hashes(slice(&source, comment.span))).sum();
        proptest::prop_assert!(in_scalars + in_comments >= hashes(&source[..end]));
    }
}

#[test]
fn what_is_not_yaml_is_read_by_its_lines() {
    for (source, expected) in [
        ("a: [b # @\n", &[("# @", true)][..]),
        ("a: b: c\n# @\n", &[("# @", false)]),
        ("a: 'x # @\nb: \"# @\" # @\n", &[("# @", true)]),
        ("a: b: http://h/#@\n", &[]),
        ("a: |\n  # @\n\n  # @\nb: b: c # @\n", &[("# @", true)]),
        ("a: don't # @\n: : [\n", &[("# @", true)]),
    ] {
        let found = comments_by_look(source, "@");
        let expected: Vec<_> = expected
            .iter()
            .map(|&(text, trailing)| (text.to_owned(), trailing))
            .collect();
        assert_eq!(shown(source, &found), expected, "{source:?}");
    }
}

#[test]
fn a_line_begins_with_a_unit_or_with_none() {
    for (source, line, expected) in [
        ("a: b\nc:\n  d: e\n", 0, Some("a: b")),
        ("a: b\nc:\n  d: e\n", 1, Some("c:\n  d: e")),
        ("a:\n  - b: c\n    d: e\n  - f\n", 1, Some("b: c\n    d: e")),
        ("a:\n  - b: c\n    d: e\n  - f\n", 2, Some("d: e")),
        ("a:\n- - x\n  - y\n- z\n", 1, Some("- x\n  - y")),
        ("a:\n-\n  b: c\n- z\n", 2, Some("b: c")),
        (
            "a: [\n  {b: c,\n   d: e}, f]\n",
            1,
            Some("{b: c,\n   d: e}"),
        ),
        ("a: [\n  {b: c,\n   d: e}, f]\n", 2, Some("d: e")),
        ("a: [b,\n  c\n], d: [\n", 3, None),
        ("{a: [b\n], c: d}\n", 1, None),
        ("a:\n  b\n  c\n", 1, None),
        ("a:\n  {b: c}\n", 1, None),
        ("a: &x\n  - &y b\n", 1, Some("&y b")),
        ("? a\n: b\n", 0, Some("a\n: b")),
        ("a:\n\nb: c\n", 0, Some("a:")),
    ] {
        let text = Text::new("t.yml", source.as_bytes().to_vec());
        // Behind a document that is read, anything may be that no one reads.
        let whole = parse_all(&text).1.is_none();
        let Some(document) = parse_first(&text).ok().filter(|_| whole) else {
            assert_eq!(expected, None, "{source:?}");
            continue;
        };
        let start: usize = source.split_inclusive('\n').take(line).map(str::len).sum();
        let unit = document.unit_on(line_around(source, start));
        let found = unit.map(|unit| slice(source, unit.span));
        assert_eq!(found, expected, "{source:?} {line}");
    }
}
