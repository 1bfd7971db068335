//! Messages with values filled in: `sends to {url.host}`.

use std::fmt::Write as _;

use cel::common::ast::IdedExpr;
use cel::common::types::{
    CelBool, CelDouble, CelInt, CelList, CelMap, CelNull, CelString, CelUInt,
};
use cel::common::value::Val;
use cel::{Context, Value};

use super::budget::{self, FileBudget};
use super::check;
use super::facts::FactUse;
use super::nodes::RuleNodeKind;
use super::syntax::{self, ExpressionSpot};
use crate::policy::PolicyError;
use crate::yaml::Node;

/// The characters of a value that are shown: two lines of a terminal.
const LONGEST: usize = 200;

/// What is where a value is not known.
const NOT_KNOWN: &str = "(not known)";

/// A text with expressions in braces.
#[derive(Debug)]
pub(super) struct MessageTemplate {
    pieces: Vec<MessagePiece>,
    /// What the expressions take from the facts.
    pub(super) uses: Vec<FactUse>,
}

#[derive(Debug)]
enum MessagePiece {
    Text(String),
    Value(IdedExpr),
}

/// Reads the text of a scalar. `{{` and `}}` stand for braces.
pub(super) fn read(
    node: Node<'_>,
    kind: RuleNodeKind,
) -> Result<MessageTemplate, Vec<PolicyError>> {
    let text = node.as_str().unwrap_or("");
    let mut out = MessageTemplate {
        pieces: Vec::new(),
        uses: Vec::new(),
    };
    let mut wrong = Vec::new();
    let mut plain = String::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let brace = rest.find(['{', '}']).unwrap_or(rest.len());
        plain.push_str(rest.get(..brace).unwrap_or(""));
        let rest = rest.get(brace..).unwrap_or("");
        at += brace;
        if rest.starts_with("{{") || rest.starts_with("}}") {
            plain.extend(rest.chars().next());
            at += 2;
        } else if rest.starts_with('{') {
            let Some(length) = placeholder_length(rest) else {
                wrong.push(mistake(
                    node,
                    at,
                    "this brace is not closed",
                    "write `{{` for a brace",
                ));
                break;
            };
            out.pieces
                .push(MessagePiece::Text(std::mem::take(&mut plain)));
            match value(node, at + 1, rest.get(1..length).unwrap_or(""), kind) {
                Ok((expr, uses)) => {
                    out.uses.extend(uses);
                    out.pieces.push(MessagePiece::Value(expr));
                }
                Err(mistakes) => wrong.extend(mistakes),
            }
            at += length + 1;
        } else if rest.starts_with('}') {
            wrong.push(mistake(node, at, "unmatched `}`", "write `}}` for a brace"));
            break;
        }
    }
    out.pieces.push(MessagePiece::Text(plain));
    if wrong.is_empty() {
        Ok(out)
    } else {
        Err(wrong)
    }
}

fn mistake(node: Node<'_>, at: usize, message: &str, help: &str) -> PolicyError {
    let span = crate::schema::rule_file::part(node, at, at + 1);
    PolicyError {
        message: message.to_owned(),
        place: node.document().place(span),
        advice: Some(help.into()),
    }
}

/// How many bytes there are before the brace that closes the first one.
fn placeholder_length(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(open), _) if open == c => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, '{') => depth += 1,
            (None, '}') => {
                depth -= 1;
                if depth == 0 {
                    return Some(at);
                }
            }
            (None, _) => {}
        }
    }
    None
}

fn value(
    node: Node<'_>,
    from: usize,
    text: &str,
    kind: RuleNodeKind,
) -> Result<(IdedExpr, Vec<FactUse>), Vec<PolicyError>> {
    let source = syntax::read(text, ExpressionSpot { node, from }, "the value");
    let source = source.map_err(|error| vec![error])?;
    let checked = check::check(&source, kind);
    if !checked.mistakes.is_empty() {
        return Err(checked.mistakes);
    }
    Ok((budget::paying(source.expr), checked.uses))
}

impl MessageTemplate {
    /// The text with its values filled in.
    pub(super) fn fill(&self, context: &Context<'_, '_>, budget: &FileBudget) -> String {
        let mut out = String::new();
        for piece in &self.pieces {
            match piece {
                MessagePiece::Text(text) => out.push_str(text),
                MessagePiece::Value(expr) => out.push_str(&evaluate(expr, context, budget)),
            }
        }
        out
    }
}

fn evaluate(expr: &IdedExpr, context: &Context<'_, '_>, budget: &FileBudget) -> String {
    let least = syntax::nodes(expr) as u64;
    let (value, used_up) = budget.within(least, || {
        let value = Value::resolve_val(expr, context).ok()?;
        let mut out = String::new();
        write(value.as_ref(), &mut out);
        Some(out)
    });
    value
        .filter(|_| !used_up)
        .unwrap_or_else(|| NOT_KNOWN.to_owned())
}

/// Writes a value for people.
fn write(value: &dyn Val, out: &mut String) {
    if out.len() > LONGEST {
        if !out.ends_with('…') {
            out.push('…');
        }
        return;
    }
    if let Some(text) = value.downcast_ref::<CelString>() {
        let text = text.inner();
        let end = text.char_indices().nth(LONGEST).map(|(at, _)| at);
        out.push_str(text.get(..end.unwrap_or(text.len())).unwrap_or(""));
        out.push_str(end.map_or("", |_| "…"));
    } else if let Some(list) = value.downcast_ref::<CelList>() {
        if list.inner().is_empty() {
            out.push_str("none");
        }
        for (index, item) in list.inner().iter().enumerate() {
            out.push_str(if index > 0 { ", " } else { "" });
            write(&**item, out);
        }
    } else if let Some(map) = value.downcast_ref::<CelMap>() {
        let mut entries: Vec<_> = map.iter().collect();
        entries.sort_by(|a, b| a.0.cmp(b.0));
        for (index, (key, value)) in entries.into_iter().enumerate() {
            out.push_str(if index > 0 { ", " } else { "" });
            write(key.inner(), out);
            out.push_str(": ");
            write(&**value, out);
        }
    } else {
        number(value, out);
    }
}

fn number(value: &dyn Val, out: &mut String) {
    let done = if let Some(value) = value.downcast_ref::<CelInt>() {
        write!(out, "{}", value.inner())
    } else if let Some(value) = value.downcast_ref::<CelUInt>() {
        write!(out, "{}", value.inner())
    } else if let Some(value) = value.downcast_ref::<CelDouble>() {
        write!(out, "{}", value.inner())
    } else if let Some(value) = value.downcast_ref::<CelBool>() {
        write!(out, "{}", value.inner())
    } else if value.downcast_ref::<CelNull>().is_some() {
        out.write_str("nothing")
    } else {
        out.write_str(NOT_KNOWN)
    };
    // Writing to a text never fails.
    debug_assert!(done.is_ok());
}
