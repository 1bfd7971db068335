//! From paths to what lies there: files are found, read, and recognised.

use std::path::PathBuf;
use std::sync::Arc;

use super::own_rules;
use super::policies::{self, Policies};
use super::request::{Request, Run};
use super::watch::Stage;
use crate::discover::{self, Recognised};
use crate::facts;
use crate::facts::deployment::is_dockerfile;
use crate::finding::{Place, Text};
use crate::panics::{self, Caught};
use crate::parallel;
use crate::policy::Policy;
use crate::rules::own::OwnRules;
use crate::source::{Found, LARGEST, Problem, ReadError, Tree, Walk, Walked};

/// A file, or a configuration in one, and what it was recognised as.
#[derive(Debug)]
pub(crate) struct Seen {
    /// The file.
    pub(crate) found: Found,
    /// What it is.
    pub(crate) recognised: Recognised,
}

/// Everything that was seen on the way.
#[derive(Debug, Default)]
pub(crate) struct Survey {
    /// The files that may hold a configuration, by shown path.
    pub(crate) seen: Vec<Seen>,
    /// The other files that may hold facts.
    pub(crate) others: Vec<Found>,
    /// Candidates that could not be read.
    pub(crate) unread: Vec<(Found, String)>,
    /// Files for which there was no time.
    pub(crate) late: Vec<Found>,
    /// Whether there was no time to find all files.
    pub(crate) incomplete: bool,
    /// What was named.
    pub(crate) named: Vec<PathBuf>,
    /// Everything that was walked.
    pub(crate) walked: Vec<Found>,
    /// The files that policy leaves out, by shown path, and where it says so.
    pub(crate) excluded: Vec<(Found, Place)>,
}

/// What one file came to.
enum Look {
    Seen(Vec<Seen>),
    Other(Found),
    Nothing,
    Excluded(Found, Place, bool),
    Unread(Found, String),
    Panic(Found, Caught),
    Late(Found),
}

/// Discovers and parses; none if a policy is broken, which is then noted.
pub(crate) fn survey(
    request: &Request,
    tree: &dyn Tree,
    run: &mut Run,
) -> Option<(Survey, Policies)> {
    let watch = &request.watch;
    let walk = || tree.walk(&request.paths, &walk_of(request));
    let walked = watch.stage(Stage::Find, 0, walk);
    let may_be_gone =
        |problem: &&Problem| request.if_recognised && matches!(problem.error, ReadError::Missing);
    let named = walked.problems.iter().filter(|problem| problem.named);
    let named = named.filter(|problem| !may_be_gone(problem));
    run.problems
        .extend(named.map(|problem| format!("{}: {}", problem.shown, problem.error)));
    run.notes.extend(left_out(&walked));
    let policies = match policies::read(
        request.config.as_deref(),
        &walked.files,
        request.threads,
        request.gate.policy_tree(tree),
    ) {
        Ok(policies) => policies,
        Err(errors) => {
            run.policy_errors = errors;
            return None;
        }
    };
    let none = Policy::default();
    let look = |found: &Found| {
        if request.deadline.is_over() {
            return Look::Late(found.clone());
        }
        let policy = policies.of(found).map_or(&none, |scope| &scope.policy);
        let own = own_rules_of(found, request, &policies);
        let look = || look_at(found, request, policy, own, tree);
        let look = panics::caught(look);
        watch.step();
        look.unwrap_or_else(|caught| Look::Panic(found.clone(), caught))
    };
    let looks = watch.stage(Stage::Read, walked.files.len(), || {
        parallel::map(request.threads, &walked.files, look)
    });
    let mut survey = Survey::default();
    for look in looks {
        match look {
            Look::Seen(seen) => survey.seen.extend(seen),
            Look::Other(found) => survey.others.push(found),
            Look::Excluded(found, place, has_facts) => {
                if has_facts {
                    survey.others.push(found.clone());
                }
                survey.excluded.push((found, place));
            }
            Look::Unread(found, why) if found.named => {
                run.problems.push(format!("{}: {why}", found.shown))
            }
            Look::Unread(found, why) => survey.unread.push((found, why)),
            Look::Panic(found, caught) => run.problems.push(own_fault(&found.shown, Some(&caught))),
            Look::Late(found) => survey.late.push(found),
            Look::Nothing => {}
        }
    }
    survey.incomplete = walked.incomplete;
    survey.named.clone_from(&request.paths);
    survey.walked = walked.files;
    Some((survey, policies))
}

/// What is said of the ignore files that a walk left out.
pub(crate) fn left_out(walked: &Walked) -> impl Iterator<Item = String> {
    let files = walked.left_out.iter();
    files.map(|(shown, why)| format!("{shown} is left out, so what it ignores is checked: {why}"))
}

/// The sentence for a fault of promvet itself on a file or a tree; where it happened, if it was a
/// panic.
pub(crate) fn own_fault(shown: &str, caught: Option<&Caught>) -> String {
    let at = caught.map_or(String::new(), |caught| format!(" at {caught}"));
    format!(
        "{shown}: promvet failed on it{at}, which is a fault of promvet's own; please report it"
    )
}

/// How a request walks.
pub(crate) fn walk_of(request: &Request) -> Walk<'_> {
    Walk {
        hidden: request.hidden,
        no_ignore: request.no_ignore,
        threads: request.threads,
        deadline: request.deadline,
        root: None,
        wanted: &|path| discover::is_candidate(path) || is_dockerfile(path),
        also: Some(&request.changed),
    }
}

/// Reads one file as far as it is of interest.
fn look_at(
    found: &Found,
    request: &Request,
    policy: &Policy,
    own: &OwnRules,
    tree: &dyn Tree,
) -> Look {
    let is_changed = request.changed.contains(&found.path);
    if !found.named && is_dockerfile(&found.path) && !is_changed {
        return Look::Other(found.clone());
    }
    let bytes = match tree.read(&found.path, LARGEST) {
        Ok(bytes) => bytes,
        // A large file without an ending is a program; one that was a configuration before is
        // reported as no longer read.
        Err(ReadError::TooLarge { .. }) if !found.named && found.path.extension().is_none() => {
            return Look::Other(found.clone());
        }
        Err(error) => return Look::Unread(found.clone(), error.to_string()),
    };
    request.watch.read(bytes.len());
    let whatever_it_is = found.named && !request.if_recognised;
    let is_of_interest =
        || discover::may_hold(&found.path, &bytes) || own_rules::look_at(own, &bytes);
    if !whatever_it_is && !is_of_interest() {
        return if facts::may_hold(&bytes) {
            Look::Other(found.clone())
        } else {
            Look::Nothing
        };
    }
    let path = tree.shown(&found.path);
    if !whatever_it_is && let Some(place) = policy.excludes(&path) {
        return Look::Excluded(found.clone(), place.clone(), facts::may_hold(&bytes));
    }
    let has_facts = facts::may_hold(&bytes);
    let text = Text::new(Arc::clone(&found.shown), bytes);
    let mut recognised = discover::recognise(text, whatever_it_is, policy.is_template(&path));
    // A name that says nothing of YAML can be that of a document or of source code with a
    // configuration in it.
    if !found.named && !discover::has_yaml_name(&found.path) {
        recognised.retain(|one| one.holder.is_some() || one.is_by_content());
        if recognised.is_empty() {
            return match has_facts || is_dockerfile(&found.path) {
                true => Look::Other(found.clone()),
                false => Look::Nothing,
            };
        }
    }
    let seen = recognised.into_iter().map(|recognised| Seen {
        found: found.clone(),
        recognised,
    });
    Look::Seen(seen.collect())
}

/// The rules of its own that the tree of a file has.
pub(crate) fn own_rules_of<'r>(
    found: &Found,
    request: &'r Request,
    policies: &'r Policies,
) -> &'r OwnRules {
    static NONE: OwnRules = OwnRules::none();
    let given = request.own.as_deref();
    given
        .or_else(|| policies.of(found).map(|scope| &scope.own))
        .unwrap_or(&NONE)
}
