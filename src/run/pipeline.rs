//! The way from paths to an outcome: everything is discovered and parsed; then facts and rules.

mod gathered;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::facts::all_facts;
use super::judging::{JudgedFiles, Judging, NotJudged};
use super::levels::Levels;
use super::policies::Policies;
use super::request::{Request, Run};
use super::suppress::{self, SuppressionContext};
use super::survey::{ScannedFile, Survey, survey};
use super::watch::WatchStage;
use super::{baseline, custom_rules, online, reach, since};
use crate::discover::{self, EmbeddedIn, FileContent};
use crate::finding::Finding;
use crate::parallel;
use crate::policy::{Policy, PolicyError};
use crate::report::{CheckedFile, Outcome};
use crate::rules;
use crate::source::{Tree, collapse, is_policy};
use gathered::Gathered;

/// Checks what is asked for.
#[must_use]
pub fn run(request: &Request, tree: &dyn Tree) -> Run {
    match (&request.since, &request.gate.config_from) {
        (Some(since), _) => since::run(since, request, tree),
        (None, Some(base)) => match base.changed(request) {
            Ok(changed) => run_alone(&request.with(changed), tree),
            Err(failure) => Run::failed(failure),
        },
        (None, None) => run_alone(request, tree),
    }
}

/// Checks a tree as it is.
pub(super) fn run_alone(request: &Request, tree: &dyn Tree) -> Run {
    run_with(request, tree, &mut |_, _| {})
}

/// The same, with a last look at what was found and at what it was found in.
pub(crate) fn run_with(request: &Request, tree: &dyn Tree, last: LastLook<'_>) -> Run {
    request
        .gate
        .over(tree, |tree| run_over(request, tree, last))
}

/// What is done when everything is found.
pub(crate) type LastLook<'l> = &'l mut dyn FnMut(&SuppressionContext<'_>, &Outcome);

fn run_over(request: &Request, tree: &dyn Tree, last: LastLook<'_>) -> Run {
    SurveyedRun::over(request, tree).judged_over(request, None, tree, last)
}

/// A run that has found and parsed everything, and judged nothing yet.
pub(crate) struct SurveyedRun {
    run: Run,
    found: Option<(Survey, Policies)>,
}

impl SurveyedRun {
    pub(crate) fn new(request: &Request, tree: &dyn Tree) -> Self {
        request.gate.over(tree, |tree| Self::over(request, tree))
    }

    fn over(request: &Request, tree: &dyn Tree) -> Self {
        let mut run = Run::default();
        let found = survey(request, tree, &mut run);
        Self { run, found }
    }

    /// What is wrong with the policies.
    pub(crate) fn policy_errors(&self) -> &[PolicyError] {
        &self.run.policy_errors
    }

    /// Whether some files are YAML, and no policy is made of them: then nothing but themselves is read in
    /// another way.
    pub(crate) fn is_of_yaml(&self, files: &BTreeSet<PathBuf>, tree: &dyn Tree) -> bool {
        let Some((_, policies)) = &self.found else {
            return false;
        };
        let layers = policies.layers().iter();
        let layers = layers.map(|layer| collapse(&tree.absolute(Path::new(&*layer.shown))));
        let layers: BTreeSet<PathBuf> = layers.collect();
        files
            .iter()
            .all(|path| discover::has_yaml_name(path) && !is_policy(path) && !layers.contains(path))
    }

    /// Everything that was seen; none if a policy is broken.
    pub(crate) fn survey(&self) -> Option<&Survey> {
        self.found.as_ref().map(|(survey, _)| survey)
    }

    /// The files that reports list.
    pub(crate) fn files(&self) -> impl Iterator<Item = CheckedFile> {
        let seen = self.survey().into_iter().flat_map(|survey| &survey.seen);
        seen.filter_map(|seen| checked_file(seen))
    }

    /// Judges what was found: all of it, or what lies in `only` and what else the judgment of that
    /// rests on.
    pub(crate) fn judged(
        self,
        request: &Request,
        only: Option<&JudgedFiles>,
        tree: &dyn Tree,
    ) -> Run {
        request.gate.over(tree, |tree| {
            self.judged_over(request, only, tree, &mut |_, _| {})
        })
    }

    fn judged_over(
        self,
        request: &Request,
        only: Option<&JudgedFiles>,
        tree: &dyn Tree,
        last: LastLook<'_>,
    ) -> Run {
        let Self { mut run, found } = self;
        let Some((mut survey, policies)) = found else {
            return run;
        };
        request
            .watch
            .stage(WatchStage::Judge, survey.seen.len(), || {
                judge(request, only, &mut survey, &policies, tree, &mut run);
                apply_baseline_and_suppressions(request, &survey, &policies, tree, &mut run, last);
            });
        run
    }
}

/// Judges everything that was recognized as a configuration. What there was no time for is moved to
/// what is late, so that nothing is reported as not found in it.
fn judge(
    request: &Request,
    only: Option<&JudgedFiles>,
    survey: &mut Survey,
    policies: &Policies,
    tree: &dyn Tree,
    run: &mut Run,
) {
    let late = judge_in_time(request, only, survey, policies, tree, run);
    if !run.outcome.is_incomplete() {
        return;
    }
    survey.seen.retain(|seen| !late.contains(&seen.found.path));
    let count = late.len() + survey.late.len();
    run.problems.push(format!(
        "the time ran out (--max-time): the report is incomplete, {count} files were not checked"
    ));
}

/// Judges what there is time for, and returns the paths of the rest.
fn judge_in_time(
    request: &Request,
    only: Option<&JudgedFiles>,
    survey: &Survey,
    policies: &Policies,
    tree: &dyn Tree,
    run: &mut Run,
) -> BTreeSet<PathBuf> {
    online::ask(request, survey);
    let facts = all_facts(request, survey, policies, tree);
    let facts_of = |seen: &ScannedFile| facts.get(&policies.scope_of(&seen.found));
    let reach = || reach::of(request, survey, policies, &facts_of, tree);
    let reached = only.is_none().then(reach).flatten();
    let reached = reached.map(|files| JudgedFiles {
        files: files.clone(),
        trees: true,
        reached: Some(files),
    });
    let only = only.or(reached.as_ref());
    let judging = Judging {
        request,
        only,
        policies,
        facts: &facts,
        tree,
    };
    let judgments = parallel::map(request.threads, &survey.seen, |seen| judging.file(seen));
    let mut gathered = Gathered::new(request, survey, policies);
    let mut late = BTreeSet::new();
    for (seen, judged) in survey.seen.iter().zip(judgments) {
        match judged {
            Ok(mut judged) => {
                if let Some(loads) = judged.loads.take() {
                    run.loaded.includes(loads, tree);
                }
                gathered.file(seen, *judged, run);
            }
            Err(NotJudged::Fault(problem)) => run.problems.push(problem),
            Err(NotJudged::Late) => {
                late.insert(seen.found.path.clone());
            }
        }
    }
    let is_whole = late.is_empty() && survey.late.is_empty() && !survey.incomplete;
    // What is missing in a part of the tree may be in the rest.
    let said = (gathered.all.findings.len(), gathered.all.unchecked.len());
    let whole = || request.deadline.limit(|| gathered.whole(&judging, run));
    let in_time = is_whole.then(whole).flatten();
    // Time that ran out on the way cut short what these rest on.
    let is_whole = in_time.is_some() && !request.deadline.is_over();
    if is_whole {
        gathered.no_longer_read(tree);
    } else {
        gathered.all.findings.truncate(said.0);
        gathered.all.unchecked.truncate(said.1);
    }
    gathered.unread(tree);
    gathered.late(&late);
    let Gathered { all, files, .. } = gathered;
    let own = custom_rules::pages(policies, request.own.as_deref());
    run.outcome = Outcome::new(each_once(all.findings), files, all.unchecked, all.endpoints)
        .with_custom_pages(own)
        .incomplete(!is_whole);
    run.reached = reached.and_then(|only| only.reached);
    late
}

/// Hides what is accepted, and says what is wrong with how that is said.
fn apply_baseline_and_suppressions(
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
    let bench = SuppressionContext {
        request,
        survey,
        policies,
        tree,
        known: &known,
        levels: Levels::asked(request),
        none: &Policy::default(),
    };
    let done = suppress::apply(&bench, &mut run.outcome)
        .and_then(|()| baseline::apply(&bench, &mut run.outcome, &mut run.notes));
    let selection = &request.selection;
    run.outcome.retain_rules(|rule| selection.reports(rule));
    match done {
        Ok(()) => last(&bench, &run.outcome),
        Err(errors) => run.policy_errors = errors,
    }
    run.problems.extend(request.gate.failure());
}

fn checked_file(seen: &ScannedFile) -> Option<CheckedFile> {
    let dialect = match &seen.recognized.what {
        FileContent::Configuration { dialect, .. } => {
            let holder = seen.recognized.holder.as_ref();
            holder.map_or_else(|| dialect.word(), EmbeddedIn::word)
        }
        FileContent::LetGo { dialect } => dialect.word(),
        FileContent::Broken { .. } => "broken",
        FileContent::Rules { .. } => "rules",
        FileContent::Encoded { .. }
        | FileContent::Unread(_)
        | FileContent::Other { .. }
        | FileContent::Unknown => return None,
    };
    Some(CheckedFile {
        path: Arc::clone(&seen.found.shown),
        dialect: dialect.into(),
        configurations: 1,
    })
}

/// Each finding once: an included file may have been found by the walk too. What is known of it by
/// one configuration is reported instead of what another one leaves open.
fn each_once(mut findings: Vec<Finding>) -> Vec<Finding> {
    findings.sort_by(|a, b| a.order().cmp(&b.order()));
    findings.dedup_by(|next, kept| {
        let goes_on = says_more(next, kept);
        if goes_on {
            std::mem::swap(next, kept);
        }
        goes_on || says_more(kept, next) || next.order() == kept.order()
    });
    findings
}

/// Whether a finding settles by evidence what another one about the same place leaves open.
fn says_more(more: &Finding, less: &Finding) -> bool {
    more.rule == less.rule
        && more.place.order() == less.place.order()
        && more.identity == less.identity
        && more.evidence.len() > less.evidence.len()
        && rules::find(&more.rule).is_some_and(|page| page.evidence_settles)
}
