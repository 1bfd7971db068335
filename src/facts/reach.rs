//! Whether an address can be reached from the container that runs a configuration.

mod cluster;
mod compose;

use super::deployment::NetworkMode;
use super::selected::is_slip;
use super::service_match::Requester;
use super::settings::text_of;
use crate::discover::EmbeddedIn;
use crate::finding::Evidence;
use crate::prometheus::endpoint::Endpoint;

/// Why nothing answers at an address.
#[derive(Clone, Debug)]
pub struct Unreachable {
    /// What is wrong.
    pub why: ReachFault,
    /// The service that runs the configuration.
    pub from: String,
    /// What shows it.
    pub evidence: Vec<Evidence>,
}

/// What is wrong with an address.
#[derive(Clone, Debug)]
pub enum ReachFault {
    /// No service has the name; the one that may be meant.
    NoSuchName {
        /// The name.
        host: String,
        /// A service with nearly this name, or the only one with the port.
        meant: Option<String>,
        /// Whether it has nearly this name.
        is_near: bool,
    },
    /// No Service of Kubernetes has the name, and one of the namespace nearly.
    NoSuchService {
        /// The name.
        written: String,
        /// The one that is meant.
        meant: String,
        /// The namespace.
        namespace: String,
    },
    /// The Service of Kubernetes is in a namespace with nearly this name.
    NoSuchNamespace {
        /// The Service.
        service: String,
        /// What is written.
        written: String,
        /// Its namespace.
        meant: String,
    },
    /// `localhost` is the container itself, which runs nothing there.
    Localhost {
        /// As it is written.
        written: String,
        /// The port.
        port: u16,
        /// The service that has the port.
        meant: Option<String>,
        /// Whether it is a container of a pod.
        in_pod: bool,
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
    /// The name is an alias that counts in another network.
    OtherAlias {
        /// The service.
        service: String,
        /// The alias.
        alias: String,
        /// The network.
        network: String,
    },
    /// The container that asks is outside of the networks that have names.
    OwnMode {
        /// Where it is.
        mode: NetworkMode,
        /// The port of the machine that leads to the service.
        published: Option<u16>,
    },
    /// The service is outside of the networks that have names.
    OtherMode {
        /// The service.
        service: String,
        /// Where it is.
        mode: NetworkMode,
    },
    /// The pod does not ask the DNS of the cluster.
    OtherDns,
}

impl Requester<'_> {
    /// Whether something in the tree may tell that an address can't be reached: what runs the
    /// configuration, or what others are called.
    #[must_use]
    pub fn may_tell(&self) -> bool {
        let facts = self.facts();
        !facts.shared.network(&facts.files).is_empty() || !self.runners().is_empty()
    }

    /// Whether the file of the configuration of another program names a port in several places: it may
    /// listen there.
    fn names_port_twice(&self, port: u16) -> bool {
        let is_other = self.holder().and_then(EmbeddedIn::program).is_some();
        is_other && {
            let facts = self.facts();
            let text = text_of(facts, self.file());
            let port = port.to_string();
            text.is_none_or(|text| text.content().matches(&port).nth(1).is_some())
        }
    }

    /// Why nothing answers at an address of the configuration; nothing as soon as a part of the
    /// picture is missing.
    #[must_use]
    pub fn unreachable(&self, endpoint: &Endpoint) -> Option<Unreachable> {
        endpoint.host()?;
        if !endpoint.placeholders().is_empty() {
            return None;
        }
        let in_compose = self.unreachable_in_compose(endpoint);
        let found = in_compose.or_else(|| self.unreachable_in_cluster(endpoint))?;
        // Asked last, since it takes longest and is true of most.
        endpoint.is_sound().then_some(found)
    }
}

/// Whether a name is another one misspelled: with other separators, or with one or two wrong letters
/// in one of its parts, at most every third. `node1` and `node2`, `team-a` and `team-b` are two names.
fn is_near(written: &str, name: &str) -> bool {
    let (written, name) = (written.to_lowercase(), name.to_lowercase());
    let bare = |name: &str| name.replace(['-', '_'], "");
    let distance = || strsim::osa_distance(&written, &name);
    written != name
        && (bare(&written) == bare(&name)
            || is_slip(&written, &name) && distance() <= 2.min(written.len() / 3))
}

/// The name that is meant by a misspelled one: the nearest.
fn nearest<'n, T>(written: &str, all: impl Iterator<Item = (&'n str, T)>) -> Option<T> {
    let near = all.filter(|(name, _)| is_near(written, name));
    let nearest = near.min_by_key(|(name, _)| strsim::osa_distance(written, &name.to_lowercase()));
    nearest.map(|(_, of)| of)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_near_by_letters_and_separators() {
        for (written, name, want) in [
            ("mimri", "mimir", true),
            ("node_exporter", "node-exporter", true),
            ("alertmanager", "alert-manager", true),
            ("thanos-recieve", "thanos-receive", true),
            ("mimr", "mimir", true),
            ("mimir", "mimir", false),
            ("node1", "node2", false),
            ("team-a", "team-b", false),
            ("app", "api", false),
            ("vminsert-a", "vmselect-a", false),
            ("db-blue", "db-gold", false),
        ] {
            assert_eq!(is_near(written, name), want, "{written} {name}");
        }
    }
}
