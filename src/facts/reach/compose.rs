//! Whether a service of docker compose answers at an address.

use std::path::Path;

use super::{ReachFault, Unreachable, nearest};
use crate::discover::EmbeddedIn;
use crate::facts::deployment::{
    NetworkMode, NetworkName, Platform, RunCertainty, RunningDeployment, Together,
};
use crate::facts::service_match::Requester;
use crate::finding::Evidence;
use crate::prometheus::endpoint::{Endpoint, HostNetwork};

impl<'f> Requester<'f> {
    /// Why no service of the project answers at an address.
    pub(super) fn unreachable_in_compose(&self, endpoint: &Endpoint) -> Option<Unreachable> {
        let host = endpoint.host_name()?;
        let is_single = endpoint.network() == HostNetwork::Internal && !host.contains(['.', ':']);
        let (together, own, runner) = self.in_project()?;
        let deployment = runner.deployment;
        let port = endpoint.port_or_default()?;
        let (why, other) = match endpoint.network() {
            _ if deployment.has_proxy() => return None,
            HostNetwork::Loopback if self.names_port_twice(port) => return None,
            HostNetwork::Loopback => localhost(&together, own, runner, (&host, port))?,
            _ if own.surroundings().own_mode == Some(NetworkMode::None) => {
                let mode = NetworkMode::None;
                let published = None;
                (ReachFault::OwnMode { mode, published }, None)
            }
            _ if self.maps(&host) => return None,
            _ if is_single => by_name(&together, own, &host, port)?,
            _ => return None,
        };
        // Another project of the tree may share a network with this one.
        if let ReachFault::NoSuchName { host, .. } = &why
            && self.is_known(host, port)
        {
            return None;
        }
        let other = other.and_then(|other| {
            Some(Evidence {
                place: other.service()?.place.clone(),
                message: format!("{} is here", other.service()?.name),
            })
        });
        let runs = runner.evidence.iter().cloned();
        Some(Unreachable {
            why,
            from: deployment.name.clone(),
            evidence: runs.chain(other).collect(),
        })
    }

    /// Whether the service that surely runs the configuration has an address of its own for a name.
    pub(in crate::facts) fn maps(&self, host: &str) -> bool {
        self.in_project().is_some_and(|(_, own, _)| {
            let mut names = own.surroundings().own_names.iter();
            names.any(|name| name.eq_ignore_ascii_case(host))
        })
    }

    /// Whether something beside the configuration has the name of a host, so that the way there is inside
    /// of a project or a cluster.
    #[must_use]
    pub fn is_answered_here(&self, endpoint: &Endpoint) -> bool {
        let Some(host) = endpoint.host_name() else {
            return false;
        };
        let port = endpoint.port_or_default().unwrap_or_default();
        self.maps(&host) || self.is_known(&host, port) || self.may_be_service(&host)
    }

    /// Whether a name in a cluster is `SERVICE.NAMESPACE`, where the namespace is called like a domain that
    /// anyone can register (`.dev`, `.app`).
    fn may_be_service(&self, host: &str) -> bool {
        /// Domains that no namespace is called by.
        const USUAL: &[&str] = &["com", "net", "org"];
        let mut runners = self.runners().iter().map(|runner| runner.deployment);
        let is_in_cluster = self.holder.is_some_and(EmbeddedIn::is_of_kubernetes)
            || runners.any(|deployment| deployment.platform == Platform::Kubernetes);
        let mut labels = host.split('.');
        let (_, last, more) = (labels.next(), labels.next(), labels.next());
        let is_word = |last: &str| last.len() > 2 && !USUAL.contains(&last);
        is_in_cluster && more.is_none() && last.is_some_and(is_word)
    }

    /// The services of the project that surely runs the configuration, and the one that does.
    fn in_project(&self) -> Option<(Together<'f>, &'f NetworkName, &RunningDeployment<'f>)> {
        let [runner] = self.runners() else {
            return None;
        };
        let deployment = runner.deployment;
        if deployment.platform != Platform::Compose || runner.certainty != RunCertainty::Certain {
            return None;
        }
        let together = self.together(&deployment.file)?;
        let is_own = |named: &&NetworkName| {
            let mut containers = named.service().into_iter();
            containers.any(|container| container.place.order() == deployment.place.order())
        };
        let own = together.all.iter().copied().find(is_own)?;
        Some((together, own, runner))
    }

    /// Whether anything of the tree has a name.
    fn is_known(&self, host: &str, port: u16) -> bool {
        let facts = self.facts();
        let network = facts.shared.network(&facts.files);
        !network.ask(facts.files.tree, host, port).is_empty()
    }

    fn together(&self, file: &Path) -> Option<Together<'f>> {
        let facts = self.facts();
        let network = facts.shared.network(&facts.files);
        network.together(facts.files.tree, file)
    }
}

type Found<'n> = (ReachFault, Option<&'n NetworkName>);

fn by_name<'n>(
    together: &Together<'n>,
    own: &NetworkName,
    host: &str,
    port: u16,
) -> Option<Found<'n>> {
    let has_name = |named: &&&NetworkName| {
        let mut names = named.names().iter();
        names.any(|name| name.eq_ignore_ascii_case(host))
    };
    let here = own.surroundings();
    let mut named = together.all.iter().filter(has_name);
    let Some(other) = named.next() else {
        return no_such_name(together, own, host, port);
    };
    if named.next().is_some() || std::ptr::eq(*other, own) {
        return None;
    }
    let there = other.surroundings();
    let service = service_name(other)?;
    if let Some(mode) = here.own_mode {
        let published = there.published.iter();
        let published =
            published.filter(|(_, inside)| mode == NetworkMode::Host && *inside == port);
        let published = published.map(|(outside, _)| *outside).next();
        return Some((ReachFault::OwnMode { mode, published }, Some(other)));
    }
    if let (Some(_), false, Some(mode)) = (&here.networks, here.has_other_names, there.own_mode) {
        return Some((ReachFault::OtherMode { service, mode }, Some(other)));
    }
    if let (Some(ours), Some(theirs)) = (&here.networks, &there.networks)
        && !ours.iter().any(|name| theirs.contains(name))
    {
        return Some((ReachFault::NoCommonNetwork { service }, Some(other)));
    }
    if let Some(ours) = &here.networks
        && let Some(network) = elsewhere(other, host, ours)
    {
        let alias = host.to_owned();
        let why = ReachFault::OtherAlias {
            service,
            alias,
            network,
        };
        return Some((why, Some(other)));
    }
    let (_, inside) = there
        .published
        .iter()
        .find(|(outside, _)| *outside == port)?;
    let listens = there.published.iter().any(|(_, inside)| *inside == port)
        || there.exposed.contains(&port)
        || settings_name(other, port);
    let why = ReachFault::PublishedPort {
        service,
        written: port,
        own: *inside,
    };
    let is_whole = other
        .service()
        .is_some_and(|service| service.changes.is_empty());
    (is_whole && !listens && there.mode.is_none()).then_some((why, Some(other)))
}

/// That no service has a name, unless something out of sight may have it.
fn no_such_name<'n>(
    together: &Together<'n>,
    own: &NetworkName,
    host: &str,
    port: u16,
) -> Option<Found<'n>> {
    let has_others = own.surroundings().has_other_names;
    if has_others || !together.is_alone || is_container_name(together, host) {
        return None;
    }
    let names = together.all.iter().flat_map(|named| {
        let names = named.names().iter();
        names.map(|name| (name.as_str(), (*named, name)))
    });
    let near = nearest(host, names);
    let others = || with_port(together, own, port);
    let meant = near.map(|(named, _)| named).or_else(others);
    let near = near.map(|(_, name)| name.clone());
    let why = ReachFault::NoSuchName {
        host: host.to_owned(),
        is_near: near.is_some(),
        meant: near.or_else(|| service_name(meant?)),
    };
    Some((why, meant))
}

/// The network in which a host is an alias of a service and nothing else, unless one of `ours` has that
/// alias.
fn elsewhere(named: &NetworkName, host: &str, ours: &[String]) -> Option<String> {
    let around = named.surroundings();
    around.networks.as_ref()?;
    let is_it = |name: &String| name.eq_ignore_ascii_case(host);
    let all = named.names().iter().filter(|name| is_it(name)).count();
    let of_aliases: Vec<_> = around
        .aliases
        .iter()
        .filter(|(_, alias)| is_it(alias))
        .collect();
    let (network, _) = of_aliases.first()?;
    let is_ours = of_aliases.iter().any(|(network, _)| ours.contains(network));
    (all == of_aliases.len() && !is_ours).then(|| network.clone())
}

/// Whether a host is the name that docker compose gives the container of a service in a project of
/// any name: `project-service-1`, with Compose 1 `project_service_1`.
fn is_container_name(together: &Together<'_>, host: &str) -> bool {
    let before = host.rsplit_once(['-', '_']);
    let before = before.filter(|(_, number)| number.parse::<u16>().is_ok());
    let Some((before, _)) = before else {
        return false;
    };
    let services = together
        .all
        .iter()
        .filter_map(|named| named.names().first());
    let mut rests = services.filter_map(|service| before.strip_suffix(service.as_str()));
    rests.any(|rest| rest.len() > 1 && rest.ends_with(['-', '_']))
}

fn localhost<'n>(
    together: &Together<'n>,
    own: &NetworkName,
    runner: &RunningDeployment<'_>,
    (host, port): (&str, u16),
) -> Option<Found<'n>> {
    let deployment = runner.deployment;
    let has_guests = together.all.iter().chain(&together.others).any(|named| {
        let mode = named.surroundings().mode.as_deref();
        mode.is_some_and(|mode| mode.starts_with("service:") || mode.starts_with("container:"))
    });
    // A file that may be laid over this one has the service too.
    let is_namesake = |other: &&NetworkName| other.names().first() == own.names().first();
    // The official images run one program and nothing else.
    if !own.surroundings().is_apart
        || has_guests
        || together.others.iter().any(is_namesake)
        || !deployment.is_deaf_at(port)
    {
        return None;
    }
    let meant = with_port(together, own, port);
    let why = ReachFault::Localhost {
        written: host.to_owned(),
        port,
        meant: meant.and_then(service_name),
        in_pod: false,
    };
    Some((why, meant))
}

/// The only other service that is known to have a port, on the machine or in its container.
fn with_port<'n>(together: &Together<'n>, own: &NetworkName, port: u16) -> Option<&'n NetworkName> {
    let has = |named: &&&NetworkName| {
        let around = named.surroundings();
        let mut published = around.published.iter();
        !std::ptr::eq(**named, own)
            && (published.any(|(outside, inside)| *outside == port || *inside == port)
                || around.exposed.contains(&port))
    };
    let mut found = together.all.iter().filter(has);
    let first = found.next()?;
    found.next().is_none().then_some(*first)
}

/// Whether an argument or a variable of a service names a port, so that it may listen there.
fn settings_name(named: &NetworkName, port: u16) -> bool {
    let port = port.to_string();
    named.service().is_some_and(|container| {
        let mut arguments = container.arguments.list.iter();
        arguments.any(|argument| argument.text.contains(&port))
            || container.environment.may_name(&port)
    })
}

fn service_name(named: &NetworkName) -> Option<String> {
    named.names().first().cloned()
}
