//! What the releases that run a configuration, by the tags of their images, make of what the newest rejects.

use super::survey::ScannedFile;
use crate::facts::Facts;
use crate::facts::deployment::{RunCertainty, RunningDeployment};
use crate::finding::{Evidence, Finding, Severity, rule};
use crate::rules::RuleJudgment;
use crate::schema::{self, TargetReleases, Version};
use crate::yaml::Document;

/// Judges findings by the releases that surely run the configuration, where no release was asked for.
pub(super) fn put(
    schema: &mut Vec<Finding>,
    document: &Document,
    target: &TargetReleases,
    seen: &ScannedFile,
    facts: &Facts<'_>,
) {
    let runners = facts.runners(&seen.found.path, seen.recognized.holder.as_ref());
    let by = |version: Version| {
        let target = TargetReleases {
            versions: vec![version],
            ..target.clone()
        };
        schema::check(document, &target)
    };
    without_what_is_newer(schema, &runners, by);
    as_it_runs(schema, &runners, by);
}

/// Makes warnings of what newer releases removed, where the tree names one that still has it, and does not
/// surely run the file with a newer one.
pub(super) fn leave_to_older(judgment: &mut RuleJudgment, seen: &ScannedFile, facts: &Facts<'_>) {
    let is_removed = |finding: &&mut Finding| {
        [rule::SCHEMA_UNAVAILABLE, rule::FILES_PROMQL].contains(&&*finding.rule)
            && finding.kind == REMOVED
            && finding.severity == Severity::Error
    };
    let all = judgment.findings.iter_mut();
    let mut removed = all.filter(is_removed).peekable();
    if removed.peek().is_none() || !facts.may_run_2() {
        return;
    }
    let runners = facts.runners(&seen.found.path, seen.recognized.holder.as_ref());
    let known: Vec<Version> = runners.iter().filter_map(version_of).collect();
    // One without a release may be the newest.
    let is_old = known.len() == runners.len() && known.iter().all(|version| version.major < 3);
    if known.is_empty() || is_old {
        removed.for_each(|finding| finding.severity = Severity::Warning);
    }
}

/// The kind of what newer releases do not have any more.
const REMOVED: &str = "removed";

fn version_of(runner: &RunningDeployment<'_>) -> Option<Version> {
    Version::parse(runner.deployment.version()?).ok()
}

/// Where the release that runs the configuration is named.
fn release_of(runner: &RunningDeployment<'_>, version: Version) -> Option<Evidence> {
    let image = runner.deployment.image.as_ref()?;
    Some(Evidence {
        place: image.place.clone(),
        message: format!("Prometheus {version} runs it"),
    })
}

/// Whether two findings are the same one, of two releases.
fn is_same(one: &Finding, other: &Finding) -> bool {
    one.rule == other.rule && one.place.order() == other.place.order()
}

/// Leaves out what is deprecated only since a release that is newer than one which runs the configuration:
/// there the new key is refused.
fn without_what_is_newer(
    schema: &mut Vec<Finding>,
    runners: &[RunningDeployment<'_>],
    by: impl Fn(Version) -> Vec<Finding>,
) {
    let is_deprecated = |finding: &Finding| finding.rule == rule::SCHEMA_DEPRECATED;
    if !schema.iter().any(is_deprecated) {
        return;
    }
    let Some(oldest) = runners.iter().filter_map(version_of).min() else {
        return;
    };
    let then = by(oldest);
    schema.retain(|finding| {
        !is_deprecated(finding) || then.iter().any(|other| is_same(other, finding))
    });
}

/// Where each release that runs the configuration is known: what only later ones reject is worth knowing
/// before an upgrade, and what one of them rejects is an error.
fn as_it_runs(
    schema: &mut Vec<Finding>,
    runners: &[RunningDeployment<'_>],
    by: impl Fn(Version) -> Vec<Finding>,
) {
    let is_sure = |runner: &&RunningDeployment<'_>| runner.certainty > RunCertainty::Doubtful;
    let known: Option<Vec<(&RunningDeployment<'_>, Version)>> = runners
        .iter()
        .map(|runner| Some((runner, version_of(runner)?)))
        .collect();
    let Some(known) = known.filter(|known| !known.is_empty()) else {
        return;
    };
    let is_unavailable = |finding: &Finding| finding.rule == rule::SCHEMA_UNAVAILABLE;
    let mut judged: Vec<(Version, Vec<Finding>)> = Vec::new();
    for (runner, version) in known.iter().filter(|(runner, _)| is_sure(runner)) {
        if judged.iter().any(|(done, _)| done == version) {
            continue;
        }
        let mut then = by(*version);
        then.retain(is_unavailable);
        let evidence = release_of(runner, *version);
        let new = then.iter().filter(|finding| {
            let mut known = schema.iter();
            !known.any(|other| is_same(other, finding))
        });
        let new: Vec<Finding> = new.cloned().collect();
        schema.extend(new.into_iter().map(|mut finding| {
            finding.evidence.extend(evidence.clone());
            // Nothing but the lack of another one may tie the deployment to the file.
            if runner.certainty != RunCertainty::Certain {
                finding.severity = finding.severity.min(Severity::Warning);
            }
            finding.help("remove it, or run a newer Prometheus")
        }));
        judged.push((*version, then));
    }
    if known.iter().any(|(runner, _)| !is_sure(runner)) {
        return;
    }
    let loaded = schema.iter_mut().filter(|finding| {
        let mut all = judged.iter().flat_map(|(_, then)| then);
        is_unavailable(finding) && !all.any(|other| is_same(other, finding))
    });
    for finding in loaded {
        finding.severity = Severity::Info;
        let first = known.first();
        let first = first.and_then(|(runner, version)| release_of(runner, *version));
        finding.evidence.extend(first);
    }
}
