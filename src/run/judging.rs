//! Judging one file of a run: whether it is judged, with which facts, and what becomes of it.

use std::collections::{BTreeMap, HashSet};

use super::judge_file::{configuration_of, judge_one};
use super::policies::Policies;
use super::request::Request;
use super::survey::{ScannedFile, custom_rules_of, own_fault};
use crate::facts::Facts;
use crate::facts::included::Load;
use crate::panics::{self, Caught};
use crate::rules::{Configuration, Judgement};
use crate::source::Tree;

/// What of a tree is judged.
#[derive(Debug)]
pub(crate) struct Only {
    /// These files, as they are shown.
    pub(crate) files: HashSet<String>,
    /// Whether the rules that look at all configurations of a tree are run too.
    pub(crate) trees: bool,
    /// The files that a change can have touched, if it is known: no others are judged, whatever they
    /// include.
    pub(crate) reached: Option<HashSet<String>>,
}

impl Only {
    /// Whether a change can have touched a file.
    fn reaches(&self, shown: &str) -> bool {
        let reached = self.reached.as_ref();
        reached.is_none_or(|reached| reached.contains(shown))
    }
}

/// What happens to a file if only some files are judged.
enum Part {
    Judge,
    /// The rules that look at all configurations of a tree see it.
    Show,
    Skip,
}

fn part_of(seen: &ScannedFile, only: Option<&Only>) -> Part {
    match only {
        None => Part::Judge,
        Some(only) if only.files.is_empty() && !only.trees => Part::Skip,
        // Which files a configuration includes is known when it is judged: what is found in them
        // is found there, and the jobs in them are judged as its jobs.
        Some(only)
            if only.reaches(&seen.found.shown)
                && (only.files.contains(&*seen.found.shown) || may_include(seen)) =>
        {
            Part::Judge
        }
        Some(only) if only.trees => Part::Show,
        Some(_) => Part::Skip,
    }
}

/// Whether a configuration may include files: `rule_files`, `scrape_config_files`, `files`, or `ruleFiles`
/// in other dialects.
fn may_include(seen: &ScannedFile) -> bool {
    let content = seen.recognised.text.content().as_bytes();
    memchr::memmem::find(content, b"iles").is_some()
}

/// What the files of a run are judged with.
pub(super) struct Judging<'a> {
    pub(super) request: &'a Request,
    pub(super) only: Option<&'a Only>,
    pub(super) policies: &'a Policies,
    pub(super) facts: &'a BTreeMap<usize, Facts<'a>>,
    pub(super) tree: &'a dyn Tree,
}

/// What became of one file.
pub(super) struct JudgedFile<'a> {
    pub(super) judgement: Judgement,
    pub(super) configuration: Option<Configuration<'a>>,
    /// What it makes Prometheus load; only looked for by the gate.
    pub(super) loads: Vec<Load>,
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
    pub(super) fn file(&self, seen: &'a ScannedFile) -> Result<JudgedFile<'a>, NotJudged> {
        if self.request.deadline.is_over() {
            return Err(NotJudged::Late);
        }
        let fault =
            |caught: Option<&Caught>| NotJudged::Fault(own_fault(&seen.found.shown, caught));
        let facts = self.facts.get(&self.policies.scope_of(&seen.found));
        let facts = facts.ok_or_else(|| fault(None))?;
        let judge = || panics::caught(|| self.part_of(seen, facts));
        let judged = self.request.deadline.limit(judge);
        self.request.watch.step();
        let judged = judged.ok_or(NotJudged::Late)?;
        // What it was held against may have been cut short.
        if self.request.deadline.is_over() {
            return Err(NotJudged::Late);
        }
        judged.map_err(|caught| fault(Some(&caught)))
    }

    /// As much of a file as is wanted.
    fn part_of(&self, seen: &'a ScannedFile, facts: &'a Facts<'a>) -> JudgedFile<'a> {
        let (judgement, configuration) = match part_of(seen, self.only) {
            Part::Judge => {
                self.request.watch.judged();
                let own = custom_rules_of(&seen.found, self.request, self.policies);
                judge_one(seen, facts, self.request, own, self.tree)
            }
            Part::Show => {
                let configuration = configuration_of(seen, facts, self.request, self.tree);
                let judgement = Judgement {
                    endpoints: configuration
                        .as_ref()
                        .map_or(0, |configuration| configuration.entries.len()),
                    ..Judgement::default()
                };
                (judgement, configuration)
            }
            Part::Skip => (Judgement::default(), None),
        };
        // What it loads is asked for while it is at hand; not of what is only shown.
        let of_gate = configuration.as_ref().filter(|_| self.request.is_gate());
        let loads = match part_of(seen, self.only) {
            Part::Judge => of_gate.map_or_else(Vec::new, |configuration| {
                loads_of(configuration, seen, facts)
            }),
            Part::Show | Part::Skip => Vec::new(),
        };
        JudgedFile {
            judgement,
            configuration,
            loads,
            facts,
        }
    }
}

/// What a configuration makes Prometheus load.
fn loads_of(one: &Configuration<'_>, seen: &ScannedFile, facts: &Facts<'_>) -> Vec<Load> {
    let document = one.config.root().node().document();
    facts.loads(document, one.folder, &seen.recognised)
}
