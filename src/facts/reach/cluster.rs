//! Whether a Service of Kubernetes answers at an address.

use std::path::Path;

use super::{ReachFault, Unreachable, nearest};
use crate::discover::is_values_name;
use crate::facts::deployment::{Deployment, Platform, RunCertainty, Service};
use crate::facts::patches::{AROUND, LEADING};
use crate::facts::service_match::Requester;
use crate::facts::{Facts, environments};
use crate::finding::{Evidence, Place};
use crate::prometheus::endpoint::{Endpoint, HostNetwork};

/// The port of the config-reloader that the Operator puts beside Prometheus (prometheus-operator
/// `pkg/operator/config_reloader.go`).
const RELOADER: u16 = 8080;

/// A host of the cluster, taken apart.
struct ClusterHost<'h> {
    name: &'h str,
    /// Empty if it is not written.
    namespace: &'h str,
    /// Whether it goes on with `svc`, so that the namespace is one.
    is_qualified: bool,
}

impl<'h> ClusterHost<'h> {
    fn new(host: &'h str) -> Option<Self> {
        let (name, rest) = host.split_once('.').unwrap_or((host, ""));
        let (namespace, domain) = rest.split_once('.').unwrap_or((rest, ""));
        let is_qualified = domain == "svc" || domain.starts_with("svc.");
        (is_qualified || domain.is_empty()).then_some(Self {
            name,
            namespace,
            is_qualified,
        })
    }
}

impl Requester<'_> {
    /// Why no Service of the tree answers at an address.
    pub(super) fn unreachable_in_cluster(&self, endpoint: &Endpoint) -> Option<Unreachable> {
        if endpoint.network() == HostNetwork::Loopback {
            return self.localhost_in_pod(endpoint);
        }
        if endpoint.network() != HostNetwork::Internal {
            return None;
        }
        let host = endpoint.host_name()?;
        let host = ClusterHost::new(&host)?;
        let facts = self.facts();
        let network = facts.shared.network(&facts.files);
        let mut all = network.services(facts.files.tree, host.name);
        let is_apart = |service: &&Service| {
            let file = facts.absolute(service.place.path());
            environments::are_apart(self.file(), &file)
        };
        let in_others = all.extract_if(.., |service| is_apart(service)).count();
        // What makes it in one environment by a manifest may make it here in another way.
        if all.is_empty() && in_others > 0 {
            return None;
        }
        let wanted = || match host.namespace {
            "" => self.own_namespace(),
            written => Some(written.to_owned()),
        };
        let is_there = |service: &&&Service, wanted: &str| {
            service.namespace.as_deref().is_none_or(|own| own == wanted)
        };
        let here = wanted().map_or_else(Vec::new, |wanted| {
            let here = all.iter().filter(|service| is_there(service, &wanted));
            here.copied().collect::<Vec<_>>()
        });
        if let Some(outside) = self.outside_dns()
            && (host.is_qualified || !here.is_empty())
        {
            return Some(self.found(ReachFault::OtherDns, [outside]));
        }
        if self.is_changed(&host, &all) {
            return None;
        }
        let (why, service) = match (here.first(), all.first()) {
            (Some(first), _) => {
                let port = endpoint.port_or_default()?;
                match self.behind_alias(first, here.len()) {
                    Some(behind) => (not_offered(&behind, port)?, *behind.first()?),
                    None if facts.may_be_released(first) => return None,
                    None => (not_offered(&here, port)?, *first),
                }
            }
            (None, Some(first)) if host.namespace.is_empty() => {
                wanted()?;
                (self.in_other_namespace(&all)?, *first)
            }
            (None, Some(first)) => match self.near_namespace(&host, &all) {
                Some(found) => found,
                None => (self.outside_own_namespace(&host, &all)?, *first),
            },
            (None, None) => self.near_service(&host, &wanted()?, endpoint)?,
        };
        let shown = Evidence {
            place: service.place.clone(),
            message: format!("the Service `{}` is here", service.name),
        };
        Some(self.found(why, [shown]))
    }

    /// The Services of the name that the only Service, of the type ExternalName, is an alias of.
    fn behind_alias(&self, service: &Service, count: usize) -> Option<Vec<&Service>> {
        let name = service.external_name.as_deref()?;
        let other = ClusterHost::new(name).filter(|other| other.is_qualified && count == 1)?;
        let facts = self.facts();
        let network = facts.shared.network(&facts.files);
        let mut all = network.services(facts.files.tree, other.name);
        all.retain(|service| service.namespace.as_deref() == Some(other.namespace));
        (!all.is_empty() && !self.is_changed(&other, &all)).then_some(all)
    }

    /// Whether a patch changes one of the Services, or a mesh routes the name.
    fn is_changed(&self, host: &ClusterHost<'_>, all: &[&Service]) -> bool {
        let facts = self.facts();
        let patches = facts.shared.patches(&facts.files);
        let is_patched = |service: &&Service| {
            let file = facts.absolute(service.place.path());
            let mut found = patches.of("Service", &service.name, &file, LEADING);
            found.next().is_some()
        };
        let namespace = Some(host.namespace).filter(|namespace| !namespace.is_empty());
        let mut routes = patches.routed(host.name, namespace);
        routes.next().is_some() || all.iter().any(is_patched)
    }

    fn found(&self, why: ReachFault, evidence: impl IntoIterator<Item = Evidence>) -> Unreachable {
        let runners = self.runners().iter().take(1);
        let runs = runners.flat_map(|runner| runner.evidence.iter().cloned());
        Unreachable {
            why,
            from: self.own_name(),
            evidence: runs.chain(evidence).collect(),
        }
    }

    /// What surely runs the configuration in a pod of the tree that nothing patches.
    fn in_pod(&self) -> Option<&Deployment> {
        let deployment = match self.runners() {
            [runner] if runner.certainty == RunCertainty::Certain => runner.deployment,
            [] => self.operated()?,
            _ => return None,
        };
        let is_pod = deployment.platform == Platform::Kubernetes;
        (is_pod && !self.is_patched(deployment)).then_some(deployment)
    }

    /// Whether a patch gives a pod other containers, another network or other names.
    fn is_patched(&self, deployment: &Deployment) -> bool {
        let facts = self.facts();
        let patches = facts.shared.patches(&facts.files);
        let workload = deployment.pod.workload.as_ref();
        workload.is_some_and(|(kind, name)| {
            let mut found = patches.of(kind, name, &deployment.file, AROUND);
            found.next().is_some()
        })
    }

    /// Why the pod does not know the names of the cluster.
    fn outside_dns(&self) -> Option<Evidence> {
        self.in_pod()?.pod.outside.clone()
    }

    /// That nothing in a pod listens at a port, where only Prometheus runs.
    fn localhost_in_pod(&self, endpoint: &Endpoint) -> Option<Unreachable> {
        let port = endpoint.port_or_default()?;
        let deployment = self.in_pod()?;
        let is_silent = deployment.is_deaf_at(port)
            && !self.names_port_twice(port)
            && !(deployment.is_operated() && port == RELOADER);
        (deployment.pod.is_alone && is_silent).then(|| {
            let why = ReachFault::Localhost {
                written: endpoint.host_name()?,
                port,
                meant: None,
                in_pod: true,
            };
            Some(Unreachable {
                from: deployment.name.clone(),
                ..self.found(why, [])
            })
        })?
    }

    /// That the namespace of a Service is misspelled.
    fn near_namespace<'s>(
        &self,
        host: &ClusterHost<'_>,
        all: &[&'s Service],
    ) -> Option<(ReachFault, &'s Service)> {
        if !host.is_qualified || self.is_namespace(host.namespace) {
            return None;
        }
        let named = all
            .iter()
            .filter_map(|candidate| Some((candidate.namespace.as_deref()?, *candidate)));
        let service = nearest(host.namespace, named)?;
        let why = ReachFault::NoSuchNamespace {
            service: host.name.to_owned(),
            written: host.namespace.to_owned(),
            meant: service.namespace.clone()?,
        };
        Some((why, service))
    }

    /// Whether anything of the tree is in a namespace, or may be moved there.
    fn is_namespace(&self, name: &str) -> bool {
        let facts = self.facts();
        let network = facts.shared.network(&facts.files);
        let mut services = network.services_in(facts.files.tree, name);
        let mut deployments = facts.deployments().all().iter();
        facts.shared.sets_namespace()
            || self.own_namespace().as_deref() == Some(name)
            || services.next().is_some()
            || deployments.any(|deployment| deployment.namespace.as_deref() == Some(name))
    }

    /// That the name of a Service is misspelled.
    fn near_service(
        &self,
        host: &ClusterHost<'_>,
        namespace: &str,
        endpoint: &Endpoint,
    ) -> Option<(ReachFault, &Service)> {
        let facts = self.facts();
        let network = facts.shared.network(&facts.files);
        let tree = facts.files.tree;
        let is_open = !host.is_qualified && !host.namespace.is_empty();
        let is_known = || {
            let port = endpoint.port_or_default().unwrap_or_default();
            let text = endpoint.host_name().unwrap_or_default();
            !network.ask(tree, &text, port).is_empty()
        };
        let renames = facts.shared.patches(&facts.files).renames();
        if is_open || renames || facts.shared.sets_namespace() || is_known() {
            return None;
        }
        let here = network.services_in(tree, namespace);
        let service = nearest(host.name, here.map(|here| (here.name.as_str(), here)))?;
        let why = ReachFault::NoSuchService {
            written: host.name.to_owned(),
            meant: service.name.clone(),
            namespace: namespace.to_owned(),
        };
        Some((why, service))
    }

    /// That all Services of a name are in other namespaces than the one that is written: the own one,
    /// if the tree has Services in it. Of other namespaces it may have a part, and the own one may be
    /// that of a platform, as `openshift-monitoring`.
    fn outside_own_namespace(
        &self,
        host: &ClusterHost<'_>,
        all: &[&Service],
    ) -> Option<ReachFault> {
        let own = self.own_namespace().filter(|_| host.is_qualified)?;
        let facts = self.facts();
        let network = facts.shared.network(&facts.files);
        let mut services = network.services_in(facts.files.tree, &own);
        let is_own = own == host.namespace && services.next().is_some();
        drop(services);
        match self.in_other_namespace(all).filter(|_| is_own)? {
            ReachFault::OtherNamespace { service, namespace } => {
                Some(ReachFault::NoSuchNamespace {
                    service,
                    written: own,
                    meant: namespace,
                })
            }
            other => Some(other),
        }
    }

    /// That all Services of a name are in other namespaces than what asks.
    fn in_other_namespace(&self, all: &[&Service]) -> Option<ReachFault> {
        // Names of hosts can be set for a pod, and kustomizations move manifests.
        let runs = self.runners().iter().map(|runner| &runner.deployment.place);
        let has_own_names = |place: &Place| {
            let text = place.text().content();
            text.contains("hostAliases") || text.contains("dnsConfig")
        };
        let facts = self.facts();
        let mut runners = self.runners().iter().map(|runner| runner.deployment);
        if runs.into_iter().any(has_own_names)
            || runners.any(|deployment| self.is_patched(deployment))
            || facts.shared.sets_namespace()
        {
            return None;
        }
        let first = all.first()?;
        // A tree may have the manifests of several clusters in folders of their own.
        if !all
            .iter()
            .all(|service| self.is_around(service.place.path().as_ref()))
        {
            return None;
        }
        let namespace = first.namespace.clone()?;
        Some(ReachFault::OtherNamespace {
            service: first.name.clone(),
            namespace,
        })
    }
}

impl Facts<'_> {
    /// Whether a chart may make a Service too: values that have its name, or a folder of its name, are
    /// beside its manifest, as where people keep both ways to install a program. A chart's Service has
    /// the ports of its values.
    fn may_be_released(&self, service: &Service) -> bool {
        let tree = self.files.tree;
        let file = self.absolute(service.place.path());
        let beside = file.parent().map(|folder| tree.list(folder));
        let beside = beside.and_then(Result::ok).unwrap_or_default();
        let is_chart = |name: &str| name.eq_ignore_ascii_case("Chart.yaml");
        let names = || beside.iter().filter_map(|path| path.file_name()?.to_str());
        let of_program = |path: &Path| path.to_string_lossy().contains(&service.name);
        let in_its_folder = file.parent().and_then(Path::file_name);
        let in_its_folder = in_its_folder.is_some_and(|name| of_program(Path::new(name)));
        let is_of_it = |name: &str| {
            let path = Path::new(name);
            is_values_name(path) && (in_its_folder || of_program(path))
        };
        // The values of a chart in the tree are those of its templates, which are in sight.
        !names().any(is_chart) && names().any(is_of_it)
    }
}

/// Why no Service of a name offers a port.
fn not_offered(services: &[&Service], port: u16) -> Option<ReachFault> {
    let first = services.first()?;
    let service = first.name.clone();
    if services.iter().any(|service| service.is_external) {
        return None;
    }
    if services.iter().all(|service| service.is_headless) {
        let own = first.other_target(port)?;
        let agrees = services
            .iter()
            .all(|service| service.other_target(port) == Some(own));
        return agrees.then_some(ReachFault::Headless {
            service,
            written: port,
            own,
        });
    }
    let offered: Option<Vec<_>> = services.iter().map(|service| service.offered()).collect();
    let mut offered = offered?.concat();
    offered.sort_unstable();
    offered.dedup();
    let is_offered = offered.contains(&port) || services.iter().any(|service| service.is_headless);
    (!is_offered).then(|| ReachFault::NotOffered {
        service,
        written: port,
        meant: services.iter().find_map(|service| service.port_to(port)),
        offered,
    })
}
