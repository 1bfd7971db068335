//! The way from paths to an outcome: everything is discovered and parsed; then facts and rules.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::baseline;
use super::containers;
use super::custom_rules;
use super::facts::all_facts;
use super::judging::{JudgedFile, JudgedFiles, Judging, NotJudged};
use super::levels::Levels;
use super::no_longer_read::{moved_out, no_longer_read};
use super::online;
use super::policies::Policies;
use super::reach;
use super::request::{Request, Run, Side};
use super::suppress::{self, SuppressionContext};
use super::survey::{ScannedFile, Survey, own_fault, survey};
use super::unparsed::unparsed;
use super::unused::unused;
use super::uses::ScopeUses;
use super::watch::WatchStage;
use crate::discover::{self, EmbeddedIn, FileContent};
use crate::facts::Facts;
use crate::finding::{Finding, Place, Span, Text, Unchecked};
use crate::panics;
use crate::parallel;
use crate::policy::{Policy, PolicyError};
use crate::report::{CheckedFile, Outcome};
use crate::rules::{self, AloneFindings, RuleJudgment};
use crate::source::{FoundFile, Tree, collapse, is_policy};

/// Checks what is asked for.
#[must_use]
pub fn run(request: &Request, tree: &dyn Tree) -> Run {
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

/// What the files of a run come to together.
struct Gathered<'a> {
    request: &'a Request,
    survey: &'a Survey,
    policies: &'a Policies,
    levels: Levels,
    all: RuleJudgment,
    files: Vec<CheckedFile>,
    /// What was asked of the policies, by their scopes.
    uses: BTreeMap<usize, ScopeUses>,
    /// The configurations of each tree.
    configurations: BTreeMap<&'a Path, Vec<(&'a ScannedFile, Vec<AloneFindings>)>>,
    /// The containers whose start was judged.
    started: Vec<Place>,
}

impl<'a> Gathered<'a> {
    /// Adds what rests on the whole tree.
    fn whole(&mut self, judging: &Judging<'a>, run: &mut Run) {
        let (facts, tree) = (judging.facts, judging.tree);
        self.trees(judging, run);
        // Those that a skipped file leads to would be taken for ones that nothing leads to.
        if judging.only.is_none_or(|only| only.reached.is_none()) {
            self.containers(facts, tree, run);
        }
        let uses = std::mem::take(&mut self.uses);
        let unused = unused(self.request, self.survey, self.policies, facts, uses, tree);
        let levels = self.levels;
        let unused = unused.into_iter();
        let unused = unused.filter_map(|(one, policy)| levels.of(one, policy));
        self.all.findings.extend(unused);
    }

    fn new(request: &'a Request, survey: &'a Survey, policies: &'a Policies) -> Self {
        Self {
            request,
            survey,
            policies,
            levels: Levels::asked(request),
            all: RuleJudgment::default(),
            files: Vec::new(),
            uses: BTreeMap::new(),
            configurations: BTreeMap::new(),
            started: Vec::new(),
        }
    }

    /// Adds what was reported about a file, at the levels of its policy.
    fn file(&mut self, seen: &'a ScannedFile, judged: JudgedFile<'a>, run: &mut Run) {
        let JudgedFile {
            mut judgment,
            alone,
            jobs,
            uses,
            rows,
            facts,
            ..
        } = judged;
        let Some(scope) = self.policies.of(&seen.found) else {
            run.problems.push(own_fault(&seen.found.shown, None));
            return;
        };
        rules::without_included_jobs(&mut judgment, jobs, &seen.found, facts);
        judgment.findings.append(&mut judgment.of_included);
        if !scope.chain.is_empty() {
            let number = self.policies.scope_of(&seen.found);
            let of_scope = self.uses.entry(number).or_default();
            of_scope.found(&judgment.findings);
            of_scope.add(uses);
        }
        let found = judgment.findings.into_iter().filter(|finding| {
            let elsewhere = finding.place.path() != &seen.found.shown;
            let path = finding.place.path();
            let out = self.request.selection.excludes(path).is_some();
            !(elsewhere && (out || is_left_out(path, &scope.policy, self.survey)))
        });
        let levelled = found.filter_map(|finding| self.levels.of(finding, &scope.policy));
        self.all.findings.extend(levelled);
        self.all.unchecked.extend(judgment.unchecked);
        self.all.endpoints += judgment.endpoints;
        self.started.append(&mut judgment.started);
        let rows = rows.into_iter();
        run.inventory
            .extend(rows.map(|row| (seen.found.path.clone(), row)));
        self.files.extend(checked_file(seen));
        if !alone.is_empty() {
            let of_tree = self.configurations.entry(&scope.root).or_default();
            of_tree.push((seen, alone));
        }
    }

    /// Adds what is reported about the configurations of each tree together.
    fn trees(&mut self, judging: &Judging<'a>, run: &mut Run) {
        for (root, configurations) in std::mem::take(&mut self.configurations) {
            let timings = self.request.watch.rules();
            let (files, alone): (Vec<_>, Vec<_>) = configurations.into_iter().unzip();
            let (judgment, failed) = rules::judge_together(alone, timings, |together, check| {
                let files = together.iter().filter_map(|index| files.get(*index));
                let files: Vec<&ScannedFile> = files.copied().collect();
                panics::caught(|| judging.together(&files, check))
            });
            let shown = judging.tree.shown(root);
            let failed = failed.iter().map(|caught| own_fault(&shown, Some(caught)));
            run.problems.extend(failed);
            for finding in judgment.findings {
                let levelled = match self.policy_at(&finding.place) {
                    Some(policy) => self.levels.of(finding, policy),
                    None => Some(finding),
                };
                self.all.findings.extend(levelled);
            }
            self.all.unchecked.extend(judgment.unchecked);
        }
    }

    /// Adds what is found in the command lines of containers that no configuration led to.
    fn containers(&mut self, facts: &BTreeMap<usize, Facts<'_>>, tree: &dyn Tree, run: &mut Run) {
        let started = std::mem::take(&mut self.started);
        let found = containers::judge(
            self.request,
            self.survey,
            self.policies,
            facts,
            &started,
            tree,
            run,
        );
        for (one, policy) in found {
            let path = one.place.path();
            let out = self.request.selection.excludes(path).is_some();
            if !out && !is_left_out(path, policy, self.survey) {
                self.all.findings.extend(self.levels.of(one, policy));
            }
        }
    }

    /// The policy of the file that a place is in.
    fn policy_at(&self, place: &Place) -> Option<&'a Policy> {
        let seen = &self.survey.seen;
        let order = |seen: &Arc<ScannedFile>| seen.found.shown.cmp(place.path());
        let seen = seen.get(seen.binary_search_by(order).ok()?)?;
        Some(&self.policies.of(&seen.found)?.policy)
    }

    /// Adds what was read in the revision that is compared with, and is not read now.
    fn no_longer_read(&mut self, tree: &dyn Tree) {
        let Some(before) = &self.request.before else {
            return;
        };
        let none = Policy::default();
        for (one, policy) in no_longer_read(before, self.request, self.survey, self.policies, tree)
        {
            let levelled = self.levels.of(one, policy.unwrap_or(&none));
            self.all.findings.extend(levelled);
        }
        self.all
            .unchecked
            .extend(moved_out(before, self.survey, tree));
    }

    /// Adds the candidates that could not be read.
    fn unread(&mut self, tree: &dyn Tree) {
        let unparsed = unparsed(self.request, self.survey, tree);
        self.all.unchecked.extend(unparsed);
        let listed = |found: &FoundFile| self.request.lists_unread(&found.path);
        let unread = self.survey.unread.iter();
        for (found, why) in unread.filter(|(found, _)| listed(found)) {
            let reason = format!("the file could not be checked: {why}");
            self.all.unchecked.push(whole_file(&found.shown, reason));
        }
        if self.request.side != Some(Side::Old) {
            let unfollowed = self.survey.unfollowed.iter().cloned();
            self.all.unchecked.extend(unfollowed);
        }
        let left_out = self.survey.left_out.iter();
        for (found, place) in left_out.filter(|(found, _)| listed(found)) {
            let policy = place.path();
            let reason =
                format!("{policy} excludes this file, and a deployment starts Prometheus with it");
            let settle = format!("take it out of `exclude` in {policy}");
            self.all.unchecked.push(Unchecked {
                noun: None,
                settle: Some(settle),
                ..whole_file(&found.shown, reason)
            });
        }
    }

    /// Adds the files for which there was no time.
    fn late(&mut self, late: &BTreeSet<PathBuf>) {
        let seen = self.survey.seen.iter().map(|seen| &seen.found);
        let judged_not = seen.filter(|found| late.contains(&found.path));
        for found in self.survey.late.iter().chain(judged_not) {
            let reason = "the time ran out (--max-time) before this file was checked".to_owned();
            let settle = "raise --max-time, or name fewer files".to_owned();
            self.all.unchecked.push(Unchecked {
                noun: None,
                settle: Some(settle),
                ..whole_file(&found.shown, reason)
            });
        }
    }
}

fn whole_file(shown: &Arc<str>, reason: String) -> Unchecked {
    let text = Text::new(Arc::clone(shown), Vec::new());
    Unchecked {
        noun: None,
        place: Place::new(&text, Span::default()),
        logical: String::new(),
        reason,
        settle: None,
    }
}

/// Whether policy leaves out a file that a configuration pulls in, and no one named it.
fn is_left_out(path: &str, policy: &Policy, survey: &Survey) -> bool {
    let is_named = || {
        // They are in the order of their shown paths.
        let from = survey.walked.partition_point(|found| *found.shown < *path);
        let same = survey.walked.iter().skip(from);
        let mut same = same.take_while(|found| *found.shown == *path);
        same.any(|found| found.named)
    };
    policy.excludes(path).is_some() && !is_named()
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
