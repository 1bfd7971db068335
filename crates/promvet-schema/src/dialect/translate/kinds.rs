//! Kinds of values: what is expected, what is found, and how it is written.

use super::super::judged::has_form;
use super::super::table::DialectType;
use super::scalars::is_number;
use super::{Translator, is_filled_in, name_of};
use crate::check::Rule;
use crate::words::{self, Form};
use crate::yaml::{Kind, Node, Scalar, Style};
use promvet_text::{Advice, Severity};

/// What a value of a dialect has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    Text,
    Number,
    NameOrNumber,
    Bool,
    List,
    ListOfMappings,
    Mapping,
    /// A selector of a key, with how it is written.
    Selector(&'static str),
}

impl Wanted {
    /// What a scalar of a type has to be.
    pub(super) fn of(ty: &DialectType) -> Self {
        match ty {
            DialectType::Number | DialectType::Quantity => Self::Number,
            DialectType::Bool => Self::Bool,
            _ => Self::Text,
        }
    }

    /// With its article.
    fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "a number",
            Self::NameOrNumber => "a name or a number",
            Self::Bool => "`true` or `false`",
            Self::List | Self::ListOfMappings => "a list",
            Self::Mapping => "a mapping",
            Self::Selector(form) => form,
        }
    }

    fn form(self) -> Form {
        match self {
            Self::Text => Form::Text,
            Self::Number | Self::NameOrNumber => Form::Number,
            Self::Bool => Form::Bool,
            Self::List => Form::List,
            Self::ListOfMappings => Form::ListOfMappings,
            Self::Mapping | Self::Selector(_) => Form::Mapping,
        }
    }
}

impl Translator {
    /// Structural schemas of Kubernetes check kinds before anything else (`validation` of
    /// apiextensions-apiserver), so that the API server rejects the object.
    pub(super) fn wrong_kind(&mut self, node: Node<'_>, wanted: Wanted) {
        // What a template fills in may be anything.
        if is_filled_in(node) {
            return;
        }
        let found = match node.kind() {
            Kind::Mapping(_) => "a mapping",
            Kind::Sequence(_) => "a list",
            Kind::Scalar(scalar) if scalar.as_bool().is_some() => "a boolean",
            Kind::Scalar(scalar) if is_number(scalar) => "a number",
            Kind::Scalar(_) => "text",
        };
        let message = self.dialect.mistyped_value(format!(
            "`{}`: expected {}, found {found}",
            name_of(node),
            wanted.name()
        ));
        let quotes = node
            .scalar()
            .and_then(|scalar| other_quotes(node, scalar, wanted));
        let advice = quotes.or_else(|| match wanted {
            Wanted::Selector(form) => Some(Advice::say(format!("write {form}"))),
            _ => words::how_to_write(wanted.form(), node.kind()).map(Advice::say),
        });
        self.say(Rule::WrongType, Severity::Error, node, message, advice);
    }

    /// Gives other advice than to quote a value that is wrong in quotes too, such as a duration without a unit.
    pub(super) fn not_by_quotes(&mut self, ty: &DialectType, node: Node<'_>, scalar: Scalar<'_>) {
        let Some(finding) = self.findings.last_mut() else {
            return;
        };
        let is_duration = matches!(ty, DialectType::Duration | DialectType::OptionalDuration);
        let with_unit = format!("{}s", scalar.text);
        finding.advice = if is_duration && has_form(ty, &with_unit) {
            let words = format!("add the unit, as in `{with_unit}`");
            Some(match node.is_alias() {
                true => Advice::say(words),
                false => Advice::replace(node.span(), with_unit)
                    .text(words)
                    .unsafe_(),
            })
        } else {
            how_to_write(ty).map(Advice::say)
        };
    }
}

/// How a text of a type with a form is written.
pub(in crate::dialect) fn how_to_write(ty: &DialectType) -> Option<String> {
    /// More words than these are in the message.
    const MOST_WORDS: usize = 8;
    let example = match ty {
        DialectType::Duration | DialectType::OptionalDuration => "a duration such as `30s`",
        DialectType::Size => "a size such as `50GiB`",
        DialectType::ProxyUrl => "a URL such as `http://proxy.example.com:3128`",
        DialectType::HttpUrl => "a URL such as `https://example.com`",
        DialectType::Quantity => "a number such as `0.1`",
        DialectType::Enum(words) | DialectType::Lower(words) => {
            let listed = words::once_each(words);
            return Some(match listed.len() {
                ..=MOST_WORDS => format!("use {}", words::any_of(&listed)),
                _ => "use one of these words".to_owned(),
            });
        }
        _ => return None,
    };
    Some(format!("write {example}"))
}

/// The same value with quotes, or without them, where that makes it what is wanted.
fn other_quotes(node: Node<'_>, scalar: Scalar<'_>, wanted: Wanted) -> Option<Advice> {
    let plain = Scalar {
        style: Style::Plain,
        ..scalar
    };
    let (new, words) = match wanted {
        Wanted::Text => {
            let new = format!("\"{}\"", scalar.text);
            let words = format!("quote it: `{new}`");
            (new, words)
        }
        Wanted::Number if is_number(plain) => without_quotes(scalar),
        Wanted::Bool if is_switch(plain) => without_quotes(scalar),
        _ => return None,
    };
    let advice = Advice::edit(vec![(node.content_span(), new)]).text(&*words);
    // A port has a name there, and its number is another key. What a tag says counts before quotes do.
    let is_left = node.is_alias() || scalar.tag.is_some() || name_of(node) == "port";
    Some(match is_left {
        true => Advice::say(words),
        false => advice.safe(),
    })
}

fn without_quotes(scalar: Scalar<'_>) -> (String, String) {
    let words = format!("write it without quotes: `{}`", scalar.text);
    (scalar.text.to_owned(), words)
}

fn is_switch(scalar: Scalar<'_>) -> bool {
    matches!(scalar.text, "true" | "false")
}
