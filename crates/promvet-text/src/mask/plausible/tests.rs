use super::*;

#[test]
fn names_paths_and_ids_are_not_taken_for_secrets() {
    for value in [
        "grafana-cloud-rw",
        "API_TOKEN",
        "remoteWriteToken",
        "default-token-hu5jz",
        "/etc/secrets/token",
        "kv/data/prometheus",
        "https://login.example.com/oauth2/v2.0/token",
        "123e4567-e89b-12d3-a456-426614174000",
        "123456789012",
        "Apache-2.0",
        "VersionTLS13",
        "oauth2client/prod",
        "${TOKEN}",
        "${1}:9100",
        "$1-${2}",
        "<cluster-name>",
        "^(.*)$",
    ] {
        assert!(is_reference(value), "{value}");
    }
    for value in [
        "aA0A+/Aaa__0+a0a0",
        "qwzxkjhgtrplmvbncdsf",
        "A1B2C-3D4E5-F6G7H",
        "d41d8cd98f00b204e9800998ecf8427e",
        "482910573829104857",
        "Zm9vYmFyL3+F/aGk3Lw==",
        "BUGXVAXEJA6ZOLUABQ6YOBZEIJ3CAWKV",
        "Kagiba642bomogo<>",
        "qwzxkjhgtrplmvbncdsf$",
        "a$-9kQmZ2pLwT4",
    ] {
        assert!(!is_reference(value), "{value}");
    }
}

#[test]
fn base64_with_slashes_is_not_a_path() {
    for value in [
        "secrets/token",
        "certs/CA2/Root1.pem",
        "/run/secrets/T1",
        "C:\\Program Files\\Prometheus\\token.txt",
        "$HOME/secrets/token",
        "${CREDENTIALS_DIR}/token",
        "{{ .Values.secretsDir }}/token_2",
        "{{ dir | default('/etc/prometheus') }}/token",
        "{{ lookup('env', 'TOKEN_FILE') }}",
        "<path to the token>",
        "%PROGRAMDATA%\\token.txt",
        "%(here)s/token",
        "@SECRETS@/token",
        "${DIR:-/etc/prometheus}/token",
        "backups/20240101120000.txt",
    ] {
        assert!(is_plausible_path(value), "{value}");
    }
    for value in [
        "aA0A+/Aaa__0+a0a0",
        "aA0A9/AaazK0Wa0a0",
        "/aA0A9/AaazK0Wa0a0",
        "hV7$x-9kQmZ2pLwT4",
        "Pa$word-Secr3t99xx",
        "p<x>Secr3t99xxQ7",
        "-Q.W9uE!+0=P$Pht61-h+rS3H",
        "C:\\Kagiba642bomogo!",
        "C:\\c672d41d8cd98f00b204e9800998ecf8427e0a1b",
        "C:\\12345678901234567890",
        "123456789012345678.txt",
        "~/12345678901234567890",
        "a/12345678901234567890",
        "a/BUGXVAXEJAZOLUABQYOBZEIJCAWKVABC",
        "~/BUGXVAXEJAZOLUABQYOBZEIJCAWKVABC",
        "{{ c672d41d8cd98f00b204e9800998ecf8427e0a1b }}",
        "{{ pw | default('qwzxkjhgtrplmvbncdsf') }}",
        "{{ lookup(\"env\", \"qwzxkjhgtrplmvbncdsf\") }}",
        "${Kagiba642bomogo}",
        "x/${Kagiba642bomogo}",
        "<Kagiba642bomogo>",
    ] {
        assert!(!is_plausible_path(value), "{value}");
    }
}

#[test]
fn headers_written_as_text_lose_their_values() {
    for (text, expected) in [
        ("X-Api: aA0A9AaazK0Wa0a0", Some(7)),
        ("X-Api:aA0A9AaazK0Wa0a0^^X-B: c", Some(6)),
        ("X-Scope-OrgID: aA0A9AaazK0Wa0a0", None),
        ("X-Env: prod,X-Api: aA0A9AaazK0Wa0a0", Some(19)),
        ("aA0A9AaazK0Wa0a0", Some(0)),
        ("${HEADERS:-}", None),
    ] {
        assert_eq!(secret_header(text), expected, "{text}");
    }
}
