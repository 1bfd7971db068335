//! Expressions that depend on a feature, held against what runs the configuration that loads them.

use super::Runners;
use super::intervals::Interval;
use crate::facts::deployment::{FeatureStatus, RunCertainty, RunningDeployment};
use crate::finding::{Evidence, Finding};
use crate::schema::dialect::NATIVE;
use crate::schema::rule_file::{ExpressionNeed, Need};
use crate::yaml::{Document, Node};

/// What is known of a feature wherever a configuration is loaded.
enum KnownFeature<'r> {
    /// Everything that runs it, or may, turns the feature on.
    On,
    /// Something that runs it does not.
    Off(&'r RunningDeployment<'r>, Evidence),
    /// It can't be said.
    Nothing,
}

/// What decides whether needs are met.
pub(super) struct Needs<'n, 'r> {
    /// The configuration that loads the rules.
    pub(super) main: &'n Document,
    /// What runs it.
    pub(super) runners: &'n Runners<'r>,
    /// The shortest interval at which samples are taken, worked out when it is first asked for.
    pub(super) shortest: &'n dyn Fn() -> Option<Interval>,
}

impl Needs<'_, '_> {
    /// What has to be said of a need; nothing if it is met.
    pub(super) fn unmet(&self, need: &Need) -> Option<Finding> {
        match need.condition {
            ExpressionNeed::Feature(feature) => self.feature(need, feature),
            ExpressionNeed::StoredForm(label) => self.stored_form(need, label),
            ExpressionNeed::ClosedRange => (!self.is_before_3()).then(|| need.finding.clone()),
            ExpressionNeed::TwoSamplesIn(range) => self.two_samples(need, range),
        }
    }

    fn feature(&self, need: &Need, feature: &str) -> Option<Finding> {
        let mut finding = need.finding.clone();
        match known(feature, self.runners) {
            KnownFeature::On => return None,
            KnownFeature::Nothing => {
                finding.message.lead_to("; without it ", NATIVE.refused);
            }
            KnownFeature::Off(runner, evidence) => {
                finding.message.push_str(", which the command line lacks");
                finding.advice = Some(remedy(feature, runner).into());
                finding.evidence.push(evidence);
                finding.evidence.extend(runner.evidence.iter().cloned());
            }
        }
        Some(finding)
    }

    /// Values keep their form where a release before 3.0 runs, where a job writes the label itself,
    /// and in what others send.
    fn stored_form(&self, need: &Need, label: &str) -> Option<Finding> {
        let root = self.main.root()?;
        let rewrites = |job: Node<'_>| {
            let rules = job.get("metric_relabel_configs").into_iter();
            let mut rules = rules.flat_map(Node::items);
            rules.any(|rule| rule.get("target_label").and_then(Node::as_str) == Some(label))
        };
        let mut jobs = root.get("scrape_configs").into_iter().flat_map(Node::items);
        let holds = !self.is_before_3() && !jobs.any(rewrites) && !self.receives();
        holds.then(|| need.finding.clone())
    }

    /// Whether a release before 3.0 runs the configuration.
    fn is_before_3(&self) -> bool {
        let is_old = |runner: &RunningDeployment<'_>| {
            runner.deployment.release().is_some_and(|of| of < (3, 0))
        };
        self.runners.iter().any(is_old)
    }

    fn two_samples(&self, need: &Need, range: i64) -> Option<Finding> {
        let (shortest, place) = (self.shortest)()?;
        if range >= 2 * shortest || self.receives() {
            return None;
        }
        let mut finding = need.finding.clone();
        let result = match range <= shortest {
            true => "it has no result",
            false => "it often has no result",
        };
        let written = in_words(shortest);
        finding.message.push_str(&format!(
            " needs two samples, and the shortest interval here is {written}: {result}"
        ));
        let help = format!(
            "make the range at least {}, better {}",
            in_words(2 * shortest),
            in_words(4 * shortest)
        );
        finding.advice = Some(help.into());
        finding.evidence.extend(place.map(|place| Evidence {
            place,
            message: "the shortest interval of the jobs and rules".to_owned(),
        }));
        Some(finding)
    }

    /// Whether something else sends samples to what runs the configuration.
    fn receives(&self) -> bool {
        const FLAGS: &[&str] = &[
            "web.enable-remote-write-receiver",
            "web.enable-otlp-receiver",
        ];
        const FEATURES: &[&str] = &["remote-write-receiver", "otlp-write-receiver"];
        let has_otlp = || {
            self.main
                .root()
                .is_some_and(|root| root.get("otlp").is_some())
        };
        let mut runners = self.runners.iter();
        runners.any(|deployment| {
            let arguments = &deployment.deployment.arguments;
            let has = |flag: &&str| arguments.flag(flag).is_some();
            FLAGS.iter().any(has)
                || FEATURES
                    .iter()
                    .any(|name| arguments.feature(name).is_some())
        }) || has_otlp()
    }
}

/// A duration as Prometheus writes it, in the largest unit that leaves nothing over.
fn in_words(milliseconds: i64) -> String {
    const UNITS: &[(i64, &str)] = &[(3_600_000, "h"), (60_000, "m"), (1000, "s"), (1, "ms")];
    let unit = UNITS.iter().find(|(length, _)| milliseconds % length == 0);
    let (length, name) = unit.copied().unwrap_or((1, "ms"));
    format!("{}{name}", milliseconds / length)
}

fn known<'r>(feature: &str, runners: &'r Runners<'_>) -> KnownFeature<'r> {
    let of_prometheus = || {
        let all = runners.iter();
        all.filter(|candidate| candidate.deployment.prometheus.is_some())
    };
    let mut lacking = None;
    for one in of_prometheus() {
        match one.deployment.feature(feature) {
            FeatureStatus::On(_) => {}
            FeatureStatus::Off(evidence) if one.certainty != RunCertainty::Doubtful => {
                lacking = lacking.or(Some(KnownFeature::Off(one, evidence)));
            }
            FeatureStatus::Off(_) | FeatureStatus::Unknown => {
                lacking = lacking.or(Some(KnownFeature::Nothing))
            }
        }
    }
    let is_run = of_prometheus().next().is_some();
    lacking.unwrap_or(if is_run {
        KnownFeature::On
    } else {
        KnownFeature::Nothing
    })
}

fn remedy(feature: &str, runner: &RunningDeployment<'_>) -> String {
    let deployment = runner.deployment;
    if deployment.arguments.features().next().is_some() {
        format!("add `,{feature}` to `--enable-feature`")
    } else {
        let name = &deployment.name;
        format!("add `--enable-feature={feature}` to the command line of {name}")
    }
}
