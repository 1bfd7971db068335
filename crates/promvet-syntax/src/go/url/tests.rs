use super::*;

#[test]
fn a_url_is_split_into_its_parts() {
    let parsed = url("HTTP://u:p@a.example:80/x/y?q=%zz#f").expect("good");
    assert_eq!(
        parsed,
        GoUrl {
            scheme: "HTTP",
            opaque: "",
            userinfo: Some("u:p"),
            host: "a.example:80",
            path: "/x/y",
            raw_query: "q=%zz",
            fragment: "f",
        }
    );
    assert!(parsed.has_scheme("http"));
    assert_eq!(parsed.hostname(), "a.example");
    assert_eq!(parsed.port(), Some("80"));
    let parsed = url("https://[fe80::1%25en0]/").expect("good");
    assert_eq!((parsed.hostname(), parsed.port()), ("fe80::1%25en0", None));
    let parsed = url("https://[::1]:").expect("good");
    assert_eq!((parsed.hostname(), parsed.port()), ("::1", Some("")));
    let parsed = url("localhost:9090").expect("good");
    assert_eq!((parsed.scheme, parsed.opaque), ("localhost", "9090"));
}

#[test]
fn go_accepts() {
    for text in [
        "",
        "*",
        "/",
        "5",
        "foo/bar",
        "foo/b:ar",
        "cortex.example.com/api/v1/push",
        "http:",
        "http://",
        "http:///x",
        "///a%41:b",
        "//a",
        "a:b:c",
        "http:[::1/",
        "http://a:/",
        "http://a:99999/",
        "http://a?x=y?z",
        "http://a/ b",
        "http://a/ä",
        "http://ä/",
        "http://%C3%A4/",
        "http://a%25b/",
        "http://a<b>\"c/",
        "http://u:p%20w@a/",
        "http://a@b@c/",
        "http://[::1]:80/",
        "http://[::ffff:1.2.3.4]/",
        "http://[fe80::1%25e%20n%41]/",
        "postgres://a:1,b:2/",
        "ftp://::1/",
        "http://::1/",
        "http://a:80:80/",
        "//::1",
        "http://a/#\u{1}",
        "http://a/#x y",
        "a.b+c-d:x",
    ] {
        assert!(url(text).is_ok(), "{text}: {:?}", url(text));
    }
}

#[test]
fn go_refuses() {
    for (text, place, words) in [
        ("a\tb", 1..2, "invalid control character"),
        ("http://a/\u{7f}", 9..10, "invalid control character"),
        (
            ":x",
            0..1,
            "cannot be parsed: missing scheme before the colon",
        ),
        (
            "1http://a",
            5..6,
            "cannot be parsed: the first path segment contains a colon",
        ),
        (
            " http://a",
            0..1,
            "contains a colon; remove the space before it",
        ),
        (
            "10.0.0.1:9090/x",
            0..9,
            "cannot be parsed: the first path segment contains a colon; write the scheme first: `http://`",
        ),
        (
            "a_b:80",
            0..4,
            "cannot be parsed: the first path segment contains a colon; write the scheme first: `http://`",
        ),
        (
            "http://a:b/",
            8..10,
            "cannot be parsed: the port contains something other than digits",
        ),
        (
            "ftp://a:1:b/",
            9..11,
            "cannot be parsed: the port contains something other than digits",
        ),
        ("http://a b/", 8..9, "invalid character ' ' in the host"),
        ("http://a\\b/", 8..9, "in the host"),
        ("http://a{b/", 8..9, "in the host"),
        ("http://a%41/", 8..11, "invalid URL escape \"%41\""),
        ("http://a%zz/", 8..11, "invalid URL escape \"%zz\""),
        ("http://a/%zz", 9..12, "invalid URL escape \"%zz\""),
        ("http://a/%4", 9..11, "invalid URL escape \"%4\""),
        ("http://a/%ä", 9..12, "invalid URL escape"),
        ("http://a/x#%zz", 11..14, "invalid URL escape"),
        (
            "http://u:p w@a/",
            10..11,
            "cannot be parsed: this character is not valid in the user info",
        ),
        (
            "http://u:pä@a/",
            10..12,
            "cannot be parsed: this character is not valid in the user info",
        ),
        (
            "http://u:%zz@a/",
            9..12,
            "cannot be parsed: invalid URL escape; ",
        ),
        (
            "http://u:p w@a:b/",
            14..16,
            "cannot be parsed: the port contains something other than digits",
        ),
        (
            "http://[::1/",
            7..11,
            "cannot be parsed: missing `]` in the host",
        ),
        (
            "http://[::1]x/",
            12..13,
            "cannot be parsed: the port contains something other than digits",
        ),
        (
            "http://a[::1]/",
            8..9,
            "cannot be parsed: unexpected bracket inside the host",
        ),
        (
            "http://[[::1]]/",
            8..9,
            "cannot be parsed: unexpected bracket inside the host",
        ),
        (
            "http://[1.2.3.4]/",
            8..15,
            "an IPv4 address has no brackets",
        ),
        ("http://[a]/", 8..9, "an IPv6 address can"),
        ("http://[]/", 8..8, "an IPv6 address can"),
        (
            "http://[fe80::1%en0]/",
            15..18,
            "invalid URL escape \"%en\"",
        ),
        ("http://[fe80::1%25]/", 8..18, "an IPv6 address can"),
        ("http://[::1%25%2F]/", 14..17, "invalid URL escape"),
        ("http://[::1%41]/", 11..14, "invalid URL escape"),
    ] {
        let fault = url(text).expect_err(text);
        assert_eq!(fault.from..fault.to, place, "{text}: {fault}");
        let said = format!(
            "{fault}; {}",
            fault.remedy.words.as_deref().unwrap_or_default()
        );
        assert!(said.contains(words), "{text}: {said}");
    }
}

#[test]
fn no_message_holds_what_could_be_a_password() {
    for text in [
        "http://u:hunter2 x@a/",
        "http://u:hunter2/x@a/",
        "http://u:hunter2%zz@a/",
        "http://u:hunter2#x@a/",
    ] {
        let message = url(text).map_or_else(|fault| fault.message, |_| String::new());
        assert!(!message.contains("hunter2"), "{message}");
    }
}

proptest::proptest! {
    #[test]
    fn no_text_panics(text in "\\PC{0,16}|(http|a)?:?/{0,3}[-a@:%0-9zA\\[\\]?#/ é]{0,20}") {
        if let Err(fault) = url(&text) {
            assert!(text.get(fault.from..fault.to).is_some());
        }
    }
}
