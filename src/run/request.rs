//! What is asked for, and what it came to.

use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use super::gate::Gate;
use super::loaded::Loaded;
use super::no_longer_read::RevisionContent;
use super::selection::RuleSelection;
use super::survey::ParsedAlready;
use super::watch::RunStats;
use crate::deadline::Deadline;
use crate::facts::PathBase;
use crate::policy::{PolicyError, ReportingProfile};
use crate::report::Outcome;
use crate::report::inventory::InventoryRow;
use crate::rules::custom::CustomRules;
use crate::schema::Version;
use crate::source::handshake::Handshake;
use crate::source::{Changed, GitError};

/// What has to be checked, and how.
#[derive(Clone, Debug)]
pub struct Request {
    /// Files and folders.
    pub paths: Vec<PathBuf>,
    /// Judge files that were named like those of a folder, and skip named paths without a target.
    pub if_recognized: bool,
    /// List rule files of folders too, which are only judged with the configuration that loads them.
    pub lists_rule_files: bool,
    /// Follow no link out of its repository: the names are not chosen by the user, but are those of
    /// what changed.
    pub stays_inside: bool,
    /// Go into hidden files and folders too.
    pub hidden: bool,
    /// Ignore .gitignore and the like.
    pub no_ignore: bool,
    /// How many threads; 0 lets the machine decide.
    pub threads: usize,
    /// The policy file, instead of the ones that the trees have.
    pub config: Option<PathBuf>,
    /// Where absolute paths lead.
    pub host: PathBase,
    /// The versions of Prometheus that must load the configurations; if there are none, those of
    /// the policy, or else the newest.
    pub versions: Vec<Version>,
    /// Whether Prometheus runs as an agent.
    pub agent: bool,
    /// A path that was made up for standard input: it is in no folder.
    pub nameless: Option<PathBuf>,
    /// When certificates are valid: seconds since 1970.
    pub now: i64,
    /// How much is reported, instead of what the policy says.
    pub profile: Option<ReportingProfile>,
    /// Who asks servers for their certificates, if they have to be asked.
    pub online: Option<Arc<dyn Handshake>>,
    /// Which rules report, and which files are left out.
    pub selection: RuleSelection,
    /// Gather the inventory of endpoints too.
    pub inventory: bool,
    /// What is accepted, and whose word on that counts.
    pub gate: Gate,
    /// What the tree is compared with, if only what a change made worse is asked for.
    pub since: Option<Since>,
    /// The absolute paths of what is changed since what is compared with, which is judged by content
    /// whatever its name.
    pub changed: Arc<BTreeSet<PathBuf>>,
    /// The submodules of what is compared that are not checked out.
    pub absent: Arc<BTreeSet<PathBuf>>,
    /// Whether files of YAML were changed and nothing else, so that most of what was found in the revision
    /// that is compared with holds here too.
    pub is_plain_change: bool,
    /// Leave out nothing that git tracks, whatever .ignore files say.
    pub all_tracked: bool,
    /// Which tree of a comparison this is, if two are compared.
    pub side: Option<Side>,
    /// What was read in the revision that is compared with.
    pub before: Option<Arc<RevisionContent>>,
    /// What was parsed of it.
    pub parsed: Option<Arc<ParsedAlready>>,
    /// How many bytes of texts may be kept to the end with their documents. Of more, findings know only the
    /// lines around their places.
    pub most_kept: usize,
    /// The custom rules, instead of those that policies name.
    pub own: Option<Arc<CustomRules>>,
    /// When to stop.
    pub deadline: Deadline,
    /// What counts and measures.
    pub watch: Arc<RunStats>,
}

/// What a tree is compared with.
#[derive(Clone, Debug, Default)]
pub struct Since {
    /// The revision; none for HEAD.
    pub revision: Option<String>,
    /// The index of git is checked, in place of the work tree.
    pub staged: bool,
    /// What is found is fixed too, so that more changes than what git shows.
    pub is_fixed: bool,
}

/// A tree of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// What is compared with.
    Old,
    /// What is judged.
    New,
}

impl Request {
    /// Whether a change is judged that must not hide anything.
    pub(crate) fn is_gate(&self) -> bool {
        self.side.is_some() || self.gate.config_from.is_some()
    }

    /// Whether what could not be checked has to be listed of a file. Of one that changed it is, even
    /// if the old tree has the same gap: what the change does to it is not known.
    pub(super) fn lists_unread(&self, path: &Path) -> bool {
        self.side != Some(Side::Old) || !self.changed.contains(path)
    }
}

impl Request {
    /// The same, where this is changed.
    pub(super) fn with(&self, changed: Changed) -> Self {
        Self {
            changed: changed.files,
            absent: changed.absent,
            ..self.clone()
        }
    }
}

impl Default for Request {
    fn default() -> Self {
        Self {
            paths: Vec::new(),
            if_recognized: false,
            lists_rule_files: false,
            stays_inside: false,
            hidden: false,
            no_ignore: false,
            threads: 0,
            config: None,
            host: PathBase::Elsewhere,
            versions: Vec::new(),
            agent: false,
            nameless: None,
            now: today(),
            profile: None,
            online: None,
            selection: RuleSelection::default(),
            inventory: false,
            gate: Gate::default(),
            since: None,
            changed: Arc::default(),
            absent: Arc::default(),
            is_plain_change: false,
            all_tracked: false,
            side: None,
            before: None,
            parsed: None,
            most_kept: usize::MAX,
            own: None,
            deadline: Deadline::default(),
            watch: Arc::default(),
        }
    }
}

/// Now, in seconds since 1970.
fn today() -> i64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

/// What a run came to.
#[derive(Debug, Default)]
pub struct Run {
    /// What was found.
    pub outcome: Outcome,
    /// The endpoints, each with the absolute path of its file, if they were asked for.
    pub inventory: Vec<(PathBuf, InventoryRow)>,
    /// What is worth saying beside the findings.
    pub notes: Vec<String>,
    /// What kept promvet from doing its work: the exit status is 2.
    pub problems: Vec<String>,
    /// What is wrong with policy files: the exit status is 2.
    pub policy_errors: Vec<PolicyError>,
    /// Why git can't show what the tree is compared with. Nothing is judged then: the exit status is 2.
    pub failure: Option<GitError>,
    /// The files that were judged, by their paths for people, where a change can have touched no others.
    pub(super) reached: Option<HashSet<String>>,
    /// What programs of the tree load, where a change is judged.
    pub(super) loaded: Loaded,
}

impl Run {
    /// Whether nothing kept promvet from doing its work.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.problems.is_empty() && self.policy_errors.is_empty() && self.failure.is_none()
    }

    /// A run that did not begin.
    pub(super) fn failed(failure: GitError) -> Self {
        Self {
            failure: Some(failure),
            ..Self::default()
        }
    }
}
