//! Conditions that are slightly wrong, to see whether the examples of a page notice.

use std::sync::Arc;

use cel::common::ast::{CallExpr, Expr, IdedExpr, LiteralValue, operators};
use cel::common::types::{CelBool, CelDouble, CelInt, CelString};

use super::budget::entry_parts;
use super::page::{self, CustomRule};
use super::syntax::{self, ExpressionSource, parts};
use crate::finding::Place;

/// A rule whose condition was changed in one place.
#[derive(Debug)]
pub struct Mutant {
    /// Where the condition was changed.
    pub place: Place,
    /// How, such as ``with `<` for `<=` ``.
    pub change: String,
    /// The rule with the changed condition.
    pub rule: Arc<CustomRule>,
}

/// Operators and those that take their places.
const OPERATORS: &[(&str, &str, &str, &str)] = &[
    (operators::EQUALS, "==", operators::NOT_EQUALS, "!="),
    (operators::NOT_EQUALS, "!=", operators::EQUALS, "=="),
    (operators::LESS, "<", operators::LESS_EQUALS, "<="),
    (operators::LESS_EQUALS, "<=", operators::LESS, "<"),
    (operators::GREATER, ">", operators::GREATER_EQUALS, ">="),
    (operators::GREATER_EQUALS, ">=", operators::GREATER, ">"),
    (operators::ADD, "+", operators::SUBSTRACT, "-"),
    (operators::SUBSTRACT, "-", operators::ADD, "+"),
];

/// Every rule that differs from this one by one small change of its condition.
#[must_use]
pub fn mutants(rule: &CustomRule) -> Vec<Mutant> {
    syntax::with_room(|| mutants_here(rule)).unwrap_or_default()
}

fn mutants_here(rule: &CustomRule) -> Vec<Mutant> {
    let Ok((document, _)) = page::front(&rule.text) else {
        return Vec::new();
    };
    let Some(source) = page::condition(&document) else {
        return Vec::new();
    };
    let mut changes = vec![NodeChange {
        id: source.expr.id,
        is_whole: true,
        says: "negated as a whole".to_owned(),
        with: negated(source.expr.clone()),
    }];
    gather(&source.expr, &source, &mut changes);
    let mutant = |change: NodeChange| {
        let place = if change.is_whole {
            rule.place.clone()
        } else {
            source.place(change.id)?
        };
        let mut expr = source.expr.clone();
        replace(&mut expr, &change);
        Some(Mutant {
            place,
            change: change.says,
            rule: Arc::new(rule.with(expr)?),
        })
    };
    changes.into_iter().filter_map(mutant).collect()
}

/// What takes the place of the node with a number.
struct NodeChange {
    id: u64,
    /// Whether it negates the whole condition.
    is_whole: bool,
    says: String,
    with: IdedExpr,
}

fn replace(expr: &mut IdedExpr, change: &NodeChange) {
    if expr.id == change.id {
        *expr = change.with.clone();
        return;
    }
    match &mut expr.expr {
        Expr::Call(call) => {
            let target = call.target.as_deref_mut().into_iter();
            target
                .chain(&mut call.args)
                .for_each(|part| replace(part, change));
        }
        Expr::Comprehension(it) => {
            for part in [
                &mut it.iter_range,
                &mut it.loop_cond,
                &mut it.loop_step,
                &mut it.result,
            ] {
                replace(part, change);
            }
        }
        Expr::List(list) => list
            .elements
            .iter_mut()
            .for_each(|part| replace(part, change)),
        Expr::Map(map) => {
            let parts = map.entries.iter_mut().flat_map(entry_parts);
            parts.for_each(|part| replace(part, change));
        }
        Expr::Select(select) => replace(&mut select.operand, change),
        Expr::Struct(_) | Expr::Ident(_) | Expr::Literal(_) | Expr::Unspecified => {}
    }
}

fn gather(expr: &IdedExpr, source: &ExpressionSource<'_>, out: &mut Vec<NodeChange>) {
    match &expr.expr {
        // What a macro added was not written by anyone.
        Expr::Call(call) if !is_of_macro(call) => of_call(expr, call, out),
        Expr::Literal(literal) if !source.text_from(expr.id).starts_with('(') => {
            of_literal(expr, literal, out);
        }
        Expr::Select(select) if select.test => out.push(NodeChange {
            id: expr.id,
            is_whole: false,
            says: format!("without `has` of `{}`: as if it were there", select.field),
            with: literal(expr.id, LiteralValue::Boolean(CelBool::from(true))),
        }),
        _ => {}
    }
    for part in parts(expr) {
        gather(part, source, out);
    }
}

fn is_of_macro(call: &CallExpr) -> bool {
    let own = |expr: &IdedExpr| matches!(&expr.expr, Expr::Ident(name) if name.starts_with('@'));
    call.func_name == operators::NOT_STRICTLY_FALSE
        || call.args.iter().any(own)
        || call.func_name == operators::CONDITIONAL && call.args.last().is_some_and(own)
}

fn of_call(expr: &IdedExpr, call: &CallExpr, out: &mut Vec<NodeChange>) {
    let mut add = |says: String, with: Expr| {
        out.push(NodeChange {
            id: expr.id,
            is_whole: false,
            says,
            with: IdedExpr {
                id: expr.id,
                expr: with,
            },
        });
    };
    let name = &*call.func_name;
    let logic = match name {
        operators::LOGICAL_AND => Some(("&&", operators::LOGICAL_OR, "||")),
        operators::LOGICAL_OR => Some(("||", operators::LOGICAL_AND, "&&")),
        _ => None,
    };
    let renamed = |to: &str| {
        Expr::Call(CallExpr {
            func_name: to.to_owned(),
            ..call.clone()
        })
    };
    if let (Some((word, other, instead)), [left, right]) = (logic, call.args.as_slice()) {
        add(format!("with `{instead}` for `{word}`"), renamed(other));
        add(
            format!("without what is left of `{word}`"),
            right.expr.clone(),
        );
        add(
            format!("without what is right of `{word}`"),
            left.expr.clone(),
        );
    }
    if let Some((_, word, other, instead)) = OPERATORS.iter().find(|row| row.0 == name) {
        add(format!("with `{instead}` for `{word}`"), renamed(other));
    }
    if let (operators::LOGICAL_NOT, [inner]) = (name, call.args.as_slice()) {
        add("without `!`".to_owned(), inner.expr.clone());
    }
    if matches!(
        name,
        operators::IN | "contains" | "startsWith" | "endsWith" | "matches"
    ) {
        let word = name.trim_start_matches('@');
        add(format!("with `{word}` negated"), negated(expr.clone()).expr);
    }
}

fn of_literal(expr: &IdedExpr, value: &LiteralValue, out: &mut Vec<NodeChange>) {
    let changed = match value {
        LiteralValue::Int(number) => {
            let more = number.inner().saturating_add(1);
            Some((
                format!("with {more} for {}", number.inner()),
                LiteralValue::Int(CelInt::from(more)),
            ))
        }
        LiteralValue::Double(number) => {
            let more = number.inner() + 1.0;
            let says = format!("with {more} for {}", number.inner());
            Some((says, LiteralValue::Double(CelDouble::from(more))))
        }
        LiteralValue::Boolean(value) => {
            let other = !*value.inner();
            Some((
                format!("with {other} for {}", !other),
                LiteralValue::Boolean(CelBool::from(other)),
            ))
        }
        LiteralValue::String(text) => {
            let other = format!("{}~", text.inner());
            let says = format!("with another text for '{}'", syntax::cut(text.inner()));
            Some((says, LiteralValue::String(CelString::from(other))))
        }
        _ => None,
    };
    out.extend(changed.map(|(says, with)| NodeChange {
        id: expr.id,
        is_whole: false,
        says,
        with: literal(expr.id, with),
    }));
}

fn literal(id: u64, value: LiteralValue) -> IdedExpr {
    IdedExpr {
        id,
        expr: Expr::Literal(value),
    }
}

fn negated(expr: IdedExpr) -> IdedExpr {
    IdedExpr {
        id: expr.id,
        expr: Expr::Call(CallExpr {
            func_name: operators::LOGICAL_NOT.to_owned(),
            target: None,
            args: vec![expr],
        }),
    }
}
