//! Rule files: what `rule_files` names.
//!
//! Prometheus reads them with version 3 of go-yaml (`model/rulefmt`), strictly: unknown and
//! repeated keys are refused. `shape` is that reading; `meaning` is what is checked after it:
//! groups, names, expressions ([`promql`]) and the templates of alerts ([`template`]).
//! Functions that comments name are those of Prometheus 3.14.0, unless another release is named.

mod alert;
mod entries;
mod expression;
mod lost;
mod meaning;
mod place;
mod reader;
mod report;
mod shape;
mod summary;
mod together;

pub use alert::{TEMPLATE_FAILS, VALUE_IN_LABEL};
pub use expression::{
    ALWAYS_EMPTY, ALWAYS_FIRES, BUCKET_VALUE, DOUBLED_BACKSLASH, LABEL_REPLACE, LOST_BUCKETS,
    QUANTILE, RANGE_RESULT, SELF_RATIO, SHORT_RANGE,
};
pub use lost::LOST_LABEL;
pub use place::part;
pub use promvet_syntax::go::template;
pub use promvet_syntax::promql;
pub use reader::other_reader;
pub use report::{DUPLICATE_RULE, ExpressionNeed, Need, PROMQL, RULE_FILE, TEMPLATE};

pub use summary::{Record, RuleFileSummary, summary};
pub use together::may_differ;

use std::collections::BTreeSet;
use std::sync::Arc;

use super::judge::by_version;
use super::{Scheme, TargetReleases, Version, edit, mended, slips, syntax_finding};
use crate::yaml::{Document, Node, SyntaxError};
use entries::entry;
use promvet_text::{Finding, Severity, Span, Text};
use report::RuleFileReport;

/// What is found in a rule file.
#[derive(Clone, Debug, Default)]
pub struct CheckedRuleFile {
    /// Everything that the versions of a target reject, and rules that are in it twice.
    pub findings: Vec<Finding>,
    /// What they reject unless a feature is turned on.
    pub needs: Vec<Need>,
}

/// Checks a rule file. `names` is the scheme that the configuration sets, if it sets one.
#[must_use]
pub fn check(
    document: &Document,
    target: &TargetReleases,
    names: Option<Scheme>,
) -> CheckedRuleFile {
    // Whatever is read of one: its marks end a document here and are a text there.
    if let Some(finding) = conflict(document.text()) {
        return CheckedRuleFile {
            findings: vec![finding],
            needs: Vec::new(),
        };
    }
    let mut needs = Vec::new();
    let mut findings = by_version(target, |version| {
        let names = names.unwrap_or_else(|| default_scheme(version));
        let mut report = RuleFileReport::new(document, version, names, target.template);
        shape::check(&mut report);
        let (mut findings, _) = report.into_parts();
        let mended = mended(document, &findings);
        let meant = mended.as_ref().map_or(document, |mended| &mended.document);
        let mut report = RuleFileReport::new(meant, version, names, target.template);
        meaning::check(&mut report);
        let (of_meaning, of_version) = report.into_parts();
        findings.extend(of_meaning);
        needs.extend(of_version.into_iter().map(|need| (version, need)));
        findings
    });
    let mut needs = merged(target, &needs);
    // What is refused by another release whatever the flags is one fault, not two.
    let places: Vec<_> = findings
        .iter()
        .filter(|finding| finding.rule == PROMQL)
        .map(|finding| finding.place.order())
        .collect();
    // A release that rejects the form whatever the flags makes it one fault, so that the need goes.
    needs.retain(|need| !places.contains(&need.finding.place.order()));
    // Where an older release loads the file too, `upgrade/bucket-value` tells what changes.
    let are_new = target.versions.iter().all(|version| version.major >= 3);
    needs.retain(|need| are_new || !matches!(need.condition, ExpressionNeed::StoredForm(_)));
    edit::fix(document, &mut findings);
    CheckedRuleFile { findings, needs }
}

/// What the versions of a target need, each need once.
fn merged(target: &TargetReleases, needs: &[(Version, Need)]) -> Vec<Need> {
    let conditions: BTreeSet<_> = needs.iter().map(|(_, need)| need.condition).collect();
    let of_condition = |condition: ExpressionNeed| {
        let findings = by_version(target, |version| {
            let found = needs
                .iter()
                .filter(|(of, need)| *of == version && need.condition == condition);
            found.map(|(_, need)| need.finding.clone()).collect()
        });
        findings
            .into_iter()
            .map(move |finding| Need { condition, finding })
    };
    conditions.into_iter().flat_map(of_condition).collect()
}

/// The names that a version allows if the configuration says nothing.
fn default_scheme(version: Version) -> Scheme {
    if version.major < 3 {
        Scheme::Legacy
    } else {
        Scheme::Utf8
    }
}

/// The expressions of a rule file's rules, in the order of the text.
#[must_use]
pub fn expressions(document: &Document) -> Vec<Node<'_>> {
    let expressions = rules_of(document).filter_map(|rule| entry(rule, "expr"));
    expressions.map(|expression| expression.value).collect()
}

/// The rules of a rule file, in the order of the text.
fn rules_of(document: &Document) -> impl Iterator<Item = Node<'_>> {
    let groups = document.root().and_then(|root| entry(root, "groups"));
    let groups = groups.into_iter().flat_map(|groups| groups.value.items());
    let rules = groups.filter_map(|group| entry(group, "rules"));
    rules.flat_map(|rules| rules.value.items())
}

/// Where bytes `from..to` of an expression's text are in the file, however YAML writes it.
#[must_use]
pub fn span_of(expression: Node<'_>, from: usize, to: usize) -> Span {
    place::part(expression, from, to)
}

/// The finding for a rule file in which git left a merge conflict.
fn conflict(text: &Arc<Text>) -> Option<Finding> {
    let span = slips::conflict(text.content())?;
    let place = promvet_text::Place::new(text, span);
    let (meaning, help) = slips::CONFLICT;
    let message = format!("the file is not valid YAML: {meaning}");
    Some(Finding::new(RULE_FILE, Severity::Error, place, message).help(help))
}

/// The finding for a rule file that is not YAML. Braces of alerts' templates are not placeholders: it
/// is an error even where they are the reason.
#[must_use]
pub fn broken(text: &Arc<Text>, error: &SyntaxError) -> Finding {
    if let Some(span) = slips::old_rule(text.content()) {
        let place = promvet_text::Place::new(text, span);
        return Finding::new(RULE_FILE, Severity::Error, place, shape::OLD).help(shape::OLD_HELP);
    }
    Finding {
        rule: RULE_FILE.into(),
        severity: Severity::Error,
        ..syntax_finding(text, error)
    }
}

#[cfg(test)]
mod tests;
