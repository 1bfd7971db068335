use super::*;

const NEW: Go = Go::NEWEST;

#[test]
fn go_accepts() {
    for pattern in [
        "",
        "a)|(b",
        ")(",
        "a)b(c)(d",
        "\\_\\-\\.\\\u{7f}",
        "a{foo}",
        "a{,3}",
        "a{2,",
        "a{01}",
        "{",
        "{}",
        "}",
        "]",
        "a]",
        "\\Q.*[\\E",
        "\\Qa\\Eb",
        "a{1000}",
        "(a{10}){100}",
        "(a{1000}|b{1000})",
        "((a{1000}){0}){1000}",
        "(a*)*",
        "(a*){1000}",
        "a??",
        "a*?",
        "a{2}?",
        "a(?i)*",
        "^*",
        "$*",
        "\\b*",
        "(|a)*",
        "(?i)a(?-i)b",
        "(?ims-U:a)",
        "(?)",
        "(?i-s)",
        "(?P<n>a)(?P<n>b)",
        "(?P<1_x>a)",
        "(?<name>a)",
        "\\pN\\PL\\p{Greek}\\P{^Lu}\\p{^L}",
        "\\p{Any}",
        "[\\pL]",
        "[[:alpha:]]",
        "[[:^space:]x]",
        "[[:foo]",
        "[a[:b]",
        "[]a]",
        "[^]a]",
        "[-a]",
        "[a-]",
        "[\\d-z]",
        "[a-\\x{10FFFF}]",
        "[--a]",
        "\\x41\\x{41}\\07\\123\\0",
        "\\a\\f\\n\\r\\t\\v\\A\\z\\B\\b\\d\\D\\s\\S\\w\\W",
        "ä+",
        "(?s).",
        "\\12",
    ] {
        assert!(
            regex(pattern, NEW).is_ok(),
            "{pattern}: {:?}",
            regex(pattern, NEW)
        );
    }
}

#[test]
fn go_refuses() {
    for (pattern, place, words) in [
        ("(?=x)", 0..3, "lookahead `(?=` is not supported"),
        ("a(?!x)", 1..4, "lookahead `(?!` is not supported"),
        ("(?<=x)", 0..6, "lookbehind `(?<=` is not supported"),
        ("(?<!x>)", 0..6, "lookbehind `(?<!` is not supported"),
        ("(?>a)", 0..3, "atomic"),
        ("(?i-)", 0..5, "unsupported Perl syntax"),
        ("(?--i)", 0..4, "unsupported Perl syntax"),
        ("(?iz)", 0..4, "unsupported Perl syntax"),
        ("(?P=n)", 0..3, "unsupported Perl syntax `(?P`"),
        ("(?P<n", 0..5, "invalid named capture"),
        ("(?P<>a)", 0..5, "invalid named capture"),
        ("(?P<a-b>a)", 0..8, "invalid named capture"),
        ("(?'n'a)", 0..3, "unsupported Perl syntax"),
        (
            "a\\1",
            1..3,
            "invalid escape sequence `\\1`; RE2 has no backreferences",
        ),
        ("\\8", 0..2, "backreferences"),
        (
            "\\Z",
            0..2,
            "invalid escape sequence `\\Z`; write `\\z`, or nothing",
        ),
        ("\\y", 0..2, "invalid escape sequence"),
        ("\\é", 0..3, "invalid escape sequence"),
        ("\\C", 0..2, "single bytes"),
        ("\\xg1", 0..4, "two hexadecimal digits"),
        ("\\x{}", 0..4, "hexadecimal"),
        ("\\x{110000}", 0..9, "invalid escape sequence"),
        ("\\x{4", 0..4, "invalid escape sequence"),
        ("[\\1]", 1..3, "backreferences"),
        ("[\\b]", 1..3, "invalid escape sequence"),
        ("[z-a]", 1..4, "class range `z-a`"),
        ("[a-\\d]", 3..5, "invalid escape sequence"),
        ("[a", 0..2, "missing closing ]"),
        ("[]", 0..2, "missing closing ]"),
        ("[[:foo:]]", 1..8, "does not know this POSIX class"),
        ("\\p{Foo}", 0..7, "does not know this Unicode class"),
        ("\\pX", 0..3, "does not know this Unicode class"),
        ("\\p{Greek", 0..8, "class range"),
        ("a**", 1..3, "invalid nested repetition operator `**`"),
        ("a*??", 1..4, "invalid nested repetition operator"),
        ("a++", 1..3, "possessive"),
        ("a{2}{3}", 1..7, "nested repetition"),
        ("a{1001}", 1..7, "invalid repeat count"),
        ("a{2,1}", 1..6, "invalid repeat count"),
        ("a{0,1001}", 1..9, "invalid repeat count"),
        ("a{99999999999}", 1..14, "invalid repeat count"),
        ("(a{100}){11}", 8..12, "invalid repeat count"),
        (
            "((a{10}){10}){11}",
            13..17,
            "counts go up to 1000, nested repetitions multiplied",
        ),
        ("*a", 0..1, "nothing to repeat before `*`"),
        ("+", 0..1, "nothing to repeat before"),
        ("(?:+a)", 3..4, "nothing to repeat before"),
        ("(?i)*", 4..5, "nothing to repeat before"),
        ("a|*", 2..3, "nothing to repeat before"),
        ("{2}", 0..3, "nothing to repeat before"),
        ("(", 0..1, "this group is never closed"),
        ("a((b)", 1..2, "this group is never closed"),
        (")", 0..1, "this `)` has no `(`"),
        ("(a))b", 3..4, "this `)` has no `(`"),
        ("a)b)(", 1..2, "this `)` has no `(`"),
        ("a\\", 1..2, "escapes the closing parenthesis"),
        ("a\\Qb", 1..4, "escapes the closing parenthesis"),
    ] {
        let fault = regex(pattern, NEW).expect_err(pattern);
        let said = format!(
            "{fault}; {}",
            fault.remedy.words.as_deref().unwrap_or_default()
        );
        assert!(said.contains(words), "{pattern}: {said}");
        assert_eq!(fault.from..fault.to, place, "{pattern}: {fault}");
    }
}

#[test]
fn versions_of_go_differ() {
    for (pattern, first) in [
        ("(?<n>a)", 22),
        ("\\p{Any}", 10),
        ("\\p{ASCII}", 25),
        ("\\p{greek}", 25),
        ("\\p{Uppercase_Letter}", 25),
        ("\\p{Cn}", 25),
        ("\\p{Vithkuqi}", 21),
        ("\\p{Greek}", 10),
    ] {
        assert!(regex(pattern, Go(first)).is_ok(), "{pattern}");
        assert!(
            first == 10 || regex(pattern, Go(first - 1)).is_err(),
            "{pattern}"
        );
    }
    assert!(
        regex("\\p{Garay}", NEW).is_err(),
        "Unicode 16 is not in Go 1.26"
    );
}

#[test]
fn groups_have_their_names() {
    let groups = |pattern| regex(pattern, NEW).map(|regex| regex.groups);
    assert_eq!(groups("(?:a)"), Ok(vec![]));
    assert_eq!(
        groups("(a)(?P<n>b(?<m>c))"),
        Ok(vec![String::new(), "n".to_owned(), "m".to_owned()])
    );
    let regex = regex("(a)(?P<n>b)", NEW).expect("good");
    for (name, known) in [("0", true), ("1", true), ("2", true), ("n", true)] {
        assert_eq!(regex.has_group(name), known, "{name}");
    }
    for name in ["3", "01", "00", "m", "1a"] {
        assert!(!regex.has_group(name), "{name}");
    }
}

#[test]
fn size_and_depth_have_limits() {
    let nested = |depth: usize| format!("{}a{}", "(".repeat(depth), ")".repeat(depth));
    assert!(regex(&nested(900), NEW).is_ok());
    let fault = regex(&nested(1100), NEW).expect_err("deep");
    assert!(fault.message.contains("nests too deeply"), "{fault}");
    let big = format!("(?:{}){{1000}}", "(a)(b)(c)".repeat(400));
    let fault = regex(&big, NEW).expect_err("large");
    assert!(fault.message.contains("too large"), "{fault}");
    let chain: Vec<String> = (1..1500).map(|n| "a".repeat(n)).collect();
    assert!(regex(&chain.join("|"), NEW).is_ok(), "no stack overflows");
}

proptest::proptest! {
    #[test]
    fn no_text_panics(text in "\\PC{0,16}|(\\(\\?[imsUP<]?|[(){}|*+?\\[\\]^$\\\\pPdQEx1-9,:=!<>aézk-]|[{]1[0,]0?[}]|\\\\[pQEx]){0,24}") {
        for go in [Go(10), NEW] {
            if let Err(fault) = regex(&text, go) {
                assert!(text.get(fault.from..fault.to).is_some(), "{fault:?}");
            }
        }
    }
}
