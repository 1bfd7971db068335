//! What the releases that a tree runs, by the tags of its images, make of findings.

use crate::support::memory;
use promvet::finding::{Finding, Severity};

fn found(files: &[(&str, &str)]) -> Vec<Finding> {
    memory::found("/tree", &memory::tree(files))
}

/// The severities of what a rule reports.
fn severities(files: &[(&str, &str)], rule: &str) -> Vec<Severity> {
    let found = found(files);
    let of_rule = found.iter().filter(|finding| finding.rule == *rule);
    of_rule.map(|finding| finding.severity).collect()
}

fn compose(images: &[&str]) -> String {
    let services = images.iter().enumerate().map(|(number, image)| {
        format!(
            "  p{number}:\n    image: {image}\n    volumes: ['./prometheus.yml:/etc/prometheus/prometheus.yml']\n"
        )
    });
    format!("services:\n{}", services.collect::<String>())
}

const REMOVED: &str = "scrape_configs:\n- job_name: a\n  static_configs: [{targets: ['a:9090']}]\n  scrape_classic_histograms: true\n";
const NEW: &str = "global: {scrape_native_histograms: true}\nscrape_configs: []\n";

#[test]
fn what_only_later_releases_refuse_is_worth_knowing() {
    let of = |images: &[&str]| {
        let compose = compose(images);
        let files = [("prometheus.yml", REMOVED), ("compose.yml", &compose)];
        severities(&files, "schema/unavailable")
    };
    assert_eq!(of(&["prom/prometheus:v2.55.1"]), [Severity::Info]);
    assert_eq!(of(&["prom/prometheus:v3.5.0"]), [Severity::Error]);
    // One of them rejects it, or may.
    assert_eq!(
        of(&["prom/prometheus:v2.55.1", "prom/prometheus:v3.5.0"]),
        [Severity::Error]
    );
    assert_eq!(
        of(&["prom/prometheus:v2.55.1", "prom/prometheus:latest"]),
        [Severity::Error]
    );
    assert_eq!(of(&["prom/prometheus"]), [Severity::Error]);
    assert_eq!(of(&["prom/prometheus:${TAG}"]), [Severity::Error]);
}

#[test]
fn what_the_release_that_runs_lacks_is_an_error() {
    let of = |image: &str| {
        let compose = compose(&[image]);
        let files = [("prometheus.yml", NEW), ("compose.yml", &compose)];
        severities(&files, "schema/unavailable")
    };
    assert_eq!(of("prom/prometheus:v2.55.1"), [Severity::Error]);
    assert_eq!(of("prom/prometheus:v3.9.0"), []);
    assert_eq!(of("prom/prometheus:latest"), []);
    assert_eq!(of("prom/prometheus:${TAG}"), []);
    // Nothing ties this one to the file.
    let apart = "services:\n  p:\n    image: prom/prometheus:v2.55.1\n";
    let files = [("prometheus.yml", NEW), ("compose.yml", apart)];
    assert!(!severities(&files, "schema/unavailable").contains(&Severity::Error));
    // The evidence is the image.
    let compose = compose(&["prom/prometheus:v2.55.1"]);
    let found = found(&[("prometheus.yml", NEW), ("compose.yml", &compose)]);
    let evidence = found.iter().flat_map(|finding| &finding.evidence);
    assert!(
        evidence
            .into_iter()
            .any(|one| one.message == "Prometheus 2.55.1 runs it"),
        "{found:#?}"
    );
}

fn operator(tag: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: prometheus-operator}}\nspec:\n  template:\n    spec:\n      containers:\n      - name: a\n        image: quay.io/prometheus-operator/prometheus-operator:{tag}\n"
    )
}

#[test]
fn rules_are_judged_for_the_prometheus_of_the_operator() {
    let rules = "apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata: {name: a}\nspec:\n  groups:\n  - name: a\n    rules:\n    - record: a:b\n      expr: rate(a_bucket{le=\"5\"}[5m])\n";
    let of = |tag: &str, more: &str| {
        let operator = format!("{}{more}", operator(tag));
        let files = [("rules.yaml", rules), ("operator.yaml", &*operator)];
        severities(&files, "rules/bucket-value")
    };
    let with = |release: &str| {
        format!(
            "---\napiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nmetadata: {{name: a}}\nspec: {{version: {release}}}\n"
        )
    };
    assert_eq!(of("v0.42.1", ""), []);
    assert_eq!(of("v0.79.0", ""), [Severity::Warning]);
    // What a resource says counts first.
    assert_eq!(of("v0.42.1", &with("v3.5.0")), [Severity::Warning]);
    assert_eq!(of("v0.79.0", &with("v2.53.0")), []);
}

#[test]
fn an_old_operator_wants_the_old_keys() {
    let prometheus = "apiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nmetadata: {name: a}\nspec: {baseImage: quay.io/prometheus/prometheus}\n";
    let of = |tag: &str| {
        let operator = operator(tag);
        let files = [
            ("prometheus.yaml", prometheus),
            ("operator.yaml", &*operator),
        ];
        severities(&files, "schema/deprecated")
    };
    assert_eq!(of("v0.22.2"), []);
    assert_eq!(of("v0.60.0"), [Severity::Warning]);
}

/// What 3.0 removed is an error only where nothing of the tree names a release that still has it.
#[test]
fn what_was_removed_is_left_to_an_older_release() {
    let rules =
        "groups:\n- name: a\n  rules:\n  - record: a\n    expr: holt_winters(a[1h], 0.5, 0.5)\n";
    let config = "rule_files: [r.yml]\nscrape_configs:\n- job_name: a\n  scrape_classic_histograms: true\n  static_configs: [{targets: ['a:9100']}]\n";
    let of = |path: &str, more: &str| {
        let files = [("prometheus.yml", config), ("r.yml", rules), (path, more)];
        let both = [
            severities(&files, "files/promql"),
            severities(&files, "schema/unavailable"),
        ];
        both.map(|all| all.into_iter().max())
    };
    let error = Some(Severity::Error);
    let warning = Some(Severity::Warning);
    assert_eq!(of("README.md", "Prometheus\n"), [error, error]);
    let with = |tag: &str| {
        format!(
            "services:\n  prometheus:\n    image: prom/prometheus:{tag}\n    volumes: ['.:/etc/prometheus']\n"
        )
    };
    assert_eq!(of("compose.yaml", &with("v3.5.0")), [error, error]);
    assert_eq!(
        of("compose.yaml", &with("v2.45.0")),
        [warning, Some(Severity::Info)]
    );
    assert_eq!(
        of("group_vars/all.yml", "prometheus_version: 2.45.0\n"),
        [warning, warning]
    );
    assert_eq!(
        of(
            "install.sh",
            "#!/bin/sh\nVERSION=2.45.0\nwget https://github.com/prometheus/prometheus/releases/download/v$VERSION/prometheus-$VERSION.linux-amd64.tar.gz\n"
        ),
        [warning, warning]
    );
}
