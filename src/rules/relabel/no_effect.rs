//! Rules that never do what they are there for.

use std::collections::BTreeSet;

use crate::finding::Severity;
use crate::prometheus::{Effect, MatchReason, Matches, RelabelRule, RuleOutcome};
use crate::rules::RuleFindings;
use crate::rules::relabel::{RelabelList, RelabelStage, why};

pub(super) fn check(list: &RelabelList<'_, '_>, out: &mut RuleFindings<'_>) {
    for (rule, step) in list.steps() {
        never(list, rule, step, out);
    }
    undone(list, out);
}

fn never(
    list: &RelabelList<'_, '_>,
    rule: &RelabelRule<'_>,
    step: &RuleOutcome,
    out: &mut RuleFindings<'_>,
) {
    let chooses = rule.action != "replace";
    // `remote-write/relabel` reports those.
    if list.stage == RelabelStage::Written && chooses || list.is_reported_elsewhere(rule, step) {
        return;
    }
    let (severity, what) = match step.effect {
        Effect::DropsNothing => (Severity::Warning, "drops nothing"),
        Effect::SetsNothing => (Severity::Warning, "never sets its label"),
        Effect::KeepsAll => (Severity::Info, "keeps everything"),
        Effect::DropsAll | Effect::Other => return,
    };
    let severity = match step.matches {
        // One shard of one is what the Prometheus Operator writes.
        Matches::Always(MatchReason::Known(_) | MatchReason::Left(_) | MatchReason::Absent) => {
            return;
        }
        // One list often serves several jobs, or targets that are still to come.
        Matches::Never(MatchReason::Known(_) | MatchReason::Absent | MatchReason::Left(_)) => {
            Severity::Info
        }
        _ => severity,
    };
    let why = why(list, rule, &step.matches);
    let message = format!("this rule {what}: {why}");
    let help = match &step.matches {
        Matches::Never(MatchReason::Separator) => {
            "write the separator into the pattern, or name one label only"
        }
        Matches::Never(MatchReason::Foreign(_)) if rule.sources.len() > 1 => {
            "write the separator into the pattern, or set `separator`"
        }
        Matches::Never(MatchReason::NoSources) | Matches::Always(MatchReason::NoSources) => {
            "add `source_labels`, or remove the rule"
        }
        _ => "correct the pattern or the labels, or remove the rule",
    };
    out.push(
        out.at(rule.place(), severity, message)
            .kind("never")
            .help(help),
    );
}

/// Labels that are set, read by nothing, and dropped by their name.
fn undone(list: &RelabelList<'_, '_>, out: &mut RuleFindings<'_>) {
    let mut set: Vec<(&RelabelRule<'_>, &str)> = Vec::new();
    for (rule, _) in list.steps() {
        match &*rule.action {
            "labeldrop" => {
                let names = rule.pattern().and_then(|pattern| pattern.texts());
                for (setter, label) in names.map_or_else(Vec::new, |names| found(&set, names)) {
                    let node = setter.first_of(&["target_label"]);
                    let message =
                        format!("a later `labeldrop` removes `{label}` before anything reads it");
                    let help = "remove this rule, or leave the label out of the `labeldrop`";
                    let mut finding = out
                        .at(node, Severity::Info, message)
                        .kind("undone")
                        .help(help);
                    finding.evidence.push(crate::finding::Evidence {
                        place: rule.place().place(),
                        message: "removed here".to_owned(),
                    });
                    out.push(finding);
                }
                set.clear();
            }
            // What is read by names may read all.
            "labelmap" | "labelkeep" => set.clear(),
            _ => {
                set.retain(|(_, label)| !rule.sources.contains(label));
                let target = rule.target.filter(|target| !target.contains('$'));
                if rule.action.ends_with("equal") || !rule.is_plain() {
                    set.clear();
                } else if let Some(label) = target.filter(|_| sets(rule)) {
                    set.push((rule, label));
                }
            }
        }
        // Beyond that no list is written by hand.
        if set.len() > MOST_SET {
            set.clear();
        }
    }
}

/// How many labels are remembered: each later rule looks through them.
const MOST_SET: usize = 64;

fn found<'r, 'd>(
    set: &[(&'r RelabelRule<'d>, &'r str)],
    names: &BTreeSet<String>,
) -> Vec<(&'r RelabelRule<'d>, &'r str)> {
    let set = set.iter().copied();
    set.filter(|(_, label)| names.contains(*label)).collect()
}

/// Whether a rule is there to set a label: one that writes nothing deletes it.
fn sets(rule: &RelabelRule<'_>) -> bool {
    let writes = matches!(
        &*rule.action,
        "replace" | "hashmod" | "lowercase" | "uppercase"
    );
    writes && !rule.replacement.is_empty()
}
