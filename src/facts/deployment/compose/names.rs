//! The names by which the services of a project reach each other.

use std::collections::HashSet;

use super::arguments;
use super::project::{ComposeService, Project, each_project};
use crate::facts::deployment::Home;
use crate::facts::deployment::image::Image;
use crate::facts::deployment::model::Platform;
use crate::facts::deployment::network::{
    NetworkContainer, NetworkMode, NetworkName, Ports, Surroundings,
};
use crate::facts::deployment::scan::SourceFile;
use crate::yaml::{Node, placeholder};

/// Every service of the compose files of a folder that others can reach by a name.
pub(in crate::facts::deployment) fn named(
    home: Home<'_>,
    folder: &[SourceFile],
    all: &[SourceFile],
) -> Vec<NetworkName> {
    let named = each_project(home, folder, all, |project| -> Vec<NetworkName> {
        let services = project.services();
        let named = services.iter().map(|service| of_service(project, service));
        let mut named: Vec<NetworkName> = named.collect();
        note_guests(&mut named);
        named
    });
    named.into_iter().flatten().collect()
}

/// Notes in whose network others are (`network_mode: service:…`, `container:…`).
fn note_guests(named: &mut [NetworkName]) {
    let modes = named.iter().filter_map(|named| {
        let mode = named.surroundings.mode.as_deref()?;
        let host = mode
            .strip_prefix("service:")
            .or(mode.strip_prefix("container:"))?;
        Some(host.to_owned())
    });
    let hosts: HashSet<String> = modes.collect();
    for named in named {
        named.surroundings.is_shared = named.names.iter().any(|name| hosts.contains(name));
    }
}

fn of_service(project: &Project<'_>, service: &ComposeService<'_>) -> NetworkName {
    // An image that is built here is whatever its Dockerfile makes of it.
    let image = match service.get("build") {
        Some(_) => None,
        None => image(project, service),
    };
    NetworkName {
        names: names(project, service),
        platform: Platform::Compose,
        file: project.file.clone(),
        namespace: None,
        pods: None,
        ports: Ports::Same,
        containers: vec![NetworkContainer {
            name: format!("the service `{}`", service.name),
            image,
            place: service.key.place(),
            ports: Vec::new(),
            arguments: arguments(project, service, None),
            environment: project.variables(service),
            changes: service.changes.clone(),
            has_other_image: service.has_other_image,
            is_one_program: !service.has_other_program,
        }],
        workload: None,
        injected: None,
        evidence: Vec::new(),
        surroundings: surroundings(project, service),
    }
}

/// The keys of a service that bring in names from elsewhere.
const OTHER_NAMES: &[&str] = &[
    "extra_hosts",
    "links",
    "external_links",
    "dns",
    "dns_search",
    "domainname",
];

fn surroundings(project: &Project<'_>, service: &ComposeService<'_>) -> Surroundings {
    let mode = service.get("network_mode").and_then(Node::as_str);
    let is_whole = service.doubts.is_empty() && !project.includes_others();
    let networks = networks(service);
    // A variable may be the name of any.
    let is_own = |name: &String| !placeholder::is_open(name) && project.has_own_network(name);
    let in_sight = is_whole && mode.is_none() && networks.iter().all(is_own);
    let is_apart = is_whole
        && mode.is_none()
        && !networks
            .iter()
            .any(|name| project.may_be_host_network(name));
    let maps_names = OTHER_NAMES.iter().any(|key| service.get(key).is_some());
    let ports = service.items("ports").into_iter();
    let exposed = service.items("expose").into_iter();
    Surroundings {
        has_other_names: !in_sight || maps_names,
        own_mode: mode
            .filter(|_| is_whole && !maps_names)
            .and_then(NetworkMode::of),
        networks: in_sight.then_some(networks),
        is_apart,
        published: match service.has_other_ports {
            true => Vec::new(),
            false => ports.flat_map(|node| published(project, node)).collect(),
        },
        exposed: exposed
            .filter_map(|node| project.expand(node.as_str()?)?.parse().ok())
            .collect(),
        is_shared: false,
        own_names: own_names(project, service),
        mode: mode.map(str::to_owned),
        aliases: aliases(project, service),
    }
}

/// The names in `extra_hosts` (`name:address`, `name=address` or a mapping) and behind the colons of links.
fn own_names(project: &Project<'_>, service: &ComposeService<'_>) -> Vec<String> {
    let hosts = service.layers.iter();
    let hosts = hosts.filter_map(|layer| layer.get("extra_hosts")?.mapping());
    let mapped = hosts.flat_map(|hosts| hosts.entries());
    let mapped = mapped.map(|entry| entry.name().to_owned());
    let listed = service.items("extra_hosts").into_iter();
    let listed = listed.filter_map(|node| {
        let text = project.expand(node.as_str()?)?;
        let (name, _) = text.split_once(['=', ':'])?;
        Some(name.trim().to_owned())
    });
    let links = ["links", "external_links"].into_iter();
    let links = links.flat_map(|key| service.items(key));
    let links = links.filter_map(|node| {
        let text = project.expand(node.as_str()?)?;
        Some(text.rsplit_once(':')?.1.to_owned())
    });
    mapped.chain(listed).chain(links).collect()
}

/// The networks of a service: without any, that of the project.
fn networks(service: &ComposeService<'_>) -> Vec<String> {
    let all = service
        .layers
        .iter()
        .filter_map(|layer| layer.get("networks"));
    let mut out: Vec<String> = Vec::new();
    for node in all {
        let keys = node
            .mapping()
            .into_iter()
            .flat_map(|mapping| mapping.entries());
        out.extend(keys.map(|entry| entry.name().to_owned()));
        let items = node.items().filter_map(Node::as_str);
        out.extend(items.map(str::to_owned));
    }
    if out.is_empty() {
        out.push("default".to_owned());
    }
    out
}

/// How many ports of a range are read: a range of all ports says nothing about a service.
const MOST_PORTS: u16 = 256;

/// The ports of the machine and those of the container behind them, in the short form
/// (`127.0.0.1:19090:9090/tcp`, `8000-8010:80-90`) or the long one.
fn published(project: &Project<'_>, node: Node<'_>) -> Vec<(u16, u16)> {
    let pairs = || {
        let number = |text: &str| project.expand(text)?.parse::<u16>().ok();
        if let Some(target) = node.get("target") {
            let published = node.get("published")?;
            return Some(vec![(
                number(published.as_str()?)?,
                number(target.as_str()?)?,
            )]);
        }
        let text = project.expand(node.as_str()?)?;
        let text = text.strip_suffix("/tcp").unwrap_or(&text);
        let (before, own) = text.rsplit_once(':')?;
        let (host, own) = (range(before.rsplit(':').next()?)?, range(own)?);
        // A range for one port of the container takes whichever is free.
        (host.1 - host.0 == own.1 - own.0 && own.1 - own.0 < MOST_PORTS)
            .then(|| (host.0..=host.1).zip(own.0..=own.1).collect())
    };
    pairs().unwrap_or_default()
}

/// A port, or the first and the last one of a range.
fn range(text: &str) -> Option<(u16, u16)> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let (first, last) = (first.parse().ok()?, last.parse().ok()?);
    (first <= last).then_some((first, last))
}

/// The image that a service names.
pub(super) fn image(project: &Project<'_>, service: &ComposeService<'_>) -> Option<Image> {
    let node = service.get("image")?;
    let name = node.as_str()?;
    // What the example of the `.env` file sets is what is meant, rather than the default.
    let is_open = project.has_default(name) && project.is_set_by_example(name);
    let expanded = project.expand(name).filter(|_| !is_open);
    Some(Image {
        name: expanded.unwrap_or_else(|| name.to_owned()),
        place: node.place(),
    })
}

/// Its own name, those of its container and its machine, and its aliases in any network
/// (docs.docker.com, compose file reference, `networks`, `aliases`). A container without a name is
/// called after its project, with the separator of Compose 2 or 1.
fn names(project: &Project<'_>, service: &ComposeService<'_>) -> Vec<String> {
    let mut out = vec![service.name.to_owned()];
    let own = ["container_name", "hostname"].into_iter();
    let own = own.filter_map(|key| service.get(key)?.as_str());
    out.extend(own.filter_map(|text| project.expand(text)));
    out.extend(
        aliases(project, service)
            .into_iter()
            .map(|(_, alias)| alias),
    );
    if service.get("container_name").is_none() {
        let project = project.name();
        let name = |by: &str| [project.as_str(), service.name, "1"].join(by);
        out.extend(["-", "_"].map(name));
    }
    out
}

/// The networks of a service with the aliases that it has there.
fn aliases(project: &Project<'_>, service: &ComposeService<'_>) -> Vec<(String, String)> {
    let networks = service.get("networks").and_then(Node::mapping);
    let networks = networks.into_iter().flat_map(|network| network.entries());
    let aliases = networks.flat_map(|network| {
        let aliases = network.value.get("aliases").into_iter();
        let aliases = aliases.flat_map(Node::items).filter_map(Node::as_str);
        let aliases = aliases.filter_map(|text| project.expand(text));
        aliases.map(move |alias| (network.name().to_owned(), alias))
    });
    aliases.collect()
}
