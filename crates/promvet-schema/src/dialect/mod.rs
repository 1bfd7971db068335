//! Configurations in other words than those of `prometheus.yml`: resources of the Prometheus
//! Operator, values of its charts, other programs that send by remote write.
//!
//! A dialect is a [table](table::MappingShape) and what its faults lead to. [`translate`] holds a text
//! against the table and builds the equivalent tree of `prometheus.yml`, so that views,
//! facts and rules see native keys alone. [`KeySpelling`] puts what they say back into the words of
//! the text.

mod describe;
mod external_labels;
mod judged;
mod releases;
mod rules;
mod since;
mod spelling;
pub mod table;
pub mod tables;
mod translate;
pub mod vmagent;

use promvet_text::Message;

pub use describe::{DialectKeyPage, describe_key, nearest_key};
pub use releases::{ChartRelease, DatedKey, dated_keys, default_prometheus, release_of_chart};
pub use since::{TooNew, too_new};
pub use spelling::KeySpelling;
pub use translate::{KeyReference, SELECTED, Translation, translate};

/// How a dialect is spoken of, and what its faults lead to.
/// Words and not flags, so that a message says what happens in the reader's own program.
#[derive(Debug)]
pub struct Dialect {
    /// Its word in reports.
    pub word: &'static str,
    /// What such a text is called.
    pub noun: &'static str,
    /// What happens to an unknown key, as a clause.
    pub unknown: &'static str,
    /// What happens to a text with a value of the wrong kind, as a clause.
    pub mistyped: &'static str,
    /// What takes the place of "Prometheus rejects the file" in messages.
    pub refused: &'static str,
    /// Whether several programs read such a text, and each rejects it in its own name.
    pub has_readers: bool,
    /// Whether a plain number or `true` is refused where a text belongs.
    pub is_strict: bool,
    /// Whether an object without its unknown keys is what counts, and none of its readers is asked to
    /// write it as it is.
    pub is_pruned: bool,
}

impl Dialect {
    /// A fault for which the configuration is refused.
    #[must_use]
    pub fn refuses(&self, fault: impl Into<String>) -> Message {
        Message::leading_to(fault, "; ", self.refused)
    }

    /// A fault of a value of the wrong kind.
    #[must_use]
    pub fn mistyped_value(&self, fault: impl Into<String>) -> Message {
        Message::leading_to(fault, "; ", self.mistyped)
    }

    /// A fault that is an unknown key.
    #[must_use]
    pub fn unknown_key(&self, fault: impl Into<String>) -> Message {
        Message::leading_to(fault, "; ", self.unknown)
    }
}

/// A fault for which Prometheus rejects the file.
pub(crate) fn refused(fault: impl Into<String>) -> Message {
    NATIVE.refuses(fault)
}

/// Objects of the Prometheus Operator and operators like it (structural schemas of Kubernetes:
/// <https://kubernetes.io/docs/reference/using-api/api-concepts/#field-validation>).
pub static OPERATOR: Dialect = Dialect {
    word: "operator",
    noun: "a resource of the Prometheus Operator",
    unknown: "kubectl rejects it, and Helm drops it",
    mistyped: "the API server rejects the object",
    refused: "Prometheus rejects the configuration that the Operator generates",
    has_readers: false,
    is_strict: true,
    is_pruned: false,
};

/// Objects from which the Operator makes parts of the configuration of Alertmanager.
pub static ALERTMANAGER: Dialect = Dialect {
    word: "operator",
    noun: "a resource of the Prometheus Operator",
    unknown: "kubectl rejects it, and Helm drops it",
    mistyped: "the API server rejects the object",
    refused: "the Operator rejects the resource",
    has_readers: false,
    is_strict: true,
    is_pruned: false,
};

/// Groups of rules as objects, which the Operator checks as Prometheus would (prometheus-operator v0.93.0
/// `pkg/operator/rules.go`, `ValidateRule`).
pub static RULES: Dialect = Dialect {
    word: "operator",
    noun: "a resource of the Prometheus Operator",
    unknown: "kubectl rejects it, and Helm drops it",
    mistyped: "the API server rejects the object",
    refused: "the Operator leaves this resource out",
    has_readers: false,
    is_strict: true,
    is_pruned: false,
};

/// Values of charts that make such objects.
pub static OPERATOR_VALUES: Dialect = Dialect {
    word: "operator-values",
    noun: "values for resources of the Prometheus Operator",
    unknown: "the API server drops it",
    mistyped: "the API server rejects the object",
    refused: "Prometheus rejects the configuration that the Operator generates",
    has_readers: false,
    is_strict: true,
    is_pruned: true,
};

/// Values of the chart `prometheus`, whose templates read what they know and leave the rest.
pub static CHART: Dialect = Dialect {
    word: "helm-values",
    noun: "values of the chart prometheus",
    unknown: "the chart ignores it",
    mistyped: "the chart does not render",
    refused: "Prometheus rejects the file",
    has_readers: false,
    is_strict: true,
    is_pruned: false,
};

/// Values of kube-prometheus-stack or of its like, where its templates read none.
pub static STACK: Dialect = Dialect {
    word: "helm-values",
    noun: "values of kube-prometheus-stack",
    unknown: "the chart ignores it",
    mistyped: "the chart does not render",
    refused: "Prometheus rejects the configuration that the Operator generates",
    has_readers: false,
    is_strict: true,
    is_pruned: false,
};

/// Sections of `prometheus.yml` themselves, in another file.
/// Not a dialect, but a part of a file: it needs the same path, so that places and paths come out
/// right.
pub static NATIVE: Dialect = Dialect {
    word: "scrape-configs",
    noun: "a part of a configuration",
    unknown: "Prometheus rejects the file",
    mistyped: "Prometheus rejects the file",
    refused: "Prometheus rejects the file",
    has_readers: true,
    is_strict: true,
    is_pruned: false,
};

/// The ConfigMaps of OpenShift's monitoring (openshift/cluster-monitoring-operator
/// `pkg/manifests/config.go`, `UnmarshalStrict`).
pub static OPENSHIFT: Dialect = Dialect {
    word: "openshift",
    noun: "a configuration of OpenShift's monitoring",
    unknown: "OpenShift 4.18 and newer reject the configuration, older ones drop the key",
    mistyped: "OpenShift rejects the configuration",
    refused: "Prometheus rejects the configuration that OpenShift generates",
    has_readers: false,
    is_strict: false,
    is_pruned: false,
};

/// Grafana Alloy, and Grafana Agent in flow mode.
pub static ALLOY: Dialect = Dialect {
    word: "alloy",
    noun: "a configuration of Grafana Alloy",
    unknown: "Alloy rejects the file",
    mistyped: "Alloy rejects the file",
    refused: "Alloy rejects the file",
    has_readers: false,
    is_strict: false,
    is_pruned: false,
};

/// The command line of vmagent.
pub static VMAGENT: Dialect = Dialect {
    word: "vmagent",
    noun: "the command line of vmagent",
    unknown: "vmagent does not start",
    mistyped: "vmagent does not start",
    refused: "vmagent does not start",
    has_readers: false,
    is_strict: false,
    is_pruned: false,
};

/// The command line of vmalert.
pub static VMALERT: Dialect = Dialect {
    word: "vmagent",
    noun: "the command line of vmalert",
    unknown: "vmalert does not start",
    mistyped: "vmalert does not start",
    refused: "vmalert does not start",
    has_readers: false,
    is_strict: false,
    is_pruned: false,
};

/// Grafana Agent in static mode, Tempo, and others that take Prometheus's own sections.
pub static SENDERS: Dialect = Dialect {
    word: "sender",
    noun: "a configuration of another program",
    unknown: "the program rejects the file",
    mistyped: "the program rejects the file",
    refused: "the program rejects the file",
    has_readers: true,
    is_strict: false,
    is_pruned: false,
};

/// The endpoint that New Relic's configurator makes, which ignores keys that it does not know
/// (newrelic/newrelic-prometheus-configurator `internal/configurator`, `yaml.Unmarshal`).
pub static NEW_RELIC: Dialect = Dialect {
    word: "sender",
    noun: "a configuration of another program",
    unknown: "the New Relic agent ignores it",
    mistyped: "the New Relic agent does not start",
    refused: "Prometheus rejects the file",
    has_readers: false,
    is_strict: false,
    is_pruned: false,
};

/// The file with the endpoints of Thanos Rule, which ignores keys that it does not know.
pub static THANOS: Dialect = Dialect {
    word: "sender",
    noun: "a configuration of another program",
    unknown: "Thanos Rule ignores it",
    mistyped: "Thanos Rule does not start",
    refused: "Thanos Rule does not start",
    has_readers: false,
    is_strict: false,
    is_pruned: false,
};
