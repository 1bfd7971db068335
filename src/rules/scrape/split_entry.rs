//! `scrape/split-entry`: one entry that an extra `-` makes several list items of.

use std::collections::BTreeSet;

use crate::finding::Severity;
use crate::prometheus::{Config, TargetSection};
use crate::rules::{RuleFindings, advice};
use crate::yaml::Node;

/// Discoveries without a required key: each item loads by itself, with the defaults in place of what
/// the other items say. Of others the schema reports what is missing.
const LENIENT: &[&str] = &[
    "consul_sd_configs",
    "digitalocean_sd_configs",
    "ec2_sd_configs",
    "ionos_sd_configs",
    "lightsail_sd_configs",
    "linode_sd_configs",
    "nomad_sd_configs",
    "vultr_sd_configs",
];

const HELP: &str = "delete the `-` before this key, and indent it like the key above";

pub(super) fn check(config: Config<'_>, out: &mut RuleFindings<'_>) {
    alertmanagers(config, out);
    for section in config.jobs().chain(config.alertmanagers()) {
        groups(section, out);
        for (name, list) in section.discoveries() {
            if LENIENT.contains(&name) {
                discovery(list.items().collect(), out);
            }
        }
    }
}

/// Entries, some that discover and others that only say how to send.
fn alertmanagers(config: Config<'_>, out: &mut RuleFindings<'_>) {
    let all: Vec<_> = config.alertmanagers().collect();
    if all.iter().all(|candidate| candidate.finds_nothing()) {
        return;
    }
    for job in all.iter().filter(|candidate| candidate.finds_nothing()) {
        let message = "this entry has no service discovery: its settings apply to no Alertmanager, \
                       and the other entries lack them";
        let keys: Vec<_> = all
            .iter()
            .filter_map(|candidate| Some(candidate.node.mapping()?.written().next()?.key))
            .collect();
        // Of more than two, which one goes on is not known.
        let advice = match keys.as_slice() {
            [_, second] => advice::without_dash(*second, HELP).safe(),
            _ => HELP.into(),
        };
        out.push(
            out.at(job.anchor(), Severity::Warning, message)
                .kind("job")
                .help(advice),
        );
    }
}

/// A group with labels and without targets.
fn groups(section: TargetSection<'_>, out: &mut RuleFindings<'_>) {
    for group in section.groups() {
        let Some(mapping) = group.node.mapping() else {
            continue;
        };
        let labels = mapping.entry("labels");
        let Some(labels) = labels.filter(|labels| !labels.value.is_null()) else {
            continue;
        };
        if mapping.entries().all(|entry| entry.name() == "labels") {
            let message = "this group has labels and no `targets`, so the labels apply to nothing";
            let finding = out.at(labels.key, Severity::Warning, message).kind("group");
            out.push(finding.help(advice::without_dash(labels.key, HELP).safe()));
        }
    }
}

/// Items that have no key in common: each is a discovery of its own.
fn discovery(all: Vec<Node<'_>>, out: &mut RuleFindings<'_>) {
    if all.len() < 2 {
        return;
    }
    let mut seen = BTreeSet::new();
    let mut keys = Vec::new();
    for item in &all {
        let Some(mapping) = item.mapping() else {
            return;
        };
        for entry in mapping.entries() {
            if !seen.insert(entry.name()) {
                return;
            }
        }
        keys.push(mapping.written().next().map(|entry| entry.key));
    }
    for key in keys.into_iter().skip(1).flatten() {
        let message = "this is a separate service discovery without the settings above";
        let advice = advice::without_dash(key, HELP).safe();
        out.push(
            out.at(key, Severity::Warning, message)
                .kind("discovery")
                .help(advice),
        );
    }
}
