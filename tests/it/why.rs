//! `promvet why`.

use serde_json::Value;

use crate::support::scratch::Scratch;

const CONFIG: &str = "\
global: {scrape_interval: 30s}
scrape_configs:
- job_name: api
  metrics_path: /probe
  basic_auth: {username: a, password: hunter2-0123456789}
remote_write:
- url: https://mimir.example.com/api/v1/push
  name: mimir
";

fn setting(folder: &Scratch, args: &[&str]) -> (String, String) {
    let ran = folder.promvet(&[&["why", "--format", "json"], args].concat());
    let report: Value =
        serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{}", ran.said()));
    let text = |key: &str| {
        let value = report.pointer(&format!("/settings/0/{key}"));
        value.and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    (text("value"), text("from"))
}

#[test]
fn values_come_from_their_line_from_another_key_or_by_default() {
    let folder = Scratch::new(&[("prometheus.yml", CONFIG)]);
    for (args, value, from) in [
        (&["prometheus.yml:4"][..], "/probe", "line 4"),
        (
            &["prometheus.yml", "scrape_configs[api].scrape_interval"],
            "30s",
            "`global.scrape_interval` on line 1",
        ),
        (
            &["prometheus.yml", "scrape_configs[0].scheme"],
            "http",
            "the default of Prometheus",
        ),
        (
            &["prometheus.yml", "scrape_configs[0].scrape_timeout"],
            "10s",
            "the default of Prometheus for `global.scrape_timeout`, which is not set",
        ),
        (
            &[
                "prometheus.yml",
                "remote_write[mimir].queue_config.max_shards",
            ],
            "50",
            "the default of Prometheus",
        ),
        (
            &["prometheus.yml", "remote_write[0].enable_http2"],
            "false",
            "the default of Prometheus from 3.0 on; `true` before",
        ),
        (
            &["prometheus.yml", "global.external_labels"],
            "not set",
            "it has no default",
        ),
        (
            &["prometheus.yml", "scrape_configs[api].basic_auth.password"],
            "[redacted]",
            "line 5",
        ),
    ] {
        assert_eq!(
            setting(&folder, args),
            (value.to_owned(), from.to_owned()),
            "{args:?}"
        );
    }
}

#[test]
fn a_section_shows_all_that_counts_in_it() {
    let indented: String = CONFIG.lines().map(|line| format!("    {line}\n")).collect();
    let map = format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\ndata:\n  prometheus.yml: |\n{indented}"
    );
    let folder = Scratch::new(&[("cm.yaml", &map)]);
    let ran = folder.promvet(&["why", "cm.yaml", "scrape_configs[api]"]);
    assert_eq!(ran.status, Some(0), "{}", ran.said());
    let row = |key: &str| {
        let found = ran
            .stdout
            .lines()
            .find(|line| line.trim_start().starts_with(key));
        found
            .unwrap_or_default()
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(row("metrics_path"), "metrics_path /probe line 9");
    assert_eq!(row("scheme"), "scheme http the default of Prometheus");
    assert_eq!(
        row("scrape_interval"),
        "scrape_interval 30s `global.scrape_interval` on line 6"
    );
    assert!(
        !ran.said().contains("hunter2") && !ran.stdout.contains("not set "),
        "{}",
        ran.stdout
    );
}

#[test]
fn what_is_not_there_is_answered_with_what_is() {
    let folder = Scratch::new(&[("prometheus.yml", CONFIG), ("a.txt", "x")]);
    for (args, says) in [
        (
            &["why", "prometheus.yml", "scrape_configs[0].schem"][..],
            "did you mean",
        ),
        (
            &["why", "prometheus.yml", "scrape_configs[apo]"],
            "has no item `apo`",
        ),
        (&["why", "prometheus.yml:99"], "no setting is on line 99"),
        (
            &["why", "prometheus.yml", "scrape_configs[apo].scheme"],
            "did you mean `scrape_configs[api]`?",
        ),
        (
            &["why", "prometheus.yml", "scrape_configs.scheme"],
            "`scrape_configs` is a list; name an item, as in `scrape_configs[0]`",
        ),
        (&["why", "prometheus.yml"], "name a line"),
        (&["why", "missing.yml"], "no such file"),
        (&["why", "missing.yml:1"], "no such file"),
    ] {
        let ran = folder.promvet(args);
        assert_eq!(ran.status, Some(2), "{args:?}: {}", ran.said());
        assert!(ran.stderr.contains(says), "{args:?}: {}", ran.stderr);
    }
}

/// What a resource stands for without saying it is at its beginning, and hides nothing that is written.
#[test]
fn lines_of_resources_and_values_are_explained() {
    let stack = "apiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nmetadata:\n  name: p\nspec:\n  replicas: 2\n  retention: 10d\n  remoteWrite:\n    - url: https://mimir.example.com/api/v1/push\n      remoteTimeout: 5s\n      queueConfig:\n        maxShards: 5\n";
    let values = "prometheus:\n  prometheusSpec:\n    remoteWrite:\n      - url: https://mimir.example.com/api/v1/push\n        remoteTimeout: 5s\n";
    let folder = Scratch::new(&[("cr.yaml", stack), ("values.yaml", values)]);
    for (at, key, value) in [
        (
            "cr.yaml:9",
            "remote_write[0].url",
            "https://mimir.example.com/api/v1/push",
        ),
        ("cr.yaml:10", "remote_write[0].remote_timeout", "5s"),
        ("cr.yaml:12", "remote_write[0].queue_config.max_shards", "5"),
        (
            "values.yaml:4",
            "remote_write[0].url",
            "https://mimir.example.com/api/v1/push",
        ),
        ("values.yaml:5", "remote_write[0].remote_timeout", "5s"),
    ] {
        let ran = folder.promvet(&["why", at]);
        assert!(
            ran.stdout.contains(key) && ran.stdout.contains(value),
            "{at}: {}",
            ran.said()
        );
    }
}

/// Components of Alloy, flags of vmagent, exporters of a Collector and rules in resources.
#[test]
fn other_dialects_are_explained_in_their_own_words() {
    let alloy = "prometheus.scrape \"a\" {\n  targets = discovery.kubernetes.pods.targets\n  forward_to = [prometheus.remote_write.m.receiver]\n  scrape_interval = \"30s\"\n}\nprometheus.remote_write \"m\" {\n  endpoint {\n    url = \"https://mimir.example.com/api/v1/push\"\n    basic_auth {\n      username = \"u\"\n      password = \"hunter2-0123456789\"\n    }\n  }\n}\n";
    let compose = "services:\n  vmagent:\n    image: victoriametrics/vmagent:v1.100.0\n    command:\n      - -remoteWrite.url=https://vm.example.com/api/v1/write\n      - -remoteWrite.basicAuth.username=u\n      - -remoteWrite.label=cluster=eu\n";
    let collector = "exporters:\n  prometheusremotewrite:\n    endpoint: https://mimir.example.com/api/v1/push\nservice: {pipelines: {metrics: {receivers: [otlp], exporters: [prometheusremotewrite]}}}\nreceivers: {otlp: {}}\n";
    let release = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: k}\nspec:\n  chart: {spec: {chart: kube-prometheus-stack}}\n  values:\n    prometheus:\n      prometheusSpec:\n        remoteWrite: [{url: 'https://mimir.example.com/api/v1/push'}]\n";
    let rules = "apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata: {name: r}\nspec:\n  groups:\n  - name: k\n    rules:\n    - alert: X\n      expr: up == 0\n";
    let folder = Scratch::new(&[
        ("c.alloy", alloy),
        ("compose.yaml", compose),
        ("otel.yaml", collector),
        ("hr.yaml", release),
        ("rule.yaml", rules),
        ("bare.yml", "scrape_configs: [{job_name: a}]\n"),
    ]);
    for (args, says) in [
        (
            &["c.alloy", "prometheus.scrape.a.scrape_interval"][..],
            "c.alloy:4: prometheus.scrape.a.scrape_interval\n  value  30s\n",
        ),
        (
            &["c.alloy", "prometheus.scrape.a.scrape_timeout"],
            "  value  10s\n  from   the default of Alloy\n",
        ),
        (
            &["c.alloy:2"],
            "c.alloy:2: prometheus.scrape.a.targets\n  value  discovery.kubernetes.pods.targets\n",
        ),
        (
            &["c.alloy:8"],
            "c.alloy:8: prometheus.remote_write.m.endpoint.url\n",
        ),
        (
            &[
                "c.alloy",
                "prometheus.remote_write.m.endpoint.basic_auth.username",
            ],
            "  value  u\n",
        ),
        (
            &[
                "c.alloy",
                "prometheus.remote_write.m.endpoint.queue_config.retry_on_http_429",
            ],
            "  value  true\n  from   the default of Alloy\n",
        ),
        (
            &["compose.yaml:5"],
            "compose.yaml:5: -remoteWrite.url\n  value  https://vm.example.com/api/v1/write\n",
        ),
        (
            &["compose.yaml:6"],
            "compose.yaml:6: -remoteWrite.basicAuth.username\n  value  u\n",
        ),
        (
            &["compose.yaml:7"],
            "-remoteWrite.label\n  value  cluster=eu\n",
        ),
        (
            &["compose.yaml", "remoteWrite.sendTimeout"],
            "  value  1m\n  from   the default of vmagent\n",
        ),
        (
            &["otel.yaml", "exporters.prometheusremotewrite.timeout"],
            "  value  5s\n  from   the default of the Collector\n",
        ),
        (
            &[
                "hr.yaml",
                "spec.values.prometheus.prometheusSpec.scrapeInterval",
            ],
            "  value  30s\n  from   the default of the Operator\n",
        ),
        (&["rule.yaml:9"], "groups[0].rules[0].expr"),
    ] {
        let ran = folder.promvet(&[&["why"], args].concat());
        assert!(ran.stdout.contains(says), "{args:?}: {}", ran.said());
        assert!(!ran.said().contains("hunter2"), "{}", ran.said());
    }
    for (key, near) in [
        ("global.scrape_intervall", "`global.scrape_interval`"),
        (
            "queue_config.max_shard",
            "`remote_write[].queue_config.max_shards`",
        ),
    ] {
        let ran = folder.promvet(&["why", "bare.yml", key]);
        assert!(ran.stderr.contains(near), "{key}: {}", ran.said());
    }
}

/// Keys are named as the file has them, and values that nothing sets come from what makes the configuration.
#[test]
fn resources_and_values_are_explained_in_their_own_words() {
    let resource = "apiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nmetadata:\n  name: p\nspec:\n  replicas: 2\n  remoteWrite:\n    - url: https://mimir.example.com/api/v1/push\n      queueConfig:\n        maxShards: 5\n";
    let monitor = "apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata: {name: p}\nspec:\n  selector: {}\n  endpoints:\n  - port: web\n    path: /m\n";
    let values = "prometheus:\n  prometheusSpec:\n    scrapeInterval: 20s\n";
    let chart = "server:\n  global:\n    scrape_interval: 30s\n  remoteWrite:\n  - url: https://mimir.example.com/api/v1/push\nserverFiles:\n  prometheus.yml:\n    scrape_configs:\n    - job_name: a\n      static_configs: [{targets: ['a:80']}]\n";
    let folder = Scratch::new(&[
        ("cr.yaml", resource),
        ("sm.yaml", monitor),
        ("values.yaml", values),
        ("chart.yaml", chart),
    ]);
    for (args, says) in [
        (
            &["cr.yaml", "spec.remoteWrite[0].queueConfig.maxShards"][..],
            &[
                "  value  5\n",
                "`remote_write[0].queue_config.max_shards` of Prometheus",
            ][..],
        ),
        (
            &["cr.yaml:10"],
            &[
                "cr.yaml:10: spec.remoteWrite[0].queueConfig.maxShards\n",
                "sends to https://mimir.example.com/api/v1/push",
            ],
        ),
        (&["cr.yaml:6"], &["spec.replicas\n  value  2\n"]),
        (
            &["cr.yaml", "spec.remoteWrite[0].queueConfig.capacity"],
            &["  value  10000\n  from   the default of Prometheus\n"],
        ),
        (
            &["cr.yaml", "spec.scrapeInterval"],
            &["  value  30s\n  from   the default of the Operator\n"],
        ),
        (
            &["cr.yaml", "global.evaluation_interval"],
            &["  value  30s\n  from   the default of the Operator\n"],
        ),
        (&["cr.yaml", "spec.remoteWrite[0]"], &["  queueConfig "]),
        (&["sm.yaml:8"], &["spec.endpoints[0].path\n  value  /m\n"]),
        (
            &["sm.yaml", "spec.endpoints[0].interval"],
            &["  value  30s\n", "of the Prometheus that selects it"],
        ),
        (
            &["values.yaml:3"],
            &["prometheus.prometheusSpec.scrapeInterval\n  value  20s\n"],
        ),
        (
            &["chart.yaml", "server.global.scrape_interval"],
            &[
                "  value  30s\n  from   line 3\n",
                "counts for each job: `a`",
            ],
        ),
        (
            &["chart.yaml", "server.global.evaluation_interval"],
            &["  value  1m\n"],
        ),
        (
            &["chart.yaml:5"],
            &[
                "server.remoteWrite[0].url\n",
                "line 5: info remote-write/external-labels",
            ],
        ),
    ] {
        let ran = folder.promvet(&[&["why"], args].concat());
        for says in says {
            assert!(ran.stdout.contains(says), "{args:?}: {}", ran.said());
        }
    }
    let ran = folder.promvet(&["why", "cr.yaml", "spec.nonsense"]);
    assert_eq!(ran.status, Some(2), "{}", ran.said());
}

#[test]
fn what_a_setting_leads_to_is_said() {
    let config = "global:\n  scrape_interval: 30s\n  external_labels: {cluster: a}\nscrape_configs:\n- job_name: a\n  scrape_interval: 10s\n- job_name: b\n- job_name: c\nremote_write:\n- url: https://u:hunter2-0123456789@h.example.com/api/v1/write\n  remote_timeout: 5x\n";
    let rules = "groups:\n- name: g\n  interval: 1m\n  rules:\n  - alert: A\n    expr: sum(up\n- name: h\n  rules:\n  - record: a:b\n    expr: up\n";
    let folder = Scratch::new(&[("prometheus.yml", config), ("rules.yml", rules)]);
    for (at, says) in [
        (
            "prometheus.yml:2",
            &["counts for 2 of 3 jobs: `b`, `c`"][..],
        ),
        (
            "prometheus.yml:3",
            &[
                "  cluster  a  line 3\n",
                "added to the samples that go to https://h.example.com/api/v1/write",
            ],
        ),
        (
            "prometheus.yml:11",
            &[
                "sends to https://h.example.com/api/v1/write",
                "line 11: error schema/invalid-value",
            ],
        ),
        (
            "rules.yml:6",
            &[
                "groups[0].rules[0].expr  sum(up  line 6",
                "  alert ",
                "1m      line 3",
                "error files/promql",
            ],
        ),
        (
            "rules.yml:10",
            &[
                "  record ",
                "`global.evaluation_interval` of the configuration",
            ],
        ),
    ] {
        let ran = folder.promvet(&["why", at]);
        for says in says {
            assert!(ran.stdout.contains(says), "{at}: {says}: {}", ran.said());
        }
        assert!(!ran.said().contains("hunter2"), "{}", ran.said());
    }
}

#[test]
fn expressions_of_rule_files_are_shown() {
    let rules = "groups:\n- name: g\n  rules:\n  - alert: D\n    expr: histogram_quantile(0.9, sum by (le) (rate(x_bucket[5m]))) > 1\n";
    let folder = Scratch::new(&[("r.yml", rules)]);
    let ran = folder.promvet(&["why", "r.yml:5"]);
    assert!(
        ran.stdout
            .contains("histogram_quantile(0.9, sum by (le) (rate(x_bucket[5m])))"),
        "{}",
        ran.said()
    );
}
