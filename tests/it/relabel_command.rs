//! `promvet relabel`.

use serde_json::Value;

use crate::support::recorded;
use crate::support::scratch::Scratch;

const CONFIG: &str = "\
global: {scrape_interval: 30s}
scrape_configs:
- job_name: api
  params: {module: [http_2xx], token: [hunter2-0123456789]}
  relabel_configs:
  - {source_labels: [env], action: drop, regex: dev}
  - {source_labels: [__address__], target_label: __param_target}
  - {source_labels: [__param_target], target_label: instance}
  - {target_label: __address__, replacement: 'blackbox:9115'}
  - {action: labelmap, regex: __meta_kubernetes_pod_label_(.+)}
  metric_relabel_configs:
  - {action: labeldrop, regex: tmp_.*}
- job_name: other
remote_write:
- url: https://mimir.example.com/api/v1/push
  write_relabel_configs:
  - {source_labels: [__name__], regex: go_.*, action: keep}
";

fn folder() -> Scratch {
    let indented: String = CONFIG.lines().map(|line| format!("    {line}\n")).collect();
    let map = format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\ndata:\n  prometheus.yml: |\n{indented}"
    );
    Scratch::new(&[("prometheus.yml", CONFIG), ("cm.yaml", &map)])
}

#[test]
fn each_rule_says_what_it_does() {
    let folder = folder();
    let labels = r#"{__address__="a:80", env="prod", __meta_kubernetes_pod_label_app="shop"}"#;
    for (file, line) in [("prometheus.yml", 6), ("cm.yaml", 11)] {
        let args = ["relabel", file, "--job", "api", labels];
        let ran = folder.promvet(&args);
        assert_eq!(ran.status, Some(0), "{}", ran.said());
        for (at, says) in [
            (0, "drop: does not match, changes nothing"),
            (1, "replace: sets __param_target=\"a:80\""),
            (3, "replace: sets __address__=\"blackbox:9115\""),
            (4, "labelmap: sets app=\"shop\""),
        ] {
            let wanted = format!("  {:<8} {says}", format!("line {}", line + at));
            assert!(
                ran.stdout.lines().any(|it| it == wanted),
                "{wanted}: {}",
                ran.stdout
            );
        }
        let series = r#"  series   {app="shop", env="prod", instance="a:80", job="api"}"#;
        assert!(ran.stdout.contains(series), "{}", ran.stdout);
        assert!(
            ran.stdout
                .contains("http://blackbox:9115/metrics?module=http_2xx"),
            "{}",
            ran.stdout
        );
        assert!(!ran.said().contains("hunter2"), "{}", ran.said());
    }
}

#[test]
fn dropped_labels_and_other_lists_are_shown() {
    let folder = folder();
    let json = |args: &[&str]| -> Value {
        let ran =
            folder.promvet(&[&["relabel", "prometheus.yml", "--format", "json"], args].concat());
        serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{}", ran.said()))
    };
    let dropped = json(&["--job", "api", "env=dev, __address__=a:80"]);
    assert_eq!(
        (&dropped["result"], &dropped["rules"][0]["drops"]),
        (&Value::Null, &true.into())
    );
    assert_eq!(dropped["rules"].as_array().unwrap().len(), 1);
    let sample = [
        "--job",
        "api",
        "--list",
        "metric_relabel_configs",
        "{__name__=\"x\", tmp_a=\"1\"}",
    ];
    let sample = json(&sample);
    assert_eq!(sample["result"], serde_json::json!({"__name__": "x"}));
    assert_eq!(sample["rules"][0]["effect"], "removes tmp_a");
    let sent = json(&["--list", "write_relabel_configs", "{__name__=\"up\"}"]);
    assert_eq!(sent["result"], Value::Null);
    let kept = json(&[
        "--list",
        "write_relabel_configs",
        "{__name__=\"go_threads\"}",
    ]);
    assert_eq!(kept["result"]["__name__"], "go_threads");
}

#[test]
fn what_is_not_there_is_reported() {
    let folder = folder();
    for (args, says) in [
        (
            &["relabel", "prometheus.yml", "{}"][..],
            "name a job with --job: api, other",
        ),
        (
            &["relabel", "prometheus.yml", "--job", "apo", "{}"],
            "did you mean `api`?",
        ),
        (&["relabel", "missing.yml", "{}"], "no such file"),
        (
            &["relabel", "prometheus.yml", "--job", "api", "{a"],
            "the `}` is missing",
        ),
    ] {
        let ran = folder.promvet(args);
        assert_eq!(ran.status, Some(2), "{args:?}");
        assert!(ran.stderr.contains(says), "{args:?}: {}", ran.stderr);
    }
}

/// What Prometheus scrapes, or why nothing.
#[test]
fn a_target_is_what_prometheus_makes_of_it() {
    let config = |settings: &str, rules: &str| {
        format!("scrape_configs:\n- {{job_name: api, {settings}relabel_configs: [{rules}]}}\n")
    };
    let hash = "{source_labels: [__address__], modulus: 4, target_label: __tmp, action: hashmod}, \
                {source_labels: [__tmp], regex: '1', action: keep}";
    let keep = "{regex: '__address__|__scheme__|__metrics_path__|job', action: labelkeep}";
    for (settings, rules, args, says) in [
        // promtool 3.5 `check service-discovery` drops it: the remainder is 0.
        ("", hash, &["__address__=a:1"][..], "after    dropped"),
        (
            "",
            "",
            &["__address__=http://a:80"],
            "scrapes  nothing: an address with `/`",
        ),
        (
            "",
            "",
            &["__address__=a:80"],
            "scrapes  http://a:80/metrics",
        ),
        (
            "",
            "",
            &["a=b"],
            "scrapes  nothing: there is no `__address__`",
        ),
        (
            "",
            keep,
            &["__address__=a:1"],
            "nothing: there is no `__scrape_interval__`",
        ),
        (
            "",
            keep,
            &["__address__=a:1", "--prometheus", "2.29"],
            "scrapes  http://a:1/metrics",
        ),
        (
            "scheme: https, ",
            "",
            &["__address__=a", "--prometheus", "2.55"],
            "scrapes  https://a:443/metrics\n  series   {instance=\"a:443\"",
        ),
        (
            "scheme: https, ",
            "",
            &["__address__=a"],
            "scrapes  https://a/metrics",
        ),
        (
            "metric_relabel_configs: [{regex: job, action: labelkeep}], ",
            "",
            &["__name__=x, job=a", "--list", "metric_relabel_configs"],
            "fails    a sample has no `__name__`; the whole scrape fails",
        ),
    ] {
        let folder = Scratch::new(&[("prometheus.yml", &config(settings, rules))]);
        let ran = folder.promvet(&[&["relabel", "prometheus.yml"], args].concat());
        assert_eq!(ran.status, Some(0), "{}", ran.said());
        assert!(ran.stdout.contains(says), "{says}: {}", ran.stdout);
    }
}

#[test]
fn what_cannot_be_worked_out_is_refused() {
    let broken = "scrape_configs: [{job_name: a, relabel_configs: [{regex: '(', action: keep}]}]\n";
    let foreign = "scrape_configs: [{job_name: a, relabel_configs: [{if: 'up', action: keep}]}]\n";
    let monitor = "apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata: {name: a}\nspec:\n  selector: {}\n  endpoints:\n  - port: web\n";
    let alloy = "prometheus.scrape \"a\" {\n  targets = [{\"__address__\" = \"a:1\"}]\n  forward_to = []\n}\n";
    let collector = "receivers:\n  prometheus:\n    config:\n      scrape_configs:\n      - job_name: a\n        static_configs: [{targets: ['a:1']}]\n        relabel_configs:\n        - {source_labels: [__address__], regex: '(.*):.*', target_label: host, replacement: $$1}\nexporters:\n  prometheusremotewrite: {endpoint: 'https://m.example.com/api/v1/write'}\nservice:\n  pipelines:\n    metrics: {receivers: [prometheus], exporters: [prometheusremotewrite]}\n";
    let folder = Scratch::new(&[
        ("regex.yml", broken),
        ("otel.yaml", collector),
        ("foreign.yml", foreign),
        ("yaml.yml", "scrape_configs:\n- job_name: a\n b: c\n"),
        ("config.alloy", alloy),
        ("monitor.yaml", monitor),
        (
            "a.relabel-test.yaml",
            "config: regex.yml\ncases: [{labels: {a: b}, dropped: true}]\n",
        ),
    ]);
    for (file, says) in [
        ("regex.yml", "Prometheus rejects the file"),
        ("foreign.yml", "what `if` of this rule does is not known"),
        ("yaml.yml", "line 3: not valid YAML"),
        ("config.alloy", "several components relabel one target"),
        ("otel.yaml", "makes one dollar of `$$`"),
    ] {
        let ran = folder.promvet(&["relabel", file, "__address__=a:1"]);
        assert_eq!(ran.status, Some(2), "{}", ran.said());
        assert!(ran.stderr.contains(says), "{says}: {}", ran.stderr);
    }
    let ran = folder.promvet(&["relabel", "monitor.yaml", "__address__=a:1"]);
    assert!(
        ran.stdout
            .contains("relabel_configs of the endpoint in line 7"),
        "{}",
        ran.said()
    );
    assert!(
        ran.stdout.contains("series   {instance=\"a:1\"}"),
        "{}",
        ran.stdout
    );
    let ran = folder.promvet(&["test"]);
    assert_eq!(ran.status, Some(2), "{}", ran.said());
}

const TESTS: &str = "\
# what reaches the exporter
config: prometheus.yml
job: api
cases:
- labels: {__address__: 'a:80', env: prod}
  result: {env: prod, instance: 'a:80', job: api, __address__: 'blackbox:9115'}
- labels: {env: dev}
  dropped: true
";

#[test]
fn tests_of_relabel_rules_are_run_and_their_results_written() {
    let folder = folder();
    folder.write(&[("a.relabel-test.yaml", TESTS)]);
    let ran = folder.promvet(&["test"]);
    assert_eq!(ran.status, Some(0), "{}", ran.said());
    assert!(
        ran.stdout
            .contains("2 cases of relabel rules: all as expected"),
        "{}",
        ran.stdout
    );
    let wrong = TESTS
        .replace("env: prod, instance: 'a:80'", "env: test")
        .replace("  dropped: true\n", "");
    folder.write(&[("a.relabel-test.yaml", &wrong)]);
    let ran = folder.promvet(&["test"]);
    assert_eq!(ran.status, Some(1), "{}", ran.said());
    for says in [
        "a.relabel-test.yaml:5: not as expected",
        "  found    dropped",
        "  expected nothing",
    ] {
        assert!(ran.stdout.contains(says), "{says}: {}", ran.stdout);
    }
    let ran = folder.promvet(&["test", "--bless"]);
    assert_eq!(ran.status, Some(0), "{}", ran.said());
    let blessed = folder.read("a.relabel-test.yaml");
    assert!(
        blessed.starts_with("# what reaches the exporter\n"),
        "{blessed}"
    );
    assert!(
        blessed.contains("- labels: {env: dev}\n  dropped: true"),
        "{blessed}"
    );
    assert_eq!(folder.promvet(&["test"]).status, Some(0), "{blessed}");
    folder.write(&[(
        "a.relabel-test.yaml",
        "config: prometheus.yml\njbo: api\ncases: []\n",
    )]);
    let ran = folder.promvet(&["test"]);
    assert_eq!(ran.status, Some(2), "{}", ran.said());
    assert!(ran.stderr.contains("unknown key `jbo`"), "{}", ran.stderr);
}

#[test]
fn a_difference_shows_no_secret_of_the_case() {
    const SECRET: &str = "c672d41d8cd98f00b204e9800998ecf8427e0a1b";
    let folder = folder();
    let case = format!(
        "config: prometheus.yml\njob: api\ncases:\n- labels: {{password: {SECRET}, env: prod}}\n  \
         result: {{bearer_token: {SECRET}, env: test}}\n"
    );
    folder.write(&[("a.relabel-test.yaml", &case)]);
    let said = folder.promvet(&["test"]).said();
    assert!(said.contains("'env': 'test'"), "{said}");
    assert!(said.contains("'password': '[redacted]'"), "{said}");
    assert!(!said.contains(&SECRET[..8]), "{said}");
}

/// Cases with what Prometheus makes of labels, from the folder that `PROMVET_SHARED` names, as tests of
/// relabel rules.
#[test]
fn cases_of_prometheus_pass_as_tests() {
    let Some(folder) = recorded::folder() else {
        return;
    };
    let table = std::fs::read_to_string(folder.join("facts/scrape/relabel-cases.tsv")).unwrap();
    let mut files: Vec<(String, String)> = Vec::new();
    for row in table.lines().skip(1).filter(|line| !line.is_empty()) {
        let cells: Vec<_> = row.split('\t').collect();
        let [id, _, from, before, rules, labels, result, after, ..] = cells[..] else {
            panic!("{row}");
        };
        // What is refused is not run.
        if result == "reject" {
            continue;
        }
        let number = files.len();
        let (config, test) = (
            format!("{number}.yml"),
            format!("{number}.relabel-test.yaml"),
        );
        let list = "metric_relabel_configs";
        files.push((
            config.clone(),
            format!("scrape_configs: [{{job_name: a, {list}: {rules}}}]\n"),
        ));
        let release = match (from, before) {
            ("", "") => String::new(),
            ("", "2.36.0") => "release: '2.35'\n".to_owned(),
            ("", "2.41.0") => "release: '2.40'\n".to_owned(),
            ("", "2.50.0") => "release: '2.49'\n".to_owned(),
            ("", before) => format!(
                "release: '{}'\n",
                if before == "3.0.0" { "2.55" } else { "3.1" }
            ),
            (from, _) => format!("release: '{}'\n", from.trim_end_matches(".0")),
        };
        let expected = match result {
            "drop" => "dropped: true".to_owned(),
            _ => format!("result: {after}"),
        };
        files.push((
            test,
            format!("# {id}\nconfig: {config}\njob: a\nlist: {list}\n{release}cases:\n- labels: {labels}\n  {expected}\n"),
        ));
    }
    let files: Vec<(&str, &str)> = files.iter().map(|(a, b)| (&**a, &**b)).collect();
    let ran = Scratch::new(&files).promvet(&["test"]);
    assert_eq!(ran.status, Some(0), "{}", ran.said());
    assert!(files.len() > 380, "{}", files.len());
}
