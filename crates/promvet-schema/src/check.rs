//! What a check of a section is, and where it puts what it finds.

use crate::dialect::refused;
use std::borrow::Cow;
use std::collections::HashSet;

use super::scalar::{Change, Fault};
use super::section::Section;
use super::version::TargetReleases;
use crate::yaml::{Document, Entry, Kind, Node, placeholder};
use promvet_text::{Advice, Finding, Message, Severity, Span};

/// A check that a table cannot say: it sees one section and reports.
pub type Check = fn(&Section<'_>, &mut SchemaReport<'_>);

/// The rules of this room.
/// One name for each kind, so that a fault can be turned off without the others.
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
    pub const fn name(self) -> &'static str {
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
pub struct SchemaReport<'a> {
    document: &'a Document,
    target: &'a TargetReleases,
    /// The global section that an included file inherits from.
    global: Option<Section<'a>>,
    seen: HashSet<(Rule, Span, Message)>,
    findings: Vec<Finding>,
}

impl<'a> SchemaReport<'a> {
    pub(super) fn new(
        document: &'a Document,
        target: &'a TargetReleases,
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
    pub fn target(&self) -> &'a TargetReleases {
        self.target
    }

    /// The global section of the configuration that includes this file, if it is included.
    #[must_use]
    pub fn inherited_global(&self) -> Option<Section<'a>> {
        self.global
    }

    /// Says something of a node.
    pub fn at(
        &mut self,
        rule: Rule,
        node: Node<'_>,
        message: impl Into<Message>,
    ) -> FindingDraft<'_> {
        self.part(rule, node, node.span(), message)
    }

    /// Says something of a part of a node.
    pub fn part(
        &mut self,
        rule: Rule,
        node: Node<'_>,
        span: Span,
        message: impl Into<Message>,
    ) -> FindingDraft<'_> {
        self.say(rule, node, span, has_placeholder(node), message.into())
    }

    /// What is wrong only because something is still to be filled in is not an error: it is a
    /// warning, or nothing in a template.
    pub(super) fn say(
        &mut self,
        rule: Rule,
        node: Node<'_>,
        span: Span,
        unfilled: bool,
        message: Message,
    ) -> FindingDraft<'_> {
        // Several checks may find the same fault at one place, so that each is reported once.
        let fresh = self.seen.insert((rule, span, message.clone()));
        if !fresh || unfilled && self.target.template {
            return FindingDraft(None);
        }
        let severity = match rule {
            // It loads, so that it is never an error.
            Rule::Deprecated => Severity::Info,
            _ if unfilled => Severity::Warning,
            Rule::UnknownField if self.target.open => Severity::Warning,
            _ => Severity::Error,
        };
        let finding = Finding::new(rule.name(), severity, self.document.place(span), message);
        let mut finding = match node.scalar() {
            Some(_) => finding.within(node.place()),
            None => finding,
        };
        // The kind goes into fingerprints, so that a list in place of a text is not the same fault
        // as a mapping.
        if rule == Rule::WrongType {
            finding = finding.kind(match node.kind() {
                Kind::Mapping(_) => "mapping",
                Kind::Sequence(_) => "list",
                Kind::Scalar(_) => "scalar",
            });
        }
        self.findings
            .push(finding.of_key(node.path(), node.identity()));
        FindingDraft(self.findings.last_mut())
    }

    /// Whether a text has placeholders, and is good with something in their place. In a template a
    /// plain word may be one: `SCRAPE_INTERVAL`, `your-interval`.
    pub(super) fn is_unfilled(&self, text: &str, good: impl Fn(&str) -> bool) -> bool {
        let whole = 0..text.len();
        placeholder::is_unfilled(text, FILLINGS, good)
            || self.target.template
                && (placeholder::find_shouted(text).contains(&whole)
                    || placeholder::find_words(text).contains(&whole))
    }

    /// Says what a grammar finds in the text of a scalar, if it finds something, at the place
    /// where it finds it.
    pub fn text(
        &mut self,
        node: Node<'_>,
        subject: &str,
        grammar: impl Fn(&str) -> Result<(), Fault>,
    ) -> FindingDraft<'_> {
        // Of another kind the walk tells.
        let Some(scalar) = node.scalar() else {
            return FindingDraft(None);
        };
        let Err(fault) = grammar(scalar.text) else {
            return FindingDraft(None);
        };
        let unfilled = self.is_unfilled(scalar.text, |text| grammar(text).is_ok());
        let message = refused(fault.about(subject));
        // The part at fault and not the whole value, so that a long pattern shows where it breaks.
        let span = part_of(node, fault.from, fault.to);
        let advice = advice_of(&fault, node, |text| grammar(text).is_ok());
        let said = self.say(Rule::InvalidValue, node, span, unfilled, message);
        said.advice(advice)
    }

    /// Says that a section lacks a key. If the key is there but empty, it is pointed at.
    pub fn missing(
        &mut self,
        section: &Section<'_>,
        key: &str,
        message: impl Into<Message>,
    ) -> FindingDraft<'_> {
        let entry = section.entry(key);
        let node = entry.map_or(section.anchor, |entry| {
            // An empty value has no text to underline, so that its key is.
            if entry.value.span().is_empty() {
                entry.key
            } else {
                entry.value
            }
        });
        let path = section.node.path();
        let identity = section.node.identity();
        let said = self.at(Rule::MissingField, node, message);
        let mut said = said.help(format!("set `{key}`"));
        if let Some(finding) = &mut said.0 {
            let full = |base: String| match base.as_str() {
                // The path names what is missing, so that a suppression or a fingerprint survives
                // other keys.
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
        message: impl Into<Message>,
    ) -> FindingDraft<'_> {
        // The later key is at fault, since people read from the top and the first one looked right.
        let (first, second) = if one.key.span() <= other.key.span() {
            (one, other)
        } else {
            (other, one)
        };
        let place = first.key.place();
        let word = first.name().to_owned();
        self.at(Rule::Conflict, second.key, message)
            .kind(word.clone())
            .evidence(place, format!("`{word}` is set here"))
    }
}

/// What was said, to add to; nothing if it had been said before.
pub struct FindingDraft<'a>(Option<&'a mut Finding>);

impl FindingDraft<'_> {
    /// Adds what to write instead.
    pub fn help(self, help: impl Into<Advice>) -> Self {
        self.advice(Some(help.into()))
    }

    /// Adds what to write instead, if that is known; what was said before stays if not.
    pub fn advice(self, advice: Option<Advice>) -> Self {
        match (self, advice) {
            (Self(Some(finding)), Some(advice)) => {
                finding.advice = Some(advice);
                Self(Some(finding))
            }
            (said, _) => said,
        }
    }

    /// Adds what to write instead, unless the grammar knew it better.
    pub fn help_otherwise(self, help: impl Into<Advice>) -> Self {
        match self {
            Self(Some(finding)) if finding.advice.is_none() => Self(Some(finding)).help(help),
            said => said,
        }
    }

    /// Adds which of the rule's faults it is.
    pub fn kind(self, kind: impl Into<Cow<'static, str>>) -> Self {
        if let Self(Some(finding)) = self {
            finding.kind = kind.into();
            return Self(Some(finding));
        }
        self
    }

    /// Adds another place.
    pub fn evidence(self, place: promvet_text::Place, message: impl Into<String>) -> Self {
        if let Self(Some(finding)) = self {
            finding.evidence.push(promvet_text::Evidence {
                place,
                message: message.into(),
            });
            return Self(Some(finding));
        }
        self
    }
}

/// The span of a part of a scalar's text; the whole scalar if the part is empty, or the alias by
/// which it is here.
pub(super) fn part_of(node: Node<'_>, from: usize, to: usize) -> Span {
    let part = node.scalar().unwrap_or_default().part(from, to);
    // The text of an alias is elsewhere in the file, so that a part of it would point away from the
    // use.
    if node.is_alias() || part.is_empty() {
        node.span()
    } else {
        part
    }
}

/// What to do about a fault of a scalar. A change that would not put the whole text right is left
/// to people.
pub(super) fn advice_of(
    fault: &Fault,
    node: Node<'_>,
    is_good: impl Fn(&str) -> bool,
) -> Option<Advice> {
    let scalar = node.scalar()?;
    let words = || fault.remedy.words.clone().map(Advice::say);
    let advice = match &fault.remedy.change {
        // An edit there would change every other use of the anchor, so that it is left to people.
        _ if node.is_alias() => return words(),
        None => return words(),
        Some(Change::Unquote) => {
            Advice::edit(vec![(node.content_span(), scalar.text.to_owned())]).safe()
        }
        Some(Change::Replace { text, sure }) => {
            let before = scalar.text.get(..fault.from)?;
            let fixed = format!("{before}{text}{}", scalar.text.get(fault.to..)?);
            // An edit that leaves another fault behind is worse than none, so that the whole text
            // is checked.
            if fault.from == fault.to || !is_good(&fixed) {
                return words();
            }
            let shown = if fixed.len() > LONGEST_SHOWN {
                text
            } else {
                &fixed
            };
            let shown = format!("write `{shown}`");
            let part = scalar.part(fault.from, fault.to);
            // Escapes and folding make the source longer than the text, so that the whole value is
            // written anew there.
            let is_exact = part.len() == fault.to - fault.from;
            let advice = match is_exact {
                true => Advice::replace(part, text),
                false => Advice::replace(node.span(), &*fixed),
            };
            let advice = advice.text(shown);
            if *sure {
                advice.safe()
            } else {
                advice.unsafe_()
            }
        }
    };
    Some(match &fault.remedy.words {
        Some(help) => advice.text(help),
        None => advice,
    })
}

/// The longest value that a help line repeats as a whole, so that it stays a line.
const LONGEST_SHOWN: usize = 60;

/// What to do about a key that is set twice: the second goes if both say the same.
pub(super) fn one_of_two(first: Entry<'_>, second: Entry<'_>) -> Advice {
    let source = |entry: Entry<'_>| {
        let text = entry.value.document().text();
        text.slice(entry.value.span()).to_owned()
    };
    // The same twice can go without loss; otherwise only its author knows which was meant.
    if source(first) == source(second) {
        Advice::remove(second.key.span())
            .text("remove this line")
            .safe()
    } else {
        Advice::say(format!("remove one of the two `{}`", second.name()))
    }
}

/// What may be in place of a placeholder, one for every grammar.
/// One that every grammar accepts somewhere, so that a template is at fault only if no filling
/// helps.
const FILLINGS: &[&str] = &[
    "a",
    "1",
    "1m",
    "true",
    "1MB",
    "http://a",
    "a.yml",
    "00000000-0000-0000-0000-000000000000",
    "SCW00000000000000000",
    "fr-par-1",
];

/// Whether a node is still to be filled in: a scalar with a placeholder, or a flow collection
/// that is one in truth (`{{ x }}`, `[[ x ]]`).
pub(crate) fn has_placeholder(node: Node<'_>) -> bool {
    match node.kind() {
        Kind::Scalar(scalar) => placeholder::find(scalar.text).next().is_some(),
        _ => {
            let source = node.document().text().slice(node.target().span());
            // `{NAME}` without quotes is a mapping of one key without a value.
            source.starts_with("{{")
                || placeholder::begins_bracket_tag(source)
                || placeholder::find(source).any(|found| found == (0..source.len()))
        }
    }
}
