//! `tls/server-name`: a name that no certificate of the other side carries.

use std::net::IpAddr;

use crate::facts::Certified;
use crate::facts::receiver::Tls;
use crate::finding::{Advice, Finding, Severity};
use crate::prometheus::ClientSection;
use crate::prometheus::endpoint::Endpoint;
use crate::rules::{HttpPart, RemoteWriteEntry, RuleFindings};
use crate::yaml::Node;

pub(super) fn check(part: &HttpPart<'_, '_>, out: &mut RuleFindings<'_>) {
    let tls = part.client.http.tls();
    // What is not verified fits any name.
    let Some(tls) = tls.filter(|tls| tls.skips_verification().is_none()) else {
        return;
    };
    if part.client.is_never_encrypted() {
        return;
    }
    let Some((node, name)) = tls
        .get("server_name")
        .and_then(|node| Some((node, node.as_str()?)))
    else {
        return;
    };
    if name.is_empty() || !Endpoint::new(name).placeholders().is_empty() {
        return;
    }
    if let Some(what) = malformed(name) {
        let message = format!(
            "`server_name` {what}, which certificates never contain: every connection \
                fails"
        );
        let help = "write only a host name, as in the certificate";
        let finding = out.at(node, severity(part), message);
        out.push(finding.kind("malformed").help(help));
    } else if let Some(certified) = certified(part, name) {
        out.push(not_in(&certified, node, name, out));
    } else if let Some(entry) = part.entry {
        strange(entry, node, name, out);
    }
}

/// Discovery may set the scheme of targets where none is written.
fn severity(part: &HttpPart<'_, '_>) -> Severity {
    let scheme = || part.client.node.get("scheme").and_then(Node::as_str);
    match part.client.section {
        ClientSection::Scrape | ClientSection::Alertmanager if scheme() != Some("https") => {
            Severity::Warning
        }
        _ => Severity::Error,
    }
}

fn malformed(name: &str) -> Option<&'static str> {
    if name.contains("://") {
        Some("is a URL")
    } else if name.parse::<IpAddr>().is_ok() {
        None
    } else if name.contains(':') {
        Some("has a port")
    } else if name.contains('/') {
        Some("has a path")
    } else if name.contains(char::is_whitespace) {
        Some("has white space in it")
    } else {
        None
    }
}

/// The certificate of a host that it talks to, where the tree reports one without this name.
fn certified(part: &HttpPart<'_, '_>, name: &str) -> Option<(String, Certified)> {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    part.client.peers().iter().find_map(|peer| {
        let endpoint = &peer.endpoint;
        let host = endpoint.host_name().filter(|host| *host != name)?;
        let is_plain = endpoint.scheme_name().as_deref() == Some("http");
        let certified = (!is_plain).then(|| part.facts.certified_without(&host, &name))??;
        Some((host, certified))
    })
}

/// That a certificate of the tree's own manifests does not have the name. One that is not in the tree may.
fn not_in(
    (host, certified): &(String, Certified),
    node: Node<'_>,
    name: &str,
    out: &RuleFindings<'_>,
) -> Finding {
    let message = format!(
        "`server_name`: the certificate of {host} is valid for {}, not for {name}; every \
         connection fails",
        certified.names.join(", ")
    );
    let help = format!(
        "remove this line to verify the host of the URL, or add {name} to the names of {}",
        certified.object
    );
    let finding = out.at(node, Severity::Warning, message);
    let mut finding = finding.kind("of-the-tree").help(help);
    finding.evidence.clone_from(&certified.evidence);
    finding
}

/// A vendor's certificate is made out to names of the vendor.
fn strange(entry: &RemoteWriteEntry<'_>, node: Node<'_>, name: &str, out: &mut RuleFindings<'_>) {
    let (Some(url), Some(demand)) = (entry.right_url(), entry.demand()) else {
        return;
    };
    let candidates = url.recognition.decisive();
    let public = candidates
        .iter()
        .all(|candidate| candidate.profile.tls == Tls::Public);
    let Some(host) = url
        .endpoint
        .host_name()
        .filter(|_| demand.is_saas() && public)
    else {
        return;
    };
    if related(name, &host) {
        return;
    }
    let message = format!(
        "`server_name`: the certificate of {host} is one of {} and not valid for {name}; every \
         connection fails",
        demand.name()
    );
    let advice = Advice::remove(node.span()).text("remove this line to verify the host of the URL");
    out.push(
        out.at(node, Severity::Error, message)
            .kind("of-a-vendor")
            .help(advice.unsafe_()),
    );
}

/// Whether two names end in the same two labels.
fn related(one: &str, other: &str) -> bool {
    let end = |name: &str| {
        let labels = name.trim_end_matches('.').rsplit('.').take(2);
        labels.map(str::to_ascii_lowercase).collect::<Vec<_>>()
    };
    end(one) == end(other)
}
