//! promvet.yaml: what this repository wants.
//!
//! The file is a source like any other: everything in it keeps its place, so that a finding can
//! show the line of policy that decided. It is read strictly; an unknown key is an error.

mod mounts;
mod read;
mod rule_folders;
mod sections;

pub use mounts::{MountPolicy, MountedFrom};
pub(crate) use read::Mistakes;
pub use read::PolicyError;
pub use rule_folders::RuleFolder;
pub use sections::{Glob, Issuer, IssuerPolicy, Level, OpstraceInstance, RuleLevel, RuntimeUser};

use std::sync::Arc;

use crate::finding::{Place, Text};
use crate::schema::Version;

/// The names under which a policy file is found.
pub const FILE_NAMES: &[&str] = &["promvet.yaml", ".promvet.yaml"];

/// What promvet.yaml says. Without one, everything is empty.
#[derive(Debug, Default)]
pub struct Policy {
    /// Versions of Prometheus that must load the configurations, with their places.
    pub prometheus: Vec<(Version, Place)>,
    /// Who signed the certificates of which hosts; the first entry that matches counts.
    pub issuers: Vec<IssuerPolicy>,
    /// Files that are rendered before Prometheus reads them.
    pub templates: Vec<Glob>,
    /// The user that Prometheus runs as.
    pub runtime_user: Option<RuntimeUser>,
    /// What is mounted where Prometheus runs.
    pub mounts: Vec<MountPolicy>,
    /// Opstrace instances: name and configuration file.
    pub instances: Vec<OpstraceInstance>,
    /// Domains of Opstrace instances with a `custom_dns_name`.
    pub opstrace_domains: Vec<(String, Place)>,
    /// Levels of rules and groups; later ones win.
    pub rules: Vec<RuleLevel>,
    /// Folders of rule pages.
    pub rule_folders: Vec<RuleFolder>,
}

impl Policy {
    /// Reads a promvet.yaml. `folder` is the folder that holds it, as a path with forward slashes
    /// that is a prefix of the paths of files below it; empty for the current folder.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn read(text: &Arc<Text>, folder: &str) -> Result<Self, Vec<PolicyError>> {
        sections::read(text, folder)
    }

    /// Whether it says that a file is rendered before Prometheus reads it.
    #[must_use]
    pub fn is_template(&self, path: &str) -> bool {
        self.templates.iter().any(|glob| glob.matches(path))
    }

    /// The first entry of `issuers` that names a host.
    #[must_use]
    pub fn issuer_of(&self, host: &str) -> Option<(&IssuerPolicy, &Glob)> {
        self.issuers
            .iter()
            .find_map(|entry| Some((entry, entry.hosts.iter().find(|glob| glob.matches(host))?)))
    }
}
