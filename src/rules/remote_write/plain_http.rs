//! `remote-write/plain-http`: a credential travels unencrypted to somewhere outside.

use crate::finding::Severity;
use crate::prometheus::endpoint::Network;
use crate::rules::{Entry, Findings};

pub(super) fn check(entry: &Entry<'_>, out: &mut Findings<'_>) {
    let Some(url) = entry.sound_url() else { return };
    let endpoint = &url.endpoint;
    if endpoint.scheme_name().as_deref() != Some("http") || endpoint.network() != Network::Public {
        return;
    }
    let carried = entry.sent_credentials();
    let Some((what, place)) = carried.first() else { return };
    let scheme = endpoint.scheme().unwrap_or_default();
    let span = url.span(scheme.start, scheme.end);
    let message = format!(
        "{what} travels over plain http, readable by everybody on the way to {}",
        endpoint.host_name().unwrap_or_default()
    );
    let finding = out
        .part(url.node, span, Severity::Error, message)
        .help("write https://")
        .evidence(place.clone(), "this is sent with every request");
    out.push(finding);
}
