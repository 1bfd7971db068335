//! The way from paths to an outcome: everything is discovered and parsed; then facts and rules.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::parallel;
use super::policies::{self, Policies};
use crate::discover::{self, Recognised, What};
use crate::facts::{Facts, Host, Lookup, OFFICIAL_USER, User, opstrace};
use crate::finding::{Finding, Text, Unchecked};
use crate::policy::{Policy, PolicyError};
use crate::report::{CheckedFile, Outcome};
use crate::rules::{self, Judgement};
use crate::schema;
use crate::source::{Found, LARGEST, Tree, Walk};

/// What is to be checked, and how.
#[derive(Clone, Debug)]
pub struct Request {
    /// Files and folders.
    pub paths: Vec<PathBuf>,
    /// Go into hidden files and folders too.
    pub hidden: bool,
    /// Take no notice of .gitignore and its kin.
    pub no_ignore: bool,
    /// How many threads; 0 lets the machine decide.
    pub threads: usize,
    /// The policy file, instead of the ones that the trees have.
    pub config: Option<PathBuf>,
    /// Where absolute paths lead.
    pub host: Host,
}

impl Default for Request {
    fn default() -> Self {
        Self {
            paths: Vec::new(),
            hidden: false,
            no_ignore: false,
            threads: 0,
            config: None,
            host: Host::Elsewhere,
        }
    }
}

/// What a run came to.
#[derive(Debug, Default)]
pub struct Run {
    /// What was found.
    pub outcome: Outcome,
    /// What kept promvet from doing its work: the exit status is 2.
    pub problems: Vec<String>,
    /// What is wrong with policy files: the exit status is 2.
    pub policy_errors: Vec<PolicyError>,
}

/// A file and what it was recognised as.
#[derive(Debug)]
pub struct Seen {
    /// The file.
    pub found: Found,
    /// Its text.
    pub text: Arc<Text>,
    /// What it is.
    pub recognised: Recognised,
}

/// Everything that was seen on the way.
#[derive(Debug, Default)]
pub struct Survey {
    /// The files that may hold something of interest, by shown path.
    pub seen: Vec<Seen>,
    /// Paths of files that may be Opstrace instance configurations, by the root of their tree.
    instances: BTreeMap<PathBuf, Vec<Found>>,
    /// Whole trees that were walked: nothing else need be looked for in them.
    walked: Vec<PathBuf>,
    problems: Vec<String>,
}

/// Checks what is asked for.
#[must_use]
pub fn run(request: &Request, tree: &dyn Tree) -> Run {
    let walked = tree.walk(&request.paths, &walk_of(request));
    let (policies, policy_errors) = policies::read(request.config.as_deref(), &walked.files, tree);
    if !policy_errors.is_empty() {
        return Run { policy_errors, ..Run::default() };
    }
    let mut survey = survey(request, walked, &policies, tree);
    let mut problems = std::mem::take(&mut survey.problems);
    let outcome = judge(request, &survey, &policies, tree, &mut problems);
    Run { outcome, problems, policy_errors }
}

/// How a request walks.
fn walk_of(request: &Request) -> Walk<'static> {
    Walk {
        hidden: request.hidden,
        no_ignore: request.no_ignore,
        threads: request.threads,
        wanted: &discover::is_candidate,
    }
}
