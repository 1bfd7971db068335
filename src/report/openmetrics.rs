//! Gauges, in a text that is valid as OpenMetrics 1.0 and for node_exporter's textfile collector:
//! gauges are written alike in both, and `# EOF` is a comment in the older format.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::outcome::Outcome;
use super::{Options, neutral};
use crate::finding::Severity;

pub(super) fn write(outcome: &Outcome, to: &mut dyn Write, _: &Options<'_>) -> io::Result<()> {
    let figures = outcome.summary();
    let single = |name, help, value| (name, help, vec![(String::new(), value)]);
    let severities = [
        (Severity::Error, figures.errors),
        (Severity::Warning, figures.warnings),
        (Severity::Info, figures.infos),
    ];
    let gauges = [
        (
            "promvet_info",
            "The promvet that wrote this.",
            vec![(labels(&[("version", env!("CARGO_PKG_VERSION"))]), 1)],
        ),
        single("promvet_files", "Files checked.", figures.files),
        single(
            "promvet_configurations",
            "Prometheus configurations checked.",
            figures.configurations,
        ),
        single(
            "promvet_endpoints",
            "Remote write endpoints checked.",
            figures.endpoints,
        ),
        (
            "promvet_findings",
            "Findings by severity.",
            severities
                .map(|(severity, n)| (labels(&[("severity", severity.word())]), n))
                .to_vec(),
        ),
        (
            "promvet_rule_findings",
            "Findings by rule and severity, for rules that found something.",
            by_rule(outcome),
        ),
        single(
            "promvet_unchecked",
            "Places that could not be judged.",
            figures.unchecked,
        ),
        single(
            "promvet_suppressed",
            "Findings hidden by comments or a baseline.",
            figures.suppressed,
        ),
    ];
    for (name, help, samples) in gauges {
        if samples.is_empty() {
            continue;
        }
        writeln!(to, "# HELP {name} {help}\n# TYPE {name} gauge")?;
        for (labels, value) in samples {
            writeln!(to, "{name}{labels} {value}")?;
        }
    }
    writeln!(to, "# EOF")
}

fn by_rule(outcome: &Outcome) -> Vec<(String, usize)> {
    let mut counts: BTreeMap<(&str, Severity), usize> = BTreeMap::new();
    for it in outcome.findings() {
        let key = (&*it.finding.rule, it.finding.severity);
        *counts.entry(key).or_default() += 1;
    }
    let samples = counts.into_iter().map(|((rule, severity), n)| {
        let pairs = [("rule", rule), ("severity", severity.word())];
        (labels(&pairs), n)
    });
    samples.collect()
}

fn labels(pairs: &[(&str, &str)]) -> String {
    let pairs: Vec<String> = pairs
        .iter()
        .map(|(name, value)| format!("{name}=\"{}\"", escape(value)))
        .collect();
    format!("{{{}}}", pairs.join(","))
}

/// A label value.
fn escape(value: &str) -> String {
    neutral::line(value)
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
}
