//! Whether an address can be reached from the container that runs a configuration.

use std::path::Path;

use super::deployment::{Certainty, Named, Platform, RunningDeployment, Service, Together};
use super::service_match::Standpoint;
use crate::finding::{Evidence, Place};
use crate::prometheus::endpoint::{Endpoint, Network};

/// The edits that make one name nearly another.
const NEAR: usize = 2;

/// Why nothing answers at an address.
#[derive(Clone, Debug)]
pub struct Unreachable {
    /// What is wrong.
    pub why: Why,
    /// The service that runs the configuration.
    pub from: String,
    /// What shows it.
    pub evidence: Vec<Evidence>,
}

/// What is wrong with an address.
#[derive(Clone, Debug)]
pub enum Why {
    /// No service has the name; the one that may be meant.
    NoSuchName {
        /// The name.
        host: String,
        /// A service with nearly this name, or the only one with the port.
        meant: Option<String>,
    },
    /// `localhost` is the container itself, which runs nothing there.
    Localhost {
        /// The port.
        port: u16,
        /// The service that has the port.
        meant: Option<String>,
    },
    /// The port of the machine is written where that of the container is needed.
    PublishedPort {
        /// The service.
        service: String,
        /// What is written.
        written: u16,
        /// What the container listens at.
        own: u16,
    },
    /// The Service of Kubernetes is in another namespace, and the name does not say so.
    OtherNamespace {
        /// The Service.
        service: String,
        /// Its namespace.
        namespace: String,
    },
    /// The Service of Kubernetes does not offer the port.
    NotOffered {
        /// The Service.
        service: String,
        /// What is written.
        written: u16,
        /// The ports that it offers.
        offered: Vec<u16>,
        /// The one that leads to the port that is written, if one does.
        meant: Option<u16>,
    },
    /// The Service has no address of its own, so that its ports do not count.
    Headless {
        /// The Service.
        service: String,
        /// What is written.
        written: u16,
        /// The port of the containers.
        own: u16,
    },
    /// The services share no network.
    NoCommonNetwork {
        /// The other service.
        service: String,
    },
}

impl<'f> Standpoint<'f> {
    /// Why nothing answers at an endpoint of the configuration; nothing as soon as a part of the
    /// picture is missing.
    #[must_use]
    pub fn unreachable(&self, endpoint: &Endpoint) -> Option<Unreachable> {
        let in_compose = self.unreachable_in_compose(endpoint);
        in_compose.or_else(|| self.unreachable_in_cluster(endpoint))
    }

    /// The same for a Service of Kubernetes of the tree.
    fn unreachable_in_cluster(&self, endpoint: &Endpoint) -> Option<Unreachable> {
        let is_open = !endpoint.is_sound() || !endpoint.placeholders().is_empty();
        if is_open || endpoint.network() != Network::Internal {
            return None;
        }
        let host = endpoint.host_name()?;
        let (name, rest) = host.split_once('.').unwrap_or((&host, ""));
        let (namespace, domain) = rest.split_once('.').unwrap_or((rest, ""));
        let is_cluster = domain.is_empty() || domain == "svc" || domain.starts_with("svc.");
        let facts = self.facts();
        let network = facts.shared.network(&facts.files);
        let all = network.services(facts.files.tree, name);
        if !is_cluster || all.is_empty() {
            return None;
        }
        let wanted = match namespace {
            "" => self.own_namespace()?,
            written => written.to_owned(),
        };
        let is_there = |one: &&&Service| one.namespace.as_ref().is_none_or(|own| *own == wanted);
        let here: Vec<_> = all.iter().filter(is_there).copied().collect();
        let why = match here.first() {
            None if namespace.is_empty() => self.in_other_namespace(&all)?,
            None => return None,
            Some(_) => not_offered(&here, endpoint.port_or_default()?)?,
        };
        let first = here.first().or(all.first())?;
        let service = Evidence {
            place: first.place.clone(),
            message: format!("the Service `{name}` is here"),
        };
        let runners = self.runners().iter().take(1);
        let runs = runners.flat_map(|runner| runner.evidence.iter().cloned());
        Some(Unreachable {
            why,
            from: self.own_name(),
            evidence: runs.chain([service]).collect(),
        })
    }

    /// That all Services of a name are in other namespaces than what asks.
    fn in_other_namespace(&self, all: &[&Service]) -> Option<Why> {
        // Names of hosts can be set for a pod, and kustomizations move manifests.
        let runs = self.runners().iter().map(|one| &one.deployment.place);
        let has_own_names = |place: &Place| {
            let text = place.text().content();
            text.contains("hostAliases") || text.contains("dnsConfig")
        };
        let facts = self.facts();
        if runs.into_iter().any(has_own_names) || facts.shared.sets_namespace() {
            return None;
        }
        let first = all.first()?;
        // A tree may have the manifests of several clusters in folders of their own.
        if !all
            .iter()
            .all(|one| self.is_around(one.place.path().as_ref()))
        {
            return None;
        }
        let namespace = first.namespace.clone()?;
        Some(Why::OtherNamespace {
            service: first.name.clone(),
            namespace,
        })
    }

    fn unreachable_in_compose(&self, endpoint: &Endpoint) -> Option<Unreachable> {
        let may_be = match endpoint.network() {
            Network::Loopback => true,
            Network::Internal => !endpoint.host_name()?.contains(['.', ':']),
            _ => false,
        };
        if !may_be || !endpoint.is_sound() || !endpoint.placeholders().is_empty() {
            return None;
        }
        let [runner] = self.runners() else {
            return None;
        };
        let deployment = runner.deployment;
        if deployment.platform != Platform::Compose || runner.certainty != Certainty::Certain {
            return None;
        }
        let together = self.together(&deployment.file)?;
        let deployments = self.facts().deployments();
        let is_own = |named: &&&Named| {
            let mut containers = named.service().into_iter();
            containers.any(|container| {
                let at_place = deployments.at(&container.place);
                at_place.is_some_and(|one| std::ptr::eq(one, deployment))
            })
        };
        let own = together.all.iter().find(is_own)?;
        let port = endpoint.port_or_default()?;
        let (why, other) = match endpoint.network() {
            Network::Loopback => localhost(&together, own, runner, port)?,
            _ => by_name(&together, own, &endpoint.host_name()?, port)?,
        };
        // Another project of the tree may share a network with this one.
        if let Why::NoSuchName { host, .. } = &why
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

/// Why no Service of a name offers a port.
fn not_offered(services: &[&Service], port: u16) -> Option<Why> {
    let first = services.first()?;
    let service = first.name.clone();
    if services.iter().any(|one| one.is_external) {
        return None;
    }
    if services.iter().all(|one| one.is_headless) {
        let own = first.other_target(port)?;
        let agrees = services
            .iter()
            .all(|one| one.other_target(port) == Some(own));
        return agrees.then_some(Why::Headless {
            service,
            written: port,
            own,
        });
    }
    let offered: Option<Vec<_>> = services.iter().map(|one| one.offered()).collect();
    let mut offered = offered?.concat();
    offered.sort_unstable();
    offered.dedup();
    let is_offered = offered.contains(&port) || services.iter().any(|one| one.is_headless);
    (!is_offered).then(|| Why::NotOffered {
        service,
        written: port,
        meant: services.iter().find_map(|one| one.port_to(port)),
        offered,
    })
}

type Found<'n> = (Why, Option<&'n Named>);

fn by_name<'n>(together: &Together<'n>, own: &Named, host: &str, port: u16) -> Option<Found<'n>> {
    let has_name = |named: &&&Named| {
        let mut names = named.names().iter();
        names.any(|name| name.eq_ignore_ascii_case(host))
    };
    let here = own.surroundings();
    let mut named = together.all.iter().filter(has_name);
    let Some(other) = named.next() else {
        if here.has_other_names || !together.is_alone {
            return None;
        }
        let names = |named: &&&Named| {
            let mut names = named.names().iter();
            names.any(|name| strsim::osa_distance(&name.to_lowercase(), host) <= NEAR)
        };
        let near = together
            .all
            .iter()
            .find(|named| host.len() > 2 * NEAR && names(named));
        let meant = near.copied().or_else(|| with_port(together, own, port));
        let why = Why::NoSuchName {
            host: host.to_owned(),
            meant: meant.and_then(service_name),
        };
        return Some((why, meant));
    };
    if named.next().is_some() || std::ptr::eq(*other, own) {
        return None;
    }
    let there = other.surroundings();
    let service = service_name(other)?;
    if let (Some(ours), Some(theirs)) = (&here.networks, &there.networks)
        && !ours.iter().any(|name| theirs.contains(name))
    {
        return Some((Why::NoCommonNetwork { service }, Some(other)));
    }
    let (_, inside) = there
        .published
        .iter()
        .find(|(outside, _)| *outside == port)?;
    let listens = there.published.iter().any(|(_, inside)| *inside == port)
        || there.exposed.contains(&port)
        || arguments_name(other, port);
    let why = Why::PublishedPort {
        service,
        written: port,
        own: *inside,
    };
    (!listens && there.mode.is_none()).then_some((why, Some(other)))
}

fn localhost<'n>(
    together: &Together<'n>,
    own: &Named,
    runner: &RunningDeployment<'_>,
    port: u16,
) -> Option<Found<'n>> {
    let deployment = runner.deployment;
    let has_guests = together.all.iter().any(|named| {
        let mode = named.surroundings().mode.as_deref();
        mode.is_some_and(|mode| mode.starts_with("service:") || mode.starts_with("container:"))
    });
    // The official image runs Prometheus and nothing else.
    let image = deployment
        .image
        .as_ref()
        .filter(|_| deployment.base.is_none())?;
    if own.surroundings().networks.is_none()
        || has_guests
        || !together.is_alone
        || !image.is_official()
        || deployment.listens_at(port) != Some(false)
    {
        return None;
    }
    let meant = with_port(together, own, port);
    let why = Why::Localhost {
        port,
        meant: meant.and_then(service_name),
    };
    Some((why, meant))
}

/// The only other service that is known to have a port, on the machine or in its container.
fn with_port<'n>(together: &Together<'n>, own: &Named, port: u16) -> Option<&'n Named> {
    let has = |named: &&&Named| {
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

/// Whether an argument of a service names a port.
fn arguments_name(named: &Named, port: u16) -> bool {
    let port = format!(":{port}");
    let mut containers = named.service().into_iter();
    containers.any(|one| {
        one.arguments
            .list
            .iter()
            .any(|one| one.text.contains(&port))
    })
}

fn service_name(named: &Named) -> Option<String> {
    named.names().first().cloned()
}
