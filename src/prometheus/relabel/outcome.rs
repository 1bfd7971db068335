//! What relabeling makes of a static target.

use std::collections::{BTreeMap, HashSet};

use super::expand::expand;
use super::{Effect, Interpreter, KnownLabelValue, KnownLabels, RelabelRule, Semantics};
use crate::prometheus::endpoint::has_placeholder;
use crate::prometheus::patterns::PatternBudget;
use crate::prometheus::static_group::StaticGroup;
use crate::prometheus::targets::TargetSection;
use crate::prometheus::written_rule::WrittenRule;
use crate::schema::Version;
use crate::yaml::{Mapping, Node};

/// A static target, as far as everything is known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetOutcome {
    /// The labels of its series.
    pub labels: BTreeMap<String, String>,
    /// What it is scraped by: address, path, parameters. Two targets that have all of it in common are one
    /// (`Target.hash` of scrape/target.go).
    pub scraped: BTreeMap<String, String>,
}

/// Settings that are not followed, since they have defaults elsewhere.
const UNFOLLOWED: &[&str] = &["__scrape_interval__", "__scrape_timeout__"];

/// What the rules of a job make of one target of a group; none if it is dropped, or something is not
/// known. Imitates `PopulateLabels` of scrape/target.go, Prometheus 3.14.
#[must_use]
pub fn outcome<'d>(
    job: TargetSection<'d>,
    group: StaticGroup<'d>,
    target: &str,
    rules: &[RelabelRule<'d>],
    budget: &PatternBudget,
) -> Option<TargetOutcome> {
    // The Collector makes one dollar of two before Prometheus's code reads them.
    if rules.iter().any(|rule| rule.replacement.contains("$$")) {
        return None;
    }
    let before = before(job, group, target)?;
    let semantics = Semantics::of(Version::NEWEST);
    let mut interpreter = Interpreter::new(before, semantics, budget);
    for rule in rules {
        let step = interpreter.step(rule);
        let chooses = matches!(&*rule.action, "keep" | "drop" | "keepequal" | "dropequal");
        let is_known = match step.effect {
            Effect::DropsAll => false,
            Effect::KeepsAll | Effect::DropsNothing => true,
            Effect::SetsNothing | Effect::Other => !chooses,
        };
        if !is_known {
            return None;
        }
    }
    after(interpreter.labels())
}

fn before(job: TargetSection<'_>, group: StaticGroup<'_>, target: &str) -> Option<KnownLabels> {
    let mut labels: BTreeMap<String, &str> = BTreeMap::new();
    labels.insert(
        "__scheme__".to_owned(),
        job.text("scheme").unwrap_or("http"),
    );
    let path = job.text("metrics_path").unwrap_or("/metrics");
    labels.insert("__metrics_path__".to_owned(), path);
    labels.insert("job".to_owned(), job.text("job_name")?);
    let params = job.get("params").and_then(Node::mapping);
    for entry in params.into_iter().flat_map(Mapping::entries) {
        let first = entry.value.items().next().and_then(Node::as_str);
        labels.insert(format!("__param_{}", entry.name()), first.unwrap_or(""));
    }
    for entry in group.labels() {
        labels.insert(entry.name().to_owned(), entry.value.as_str()?);
    }
    labels.insert("__address__".to_owned(), target);
    if target.is_empty() || labels.values().any(|value| has_placeholder(value)) {
        return None;
    }
    let mut known = KnownLabels::default();
    for name in UNFOLLOWED {
        known = known.with(*name, KnownLabelValue::Present);
    }
    let labels = labels.into_iter();
    Some(labels.fold(known, |known, (name, value)| {
        known.with(name, KnownLabelValue::only(value))
    }))
}

fn after(known: &KnownLabels) -> Option<TargetOutcome> {
    if known.has_others() {
        return None;
    }
    let mut out = TargetOutcome {
        labels: BTreeMap::new(),
        scraped: BTreeMap::new(),
    };
    for (name, value) in known.known() {
        let text = match value {
            KnownLabelValue::OneOf(texts) if texts.len() == 1 => texts.first()?,
            _ if UNFOLLOWED.contains(&name) => continue,
            _ => return None,
        };
        let to = match name.starts_with("__") {
            true if name.starts_with("__meta_") => continue,
            true => &mut out.scraped,
            false => &mut out.labels,
        };
        to.insert(name.to_owned(), text.clone());
    }
    let address = out.scraped.get("__address__")?.clone();
    out.labels.entry("instance".to_owned()).or_insert(address);
    Some(out)
}

/// Whether the static targets of a job surely differ in `instance`, which one rule copies from the
/// address. True of most jobs that set `instance`, and found out much faster than by all their rules.
#[must_use]
pub fn differ_in_instance(job: TargetSection<'_>, budget: &PatternBudget) -> bool {
    let mut labels = ["instance", "__address__"].into_iter();
    if labels.any(|label| job.group_labels(label).next().is_some()) {
        return false;
    }
    // A label that is dropped from some targets, or an address that changes, has to be followed.
    let has_more =
        |rule: WrittenRule<'_>| rule.may_set("__address__") || rule.action().starts_with("label");
    if job.relabelings().any(has_more) {
        return false;
    }
    let mut writers = job.relabelings().filter(|rule| rule.may_set("instance"));
    let (Some(writer), None) = (writers.next(), writers.next()) else {
        return false;
    };
    let Some(rule) = RelabelRule::new(writer.node, budget) else {
        return false;
    };
    let copies = rule.is_plain()
        && rule.action == "replace"
        && rule.target == Some("instance")
        && *rule.sources == ["__address__"];
    let Some(pattern) = rule.pattern().filter(|_| copies) else {
        return false;
    };
    let mut seen = HashSet::new();
    job.targets().all(|target| {
        let text = target.as_str().unwrap_or_default();
        let made = match pattern.captures(text, budget) {
            Some(groups) => expand(rule.replacement, &groups),
            None if pattern.matches(text) => return false,
            None => String::new(),
        };
        // Without the label, the address takes its place (`PopulateLabels`).
        seen.insert(match made.is_empty() {
            true => text.to_owned(),
            false => made,
        })
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::finding::Text;
    use crate::prometheus::Config;
    use crate::yaml::parse_first;

    /// Whether the targets of a job differ, and whether two of them end with the same labels.
    fn reported(rules: &[&str], targets: &[&str]) -> (bool, bool) {
        let (rules, targets) = (rules.join(", "), targets.join("', '"));
        let source = format!(
            "scrape_configs: [{{job_name: a, static_configs: [{{targets: ['{targets}']}}], \
             relabel_configs: [{rules}]}}]"
        );
        let document = parse_first(&Text::new("a.yml", source.into_bytes())).unwrap();
        let job = Config::new(&document).unwrap().jobs().next().unwrap();
        let budget = PatternBudget::default();
        let rules: Vec<_> = job
            .relabelings()
            .filter_map(|rule| RelabelRule::new(rule.node, &budget))
            .collect();
        let mut seen = HashSet::new();
        let mut collide = false;
        for group in job.groups() {
            for target in group.targets() {
                let text = target.as_str().unwrap_or_default();
                let made = outcome(job, group, text, &rules, &budget);
                collide |= made.is_some_and(|made| !seen.insert(made.labels));
            }
        }
        (differ_in_instance(job, &budget), collide)
    }

    const HOST: &str =
        "{source_labels: [__address__], regex: '([^:]+):[0-9]+', target_label: instance}";

    #[test]
    fn addresses_copied_to_instance_differ() {
        assert_eq!(reported(&[HOST], &["a:1", "b:1", "c"]), (true, false));
        assert_eq!(reported(&[HOST], &["a:1", "a:2"]), (false, true));
        assert_eq!(reported(&[HOST], &["a:1", "a"]), (false, true));
    }

    const RULES: &[&str] = &[
        HOST,
        "{source_labels: [__address__], target_label: instance}",
        "{source_labels: [__address__], regex: 'a.*', target_label: instance, replacement: x}",
        "{source_labels: [__address__], regex: '(.).*', target_label: instance}",
        "{source_labels: [__address__], regex: 'a:(.)', target_label: instance, replacement: ''}",
        "{source_labels: [job], target_label: instance}",
        "{source_labels: [__address__], regex: '(.):.', target_label: __address__}",
        "{source_labels: [__address__], target_label: $1}",
        "{source_labels: [__address__], action: LowerCase, target_label: instance}",
        "{source_labels: [__address__], regex: 'a:.', action: drop}",
        "{regex: instance, action: labeldrop}",
        "{regex: job, action: labelkeep}",
        "{source_labels: [__address__], target_label: zone, replacement: b}",
    ];

    proptest! {
        #[test]
        fn targets_that_are_said_to_differ_do(
            rules in prop::collection::vec(prop::sample::select(RULES), 0..4),
            targets in prop::collection::vec(
                prop::sample::select(&["a:1", "a:2", "b:1", "b", "A:1", "c:3", ":1"][..]),
                1..5,
            ),
        ) {
            let (differ, collide) = reported(&rules, &targets);
            prop_assert!(!(differ && collide), "{rules:?} {targets:?}");
        }
    }
}
