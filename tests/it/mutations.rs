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
    found.retain(|one| one.severity > Severity::Info || one.rule == "credentials/unverified");
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

use Severity::{Error, Info, Warning};

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
        Info,
        "/var/run/t/token",
    ),
    (
        "secrets/token",
        "../outside/token",
        "credentials/unverified",
        Info,
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

/// A correct file, a key in it, and how it is misspelled.
type Slip = (&'static str, &'static str, &'static str, &'static str);

const JOBS: &str = "\
scrape_configs:
  - job_name: web
    static_configs: [{targets: ['web:8080']}]
    relabel_configs:
      - {source_labels: [__address__], target_label: to}
      - {action: labelmap, regex: team_(.+)}
      - {source_labels: [__address__], action: hashmod, modulus: 8, target_label: __tmp_hash}
  - job_name: pods
    kubernetes_sd_configs:
      - role: pod
        api_server: https://kubernetes.example.com
        bearer_token_file: /var/run/secrets/kubernetes.io/serviceaccount/token
  - job_name: listed
    http_sd_configs: [{url: 'https://sd.example.com/targets'}]
    docker_sd_configs: [{host: 'unix:///var/run/docker.sock'}]
    dns_sd_configs: [{names: [a.example.com], type: A, port: 9100}]
    consul_sd_configs: [{server: 'consul.example.com:8500'}]
    gce_sd_configs: [{project: shop, zone: europe-west1-b}]
    eureka_sd_configs: [{server: 'https://eureka.example.com/eureka'}]
";

const RULES: &str = "\
groups:
  - name: shop
    rules:
      - {record: 'shop:up:sum', expr: sum(up)}
      - {alert: ShopDown, expr: up == 0, for: 5m}
";

const OPERATOR: &str = "\
apiVersion: monitoring.coreos.com/v1
kind: Prometheus
metadata: {name: main}
spec:
  externalLabels: {cluster: one}
  remoteWrite:
    - url: https://prometheus.example.com/api/v1/write
      writeRelabelConfigs: [{action: labeldrop, regex: pod_.+}]
";

const OPENSHIFT: &str = "\
apiVersion: v1
kind: ConfigMap
metadata: {name: cluster-monitoring-config, namespace: openshift-monitoring}
data:
  config.yaml: |
    prometheusK8s:
      remoteWrite:
        - url: https://prometheus.example.com/api/v1/write
";

const VALUES: &str = "\
kube-prometheus-stack:
  prometheus:
    prometheusSpec:
      externalLabels: {cluster: one}
      remoteWrite:
        - url: https://prometheus.example.com/api/v1/write
      additionalScrapeConfigs:
        - job_name: web
          static_configs: [{targets: ['web:8080']}]
";

const COLLECTOR: &str = "\
receivers: {otlp: {protocols: {grpc: {endpoint: 'localhost:4317'}}}}
exporters:
  prometheusremotewrite:
    endpoint: https://prometheus.example.com/api/v1/write
    external_labels: {cluster: one}
service:
  pipelines:
    metrics: {receivers: [otlp], exporters: [prometheusremotewrite]}
";

const TEMPO: &str = "\
server: {http_listen_port: 3200}
distributor: {receivers: {otlp: {protocols: {grpc: {}}}}}
storage: {trace: {backend: local}}
overrides: {defaults: {metrics_generator: {processors: [span-metrics]}}}
metrics_generator:
  registry: {external_labels: {cluster: one}}
  storage:
    path: /var/tempo/wal
    remote_write:
      - url: https://prometheus.example.com/api/v1/write
";

const AGENT: &str = "\
metrics:
  wal_directory: /tmp/wal
  global: {external_labels: {cluster: one}}
  configs:
    - name: main
      scrape_configs:
        - job_name: web
          static_configs: [{targets: ['web:8080']}]
      remote_write:
        - url: https://prometheus.example.com/api/v1/write
";

const ALLOY: &str = "\
prometheus.remote_write \"main\" {
  external_labels = { cluster = \"one\" }
  endpoint {
    url = \"https://prometheus.example.com/api/v1/write\"
  }
}
prometheus.scrape \"web\" {
  targets = [{\"__address__\" = \"web:8080\"}]
  forward_to = [prometheus.remote_write.main.receiver]
}
";

const SLIPS: &[Slip] = &[
    ("prometheus.yml", JOBS, "job_name: web", "jobname"),
    ("prometheus.yml", JOBS, "static_configs", "static_config"),
    ("prometheus.yml", JOBS, "targets", "target"),
    ("prometheus.yml", JOBS, "target_label: to", "target-label"),
    ("prometheus.yml", JOBS, "action: labelmap", "actoin"),
    ("prometheus.yml", JOBS, "modulus", "modulu"),
    ("prometheus.yml", JOBS, "role", "roles"),
    ("prometheus.yml", JOBS, "api_server", "api_servr"),
    ("prometheus.yml", JOBS, "url", "urls"),
    ("prometheus.yml", JOBS, "host", "hosts"),
    ("prometheus.yml", JOBS, "names", "name"),
    ("prometheus.yml", JOBS, "port", "portt"),
    ("prometheus.yml", JOBS, "project", "projct"),
    ("prometheus.yml", JOBS, "zone", "zon"),
    ("prometheus.yml", JOBS, "server: 'https", "servr"),
    ("prometheus.yml", RIGHT, "url", "urll"),
    ("prometheus.yml", RIGHT, "remote_write", "remotewrite"),
    ("rules.yml", RULES, "groups", "group"),
    ("rules.yml", RULES, "name", "nam"),
    ("rules.yml", RULES, "rules", "rule"),
    ("rules.yml", RULES, "record", "recrd"),
    ("rules.yml", RULES, "alert", "alrt"),
    ("rules.yml", RULES, "expr: up", "exp"),
    ("prometheus.yaml", OPERATOR, "url", "urll"),
    ("prometheus.yaml", OPERATOR, "action", "actoin"),
    ("monitoring.yaml", OPENSHIFT, "url", "urll"),
    ("values.yaml", VALUES, "url", "urll"),
    ("values.yaml", VALUES, "job_name", "jobname"),
    ("collector.yaml", COLLECTOR, "endpoint: https", "endpiont"),
    ("tempo.yaml", TEMPO, "url", "urll"),
    ("agent.yaml", AGENT, "url", "urll"),
    ("agent.yaml", AGENT, "job_name", "jobname"),
    ("config.alloy", ALLOY, "url", "urll"),
];

/// What is found in one file of a tree, whose rule file is loaded.
fn found_in(path: &str, source: &str) -> Vec<Finding> {
    let mut files = vec![(path, source)];
    if path == "rules.yml" {
        files.push(("prometheus.yml", "rule_files: [rules.yml]\nscrape_configs: [{job_name: a, static_configs: [{targets: ['a:1']}]}]\n"));
    }
    if source == RIGHT || source.contains("instance") || source.contains("opstrace") {
        files.extend([("ops/instance.yaml", INSTANCE), ("secrets/token", "a.b.c")]);
    }
    let mut found = memory::found("/tree", &tree(&files));
    found.retain(|one| one.severity > Severity::Info || one.rule == "credentials/unverified");
    found
}

#[test]
fn a_misspelled_key_is_one_error_with_an_edit() {
    let mut wrong = Vec::new();
    for &(path, right, at, slip) in SLIPS {
        // What follows the key only tells which one is meant.
        let key = at.split([':', ' ']).next().unwrap_or(at);
        let misspelled = at.replacen(key, slip, 1);
        let source = right.replacen(at, &misspelled, 1);
        assert_ne!(source, right, "{path} {at}");
        assert!(
            found_in(path, right).is_empty(),
            "{path}: {:#?}",
            found_in(path, right)
        );
        let found = found_in(path, &source);
        let is_right = matches!(found.as_slice(), [one] if one.severity == Error
            && one.place.excerpt(0).text.contains(slip)
            && one.fix.is_some()
            && one.help_line().is_some_and(|help| help.contains(key)));
        if !is_right {
            let found = found.iter().map(|one| {
                let (severity, help) = (one.severity.word(), one.help_line());
                let fix = one.fix.is_some();
                format!(
                    "\n    {:?} {severity} {}: {help:?} {fix}",
                    one.place, one.message
                )
            });
            wrong.push(format!("{path} {slip}:{}", found.collect::<String>()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_no_misspelled_key_stands_for_is_missing() {
    for (path, right, key, other) in [
        ("prometheus.yml", JOBS, "job_name: web", "colour: web"),
        ("prometheus.yml", JOBS, "role: pod", "colour: pod"),
        // Near to a key that is set.
        ("prometheus.yml", JOBS, "role: pod", "api_servr: pod"),
        ("prometheus.yml", RIGHT, "url", "colour"),
        ("rules.yml", RULES, "expr: up", "colour: up"),
        ("rules.yml", RULES, "name: shop", "rule: shop"),
        ("prometheus.yaml", OPERATOR, "url", "colour"),
        ("monitoring.yaml", OPENSHIFT, "url", "colour"),
        ("tempo.yaml", TEMPO, "url", "colour"),
        ("agent.yaml", AGENT, "job_name: web", "colour: web"),
        ("config.alloy", ALLOY, "url", "colour"),
    ] {
        let source = right.replacen(key, other, 1);
        let found = found_in(path, &source);
        let missing = key.split([':', ' ']).next().unwrap_or(key);
        let says = |one: &&Finding| {
            one.message.contains("missing")
                || one.message.contains(&format!("no {missing}"))
                || one.message.contains(&format!("no `{missing}`"))
        };
        let said: Vec<_> = found.iter().map(|one| &one.message).collect();
        assert_eq!(
            found.iter().filter(says).count(),
            1,
            "{path} {other}: {said:#?}"
        );
    }
}

#[test]
fn a_misspelled_key_of_a_policy_is_one_mistake() {
    for (right, key, slip) in [
        (
            "overrides:\n- files: a.yml\n  rules: {remote-write/queue: off}\n",
            "rules",
            "rule",
        ),
        (
            "overrides:\n- files: a.yml\n  rules: {remote-write/queue: off}\n",
            "files",
            "file",
        ),
        (
            "issuers:\n- hosts: a.example.com\n  issuer: public\n",
            "hosts",
            "host",
        ),
        (
            "issuers:\n- hosts: a.example.com\n  issuer: public\n",
            "issuer:",
            "isuer:",
        ),
        (
            "suppressions:\n  require_reason: true\n",
            "require_reason",
            "require_reasons",
        ),
    ] {
        let source = right.replacen(key, slip, 1);
        assert_ne!(source, right);
        let tree = tree(&[
            ("promvet.yaml", &source),
            ("a.yml", &"scrape_configs: []\n".to_owned()),
        ]);
        let run = promvet::run::run(&memory::at("/tree"), &tree);
        let said: Vec<_> = run
            .policy_errors
            .iter()
            .map(|one| one.to_string())
            .collect();
        assert_eq!(said.len(), 1, "{source}: {said:?}");
    }
}
