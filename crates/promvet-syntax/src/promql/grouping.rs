//! What is between an operator and its right side, and what its two sides must be.

use std::collections::BTreeSet;

use super::dialect::PromqlFeature;
use super::fault::ExprFault;
use super::parse::{ParseResult, Parser, with_remedy};
use super::quoted::unquote;
use super::remedy;
use super::token::{Operator, Token, TokenKind, Word};
use super::tree::NodeKind;
use super::value::{ExpressionPart, ValueType};

/// `bool on (…) group_left (…) fill (…)`.
#[derive(Debug, Default)]
pub(super) struct Modifiers {
    bool_word: Option<Token>,
    /// `on` or `ignoring`, and the labels behind it.
    matching: Option<(Token, Vec<String>)>,
    /// `group_left` or `group_right`, and the labels behind it.
    group: Option<(Token, Vec<(String, Token)>)>,
    fill: Option<Token>,
}

impl Parser<'_> {
    /// Imitates `bin_modifier` of generated_parser.y.
    pub(super) fn modifiers(&mut self) -> ParseResult<Modifiers> {
        let mut out = Modifiers::default();
        if self.token.kind == TokenKind::Word(Word::Bool) {
            out.bool_word = Some(self.advance()?);
        }
        if matches!(self.token.kind, TokenKind::Word(Word::On | Word::Ignoring)) {
            let word = self.advance()?;
            let labels = self.labels()?;
            out.matching = Some((word, labels.into_iter().map(|(name, _)| name).collect()));
            if matches!(
                self.token.kind,
                TokenKind::Word(Word::GroupLeft | Word::GroupRight)
            ) {
                let word = self.advance()?;
                let labels = if self.token.kind == TokenKind::ParenOpen {
                    self.labels()?
                } else {
                    Vec::new()
                };
                out.group = Some((word, labels));
            }
        } else if matches!(
            self.token.kind,
            TokenKind::Word(Word::GroupLeft | Word::GroupRight)
        ) {
            let word = self.slice(self.token);
            let message = format!("`{word}` can only follow `on (…)` or `ignoring (…)`");
            let help = format!("write `on (…)` or `ignoring (…)` before `{word}`");
            return Err(ExprFault::at(self.token, message).help(help).into());
        }
        self.fills(&mut out)?;
        Ok(out)
    }

    /// `fill (0)`, or one or both of `fill_left (0)` and `fill_right (0)`.
    /// Imitates `fill_modifiers` of generated_parser.y, 3.10 and later.
    fn fills(&mut self, out: &mut Modifiers) -> ParseResult<()> {
        let mut seen: Option<Word> = None;
        while let TokenKind::Word(word @ (Word::Fill | Word::FillLeft | Word::FillRight)) =
            self.token.kind
        {
            let pair = seen
                .is_none_or(|before| before != word && before != Word::Fill && word != Word::Fill);
            if !pair {
                return Err(self.unexpected("the right side of the operator"));
            }
            seen = Some(word);
            let token = self.advance()?;
            self.need(PromqlFeature::Fill, token.from, token.to);
            out.fill = Some(token);
            self.expect(TokenKind::ParenOpen, "`(`")?;
            if matches!(self.token.kind, TokenKind::Operator(operator) if operator.is_sign()) {
                self.advance()?;
            }
            match self.token.kind {
                TokenKind::Number => {
                    let token = self.advance()?;
                    self.number(token);
                }
                TokenKind::Duration => {
                    let token = self.advance()?;
                    self.duration_literal(token);
                }
                _ => return Err(self.unexpected("a number")),
            }
            self.expect(TokenKind::ParenClose, "`)`")?;
        }
        Ok(())
    }

    /// `(a, b)`: names of labels, plain or quoted.
    pub(super) fn labels(&mut self) -> ParseResult<Vec<(String, Token)>> {
        self.expect(TokenKind::ParenOpen, remedy::LABELS)?;
        let mut labels = Vec::new();
        while !self.accept(TokenKind::ParenClose)? {
            labels.push(self.label()?);
            if !self.accept(TokenKind::Comma)? {
                self.expect(TokenKind::ParenClose, "`,` or `)`")?;
                break;
            }
        }
        Ok(labels)
    }

    fn label(&mut self) -> ParseResult<(String, Token)> {
        let token = self.token;
        let name = match token.kind {
            TokenKind::Text => {
                self.need(PromqlFeature::QuotedNames, token.from, token.to);
                unquote(self.slice(token))
            }
            kind if kind.names_a_label() => self.slice(token).to_owned(),
            _ => return Err(self.unexpected("a label name")),
        };
        self.advance()?;
        self.close(NodeKind::Label, token.from, token, self.tree.next());
        // Names are checked as `model.LabelName` before 3.0; quoted ones may be anything but empty
        // since.
        if name.is_empty() || (name.contains(':') && !self.dialect.has_utf8_names()) {
            let fault = ExprFault::at(token, format!("`{name}` is not a valid label name"));
            self.push(fault.help("write the name of a label, of letters, digits and `_`"));
        }
        Ok((name, token))
    }

    /// What two sides are worth together.
    /// Imitates the case `*BinaryExpr` of `parser.checkAST`.
    pub(super) fn binary(
        &mut self,
        left: ExpressionPart,
        (operator, sign): (Operator, Token),
        modifiers: &Modifiers,
        right: ExpressionPart,
    ) -> ExpressionPart {
        let word = self.slice(sign);
        let scalars = (left.ty == ValueType::Scalar, right.ty == ValueType::Scalar);
        // Where both sides are wrong, one slip is behind both: `rate(a[5m] + b[5m])`.
        let wrong = [left, right].into_iter().find(|side| !side.ty.is_operand());
        if let Some(side) = wrong {
            let message = format!("a side of `{word}` is {}", side.ty.noun());
            let fault = ExprFault::new(
                side.from,
                side.to,
                format!("{message}, which operators do not accept"),
            );
            self.push(with_remedy(fault, side.ty, ValueType::Vector));
        }
        if let Some(token) = modifiers.bool_word.filter(|_| !operator.is_comparison()) {
            let message =
                format!("`bool` is allowed only after a comparison, and `{word}` is not one");
            self.push(ExprFault::at(token, message).help("remove `bool`"));
        }
        // "comparisons between scalars must use BOOL modifier" in `parser.checkAST`: two numbers
        // have no series to filter.
        if operator.is_comparison() && modifiers.bool_word.is_none() && scalars == (true, true) {
            let fault = ExprFault::at(sign, "two numbers are compared without `bool`");
            self.push(fault.help(format!("write `{word} bool`, which returns 0 or 1")));
        }
        if operator.is_set() && (scalars.0 || scalars.1) {
            let fault = ExprFault::at(
                sign,
                format!("`{word}` joins two vectors, and one side is a number"),
            );
            self.push(fault.help("turn a number into a vector with `vector(…)`"));
        }
        if let Some((on, group)) = modifiers.matching.as_ref().zip(modifiers.group.as_ref()) {
            self.labels_on_both_sides(on, group);
        }
        let vectors = left.ty.is(ValueType::Vector) && right.ty.is(ValueType::Vector);
        self.matched(word, operator, modifiers, vectors);
        let ty = match (wrong, scalars) {
            (Some(_), _) => ValueType::Unknown,
            (None, (true, true)) => ValueType::Scalar,
            (None, _) => ValueType::Vector,
        };
        ExpressionPart::new(left.from, right.to, ty)
    }

    /// "label must not occur in ON and GROUP clause at once" in `parser.checkAST`; for `ignoring`
    /// it may.
    fn labels_on_both_sides(
        &mut self,
        on: &(Token, Vec<String>),
        group: &(Token, Vec<(String, Token)>),
    ) {
        if !self.slice(on.0).eq_ignore_ascii_case("on") {
            return;
        }
        let labels: BTreeSet<&String> = on.1.iter().collect();
        for (name, token) in group.1.iter().filter(|(name, _)| labels.contains(name)) {
            let word = self.slice(group.0);
            let message = format!("the label `{name}` is in both `on` and `{word}`");
            self.push(ExprFault::at(*token, message).help("remove it from one of the two"));
        }
    }

    /// `on`, `group_left` and `fill` are for vectors, and not all of them for sets. "vector
    /// matching only allowed between instant vectors" and "no grouping allowed for" in
    /// `parser.checkAST`.
    fn matched(&mut self, word: &str, operator: Operator, modifiers: &Modifiers, vectors: bool) {
        let on = modifiers
            .matching
            .as_ref()
            .filter(|(_, labels)| !labels.is_empty());
        if !vectors {
            for token in on
                .map(|(token, _)| *token)
                .into_iter()
                .chain(modifiers.fill)
            {
                let message = format!(
                    "`{}` is allowed only between two instant vectors",
                    self.slice(token)
                );
                let help = "remove it, or make vectors of both sides with `vector(…)`";
                self.push(ExprFault::at(token, message).help(help));
            }
        } else if operator.is_set() {
            for token in modifiers
                .group
                .as_ref()
                .map(|(token, _)| *token)
                .into_iter()
                .chain(modifiers.fill)
            {
                let modifier = self.slice(token);
                let message = format!("`{modifier}` is not allowed with `{word}`");
                let help = format!("remove `{modifier}`");
                self.push(ExprFault::at(token, message).help(help));
            }
        }
    }
}
