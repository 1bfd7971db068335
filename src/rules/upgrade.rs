//! A configuration that several releases have to load, and what changes for it between them.

use std::cell::RefCell;
use std::sync::Arc;

use super::configuration::Configuration;
use super::engine::RuleJudgment;
use super::pages::{NativeCheck, all};
use super::sink::RuleFindings;
use super::timings::Timings;
use crate::discover::RecognizedFile;
use crate::facts::Facts;
use crate::facts::deployment::{Deployment, RunCertainty};
use crate::facts::included::{FileSet, IncludedDocuments};
use crate::finding::{Evidence, Finding, Place, Span};
use crate::prometheus::Config;
use crate::schema::{TargetReleases, Version};
use crate::source::FoundFile;
use crate::yaml::{Document, Mapping, Node};

/// How many places a finding about a whole file shows: its own, and ten as evidence.
pub(super) const MOST_PLACES: usize = 11;

/// A configuration, with what it pulls in and what runs it, between its oldest and its newest
/// target.
#[derive(Debug)]
pub struct Upgrade<'d> {
    /// The configuration.
    pub config: Config<'d>,
    /// The oldest release that has to load it.
    pub from: Version,
    /// The newest.
    pub to: Version,
    /// Whether something fills in placeholders before Prometheus reads the file.
    pub templated: bool,
    /// What is known to run the configuration and to be Prometheus. One that only may run it is not
    /// among them.
    pub deployments: &'d [&'d Deployment],
    documents: &'d IncludedDocuments,
    /// Whether the configuration was read with its tags covered, after which less is known.
    masked: bool,
    of_included: RefCell<Vec<Finding>>,
}

/// The entries of `scrape_configs` in one file.
#[derive(Clone, Copy, Debug)]
pub struct ScrapeJobs<'d> {
    /// The file's root.
    pub root: Node<'d>,
}

/// One entry of `scrape_configs`.
#[derive(Clone, Copy, Debug)]
pub struct Job<'d> {
    /// The entry itself.
    pub node: Node<'d>,
    entry: Mapping<'d>,
}

/// One relabel rule.
#[derive(Clone, Copy, Debug)]
pub struct UpgradedRelabelRule<'d> {
    /// The list that it is in, such as `metric_relabel_configs`.
    pub list: &'static str,
    rule: Mapping<'d>,
}

/// Judges what changes for a configuration between the releases of a target; nothing if there is
/// but one. `recognized` is what the configuration is in; `timings` is as in [`super::judge`].
#[must_use]
pub fn judge_upgrade(
    configuration: &Configuration<'_>,
    recognized: &RecognizedFile,
    target: &TargetReleases,
    timings: Option<&Timings>,
) -> RuleJudgment {
    let mut out = RuleJudgment::default();
    let versions = target.versions.iter();
    let (Some(&from), Some(&to)) = (versions.clone().min(), versions.max()) else {
        return out;
    };
    if from >= to {
        return out;
    }
    let (facts, folder) = (configuration.facts, configuration.folder);
    let document = configuration.config.root().node().document();
    let is_named = folder.is_some() || configuration.holder.is_some();
    let file = is_named.then(|| facts.absolute(document.text().path()));
    let runners = file.map(|file| {
        let mut all = facts.runners(&file, configuration.holder);
        all.extend(facts.operated(&file, configuration.holder));
        all
    });
    let runners = runners.into_iter().flatten();
    let deployments: Vec<_> = runners
        .filter(|deployment| {
            deployment.certainty != RunCertainty::Doubtful
                && deployment.deployment.prometheus.is_some()
        })
        .map(|runner| runner.deployment)
        .collect();
    let upgrade = Upgrade {
        config: configuration.config,
        from,
        to,
        templated: configuration.templated,
        deployments: &deployments,
        documents: &facts.documents(document, folder, recognized),
        masked: recognized.masked,
        of_included: RefCell::default(),
    };
    for (index, page) in all().iter().enumerate() {
        if let Some(NativeCheck::Upgrade(check)) = page.check {
            let mut findings = RuleFindings {
                rule: page.name,
                found: &mut out.findings,
                unchecked: &mut out.unchecked,
            };
            let mut run = || check(&upgrade, &mut findings);
            match timings {
                Some(timings) => timings.measure(index, run),
                None => run(),
            }
        }
    }
    out.of_included = upgrade.of_included.take();
    out
}

/// Leaves out what was reported about the jobs of a file for itself, if another configuration
/// includes it: that one reports them, and knows what its `global` sets. It has to be asked after
/// all configurations were judged.
pub fn without_included_jobs(
    judgment: &mut RuleJudgment,
    jobs: Option<Span>,
    found: &FoundFile,
    facts: &Facts<'_>,
) {
    let Some(jobs) = jobs.filter(|_| facts.is_included(&found.path)) else {
        return;
    };
    let is_of_job = |finding: &Finding| {
        let span = finding.place.span();
        *finding.place.path() == found.shown && jobs.start <= span.start && span.end <= jobs.end
    };
    let is_of_upgrade = |finding: &Finding| {
        let check = super::find(&finding.rule).and_then(|page| page.check);
        matches!(check, Some(NativeCheck::Upgrade(_)))
    };
    let findings = &mut judgment.findings;
    findings.retain(|finding| !(is_of_job(finding) && is_of_upgrade(finding)));
}

impl<'d> Upgrade<'d> {
    /// Whether a release is on the way: newer than the oldest target, and not than the newest.
    #[must_use]
    pub fn crosses(&self, major: u16, minor: u16) -> bool {
        let version = Version::new(major, minor, 0);
        self.from < version && version <= self.to
    }

    /// What `pick` picks out of the jobs of the configuration, then of those of the files that it
    /// includes. The jobs of a file are looked through once, however many configurations include
    /// it; `question` is the same if and only if the picks are.
    pub fn picked(
        &self,
        question: &str,
        pick: &mut dyn FnMut(&ScrapeJobs<'d>) -> Vec<Node<'d>>,
    ) -> impl Iterator<Item = Node<'d>> + use<'d> {
        let own = pick(&ScrapeJobs::of(self.config.root().node()));
        let lists = self.documents.scrape_configs.iter();
        let of_lists = lists.map(|list| {
            list.picked(question, &mut |document| {
                document
                    .root()
                    .map_or_else(Vec::new, |root| pick(&ScrapeJobs::of(root)))
            })
        });
        let of_lists: Vec<_> = of_lists.collect();
        own.into_iter().chain(of_lists.into_iter().flatten())
    }

    /// The entries of `scrape_configs`, as far as a finding shows them.
    #[must_use]
    pub fn first_jobs(&self) -> Vec<Job<'d>> {
        let jobs = self.picked("jobs", &mut |jobs| {
            jobs.iter().map(|job| job.node).collect()
        });
        jobs.take(MOST_PLACES).filter_map(Job::new).collect()
    }

    /// The jobs for which no one sets a key that may be in a job and under `global`, as far as a
    /// finding shows them.
    #[must_use]
    pub fn first_jobs_without(&self, key: &str) -> Vec<Job<'d>> {
        if self.global(key).is_some() {
            return Vec::new();
        }
        let jobs = self.picked(&format!("jobs without {key}"), &mut |jobs| {
            let lacking = jobs.iter().filter(|job| job.get(key).is_none());
            lacking.map(|job| job.node).collect()
        });
        jobs.take(MOST_PLACES).filter_map(Job::new).collect()
    }

    /// Calls `check` for the jobs of the configuration, and for those of the files that it includes
    /// unless another configuration has done so: what it says of a job rests on nothing but
    /// `question` and the job.
    pub fn each(
        &self,
        question: &str,
        out: &mut RuleFindings<'_>,
        mut check: impl FnMut(&ScrapeJobs<'d>, &mut RuleFindings<'_>),
    ) {
        check(&ScrapeJobs::of(self.config.root().node()), out);
        let check_document = |document: &'d Document, out: &mut RuleFindings<'_>| {
            if let Some(root) = document.root() {
                check(&ScrapeJobs::of(root), out);
            }
        };
        self.once(
            &self.documents.scrape_configs,
            question,
            out,
            check_document,
        );
    }

    /// Calls `check` for the rule files, unless another configuration has done so: what it says of
    /// one rests on nothing but `question` and the file.
    pub fn each_rule_file(
        &self,
        question: &str,
        out: &mut RuleFindings<'_>,
        mut check: impl FnMut(&'d Document, &mut RuleFindings<'_>),
    ) {
        for document in &self.documents.rules_beside {
            check(document, out);
        }
        self.once(&self.documents.rules, question, out, check);
    }

    fn once(
        &self,
        lists: &'d [Arc<FileSet>],
        question: &str,
        out: &mut RuleFindings<'_>,
        mut check: impl FnMut(&'d Document, &mut RuleFindings<'_>),
    ) {
        let what = format!("{} {question} {}", out.rule, self.masked);
        for list in lists.iter().filter(|list| list.is_news(&what)) {
            let own = out.found.len();
            list.parsed().for_each(|document| check(document, out));
            let reported = out.found.split_off(own);
            self.of_included.borrow_mut().extend(reported);
        }
    }

    /// Where a deployment turns on a feature by `--enable-feature`; the first one.
    #[must_use]
    pub fn feature(&self, name: &str) -> Option<&'d Place> {
        let mut deployments = self.deployments.iter();
        deployments.find_map(|deployment| deployment.arguments.feature(name))
    }

    /// Whether everything that is known to run the configuration turns on a feature.
    #[must_use]
    pub fn always_has(&self, name: &str) -> bool {
        let mut deployments = self.deployments.iter();
        !self.deployments.is_empty()
            && deployments.all(|deployment| deployment.arguments.feature(name).is_some())
    }

    /// Whether nothing that runs the configuration turns on a feature, and all is in the tree.
    #[must_use]
    pub fn never_has(&self, name: &str) -> bool {
        let lacks = |deployment: &&Deployment| {
            deployment.arguments.feature(name).is_none() && !deployment.arguments.has_gaps()
        };
        !self.deployments.is_empty() && self.deployments.iter().all(lacks)
    }

    /// A key of `global`, if it is there and not null.
    #[must_use]
    pub fn global(&self, key: &str) -> Option<Node<'d>> {
        let global = self.config.root().get("global")?;
        global.get(key).filter(|node| !node.is_null())
    }

    /// The relabel rules of remote_write entries, in the order of the file within each of them.
    pub fn write_relabelings(&self) -> impl Iterator<Item = UpgradedRelabelRule<'d>> + use<'d> {
        let writes = self.config.remote_writes();
        let writes = writes.filter_map(|write| write.node().mapping());
        writes.flat_map(|entry| relabelings(entry, "write_relabel_configs"))
    }
}

impl<'d> ScrapeJobs<'d> {
    fn of(root: Node<'d>) -> Self {
        Self { root }
    }

    /// The jobs, null ones left out.
    pub fn iter(&self) -> impl Iterator<Item = Job<'d>> + use<'d> {
        let list = self.root.get("scrape_configs").into_iter();
        list.flat_map(Node::items).filter_map(Job::new)
    }

    /// Their relabel rules, in the order of the file within each of them.
    pub fn relabelings(&self) -> impl Iterator<Item = UpgradedRelabelRule<'d>> + use<'d> {
        self.iter().flat_map(|job| {
            let targets = relabelings(job.entry, "relabel_configs");
            targets.chain(relabelings(job.entry, "metric_relabel_configs"))
        })
    }
}

fn relabelings<'d>(
    of: Mapping<'d>,
    list: &'static str,
) -> impl Iterator<Item = UpgradedRelabelRule<'d>> + use<'d> {
    let rules = of.get(list).into_iter().flat_map(Node::items);
    rules.filter_map(move |node| {
        Some(UpgradedRelabelRule {
            list,
            rule: node.mapping()?,
        })
    })
}

impl<'d> Job<'d> {
    fn new(node: Node<'d>) -> Option<Self> {
        let entry = node.mapping()?;
        Some(Self { node, entry })
    }

    /// A key of the entry, if it is there and not null.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<Node<'d>> {
        self.entry.get(key).filter(|node| !node.is_null())
    }

    /// Where to point when a finding is about the job: its name, or the entry.
    #[must_use]
    pub fn anchor(&self) -> Node<'d> {
        self.get("job_name").unwrap_or(self.node)
    }

    /// Its relabel rules for targets.
    pub fn relabelings(&self) -> impl Iterator<Item = UpgradedRelabelRule<'d>> + use<'d> {
        relabelings(self.entry, "relabel_configs")
    }
}

impl<'d> UpgradedRelabelRule<'d> {
    /// The rule as a whole.
    #[must_use]
    pub fn node(&self) -> Node<'d> {
        self.rule.node()
    }

    /// The text of a key, if it is a scalar and not null.
    #[must_use]
    pub fn text(&self, key: &str) -> Option<&'d str> {
        let node = self.rule.get(key).filter(|node| !node.is_null())?;
        node.as_str()
    }

    /// The pattern, if one is written.
    #[must_use]
    pub fn regex(&self) -> Option<Node<'d>> {
        self.rule
            .get("regex")
            .filter(|node| !node.is_null() && node.as_str().is_some())
    }

    /// The labels whose values are joined, as nodes.
    #[must_use]
    pub fn source_labels(&self) -> Vec<Node<'d>> {
        let list = self.rule.get("source_labels");
        list.into_iter().flat_map(Node::items).collect()
    }

    /// What is between the joined values.
    #[must_use]
    pub fn separator(&self) -> &'d str {
        self.text("separator").unwrap_or(";")
    }

    /// The action in lower case, as Prometheus compares it.
    #[must_use]
    pub fn action(&self) -> String {
        self.text("action").unwrap_or("replace").to_lowercase()
    }

    /// Whether the pattern is matched against values: of other actions it is ignored, or matched
    /// against names.
    #[must_use]
    pub fn matches_values(&self) -> bool {
        matches!(self.action().as_str(), "replace" | "keep" | "drop")
    }
}

/// Adds further places of the same kind to a finding, as far as people read on.
pub(super) fn with_places(finding: &mut Finding, more: &[Node<'_>], words: &str) {
    let shown = more.iter().take(MOST_PLACES - 1).map(|node| node.place());
    for place in shown {
        // Two patterns can match one file.
        let is_shown = |shown: &Place| shown.order() == place.order();
        let mut evidence = finding.evidence.iter().map(|evidence| &evidence.place);
        if !is_shown(&finding.place) && !evidence.any(is_shown) {
            finding.evidence.push(Evidence {
                place,
                message: words.to_owned(),
            });
        }
    }
}
