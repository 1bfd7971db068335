//! What the files of a run come to together.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::super::containers;
use super::super::judging::{JudgedFile, Judging};
use super::super::levels::Levels;
use super::super::no_longer_read::{moved_out, no_longer_read};
use super::super::policies::Policies;
use super::super::request::{Request, Run, Side};
use super::super::survey::{ScannedFile, Survey, own_fault};
use super::super::unparsed::unparsed;
use super::super::unused::unused;
use super::super::uses::ScopeUses;
use super::checked_file;
use crate::facts::Facts;
use crate::finding::{Place, Span, Text, Unchecked};
use crate::policy::Policy;
use crate::report::CheckedFile;
use crate::rules::{AloneFindings, RuleJudgment};
use crate::source::{FoundFile, Tree};
use crate::{panics, rules};

/// What the files of a run come to together.
pub(super) struct Gathered<'a> {
    request: &'a Request,
    survey: &'a Survey,
    policies: &'a Policies,
    levels: Levels,
    pub(super) all: RuleJudgment,
    pub(super) files: Vec<CheckedFile>,
    /// What was asked of the policies, by their scopes.
    uses: BTreeMap<usize, ScopeUses>,
    /// The configurations of each tree.
    configurations: BTreeMap<&'a Path, Vec<(&'a ScannedFile, Vec<AloneFindings>)>>,
    /// The containers whose start was judged.
    started: Vec<Place>,
}

impl<'a> Gathered<'a> {
    /// Adds what rests on the whole tree.
    pub(super) fn whole(&mut self, judging: &Judging<'a>, run: &mut Run) {
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

    pub(super) fn new(request: &'a Request, survey: &'a Survey, policies: &'a Policies) -> Self {
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
    pub(super) fn file(&mut self, seen: &'a ScannedFile, judged: JudgedFile<'a>, run: &mut Run) {
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
    pub(super) fn no_longer_read(&mut self, tree: &dyn Tree) {
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
    pub(super) fn unread(&mut self, tree: &dyn Tree) {
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
                cause: None,
                settle: Some(settle),
                ..whole_file(&found.shown, reason)
            });
        }
    }

    /// Adds the files for which there was no time.
    pub(super) fn late(&mut self, late: &BTreeSet<PathBuf>) {
        let seen = self.survey.seen.iter().map(|seen| &seen.found);
        let judged_not = seen.filter(|found| late.contains(&found.path));
        for found in self.survey.late.iter().chain(judged_not) {
            let reason = "the time ran out (--max-time) before this file was checked".to_owned();
            let settle = "raise --max-time, or name fewer files".to_owned();
            self.all.unchecked.push(Unchecked {
                cause: None,
                settle: Some(settle),
                ..whole_file(&found.shown, reason)
            });
        }
    }
}

pub(super) fn whole_file(shown: &Arc<str>, reason: String) -> Unchecked {
    let text = Text::new(Arc::clone(shown), Vec::new());
    Unchecked {
        cause: None,
        place: Place::new(&text, Span::default()),
        logical: String::new(),
        reason,
        settle: None,
    }
}

/// Whether policy leaves out a file that a configuration pulls in, and no one named it.
pub(super) fn is_left_out(path: &str, policy: &Policy, survey: &Survey) -> bool {
    let is_named = || {
        // They are in the order of their shown paths.
        let from = survey.walked.partition_point(|found| *found.shown < *path);
        let same = survey.walked.iter().skip(from);
        let mut same = same.take_while(|found| *found.shown == *path);
        same.any(|found| found.named)
    };
    policy.excludes(path).is_some() && !is_named()
}
