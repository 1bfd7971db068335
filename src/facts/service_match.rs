//! What of the tree answers at an endpoint: a container that is reached by its name.

use std::cell::OnceCell;
use std::path::{Path, PathBuf};

use super::Facts;
use super::deployment::{
    AnsweringContainer, Deployment, Image, NetworkContainer, NetworkName, Platform, RunCertainty,
    RunningDeployment, Service,
};
use super::environments;
use super::patches::{ChangedImage, IMAGE, LEADING, STARTING};
use super::receiver::names_tenant;
use crate::discover::EmbeddedIn;
use crate::finding::Evidence;
use crate::prometheus::endpoint::{Endpoint, HostNetwork};
use crate::yaml::placeholder;

/// A container that answers at an endpoint.
#[derive(Clone, Debug)]
pub struct ServiceMatch<'f> {
    /// The container; none if it is not known which of a pod's it is.
    pub container: Option<&'f NetworkContainer>,
    /// The name that leads to it.
    pub(super) named: &'f NetworkName,
    /// The port at which the container is asked.
    pub port: u16,
    /// The same with its mounts, if it mounts files.
    pub deployment: Option<&'f Deployment>,
    /// The ports that others know: those that are published, exposed or declared.
    pub declared_ports: Vec<u16>,
    /// The same, if it runs Prometheus and serves HTTP at the port that is asked.
    pub prometheus: Option<&'f Deployment>,
    /// How one gets there.
    pub evidence: Vec<Evidence>,
    /// Whether it is what runs the configuration itself, and how that is known.
    pub itself: Option<Vec<Evidence>>,
    /// Why another program may answer, or one with other settings, than the tree shows: other compose
    /// files, patches, a mesh. No rule says how the receiver is set while there is a reason.
    pub changes: Vec<Evidence>,
    /// What another compose file of the folder makes of the service, for each of the changes that is one
    /// and runs Prometheus at the port that is asked.
    in_other_files: Vec<&'f Deployment>,
    /// Whether the image may be another one.
    has_other_image: bool,
    /// Whether it has another tag, which is not known.
    pub(super) has_other_tag: bool,
    /// Whether nothing in the tree shows that the one who asks runs in the same project: of several set-ups
    /// another one may be meant.
    pub is_guessed: bool,
    /// Whether it is known what asks, so that ports of the machine are not meant.
    pub is_asked_from_inside: bool,
}

impl ServiceMatch<'_> {
    /// The Prometheus that answers, in each of the ways in which the tree may start it; none if there
    /// are others.
    #[must_use]
    pub fn every_prometheus(&self) -> Option<Vec<&Deployment>> {
        let first = self.prometheus?;
        let others = self.in_other_files.iter().copied();
        let is_known = self.changes.len() == self.in_other_files.len();
        is_known.then(|| std::iter::once(first).chain(others).collect())
    }

    /// How one gets there, and what runs there.
    #[must_use]
    pub fn shown(&self) -> Vec<Evidence> {
        let image = self.container.and_then(|container| {
            Some(Evidence {
                place: container.image.as_ref()?.place.clone(),
                message: format!("{} answers there, with this image", container.name),
            })
        });
        self.evidence.iter().cloned().chain(image).collect()
    }

    /// Its image, if what answers is surely that program, with whatever settings.
    #[must_use]
    pub fn program(&self) -> Option<&Image> {
        let is_one = self.container?.is_one_program;
        self.image().filter(|_| is_one || self.changes.is_empty())
    }

    /// Whether a port of the machine leads there.
    #[must_use]
    pub fn publishes(&self, port: u16) -> bool {
        let mut published = self.named.surroundings().published.iter();
        published.any(|(outside, _)| *outside == port)
    }

    /// Whether another container may listen on its ports.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        self.named.surroundings().is_shared
    }

    /// Its image, if one is named.
    #[must_use]
    pub fn image(&self) -> Option<&Image> {
        self.container?.image.as_ref()
    }
}

/// A configuration as the one who asks: where it is, and what runs it, which is worked out when
/// it is first wanted.
#[derive(Debug)]
pub struct Requester<'f> {
    facts: &'f Facts<'f>,
    /// The path of its file, as shown.
    shown: &'f str,
    pub(super) holder: Option<&'f EmbeddedIn>,
    file: OnceCell<PathBuf>,
    runners: OnceCell<Vec<RunningDeployment<'f>>>,
}

impl<'f> Requester<'f> {
    /// That of a configuration that is the file shown as `shown`, or what `holder` is in it.
    #[must_use]
    pub fn new(facts: &'f Facts<'f>, shown: &'f str, holder: Option<&'f EmbeddedIn>) -> Self {
        Self {
            facts,
            shown,
            holder,
            file: OnceCell::new(),
            runners: OnceCell::new(),
        }
    }

    pub(super) fn facts(&self) -> &'f Facts<'f> {
        self.facts
    }

    /// What the Prometheus Operator runs of the configuration, if it is one resource.
    pub(super) fn operated(&self) -> Option<&'f Deployment> {
        let mut found = self.facts.operated(self.file(), self.holder).into_iter();
        found.next().map(|runner| runner.deployment)
    }

    pub(super) fn runners(&self) -> &[RunningDeployment<'f>] {
        let find = || self.facts.readers(self.file(), self.holder);
        self.runners.get_or_init(find)
    }

    /// Whether the folder of a file is that of the configuration, or one above or below it.
    pub(super) fn is_around(&self, shown: &str) -> bool {
        let other = self.facts.absolute(shown);
        match (self.file().parent(), other.parent()) {
            (Some(own), Some(other)) => own.starts_with(other) || other.starts_with(own),
            _ => false,
        }
    }

    /// The namespace of Kubernetes that the configuration runs in, if it is written.
    pub(super) fn own_namespace(&self) -> Option<String> {
        if let Some(EmbeddedIn::Object { namespace, .. } | EmbeddedIn::Resource { namespace, .. }) =
            self.holder
        {
            return namespace.clone();
        }
        let of_holder = self.holder.and_then(EmbeddedIn::namespace);
        let of_runners = || {
            let mut all = self.runners().iter().map(|runner| runner.deployment);
            let first = all.next()?.namespace.as_deref()?;
            let same = |deployment: &Deployment| deployment.namespace.as_deref() == Some(first);
            all.all(same).then_some(first)
        };
        of_holder.or_else(of_runners).map(str::to_owned)
    }

    /// The release that surely runs the configuration, if the tags of images tell.
    #[must_use]
    pub fn release(&self) -> Option<(u16, u16)> {
        let mut all = self.runners().iter();
        let first = all.next()?.deployment.release()?;
        let same =
            |deployment: &RunningDeployment<'_>| deployment.deployment.release() == Some(first);
        all.all(same).then_some(first)
    }

    /// What asks, for people.
    pub(super) fn own_name(&self) -> String {
        let runner = self.runners().first();
        runner.map_or_else(
            || "this configuration".to_owned(),
            |runner| runner.deployment.name.clone(),
        )
    }

    /// Whether the configuration is for Kubernetes, by what holds it or by the chart that it is for.
    fn is_in_cluster(&self) -> bool {
        let is_object = |holder: &EmbeddedIn| {
            matches!(
                holder,
                EmbeddedIn::Object { .. } | EmbeddedIn::Resource { .. } | EmbeddedIn::Values { .. }
            )
        };
        let is_held = match self.holder {
            Some(EmbeddedIn::PartOf(_, holder)) => is_object(holder),
            Some(holder) => is_object(holder),
            None => false,
        };
        let tree = self.facts.files.tree;
        let folder = self.file().parent();
        let chart = folder.map(|folder| folder.join("Chart.yaml"));
        is_held || chart.is_some_and(|chart| tree.metadata(&chart).is_ok())
    }

    pub(super) fn holder(&self) -> Option<&'f EmbeddedIn> {
        self.holder
    }

    pub(super) fn file(&self) -> &Path {
        self.file.get_or_init(|| self.facts.absolute(self.shown))
    }

    /// The only Service of a name, if it is of the type ExternalName. The DNS maps no ports.
    pub(super) fn alias(&self, host: &str) -> Option<&'f Service> {
        let network = self.facts.shared.network(&self.facts.files);
        let (name, rest) = host.split_once('.').unwrap_or((host, ""));
        let namespace = rest.split('.').next().filter(|label| !label.is_empty());
        let mut services = network.services(self.facts.files.tree, name);
        services.retain(|service| match (service.namespace.as_deref(), namespace) {
            (Some(own), Some(wanted)) => own == wanted,
            _ => true,
        });
        let [service] = services.as_slice() else {
            return None;
        };
        let is_alias = service.is_external && service.external_name.is_some();
        is_alias.then_some(*service)
    }

    /// What of the tree answers at an endpoint of the configuration. Nothing unless the host is a
    /// name inside of a network; where several are given, any of them may be the one.
    #[must_use]
    pub fn answering(&self, endpoint: &Endpoint) -> Vec<ServiceMatch<'f>> {
        let Some((host, port)) = address(endpoint) else {
            return Vec::new();
        };
        let facts = self.facts;
        let network = facts.shared.network(&facts.files);
        let mut hits = network.ask(facts.files.tree, &host, port);
        if hits.is_empty()
            && let Some(other) = self.alias(&host).and_then(|it| it.external_name.as_deref())
        {
            hits = network.ask(facts.files.tree, other, port);
        }
        hits.retain(|hit| !environments::are_apart(self.file(), &hit.named.file));
        if hits.is_empty() {
            return Vec::new();
        }
        let runners = self.runners();
        // No service of compose answers in a cluster.
        let is_of_compose = |hit: &AnsweringContainer<'_>| hit.named.platform == Platform::Compose;
        if hits.iter().any(is_of_compose) && self.is_in_cluster() {
            hits.retain(|hit| !is_of_compose(hit));
        }
        if hits.iter().any(is_of_compose) && self.maps(&host) {
            return Vec::new();
        }
        let own = self.own_namespace();
        hits.into_iter()
            .filter(|hit| is_in_sight(hit, runners, (self.file(), own.as_deref())))
            .map(|hit| facts.answer(&hit, runners))
            .collect()
    }
}

impl Facts<'_> {
    /// What changes the way to a container, or how it is started.
    fn changes(&self, named: &NetworkName, container: Option<&NetworkContainer>) -> Vec<Evidence> {
        let own = container.map_or(&[][..], |container| &container.changes);
        let mut out = own.to_vec();
        if named.platform != Platform::Kubernetes {
            out.extend(self.shared.network(&self.files).laid_over(named));
            return out;
        }
        let patches = self.shared.patches(&self.files);
        if let Some((kind, name)) = named.workload() {
            out.extend(patches.of(kind, name, &named.file, STARTING));
        }
        let service = named.names().first().map_or("", String::as_str);
        if let Some(shown) = named.evidence().first() {
            let file = self.absolute(shown.place.path());
            out.extend(patches.of("Service", service, &file, LEADING));
        }
        out.extend(patches.routed(service, named.namespace.as_deref()));
        out
    }

    /// What a kustomization makes of the image of a container of Kubernetes.
    fn changed_image(
        &self,
        named: &NetworkName,
        container: &NetworkContainer,
    ) -> Option<ChangedImage> {
        let image = container.image.as_ref();
        let image = image.filter(|_| named.platform == Platform::Kubernetes)?;
        let patches = self.shared.patches(&self.files);
        patches.image_in(image.repository(), &named.file)
    }

    pub(super) fn answer<'f>(
        &'f self,
        hit: &AnsweringContainer<'f>,
        runners: &[RunningDeployment<'f>],
    ) -> ServiceMatch<'f> {
        let deployment = hit.container.and_then(|container| {
            let operated = || {
                let mut all = self.all_operated().iter();
                all.find(|deployment| deployment.place.order() == container.place.order())
            };
            self.deployments().at(&container.place).or_else(operated)
        });
        let serves = |deployment: &&Deployment| {
            deployment.prometheus.is_some() && deployment.listens_at(hit.port) == Some(true)
        };
        let prometheus = deployment.filter(serves);
        let mut changes = self.changes(hit.named, hit.container);
        let image = hit
            .container
            .and_then(|container| self.changed_image(hit.named, container));
        let renamed = image.as_ref().filter(|image| image.is_renamed);
        changes.extend(renamed.map(|image| image.evidence.clone()));
        let others = changes
            .iter()
            .filter_map(|change| self.deployments().at(&change.place));
        let in_other_files = others.filter(serves).collect();
        let itself = match (runners, prometheus) {
            ([runner], Some(own)) if runner.certainty == RunCertainty::Certain => {
                std::ptr::eq(runner.deployment, own).then(|| runner.evidence.clone())
            }
            _ => None,
        };
        let is_patched = || {
            let (kind, name) = hit.named.workload()?;
            let patches = self.shared.patches(&self.files);
            let mut found = patches.of(kind, name, &hit.named.file, IMAGE);
            found.next()
        };
        let has_other_image = hit
            .container
            .is_some_and(|container| container.has_other_image);
        ServiceMatch {
            changes,
            in_other_files,
            has_other_image: has_other_image || renamed.is_some() || is_patched().is_some(),
            has_other_tag: image.is_some(),
            container: hit.container,
            named: hit.named,
            port: hit.port,
            deployment,
            declared_ports: hit.declared_ports(),
            prometheus,
            evidence: hit.named.evidence().to_vec(),
            itself,
            is_asked_from_inside: runners
                .iter()
                .any(|runner| runner.certainty == RunCertainty::Certain),
            is_guessed: runners.is_empty() && hit.named.platform != Platform::Kubernetes,
        }
    }
}

/// The header in which a receiver reads the tenant, where its command line names one.
#[derive(Clone, Debug)]
pub enum TenantFlag {
    /// It names this header.
    Names(String, Evidence),
    /// The name is filled in by something that is not in the tree.
    Open,
}

/// The flag that gives Thanos Receive the header of the tenant
/// (thanos-io/thanos `cmd/thanos/receive.go`).
const THANOS_TENANT_HEADER: &str = "receive.tenant-header";

impl TenantFlag {
    pub(super) fn of(container: &NetworkContainer) -> Option<Self> {
        let (name, place) = container.arguments.value(THANOS_TENANT_HEADER)?;
        if placeholder::is_open(name) {
            return Some(Self::Open);
        }
        let evidence = Evidence {
            place: place.clone(),
            message: format!("`--{THANOS_TENANT_HEADER}` sets the name of the tenant's header"),
        };
        Some(Self::Names(name.to_owned(), evidence))
    }

    fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Names(one, _), Self::Names(two, _)) => one.eq_ignore_ascii_case(two),
            (Self::Open, Self::Open) => true,
            _ => false,
        }
    }
}

impl Facts<'_> {
    /// The header in which the Thanos Receive at an endpoint reads the tenant, if its command line
    /// names one. `answering` is what answers there; where that is not in the tree (an ingress
    /// leads there), a receiver of the tree that reads `written` will be it.
    #[must_use]
    pub fn tenant_flag(
        &self,
        answering: &[ServiceMatch<'_>],
        written: &[&str],
    ) -> Option<TenantFlag> {
        if answering.iter().any(|service| !service.changes.is_empty()) {
            return Some(TenantFlag::Open);
        }
        let containers = answering.iter().filter_map(|service| service.container);
        let mut at_endpoint = containers.map(TenantFlag::of);
        if let Some(first) = at_endpoint.next() {
            let first = first?;
            let same = |other: Option<TenantFlag>| other.is_some_and(|other| first.is_same(&other));
            return match at_endpoint.all(same) {
                true => Some(first),
                false => Some(TenantFlag::Open),
            };
        }
        if !written.iter().any(|name| names_tenant(name)) {
            return None;
        }
        let mut all = self.shared.tenant_flags(&self.files).iter();
        let found = all.find(|flag| match flag {
            TenantFlag::Names(name, _) => written
                .iter()
                .any(|written| written.eq_ignore_ascii_case(name)),
            TenantFlag::Open => true,
        });
        found.cloned()
    }
}

/// Host and port of an endpoint whose host may be a name inside of a network of containers.
fn address(endpoint: &Endpoint) -> Option<(String, u16)> {
    if endpoint.network() != HostNetwork::Internal || !endpoint.is_sound() {
        return None;
    }
    let host = endpoint.host_name().filter(|host| !host.contains(':'))?;
    Some((host, endpoint.port_or_default()?))
}

/// Whether what runs a configuration sees a name. Where nothing of the tree is known to run it,
/// what is in its folder or above it is taken for its surroundings.
fn is_in_sight(
    hit: &AnsweringContainer<'_>,
    runners: &[RunningDeployment<'_>],
    (file, namespace): (&Path, Option<&str>),
) -> bool {
    let named = hit.named;
    let around = || {
        let folder = named.file.parent();
        let is_elsewhere = match (namespace, named.namespace.as_deref()) {
            (Some(own), Some(other)) => own != other,
            _ => false,
        };
        !is_elsewhere && folder.is_some_and(|folder| file.starts_with(folder))
    };
    if named.platform == Platform::Kubernetes && hit.is_qualified {
        return true;
    }
    let mut of_platform = runners
        .iter()
        .map(|runner| runner.deployment)
        .filter(|deployment| deployment.platform != Platform::Policy)
        .peekable();
    if of_platform.peek().is_none() {
        return around();
    }
    of_platform.any(|service| {
        let same = |own: &Option<String>| own.is_none() || *own == service.namespace;
        service.platform == named.platform
            && match named.platform {
                Platform::Kubernetes => service.namespace.is_none() || same(&named.namespace),
                _ => service.file == named.file,
            }
    })
}

/// The image of whatever answers, if all that may do so run the same.
pub(super) fn image<'f>(answering: &[ServiceMatch<'f>]) -> Option<&'f Image> {
    let (first, rest) = answering.split_first()?;
    if answering.iter().any(|service| service.has_other_image) {
        return None;
    }
    let image = first.container?.image.as_ref()?;
    let same = |service_match: &ServiceMatch<'_>| {
        service_match
            .image()
            .is_some_and(|known| known.is_same(image))
    };
    rest.iter().all(same).then_some(image)
}
