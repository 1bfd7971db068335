//! Compose files and manifests that have to do with Prometheus and are not YAML are listed as not checked,
//! with the place of the fault.

use crate::support::scratch::Scratch;

const COMPOSE: &str = "services:\n  prometheus:\n    image: prom/prometheus:v3.5.0\n    command:\n    - --config.file=/etc/prometheus/prometheus.yml\n    volumes: [a:/b\n  db:\n    image: postgres\n";
const POD: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: p}\nspec:\n  template:\n    spec:\n      containers:\n      - name: p\n        image: prom/prometheus\n       args: [--config.file=/c/p.yml]\n";
const MAP: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: p\ndata:\n  prometheus.yml: |\n    remote_write:\n    - url: https://mimir.example.com/api/v1/push\n  oops\n";
const RESOURCE: &str = "apiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nmetadata: {name: p}\nspec:\n  remoteWrite:\n  - url: 'https://mimir.example.com\n";

const RULE: &str = "apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata: {name: a}\nspec:\n  groups:\n    - name: x\n      rules:\n        - alert: A\n          expr: {job=\"a\"} == 0\n          annotations: {summary: \"{{ $labels.job }}\"}\n";

#[test]
fn what_is_not_yaml_is_listed_with_its_place() {
    for (name, content, place) in [
        ("compose.yml", COMPOSE, "compose.yml:"),
        ("pod.yaml", POD, "pod.yaml:10:"),
        ("map.yaml", MAP, "map.yaml:"),
        ("resource.yaml", RESOURCE, "resource.yaml:"),
        ("rule.yaml", RULE, "rule.yaml:9:"),
    ] {
        let scratch = Scratch::new(&[(name, content)]);
        let ran = scratch.promvet(&["--format", "concise"]);
        assert_eq!(ran.status, Some(0), "{name}: {}", ran.said());
        let is_listed = ran
            .stdout
            .contains("its Prometheus settings are not checked");
        assert!(
            is_listed && ran.stdout.contains(place),
            "{name}: {}",
            ran.said()
        );
        let strict = scratch.promvet(&["--require-coverage"]);
        assert_eq!(strict.status, Some(1), "{name}: {}", strict.said());
    }
}

/// What is whole, what has nothing to do with Prometheus, and what a template makes.
#[test]
fn nothing_else_is_listed() {
    let whole = COMPOSE.replace("[a:/b", "['a:/b']");
    let other = COMPOSE
        .replace("prom/prometheus", "acme/web")
        .replace("config.file=/etc/prometheus/prometheus.yml", "x");
    let template = COMPOSE.replace("postgres", "{{ image }}");
    for (name, content) in [
        ("compose.yml", &*whole),
        ("compose.yml", &*other),
        ("compose.yml.j2", COMPOSE),
        ("compose.yml", &*template),
        ("testdata/compose.yml", COMPOSE),
        ("notes.txt", COMPOSE),
    ] {
        let scratch = Scratch::new(&[(name, content)]);
        let ran = scratch.promvet(&["--require-coverage"]);
        assert_eq!(ran.status, Some(0), "{name}: {}", ran.said());
    }
}

const AGENT: &str = "metrics:\n  configs:\n  - name: a\n    remote_write:\n    - url: https://mimir.example.com/api/v1/push\n   scrape_configs: []\n";
const VALUES: &str = "alertmanager: {enabled: false}\nserver:\n  retention: 1d\n  remoteWrite:\n  - url: https://mimir.example.com/api/v1/push\n headers: {}\n";
const COLLECTOR: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: otel}\ndata:\n  otel.yaml: |\n    receivers:\n      otlp:\n        protocols:\n          grpc\n    exporters:\n      prometheusremotewrite:\n        endpoint: https://mimir.example.com/api/v1/push\n";

/// Values of charts, agents and collectors are not YAML either.
#[test]
fn other_programs_that_are_not_yaml_are_listed() {
    let broken = COLLECTOR.replace("          grpc\n", "          grpc\n          http:\n");
    for (name, content, is_listed) in [
        ("agent.yaml", AGENT.to_owned(), true),
        (
            "agent.yaml",
            AGENT.replace("   scrape_configs", "    scrape_configs"),
            false,
        ),
        ("values.yaml", VALUES.to_owned(), true),
        (
            "values.yaml",
            VALUES.replace("\n headers", "\n    headers"),
            false,
        ),
        ("values.yaml", VALUES.replace("1d", "{{ x }}"), false),
        ("otel.yaml", broken.clone(), true),
        ("otel.yaml", COLLECTOR.to_owned(), false),
        ("otel.yaml", broken.replace("grpc", "{{ x }}"), false),
    ] {
        let scratch = Scratch::new(&[(name, &content)]);
        let ran = scratch.promvet(&["--format", "concise"]);
        let said = ["its Prometheus settings are not checked: ", "is not read: "];
        let found = said.iter().any(|words| ran.stdout.contains(words));
        assert_eq!(found, is_listed, "{name} {content}\n{}", ran.said());
    }
}
