//! Expressions that depend on a feature, held against what runs the configuration that loads them.

use super::Runners;
use crate::facts::deployment::{Certainty, Feature, RunningDeployment};
use crate::finding::{Evidence, Finding};
use crate::schema::rule_file::Need;

/// What is known of a feature wherever a configuration is loaded.
enum Known<'r> {
    /// Everything that runs it, or may, turns the feature on.
    On,
    /// Something that runs it does not.
    Off(&'r RunningDeployment<'r>, Evidence),
    /// It can't be said.
    Nothing,
}

/// What is to be said of a need; nothing if it is met.
pub(super) fn unmet(need: &Need, runners: &Runners<'_>) -> Option<Finding> {
    let mut finding = need.finding.clone();
    match known(need.feature, runners) {
        Known::On => return None,
        Known::Nothing => {}
        Known::Off(runner, evidence) => {
            let what = finding
                .message
                .split("; without it")
                .next()
                .unwrap_or_default();
            finding.message = format!("{what}, which the command line lacks");
            finding.advice = Some(remedy(need.feature, runner).into());
            finding.evidence.push(evidence);
            finding.evidence.extend(runner.evidence.iter().cloned());
        }
    }
    Some(finding)
}

fn known<'r>(feature: &str, runners: &'r Runners<'_>) -> Known<'r> {
    let of_prometheus = || {
        let all = runners.iter();
        all.filter(|one| one.deployment.prometheus.is_some())
    };
    let mut lacking = None;
    for one in of_prometheus() {
        match one.deployment.feature(feature) {
            Feature::On(_) => {}
            Feature::Off(evidence) if one.certainty != Certainty::Doubtful => {
                lacking = lacking.or(Some(Known::Off(one, evidence)));
            }
            Feature::Off(_) | Feature::Unknown => lacking = lacking.or(Some(Known::Nothing)),
        }
    }
    let is_run = of_prometheus().next().is_some();
    lacking.unwrap_or(if is_run { Known::On } else { Known::Nothing })
}

fn remedy(feature: &str, runner: &RunningDeployment<'_>) -> String {
    let deployment = runner.deployment;
    if deployment.arguments.features().next().is_some() {
        format!("add `{feature}` to the features, behind a comma")
    } else {
        let name = &deployment.name;
        format!("add `--enable-feature={feature}` to the command line of {name}")
    }
}
