//! Ranges, subqueries, offsets, and the durations in them.

use super::dialect::PromqlFeature;
use super::fault::{ExprFault, Stop};
use super::parse::{ParseResult, Parser, with_remedy};
use super::remedy::A_DURATION;
use super::token::{Operator, Token, TokenKind, Word};
use super::tree::NodeKind;
use super::value::{ExpressionPart, Follows, ValueType};
use crate::go;

/// The longest duration that Go can hold, in seconds (`1<<63` nanoseconds). generated_parser.y
/// rejects a number in place of a duration beyond `1<<63/1e9` ("duration out of range").
const MOST_SECONDS: f64 = 9_223_372_036.854_776;

/// A duration in a range or an offset.
#[derive(Clone, Copy, Debug)]
struct Length {
    from: usize,
    to: usize,
    /// Its length in seconds, if it is written out and not worked out.
    seconds: Option<f64>,
}

impl Parser<'_> {
    /// `[5m]` or `[1h:5m]`.
    /// Imitates `matrix_selector` and `subquery_expr` of generated_parser.y.
    pub(super) fn range(&mut self, of: ExpressionPart) -> ParseResult<ExpressionPart> {
        let open = self.advance()?;
        self.positive()?;
        let subquery = self.accept(TokenKind::Colon)?;
        if subquery && self.token.kind != TokenKind::BracketClose {
            self.positive()?;
        }
        self.expect(
            TokenKind::BracketClose,
            if subquery { "`]`" } else { "`:` or `]`" },
        )?;
        let end = self.end();
        if subquery {
            return Ok(self.subquery(of, open, end));
        }
        let wrong = match of.shape {
            // "no offset modifiers allowed before range" in generated_parser.y: the range belongs
            // to the selector.
            Follows::Selector if of.offset => Some("`offset` must follow the range"),
            Follows::Selector if of.at => Some("`@` must follow the range"),
            Follows::Selector => None,
            _ => Some("a range can only follow a selector"),
        };
        let shape = if of.shape == Follows::Selector {
            Follows::Range
        } else {
            Follows::BrokenRange
        };
        let mut ty = ValueType::Matrix;
        if let Some(message) = wrong {
            let mut fault = ExprFault::new(open.from, end, message);
            if of.shape != Follows::Selector && of.ty.is(ValueType::Vector) {
                let text = self.text.get(open.from..end).unwrap_or("[5m]");
                fault = fault.help(match self.takes_back(of) {
                    // `rate(up)[5m]`: what is around it takes the vector that `rate` returns.
                    Some(selector) => {
                        ty = ValueType::Unknown;
                        format!("move `{text}` to the selector: `{selector}{text}`")
                    }
                    None => {
                        let inner = text.trim_end_matches(']');
                        format!("write a subquery, such as `{inner}:]`")
                    }
                });
            }
            self.push(fault);
        }
        Ok(ExpressionPart {
            from: of.from,
            to: end,
            ty,
            shape,
            ..of
        })
    }

    /// Takes back that the selector at the end of a call lacks the range which follows the call, and
    /// returns the selector.
    fn takes_back(&mut self, call: ExpressionPart) -> Option<String> {
        let is_inside = |fault: &ExprFault| fault.from > call.from && fault.to < call.to;
        let fault = self
            .faults
            .pop_if(|fault| fault.lacks_range && is_inside(fault))?;
        self.text.get(fault.from..fault.to).map(str::to_owned)
    }

    fn subquery(&mut self, of: ExpressionPart, open: Token, end: usize) -> ExpressionPart {
        self.need(PromqlFeature::Subqueries, open.from, end);
        if !of.ty.is(ValueType::Vector) {
            let message = format!(
                "a subquery can only follow an instant vector, found {}",
                of.ty.noun()
            );
            let fault = ExprFault::new(of.from, of.to, message);
            self.push(with_remedy(fault, of.ty, ValueType::Vector));
        }
        ExpressionPart {
            shape: Follows::Subquery,
            ..ExpressionPart::new(of.from, end, ValueType::Matrix)
        }
    }

    /// A duration of more than nothing.
    /// "duration must be greater than 0" in generated_parser.y.
    fn positive(&mut self) -> ParseResult<()> {
        if matches!(self.token.kind, TokenKind::BracketClose | TokenKind::Colon) {
            return Err(self.unexpected(A_DURATION));
        }
        let length = self.arithmetic(0)?;
        self.length(length.from);
        if length.seconds.is_some_and(|seconds| seconds <= 0.0) {
            let message = "a range must be longer than zero";
            let fault = ExprFault::new(length.from, length.to, message);
            self.push(fault.help("write a duration such as `5m`"));
        }
        Ok(())
    }

    /// What follows `offset`: one duration, signed or not; operators after it belong to the
    /// expression around, unless it begins with a parenthesis.
    pub(super) fn offset_duration(&mut self) -> ParseResult<()> {
        let sign = self.token;
        let signed = matches!(sign.kind, TokenKind::Operator(operator) if operator.is_sign());
        if signed {
            self.advance()?;
        }
        let negative = sign.kind == TokenKind::Operator(Operator::Subtract);
        if !signed && self.token.kind == TokenKind::ParenOpen {
            self.arithmetic(0)?;
            self.length(sign.from);
            return Ok(());
        }
        self.duration_operand(negative)?;
        self.length(sign.from);
        if negative {
            self.need(PromqlFeature::NegativeOffsets, sign.from, self.end());
        } else if signed {
            // Before 3.4 `offset_expr` allowed `SUB duration` alone (generated_parser.y).
            self.need(PromqlFeature::PlusOffsets, sign.from, self.end());
        }
        Ok(())
    }

    /// Ends the node of a duration that begins at `from`.
    fn length(&mut self, from: usize) {
        let head = Token {
            kind: TokenKind::Duration,
            from,
            to: self.end(),
        };
        self.close(NodeKind::Duration, from, head, self.tree.next());
    }

    /// Durations that are added, multiplied and so on.
    /// Imitates `duration_expr` of generated_parser.y, 3.4 and later.
    fn arithmetic(&mut self, tightness: u8) -> ParseResult<Length> {
        let mut left = self.signed_duration()?;
        while let TokenKind::Operator(operator) = self.token.kind {
            let precedence = operator.precedence();
            let is_arithmetic =
                precedence >= Operator::Add.precedence() && operator != Operator::Atan2;
            if !is_arithmetic || precedence < tightness {
                break;
            }
            let sign = self.advance()?;
            let next = if operator == Operator::Power {
                precedence
            } else {
                precedence + 1
            };
            let right = self.arithmetic(next)?;
            if matches!(operator, Operator::Divide | Operator::Modulo) && right.seconds == Some(0.0)
            {
                let fault = ExprFault::new(sign.from, right.to, "a duration is divided by zero");
                self.push(fault.help("divide by another number"));
            }
            self.need(PromqlFeature::DurationArithmetic, sign.from, sign.to);
            left = Length {
                from: left.from,
                to: right.to,
                seconds: None,
            };
        }
        Ok(left)
    }

    fn signed_duration(&mut self) -> ParseResult<Length> {
        let sign = self.token;
        if !matches!(sign.kind, TokenKind::Operator(operator) if operator.is_sign()) {
            return self.duration_operand(false);
        }
        self.advance()?;
        self.deeper(|parser| {
            // A sign binds like `*` (`%prec MUL` in generated_parser.y), so that `-2^2` is
            // `-(2^2)`.
            let inner = parser.arithmetic(Operator::Power.precedence())?;
            let seconds = match sign.kind {
                TokenKind::Operator(Operator::Subtract) => inner.seconds.map(|seconds| -seconds),
                _ => inner.seconds,
            };
            Ok(Length {
                from: sign.from,
                to: inner.to,
                seconds,
            })
        })
    }

    fn duration_operand(&mut self, negative: bool) -> ParseResult<Length> {
        let token = self.token;
        let seconds = match token.kind {
            TokenKind::Duration => {
                self.advance()?;
                self.duration_literal(token)
            }
            TokenKind::Number => {
                self.advance()?;
                self.need(PromqlFeature::LooseNumbers, token.from, token.to);
                let seconds = self.number(token);
                if seconds.is_nan() || seconds.abs() > MOST_SECONDS {
                    let message = "this duration is out of range: the longest is about 292 years";
                    self.push(ExprFault::at(token, message).help("write a shorter duration"));
                }
                Some(seconds)
            }
            TokenKind::Word(Word::Step | Word::Range) => {
                self.advance()?;
                self.expect(TokenKind::ParenOpen, "`(`")?;
                self.expect(TokenKind::ParenClose, "`)`")?;
                self.need(PromqlFeature::DurationArithmetic, token.from, self.end());
                None
            }
            TokenKind::Word(Word::MaxOf | Word::MinOf) => {
                self.advance()?;
                self.expect(TokenKind::ParenOpen, "`(`")?;
                self.deeper(|parser| parser.arithmetic(0))?;
                self.expect(TokenKind::Comma, "`,`")?;
                self.deeper(|parser| parser.arithmetic(0))?;
                self.expect(TokenKind::ParenClose, "`)`")?;
                self.need(PromqlFeature::DurationArithmetic, token.from, self.end());
                None
            }
            TokenKind::ParenOpen => {
                self.advance()?;
                self.deeper(|parser| parser.arithmetic(0))?;
                self.expect(TokenKind::ParenClose, "`)`")?;
                self.need(PromqlFeature::DurationArithmetic, token.from, self.end());
                None
            }
            _ => return Err(self.unexpected(A_DURATION)),
        };
        let seconds = seconds.map(|seconds| if negative { -seconds } else { seconds });
        Ok(Length {
            from: token.from,
            to: self.end(),
            seconds,
        })
    }

    /// The length of a duration in seconds; a fault if it is not one.
    pub(super) fn duration_literal(&mut self, token: Token) -> Option<f64> {
        match go::duration(self.slice(token)) {
            Ok(duration) => {
                if duration.compound {
                    self.need(PromqlFeature::CompoundDurations, token.from, token.to);
                }
                Some(seconds(duration.milliseconds))
            }
            Err(fault) => {
                let message = fault.about(&format!("`{}`", self.slice(token)));
                let help = fault.remedy.words.as_deref();
                let help = help.unwrap_or("write a duration such as `5m`");
                self.push(ExprFault::at(token, message).help(help));
                None
            }
        }
    }

    fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, Stop>) -> ParseResult<T> {
        self.enter()?;
        let read = read(self);
        self.leave();
        read
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "only whether it is nothing matters"
)]
fn seconds(milliseconds: i64) -> f64 {
    milliseconds as f64 / 1000.0
}
