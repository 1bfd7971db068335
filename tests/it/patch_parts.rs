//! Patches that change single keys of the Operator's resources: what is beside the keys is in the object
//! that is patched.

use crate::support::memory;
use promvet::finding::Severity;

/// The rules of what is reported at warning or above for one patch of a kustomization.
fn rules(kind: &str, patch: &str) -> Vec<String> {
    let inner = patch.replace('\n', "\n    ");
    let text = format!(
        "resources: [base]\npatches:\n- target: {{kind: {kind}, name: a}}\n  patch: |\n    {inner}\n"
    );
    let found = memory::found("/tree", &memory::tree(&[("kustomization.yaml", &text)]));
    let found = found.iter().filter(|one| one.severity > Severity::Info);
    found.map(|one| one.rule.to_string()).collect()
}

/// A JSON patch of one operation.
fn replace(kind: &str, path: &str, value: &str) -> Vec<String> {
    let patch = format!("- op: replace\n  path: {path}\n  value: {value}");
    rules(kind, &patch)
}

#[test]
fn an_operation_on_one_key_leaves_the_others_as_they_are() {
    for (kind, path, value) in [
        ("Probe", "/spec/basicAuth/password/name", "x"),
        (
            "Probe",
            "/spec/oauth2/tokenUrl",
            "https://idp.example.com/t",
        ),
        ("ScrapeConfig", "/spec/tlsConfig/ca/secret/name", "x"),
        ("ScrapeConfig", "/spec/authorization/type", "Bearer"),
        ("ServiceMonitor", "/spec/endpoints/0/tlsConfig/caFile", "/a"),
        (
            "PodMonitor",
            "/spec/podMetricsEndpoints/0/authorization/type",
            "Bearer",
        ),
        ("Prometheus", "/spec/additionalScrapeConfigs/name", "x"),
        ("Prometheus", "/spec/remoteWrite/0/noProxy", "10.0.0.0/8"),
        (
            "Prometheus",
            "/spec/remoteWrite/0/queueConfig/minShards",
            "100",
        ),
        (
            "Prometheus",
            "/spec/remoteWrite/0/writeRelabelConfigs/0/action",
            "drop",
        ),
        ("ThanosRuler", "/spec/queryConfig/name", "x"),
    ] {
        assert_eq!(replace(kind, path, value), [""; 0], "{kind} {path}");
    }
    // What a patch writes itself is judged.
    for (kind, path, value, rule) in [
        (
            "Prometheus",
            "/spec/remoteWrite/0/remoteTimeout",
            "often",
            "schema/invalid-value",
        ),
        (
            "Prometheus",
            "/spec/remoteWrite/0/basicAuth/pasword",
            "{name: a, key: b}",
            "schema/unknown-field",
        ),
        (
            "Prometheus",
            "/spec/remoteWrite/0/url",
            "mimir:9009",
            "remote-write/url-syntax",
        ),
        (
            "Prometheus",
            "/spec/remoteWrite/0/queueConfig",
            "{minShards: 100, maxShards: 10}",
            "schema/conflict",
        ),
    ] {
        assert_eq!(replace(kind, path, value), [rule], "{kind} {path}");
    }
}

#[test]
fn a_merge_of_one_key_leaves_the_others_as_they_are() {
    let probe = |section: &str| {
        let patch = format!(
            "apiVersion: monitoring.coreos.com/v1\nkind: Probe\nmetadata: {{name: a}}\nspec:\n  {section}"
        );
        rules("Probe", &patch)
    };
    assert_eq!(probe("basicAuth: {password: {name: other}}"), [""; 0]);
    assert_eq!(probe("interval: often"), ["schema/invalid-value"]);
}
