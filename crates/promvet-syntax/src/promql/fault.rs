//! What is wrong with an expression.

use super::token::Token;
use crate::fault::Remedy;

/// A fault of an expression and the bytes of it that are at fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExprFault {
    /// The first byte of the faulty part.
    pub from: usize,
    /// The byte after its last one.
    pub to: usize,
    /// What is wrong, as a clause that can follow "the expression is not PromQL: ".
    pub message: String,
    /// What to do about it.
    pub remedy: Remedy,
    /// The feature flag that would make it right, if one would.
    pub flag: Option<&'static str>,
    /// Whether it is an instant vector where a range vector is expected.
    pub(super) lacks_range: bool,
    /// Whether older releases take it.
    pub is_removed: bool,
}

impl ExprFault {
    pub(super) fn new(from: usize, to: usize, message: impl Into<String>) -> Self {
        Self {
            from,
            to: to.max(from),
            message: message.into(),
            remedy: Remedy::default(),
            flag: None,
            lacks_range: false,
            is_removed: false,
        }
    }

    pub(super) fn at(token: Token, message: impl Into<String>) -> Self {
        Self::new(token.from, token.to, message)
    }

    pub(super) fn help(mut self, help: impl Into<Remedy>) -> Self {
        self.remedy = help.into();
        self
    }
}

/// Why the reading of an expression ended.
#[derive(Debug)]
pub(super) enum Stop {
    /// The grammar does not allow what is there. Boxed, since each level of the parser has room for it
    /// on the stack.
    ExprFault(Box<ExprFault>),
    /// It is nested too deep to be read here, which says nothing about Prometheus.
    Deep,
}

impl From<ExprFault> for Stop {
    fn from(fault: ExprFault) -> Self {
        Self::ExprFault(Box::new(fault))
    }
}
