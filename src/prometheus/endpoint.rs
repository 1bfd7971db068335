//! A URL as its author wrote it: taken apart leniently, placeholders and all.
//!
//! Placeholders are found first, since they may hold any sign (`${X:-http://a}`), and are masked
//! with as many control characters, so that every byte range below is one of the text as written.
//! What is wrong with the URL for every receiver is [`Endpoint::faults`]; what a certain receiver
//! makes of it is judged elsewhere.

mod fault;
mod host;
mod network;
mod placeholder;
mod split;

use std::ops::Range;
use std::sync::OnceLock;

use crate::finding::is_secret_name;

pub use fault::{FaultKind, HostFault, UrlFault};
pub use network::{HostNetwork, network};

/// Whether a part of a text, a URL's or another, is still to be filled in.
#[must_use]
pub fn has_placeholder(text: &str) -> bool {
    !placeholder::find(text, &|_| false).is_empty()
}

/// What stands for each byte of a placeholder in a masked text.
pub const MASK: char = '\u{1}';

/// Where a part of a URL is in its text, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UrlPiece {
    /// The first byte.
    pub start: usize,
    /// The byte behind the last.
    pub end: usize,
}

impl UrlPiece {
    /// As a range.
    #[must_use]
    pub fn range(self) -> Range<usize> {
        self.start..self.end
    }

    /// Whether nothing is in it.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.start >= self.end
    }
}

/// A parameter of a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Its name.
    pub name: UrlPiece,
    /// What follows the equals sign, if there is one.
    pub value: Option<UrlPiece>,
}

/// A URL taken apart.
#[derive(Clone)]
pub struct Endpoint {
    text: String,
    masked: String,
    placeholders: Vec<Range<usize>>,
    parts: split::UrlParts,
    /// What is wrong with it, once that is asked: of most targets it is not.
    faults: OnceLock<Vec<UrlFault>>,
    network: OnceLock<HostNetwork>,
}

/// All else follows from these.
impl PartialEq for Endpoint {
    fn eq(&self, other: &Self) -> bool {
        (&self.text, &self.masked, &self.placeholders)
            == (&other.text, &other.masked, &other.placeholders)
    }
}

impl Eq for Endpoint {}

impl std::fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Endpoint({})", self.redacted())
    }
}

impl Endpoint {
    /// Takes a URL apart.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self::where_filled(text, &|_| false)
    }

    /// Takes a URL apart in which something fills in some plain words in capitals.
    #[must_use]
    pub fn where_filled(text: &str, is_filled: &dyn Fn(&str) -> bool) -> Self {
        let placeholders = placeholder::find(text, is_filled);
        let masked = placeholder::mask(text, &placeholders);
        let parts = split::split(&masked);
        Self {
            text: text.to_owned(),
            masked,
            placeholders,
            parts,
            faults: OnceLock::new(),
            network: OnceLock::new(),
        }
    }

    /// The whole text. It may hold secrets: see [`Self::redacted`].
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// A part of the text as written.
    #[must_use]
    pub fn slice(&self, piece: UrlPiece) -> &str {
        self.text.get(piece.range()).unwrap_or("")
    }

    /// A part of the text with each byte of a placeholder as [`MASK`].
    #[must_use]
    pub fn masked(&self, piece: UrlPiece) -> &str {
        self.masked.get(piece.range()).unwrap_or("")
    }

    /// Whether a part holds a placeholder.
    #[must_use]
    pub fn is_templated(&self, piece: UrlPiece) -> bool {
        self.masked(piece).contains(MASK)
    }

    /// Where the placeholders are.
    #[must_use]
    pub fn placeholders(&self) -> &[Range<usize>] {
        &self.placeholders
    }

    /// The scheme, without what follows it.
    #[must_use]
    pub fn scheme(&self) -> Option<UrlPiece> {
        self.parts.scheme
    }

    /// The scheme in lower case, unless it holds a placeholder or is not written.
    #[must_use]
    pub fn scheme_name(&self) -> Option<String> {
        let scheme = self.scheme()?;
        (!self.is_templated(scheme)).then(|| self.slice(scheme).to_ascii_lowercase())
    }

    /// The port, or that of the scheme.
    #[must_use]
    pub fn port_or_default(&self) -> Option<u16> {
        if self.port().is_some() {
            return self.port_number();
        }
        match self.scheme_name()?.as_str() {
            "http" => Some(80),
            "https" => Some(443),
            _ => None,
        }
    }

    /// User and password, without the at sign. A secret.
    #[must_use]
    pub fn userinfo(&self) -> Option<UrlPiece> {
        self.parts.userinfo
    }

    /// What precedes the first colon of the userinfo, or all of it.
    #[must_use]
    pub fn user(&self) -> Option<UrlPiece> {
        let all = self.userinfo()?;
        let length = self.masked(all).find(':').unwrap_or(all.end - all.start);
        Some(UrlPiece {
            start: all.start,
            end: all.start + length,
        })
    }

    /// What follows the first colon of the userinfo. A secret.
    #[must_use]
    pub fn password(&self) -> Option<UrlPiece> {
        let (all, user) = (self.userinfo()?, self.user()?);
        (user.end < all.end).then_some(UrlPiece {
            start: user.end + 1,
            end: all.end,
        })
    }

    /// The host as written, brackets of an IPv6 address included.
    #[must_use]
    pub fn host(&self) -> Option<UrlPiece> {
        self.parts.host
    }

    /// The host in lower case, without brackets and without the dot that ends an absolute name;
    /// none if it is not written or holds a placeholder.
    #[must_use]
    pub fn host_name(&self) -> Option<String> {
        let host = self.host()?;
        if self.is_templated(host) {
            return None;
        }
        let name = self.slice(host);
        let name = name.strip_suffix('.').unwrap_or(name);
        Some(name.trim_matches(['[', ']']).to_lowercase())
    }

    /// The labels of the host; an address is one label.
    #[must_use]
    pub fn labels(&self) -> &[UrlPiece] {
        &self.parts.labels
    }

    /// The port, without its colon; empty where nothing follows the colon.
    #[must_use]
    pub fn port(&self) -> Option<UrlPiece> {
        self.parts.port
    }

    /// The port as a number, unless it is not written, no port, or a placeholder.
    #[must_use]
    pub fn port_number(&self) -> Option<u16> {
        self.slice(self.port()?).parse().ok()
    }

    /// Host and port as written, without userinfo.
    #[must_use]
    pub fn authority(&self) -> Option<UrlPiece> {
        let host = self.host()?;
        Some(UrlPiece {
            end: self.port().map_or(host.end, |port| port.end),
            ..host
        })
    }

    /// The path, from its first slash on; empty where there is none.
    #[must_use]
    pub fn path(&self) -> UrlPiece {
        self.parts.path
    }

    /// What is between the slashes of the path.
    #[must_use]
    pub fn segments(&self) -> &[UrlPiece] {
        &self.parts.segments
    }

    /// The parameters of the query.
    #[must_use]
    pub fn parameters(&self) -> &[Parameter] {
        &self.parts.parameters
    }

    /// The query, without its question mark.
    #[must_use]
    pub fn query(&self) -> Option<UrlPiece> {
        self.parts.query
    }

    /// The parameter of a name.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<Parameter> {
        let same = |parameter: &&Parameter| self.slice(parameter.name) == name;
        self.parameters().iter().find(same).copied()
    }

    /// The fragment, without its hash.
    #[must_use]
    pub fn fragment(&self) -> Option<UrlPiece> {
        self.parts.fragment
    }

    /// What is wrong with it for every receiver; in the order of the text.
    #[must_use]
    pub fn faults(&self) -> &[UrlFault] {
        self.faults.get_or_init(|| fault::faults(self))
    }

    /// Whether it can be judged as the URL of a receiver: it names a host, or may do so once its
    /// placeholders are filled in.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.host().is_some() && !self.faults().iter().any(|fault| fault.kind.is_fatal())
    }

    /// Where its host is.
    #[must_use]
    pub fn network(&self) -> HostNetwork {
        let host = self.host();
        let look = || host.map_or(HostNetwork::Unknown, |host| network(self.masked(host)));
        *self.network.get_or_init(look)
    }

    /// The parameters that carry a secret in the query.
    pub fn secret_parameters(&self) -> impl Iterator<Item = Parameter> + '_ {
        let secret = |parameter: &&Parameter| is_secret_parameter(self.slice(parameter.name));
        self.parameters().iter().filter(secret).copied()
    }

    /// The text without userinfo and without the values of secret parameters: fit for output.
    #[must_use]
    pub fn redacted(&self) -> String {
        self.without_secrets(0, self.text.len())
    }

    /// A part of the text without secrets.
    fn without_secrets(&self, start: usize, end: usize) -> String {
        let userinfo = self
            .userinfo()
            .map(|piece| (piece.start..piece.end + 1, ""));
        let values = self
            .secret_parameters()
            .filter_map(|parameter| Some((parameter.value?.range(), "[redacted]")));
        let mut out = String::new();
        let mut at = start;
        for (range, instead) in userinfo.into_iter().chain(values) {
            if range.start >= at && range.end <= end {
                out.push_str(self.text.get(at..range.start).unwrap_or(""));
                out.push_str(instead);
                at = range.end;
            }
        }
        out.push_str(self.text.get(at..end).unwrap_or(""));
        out
    }
}

/// Whether a query parameter of this name carries a secret: by the common names, and by those of
/// InfluxDB 1.x (`p`, and `u` beside it) and signed URLs (`sig`).
#[must_use]
pub fn is_secret_parameter(name: &str) -> bool {
    matches!(name, "u" | "p" | "key" | "sig") || is_secret_name(name)
}

#[cfg(test)]
mod tests;
