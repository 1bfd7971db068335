//! What a check of a section is, and where it puts what it finds.

use std::collections::HashSet;

use super::section::Section;
use super::version::Target;
use crate::finding::{Finding, Severity, Span};
use crate::yaml::{Document, Entry, Kind, Node, placeholder};

/// A check that a table cannot say: it sees one section and reports.
pub type Check = fn(&Section<'_>, &mut Report<'_>);

/// The rules of this room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rule {
    /// The text is not YAML.
    Syntax,
    /// A key that Prometheus does not know.
    UnknownField,
    /// A list for a text, a text for a number, and so on.
    WrongType,
    /// Something that has to be there is not.
    MissingField,
    /// A value that its type does not allow.
    InvalidValue,
    /// Two things that exclude each other.
    Conflict,
    /// The same twice.
    Duplicate,
    /// Not yet, or no longer, in this version.
    Unavailable,
    /// What makes Prometheus itself die.
    Crash,
    /// What works but should not be used any more.
    Deprecated,
}

impl Rule {
    /// The name of the rule and its page.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Syntax => "schema/syntax",
            Self::UnknownField => "schema/unknown-field",
            Self::WrongType => "schema/wrong-type",
            Self::MissingField => "schema/missing-field",
            Self::InvalidValue => "schema/invalid-value",
            Self::Conflict => "schema/conflict",
            Self::Duplicate => "schema/duplicate",
            Self::Unavailable => "schema/unavailable",
            Self::Crash => "schema/crash",
            Self::Deprecated => "schema/deprecated",
        }
    }
}

/// What was found so far for one version.
pub struct Report<'a> {
    document: &'a Document,
    target: &'a Target,
    /// The global section that an included file inherits from.
    global: Option<Section<'a>>,
    seen: HashSet<(Rule, Span, String)>,
    findings: Vec<Finding>,
}

impl<'a> Report<'a> {
    pub(super) fn new(
        document: &'a Document,
        target: &'a Target,
        global: Option<Section<'a>>,
    ) -> Self {
        Self {
            document,
            target,
            global,
            seen: HashSet::new(),
            findings: Vec::new(),
        }
    }

    pub(super) fn into_findings(self) -> Vec<Finding> {
        self.findings
    }

    /// What the configuration is judged for.
    #[must_use]
    pub fn target(&self) -> &'a Target {
        self.target
    }

    /// The global section of the configuration that includes this file, if it is included.
    #[must_use]
    pub fn inherited_global(&self) -> Option<Section<'a>> {
        self.global
    }

    /// Says something of a node.
    pub fn at(&mut self, rule: Rule, node: Node<'_>, message: impl Into<String>) -> Said<'_> {
        self.part(rule, node, node.span(), message)
    }

    /// Says something of a part of a node. What is wrong only because something is still to be
    /// filled in is no error: it is a warning, or nothing in a template.
    pub fn part(
        &mut self,
        rule: Rule,
        node: Node<'_>,
        span: Span,
        message: impl Into<String>,
    ) -> Said<'_> {
        let message = message.into();
        let template = has_placeholder(node);
        let fresh = self.seen.insert((rule, span, message.clone()));
        if !fresh || template && self.target.template {
            return Said(None);
        }
        let severity = match rule {
            Rule::Deprecated => Severity::Info,
            _ if template => Severity::Warning,
            _ => Severity::Error,
        };
        self.findings.push(Finding {
            rule: rule.name().into(),
            severity,
            message,
            help: None,
            place: self.document.place(span),
            logical: node.path(),
            identity: node.identity(),
            evidence: Vec::new(),
            fix: None,
        });
        Said(self.findings.last_mut())
    }

    /// Says that a section lacks a key. If the key is there but empty, it is pointed at.
    pub fn missing(
        &mut self,
        section: &Section<'_>,
        key: &str,
        message: impl Into<String>,
    ) -> Said<'_> {
        let entry = section.entry(key);
        let node = entry.map_or(section.anchor, |entry| {
            if entry.value.span().is_empty() {
                entry.key
            } else {
                entry.value
            }
        });
        let path = section.node.path();
        let identity = section.node.identity();
        let mut said = self.at(Rule::MissingField, node, message);
        if let Some(finding) = &mut said.0 {
            let full = |base: String| match base.as_str() {
                "" => key.to_owned(),
                base => format!("{base}.{key}"),
            };
            finding.logical = full(path);
            finding.identity = full(identity);
        }
        said
    }

    /// Says that two keys exclude each other; the later one is pointed at, the earlier one is the
    /// proof.
    pub fn conflict(
        &mut self,
        one: Entry<'_>,
        other: Entry<'_>,
        message: impl Into<String>,
    ) -> Said<'_> {
        let (first, second) = if one.key.span() <= other.key.span() {
            (one, other)
        } else {
            (other, one)
        };
        let place = first.key.place();
        let word = first.name().to_owned();
        self.at(Rule::Conflict, second.key, message)
            .evidence(place, format!("`{word}` is set here"))
    }
}

/// What was said, to add to; nothing if it had been said before.
pub struct Said<'a>(Option<&'a mut Finding>);

impl Said<'_> {
    /// Adds what to write instead.
    pub fn help(self, help: impl Into<String>) -> Self {
        if let Self(Some(finding)) = self {
            finding.help = Some(help.into());
            return Self(Some(finding));
        }
        self
    }

    /// Adds another place.
    pub fn evidence(self, place: crate::finding::Place, message: impl Into<String>) -> Self {
        if let Self(Some(finding)) = self {
            finding.evidence.push(crate::finding::Evidence {
                place,
                message: message.into(),
            });
            return Self(Some(finding));
        }
        self
    }
}

/// Whether a node is still to be filled in: a scalar with a placeholder, or a flow collection
/// that is one in truth (`{{ x }}`, `[[ x ]]`).
fn has_placeholder(node: Node<'_>) -> bool {
    match node.kind() {
        Kind::Scalar(scalar) => placeholder::find(scalar.text).next().is_some(),
        _ => {
            let source = node.document().text().slice(node.target().span());
            source.starts_with("{{") || source.starts_with("[[")
        }
    }
}
