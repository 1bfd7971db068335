//! The way from paths to an outcome: everything is discovered and parsed; then facts and rules.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use super::agent;
use super::baseline;
use super::facts::all_facts;
use super::gate::Gate;
use super::inventory;
use super::levels::Levels;
use super::online;
use super::own_rules;
use super::parallel;
use super::policies::{self, Policies};
use super::suppress::{self, Bench};
use super::unrendered;
use super::unused::unused;
use super::uses::Uses;
use super::watch::{Stage, Watch};
use crate::discover::{self, Holder, RULE_FILE, Recognised, What};
use crate::facts::deployment::is_dockerfile;
use crate::facts::{self, Facts, Host};
use crate::finding::{Finding, Place, Severity, Span, Text, Unchecked};
use crate::policy::{Policy, PolicyError, Profile};
use crate::report::inventory::Row;
use crate::report::{CheckedFile, Outcome};
use crate::rules::own::OwnRules;
use crate::rules::{self, Around, Configuration, Judgement};
use crate::schema::{self, Target, Version};
use crate::source::handshake::Handshake;
use crate::source::{Found, LARGEST, Problem, ReadError, Tree, Walk};

/// What is to be checked, and how.
#[derive(Clone, Debug)]
pub struct Request {
    /// Files and folders.
    pub paths: Vec<PathBuf>,
    /// Judge files that were named like those of a folder, and skip named paths that lead nowhere.
    pub if_recognised: bool,
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
    /// The versions of Prometheus that must load the configurations; if there are none, those of
    /// the policy, or else the newest.
    pub versions: Vec<Version>,
    /// Whether Prometheus runs as an agent.
    pub agent: bool,
    /// A path that was made up for standard input: it lies in no folder.
    pub nameless: Option<PathBuf>,
    /// When certificates are valid: seconds since 1970.
    pub now: i64,
    /// How much is reported, instead of what the policy says.
    pub profile: Option<Profile>,
    /// Who asks servers for their certificates, if they are to be asked.
    pub online: Option<Arc<dyn Handshake>>,
    /// Gather the inventory of endpoints too.
    pub inventory: bool,
    /// What is accepted, and whose word on that counts.
    pub gate: Gate,
    /// The rules of one's own, instead of those that policies name.
    pub own: Option<Arc<OwnRules>>,
    /// What counts and measures.
    pub watch: Arc<Watch>,
}

impl Default for Request {
    fn default() -> Self {
        Self {
            paths: Vec::new(),
            if_recognised: false,
            hidden: false,
            no_ignore: false,
            threads: 0,
            config: None,
            host: Host::Elsewhere,
            versions: Vec::new(),
            agent: false,
            nameless: None,
            now: today(),
            profile: None,
            online: None,
            inventory: false,
            gate: Gate::default(),
            own: None,
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
    pub inventory: Vec<(PathBuf, Row)>,
    /// What kept promvet from doing its work: the exit status is 2.
    pub problems: Vec<String>,
    /// What is wrong with policy files: the exit status is 2.
    pub policy_errors: Vec<PolicyError>,
}

/// A file, or a configuration in one, and what it was recognised as.
#[derive(Debug)]
pub struct Seen {
    /// The file.
    pub found: Found,
    /// What it is.
    pub recognised: Recognised,
}

/// Everything that was seen on the way.
#[derive(Debug, Default)]
pub struct Survey {
    /// The files that may hold a configuration, by shown path.
    pub seen: Vec<Seen>,
    /// The other files that may hold facts.
    pub(super) others: Vec<Found>,
    /// Candidates that could not be read.
    unread: Vec<(Found, String)>,
    /// Everything that was walked.
    pub(super) walked: Vec<Found>,
    /// The files that policy leaves out, by shown path, and where it says so.
    pub(super) excluded: Vec<(Found, Place)>,
}

/// What one file came to.
enum Look {
    Seen(Vec<Seen>),
    Other(Found),
    Nothing,
    Excluded(Found, Place, bool),
    Unread(Found, String),
    Panic(Found),
}

/// Checks what is asked for.
#[must_use]
pub fn run(request: &Request, tree: &dyn Tree) -> Run {
    run_with(request, tree, &mut |_, _| {})
}

/// The same, with a last look at what was found and at what it was found in.
pub(super) fn run_with(request: &Request, tree: &dyn Tree, last: LastLook<'_>) -> Run {
    request
        .gate
        .over(tree, |tree| run_over(request, tree, last))
}

/// What is done when everything is found.
pub(super) type LastLook<'l> = &'l mut dyn FnMut(&Bench<'_>, &Outcome);

fn run_over(request: &Request, tree: &dyn Tree, last: LastLook<'_>) -> Run {
    let mut run = Run::default();
    let Some((survey, policies)) = survey(request, tree, &mut run) else {
        return run;
    };
    request.watch.stage(Stage::Judge, survey.seen.len(), || {
        judge(request, &survey, &policies, tree, &mut run);
        accept(request, &survey, &policies, tree, &mut run, last);
    });
    run
}

/// Discovers and parses; none if a policy is broken, which is then noted.
pub(super) fn survey(
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
        let policy = policies.of(found).map_or(&none, |scope| &scope.policy);
        let own = own_rules_of(found, request, &policies);
        let look = || look_at(found, request, policy, own, tree);
        let look = catch_unwind(AssertUnwindSafe(look));
        watch.step();
        look.unwrap_or_else(|_| Look::Panic(found.clone()))
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
            Look::Panic(found) => run.problems.push(own_fault(&found)),
            Look::Nothing => {}
        }
    }
    survey.walked = walked.files;
    Some((survey, policies))
}

fn own_fault(found: &Found) -> String {
    format!(
        "{}: promvet failed on this file, which is a fault of promvet's own; please report it",
        found.shown
    )
}

/// How a request walks.
pub(super) fn walk_of(request: &Request) -> Walk<'static> {
    Walk {
        hidden: request.hidden,
        no_ignore: request.no_ignore,
        threads: request.threads,
        wanted: &|path| discover::is_candidate(path) || is_dockerfile(path),
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
    if !found.named && is_dockerfile(&found.path) {
        return Look::Other(found.clone());
    }
    let bytes = match tree.read(&found.path, LARGEST) {
        Ok(bytes) => bytes,
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
    let text = Text::new(Arc::clone(&found.shown), bytes);
    let recognised = discover::recognise(text, whatever_it_is, policy.is_template(&path));
    let seen = recognised.into_iter().map(|recognised| Seen {
        found: found.clone(),
        recognised,
    });
    Look::Seen(seen.collect())
}

/// The rules of its own that the tree of a file has.
fn own_rules_of<'r>(found: &Found, request: &'r Request, policies: &'r Policies) -> &'r OwnRules {
    static NONE: OwnRules = OwnRules::none();
    let given = request.own.as_deref();
    given
        .or_else(|| policies.of(found).map(|scope| &scope.own))
        .unwrap_or(&NONE)
}

/// Judges everything that was recognised as a configuration.
fn judge(request: &Request, survey: &Survey, policies: &Policies, tree: &dyn Tree, run: &mut Run) {
    online::ask(request, survey);
    let facts = all_facts(request, survey, policies, tree);
    let judgements = parallel::map(request.threads, &survey.seen, |seen| {
        let facts = facts.get(&policies.scope_of(&seen.found))?;
        let own = own_rules_of(&seen.found, request, policies);
        let judge = || judge_one(seen, facts, request, own, tree);
        let judged = catch_unwind(AssertUnwindSafe(judge)).ok();
        request.watch.step();
        judged
    });
    let levels = Levels {
        profile: request.profile,
        now: request.now,
    };
    let mut all = Judgement::default();
    let mut files = Vec::new();
    let mut uses: BTreeMap<usize, Uses> = BTreeMap::new();
    let mut trees: BTreeMap<&Path, Vec<Configuration<'_>>> = BTreeMap::new();
    for (seen, judgement) in survey.seen.iter().zip(judgements) {
        let (Some((mut judgement, configuration)), Some(scope)) =
            (judgement, policies.of(&seen.found))
        else {
            run.problems.push(own_fault(&seen.found));
            continue;
        };
        if let Some(facts) = facts.get(&policies.scope_of(&seen.found)) {
            rules::without_included_jobs(&mut judgement, &seen.found.path, facts);
        }
        if !scope.chain.is_empty() {
            let uses = uses.entry(policies.scope_of(&seen.found)).or_default();
            uses.found(&judgement.findings);
            if let Some(configuration) = &configuration {
                uses.configuration(configuration, &scope.policy);
            }
        }
        let found = judgement.findings.into_iter();
        let found = found.filter(|one| {
            let elsewhere = one.place.path() != &seen.found.shown;
            !(elsewhere && is_left_out(one.place.path(), &scope.policy, survey))
        });
        all.findings
            .extend(found.filter_map(|one| levels.of(one, &scope.policy)));
        all.unchecked.extend(judgement.unchecked);
        all.endpoints += judgement.endpoints;
        if request.inventory {
            let rows = configuration.iter().flat_map(inventory::rows);
            run.inventory
                .extend(rows.map(|row| (seen.found.path.clone(), row)));
        }
        files.extend(checked_file(seen));
        let configurations = trees.entry(&scope.root).or_default();
        // What a covered tag stands for is not known, so nothing can be compared with it.
        configurations.extend(configuration.filter(|_| !seen.recognised.masked));
    }
    let policy_at = |place: &Place| {
        let order = |seen: &Seen| seen.found.shown.cmp(place.path());
        let seen = survey.seen.get(survey.seen.binary_search_by(order).ok()?)?;
        Some(&policies.of(&seen.found)?.policy)
    };
    for (root, configurations) in trees {
        let timings = request.watch.rules();
        let judge = || rules::judge_tree(&configurations, timings);
        let judged = catch_unwind(AssertUnwindSafe(judge));
        let Ok(judgement) = judged else {
            let shown = tree.shown(root);
            run.problems.push(format!(
                "{shown}: promvet failed on this tree, which is a fault of promvet's own; please \
                 report it"
            ));
            continue;
        };
        let found = judgement.findings.into_iter();
        all.findings
            .extend(found.filter_map(|one| match policy_at(&one.place) {
                Some(policy) => levels.of(one, policy),
                None => Some(one),
            }));
        all.unchecked.extend(judgement.unchecked);
    }
    let unused = unused(request, survey, policies, &facts, uses, tree).into_iter();
    all.findings
        .extend(unused.filter_map(|(one, policy)| levels.of(one, policy)));
    for (found, why) in &survey.unread {
        let text = Text::new(Arc::clone(&found.shown), Vec::new());
        all.unchecked.push(Unchecked {
            place: Place::new(&text, Span::default()),
            logical: String::new(),
            reason: format!("the file could not be looked into: {why}"),
            settle: None,
        });
    }
    let own = own_rules::pages(policies, request.own.as_deref());
    run.outcome = Outcome::new(each_once(all.findings), files, all.unchecked, all.endpoints)
        .with_own_pages(own);
}

/// Whether policy leaves out a file that a configuration pulls in, and nobody named it.
fn is_left_out(path: &str, policy: &Policy, survey: &Survey) -> bool {
    let is_named = || {
        let mut walked = survey.walked.iter();
        walked.any(|found| found.named && *found.shown == *path)
    };
    policy.excludes(path).is_some() && !is_named()
}

/// Hides what is accepted, and says what is wrong with how that is said.
fn accept(
    request: &Request,
    survey: &Survey,
    policies: &Policies,
    tree: &dyn Tree,
    run: &mut Run,
    last: LastLook<'_>,
) {
    let built_in = rules::all().iter().map(|page| page.name);
    let given = request.own.as_deref();
    let own = policies.scopes().map(|(_, scope)| &scope.own).chain(given);
    let own = own.flat_map(|own| own.all().iter().map(|rule| &*rule.name));
    let known: BTreeSet<&str> = built_in.chain(own).collect();
    let known: Vec<&str> = known.into_iter().collect();
    let levels = Levels {
        profile: request.profile,
        now: request.now,
    };
    let bench = Bench {
        request,
        survey,
        policies,
        tree,
        known: &known,
        levels,
        none: &Policy::default(),
    };
    let done = suppress::apply(&bench, &mut run.outcome)
        .and_then(|()| baseline::apply(&bench, &mut run.outcome));
    match done {
        Ok(()) => last(&bench, &run.outcome),
        Err(errors) => run.policy_errors = errors,
    }
    run.problems.extend(request.gate.failure());
}

fn checked_file(seen: &Seen) -> Option<CheckedFile> {
    let dialect = match &seen.recognised.what {
        What::Configuration { dialect, .. } => {
            let holder = seen.recognised.holder.as_ref();
            holder.map_or_else(|| dialect.word(), Holder::word)
        }
        What::Broken { .. } => "broken",
        What::Other { .. } | What::Unknown => return None,
    };
    Some(CheckedFile {
        path: Arc::clone(&seen.found.shown),
        dialect: dialect.into(),
        configurations: 1,
    })
}

/// What is said of one file, and the configuration in it.
fn judge_one<'a>(
    seen: &'a Seen,
    facts: &'a Facts<'a>,
    request: &Request,
    own: &OwnRules,
    tree: &dyn Tree,
) -> (Judgement, Option<Configuration<'a>>) {
    let recognised = &seen.recognised;
    let judgement = match &recognised.what {
        What::Configuration { document, .. } => {
            let holder = recognised.holder.as_ref();
            let folder = folder_of(&seen.found, request, tree).filter(|_| holder.is_none());
            let agent = agent::evidence(document, seen, facts);
            let target = target_of(recognised, request, facts.policy(), agent);
            let watch = &request.watch;
            let around = Around {
                folder,
                holder,
                templated: target.template,
            };
            let configuration = Configuration::new(document, around, facts);
            let mut judgement = configuration
                .as_ref()
                .map_or_else(Judgement::default, |one| rules::judge(one, watch.rules()));
            let schema = watch.schema(|| schema::check(document, &target));
            let schema = without_echoes(schema, &judgement.findings);
            judgement.findings.extend(schema);
            if let Some(one) = &configuration {
                let upgrade = rules::judge_upgrade(one, recognised, &target, watch.rules());
                judgement.findings.extend(upgrade.findings);
            }
            if let Some(one) = configuration.as_ref().filter(|_| !recognised.masked) {
                own_rules::add(&mut judgement, one, own, target.template);
            }
            if !recognised.masked {
                let included = match holder {
                    Some(_) => facts.included_beside(document, recognised, &target, request.now),
                    None => facts.included(document, folder, &target, request.now),
                };
                judgement.findings.extend(included.findings);
                judgement.unchecked.extend(included.unchecked);
            }
            if !(judgement.findings.is_empty() && judgement.unchecked.is_empty()) {
                // Lines are shown only of files about which there is something to say.
                schema::mark_secrets(document);
            }
            if recognised.masked {
                judgement = unrendered::as_far_as_it_goes(judgement, recognised);
            }
            return (judgement, configuration);
        }
        What::Broken { error } if recognised.masked => unrendered::not_at_all(recognised, error),
        What::Broken { error } => {
            let finding = schema::syntax_finding(&recognised.text, error);
            Judgement {
                findings: vec![finding],
                ..Judgement::default()
            }
        }
        What::Other { kind } if *kind == RULE_FILE => {
            own_rules::of_rule_file(&recognised.text, &seen.found, facts, own)
        }
        What::Other { .. } | What::Unknown => Judgement::default(),
    };
    (judgement, None)
}

/// The schema's findings without the warnings about placeholders in a URL of which
/// `remote-write/url-syntax` says the same.
fn without_echoes(mut schema: Vec<Finding>, judged: &[Finding]) -> Vec<Finding> {
    schema.retain(|one| {
        let said = |other: &Finding| {
            other.rule == "remote-write/url-syntax" && other.logical == one.logical
        };
        one.severity != Severity::Warning || !judged.iter().any(said)
    });
    schema
}

/// What a configuration is judged for. What was asked for wins over the policy. That discovery
/// took a file for an agent's does not count here: it does so only where nothing stands in it that
/// agents refuse.
fn target_of(
    recognised: &Recognised,
    request: &Request,
    policy: &Policy,
    agent: Option<Place>,
) -> Target {
    let mut versions = request.versions.clone();
    if versions.is_empty() {
        versions.extend(policy.prometheus.iter().map(|(version, _)| *version));
    }
    Target {
        agent: request.agent || agent.is_some(),
        started_as_agent: agent,
        template: recognised.template.is_some(),
        ..Target::of_all(versions)
    }
}

/// Each finding once: an included file may have been found by the walk too.
fn each_once(mut findings: Vec<Finding>) -> Vec<Finding> {
    findings.sort_by(|a, b| a.order().cmp(&b.order()));
    findings.dedup_by(|a, b| a.order() == b.order());
    findings
}

/// The folder that relative paths of a configuration count from; none for standard input that
/// was given no name.
fn folder_of<'a>(found: &'a Found, request: &Request, tree: &dyn Tree) -> Option<&'a Path> {
    let nameless = request
        .nameless
        .as_ref()
        .is_some_and(|path| tree.absolute(path) == found.path);
    if nameless { None } else { found.path.parent() }
}
