use proptest::prelude::*;

use super::*;

/// 2026-01-01
const NOW: i64 = 1_767_225_600;

fn encode(text: &str) -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut out = String::new();
    for group in text.as_bytes().chunks(3) {
        let mut bytes = [0; 3];
        bytes[..group.len()].copy_from_slice(group);
        let bits = u32::from_be_bytes([0, bytes[0], bytes[1], bytes[2]]);
        for at in 0..=group.len() {
            out.push(char::from(ALPHABET[(bits >> (18 - 6 * at) & 63) as usize]));
        }
    }
    out
}

fn token(header: &str, claims: &str) -> String {
    format!("{}.{}.c2lnbmF0dXJl", encode(header), encode(claims))
}

fn names(content: &[u8]) -> Vec<String> {
    let seen = observe(content, NOW).into_iter();
    seen.map(|observation| format!("{observation:?}")).collect()
}

#[test]
fn each_fault_is_seen() {
    for (content, want) in [
        (&b""[..], &["Empty"][..]),
        (b" \n\t", &["OuterWhiteSpace { line_break: true }", "Empty"]),
        (b"Bearer abc", &["Scheme(\"Bearer\")"]),
        (b"bearer\tabc", &["Scheme(\"Bearer\")"]),
        (b"Basic dXNlcjpwYXNz", &["Scheme(\"Basic\")"]),
        (b"one\ntwo", &["Lines(2)"]),
        (
            b"# comment\nabc\n",
            &["OuterWhiteSpace { line_break: true }", "Lines(2)"],
        ),
        (b"abc def", &["InnerWhiteSpace"]),
        (b"abc\x01def", &["ControlCharacters"]),
        (b"abc\rdef", &["ControlCharacters"]),
        (b"\xef\xbb\xbfabc", &["ByteOrderMark"]),
        (b"\xff\xfea\0b\0", &["NotUtf8"]),
        (b"changeme", &["Placeholder"]),
        (b"CHANGE_ME", &["Placeholder"]),
        (b"<token>", &["Placeholder"]),
        (b"REPLACE_ME", &["Placeholder"]),
        (b"${TOKEN}", &["Placeholder"]),
        (b"{{ token }}", &["Placeholder"]),
        (b"xxxx", &["Placeholder"]),
        (b"xxxx-xxxx", &["Placeholder"]),
        (b"your-token-here", &["Placeholder"]),
        (b"your Grafana Cloud API key", &["Placeholder"]),
        (b"Enter your_password here", &["Placeholder"]),
        (b"$API_TOKEN", &["Placeholder"]),
        (b"SHOP_API_TOKEN", &["Placeholder"]),
        (b"MONITORING_PASSWORD_PLACEHOLDER", &["Placeholder"]),
        (b"api-key-placeholder", &["Placeholder"]),
        (b"GRAFANA_CLOUD_API_KEY_HERE", &["Placeholder"]),
        (b"PASSWORD_TO_BE_REPLACED", &["Placeholder"]),
        (b"SET_BY_ANSIBLE", &["Placeholder"]),
        (b"put_token_here", &["Placeholder"]),
        (b"will-be-replaced", &["Placeholder"]),
        (b"[REDACTED]", &["Placeholder"]),
        (b"glc_your_token_of_grafana_cloud", &["Placeholder"]),
        (b"glc_<your-token>", &["Placeholder"]),
        (b"glc_eyJvIjoiMTIzNDU2Nzg5MCJ9...", &["Placeholder"]),
        (b"AKIAIOSFODNN7EXAMPLE", &["Placeholder"]),
        (b"ref+vault://secret/a#/token", &["Placeholder"]),
        (b"op://vault/item/field", &["Placeholder"]),
        (b"Bearer ${TOKEN}", &["Scheme(\"Bearer\")", "Placeholder"]),
        (b"***", &["Placeholder"]),
        (b"...", &["Placeholder"]),
        (b"\0GITCRYPT\0\x01\xff", &["Encrypted(\"git-crypt\")"]),
        (
            b"$ANSIBLE_VAULT;1.1;AES256\n3961\n",
            &["Encrypted(\"Ansible Vault\")"],
        ),
        (
            b"data: ENC[AES256_GCM,data:x]\nsops:\n  version: 3\n",
            &["Encrypted(\"SOPS\")"],
        ),
        (
            b"{\"data\": \"ENC[AES256_GCM,data:x]\", \"sops\": {}}",
            &["Encrypted(\"SOPS\")"],
        ),
        (
            b"-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----",
            &["Pem(\"CERTIFICATE\")"],
        ),
        (b"AKIAABCDEFGHIJKLMNOP", &["Known(\"an AWS access key\")"]),
        (b"9f8a7b6c5d4e3f2a1b0c9d8e7f6a5b4c", &["Random"]),
    ] {
        assert_eq!(
            names(content),
            want,
            "{:?}",
            String::from_utf8_lossy(content)
        );
    }
    assert_eq!(names(&vec![b'a'; MOST_CONTENT + 1]), ["TooLong"]);
}

#[test]
fn ordinary_credentials_show_nothing() {
    for content in [
        "s3cr3t-Pa$$word",
        "a<b>c",
        "p${x",
        "bearertoken",
        "Bearer",
        "exxxxon",
        "todolist",
        "dummy-but-long-enough",
        "sops-is-a-word",
        "a.b.c",
        "1.2.3",
        "token-for-the-shop-2024-01",
        "abcabcabcabcabc123abcabc",
        "eyJhbGciOiJub25lIn0",
        "pässwörd",
        "your",
        "yours-is-the-key",
        "your-horse-battery-staple",
        "not-your-key",
        "$Tr0ngPassw0rd",
        "$1$ABCDEFGH",
        "$AB",
        "TOKEN",
        "ABC_DEF_1234",
        "Start-Here",
        "STAND_BY_ME",
        "placeholder7-horse",
        "glc_abc123",
        "to-be-or-not",
        "Shop_API_TOKEN",
    ] {
        assert_eq!(observe(content.as_bytes(), NOW), [], "{content}");
    }
    // A newline at the end is what every editor writes; only inline values mind it.
    assert_eq!(
        observe(b"abc\n", NOW),
        [Observation::OuterWhiteSpace { line_break: true }]
    );
}

fn jwt(content: &str) -> Jwt {
    let seen = observe(content.as_bytes(), NOW);
    let found = seen.iter().find_map(|file| match file {
        Observation::Jwt(token) => Some((**token).clone()),
        _ => None,
    });
    found.unwrap_or_else(|| panic!("{content}: {seen:?}"))
}

#[test]
fn claims_are_read() {
    let found = jwt(&token(
        r#"{"alg":"RS256","typ":"JWT","kid":"6c2a"}"#,
        r#"{"iss":"opstrace-cli","sub":"tenant-prod","aud":"opstrace-cluster-test","iat":1600000000,"exp":1915000000.5}"#,
    ));
    assert_eq!(found.algorithm.as_deref(), Some("RS256"));
    assert_eq!(found.key_id.as_deref(), Some("6c2a"));
    assert_eq!(found.issuer.as_deref(), Some("opstrace-cli"));
    assert_eq!(found.subject.as_deref(), Some("tenant-prod"));
    assert_eq!(found.audiences, ["opstrace-cluster-test"]);
    assert_eq!(
        (found.expires, found.issued),
        (Some(1_915_000_000), Some(1_600_000_000))
    );
    assert_eq!(found.timing, Timing::Valid);
    assert!(!found.is_of_service_account());
}

#[test]
fn several_audiences_and_service_accounts_are_known() {
    let claims =
        r#"{"sub":"system:serviceaccount:monitoring:prometheus","aud":["a","b",3],"exp":1}"#;
    let found = jwt(&token(r#"{"alg":"ES256"}"#, claims));
    assert_eq!(found.audiences, ["a", "b"]);
    assert!(found.is_of_service_account());
    assert_eq!(found.timing, Timing::Expired(NOW - 1));
}

#[test]
fn claims_are_fit_for_output() {
    let long = "s".repeat(5000);
    let claims = format!(r#"{{"sub":"{long}","iss":"a\u001b[2Jb\u202ec"}}"#);
    let found = jwt(&token(r#"{"alg":"none"}"#, &claims));
    assert_eq!(found.subject.unwrap().len(), 200);
    assert_eq!(found.issuer.unwrap(), "a[2Jbc");
}

#[test]
fn what_is_not_a_jwt_is_none() {
    for content in [
        token("{}", "{}"),
        token("[]", "{}"),
        token(r#"{"alg":"RS256"}"#, "3"),
        format!("{}.x", token(r#"{"alg":"RS256"}"#, "{}")),
        format!("{}!", token(r#"{"alg":"RS256"}"#, "{}")),
    ] {
        let seen = observe(content.as_bytes(), NOW);
        assert!(
            !seen
                .iter()
                .any(|observation| matches!(observation, Observation::Jwt(_))),
            "{content}"
        );
    }
}

proptest! {
    #[test]
    fn any_bytes_are_looked_at(content: Vec<u8>, now: i64) {
        let _ = observe(&content, now);
    }

    /// Nothing of a secret may be in what is reported about it.
    #[test]
    fn no_secret_is_kept(secret in "[a-zA-Z0-9]{12,40}", before in "(Bearer |Basic |\n|x |\u{feff})?") {
        let shown = format!("{:?}", observe(format!("{before}{secret}").as_bytes(), NOW));
        prop_assert!(!shown.contains(&secret));
        let signed = format!("{}{secret}", token(r#"{"alg":"RS256"}"#, r#"{"sub":"a"}"#));
        let shown = format!("{:?}", observe(signed.as_bytes(), NOW));
        prop_assert!(!shown.contains(&secret));
    }
}

#[test]
fn entropy_is_shannons() {
    for text in [
        "a",
        "aaaa",
        "ab",
        "abcd",
        "aab",
        "3fQz9LkP0xWm2Rt7",
        "hello-world-hello",
    ] {
        let mut counts = std::collections::BTreeMap::new();
        for byte in text.bytes() {
            *counts.entry(byte).or_insert(0_u32) += 1;
        }
        let length = f64::from(u32::try_from(text.len()).unwrap());
        let of = |count: &u32| -f64::from(*count) * (f64::from(*count) / length).log2();
        let expected: f64 = counts.values().map(of).sum();
        let found = f64::from(u32::try_from(bits(text.as_bytes())).unwrap()) / 65536.0;
        assert!(
            (found - expected).abs() < 0.001,
            "{text}: {found}, not {expected}"
        );
    }
    assert_eq!(bits(b""), 0);
}
