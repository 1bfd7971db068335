//! What programs other than Prometheus write or take where a setting is left out.

use crate::discover::DialectWording;
use crate::discover::program::{DefaultRow, KnownProgram};
use crate::schema::dialect::{CHART, Dialect, OPERATOR, OPERATOR_VALUES, STACK};

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
    let program = spoken.program.and_then(KnownProgram::of);
    let own = program.map(|program| program.defaults);
    let (from, rows) = match own.filter(|own| !own.rows.is_empty()) {
        Some(own) => (own.from, own.rows),
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
