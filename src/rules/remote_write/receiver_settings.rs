//! `remote-write/receiver-settings`: the receiver of the tree is set to something else than the endpoint.

use crate::facts::receiver::Credential;
use crate::facts::{KnownSetting, ReceiverRequirements, ReceiverSettings};
use crate::finding::{Advice, Finding, Severity, nearest};
use crate::rules::{EntryUrl, RemoteWriteEntry, RuleFindings, advice};

pub(super) fn check(entry: &RemoteWriteEntry<'_>, out: &mut RuleFindings<'_>) {
    let (Some(url), Some(settings)) = (entry.sound_url(), entry.settings()) else {
        return;
    };
    // What is not reached at all is reported by `network/unreachable`.
    if url.unreachable.is_some() || !url.endpoint.placeholders().is_empty() {
        return;
    }
    // Each hides the ones behind it: nothing is known of a path at another port.
    let found = release(url, settings, out)
        .or_else(|| part(url, settings, out))
        .or_else(|| port(url, settings, out))
        .or_else(|| tls(url, settings, out))
        .or_else(|| certificate(entry, url, settings, out))
        .or_else(|| prefix(url, settings, out))
        .or_else(|| users(entry, url, settings, out))
        .or_else(|| other_user(entry, url, settings, out));
    if let Some(finding) = found {
        out.push(settings.with_severity_of_certainty(finding));
    }
}

/// A release without the intake.
fn release(
    url: &EntryUrl<'_>,
    settings: &ReceiverSettings,
    out: &RuleFindings<'_>,
) -> Option<Finding> {
    let ((major, minor), since) = settings.lacks_intake?;
    let host = url.endpoint.host()?;
    let program = &settings.program;
    let message = format!(
        "{} runs {program} {major}.{minor}, which accepts no remote write: every sample is rejected",
        settings.container
    );
    let span = url.span(host.start, host.end);
    // Which minor release brought a preview is written in few places; that an older major one lacks it is sure.
    let severity = match major < since.0 {
        true => Severity::Error,
        false => Severity::Warning,
    };
    let mut finding = out.part(url.node, span, severity, message).kind("release");
    finding.evidence = settings.evidence.clone();
    Some(finding.help(format!("run {program} {}.{} or newer", since.0, since.1)))
}

fn part(
    url: &EntryUrl<'_>,
    settings: &ReceiverSettings,
    out: &RuleFindings<'_>,
) -> Option<Finding> {
    let other = settings.other_part.as_ref()?;
    let host = url.endpoint.host()?;
    let message = format!(
        "{} runs {} as `{}`, which takes no samples: every send fails",
        settings.container, settings.program, other.runs.value
    );
    let span = url.span(host.start, host.end);
    let mut finding = out
        .part(url.node, span, Severity::Warning, message)
        .kind("part");
    finding.evidence = settings.evidence_of(&other.runs, "the part that runs is set here");
    Some(finding.help(format!("send to a container that runs `{}`", other.wanted)))
}

fn certificate(
    entry: &RemoteWriteEntry<'_>,
    url: &EntryUrl<'_>,
    settings: &ReceiverSettings,
    out: &RuleFindings<'_>,
) -> Option<Finding> {
    let asks = settings
        .client_certificate
        .as_ref()
        .filter(|asks| asks.value)?;
    let credentials = entry.credentials();
    let mut kinds = credentials
        .iter()
        .map(|credential| Credential::from(credential.kind));
    if kinds.any(|kind| kind == Credential::ClientCertificate) {
        return None;
    }
    let message = format!(
        "{} requires a client certificate, and none is set: the TLS handshake fails",
        settings.container
    );
    let mut finding = out
        .at(url.node, Severity::Warning, message)
        .kind("certificate");
    finding.evidence = settings.evidence_of(asks, "client certificates are required here");
    Some(finding.help("set `cert_file` and `key_file` in `tls_config`"))
}

fn port(
    url: &EntryUrl<'_>,
    settings: &ReceiverSettings,
    out: &RuleFindings<'_>,
) -> Option<Finding> {
    let [only] = url.answering.as_slice() else {
        return None;
    };
    // From outside the project, the port of the machine is right.
    let is_of_machine = !only.is_asked_from_inside && only.publishes(only.port);
    if is_of_machine || only.is_shared() {
        return None;
    }
    let ports = settings.ports.as_ref()?;
    if ports.iter().any(|port| port.value == only.port) {
        return None;
    }
    let first = ports.first()?;
    // A default counts where others know it, and not of the port that is written: something may
    // be set in a way that is not in sight.
    let reported = |port: u16| only.declared_ports.contains(&port);
    if first.place.is_none() && (reported(only.port) || !reported(first.value)) {
        return None;
    }
    let endpoint = &url.endpoint;
    let piece = endpoint.port().or(endpoint.host())?;
    let (own, asked) = (first.value, only.port);
    let message = format!(
        "{} listens on port {own}, and nothing answers on {asked}",
        settings.container
    );
    let help = match Some(asked) == endpoint.port_or_default() {
        true => format!("write port {own}"),
        false => format!("point the Service to port {own}"),
    };
    let span = url.span(piece.start, piece.end);
    let mut finding = out
        .part(url.node, span, Severity::Warning, message)
        .kind("port");
    finding.evidence = settings.evidence_of(first, "its port is set here");
    Some(finding.help(help))
}

fn tls(url: &EntryUrl<'_>, settings: &ReceiverSettings, out: &RuleFindings<'_>) -> Option<Finding> {
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
    Some(finding.help(Advice::write(format!("write `{right}://`"))))
}

fn prefix(
    url: &EntryUrl<'_>,
    settings: &ReceiverSettings,
    out: &RuleFindings<'_>,
) -> Option<Finding> {
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
            "{} serves its paths below `{own}`: every sample is rejected with 404",
            settings.container
        ),
    };
    let behind = of_write.unwrap_or(path);
    let span = url.span(piece.start, piece.end);
    let mut finding = out
        .part(url.node, span, Severity::Warning, message)
        .kind("prefix");
    finding.evidence = settings.evidence_of(prefix, "the prefix is set here");
    Some(finding.help(format!("write the path `{own}{behind}`")))
}

fn users(
    entry: &RemoteWriteEntry<'_>,
    url: &EntryUrl<'_>,
    settings: &ReceiverSettings,
    out: &RuleFindings<'_>,
) -> Option<Finding> {
    let users: &KnownSetting<bool> = settings.users.as_ref().filter(|users| users.value)?;
    // Of one that always wants some, `remote-write/credentials-missing` tells.
    let is_open = |demand: ReceiverRequirements<'_, '_>| demand.takes(&Credential::None);
    if !entry.sent_credentials().is_empty()
        || has_user_in_query(url)
        || !entry.demand().is_none_or(is_open)
    {
        return None;
    }
    let severity = match entry.templated {
        true => Severity::Warning,
        false => Severity::Error,
    };
    let message = format!(
        "{} requires a user, and none is set: every sample is rejected with 401",
        settings.container
    );
    let mut finding = out.at(url.node, severity, message).kind("users");
    finding.evidence = settings.evidence_of(users, "users are set here");
    Some(finding.help("set `basic_auth`"))
}

/// That none of the receiver's users is the one that is sent.
fn other_user(
    entry: &RemoteWriteEntry<'_>,
    url: &EntryUrl<'_>,
    settings: &ReceiverSettings,
    out: &RuleFindings<'_>,
) -> Option<Finding> {
    let users = settings.user_names.as_ref()?;
    if url.endpoint.userinfo().is_some() {
        return None;
    }
    let node = entry.write.get("basic_auth")?.get("username")?;
    let name = node.as_str().filter(|name| !name.is_empty())?;
    if entry.is_open(name) || users.value.iter().any(|user| user == name) {
        return None;
    }
    let message = format!(
        "{} has no user `{name}`: every sample is rejected with 401",
        settings.container
    );
    let mut finding = out.at(node, Severity::Warning, message).kind("user");
    finding.evidence = settings.evidence_of(users, "its users are set here");
    let near = nearest(name, users.value.iter().map(String::as_str));
    Some(finding.help(match near {
        Some(near) => advice::value(node, near, format!("write `{near}`")).unsafe_(),
        None => "name one of its users".into(),
    }))
}

/// Whether the query names the user in the way that the receiver takes: `{query: u+p}`.
fn has_user_in_query(url: &EntryUrl<'_>) -> bool {
    let profiles = url
        .recognition
        .decisive()
        .iter()
        .map(|candidate| candidate.profile);
    let mut kinds = profiles.flat_map(|profile| profile.credentials.iter());
    kinds.any(|kind| match kind {
        Credential::Query(names) => {
            let mut names = names.split('+');
            names.all(|name| url.endpoint.parameter(name).is_some())
        }
        _ => false,
    })
}
