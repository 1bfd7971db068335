//! What is wrong with a URL as a whole: it is not a URL, or it does not lead to a host.

use std::ops::Range;

use super::{FaultKind, UrlFault};
use crate::finding::Message;
use crate::prometheus::endpoint::{Endpoint, HostNetwork, MASK, UrlPiece, network};

/// What is wrong with it, if that leaves nothing to report about the host.
pub(super) fn structure(
    endpoint: &Endpoint,
    led_to: &dyn Fn(String) -> Message,
) -> Option<UrlFault> {
    let text = endpoint.text.trim();
    let start = endpoint.text.len() - endpoint.text.trim_start().len();
    let all = start..start + text.len();
    let fault = |kind, message| UrlFault {
        kind,
        range: all.clone(),
        message,
        suggestion: None,
        is_sure: false,
        refused_by_go: false,
    };
    if text.is_empty() {
        let message = starting("the URL is empty");
        return Some(UrlFault {
            range: 0..endpoint.text.len(),
            ..fault(FaultKind::Empty, message)
        });
    }
    if text.parse::<f64>().is_ok() {
        return Some(fault(
            FaultKind::Number,
            starting(format!("`{text}` is a number, not a URL")),
        ));
    }
    match endpoint.scheme() {
        Some(scheme) => with_scheme(endpoint, scheme),
        None => without_scheme(endpoint, all, led_to),
    }
}

fn with_scheme(endpoint: &Endpoint, scheme: UrlPiece) -> Option<UrlFault> {
    if endpoint.is_templated(scheme) {
        return None;
    }
    let name = endpoint.slice(scheme);
    if !is_http(name) {
        return Some(another_scheme(endpoint, scheme));
    }
    let behind = endpoint.masked.get(scheme.end..).unwrap_or("");
    if !behind.starts_with("://") {
        let rest = scheme.end + behind.len() - behind.trim_start_matches([':', '/', '\\']).len();
        return Some(UrlFault {
            kind: FaultKind::Slashes,
            range: scheme.start..rest,
            message: format!("`//` is missing between `{name}:` and the host: every send fails")
                .into(),
            suggestion: endpoint
                .host()
                .map(|_| format!("{name}://{}", rest_of(endpoint, rest))),
            is_sure: true,
            refused_by_go: false,
        });
    }
    let inner = scheme.end + 3;
    let authority = endpoint.masked.get(inner..).unwrap_or("");
    if ["http://", "https://"]
        .iter()
        .any(|text| authority.starts_with(text))
    {
        let host = authority.split(':').next().unwrap_or_default();
        return Some(UrlFault {
            kind: FaultKind::TwoSchemes,
            range: scheme.start..inner,
            message: format!(
                "the URL has two schemes: Prometheus looks up the host `{host}`, and every send fails"
            )
            .into(),
            suggestion: Some(rest_of(endpoint, inner)),
            is_sure: true,
            refused_by_go: false,
        });
    }
    endpoint.host().is_none().then(|| UrlFault {
        kind: FaultKind::NoHost,
        range: scheme.start..(scheme.end + 3).min(endpoint.text.len()),
        message: format!("the host after `{name}://` is missing: every send fails").into(),
        suggestion: None,
        is_sure: false,
        refused_by_go: false,
    })
}

/// What a fault leads to that Go's `url.Parse` takes.
fn starting(fault: impl Into<String>) -> Message {
    Message::leading_late_to(fault, ": ", "Prometheus starts, and every send fails")
}

fn is_http(scheme: &str) -> bool {
    ["http", "https"].contains(&scheme.to_ascii_lowercase().as_str())
}

/// What Prometheus sends nothing over.
fn another_scheme(endpoint: &Endpoint, scheme: UrlPiece) -> UrlFault {
    let name = endpoint.slice(scheme);
    let lower = name.to_ascii_lowercase();
    UrlFault {
        kind: FaultKind::Scheme,
        range: scheme.range(),
        message: format!(
            "Prometheus cannot send over `{name}`: expected a URL that begins with http:// or \
             https://"
        )
        .into(),
        suggestion: misspelled(&lower)
            .map(|meant| format!("{meant}{}", rest_of(endpoint, scheme.end))),
        is_sure: !matches!(lower.as_str(), "tcp" | "tls"),
        refused_by_go: false,
    }
}

/// A URL from a byte on, without its secrets.
fn rest_of(endpoint: &Endpoint, from: usize) -> String {
    let rest = endpoint.without_secrets(from, endpoint.text.len());
    rest.trim_end().to_owned()
}

/// The scheme that a URL begins with, if what is behind it is meant for `://`, and where the host begins:
/// `https//host`, `https;//host`.
fn broken_scheme(endpoint: &Endpoint, start: usize) -> Option<(&'static str, usize)> {
    let text = endpoint.masked.get(start..)?;
    let scheme = ["https", "http"].into_iter().find(|scheme| {
        let begin = text.get(..scheme.len());
        begin.is_some_and(|begin| begin.eq_ignore_ascii_case(scheme))
    })?;
    let behind = text.get(scheme.len()..)?;
    let host = behind.trim_start_matches([':', ';', '.', '/', '\\']);
    let marks = behind.get(..behind.len() - host.len())?;
    let slashes = marks.chars().filter(|c| matches!(c, '/' | '\\')).count();
    let is_host = host.starts_with(|c: char| c.is_ascii_alphanumeric());
    (slashes > 1 && is_host).then(|| (scheme, start + scheme.len() + marks.len()))
}

fn without_scheme(
    endpoint: &Endpoint,
    all: Range<usize>,
    led_to: &dyn Fn(String) -> Message,
) -> Option<UrlFault> {
    let first = endpoint.masked.get(all.clone())?.chars().next()?;
    if first == MASK {
        // It may bring the scheme with it.
        return None;
    }
    if let Some((scheme, at)) = broken_scheme(endpoint, all.start) {
        let rest = endpoint.without_secrets(at, endpoint.text.len());
        return Some(UrlFault {
            kind: FaultKind::Slashes,
            range: all.start..at,
            message: format!("`://` is misspelled after `{scheme}`: every send fails").into(),
            suggestion: Some(format!("{scheme}://{}", rest.trim_end().replace('\\', "/"))),
            is_sure: true,
            refused_by_go: false,
        });
    }
    let authority = endpoint.authority();
    let shown = endpoint.redacted();
    let shown = shown.trim();
    let Some(authority) = authority.filter(|_| first != '.' && first != '?' && first != '#') else {
        return Some(UrlFault {
            kind: FaultKind::Relative,
            range: all,
            message: starting(format!("`{shown}` has neither scheme nor host")),
            suggestion: None,
            is_sure: false,
            refused_by_go: false,
        });
    };
    let name = endpoint.masked(authority);
    let is_host = name.contains(['.', ':', '[']) || name.eq_ignore_ascii_case("localhost");
    let (scheme, is_sure) = scheme_for(endpoint);
    let rest = endpoint.without_secrets(authority.start, endpoint.text.len());
    let suggestion = format!("{scheme}://{}", rest.trim_end());
    Some(if is_host {
        UrlFault {
            kind: FaultKind::NoScheme,
            range: all,
            message: led_to(format!("`{shown}` has no scheme")),
            suggestion: Some(suggestion),
            is_sure,
            refused_by_go: false,
        }
    } else {
        UrlFault {
            kind: FaultKind::Relative,
            range: all,
            message: led_to(format!("`{shown}` is not a URL, since it has no scheme")),
            suggestion: (!endpoint.path().is_empty()).then_some(suggestion),
            is_sure: false,
            refused_by_go: false,
        }
    })
}

/// Ports on which the servers of metrics speak plain http unless they are told otherwise: Prometheus, Mimir,
/// VictoriaMetrics and its cluster, Thanos, M3, InfluxDB, and the usual ones.
const PLAIN_PORTS: &[u16] = &[
    80, 3000, 4318, 7201, 8000, 8080, 8086, 8427, 8428, 8429, 8480, 9009, 9090, 9091, 9201, 10902,
    19291,
];

/// Ports of TLS.
const TLS_PORTS: &[u16] = &[443, 8443, 9443];

/// The scheme that a URL without one is meant for, and whether that is not a guess.
fn scheme_for(endpoint: &Endpoint) -> (&'static str, bool) {
    let host = endpoint.host().map_or("", |host| endpoint.masked(host));
    let is_near = matches!(network(host), HostNetwork::Loopback | HostNetwork::Internal);
    let port = endpoint.port().and(endpoint.port_number());
    match port {
        Some(port) if TLS_PORTS.contains(&port) => ("https", !is_near),
        Some(port) if PLAIN_PORTS.contains(&port) => ("http", is_near),
        None => (
            if is_near { "http" } else { "https" },
            endpoint.port().is_none(),
        ),
        Some(_) => (if is_near { "http" } else { "https" }, is_near),
    }
}

/// The scheme that a wrong one was meant to be: one that is two strokes away at most. `ftp`, two
/// strokes from `http`, is a separate word.
fn misspelled(scheme: &str) -> Option<&'static str> {
    if !scheme.starts_with(['h', 't']) {
        return None;
    }
    ["https", "http"]
        .into_iter()
        .map(|right| (strsim::levenshtein(scheme, right), right))
        .min()
        .filter(|&(strokes, _)| strokes <= 2)
        .map(|(_, right)| right)
}
