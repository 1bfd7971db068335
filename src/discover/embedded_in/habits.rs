//! What programs do beside what their configuration says.

use std::sync::Arc;

use super::EmbeddedIn;
use crate::finding::Text;
use crate::yaml::{Document, Node, parse_first};

/// Programs with clients of their own, which show the URL nowhere: vmagent names it `secret-url` unless it is
/// started with `-remoteWrite.showURL` (VictoriaMetrics v1.120 `app/vmagent/remotewrite/remotewrite.go`).
const HIDING: &[&str] = &[
    "fluent-bit",
    "k6",
    "netdata",
    "otel-collector",
    "telegraf",
    "vector",
    "vmagent",
];

/// A program that adds the tenant's header by itself.
struct TenantAdder {
    program: &'static str,
    /// The key that turns it on, if it is not on by default.
    on: Option<&'static [&'static str]>,
    /// The key that turns it off.
    off: &'static [&'static str],
}

/// The ruler of Loki does unless it is told not to (grafana/loki v3.5 `pkg/ruler/config.go`), Tempo where it has
/// several tenants itself (grafana/tempo v2.9 `modules/generator/storage/config_util.go`).
const TENANT_ADDERS: &[TenantAdder] = &[
    TenantAdder {
        program: "loki",
        on: None,
        off: &["ruler", "remote_write", "add_org_id_header"],
    },
    TenantAdder {
        program: "tempo",
        on: Some(&["multitenancy_enabled"]),
        off: &[
            "metrics_generator",
            "storage",
            "remote_write_add_org_id_header",
        ],
    },
];

impl EmbeddedIn {
    /// Whether the program shows the URLs of endpoints in its own metrics or on its pages.
    #[must_use]
    pub fn shows_url(&self) -> bool {
        !self.program().is_some_and(|name| HIDING.contains(&name))
    }

    /// Whether the program adds the header with the tenant by itself to what its file has it send.
    #[must_use]
    pub fn adds_tenant(&self, text: &Arc<Text>) -> bool {
        let program = self.program();
        let Some(adder) = TENANT_ADDERS
            .iter()
            .find(|adder| Some(adder.program) == program)
        else {
            return false;
        };
        let file = parse_first(text).ok();
        let Some(root) = file.as_ref().and_then(Document::root) else {
            return false;
        };
        let says = |way: &[&str], word: &str| {
            let value = way.iter().try_fold(root, |node, key| node.get(key));
            value.and_then(Node::as_str) == Some(word)
        };
        adder.on.is_none_or(|way| says(way, "true")) && !says(adder.off, "false")
    }

    /// Whether nothing but the file adds to an endpoint, though the file is one of templates: in Alloy an
    /// expression fills in a value, and no argument.
    #[must_use]
    pub fn has_all_arguments(&self, text: &Arc<Text>) -> bool {
        self.program() == Some("alloy") && !text.content().contains("{{")
    }

    /// Whether it is in an object of Kubernetes, or in values from which Helm makes one.
    #[must_use]
    pub fn is_of_kubernetes(&self) -> bool {
        match self {
            Self::Object { .. } | Self::Resource { .. } | Self::Values { .. } => true,
            Self::PartOf(_, inner) => inner.is_of_kubernetes(),
            Self::Compose(_) | Self::Part(_) => false,
        }
    }

    /// Whether an operator adds jobs, labels and flags of its own.
    #[must_use]
    pub fn is_operated(&self) -> bool {
        matches!(self, Self::Resource { .. } | Self::Values { .. })
    }
}
