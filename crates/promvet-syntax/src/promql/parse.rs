//! Expressions: operators, signs, and what may follow a selector.

use promvet_text::work;

use super::dialect::{PromqlFeature, PromqlRelease};
use super::fault::{ExprFault, Stop};
use super::lexer::Lexer;
use super::number;
use super::remedy;
use super::selector::Matcher;
use super::token::{Operator, POWER, Token, TokenKind, Word};
use super::tree::{NodeKind, Tree};
use super::value::{ExpressionPart, Follows, ValueType};
use promvet_text::Span;

/// Nesting beyond this is not read: no rule that people wrote comes near it, and 1 MiB of stack has
/// to do, even unoptimized, where a level of `sum(…)` takes about 10 KiB.
const DEEPEST: usize = 64;

/// Faults of one expression beyond this are not reported: people mend the first ones and look again,
/// and each is looked up in the file, which takes as long as the expression.
const MOST_FAULTS: usize = 20;

/// The reader of one expression.
#[derive(Debug)]
pub(super) struct Parser<'t> {
    pub(super) text: &'t str,
    pub(super) dialect: PromqlRelease,
    /// What the grammar allows, but types or the release do not.
    pub(super) faults: Vec<ExprFault>,
    /// The comparisons of labels that were read.
    pub(super) matchers: Vec<Matcher>,
    /// The nodes that were read.
    pub(super) tree: Tree,
    pub(super) token: Token,
    lexer: Lexer<'t>,
    last: Token,
    depth: usize,
}

pub(super) type ParseResult<T> = Result<T, Stop>;

pub(super) fn matchers(text: &str, dialect: PromqlRelease) -> Vec<Matcher> {
    let mut parser = Parser::new(text, dialect);
    match parser.whole() {
        Ok(()) => parser.matchers,
        Err(_) => Vec::new(),
    }
}

pub(super) fn tree(text: &str, dialect: PromqlRelease) -> Option<Tree> {
    let mut parser = Parser::new(text, dialect);
    parser.whole().is_ok().then_some(parser.tree)
}

pub(super) fn check(text: &str, dialect: PromqlRelease) -> Vec<ExprFault> {
    let mut parser = Parser::new(text, dialect);
    match parser.whole() {
        Ok(()) => {
            parser.faults.sort_by_key(|fault| (fault.from, fault.to));
            parser.faults
        }
        Err(Stop::ExprFault(fault)) => vec![*fault],
        Err(Stop::Deep) => Vec::new(),
    }
}

impl<'t> Parser<'t> {
    fn new(text: &'t str, dialect: PromqlRelease) -> Self {
        let start = Token {
            kind: TokenKind::End,
            from: 0,
            to: 0,
        };
        Self {
            text,
            dialect,
            faults: Vec::new(),
            matchers: Vec::new(),
            tree: Tree::default(),
            token: start,
            lexer: Lexer::new(text, dialect.release),
            last: start,
            depth: 0,
        }
    }

    fn whole(&mut self) -> ParseResult<()> {
        self.advance()?;
        if self.token.kind == TokenKind::End {
            // "no expression found in input" in generated_parser.y (`start: EOF`).
            let fault = ExprFault::new(0, self.text.len(), "the expression is empty");
            return Err(fault.help("write an expression, or remove the rule").into());
        }
        self.expression(0)?;
        match self.token.kind {
            TokenKind::End => Ok(()),
            _ => Err(self.unexpected(remedy::OPERATOR)),
        }
    }

    /// Goes on to the next piece and hands back the one before.
    pub(super) fn advance(&mut self) -> ParseResult<Token> {
        work::count(1);
        self.last = self.token;
        self.token = self.lexer.next()?;
        Ok(self.last)
    }

    /// Goes on if the piece is of a kind.
    pub(super) fn accept(&mut self, kind: TokenKind) -> ParseResult<bool> {
        let found = self.token.kind == kind;
        if found {
            self.advance()?;
        }
        Ok(found)
    }

    /// Goes on, or stops with what should have was there.
    pub(super) fn expect(&mut self, kind: TokenKind, wanted: &str) -> ParseResult<Token> {
        if self.token.kind == kind {
            self.advance()
        } else {
            Err(self.unexpected(wanted))
        }
    }

    pub(super) fn slice(&self, token: Token) -> &'t str {
        self.text.get(token.from..token.to).unwrap_or_default()
    }

    /// Where the last piece that was read ended.
    pub(super) fn end(&self) -> usize {
        self.last.to
    }

    /// The fault of a piece that cannot be where it does.
    pub(super) fn unexpected(&self, wanted: &str) -> Stop {
        let fault = if self.token.kind == TokenKind::End {
            let last = self.last;
            ExprFault::new(
                last.from,
                last.to,
                format!("unexpected end; expected {wanted}"),
            )
            .help(remedy::of_unexpected("", wanted))
        } else {
            let text = self.slice(self.token);
            let shown = text.lines().next().unwrap_or(text);
            let message = format!("unexpected `{shown}`; expected {wanted}");
            ExprFault::at(self.token, message).help(remedy::of_unexpected(shown, wanted))
        };
        fault.into()
    }

    /// Ends a node that is made by the piece `head`, of what was read since `first`.
    pub(super) fn close(&mut self, kind: NodeKind, from: usize, head: Token, first: usize) {
        let head = Span::new(head.from, head.to);
        let span = Span::new(from, self.end());
        self.tree.close(kind, span, head, first);
    }

    /// Ends a node without anything below it, which is the last piece that was read.
    fn leaf(&mut self, kind: NodeKind) {
        let token = self.last;
        self.close(kind, token.from, token, self.tree.next());
    }

    pub(super) fn push(&mut self, fault: ExprFault) {
        if self.faults.len() < MOST_FAULTS {
            self.faults.push(fault);
        }
    }

    /// Notes that a form is not for this release, if it is not.
    pub(super) fn need(&mut self, feature: PromqlFeature, from: usize, to: usize) {
        let refusal = self.dialect.refusal(feature, from, to);
        refusal.into_iter().for_each(|fault| self.push(fault));
    }

    /// An expression of operators that bind at least as tightly as `tightness`.
    /// Precedence climbing over the `%left` and `%right` lines of generated_parser.y, since the
    /// rest of that grammar needs no table.
    pub(super) fn expression(&mut self, tightness: u8) -> ParseResult<ExpressionPart> {
        self.enter()?;
        let first = self.tree.next();
        let mut left = self.signed()?;
        while let TokenKind::Operator(operator) = self.token.kind {
            let precedence = operator.precedence();
            if precedence < tightness {
                break;
            }
            let sign = self.advance()?;
            if matches!(operator, Operator::TrimUpper | Operator::TrimLower) {
                self.need(PromqlFeature::Trim, sign.from, sign.to);
            }
            let modifiers = self.modifiers()?;
            // `^` alone is `%right` in generated_parser.y.
            let right = self.expression(if operator == Operator::Power {
                POWER
            } else {
                precedence + 1
            })?;
            left = self.binary(left, (operator, sign), &modifiers, right);
            self.close(NodeKind::Binary, left.from, sign, first);
        }
        self.leave();
        Ok(left)
    }

    /// Goes one level down, if there is one.
    pub(super) fn enter(&mut self) -> ParseResult<()> {
        self.depth += 1;
        if self.depth > DEEPEST {
            Err(Stop::Deep)
        } else {
            Ok(())
        }
    }

    pub(super) fn leave(&mut self) {
        self.depth -= 1;
    }

    /// An operand with the signs before it, which bind like `*`.
    /// Imitates `unary_expr` of generated_parser.y.
    fn signed(&mut self) -> ParseResult<ExpressionPart> {
        let TokenKind::Operator(operator) = self.token.kind else {
            return self.followed();
        };
        if !operator.is_sign() {
            return self.followed();
        }
        let first = self.tree.next();
        let sign = self.advance()?;
        let operand = self.expression(POWER)?;
        self.close(NodeKind::Sign, sign.from, sign, first);
        if !operand.ty.is_operand() {
            let message = format!(
                "`{}` is not allowed before {}",
                self.slice(sign),
                operand.ty.noun()
            );
            let fault = ExprFault::new(operand.from, operand.to, message);
            self.push(with_remedy(fault, operand.ty, ValueType::Vector));
        }
        Ok(ExpressionPart::new(sign.from, operand.to, operand.ty))
    }

    /// An operand with the ranges and modifiers behind it.
    /// Ranges and modifiers may come in any order in generated_parser.y; what does not fit is seen
    /// from the shape, so that the message can say why.
    fn followed(&mut self) -> ParseResult<ExpressionPart> {
        let first = self.tree.next();
        let mut part = self.operand()?;
        loop {
            let head = self.token;
            let kind = match head.kind {
                TokenKind::BracketOpen => {
                    part = self.range(part)?;
                    match part.shape {
                        Follows::Subquery => NodeKind::Subquery,
                        _ => NodeKind::Range,
                    }
                }
                TokenKind::Word(Word::Offset) => {
                    self.offset(&mut part)?;
                    NodeKind::Offset
                }
                TokenKind::At => {
                    self.at(&mut part)?;
                    NodeKind::At
                }
                TokenKind::Word(Word::Anchored | Word::Smoothed) => {
                    self.extended(&mut part)?;
                    NodeKind::Extended
                }
                _ => return Ok(part),
            };
            self.close(kind, part.from, head, first);
        }
    }

    fn operand(&mut self) -> ParseResult<ExpressionPart> {
        match self.token.kind {
            TokenKind::Number => {
                let token = self.advance()?;
                self.leaf(NodeKind::Number);
                self.number(token);
                Ok(ExpressionPart::new(token.from, token.to, ValueType::Scalar))
            }
            TokenKind::Duration => {
                let token = self.advance()?;
                self.leaf(NodeKind::Number);
                self.duration_literal(token);
                self.need(PromqlFeature::LooseNumbers, token.from, token.to);
                Ok(ExpressionPart::new(token.from, token.to, ValueType::Scalar))
            }
            TokenKind::Text => {
                let token = self.advance()?;
                self.leaf(NodeKind::Text);
                Ok(ExpressionPart::new(token.from, token.to, ValueType::Text))
            }
            TokenKind::ParenOpen => {
                let first = self.tree.next();
                let open = self.advance()?;
                let inner = self.expression(0)?;
                self.expect(TokenKind::ParenClose, "an operator or `)`")?;
                self.close(NodeKind::Parentheses, open.from, open, first);
                Ok(ExpressionPart::new(open.from, self.end(), inner.ty))
            }
            TokenKind::BraceOpen => self.selector(None),
            kind if kind.names_a_metric() => self.named(),
            _ => Err(self.unexpected(remedy::OPERAND)),
        }
    }

    /// The value of a number; a fault if Go can't read it.
    pub(super) fn number(&mut self, token: Token) -> f64 {
        let text = self.slice(token);
        if text.contains('_') {
            self.need(PromqlFeature::Underscores, token.from, token.to);
        }
        number::value(text).unwrap_or_else(|| {
            let message = format!("`{text}` is not a number that Prometheus can represent");
            self.push(ExprFault::at(token, message).help("write a number of 64 bits"));
            // Any value will do, since the fault is noted.
            1.0
        })
    }

    /// `offset 5m`.
    /// Imitates `parser.parser.addOffset`.
    fn offset(&mut self, part: &mut ExpressionPart) -> ParseResult<()> {
        let word = self.advance()?;
        self.offset_duration()?;
        let end = self.end();
        let message = match part.shape {
            Follows::Other => {
                "`offset` can only follow a selector, a range or a subquery, not an expression around them"
            }
            _ if part.offset => "`offset` is set twice for the same selector",
            _ => "",
        };
        if !message.is_empty() {
            let help = "write `offset` directly after the selector, once";
            self.push(ExprFault::new(word.from, end, message).help(help));
        }
        part.offset = true;
        part.to = end;
        Ok(())
    }

    /// `@ 1609746000`, `@ start()`.
    /// Imitates `parser.parser.setTimestamp` and `setAtModifierPreprocessor`.
    fn at(&mut self, part: &mut ExpressionPart) -> ParseResult<()> {
        let sign = self.advance()?;
        match self.token.kind {
            TokenKind::Word(Word::Start | Word::End) => {
                self.advance()?;
                self.expect(TokenKind::ParenOpen, "`(`")?;
                self.expect(TokenKind::ParenClose, "`)`")?;
            }
            _ => self.timestamp()?,
        }
        let end = self.end();
        self.need(PromqlFeature::AtModifier, sign.from, end);
        let message = match part.shape {
            Follows::Other => {
                "`@` can only follow a selector, a range or a subquery, not an expression around them"
            }
            _ if part.at => "`@` is set twice for the same selector",
            _ => "",
        };
        if !message.is_empty() {
            let help = "write `@` directly after the selector, once";
            self.push(ExprFault::new(sign.from, end, message).help(help));
        }
        part.at = true;
        part.to = end;
        Ok(())
    }

    fn timestamp(&mut self) -> ParseResult<()> {
        if matches!(self.token.kind, TokenKind::Operator(operator) if operator.is_sign()) {
            self.advance()?;
        }
        match self.token.kind {
            TokenKind::Number => {
                let token = self.advance()?;
                // Milliseconds in 64 bits are what a time is in Prometheus (`setTimestamp`).
                if self.number(token).abs() < 9_223_372_036_854_775_807.0 {
                    return Ok(());
                }
                let fault = ExprFault::at(token, "this time is out of range");
                self.push(fault.help("write a time in seconds since 1970"));
                Ok(())
            }
            TokenKind::Duration => {
                let token = self.advance()?;
                self.duration_literal(token);
                self.need(PromqlFeature::LooseNumbers, token.from, token.to);
                Ok(())
            }
            _ => Err(self.unexpected("a time in seconds, `start()` or `end()`")),
        }
    }

    /// `anchored` and `smoothed`.
    /// Imitates `parser.parser.setAnchored` and `setSmoothed`, 3.7 and later.
    fn extended(&mut self, part: &mut ExpressionPart) -> ParseResult<()> {
        let word = self.advance()?;
        self.need(PromqlFeature::ExtendedRanges, word.from, word.to);
        if matches!(part.shape, Follows::Subquery | Follows::Other) {
            let message = format!(
                "`{}` can only follow a selector or a range",
                self.slice(word)
            );
            self.push(ExprFault::at(word, message).help("write it directly after the selector"));
        } else if part.extended {
            let message = "`anchored` and `smoothed` exclude each other and can be set only once";
            self.push(ExprFault::at(word, message).help("remove one of the two"));
        }
        part.extended = true;
        Ok(())
    }
}

/// Adds what helps to a value of one type where another is wanted.
pub(super) fn with_remedy(fault: ExprFault, is: ValueType, wanted: ValueType) -> ExprFault {
    match is.remedy(wanted) {
        Some(remedy) => fault.help(remedy),
        None => fault,
    }
}
