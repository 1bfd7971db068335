//! What else the tree tells: credential files, issuers, receivers, tenants.
//!
//! Facts are drawn on demand: files other than the configurations are read only when the judgment
//! of an endpoint needs them. Each fact knows its evidence, and can be unknown.

mod alloy_modules;
mod charts;
mod command_output;
mod compose_mounts;
pub mod credential_file;
mod deployed;
pub mod deployment;
mod environments;
mod filled;
mod hops;
pub mod included;
mod instances;
pub mod issuer;
mod layers;
pub(crate) mod mentioned;
mod namespaces;
mod near_miss;
mod old_release;
mod older;
pub mod online;
mod operated;
mod operated_rules;
mod operator_release;
pub mod opstrace;
mod owners;
mod patched;
mod patches;
mod proxy;
mod pulled_in;
mod reach;
pub mod receiver;
mod receiver_requirements;
mod routes;
mod rule_evaluator;
pub(crate) mod scripts;
mod selected;
mod service_match;
mod set_elsewhere;
mod set_ups;
pub(crate) mod settings;
mod shared;
mod stated_releases;
mod submodules;
pub mod token;
mod words;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock};

pub use credential_file::{
    FileLookup, FileState, PathBase, PathQuery, PathVerdict, Unverified, WorldReadableFile,
};
pub use deployed::FileOfThanos;
pub use hops::{Hop, HopKind};
pub use issuer::KnownIssuer;
pub use issuer::cert_manager::{Certified, Misnamed};
pub use owners::Owners;
pub use pulled_in::may_be_rules;
pub use reach::{ReachFault, Unreachable};
pub use receiver_requirements::ReceiverRequirements;
pub use routes::{Misrouted, RouteFault};
pub use service_match::{Requester, ServiceMatch, TenantFlag};
pub use settings::{HaTracker, KnownSetting, ReceiverLimits, ReceiverSettings};
pub use shared::Shared;
pub use stated_releases::StatedRelease;

use crate::discover::{EmbeddedIn, RecognizedFile};
use crate::finding::{Evidence, Place, Text};
use crate::policy::Policy;
use crate::prometheus::endpoint::Endpoint;
use crate::schema::TargetReleases;
use crate::source::handshake::Handshake;
use crate::yaml::Document;
use deployment::{Deployment, Deployments, RunningDeployment};
use issuer::cert_manager::{self, CertificateAnswer, Manifests};
use opstrace::TenantHost;
use receiver::Catalog;

/// The profile of an Opstrace instance with its own domain.
const OPSTRACE_OWN_DOMAIN: &str = "opstrace-custom-dns";

/// A scan of bytes that rules out files of no interest to one kind of fact.
pub type ByteScan = fn(&[u8]) -> bool;

/// The scans of all kinds of facts that are in YAML files.
const SCANS: &[ByteScan] = &[
    opstrace::may_be_instance,
    cert_manager::may_hold,
    deployment::may_hold,
    pulled_in::names_rules,
    routes::may_hold,
    layers::may_hold,
    layers::may_be_laid,
    near_miss::may_hold,
    operator_release::may_tell,
    stated_releases::may_state,
    rule_evaluator::may_tell,
    namespaces::may_move,
    patches::may_hold,
];

/// Whether a YAML file may hold a fact of any kind.
#[must_use]
pub fn may_hold(bytes: &[u8]) -> bool {
    SCANS.iter().any(|scan| scan(bytes))
}

/// Finds the texts among the tree's YAML files that pass one of the scans behind [`may_hold`];
/// called at most once for each.
pub type Find<'t> = Box<dyn Fn(ByteScan) -> Vec<Arc<Text>> + Send + Sync + 't>;

/// Finds the texts of the tree that may be scripts, or units that start something.
pub type FindScripts<'t> = Box<dyn Fn() -> Vec<Arc<Text>> + Send + Sync + 't>;

/// Finds the other texts of the tree that may name files.
pub type FindTexts<'t> = Box<dyn Fn() -> Vec<Arc<Text>> + Send + Sync + 't>;

/// The facts about one tree under one policy.
#[derive(Debug)]
pub struct Facts<'t> {
    policy: &'t Policy,
    files: FileLookup<'t>,
    shared: Arc<Shared<'t>>,
    deployments: OnceLock<Deployments>,
    programs: OnceLock<Deployments>,
    declared: OnceLock<Option<Deployment>>,
    handshake: Option<Arc<dyn Handshake>>,
    catalog: Catalog,
    cache: included::IncludeCache,
    looked_at: Mutex<BTreeSet<PathBuf>>,
}

impl<'t> Facts<'t> {
    /// The facts of a tree under a policy.
    #[must_use]
    pub fn new(policy: &'t Policy, files: FileLookup<'t>, shared: Arc<Shared<'t>>) -> Self {
        Self {
            policy,
            files,
            shared,
            deployments: OnceLock::new(),
            programs: OnceLock::new(),
            declared: OnceLock::new(),
            handshake: None,
            catalog: Catalog::default(),
            cache: included::IncludeCache::default(),
            looked_at: Mutex::default(),
        }
    }

    /// The same with custom receivers.
    #[must_use]
    pub fn with_receivers(mut self, catalog: Catalog) -> Self {
        self.catalog = catalog;
        self
    }

    /// What this repository wants.
    #[must_use]
    pub fn policy(&self) -> &'t Policy {
        self.policy
    }

    /// What is wrong in the files that a configuration in `folder` pulls in; each of them is reported
    /// once.
    #[must_use]
    pub fn included(
        &self,
        document: &Document,
        folder: Option<&Path>,
        target: &TargetReleases,
    ) -> included::CheckedIncludes {
        let runners = self.runners_of(document, folder, None);
        let mut checked = included::check(
            document,
            folder,
            None,
            &runners,
            &self.files,
            target,
            &self.cache,
        );
        if !checked.findings.is_empty() {
            let deployments = self.deployments().all();
            let files = &self.files;
            let shown = document.text().path();
            let otherwise = |name: &str| match self.is_idle_test_data(shown, runners.is_empty()) {
                true => Some("this is test data, and nothing in the tree runs it".to_owned()),
                false => self
                    .written_by(name, shown)
                    .or_else(|| self.made_of_template(name, shown))
                    .or_else(|| self.taken_by_template(shown)),
            };
            included::weigh_missing(
                document,
                &runners,
                deployments,
                files,
                &otherwise,
                &mut checked,
            );
            // What writes the file fills it in.
            checked
                .findings
                .retain(|found| !self.is_filled_target(found, shown));
            self.weigh_descriptions(&mut checked.findings, shown);
        }
        checked
    }

    /// The same for a configuration that is only a part of a file. Rule files that are other keys of
    /// its ConfigMap are checked where that is mounted.
    #[must_use]
    pub fn included_beside(
        &self,
        document: &Document,
        recognized: &RecognizedFile,
        target: &TargetReleases,
    ) -> included::CheckedIncludes {
        let beside = self.beside(document, recognized);
        let runners = self.runners_of(document, None, recognized.holder.as_ref());
        included::check(
            document,
            None,
            Some(&beside),
            &runners,
            &self.files,
            target,
            &self.cache,
        )
    }

    /// What runs a configuration, as far as the tree or promvet.yaml tells. One from standard input
    /// that was given no name has neither a folder nor a holder.
    pub(super) fn runners_of<'f>(
        &'f self,
        document: &Document,
        folder: Option<&Path>,
        holder: Option<&'f EmbeddedIn>,
    ) -> included::Runners<'f> {
        let is_named = folder.is_some() || holder.is_some();
        let file = is_named.then(|| self.absolute(document.text().path()));
        let find = move || {
            let found = file.map_or_else(Vec::new, |file| self.runners(&file, holder));
            let declared = self.declared().filter(|_| found.is_empty() && is_named);
            found
                .into_iter()
                .chain(declared.map(RunningDeployment::declared))
                .collect()
        };
        included::Runners::new(Box::new(find))
    }

    /// The rule files and the scrape jobs that a configuration in `folder` pulls in, whether it is
    /// the whole of a file or a part of one.
    #[must_use]
    pub fn documents(
        &self,
        document: &Document,
        folder: Option<&Path>,
        recognized: &RecognizedFile,
    ) -> included::IncludedDocuments {
        let beside = self.beside(document, recognized);
        let runners = self.runners_of(document, folder, recognized.holder.as_ref());
        included::documents(
            document,
            folder,
            &beside,
            &runners,
            &self.files,
            &self.cache,
        )
    }

    /// Whether [`Facts::documents`] has found a file to be a part of another configuration.
    #[must_use]
    pub fn is_included(&self, file: &Path) -> bool {
        self.cache.is_scrape_config(file)
    }

    /// What a configuration in `folder`, or in what holds it, makes Prometheus load beside itself.
    #[must_use]
    pub fn loads(
        &self,
        document: &Document,
        folder: Option<&Path>,
        recognized: &RecognizedFile,
    ) -> Vec<included::Load> {
        let holder = recognized.holder.as_ref();
        let beside = holder.map(|_| self.beside(document, recognized));
        let runners = self.runners_of(document, folder, holder);
        included::loads(
            document,
            folder,
            beside.as_ref(),
            &runners,
            &self.files,
            &self.cache,
        )
    }

    /// What is beside a configuration that is only a part of a file.
    fn beside<'r>(
        &self,
        document: &Document,
        recognized: &'r RecognizedFile,
    ) -> included::SiblingFiles<'r> {
        let texts = &recognized.beside;
        let runners = match texts.is_empty() {
            true => Vec::new(),
            false => {
                let file = self.absolute(document.text().path());
                self.runners(&file, recognized.holder.as_ref())
            }
        };
        let mut folders: Vec<_> = runners.iter().map(RunningDeployment::folder).collect();
        if let Some(declared) = self.declared().filter(|_| folders.is_empty()) {
            folders.push(declared.config_folder());
        }
        included::SiblingFiles { folders, texts }
    }

    /// Why what routes the host of an endpoint in the tree does not serve it as it is written.
    #[must_use]
    pub fn misrouted(&self, endpoint: &Endpoint) -> Option<Misrouted> {
        let scheme = endpoint.scheme_name()?;
        let host = endpoint.host_name()?;
        // Another port is another listener.
        let is_usual = endpoint.port().is_none()
            || endpoint.port_or_default() == Some(if scheme == "https" { 443 } else { 80 });
        let path = endpoint.slice(endpoint.path());
        let judge = || self.shared.routes().judge(&scheme, &host, path);
        let found = is_usual.then(judge)?;
        let found = found.or_else(|| self.without_port(endpoint))?;
        (!self.is_patched_route(&found.evidence.first()?.place)).then_some(found)
    }

    /// Whether a patch changes what routes a host, by the place of its name.
    fn is_patched_route(&self, place: &Place) -> bool {
        let name = place.text().slice(place.span()).trim_matches(['"', '\'']);
        let file = self.absolute(place.path());
        let patches = self.shared.patches(&self.files);
        let is_patched = |kind: &&str| patches.of(kind, name, &file, &[]).next().is_some();
        routes::KINDS.iter().any(is_patched)
    }

    /// The issuer of a host's certificate, by what the tree says of the host.
    #[must_use]
    pub fn issuer(&self, host: &str) -> Option<KnownIssuer> {
        match self.issuer_answer(host)? {
            CertificateAnswer::Known(known) => Some(known),
            CertificateAnswer::Unsettled(_) => None,
        }
    }

    /// Why the tree's manifests, although they name a host, do not settle who its issuer is; empty
    /// if they do, or don't name it.
    #[must_use]
    pub fn unsettled_issuer(&self, host: &str) -> Vec<Evidence> {
        match self.issuer_answer(host) {
            Some(CertificateAnswer::Unsettled(evidence)) => evidence,
            Some(CertificateAnswer::Known(_)) | None => Vec::new(),
        }
    }

    /// The issuer in the tree's manifests that signs for a host, if it is for tests although its
    /// name says production. Nothing is reported where promvet.yaml or an Opstrace instance
    /// decides.
    #[must_use]
    pub fn misnamed_issuer(&self, host: &str) -> Option<Misnamed> {
        if self.declared_issuer(host).is_some() {
            return None;
        }
        self.manifests().misnamed(host)
    }

    /// The certificate that the tree's manifests make out to a host, if it is not made out to
    /// `name`, and nothing else in them is either. Both in lower case.
    #[must_use]
    pub fn certified_without(&self, host: &str, name: &str) -> Option<Certified> {
        self.manifests().certified_without(host, name)
    }

    fn issuer_answer(&self, host: &str) -> Option<CertificateAnswer> {
        let declared = self.declared_issuer(host).map(CertificateAnswer::Known);
        declared.or_else(|| self.manifests().issuer_of(host))
    }

    /// The issuer that promvet.yaml or an Opstrace instance names.
    fn declared_issuer(&self, host: &str) -> Option<KnownIssuer> {
        issuer::by_policy(host, self.policy).or_else(|| {
            let parts = TenantHost::new(host)?;
            issuer::by_instance(parts, self.instance(parts)?)
        })
    }

    fn manifests(&self) -> &Manifests {
        self.shared.manifests()
    }
}

/// Whether a file's name or folder has the name as one of its words.
fn is_named(path: &str, name: &str) -> bool {
    path.split(['/', '.']).any(|part| part == name)
        || path.split(['/', '.', '-', '_']).any(|part| part == name)
}
