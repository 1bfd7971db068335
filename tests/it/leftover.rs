//! What sends by remote write at a place that its program does not have: it is read where only one program
//! has such an entry, and is named otherwise. What only looks like it is left alone.

use crate::support::memory;
use promvet::finding::Severity;

fn judged(name: &str, text: &str) -> (usize, usize) {
    let run = memory::judged(&memory::at("/tree"), &memory::tree(&[(name, text)]));
    let found = run.outcome.findings().iter();
    let errors = found.filter(|finding| finding.finding.severity == Severity::Error);
    (errors.count(), run.outcome.unchecked().len())
}

const COLLECTOR: &str = "receivers: {otlp: {protocols: {grpc: {}}}}\nexporters:\n  prometheusremotewrite:\n    endpoint: URL\nservice: {pipelines: {metrics: {receivers: [otlp], exporters: [prometheusremotewrite]}}}\n";

fn indented(text: &str, by: usize) -> String {
    let lines = text
        .lines()
        .map(|line| format!("{}{line}\n", " ".repeat(by)));
    lines.collect()
}

/// Each is an error with a URL that has no scheme, and nothing with one that has.
#[test]
fn entries_of_one_program_are_read_anywhere() {
    let in_text = indented(COLLECTOR, 4);
    for (name, text) in [
        (
            "values.yaml",
            "opentelemetry-kube-stack:\n  defaultCRConfig:\n    config:\n      exporters:\n        prometheusremotewrite: {endpoint: URL}\n".to_owned(),
        ),
        (
            "values.yaml",
            "stack:\n  collectors:\n    daemon:\n      config:\n        exporters:\n          prometheus_remote_write/a: {endpoint: URL}\n".to_owned(),
        ),
        ("values.yaml", format!("collector:\n  config: |\n{in_text}")),
        (
            "compose.yaml",
            format!(
                "services:\n  adot:\n    image: amazon/aws-otel-collector\n    environment:\n      AOT_CONFIG_CONTENT: |\n{}",
                indented(COLLECTOR, 8)
            ),
        ),
        ("otconfig.tpl", COLLECTOR.replace("grpc: {}", "grpc: {endpoint: [0.0.0.0:${port}]}")),
        (
            "values.yaml",
            "vector:\n  customConfig:\n    sinks:\n      p: {type: prometheus_remote_write, inputs: [a], endpoint: URL}\n".to_owned(),
        ),
        (
            "values.yaml",
            "victoria-metrics-k8s-stack:\n  vmagent: {spec: {remoteWrite: [{url: URL}]}}\n".to_owned(),
        ),
        (
            "values.yaml",
            "observability:\n  vmStack:\n    values:\n      vmagent: {spec: {remoteWrite: [{url: URL}]}}\n".to_owned(),
        ),
        ("values.yaml", "vm:\n  externalVM: {write: {url: URL}}\n".to_owned()),
        (
            "molecule.yml",
            "provisioner:\n  inventory:\n    group_vars:\n      all:\n        prometheus_remote_write: [{url: URL}]\n".to_owned(),
        ),
    ] {
        let wrong = text.replace("URL", "mimir.example.com/api/v1/push");
        assert_eq!(judged(name, &wrong), (1, 0), "{wrong}");
        let right = text.replace("URL", "https://mimir.example.com/api/v1/push");
        assert_eq!(judged(name, &right), (0, 0), "{right}");
    }
}

#[test]
fn what_nothing_reads_is_named() {
    let url = "https://mimir.example.com/api/v1/push";
    for (name, text) in [
        (
            "values.yaml",
            format!("x:\n  vmalert: {{spec: {{remoteWrite: {{url: '{url}'}}}}}}\n"),
        ),
        (
            "values.yaml",
            format!("victoria-metrics-alert:\n  server: {{remote: {{write: {{url: '{url}'}}}}}}\n"),
        ),
        (
            "molecule.yml",
            format!("provisioner:\n  inventory:\n    extra:\n      prometheus_remote_write:\n      - url: {url}\n"),
        ),
        (
            "values.yaml",
            format!("software:\n  extra:\n    args:\n    - --remoteWrite.url={url}\n"),
        ),
        (
            "overlay.yaml",
            "a:\n  exporters:\n    prometheusremotewrite:\n      tls: {insecure_skip_verify: true}\n".to_owned(),
        ),
        // Parts that are YAML only when they are rendered.
        (
            "config.tpl",
            format!("{{{{- define \"a\" }}}}\nthing:\n  remoteWrite:\n  - url: {url}\n    x: [ {{{{ .a }}}}\n{{{{- end }}}}\n"),
        ),
        // Files of programs that are not YAML.
        (
            "tempo.yaml",
            format!("metrics_generator:\n  storage:\n    remote_write:\n    - url: {url}\n      basic_auth: {{username: a\nstorage: {{trace: {{backend: local}}}}\n"),
        ),
        (
            "loki.yaml",
            format!("schema_config: {{configs: []}}\nruler:\n  remote_write:\n    clients:\n      a:\n        url: {url}\n       basic_auth: {{}}\n"),
        ),
        ("otel.yaml", COLLECTOR.replace("URL", "https://a\n     tls: {}")),
    ] {
        assert_eq!(judged(name, &text), (0, 1), "{text}");
    }
}

#[test]
fn what_only_looks_like_it_is_left_alone() {
    for (name, text) in [
        (
            "schema.yaml",
            "properties:\n  remoteWrite:\n    properties:\n      url: {type: string}\n",
        ),
        ("schema.yaml", "remoteWrite: {url: string}\n"),
        ("values.yaml", "vmalert: {spec: {remoteWrite: {url: ''}}}\n"),
        (
            "values.yaml",
            "a: {exporters: {prometheusremotewrite: {}}}\n",
        ),
        (
            "values.yaml",
            "git:\n  remote: {url: 'https://example.com/a.git'}\n",
        ),
        (
            "report.sarif",
            "{\"$schema\": \"https://example.com/sarif.json\", \"runs\": [{\"help\": \"exporters:\\n  prometheusremotewrite: [\"}]}\n",
        ),
        (
            "test.yaml",
            "suite: a\ntests:\n- set: {remoteWrite: [{url: 'http://a/b'}]}\n",
        ),
        (
            "doc.yaml",
            "text: |\n  Set remote_write with a url, or remoteWrite in values.\n  More.\n",
        ),
        ("x.tpl", "remote_write is set by hand\nurl: http://a\n"),
        (
            "vector.yaml",
            "sources: {a: {type: prometheus_remote_write, address: '0.0.0.0:9090'}}\n",
        ),
    ] {
        assert_eq!(judged(name, text), (0, 0), "{text}");
    }
}

/// Parts of a configuration of Grafana Agent in files of their own.
#[test]
fn fragments_of_grafana_agent_are_read() {
    for text in [
        "global:\n  remote_write: [{url: URL}]\nconfigs:\n- name: a\n  scrape_configs: [{job_name: a, static_configs: [{targets: ['a:80']}]}]\n",
        "global: {scrape_interval: 15s, remote_write: []}\nconfigs:\n- name: a\n  remote_write: [{url: URL}]\n",
        // agentctl takes the name of the file for that of the instance.
        "host_filter: false\nremote_write: [{url: URL}]\nscrape_configs: [{job_name: a, static_configs: [{targets: ['a:80']}]}]\n",
    ] {
        let wrong = text.replace("URL", "mimir.example.com/api/v1/push");
        assert_eq!(judged("metrics.yaml", &wrong), (1, 0), "{wrong}");
        let right = text.replace("URL", "'https://mimir.example.com/api/v1/push'");
        assert_eq!(judged("metrics.yaml", &right), (0, 0), "{right}");
    }
}

/// Values of charts with credentials of their own forms.
#[test]
fn credentials_in_values_of_charts_are_read() {
    for (text, count) in [
        (
            "victoria-metrics-agent:\n  remoteWrite:\n  - url: http://a.example.com/api/v1/write\n  extraArgs: {remoteWrite.bearerToken: '${TOKEN}'}\n",
            1,
        ),
        (
            "victoria-metrics-agent:\n  remoteWrite:\n  - url: https://a.example.com/api/v1/write\n  extraArgs: {remoteWrite.bearerToken: '${TOKEN}'}\n",
            0,
        ),
        (
            "victoria-metrics-agent:\n  remoteWrite:\n  - url: http://a.example.com/api/v1/write\n  extraArgs: {envflag.enable: true}\n",
            0,
        ),
        (
            "destinations:\n- {name: a, type: prometheus, url: 'http://a.example.com/api/v1/push', auth: {type: bearerToken, bearerTokenFile: /t}}\n",
            1,
        ),
        (
            "destinations:\n- {name: a, type: prometheus, url: 'https://a.example.com/api/v1/push', auth: {type: bearerToken, bearerTokenFile: /t}}\n",
            0,
        ),
    ] {
        assert_eq!(judged("values.yaml", text).0, count, "{text}");
    }
}

/// Parts of TLS that a Collector takes once, and versions in their order.
#[test]
fn tls_of_a_collector_fits_together() {
    for (tls, count) in [
        ("{ca_file: /c, ca_pem: x}", 1),
        ("{ca_pem: x}", 0),
        ("{ca_file: /c, ca_pem: ''}", 0),
        ("{cert_file: /c, cert_pem: x, key_file: /k}", 1),
        ("{cert_file: /c, key_file: /k}", 0),
        (
            "{insecure: true, cert_file: /c, cert_pem: x, key_file: /k}",
            0,
        ),
        ("{min_version: '1.3', max_version: '1.2'}", 1),
        ("{min_version: '1.2', max_version: '1.2'}", 0),
        ("{min_version: '${env:V}', max_version: '1.2'}", 0),
    ] {
        let whole = format!("'https://mimir.example.com/api/v1/push'\n    tls: {tls}");
        let text = COLLECTOR.replace("URL", &whole);
        assert_eq!(judged("otel.yaml", &text).0, count, "{text}");
        let part = format!(
            "a:\n  exporters:\n    prometheusremotewrite: {{endpoint: 'https://mimir.example.com/api/v1/push', tls: {tls}}}\n"
        );
        assert_eq!(judged("values.yaml", &part).0, count, "{part}");
    }
}
