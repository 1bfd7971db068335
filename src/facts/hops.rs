//! The way of an endpoint's samples through the tree: what routes its host, the Service behind that,
//! and the container that answers.

use super::Facts;
use std::path::Path;

use super::deployment::{
    AnsweringContainer, Image, NetworkContainer, NetworkName, Platform, RunCertainty, Service,
};
use super::patches::LEADING;
use super::routes::{Backend, Misrouted, RequestHandler, RouteFault};
use super::service_match::{Requester, ServiceMatch};
use super::settings::ReceiverSettings;
use crate::finding::Evidence;
use crate::prometheus::endpoint::Endpoint;
use crate::yaml::{Node, placeholder};

/// A thing on the way, with the place that proves it.
#[derive(Clone, Debug)]
pub struct Hop {
    /// What it is.
    pub kind: HopKind,
    /// For people, such as "Ingress `mimir`".
    pub name: String,
    /// Where the tree says so.
    pub proof: Evidence,
    /// The image of a container, if it surely runs this one.
    pub image: Option<Image>,
}

/// What is on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HopKind {
    /// An Ingress, a Route or an HTTPRoute.
    Ingress,
    /// A reverse proxy that passes requests on.
    Proxy,
    /// A Service of Kubernetes.
    Service,
    /// A container, or a service of docker compose.
    Container,
}

impl HopKind {
    /// The word for programs.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Ingress => "ingress",
            Self::Proxy => "proxy",
            Self::Service => "service",
            Self::Container => "container",
        }
    }
}

impl Requester<'_> {
    /// What sends the samples of an entry, if it is one container or resource of the tree.
    #[must_use]
    pub fn sender(&self, entry: Node<'_>) -> Option<Hop> {
        if let Some(holder) = self.holder.filter(|holder| holder.runs_itself()) {
            return Some(Hop {
                kind: HopKind::Container,
                name: without_article(&holder.noun()),
                proof: Evidence {
                    place: entry.place(),
                    message: "the pods of this resource send".to_owned(),
                },
                image: None,
            });
        }
        let [runner] = self.runners() else {
            return None;
        };
        let deployment = runner.deployment;
        let is_shown =
            runner.certainty == RunCertainty::Certain && deployment.platform != Platform::Policy;
        is_shown.then(|| Hop {
            kind: HopKind::Container,
            name: without_article(&deployment.name),
            proof: Evidence {
                place: deployment.place.clone(),
                message: "this container runs the configuration".to_owned(),
            },
            image: None,
        })
    }

    /// The way to an endpoint as far as the tree shows it, in the order of a request. It ends where
    /// there is a choice.
    #[must_use]
    pub fn way(&self, endpoint: &Endpoint) -> Vec<Hop> {
        if !endpoint.is_sound() || !endpoint.placeholders().is_empty() {
            return Vec::new();
        }
        let answering = self.answering(endpoint);
        let facts = self.facts();
        if let [only] = answering.as_slice() {
            let alias = endpoint.host_name().and_then(|host| self.alias(&host));
            let mut out: Vec<_> = alias.map(service_hop).into_iter().collect();
            out.extend(only.hops());
            out.extend(facts.passed_on(only, endpoint));
            return out;
        }
        if !answering.is_empty() {
            return Vec::new();
        }
        facts.route(endpoint).map_or_else(Vec::new, |way| {
            let mut out = vec![Hop {
                kind: HopKind::Ingress,
                name: without_article(&way.name),
                proof: Evidence {
                    message: format!("{} routes this host", way.name),
                    place: way.place,
                },
                image: None,
            }];
            let file = facts.absolute(out.first().map_or("", |hop| hop.proof.place.path()));
            let behind = |backend: &Backend| match backend {
                Backend {
                    is_of_compose: true,
                    ..
                } => facts.behind_label(backend, &file),
                _ => facts.behind(backend),
            };
            out.extend(way.to.iter().flat_map(behind));
            out
        })
    }
}

impl Facts<'_> {
    /// What routes an endpoint's host.
    fn route(&self, endpoint: &Endpoint) -> Option<RequestHandler> {
        let host = endpoint.host_name()?;
        let path = endpoint.slice(endpoint.path());
        self.shared.routes().way(&host, path)
    }

    /// That what routes an endpoint's host leads to a port that its Service does not offer.
    pub(super) fn without_port(&self, endpoint: &Endpoint) -> Option<Misrouted> {
        let way = self.route(endpoint)?;
        let to = way.to.as_ref()?;
        let port = to.port.as_deref()?;
        let (service, found) = self.service_of(to)?;
        let offered = service.offered().filter(|_| !service.is_external)?;
        let patches = self.shared.patches(&self.files);
        let file = self.absolute(service.place.path());
        let mut patched = patches.of("Service", &service.name, &file, LEADING);
        let is_changed = found.is_some() || placeholder::is_open(port) || patched.next().is_some();
        (!is_changed).then(|| Misrouted {
            evidence: vec![
                Evidence {
                    message: format!("{} routes this host", way.name),
                    place: way.place.clone(),
                },
                Evidence {
                    message: format!("the Service `{}` is here", service.name),
                    place: service.place.clone(),
                },
            ],
            why: RouteFault::NoPort(service.name.clone(), offered),
            by: way.name.clone(),
        })
    }

    /// What the receiver is set to that what routes an endpoint's host, or the nginx of the tree that
    /// answers at it, passes requests on to. Nothing if headers may be set on the way.
    #[must_use]
    pub fn settings_behind(
        &self,
        answering: &[ServiceMatch<'_>],
        endpoint: &Endpoint,
    ) -> Option<ReceiverSettings> {
        let found = match answering {
            [only] => {
                let upstream = self.upstream(only, endpoint)?;
                let hit = self.of_file(&upstream.host, upstream.port, &only.named.file)?;
                let mut found = self.answer(&hit, &[]);
                found.evidence.push(upstream.proof);
                found
            }
            [] => self.behind_route(endpoint)?,
            _ => return None,
        };
        self.receiver_settings(&[found])
    }

    /// The only container that answers to a name in the project of a compose file.
    fn of_file(&self, host: &str, port: u16, file: &Path) -> Option<AnsweringContainer<'_>> {
        let network = self.shared.network(&self.files);
        let mut hits = network.ask(self.files.tree, host, port);
        hits.retain(|hit| hit.named.file == file);
        (hits.len() == 1).then(|| hits.pop()).flatten()
    }

    /// Where the proxy that answers at an endpoint passes requests on, and what answers there.
    fn passed_on(&self, proxy: &ServiceMatch<'_>, endpoint: &Endpoint) -> Vec<Hop> {
        let Some(upstream) = self.upstream(proxy, endpoint) else {
            return Vec::new();
        };
        let hit = self.of_file(&upstream.host, upstream.port, &proxy.named.file);
        let container = hit.and_then(|hit| hit.container.map(NetworkContainer::hop));
        let passing = Hop {
            kind: HopKind::Proxy,
            name: "reverse proxy".to_owned(),
            proof: upstream.proof,
            image: None,
        };
        std::iter::once(passing).chain(container).collect()
    }

    /// The service of a compose file that has the labels of a router.
    fn behind_label(&self, backend: &Backend, file: &Path) -> Vec<Hop> {
        let port = backend.port.as_ref().and_then(|port| port.parse().ok());
        let hit = port.and_then(|port| self.of_file(&backend.service, port, file));
        let container = hit.and_then(|hit| hit.container.map(NetworkContainer::hop));
        container.into_iter().collect()
    }

    fn behind_route(&self, endpoint: &Endpoint) -> Option<ServiceMatch<'_>> {
        /// Words of manifests by which a controller may set headers, or ask others for them.
        const SETTING: &[&str] = &[
            "orgid",
            "snippet",
            "middleware",
            "auth-",
            "headers",
            "filters",
        ];
        let way = self.route(endpoint)?;
        let text = way.place.text().content().to_ascii_lowercase();
        if SETTING.iter().any(|word| text.contains(word)) || self.is_patched_route(&way.place) {
            return None;
        }
        let (service, port) = self.service_of(way.to.as_ref()?)?;
        let host = match &service.namespace {
            Some(namespace) => format!("{}.{namespace}", service.name),
            None => service.name.clone(),
        };
        let network = self.shared.network(&self.files);
        let hits = network.ask(self.files.tree, &host, port?);
        let [hit] = hits.as_slice() else { return None };
        let mut found = self.answer(hit, &[]);
        found.evidence.insert(
            0,
            Evidence {
                message: format!("{} routes this host", way.name),
                place: way.place,
            },
        );
        Some(found)
    }

    /// The only Service that something may lead to, and the port of it.
    fn service_of(&self, backend: &Backend) -> Option<(&Service, Option<u16>)> {
        if backend.is_of_compose {
            return None;
        }
        let network = self.shared.network(&self.files);
        let mut services = network.services(self.files.tree, &backend.service);
        services.retain(|service| match (&service.namespace, &backend.namespace) {
            (Some(own), Some(wanted)) => own == wanted,
            _ => true,
        });
        let [service] = services.as_slice() else {
            return None;
        };
        let only = || match service.offered()?.as_slice() {
            [only] => Some(*only),
            _ => None,
        };
        let port = match &backend.port {
            Some(port) => {
                let target = || port.parse().ok().filter(|_| backend.takes_target);
                service.port(port).or_else(|| service.port_to(target()?))
            }
            None => only(),
        };
        Some((service, port))
    }

    /// The Service that something leads to, and the container behind it.
    fn behind(&self, backend: &Backend) -> Vec<Hop> {
        let Some((service, port)) = self.service_of(backend) else {
            return Vec::new();
        };
        let mut out = vec![service_hop(service)];
        let host = match &service.namespace {
            Some(namespace) => format!("{}.{namespace}", service.name),
            None => service.name.clone(),
        };
        let network = self.shared.network(&self.files);
        let hits = port.map_or_else(Vec::new, |port| network.ask(self.files.tree, &host, port));
        if let [hit] = hits.as_slice() {
            out.extend(hit.container.map(NetworkContainer::hop));
        }
        out
    }
}

impl ServiceMatch<'_> {
    fn hops(&self) -> Vec<Hop> {
        let service = self.named.hop();
        let container = self.container.map(NetworkContainer::hop);
        service.into_iter().chain(container).collect()
    }
}

impl NetworkName {
    /// Itself, if it is a Service of Kubernetes: a service of docker compose is the container.
    fn hop(&self) -> Option<Hop> {
        let is_service = self.platform == Platform::Kubernetes;
        let name = self.names().first().filter(|_| is_service)?;
        Some(Hop {
            kind: HopKind::Service,
            name: format!("Service `{name}`"),
            proof: self.evidence().first()?.clone(),
            image: None,
        })
    }
}

impl NetworkContainer {
    fn hop(&self) -> Hop {
        let image = self.image.as_ref();
        Hop {
            kind: HopKind::Container,
            name: without_article(&self.name),
            proof: Evidence {
                place: self.place.clone(),
                message: match image {
                    Some(image) => {
                        format!("this container answers, with the image `{}`", image.name)
                    }
                    None => "this container answers".to_owned(),
                },
            },
            image: image.filter(|_| !self.has_other_image).cloned(),
        }
    }
}

fn service_hop(service: &Service) -> Hop {
    Hop {
        kind: HopKind::Service,
        name: format!("Service `{}`", service.name),
        proof: Evidence {
            place: service.place.clone(),
            message: format!("the Service `{}` is defined here", service.name),
        },
        image: None,
    }
}

fn without_article(name: &str) -> String {
    name.strip_prefix("the ").unwrap_or(name).to_owned()
}
