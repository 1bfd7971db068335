//! What a condition may cost.
//!
//! CEL itself sets no limit: a value that is bound in a comprehension can be copied several times
//! for every item, and the next comprehension can do the same with the result. So conditions are
//! rewritten when they are loaded: every comprehension, and every value that is used within one, is
//! paid for by its size before it is used. What costs more than the budget ends with an error.

use std::cell::Cell;
use std::collections::HashMap;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use cel::common::ast::{
    CallExpr, EntryExpr, Expr, IdedEntryExpr, IdedExpr, LiteralValue, operators,
};
use cel::common::types::{
    CelBool, CelDouble, CelInt, CelList, CelMap, CelString, DYN_TYPE, INT_TYPE, STRING_TYPE, Type,
};
use cel::common::value::{CowVal, Val};
use cel::{Env, ExecutionError};
use promvet_text::work;
use regex::{Regex, RegexBuilder};

use super::syntax;
use crate::schema::scalar;

/// What one evaluation may cost: about a second on a slow machine.
const BUDGET: u64 = 10_000_000;

/// What all rules may cost on one file: three seconds on a slow machine. A thousand rules on a
/// thousand nodes fit, if a condition costs thirty units.
const FILE_BUDGET: u64 = 3 * BUDGET;

/// The bytes of text that cost as much as one value: a value takes about this much memory.
const BYTES: usize = 64;

/// What reading a pattern costs: compiling one takes as long as some thousands of comparisons, so that a
/// condition which makes its patterns from values ends after a thousand of them.
const PATTERN: u64 = 10_000;

/// The bytes that a compiled pattern may have; nested repetitions (`(a{99}){99}`) reach it first.
const LARGEST_PATTERN: usize = 1 << 20;

/// How many compiled patterns are remembered: more than rules have, for patterns that are made from values.
const REMEMBERED: usize = 1024;

/// How many times more a value costs that is kept in another one: it takes memory, and every copy of
/// the other one copies it.
const KEPT_COSTS: u64 = 8;

/// The functions that conditions are rewritten to call; CEL source can't name them.
const USED: &str = "@used";
const KEPT: &str = "@kept";
const EACH: &str = "@each";

thread_local! {
    static LEFT: Cell<u64> = const { Cell::new(0) };
}

/// What all rules may still cost on one file.
#[derive(Debug)]
pub(super) struct FileBudget(Cell<u64>);

impl Default for FileBudget {
    fn default() -> Self {
        Self(Cell::new(FILE_BUDGET))
    }
}

impl FileBudget {
    pub(super) fn is_used_up(&self) -> bool {
        self.0.get() == 0
    }

    /// Runs an evaluation that costs `least` or more with a full budget. The second is whether it
    /// was used up: what the evaluation came to is then worth nothing.
    pub(super) fn within<T>(&self, least: u64, run: impl FnOnce() -> T) -> (T, bool) {
        LEFT.set(BUDGET);
        let out = run();
        let left = LEFT.get();
        let cost = (BUDGET - left).saturating_add(least);
        work::count(usize::try_from(cost).unwrap_or(usize::MAX));
        self.0.set(self.0.get().saturating_sub(cost));
        (out, left == 0)
    }
}

fn pay(units: u64) -> Result<(), ExecutionError> {
    let left = LEFT.get().saturating_sub(units);
    LEFT.set(left);
    if left == 0 {
        return Err(ExecutionError::function_error("budget", "used up"));
    }
    Ok(())
}

/// Pays for a value as often as `price` says: what it takes to copy, compare or search it. With
/// nothing left, it is not looked at.
fn pay_for(value: &dyn Val, price: u64) -> Result<(), ExecutionError> {
    pay(price)?;
    if let Some(text) = value.downcast_ref::<CelString>() {
        let chunks = (text.inner().len() / BYTES) as u64;
        return pay(price.saturating_mul(chunks));
    }
    if let Some(list) = value.downcast_ref::<CelList>() {
        let mut items = list.inner().iter();
        return items.try_for_each(|item| pay_for(&**item, price));
    }
    if let Some(map) = value.downcast_ref::<CelMap>() {
        pay(price.saturating_mul(map.len() as u64))?;
        let mut values = map.values();
        return values.try_for_each(|value| pay_for(&**value, price));
    }
    Ok(())
}

/// The environment that conditions run in.
pub(super) fn env() -> Arc<Env> {
    static ENV: OnceLock<Arc<Env>> = OnceLock::new();
    Arc::clone(ENV.get_or_init(|| {
        let mut env = Env::stdlib();
        for (name, id, types, function) in overloads() {
            // These names are declared nowhere else.
            let _ = env.add_overload(name, id, types, function);
        }
        let member = "matches_member";
        let _ = env.add_member_overload(MATCHES, member, STRING_TYPE, vec![STRING_TYPE], matches);
        Arc::new(env)
    }))
}

const MATCHES: &str = "matches";

type Overload = (
    &'static str,
    &'static str,
    Vec<Type>,
    cel::common::functions::Function,
);

fn overloads() -> [Overload; 5] {
    [
        (USED, "used", vec![DYN_TYPE], used),
        (KEPT, "kept", vec![DYN_TYPE], kept),
        (EACH, "each", vec![DYN_TYPE, INT_TYPE], each),
        (MATCHES, MATCHES, vec![STRING_TYPE, STRING_TYPE], matches),
        ("seconds", "seconds", vec![STRING_TYPE], seconds),
    ]
}

type CallResult<'b, 'v> = Result<CowVal<'b, 'v>, ExecutionError>;

fn used<'b, 'v>(args: Vec<CowVal<'b, 'v>>) -> CallResult<'b, 'v> {
    charge(args, 1)
}

fn kept<'b, 'v>(args: Vec<CowVal<'b, 'v>>) -> CallResult<'b, 'v> {
    charge(args, KEPT_COSTS)
}

fn charge<'b, 'v>(mut args: Vec<CowVal<'b, 'v>>, price: u64) -> CallResult<'b, 'v> {
    let value = args
        .pop()
        .ok_or_else(ExecutionError::missing_argument_or_target)?;
    pay_for(value.as_ref(), price)?;
    Ok(value)
}

/// What a comprehension runs over: the second argument is what one turn costs. The keys of a map come
/// in their order, so that the same input gives the same output.
fn each<'b, 'v>(mut args: Vec<CowVal<'b, 'v>>) -> CallResult<'b, 'v> {
    let (Some(turn), Some(range)) = (args.pop(), args.pop()) else {
        return Err(ExecutionError::missing_argument_or_target());
    };
    let turn = turn
        .downcast_ref::<CelInt>()
        .map_or(1, |turn| *turn.inner());
    let size = range.as_sizer().map_or(1, |sizer| *sizer.size().inner());
    let turns = turn.unsigned_abs().saturating_mul(size.unsigned_abs());
    pay(turns)?;
    pay_for(range.as_ref(), 1)?;
    let Some(map) = range.downcast_ref::<CelMap>() else {
        return Ok(range);
    };
    let mut keys: Vec<_> = map.keys().cloned().collect();
    keys.sort();
    let keys: Vec<Box<dyn Val + 'v>> = keys
        .iter()
        .map(|key| key.inner().clone_as_boxed())
        .collect();
    Ok(CowVal::owned(CelList::from(keys)))
}

fn matches<'b, 'v>(args: Vec<CowVal<'b, 'v>>) -> CallResult<'b, 'v> {
    let [text, pattern] = args.as_slice() else {
        return Err(ExecutionError::missing_argument_or_target());
    };
    let (Some(text), Some(pattern)) = (
        text.downcast_ref::<CelString>(),
        pattern.downcast_ref::<CelString>(),
    ) else {
        return Err(ExecutionError::missing_argument_or_target());
    };
    pay_for(text, 1)?;
    let found = with_pattern(pattern.inner(), |pattern| pattern.is_match(text.inner()))?;
    Ok(CowVal::owned(CelBool::from(found)))
}

/// Reads a pattern of `matches`.
pub(super) fn pattern(text: &str) -> Result<Regex, String> {
    let mut builder = RegexBuilder::new(text);
    builder.size_limit(LARGEST_PATTERN);
    builder.build().map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => "it is too large".to_owned(),
        other => {
            let text = other.to_string();
            let last = text.lines().last().unwrap_or_default();
            last.trim_start_matches("error: ").to_owned()
        }
    })
}

fn with_pattern<T>(text: &str, run: impl FnOnce(&Regex) -> T) -> Result<T, ExecutionError> {
    static KNOWN: OnceLock<RwLock<HashMap<String, Arc<Regex>>>> = OnceLock::new();
    let known = KNOWN.get_or_init(RwLock::default);
    let read = || known.read().unwrap_or_else(PoisonError::into_inner);
    let remembered = read().get(text).cloned();
    if let Some(pattern) = remembered {
        return Ok(run(&pattern));
    }
    pay(PATTERN)?;
    let pattern = pattern(text).map_err(|why| ExecutionError::function_error(MATCHES, why))?;
    let pattern = Arc::new(pattern);
    let mut known = known.write().unwrap_or_else(PoisonError::into_inner);
    if known.len() < REMEMBERED {
        known.insert(text.to_owned(), Arc::clone(&pattern));
    }
    drop(known);
    Ok(run(&pattern))
}

/// The seconds of a duration as Prometheus writes it, such as `1m30s`.
fn seconds<'b, 'v>(args: Vec<CowVal<'b, 'v>>) -> CallResult<'b, 'v> {
    let text = args
        .first()
        .and_then(|text| text.downcast_ref::<CelString>());
    let text = text.map_or("", |text| text.inner());
    let duration = scalar::duration(text).map_err(|_| {
        let why = format!("`{}` is not a duration", syntax::cut(text));
        ExecutionError::function_error("seconds", why)
    })?;
    #[expect(clippy::cast_precision_loss, reason = "292 years in milliseconds fit")]
    let seconds = duration.milliseconds as f64 / 1000.0;
    Ok(CowVal::owned(CelDouble::from(seconds)))
}

/// The same condition, paying for what it does.
pub(super) fn paying(mut expr: IdedExpr) -> IdedExpr {
    rewrite(&mut expr, false);
    expr
}

/// Rewrites an expression; `inside` says that it is run for every item of a comprehension.
fn rewrite(expr: &mut IdedExpr, inside: bool) {
    match &mut expr.expr {
        Expr::Comprehension(it) => {
            let turn = syntax::nodes(&it.loop_step) + syntax::nodes(&it.loop_cond);
            rewrite(&mut it.iter_range, inside);
            rewrite(&mut it.loop_step, true);
            rewrite(&mut it.result, inside);
            let turn = IdedExpr {
                id: it.iter_range.id,
                expr: Expr::Literal(LiteralValue::Int(CelInt::from(
                    i64::try_from(turn).unwrap_or(i64::MAX),
                ))),
            };
            wrap(&mut it.iter_range, EACH, Some(turn));
        }
        Expr::Call(call) => {
            let adds = call.func_name == operators::ADD;
            let target = call.target.as_deref_mut().into_iter();
            for part in target.chain(&mut call.args) {
                rewrite(part, inside);
                ask_for(part, inside, if adds { KEPT } else { USED });
            }
        }
        Expr::List(list) => {
            for part in &mut list.elements {
                rewrite(part, inside);
                ask_for(part, inside, KEPT);
            }
        }
        Expr::Map(map) => {
            for part in map.entries.iter_mut().flat_map(entry_parts) {
                rewrite(part, inside);
                ask_for(part, inside, KEPT);
            }
        }
        Expr::Select(select) => rewrite(&mut select.operand, inside),
        Expr::Struct(_) | Expr::Ident(_) | Expr::Literal(_) | Expr::Unspecified => {}
    }
}

/// The parts of an entry of a map, to be changed.
pub(super) fn entry_parts(entry: &mut IdedEntryExpr) -> Vec<&mut IdedExpr> {
    match &mut entry.expr {
        EntryExpr::MapEntry(entry) => vec![&mut entry.key, &mut entry.value],
        EntryExpr::StructField(field) => vec![&mut field.value],
    }
}

/// Has a value within a comprehension paid for, if it can be large.
fn ask_for(expr: &mut IdedExpr, inside: bool, function: &str) {
    let has_size = match &expr.expr {
        Expr::Ident(name) => !name.starts_with('@'),
        Expr::Select(select) => !select.test,
        Expr::Call(call) => !gives_boolean(&call.func_name) && !grows_result(call),
        // What they consist of has been paid for.
        Expr::List(_) | Expr::Map(_) | Expr::Comprehension(_) => false,
        Expr::Literal(_) | Expr::Struct(_) | Expr::Unspecified => false,
    };
    if inside && has_size {
        wrap(expr, function, None);
    }
}

/// Whether a call adds to what a comprehension gathers. The interpreter knows it by its form, and
/// what is added has been paid for.
fn grows_result(call: &CallExpr) -> bool {
    let first = call.args.first().map(|first| &first.expr);
    call.func_name == operators::ADD
        && matches!(first, Some(Expr::Ident(name)) if name.starts_with('@'))
}

fn gives_boolean(function: &str) -> bool {
    use operators as op;
    matches!(
        function,
        op::LOGICAL_AND
            | op::LOGICAL_OR
            | op::LOGICAL_NOT
            | op::NOT_STRICTLY_FALSE
            | op::EQUALS
            | op::NOT_EQUALS
            | op::LESS
            | op::LESS_EQUALS
            | op::GREATER
            | op::GREATER_EQUALS
            | op::IN
            | "contains"
            | "startsWith"
            | "endsWith"
            | MATCHES
    )
}

fn wrap(expr: &mut IdedExpr, function: &str, more: Option<IdedExpr>) {
    let inner = std::mem::take(expr);
    let id = inner.id;
    let args = std::iter::once(inner).chain(more).collect();
    *expr = IdedExpr {
        id,
        expr: Expr::Call(CallExpr {
            func_name: function.to_owned(),
            target: None,
            args,
        }),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The evaluations of conditions of one size that a file is given, and their counted work.
    fn evaluations(wanted: usize, least: u64) -> (usize, u64) {
        let budget = FileBudget::default();
        work::of(|| {
            let conditions = (0..wanted).take_while(|_| !budget.is_used_up());
            conditions
                .filter(|_| !budget.within(least, || pay(least)).1)
                .count()
        })
    }

    #[test]
    fn all_rules_of_a_file_share_one_budget() {
        let (few, work) = evaluations(10, 1000);
        assert_eq!((few, work), (10, 20_000));
        let (many, work) = evaluations(1000, 100_000);
        assert_eq!((many, work), (150, FILE_BUDGET));
        assert_eq!(evaluations(2000, 100_000), (many, work));
    }
}
