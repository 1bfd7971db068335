//! Suppression comments: which findings they hide, and what has to be said of the comments
//! themselves.

mod added;
pub(super) mod directive;
mod file;
mod inner;
mod marks;
mod say;
mod slashes;

use std::borrow::Cow;
use std::cell::LazyCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

pub(crate) use inner::of_file;
pub(crate) use marks::{Covers, PlacedSuppression, TextSuppressions, may_hold};

use super::levels::Levels;
use super::policies::Policies;
use super::request::Request;
use super::survey::{ScannedFile, Survey};
use crate::discover::FileContent;
use crate::finding::{Advice, Finding, Redacted, Severity, Span, rule};
use crate::policy::{Policy, PolicyError};
use crate::report::{HiddenBy, Hiding, Outcome, Reported};
use crate::rules::{self, NativeCheck};
use crate::schema;
use crate::source::Tree;
pub(crate) use file::{DAY, has_lapsed};
use file::{FileSuppressions, SuppressionVerdict};

/// The group of the rules about suppressions, which no comment and no baseline hides.
pub(crate) const GROUP: &str = rule::GROUP_SUPPRESSIONS;

/// What suppressions are judged by.
pub(crate) struct SuppressionContext<'a> {
    /// What was asked for.
    pub(crate) request: &'a Request,
    /// What was looked at.
    pub(crate) survey: &'a Survey,
    /// The policies of the trees.
    pub(crate) policies: &'a Policies,
    /// Where the files are.
    pub(crate) tree: &'a dyn Tree,
    /// The names of all rules, those of the repository included.
    pub(crate) known: &'a [&'a str],
    /// How gravely findings are reported.
    pub(crate) levels: Levels,
    /// The policy of what no policy is for.
    pub(crate) none: &'a Policy,
}

impl<'a> SuppressionContext<'a> {
    /// The policy of a file by its path for people.
    pub(crate) fn policy_of(&self, shown: &str) -> &'a Policy {
        let walked = &self.survey.walked;
        let found = walked.binary_search_by(|found| (*found.shown).cmp(shown));
        let found = found.ok().and_then(|index| walked.get(index));
        let scope = found.and_then(|found| self.policies.of(found));
        let around = || self.policies.around(&self.tree.absolute(Path::new(shown)));
        let policy = scope.map(|scope| &scope.policy);
        policy.or_else(around).unwrap_or(self.none)
    }

    /// Whether the absence of a rule's findings means that there is nothing to find: a rule that
    /// looks at several releases, or at files which every machine has otherwise, may speak
    /// elsewhere.
    pub(crate) fn is_decidable(&self, rule: &str, policy: &Policy) -> bool {
        let Some(page) = rules::find(rule) else {
            return true;
        };
        let several = match &*self.request.versions {
            [] => {
                // Those of some files may be others.
                let sets = policy.levels.iter().map(|set| &set.releases);
                let mut sets = sets.filter(|releases| !releases.is_empty()).peekable();
                sets.peek().is_some()
                    && sets.all(|releases| {
                        let versions = || releases.iter().map(|(version, _)| *version);
                        versions().min() < versions().max()
                    })
            }
            asked => asked.iter().min() < asked.iter().max(),
        };
        match page.check {
            Some(NativeCheck::Upgrade(_)) => several,
            Some(NativeCheck::File(_) | NativeCheck::Material(_)) => {
                page.group() != rule::GROUP_CREDENTIALS
            }
            _ => true,
        }
    }
}

/// Hides what comments of the files hide, and says what is wrong with the comments.
pub(crate) fn apply(
    bench: &SuppressionContext<'_>,
    outcome: &mut Outcome,
) -> Result<(), Vec<PolicyError>> {
    refuse_unknown(bench)?;
    let mut sheets = sheets(bench, outcome);
    if sheets.is_empty() {
        return Ok(());
    }
    outcome.hide(|reported| hiding(&mut sheets, reported));
    let mut said = Vec::new();
    for sheet in sheets.values() {
        let findings = say::of_sheet(bench, sheet).into_iter();
        let findings: Vec<_> = findings
            .filter_map(|finding| bench.levels.of(finding, sheet.policy))
            .collect();
        if !findings.is_empty() {
            // Lines are shown only of files about which there is something to say.
            sheet
                .documents
                .iter()
                .for_each(|document| schema::mark_secrets(document));
        }
        said.extend(findings);
    }
    outcome.add(said);
    Ok(())
}

/// Rejects a policy that forbids to silence what does not exist.
fn refuse_unknown(bench: &SuppressionContext<'_>) -> Result<(), Vec<PolicyError>> {
    let mut wrong = Vec::new();
    for policy in bench.policies.all() {
        for (name, place) in &policy.suppressions.forbid {
            if !is_known(bench.known, name) {
                wrong.push(PolicyError {
                    message: format!("unknown rule or group `{name}`"),
                    place: place.clone(),
                    advice: nearest_name(bench.known, name)
                        .map(|near| Advice::replace(place.span(), near)),
                });
            }
        }
    }
    // A policy file that was named is that of every tree.
    wrong.sort_by(|a, b| a.place.order().cmp(&b.place.order()));
    wrong.dedup_by(|a, b| a.place.order() == b.place.order());
    if wrong.is_empty() { Ok(()) } else { Err(wrong) }
}

/// The files with suppressions, by path: all that were checked, and those with a finding.
fn sheets<'a>(
    bench: &SuppressionContext<'a>,
    outcome: &Outcome,
) -> BTreeMap<Arc<str>, FileSuppressions<'a>> {
    let mut sheets = BTreeMap::new();
    let is_ours = |seen: &ScannedFile| {
        let what = &seen.recognized.what;
        matches!(
            what,
            FileContent::Configuration { .. } | FileContent::Broken { .. }
        )
    };
    let mut ours: BTreeSet<&str> = BTreeSet::new();
    let starts = LazyCell::new(|| {
        let places = outcome
            .findings()
            .iter()
            .map(|finding| &finding.finding.place);
        let starts = places.map(|place| (&**place.path(), place.span().start));
        starts.collect::<BTreeSet<_>>()
    });
    let files = bench
        .survey
        .seen
        .chunk_by(|a, b| a.found.shown == b.found.shown);
    for seen in files.filter(|seen| seen.iter().any(|seen| is_ours(seen))) {
        let Some(shown) = seen.first().map(|seen| &seen.found.shown) else {
            continue;
        };
        ours.insert(shown);
        let recognized: Vec<_> = seen.iter().map(|seen| &seen.recognized).collect();
        let has_finding = |block: Span| {
            let (from, to) = ((&**shown, block.start), (&**shown, block.end));
            starts.range(from..=to).next().is_some()
        };
        if let Some(marks) = of_file(&recognized, has_finding) {
            let sheet =
                FileSuppressions::new(marks, bench.policy_of(shown), seen, bench.request.now);
            sheets.insert(Arc::clone(shown), sheet);
        }
    }
    let mut last = "";
    for reported in outcome.findings() {
        let place = &reported.finding.place;
        let path = place.path();
        if &**path == last {
            continue;
        }
        last = path;
        if ours.contains(&**path) {
            continue;
        }
        if let Some(marks) = TextSuppressions::of_text(place.text(), false) {
            let sheet = FileSuppressions::new(marks, bench.policy_of(path), &[], bench.request.now);
            sheets.insert(Arc::clone(path), sheet);
        }
    }
    sheets
}

fn hiding(
    sheets: &mut BTreeMap<Arc<str>, FileSuppressions<'_>>,
    reported: &Reported,
) -> Option<Hiding> {
    let finding = &reported.finding;
    let sheet = sheets.get_mut(finding.place.path())?;
    match sheet.judge(finding) {
        SuppressionVerdict::Shown => None,
        SuppressionVerdict::Hidden { reason, until } => Some(Hiding {
            by: HiddenBy::Comment,
            reason: reason.map(|reason| Redacted::sentence(&finding.place, reason)),
            until,
        }),
    }
}

/// Whether a name is that of a rule or a group.
pub(crate) fn is_known(known: &[&str], name: &str) -> bool {
    known
        .iter()
        .any(|rule| *rule == name || rule::group_of(rule) == name)
}

/// The rule or group that a wrong name is most like: by all of it, or by its last part.
pub(crate) fn nearest_name<'k>(known: &[&'k str], name: &str) -> Option<&'k str> {
    let rules = || known.iter().copied();
    let by_last = |rule: &&str| rule.rsplit('/').next() == Some(name);
    crate::finding::nearest(name, rules())
        .or_else(|| crate::finding::nearest(name, rules().map(rule::group_of)))
        .or_else(|| rules().find(by_last))
}

/// Whether a policy lets a rule speak about the place of a finding.
pub(crate) fn is_on(rule: &str, like: &Finding, policy: &Policy, levels: Levels) -> bool {
    let probe = Finding {
        rule: Cow::Owned(rule.to_owned()),
        severity: Severity::Warning,
        fix: None,
        unfixed: None,
        evidence: Vec::new(),
        ..like.clone()
    };
    levels.of(probe, policy).is_some()
}
