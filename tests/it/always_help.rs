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

/// The name of a file, its text, and keys with their misspellings.
type SlipsOfFile = (
    &'static str,
    &'static str,
    &'static [(&'static str, &'static str)],
);

/// A right configuration of each dialect, the key that is misspelled in it, and how.
const SLIPS: &[SlipsOfFile] = &[
    (
        "agent.yaml",
        "metrics:\n  wal_directory: /tmp/wal\n  configs:\n  - name: a\n    remote_write:\n    - url: https://m.example.com/api/v1/push\n      basic_auth: {username: a, password: \"${P}\"}\n",
        &[
            ("name:", "naem:"),
            ("username", "usernmae"),
            ("password:", "passwrod:"),
        ],
    ),
    (
        "loki.yaml",
        "auth_enabled: false\nruler:\n  storage: {type: local}\n  remote_write:\n    enabled: true\n    clients:\n      c:\n        url: https://m.example.com/api/v1/push\n        basic_auth: {username: a, password: \"${P}\"}\n",
        &[
            ("clients", "clienst"),
            ("enabled: true", "enablde: true"),
            ("username", "usernmae"),
        ],
    ),
    (
        "tempo.yaml",
        "metrics_generator:\n  storage:\n    path: /tmp\n    remote_write:\n    - url: https://m.example.com/api/v1/push\n      basic_auth: {username: a, password: \"${P}\"}\n",
        &[("username", "usernmae"), ("password:", "passwrod:")],
    ),
    (
        "config.alloy",
        "prometheus.scrape \"a\" {\n  targets    = [{\"__address__\" = \"a.example.com:80\"}]\n  forward_to = [prometheus.remote_write.x.receiver]\n}\n\nprometheus.remote_write \"x\" {\n  endpoint {\n    url = \"https://m.example.com/api/v1/push\"\n\n    basic_auth {\n      username = \"a\"\n      password = sys.env(\"P\")\n    }\n  }\n}\n",
        &[
            ("username", "usernmae"),
            ("endpoint {", "endpont {"),
            ("forward_to", "foward_to"),
        ],
    ),
    (
        "compose.yaml",
        "services:\n  agent:\n    image: victoriametrics/vmagent:v1.110.0\n    command:\n    - -remoteWrite.url=https://m.example.com/api/v1/push\n    - -remoteWrite.basicAuth.username=12345\n    - -remoteWrite.basicAuth.password=${P}\n",
        &[
            ("remoteWrite.url", "remoteWrite.ulr"),
            ("username", "usernmae"),
            ("Auth.password", "Auth.passwrod"),
        ],
    ),
    (
        "prometheus.yml",
        "global:\n  external_labels: {cluster: a}\nremote_write:\n- url: https://m.example.com/api/v1/push\n",
        &[("global", "gloabl"), ("external_labels", "external_lables")],
    ),
];

#[test]
fn a_misspelled_key_is_one_finding() {
    for (path, text, slips) in SLIPS {
        let messages = |text: &str| -> Vec<String> {
            let found = memory::found("/tree", &memory::tree(&[(path, text)]));
            found.iter().map(|one| one.message.to_string()).collect()
        };
        let before = messages(text);
        for (key, slip) in *slips {
            assert!(text.contains(key), "{path}: {key}");
            let mut new = messages(&text.replacen(key, slip, 1));
            new.retain(|message| !before.contains(message));
            assert_eq!(new.len(), 1, "{path}, `{slip}`: {new:#?}");
        }
    }
}
