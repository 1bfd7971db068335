use super::*;

fn found(source: &str) -> Vec<String> {
    let text = Text::new("web.yml", source.as_bytes().to_vec());
    check(&text)
        .into_iter()
        .map(|finding| finding.logical)
        .collect()
}

#[test]
fn what_is_refused_at_start_is_found() {
    let hash = "$2y$10$QOauhQNbBCuQDKes6eFzPeMqBSjb7Mr5DUmpZ/VcEd00UAV/LDeSi";
    for (source, want) in [
        (format!("basic_auth_users: {{a: '{hash}', b: '{hash}'}}\n"), vec![]),
        (
            format!("basic_auth_users: {{a: '{}'}}\n", &hash[..59]),
            vec!["basic_auth_users.a"],
        ),
        ("basic_auth_users: {a: '${HASH}', b: '<hash>'}\n".to_owned(), vec![]),
        ("basic_auth_users: {a: hunter2}\n".to_owned(), vec!["basic_auth_users.a"]),
        (
            "basic_auth_users: {a: '$1$x$Q5auhQNbBCuQDKes6eFzPeMqBSjb7Mr5DUmpZVcEd00UAVLDeSia'}\n".to_owned(),
            vec!["basic_auth_users.a"],
        ),
        ("tls_server_config: {cert_file: a, key_file: b}\n".to_owned(), vec![]),
        ("tls_server_config: {cert: a, key_file: b}\n".to_owned(), vec![]),
        (
            "tls_server_config: {min_version: TLS13}\n".to_owned(),
            vec!["tls_server_config.min_version"],
        ),
        (
            "tls_server_config: {cert_file: a, key_file: b, min_version: TLS13, client_auth_type: RequireAndVerifyClientCert, client_ca_file: c}\n".to_owned(),
            vec![],
        ),
        (
            "tls_server_config: {cert_file: a, key_file: b, min_version: '1.2', max_version: TLS11}\n".to_owned(),
            vec!["tls_server_config.min_version"],
        ),
        (
            "tls_server_config: {cert_file: a, key_file: b, max_version: TLS11}\n".to_owned(),
            vec!["tls_server_config.max_version"],
        ),
        (
            "tls_server_config: {cert_file: a, key_file: b, client_ca_file: c, cert_path: d}\n".to_owned(),
            vec!["tls_server_config.cert_path", "tls_server_config.client_ca_file"],
        ),
        (
            "tls_server_config: {}\ntls_config: {}\nhttp_server_config: {headers: {x-frame-options: deny, X-Frame-Options: DENY}}\n".to_owned(),
            vec![
                "tls_config",
                "http_server_config.headers.x-frame-options",
                "http_server_config.headers.X-Frame-Options",
            ],
        ),
        (
            format!("basic_auth_users: {{a: '{hash}'}}\nrate_limit: {{interval: 1s}}\n"),
            vec!["rate_limit.interval"],
        ),
        (
            format!("basic_auth_users: {{a: '{}'}}\n", hash.replace("$10$", "$99$")),
            vec!["basic_auth_users.a"],
        ),
        (
            "tls_server_config: {cert_file: a}\ntls_client_config: {}\n".to_owned(),
            vec![],
        ),
        (
            "basic_auth_users: {a: }\nhttp_server_config: {http2: \"yes\", headers: {X-Frame-Options: }}\n".to_owned(),
            vec![
                "basic_auth_users.a",
                "http_server_config.http2",
                "http_server_config.headers.X-Frame-Options",
            ],
        ),
        (
            "tls_server_config: {cert_file: a, key_file: b, cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, TLS_RSA_WITH_RC4_128_SHA], curve_preferences: X25519}\n".to_owned(),
            vec![
                "tls_server_config.cipher_suites[1]",
                "tls_server_config.curve_preferences",
            ],
        ),
        (
            format!("basic_auth_users: ['a:{hash}']\n"),
            vec!["basic_auth_users"],
        ),
        (
            "tls_server_config: {cert_file: a}\n".to_owned(),
            vec!["tls_server_config.cert_file"],
        ),
        (
            "tls_server_config: {key: a}\n".to_owned(),
            vec!["tls_server_config.key"],
        ),
    ] {
        assert_eq!(found(&source), want, "{source}");
    }
}
