//! Judging one file of a run: whether it is judged, with which facts, and what becomes of it.

use std::collections::{BTreeMap, HashSet};

use super::inventory;
use super::judge_file::{configuration_of, judge_one};
use super::loaded::Loads;
use super::policies::Policies;
use super::request::Request;
use super::survey::{ScannedFile, custom_rules_of, own_fault};
use super::uses::ScopeUses;
use super::{laid_over, operator_words, relabel_file, thanos_rule};
use crate::facts::Facts;
use crate::finding::Span;
use crate::panics::{self, Caught};
use crate::report::inventory::InventoryRow;
use crate::rules::{self, AloneFindings, Configuration, RuleJudgment};
use crate::source::Tree;

/// What of a tree is judged.
#[derive(Debug)]
pub(crate) struct JudgedFiles {
    /// These files, as they are shown.
    pub(crate) files: HashSet<String>,
    /// Whether the rules that look at all configurations of a tree are run too.
    pub(crate) trees: bool,
    /// The files that a change can have touched, if it is known: no others are judged, whatever they
    /// include.
    pub(crate) reached: Option<HashSet<String>>,
}

impl JudgedFiles {
    /// Whether a change can have touched a file.
    fn reaches(&self, shown: &str) -> bool {
        let reached = self.reached.as_ref();
        reached.is_none_or(|reached| reached.contains(shown))
    }
}

/// What happens to a file if only some files are judged.
enum JudgedPart {
    Judge,
    /// The rules that look at all configurations of a tree see it.
    Show,
    Skip,
}

fn part_of(seen: &ScannedFile, only: Option<&JudgedFiles>) -> JudgedPart {
    match only {
        None => JudgedPart::Judge,
        Some(only) if only.files.is_empty() && !only.trees => JudgedPart::Skip,
        // Which files a configuration includes is known when it is judged: what is found in them
        // is found there, and the jobs in them are judged as its jobs.
        Some(only)
            if only.reaches(&seen.found.shown)
                && (only.files.contains(&*seen.found.shown) || may_include(seen)) =>
        {
            JudgedPart::Judge
        }
        Some(only) if only.trees => JudgedPart::Show,
        Some(_) => JudgedPart::Skip,
    }
}

/// Whether a configuration may include files: `rule_files`, `scrape_config_files`, `files`, or `ruleFiles`
/// in other dialects.
fn may_include(seen: &ScannedFile) -> bool {
    let content = seen.recognized.text.content().as_bytes();
    memchr::memmem::find(content, b"iles").is_some()
}

/// What the files of a run are judged with.
pub(super) struct Judging<'a> {
    pub(super) request: &'a Request,
    pub(super) only: Option<&'a JudgedFiles>,
    pub(super) policies: &'a Policies,
    pub(super) facts: &'a BTreeMap<usize, Facts<'a>>,
    pub(super) tree: &'a dyn Tree,
}

/// What became of one file, without its document: that is dropped when the file is judged.
pub(super) struct JudgedFile<'a> {
    pub(super) judgment: RuleJudgment,
    /// What the rules that look at all configurations of a tree say of it alone.
    pub(super) alone: Vec<AloneFindings>,
    /// Where its jobs are.
    pub(super) jobs: Option<Span>,
    /// What it makes of its policy.
    pub(super) uses: ScopeUses,
    /// Its endpoints, if they were asked for.
    pub(super) rows: Vec<InventoryRow>,
    /// What it makes Prometheus load; only looked for by the gate.
    pub(super) loads: Option<Loads>,
    pub(super) facts: &'a Facts<'a>,
}

/// Why a file was not judged.
pub(super) enum NotJudged {
    /// promvet failed: what is said about that.
    Fault(String),
    /// The time ran out.
    Late,
}

impl<'a> Judging<'a> {
    /// Judges one file. A panic takes nothing but this file with it.
    pub(super) fn file(&self, seen: &'a ScannedFile) -> Result<Box<JudgedFile<'a>>, NotJudged> {
        if self.request.deadline.is_over() {
            return Err(NotJudged::Late);
        }
        let fault =
            |caught: Option<&Caught>| NotJudged::Fault(own_fault(&seen.found.shown, caught));
        let facts = self.facts.get(&self.policies.scope_of(&seen.found));
        let facts = facts.ok_or_else(|| fault(None))?;
        let judge = || panics::caught(|| self.judged(seen, facts));
        let judged = self.request.deadline.limit(judge);
        self.request.watch.step();
        let judged = judged.ok_or(NotJudged::Late)?;
        // What it was held against may have been cut short.
        if self.request.deadline.is_over() {
            return Err(NotJudged::Late);
        }
        let judged = judged.map_err(|caught| fault(Some(&caught)))?;
        let changed = || format!("{}: it changed while it was read", seen.found.shown);
        // In a box, since all of them are moved several times before they are gathered.
        let judged = judged.map(Box::new);
        judged.ok_or_else(|| NotJudged::Fault(changed()))
    }

    /// As much of a file as is wanted; none if it has to be read again and is not what it was.
    fn judged(&self, seen: &ScannedFile, facts: &'a Facts<'a>) -> Option<JudgedFile<'a>> {
        if !seen.is_let_go() {
            let taken = taken(seen, facts);
            let judged = self.laid_over(taken.as_ref().unwrap_or(seen), facts);
            if !judged.judgment.findings.is_empty() {
                seen.recognized.text.look_for_secrets();
            }
            return Some(judged);
        }
        let again = seen.again(self.tree)?;
        let taken = taken(&again, facts);
        let mut judged = self.part_of(taken.as_ref().unwrap_or(&again), facts);
        let alone = judged.alone.iter_mut().map(AloneFindings::judgment);
        let judgments = alone.chain([&mut judged.judgment]);
        cut(&again, judgments);
        Some(judged)
    }

    /// As much of a file as is wanted, with the values that releases of the tree lay over those in it.
    fn laid_over(&self, seen: &ScannedFile, facts: &'a Facts<'a>) -> JudgedFile<'a> {
        let (releases, is_alone) = laid_over::of(seen, facts);
        let mut judged = is_alone.then(|| {
            let mut judged = self.part_of(seen, facts);
            laid_over::leave_to_values(&mut judged, seen, facts);
            judged
        });
        for (laid, taken) in &releases {
            let mut more = self.part_of(taken, facts);
            laid_over::put(&mut more, laid, taken);
            match &mut judged {
                Some(judged) => laid_over::add(judged, more),
                None => judged = Some(more),
            }
        }
        judged.unwrap_or_else(|| self.part_of(seen, facts))
    }

    /// What a check says of some configurations together.
    pub(super) fn together(
        &self,
        files: &[&'a ScannedFile],
        check: &dyn Fn(&[Configuration<'_>]) -> RuleJudgment,
    ) -> RuleJudgment {
        let again = files.iter().map(|seen| seen.again(self.tree));
        let again: Vec<Option<ScannedFile>> = again.collect();
        let files = files.iter().zip(&again);
        let configurations = files.filter_map(|(seen, again)| {
            let facts = self.facts.get(&self.policies.scope_of(&seen.found))?;
            let seen = again.as_ref().unwrap_or(seen);
            configuration_of(seen, facts, self.request, self.tree)
        });
        let mut judgment = check(&configurations.collect::<Vec<_>>());
        for again in again.iter().flatten() {
            cut(again, [&mut judgment]);
        }
        judgment
    }

    /// As much of a file as is wanted.
    fn part_of(&self, seen: &ScannedFile, facts: &'a Facts<'a>) -> JudgedFile<'a> {
        let part = part_of(seen, self.only);
        let (judgment, configuration) = match part {
            JudgedPart::Judge => {
                self.request.watch.judged();
                let own = custom_rules_of(&seen.found, self.request, self.policies);
                judge_one(seen, facts, self.request, own, self.tree)
            }
            JudgedPart::Show => {
                let configuration = configuration_of(seen, facts, self.request, self.tree);
                let judgment = RuleJudgment {
                    endpoints: configuration
                        .as_ref()
                        .map_or(0, |configuration| configuration.entries.len()),
                    ..RuleJudgment::default()
                };
                (judgment, configuration)
            }
            JudgedPart::Skip => (RuleJudgment::default(), None),
        };
        let mut out = JudgedFile {
            judgment,
            alone: Vec::new(),
            jobs: None,
            uses: ScopeUses::default(),
            rows: Vec::new(),
            loads: None,
            facts,
        };
        if let Some(configuration) = &configuration {
            self.add(&mut out, configuration, seen);
            // What it loads is asked for while it is at hand; not of what is only shown.
            if self.request.is_gate() && matches!(part, JudgedPart::Judge) {
                out.loads = loads_of(configuration, seen, facts);
            }
        }
        out
    }

    /// Adds what is asked for of a configuration besides its own judgment.
    fn add(&self, out: &mut JudgedFile<'a>, configuration: &Configuration<'_>, seen: &ScannedFile) {
        // What comes in place of a covered tag is not known, so nothing can be compared with it.
        let spoken = seen.recognized.spoken.as_ref();
        let is_partial = seen.recognized.masked || spoken.is_some_and(|spoken| spoken.is_partial);
        if !is_partial {
            out.alone = rules::judge_alone(configuration, self.request.watch.rules());
            operator_words::put_alone(&mut out.alone, seen);
        }
        let jobs = configuration.config.root().get("scrape_configs");
        out.jobs = jobs.map(|jobs| jobs.place().span());
        if let Some(scope) = self.policies.of(&seen.found)
            && !scope.chain.is_empty()
        {
            out.uses.configuration(configuration, &scope.policy);
        }
        if self.request.inventory {
            out.rows = inventory::rows(configuration);
        }
    }
}

/// Lets go a text but for what reports show of the places in it.
fn cut<'j>(seen: &ScannedFile, judgments: impl IntoIterator<Item = &'j mut RuleJudgment>) {
    let mut places = Vec::new();
    let mut fixes = Vec::new();
    for judgment in judgments {
        let findings = judgment.findings.iter_mut();
        for finding in findings.chain(&mut judgment.of_included) {
            let edits = finding.fix.iter().flat_map(|fix| &fix.edits);
            fixes.extend(edits.map(|(span, _)| *span));
            places.extend(finding.places_mut());
        }
        let unchecked = judgment.unchecked.iter_mut();
        places.extend(unchecked.map(|unchecked| &mut unchecked.place));
        places.extend(&mut judgment.started);
    }
    seen.recognized.text.cut_to(places, &fixes);
}

/// What a configuration makes Prometheus load.
fn loads_of(
    configuration: &Configuration<'_>,
    seen: &ScannedFile,
    facts: &Facts<'_>,
) -> Option<Loads> {
    let document = configuration.config.root().node().document();
    let all = facts.loads(document, configuration.folder, &seen.recognized);
    (!all.is_empty()).then(|| Loads::of(configuration, all))
}

/// A file as the program or the chart reads it that something of the tree starts or installs with it, if that
/// is not the one that it looks like.
fn taken(seen: &ScannedFile, facts: &Facts<'_>) -> Option<ScannedFile> {
    thanos_rule::taken(seen, facts)
        .or_else(|| relabel_file::taken(seen, facts))
        .or_else(|| laid_over::taken(seen, facts))
}
