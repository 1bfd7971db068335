//! A name in a network of containers, what it leads to, and what answers at a port of it.

use std::path::PathBuf;

use super::super::arguments::Arguments;
use super::super::environment::ContainerEnvironment;
use super::super::image::Image;
use super::super::model::Platform;
use crate::finding::{Evidence, Place};

/// A name in a network of containers, and what it leads to.
#[derive(Clone, Debug)]
pub struct NetworkName {
    /// The names of docker compose; the name of the Service.
    pub(in crate::facts::deployment) names: Vec<String>,
    /// What brings it about.
    pub platform: Platform,
    /// The file that its containers are defined in: of a project of docker compose the first.
    pub file: PathBuf,
    /// The namespace, if one is written.
    pub namespace: Option<String>,
    /// The StatefulSet whose pods have their own names below it.
    pub(in crate::facts::deployment) pods: Option<String>,
    /// How ports lead to those of the containers.
    pub(in crate::facts::deployment) ports: Ports,
    /// The containers behind it; of a pod only one answers at a port.
    pub(in crate::facts::deployment) containers: Vec<NetworkContainer>,
    /// What asks for a proxy of a mesh beside its containers.
    pub(in crate::facts::deployment) injected: Option<Evidence>,
    /// The kind and the name of what runs the pods.
    pub(in crate::facts::deployment) workload: Option<(String, String)>,
    /// How the name leads there.
    pub(in crate::facts::deployment) evidence: Vec<Evidence>,
    /// The networks of a service of docker compose.
    pub(in crate::facts::deployment) surroundings: Surroundings,
}

/// What a service of docker compose shares with others.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    /// The networks that it joins; none where something that is not in sight tells.
    pub networks: Option<Vec<String>>,
    /// Whether its loopback is surely its own, whatever its networks are.
    pub is_apart: bool,
    /// The ports of the machine that lead to it, and its own behind them.
    pub published: Vec<(u16, u16)>,
    /// The ports that `expose` names.
    pub exposed: Vec<u16>,
    /// Its aliases, and the network that each counts in.
    pub aliases: Vec<(String, String)>,
    /// Whether names may lead somewhere that is not in sight (`extra_hosts`, `links`, `dns`).
    pub has_other_names: bool,
    /// The names that it has addresses or other services for (`extra_hosts`, `links`).
    pub own_names: Vec<String>,
    /// Whether another service is in its network, and may listen on its ports.
    pub is_shared: bool,
    /// The `network_mode`, which may be another service's network.
    pub mode: Option<String>,
    /// The same where it puts the service outside of every network with names, and nothing else gives
    /// it any.
    pub own_mode: Option<NetworkMode>,
}

/// A `network_mode` by which names of services lead nowhere (docs.docker.com, networking overview).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NetworkMode {
    /// The network of the machine.
    Host,
    /// The default bridge, where containers know each other by address only.
    Bridge,
    /// No network.
    None,
}

impl NetworkMode {
    pub(in crate::facts::deployment) fn of(written: &str) -> Option<Self> {
        match written {
            "host" => Some(Self::Host),
            "bridge" => Some(Self::Bridge),
            "none" => Some(Self::None),
            _ => None,
        }
    }

    /// As it is written.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Host => "host",
            Self::Bridge => "bridge",
            Self::None => "none",
        }
    }
}

/// How ports lead to those of containers.
#[derive(Clone, Debug)]
pub(in crate::facts::deployment) enum Ports {
    /// They are the same.
    Same,
    /// Those of a Service, and where each leads.
    Mapped(Vec<(u16, ContainerPort)>),
}

/// The port of a container.
#[derive(Clone, Debug)]
pub(in crate::facts::deployment) enum ContainerPort {
    Number(u16),
    Name(String),
}

/// A container behind a name.
#[derive(Clone, Debug)]
pub struct NetworkContainer {
    /// For people: "the service `mimir`".
    pub name: String,
    /// Its image, if one is named.
    pub image: Option<Image>,
    /// The same place as that of its [`super::super::Deployment`], if it is one.
    pub place: Place,
    /// Its ports: name and number.
    pub(in crate::facts::deployment) ports: Vec<(Option<String>, u16)>,
    /// What it is started with, as far as that is written.
    pub arguments: Arguments,
    /// Its variables.
    pub environment: ContainerEnvironment,
    /// Why another program may run in it, or with other settings than are seen.
    pub changes: Vec<Evidence>,
    /// Whether its image may be another one.
    pub has_other_image: bool,
    /// Whether nothing of the changes has another program run in it: known in compose files only.
    pub is_one_program: bool,
}

/// A container that answers at a host and port.
#[derive(Clone, Debug)]
pub struct AnsweringContainer<'n> {
    /// The name that leads to it.
    pub named: &'n NetworkName,
    /// The container; none if it is not known which of a pod's it is.
    pub container: Option<&'n NetworkContainer>,
    /// The port at which the container is asked.
    pub port: u16,
    /// Whether the host names the namespace, or needs none.
    pub is_qualified: bool,
}

impl AnsweringContainer<'_> {
    /// The ports of the container that others know.
    #[must_use]
    pub fn declared_ports(&self) -> Vec<u16> {
        let around = &self.named.surroundings;
        let published = around.published.iter().map(|(_, own)| *own);
        let declared = self
            .container
            .into_iter()
            .flat_map(|container| &container.ports);
        let declared = declared.map(|(_, port)| *port);
        published
            .chain(around.exposed.iter().copied())
            .chain(declared)
            .collect()
    }
}

impl NetworkName {
    /// What answers where a host goes on with `rest` behind the name: nothing, the namespace, or
    /// that with `svc` and the domain of the cluster.
    pub(super) fn in_cluster(&self, rest: &str, port: u16) -> Option<AnsweringContainer<'_>> {
        if self.platform != Platform::Kubernetes {
            return None;
        }
        let (namespace, domain) = rest.split_once('.').unwrap_or((rest, ""));
        let is_cluster = domain.is_empty() || domain == "svc" || domain.starts_with("svc.");
        let own = self.namespace.as_deref();
        let same = namespace.is_empty() || own.is_none_or(|own| own == namespace);
        (is_cluster && same).then(|| self.hit(port, !namespace.is_empty()))?
    }

    pub(super) fn hit(&self, port: u16, is_qualified: bool) -> Option<AnsweringContainer<'_>> {
        let target = match &self.ports {
            Ports::Same => ContainerPort::Number(port),
            Ports::Mapped(ports) => {
                let (_, target) = ports.iter().find(|(one, _)| *one == port)?;
                target.clone()
            }
        };
        let declares = |container: &&NetworkContainer| {
            container.ports.iter().any(|(name, number)| match &target {
                ContainerPort::Number(target) => number == target,
                ContainerPort::Name(target) => name.as_ref() == Some(target),
            })
        };
        let container = match self.containers.as_slice() {
            [only] => Some(only),
            several => several.iter().find(declares),
        };
        let port = match &target {
            ContainerPort::Number(number) => *number,
            ContainerPort::Name(target) => {
                let mut ports = container?.ports.iter();
                ports.find(|(name, _)| name.as_ref() == Some(target))?.1
            }
        };
        Some(AnsweringContainer {
            named: self,
            container,
            port,
            is_qualified,
        })
    }

    /// The names, as they are written.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// What it shares with other services.
    #[must_use]
    pub fn surroundings(&self) -> &Surroundings {
        &self.surroundings
    }

    /// The container of a service of docker compose.
    #[must_use]
    pub fn service(&self) -> Option<&NetworkContainer> {
        self.containers.first()
    }

    /// What asks for a proxy of a mesh in its pods.
    #[must_use]
    pub fn injected(&self) -> Option<&Evidence> {
        self.injected.as_ref()
    }

    /// The kind and the name of what runs the pods of Kubernetes behind it.
    #[must_use]
    pub fn workload(&self) -> Option<(&str, &str)> {
        let (kind, name) = self.workload.as_ref()?;
        Some((kind, name))
    }

    /// How the name leads to its containers, if another place than the container's tells.
    #[must_use]
    pub fn evidence(&self) -> &[Evidence] {
        &self.evidence
    }
}
