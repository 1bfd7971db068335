//! Findings that were accepted in a baseline: hiding them, and saying which no longer occur.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::gate::BaselineFrom;
use super::suppress::{GROUP, SuppressionContext, is_on};
use crate::discover::FileContent;
use crate::finding::rule::group_of;
use crate::finding::{
    Finding, Severity, Text, named_path, path_with_destinations, rule, token_of, value,
};
use crate::policy::{Accepted, BaselineEntry, BaselineVersion, PolicyError, read_baseline};
use crate::report::{HiddenBy, Hiding, Outcome, Reported};
use crate::rules;
use crate::source::{Folder, LARGEST, ReadError, Tree, collapse};

/// A baseline that was read.
pub(crate) struct Baseline {
    /// The folder that its paths are relative to.
    folder: PathBuf,
    pub(crate) version: BaselineVersion,
    pub(crate) entries: Vec<BaselineEntry>,
}

/// Hides what the baselines accept, and says which of their entries no longer occur. What is worth
/// saying of them is added to `notes`.
pub(crate) fn apply(
    bench: &SuppressionContext<'_>,
    outcome: &mut Outcome,
    notes: &mut Vec<String>,
) -> Result<(), Vec<PolicyError>> {
    let mut wrong = Vec::new();
    let mut stale = Vec::new();
    for path in paths(bench) {
        match read(&path, bench.request.gate.policy_tree(bench.tree)) {
            Ok(baseline) => {
                if baseline.version != BaselineVersion::NEWEST {
                    let shown = bench.tree.shown(&path);
                    notes.push(format!(
                        "{shown} is a baseline of version 1, which accepts the findings of an endpoint \
                         wherever it sends; `promvet baseline` rewrites it"
                    ));
                }
                stale.extend(hide(&baseline, bench, outcome));
            }
            Err(errors) => wrong.extend(errors),
        }
    }
    outcome.add(stale);
    if wrong.is_empty() { Ok(()) } else { Err(wrong) }
}

/// Where the baselines are: the one that was named, or those of the policies.
fn paths(bench: &SuppressionContext<'_>) -> BTreeSet<PathBuf> {
    match &bench.request.gate.baseline {
        BaselineFrom::Nowhere => BTreeSet::new(),
        BaselineFrom::File(path) => [bench.tree.absolute(path)].into(),
        BaselineFrom::Policy => of_policies(bench),
    }
}

/// The baselines that the policies name.
pub(crate) fn of_policies(bench: &SuppressionContext<'_>) -> BTreeSet<PathBuf> {
    let policies = bench.policies.all();
    let named = policies.filter_map(|policy| policy.suppressions.baseline.as_ref());
    let paths = named.map(|(path, place)| {
        let policy = bench.tree.absolute(Path::new(&**place.path()));
        let folder = policy.parent().unwrap_or(&policy);
        collapse(&bench.tree.absolute(&folder.join(path)))
    });
    paths.collect()
}

pub(crate) fn read(path: &Path, tree: &dyn Tree) -> Result<Baseline, Vec<PolicyError>> {
    let shown = tree.shown(path);
    let bytes = tree.read(path, LARGEST).map_err(|error| {
        let text = Text::new(shown.as_str(), Vec::new());
        let mut wrong = PolicyError::at_start(&text, format!("cannot read the baseline: {error}"));
        if matches!(error, ReadError::Missing) {
            wrong.advice = Some("create one with `promvet baseline`".into());
        }
        vec![wrong]
    })?;
    let (version, entries) = read_baseline(&Text::new(shown.as_str(), bytes))?;
    Ok(Baseline {
        folder: path.parent().unwrap_or(path).to_path_buf(),
        version,
        entries,
    })
}

/// Hides what a baseline accepts; what it has left over is returned as findings.
fn hide(
    baseline: &Baseline,
    bench: &SuppressionContext<'_>,
    outcome: &mut Outcome,
) -> Vec<Finding> {
    let disk = Folder::new(&baseline.folder);
    let mut left: BTreeMap<&Accepted, usize> = BTreeMap::new();
    for entry in &baseline.entries {
        *left.entry(&entry.accepted).or_default() += entry.count;
    }
    outcome.hide(|reported| {
        let accepted = accepted(reported, baseline.version, bench.tree, &disk)?;
        let left = left.get_mut(&accepted).filter(|left| **left > 0)?;
        *left -= 1;
        Some(Hiding {
            by: HiddenBy::Baseline,
            reason: None,
            until: None,
        })
    });
    let covered = BaselineCoverage::new(bench);
    let mut entries = baseline.entries.iter();
    let stale = entries.by_ref().filter_map(|entry| {
        let path = collapse(&disk.absolute(Path::new(&entry.accepted.path)));
        let left = left.insert(&entry.accepted, 0).filter(|left| *left > 0)?;
        let finding = stale(entry, left);
        let policy = bench.policy_of(&bench.tree.shown(&path));
        let known = covered.can_tell(&path, &entry.accepted.rule, &finding, bench);
        known.then(|| bench.levels.of(finding, policy)).flatten()
    });
    stale.collect()
}

pub(crate) fn stale(entry: &BaselineEntry, left: usize) -> Finding {
    let Accepted {
        rule: accepted,
        path,
        at,
        ..
    } = &entry.accepted;
    let message = if left < entry.count {
        format!(
            "the baseline accepts {} findings of {accepted} here; {left} of them no longer occur",
            entry.count
        )
    } else {
        format!("the baseline accepts a finding that no longer occurs: {accepted} in {path}")
    };
    let severity =
        rules::find(rule::SUPPRESSIONS_BASELINE_STALE).map_or(Severity::Info, |page| page.severity);
    Finding::new(
        rule::SUPPRESSIONS_BASELINE_STALE,
        severity,
        entry.place.clone(),
        message,
    )
    .of_key("", format!("{accepted} {path} {at}"))
    .help("remove it with `promvet baseline --prune`")
}

/// What was looked at, so that the absence of a finding means something.
pub(crate) struct BaselineCoverage {
    /// Folders and files that were named.
    named: Vec<PathBuf>,
    /// Files that were looked at only in part.
    partly: BTreeSet<PathBuf>,
}

impl BaselineCoverage {
    pub(crate) fn new(bench: &SuppressionContext<'_>) -> Self {
        let SuppressionContext {
            request,
            survey,
            tree,
            ..
        } = bench;
        let named = request.paths.iter().map(|path| {
            let path = tree.absolute(path);
            tree.resolve(&path).unwrap_or(path)
        });
        let partly = survey.seen.iter().filter(|seen| {
            let broken = matches!(seen.recognized.what, FileContent::Broken { .. });
            broken || seen.recognized.masked
        });
        Self {
            named: named.collect(),
            partly: partly.map(|seen| seen.found.path.clone()).collect(),
        }
    }

    pub(crate) fn has(&self, path: &Path) -> bool {
        self.named.iter().any(|named| path.starts_with(named))
    }

    /// Whether a rule would have found in a file what there is to find. `like` stands for it where
    /// the policy is asked.
    pub(crate) fn can_tell(
        &self,
        path: &Path,
        rule: &str,
        like: &Finding,
        bench: &SuppressionContext<'_>,
    ) -> bool {
        let policy = bench.policy_of(&bench.tree.shown(path));
        let gone = bench.tree.metadata(path).is_err();
        self.has(path)
            && (gone
                || !self.partly.contains(path)
                    && is_on(rule, like, policy, bench.levels)
                    && bench.is_decidable(rule, policy))
    }
}

/// What a finding is accepted by; none for what is reported about suppressions.
pub(crate) fn accepted(
    reported: &Reported,
    version: BaselineVersion,
    tree: &dyn Tree,
    from: &Folder,
) -> Option<Accepted> {
    let finding = &reported.finding;
    if group_of(&finding.rule) == GROUP {
        return None;
    }
    let path = tree.absolute(Path::new(&**finding.place.path()));
    let (at, value) = match version {
        BaselineVersion::Names => (named_path(finding), token_of(finding)),
        BaselineVersion::Destinations => (path_with_destinations(finding), value(finding)),
    };
    Some(Accepted {
        path: plain(&from.shown(&path)),
        at: plain(&finding.place.redact(at)),
        rule: finding.rule.to_string(),
        value: plain(&value),
    })
}

/// A text that reads the same as JSON and as YAML: what YAML does not allow, or takes for a line
/// break, is replaced.
fn plain(text: &str) -> String {
    let same = |c: char| {
        let line_break = matches!(c, '\u{2028}' | '\u{2029}');
        let mark = c == '\u{feff}';
        let allowed = matches!(c, '\t' | '\n' | '\r' | ' '..='~' | '\u{a0}'..='\u{d7ff}'
            | '\u{e000}'..='\u{fffd}' | '\u{10000}'..='\u{10ffff}');
        allowed && !line_break && !mark
    };
    let chars = text.chars();
    chars
        .map(|c| if same(c) { c } else { '\u{fffd}' })
        .collect()
}
