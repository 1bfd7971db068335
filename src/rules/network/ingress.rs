//! `network/ingress`: what routes the host of an endpoint does not serve it as it is written.

use crate::facts::RouteFault;
use crate::finding::Severity;
use crate::prometheus::endpoint::{Endpoint, HostNetwork, UrlPiece};
use crate::rules::{RemoteWriteEntry, RuleFindings};

/// The statuses of redirects that keep the method and the body of a request (RFC 9110, 15.4).
const KEEPING: &[u16] = &[307, 308];

pub(super) fn check(entry: &RemoteWriteEntry<'_>, out: &mut RuleFindings<'_>) {
    let Some(url) = entry.sound_url() else { return };
    let endpoint = &url.endpoint;
    let is_open = !endpoint.placeholders().is_empty();
    if is_open || endpoint.network() == HostNetwork::Loopback {
        return;
    }
    // A proxy may have other routes to the host.
    let host = endpoint.host_name().unwrap_or_default();
    if !entry.write.http().goes_direct(&host) {
        return;
    }
    let facts = entry.facts;
    let found = facts.misrouted(endpoint);
    let Some(found) = found.or_else(|| facts.unproxied(&url.answering, endpoint)) else {
        return;
    };
    // A path that no receiver has is reported by `remote-write/url-shape`.
    if matches!(found.why, RouteFault::Path(_)) && entry.right_url().is_none() {
        return;
    }
    let IngressWording {
        severity,
        piece,
        message,
        help,
    } = in_words(entry, endpoint, &found.by, &found.why);
    let piece = piece.filter(|piece| !piece.is_empty());
    let span = match piece {
        Some(piece) => url.span(piece.start, piece.end),
        None => url.node.span(),
    };
    let mut finding = out.part(url.node, span, severity, message);
    finding.kind = kind(&found.why).into();
    finding.evidence = found.evidence;
    out.push(finding.help(help));
}

/// The word in fingerprints.
fn kind(why: &RouteFault) -> &'static str {
    match why {
        RouteFault::Path(_) => "path",
        RouteFault::Redirect(_) => "redirect",
        RouteFault::Moved(_) => "moved",
        RouteFault::NoPort(..) => "backend-port",
        RouteFault::NoHttp => "no-http",
        RouteFault::NoHttps => "no-https",
    }
}

/// What is reported, and the piece of the URL that it is about.
struct IngressWording {
    severity: Severity,
    piece: Option<UrlPiece>,
    message: String,
    help: String,
}

fn in_words(
    entry: &RemoteWriteEntry<'_>,
    endpoint: &Endpoint,
    by: &str,
    why: &RouteFault,
) -> IngressWording {
    let warning = |piece, message, help: &str| IngressWording {
        severity: Severity::Warning,
        piece,
        message,
        help: help.to_owned(),
    };
    let path = Some(endpoint.path());
    let scheme = endpoint.scheme();
    match why {
        RouteFault::Path(paths) => {
            let shown = paths.iter().take(3).map(|path| format!("`{path}`"));
            let shown = shown.collect::<Vec<_>>().join(", ");
            let message =
                format!("{by} does not serve this path: every sample is rejected with 404");
            let help =
                format!("write a path that it serves, or add this one to it; it has {shown}");
            warning(path, message, &help)
        }
        RouteFault::Moved(status) => {
            let (severity, so) = redirected(entry, *status);
            let so = so.replace(", first in the clear", "");
            let message = format!("{by} answers this path with a redirect, {status}: {so}");
            IngressWording {
                severity,
                ..warning(path, message, "write the URL that it redirects to")
            }
        }
        RouteFault::NoPort(service, ports) => {
            let shown: Vec<_> = ports.iter().map(u16::to_string).collect();
            let message = format!(
                "{by} routes to a port that the Service `{service}` does not have: every sample is rejected with 503"
            );
            let help = format!("write a port of the Service there: {}", shown.join(", "));
            warning(None, message, &help)
        }
        RouteFault::NoHttp => {
            let message =
                format!("{by} does not serve plain http: every sample is rejected with 503");
            warning(scheme, message, "write `https://`")
        }
        RouteFault::NoHttps => {
            let message = format!("{by} has no `tls`: https requests do not arrive");
            warning(scheme, message, "write `http://`, or set `tls` there")
        }
        RouteFault::Redirect(status) => {
            let (severity, so) = redirected(entry, *status);
            let message = format!("{by} redirects plain http with {status}: {so}");
            IngressWording {
                severity,
                ..warning(scheme, message, "write `https://`")
            }
        }
    }
}

/// What becomes of samples that are redirected.
fn redirected(entry: &RemoteWriteEntry<'_>, status: u16) -> (Severity, &'static str) {
    let follows = entry.write.http().follows_redirects();
    match (follows, KEEPING.contains(&status)) {
        (true, true) => (
            Severity::Info,
            "each batch is sent twice, first in the clear",
        ),
        (true, false) => (
            Severity::Warning,
            "the POST becomes a GET, and every sample is lost",
        ),
        (false, _) => (
            Severity::Warning,
            "redirects are not followed, and every sample is dropped",
        ),
    }
}
