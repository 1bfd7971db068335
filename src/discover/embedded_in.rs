//! What holds a configuration that is not a separate file.

mod habits;

use super::program::{KnownProgram, VMAGENT};
use crate::finding::only_before;

/// What a configuration is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EmbeddedIn {
    /// A key of a ConfigMap or a Secret of Kubernetes.
    Object {
        /// `ConfigMap` or `Secret`.
        kind: &'static str,
        /// The object's name.
        name: String,
        /// Its namespace, if it is written.
        namespace: Option<String>,
        /// The key.
        key: String,
    },
    /// The `content` of a config of docker compose, by its name.
    Compose(String),
    /// The values of a chart, from which Helm makes a ConfigMap or a resource of the Operator.
    Values {
        /// The namespace that the chart is installed in, if what installs it says so.
        namespace: Option<String>,
    },
    /// A resource of the Prometheus Operator or an operator like it.
    Resource {
        /// Its kind, such as `ServiceMonitor`.
        kind: &'static str,
        /// Its name.
        name: String,
        /// Its namespace, if it is written.
        namespace: Option<String>,
    },
    /// A configuration of another program, by its word in reports.
    Part(&'static str),
    /// The same in a key of a ConfigMap or a Secret, or in a config of docker compose.
    PartOf(&'static str, Box<Self>),
}

impl EmbeddedIn {
    /// Values of a chart that something else installs.
    pub(super) const VALUES: Self = Self::Values { namespace: None };

    /// Says of values, or of what is in them, in which namespace their chart is installed.
    pub(super) fn install(inner: &mut Option<Self>, namespace: &str) {
        Self::VALUES.around(inner);
        let values = match inner {
            Some(Self::PartOf(_, object)) => Some(&mut **object),
            other => other.as_mut(),
        };
        if let Some(values @ Self::Values { namespace: None }) = values {
            let namespace = Some(namespace.to_owned());
            *values = Self::Values { namespace };
        }
    }

    /// The program other than Prometheus that reads it, by its word in reports.
    #[must_use]
    pub fn program(&self) -> Option<&'static str> {
        match self {
            Self::Part(word) | Self::PartOf(word, _) => Some(word),
            Self::Resource {
                kind: "VMAgent", ..
            } => Some(VMAGENT),
            _ => None,
        }
    }

    /// What is known of that program.
    #[must_use]
    pub fn known_program(&self) -> Option<&'static KnownProgram> {
        KnownProgram::of(self.program()?)
    }

    /// The word used in reports.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Object { kind: "Secret", .. } => "secret",
            Self::Object { .. } => "configmap",
            Self::Compose(_) => "compose",
            Self::Values { .. } => "helm-values",
            Self::Resource { .. } => "operator",
            Self::Part(word) | Self::PartOf(word, _) => word,
        }
    }

    /// What paths of a text in it begin with in baselines of version 1. Objects have their kind,
    /// namespace and name in the identity of the text.
    pub(super) fn before(&self) -> String {
        match self {
            Self::Object { kind, name, .. } => only_before(&format!("{kind}/{name}.")),
            Self::Resource { kind, name, .. } => only_before(&format!("{kind}/{name}.")),
            Self::Compose(_) | Self::Values { .. } | Self::Part(_) | Self::PartOf(..) => {
                format!("{}.", self.word())
            }
        }
    }

    /// A configuration of another program that is in this.
    pub(super) fn around(&self, inner: &mut Option<Self>) {
        if let Some(Self::Part(word)) = inner {
            *inner = Some(Self::PartOf(word, Box::new(self.clone())));
        }
    }

    /// The namespace of the object that it is in, if one is written.
    #[must_use]
    pub fn namespace(&self) -> Option<&str> {
        match self {
            Self::Object { namespace, .. }
            | Self::Resource { namespace, .. }
            | Self::Values { namespace } => namespace.as_deref(),
            Self::PartOf(_, object) => object.namespace(),
            Self::Compose(_) | Self::Part(_) => None,
        }
    }

    /// Whether it is a resource that an operator makes pods of, which send by themselves.
    #[must_use]
    pub fn runs_itself(&self) -> bool {
        /// Kinds of operators for which pods run.
        const RUNNING: &[&str] = &[
            "MonitoringStack",
            "Prometheus",
            "PrometheusAgent",
            "ThanosRuler",
            "VMAgent",
        ];
        matches!(self, Self::Resource { kind, .. } if RUNNING.contains(kind))
    }

    /// What it is, with its name.
    #[must_use]
    pub fn noun(&self) -> String {
        match self {
            Self::Object { kind, name, .. } => format!("the {kind} `{name}`"),
            Self::Compose(name) => format!("the config `{name}`"),
            Self::Values { .. } => "the values of a chart".to_owned(),
            Self::Resource { kind, name, .. } => format!("the {kind} `{name}`"),
            Self::Part(word) | Self::PartOf(word, _) => format!("a configuration of {word}"),
        }
    }
}
