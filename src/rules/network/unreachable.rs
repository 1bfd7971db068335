//! `network/unreachable`: nothing answers at the address from the container that sends to it.

use crate::facts::{Unreachable, Why};
use crate::finding::Severity;
use crate::rules::{Entry, Findings, advice};

pub(super) fn check(entry: &Entry<'_>, out: &mut Findings<'_>) {
    let Some(url) = entry.sound_url() else { return };
    let Some(found) = &url.unreachable else {
        return;
    };
    let host = url.endpoint.host().unwrap_or_default();
    let port = url.endpoint.port().unwrap_or(host);
    let piece = match is_port(&found.why) {
        true => port,
        false => host,
    };
    let (severity, message, help) = in_words(found);
    let span = url.span(piece.start, piece.end);
    let mut finding = out.part(url.node, span, severity, message);
    finding.kind = kind(&found.why).into();
    finding.evidence.clone_from(&found.evidence);
    let right = match &found.why {
        Why::NoSuchName { meant, .. } => meant.clone(),
        Why::PublishedPort { own, .. } | Why::Headless { own, .. } => Some(own.to_string()),
        Why::NotOffered { meant, .. } => meant.map(|port| port.to_string()),
        Why::OtherNamespace { service, namespace } => Some(format!("{service}.{namespace}.svc")),
        _ => None,
    };
    // Without a port in the URL, the piece is the host.
    let has_place = url.endpoint.port().is_some() || piece == host && !is_port(&found.why);
    let right = right.filter(|_| has_place);
    out.push(finding.help(match right {
        Some(right) => advice::part(url.node, piece.start..piece.end, &right, help).unsafe_(),
        None => help.into(),
    }));
}

/// Whether the port is wrong, and not the host.
fn is_port(why: &Why) -> bool {
    matches!(
        why,
        Why::PublishedPort { .. } | Why::NotOffered { .. } | Why::Headless { .. }
    )
}

/// The word in fingerprints.
fn kind(why: &Why) -> &'static str {
    match why {
        Why::NoSuchName { .. } => "name",
        Why::Localhost { .. } => "localhost",
        Why::PublishedPort { .. } => "port",
        Why::NoCommonNetwork { .. } => "network",
        Why::OtherNamespace { .. } => "namespace",
        Why::NotOffered { .. } => "not-offered",
        Why::Headless { .. } => "headless",
    }
}

fn in_words(found: &Unreachable) -> (Severity, String, String) {
    let from = &found.from;
    match &found.why {
        Why::NoSuchName {
            host,
            meant: Some(meant),
        } => (
            Severity::Warning,
            format!("no service, alias or container is called `{host}`; `{meant}` may be meant"),
            format!("write `{meant}`, or add `{host}` to the compose file"),
        ),
        Why::NoSuchName { host, meant: None } => (
            Severity::Info,
            format!("no service, alias or container of the compose file is called `{host}`"),
            format!("add the service, or name `{host}` in `extra_hosts` of {from}"),
        ),
        Why::Localhost { port, meant } => (
            Severity::Warning,
            match meant {
                Some(meant) => format!(
                    "`localhost` is {from} itself, which does not listen at {port}; `{meant}` has that port"
                ),
                None => format!(
                    "`localhost` is {from} itself, where nothing listens at {port}: every send fails"
                ),
            },
            match meant {
                Some(meant) => {
                    format!("write the name of the service, `{meant}`, and its own port")
                }
                None => "write the name of the service, or `host.docker.internal` for the machine"
                    .to_owned(),
            },
        ),
        Why::PublishedPort {
            service,
            written,
            own,
        } => (
            Severity::Warning,
            format!(
                "port {written} of `{service}` is published on the machine; its container listens at {own}"
            ),
            format!("write `{service}:{own}`: published ports count outside of the network only"),
        ),
        Why::OtherNamespace { service, namespace } => (
            Severity::Warning,
            format!(
                "the Service `{service}` is in the namespace `{namespace}`: its short name is not found here"
            ),
            format!("write `{service}.{namespace}.svc`"),
        ),
        Why::NotOffered {
            service,
            written,
            offered,
            meant,
        } => (
            Severity::Warning,
            format!(
                "the Service `{service}` does not offer port {written}, but {}",
                listed(offered)
            ),
            match (meant, offered.as_slice()) {
                (Some(meant), _) => format!("write port {meant}, which leads to {written}"),
                (None, [only]) => format!("write port {only}"),
                _ => format!("write a port of the Service, or add {written} to it"),
            },
        ),
        Why::Headless {
            service,
            written,
            own,
        } => (
            Severity::Warning,
            format!(
                "the Service `{service}` is headless: its port {written} is not mapped, and the pods listen at {own}"
            ),
            format!("write port {own}"),
        ),
        Why::NoCommonNetwork { service } => (
            Severity::Warning,
            format!("{from} and `{service}` have no network in common: every send fails"),
            "add one network to `networks` of both services".to_owned(),
        ),
    }
}

/// Numbers for a sentence.
fn listed(ports: &[u16]) -> String {
    let ports: Vec<_> = ports.iter().map(u16::to_string).collect();
    ports.join(", ")
}
