//! What is not a secret is shown.

use promvet::finding::{Place, Span, Text};

use crate::support::scratch::Scratch;

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
    "tls_config:\n  ca_file: ca.pem # promvet: ignore[tls/unused] checked",
    "tls_config:\n  insecure_skip_verify: true # promvet: ignore[tls/skip-verify, credentials/plain-http] known until 2027-01-31",
    "basic_auth:\n  username: u # the user of the proxy\n  password_file: a.txt # note: mounted",
    "url: \"${GREPTIME_SCHEME:=http}://${GREPTIME_HOST:=greptimedb}:${GREPTIME_PORT:=4000}/v1/prometheus/write?db=${GREPTIME_DB:=public}\"",
    "proxy_connect_header:\n  Host: [\"localhost\"]",
    "oauth2:\n  proxy_connect_header:\n    Host: [\"localhost\"]",
    "# Replace with Scaleway Credentials: https://console.scaleway.com/project/credentials",
    "overrides:\n  123e4567-e89b-12d3-a456-426614174000:\n    ingestion_rate: 1",
    "bearer_token_file: C:\\Program Files\\Prometheus\\token.txt",
    "bearer_token_file: |\n  /run/secrets/token",
    "bearer_token_file: my-token",
    "bearer_token_file: ${CREDENTIALS_DIRECTORY}/token",
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
fn what_is_not_a_secret_stays_readable() {
    for lines in READABLE {
        assert_eq!(masks(lines).1, Vec::<String>::new(), "{lines}");
    }
}

/// A configuration in an empty folder, another file, and what the report has to quote of the two.
type Quoted = (
    &'static str,
    (&'static str, &'static str),
    &'static [&'static str],
);

/// The names of objects, keys and Services in files that are not configurations.
const QUOTED: &[Quoted] = &[
    (
        "remote_write:\n- url: http://shop.example.com/api/v1/push\n",
        (
            "ingress.yaml",
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: web-entry\n  annotations: {nginx.ingress.kubernetes.io/force-ssl-redirect: \"true\"}\nspec:\n  ingressClassName: nginx\n  tls: [{hosts: [shop.example.com], secretName: shop-tls}]\n  rules:\n  - host: shop.example.com\n    http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: mimir, port: {number: 80}}}}]}\n",
        ),
        &["the Ingress `web-entry` redirects", "name: web-entry"],
    ),
    (
        "remote_write:\n- url: https://shop.example.com/other\n",
        (
            "ingress.yaml",
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web-entry}\nspec:\n  rules:\n  - host: shop.example.com\n    http: {paths: [{path: /writes/in, pathType: Prefix, backend: {service: {name: mimir, port: {number: 80}}}}]}\n",
        ),
        &["the Ingress `web-entry` does not serve", "`/writes/in`"],
    ),
    (
        "remote_write:\n- url: http://mimir.apps.example.com/api/v1/push\n",
        (
            "route.yaml",
            "apiVersion: route.openshift.io/v1\nkind: Route\nmetadata: {name: mimir-entry}\nspec:\n  host: mimir.apps.example.com\n  to: {kind: Service, name: mimir}\n  tls: {termination: edge}\n",
        ),
        &["the Route `mimir-entry` does not serve plain http"],
    ),
    (
        "scrape_configs:\n- job_name: a\n  file_sd_configs: [{files: [hosts.json]}]\n",
        (
            "hosts.json",
            "[{\n  \"targetss\": [\"a.example.org:9100\"]\n}]\n",
        ),
        &["unknown key `targetss`"],
    ),
    (
        "scrape_configs:\n- job_name: a\n  file_sd_configs: [{files: [hosts.yml]}]\n",
        ("hosts.yml", "- target: [a.example.org:9100]\n"),
        &["unknown key `target`"],
    ),
    (
        "global: {}\n",
        (
            "secret.yaml",
            "apiVersion: v1\nkind: Secret\nmetadata: {name: additional}\nstringData:\n  prometheus-additional.yaml: |\n    - job_name: node\n      scrapeInterval: 30s\n      static_configs: [{targets: [node:9100]}]\n---\napiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nmetadata: {name: main}\nspec:\n  additionalScrapeConfigs: {name: additional, key: prometheus-additional.yaml}\n",
        ),
        &["unknown key `scrapeInterval`", "scrapeInterval: 30s"],
    ),
];

#[test]
fn messages_quote_names_of_other_files() {
    for (configuration, (path, other), expected) in QUOTED {
        let scratch = Scratch::new(&[("prometheus.yml", *configuration), (path, *other)]);
        let report = scratch.promvet(&["check"]).said();
        for quoted in *expected {
            // The report breaks long lines and draws a bar before what follows.
            let flat = report.replace('│', " ");
            let flat: Vec<_> = flat.split_whitespace().collect();
            assert!(flat.join(" ").contains(quoted), "{quoted}: {report}");
        }
    }
}

/// The other values of a Secret stay hidden beside a configuration in it.
#[test]
fn a_configuration_in_a_secret_shows_no_other_value() {
    let scratch = Scratch::new(&[(
        "secret.yaml",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: additional}\nstringData:\n  word: swordfish-42\n  prometheus-additional.yaml: |\n    - job_name: node\n      scrapeInterval: 30s\n      basic_auth: {username: u, password: swordfish-43}\n      static_configs: [{targets: [node:9100]}]\n",
    )]);
    let report = scratch.promvet(&["check"]).said();
    assert!(report.contains("scrapeInterval: 30s"), "{report}");
    assert!(!report.contains("swordfish"), "{report}");
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
