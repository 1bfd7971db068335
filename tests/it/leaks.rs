//! No secret gets out, whatever slip put it where it is.

use proptest::prelude::*;

use promvet::finding::{Place, Span, Text};

use crate::support::program::promvet;
use crate::support::scratch::Scratch;

/// The slips: `S` is the secret. To add one is to add a line.
const SLIPS: &[&str] = &[
    "  bearer_token: S\n",
    "  bearer_token: S\n  bogus: 1\n",
    "  bearer_token_file: S\n",
    "  basic_auth: {username: u, password_file: S}\n",
    "  basic_auth: {username: u, password:S}\n",
    "  basic_auth:\n    username: u\n    password:S\n",
    "  basic_auth: {username: u, pasword: S}\n",
    "  basic_auth: {username: u, passwordd: S, x: 1}\n",
    "  basic_auth: {username: u, whatever: S}\n",
    "  basic_auth: u:S\n",
    "  basic_auth: [u, S]\n",
    "  basic_auth:\n  - u\n  - S\n",
    "  basic_auth: {username: 'u:S'}\n",
    "  basicAuth: {username: u, password: S}\n",
    "  bearer_token = S\n",
    "  bearer_token=S\n",
    "  bearer_token S\n",
    "  bearer_tokn: S\n",
    "  bearerToken: S\n",
    "  bearer-token: S\n",
    "  credential: S\n",
    "  creds: S\n",
    "  auth: S\n",
    "  jwt: S\n",
    "  pwd: S\n",
    "  api-key: S\n",
    "  authorization: S\n",
    "  authorization: Bearer S\n",
    "  authorization: {type: 'Bearer S'}\n",
    "  authorization: {credentials_file: S}\n",
    "  oauth2: {client_id: a, client_secrt: S, token_url: 'https://a.example.com/t'}\n",
    "  sigv4:\n    access_key: a\n    secret_key:S\n",
    "  headers:\n    X-License-Key:S\n",
    "  headers: {X-Api-Key: S}\n",
    "  headers: {Authorization: Bearer S}\n",
    "  bearer_token: >-\n    S\n   x\n ]\n",
    "  tls_config:\n    key: |\n      -----BEGIN PRIVATE KEY-----\n      S\n     x\n ]\n",
    "  basic_auth: {username: u, password: \"abc\n     S\"\n  x\n",
    "  ? bearer_token\n  : S\n ]\n",
    "# bearer_token: S\n- url: x:// y\n",
    "- url: https://u:S@h.example.com/x\n  bogus: 1\n",
    "- url: https://u:S#rest@h.example.com/x\n",
    "- url: https://u:S/rest@h.example.com/x\n",
    "- url: https://u:S?rest@h.example.com/x\n",
    "- url: https//u:S@h.example.com/x\n",
    "- url: https:/u:S@h.example.com/x\n",
    "- url: u:ab/S@h.example.com/x\n",
    "- url: https://h.example.com/x#token=S\n",
    "- url: https://h.example.com/x?api_key=S\n",
    "- url: https://h.example.com:S/x\n",
    "- url: https://user:pa:S@h.example.com/x\n  bogus: 1\n",
    "  authorization: {type: S}\n",
    "  bearer_token; S\n",
    "  basic_auth: {\n    username: u,\n    whatever: S,\n  }\n",
    "  headers:\n  - name: Authorization\n    value: Bearer S\n",
    "  headers:\n  - value: S\n    name: Authorization\n",
    "  http_headers:\n    X-Api-Key:\n      values: S\n",
    "  write_relabel_configs:\n  - {target_label: token, replacement: S, action: replac}\n",
    "  # the old password was S\n  bogus: 1\n",
    "  # curl -u user:S https://h.example.com\n  bogus: 1\n",
    "  x-shared: &token S\n  bogus: 1\n",
];

/// The commands and formats that show something of a tree.
const COMMANDS: &[&[&str]] = &[
    &["check"],
    &["check", "--format", "concise"],
    &["check", "--format", "json"],
    &["check", "--format", "sarif"],
    &["check", "--format", "github"],
    &["check", "--format", "gitlab"],
    &["check", "--format", "markdown"],
    &["check", "--format", "junit"],
    &["check", "--format", "json-lines"],
    &["check", "--format", "checkstyle"],
    &["check", "--format", "openmetrics"],
    &["audit"],
    &["audit", "--format", "json"],
    &["audit", "--format", "csv"],
    &["suppressions"],
    &["config", "prometheus.yml"],
    &["explain", "schema/unknown-field"],
];

/// The length of a part of a secret that counts as one.
const PART: usize = 8;

fn shows(output: &str, secret: &str) -> bool {
    let parts = secret.as_bytes().windows(PART);
    parts
        .filter_map(|part| std::str::from_utf8(part).ok())
        .any(|part| output.contains(part))
}

fn tree(slip: &str, secret: &str) -> Scratch {
    let entry = slip.replace('S', secret);
    let config = format!("remote_write:\n- url: https://rw.example.com/api/v1/write\n{entry}");
    Scratch::new(&[("prometheus.yml", &config)])
}

/// Where the secret of a slip is seen.
fn leaks(slip: &str, secret: &str, commands: &[&[&str]]) -> Vec<String> {
    let scratch = tree(slip, secret);
    let seen = |command: &&&[&str]| shows(&promvet(scratch.path(), command).said(), secret);
    let mut out: Vec<String> = commands
        .iter()
        .filter(seen)
        .map(|it| it.join(" "))
        .collect();
    let said = promvet(scratch.path(), &["baseline"]).said();
    let written = std::fs::read_to_string(scratch.at("promvet-baseline.json")).unwrap_or_default();
    if shows(&said, secret) || shows(&written, secret) {
        out.push("baseline".into());
    }
    out
}

#[test]
fn no_slip_shows_its_secret_in_any_format() {
    let secret = "q7Zt4mBv9xK2wLr8";
    // Each slip meets the formats that quote most, and in turn one of the others.
    let usual: &[&[&str]] = &[&["check"], &["audit", "--format", "json"]];
    let others = COMMANDS.iter().cycle();
    let shown: Vec<_> = SLIPS
        .iter()
        .zip(others)
        .map(|(slip, other)| (slip, leaks(slip, secret, &[usual, &[*other]].concat())))
        .filter(|(_, commands)| !commands.is_empty())
        .collect();
    assert!(shown.is_empty(), "{shown:#?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn no_secret_is_shown(
        slip in prop::sample::select(SLIPS),
        secret in "[a-z][A-Z][0-9][A-Za-z0-9+/_-]{13,40}[a-z0-9]",
        command in prop::sample::select(COMMANDS),
    ) {
        let shown = leaks(slip, &secret, &[command]);
        prop_assert!(shown.is_empty(), "{slip}: {shown:?}");
    }
}

#[test]
fn a_file_that_is_something_else_is_named_and_not_quoted() {
    let scratch = Scratch::new(&[
        (".env", "DB_PASS=made-up-1\nwords of a letter\n"),
        (
            "prometheus.yml",
            "rule_files: [.env]\nscrape_config_files: [.env]\nscrape_configs: []\n",
        ),
    ]);
    let said = promvet(scratch.path(), &["check"]).said();
    assert!(said.contains(".env:1"), "{said}");
    for words in ["made-up-1", "words of a letter"] {
        assert!(!said.contains(words), "{said}");
    }
}

/// A line of each kind that has to stay readable.
const READABLE: &[&str] = &[
    "image: quay.io/prometheus/prometheus@sha256:aec0fcd48ea6a3ac7a8aa1d2dd3d4d3f1e5e0b7c2e33e5d1a1b2c3d4e5f60718",
    "- uses: actions/checkout@v4",
    "- uses: github/codeql-action/init@ff2f1c621b7f889edc0d3c761ac2e6a3f8cdb0dd # v4.37.7",
    "tenant: 123e4567-e89b-12d3-a456-426614174000",
    "role_arn: arn:aws:iam::123456789012:role/x-NodeInstanceRole-1A2B3C4D5E6F7G",
    "url: https://prometheus-prod-10-prod-us-central-0.grafana.net/api/prom/push",
    "url: http://prometheus-k8s.monitoring.svc.cluster.local:9090/api/v1/write",
    "credentials: $REMOTE_WRITE_TOKEN",
    "GITHUB_TOKEN: ${{ secrets.GITHUB_TOKEN }}",
    "user: \"1000:1000\"",
    "user: nobody:nogroup",
    "- jwtsecret:/var/lib/node/jwt",
    "command: prometheus --config.file=/etc/prometheus/prometheus.yml --web.listen-address=:9090",
    "basic_auth: {username: u, password_file: /etc/secrets/password}",
    "authorization:\n  type: Bearer\n  credentials_file: secrets/token",
    "basicAuth:\n  description: Name and password\n  properties:\n    username:\n      key: a name",
    "address: 0x388C818CA8B9251b393131C08a736A67ccB19297",
];

/// How many lines of a text there are, and which of them show a mask.
fn masks(content: &str) -> (usize, Vec<String>) {
    let text = Text::new("x.yml", content.as_bytes().to_vec());
    let mut at = 0;
    let mut lines = 0;
    let mut masked = Vec::new();
    for line in text.content().split_inclusive('\n') {
        let place = Place::new(&text, Span::new(at, at));
        let shown = place.excerpt_within(0, 4000).text;
        if shown.contains("[redacted]") {
            masked.push(shown);
        }
        at += line.len();
        lines += 1;
    }
    (lines, masked)
}

#[test]
fn what_is_no_secret_stays_readable() {
    for lines in READABLE {
        assert_eq!(masks(lines).1, Vec::<String>::new(), "{lines}");
    }
}

/// Of real configurations at most one line in 200 shows a mask, those with secrets included.
#[test]
fn real_files_stay_readable() {
    let Some(shared) = crate::support::recorded::folder() else {
        return;
    };
    let files = walkdir::WalkDir::new(shared.join("corpus/tree"));
    let (mut lines, mut masked) = (0, 0);
    for entry in files.into_iter().filter_map(Result::ok) {
        // Larger files are generated, and would outweigh those that people write.
        let is_file =
            entry.file_type().is_file() && entry.metadata().is_ok_and(|it| it.len() < 400_000);
        if let Some(content) = is_file
            .then(|| std::fs::read_to_string(entry.path()).ok())
            .flatten()
        {
            let (all, hidden) = masks(&content);
            lines += all;
            masked += hidden.len();
        }
    }
    assert!(lines > 100_000, "{lines}");
    assert!(
        masked * 200 <= lines,
        "{masked} of {lines} lines show a mask"
    );
}

#[cfg(target_os = "linux")]
#[test]
fn nothing_leads_to_where_the_system_shows_itself() {
    let config = "rule_files: [environ, proc/self/environ, /proc/self/environ]\n\
        scrape_config_files: [environ]\n\
        scrape_configs:\n\
        - job_name: a\n  file_sd_configs: [{files: [environ.json]}]\n  tls_config: {ca_file: environ}\n";
    let scratch = Scratch::new(&[("prometheus.yml", config)]);
    for (link, to) in [
        ("environ", "/proc/self/environ"),
        ("environ.json", "/proc/self/environ"),
        ("linked.yml", "/proc/self/environ"),
        ("proc", "/proc"),
    ] {
        std::os::unix::fs::symlink(to, scratch.at(link)).unwrap();
    }
    for named in [
        ".",
        "linked.yml",
        "proc",
        "/proc/self/environ",
        "/sys/kernel",
    ] {
        let said = promvet(scratch.path(), &["check", named]).said();
        // Every process of a test has it.
        assert!(!said.contains("CARGO"), "{named}: {said}");
    }
    let said = promvet(scratch.path(), &["check", "linked.yml"]).said();
    assert!(said.contains("/proc, /sys or /dev"), "{said}");
}
