//! Which labels a service discovery sets.

use std::sync::{Arc, OnceLock};

use super::labels::{KnownLabelValue, KnownLabels};
use crate::schema::Version;
use crate::yaml::{Mapping, Node};

/// Labels that discoveries set; the head of the table says what its columns are.
const TABLE: &str = include_str!("meta_labels.tsv");

/// Discoveries whose target groups may set any label.
const OPEN: &[&str] = &["file_sd_configs", "http_sd_configs", "kuma_sd_configs"];

/// One label of one role of a discovery.
#[derive(Clone, Copy, Debug)]
pub struct MetaLabel {
    /// `consul_sd_configs`
    pub discovery: &'static str,
    /// `pod`; empty where the discovery has no roles.
    pub role: &'static str,
    /// The name; a star at its end is a part that users name.
    pub label: &'static str,
    /// The first release that sets it.
    pub since: Version,
    /// The first release that does not set it any more.
    pub removed: Option<Version>,
    /// The key of `attach_metadata` without which it is not set.
    pub attach: Option<&'static str>,
    /// What the value begins and ends with, if it is a list, and the key that changes that.
    pub list: Option<(&'static str, Option<&'static str>)>,
}

fn table() -> &'static [MetaLabel] {
    static READ: OnceLock<Vec<MetaLabel>> = OnceLock::new();
    READ.get_or_init(|| TABLE.lines().filter_map(row).collect())
}

fn row(line: &'static str) -> Option<MetaLabel> {
    let mut cells = line.split('\t').take_while(|_| !line.starts_with('#'));
    let filled = |cell: &'static str| Some(cell).filter(|cell| !cell.is_empty());
    Some(MetaLabel {
        discovery: cells.next()?,
        role: cells.next()?,
        label: cells.next()?,
        since: version(cells.next()?)?,
        removed: version(cells.next()?),
        attach: filled(cells.next()?),
        list: filled(cells.next()?).map(|cell| match cell.split_once(' ') {
            Some((edge, key)) => (edge, Some(key)),
            None => (cell, None),
        }),
    })
}

fn version(text: &str) -> Option<Version> {
    let (major, minor) = text.split_once('.')?;
    Some(Version::new(major.parse().ok()?, minor.parse().ok()?, 0))
}

impl MetaLabel {
    /// Whether a name is this label.
    #[must_use]
    pub fn is(&self, name: &str) -> bool {
        match self.label.strip_suffix('*') {
            Some(start) => name.starts_with(start),
            None => name == self.label,
        }
    }

    /// Whether a release sets it.
    #[must_use]
    pub fn exists_in(&self, release: Version) -> bool {
        let release = Version::new(release.major, release.minor, 0);
        self.since <= release && self.removed.is_none_or(|removed| release < removed)
    }
}

/// The rows that a name could be: all discoveries and roles that set it in some release.
#[must_use]
pub fn setters(name: &str) -> Vec<&'static MetaLabel> {
    table().iter().filter(|row| row.is(name)).collect()
}

/// What the discoveries of a job, or of a set of Alertmanagers, find.
#[derive(Debug, Default)]
pub struct Discovered {
    /// Whether there are any, static targets among them.
    pub any: bool,
    /// Whether one is among them whose labels are not known.
    pub open: bool,
    /// The labels that they set.
    pub rows: Vec<(&'static MetaLabel, Option<String>)>,
    /// The discoveries, with their roles where they have some.
    pub kinds: Vec<(&'static str, Vec<&'static str>)>,
}

/// Reads the discoveries of a job, for several releases.
#[must_use]
pub fn discovered(job: Mapping<'_>, releases: &[Version]) -> Discovered {
    let mut out = Discovered::default();
    for entry in job.entries() {
        let name = entry.name();
        if !name.ends_with("_sd_configs") {
            continue;
        }
        let rows = table().iter().filter(|row| row.discovery == name);
        let mut rows: Vec<_> = rows.collect();
        for section in entry.value.items() {
            out.any = true;
            if rows.is_empty() || OPEN.contains(&name) || section.mapping().is_none() {
                out.open = true;
                continue;
            }
            let roles = roles(section, &rows);
            rows.retain(|row| row.role.is_empty() || roles.contains(&row.role));
            out.add(section, &rows, releases);
            if let Some(row) = rows.first() {
                out.kinds.push((row.discovery, roles));
            }
            rows = table().iter().filter(|row| row.discovery == name).collect();
        }
    }
    out
}

/// The roles that a section may have: all where its own is not known.
fn roles(section: Node<'_>, rows: &[&'static MetaLabel]) -> Vec<&'static str> {
    let written = ["role", "service"].into_iter();
    let mut written = written.filter_map(|key| section.get(key).and_then(Node::as_str));
    let default = match rows.first().map(|row| row.discovery) {
        Some("digitalocean_sd_configs") => Some("droplets"),
        Some("triton_sd_configs") => Some("container"),
        _ => None,
    };
    let mut all: Vec<_> = rows.iter().map(|row| row.role).collect();
    all.retain(|role| !role.is_empty());
    all.dedup();
    let one = written.next().or(default);
    match one.filter(|text| all.contains(text)) {
        Some(one) => all.into_iter().filter(|role| *role == one).collect(),
        None => all,
    }
}

impl Discovered {
    fn add(&mut self, section: Node<'_>, rows: &[&'static MetaLabel], releases: &[Version]) {
        let attached = |key: &str| {
            let attach = section.get("attach_metadata");
            attach.is_some_and(|attach| match attach.get(key) {
                Some(value) => value.as_str() != Some("false"),
                None => attach.mapping().is_none(),
            })
        };
        for row in rows {
            let exists = releases.iter().any(|release| row.exists_in(*release));
            if exists && row.attach.is_none_or(attached) {
                let edge = row.list.map(|(edge, key)| {
                    let own = key.and_then(|key| section.get(key)).and_then(Node::as_str);
                    own.unwrap_or(edge).to_owned()
                });
                self.rows.push((row, edge));
            }
        }
    }

    /// What is known of the labels that they set.
    #[must_use]
    pub fn labels(&self, mut labels: KnownLabels) -> KnownLabels {
        for (row, edge) in &self.rows {
            labels = match row.label.strip_suffix('*') {
                Some(start) => labels.with_family(start),
                None => {
                    let edge = edge.clone().filter(|edge| !edge.is_empty());
                    let other = || values(row.label).unwrap_or(KnownLabelValue::Any);
                    labels.with(row.label, edge.map_or_else(other, KnownLabelValue::Edged))
                }
            };
        }
        match self.open {
            true => labels.with_family("").with_plain(),
            false => labels,
        }
    }
}

/// The values of a label that has a few, or none (`podReady` of discovery/kubernetes/pod.go; `PodPhase`,
/// `Protocol` and `ServiceType` of k8s.io/api/core/v1; `HealthChecks.AggregatedStatus` of
/// hashicorp/consul/api; `InstanceStateName` of the API of EC2).
fn values(label: &str) -> Option<KnownLabelValue> {
    let texts: &[&str] = match label {
        "__meta_kubernetes_pod_ready" => &["", "true", "false", "unknown"],
        "__meta_kubernetes_pod_container_init" | "__meta_kubernetes_endpoint_ready" => {
            &["", "true", "false"]
        }
        "__meta_kubernetes_pod_phase" => {
            &["", "Pending", "Running", "Succeeded", "Failed", "Unknown"]
        }
        "__meta_kubernetes_pod_container_port_protocol"
        | "__meta_kubernetes_service_port_protocol"
        | "__meta_kubernetes_endpoint_port_protocol"
        | "__meta_kubernetes_endpointslice_port_protocol" => &["", "TCP", "UDP", "SCTP"],
        "__meta_kubernetes_service_type" => {
            &["", "ClusterIP", "NodePort", "LoadBalancer", "ExternalName"]
        }
        "__meta_consul_health" => &["", "passing", "warning", "critical", "maintenance"],
        "__meta_ec2_instance_state" => &[
            "",
            "pending",
            "running",
            "shutting-down",
            "terminated",
            "stopping",
            "stopped",
        ],
        _ => return None,
    };
    let texts = texts.iter().map(|text| (*text).to_owned());
    Some(KnownLabelValue::OneOf(Arc::new(texts.collect())))
}

/// The names of the labels that a discovery sets, stars left out.
pub fn lists_of(found: &Discovered) -> impl Iterator<Item = &'static str> {
    found
        .rows
        .iter()
        .map(|(row, _)| row.label.trim_end_matches('*'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_read() {
        let lines = TABLE.lines().filter(|line| !line.starts_with('#'));
        assert_eq!(lines.count(), table().len());
        assert!(setters("__meta_kubernetes_node_label_zone").len() > 1);
        assert!(setters("__meta_kubernetes_nope").is_empty());
    }
}
