//! A fragment for Grafana Agent, which has `remote_write` in its `global`: it looks like a `prometheus.yml`
//! with a misplaced key.

use crate::discover::program::AGENT;
use crate::facts::Facts;
use crate::finding::{Finding, Severity, rule};

/// The key that only the agent has, and its section.
const KEY: &[&str] = &["global", "remote_write"];

/// Makes a warning of that key in a file that nothing is seen to read, where the tree starts an agent.
pub(super) fn put(schema: &mut [Finding], is_unread: impl FnOnce() -> bool, facts: &Facts<'_>) {
    let is_it = |finding: &&mut Finding| {
        finding.rule == rule::SCHEMA_UNKNOWN_FIELD && finding.keys().keys().eq(KEY.iter().copied())
    };
    let Some(finding) = schema.iter_mut().find(is_it) else {
        return;
    };
    let Some(agent) = facts.starts_program(AGENT).filter(|_| is_unread()) else {
        return;
    };
    finding.severity = finding.severity.min(Severity::Warning);
    finding
        .message
        .push_str(", and only Grafana Agent has the key there");
    let place = agent.clone();
    let finding_with = finding
        .clone()
        .evidence(place, "Grafana Agent is started here");
    *finding = finding_with;
}
