//! Where checks put what they find.

use crate::facts::deployment::ProvidedValue;
use crate::finding::{Finding, Message, Place, Severity, Span, Unchecked};
use crate::yaml::Node;

/// What one rule finds.
#[derive(Debug)]
pub struct RuleFindings<'r> {
    pub(super) rule: &'static str,
    pub(super) found: &'r mut Vec<Finding>,
    pub(super) unchecked: &'r mut Vec<Unchecked>,
}

impl RuleFindings<'_> {
    /// A fault of a node, to be completed with help and evidence and handed to [`Self::push`].
    #[must_use]
    pub fn at(&self, node: Node<'_>, severity: Severity, message: impl Into<Message>) -> Finding {
        self.part(node, node.span(), severity, message)
    }

    /// A fault of a part of a node.
    #[must_use]
    pub fn part(
        &self,
        node: Node<'_>,
        span: Span,
        severity: Severity,
        message: impl Into<Message>,
    ) -> Finding {
        let finding = Finding::new(self.rule, severity, node.document().place(span), message);
        let finding = match node.scalar() {
            Some(_) => finding.within(node.place()),
            None => finding,
        };
        finding.of_key(node.path(), node.identity())
    }

    /// A fault of a value in another file than the configuration.
    #[must_use]
    pub fn of_value(
        &self,
        written: &ProvidedValue,
        severity: Severity,
        message: String,
    ) -> Finding {
        Finding::new(self.rule, severity, written.place.clone(), message)
            .of_key(&written.logical, &written.identity)
    }

    /// A fault of a command line, `identity` being what tells it from others of the file.
    #[must_use]
    pub fn of_place(
        &self,
        place: &Place,
        identity: String,
        severity: Severity,
        message: String,
    ) -> Finding {
        Finding::new(self.rule, severity, place.clone(), message).of_key("", identity)
    }

    /// Whether this rule has not said the same of the same place yet.
    #[must_use]
    pub fn is_new(&self, finding: &Finding) -> bool {
        let mut found = self.found.iter();
        !found.any(|hit| {
            hit.rule == finding.rule
                && hit.message == finding.message
                && hit.place.path() == finding.place.path()
                && hit.place.span() == finding.place.span()
        })
    }

    /// What this rule says of a file already, for what is reported once of many jobs.
    pub fn said_of(&mut self, path: &str) -> Option<&mut Finding> {
        let rule = self.rule;
        let mut found = self.found.iter_mut();
        found.find(|finding| finding.rule == rule && **finding.place.path() == *path)
    }

    /// Reports a finding.
    pub fn push(&mut self, finding: Finding) {
        self.found.push(finding);
    }

    /// Notes that something of a value in another file could not be judged.
    pub fn unchecked_value(
        &mut self,
        written: &ProvidedValue,
        reason: String,
        settle: Option<String>,
    ) {
        self.unchecked.push(Unchecked {
            cause: None,
            place: written.place.clone(),
            logical: written.logical.clone(),
            reason,
            settle,
        });
    }

    /// Notes that something could not be judged.
    pub fn unchecked(&mut self, node: Node<'_>, reason: impl Into<String>, settle: Option<String>) {
        self.unchecked.push(Unchecked {
            cause: None,
            place: node.place(),
            logical: node.path(),
            reason: reason.into(),
            settle,
        });
    }
}
