//! Where an entry of remote_write sends to, for comparison.

use std::fmt;

use super::config::RemoteWrite;
use super::endpoint::Endpoint;
use crate::yaml::{Kind, Node};

/// Settings that tell the receiver who sends, and so which tenant is meant.
const WHO_SENDS: &[&str] = &[
    "basic_auth",
    "authorization",
    "bearer_token",
    "bearer_token_file",
    "oauth2",
    "sigv4",
    "azuread",
    "google_iam",
    "headers",
    "http_headers",
    "tls_config.cert",
    "tls_config.cert_file",
];

/// The URL and everything that tells the receiver who sends: equal where the same samples end up in
/// the same place. It may hold secrets, and shows nothing of itself.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Destination(String);

impl fmt::Debug for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Destination")
    }
}

impl RemoteWrite<'_> {
    /// Where it sends to; `endpoint` is its URL taken apart.
    #[must_use]
    pub fn destination(self, endpoint: &Endpoint) -> Destination {
        let mut out = address(endpoint);
        for path in WHO_SENDS {
            let mut keys = path.split('.');
            let first = keys.next().and_then(|key| self.get(key));
            let node = first.and_then(|first| keys.try_fold(first, |node, key| node.get(key)));
            if let Some(node) = node.filter(|node| !node.is_null()) {
                out.push_str(&format!("\n{path} "));
                content(node, &mut out);
            }
        }
        Destination(out)
    }

    /// What it leaves out and changes on the way, for comparison: `write_relabel_configs`.
    #[must_use]
    pub fn relabeling(self) -> String {
        let mut out = String::new();
        let rules = self.get("write_relabel_configs");
        for rule in rules.into_iter().flat_map(Node::items) {
            content(rule, &mut out);
        }
        out
    }

    /// Whether another entry has the same settings with the same values.
    #[must_use]
    pub fn is_same_as(self, other: RemoteWrite<'_>) -> bool {
        let [mut one, mut two] = [String::new(), String::new()];
        content(self.node(), &mut one);
        content(other.node(), &mut two);
        one == two
    }
}

/// The URL as every client understands it: scheme and host in lower case, no port that goes
/// without saying, no fragment.
fn address(endpoint: &Endpoint) -> String {
    let lower = |piece| endpoint.slice(piece).to_ascii_lowercase();
    let scheme = endpoint.scheme().map(lower).unwrap_or_default();
    let host = endpoint.host().map(lower).unwrap_or_default();
    let host = host.strip_suffix('.').unwrap_or(&host);
    let usual = match &*scheme {
        "http" => Some(80),
        "https" => Some(443),
        _ => None,
    };
    let port = endpoint.port().map(|piece| endpoint.slice(piece));
    let port = port.filter(|text| !text.is_empty() && text.parse::<u16>().ok() != usual);
    let user = endpoint.userinfo().map(|piece| endpoint.slice(piece));
    let query = endpoint.query().map(|piece| endpoint.slice(piece));
    format!(
        "{scheme}://{}@{host}:{}{}?{}",
        user.unwrap_or_default(),
        port.unwrap_or_default(),
        endpoint.slice(endpoint.path()),
        query.unwrap_or_default()
    )
}

/// Writes what a node holds: keys in order, without style.
fn content(node: Node<'_>, out: &mut String) {
    match node.kind() {
        Kind::Scalar(scalar) => out.push_str(&format!("{:?}", scalar.text)),
        Kind::Sequence(list) => {
            out.push('[');
            for item in list.iter() {
                content(item, out);
                out.push(',');
            }
            out.push(']');
        }
        Kind::Mapping(mapping) => {
            let mut entries: Vec<_> = mapping.entries().collect();
            entries.sort_by_key(|entry| entry.name());
            out.push('{');
            for entry in entries {
                out.push_str(&format!("{:?}:", entry.name()));
                content(entry.value, out);
                out.push(',');
            }
            out.push('}');
        }
    }
}
