//! Runs the examples of rule pages.

use std::path::PathBuf;
use std::sync::Arc;

use super::pipeline;
use super::request::{Request, Run};
use crate::finding::{Finding, Redacted, Severity, UncheckedCause, rule};
use crate::rules::custom::{CustomRule, CustomRules};
use crate::rules::example::Example;
use crate::rules::{self, ExpectedFinding};
use crate::source::Memory;
use crate::source::handshake::Handshake;

/// 2026-11-22, so that what depends on the day is the same every day.
const TODAY: i64 = 1_795_368_963;

/// The folder that an example's files are in.
const FOLDER: &str = "/tree";

/// How an example differs from what it marks.
#[derive(Debug, Default)]
pub struct ExampleDifference {
    /// What is marked and was not found.
    pub missing: Vec<ExpectedFinding>,
    /// What was found and is not marked.
    pub extra: Vec<Redacted<Finding>>,
    /// What was not known, so that the rule was not judged: no fault of a good example.
    pub unknown: Vec<String>,
    /// What kept the example or the condition from being run.
    pub problems: Vec<String>,
    /// Whether nothing is marked although the example is a bad one.
    pub unmarked: bool,
}

impl ExampleDifference {
    /// Whether there is none.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.missing.is_empty()
            && self.extra.is_empty()
            && self.problems.is_empty()
            && !self.unmarked
    }
}

/// Runs an example of a built-in rule, with all rules on. `online` answers for the servers that it
/// names, if they have to be asked.
#[must_use]
pub fn run(example: &Example, name: &str, online: Option<Arc<dyn Handshake>>) -> ExampleDifference {
    let run = run_files(example, None, online);
    let counts = |finding: &Finding| finding.severity > Severity::Info;
    difference(example, name, &run, counts)
}

/// Runs an example of a custom rule. Only what that rule finds counts, and what would keep
/// Prometheus from loading the example.
#[must_use]
pub fn run_own(example: &Example, own: &Arc<CustomRule>) -> ExampleDifference {
    let rules = Arc::new(CustomRules::of(vec![Arc::clone(own)]));
    let run = run_files(example, Some(rules), None);
    let counts = |finding: &Finding| {
        let refused = finding.severity == Severity::Error
            && rules::find(&finding.rule).is_some_and(|page| page.group() == rule::GROUP_SCHEMA);
        finding.rule == *own.name || refused
    };
    let mut out = difference(example, &own.name, &run, counts);
    for item in run.outcome.unchecked() {
        match &item.cause {
            Some(UncheckedCause::RuleFailed(name)) if *name == *own.name => {
                out.problems.push(item.reason.clone());
            }
            Some(UncheckedCause::RuleUndecided(name)) if *name == *own.name => {
                out.unknown.push(item.reason.clone());
            }
            _ => {}
        }
    }
    out
}

fn run_files(
    example: &Example,
    own: Option<Arc<CustomRules>>,
    online: Option<Arc<dyn Handshake>>,
) -> Run {
    let own_file = (&example.path, &example.text);
    let others = example.files.iter().map(|(path, text)| (path, text));
    let tree = others
        .chain([own_file])
        .fold(Memory::new(), |tree, (path, text)| {
            tree.file(format!("{FOLDER}/{path}"), text.clone().into_bytes())
        });
    let request = Request {
        paths: vec![PathBuf::from(".")],
        now: TODAY,
        threads: 1,
        own,
        online,
        ..Request::default()
    };
    pipeline::run(&request, &tree)
}

fn difference(
    example: &Example,
    name: &str,
    run: &Run,
    counts: impl Fn(&Finding) -> bool,
) -> ExampleDifference {
    let found: Vec<_> = run
        .outcome
        .findings()
        .iter()
        .map(|finding| &finding.finding)
        .collect();
    let fits =
        |expected: &ExpectedFinding, one: &Finding| matches(expected, name, &example.path, one);
    let missing = example.expected.iter().filter(|expected| {
        let mut found = found.iter();
        !found.any(|finding| fits(expected, finding))
    });
    let extra = found.iter().filter(|hit| counts(hit)).filter(|hit| {
        let mut expected = example.expected.iter();
        !expected.any(|expected| fits(expected, hit))
    });
    let policy = run.policy_errors.iter();
    let policy = policy.map(|error| Redacted::new(error.clone()).to_string());
    ExampleDifference {
        missing: missing.cloned().collect(),
        extra: extra.map(|extra| (*extra).clone()).collect(),
        unknown: Vec::new(),
        problems: run.problems.iter().cloned().chain(policy).collect(),
        unmarked: example.bad && example.expected.is_empty(),
    }
}

/// Whether a finding is the one that an example calls for.
fn matches(expected: &ExpectedFinding, own: &str, path: &str, finding: &Finding) -> bool {
    let (start, end) = (finding.place.start(), finding.place.end());
    let columns = expected
        .columns
        .is_none_or(|(from, to)| (start.column, end.column) == (from, to));
    let text = format!(
        "{} {}",
        finding.message,
        finding.help_line().as_deref().unwrap_or("")
    );
    finding.rule == expected.rule.as_deref().unwrap_or(own)
        && finding.severity == expected.severity
        && &**finding.place.path() == path
        && start.line == expected.line
        && columns
        && text.contains(&expected.says)
}

#[cfg(test)]
mod tests;
