//! Scalars of a dialect.

use super::super::judged::has_form;
use super::super::table::{DialectType, Key};
use super::{SELECTED, Translator, is_filled_in, name_of};
use crate::check::Rule;
use crate::yaml::{Kind, Node, Scalar, Style, TranslatedNode};
use promvet_text::{Advice, Severity, nearest, surely_meant};

impl Translator {
    pub(in crate::dialect) fn scalar(
        &mut self,
        ty: &DialectType,
        node: Node<'_>,
    ) -> Option<TranslatedNode> {
        let wanted = match ty {
            DialectType::Number => "a number",
            DialectType::Bool => "`true` or `false`",
            _ => "text",
        };
        let Some(scalar) = node.scalar() else {
            self.wrong_kind(node, wanted);
            return None;
        };
        let is_filled_in = is_filled_in(node);
        let is_bool = scalar.as_bool().is_some();
        let fits = match ty {
            DialectType::Number => is_number(scalar),
            DialectType::Bool => is_bool,
            _ => !(self.dialect.is_strict && (is_bool || is_number(scalar))),
        };
        if !fits && !is_filled_in {
            self.wrong_kind(node, wanted);
            if wanted == "text" && !has_form(ty, scalar.text) {
                self.not_by_quotes(ty, node, scalar);
            }
            // One finding is enough: a placeholder keeps native rules from judging the same value.
            return Some(self.builder.scalar(node, SELECTED));
        }
        if let DialectType::Enum(words) | DialectType::Lower(words) = ty
            && !is_filled_in
            && !words.contains(&scalar.text)
        {
            self.strange_word(words, node, scalar);
            // What is meant is not known, but something is.
            return Some(self.builder.scalar(node, SELECTED));
        }
        match ty {
            DialectType::Lower(_) => {
                Some(self.builder.scalar(node, &scalar.text.to_ascii_lowercase()))
            }
            _ => self.builder.copy(node),
        }
    }

    /// A number that may be a text. The Operator writes it as a number.
    pub(super) fn quantity(&mut self, key: &Key, node: Node<'_>) -> Option<TranslatedNode> {
        let Some(scalar) = node.scalar().filter(|scalar| scalar.as_bool().is_none()) else {
            self.wrong_kind(node, "a number");
            return None;
        };
        if is_filled_in(node) {
            return self.builder.copy(node);
        }
        self.form(&DialectType::Quantity, key, node);
        let is_plain_number = scalar.text.parse::<f64>().is_ok();
        Some(match is_plain_number {
            true => self.builder.scalar_at(node.span(), scalar.text, true),
            // It has a suffix.
            false => self.builder.scalar(node, SELECTED),
        })
    }

    /// Takes back the advice to quote a value that is wrong in quotes too, such as a duration without a unit.
    fn not_by_quotes(&mut self, ty: &DialectType, node: Node<'_>, scalar: Scalar<'_>) {
        let Some(finding) = self.findings.last_mut() else {
            return;
        };
        let is_duration = matches!(ty, DialectType::Duration | DialectType::OptionalDuration);
        let with_unit = format!("{}s", scalar.text);
        finding.advice = (is_duration && has_form(ty, &with_unit)).then(|| {
            let words = format!("add the unit, as in `{with_unit}`");
            match node.is_alias() {
                true => Advice::say(words),
                false => Advice::replace(node.span(), with_unit)
                    .text(words)
                    .unsafe_(),
            }
        });
    }

    pub(in crate::dialect) fn strange_word(
        &mut self,
        words: &[&'static str],
        node: Node<'_>,
        scalar: Scalar<'_>,
    ) {
        // Of spellings that differ in nothing but case, the first one is enough.
        let mut listed: Vec<&str> = Vec::new();
        for word in words {
            if !listed.iter().any(|known| known.eq_ignore_ascii_case(word)) {
                listed.push(word);
            }
        }
        let message = self.dialect.mistyped_value(format!(
            "`{}`: expected one of {}",
            name_of(node),
            listed.join(", ")
        ));
        let surely = surely_meant(scalar.text, listed.iter().copied());
        let advice = nearest(scalar.text, listed).map(|word| {
            let advice = Advice::replace(node.span(), word);
            match word.eq_ignore_ascii_case(scalar.text) || surely == Some(word) {
                true => advice.safe(),
                false => advice.unsafe_(),
            }
        });
        self.say(Rule::InvalidValue, Severity::Error, node, message, advice);
    }

    /// Structural schemas of Kubernetes check kinds before anything else (`validation` of
    /// apiextensions-apiserver), so that the API server rejects the object.
    pub(super) fn wrong_kind(&mut self, node: Node<'_>, wanted: &str) {
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
            "`{}`: expected {wanted}, found {found}",
            name_of(node)
        ));
        let advice = node
            .scalar()
            .and_then(|scalar| other_quotes(node, scalar, wanted));
        self.say(Rule::WrongType, Severity::Error, node, message, advice);
    }
}

/// The same value with quotes, or without them, where that makes it what is wanted.
fn other_quotes(node: Node<'_>, scalar: Scalar<'_>, wanted: &str) -> Option<Advice> {
    let plain = Scalar {
        style: Style::Plain,
        ..scalar
    };
    let (new, words) = match wanted {
        "text" => {
            let new = format!("\"{}\"", scalar.text);
            let words = format!("quote it: `{new}`");
            (new, words)
        }
        _ if wanted == "a number" && is_number(plain)
            || wanted != "a number" && is_switch(plain) =>
        {
            let words = format!("write it without quotes: `{}`", scalar.text);
            (scalar.text.to_owned(), words)
        }
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

fn is_switch(scalar: Scalar<'_>) -> bool {
    matches!(scalar.text, "true" | "false")
}

/// Underscores are dropped, since YAML 1.1 takes `1_000` for a number.
pub(super) fn is_number(scalar: Scalar<'_>) -> bool {
    let begins = scalar
        .text
        .starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.'));
    scalar.is_plain() && begins && scalar.text.replace('_', "").parse::<f64>().is_ok()
}
