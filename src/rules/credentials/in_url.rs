//! `credentials/in-url`: a credential is in a URL.

use crate::finding::Severity;
use crate::prometheus::endpoint::{Endpoint, Piece};
use crate::prometheus::{Peer, Section};
use crate::rules::{Findings, HttpPart};
use crate::yaml::Node;

/// Where Prometheus shows the URL of a section: `NewReadClient` and `NewWriteClient` of
/// `storage/remote/client.go` make it a label, and `discovery/http` sets `__meta_url`, which the page
/// of the service discovery shows.
fn shown(section: Section) -> Option<&'static str> {
    match section {
        Section::RemoteWrite | Section::RemoteRead => Some("as a label of its own metrics"),
        Section::Discovery("http_sd_configs") => Some("as `__meta_url` of each target"),
        _ => None,
    }
}

pub(super) fn check(part: &HttpPart<'_, '_>, out: &mut Findings<'_>) {
    // A target is not a URL; `scrape/target-address` reports it.
    if matches!(part.client.section, Section::Scrape | Section::Alertmanager) {
        return;
    }
    let shown = shown(part.client.section);
    let entry = part.entry.and_then(|entry| entry.url());
    if let Some(url) = entry {
        return judge(url.node, 0, &url.endpoint, shown, out);
    }
    for peer in part.client.peers() {
        let Peer { node, endpoint } = peer;
        let Some(text) = node.as_str() else { continue };
        let prefix = endpoint.text().len().saturating_sub(text.len());
        judge(*node, prefix, endpoint, shown, out);
    }
}

/// The most parameters of one URL that are reported: a URL with more has the same fault over and over.
const MOST_PARAMETERS: usize = 16;

/// `prefix` is what the URL has before the text of its node.
fn judge(
    node: Node<'_>,
    prefix: usize,
    endpoint: &Endpoint,
    shown: Option<&str>,
    out: &mut Findings<'_>,
) {
    let severity = match shown {
        Some(_) => Severity::Error,
        None => Severity::Warning,
    };
    let Some(scalar) = node.scalar() else { return };
    let span = |piece: Piece| {
        let at = |byte: usize| byte.saturating_sub(prefix);
        scalar.part(at(piece.start), at(piece.end))
    };
    let has_secret = |value: &Piece| !value.is_empty() && !endpoint.is_templated(*value);
    let parameters: Vec<(Piece, Piece)> = endpoint
        .secret_parameters()
        .filter_map(|parameter| Some((parameter.name, parameter.value.filter(has_secret)?)))
        .collect();
    let userinfo = endpoint.userinfo().filter(|piece| !piece.is_empty());
    // Before the first of them is reported: what a text hides is worked out anew after each.
    for secret in parameters.iter().map(|(_, value)| *value).chain(userinfo) {
        node.document().text().mark_secret(span(secret));
    }
    let mut push = |piece: Piece, message: String, help: &str| {
        out.push(out.part(node, span(piece), severity, message).help(help));
    };
    if let Some(userinfo) = userinfo {
        let what = if endpoint.password().is_some() {
            "the URL holds a user name and a password"
        } else {
            "the URL holds a user name"
        };
        let so = shown.map_or_else(String::new, |shown| format!("shows the URL {shown}, and "));
        let message = format!("{what}: Prometheus {so}ignores `basic_auth` and `authorization`");
        let help = "move them to `basic_auth` with `username` and `password_file`, then change the \
                    password";
        push(userinfo, message, help);
    }
    let Some(shown) = shown else { return };
    for (name, value) in parameters.into_iter().take(MOST_PARAMETERS) {
        let message = format!(
            "the parameter `{}` puts a credential into the URL, which Prometheus shows {shown}",
            endpoint.slice(name)
        );
        let help = "send it in a header from a file if the receiver accepts one, then change it";
        push(value, message, help);
    }
}
