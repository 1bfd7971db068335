//! One form of a receiver's URL: `https://cortex.<tenant>.<instance>.opstrace.io/api/v1/push`.

use super::near;
use super::pattern::{Captures, PatternError, PlaceholderMode, UrlPattern};
use crate::prometheus::endpoint::{Endpoint, MASK, UrlPiece};

/// A form of a URL, ready to match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct UrlForm {
    http: bool,
    https: bool,
    /// None where any host will do, with any port.
    host: Option<UrlPattern>,
    pub(super) port: Option<u16>,
    path: UrlPattern,
    /// Parameters that must be there, and the parts that they name.
    pub(super) query: Vec<(String, String)>,
}

/// How a URL fits a form.
#[derive(Clone, Debug, Default)]
pub(super) struct FormMatch {
    pub(super) host: Option<Captures>,
    pub(super) path: Option<Captures>,
    pub(super) port: bool,
    pub(super) missing: Option<String>,
    scheme: bool,
}

impl FormMatch {
    /// How well: the host weighs most.
    pub(super) fn weight(&self) -> usize {
        usize::from(self.host.is_some()) * 16
            + usize::from(self.path.is_some()) * 8
            + usize::from(self.missing.is_none()) * 4
            + usize::from(self.port) * 2
            + usize::from(self.scheme)
    }
}

impl UrlForm {
    /// Reads a form.
    pub(super) fn read(text: &str) -> Result<Self, PatternError> {
        let (scheme, rest) = text.split_once("://").unwrap_or(("https", text));
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (host, rest) = match rest.strip_prefix("<host>") {
            Some(rest) => (None, rest),
            None => {
                let ends = [rest.find([':', '/']), rest.find("[/")];
                let end = ends.into_iter().flatten().min().unwrap_or(rest.len());
                let (host, rest) = rest.split_at(end);
                (Some(UrlPattern::host(host)?), rest)
            }
        };
        let (port, path) = match rest.strip_prefix(':') {
            Some(rest) => rest.split_at(rest.find(['/', '[']).unwrap_or(rest.len())),
            None => ("", rest),
        };
        Ok(Self {
            http: matches!(scheme, "http" | "http[s]"),
            https: matches!(scheme, "https" | "http[s]"),
            host,
            port: port.parse().ok(),
            path: UrlPattern::path(path)?,
            query: query.split('&').filter_map(parameter).collect(),
        })
    }

    /// Whether it is served over a scheme.
    pub(super) fn takes_scheme(&self, scheme: &str) -> bool {
        match scheme {
            "http" => self.http,
            _ => self.https,
        }
    }

    /// How a URL fits it.
    pub(super) fn fit(&self, endpoint: &Endpoint) -> FormMatch {
        let mut host = endpoint.host().unwrap_or_default();
        if endpoint.masked(host).ends_with('.') {
            host.end -= 1;
        }
        let text = endpoint.masked(host).to_ascii_lowercase();
        FormMatch {
            host: match &self.host {
                None => Some(Captures::new()),
                Some(pattern) => pattern
                    .captures(&text, PlaceholderMode::Possible)
                    .map(|captures| moved(captures, host)),
            },
            path: self.fit_path(endpoint, endpoint.path()),
            port: self.fits_port(endpoint),
            missing: self.missing(endpoint),
            scheme: endpoint
                .scheme_name()
                .is_none_or(|scheme| self.takes_scheme(&scheme)),
        }
    }

    /// How a path fits it.
    pub(super) fn fit_path(&self, endpoint: &Endpoint, path: UrlPiece) -> Option<Captures> {
        if path.is_empty() && path_is_open(endpoint) {
            return Some(Captures::new());
        }
        let captures = self
            .path
            .captures(endpoint.masked(path), PlaceholderMode::Possible)?;
        Some(moved(captures, path))
    }

    /// The path that was meant, where the one written is nearly right.
    pub(super) fn nearly(&self, path: &str) -> Option<String> {
        near::meant(&self.path, path)
    }

    /// The path that was meant, where the whole of the one written is a slip away from it.
    pub(super) fn slip(&self, path: &str) -> Option<String> {
        near::slip(&self.path, path)
    }

    /// Whether a path fits once it is written in another way.
    pub(super) fn takes_path(&self, path: &str) -> bool {
        self.path.matches(path, PlaceholderMode::Possible)
    }

    /// What a rewritten path names.
    pub(super) fn parts_of_path(&self, path: &str) -> Vec<(String, String)> {
        let captures = self
            .path
            .captures(path, PlaceholderMode::Possible)
            .unwrap_or_default();
        let named = captures
            .into_iter()
            .filter_map(|(name, range)| Some((name, path.get(range)?.to_owned())));
        named.filter(|(_, text)| !text.contains(MASK)).collect()
    }

    fn fits_port(&self, endpoint: &Endpoint) -> bool {
        let Some(want) = self.port else { return true };
        match endpoint.port() {
            Some(port) => endpoint.is_templated(port) || endpoint.port_number() == Some(want),
            None => ends_in_placeholder(endpoint, endpoint.host()),
        }
    }

    fn missing(&self, endpoint: &Endpoint) -> Option<String> {
        let open = path_is_open(endpoint)
            || endpoint
                .query()
                .is_some_and(|query| endpoint.is_templated(query))
            || ends_in_placeholder(endpoint, Some(endpoint.path()));
        if open {
            return None;
        }
        let absent = |name: &&(String, String)| endpoint.parameter(&name.0).is_none();
        Some(self.query.iter().find(absent)?.0.clone())
    }

    /// The form with what is known filled in.
    pub(super) fn filled(
        &self,
        endpoint: &Endpoint,
        value: &dyn Fn(&str) -> Option<String>,
    ) -> String {
        let scheme = endpoint
            .scheme_name()
            .filter(|name| self.takes_scheme(name));
        let scheme = scheme.unwrap_or_else(|| if self.https { "https" } else { "http" }.to_owned());
        let host = match (&self.host, endpoint.authority()) {
            (Some(pattern), _) => pattern.filled(value),
            (None, Some(authority)) if self.port.is_none() => endpoint.slice(authority).to_owned(),
            (None, _) => match endpoint.host() {
                Some(host) => endpoint.slice(host).to_owned(),
                None => "<host>".to_owned(),
            },
        };
        let port = self
            .port
            .map_or_else(String::new, |port| format!(":{port}"));
        let path = self.path.filled(value);
        let query = self.filled_query(endpoint, value);
        format!("{scheme}://{host}{port}{path}{query}")
    }

    /// The parameters that it asks for, then those that were written, without secrets.
    fn filled_query(&self, endpoint: &Endpoint, value: &dyn Fn(&str) -> Option<String>) -> String {
        let mut all: Vec<String> = Vec::new();
        for (name, part) in &self.query {
            let written = endpoint
                .parameter(name)
                .and_then(|parameter| parameter.value);
            let text = written.map(|piece| endpoint.slice(piece).to_owned());
            let text = text.or_else(|| value(part));
            all.push(format!(
                "{name}={}",
                text.unwrap_or_else(|| format!("<{part}>"))
            ));
        }
        let secret: Vec<_> = endpoint.secret_parameters().collect();
        for &parameter in endpoint.parameters() {
            let name = endpoint.slice(parameter.name);
            let known = self.query.iter().any(|(asked, _)| asked == name);
            if !known && !secret.contains(&parameter) {
                let end = parameter.value.unwrap_or(parameter.name).end;
                let piece = UrlPiece {
                    end,
                    ..parameter.name
                };
                all.push(endpoint.slice(piece).to_owned());
            }
        }
        if all.is_empty() {
            return String::new();
        }
        format!("?{}", all.join("&"))
    }
}

fn parameter(text: &str) -> Option<(String, String)> {
    let (name, value) = text.split_once('=')?;
    let part = value.trim_matches(['<', '>']);
    Some((name.to_owned(), part.to_owned()))
}

fn moved(captures: Captures, piece: UrlPiece) -> Captures {
    let shifted = captures
        .into_iter()
        .map(|(name, range)| (name, range.start + piece.start..range.end + piece.start));
    shifted.collect()
}

/// Whether the placeholder that ends the host may bring a path with it.
pub(super) fn path_is_open(endpoint: &Endpoint) -> bool {
    endpoint.path().is_empty()
        && endpoint.query().is_none()
        && ends_in_placeholder(endpoint, endpoint.authority())
}

fn ends_in_placeholder(endpoint: &Endpoint, piece: Option<UrlPiece>) -> bool {
    piece.is_some_and(|piece| endpoint.masked(piece).ends_with(MASK))
}
