use proptest::prelude::*;

use super::form::{MARKS, may_open};
use super::{
    PlaceholderForm, find, find_shouted, find_words, is_dummy, may_ask, may_be_filled_in, opens,
};

fn found(text: &str) -> Vec<&str> {
    find(text).map(|range| &text[range]).collect()
}

#[test]
fn every_shape_begins_with_what_is_looked_for() {
    for (first, second) in (0..=255).flat_map(|first| (0..=255).map(move |two| (first, two))) {
        let begins = |shape: &PlaceholderForm| match shape.open.as_bytes() {
            [one] => *one == first,
            [one, two, ..] => (*one, *two) == (first, second),
            [] => false,
        };
        let is_one = MARKS.iter().any(begins);
        assert_eq!(opens(first, Some(&second)), is_one, "{first} {second}");
        assert!(may_open(first) || !is_one, "{first}");
    }
    let alone = |shape: &&PlaceholderForm| shape.open.len() == 1;
    for shape in MARKS.iter().filter(alone) {
        assert!(opens(shape.open.as_bytes()[0], None), "{}", shape.open);
    }
}

#[test]
fn words_count_only_between_delimiters() {
    let found = |text: &'static str| -> Vec<&str> {
        find_words(text)
            .into_iter()
            .map(|range| &text[range])
            .collect()
    };
    for (text, want) in [
        (
            "https://prometheus-prod-XX-XX.grafana.net/a",
            vec!["XX", "XX"],
        ),
        ("/workspaces/XXXXXXXXX/api", vec!["XXXXXXXXX"]),
        ("arn:aws:iam::XXXXXXXXXXXX:role/amp", vec!["XXXXXXXXXXXX"]),
        ("https://your-tenant.example.com", vec!["your-tenant"]),
        ("YOURTOKEN", vec!["YOURTOKEN"]),
        ("/path/to/cert.pem", vec!["path/to/cert.pem"]),
        ("{SCRAPE_TOKEN}", vec!["{SCRAPE_TOKEN}"]),
        ("#{Token}", vec!["#{Token}"]),
        (
            "a/#{ token | default('x') }#",
            vec!["#{ token | default('x') }#"],
        ),
        ("a@HOST@b", vec!["@HOST@"]),
        ("XL-XXL", vec![]),
        ("xx", vec![]),
        ("yourself", vec![]),
        ("EnterPassword", vec!["EnterPassword"]),
        (
            "$2y$12$replace_with_bcrypt_hash",
            vec!["replace_with_bcrypt_hash"],
        ),
        ("enter-your-api-key", vec!["enter-your-api-key"]),
        ("enterprise", vec![]),
        ("enter-sandman", vec![]),
        ("EnterPriseToken", vec![]),
        ("replace", vec![]),
        ("/mypath/tools", vec![]),
        ("\\p{LU}\\x{AB}", vec![]),
        ("a{2,3}", vec![]),
        ("me@Home@x", vec![]),
    ] {
        assert_eq!(found(text), want, "{text}");
    }
}

#[test]
fn capitals_need_three_or_an_underscore() {
    let found = |text: &'static str| -> Vec<&str> {
        find_shouted(text)
            .into_iter()
            .map(|range| &text[range])
            .collect()
    };
    for (text, want) in [
        ("REMOTE_WRITE_URL", vec!["REMOTE_WRITE_URL"]),
        ("PASS", vec!["PASS"]),
        (
            "https://HOST_A.example.com/TENANT/push",
            vec!["HOST_A", "TENANT"],
        ),
        ("https://EU.example.com/a", vec![]),
        ("Bearer x", vec![]),
    ] {
        assert_eq!(found(text), want, "{text}");
    }
}

#[test]
fn dummies_consist_of_nothing_else() {
    for text in [
        "fake",
        "test-license-key",
        "a-secret",
        "my_fake_token",
        "secret123",
        "mysecret",
        "admin_secret",
        "test",
    ] {
        assert!(is_dummy(text), "{text}");
    }
    for text in [
        "",
        "user",
        "key",
        "hunter2",
        "admin",
        "latest",
        "test-3f9a",
        "changeme",
        "prod-secret-9x",
    ] {
        assert!(!is_dummy(text), "{text}");
    }
}

#[test]
fn finds_what_is_to_be_filled_in() {
    for (text, want) in [
        ("https://${HOST}/x", vec!["${HOST}"]),
        (
            "${HOST:-localhost}:${PORT}",
            vec!["${HOST:-localhost}", "${PORT}"],
        ),
        ("$(POD_NAME)", vec!["$(POD_NAME)"]),
        ("a{{ .Values.x }}b", vec!["{{ .Values.x }}"]),
        ("[[ tenant ]]", vec!["[[ tenant ]]"]),
        ("https://<your host>/push", vec!["<your host>"]),
        ("<token>", vec!["<token>"]),
        ("__TENANT__", vec!["__TENANT__"]),
        ("%HOST%:9090", vec!["%HOST%"]),
        ("$MANAGER_IP$:9090", vec!["$MANAGER_IP$"]),
        ("YOUR_API_KEY", vec!["YOUR_API_KEY"]),
        ("key=REPLACE_ME;", vec!["REPLACE_ME"]),
        ("REPLACEME", vec!["REPLACEME"]),
        ("CHANGEME", vec!["CHANGEME"]),
        ("é{{ x }}é", vec!["{{ x }}"]),
        ("${{ secrets.TOKEN }}", vec!["${{ secrets.TOKEN }}"]),
        ("$TOKEN$", vec!["$TOKEN$"]),
        ("rules/$NAME.yml", vec!["$NAME"]),
        ("((rw_url))", vec!["((rw_url))"]),
        ("https://((host))/push", vec!["((host))"]),
        ("%%HOST%%:9090", vec!["%%HOST%%"]),
        ("$(cat /run/secrets/p)", vec!["$(cat /run/secrets/p)"]),
        ("(@= data.values.p @)", vec!["(@= data.values.p @)"]),
        ("{{ `{{ .x }}` }}", vec!["{{ `{{ .x }}` }}"]),
        ("op://vault/item/field", vec!["op://vault/item/field"]),
        ("vault:kv/data/a#url", vec!["vault:kv/data/a#url"]),
        ("env:TOKEN", vec!["env:TOKEN"]),
        ("ENC[PKCS7,MIIB]", vec!["ENC[PKCS7,MIIB]"]),
        ("[REDACTED]", vec!["[REDACTED]"]),
    ] {
        assert_eq!(found(text), want, "{text}");
    }
}

#[test]
fn leaves_what_only_looks_like_it() {
    for text in [
        "",
        "$1",
        "${1}",
        "$$",
        "__address__",
        "__meta_kubernetes_pod_name",
        "[[:alpha:]]+",
        "[^[:space:]]",
        "(?P<name>x)",
        "(?<name>x)",
        "a<b",
        "1 < 2 > 1",
        "a%20b%20c",
        "%C3%A9",
        "^(a$ABC$)",
        "$AB$",
        "%E4%BD%A0",
        "{{ open",
        "yours truly",
        "IRREPLACEABLE",
        "https://example.com/a?b=c",
        "((foo|bar))",
        "(.+)((foo))",
        "^$",
        "[A-Z]+$",
        "/a/b$",
        "vault:8200",
        "vault:8200/v1",
        "op:",
        "env:prod",
        "pass:word",
        "projects/a/b",
        "ENC",
    ] {
        assert_eq!(found(text), Vec::<&str>::new(), "{text}");
    }
}

#[test]
fn tags_and_whole_blocks_of_templates_are_found() {
    for (text, want) in [
        ("<%= @url %>", vec!["<%= @url %>"]),
        (
            "https://<%= @host %>:<%= @port %>/a",
            vec!["<%= @host %>", "<%= @port %>"],
        ),
        (
            "<% if a %>b<% else %>c<% end %>d",
            vec!["<% if a %>b<% else %>c<% end %>"],
        ),
        (
            "{% if a %}10s{% else %}60s{% endif %}",
            vec!["{% if a %}10s{% else %}60s{% endif %}"],
        ),
        (
            "{% if a %}b{% endif %}-c-{{ d }}",
            vec!["{% if a %}b{% endif %}", "{{ d }}"],
        ),
        (
            "{{ with secret \"kv\" }}{{ .Data.p }}{{ end }}",
            vec!["{{ with secret \"kv\" }}{{ .Data.p }}{{ end }}"],
        ),
        (
            "{{ if a }}{{ if b }}c{{ end }}d{{- end }}e",
            vec!["{{ if a }}{{ if b }}c{{ end }}d{{- end }}"],
        ),
        (
            "%{ if a }b%{ else }c%{ endif }",
            vec!["%{ if a }b%{ else }c%{ endif }"],
        ),
        (
            "%{ for a in b ~}c%{ endfor ~}",
            vec!["%{ for a in b ~}c%{ endfor ~}"],
        ),
        ("[[ if a ]]b[[ end ]]", vec!["[[ if a ]]b[[ end ]]"]),
        ("{{ if a }}b", vec!["{{ if a }}"]),
        ("{% set a = 1 %}b", vec!["{% set a = 1 %}"]),
        ("@rw_url@", vec!["@rw_url@"]),
        ("https://@rw.host@:90/a", vec!["@rw.host@"]),
        ("%{IP:client}", vec![]),
        ("a{%b", vec![]),
        ("https://u@realm@host/", vec![]),
        ("me@home, you@work", vec![]),
    ] {
        assert_eq!(found(text), want, "{text}");
    }
}

#[test]
fn words_that_ask_are_seen_in_any_case_and_no_others() {
    let slowly = |bytes: &[u8]| {
        let words = [b"your", b"ente", b"repl"];
        let is_one = |four: &[u8]| words.iter().any(|word| four.eq_ignore_ascii_case(*word));
        bytes.windows(4).any(is_one)
    };
    for word in ["your", "YOUR", "eNte", "repl", "xyour", "rep", "", "enter"] {
        assert_eq!(may_ask(word.as_bytes()), slowly(word.as_bytes()), "{word}");
        for at in 0..word.len() {
            for byte in 0..=u8::MAX {
                let mut bytes = word.as_bytes().to_vec();
                bytes[at] = byte;
                assert_eq!(may_ask(&bytes), slowly(&bytes), "{bytes:?}");
            }
        }
    }
}

/// Parts of values, with the marks of placeholders among them.
const PARTS: &[&str] = &[
    "a", "p", "http://", "$", "$$", "{", "}", "${", "$(", ")", "<", ">", "@", "__", "%", "[[",
    "]]", "#{", "NAME", "A_B", "name", "YOUR_", "REPLACE", "CHANGEME", "path:", "-", ".", " ",
];

proptest! {
    /// What has a placeholder is not ruled out by its bytes.
    #[test]
    fn a_value_with_a_placeholder_may_be_filled_in(
        parts in prop::collection::vec(prop::sample::select(PARTS), 0..6),
    ) {
        let value = parts.concat();
        let has = find(&value).next().is_some() || !find_shouted(&value).is_empty();
        prop_assert!(!has || may_be_filled_in(&value), "{value}");
    }
}

#[test]
fn references_are_not_ruled_out_by_their_first_bytes() {
    for text in [
        "op://vault/item",
        "!var a",
        "[REDACTED]",
        "SECRET[a.b]",
        "env:NAME",
    ] {
        assert!(may_be_filled_in(text), "{text}");
        assert_eq!(found(text), [text]);
    }
}
