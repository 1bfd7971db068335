use super::*;

fn shown(pattern: &str, text: &str, mode: PlaceholderMode) -> Option<String> {
    let text = text.replace('#', "\u{1}");
    let captures = UrlPattern::path(pattern).unwrap().captures(&text, mode)?;
    let all: Vec<_> = captures
        .into_iter()
        .map(|(name, range)| format!("{name}={}", text[range].replace('\u{1}', "#")))
        .collect();
    Some(all.join(" "))
}

#[test]
fn patterns_take_texts_apart() {
    for (pattern, text, want) in [
        ("/a/b", "/a/b", Some("")),
        ("/a/b", "/a/b/", None),
        ("/a/<x>", "/a/b", Some("x=b")),
        ("/a/<x>", "/a/b/c", None),
        ("/a/<x*>", "/a/b/c", Some("x=b/c")),
        ("/a/<x>", "/a/", None),
        ("[<p*>]/push", "/push", Some("")),
        ("[<p*>]/push", "/a/b/push", Some("p=/a/b")),
        ("/<x>-<y>/z", "/a-b-c/z", Some("x=a-b y=c")),
        ("*/push", "/push", Some("")),
        ("*/push*/push", "/a/push/b/push", Some("")),
        ("*/push*/push", "/a/push", None),
    ] {
        assert_eq!(
            shown(pattern, text, PlaceholderMode::Sure).as_deref(),
            want,
            "{pattern} {text}"
        );
    }
}

#[test]
fn placeholders_match_by_what_is_asked() {
    for (pattern, text, possible, seen, sure) in [
        ("/a/<x>/b", "/a/##/b", Some("x=##"), Some("x=##"), None),
        ("/a/<x>/b", "/a/v##/b", Some("x=v##"), Some("x=v##"), None),
        ("/a/<x>/b", "/##", Some(""), None, None),
        ("/a/<x>/b", "/##/c", None, None, None),
        ("/a/b", "##", Some(""), None, None),
        ("/a/b", "/a##", Some(""), None, None),
        ("/a/b", "/c##", None, None, None),
        ("*/b", "/##/b", Some(""), Some(""), Some("")),
        ("/<x>/<y>/b", "/#-c/b", Some("y=-c"), None, None),
    ] {
        for (mode, want) in [
            (PlaceholderMode::Possible, possible),
            (PlaceholderMode::Seen, seen),
            (PlaceholderMode::Sure, sure),
        ] {
            let found = shown(pattern, text, mode);
            assert_eq!(found.as_deref(), want, "{pattern} {text} {mode:?}");
        }
    }
}

#[test]
fn hostile_texts_end_soon() {
    let pattern = UrlPattern::path("*a*a*a*a*a*a<x*>b").unwrap();
    let text = "a\u{1}".repeat(LONGEST / 2);
    assert!(!pattern.matches(&text, PlaceholderMode::Sure));
    assert!(pattern.matches(&text, PlaceholderMode::Possible));
    assert!(!pattern.matches(&"a".repeat(1 << 20), PlaceholderMode::Possible));
}

#[test]
fn broken_patterns_are_refused() {
    for text in ["/a/<x", "/[a", "/<>", "/<*>"] {
        assert!(UrlPattern::path(text).is_err(), "{text}");
    }
}

#[test]
fn forms_are_filled_with_what_is_known() {
    let path = UrlPattern::path("[<prefix*>]/x/<tenant>/y").unwrap();
    let known = |name: &str| (name == "prefix").then(|| "/p".to_owned());
    assert_eq!(path.filled(&|_| None), "/x/<tenant>/y");
    assert_eq!(path.filled(&known), "/p/x/<tenant>/y");
    let both = |name: &str| Some(if name == "prefix" { "/p" } else { "t" }.to_owned());
    assert_eq!(path.filled(&both), "/p/x/t/y");
}
