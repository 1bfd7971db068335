//! `credentials/in-url`: a credential is in the URL.

use crate::finding::Severity;
use crate::prometheus::endpoint::Piece;
use crate::rules::{Entry, Findings};

pub(super) fn check(entry: &Entry<'_>, out: &mut Findings<'_>) {
    let Some(url) = entry.url() else { return };
    let endpoint = &url.endpoint;
    if let Some(userinfo) = endpoint.userinfo().filter(|piece| !piece.is_empty()) {
        let what = if endpoint.password().is_some() {
            "the URL holds a user name and a password"
        } else {
            "the URL holds a user name"
        };
        let message = format!(
            "{what}: Prometheus shows the URL as a label of its own metrics, and ignores \
             `basic_auth` and `authorization`"
        );
        let help = "move them to `basic_auth` with `username` and `password_file`, then change the \
             password";
        push(entry, userinfo, message, help, out);
    }
    for parameter in endpoint.secret_parameters() {
        let Some(value) = parameter
            .value
            .filter(|value| !value.is_empty() && !endpoint.is_templated(*value))
        else {
            continue;
        };
        let message = format!(
            "the parameter `{}` puts a credential into the URL, which Prometheus shows as a \
             label of its own metrics",
            endpoint.slice(parameter.name)
        );
        let help = "send it in a header from a file if the receiver accepts one, then change it";
        push(entry, value, message, help, out);
    }
}

fn push(entry: &Entry<'_>, piece: Piece, message: String, help: &str, out: &mut Findings<'_>) {
    let Some(url) = entry.url() else { return };
    let span = url.span(piece.start, piece.end);
    url.node.document().text().mark_secret(span);
    out.push(
        out.part(url.node, span, Severity::Error, message)
            .help(help),
    );
}
