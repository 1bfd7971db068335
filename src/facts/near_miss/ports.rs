//! Ports that a selected object lacks.

use std::collections::BTreeSet;

use super::{MOST_LISTED, Selectable, UNNAMED, found, noun_of};
use crate::discover::FindingSite;
use crate::finding::{Advice, Finding, Severity, nearest};
use crate::yaml::{Node, placeholder};

/// What is reported about a port that nothing which is selected has. Where more may be selected than the
/// tree shows, it is worth knowing, and which port was meant is open.
pub(super) fn lacks_port(
    matching: &[&Selectable],
    (name, site): (&str, &FindingSite),
    noun: &str,
    may_be_more: bool,
) -> Option<Finding> {
    let ports: Option<Vec<&BTreeSet<String>>> =
        matching.iter().map(|it| it.ports.as_ref()).collect();
    let ports = ports?;
    let has_it = ports.iter().any(|ports| ports.contains(name));
    let mut names = ports.iter().flat_map(|ports| ports.iter());
    let is_open = names.any(|name| placeholder::is_open(name));
    if has_it || is_open || ports.iter().any(|ports| ports.is_empty()) {
        return None;
    }
    let all: BTreeSet<&str> = ports
        .iter()
        .flat_map(|ports| ports.iter().map(String::as_str))
        .filter(|name| *name != UNNAMED)
        .collect();
    let listed: Vec<String> = all
        .iter()
        .take(MOST_LISTED)
        .map(|text| format!("`{text}`"))
        .collect();
    let first = matching.first()?;
    let has = match listed.is_empty() {
        true => "its ports have no names".to_owned(),
        false => format!("only {}", listed.join(", ")),
    };
    let noun = noun_of(noun, &first.kind);
    if may_be_more {
        let message =
            format!("`port`: no {noun} of the tree that is selected has a port `{name}`, {has}");
        let mut finding =
            found(&site.place, site, message).evidence(first.place.clone(), "one is here");
        finding.severity = Severity::Info;
        return Some(finding.help("make sure that others have it"));
    }
    let message = format!(
        "`port`: the {noun} `{}` has no port `{name}`, {has}; no targets are found",
        first.name,
    );
    if listed.is_empty() {
        let finding = found(&site.place, site, message).evidence(first.place.clone(), "it is here");
        return Some(finding.help(format!("give the port the name `{name}` there")));
    }
    let near = nearest(name, all.iter().copied());
    let only = all.iter().next().copied().filter(|_| all.len() == 1);
    let finding = found(&site.place, site, message).evidence(first.place.clone(), "it is here");
    let add = format!("add the port that serves metrics there, with the name `{name}`");
    Some(match near.or(only) {
        // A database beside an exporter that has no port yet: the database answers no scrape.
        Some(meant) if near.is_none() && name.contains("metrics") && !may_serve(meant) => {
            finding.help(Advice::say(add))
        }
        Some(meant) => finding.help(Advice::replace(site.place.span(), meant).unsafe_()),
        None => finding.help(Advice::say("name one of these ports")),
    })
}

/// Whether a port with such a name may serve metrics.
pub(super) fn may_serve(name: &str) -> bool {
    const HTTP: &[&str] = &[
        "admin", "exporter", "health", "http", "manage", "metric", "monitor", "prom", "web",
    ];
    HTTP.iter().any(|word| name.contains(word))
}

/// Whether an object is a Service for requests from outside the cluster.
pub(super) fn is_way_in(root: Node<'_>) -> bool {
    let kind = root.get("spec").and_then(|spec| spec.get("type")?.as_str());
    matches!(kind, Some("LoadBalancer" | "NodePort"))
}
