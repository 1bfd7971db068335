//! The lists of relabel rules of a configuration, each gone through once.

mod initial;
mod words;

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};

use super::configuration::Configuration;
use super::engine::RuleJudgment;
use super::pages::{NativeCheck, all};
use super::sink::RuleFindings;
use super::timings::Timings;
use crate::prometheus::{
    Config, Discovered, Effect, Interpreter, KnownLabelValue, KnownLabels, PatternBudget,
    RelabelRule, RuleOutcome, Semantics,
};
use crate::schema::{TargetReleases, Version};
use crate::yaml::{Document, Mapping, Node};

/// What the rules of a list look at (docs/configuration/configuration.md of Prometheus).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RelabelStage {
    /// Targets of a job, before they are scraped.
    Targets,
    /// Samples of a job, after they are scraped.
    Samples,
    /// Samples that are sent to a remote_write entry.
    Written,
    /// Alerts.
    Alerts,
    /// Alertmanagers.
    Alertmanagers,
}

/// How the configuration comes to Prometheus.
#[derive(Clone, Copy, Debug, Default)]
pub struct LoadedBy {
    /// vmagent reads it, whose rules have more keys and actions.
    pub vmagent: bool,
    /// It is written in other words, and what reads them adds rules and labels of its own.
    pub generated: bool,
    /// A dollar may be doubled for what reads it first.
    pub doubles_dollars: bool,
    /// Something fills in placeholders.
    pub template: bool,
    /// Parts of the file are still to be filled in.
    pub incomplete: bool,
}

/// A list of relabel rules, and what they come to.
#[derive(Debug)]
pub struct RelabelList<'r, 'd> {
    /// What its rules look at.
    pub stage: RelabelStage,
    /// The list.
    pub node: Node<'d>,
    /// Its rules, with what they come to: none behind one that drops all.
    pub rules: Vec<(&'r RelabelRule<'d>, Option<RuleOutcome>)>,
    /// What is known of the labels behind the last rule, if anything is left.
    pub after: Option<KnownLabels>,
    /// The service discoveries of its job.
    pub discovered: Discovered,
    /// The releases that load it.
    pub releases: &'r [Version],
    /// How it comes to Prometheus.
    pub reader: LoadedBy,
    /// Whether other jobs have the same list, by an alias.
    pub shared: bool,
    /// Whether its patterns are too large to be compared in full.
    pub is_too_costly: bool,
}

/// Goes through the relabel rules of a configuration with every rule that looks at them.
#[must_use]
pub fn judge_relabel(
    configuration: &Configuration<'_>,
    target: &TargetReleases,
    reader: LoadedBy,
    timings: Option<&Timings>,
) -> RuleJudgment {
    let mut out = RuleJudgment::default();
    let config = configuration.config;
    let budget = PatternBudget::default();
    let lists = lists(config);
    let checks: Vec<_> = relabel_checks().collect();
    // The same for every job.
    let samples = OnceCell::new();
    let mut quiet = UnreportedLists::of(config.root().node().document());
    let mut uses: HashMap<_, usize> = HashMap::new();
    for (_, list, _) in &lists {
        *uses.entry(list.target().span()).or_default() += 1;
    }
    for (stage, node, of) in lists {
        if reader.vmagent && stage != RelabelStage::Written {
            continue;
        }
        let of_samples = stage == RelabelStage::Samples && !reader.generated;
        let written = of_samples.then(|| quiet.key(node)).flatten();
        if written.is_some_and(|list| quiet.lists.contains(&list)) {
            continue;
        }
        let rules: Vec<_> = node
            .items()
            .filter_map(|node| RelabelRule::new(node, &budget))
            .collect();
        let (discovered, labels) = match stage {
            RelabelStage::Samples => {
                let labels: &KnownLabels = samples.get_or_init(initial::samples);
                (Discovered::default(), labels.clone())
            }
            _ => initial::labels(stage, config, of, reader, &target.versions),
        };
        let mut list = RelabelList {
            stage,
            node,
            rules: Vec::new(),
            after: None,
            discovered,
            releases: &target.versions,
            reader,
            shared: uses
                .get(&node.target().span())
                .is_some_and(|uses| *uses > 1),
            is_too_costly: false,
        };
        list.run(&rules, labels, &budget);
        list.is_too_costly = budget.is_used_up();
        let said = out.findings.len() + out.unchecked.len();
        judge_list(&list, &checks, &mut out, timings);
        if out.findings.len() + out.unchecked.len() == said && !list.shared {
            quiet.lists.extend(written);
        }
        if list.is_too_costly {
            break;
        }
    }
    out
}

/// The lists about which nothing is said, as they are written, each with the column where it begins.
/// Nothing is known of the samples of one job that is not known of those of another, so that what is
/// written alike is judged alike: most jobs of a configuration have the same list.
struct UnreportedLists<'d> {
    lists: HashSet<(usize, &'d str)>,
    /// Whether a list may depend on what is written elsewhere: in a translation, or a text with anchors.
    is_open: bool,
}

impl<'d> UnreportedLists<'d> {
    fn of(document: &Document) -> Self {
        let has_anchors = document.text().content().contains('&');
        Self {
            lists: HashSet::new(),
            is_open: document.source().is_some() || !document.is_yaml() || has_anchors,
        }
    }

    /// What tells a list from others, if it depends on nothing else.
    fn key(&self, list: Node<'d>) -> Option<(usize, &'d str)> {
        if self.is_open {
            return None;
        }
        let document = list.document();
        let before = document.text().content();
        let before = before.get(..list.span().start as usize)?;
        let line = before.rfind('\n').map_or(0, |end| end + 1);
        Some((before.len() - line, document.text().slice(list.span())))
    }
}

/// A rule that looks at lists of relabel rules: its place among all rules, its name and its check.
type RelabelCheck = (
    usize,
    &'static str,
    fn(&RelabelList<'_, '_>, &mut RuleFindings<'_>),
);

fn relabel_checks() -> impl Iterator<Item = RelabelCheck> {
    let pages = all().iter().enumerate();
    pages.filter_map(|(index, page)| match page.check {
        Some(NativeCheck::Relabel(check)) => Some((index, page.name, check)),
        _ => None,
    })
}

fn judge_list(
    list: &RelabelList<'_, '_>,
    checks: &[RelabelCheck],
    out: &mut RuleJudgment,
    timings: Option<&Timings>,
) {
    for &(index, name, check) in checks {
        let mut findings = RuleFindings {
            rule: name,
            found: &mut out.findings,
            unchecked: &mut out.unchecked,
        };
        let mut run = || check(list, &mut findings);
        match timings {
            Some(timings) => timings.measure(index, run),
            None => run(),
        }
    }
}

/// What is known of the labels of a job's targets behind its relabel rules; nothing if they drop all, or
/// cannot be followed.
pub(in crate::rules) fn labels_of_job(
    config: Config<'_>,
    job: Mapping<'_>,
    template: bool,
) -> Option<KnownLabels> {
    let budget = PatternBudget::default();
    let reader = LoadedBy {
        template,
        ..LoadedBy::default()
    };
    let releases = [Version::NEWEST];
    let (_, labels) = initial::labels(RelabelStage::Targets, config, job, reader, &releases);
    let rules = job.get("relabel_configs").into_iter().flat_map(Node::items);
    let rules: Option<Vec<_>> = rules.map(|node| RelabelRule::new(node, &budget)).collect();
    let rules = rules?;
    let mut interpreter = Interpreter::new(labels, Semantics::of(Version::NEWEST), &budget);
    for rule in &rules {
        if interpreter.step(rule).effect == Effect::DropsAll {
            return None;
        }
    }
    let labels = interpreter.into_labels();
    // Prometheus sets it where it is missing (`scrape/target.go`, `PopulateLabels`).
    let instance = labels.get("instance");
    let own = match instance.is_absent() {
        true => labels.get("__address__"),
        false if instance.is_present() => instance,
        false => KnownLabelValue::Present,
    };
    (!budget.is_used_up()).then(|| labels.with("instance", own))
}

/// The lists of a configuration, with the section that holds them.
fn lists<'d>(config: Config<'d>) -> Vec<(RelabelStage, Node<'d>, Mapping<'d>)> {
    let mut out = Vec::new();
    let mut add = |stage, of: Mapping<'d>, key: &str| {
        if let Some(list) = of.get(key).filter(|list| list.sequence().is_some()) {
            out.push((stage, list, of));
        }
    };
    for job in config.scrape_configs() {
        add(RelabelStage::Targets, job, "relabel_configs");
        add(RelabelStage::Samples, job, "metric_relabel_configs");
    }
    for write in config.remote_writes() {
        if let Some(entry) = write.node().mapping() {
            add(RelabelStage::Written, entry, "write_relabel_configs");
        }
    }
    let alerting = config.root().get("alerting").and_then(Node::mapping);
    if let Some(alerting) = alerting {
        add(RelabelStage::Alerts, alerting, "alert_relabel_configs");
        let sets = alerting.get("alertmanagers").into_iter();
        for set in sets.flat_map(Node::items).filter_map(Node::mapping) {
            add(RelabelStage::Alertmanagers, set, "relabel_configs");
            add(RelabelStage::Alerts, set, "alert_relabel_configs");
        }
    }
    out
}

impl<'r, 'd> RelabelList<'r, 'd> {
    fn run(
        &mut self,
        rules: &'r [RelabelRule<'d>],
        labels: KnownLabels,
        budget: &'r PatternBudget,
    ) {
        let newest = self.releases.iter().max().copied();
        let semantics = Semantics::of(newest.unwrap_or(Version::NEWEST));
        let mut interpreter = Interpreter::new(labels, semantics, budget);
        let mut rules = rules.iter();
        for rule in rules.by_ref() {
            let step = interpreter.step(rule);
            let last = step.effect == Effect::DropsAll;
            self.rules.push((rule, Some(step)));
            if last {
                self.rules.extend(rules.map(|rule| (rule, None)));
                return;
            }
        }
        self.after = Some(interpreter.into_labels());
    }

    /// The rules that something reaches.
    pub fn steps(&self) -> impl Iterator<Item = (&'r RelabelRule<'d>, &RuleOutcome)> {
        let rules = self.rules.iter();
        rules.filter_map(|(rule, step)| Some((*rule, step.as_ref()?)))
    }

    /// Whether a label exists nowhere at this stage, unless a rule of the list sets it.
    #[must_use]
    pub fn is_of_other_stage(&self, label: &str) -> bool {
        let of_target = label.starts_with("__meta_")
            || label.starts_with("__param_")
            || TARGET_SETTINGS.contains(&label);
        match self.stage {
            RelabelStage::Targets => label == "__name__",
            // `rules.AlertingRule.Eval` removes the name of the metric.
            RelabelStage::Alerts => of_target || label == "__name__",
            RelabelStage::Samples | RelabelStage::Written => of_target,
            RelabelStage::Alertmanagers => false,
        }
    }

    /// Whether a label is one of a service discovery, which this list sees.
    #[must_use]
    pub fn is_of_discovery(&self, label: &str) -> bool {
        let sees = matches!(
            self.stage,
            RelabelStage::Targets | RelabelStage::Alertmanagers
        );
        sees && label.starts_with("__meta_")
    }

    /// Whether another rule says why a step does what it does, and what has to be done.
    #[must_use]
    pub fn is_reported_elsewhere(&self, rule: &RelabelRule<'_>, step: &RuleOutcome) -> bool {
        let absent = step.absent.iter().filter_map(|at| rule.sources.get(*at));
        let mut absent = absent.copied();
        absent.any(|label| {
            self.is_of_other_stage(label)
                || self.is_of_discovery(label)
                || self.is_of_samples(label)
        }) || words::is_of_edges(step)
            || has_doubled_backslash(rule.regex)
    }

    /// Whether a label can only be one of samples, in a list for targets, or one of alerts, in a list
    /// for Alertmanagers.
    #[must_use]
    pub fn is_of_samples(&self, label: &str) -> bool {
        let sees_none = matches!(
            self.stage,
            RelabelStage::Targets | RelabelStage::Alertmanagers
        );
        sees_none && !label.starts_with("__")
    }
}

/// What a job's targets are scraped by (`scrape/target.go` of Prometheus): gone after the scrape.
pub(super) const TARGET_SETTINGS: &[&str] = &[
    "__address__",
    "__metrics_path__",
    "__scheme__",
    "__scrape_interval__",
    "__scrape_timeout__",
];

/// Whether a pattern matches a backslash where a class or a dot is meant: `\\d+` outside of double
/// quotes. `\\.*` is a backslash and what follows it.
pub(super) fn has_doubled_backslash(regex: &str) -> bool {
    promvet_syntax::go::regex::doubled_backslash(regex).is_some()
}

pub(super) use words::{dropped, why};
