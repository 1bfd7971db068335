//! What an agent rejects (Prometheus `config/config.go`, `LoadFile` with `agentMode`).

use crate::check::{Rule, SchemaReport};
use crate::dialect::refused;
use crate::section::Section;

/// Agents neither evaluate rules, nor send alerts, nor answer queries.
/// Imitates the agent part of `config.LoadFile` ("field rule_files is not allowed in agent mode").
pub(crate) fn refusals(section: &Section<'_>, report: &mut SchemaReport<'_>) {
    if !report.target().agent || !section.at_least(2, 32, 0) {
        return;
    }
    for key in ["rule_files", "remote_read"] {
        refuse(section, key, report);
    }
    if let Some(alerting) = section.section("alerting") {
        for key in ["alertmanagers", "alert_relabel_configs"] {
            refuse(&alerting, key, report);
        }
    }
}

fn refuse(section: &Section<'_>, key: &str, report: &mut SchemaReport<'_>) {
    if section.non_empty(key).is_some() {
        let started = report.target().started_as_agent.clone();
        let said = report
            .at(
                Rule::Conflict,
                section.key_or_anchor(key),
                refused(format!("`{key}` is not allowed in agent mode")),
            )
            .help("delete it, or run Prometheus without `--agent`");
        if let Some(place) = started {
            said.evidence(place, "here Prometheus is started as an agent");
        }
    }
}
