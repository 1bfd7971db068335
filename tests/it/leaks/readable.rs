//! What is no secret is shown.

use promvet::finding::{Place, Span, Text};

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
    "image: prom/prometheus:v3.1.0@sha256:6559acbd5d770b15bb3c954629ce190ac3cbbdb2b7f1c30f0385c4e05104e218",
    "revision: 7086161a93b262aa0949dbf2aba15a5a7b13e0a3 # main",
    "uid: {x: 9f8a7b6c-5d4e-3f2a-1b0c-9d8e7f6a5b4c}",
    "topic_arn: arn:aws:sns:us-east-1:123456789012:alerts-Topic-1A2B3C4D5E6F",
    "- targets: ['ip-10-0-12-34.eu-central-1.compute.internal:9100']",
    "url: https://aps-workspaces.eu-west-1.amazonaws.com/workspaces/ws-1a2b3c4d-5e6f-7081-92a3-b4c5d6e7f809/api/v1/remote_write",
    "url: https://prometheus-blocks-prod-us-central1.grafana.net/api/prom/push",
    "regex: (container_cpu_usage_seconds_total|kube_pod_container_resource_limits)",
    "auth: {authenticator: oauth2client/prod}",
    "auth:\n  authenticator: basicauth/client",
    "headers: {X-Scope-OrgID: tenant-1, Accept: '*/*'}\nheaders: [Authorization, X-Custom-Header]",
    "basicAuth:\n  username: {name: grafana-cloud, key: username}\n  password: {name: grafana-cloud, key: api-token}",
    "basicAuth: {passwordRef: grafana-cloud-rw}\ntoken_url: https://login.example.com/oauth2/v2.0/token",
    "license: Apache-2.0\ntls: {insecure: true, min_version: '1.2', ca_file: /etc/ssl/ca.pem}",
    "prometheus.remote_write \"cloud\" {\n  endpoint {\n    basic_auth {\n      username = \"12345\"\n      password_file = \"/etc/secrets/password\"\n    }\n  }\n}",
    "command: [--storage.tsdb.retention.time=15d, --web.enable-lifecycle]",
    "# get a token with `vault login -method oidc`",
    "checksum/config: 4cc58b26006ed3870a2bd0a1d4e2b0b6d1a3ce9c8e43ef2a3a9dca7e1e9f4f10",
];

/// How many lines of a text there are, and which of them show a mask.
fn masks(content: &str) -> (usize, Vec<String>) {
    let text = Text::recognized("x.yml", content.as_bytes().to_vec());
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

/// What a secret looks like to somebody who knows nothing of how promvet finds one: a file in which
/// this occurs may hold some.
const SECRETS: &[&str] = &[
    r#"(?i)(pass(word|wd|phrase)?|pwd|secret|token|credentials?|creds|api_?-?key|auth|cookie|dsn|signature|private_?key)["']?\s*[:=]\s*["']?[^\s"'{}$/]"#,
    r"(?i)(bearer|basic)\s+[\w+/=.-]{12,}",
    r"://[^/\s]*:[^/\s]*@",
    r"eyJ[\w-]{10,}",
    r"-----BEGIN [A-Z ]*PRIVATE KEY",
    r"\b(gh[opsu]|glc|glsa|glpat|hvs|xox[bp]|sk)[_.-]\w{10,}",
];

/// Of real configurations without secrets at most one line in 200 shows a mask.
#[test]
fn real_files_stay_readable() {
    let Some(shared) = crate::support::recorded::folder() else {
        return;
    };
    let secrets = regex::RegexSet::new(SECRETS).unwrap();
    let files = walkdir::WalkDir::new(shared.join("corpus/tree"));
    let (mut lines, mut masked) = (0, Vec::new());
    for entry in files.into_iter().filter_map(Result::ok) {
        // Larger files are generated, and would outweigh those that people write.
        let is_file =
            entry.file_type().is_file() && entry.metadata().is_ok_and(|it| it.len() < 400_000);
        if let Some(content) = is_file
            .then(|| std::fs::read_to_string(entry.path()).ok())
            .flatten()
            .filter(|content| !secrets.is_match(content))
        {
            let (all, hidden) = masks(&content);
            lines += all;
            masked.extend(hidden);
        }
    }
    assert!(lines > 50_000, "{lines}");
    assert!(
        masked.len() * 200 <= lines,
        "{} of {lines} lines show a mask: {masked:#?}",
        masked.len()
    );
}
