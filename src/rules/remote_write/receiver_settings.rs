//! `remote-write/receiver-settings`: the receiver of the tree is set to something else than the endpoint.

use crate::facts::receiver::Credential;
use crate::facts::{ReceiverSettings, Setting};
use crate::finding::{Finding, Severity};
use crate::rules::{Entry, Findings, Url};

pub(super) fn check(entry: &Entry<'_>, out: &mut Findings<'_>) {
    let (Some(url), Some(settings)) = (entry.sound_url(), entry.settings()) else {
        return;
    };
    // What is not reached at all is reported by `network/unreachable`.
    if url.unreachable.is_some() || !url.endpoint.placeholders().is_empty() {
        return;
    }
    // Each hides the ones behind it: nothing is known of a path at another port.
    let found = port(url, settings, out)
        .or_else(|| tls(url, settings, out))
        .or_else(|| prefix(url, settings, out))
        .or_else(|| users(entry, url, settings, out));
    if let Some(finding) = found {
        out.push(finding);
    }
}

fn port(url: &Url<'_>, settings: &ReceiverSettings, out: &Findings<'_>) -> Option<Finding> {
    let [only] = url.answering.as_slice() else {
        return None;
    };
    let ports = settings.ports.as_ref()?;
    if ports.iter().any(|port| port.value == only.port) {
        return None;
    }
    let first = ports.first()?;
    // A default counts where others know it, and not of the port that is written: something may
    // be set in a way that is not in sight.
    let told = |port: u16| only.told_ports.contains(&port);
    if first.place.is_none() && (told(only.port) || !told(first.value)) {
        return None;
    }
    let endpoint = &url.endpoint;
    let piece = endpoint.port().or(endpoint.host())?;
    let (own, asked) = (first.value, only.port);
    let message = format!(
        "{} listens at port {own}, and nothing answers at {asked}",
        settings.container
    );
    let help = match Some(asked) == endpoint.port_or_default() {
        true => format!("write port {own}"),
        false => format!("let the Service lead to port {own}"),
    };
    let span = url.span(piece.start, piece.end);
    let mut finding = out
        .part(url.node, span, Severity::Warning, message)
        .kind("port");
    finding.evidence = settings.evidence_of(first, "its port is set here");
    Some(finding.help(help))
}

fn tls(url: &Url<'_>, settings: &ReceiverSettings, out: &Findings<'_>) -> Option<Finding> {
    let tls = settings.tls.as_ref()?;
    let scheme = url.endpoint.scheme_name()?;
    let (message, right) = match (scheme.as_str(), tls.value) {
        ("https", false) => ("speaks plain http: the TLS handshake fails", "http"),
        ("http", true) => ("speaks TLS, and answers plain http with 400", "https"),
        _ => return None,
    };
    let piece = url.endpoint.scheme()?;
    let span = url.span(piece.start, piece.end);
    let message = format!("{} {message}", settings.container);
    let mut finding = out
        .part(url.node, span, Severity::Warning, message)
        .kind("tls");
    finding.evidence = settings.evidence_of(tls, "TLS is set here");
    Some(finding.help(format!("write `{right}://`")))
}

fn prefix(url: &Url<'_>, settings: &ReceiverSettings, out: &Findings<'_>) -> Option<Finding> {
    let prefix = settings.prefix.as_ref()?;
    let piece = url.endpoint.path();
    let path = url.endpoint.slice(piece);
    let mut paths = settings.paths.iter().map(String::as_str);
    let of_write = paths.find(|write| path.ends_with(write));
    let before = of_write.and_then(|write| path.strip_suffix(write));
    let own = prefix.value.as_str();
    let is_right = match before {
        Some(before) => before == own,
        None => own.is_empty() || path.starts_with(&format!("{own}/")),
    };
    // The root leads nowhere in any case, which `remote-write/url-shape` tells.
    if is_right || path.trim_matches('/').is_empty() {
        return None;
    }
    let message = match own {
        "" => format!(
            "{} serves its paths without a prefix: every sample is rejected with 404",
            settings.container
        ),
        own => format!(
            "{} serves its paths below {own}: every sample is rejected with 404",
            settings.container
        ),
    };
    let behind = of_write.unwrap_or(path);
    let span = url.span(piece.start, piece.end);
    let mut finding = out
        .part(url.node, span, Severity::Warning, message)
        .kind("prefix");
    finding.evidence = settings.evidence_of(prefix, "the prefix is set here");
    Some(finding.help(format!("write the path {own}{behind}")))
}

fn users(
    entry: &Entry<'_>,
    url: &Url<'_>,
    settings: &ReceiverSettings,
    out: &Findings<'_>,
) -> Option<Finding> {
    let users: &Setting<bool> = settings.users.as_ref().filter(|users| users.value)?;
    if !entry.sent_credentials().is_empty() || has_user_in_query(url) {
        return None;
    }
    let severity = match entry.templated {
        true => Severity::Warning,
        false => Severity::Error,
    };
    let message = format!(
        "{} wants a user, and none is set: every sample is rejected with 401",
        settings.container
    );
    let mut finding = out.at(url.node, severity, message).kind("users");
    finding.evidence = settings.evidence_of(users, "users are set here");
    Some(finding.help("set `basic_auth`"))
}

/// Whether the query names the user in the way that the receiver takes: `{query: u+p}`.
fn has_user_in_query(url: &Url<'_>) -> bool {
    let profiles = url.recognition.decisive().iter().map(|one| one.profile);
    let mut kinds = profiles.flat_map(|profile| profile.credentials.iter());
    kinds.any(|kind| match kind {
        Credential::Query(names) => {
            let mut names = names.split('+');
            names.all(|name| url.endpoint.parameter(name).is_some())
        }
        _ => false,
    })
}
