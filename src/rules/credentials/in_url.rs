//! `credentials/in-url`: a credential is in a URL.

use crate::discover::EmbeddedIn;
use crate::finding::Severity;
use crate::prometheus::endpoint::{Endpoint, UrlPiece};
use crate::prometheus::{ClientSection, Peer};
use crate::rules::{HttpPart, RuleFindings};
use crate::yaml::Node;

/// Where Prometheus shows the URL of a section: `NewReadClient` and `NewWriteClient` of
/// `storage/remote/client.go` make it a label, and `discovery/http` sets `__meta_url`, which the page
/// of the service discovery shows.
fn shown(section: ClientSection) -> Option<&'static str> {
    match section {
        ClientSection::RemoteWrite | ClientSection::RemoteRead => {
            Some("as a label of its own metrics")
        }
        ClientSection::Discovery("http_sd_configs") => Some("as `__meta_url` of each target"),
        _ => None,
    }
}

pub(super) fn check(part: &HttpPart<'_, '_>, out: &mut RuleFindings<'_>) {
    // A target is not a URL; `scrape/target-address` reports it.
    if matches!(
        part.client.section,
        ClientSection::Scrape | ClientSection::Alertmanager
    ) {
        return;
    }
    let shown = shown(part.client.section);
    let entry = part.entry.and_then(|entry| entry.url());
    if let Some(url) = entry {
        let holder = part.configuration.holder;
        return match holder.is_none_or(EmbeddedIn::shows_url) {
            true => judge(url.node, 0, &url.endpoint, shown, out),
            false => written(url.node, &url.endpoint, out),
        };
    }
    for peer in part.client.peers() {
        let Peer { node, endpoint } = peer;
        let Some(text) = node.as_str() else { continue };
        let prefix = endpoint.text().len().saturating_sub(text.len());
        judge(*node, prefix, endpoint, shown, out);
    }
}

/// A user and a password that are in a file, whatever the program does with them; what variables fill in is not.
fn written(node: Node<'_>, endpoint: &Endpoint, out: &mut RuleFindings<'_>) {
    let is_written = |piece: &UrlPiece| !piece.is_empty() && !endpoint.is_templated(*piece);
    let (Some(userinfo), Some(_), Some(scalar)) = (
        endpoint.userinfo().filter(is_written),
        endpoint.password().filter(is_written),
        node.scalar(),
    ) else {
        return;
    };
    let span = scalar.part(userinfo.start, userinfo.end);
    node.document().text().mark_secret(span);
    let message =
        "the URL holds a user name and a password: anyone who can read this file can use them";
    let help = "move them to `basic_auth` with `username` and `password_file`, then change the \
                password";
    out.push(
        out.part(node, span, Severity::Warning, message)
            .kind("written")
            .help(help),
    );
}

/// The most parameters of one URL that are reported: a URL with more has the same fault over and over.
const MOST_PARAMETERS: usize = 16;

/// `prefix` is what the URL has before the text of its node.
fn judge(
    node: Node<'_>,
    prefix: usize,
    endpoint: &Endpoint,
    shown: Option<&str>,
    out: &mut RuleFindings<'_>,
) {
    let severity = match shown {
        Some(_) => Severity::Error,
        None => Severity::Warning,
    };
    let Some(scalar) = node.scalar() else { return };
    let span = |piece: UrlPiece| {
        let at = |byte: usize| byte.saturating_sub(prefix);
        scalar.part(at(piece.start), at(piece.end))
    };
    let has_secret = |value: &UrlPiece| !value.is_empty() && !endpoint.is_templated(*value);
    let parameters: Vec<(UrlPiece, UrlPiece)> = endpoint
        .secret_parameters()
        .filter_map(|parameter| Some((parameter.name, parameter.value.filter(has_secret)?)))
        .collect();
    let userinfo = endpoint.userinfo().filter(|piece| !piece.is_empty());
    // Before the first of them is reported: what a text hides is worked out anew after each.
    for secret in parameters.iter().map(|(_, value)| *value).chain(userinfo) {
        node.document().text().mark_secret(span(secret));
    }
    let mut push = |piece: UrlPiece, message: String, help: &str| {
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
