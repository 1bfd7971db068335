//! Keys of resources that the Operator of the tree does not know, or whose Prometheus is too old for them.

use crate::discover::DialectWording;
use crate::facts::{Facts, StatedRelease};
use crate::finding::{Finding, Severity, rule};
use crate::rules::RuleJudgment;
use crate::schema::dialect::{DatedKey, OPERATOR_VALUES, STACK, default_prometheus};

/// Adds what is reported about them, where the tree states one release for a file.
pub(super) fn put(
    spoken: &DialectWording,
    shown: &str,
    facts: &Facts<'_>,
    judgment: &mut RuleJudgment,
) {
    if spoken.dated.is_empty() {
        return;
    }
    let Some(stated) = facts.stated_release(shown) else {
        return;
    };
    let Some(operator) = stated.operator else {
        return;
    };
    let by_default = || default_prometheus(operator);
    let prometheus = stated.prometheus.or_else(by_default);
    let mut said: Vec<&DatedKey> = Vec::new();
    for key in &spoken.dated {
        // What is left out takes all that is in it along.
        let at = key.key.span();
        let is_inside = |outer: &&DatedKey| {
            let outer = outer.value.span();
            outer.start <= at.start && at.end <= outer.end
        };
        if said.iter().any(is_inside) {
            continue;
        }
        let finding = newer_than_operator(spoken, key, stated, operator)
            .or_else(|| newer_than_prometheus(key, stated, operator, prometheus?));
        if let Some(finding) = finding {
            said.push(key);
            judgment.findings.push(finding);
        }
    }
}

fn newer_than_operator(
    spoken: &DialectWording,
    key: &DatedKey,
    stated: &StatedRelease,
    operator: u16,
) -> Option<Finding> {
    let since = key.operator.filter(|since| operator < *since)?;
    let parent = key.logical.rsplit_once('.').map(|(parent, _)| parent);
    let is_top = parent.is_some_and(|parent| parent.ends_with("prometheusSpec"));
    let dialect = match std::ptr::eq(spoken.dialect, &OPERATOR_VALUES) && is_top {
        true => &STACK,
        false => spoken.dialect,
    };
    let message = dialect.unknown_key(format!(
        "`{}`: needs Operator 0.{since} or newer, and 0.{operator} is installed",
        key.name
    ));
    let finding = finding(key, message, stated, operator);
    Some(finding.help("upgrade the Operator and its definitions, or remove the key"))
}

fn newer_than_prometheus(
    key: &DatedKey,
    stated: &StatedRelease,
    operator: u16,
    (major, minor): (u16, u16),
) -> Option<Finding> {
    let (since, effect) = key.prometheus?;
    if (major, minor) >= since {
        return None;
    }
    let message = format!(
        "`{}`: needs Prometheus {}.{} or newer, and {major}.{minor} comes with Operator 0.{operator}: {}",
        key.name,
        since.0,
        since.1,
        effect.clause()
    );
    let finding = finding(key, message, stated, operator);
    Some(finding.help("set `version` to a newer release, or remove the key"))
}

fn finding(
    key: &DatedKey,
    message: impl Into<crate::finding::Message>,
    stated: &StatedRelease,
    operator: u16,
) -> Finding {
    let rule = rule::SCHEMA_UNAVAILABLE;
    let finding = Finding::new(rule, Severity::Warning, key.key.clone(), message);
    let finding = finding.of_key(key.logical.clone(), key.identity.clone());
    let evidence = format!("Operator 0.{operator}, by {}", stated.by);
    finding.evidence(stated.place.clone(), evidence)
}
