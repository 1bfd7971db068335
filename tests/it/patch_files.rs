//! Files of operations (RFC 6902) that kustomizations name: each value is judged as the part of the object that
//! it is written to.

use crate::support::memory;
use promvet::finding::{Finding, Severity};

/// What is found in a patch of one target, in a file of its own.
fn found(target: &str, name: &str, patch: &str) -> Vec<Finding> {
    let kustomization =
        format!("resources: [base.yaml]\npatches:\n- path: {name}\n  target: {{{target}}}\n");
    let files = [("kustomization.yaml", &*kustomization), (name, patch)];
    let found = memory::found("/tree", &memory::tree(&files));
    let found = found.into_iter();
    found
        .filter(|finding| finding.severity > Severity::Info)
        .collect()
}

fn rules(target: &str, name: &str, patch: &str) -> Vec<String> {
    let found = found(target, name, patch);
    found
        .iter()
        .map(|finding| finding.rule.to_string())
        .collect()
}

/// The rules for one operation in JSON.
fn operation(target: &str, path: &str, value: &str) -> Vec<String> {
    let patch = format!(r#"[{{"op": "add", "path": "{path}", "value": {value}}}]"#);
    rules(target, "change.json", &patch)
}

const SERVER: &str = "kind: Prometheus, name: k8s";
const MONITOR: &str = "kind: ServiceMonitor, name: app";

#[test]
fn a_file_of_operations_is_judged_by_its_target() {
    for (target, path, value, rule) in [
        (
            SERVER,
            "/spec/remoteWrite/0/bearerToken",
            r#""s3cr3tT0kenABCDEFGHIJKLMNOP""#,
            "credentials/committed",
        ),
        (
            SERVER,
            "/spec/remoteWrite/0/tlsConfig/insecureSkipVerify",
            "true",
            "tls/insecure-skip-verify",
        ),
        (
            SERVER,
            "/spec/retention",
            r#""10 days""#,
            "schema/invalid-value",
        ),
        (
            MONITOR,
            "/spec/endpoints/-",
            r#"{"port": "http", "tls_config": {}}"#,
            "schema/unknown-field",
        ),
        (
            MONITOR,
            "/spec/endpoints/0/interval",
            r#""often""#,
            "schema/invalid-value",
        ),
        (
            "kind: PodMonitor",
            "/spec/podMetricsEndpoints/0/tlsConfigs",
            "{}",
            "schema/unknown-field",
        ),
        (
            "kind: Probe",
            "/spec/intervall",
            r#""30s""#,
            "schema/unknown-field",
        ),
        (
            "kind: ScrapeConfig",
            "/spec/scheme",
            r#""ftp""#,
            "schema/invalid-value",
        ),
        (
            "kind: '.*Monitor'",
            "/spec/endpoints/0/tls_config",
            "{}",
            "schema/unknown-field",
        ),
        (
            "kind: HelmRelease",
            "/spec/values/prometheus/prometheusSpec/retention",
            r#""10 days""#,
            "schema/invalid-value",
        ),
        (
            "kind: AlertmanagerConfig",
            "/spec/receivers/-",
            r#"{"name": "a", "webhookConfigs": [{"url": "https://a:hunter22@hook.example.com"}]}"#,
            "credentials/in-url",
        ),
        (
            "kind: PrometheusRule",
            "/spec/groups/0/rules/0/expr",
            r#""sum(up""#,
            "files/promql",
        ),
        (
            "kind: PrometheusRule",
            "/spec/groups/0/rules/0/for",
            r#""5 minutes""#,
            "files/rule-file",
        ),
    ] {
        assert_eq!(operation(target, path, value), [rule], "{target} {path}");
    }
    // What is right, and what is beside it in the object.
    for (target, path, value) in [
        (
            SERVER,
            "/spec/remoteWrite/0/tlsConfig/cert/secret/name",
            r#""x""#,
        ),
        (SERVER, "/spec/remoteWrite/0/headers/X-Kind~1a", r#""b""#),
        (
            MONITOR,
            "/spec/endpoints/0/tlsConfig",
            r#"{"serverName": "a"}"#,
        ),
        (
            "kind: ScrapeConfig",
            "/spec/tlsConfig",
            r#"{"insecureSkipVerify": true}"#,
        ),
        ("kind: Deployment", "/spec/endpoints", "1"),
        (
            "kind: PrometheusRule",
            "/spec/groups/0/rules/0/expr",
            r#""sum(up)""#,
        ),
        (
            "kind: PrometheusRule",
            "/spec/groups/0/rules/0/labels/severity",
            r#""page""#,
        ),
        (
            "kind: AlertmanagerConfig",
            "/spec/route/receiver",
            r#""other""#,
        ),
    ] {
        assert_eq!(operation(target, path, value), [""; 0], "{target} {path}");
    }
}

#[test]
fn half_a_pair_is_reported_where_an_operation_writes_all_of_it() {
    let half = r#"{"cert": {"secret": {"name": "a", "key": "b"}}}"#;
    for (target, section) in [
        (SERVER, "/spec/remoteWrite/0/tlsConfig"),
        (MONITOR, "/spec/endpoints/0/tlsConfig"),
        ("kind: ScrapeConfig", "/spec/tlsConfig"),
    ] {
        assert_eq!(
            operation(target, section, half),
            ["schema/missing-field"],
            "{section}"
        );
        let key = format!("{section}/cert");
        let value = r#"{"secret": {"name": "a", "key": "b"}}"#;
        assert_eq!(operation(target, &key, value), [""; 0], "{key}");
    }
    let both = r#"[{"op": "add", "path": "/spec/endpoints/0/tlsConfig", "value": {"cert": {"secret": {"name": "a", "key": "b"}}}},
        {"op": "add", "path": "/spec/endpoints/0/tlsConfig/keySecret", "value": {"name": "a", "key": "b"}}]"#;
    assert_eq!(rules(MONITOR, "change.json", both), [""; 0]);
}

#[test]
fn the_consequence_is_that_of_the_place_in_the_object() {
    let patch = "- op: add\n  path: /spec/endpoints/0/tlsConfig\n  value: {cert: {secret: {name: a, key: b}}}\n- op: add\n  path: /spec/endpoints/0/scheme\n  value: ftp\n";
    let found = found(MONITOR, "change.yaml", patch);
    let messages: Vec<String> = found
        .iter()
        .map(|finding| finding.message.to_string())
        .collect();
    let has = |text: &str| messages.iter().any(|message| message.contains(text));
    assert!(has("the Operator leaves this resource out"), "{messages:?}");
    assert!(has("`scheme`: expected one of"), "{messages:?}");
}

#[test]
fn what_a_file_writes_is_read_once_for_each_target() {
    let patch = "- op: add\n  path: /spec/remoteWrite/-\n  value: {url: 'http://a:hunter22@mimir.example.com/api/v1/push'}\n";
    let want = ["remote-write/plain-http", "credentials/in-url"];
    assert_eq!(rules(SERVER, "change.yaml", patch), want);
    let overlay = format!("patches:\n- path: ../change.yaml\n  target: {{{SERVER}}}\n");
    let files = [
        ("a/kustomization.yaml", &*overlay),
        ("b/kustomization.yaml", &*overlay),
        ("change.yaml", patch),
    ];
    let found = memory::found("/tree", &memory::tree(&files));
    assert_eq!(
        found
            .iter()
            .filter(|finding| finding.severity == Severity::Error)
            .count(),
        2
    );
}

#[test]
fn a_key_of_a_path_has_a_place_of_its_own() {
    for (name, patch) in [
        (
            "change.yaml",
            "- op: add\n  path: /spec/remoteWrite/0/bearer_token_file\n  value: /etc/x\n",
        ),
        (
            "change.json",
            r#"[{"op": "add", "path": "/spec/remoteWrite/0/bearer_token_file", "value": "/etc/x"}]"#,
        ),
    ] {
        let found = found(SERVER, name, patch);
        let unknown = found
            .iter()
            .find(|finding| finding.rule == "schema/unknown-field");
        let place = &unknown.unwrap().place;
        let text = place.text().slice(place.span());
        assert_eq!(text, "bearer_token_file", "{name}");
        // An edit leaves the rest of the path.
        let fix = unknown.unwrap().fix.as_ref().unwrap();
        assert!(
            fix.edits.iter().all(|(span, _)| *span == place.span()),
            "{name}"
        );
    }
}
