//! A masked URL into its parts, by the signs that separate them, as Go's `url.Parse` would do it
//! if it were patient.

use super::{MASK, Parameter, UrlPiece};

/// The parts of a URL.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct UrlParts {
    pub(super) scheme: Option<UrlPiece>,
    pub(super) userinfo: Option<UrlPiece>,
    pub(super) host: Option<UrlPiece>,
    pub(super) labels: Vec<UrlPiece>,
    pub(super) port: Option<UrlPiece>,
    pub(super) path: UrlPiece,
    pub(super) segments: Vec<UrlPiece>,
    pub(super) query: Option<UrlPiece>,
    pub(super) parameters: Vec<Parameter>,
    pub(super) fragment: Option<UrlPiece>,
}

/// Takes a masked text apart, white space around it left out.
pub(super) fn split(masked: &str) -> UrlParts {
    let start = masked.len() - masked.trim_start().len();
    let end = start + masked.trim().len();
    let text = UrlCut { masked };
    let mut parts = UrlParts {
        path: UrlPiece { start: end, end },
        ..UrlParts::default()
    };
    let (scheme, after) = text.scheme(start, end);
    parts.scheme = scheme;
    let rest = UrlPiece { start: after, end };
    // `url.Parse` cuts off the fragment before it looks at anything else, so that `#` ends a query,
    // and a `?` behind it begins none.
    let (rest, fragment) = text.cut(rest, '#');
    let (rest, query) = text.cut(rest, '?');
    parts.fragment = fragment;
    parts.query = query;
    parts.parameters = query.map_or_else(Vec::new, |query| text.parameters(query));
    let authority = if scheme.is_none() && text.slice(rest).starts_with("//") {
        UrlPiece {
            start: rest.start + 2,
            ..rest
        }
    } else {
        rest
    };
    let length = text
        .slice(authority)
        .find('/')
        .unwrap_or(authority.end - authority.start);
    let (authority, path) = text.split_at(authority, length);
    parts.path = path;
    parts.segments = text.segments(path);
    text.authority(authority, &mut parts);
    parts
}

struct UrlCut<'t> {
    masked: &'t str,
}

impl<'t> UrlCut<'t> {
    fn slice(&self, piece: UrlPiece) -> &'t str {
        self.masked.get(piece.range()).unwrap_or("")
    }

    fn split_at(&self, piece: UrlPiece, length: usize) -> (UrlPiece, UrlPiece) {
        let middle = (piece.start + length).min(piece.end);
        let (mut before, mut after) = (piece, piece);
        before.end = middle;
        after.start = middle;
        (before, after)
    }

    /// What is before and behind the first of a sign.
    fn cut(&self, piece: UrlPiece, sign: char) -> (UrlPiece, Option<UrlPiece>) {
        match self.slice(piece).find(sign) {
            None => (piece, None),
            Some(at) => {
                let (before, mut after) = self.split_at(piece, at);
                after.start += sign.len_utf8();
                (before, Some(after))
            }
        }
    }

    /// The scheme, if one is written, and where what follows it begins. `http:host` and
    /// `http:/host` have a scheme too; `localhost:9090` has none.
    fn scheme(&self, start: usize, end: usize) -> (Option<UrlPiece>, usize) {
        let text = self.slice(UrlPiece { start, end });
        let Some(colon) = text.find(':') else {
            return (None, start);
        };
        let (name, rest) = text.split_at(colon);
        let mut signs = name.chars();
        let begins = signs
            .next()
            .is_some_and(|c| c.is_ascii_alphabetic() || c == MASK);
        let is_name =
            begins && signs.all(|c| c.is_ascii_alphanumeric() || "+-._".contains(c) || c == MASK);
        let scheme = UrlPiece {
            start,
            end: start + colon,
        };
        let lower = name.to_ascii_lowercase();
        if is_name && rest.starts_with("://") {
            (Some(scheme), scheme.end + 3)
        } else if matches!(lower.as_str(), "http" | "https") {
            let slashes = usize::from(rest.starts_with(":/"));
            (Some(scheme), scheme.end + 1 + slashes)
        } else {
            (None, start)
        }
    }

    fn authority(&self, authority: UrlPiece, parts: &mut UrlParts) {
        let mut host = authority;
        // The last `@` counts, since a password may hold others (`url.parseAuthority`).
        if let Some(at) = self.slice(authority).rfind('@') {
            let (before, after) = self.split_at(authority, at);
            parts.userinfo = Some(before);
            host = UrlPiece {
                start: after.start + 1,
                ..after
            };
        }
        let text = self.slice(host);
        // The colons of an IPv6 address are inside its brackets (`url.parseHost`).
        let from = text.find(']').unwrap_or(0);
        let colon = text.get(from..).and_then(|rest| rest.rfind(':'));
        if let Some(colon) = colon.map(|at| at + from) {
            let (before, after) = self.split_at(host, colon);
            host = before;
            parts.port = Some(UrlPiece {
                start: after.start + 1,
                ..after
            });
        }
        if host.is_empty() {
            parts.port = None;
        } else {
            parts.host = Some(host);
            parts.labels = self.labels(host);
        }
    }

    fn labels(&self, host: UrlPiece) -> Vec<UrlPiece> {
        let text = self.slice(host);
        let address = text.starts_with('[') || text.parse::<std::net::Ipv4Addr>().is_ok();
        if address {
            return vec![host];
        }
        let absolute = usize::from(text.len() > 1 && text.ends_with('.'));
        let named = UrlPiece {
            end: host.end - absolute,
            ..host
        };
        self.pieces(named, '.')
    }

    fn segments(&self, path: UrlPiece) -> Vec<UrlPiece> {
        if path.is_empty() {
            return Vec::new();
        }
        self.pieces(
            UrlPiece {
                start: path.start + 1,
                ..path
            },
            '/',
        )
    }

    fn parameters(&self, query: UrlPiece) -> Vec<Parameter> {
        let pairs = self.pieces(query, '&').into_iter();
        pairs
            .filter(|pair| !pair.is_empty())
            .map(|pair| {
                let (name, value) = self.cut(pair, '=');
                Parameter { name, value }
            })
            .collect()
    }

    fn pieces(&self, piece: UrlPiece, sign: char) -> Vec<UrlPiece> {
        let mut start = piece.start;
        self.slice(piece)
            .split(sign)
            .map(|text| {
                let one = UrlPiece {
                    start,
                    end: start + text.len(),
                };
                start = one.end + sign.len_utf8();
                one
            })
            .collect()
    }
}
