//! Meta labels that a release no longer sets.

use crate::finding::Severity;
use crate::rules::{Job, RuleFindings, Upgrade};
use crate::yaml::Node;

/// A meta label that is gone.
struct RemovedMetaLabel {
    label: &'static str,
    /// The first release that does not set it.
    version: (u16, u16),
    /// The service discovery that set it, and the role for which it is gone.
    discovery: &'static str,
    role: &'static str,
    /// What tells something like it, in words.
    instead: &'static str,
}

/// From the CHANGELOG of github.com/prometheus/prometheus.
const GONE: &[RemovedMetaLabel] = &[RemovedMetaLabel {
    label: "__meta_hetzner_datacenter",
    version: (3, 14),
    discovery: "hetzner_sd_configs",
    role: "hcloud",
    instead: "the location without the data center is in `__meta_hetzner_hcloud_location` since \
              3.11",
}];

/// Relabel rules that read a label which is no longer there read an empty text.
pub(super) fn check(upgrade: &Upgrade<'_>, out: &mut RuleFindings<'_>) {
    for gone in GONE {
        let (major, minor) = gone.version;
        if !upgrade.crosses(major, minor) {
            continue;
        }
        upgrade.each(gone.label, out, |jobs, out| {
            let concerned = jobs.iter().filter(|job| gone.concerns(job));
            concerned.for_each(|job| gone.tell(&job, out));
        });
    }
}

impl RemovedMetaLabel {
    fn tell(&self, job: &Job<'_>, out: &mut RuleFindings<'_>) {
        let (major, minor) = self.version;
        let labels = job.relabelings().flat_map(|rule| rule.source_labels());
        for node in labels.filter(|node| node.as_str() == Some(self.label)) {
            let mut finding = out.at(
                node,
                Severity::Warning,
                format!(
                    "from Prometheus {major}.{minor} on, `{}` is not set for the role {}: this \
                     rule sees an empty string",
                    self.label, self.role
                ),
            );
            finding.advice = Some(self.instead.into());
            out.push(finding);
        }
    }

    /// Whether a job finds its targets by the service discovery in that role.
    fn concerns(&self, job: &Job<'_>) -> bool {
        let sections = job.get(self.discovery).into_iter().flat_map(Node::items);
        let mut roles = sections.filter_map(|section| section.get("role"));
        roles.any(|role| role.as_str() == Some(self.role))
    }
}
