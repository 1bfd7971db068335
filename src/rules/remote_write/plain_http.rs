//! `remote-write/plain-http`: a credential travels unencrypted to somewhere outside.

use crate::finding::Severity;
use crate::rules::{Entry, Findings};

pub(super) fn check(entry: &Entry<'_>, out: &mut Findings<'_>) {
    let Some(url) = entry
        .sound_url()
        .filter(|_| entry.sends_credentials_in_the_clear())
    else {
        return;
    };
    let endpoint = &url.endpoint;
    let carried = entry.sent_credentials();
    let Some((what, place)) = carried.first() else {
        return;
    };
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
