//! Compose files and manifests that have to do with Prometheus and are not YAML are listed as not checked,
//! with the place of the fault.

use crate::support::scratch::Scratch;

const COMPOSE: &str = "services:\n  prometheus:\n    image: prom/prometheus:v3.5.0\n    command:\n    - --config.file=/etc/prometheus/prometheus.yml\n    volumes: [a:/b\n  db:\n    image: postgres\n";
const POD: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: p}\nspec:\n  template:\n    spec:\n      containers:\n      - name: p\n        image: prom/prometheus\n       args: [--config.file=/c/p.yml]\n";
const MAP: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: p\ndata:\n  prometheus.yml: |\n    remote_write:\n    - url: https://mimir.example.com/api/v1/push\n  oops\n";
const RESOURCE: &str = "apiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nmetadata: {name: p}\nspec:\n  remoteWrite:\n  - url: 'https://mimir.example.com\n";

#[test]
fn what_is_not_yaml_is_listed_with_its_place() {
    for (name, content, place) in [
        ("compose.yml", COMPOSE, "compose.yml:"),
        ("pod.yaml", POD, "pod.yaml:10:"),
        ("map.yaml", MAP, "map.yaml:"),
        ("resource.yaml", RESOURCE, "resource.yaml:"),
    ] {
        let scratch = Scratch::new(&[(name, content)]);
        let ran = scratch.promvet(&["--format", "concise"]);
        assert_eq!(ran.status, Some(0), "{name}: {}", ran.said());
        let is_listed = ran
            .stdout
            .contains("what this file says of Prometheus is not read");
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
