//! No secret gets out, whatever slip put it where it stands.

mod readable;
mod references;

use proptest::prelude::*;

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
