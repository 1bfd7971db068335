//! Where the checks of a rule file put what they find.

use std::cell::OnceCell;
use std::collections::HashSet;

use super::entries::entry;
use super::place;
use crate::yaml::{Document, Node, placeholder};
use crate::{Scheme, Version};
use promvet_text::{Advice, Finding, Message, Severity, Span};

/// The rule for everything about a rule file's structure.
pub const RULE_FILE: &str = "files/rule-file";
/// The rule for expressions.
pub const PROMQL: &str = "files/promql";
/// The rule for templates in labels and annotations.
pub const TEMPLATE: &str = "files/template";
/// The rule for rules that are twice.
pub const DUPLICATE_RULE: &str = "files/duplicate-rule";

/// An expression that is right under a condition which only the configuration and what runs it tell.
#[derive(Clone, Debug)]
pub struct Need {
    /// The condition.
    pub condition: ExpressionNeed,
    /// What has to be said where it is not met.
    pub finding: Finding,
}

/// What an expression depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ExpressionNeed {
    /// The feature of this name is turned on.
    Feature(&'static str),
    /// The values of this label are stored as targets write them, not as Prometheus 3 does.
    StoredForm(&'static str),
    /// A range contains its start, as it does before 3.0.
    ClosedRange,
    /// So many milliseconds hold two samples.
    TwoSamplesIn(i64),
}

/// How many expressions of a file are reported for one range: the others have the same remedy.
/// Twenty are enough to see that the interval is to blame, since each is found again with each
/// configuration.
const MOST_OF_RANGE: usize = 20;

/// What was found for one version.
pub(super) struct RuleFileReport<'d> {
    pub(super) document: &'d Document,
    pub(super) version: Version,
    pub(super) names: Scheme,
    /// Whether something fills in placeholders before Prometheus reads the file.
    pub(super) template: bool,
    findings: Vec<Finding>,
    needs: Vec<Need>,
    /// The metrics that the rules of the file write; gathered when first asked for.
    recorded: OnceCell<HashSet<&'d str>>,
}

impl<'d> RuleFileReport<'d> {
    pub(super) fn new(
        document: &'d Document,
        version: Version,
        names: Scheme,
        template: bool,
    ) -> Self {
        Self {
            document,
            version,
            names,
            template,
            findings: Vec::new(),
            needs: Vec::new(),
            recorded: OnceCell::new(),
        }
    }

    /// Whether a rule of the file writes a metric.
    pub(super) fn is_recorded(&self, metric: &str) -> bool {
        let document = self.document;
        let gather = || {
            let records = super::rules_of(document).filter_map(|rule| entry(rule, "record"));
            records.filter_map(|record| record.value.as_str()).collect()
        };
        self.recorded.get_or_init(gather).contains(metric)
    }

    /// Whether a rule was reported within a span.
    pub(super) fn has(&self, rule: &str, within: Span) -> bool {
        self.findings.iter().any(|finding| {
            let span = finding.place.span();
            finding.rule == rule && within.start <= span.start && span.end <= within.end
        })
    }

    /// What is wrong, and what depends on feature flags.
    pub(super) fn into_parts(self) -> (Vec<Finding>, Vec<Need>) {
        (self.findings, self.needs)
    }

    /// A fault of a node.
    pub(super) fn at(
        &mut self,
        node: Node<'_>,
        message: impl Into<Message>,
    ) -> Option<&mut Finding> {
        let span = visible(node).span();
        self.push(RULE_FILE, node, span, Severity::Error, message.into())
    }

    /// A fault of bytes `from..to` of a scalar's text.
    pub(super) fn part(
        &mut self,
        rule: &'static str,
        node: Node<'_>,
        (from, to): (usize, usize),
        message: impl Into<Message>,
    ) -> Option<&mut Finding> {
        let span = place::part(node, from, to);
        let span = if span.is_empty() {
            visible(node).span()
        } else {
            span
        };
        self.push(rule, node, span, Severity::Error, message.into())
    }

    /// A fault of bytes `from..to` of an expression. `unfilled` says whether some text in the place
    /// of its placeholders would make it right.
    pub(super) fn expression(
        &mut self,
        node: Node<'_>,
        (from, to): (usize, usize),
        unfilled: bool,
        message: impl Into<Message>,
    ) -> Option<&mut Finding> {
        let span = place::part(node, from, to);
        let span = if span.is_empty() {
            visible(node).span()
        } else {
            span
        };
        self.say(PROMQL, node, span, unfilled, Severity::Error, message)
    }

    /// Bytes `from..to` of a scalar's text are at fault unless a feature is turned on.
    pub(super) fn need(
        &mut self,
        feature: &'static str,
        node: Node<'_>,
        at: (usize, usize),
        message: impl Into<Message>,
    ) {
        if self.part(PROMQL, node, at, message).is_some()
            && let Some(mut finding) = self.findings.pop()
        {
            // A warning at most, since the flag may be set where Prometheus is started.
            finding.severity = finding.severity.min(Severity::Warning);
            let condition = ExpressionNeed::Feature(feature);
            self.needs.push(Need { condition, finding });
        }
    }

    /// Bytes `from..to` of a scalar's text do not do what was meant unless a condition is met.
    pub(super) fn on_condition(
        &mut self,
        condition: ExpressionNeed,
        rule: &'static str,
        node: Node<'_>,
        at: (usize, usize),
        message: impl Into<Message>,
        advice: Option<Advice>,
    ) {
        let same = |need: &&Need| need.condition == condition;
        let is_range = matches!(condition, ExpressionNeed::TwoSamplesIn(_));
        if is_range && self.needs.iter().filter(same).count() >= MOST_OF_RANGE {
            return;
        }
        if self.warn(rule, node, at, message).is_some()
            && let Some(mut finding) = self.findings.pop()
        {
            finding.advice = advice;
            self.needs.push(Need { condition, finding });
        }
    }

    /// Bytes `from..to` of a scalar's text load and do not do what was meant.
    pub(super) fn warn(
        &mut self,
        rule: &'static str,
        node: Node<'_>,
        (from, to): (usize, usize),
        message: impl Into<Message>,
    ) -> Option<&mut Finding> {
        let span = place::part(node, from, to);
        self.say(rule, node, span, false, Severity::Warning, message.into())
    }

    /// A node loads and does not do what was meant.
    pub(super) fn warn_at(
        &mut self,
        rule: &'static str,
        node: Node<'_>,
        message: impl Into<Message>,
    ) -> Option<&mut Finding> {
        let span = visible(node).span();
        self.push(rule, node, span, Severity::Warning, message.into())
    }

    /// What is only worth knowing.
    pub(super) fn info(
        &mut self,
        rule: &'static str,
        node: Node<'_>,
        message: impl Into<Message>,
    ) -> Option<&mut Finding> {
        let span = visible(node).span();
        self.push(rule, node, span, Severity::Info, message.into())
    }

    /// What is wrong only because something is still to be filled in is not an error: it is a warning,
    /// or nothing in a template. Templates of alerts look like placeholders, but are not.
    /// Rule files use `{{ }}` themselves, so that `TEMPLATE` never counts as unfilled.
    fn push(
        &mut self,
        rule: &'static str,
        node: Node<'_>,
        span: Span,
        severity: Severity,
        message: impl Into<Message>,
    ) -> Option<&mut Finding> {
        let unfilled = rule != TEMPLATE
            && node
                .scalar()
                .is_some_and(|scalar| placeholder::find(scalar.text).next().is_some());
        self.say(rule, node, span, unfilled, severity, message)
    }

    fn say(
        &mut self,
        rule: &'static str,
        node: Node<'_>,
        span: Span,
        unfilled: bool,
        severity: Severity,
        message: impl Into<Message>,
    ) -> Option<&mut Finding> {
        if unfilled && self.template {
            return None;
        }
        let severity = if unfilled {
            severity.min(Severity::Warning)
        } else {
            severity
        };
        let finding = Finding::new(rule, severity, self.document.place(span), message);
        let finding = match node.scalar() {
            Some(_) => finding.within(node.place()),
            None => finding,
        };
        self.findings
            .push(finding.of_key(node.path(), node.identity()));
        self.findings.last_mut()
    }
}

/// A node to point at: an empty scalar has no text, so what is around it is shown.
fn visible(node: Node<'_>) -> Node<'_> {
    if node.span().is_empty() {
        node.parent().unwrap_or(node)
    } else {
        node
    }
}
