//! Rules that take what no target or sample can do without: by its name, or by writing an empty text to it.

use crate::finding::Severity;
use crate::prometheus::RelabelRule;
use crate::rules::RuleFindings;
use crate::rules::relabel::{RelabelList, RelabelStage};
use crate::schema::Version;
use crate::yaml::Node;

pub(super) fn check(list: &RelabelList<'_, '_>, out: &mut RuleFindings<'_>) {
    let Some(after) = &list.after else {
        return;
    };
    let intervals = Version::new(2, 30, 0);
    let has_intervals = list.releases.iter().all(|release| *release >= intervals);
    let needed: &[&str] = match list.stage {
        RelabelStage::Targets if has_intervals => {
            &["__address__", "__scrape_interval__", "__scrape_timeout__"]
        }
        RelabelStage::Targets | RelabelStage::Alertmanagers => &["__address__"],
        RelabelStage::Samples => &["__name__"],
        // `remote-write/relabel` reports samples that are sent.
        RelabelStage::Written | RelabelStage::Alerts => return,
    };
    let lost = needed.iter().filter(|label| after.get(label).is_absent());
    let mut lost = lost.filter_map(|label| {
        let mut takes = list.steps().filter(|(rule, _)| takes(rule, label));
        takes.next().map(|(rule, _)| (rule, *label))
    });
    let Some((rule, label)) = lost.next() else {
        return;
    };
    let effect = match list.stage {
        RelabelStage::Targets => format!("every target loses `{label}`, so none is scraped"),
        RelabelStage::Alertmanagers => {
            format!("every Alertmanager loses `{label}`, so none gets alerts")
        }
        _ => format!("every sample loses `{label}`, and the whole scrape fails"),
    };
    let (why, help) = match &*rule.action {
        "labelkeep" => (
            "the pattern does not match it",
            "use `labeldrop` for the labels to remove, or add `__.*` to the pattern",
        ),
        "labeldrop" => ("the pattern matches it", "leave it out of the pattern"),
        _ => (
            "an empty `replacement` removes it",
            "drop what is not wanted with `action: drop`",
        ),
    };
    let message = format!("{effect}: {why}");
    let place = match &*rule.action {
        "replace" => rule.first_of(&["replacement"]),
        _ => rule.place(),
    };
    out.push(out.at(place, Severity::Error, message).help(help));
}

/// Whether a rule takes a label: by its name, or with an empty text in its place (`relabel.relabel`,
/// model/relabel/relabel.go).
fn takes(rule: &RelabelRule<'_>, label: &str) -> bool {
    let keeps = match &*rule.action {
        "labeldrop" => false,
        "labelkeep" => true,
        "replace" => {
            let written = rule.node.get("replacement").and_then(Node::as_str);
            return written == Some("") && rule.target == Some(label);
        }
        _ => return false,
    };
    rule.pattern()
        .is_some_and(|pattern| pattern.matches(label) != keeps)
}
