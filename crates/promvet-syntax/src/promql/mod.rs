//! PromQL, as far as it takes to know whether Prometheus loads an expression, and why not.
//!
//! The expression is read once, from left to right: what a part is worth (its type, and whether a
//! range or an offset may follow) is all that the parts around it ask, and the same pass lists the
//! nodes of the [`Tree`].
//! Which words, functions and forms exist depends on the release ([`PromqlRelease`]). The grammar is that
//! of Prometheus's `promql/parser` (lex.go, generated_parser.y and parse.go of 2.17 to 3.14).

mod call;
mod dialect;
mod duration;
mod fault;
mod function;
mod grouping;
mod labels;
mod lexer;
mod meaning;
mod number;
mod parse;
mod quoted;
mod remedy;
mod selector;
mod stored;
mod token;
mod tree;
mod value;

pub use dialect::PromqlRelease;
pub use fault::ExprFault;
pub use labels::{Loss, keeps_labels, loss};
pub use meaning::meaning;
pub use quoted::unquote;
pub use selector::{MatchOperator, Matcher, is_recorded_name};
pub use stored::stored_form;
pub use tree::{Node, NodeKind, Tree};

/// What is wrong with an expression, in the order of the text: the first break of the grammar
/// alone, or everything that the types and the release forbid.
#[must_use]
pub fn check(expression: &str, dialect: PromqlRelease) -> Vec<ExprFault> {
    parse::check(expression, dialect)
}

/// The tree of an expression; none if the grammar does not allow it. Types do not matter.
#[must_use]
pub fn tree(expression: &str, dialect: PromqlRelease) -> Option<Tree> {
    parse::tree(expression, dialect)
}

/// The labels that the selectors of an expression compare, in the order of the text; none if the
/// grammar does not allow the expression.
#[must_use]
pub fn matchers(expression: &str, dialect: PromqlRelease) -> Vec<Matcher> {
    parse::matchers(expression, dialect)
}

/// The value of a number as an expression writes it, such as `0x1F` or `1e3`; none for a duration.
#[must_use]
pub fn number(text: &str) -> Option<f64> {
    number::value(text)
}

#[cfg(test)]
mod tests;
