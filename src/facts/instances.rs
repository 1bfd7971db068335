//! The Opstrace instances that an endpoint may belong to.

use super::deployment::Image;
use super::opstrace::{Instance, TenantHost};
use super::receiver::{Hints, Recognition};
use super::service_match::ServiceMatch;
use super::{Facts, OPSTRACE_OWN_DOMAIN, is_named, receiver, service_match};
use crate::policy::OpstraceInstance;
use crate::prometheus::endpoint::Endpoint;

impl<'t> Facts<'t> {
    /// The Opstrace instance that a host belongs to: the one with that domain; else, below
    /// opstrace.io, the one whose file is named like it, the only one, or the only one that has
    /// the tenant.
    #[must_use]
    pub fn instance(&self, host: TenantHost<'_>) -> Option<&Instance> {
        let instances = self.instances();
        if let Some(found) = instances
            .iter()
            .find(|instance| instance.domain.as_deref() == Some(host.domain))
        {
            return Some(found);
        }
        let name = host.instance?;
        let mut left: Vec<_> = instances
            .iter()
            .filter(|instance| instance.domain.is_none())
            .collect();
        if let Some(named) = self
            .policy
            .instances
            .iter()
            .find(|entry| entry.name == name)
        {
            return left
                .into_iter()
                .find(|found| found.path.ends_with(named.file.trim_start_matches("./")));
        }
        let steps: [&dyn Fn(&Instance) -> bool; 3] =
            [&|_| true, &|found| is_named(&found.path, name), &|found| {
                found.tenants.iter().any(|tenant| tenant == host.tenant)
            }];
        for step in steps {
            let narrowed: Vec<_> = left
                .iter()
                .copied()
                .filter(|candidate| step(candidate))
                .collect();
            match narrowed.as_slice() {
                [only] => return Some(only),
                [] => {}
                _ => left = narrowed,
            }
        }
        None
    }

    /// Whether policy or its own domain says which instance a host belongs to, so that it is not
    /// guessed from file names.
    #[must_use]
    pub fn is_instance_named(&self, host: TenantHost<'_>) -> bool {
        let has_domain = |instance: &&Instance| instance.domain.as_deref() == Some(host.domain);
        let by_policy = |name: &str| {
            self.policy
                .instances
                .iter()
                .any(|instance| instance.name == name)
        };
        self.instance(host).filter(has_domain).is_some() || host.instance.is_some_and(by_policy)
    }

    /// The instance that policy names for a host below opstrace.io, although it has its own domain,
    /// and where policy says so.
    #[must_use]
    pub fn renamed_instance(&self, host: TenantHost<'_>) -> Option<(&Instance, &OpstraceInstance)> {
        let name = host.instance?;
        let entry = self
            .policy
            .instances
            .iter()
            .find(|instance| instance.name == name)?;
        let file = entry.file.trim_start_matches("./");
        let instance = self
            .instances()
            .iter()
            .find(|instance| instance.path.ends_with(file))?;
        instance.domain.is_some().then_some((instance, entry))
    }

    /// The receivers that an endpoint may be meant for. A name such as `cortex.<tenant>.<domain>`
    /// is Opstrace's only where the tree or the policy knows the domain as an instance's own.
    /// `answering` is what of the tree answers at the endpoint.
    #[must_use]
    pub fn recognize(
        &self,
        endpoint: &Endpoint,
        answering: &[ServiceMatch<'_>],
    ) -> Recognition<'_> {
        self.recognize_by(endpoint, service_match::image(answering))
    }

    /// The receiver of an endpoint, by its URL and by the image of what answers there.
    #[must_use]
    pub fn recognize_by(&self, endpoint: &Endpoint, image: Option<&Image>) -> Recognition<'_> {
        let host = endpoint.host_name();
        let own_domain = host
            .as_deref()
            .and_then(TenantHost::new)
            .filter(|host| host.instance.is_none());
        let domains: Vec<_> = match own_domain {
            Some(_) => self
                .opstrace_domains()
                .map(|domain| (OPSTRACE_OWN_DOMAIN, domain))
                .collect(),
            None => Vec::new(),
        };
        let by_policy = host
            .as_deref()
            .and_then(|host| self.policy.receiver_of(host));
        receiver::recognize(
            endpoint,
            &self.catalog,
            &Hints {
                receiver: by_policy.map(|(entry, _)| entry.receiver.as_str()),
                domains: &domains,
                image,
            },
        )
    }

    /// Domains of Opstrace instances that have a separate one, from promvet.yaml and from the
    /// instance configurations of the tree.
    pub fn opstrace_domains(&self) -> impl Iterator<Item = &str> {
        let by_policy = self
            .policy
            .opstrace_domains
            .iter()
            .map(|(domain, _)| domain.as_str());
        by_policy.chain(
            self.instances()
                .iter()
                .filter_map(|instance| instance.domain.as_deref()),
        )
    }

    /// The instance configurations of the tree.
    #[must_use]
    pub fn instances(&self) -> &[Instance] {
        self.shared.instances()
    }
}
