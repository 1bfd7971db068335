//! What holds a configuration that is not a file of its own.

/// What a configuration stands in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Holder {
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
    /// The values of the chart of Prometheus, from which Helm makes a ConfigMap.
    Values,
}

impl Holder {
    /// The word used in reports.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Object { kind: "Secret", .. } => "secret",
            Self::Object { .. } => "configmap",
            Self::Compose(_) => "compose",
            Self::Values => "helm-values",
        }
    }

    /// What tells it from others of its file.
    pub(super) fn identity(&self) -> String {
        match self {
            Self::Object { kind, name, .. } => format!("{kind}/{name}"),
            Self::Compose(_) | Self::Values => self.word().to_owned(),
        }
    }

    /// What it is, with its name.
    #[must_use]
    pub fn noun(&self) -> String {
        match self {
            Self::Object { kind, name, .. } => format!("the {kind} `{name}`"),
            Self::Compose(name) => format!("the config `{name}`"),
            Self::Values => "the values of a chart".to_owned(),
        }
    }
}
