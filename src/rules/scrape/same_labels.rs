//! `scrape/same-labels`: targets of a job whose series cannot be told apart.

use std::collections::HashMap;

use crate::finding::{Advice, Finding, Severity};
use crate::prometheus::{
    Config, PatternBudget, RelabelRule, StaticGroup, TargetOutcome, TargetSection, WrittenRule,
    differ_in_instance, outcome,
};
use crate::rules::RuleFindings;
use crate::yaml::Node;

/// How many static targets of a configuration are followed through their relabel rules: no file that
/// people write has more, and each takes as long as the list of rules.
const MOST_TARGETS: usize = 500;

pub(super) fn check(config: Config<'_>, out: &mut RuleFindings<'_>) {
    let jobs: Vec<_> = config.jobs().collect();
    // Names of jobs are unique, so that targets of two jobs differ unless something sets `job`.
    let may_share = jobs.iter().any(|job| sets(*job, "job"));
    let budget = PatternBudget::default();
    let (mut left, mut all) = (MOST_TARGETS, Vec::new());
    for job in jobs {
        let reported = fixed_instance(job, out).or_else(|| one_address(job, out));
        let is_told = reported.is_some();
        reported.into_iter().for_each(|finding| out.push(finding));
        let is_settled = || is_told || !sets(job, "instance") || differ_in_instance(job, &budget);
        if !may_share && is_settled() {
            continue;
        }
        let targets = targets(job, &budget, &mut left);
        if !is_told {
            let collision = in_job(job, &targets, out);
            collision.into_iter().for_each(|finding| out.push(finding));
        }
        all.push((job, targets));
    }
    if may_share {
        between_jobs(&all, out);
    }
}

/// Whether a job may give its targets another value of a label than Prometheus does.
fn sets(job: TargetSection<'_>, label: &str) -> bool {
    job.may_set(label) || job.group_labels(label).next().is_some()
}

type Targets<'d> = Vec<(Node<'d>, TargetOutcome)>;

/// The static targets of a job that is known as a whole.
fn targets<'d>(job: TargetSection<'d>, budget: &PatternBudget, left: &mut usize) -> Targets<'d> {
    let rules: Vec<_> = job
        .relabelings()
        .filter_map(|rule| RelabelRule::new(rule.node, budget))
        .collect();
    let mut out = Vec::new();
    for group in job.groups() {
        for target in group.targets() {
            *left = left.saturating_sub(1);
            if *left == 0 {
                return out;
            }
            let text = target.as_str().unwrap_or_default();
            let made = outcome(job, group, text, &rules, budget);
            out.extend(made.map(|made| (target, made)));
        }
    }
    out
}

/// Whether samples keep labels of their own, which may tell them apart.
fn honors_labels(job: TargetSection<'_>) -> bool {
    job.text("honor_labels").is_some_and(|text| text != "false")
}

/// Two targets of a job whose series have the same labels.
fn in_job(
    job: TargetSection<'_>,
    targets: &Targets<'_>,
    out: &RuleFindings<'_>,
) -> Option<Finding> {
    if honors_labels(job) {
        return None;
    }
    let mut seen = HashMap::new();
    for (node, made) in targets {
        let (first, scraped) = *seen.entry(&made.labels).or_insert((*node, &made.scraped));
        // Prometheus scrapes a target that it finds twice once.
        if *scraped == made.scraped {
            continue;
        }
        let message = "this target ends with the same labels as another one of the job, so their series collide: samples are dropped as duplicates or out of order";
        let help = "leave `instance` to Prometheus, or set a label that differs";
        let finding = out.at(*node, Severity::Warning, message).kind("labels");
        return Some(
            finding
                .help(help)
                .evidence(first.place(), "the other target"),
        );
    }
    None
}

/// Targets of two jobs that write the same series: same labels, path and parameters.
fn between_jobs(all: &[(TargetSection<'_>, Targets<'_>)], out: &mut RuleFindings<'_>) {
    let mut seen = HashMap::new();
    for (at, (job, targets)) in all.iter().enumerate() {
        // Rules on samples may leave each job other series.
        if honors_labels(*job) || job.get("metric_relabel_configs").is_some() {
            continue;
        }
        for (node, made) in targets {
            let mut asked = made.scraped.clone();
            asked.remove("__address__");
            asked.remove("__scheme__");
            let (other, first) = *seen.entry((&made.labels, asked)).or_insert((at, *node));
            if other == at {
                continue;
            }
            let message = "this target ends with the same labels as one of another job, `job` included, so both write the same series: samples are dropped as duplicates or out of order";
            let help = "remove one of the two, or leave `job` to Prometheus";
            let finding = out.at(*node, Severity::Warning, message).kind("jobs");
            out.push(
                finding
                    .help(help)
                    .evidence(first.place(), "the other target"),
            );
            break;
        }
    }
}

/// A group of several targets with one `instance` for all.
fn fixed_instance(job: TargetSection<'_>, out: &RuleFindings<'_>) -> Option<Finding> {
    if job.relabelings().any(separates) {
        return None;
    }
    let group = job.groups().find(|group| {
        let instance = group.label("instance").and_then(Node::as_str);
        let is_set = instance.is_some_and(|text| !text.is_empty());
        is_set && differing(*group) > 1
    })?;
    let instance = group.label("instance")?;
    let message = "all targets of this group have the same `instance`, so their series collide: samples are dropped as duplicates or out of order";
    let help = "delete the label, or give each target its own group";
    let advice = Advice::remove(instance.span()).text(help).unsafe_();
    Some(
        out.at(instance, Severity::Warning, message)
            .kind("instance")
            .help(advice),
    )
}

/// Targets whose address is replaced by one for all, and whose `instance` nothing sets: it is then
/// that address (`scrape.PopulateLabels`).
fn one_address(job: TargetSection<'_>, out: &RuleFindings<'_>) -> Option<Finding> {
    let rules: Vec<_> = job.relabelings().collect();
    let writers: Vec<_> = rules
        .iter()
        .filter(|rule| rule.may_set("__address__"))
        .collect();
    let [writer] = writers.as_slice() else {
        return None;
    };
    let is_empty = writer.replacement().is_some_and(str::is_empty);
    let constant = writer.is_constant() && !is_empty && writer.action() == "replace";
    let others = rules
        .iter()
        .filter(|rule| rule.node.span() != writer.node.span());
    if !constant || others.clone().any(|rule| separates(*rule)) {
        return None;
    }
    // Groups that set labels differ by them; of one group all targets collide.
    let group = job.groups().find(|group| differing(*group) > 1)?;
    if group.label("instance").is_some() {
        return None;
    }
    let first = group.target_list()?;
    let message = "these targets end with the same labels: `__address__`, from which `instance` is taken, is replaced by one address; their series collide";
    let help = "copy the target to `instance` with a relabel rule before `__address__` is replaced";
    let finding = out
        .at(first, Severity::Warning, message)
        .kind("address")
        .help(help);
    Some(finding.evidence(writer.node.place(), "`__address__` is replaced here"))
}

/// Whether a rule may give targets labels that differ, or drop some of them.
fn separates(rule: WrittenRule<'_>) -> bool {
    let keeps = matches!(&*rule.action(), "labeldrop" | "labelkeep" | "labelmap");
    let made = rule.replacement();
    let same = made.is_some_and(|made| !made.contains('$'));
    let stored = !rule.target_label().unwrap_or_default().starts_with("__");
    rule.selects() || keeps || stored && !same
}

/// How many targets of a group differ.
fn differing(group: StaticGroup<'_>) -> usize {
    let mut texts: Vec<_> = group.targets().filter_map(Node::as_str).collect();
    texts.sort_unstable();
    texts.dedup();
    texts.len()
}
