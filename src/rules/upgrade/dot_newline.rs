//! Dots that match newlines.

use crate::finding::Severity;
use crate::prometheus::PatternBudget;
use crate::rules::upgrade::{MOST_PLACES, UpgradedRelabelRule, with_places};
use crate::rules::{RuleFindings, Upgrade};
use crate::yaml::Node;

/// Beginnings of meta labels whose values people write freely: annotations, tags, descriptions
/// (discovery/ of github.com/prometheus/prometheus). A newline is in hardly any other value.
const FREE: &[&str] = &[
    "__meta_azure_machine_tag_",
    "__meta_consul_metadata_",
    "__meta_consul_service_metadata_",
    "__meta_docker_container_label_",
    "__meta_dockerswarm_container_label_",
    "__meta_dockerswarm_node_label_",
    "__meta_dockerswarm_service_label_",
    "__meta_dockerswarm_task_label_",
    "__meta_ec2_tag_",
    "__meta_gce_metadata_",
    "__meta_lightsail_tag_",
    "__meta_marathon_app_label_",
    "__meta_openstack_tag_",
    "__meta_puppetdb_parameter_",
];

/// Since 3.0 a pattern is wrapped in `(?s:…)`.
pub(super) fn check(upgrade: &Upgrade<'_>, out: &mut RuleFindings<'_>) {
    if !upgrade.crosses(3, 0) {
        return;
    }
    let of_jobs = upgrade.picked("dots that may meet a newline", &mut |jobs| {
        changing(jobs.relabelings(), jobs.root, out)
    });
    let mut patterns: Vec<_> = of_jobs.take(MOST_PLACES).collect();
    let root = upgrade.config.root().node();
    patterns.extend(changing(upgrade.write_relabelings(), root, out));
    let Some((first, more)) = patterns.split_first() else {
        return;
    };
    let mut finding = out.at(
        *first,
        Severity::Info,
        "from Prometheus 3.0 on, the dot in this pattern also matches a newline: values of \
         several lines can match that did not before",
    );
    finding.advice = Some(r"write `[^\n]` instead of the dot to keep the old meaning".into());
    with_places(&mut finding, more, "this pattern too");
    out.push(finding);
}

/// The patterns of rules of a file that mean something else and may meet a newline.
fn changing<'d>(
    rules: impl Iterator<Item = UpgradedRelabelRule<'d>>,
    root: Node<'d>,
    out: &mut RuleFindings<'_>,
) -> Vec<Node<'d>> {
    let budget = PatternBudget::default();
    let changing = rules.filter_map(|rule| {
        let node = may_meet_newline(&rule)?;
        dot_counts(node.as_str()?, &budget).then_some(node)
    });
    let changing = changing.collect();
    if budget.is_used_up() {
        let reason = "the patterns are too large to be searched for dots that match newlines";
        out.unchecked(root, reason, None);
    }
    changing
}

/// The pattern of a rule that may meet a newline.
fn may_meet_newline<'d>(rule: &UpgradedRelabelRule<'d>) -> Option<Node<'d>> {
    let node = rule.regex().filter(|_| rule.matches_values())?;
    let labels = rule.source_labels();
    let joined = labels.len() > 1 && rule.separator().contains('\n');
    let mut names = labels.iter().filter_map(|label| label.as_str());
    let free = names.any(is_free);
    (free || joined).then_some(node)
}

fn is_free(label: &str) -> bool {
    let kubernetes = label.starts_with("__meta_kubernetes_") && label.contains("_annotation_");
    kubernetes || FREE.iter().any(|start| label.starts_with(start))
}

/// Whether a pattern has a dot that the setting decides on: not one in a class, escaped, or under
/// a separate setting.
fn dot_counts(pattern: &str, budget: &PatternBudget) -> bool {
    if !pattern.contains('.') {
        return false;
    }
    // As `NewRegexp` in model/relabel/relabel.go wraps it in 2.53 and in 3.0, without the anchors.
    let old = budget.read(&format!("(?:{pattern})"));
    let new = budget.read(&format!("(?s:{pattern})"));
    matches!((old, new), (Some(old), Some(new)) if old != new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_count_where_the_setting_decides() {
        let dot_counts = |pattern: &str| dot_counts(pattern, &PatternBudget::default());
        for pattern in [".*", "(.+)", "a.b", "(?i:.)", "[.]."] {
            assert!(dot_counts(pattern), "{pattern}");
        }
        for pattern in [
            "", "a", r"a\.b", "[.]", r"[^\n]+", "(?s:.)", "(?-s:.)", "(?=.)", r"\d+",
        ] {
            assert!(!dot_counts(pattern), "{pattern}");
        }
    }
}
