//! `scrape/same-labels`: targets of a job whose series cannot be told apart.

use crate::finding::{Advice, Finding, Severity};
use crate::prometheus::targets::{action, may_set};
use crate::prometheus::{Config, TargetSection};
use crate::rules::Findings;
use crate::yaml::Node;

pub(super) fn check(config: Config<'_>, out: &mut Findings<'_>) {
    for job in config.jobs() {
        if let Some(finding) = fixed_instance(job, out).or_else(|| one_address(job, out)) {
            out.push(finding);
        }
    }
}

/// A group of several targets with one `instance` for all.
fn fixed_instance(job: TargetSection<'_>, out: &Findings<'_>) -> Option<Finding> {
    if job.relabelings().any(separates) {
        return None;
    }
    let group = job.groups().find(|group| {
        let instance = group
            .get("labels")
            .and_then(|labels| labels.get("instance"));
        let is_set = instance
            .and_then(Node::as_str)
            .is_some_and(|text| !text.is_empty());
        is_set && differing(*group) > 1
    })?;
    let instance = group.get("labels")?.get("instance")?;
    let message = "all targets of this group have the same `instance`, so their series collide: samples are dropped as duplicates or out of order";
    let help = "delete the label, or write each target as a group of its own";
    let advice = Advice::remove(instance.span()).text(help).unsafe_();
    Some(
        out.at(instance, Severity::Warning, message)
            .kind("instance")
            .help(advice),
    )
}

/// Targets whose address is replaced by one for all, and whose `instance` nothing sets: it is then
/// that address (`scrape.PopulateLabels`).
fn one_address(job: TargetSection<'_>, out: &Findings<'_>) -> Option<Finding> {
    let rules: Vec<_> = job.relabelings().collect();
    let writers: Vec<_> = rules
        .iter()
        .filter(|rule| may_set(**rule, "__address__"))
        .collect();
    let [writer] = writers.as_slice() else {
        return None;
    };
    let made = writer.get("replacement").and_then(Node::as_str);
    let constant = made.is_some_and(|made| !made.is_empty() && !made.contains('$'))
        && writer.get("regex").is_none()
        && action(**writer) == "replace";
    let others = rules.iter().filter(|rule| rule.span() != writer.span());
    if !constant || others.clone().any(|rule| separates(*rule)) {
        return None;
    }
    // Groups that set labels differ by them; of one group all targets collide.
    let group = job.groups().find(|group| differing(*group) > 1)?;
    let labels = group.get("labels").and_then(Node::mapping);
    if labels.is_some_and(|labels| labels.get("instance").is_some()) {
        return None;
    }
    let first = group.get("targets")?;
    let message = "these targets end with the same labels: `__address__`, from which `instance` is taken, is replaced by one address; their series collide";
    let help = "copy the target to `instance` with a relabel rule before `__address__` is replaced";
    let finding = out
        .at(first, Severity::Warning, message)
        .kind("address")
        .help(help);
    Some(finding.evidence(writer.place(), "`__address__` is replaced here"))
}

/// Whether a rule may give targets labels that differ, or drop some of them.
fn separates(rule: Node<'_>) -> bool {
    let target = rule
        .get("target_label")
        .and_then(Node::as_str)
        .unwrap_or_default();
    let selects = matches!(&*action(rule), "keep" | "drop" | "keepequal" | "dropequal");
    let keeps = matches!(&*action(rule), "labeldrop" | "labelkeep" | "labelmap");
    let made = rule.get("replacement").and_then(Node::as_str);
    let same = made.is_some_and(|made| !made.contains('$'));
    let stored = !target.starts_with("__");
    selects || keeps || stored && !same
}

/// How many targets of a group differ.
fn differing(group: Node<'_>) -> usize {
    let targets = group.get("targets").into_iter().flat_map(Node::items);
    let mut texts: Vec<_> = targets.filter_map(Node::as_str).collect();
    texts.sort_unstable();
    texts.dedup();
    texts.len()
}
