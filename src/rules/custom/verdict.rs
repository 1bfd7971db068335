//! What a rule says of one node: yes, no, or that too little is known.

use cel::common::types::CelBool;
use cel::{Context, ExecutionError, Value};

use super::budget::FileBudget;
use super::facts::{self, Fact, UnknownUrlParts};
use super::page::{CustomRule, Unknown};
use super::syntax;
use crate::finding::{Finding, Severity, Unchecked, UncheckedCause};
use crate::panics;
use crate::prometheus::HttpClient;
use crate::rules::RuleJudgment;
use crate::yaml::Node;

/// What of a node is not known.
#[derive(Default)]
pub(super) struct UnknownBound {
    /// The facts that are not known, and why; none where another finding says so already.
    pub(super) unknown: Vec<(Fact, Option<String>)>,
    /// The parts of its URL that are not known.
    pub(super) holes: UnknownUrlParts,
}

/// Why a condition is neither true nor false.
enum UndecidedReason {
    /// It rests on something that is not known: what, and why; none where another finding says so.
    Unknown(Option<String>),
    /// It can't be evaluated here.
    Failed(String),
}

impl UnknownBound {
    /// Adds what a rule says of a node.
    pub(super) fn judge(
        &self,
        rule: &CustomRule,
        node: Node<'_>,
        context: &Context<'_, '_>,
        budget: &FileBudget,
        out: &mut RuleJudgment,
    ) {
        let evaluate = || self.evaluate(rule, context, budget);
        let came_to = panics::caught(evaluate).unwrap_or_else(|caught| {
            let why = format!("its evaluation failed at {caught}; this is a bug in promvet");
            Err(UndecidedReason::Failed(why))
        });
        match came_to {
            Ok(false) | Err(UndecidedReason::Unknown(None)) => {}
            Ok(true) => {
                let message = rule.message.fill(context, budget);
                let help = rule.help.as_ref().map(|help| help.fill(context, budget));
                let target = self.credential(rule, node, context, budget);
                let target = target.unwrap_or_else(|| target_of(rule, node));
                out.findings
                    .push(finding(rule, target, rule.severity, message, help));
            }
            Err(UndecidedReason::Unknown(Some(why))) => self.unknown(rule, node, &why, out),
            Err(UndecidedReason::Failed(why)) => {
                let reason = format!("the rule {} could not be evaluated here: {why}", rule.name);
                let page = rule.text.path();
                let settle = format!("correct the condition in {page}, and add such an example");
                let failed = failed(rule, node, reason, Some(settle));
                out.unchecked.push(failed);
            }
        }
    }

    /// The first credential with which alone the condition holds, if the rule points at that.
    fn credential<'d>(
        &self,
        rule: &CustomRule,
        node: Node<'d>,
        context: &Context<'_, '_>,
        budget: &FileBudget,
    ) -> Option<Node<'d>> {
        let settings = node.mapping().filter(|_| rule.at_credential)?;
        let credentials = HttpClient::new(settings).credentials();
        let found = credentials.into_iter().find(|credential| {
            let mut alone = context.new_inner_scope();
            alone.add_variable_as_val(Fact::Credentials.name(), facts::only(credential));
            let evaluate = || self.evaluate(rule, &alone, budget);
            matches!(panics::caught(evaluate), Ok(Ok(true)))
        });
        found.map(|credential| facts::spot(&credential))
    }

    fn unknown(&self, rule: &CustomRule, node: Node<'_>, why: &str, out: &mut RuleJudgment) {
        let reason = format!("whether {} applies here is not known: {why}", rule.name);
        match rule.unknown {
            Unknown::Skip => {}
            Unknown::Note => {
                let cause = UncheckedCause::RuleUndecided(rule.name.to_string());
                out.unchecked.push(unchecked(rule, node, reason, cause));
            }
            Unknown::Warning => {
                let message = format!("promvet cannot tell whether this breaks the rule: {why}");
                let target = target_of(rule, node);
                let found = finding(rule, target, Severity::Warning, message, None);
                out.findings.push(found);
            }
        }
    }

    fn evaluate(
        &self,
        rule: &CustomRule,
        context: &Context<'_, '_>,
        budget: &FileBudget,
    ) -> Result<bool, UndecidedReason> {
        let least = syntax::nodes(&rule.when) as u64;
        let (value, used_up) = budget.within(least, || {
            let value = Value::resolve_val(&rule.when, context)?;
            let truth = value.downcast_ref::<CelBool>().map(|truth| *truth.inner());
            truth.ok_or_else(|| ExecutionError::UnexpectedType {
                got: value.get_type().name().to_owned(),
                want: "bool".to_owned(),
            })
        });
        if used_up {
            let why = "the condition is too expensive for this value";
            return Err(UndecidedReason::Failed(why.to_owned()));
        }
        value.map_err(|error| self.why(&error, rule))
    }

    fn why(&self, error: &ExecutionError, rule: &CustomRule) -> UndecidedReason {
        match error {
            ExecutionError::UndeclaredReference(name) => {
                let fact = self
                    .unknown
                    .iter()
                    .find(|(fact, _)| fact.name() == &***name);
                match fact {
                    Some((_, why)) => UndecidedReason::Unknown(why.clone()),
                    None => UndecidedReason::Failed(format!("unknown name `{name}`")),
                }
            }
            ExecutionError::NoSuchKey(key)
                if rule.names(Fact::Url) && self.holes.contains(&&***key) =>
            {
                let why = "a part of the URL is filled in only when the file is rendered";
                UndecidedReason::Unknown(Some(why.to_owned()))
            }
            other => UndecidedReason::Failed(words(other)),
        }
    }
}

/// An error of the interpreter in words, without the values that it is about.
fn words(error: &ExecutionError) -> String {
    match error {
        ExecutionError::NoSuchKey(key) => {
            format!("there is no key `{key}`; ask with `has(…)` first")
        }
        ExecutionError::NoSuchOverload(overload) => {
            let types = overload.argument_types().join(" and ");
            let name = overload.function().replace(['_', '@'], "");
            format!("`{name}` cannot be applied to {types}")
        }
        ExecutionError::UnexpectedType { got, want } => {
            format!("expected a value of type {want}, found {got}")
        }
        ExecutionError::IndexOutOfBounds(_) => "a list has no item at an index".to_owned(),
        ExecutionError::DivisionByZero(_) | ExecutionError::RemainderByZero(_) => {
            "a number is divided by zero".to_owned()
        }
        ExecutionError::FunctionError { function, message } => format!("`{function}`: {message}"),
        _ => "its values do not fit its operators".to_owned(),
    }
}

/// Keys that name a node, first of all.
const NAMES: &[&str] = &["url", "job_name", "name", "alert", "record"];

/// What a finding points at: the child that the rule names, as far as it is there; else what names
/// the node.
fn target_of<'d>(rule: &CustomRule, node: Node<'d>) -> Node<'d> {
    let mut at = node;
    for key in &rule.at {
        match at.get(key) {
            Some(child) => at = child,
            None => break,
        }
    }
    if at.span() != node.span() && !at.span().is_empty() {
        return at;
    }
    let named = NAMES.iter().filter_map(|key| node.get(key));
    let first = || node.mapping()?.written().next().map(|entry| entry.key);
    let mut named = named.filter(|named| named.scalar().is_some() && !named.span().is_empty());
    named.next().or_else(first).unwrap_or(node)
}

fn finding(
    rule: &CustomRule,
    target: Node<'_>,
    severity: Severity,
    message: String,
    help: Option<String>,
) -> Finding {
    let finding = Finding::new(rule.name.clone(), severity, target.place(), message)
        .of_key(target.path(), target.identity());
    match help {
        Some(help) => finding.help(help),
        None => finding,
    }
}

/// What is said where the rules have cost all that they may.
pub(super) fn used_up(rule: &CustomRule, node: Node<'_>) -> Unchecked {
    let reason = format!(
        "custom rules cost too much on this file: from here on, {} and the other custom rules could not be evaluated here",
        rule.name
    );
    failed(rule, node, reason, None)
}

fn failed(rule: &CustomRule, node: Node<'_>, reason: String, settle: Option<String>) -> Unchecked {
    let cause = UncheckedCause::RuleFailed(rule.name.to_string());
    Unchecked {
        settle,
        ..unchecked(rule, node, reason, cause)
    }
}

fn unchecked(
    rule: &CustomRule,
    node: Node<'_>,
    reason: String,
    cause: UncheckedCause,
) -> Unchecked {
    let target = target_of(rule, node);
    Unchecked {
        cause: Some(cause),
        place: target.place(),
        logical: target.path(),
        reason,
        settle: None,
    }
}
