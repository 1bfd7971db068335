//! Whatever is wrong with a value, the report says what to do about it.

use crate::support::memory;
use promvet::finding::Finding;

/// Values of every kind, most of them wrong for any key.
const VALUES: &[&str] = &[
    "[x]",
    "{a: b}",
    "[{a: 1}]",
    "bad value!",
    "''",
    "5",
    "-5",
    "true",
    "10S",
    "'['",
    "!!binary x",
];

/// A file, with `KEY: VALUE` where a key and a value go, and the keys of that place.
const PLACES: &[(&str, &str, &str)] = &[
    (
        "prometheus.yml",
        "remote_write:\n- url: https://m.example.com/api/v1/push\n  KEY: VALUE\n",
        "headers basic_auth remote_timeout queue_config write_relabel_configs send_exemplars name proxy_url sigv4 azuread oauth2 tls_config protobuf_message",
    ),
    (
        "prometheus.yml",
        "scrape_configs:\n- job_name: a\n  KEY: VALUE\n",
        "scrape_interval sample_limit body_size_limit static_configs file_sd_configs kubernetes_sd_configs openstack_sd_configs scaleway_sd_configs params scheme honor_labels relabel_configs metric_relabel_configs",
    ),
    (
        "prometheus.yml",
        "scrape_configs:\n- job_name: a\n  openstack_sd_configs:\n  - {region: a, KEY: VALUE}\n",
        "role identity_endpoint port refresh_interval all_tenants",
    ),
    (
        "prometheus.yml",
        "scrape_configs:\n- job_name: a\n  relabel_configs:\n  - {KEY: VALUE}\n",
        "action regex source_labels target_label replacement modulus separator",
    ),
    (
        "p.yaml",
        "apiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nmetadata: {name: a}\nspec:\n  KEY: VALUE\n",
        "retention retentionSize replicas scrapeInterval externalUrl remoteWrite alerting podMonitorSelector additionalScrapeConfigs version tsdb logLevel enableAdminAPI externalLabels secrets",
    ),
    (
        "p.yaml",
        "apiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nmetadata: {name: a}\nspec:\n  remoteWrite:\n  - url: https://m.example.com/api/v1/push\n    KEY: VALUE\n",
        "headers basicAuth remoteTimeout queueConfig writeRelabelConfigs sendExemplars name proxyUrl sigv4 azureAd oauth2 tlsConfig messageVersion authorization bearerTokenFile metadataConfig",
    ),
    (
        "s.yaml",
        "apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata: {name: a}\nspec:\n  selector: {matchLabels: {a: b}}\n  endpoints:\n  - port: a\n    KEY: VALUE\n",
        "interval scheme path params honorLabels basicAuth bearerTokenSecret relabelings metricRelabelings targetPort tlsConfig",
    ),
    (
        "agent.yaml",
        "metrics:\n  wal_directory: /tmp\n  configs:\n  - name: a\n    KEY: VALUE\n",
        "remote_write scrape_configs host_filter wal_truncate_frequency",
    ),
    (
        "tempo.yaml",
        "metrics_generator:\n  storage:\n    path: /tmp\n    remote_write:\n    - url: https://m.example.com/api/v1/push\n      KEY: VALUE\n",
        "headers basic_auth remote_timeout queue_config send_exemplars",
    ),
    (
        "otel.yaml",
        "exporters:\n  prometheusremotewrite:\n    endpoint: https://m.example.com/api/v1/push\n    KEY: VALUE\nreceivers:\n  otlp: {protocols: {grpc: {}}}\nservice:\n  pipelines:\n    metrics: {receivers: [otlp], exporters: [prometheusremotewrite]}\n",
        "headers tls timeout external_labels remote_write_queue resource_to_telemetry_conversion auth namespace",
    ),
    (
        "vector.yaml",
        "sinks:\n  m:\n    type: prometheus_remote_write\n    inputs: [a]\n    endpoint: https://m.example.com/api/v1/push\n    KEY: VALUE\n",
        "auth tls batch tenant_id healthcheck",
    ),
    (
        "rules.yml",
        "groups:\n- name: a\n  rules:\n  - alert: A\n    expr: up == 0\n    KEY: VALUE\n",
        "for labels annotations keep_firing_for",
    ),
];

#[test]
fn what_is_wrong_comes_with_what_to_do() {
    let mut asked = 0;
    let mut without = Vec::new();
    for (path, file, keys) in PLACES {
        for key in keys.split(' ') {
            for value in VALUES {
                let text = file.replace("KEY", key).replace("VALUE", value);
                let tree = memory::tree(&[(*path, &*text)]);
                let found = memory::found("/tree", &tree);
                let silent = |one: &&Finding| one.advice.is_none();
                without.extend(
                    found
                        .iter()
                        .filter(silent)
                        .map(|one| format!("{path} {key}: {value}: {}", one.message)),
                );
                asked += found.len();
            }
        }
    }
    assert!(without.is_empty(), "{without:#?}");
    assert!(asked > 500, "{asked}");
}

/// One fault is one finding, also where two tables know the key.
#[test]
fn one_value_of_a_wrong_kind_is_one_finding() {
    for (path, text) in [
        (
            "prometheus.yml",
            "scrape_configs:\n- job_name: a\n  openstack_sd_configs:\n  - {region: a, role: ''}\n",
        ),
        (
            "p.yaml",
            "apiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nmetadata: {name: a}\nspec:\n  remoteWrite:\n  - url: https://m.example.com/api/v1/push\n    proxyUrl: 5\n",
        ),
    ] {
        let found = memory::found("/tree", &memory::tree(&[(path, text)]));
        let of_schema: Vec<String> = found
            .iter()
            .filter(|one| one.rule.to_string().starts_with("schema/"))
            .map(|one| one.message.to_string())
            .collect();
        assert_eq!(of_schema.len(), 1, "{path}: {of_schema:?}");
    }
}
