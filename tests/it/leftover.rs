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
