//! `network/ingress`: what routes the host of an endpoint does not serve it as it is written.

use crate::facts::Reason;
use crate::finding::Severity;
use crate::prometheus::endpoint::{Endpoint, Network, Piece};
use crate::rules::{Entry, Findings};

/// The statuses of redirects that keep the method and the body of a request (RFC 9110, 15.4).
const KEEPING: &[u16] = &[307, 308];

pub(super) fn check(entry: &Entry<'_>, out: &mut Findings<'_>) {
    let Some(url) = entry.sound_url() else { return };
    let endpoint = &url.endpoint;
    let is_open = !endpoint.placeholders().is_empty();
    if is_open || endpoint.network() == Network::Loopback {
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
    if matches!(found.why, Reason::Path(_)) && entry.right_url().is_none() {
        return;
    }
    let Words {
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
fn kind(why: &Reason) -> &'static str {
    match why {
        Reason::Path(_) => "path",
        Reason::Redirect(_) => "redirect",
        Reason::Moved(_) => "moved",
        Reason::NoPort(..) => "backend-port",
        Reason::NoHttp => "no-http",
        Reason::NoHttps => "no-https",
    }
}

/// What is reported, and the piece of the URL that it is about.
struct Words {
    severity: Severity,
    piece: Option<Piece>,
    message: String,
    help: String,
}

fn in_words(entry: &Entry<'_>, endpoint: &Endpoint, by: &str, why: &Reason) -> Words {
    let warning = |piece, message, help: &str| Words {
        severity: Severity::Warning,
        piece,
        message,
        help: help.to_owned(),
    };
    let path = Some(endpoint.path());
    let scheme = endpoint.scheme();
    match why {
        Reason::Path(paths) => {
            let shown = paths.iter().take(3).map(|path| format!("`{path}`"));
            let shown = shown.collect::<Vec<_>>().join(", ");
            let message =
                format!("{by} does not serve this path: every sample is rejected with 404");
            let help =
                format!("write a path that it serves, or add this one to it; it has {shown}");
            warning(path, message, &help)
        }
        Reason::Moved(status) => {
            let (severity, so) = redirected(entry, *status);
            let so = so.replace(", first in the clear", "");
            let message = format!("{by} answers this path with a redirect, {status}: {so}");
            Words {
                severity,
                ..warning(path, message, "write the URL that it redirects to")
            }
        }
        Reason::NoPort(service, ports) => {
            let shown: Vec<_> = ports.iter().map(u16::to_string).collect();
            let message = format!(
                "{by} routes to a port that the Service `{service}` does not have: every sample is rejected with 503"
            );
            let help = format!("write a port of the Service there: {}", shown.join(", "));
            warning(None, message, &help)
        }
        Reason::NoHttp => {
            let message =
                format!("{by} does not serve plain http: every sample is rejected with 503");
            warning(scheme, message, "write `https://`")
        }
        Reason::NoHttps => {
            let message = format!("{by} has no `tls`: https requests do not arrive");
            warning(scheme, message, "write `http://`, or set `tls` there")
        }
        Reason::Redirect(status) => {
            let (severity, so) = redirected(entry, *status);
            let message = format!("{by} redirects plain http with {status}: {so}");
            Words {
                severity,
                ..warning(scheme, message, "write `https://`")
            }
        }
    }
}

/// What becomes of samples that are redirected.
fn redirected(entry: &Entry<'_>, status: u16) -> (Severity, &'static str) {
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
