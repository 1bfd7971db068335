//! `promvet compare`.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

use serde_json::Value;

use crate::support::program::Ran;
use crate::support::scratch::Scratch;

const CONFIG: &str = "\
global:
  scrape_interval: 30s
  external_labels: {cluster: eu}
rule_files: [rules/*.yml]
scrape_configs:
- job_name: api
  static_configs:
  - targets: [a:80, b:80]
    labels: {env: prod}
  metric_relabel_configs:
  - {source_labels: [__name__], regex: go_.*, action: drop}
- job_name: node
  scrape_interval: 15s
  file_sd_configs: [{files: [targets/*.json]}]
remote_write:
- name: mimir
  url: https://mimir.example.com/api/v1/push
  headers: {X-Scope-OrgID: team-a}
  basic_auth: {username: u, password: hunter2-0123456789}
- url: https://vm.example.com/api/v1/write?token=s3cret-0123456789
  bearer_token_file: secrets/token
  tls_config: {ca_file: ca.pem}
alerting:
  alertmanagers: [{static_configs: [{targets: [am:9093]}]}]
";

const RULES: &str = "\
groups:
- name: g
  rules:
  - {alert: Down, expr: 'up{job=\"api\"} == 0', for: 5m, labels: {severity: page}}
  - {record: 'a:b', expr: 'sum by (job) (rate(x[5m]))'}
";

const TARGETS: &str = r#"[{"targets": ["n1:9100", "n2:9100"], "labels": {"dc": "x"}}]"#;

const MONITOR: &str = "\
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata: {name: m, namespace: n}
spec:
  selector: {matchLabels: {app: x}}
  endpoints:
  - port: web
    interval: 30s
    basicAuth:
      username: {name: sec, key: user}
      password: {name: sec, key: pw}
";

fn tree() -> Scratch {
    Scratch::repository(&[
        ("prometheus.yml", CONFIG),
        ("rules/a.yml", RULES),
        ("targets/n.json", TARGETS),
        ("secrets/token", "tok-one\n"),
        ("ca.pem", "one\n"),
        ("mon.yaml", MONITOR),
    ])
}

/// What differs, as `action aspect subject key: old > new`.
fn changes(tree: &Scratch, args: &[&str]) -> Vec<String> {
    let ran = tree.promvet(&[&["compare", "--format", "json"], args].concat());
    assert_eq!(ran.stderr, "");
    assert_eq!(ran.status, Some(0), "{}", ran.said());
    lines(&ran)
}

fn lines(ran: &Ran) -> Vec<String> {
    let report = ran.json();
    let all = report["changes"].as_array().unwrap();
    let text = |one: &Value, key: &str| match &one[key] {
        Value::String(text) => text.clone(),
        _ => "-".to_owned(),
    };
    let line = |one: &Value| {
        let secret = match one["secret"].as_bool() {
            Some(true) => " secret",
            _ => "",
        };
        format!(
            "{} {} {} {} {}: {} > {}{secret}",
            text(one, "action"),
            text(one, "aspect"),
            text(one, "kind"),
            text(one, "name"),
            text(one, "key"),
            text(one, "old"),
            text(one, "new"),
        )
    };
    all.iter().map(line).collect()
}

/// What an edit of a file does.
fn edited(path: &str, edits: &[(&str, &str)]) -> Vec<String> {
    let tree = tree();
    edit(&tree, path, edits);
    changes(&tree, &["HEAD"])
}

fn edit(tree: &Scratch, path: &str, edits: &[(&str, &str)]) {
    let mut text = tree.read(path);
    for (from, to) in edits {
        assert!(text.contains(from), "{from}");
        text = text.replace(from, to);
    }
    tree.write(&[(path, &text)]);
}

#[test]
fn nothing_differs_in_an_unchanged_tree() {
    let tree = tree();
    let ran = tree.promvet(&["compare", "HEAD", "--exit-code"]);
    assert_eq!(
        (ran.status, &*ran.stdout),
        (Some(0), "No effective change in 2 configurations.\n"),
        "{}",
        ran.said()
    );
}

#[test]
fn each_kind_of_change_is_reported_in_its_own_words() {
    for (path, from, to, reported) in [
        (
            "prometheus.yml",
            "mimir.example.com",
            "mimir2.example.com",
            &[
                "changed endpoint remote_write mimir url: https://mimir.example.com/api/v1/push > https://mimir2.example.com/api/v1/push",
            ][..],
        ),
        (
            "prometheus.yml",
            "hunter2-0123456789",
            "hunter3-0123456789",
            &["changed credentials remote_write mimir basic_auth.password: - > - secret"],
        ),
        (
            "prometheus.yml",
            "s3cret-0123456789",
            "s3cret-1123456789",
            &["changed endpoint remote_write vm.example.com url: - > - secret"],
        ),
        (
            "secrets/token",
            "tok-one",
            "tok-two",
            &[
                "changed credentials remote_write vm.example.com authorization.credentials_file: - > - secret",
            ],
        ),
        (
            "ca.pem",
            "one",
            "two",
            &["changed tls remote_write vm.example.com tls_config.ca_file: - > - secret"],
        ),
        (
            "prometheus.yml",
            "tls_config: {ca_file: ca.pem}",
            "tls_config: {ca_file: ca.pem, insecure_skip_verify: true}",
            &["added tls remote_write vm.example.com tls_config.insecure_skip_verify: - > true"],
        ),
        (
            "prometheus.yml",
            "team-a",
            "team-b",
            &["changed tenant remote_write mimir headers.x-scope-orgid: team-a > team-b"],
        ),
        (
            "prometheus.yml",
            "cluster: eu",
            "cluster: us",
            &["changed external_labels configuration  global.external_labels.cluster: eu > us"],
        ),
        (
            "prometheus.yml",
            "scrape_interval: 15s",
            "scrape_interval: 10s",
            &["changed interval job node scrape_interval: 15s > 10s"],
        ),
        (
            "prometheus.yml",
            "[a:80, b:80]",
            "[a:80, c:80]",
            &[
                "removed targets job api targets: b:80 {env=\"prod\"} > -",
                "added targets job api targets: - > c:80 {env=\"prod\"}",
            ],
        ),
        (
            "targets/n.json",
            ", \"n2:9100\"",
            "",
            &["removed targets job node targets: n2:9100 {dc=\"x\"} > -"],
        ),
        (
            "prometheus.yml",
            "am:9093",
            "am2:9093",
            &[
                "added endpoint alertmanager  targets: - > am2:9093",
                "removed endpoint alertmanager  targets: am:9093 > -",
            ],
        ),
        (
            "rules/a.yml",
            "for: 5m",
            "for: 10m",
            &["changed rules rule alert Down in group g for: 5m > 10m"],
        ),
        (
            "rules/a.yml",
            "rate(x[5m])",
            "rate(x[1m])",
            &[
                "changed rules rule record a:b in group g expr: sum by (job) (rate(x[5m])) > sum by (job) (rate(x[1m]))",
            ],
        ),
        (
            "mon.yaml",
            "interval: 30s",
            "interval: 1m",
            &["changed interval job job 0 interval: 30s > 1m"],
        ),
        (
            "mon.yaml",
            "port: web",
            "port: http",
            &["changed targets job job 0 port: web > http"],
        ),
        (
            "mon.yaml",
            "app: x",
            "app: y",
            &[
                "changed targets configuration  selector: {matchLabels: {app: x}} > {matchLabels: {app: y}}",
            ],
        ),
        (
            "mon.yaml",
            "name: m,",
            "name: k,",
            &["changed setting configuration  name: the ServiceMonitor m > the ServiceMonitor k"],
        ),
    ] {
        assert_eq!(edited(path, &[(from, to)]), reported, "{from} > {to}");
    }
}

#[test]
fn what_is_inherited_is_reported_once_with_those_that_inherit_it() {
    let tree = tree();
    edit(
        &tree,
        "prometheus.yml",
        &[("scrape_interval: 30s", "scrape_interval: 20s")],
    );
    let report = tree
        .promvet(&["compare", "HEAD", "--format", "json"])
        .json();
    let changes = report["changes"].as_array().unwrap();
    assert_eq!(changes.len(), 1, "{report}");
    assert_eq!(changes[0]["key"], "global.scrape_interval");
    assert_eq!(changes[0]["applies_to"], serde_json::json!(["job api"]));
}

#[test]
fn a_job_that_says_false_takes_nothing_over() {
    let global = "global: {scrape_native_histograms: true}\nscrape_configs:\n- job_name: a\n";
    let tree = Scratch::repository(&[("prometheus.yml", global)]);
    tree.write(&[(
        "prometheus.yml",
        &format!("{global}  scrape_native_histograms: false\n"),
    )]);
    let reported = changes(&tree, &["HEAD"]);
    assert_eq!(
        reported,
        ["changed setting job a scrape_native_histograms: true > false"]
    );
    tree.write(&[("prometheus.yml", &format!("{global}  sample_limit: 0\n"))]);
    assert_eq!(changes(&tree, &["HEAD"]), [""; 0]);
}

#[test]
fn two_configurations_of_a_file_are_compared_separately() {
    let receiver = |name: &str, target: &str| {
        format!(
            "  prometheus/{name}: {{config: {{scrape_configs: [{{job_name: {name}, static_configs: [{{targets: ['{target}']}}]}}]}}}}\n"
        )
    };
    let (one, two) = (receiver("a", "a:80"), receiver("b", "b:80"));
    let tail = "exporters: {debug: {}}\nservice: {pipelines: {metrics: {receivers: [prometheus/a, prometheus/b], exporters: [debug]}}}\n";
    let tree = Scratch::repository(&[("otel.yaml", &format!("receivers:\n{one}{two}{tail}"))]);
    tree.write(&[("otel.yaml", &format!("receivers:\n{two}{one}{tail}"))]);
    assert_eq!(changes(&tree, &["HEAD"]), [""; 0]);
}

#[test]
fn relabeling_is_reported_by_what_it_does() {
    let from = "regex: go_.*";
    let reported = edited("prometheus.yml", &[(from, "regex: go_.*|process_.*")]);
    assert!(
        reported.contains(
            &"changed relabeling job api metric_relabel_configs: kept > dropped".to_owned()
        ),
        "{reported:?}"
    );
    // Two rules that do the same in either order, the defaults written out, an anchored pattern.
    let rules = "  - {source_labels: [__name__], regex: go_.*, action: drop}\n";
    let more = "  - {target_label: a, replacement: x}\n  - {target_label: b, replacement: y}\n";
    let tree = tree();
    edit(
        &tree,
        "prometheus.yml",
        &[(rules, &format!("{rules}{more}"))],
    );
    tree.commit("two rules");
    let other = "  - {target_label: b, replacement: y, separator: ;}\n  - {target_label: a, replacement: x, regex: (.*), action: replace}\n";
    edit(&tree, "prometheus.yml", &[(more, other)]);
    assert_eq!(changes(&tree, &["HEAD"]), [""; 0]);
}

#[test]
fn parts_come_go_and_change_their_names() {
    let job = "- job_name: node\n";
    let reported = edited("prometheus.yml", &[(job, "- job_name: nodes\n")]);
    assert_eq!(reported, ["changed job job nodes name: node > nodes"]);
    let tree = tree();
    let entry = "- url: https://vm.example.com/api/v1/write?token=s3cret-0123456789\n  bearer_token_file: secrets/token\n  tls_config: {ca_file: ca.pem}\n";
    edit(&tree, "prometheus.yml", &[(entry, "")]);
    let reported = changes(&tree, &["HEAD"]);
    assert_eq!(reported.len(), 1, "{reported:?}");
    assert!(
        reported[0]
            .starts_with("removed endpoint remote_write vm.example.com : https://vm.example.com/"),
        "{reported:?}"
    );
    tree.write(&[("other.yml", CONFIG)]);
    let reported = changes(&tree, &["HEAD"]);
    assert!(
        reported
            .iter()
            .any(|line| line.starts_with("added setting configuration")),
        "{reported:?}"
    );
}

#[test]
fn another_text_that_means_the_same_is_not_a_change() {
    let tree = tree();
    tree.write(&[
        (
            "prometheus.yml",
            "\
# all else first
alerting:
  alertmanagers:
  - static_configs: [{targets: ['am:9093']}]
remote_write:
- url: &vm 'https://vm.example.com/api/v1/write?token=s3cret-0123456789'
  tls_config: {ca_file: \"ca.pem\", insecure_skip_verify: false}
  authorization: {type: Bearer, credentials_file: secrets/token}
- basic_auth:
    password: \"hunter2-0123456789\"
    username: u
  headers: {x-scope-orgid: 'team-a'}
  name: mimir
  remote_timeout: 30s
  url: https://mimir.example.com/api/v1/push
scrape_config_files: [jobs/*.yml]
scrape_configs:
- job_name: api
  scheme: http
  scrape_interval: 0.5m
  static_configs:
  - {targets: [b:80], labels: &l {env: prod}}
  - {targets: [a:80], labels: *l}
  metric_relabel_configs:
  - action: drop
    regex: \"go_.*\"
    source_labels: [ __name__ ]
rule_files: [rules/b.yml, rules/c.yml]
global: {external_labels: {cluster: eu}, scrape_interval: 30000ms, evaluation_interval: 60s}
",
        ),
        (
            "jobs/n.yml",
            "scrape_configs:\n- {job_name: node, scrape_interval: 15s, static_configs: [{targets: ['n2:9100', 'n1:9100'], labels: {dc: x}}]}\n",
        ),
        (
            "rules/b.yml",
            "groups:\n- name: g\n  interval: 1m\n  rules:\n  - alert: Down\n    labels: {severity: page}\n    for: 300s\n    expr: |\n      # it is down\n      (up{job='api'}) == 0\n  - expr: sum(rate(x[5m])) by (job)\n    record: a:b\n",
        ),
        ("rules/c.yml", "groups: []\n"),
    ]);
    tree.remove("rules/a.yml");
    edit(&tree, "prometheus.yml", &[("0.5m", "30s")]);
    assert_eq!(changes(&tree, &["HEAD"]), [""; 0]);
    // The resource moves to another file.
    std::fs::create_dir(tree.at("k8s")).unwrap();
    std::fs::rename(tree.at("mon.yaml"), tree.at("k8s/all.yaml")).unwrap();
    assert_eq!(changes(&tree, &["HEAD"]), [""; 0]);
}

#[test]
fn two_revisions_are_compared_and_paths_narrow_it() {
    let tree = tree();
    edit(&tree, "prometheus.yml", &[("team-a", "team-b")]);
    tree.commit("Second");
    edit(&tree, "prometheus.yml", &[("team-b", "team-c")]);
    let reported = |args: &[&str]| changes(&tree, args).join(" ");
    assert!(reported(&["HEAD~", "HEAD"]).contains("team-a > team-b"));
    assert!(reported(&["HEAD"]).contains("team-b > team-c"));
    assert!(reported(&["HEAD~"]).contains("team-a > team-c"));
    assert_eq!(reported(&["HEAD~", "--", "mon.yaml"]), "");
    let ran = tree.promvet(&["compare", "HEAD", "--exit-code"]);
    assert_eq!(ran.status, Some(1), "{}", ran.said());
    assert!(ran.stdout.contains("team-b → team-c"), "{}", ran.stdout);
    let ran = tree.promvet(&["compare", "HEAD~", "HEAD", "--format", "markdown"]);
    assert!(
        ran.stdout.contains("| `team-a` | `team-b` |"),
        "{}",
        ran.stdout
    );
}

#[test]
fn what_cannot_be_read_is_reported() {
    let tree = tree();
    for (args, says) in [
        (&["compare", "nowhere"][..], "revision nowhere not found"),
        (&["compare", "HED"], "did you mean HEAD?"),
        (&["compare", "HEAD..main"], "promvet compare HEAD main"),
        (
            &["compare", "HEAD", "--", "nofile.yml"],
            "nofile.yml: it is in neither of the trees",
        ),
    ] {
        let ran = tree.promvet(args);
        assert_eq!(ran.status, Some(2), "{}", ran.said());
        assert!(ran.stderr.contains(says), "{}", ran.stderr);
    }
    edit(
        &tree,
        "prometheus.yml",
        &[("scrape_configs:", "scrape_configs: ]")],
    );
    let ran = tree.promvet(&["compare", "HEAD"]);
    assert_eq!(ran.status, Some(2), "{}", ran.said());
    assert!(
        ran.stdout
            .contains("prometheus.yml was not compared: after the change"),
        "{}",
        ran.said()
    );
    let ran = Scratch::empty().promvet(&["compare", "HEAD"]);
    assert_eq!(ran.status, Some(2), "{}", ran.said());
}

#[test]
fn no_format_shows_a_secret_of_either_side() {
    let tree = tree();
    edit(
        &tree,
        "prometheus.yml",
        &[
            ("hunter2-0123456789", "hunter3-0123456789"),
            ("s3cret-0123456789", "s3cret-1123456789"),
            ("username: u", "username: hunter2-0123456789"),
            (
                "bearer_token_file: secrets/token",
                "bearer_token: b3arer-0123456789",
            ),
        ],
    );
    for format in ["human", "markdown", "json"] {
        let ran = tree.promvet(&["compare", "HEAD", "--format", format]);
        assert_eq!(ran.status, Some(0), "{}", ran.said());
        for secret in ["hunter2", "hunter3", "s3cret", "b3arer", "tok-one"] {
            assert!(!ran.said().contains(secret), "{secret}: {}", ran.said());
        }
    }
}

/// A YAML value, with the ways to write it left open.
#[derive(Clone, Debug)]
enum Yaml {
    Scalar(&'static str),
    List(Vec<Self>),
    Map(Vec<(&'static str, Self)>),
}

fn map(pairs: &[(&'static str, Yaml)]) -> Yaml {
    Yaml::Map(pairs.to_vec())
}

fn list(items: &[Yaml]) -> Yaml {
    Yaml::List(items.to_vec())
}

/// A configuration with something of each kind.
fn sample() -> Yaml {
    use Yaml::Scalar as S;
    let targets = |address| {
        map(&[
            ("targets", list(&[S(address)])),
            ("labels", map(&[("a", S("b"))])),
        ])
    };
    map(&[
        (
            "global",
            map(&[
                ("scrape_interval", S("30s")),
                ("external_labels", map(&[("x", S("y")), ("z", S("w"))])),
            ]),
        ),
        (
            "scrape_configs",
            list(&[
                map(&[
                    ("job_name", S("one")),
                    (
                        "static_configs",
                        list(&[targets("h1:80"), targets("h2:80")]),
                    ),
                    (
                        "metric_relabel_configs",
                        list(&[map(&[
                            ("source_labels", list(&[S("__name__")])),
                            ("regex", S("go_.*")),
                            ("action", S("drop")),
                        ])]),
                    ),
                ]),
                map(&[
                    ("job_name", S("two")),
                    ("scrape_timeout", S("5s")),
                    (
                        "kubernetes_sd_configs",
                        list(&[map(&[
                            ("role", S("pod")),
                            ("namespaces", map(&[("names", list(&[S("n"), S("m")]))])),
                        ])]),
                    ),
                ]),
            ]),
        ),
        (
            "remote_write",
            list(&[
                map(&[
                    ("url", S("https://a.example.com/api/v1/push")),
                    (
                        "basic_auth",
                        map(&[("username", S("u")), ("password_file", S("/p"))]),
                    ),
                ]),
                map(&[
                    ("url", S("https://b.example.com/api/v1/push")),
                    ("name", S("b")),
                ]),
            ]),
        ),
    ])
}

/// Writes a value in another order and with other quotes, as numbers say that come again and again.
fn written(value: &Yaml, choices: &mut dyn FnMut() -> u8, in_order: bool) -> String {
    match value {
        Yaml::Scalar(text) => match choices() % 3 {
            0 => format!("{text:?}"),
            1 => format!("'{text}'"),
            _ => format!("\"{text}\" # {text}\n"),
        },
        Yaml::List(items) => {
            let items = shuffled(items, choices, in_order);
            let items: Vec<_> = items
                .iter()
                .map(|item| written(item, choices, in_order))
                .collect();
            format!("[{}\n]", items.join(","))
        }
        Yaml::Map(pairs) => {
            let pairs = shuffled(pairs, choices, false);
            let pairs: Vec<_> = pairs
                .iter()
                .map(|(key, item)| {
                    let in_order = key.contains("relabel") || *key == "source_labels";
                    format!("{key}: {}", written(item, choices, in_order))
                })
                .collect();
            format!("{{{}\n}}", pairs.join(","))
        }
    }
}

fn shuffled<T: Clone>(items: &[T], choices: &mut dyn FnMut() -> u8, in_order: bool) -> Vec<T> {
    let mut left = items.to_vec();
    let mut out = Vec::new();
    while !left.is_empty() {
        let at = match in_order {
            true => 0,
            false => usize::from(choices()) % left.len(),
        };
        out.push(left.remove(at));
    }
    out
}

#[test]
fn a_reshuffled_configuration_is_the_same() {
    use proptest::test_runner::{Config, TestRunner};
    let tree = Scratch::repository(&[("prometheus.yml", &written(&sample(), &mut || 0, true))]);
    // The program is started for each.
    let mut runner = TestRunner::new(Config::with_cases(24));
    let bytes = proptest::collection::vec(proptest::num::u8::ANY, 64);
    runner
        .run(&bytes, |bytes| {
            let mut bytes = bytes.into_iter().cycle();
            let text = written(&sample(), &mut || bytes.next().unwrap(), false);
            tree.write(&[("prometheus.yml", &text)]);
            let ran = tree.promvet(&["compare", "HEAD"]);
            let same = "No effective change in 1 configuration.\n";
            proptest::prop_assert_eq!(&*ran.stdout, same, "{}\n{}", text, ran.said());
            Ok(())
        })
        .unwrap();
}

const VMAGENT: &str = "\
services:
  vmagent:
    image: victoriametrics/vmagent:v1.100.0
    command:
      - -remoteWrite.url=https://vm.example.com/api/v1/write
      - -remoteWrite.urlRelabelConfig=/etc/relabel.yml
      - -remoteWrite.label=cluster=eu
      - -remoteWrite.headers=X-Scope-OrgID:a^^X-Token:hunter2-0123456789
";

const OPERATED: &str = "\
apiVersion: monitoring.coreos.com/v1
kind: Prometheus
metadata: {name: main, namespace: mon}
spec:
  serviceMonitorSelector: {matchLabels: {release: kps}}
  ruleSelector: {matchLabels: {release: kps}}
  additionalScrapeConfigs: {name: add, key: a.yaml}
  remoteWrite: [{url: 'https://mimir.example.com/api/v1/push'}]
---
apiVersion: v1
kind: Secret
metadata: {name: add, namespace: mon}
stringData:
  a.yaml: |
    - job_name: z
      static_configs: [{targets: ['z:1']}]
---
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata: {name: web, namespace: mon, labels: {release: kps, team: a}}
spec:
  selector: {matchLabels: {app: web}}
  namespaceSelector: {matchNames: [a, b]}
  endpoints: [{port: web}, {port: admin, path: /m}]
---
apiVersion: monitoring.coreos.com/v1
kind: Probe
metadata: {name: pr, namespace: mon}
spec:
  module: http
  prober: {url: 'blackbox:9115'}
  targets: {staticConfig: {static: ['https://a']}}
---
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata: {name: r, namespace: mon, labels: {release: kps}}
spec:
  groups: [{name: k, rules: [{alert: X, expr: up == 0}]}]
";

const ALLOY: &str = "\
discovery.kubernetes \"pods\" {
  role = \"pod\"
}
prometheus.scrape \"a\" {
  targets = discovery.kubernetes.pods.targets
  forward_to = [prometheus.remote_write.m.receiver]
}
prometheus.remote_write \"m\" {
  endpoint {
    url = \"https://mimir.example.com/api/v1/push\"
    basic_auth {
      username = sys.env(\"USER\")
      password = sys.env(\"PW\")
    }
  }
}
";

const VALUES: &str = "\
prometheus:
  prometheusSpec:
    scrapeInterval: 30s
    tsdb: {outOfOrderTimeWindow: 10m}
  additionalServiceMonitors:
  - name: a
    jobLabel: app
    selector: {matchLabels: {app: a}}
    endpoints: [{port: web}]
grafana: {enabled: true}
";

const COLLECTOR: &str = "\
receivers:
  prometheus: {config: {scrape_configs: [{job_name: o, static_configs: [{targets: ['o:1']}]}]}}
processors:
  batch: {}
  filter: {metrics: {exclude: {metric_names: [go_.*]}}}
exporters:
  debug: {}
  prometheusremotewrite:
    endpoint: https://mimir.example.com/api/v1/push
    external_labels: {cluster: eu}
service:
  pipelines:
    metrics: {receivers: [prometheus], processors: [filter, batch], exporters: [prometheusremotewrite, debug]}
";

/// What has no counterpart in `prometheus.yml` is reported in the words of its dialect.
#[test]
fn other_dialects_are_compared_in_their_own_words() {
    let relabel = "- source_labels: [__name__]\n  regex: go_.*\n  action: drop\n";
    let files = [
        ("compose.yaml", VMAGENT),
        ("relabel.yml", relabel),
        ("op.yaml", OPERATED),
        ("c.alloy", ALLOY),
        ("otel.yaml", COLLECTOR),
        ("values.yaml", VALUES),
    ];
    let tree = Scratch::repository(&files);
    for (path, from, to, reported) in [
        (
            "values.yaml",
            "10m",
            "20m",
            "changed setting configuration  tsdb.outOfOrderTimeWindow: 10m > 20m",
        ),
        (
            "values.yaml",
            "jobLabel: app",
            "jobLabel: name",
            "changed setting configuration  jobLabel: app > name",
        ),
        (
            "relabel.yml",
            "go_.*",
            "py_.*",
            "removed relabeling configuration  relabel_configs: drop __name__ =~ go_.* > -",
        ),
        (
            "compose.yaml",
            "      - -remoteWrite.urlRelabelConfig=/etc/relabel.yml\n",
            "",
            "removed setting configuration  -remoteWrite.urlRelabelConfig: /etc/relabel.yml > -",
        ),
        (
            "compose.yaml",
            "cluster=eu",
            "cluster=us",
            "changed setting configuration  -remoteWrite.label: cluster=eu > cluster=us",
        ),
        (
            "compose.yaml",
            "OrgID:a",
            "OrgID:b",
            "changed tenant remote_write vm.example.com remoteWrite.headers.x-scope-orgid: a > b",
        ),
        (
            "compose.yaml",
            "hunter2",
            "hunter3",
            "changed setting remote_write vm.example.com remoteWrite.headers.x-token: - > - secret",
        ),
        (
            "op.yaml",
            "z:1",
            "y:1",
            "removed targets job z targets: z:1 > -",
        ),
        (
            "op.yaml",
            "key: a.yaml}",
            "key: b.yaml}",
            "changed setting configuration  additionalScrapeConfigs.key: a.yaml > b.yaml",
        ),
        (
            "op.yaml",
            "kps, team",
            "old, team",
            "changed setting configuration  labels.release: kps > old",
        ),
        (
            "op.yaml",
            "name: r, namespace: mon, labels: {release: kps}",
            "name: r, namespace: mon, labels: {release: old}",
            "changed setting configuration  labels.release: kps > old",
        ),
        (
            "op.yaml",
            "name: web, namespace: mon",
            "name: web, namespace: other",
            "changed setting configuration  namespace: mon > other",
        ),
        (
            "op.yaml",
            "module: http",
            "module: tcp",
            "changed setting job job 0 module: http > tcp",
        ),
        (
            "op.yaml",
            "https://a'",
            "https://b'",
            "changed targets job job 0 targets.staticConfig.static: https://a > https://b",
        ),
        (
            "op.yaml",
            "blackbox:9115",
            "other:9115",
            "changed setting job job 0 prober.url: blackbox:9115 > other:9115",
        ),
        (
            "c.alloy",
            "[prometheus.remote_write.m.receiver]",
            "[]",
            "changed endpoint configuration  prometheus.scrape.a.forward_to: [prometheus.remote_write.m.receiver] > []",
        ),
        (
            "c.alloy",
            "\"pod\"",
            "\"node\"",
            "changed targets configuration  discovery.kubernetes.pods.role: pod > node",
        ),
        (
            "c.alloy",
            "sys.env(\"USER\")",
            "sys.env(\"NAME\")",
            "changed credentials remote_write mimir.example.com basic_auth.username: sys.env(\"USER\") > sys.env(\"NAME\")",
        ),
        (
            "otel.yaml",
            "cluster: eu",
            "cluster: us",
            "changed external_labels remote_write mimir.example.com external_labels.cluster: eu > us",
        ),
        (
            "otel.yaml",
            "[filter, batch]",
            "[batch, filter]",
            "changed setting configuration  service.pipelines.metrics.processors: [filter, batch] > [batch, filter]",
        ),
        (
            "otel.yaml",
            "exporters: [prometheusremotewrite, debug]",
            "exporters: [debug]",
            "removed endpoint configuration  service.pipelines.metrics.exporters: prometheusremotewrite > -",
        ),
    ] {
        let (_, text) = files.iter().find(|(name, _)| *name == path).unwrap();
        assert!(text.contains(from), "{from}");
        tree.write(&[(path, &text.replace(from, to))]);
        let found = changes(&tree, &["HEAD"]);
        assert!(found.iter().any(|it| it == reported), "{from}: {found:?}");
        let ran = tree.promvet(&["compare", "HEAD"]);
        assert!(!ran.said().contains("hunter"), "{}", ran.said());
        let is_more = ran.stdout.contains("but not in a setting");
        assert!(!is_more, "{from}: {}", ran.stdout);
        tree.write(&[(path, text)]);
    }
    for (path, from, to) in [
        ("op.yaml", "[a, b]", "[b, a]"),
        (
            "op.yaml",
            "[{port: web}, {port: admin, path: /m}]",
            "[{path: /m, port: admin}, {port: web}]",
        ),
        (
            "otel.yaml",
            "    external_labels",
            "    timeout: 5000ms\n    external_labels",
        ),
    ] {
        let (_, text) = files.iter().find(|(name, _)| *name == path).unwrap();
        assert!(text.contains(from), "{from}");
        tree.write(&[(path, &text.replace(from, to))]);
        assert_eq!(changes(&tree, &["HEAD"]), [""; 0], "{from}");
        tree.write(&[(path, text)]);
    }
}

/// A default has a value, on either side of a change.
#[test]
fn defaults_are_shown_with_their_values() {
    let base = "global: {evaluation_interval: 30s}\nscrape_configs: [{job_name: a}]\nremote_write: [{url: 'https://a.example.com/api/v1/push'}]\n";
    let tree = Scratch::repository(&[("prometheus.yml", base)]);
    let other = base
        .replace("evaluation_interval: 30s", "scrape_interval: 15s")
        .replace("push'}", "push', remote_timeout: 5s}");
    tree.write(&[("prometheus.yml", &other)]);
    let human = tree.promvet(&["compare", "HEAD"]).stdout;
    for says in [
        "global.scrape_interval: 1m (default) → 15s",
        "global.evaluation_interval: 30s → 1m (default)",
        "remote_timeout: 30s (default) → 5s",
    ] {
        assert!(human.contains(says), "{says}: {human}");
    }
    let markdown = tree.promvet(&["compare", "HEAD", "--format", "markdown"]);
    assert!(
        markdown.stdout.contains("| `1m (default)` | `15s` |"),
        "{}",
        markdown.stdout
    );
    let found = changes(&tree, &["HEAD"]);
    assert!(
        found.contains(
            &"changed interval configuration  global.scrape_interval: 1m > 15s".to_owned()
        ),
        "{found:?}"
    );
    let operated = "apiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nmetadata: {name: p}\nspec:\n  replicas: 1\n";
    let tree = Scratch::repository(&[("p.yaml", operated)]);
    let with = |text: &str| tree.write(&[("p.yaml", &format!("{operated}  {text}\n"))]);
    with("scrapeInterval: 30s");
    assert_eq!(changes(&tree, &["HEAD"]), [""; 0]);
    with("scrapeInterval: 1m");
    assert_eq!(
        changes(&tree, &["HEAD"]),
        ["changed interval configuration  scrapeInterval: 30s > 1m"]
    );
}

/// Patterns that match the same labels, and lists of rules that do the same, are not a change.
#[test]
fn patterns_that_mean_the_same_are_not_a_change() {
    let config = |rules: &str, expr: &str| {
        let job = "scrape_configs:\n- job_name: a\n  metric_relabel_configs:\n";
        let text = format!("rule_files: [r.yml]\n{job}{rules}");
        let rule = format!("groups: [{{name: g, rules: [{{record: 'a:b', expr: '{expr}'}}]}}]\n");
        (text, rule)
    };
    let drop = |regex: &str| {
        format!("  - {{source_labels: [__name__], regex: '{regex}', action: drop}}\n")
    };
    let set = "  - {target_label: a, replacement: x}\n";
    let labels = "  - {regex: tmp_.*, action: labeldrop}\n";
    let (text, rule) = config(&(drop("a.*|b") + set + labels), "x{y=~\"b|a\"}");
    let tree = Scratch::repository(&[("prometheus.yml", &text), ("r.yml", &rule)]);
    for (rules, expr) in [
        (drop("b|a.*") + set + labels, "x{y=~\"a|b\"}"),
        (drop("(a.*|b)") + labels + set, "x{y=~\"(b|a)\"}"),
        (drop("b") + &drop("a.*") + set + labels, "x{y=~\"b|a|b\"}"),
    ] {
        let (text, rule) = config(&rules, expr);
        tree.write(&[("prometheus.yml", &text), ("r.yml", &rule)]);
        assert_eq!(changes(&tree, &["HEAD"]), [""; 0], "{rules}");
    }
    let other = set.replace("label: a", "label: tmp_a");
    let (text, rule) = config(&(drop("a.*|b") + labels + &other), "x{y=~\"b|a\"}");
    tree.write(&[("prometheus.yml", &text), ("r.yml", &rule)]);
    assert!(!changes(&tree, &["HEAD"]).is_empty());
}

/// A text, and what takes its place.
type Edit = (&'static str, &'static str);

/// Files of other dialects, each with an edit that changes no setting that is compared, and one that
/// changes nothing at all.
const BEYOND: &[(&str, &str, Edit, Edit)] = &[
    (
        "c.alloy",
        "prometheus.scrape \"a\" {\n  targets = [{\"__address__\" = \"a:1\"}]\n  forward_to = [prometheus.remote_write.m.receiver]\n}\nprometheus.remote_write \"m\" {\n  endpoint { url = \"https://mimir.example.com/api/v1/push\" }\n}\n",
        ("[prometheus.remote_write.m.receiver]", "[]"),
        ("  forward_to = [", "  // where to\n  forward_to   =  ["),
    ),
    (
        "otel-collector.yaml",
        "receivers: {otlp: {protocols: {grpc: {}}}}\nexporters:\n  prometheusremotewrite: {endpoint: 'https://mimir.example.com/api/v1/push'}\n  debug: {}\nservice:\n  pipelines:\n    metrics: {receivers: [otlp], exporters: [debug, prometheusremotewrite]}\n",
        ("[debug, prometheusremotewrite]", "[debug]"),
        (
            "{receivers: [otlp], exporters: [debug, prometheusremotewrite]}",
            "{exporters: [prometheusremotewrite, debug], receivers: [otlp]} # all",
        ),
    ),
    (
        "p.yaml",
        "apiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nmetadata: {name: p}\nspec:\n  ruleSelector: {matchLabels: {team: a}}\n  remoteWrite: [{url: 'https://mimir.example.com/api/v1/push'}]\n",
        ("{team: a}", "{team: b}"),
        (
            "  ruleSelector: {matchLabels: {team: a}}\n",
            "  # ours\n  ruleSelector:\n    matchLabels: { \"team\": 'a' }\n",
        ),
    ),
];

#[test]
fn what_is_not_compared_of_a_dialect_is_said() {
    for (path, base, (from, to), (same, other)) in BEYOND {
        let tree = Scratch::repository(&[(path, base)]);
        assert!(base.contains(from) && base.contains(same), "{path}");
        tree.write(&[(path, &base.replace(same, other))]);
        let ran = tree.promvet(&["compare", "HEAD"]);
        assert!(
            ran.stdout.starts_with("No effective change in "),
            "{path}: {}",
            ran.said()
        );
        tree.write(&[(path, &base.replace(from, to))]);
        let ran = tree.promvet(&["compare", "HEAD"]);
        let is_said = ran
            .stdout
            .starts_with(&format!("{path} changed, but not in a setting"));
        let is_change = ran.stdout.contains(" effective change");
        assert!(is_said || is_change, "{path}: {}", ran.said());
    }
}
