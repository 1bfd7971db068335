//! `tls/min-version`: old versions of TLS are let in.

use crate::finding::{Advice, Severity};
use crate::prometheus::ClientSection;
use crate::prometheus::endpoint::HostNetwork;
use crate::rules::{HttpPart, RuleFindings};

/// Versions below 1.2, and what they are called.
const OLD: &[(&str, &str)] = &[("TLS10", "TLS 1.0"), ("TLS11", "TLS 1.1")];

pub(super) fn check(part: &HttpPart<'_, '_>, out: &mut RuleFindings<'_>) {
    let Some(tls) = part.client.http.tls() else {
        return;
    };
    if part.client.is_never_encrypted() {
        return;
    }
    for (key, what) in [
        ("max_version", "the newest version allowed is"),
        ("min_version", "the server can choose"),
    ] {
        let Some(node) = tls.get(key) else { continue };
        let Some((_, name)) = OLD.iter().find(|(word, _)| node.as_str() == Some(word)) else {
            continue;
        };
        let message = format!("{what} {name}, which is broken and withdrawn (RFC 8996)");
        let message = format!("`{key}`: {message}");
        // The other side may speak nothing newer.
        let advice = Advice::remove(node.span())
            .text("remove this line: the default is TLS 1.2 and newer")
            .unsafe_();
        out.push(out.at(node, severity(part), message).help(advice));
        return;
    }
}

/// What is scraped inside a network may be an old device that speaks nothing better.
fn severity(part: &HttpPart<'_, '_>) -> Severity {
    let peers = part.client.peers();
    let outside = peers
        .iter()
        .any(|peer| peer.endpoint.network() == HostNetwork::Public);
    match part.client.section {
        ClientSection::Scrape | ClientSection::Discovery(_) if !outside => Severity::Info,
        _ => Severity::Warning,
    }
}
