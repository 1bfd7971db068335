//! What programs do beside what their configuration says.

use std::sync::Arc;

use super::super::program::ALLOY;
use super::EmbeddedIn;
use crate::finding::Text;
use crate::yaml::{Document, Node, parse_first};

impl EmbeddedIn {
    /// Whether the program shows the URLs of endpoints in its own metrics or on its pages.
    #[must_use]
    pub fn shows_url(&self) -> bool {
        self.known_program().is_none_or(|program| program.shows_url)
    }

    /// Whether the program adds the header with the tenant by itself to what its file has it send.
    #[must_use]
    pub fn adds_tenant(&self, text: &Arc<Text>) -> bool {
        let Some(header) = self.known_program().and_then(|program| program.tenant) else {
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
        header.on.is_none_or(|way| says(way, "true")) && !says(header.off, "false")
    }

    /// Whether nothing but the file adds to an endpoint, though the file is one of templates: in Alloy an
    /// expression fills in a value, and no argument.
    #[must_use]
    pub fn has_all_arguments(&self, text: &Arc<Text>) -> bool {
        self.program() == Some(ALLOY) && !text.content().contains("{{")
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
