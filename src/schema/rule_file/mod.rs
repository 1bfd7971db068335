//! Rule files: what `rule_files` names.
//!
//! Prometheus reads them with version 3 of go-yaml (`model/rulefmt`), strictly: unknown and
//! repeated keys are refused. `shape` is that reading; `meaning` is what is checked after it:
//! groups, names, expressions ([`promql`]) and the templates of alerts ([`template`]).

mod entries;
mod meaning;
mod place;
pub mod promql;
mod report;
mod shape;
pub mod template;

pub(crate) use place::part;
pub use report::{DUPLICATE_RULE, PROMQL, RULE_FILE, TEMPLATE};

use std::sync::Arc;

use super::{Scheme, Target, Version, by_version, syntax_finding};
use crate::finding::{Finding, Severity, Span, Text};
use crate::yaml::{Document, Node, SyntaxError};
use entries::entry;
use report::Report;

/// Everything in a rule file that the versions of a target refuse, and rules that stand in it
/// twice. `names` is the scheme that the configuration sets, if it sets one.
#[must_use]
pub fn check(document: &Document, target: &Target, names: Option<Scheme>) -> Vec<Finding> {
    by_version(target, |version| {
        let names = names.unwrap_or_else(|| default_scheme(version));
        let mut report = Report::new(document, version, names, target.template);
        shape::check(&mut report);
        meaning::check(&mut report);
        report.into_findings()
    })
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
    let groups = document.root().and_then(|root| entry(root, "groups"));
    let groups = groups.into_iter().flat_map(|groups| groups.value.items());
    let rules = groups.filter_map(|group| entry(group, "rules"));
    let rules = rules.flat_map(|rules| rules.value.items());
    let expressions = rules.filter_map(|rule| entry(rule, "expr"));
    expressions.map(|expression| expression.value).collect()
}

/// Where bytes `from..to` of an expression's text stand in the file, however YAML writes it.
#[must_use]
pub fn span_of(expression: Node<'_>, from: usize, to: usize) -> Span {
    place::part(expression, from, to)
}

/// The finding for a rule file that is not YAML. Braces of alerts' templates are no placeholders: it
/// is an error even where they are the reason.
#[must_use]
pub fn broken(text: &Arc<Text>, error: &SyntaxError) -> Finding {
    Finding {
        rule: RULE_FILE.into(),
        severity: Severity::Error,
        ..syntax_finding(text, error)
    }
}

#[cfg(test)]
mod tests;
