//! What programs other than Prometheus write or take where a setting is left out.

use crate::discover::DialectWording;
use crate::schema::dialect::{CHART, Dialect, OPERATOR, OPERATOR_VALUES, STACK};

/// A key by its path without the numbers of items, and what it is where it is not set.
type DefaultRow = (&'static str, &'static str);

/// Defaults in the resources `Prometheus` and `PrometheusAgent` (prometheus-operator v0.93.0
/// `pkg/apis/monitoring/v1/prometheus_types.go`, `+kubebuilder:default`).
const OF_OPERATOR: &[DefaultRow] = &[
    ("global.scrape_interval", "30s"),
    ("global.evaluation_interval", "30s"),
];

/// Values of the chart prometheus (prometheus-community/helm-charts, `server.global` in `values.yaml`).
const OF_CHART: &[DefaultRow] = &[
    ("global.scrape_interval", "1m"),
    ("global.scrape_timeout", "10s"),
    ("global.evaluation_interval", "1m"),
];

/// Defaults of programs by their words in reports, and what is said of them: Alloy v1.18
/// `internal/component/prometheus/{remotewrite,scrape}`, Grafana Agent v0.44
/// `internal/static/metrics/instance/instance.go`, opentelemetry-collector-contrib v0.140
/// `exporter/prometheusremotewriteexporter/factory.go`, VictoriaMetrics v1.140
/// `app/vmagent/remotewrite/client.go`.
const OF_PROGRAMS: &[(&str, &str, &[DefaultRow])] = &[
    (
        "alloy",
        "the default of Alloy",
        &[
            ("remote_write.queue_config.retry_on_http_429", "true"),
            ("remote_write.send_exemplars", "true"),
            ("scrape_configs.scrape_interval", "1m"),
            ("scrape_configs.scrape_timeout", "10s"),
        ],
    ),
    (
        "grafana-agent",
        "the default of Grafana Agent",
        &[("remote_write.queue_config.retry_on_http_429", "true")],
    ),
    (
        "otel-collector",
        "the default of the Collector",
        &[("remote_write.remote_timeout", "5s")],
    ),
    (
        "vmagent",
        "the default of vmagent",
        &[("remote_write.remote_timeout", "1m")],
    ),
];

/// Sections of Prometheus by the paths that the rows above have.
const SECTIONS: &[(&str, &str)] = &[
    ("GlobalConfig", "global"),
    ("QueueConfig", "remote_write.queue_config"),
    ("RemoteWriteConfig", "remote_write"),
    ("ScrapeConfig", "scrape_configs"),
];

/// Whether a dialect is one of the Operator's resources.
pub(super) fn is_of_operator(dialect: &'static Dialect) -> bool {
    let all = [&OPERATOR, &OPERATOR_VALUES, &STACK];
    all.iter().any(|other| std::ptr::eq(*other, dialect))
}

/// What a key with a path is where it is not set, if that is not what Prometheus has, and whose default it is.
pub(super) fn of_program(
    spoken: Option<&DialectWording>,
    path: &str,
) -> Option<(&'static str, &'static str)> {
    let spoken = spoken?;
    let mut programs = OF_PROGRAMS.iter();
    let program = programs.find(|(program, ..)| spoken.program == Some(program));
    let (from, rows) = match program {
        Some((_, from, rows)) => (*from, *rows),
        None if is_of_operator(spoken.dialect) => ("the default of the Operator", OF_OPERATOR),
        None if std::ptr::eq(spoken.dialect, &CHART) => ("the default of the chart", OF_CHART),
        None => return None,
    };
    let (_, value) = rows.iter().find(|(key, _)| *key == path)?;
    Some((value, from))
}

/// The same by the name of the section that the key is in.
pub(super) fn in_section(
    spoken: Option<&DialectWording>,
    section: &str,
    key: &str,
) -> Option<&'static str> {
    let (_, path) = SECTIONS.iter().find(|(name, _)| *name == section)?;
    Some(of_program(spoken, &format!("{path}.{key}"))?.0)
}

/// The default of Prometheus for remote write, which differs from what other clients have
/// (`DefaultRemoteWriteConfig`, config/config.go, 3.0).
pub(super) const HTTP2_OF_REMOTE_WRITE: (&str, &str) = ("remote_write.enable_http2", "false");
