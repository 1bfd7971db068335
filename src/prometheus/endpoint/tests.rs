use proptest::prelude::*;

use super::{Endpoint, FaultKind, HostFault, UrlPiece};

fn texts(endpoint: &Endpoint, pieces: &[UrlPiece]) -> String {
    let all: Vec<_> = pieces.iter().map(|&p| endpoint.slice(p)).collect();
    all.join(" ")
}

/// scheme | userinfo | host | labels | port | path | query | fragment, `-` for none.
fn parts(text: &str) -> String {
    let e = Endpoint::new(text);
    let one = |piece: Option<UrlPiece>| piece.map_or("-".to_owned(), |p| e.slice(p).to_owned());
    [
        one(e.scheme()),
        one(e.userinfo()),
        one(e.host()),
        texts(&e, e.labels()),
        one(e.port()),
        e.slice(e.path()).to_owned(),
        one(e.query()),
        one(e.fragment()),
    ]
    .join(" | ")
}

#[test]
fn urls_come_apart() {
    for (text, want) in [
        (
            "https://u:p@a.b.example:8080/x/y?q=1&r#f",
            "https | u:p | a.b.example | a b example | 8080 | /x/y | q=1&r | f",
        ),
        (
            "http://mimir:9009",
            "http | - | mimir | mimir | 9009 |  | - | -",
        ),
        ("http://a.b./x", "http | - | a.b. | a b | - | /x | - | -"),
        (
            "http://[::1]:9090/x",
            "http | - | [::1] | [::1] | 9090 | /x | - | -",
        ),
        (
            "http://10.0.0.1/x",
            "http | - | 10.0.0.1 | 10.0.0.1 | - | /x | - | -",
        ),
        (
            "localhost:9090/x",
            "- | - | localhost | localhost | 9090 | /x | - | -",
        ),
        ("//a.b/x", "- | - | a.b | a b | - | /x | - | -"),
        ("http:/a.b/x", "http | - | a.b | a b | - | /x | - | -"),
        (
            "${X:-http://a/b?c#d}/api/v1/push",
            "- | - | ${X:-http://a/b?c#d} | ${X:-http://a/b?c#d} | - | /api/v1/push | - | -",
        ),
        (
            "${S:=http}://${H:=g}:${P:=4000}/v1?db=${D:=p}",
            "${S:=http} | - | ${H:=g} | ${H:=g} | ${P:=4000} | /v1 | db=${D:=p} | -",
        ),
        (
            "http://{{ .Release.Name }}-x.{{ .Ns }}.svc:9201/write",
            "http | - | {{ .Release.Name }}-x.{{ .Ns }}.svc | {{ .Release.Name }}-x {{ .Ns }} svc | 9201 | /write | - | -",
        ),
        (
            "<AMP Workspace URL>/api",
            "- | - | <AMP Workspace URL> | <AMP Workspace URL> | - | /api | - | -",
        ),
        (
            "https://a/$Ws-ID/x",
            "https | - | a | a | - | /$Ws-ID/x | - | -",
        ),
        (" http://a/x ", "http | - | a | a | - | /x | - | -"),
        ("", "- | - | - |  | - |  | - | -"),
    ] {
        assert_eq!(parts(text), want, "{text}");
    }
}

#[test]
fn placeholders_of_every_kind_are_found() {
    for (text, want) in [
        ("https://a/${B}", "${B}"),
        ("${A:-${B:-c}}/x", "${A:-${B:-c}}"),
        ("https://a/$(B)/c", "$(B)"),
        ("https://a/$B/c", "$B"),
        ("https://a/{{ b/c }}", "{{ b/c }}"),
        ("https://a/[[ b ]]", "[[ b ]]"),
        ("https://a/{% if x %}b{% endif %}", "{% if x %}b{% endif %}"),
        ("https://<tenant>.a/b", "<tenant>"),
        ("https://%3Ctenant%3E.a/b", "%3Ctenant%3E"),
        ("https://a/__B__", "__B__"),
        ("https://a/YOUR_ID", "YOUR_ID"),
        ("https://a/REPLACE_ME", "REPLACE_ME"),
        ("https://a/api/v1/push?x=y%20z", ""),
        ("https://a/$1/$$", ""),
    ] {
        let endpoint = Endpoint::new(text);
        let found = endpoint.placeholders().iter();
        let found: Vec<_> = found.map(|range| &text[range.clone()]).collect();
        assert_eq!(found.join(" "), want, "{text}");
    }
}

#[test]
fn faults_are_reported_once_and_in_place() {
    use FaultKind as F;
    let rows: &[(&str, F, &str, Option<&str>, bool)] = &[
        ("", F::Empty, "", None, false),
        ("  ", F::Empty, "  ", None, false),
        ("5", F::Number, "5", None, false),
        ("1.5", F::Number, "1.5", None, false),
        ("/api/v1/push", F::Relative, "/api/v1/push", None, false),
        ("foo", F::Relative, "foo", None, false),
        (
            "foo/bar",
            F::Relative,
            "foo/bar",
            Some("http://foo/bar"),
            false,
        ),
        (
            "cortex.a.example/push",
            F::NoScheme,
            "cortex.a.example/push",
            Some("https://cortex.a.example/push"),
            false,
        ),
        (
            "https//a.example/push",
            F::Slashes,
            "https//",
            Some("https://a.example/push"),
            false,
        ),
        (
            "HTTP;//a.example/push",
            F::Slashes,
            "HTTP;//",
            Some("http://a.example/push"),
            false,
        ),
        (
            "http:\\\\a.example/push",
            F::Slashes,
            "http:\\\\",
            Some("http://a.example/push"),
            false,
        ),
        (
            "localhost:9090",
            F::NoScheme,
            "localhost:9090",
            Some("http://localhost:9090"),
            false,
        ),
        (
            "10.0.0.1:9090/x",
            F::NoScheme,
            "10.0.0.1:9090/x",
            Some("http://10.0.0.1:9090/x"),
            true,
        ),
        (
            "my_host:9090/x",
            F::NoScheme,
            "my_host:9090/x",
            Some("http://my_host:9090/x"),
            true,
        ),
        (
            "//a.example/x",
            F::NoScheme,
            "//a.example/x",
            Some("https://a.example/x"),
            false,
        ),
        ("ftp://a.example/x", F::Scheme, "ftp", None, false),
        (
            "htps://a.example/x",
            F::Scheme,
            "htps",
            Some("https://a.example/x"),
            false,
        ),
        (
            "http:/a.example/x",
            F::Slashes,
            "http:/",
            Some("http://a.example/x"),
            false,
        ),
        (
            "https:a.example/x",
            F::Slashes,
            "https:",
            Some("https://a.example/x"),
            false,
        ),
        ("https:///api", F::NoHost, "https://", None, false),
        ("https://", F::NoHost, "https://", None, false),
        (
            "http://a..b/x",
            F::Host(HostFault::EmptyLabel),
            "a..b",
            None,
            false,
        ),
        (
            "http://.a/x",
            F::Host(HostFault::EmptyLabel),
            ".a",
            None,
            false,
        ),
        (
            "http://a|b/x",
            F::Host(HostFault::Sign('|')),
            "|",
            None,
            true,
        ),
        (
            "http://a,b/x",
            F::Host(HostFault::Sign(',')),
            ",",
            None,
            false,
        ),
        (
            "http://a-.b/x",
            F::Host(HostFault::Hyphen),
            "a-",
            None,
            false,
        ),
        (
            "http://300.1.1.1/x",
            F::Host(HostFault::Ipv4),
            "300.1.1.1",
            None,
            false,
        ),
        (
            "http://1.2.3/x",
            F::Host(HostFault::Ipv4),
            "1.2.3",
            None,
            false,
        ),
        (
            "http://host.123/x",
            F::Host(HostFault::NumericEnd),
            "host.123",
            None,
            false,
        ),
        ("http://[::1/x", F::Host(HostFault::Ipv6), "[:", None, true),
        (
            "http://[zz]/x",
            F::Host(HostFault::Ipv6),
            "[zz]",
            None,
            true,
        ),
        (
            "http://::1:9090/x",
            F::Host(HostFault::Colons),
            "::1",
            None,
            false,
        ),
        ("http://a:99999/x", F::Port, "99999", None, false),
        ("http://a:0/x", F::Port, "0", None, false),
        ("http://a:9o90/x", F::Port, "9o90", None, true),
        ("http://a/%zz/x", F::Escape, "%zz", None, true),
        ("http://a/x%2", F::Escape, "%2", None, true),
        (
            "http://a.example/x ",
            F::WhiteSpace,
            " ",
            Some("http://a.example/x"),
            false,
        ),
        (
            " http://a.example/x",
            F::WhiteSpace,
            " ",
            Some("http://a.example/x"),
            true,
        ),
        (
            "http://a.example/x\n",
            F::WhiteSpace,
            "\n",
            Some("http://a.example/x"),
            true,
        ),
        ("http://a example/x", F::WhiteSpace, " ", None, true),
        ("http://a.example/x y", F::WhiteSpace, " ", None, false),
        (
            "http://a.example/x#y",
            F::Fragment,
            "#y",
            Some("http://a.example/x"),
            false,
        ),
        (
            "http://u:secret@a.example/x",
            F::Userinfo,
            "u:secret",
            Some("http://a.example/x"),
            false,
        ),
    ];
    for &(text, kind, token, suggestion, refused) in rows {
        let endpoint = Endpoint::new(text);
        let [fault] = endpoint.faults() else {
            panic!("{text:?} gives {:#?}", endpoint.faults());
        };
        assert_eq!(fault.kind, kind, "{text:?}");
        assert_eq!(&text[fault.range.clone()], token, "{text:?}");
        assert_eq!(fault.suggestion.as_deref(), suggestion, "{text:?}");
        assert_eq!(fault.refused_by_go, refused, "{text:?}");
        assert!(!fault.message.contains("secret"), "{}", fault.message);
        if let Some(suggestion) = suggestion {
            assert_eq!(Endpoint::new(suggestion).faults(), [], "{suggestion}");
        }
    }
}

#[test]
fn credentials_are_a_fault_beside_a_missing_scheme() {
    let endpoint = Endpoint::new("u:secret@a.example/x");
    let kinds: Vec<_> = endpoint.faults().iter().map(|fault| fault.kind).collect();
    assert_eq!(kinds, [FaultKind::Userinfo, FaultKind::NoScheme]);
    assert!(!format!("{:?}", endpoint.faults()).contains("secret"));
}

#[test]
fn what_may_be_right_has_no_fault() {
    for text in [
        "http://mimir:9009/api/v1/push",
        "HTTPS://A.example/x",
        "http://my_host:9090/x",
        "http://a.b./x",
        "http://a:/x",
        "http://[fe80::1%25eth0]:9090/x",
        "http://bücher.example/x",
        "http://a.example/x?y=%zz",
        "http://a/x%20y",
        "${URL}",
        "${HOST}:9090/x",
        "{{remoteWriteURL}}",
        "<Your Metrics instance remote_write endpoint>",
        "http://${A}.${B}/x",
        "http://a.${B}:${PORT}/x",
        "{{ scheme }}://a/x",
        "http://10.0.0.{{ n }}/x",
        "http://{{ a | default('b c') }}/x",
        "https://$(USER):$(PASS)",
    ] {
        assert_eq!(Endpoint::new(text).faults(), [], "{text}");
    }
}

#[test]
fn secrets_stay_inside() {
    let endpoint = Endpoint::new("http://bob:hunter2@a/x?db=y&token=abc&p=def&q=1");
    let shown = endpoint.redacted();
    assert_eq!(shown, "http://a/x?db=y&token=[redacted]&p=[redacted]&q=1");
    assert!(!format!("{endpoint:?}").contains("hunter2"));
}

proptest! {
    #[test]
    fn any_text_comes_apart(text in "\\PC*") {
        check(&text);
    }

    #[test]
    fn any_text_of_url_signs_comes_apart(text in "(http|https|\\$\\{A\\}|<b c>|\\{\\{|://|:|/|@|\\?|#|%|&|=|\\[|\\]|\\.|-|[ a-c0-9é]){0,24}") {
        check(&text);
    }
}

#[test]
fn a_variable_without_braces_may_stand_beside_a_broken_escape() {
    check("$a/%\u{bbe}");
}

fn check(text: &str) {
    let endpoint = Endpoint::new(text);
    if endpoint.placeholders().is_empty() {
        let refused = crate::schema::scalar::url(text).is_err();
        let reported = endpoint.faults().iter().any(|fault| fault.refused_by_go);
        assert_eq!(refused, reported, "{text:?}: {:?}", endpoint.faults());
    }
    let _ = (
        endpoint.network(),
        endpoint.redacted(),
        endpoint.host_name(),
    );
    for fault in endpoint.faults() {
        assert!(text.get(fault.range.clone()).is_some(), "{fault:?}");
    }
    let parts = [endpoint.scheme(), endpoint.host(), endpoint.port()];
    for piece in parts.into_iter().flatten().chain([endpoint.path()]) {
        assert!(text.get(piece.range()).is_some());
    }
}
