//! `remote-write/external-labels`: nothing tells one Prometheus from another at the receiver.

use std::collections::{BTreeMap, BTreeSet};

use crate::finding::Severity;
use crate::prometheus::endpoint::{HostNetwork, has_placeholder};
use crate::prometheus::{ClientSection, Config, Destination};
use crate::rules::{Common, Configuration, RemoteWriteEntry, RuleFindings, SHOWN, number_of};
use crate::yaml::Node;

/// What is known of the external labels of a configuration.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum KnownExternalLabels {
    /// They are set elsewhere, or hold something that is filled in later.
    Unknown,
    /// These, by name; maybe none.
    Known(BTreeMap<String, String>),
}

/// Configurations by what they have in common.
type Groups<'c> =
    BTreeMap<(Destination, KnownExternalLabels), Vec<(usize, &'c RemoteWriteEntry<'c>)>>;

pub(super) fn check(configurations: &[Configuration<'_>], out: &mut RuleFindings<'_>) {
    let labels: Vec<_> = configurations
        .iter()
        .map(|configuration| labels_of(configuration.config))
        .collect();
    let reported = alike(configurations, &labels, out);
    for (index, (configuration, labels)) in configurations.iter().zip(&labels).enumerate() {
        let KnownExternalLabels::Known(labels) = labels else {
            continue;
        };
        if !reported.contains(&index) {
            absent(configuration, labels, out);
        }
    }
}

/// Configurations with the same labels for the same tenant are judged together if two scrape the same.
pub(super) fn in_common(configuration: &Configuration<'_>) -> Vec<Common> {
    let labels = labels_of(configuration.config);
    if labels == KnownExternalLabels::Unknown {
        return Vec::new();
    }
    let groups: Vec<_> = configuration
        .entries
        .iter()
        .filter_map(|entry| Some((destination_of(entry)?, &labels)))
        .collect();
    if groups.is_empty() {
        return Vec::new();
    }
    let mut series = Vec::new();
    each_series(configuration, |job, target| {
        series.push(number_of(&(job, target.as_str())));
    });
    groups
        .iter()
        .map(|group| Common::sharing(group, series.iter().copied()))
        .collect()
}

/// Where an entry sends to, if all of it is known.
fn destination_of(entry: &RemoteWriteEntry<'_>) -> Option<Destination> {
    let url = entry.sound_url()?;
    let is_known = url.endpoint.placeholders().is_empty();
    is_known.then(|| entry.write.destination(&url.endpoint))
}

fn labels_of(config: Config<'_>) -> KnownExternalLabels {
    let root = config.root();
    // A part of a configuration says nothing of the rest of it.
    if root.get("global").is_none() && root.get("scrape_configs").is_none() {
        return KnownExternalLabels::Unknown;
    }
    let node = root
        .get("global")
        .and_then(|global| global.get("external_labels"))
        .filter(|node| !node.is_null());
    let Some(node) = node else {
        return KnownExternalLabels::Known(BTreeMap::new());
    };
    let Some(mapping) = node.mapping() else {
        return KnownExternalLabels::Unknown;
    };
    let mut out = BTreeMap::new();
    for entry in mapping.entries() {
        let value = entry.value.as_str().unwrap_or("");
        // Prometheus expands variables here, so that each process may have another value.
        let is_filled_in = |text: &str| text.contains('$') || has_placeholder(text);
        if is_filled_in(value) || is_filled_in(entry.name()) {
            return KnownExternalLabels::Unknown;
        }
        out.insert(entry.name().to_owned(), value.to_owned());
    }
    KnownExternalLabels::Known(out)
}

/// Reports configurations with the same labels for the same tenant, each group once. Returns those
/// that were reported so.
fn alike(
    configurations: &[Configuration<'_>],
    labels: &[KnownExternalLabels],
    out: &mut RuleFindings<'_>,
) -> BTreeSet<usize> {
    let mut groups = Groups::new();
    for (index, (configuration, labels)) in configurations.iter().zip(labels).enumerate() {
        if *labels == KnownExternalLabels::Unknown {
            continue;
        }
        for entry in &configuration.entries {
            let Some(destination) = destination_of(entry) else {
                continue;
            };
            let group = groups.entry((destination, labels.clone())).or_default();
            if group.last().is_none_or(|(last, _)| *last != index) {
                group.push((index, entry));
            }
        }
    }
    let mut reported = BTreeSet::new();
    let mut said = BTreeSet::new();
    for group in groups.values().filter(|group| group.len() > 1) {
        let members: Vec<_> = group.iter().map(|(index, _)| *index).collect();
        let Some(witness) = same_series(configurations, &members) else {
            continue;
        };
        if said.insert(members.clone()) {
            report(configurations, group, &witness, out);
        }
        reported.extend(members);
    }
    reported
}

/// A target that at least two of the configurations scrape in a job of the same name, so that the
/// series differ by external labels only. Jobs that relabel are left out.
fn same_series<'c>(
    configurations: &[Configuration<'c>],
    members: &[usize],
) -> Option<(Node<'c>, String)> {
    let mut seen: BTreeMap<(String, String), usize> = BTreeMap::new();
    for &index in members {
        let configuration = configurations.get(index)?;
        let mut witness = None;
        each_series(configuration, |job, target| {
            let text = target.as_str().unwrap_or_default().to_owned();
            let first = *seen.entry((job.to_owned(), text)).or_insert(index);
            if first != index && witness.is_none() {
                witness = Some((target, job.to_owned()));
            }
        });
        if witness.is_some() {
            return witness;
        }
    }
    None
}

/// Each target of the jobs that do not relabel, with the name of its job.
fn each_series<'c>(configuration: &Configuration<'c>, mut each: impl FnMut(&str, Node<'c>)) {
    for client in configuration.config.clients() {
        let name = client.node.get("job_name").and_then(Node::as_str);
        let relabels = client.node.get("relabel_configs").is_some();
        let Some(job) = name.filter(|_| client.section == ClientSection::Scrape && !relabels)
        else {
            continue;
        };
        for peer in client.peers() {
            if peer.node.as_str().is_some() {
                each(job, peer.node);
            }
        }
    }
}

fn report(
    configurations: &[Configuration<'_>],
    group: &[(usize, &RemoteWriteEntry<'_>)],
    witness: &(Node<'_>, String),
    out: &mut RuleFindings<'_>,
) {
    let [(first, entry), others @ ..] = group else {
        return;
    };
    let Some(url) = entry.url() else { return };
    let severity = match url.endpoint.network() {
        HostNetwork::Public => Severity::Warning,
        // A name inside a network means another receiver in each of them.
        HostNetwork::Loopback | HostNetwork::Internal | HostNetwork::Unknown => Severity::Info,
    };
    let labels = configurations
        .get(*first)
        .and_then(|configuration| configuration.config.external_labels());
    let (node, what) = match labels.filter(|labels| labels.entries().next().is_some()) {
        Some(labels) => (labels.node(), "the same external_labels"),
        None => (url.node, "no external_labels"),
    };
    let count = match others.len() {
        1 => "another configuration sends".to_owned(),
        more => format!("{more} other configurations send"),
    };
    let message = format!(
        "{count} to the same tenant with {what}: the receiver mixes or rejects series of the \
         same name"
    );
    let mut finding = out.at(node, severity, message).kind("collision").help(
        "give each a distinct label under `global.external_labels`, such as `cluster`; give \
         replicas of a pair the label that the receiver drops (`__replica__` for Cortex and \
         Mimir)",
    );
    for (_, other) in others.iter().take(SHOWN) {
        if let Some(url) = other.url() {
            finding = finding.evidence(url.node.place(), "this one sends to the same tenant");
        }
    }
    let (target, job) = witness;
    let series = format!("both scrape this target in the job `{job}`");
    out.push(finding.evidence(target.place(), series));
}

/// No labels at all, or not those that a receiver asks for.
fn absent(
    configuration: &Configuration<'_>,
    labels: &BTreeMap<String, String>,
    out: &mut RuleFindings<'_>,
) {
    let entries = &configuration.entries;
    for entry in entries {
        let (Some(url), Some(demand)) = (entry.right_url(), entry.demand()) else {
            continue;
        };
        let asked = demand.external_labels();
        let Some(label) = asked.into_iter().find(|label| !labels.contains_key(*label)) else {
            continue;
        };
        let message = format!(
            "{} requires the external label {label}, which is not set",
            demand.name()
        );
        let help = format!("add it under `global.external_labels`: `{label}: <name>`");
        return out.push(
            out.at(url.node, Severity::Info, message)
                .kind("required")
                .help(help),
        );
    }
    let Some(url) = entries.iter().find_map(RemoteWriteEntry::sound_url) else {
        return;
    };
    if labels.is_empty() {
        let message = "`external_labels` is not set: if a second Prometheus sends to the same \
            place, their series collide";
        let help = "set a label under `global.external_labels`, such as `cluster: <name>`";
        out.push(
            out.at(url.node, Severity::Info, message)
                .kind("none")
                .help(help),
        );
    }
}
