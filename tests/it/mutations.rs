//! A correct Opstrace entry gives nothing; each single fault put into it gives exactly one finding
//! at warning or above, of the right rule, at the right place.

use crate::support::memory::{self, tree};
use promvet::finding::{Finding, Severity};

const RIGHT: &str = "\
global:
  external_labels:
    cluster: one
scrape_configs:
  - job_name: shop
    static_configs:
      - targets: ['shop:8080']
remote_write:
  - name: opstrace
    url: https://cortex.default.test.opstrace.io/api/v1/push
    bearer_token_file: secrets/token
    tls_config:
      insecure_skip_verify: false
";

const INSTANCE: &str = "tenants: [default]\nnode_count: 3\n";

fn findings(config: &str) -> Vec<Finding> {
    let tree = tree(&[
        ("prometheus.yml", config),
        ("ops/instance.yaml", INSTANCE),
        ("secrets/token", "a.b.c"),
        ("secrets/empty", " \n"),
        ("secrets/deep/x", "a"),
    ]);
    let mut found = memory::found("/tree", &tree);
    found.retain(|one| one.severity > Severity::Info);
    found
}

/// What is replaced, by what, the rule, the severity, and the token that is underlined.
type Mutation = (
    &'static str,
    &'static str,
    &'static str,
    Severity,
    &'static str,
);

use Severity::{Error, Warning};

const URL: &str = "https://cortex.default.test.opstrace.io/api/v1/push";

const MUTATIONS: &[Mutation] = &[
    (
        "url: https://cortex.default.test.opstrace.io/api/v1/push\n    ",
        "",
        "schema/missing-field",
        Error,
        "",
    ),
    (URL, "''", "remote-write/url-syntax", Error, "''"),
    (URL, "5", "remote-write/url-syntax", Error, "5"),
    (
        URL,
        "api/v1/push",
        "remote-write/url-syntax",
        Error,
        "api/v1/push",
    ),
    (
        "https://cortex",
        "cortex",
        "remote-write/url-syntax",
        Error,
        "cortex.default.test.opstrace.io/api/v1/push",
    ),
    ("https:", "ftp:", "remote-write/url-syntax", Error, "ftp"),
    ("https:", "htps:", "remote-write/url-syntax", Error, "htps"),
    ("https:", "http:", "remote-write/plain-http", Error, "http"),
    (
        "cortex.default",
        "cortex..default",
        "remote-write/url-syntax",
        Error,
        "",
    ),
    (
        "/api/v1/push",
        "/api/v1/push#x",
        "remote-write/url-syntax",
        Error,
        "#x",
    ),
    (
        "/api/v1/push",
        "/api/v1/push/",
        "remote-write/url-shape",
        Error,
        "",
    ),
    ("/api/v1/push", "", "remote-write/url-shape", Error, ""),
    (
        "/api/v1/push",
        "/api/v1/write",
        "remote-write/url-shape",
        Error,
        "",
    ),
    (
        "/api/v1/push",
        "/api/prom/push",
        "remote-write/url-shape",
        Error,
        "",
    ),
    (
        "/api/v1/push",
        "//api/v1/push",
        "remote-write/redirect",
        Error,
        "",
    ),
    (
        "/api/v1/push",
        "/loki/api/v1/push",
        "remote-write/url-shape",
        Error,
        "",
    ),
    (
        "/api/v1/push",
        "/api/v1/push/api/v1/push",
        "remote-write/url-shape",
        Error,
        "",
    ),
    (
        "cortex.default.test",
        "cortex.test",
        "remote-write/url-shape",
        Error,
        "",
    ),
    (
        "cortex.default.test",
        "loki.default.test",
        "remote-write/url-shape",
        Error,
        "",
    ),
    (
        "cortex.default.test",
        "default.test",
        "remote-write/url-shape",
        Error,
        "",
    ),
    (
        "cortex.default.test",
        "test",
        "remote-write/url-shape",
        Error,
        "",
    ),
    (
        "cortex.default.test",
        "cortex.team-a.test",
        "remote-write/url-shape",
        Error,
        "",
    ),
    (
        "https://cortex",
        "https://me:hunter2@cortex",
        "credentials/in-url",
        Error,
        "me:hunter2",
    ),
    (
        "/api/v1/push",
        "/api/v1/push?token=abcdefgh",
        "credentials/in-url",
        Error,
        "abcdefgh",
    ),
    (
        ".default.",
        ".${TENANT}.",
        "remote-write/url-syntax",
        Warning,
        "${TENANT}",
    ),
    (
        "bearer_token_file: secrets/token\n    ",
        "",
        "remote-write/credentials-missing",
        Error,
        URL,
    ),
    (
        "bearer_token_file: secrets/token",
        "sigv4: {region: eu-west-1}",
        "remote-write/credentials-kind",
        Error,
        "sigv4",
    ),
    (
        "secrets/token",
        "secrets/tokens",
        "credentials/missing",
        Error,
        "secrets/tokens",
    ),
    (
        "secrets/token",
        "secrets/deep",
        "credentials/not-a-file",
        Error,
        "secrets/deep",
    ),
    (
        "secrets/token",
        "secrets/empty",
        "credentials/empty",
        Error,
        "secrets/empty",
    ),
    (
        "secrets/token",
        "/var/run/t/token",
        "credentials/unverified",
        Warning,
        "/var/run/t/token",
    ),
    (
        "secrets/token",
        "../outside/token",
        "credentials/unverified",
        Warning,
        "../outside/token",
    ),
    (
        "verify: false",
        "verify: true",
        "tls/insecure-skip-verify",
        Error,
        "true",
    ),
    (
        "verify: false",
        "verify: yes",
        "tls/insecure-skip-verify",
        Error,
        "yes",
    ),
    (
        "verify: false",
        "verify: 'true'",
        "schema/wrong-type",
        Error,
        "'true'",
    ),
    (
        "bearer_token_file",
        "bearer_token_fil",
        "schema/unknown-field",
        Error,
        "bearer_token_fil",
    ),
    (
        "cortex.default.",
        "cortex.defaults.",
        "opstrace/unknown-tenant",
        Warning,
        "defaults",
    ),
    (
        "cortex.default.",
        "cortex.system.",
        "opstrace/system-tenant",
        Warning,
        "system",
    ),
    (
        "    tls_config:",
        "    headers: {X-Scope-OrgID: default}\n    tls_config:",
        "remote-write/tenant-header",
        Warning,
        "X-Scope-OrgID",
    ),
    (
        "insecure_skip_verify: false",
        "min_version: TLS11",
        "tls/min-version",
        Warning,
        "TLS11",
    ),
    (
        "insecure_skip_verify: false",
        "server_name: https://x",
        "tls/server-name",
        Error,
        "https://x",
    ),
    (
        "    tls_config:",
        "    queue_config: {max_shards: 100000}\n    tls_config:",
        "remote-write/queue",
        Warning,
        "100000",
    ),
    (
        "    tls_config:",
        "    write_relabel_configs: [{action: drop}]\n    tls_config:",
        "remote-write/relabel",
        Error,
        "drop",
    ),
    (
        "    tls_config:",
        "    proxy_url: http://u:pw@proxy.example.com\n    tls_config:",
        "credentials/plain-http",
        Error,
        "u:pw",
    ),
    (
        "  - name: opstrace",
        "  - name: [opstrace",
        "schema/syntax",
        Error,
        "",
    ),
    (
        "cluster: one",
        "cluster: one\n    cluster: two",
        "schema/duplicate",
        Error,
        "cluster",
    ),
];

#[test]
fn a_correct_entry_gives_nothing() {
    let found = findings(RIGHT);
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn each_single_fault_gives_exactly_one_finding() {
    let mut wrong = Vec::new();
    for &(from, to, rule, severity, token) in MUTATIONS {
        assert!(RIGHT.contains(from), "{from}");
        let config = RIGHT.replacen(from, to, 1);
        let found = findings(&config);
        let shown: Vec<_> = found
            .iter()
            .map(|one| {
                let excerpt = one.place.excerpt(0);
                let token = excerpt
                    .text
                    .get(excerpt.start..excerpt.start + excerpt.len)
                    .unwrap_or("");
                format!(
                    "{:?} {} {} `{token}` {} / {:?}",
                    one.place,
                    one.severity.word(),
                    one.rule,
                    one.message,
                    one.help_line()
                )
            })
            .collect();
        let right = match found.as_slice() {
            [one] => {
                let span = one.place.span();
                let text = config
                    .get(span.start as usize..span.end as usize)
                    .unwrap_or("");
                one.rule == rule && one.severity == severity && (token.is_empty() || text == token)
            }
            _ => false,
        };
        if !right {
            wrong.push(format!(
                "{from} → {to}: want {rule} {} `{token}`\n    {}",
                severity.word(),
                shown.join("\n    ")
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        MUTATIONS.len(),
        wrong.join("\n")
    );
}

#[test]
fn equivalent_spellings_give_nothing_either() {
    for (from, to) in [
        (
            "https://cortex.default.test.opstrace.io/api/v1/push",
            "\"https://cortex.default.test.opstrace.io/api/v1/push\"",
        ),
        ("https://cortex.default", "HTTPS://cortex.default"),
        ("opstrace.io/", "opstrace.io:443/"),
        (
            "bearer_token_file: secrets/token",
            "authorization: {credentials_file: ./secrets/token}",
        ),
        (
            "bearer_token_file: secrets/token",
            "basic_auth: {username: x, password_file: secrets/token}",
        ),
        ("insecure_skip_verify: false", "insecure_skip_verify: no"),
        ("insecure_skip_verify: false", ""),
        ("\n", "\r\n"),
        ("global:", "\u{feff}global:"),
    ] {
        let found = findings(&RIGHT.replace(from, to));
        assert!(found.is_empty(), "{from} → {to}: {found:#?}");
    }
}
