//! `remote-write/self-write`: Prometheus sends to itself.

use crate::finding::Severity;
use crate::prometheus::endpoint::{Endpoint, Network};
use crate::prometheus::{Client, Config, Section};
use crate::rules::Findings;
use crate::yaml::Node;

/// The path at which a Prometheus takes samples.
const RECEIVER: &str = "/api/v1/write";

pub(super) fn check(config: Config<'_>, out: &mut Findings<'_>) {
    for write in config.remote_writes() {
        let Some((node, endpoint)) = write
            .url()
            .and_then(|node| Some((node, Endpoint::new(node.as_str()?))))
        else {
            continue;
        };
        if !endpoint.slice(endpoint.path()).ends_with(RECEIVER) {
            continue;
        }
        let Some(target) = own_target(config, &endpoint) else {
            continue;
        };
        let message = "this is the address of this very Prometheus: each sample that it takes in is \
                       one that it has already, and is refused or sent round again";
        let help = "remove this entry, or name the Prometheus that is meant";
        out.push(
            out.at(node, Severity::Warning, message)
                .help(help)
                .evidence(target.place(), "here it scrapes itself at the same address"),
        );
    }
}

/// The target at which this Prometheus scrapes itself, if it is on this machine and has the
/// address of the endpoint.
fn own_target<'d>(config: Config<'d>, endpoint: &Endpoint) -> Option<Node<'d>> {
    let port = |one: &Endpoint| (one.network() == Network::Loopback).then(|| one.port_number())?;
    let wanted = port(endpoint)?;
    let clients = config.clients();
    let jobs = clients.iter().filter(|client| {
        let name = client.node.get("job_name").and_then(Node::as_str);
        client.section == Section::Scrape && name.is_some_and(|name| name.contains("prometheus"))
    });
    let mut local = jobs.flat_map(Client::peers).filter_map(|peer| {
        let port = port(&peer.endpoint)?;
        Some((peer.node, port))
    });
    // Where it scrapes several on this machine, nothing tells which of them it is.
    let (node, port) = local.next()?;
    (port == wanted && local.next().is_none()).then_some(node)
}
