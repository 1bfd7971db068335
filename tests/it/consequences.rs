//! Who refuses a fault in a resource of the Prometheus Operator and its kin: the API server, the
//! Operator, for one monitor or for the whole configuration, Prometheus, or another program.

use crate::support::memory;
use promvet::finding::{Finding, Severity};

const API: &str = "the API server rejects the object";
const STOPS: &str = "the Operator generates no configuration";
const LEAVES_OUT: &str = "the Operator leaves this resource out";
const PROMETHEUS: &str = "Prometheus rejects the configuration that the Operator generates";
const VMAGENT: &str = "vmagent does not start";

fn object(kind: &str, spec: &str) -> String {
    let group = match kind {
        "VMAgent" => "operator.victoriametrics.com/v1beta1",
        "ScrapeConfig" | "PrometheusAgent" => "monitoring.coreos.com/v1alpha1",
        _ => "monitoring.coreos.com/v1",
    };
    format!(
        "apiVersion: {group}\nkind: {kind}\nmetadata: {{name: a, namespace: shop}}\nspec:\n  {spec}\n"
    )
}

fn errors(kind: &str, spec: &str) -> Vec<Finding> {
    let text = object(kind, spec);
    let mut found = memory::found("/tree", &memory::tree(&[("a.yaml", &text)]));
    found.retain(|finding| finding.severity == Severity::Error);
    found
}

fn lead_to(kind: &str, clause: &str, specs: &[&str]) {
    for spec in specs {
        let found = errors(kind, spec);
        let messages: Vec<String> = found.iter().map(|it| it.message.to_string()).collect();
        assert_eq!(messages.len(), 1, "{spec}: {messages:?}");
        let is_it = messages.iter().all(|message| message.contains(clause));
        assert!(is_it, "{spec}: {messages:?}");
    }
}

/// An endpoint with more keys, in flow style.
fn endpoint(more: &str) -> String {
    format!("remoteWrite: [{{url: 'https://a.example.com/api/v1/push', {more}}}]")
}

#[test]
fn a_fault_that_the_operator_looks_for_stops_it() {
    let of_endpoints = [
        "basicAuth: {username: {name: a, key: b}, password: {name: a, key: c}}, authorization: {credentials: {name: a, key: d}}",
        "azureAd: {cloud: AzurePublic}",
        "tlsConfig: {cert: {secret: {name: a, key: b}}}",
        "noProxy: a.example.com",
        "sigv4: {region: eu-west-1, accessKey: {name: a, key: b}}",
    ];
    for more in of_endpoints {
        lead_to("Prometheus", STOPS, &[&endpoint(more)]);
        lead_to("PrometheusAgent", STOPS, &[&endpoint(more)]);
    }
    lead_to(
        "Prometheus",
        STOPS,
        &[
            "{scrapeInterval: 30s, scrapeTimeout: 1m}",
            "tracingConfig: {endpoint: 'a:4317', samplingFraction: '2'}",
        ],
    );
}

#[test]
fn what_the_operator_copies_reaches_prometheus() {
    let of_endpoints = [
        "writeRelabelConfigs: [{sourceLabels: [a], targetLabel: b, regex: '('}]",
        "headers: {Content-Type: a}",
        "queueConfig: {minShards: 5, maxShards: 1}",
        "basicAuth: {username: {name: a, key: b}, password: {name: a, key: c}}, bearerTokenFile: /var/run/secrets/kubernetes.io/serviceaccount/token",
    ];
    for more in of_endpoints {
        lead_to("Prometheus", PROMETHEUS, &[&endpoint(more)]);
    }
}

#[test]
fn a_monitor_with_a_fault_is_left_out_alone() {
    let monitor = |more: &str| format!("{{selector: {{}}, endpoints: [{{port: web, {more}}}]}}");
    for more in [
        "interval: 10s, scrapeTimeout: 30s",
        "relabelings: [{sourceLabels: [a], targetLabel: b, regex: '('}]",
        "metricRelabelings: [{action: hashmod, sourceLabels: [a], targetLabel: b}]",
        "tlsConfig: {cert: {secret: {name: a, key: b}}}",
        "basicAuth: {username: {name: a, key: b}}, authorization: {credentials: {name: a, key: b}}",
    ] {
        lead_to("ServiceMonitor", LEAVES_OUT, &[&monitor(more)]);
    }
    let both =
        "basicAuth: {username: {name: a, key: b}}, authorization: {credentials: {name: a, key: b}}";
    let probe = format!(
        "{{prober: {{url: 'a:9115'}}, targets: {{staticConfig: {{static: [a]}}}}, {both}}}"
    );
    lead_to("Probe", PROMETHEUS, &[&probe]);
    let job = format!("{{staticConfigs: [{{targets: [a]}}], {both}}}");
    lead_to("ScrapeConfig", API, &[&job]);
}

#[test]
fn what_the_definition_excludes_does_not_reach_the_operator() {
    lead_to("Prometheus", API, &["scrapeInterval: 1.5m"]);
    let url = "remoteWrite: [{url: a.example.com/api/v1/push}]";
    lead_to("Prometheus", API, &[url]);
    for more in [
        "remoteTimeout: 30 seconds",
        "queueConfig: {batchSendDeadline: '30'}",
        "basicAuth: {username: {name: 5, key: b}}",
        "tlsConfig: {ca: {secret: abc}}",
        "basicAuth: {username: {name: a, key: b, optional: sometimes}}",
    ] {
        lead_to("Prometheus", API, &[&endpoint(more)]);
    }
    let group = |more: &str| format!("groups: [{{name: a, rules: [{{record: b, expr: up}}]{more}");
    lead_to(
        "PrometheusRule",
        API,
        &[
            &group("}, {name: a, rules: []}]"),
            &group(", interval: 5 minutes}]"),
            "groups: [{name: a, rules: [{record: b}]}]",
        ],
    );
    lead_to(
        "PrometheusRule",
        "kubectl rejects it",
        &["groups: [{name: a, rules: [{record: b, expr: up, exprr: up}]}]"],
    );
}

#[test]
fn vmagent_is_not_prometheus() {
    lead_to(
        "VMAgent",
        VMAGENT,
        &[
            "remoteWrite: [{url: a.example.com/api/v1/write}]",
            &endpoint(
                "basicAuth: {username: {name: a, key: b}, password: {name: a, key: c}}, bearerTokenSecret: {name: a, key: d}",
            ),
        ],
    );
}

/// The numbers that may be texts, and the right forms beside the faults above.
#[test]
fn right_forms_are_silent() {
    for (kind, spec) in [
        (
            "Prometheus",
            "tracingConfig: {endpoint: 'a:4317', samplingFraction: '0.1'}",
        ),
        (
            "Prometheus",
            "tracingConfig: {endpoint: 'a:4317', samplingFraction: 100m}",
        ),
        (
            "ServiceMonitor",
            "{selector: {}, endpoints: [{port: web}], nativeHistogramMinBucketFactor: '1.5'}",
        ),
        ("Prometheus", "tsdb: {staleSeriesCompactionThreshold: 0.5}"),
    ] {
        let found = errors(kind, spec);
        assert!(found.is_empty(), "{spec}: {found:?}");
    }
    let found = errors(
        "Prometheus",
        "tracingConfig: {endpoint: 'a:4317', samplingFraction: half}",
    );
    assert_eq!(found.len(), 1, "{found:?}");
}

/// Flags that the Operator sets itself, and those that it leaves to the resource.
#[test]
fn flags_of_the_operator_are_not_set_twice() {
    for (spec, severity) in [
        (
            "additionalArgs: [{name: web.enable-lifecycle}]",
            Some(Severity::Error),
        ),
        (
            "{reloadStrategy: ProcessSignal, additionalArgs: [{name: web.enable-lifecycle}]}",
            None,
        ),
        (
            "{walCompression: true, additionalArgs: [{name: no-storage.tsdb.wal-compression}]}",
            Some(Severity::Error),
        ),
        (
            "additionalArgs: [{name: storage.tsdb.wal-compression}]",
            None,
        ),
        (
            "{version: v3.5.0, retention: 1d, additionalArgs: [{name: storage.tsdb.retention.time, value: 2d}]}",
            Some(Severity::Error),
        ),
        (
            "{retention: 1d, additionalArgs: [{name: storage.tsdb.retention.time, value: 2d}]}",
            Some(Severity::Warning),
        ),
        (
            "{version: v3.12.0, retention: 1d, additionalArgs: [{name: storage.tsdb.retention.time, value: 2d}]}",
            None,
        ),
        (
            "{logLevel: info, additionalArgs: [{name: log.level, value: debug}]}",
            None,
        ),
        (
            "{logLevel: warn, additionalArgs: [{name: log.level, value: debug}]}",
            Some(Severity::Error),
        ),
        (
            "additionalArgs: [{name: query.max-concurrency, value: '50'}]",
            None,
        ),
    ] {
        let text = object("Prometheus", spec);
        let found = memory::found("/tree", &memory::tree(&[("a.yaml", &text)]));
        let said = found
            .iter()
            .find(|finding| finding.rule == "schema/conflict");
        assert_eq!(said.map(|it| it.severity), severity, "{spec}: {found:?}");
    }
}

/// Every endpoint of a monitor is judged by itself, and its findings have its own path.
#[test]
fn the_second_endpoint_of_a_monitor_has_a_path_of_its_own() {
    let monitor = "apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata: {name: a}\nspec:\n  selector: {matchLabels: {a: b}}\n  endpoints:\n  - port: a\n  - port: b\n    interval: 10s\n    scrapeTimeout: 30s\n";
    let found = memory::found("/tree", &memory::tree(&[("s.yaml", monitor)]));
    let [finding] = &*found else {
        panic!("{found:?}");
    };
    assert!(
        finding.logical.starts_with("spec.endpoints[1]"),
        "{}",
        finding.logical
    );
    assert!(
        finding
            .message
            .ends_with("the Operator leaves this resource out"),
        "{}",
        finding.message
    );
}

/// The Operator takes a zero in a queue for none.
#[test]
fn a_zero_in_a_queue_of_a_resource_is_none() {
    let of = |queue: &str| {
        let spec = format!(
            "remoteWrite: [{{url: https://m.example.com/api/v1/push, queueConfig: {queue}}}]"
        );
        errors("Prometheus", &spec).len()
    };
    assert_eq!(
        of("{capacity: 0, maxShards: 0, minShards: 0, maxSamplesPerSend: 0}"),
        0
    );
    assert_eq!(of("{capacity: -1}"), 1);
}

/// A Prometheus with an endpoint that has these keys.
fn both_halves(effect: &str, more: &[&str]) {
    for more in more {
        lead_to("Prometheus", effect, &[&endpoint(more)]);
    }
}

#[test]
fn halves_of_a_one_of_stop_the_operator() {
    let both = "{secret: {name: a, key: b}, configMap: {name: a, key: b}}";
    let client = format!(
        "oauth2: {{clientId: {both}, clientSecret: {{name: a, key: b}}, tokenUrl: 'https://a.example.com/t'}}"
    );
    both_halves(
        STOPS,
        &[
            &format!("tlsConfig: {{ca: {both}}}"),
            &client,
            "tlsConfig: {minVersion: TLS13, maxVersion: TLS12}",
            "basicAuth: {username: {key: a}, password: {name: a, key: b}}",
        ],
    );
    let monitor =
        format!("{{selector: {{}}, endpoints: [{{port: web, tlsConfig: {{ca: {both}}}}}]}}");
    lead_to("ServiceMonitor", LEAVES_OUT, &[&monitor]);
    for more in [
        "tlsConfig: {ca: {secret: {name: a, key: b}, configMap: null}}",
        "tlsConfig: {ca: {secret: {name: a, key: b}}, minVersion: TLS12, maxVersion: TLS12}",
        "basicAuth: {username: {name: a, key: a}, password: {name: a, key: b}}",
    ] {
        let found = errors("Prometheus", &endpoint(more));
        assert!(found.is_empty(), "{more}: {found:?}");
    }
}

#[test]
fn classes_of_scraping_are_checked_with_their_prometheus() {
    let class = |more: &str| format!("scrapeClasses: [{{name: a, {more}}}]");
    lead_to(
        "Prometheus",
        STOPS,
        &[
            &class("relabelings: [{action: hashmod, sourceLabels: [a], targetLabel: b}]"),
            &class("metricRelabelings: [{sourceLabels: [a]}]"),
            &class("tlsConfig: {cert: {secret: {name: a, key: b}}}"),
            &class("tlsConfig: {keyFile: /a/b}"),
        ],
    );
    lead_to(
        "Prometheus",
        API,
        &["scrapeClasses: [{name: a}, {name: a}]"],
    );
    for spec in [
        "scrapeClasses: [{name: a}, {name: b}]",
        &class("relabelings: [{action: HashMod, sourceLabels: [a], targetLabel: b, modulus: 2}]"),
        &class("relabelings: [{action: labeldrop, regex: a}]"),
        &class("tlsConfig: {cert: {secret: {name: a, key: b}}, keySecret: {name: a, key: c}}"),
        &class("tlsConfig: {certFile: /a/b, keyFile: /a/c}"),
        &class("authorization: {credentials: {key: a}}"),
    ] {
        let found = errors("Prometheus", spec);
        assert!(found.is_empty(), "{spec}: {found:?}");
    }
}

#[test]
fn ports_and_required_keys_are_those_of_the_definition() {
    let port = |number: &str| {
        format!("{{selector: {{}}, podMetricsEndpoints: [{{portNumber: {number}}}]}}")
    };
    lead_to("PodMonitor", API, &[&port("70000"), &port("0")]);
    assert!(errors("PodMonitor", &port("65535")).is_empty());
    let client = "oauth2: {clientSecret: {name: a, key: b}, tokenUrl: 'https://a.example.com/t'}";
    both_halves(API, &[client]);
    let level = errors("Prometheus", "logLevel: verbose");
    let said: Vec<String> = level.iter().map(|it| it.message.to_string()).collect();
    let right =
        "`logLevel`: expected one of debug, info, warn, error; the API server rejects the object";
    assert_eq!(said, [right]);
}

/// Words that Prometheus writes in another way are those of the definitions.
#[test]
fn words_of_the_definitions_are_right_in_every_resource() {
    let endpoint = "remoteWrite: [{url: https://m.example.com/api/v1/push, messageVersion: V2.0}]";
    assert_eq!(errors("Prometheus", endpoint).len(), 0);
    let ruler = format!("{endpoint}\n  ruleSelector: {{}}\n  queryEndpoints: [a]");
    assert_eq!(errors("ThanosRuler", &ruler).len(), 0);
    let ovh = |service: &str| {
        format!(
            "ovhcloudSDConfigs: [{{applicationKey: a, applicationSecret: {{name: a, key: b}}, consumerKey: {{name: a, key: c}}, service: {service}}}]"
        )
    };
    assert_eq!(errors("ScrapeConfig", &ovh("DedicatedServer")).len(), 0);
    assert_eq!(errors("ScrapeConfig", &ovh("VPS")).len(), 0);
    assert_eq!(errors("ScrapeConfig", &ovh("Cloud")).len(), 1);
}
