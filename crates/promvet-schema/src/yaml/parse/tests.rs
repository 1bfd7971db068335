use super::super::{Kind, Node};
use super::libyaml::{LOOKS, LOOKS_A_BYTE};
use super::*;

fn parse(source: &str) -> Result<Document, SyntaxError> {
    parse_first(&Text::new("t.yml", source.as_bytes().to_vec()))
}

#[test]
fn spans_are_those_of_the_tokens() {
    let source = "a:\n  - b: \"x y\"\n    c: *q\n".replace("*q", "&q [1, 2]");
    let document = parse(&source).unwrap();
    let item = document
        .root()
        .unwrap()
        .get("a")
        .unwrap()
        .items()
        .next()
        .unwrap();
    let text = |node: Node<'_>| document.text().slice(node.span()).to_owned();
    assert_eq!(text(item.get("b").unwrap()), "\"x y\"");
    assert_eq!(text(item), "b: \"x y\"\n    c: &q [1, 2]");
    assert_eq!(
        item.get("c").unwrap().items().nth(1).unwrap().path(),
        "a[0].c[1]"
    );
}

#[test]
fn merge_keys_apply_in_document_order() {
    let document = parse("a: &a {x: 1, y: 1}\nb: &b {x: 2}\nc:\n  y: 9\n  <<: [*a, *b]\n").unwrap();
    let c = document.root().unwrap().get("c").unwrap();
    assert_eq!(c.get("x").unwrap().as_str(), Some("1"));
    assert_eq!(c.get("y").unwrap().as_str(), Some("1"));
}

#[test]
fn only_the_first_document_counts() {
    let document = parse("a: 1\n---\n: : [\n").unwrap();
    assert!(document.next_document().is_some());
    assert!(matches!(document.root().unwrap().kind(), Kind::Mapping(_)));
}

#[test]
fn question_marks_end_plain_scalars_between_brackets() {
    for source in ["[a?b]", "{a: b?c}", "{a?: b}", "x: [1, http://h/?q]"] {
        let error = parse(source).unwrap_err();
        assert!(
            error.problem.contains("did not find expected ','"),
            "{source}"
        );
    }
    for source in ["a?b", "a: b?c", "['a?b']", "{\"a\": 'b?'}"] {
        assert!(parse(source).is_ok(), "{source}");
    }
}

#[test]
fn bytes_that_are_not_utf8_are_refused_in_the_first_document() {
    let parse = |bytes: &[u8]| parse_first(&Text::new("t.yml", bytes.to_vec()));
    let error = parse(b"a: 1 # caf\xe9\n").unwrap_err();
    assert_eq!((error.kind, error.span.start), (SyntaxKind::Encoding, 10));
    // go-yaml decodes 512 bytes at a time.
    assert!(parse(b"a: 1\n---\nb: \xe9c\n").is_err());
    let far = |bad: &[u8]| [b"a: 1\n---\nb: ".to_vec(), vec![b'c'; 600], bad.to_vec()].concat();
    assert!(parse(&far(b"\xe9c\n")).is_ok());
    assert!(parse(&far(b"\x07\n")).is_ok());
    assert!(parse(b"a: 1\n---\nb: \x07\n").is_err());
}

#[test]
fn byte_order_marks_inside_a_text_are_characters() {
    let document = parse("a:\n\u{feff} b: x\n").unwrap();
    assert!(document.root().unwrap().get("\u{feff} b").is_some());
    assert!(parse("a: 1\n\u{feff}").is_err());
    assert!(parse("\u{feff}a: 1\n").is_ok());
}

#[test]
fn empty_texts_have_no_root() {
    assert!(parse("").unwrap().root().is_none());
    assert!(parse("# only a comment\n").unwrap().root().is_none());
}

#[test]
fn anchors_that_bite_their_tail_end_at_once() {
    assert_eq!(parse("a: &a [*a]").unwrap_err().kind, SyntaxKind::Alias);
    assert_eq!(parse("a: *b").unwrap_err().kind, SyntaxKind::Alias);
    let mut bomb = String::from("a0: &a0 [x,x,x,x,x,x,x,x,x]\n");
    for level in 1..12 {
        let before = format!("*a{}", level - 1);
        bomb += &format!("a{level}: &a{level} [{}]\n", [before.as_str(); 9].join(","));
    }
    assert_eq!(parse(&bomb).unwrap_err().kind, SyntaxKind::Bomb);
}

#[test]
fn a_text_may_end_without_a_line_break() {
    for (source, expected) in [
        ("a: |", ""),
        ("a: >-", ""),
        ("a: |+2 ", ""),
        ("a: |\n  x", "x"),
        ("a: |+ # why\n  x", "x"),
        ("a: >\n  x\n  y", "x y"),
        ("a: |-\n  x", "x"),
        ("a: |\n  x\n", "x\n"),
        ("a: |\n  x\n  ", "x\n"),
        ("a: |+\n  x\n  ", "x\n"),
        ("a: |+\n  x\n\n", "x\n\n"),
        ("a: x", "x"),
        ("a: 'x|'", "x|"),
    ] {
        let document = parse(source).unwrap();
        let value = document.root().unwrap().get("a").unwrap();
        assert_eq!(value.as_str(), Some(expected), "{source}");
        assert!(value.span().end as usize <= source.len(), "{source}");
    }
    assert!(parse("- |\n- >2").is_ok());
    let error = parse("a: [").unwrap_err();
    assert!(error.span.end <= 4);
}

#[test]
fn covered_values_are_put_back() {
    let source = "a: {{ x }}{{ y }}\nb: \"\\t${Z}\"\nc: |\n  p {{ q }}\n  r\n";
    let masked = "a: QQQQQQQQQQQQQQ\nb: \"\\tQQQQ\"\nc: |\n  p QQQQQQQ\n  r\n";
    let holes: Vec<_> = [(3, 10), (10, 17), (24, 28), (39, 46)]
        .map(|(from, to)| Hole {
            filler: Span::new(from, to),
            original: Span::new(from, to),
        })
        .into();
    let text = Text::new("t.yml", source.as_bytes().to_vec());
    let document = parse_masked(&text, masked, &holes).unwrap();
    let value = |key| document.root().unwrap().get(key).unwrap().as_str().unwrap();
    assert_eq!(value("a"), "{{ x }}{{ y }}");
    assert_eq!(value("b"), "\t${Z}");
    assert_eq!(value("c"), "p {{ q }}\nr\n");
}

/// go-yaml reads what is put in place of a tag, not the tag.
#[test]
fn a_question_mark_of_a_covered_tag_ends_no_scalar() {
    let text = Text::new("t.yml", b"[{{ x }}{{? }}, a]".to_vec());
    let hole = |start, end| Hole {
        filler: Span::new(start, end),
        original: Span::new(start, end),
    };
    let (tags, mark) = ([hole(1, 8), hole(8, 14)], "%YAML 1.1\n---\n");
    assert!(parse_masked(&text, "[QQQQQQQQQQQQQ, a]", &tags).is_ok());
    // A directive leaves the text to libyaml-safer.
    let text = Text::new("t.yml", format!("{mark}[{{{{? }}}}, a]").into_bytes());
    let start = mark.len() + 1;
    let covered = format!("{mark}[QQQQQQ, a]");
    assert!(parse_masked(&text, &covered, &[hole(start, start + 6)]).is_ok());
}

/// The scanner reads brackets up to go-yaml's limit in step with their number. What it leaves,
/// here for the directive, has a limit of its own, counted in work.
#[test]
fn nesting_costs_what_it_is_long() {
    use promvet_text::work;
    let nested = |head: &str, depth| format!("{head}{}{}", "[".repeat(depth), "]".repeat(depth));
    let limit = |text: &str| (LOOKS + LOOKS_A_BYTE * text.len()) as u64 + 100_000;
    for head in ["", "%YAML 1.1\n---\n"] {
        for depth in [500, 1_500, 10_000] {
            let text = nested(head, depth);
            let (read, steps) = work::of(|| parse(&text));
            assert!(steps <= limit(&text), "{head} {depth}: {steps}");
            match read {
                Ok(_) => assert!(head.is_empty() || depth < 1_000, "{depth}"),
                Err(error) => {
                    assert_eq!(error.kind, SyntaxKind::Unread, "{head} {depth}");
                    assert!(!head.is_empty() && depth > 500, "{depth}");
                }
            }
        }
    }
    let wide = format!(
        "{}{}",
        nested("%YAML 1.1\n---\n", 500).trim_end_matches(']'),
        "a, ".repeat(100_000)
    );
    assert_eq!(parse(&wide).unwrap_err().kind, SyntaxKind::Unread);
    assert_eq!(
        parse(&nested("", 10_001)).unwrap_err().kind,
        SyntaxKind::Depth
    );
}

#[test]
fn deep_nesting_ends_at_once() {
    assert_eq!(
        parse(&"[".repeat(100_000)).unwrap_err().kind,
        SyntaxKind::Depth
    );
    assert_eq!(
        parse(&"- ".repeat(100_000)).unwrap_err().kind,
        SyntaxKind::Depth
    );
    assert_eq!(
        parse(&"a: {".repeat(100_000)).unwrap_err().kind,
        SyntaxKind::Depth
    );
}
