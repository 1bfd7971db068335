//! What a Collector rejects when it starts, and the credentials that its extensions hold.

use crate::support::memory;
use promvet::finding::{Finding, Severity, rule};

fn found(text: &str) -> Vec<Finding> {
    let mut found = memory::found("/tree", &memory::tree(&[("collector.yaml", text)]));
    found.retain(|finding| finding.severity >= Severity::Warning);
    found
}

const RIGHT: &str = "extensions:
  basicauth/a: {client_auth: {username: '1', password: '${env:PASSWORD}'}}
  sigv4auth: {region: eu-west-1, assume_role: {arn: 'arn:aws:iam::123456789012:role/x'}}
receivers:
  prometheus:
    config:
      global: {scrape_interval: 30s}
      scrape_configs:
      - job_name: a
        static_configs: [{targets: ['a:1']}]
exporters:
  prometheusremotewrite:
    endpoint: https://metrics.example.com/api/v1/push
    auth: {authenticator: basicauth/a}
    retry_on_failure: {initial_interval: 1.5s}
    remote_write_queue: {enabled: true, num_consumers: 5}
service:
  extensions: [basicauth/a, sigv4auth]
  pipelines:
    metrics: {receivers: [prometheus], exporters: [prometheusremotewrite]}
";

fn changed(from: &str, to: &str) -> String {
    assert!(RIGHT.contains(from), "{from}");
    RIGHT.replacen(from, to, 1)
}

#[test]
fn a_right_configuration_is_silent() {
    let reported = found(RIGHT);
    assert!(reported.is_empty(), "{reported:?}");
    for (from, to) in [
        ("region: eu-west-1", "region: eu-west-1, service: aps"),
        ("${env:PASSWORD}", "${env:PASSWORD:-}"),
        ("${env:PASSWORD}", "$${env:NOT-A-NAME}"),
        ("num_consumers: 5", "num_consumers: 0x5"),
        ("enabled: true", "enabled: ${env:QUEUE}"),
        ("initial_interval: 1.5s", "initial_interval: 1h1m"),
        ("metrics: {", "metrics/a: {"),
        (
            "    config:\n",
            "    trim_metric_suffixes: true\n    target_allocator: {endpoint: 'http://ta:80', collector_id: a, interval: 30s}\n    config:\n",
        ),
        (
            "      - job_name: a\n",
            "      - job_name: a\n        scrape_timeout: 30s\n",
        ),
        (
            "receivers: [prometheus], ",
            "receivers: [prometheus], processors: [], ",
        ),
        ("global: {scrape_interval: 30s}", "runtime: {gogc: 50}"),
        (
            "    remote_write_queue",
            "    translation_strategy: UnderscoreEscapingWithSuffixes\n    remote_write_queue",
        ),
        (
            "    remote_write_queue",
            "    translation_strategy: NoTranslation\n    protobuf_message: io.prometheus.write.v2.Request\n    remote_write_queue",
        ),
    ] {
        let reported = found(&changed(from, to));
        assert!(reported.is_empty(), "{to}: {reported:?}");
    }
}

#[test]
fn what_the_collector_rejects_is_reported() {
    use Severity::{Error, Warning};
    for (from, to, of, severity) in [
        (
            "receivers: [prometheus], ",
            "",
            rule::AGENTS_PIPELINE,
            Error,
        ),
        (
            "{receivers: [prometheus]",
            "{receiver: [prometheus]",
            rule::SCHEMA_UNKNOWN_FIELD,
            Error,
        ),
        (
            "    metrics: {",
            "    metric: {",
            rule::AGENTS_PIPELINE,
            Error,
        ),
        (
            "service:\n  extensions:",
            "service:\n  extension: []\n  extensions:",
            rule::SCHEMA_UNKNOWN_FIELD,
            Error,
        ),
        (
            "service:\n",
            "processor: {}\nservice:\n",
            rule::SCHEMA_UNKNOWN_FIELD,
            Error,
        ),
        (
            "{client_auth: {username: '1', password: '${env:PASSWORD}'}}",
            "{username: '1', password: '${env:PASSWORD}'}",
            rule::SCHEMA_UNKNOWN_FIELD,
            Error,
        ),
        (
            "region: eu-west-1",
            "regoin: eu-west-1",
            rule::SCHEMA_UNKNOWN_FIELD,
            Warning,
        ),
        (
            "${env:PASSWORD}",
            "${env:PASS-WORD}",
            rule::SCHEMA_INVALID_VALUE,
            Warning,
        ),
        (
            "initial_interval: 1.5s",
            "initial_interval: 50 ms",
            rule::SCHEMA_INVALID_VALUE,
            Error,
        ),
        (
            "num_consumers: 5",
            "num_consumers: five",
            rule::SCHEMA_WRONG_TYPE,
            Error,
        ),
        (
            "enabled: true",
            "enabled: nope",
            rule::SCHEMA_WRONG_TYPE,
            Error,
        ),
        ("global:", "globl:", rule::SCHEMA_UNKNOWN_FIELD, Warning),
        (
            "    remote_write_queue",
            "    translation_strategy: NoTranslation\n    remote_write_queue",
            rule::SCHEMA_CONFLICT,
            Warning,
        ),
        (
            "  prometheusremotewrite:\n",
            "  prometheusremotewrit:\n",
            rule::AGENTS_PIPELINE,
            Error,
        ),
    ] {
        let reported = found(&changed(from, to));
        let is_told = |finding: &Finding| finding.rule == of && finding.severity == severity;
        assert!(
            reported.len() == 1 && reported.iter().all(is_told),
            "{to}: {reported:?}"
        );
    }
}

/// A literal is a secret wherever the exporter gets it from; a variable in its place is right.
#[test]
fn credentials_in_other_places_are_secrets_too() {
    const SECRET: &str = "bm90aGluZy1idXQtYS10ZXN0LTEyMzQ1Njc4OTA";
    let extension = "basicauth/a: {client_auth: {username: '1', password: '${env:PASSWORD}'}}";
    let auth = "auth: {authenticator: basicauth/a}";
    let with = |settings: &str, kind: &str| {
        RIGHT
            .replace(extension, settings)
            .replace("basicauth/a", kind)
    };
    for (text, secret) in [
        (
            with(
                "bearertokenauth: {tokens: ['VALUE', other]}",
                "bearertokenauth",
            ),
            SECRET.to_owned(),
        ),
        (
            with(
                "headers_setter: {headers: [{key: Authorization, value: 'VALUE'}]}",
                "headers_setter",
            ),
            format!("Bearer {SECRET}"),
        ),
        (
            RIGHT
                .replace(
                    auth,
                    "headers: [{name: Authorization, value: 'VALUE'}, {name: X-A, value: b}]",
                )
                .replace(&format!("  {extension}\n"), "")
                .replace("[basicauth/a, sigv4auth]", "[sigv4auth]"),
            format!("Bearer {SECRET}"),
        ),
    ] {
        let of = |value: &str| {
            let mut reported = found(&text.replace("VALUE", value));
            // An extension that no exporter names is another fault.
            reported.retain(|finding| finding.rule != rule::AGENTS_PIPELINE);
            reported
        };
        let reported = of(&secret);
        let is_told = |finding: &Finding| finding.rule == rule::CREDENTIALS_COMMITTED;
        assert!(
            reported.len() == 1 && reported.iter().all(is_told),
            "{text}: {reported:?}"
        );
        let reported = of("${env:VALUE}");
        assert!(reported.is_empty(), "{text}: {reported:?}");
    }
}

/// An extension that sets headers may take the credential from another one.
#[test]
fn extensions_may_be_chained() {
    let text = |setter: &str| {
        let endpoint = "https://prometheus-prod-10-prod-us-central-0.grafana.net/api/prom/push";
        let text = RIGHT.replace("https://metrics.example.com/api/v1/push", endpoint);
        let text = text.replace(
            "authenticator: basicauth/a",
            "authenticator: headers_setter",
        );
        let text = text.replace(
            "extensions:\n  basic",
            &format!("extensions:\n  headers_setter: {setter}\n  basic"),
        );
        text.replace("[basicauth/a, ", "[headers_setter, basicauth/a, ")
    };
    let chained = text("{headers: [{key: X-A, value: b}], additional_auth: basicauth/a}");
    let reported = found(&chained);
    assert!(reported.is_empty(), "{reported:?}");
    let alone = text("{headers: [{key: X-A, value: b}]}");
    let reported = found(&alone);
    let is_told = |finding: &Finding| finding.rule == rule::REMOTE_WRITE_CREDENTIALS_MISSING;
    assert!(
        reported.len() == 1 && reported.iter().all(is_told),
        "{reported:?}"
    );
}

/// Without any exporter of the kind, the pipeline that names one tells what is missing.
#[test]
fn a_pipeline_may_name_an_exporter_that_is_not_there() {
    let text = "receivers:\n  otlp: {protocols: {grpc: {}}}\nexporters:\n  debug: {}\nservice:\n  pipelines:\n    metrics: {receivers: [otlp], exporters: [debug, prometheusremotewrite]}\n";
    let reported = found(text);
    let is_told = |finding: &Finding| finding.rule == rule::AGENTS_PIPELINE;
    assert!(
        reported.len() == 1 && reported.iter().all(is_told),
        "{reported:?}"
    );
    let others = text.replace(", prometheusremotewrite", "");
    assert!(found(&others).is_empty());
}
