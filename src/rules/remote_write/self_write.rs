//! `remote-write/self-write`: Prometheus sends to itself.

use crate::finding::{Evidence, Severity};
use crate::prometheus::endpoint::{Endpoint, HostNetwork};
use crate::prometheus::{Client, ClientSection, Config};
use crate::rules::{EntryUrl, RemoteWriteEntry, RuleFindings};
use crate::yaml::Node;

/// The path at which a Prometheus takes samples.
const RECEIVER: &str = "/api/v1/write";

pub(super) fn check(entries: &[RemoteWriteEntry<'_>], out: &mut RuleFindings<'_>) {
    for url in entries.iter().filter_map(RemoteWriteEntry::url) {
        let path = url.endpoint.path();
        if !url.endpoint.slice(path).ends_with(RECEIVER) {
            continue;
        }
        let Some(evidence) = by_target(url).or_else(|| by_name(url)) else {
            continue;
        };
        let message = "this is the address of this Prometheus itself: each sample that it \
            receives is one it already has, and is rejected or sent in a loop";
        let help = "remove this entry, or write the address of the other Prometheus";
        let mut finding = out.at(url.node, Severity::Warning, message).help(help);
        finding.evidence = evidence;
        out.push(finding);
    }
}

/// By the address at which it scrapes itself.
fn by_target(url: &EntryUrl<'_>) -> Option<Vec<Evidence>> {
    let config = Config::new(url.node.document())?;
    let target = own_target(config, &url.endpoint)?;
    Some(vec![Evidence {
        place: target.place(),
        message: "here it scrapes itself at the same address".to_owned(),
    }])
}

/// By the name at which whatever runs the configuration is reached.
fn by_name(url: &EntryUrl<'_>) -> Option<Vec<Evidence>> {
    let [only] = url.answering.as_slice() else {
        return None;
    };
    let runs = only.itself.clone()?;
    Some(only.evidence.iter().cloned().chain(runs).collect())
}

/// The target at which this Prometheus scrapes itself, if it is on this machine and has the
/// address of the endpoint.
fn own_target<'d>(config: Config<'d>, endpoint: &Endpoint) -> Option<Node<'d>> {
    let port = |endpoint: &Endpoint| {
        (endpoint.network() == HostNetwork::Loopback).then(|| endpoint.port_number())?
    };
    let wanted = port(endpoint)?;
    let clients = config.clients();
    let jobs = clients.iter().filter(|client| {
        let name = client.node.get("job_name").and_then(Node::as_str);
        client.section == ClientSection::Scrape
            && name.is_some_and(|name| name.contains("prometheus"))
    });
    let mut local = jobs.flat_map(Client::peers).filter_map(|peer| {
        let port = port(&peer.endpoint)?;
        Some((peer.node, port))
    });
    // Where it scrapes several on this machine, nothing tells which of them it is.
    let (node, port) = local.next()?;
    (port == wanted && local.next().is_none()).then_some(node)
}
