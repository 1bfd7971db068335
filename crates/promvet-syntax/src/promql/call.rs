//! Names: metrics, functions, aggregations.

use super::dialect::PromqlFeature;
use super::fault::ExprFault;
use super::function::{self, Function};
use super::parse::{ParseResult, Parser, with_remedy};
use super::token::{AggregateParameter, Token, TokenKind, Word};
use super::tree::NodeKind;
use super::value::{ExpressionPart, Follows, ValueType};

impl Parser<'_> {
    /// A metric, a function or an aggregation: what follows the word tells which.
    /// The lexer does not know functions, so that the grammar tells by what follows
    /// (`function_call` and `aggregate_expr` in generated_parser.y).
    pub(super) fn named(&mut self) -> ParseResult<ExpressionPart> {
        let name = self.advance()?;
        match (name.kind, self.token.kind) {
            (
                TokenKind::Aggregate(kind),
                TokenKind::ParenOpen | TokenKind::Word(Word::By | Word::Without),
            ) => self.aggregation(name, kind),
            (
                TokenKind::Name
                | TokenKind::Word(
                    Word::Start | Word::End | Word::Step | Word::Range | Word::MaxOf | Word::MinOf,
                ),
                TokenKind::ParenOpen,
            ) => self.call(name),
            _ => self.selector(Some(name)),
        }
    }

    /// Imitates `parser.parser.newAggregateExpr` and its part of `checkAST`.
    fn aggregation(
        &mut self,
        name: Token,
        kind: AggregateParameter,
    ) -> ParseResult<ExpressionPart> {
        let first = self.tree.next();
        // `by` may come before or behind the arguments, but not twice (`aggregate_expr` in
        // generated_parser.y).
        let grouped_before = self.grouping()?;
        let arguments = self.arguments()?;
        if !grouped_before {
            self.grouping()?;
        }
        self.close(NodeKind::Aggregation, name.from, name, first);
        let word = self.slice(name);
        let wanted: &[ValueType] = match kind {
            AggregateParameter::Plain => &[ValueType::Vector],
            AggregateParameter::WithNumber | AggregateParameter::Limit => {
                &[ValueType::Scalar, ValueType::Vector]
            }
            AggregateParameter::WithText => &[ValueType::Text, ValueType::Vector],
        };
        if kind == AggregateParameter::Limit {
            self.need(PromqlFeature::ExperimentalAggregations, name.from, name.to);
        }
        if let Some(fault) = swapped(word, &arguments, wanted) {
            self.push(fault);
        } else if arguments.len() == wanted.len() {
            for (argument, wanted) in arguments.iter().zip(wanted) {
                self.argument(word, *argument, *wanted);
            }
        } else {
            self.push(wrong_count(
                name,
                word,
                wanted.len(),
                wanted.len(),
                arguments.len(),
            ));
        }
        Ok(ExpressionPart::new(
            name.from,
            self.end(),
            ValueType::Vector,
        ))
    }

    /// `by (…)` or `without (…)`, if it is here.
    fn grouping(&mut self) -> ParseResult<bool> {
        let found = matches!(self.token.kind, TokenKind::Word(Word::By | Word::Without));
        if found {
            self.advance()?;
            self.labels()?;
        }
        Ok(found)
    }

    fn call(&mut self, name: Token) -> ParseResult<ExpressionPart> {
        let word = self.slice(name);
        let found = function::find(word, self.dialect);
        let first = self.tree.next();
        let arguments = self.arguments()?;
        self.close(NodeKind::Call, name.from, name, first);
        let ty = match found {
            Ok(function) => {
                self.experimental(name, function);
                self.check_arguments(name, function, &arguments);
                function.returns
            }
            Err(fault) => {
                self.push(ExprFault {
                    from: name.from,
                    to: name.to,
                    ..fault
                });
                ValueType::Unknown
            }
        };
        Ok(ExpressionPart::new(name.from, self.end(), ty))
    }

    fn experimental(&mut self, name: Token, function: &Function) {
        let flag = function.flag();
        let word = format!("the function `{}`", function.name);
        let fault = self
            .dialect
            .missing(&word, function.since, flag, name.from, name.to);
        fault.into_iter().for_each(|fault| self.push(fault));
    }

    /// Imitates the case `*Call` of `parser.checkAST`.
    fn check_arguments(&mut self, name: Token, function: &Function, arguments: &[ExpressionPart]) {
        let least = function.takes.len() - usize::from(function.more != 0);
        let most = match function.more {
            0 => function.takes.len(),
            more => usize::try_from(more).map_or(usize::MAX, |more| least + more),
        };
        if !(least..=most).contains(&arguments.len()) {
            let takes: Vec<&str> = function.takes.iter().map(|ty| ty.noun()).collect();
            let help = match (takes.as_slice(), function.more) {
                ([], _) => "remove the arguments".to_owned(),
                (takes, 0) => format!("write {}", takes.join(", then ")),
                (takes, _) => format!("write {} and so on", takes.join(", then ")),
            };
            let fault = wrong_count(name, function.name, least, most, arguments.len());
            self.push(fault.help(help));
        }
        // `parser.checkAST` lets only this function take a selector that matches everything.
        if function.name == "info" {
            self.info_selector(arguments.get(1));
        }
        let Some(last) = function.takes.last() else {
            return;
        };
        if let Some(fault) = swapped(function.name, arguments, function.takes) {
            return self.push(fault);
        }
        for (index, argument) in arguments.iter().enumerate() {
            match function.takes.get(index) {
                Some(wanted) => self.argument(function.name, *argument, *wanted),
                None if function.more != 0 => self.argument(function.name, *argument, *last),
                None => break,
            }
        }
    }

    /// The second argument of `info` is a selector without a name, which may let everything pass.
    fn info_selector(&mut self, argument: Option<&ExpressionPart>) {
        let Some(argument) = argument else { return };
        if argument.shape == Follows::Selector && !argument.named {
            self.faults
                .retain(|fault| (fault.from, fault.to) != (argument.from, argument.to));
        } else {
            let message =
                "the second argument of `info` must be labels in braces, without a metric name";
            let help = "write labels in braces, such as `{job=\"a\"}`";
            self.push(ExprFault::new(argument.from, argument.to, message).help(help));
        }
    }

    fn argument(&mut self, of: &str, argument: ExpressionPart, wanted: ValueType) {
        if argument.ty.is(wanted) {
            return;
        }
        let message = format!(
            "`{of}` expects {}, found {}",
            wanted.noun(),
            argument.ty.noun()
        );
        let mut fault = ExprFault::new(argument.from, argument.to, message);
        fault.lacks_range = (argument.ty, wanted) == (ValueType::Vector, ValueType::Matrix);
        self.push(with_remedy(fault, argument.ty, wanted));
    }

    fn arguments(&mut self) -> ParseResult<Vec<ExpressionPart>> {
        self.expect(TokenKind::ParenOpen, "`(`")?;
        let mut arguments = Vec::new();
        if self.accept(TokenKind::ParenClose)? {
            return Ok(arguments);
        }
        loop {
            arguments.push(self.expression(0)?);
            let comma = self.token;
            if !self.accept(TokenKind::Comma)? {
                self.expect(TokenKind::ParenClose, "an operator, `,` or `)`")?;
                return Ok(arguments);
            }
            if self.token.kind == TokenKind::ParenClose {
                return Err(
                    // generated_parser.y has a rule for it ("trailing commas not allowed in
                    // function call args"), so that the message can name it.
                    ExprFault::at(comma, "unexpected comma after the last argument")
                        .help("remove the comma")
                        .into(),
                );
            }
        }
    }
}

/// Two arguments, each of the type that the other one must have.
fn swapped(word: &str, arguments: &[ExpressionPart], wanted: &[ValueType]) -> Option<ExprFault> {
    let ([first, second], [one, other]) = (arguments, wanted) else {
        return None;
    };
    let are_swapped = !first.ty.is(*one) && first.ty == *other && second.ty == *one;
    are_swapped.then(|| {
        let message = format!(
            "`{word}` expects {} first and {} second; the arguments are swapped",
            one.noun(),
            other.noun()
        );
        ExprFault::new(first.from, second.to, message).help("swap the two arguments")
    })
}

fn wrong_count(name: Token, word: &str, least: usize, most: usize, is: usize) -> ExprFault {
    let wants = match (least, most) {
        (least, most) if least == most => format!("{least}"),
        (least, usize::MAX) => format!("at least {least}"),
        (least, most) => format!("{least} to {most}"),
    };
    let noun = if wants == "1" {
        "argument"
    } else {
        "arguments"
    };
    let are = if is == 1 { "is" } else { "are" };
    let message = format!("`{word}` expects {wants} {noun}; {is} {are} given");
    ExprFault::at(name, message)
}
