//! promvet.yaml: what this repository wants.
//!
//! The file is a source like any other: everything in it keeps its place, so that a finding can
//! show the line of policy that decided. It is read strictly; an unknown key is an error.
//!
//! Each section is a file with its keys as a table, from which it is read and from which the JSON
//! Schema is made; `sections` lists them. What several files say is brought together by
//! [`Policy::add`], the nearest first.

mod baseline;
mod environments;
mod extends;
mod form;
mod glob_index;
mod issuers;
mod json_schema;
mod levels;
mod mounts;
mod opstrace;
mod pattern;
mod profile;
mod prometheus;
mod read;
mod receivers;
mod requires;
mod rule_folders;
mod runtime_user;
mod sections;
mod selection;
mod suppressions;
mod templates;
mod top;

pub use baseline::{Accepted, BaselineEntry, BaselineVersion, read_baseline};
pub use environments::EnvironmentPolicy;
pub use extends::Extends;
pub(crate) use form::{PolicyKey, ValueForm};
pub use issuers::{CertificateIssuer, IssuerPolicy};
pub use json_schema::json_schema;
pub use levels::{Level, LevelSet, RuleLevel};
pub use mounts::{MountPolicy, MountedFrom};
pub use opstrace::OpstraceInstance;
pub use pattern::Glob;
pub use profile::ReportingProfile;
pub use read::PolicyError;
pub(crate) use read::{Mistakes, PolicyFields};
pub use receivers::{ReceiverPolicy, ReceiverProfile, ReceiverSource};
pub use requires::Requirement;
pub use rule_folders::RuleFolder;
pub use runtime_user::RuntimeUser;
pub use selection::Selection;
pub use suppressions::SuppressionPolicy;

use std::sync::{Arc, OnceLock};

use glob_index::GlobIndex;
use levels::LevelIndex;

use crate::finding::{Place, Text};
use crate::schema::Version;
use crate::yaml::Document;

/// The names under which a policy file is found.
pub const FILE_NAMES: &[&str] = &["promvet.yaml", ".promvet.yaml"];

/// What promvet.yaml says, or several of them together, the nearest first. Without one,
/// everything is empty.
#[derive(Debug, Default)]
pub struct Policy {
    /// The file, if this is what one file says.
    pub document: Option<Arc<Document>>,
    /// What it asks of promvet itself.
    pub requires: Vec<Requirement>,
    /// Files that it extends.
    pub extends: Vec<Extends>,
    /// Versions of Prometheus that must load the configurations, with their places.
    pub prometheus: Vec<(Version, Place)>,
    /// How much is reported.
    pub profile: Option<(ReportingProfile, Place)>,
    /// Levels of rules and groups, for some files or for all; the first that answers counts.
    pub levels: Vec<LevelSet>,
    /// Folders of custom rules.
    pub rule_folders: Vec<RuleFolder>,
    /// Which files are checked; the first that matches counts.
    pub selection: Vec<Selection>,
    /// Where configurations run; the first that matches counts.
    pub environments: Vec<EnvironmentPolicy>,
    /// What is mounted where Prometheus runs.
    pub mounts: Vec<MountPolicy>,
    /// The user that Prometheus runs as.
    pub runtime_user: Option<RuntimeUser>,
    /// Who signed the certificates of hosts; the first entry that matches counts.
    pub issuers: Vec<IssuerPolicy>,
    /// Custom receivers.
    pub receivers: Vec<ReceiverProfile>,
    /// Which receiver is behind which hosts; the first entry that matches counts.
    pub receiver_hosts: Vec<ReceiverPolicy>,
    /// Opstrace instances: name and configuration file.
    pub instances: Vec<OpstraceInstance>,
    /// Domains of Opstrace instances with a `custom_dns_name`.
    pub opstrace_domains: Vec<(String, Place)>,
    /// Files that are rendered before Prometheus reads them.
    pub templates: Vec<Glob>,
    /// What is asked of suppression comments.
    pub suppressions: SuppressionPolicy,
    /// Its patterns, put in order when they are first asked.
    pub index: PolicyIndex,
}

/// The patterns of a policy by what they are asked for, so that a thousand of them cost little more
/// than one.
#[derive(Debug, Default)]
pub struct PolicyIndex {
    levels: OnceLock<LevelIndex>,
    selection: OnceLock<GlobIndex>,
    templates: OnceLock<GlobIndex>,
    paths: OnceLock<GlobIndex>,
    issuers: OnceLock<GlobIndex>,
    receivers: OnceLock<GlobIndex>,
}

/// The number and the first pattern of an entry's that matches a text, of the first such entry.
fn first_of<'e, E>(
    index: &OnceLock<GlobIndex>,
    entries: &'e [E],
    globs: impl Fn(&'e E) -> &'e [Glob],
    text: &str,
) -> Option<(&'e E, &'e Glob)> {
    let index = index.get_or_init(|| {
        let numbered = entries.iter().enumerate();
        GlobIndex::new(numbered.flat_map(|(number, entry)| {
            let globs = globs(entry).iter();
            globs.map(move |glob| (number, glob))
        }))
    });
    let &(_, number) = index.matching(text).first()?;
    let entry = entries.get(number)?;
    let glob = globs(entry).iter().find(|glob| glob.matches(text))?;
    Some((entry, glob))
}

impl Policy {
    /// Reads a promvet.yaml. `folder` is the folder that its paths and patterns count from, as a
    /// path with forward slashes that is a prefix of the paths of files below it; empty for the
    /// current folder.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn read(text: &Arc<Text>, folder: &str) -> Result<Self, Vec<PolicyError>> {
        sections::read(text, folder)
    }

    /// Adds what a policy that is farther away says.
    pub fn add(&mut self, farther: &Self) {
        for section in sections::SECTIONS {
            (section.add)(self, farther);
        }
        self.index = PolicyIndex::default();
    }

    /// Every pattern of paths, but for those of environments, which count as a whole.
    fn path_patterns(&self) -> impl Iterator<Item = &Glob> {
        let levels = self.levels.iter().filter_map(|set| set.files.as_ref());
        let selection = self.selection.iter().map(|list| &list.files);
        levels.chain(selection).flatten().chain(&self.templates)
    }

    /// The places of those that match a file, by its path for people.
    pub fn matching_patterns(&self, path: &str) -> impl Iterator<Item = &Place> {
        let index = self
            .index
            .paths
            .get_or_init(|| GlobIndex::new(self.path_patterns().map(|glob| (0, glob))));
        index
            .matching(path)
            .into_iter()
            .filter_map(|(number, _)| index.place(number))
    }

    /// Whether its file says that its folder is a separate tree.
    #[must_use]
    pub fn is_top(&self) -> bool {
        let says =
            |document: &Arc<Document>| crate::source::is_top(document.text().content().as_bytes());
        self.document.as_ref().is_some_and(says)
    }

    /// Whether it says that a file is rendered before Prometheus reads it.
    #[must_use]
    pub fn is_template(&self, path: &str) -> bool {
        let one = std::slice::from_ref;
        first_of(&self.index.templates, &self.templates, one, path).is_some()
    }

    /// The first entry of `issuers` that names a host.
    #[must_use]
    pub fn issuer_of(&self, host: &str) -> Option<(&IssuerPolicy, &Glob)> {
        first_of(
            &self.index.issuers,
            &self.issuers,
            |entry| &entry.hosts,
            host,
        )
    }
}
