//! Agents and collectors: what does not fit together in their own configurations.

use crate::support::memory;
use promvet::finding::{Finding, Severity};

fn found(path: &str, text: &str) -> Vec<Finding> {
    let mut found = memory::found("/tree", &memory::tree(&[(path, text)]));
    found.retain(|finding| finding.severity >= Severity::Warning);
    found
}

/// What a Collector refuses or leaves unused, as a change of a right configuration.
#[test]
fn components_of_a_collector_fit_together() {
    let right = "extensions:\n  basicauth/cloud: {client_auth: {username: '1', password: '${env:P}'}}\nreceivers:\n  prometheus:\n    config:\n      scrape_configs:\n      - job_name: a\n        static_configs: [{targets: ['a:1']}]\n        relabel_configs:\n        - {source_labels: [__address__], regex: '(.*):.*', target_label: b, replacement: $$1}\nexporters:\n  prometheusremotewrite:\n    endpoint: https://prometheus-prod-10-prod-us-central-0.grafana.net/api/prom/push\n    auth: {authenticator: basicauth/cloud}\nservice:\n  extensions: [basicauth/cloud]\n  pipelines:\n    metrics: {receivers: [prometheus], exporters: [prometheusremotewrite]}\n";
    let told = found("collector.yaml", right);
    assert!(told.is_empty(), "{told:?}");
    for (from, to, rule, severity) in [
        (
            "exporters: [prometheusremotewrite]",
            "exporters: [debug]",
            "agents/pipeline",
            Severity::Warning,
        ),
        (
            "exporters: [prometheusremotewrite]",
            "exporters: [prometheusremotewrite/cloud]",
            "agents/pipeline",
            Severity::Error,
        ),
        (
            "    metrics: {",
            "    traces: {",
            "agents/pipeline",
            Severity::Error,
        ),
        (
            "authenticator: basicauth/cloud",
            "authenticator: basicauth/clod",
            "agents/pipeline",
            Severity::Error,
        ),
        (
            "  extensions: [basicauth/cloud]\n",
            "",
            "agents/pipeline",
            Severity::Error,
        ),
        (
            "extensions: [basicauth/cloud]",
            "extensions: [health_check]",
            "agents/pipeline",
            Severity::Error,
        ),
        (
            "    auth:",
            "    sending_queue: {enabled: true}\n    auth:",
            "schema/unknown-field",
            Severity::Error,
        ),
        (
            "    auth:",
            "    tls: {insecure: true, insecure_skip_verify: true}\n    auth:",
            "schema/invalid-value",
            Severity::Warning,
        ),
        (
            "replacement: $$1",
            "replacement: '${1}'",
            "schema/invalid-value",
            Severity::Error,
        ),
        (
            "      scrape_configs:",
            "      rule_files: [a.yml]\n      scrape_configs:",
            "schema/unknown-field",
            Severity::Error,
        ),
    ] {
        let told = found("collector.yaml", &right.replace(from, to));
        let shown: Vec<_> = told.iter().map(|one| (&*one.rule, one.severity)).collect();
        assert_eq!(shown, [(rule, severity)], "{to}: {told:?}");
    }
    // What is in another file, or in what a chart adds, is not missing for sure.
    for (from, to) in [
        (
            "service:\n  extensions: [basicauth/cloud]\n  pipelines:\n    metrics: {receivers: [prometheus], exporters: [prometheusremotewrite]}\n",
            "",
        ),
        ("replacement: $$1", "replacement: $1"),
        ("replacement: $$1", "replacement: '$${1}'"),
        ("replacement: $$1", "replacement: a"),
    ] {
        let told = found("collector.yaml", &right.replace(from, to));
        assert!(told.is_empty(), "{to}: {told:?}");
    }
}

#[test]
fn a_credential_that_vmagent_sends_to_every_url_is_told() {
    let head = "services:\n  agent:\n    image: victoriametrics/vmagent:v1.110.0\n    command:\n";
    for (first, second, credentials, is_told) in [
        (
            "https://a.example.com/x",
            "https://b.example.net/x",
            "    - -remoteWrite.bearerToken=${T}\n",
            true,
        ),
        (
            "https://a.example.com/x",
            "https://b.example.com/x",
            "    - -remoteWrite.bearerToken=${T}\n",
            false,
        ),
        (
            "http://vm-1:8428/x",
            "http://vm-2:8428/x",
            "    - -remoteWrite.bearerToken=${T}\n",
            false,
        ),
        (
            "http://a.m.svc.cluster.local:8428/x",
            "https://b.example.com/x",
            "    - -remoteWrite.bearerToken=${T}\n",
            false,
        ),
        (
            "https://a.example.com/x",
            "https://b.example.net/x",
            "    - -remoteWrite.bearerToken=${T}\n    - -remoteWrite.bearerToken=${U}\n",
            false,
        ),
        (
            "https://a.example.com/x",
            "https://b.example.net/x",
            "",
            false,
        ),
    ] {
        let text = format!(
            "{head}    - -remoteWrite.url={first}\n    - -remoteWrite.url={second}\n{credentials}"
        );
        let told = found("compose.yaml", &text);
        let told = told
            .iter()
            .any(|one| one.rule == "agents/shared-credential");
        assert_eq!(told, is_told, "{text}");
    }
}

/// What sends and is not read is named.
#[test]
fn programs_that_are_not_read_are_listed() {
    for (path, text) in [
        (
            "cm.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  vector.toml: |\n    [sinks.a]\n    type = \"prometheus_remote_write\"\n",
        ),
        (
            "alert.yaml",
            "apiVersion: operator.victoriametrics.com/v1beta1\nkind: VMAlert\nmetadata: {name: a}\nspec: {remoteWrite: {url: 'http://a'}}\n",
        ),
    ] {
        let tree = memory::tree(&[(path, text)]);
        let run = memory::judged(&memory::at("/tree"), &tree);
        let listed = run.outcome.unchecked();
        assert_eq!(listed.len(), 1, "{path}: {listed:?}");
    }
}

#[test]
fn sinks_of_vector_and_instances_of_the_agent_operator_are_read() {
    for (path, text) in [
        (
            "vector.yaml",
            "sources: {}\nsinks:\n  a:\n    type: prometheus_remote_write\n    endpoint: metrics.example.com/x\n",
        ),
        (
            "values.yaml",
            "customConfig:\n  sinks:\n    a: {type: prometheus_remote_write, endpoint: metrics.example.com/x}\n",
        ),
        (
            "agent.yaml",
            "apiVersion: monitoring.grafana.com/v1alpha1\nkind: MetricsInstance\nmetadata: {name: a}\nspec: {remoteWrite: [{url: metrics.example.com/x}]}\n",
        ),
    ] {
        let told = found(path, text);
        let rules: Vec<_> = told.iter().map(|one| &*one.rule).collect();
        assert_eq!(rules, ["remote-write/url-syntax"], "{path}: {told:?}");
    }
}

#[test]
fn instances_of_the_agent_have_names_of_their_own() {
    let head = "  wal_directory: /tmp\n  configs:\n";
    for (text, rule) in [
        (
            format!("metrics:\n{head}  - name: a\n    scrape_configs: []\n"),
            None,
        ),
        (
            format!("metrics:\n{head}  - host_filter: true\n    scrape_configs: []\n"),
            Some("schema/missing-field"),
        ),
        (
            format!(
                "metrics:\n{head}  - {{name: a, scrape_configs: []}}\n  - {{name: a, scrape_configs: []}}\n"
            ),
            Some("schema/duplicate"),
        ),
        (
            format!(
                "metrics:\n{head}  - {{name: a, scrape_configs: []}}\nprometheus:\n{head}  - {{name: b, scrape_configs: []}}\n"
            ),
            Some("schema/conflict"),
        ),
    ] {
        let told = found("agent.yaml", &text);
        let rules: Vec<_> = told.iter().map(|one| &*one.rule).collect();
        assert_eq!(rules, Vec::from_iter(rule), "{text}{told:?}");
    }
}

/// What a walk finds in files of programs whose configurations are only named: each place that sends,
/// and nothing of what only scrapes.
#[test]
fn a_walk_lists_what_sends_in_files_that_are_only_named() {
    for (path, text, sends) in [
        (
            "main.tf",
            "set {\n  name = \"server.remoteWrite[0].url\"\n}\n",
            true,
        ),
        ("main.tf", "remote_write = []\n", false),
        (
            "main.tf",
            "scrape_configs = [{ job_name = \"a\" }]\n",
            false,
        ),
        (
            "live/terragrunt.hcl",
            "remote_write = [{ url = \"a\" }]\n",
            true,
        ),
        (
            "host.nix",
            "services.prometheus.remoteWrite = [{ url = \"a\"; }];\n",
            true,
        ),
        (
            "host.nix",
            "services.prometheus.scrapeConfigs = [{ job_name = \"a\"; }];\n",
            false,
        ),
        (
            "vector.toml",
            "[sinks.a]\ntype = \"prometheus_remote_write\"\n",
            true,
        ),
        (
            "telegraf.conf",
            "[[outputs.http]]\ndata_format = \"prometheusremotewrite\"\n",
            true,
        ),
        (
            "telegraf.conf",
            "[[inputs.http]]\ndata_format = \"prometheus\"\n",
            false,
        ),
        (
            "vm.service",
            "[Service]\nExecStart=/vmagent -remoteWrite.url=http://a\n",
            true,
        ),
        (
            "vm.container",
            "[Container]\nExec=-remoteWrite.url=http://a\n",
            true,
        ),
        ("main.libsonnet", "{ remoteWrite+: [{ url: 'a' }] }\n", true),
        (
            "vendor/prom/main.libsonnet",
            "{ remoteWrite+: [{ url: 'a' }] }\n",
            false,
        ),
        // Source code is not looked at.
        ("main.rs", "let remote_write = [\"a\"];\n", false),
        (
            "tempo.yaml",
            "apiVersion: tempo.grafana.com/v1alpha1\nkind: TempoStack\nmetadata: {name: a}\nspec:\n  extraConfig:\n    tempo:\n      metrics_generator:\n        storage:\n          remote_write: [{url: 'http://a/api/v1/write'}]\n",
            true,
        ),
        (
            "tempo.yaml",
            "apiVersion: tempo.grafana.com/v1alpha1\nkind: TempoStack\nmetadata: {name: a}\nspec: {remoteWrite: []}\n",
            false,
        ),
    ] {
        let run = memory::judged(&memory::at("/tree"), &memory::tree(&[(path, text)]));
        let listed = run.outcome.unchecked();
        assert_eq!(!listed.is_empty(), sends, "{path} {text}: {listed:?}");
        assert!(memory::findings(&run).is_empty(), "{path} {text}");
    }
}
