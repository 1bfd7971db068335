//! `credentials/plain-http`: a credential travels unencrypted to somewhere outside, but for
//! remote_write, which `remote-write/plain-http` reports.

use std::cell::LazyCell;

use crate::finding::Severity;
use crate::prometheus::endpoint::{Endpoint, HostNetwork};
use crate::prometheus::{Client, ClientSection, Peer};
use crate::rules::{HttpPart, RuleFindings, SHOWN, advice};

pub(super) fn check(part: &HttpPart<'_, '_>, out: &mut RuleFindings<'_>) {
    if part.client.section != ClientSection::RemoteWrite {
        to_peers(part, out);
    }
    to_proxy(&part.client, out);
}

fn is_clear(endpoint: &Endpoint) -> bool {
    endpoint.scheme_name().as_deref() == Some("http") && endpoint.network() == HostNetwork::Public
}

fn to_peers(part: &HttpPart<'_, '_>, out: &mut RuleFindings<'_>) {
    let client = &part.client;
    let Some(secret) = client.sent_secrets().into_iter().next() else {
        return;
    };
    let standpoint = LazyCell::new(|| part.configuration.standpoint());
    let is_answered_here = |endpoint: &Endpoint| {
        let standpoint = standpoint.as_ref();
        standpoint.is_some_and(|standpoint| standpoint.is_answered_here(endpoint))
    };
    let clear = |peer: &&Peer<'_>| is_clear(&peer.endpoint) && !is_answered_here(&peer.endpoint);
    let peers: Vec<_> = client.peers().iter().filter(clear).collect();
    let [first, others @ ..] = peers.as_slice() else {
        return;
    };
    // A host with a placeholder has no name.
    let written = || {
        first
            .endpoint
            .host()
            .map(|host| first.endpoint.slice(host).to_owned())
    };
    let host = first
        .endpoint
        .host_name()
        .or_else(written)
        .unwrap_or_default();
    let message = format!(
        "a credential is sent over plain http: anyone on the network path to {host} can \
            read it"
    );
    let help = match client.section {
        ClientSection::Scrape | ClientSection::Alertmanager => {
            advice::scheme_https(client, "write `scheme: https`")
        }
        _ => advice::url_https(first.node, "write https://"),
    };
    // Behind a proxy such as PushProx the rest of the way may be a tunnel.
    let severity = match client.http.goes_direct(&host) {
        true => Severity::Error,
        false => Severity::Warning,
    };
    let mut finding = out
        .at(first.node, severity, message)
        .help(help.unsafe_())
        .evidence(secret.place(), "it is sent with every request");
    for other in others.iter().take(SHOWN) {
        finding = finding.evidence(other.node.place(), "and to this target");
    }
    out.push(finding);
}

/// User and password for a proxy go to it as they are, whatever is behind it.
fn to_proxy(client: &Client<'_>, out: &mut RuleFindings<'_>) {
    let Some(node) = client.http.proxy_url() else {
        return;
    };
    let (Some(scalar), Some(text)) = (node.scalar(), node.as_str()) else {
        return;
    };
    let endpoint = Endpoint::new(text);
    let userinfo = endpoint.userinfo().filter(|piece| !piece.is_empty());
    let Some(piece) = userinfo.filter(|_| is_clear(&endpoint)) else {
        return;
    };
    let span = scalar.part(piece.start, piece.end);
    node.document().text().mark_secret(span);
    let message = format!(
        "`proxy_url` sends user and password over plain http: anyone on the network path to {} \
         can read them",
        endpoint.host_name().unwrap_or_default()
    );
    out.push(
        out.part(node, span, Severity::Error, message)
            .kind("proxy")
            .help("use an https proxy, or one inside the network"),
    );
}
