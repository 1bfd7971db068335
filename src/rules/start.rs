//! What starts Prometheus with a configuration.

pub(super) mod refused;

use std::collections::HashSet;

use super::configuration::Configuration;
use super::engine::RuleJudgment;
use super::pages::{NativeCheck, all};
use super::sink::RuleFindings;
use super::timings::Timings;
use crate::facts::Facts;
use crate::facts::deployment::Deployment;
use crate::schema::{TargetReleases, Version};
use promvet_syntax::flags::FlagWord;

/// A container that starts Prometheus with a configuration, or may.
#[derive(Clone, Copy, Debug)]
pub struct PrometheusStart<'d> {
    /// The container.
    pub deployment: &'d Deployment,
    /// What else the tree tells.
    pub facts: &'d Facts<'d>,
    target: &'d TargetReleases,
}

/// Judges what starts a configuration. `timings` is as in [`super::judge`].
#[must_use]
pub fn judge_start(
    configuration: &Configuration<'_>,
    target: &TargetReleases,
    timings: Option<&Timings>,
) -> RuleJudgment {
    let mut out = RuleJudgment::default();
    let facts = configuration.facts;
    if configuration.folder.is_none() && configuration.holder.is_none() {
        return out;
    }
    let shown = configuration.config.root().node().document().text().path();
    let runners = facts.runners(&facts.absolute(shown), configuration.holder);
    let mut seen = HashSet::new();
    for runner in &runners {
        let deployment = runner.deployment;
        if deployment.prometheus.is_none() || !seen.insert(deployment.place.order()) {
            continue;
        }
        let judged = judge_container(deployment, facts, target, timings);
        out.findings.extend(judged.findings);
        out.unchecked.extend(judged.unchecked);
        out.started.push(deployment.place.clone());
    }
    // Where a script starts it, no container of the tree surely does.
    let by_script = runners
        .iter()
        .all(|runner| runner.deployment.prometheus.is_none());
    if by_script && configuration.holder.is_none() {
        for deployment in facts.commands_starting(&facts.absolute(shown)) {
            let arguments = &deployment.arguments;
            let is_known = arguments.for_entry_point && deployment.known_image().is_some();
            if !is_known || !seen.insert(deployment.place.order()) {
                continue;
            }
            // Sentences repeat words of it.
            deployment.place.text().recognize_words();
            let judged = judge_container(deployment, facts, target, timings);
            out.findings.extend(judged.findings);
        }
    }
    out
}

/// Judges a container that starts Prometheus, whatever its configuration.
#[must_use]
pub fn judge_container(
    deployment: &Deployment,
    facts: &Facts<'_>,
    target: &TargetReleases,
    timings: Option<&Timings>,
) -> RuleJudgment {
    let mut out = RuleJudgment::default();
    let start = PrometheusStart {
        deployment,
        facts,
        target,
    };
    for (index, page) in all().iter().enumerate() {
        if let Some(NativeCheck::Start(check)) = page.check {
            let mut findings = RuleFindings {
                rule: page.name,
                found: &mut out.findings,
                unchecked: &mut out.unchecked,
            };
            let mut run = || check(&start, &mut findings);
            match timings {
                Some(timings) => timings.measure(index, run),
                None => run(),
            }
        }
    }
    out
}

/// What the releases that are started make of a word of the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FlagVerdict {
    /// They know it, or it is not known which they are.
    Known,
    /// They no longer know it, since this release.
    Gone((u16, u16)),
    /// They do not know it yet; it came with this release.
    TooNew((u16, u16)),
    /// No release knows it.
    Unknown,
}

impl PrometheusStart<'_> {
    /// What the releases that are started make of a word.
    pub(super) fn verdict(&self, name: &str, words: &[FlagWord]) -> FlagVerdict {
        let releases = self.releases();
        let newest = (Version::NEWEST.major, Version::NEWEST.minor);
        if releases.iter().any(|release| *release > newest) {
            return FlagVerdict::Known;
        }
        let Some(word) = words.iter().find(|word| word.name == name) else {
            return FlagVerdict::Unknown;
        };
        if releases.is_empty() || releases.iter().any(|release| word.is_known_to(*release)) {
            return FlagVerdict::Known;
        }
        let is_gone = |until: &(u16, u16)| releases.iter().all(|release| until <= release);
        match (word.until.filter(is_gone), word.since) {
            (Some(until), _) => FlagVerdict::Gone(until),
            (None, Some(since)) => FlagVerdict::TooNew(since),
            (None, None) => FlagVerdict::Known,
        }
    }

    /// The releases that are started: that of the image's tag, else those that are targeted, else the
    /// newest for a tag that moves on. None where a variable chooses the tag.
    pub(super) fn releases(&self) -> Vec<(u16, u16)> {
        if let Some(release) = self.deployment.release() {
            return vec![release];
        }
        let targets = || {
            let versions = self.target.versions.iter();
            versions
                .map(|version| (version.major, version.minor))
                .collect()
        };
        if self.target.versions != TargetReleases::default().versions {
            return targets();
        }
        match &self.deployment.image {
            // The release that an Operator runs by default is not known.
            _ if self.deployment.is_operated() => Vec::new(),
            Some(image) if image.name.contains(['$', '{', '@']) => Vec::new(),
            Some(image) if image.tag().is_none_or(|tag| tag == "latest") => targets(),
            _ => Vec::new(),
        }
    }

    /// Whether the program is surely the one of the Prometheus project: a fork may have words of its
    /// own, such as `--export.label.project-id`.
    pub(super) fn is_official(&self) -> bool {
        self.deployment.known_image().is_some()
    }
}

impl FlagVerdict {
    /// The kind of fault.
    pub(super) fn kind(self) -> &'static str {
        match self {
            Self::Known => "",
            Self::Gone(_) => "gone",
            Self::TooNew(_) => "newer",
            Self::Unknown => "unknown",
        }
    }
}

/// A release for people.
pub(super) fn shown((major, minor): (u16, u16)) -> String {
    format!("Prometheus {major}.{minor}")
}
