//! CEL source → expression, within bounds, with places in the page.

use std::thread;

use cel::common::ast::{EntryExpr, Expr, IdedExpr, SourceInfo};
use cel::parser::Parser;

use crate::finding::{Advice, Place};
use crate::panics;
use crate::policy::PolicyError;
use crate::schema::rule_file;
use crate::yaml::Node;

// The policies of docs/policies have conditions of fewer than 600 bytes. The limits keep a condition
// that someone else wrote from exhausting the stack of the parser or the time of a run.

/// The bytes that an expression may have.
const LONGEST: usize = 10_000;
/// The nodes that an expression may have, macros expanded.
const MOST_NODES: usize = 1000;
/// How deep the nodes of an expression may be nested: `1 + 1 + 1` nests once for each sign, and
/// evaluation recurses on the stack of a worker. Conditions in use nest ten deep.
const DEEPEST: usize = 48;
/// How deep comprehensions may be nested: each level multiplies the steps by the length of a list.
const DEEPEST_LOOP: usize = 2;
/// How deep brackets may be nested. They are counted before the parser runs, since it recurses
/// through all of the grammar's levels for each of them.
const DEEPEST_BRACKET: usize = 32;
/// The stack on which the parser runs, in bytes. It recurses for every operator of a chain, and
/// [`LONGEST`] allows 5,000 of them: 26 KiB for each.
const STACK: usize = 128 << 20;

/// An expression and where it is.
#[derive(Debug)]
pub(super) struct ExpressionSource<'d> {
    /// The expression as it was written.
    pub(super) expr: IdedExpr,
    offsets: SourceInfo,
    spot: ExpressionSpot<'d>,
}

/// Where the text of an expression is in its page.
#[derive(Clone, Copy, Debug)]
pub(super) struct ExpressionSpot<'d> {
    /// The scalar of the front matter that holds it.
    pub(super) node: Node<'d>,
    /// The byte of that scalar's text with which it begins.
    pub(super) from: usize,
}

impl ExpressionSpot<'_> {
    /// The place of the bytes `from..to`.
    fn place(self, from: usize, to: usize) -> Place {
        let span = rule_file::part(self.node, self.from + from, self.from + to);
        self.node.document().place(span)
    }
}

impl ExpressionSource<'_> {
    /// Where a node of the expression is: its operator, its name, its literal.
    pub(super) fn place(&self, id: u64) -> Option<Place> {
        let (from, to) = self.offsets.offset_for(id)?;
        let (from, to) = (from as usize, to as usize + 1);
        let (before, text) = self.offsets.source.split_at_checked(from)?;
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        // A selection is known by its dot, and shown by its name.
        if let Some(name) = text.strip_prefix('.') {
            let start = from + 1 + name.len() - name.trim_start().len();
            let name = name.trim_start();
            let length = name.find(|c| !is_word(c)).unwrap_or(name.len());
            return Some(self.spot.place(start, start + length));
        }
        // What `has` asks for is known by its bracket.
        if text.starts_with('(') && before.trim_end().ends_with("has") {
            let inner = text.find(')').and_then(|end| text.get(..end));
            let inner = inner.unwrap_or(text).trim_end();
            let start = inner.rfind(|c| !is_word(c)).map_or(0, |at| at + 1);
            return Some(self.spot.place(from + start, from + inner.len()));
        }
        Some(self.spot.place(from, to))
    }

    /// The text from the place of a node on.
    pub(super) fn text_from(&self, id: u64) -> &str {
        let from = self
            .offsets
            .offset_for(id)
            .map_or(0, |(from, _)| from as usize);
        self.offsets.source.get(from..).unwrap_or("")
    }

    /// A mistake at a node of the expression.
    pub(super) fn mistake(&self, id: u64, message: String, advice: Option<Advice>) -> PolicyError {
        PolicyError {
            message,
            place: self.place(id).unwrap_or_else(|| self.spot.place(0, 1)),
            advice,
        }
    }
}

/// Reads an expression. `spot` says where its text is, and `what` what it is, such as `the
/// condition`.
///
/// # Errors
/// What is wrong with it, or that it would cost too much to run.
pub(super) fn read<'d>(
    text: &str,
    spot: ExpressionSpot<'d>,
    what: &str,
) -> Result<ExpressionSource<'d>, PolicyError> {
    let refuse = |from: usize, to: usize, why: String| PolicyError {
        message: format!("{what} {why}"),
        place: spot.place(from, to),
        advice: Some("simplify the condition, or split it into several rules".into()),
    };
    if text.len() > LONGEST {
        let why = format!("has {} bytes; the limit is {LONGEST}", text.len());
        return Err(refuse(0, 1, why));
    }
    if let Some(at) = too_deep(text) {
        let why = format!("has brackets that are nested more than {DEEPEST_BRACKET} deep");
        return Err(refuse(at, at + 1, why));
    }
    match parse(text) {
        ParsedExpression::Fine(expr, offsets) => Ok(ExpressionSource {
            expr,
            offsets,
            spot,
        }),
        ParsedExpression::Wrong(at, why) => Err(PolicyError {
            message: format!("{what} cannot be parsed: {why}"),
            place: spot.place(at, (at + 1).min(text.len().max(at))),
            advice: None,
        }),
        ParsedExpression::Large(why) => Err(refuse(0, text.len(), why)),
    }
}

enum ParsedExpression {
    Fine(IdedExpr, SourceInfo),
    /// The byte at which it is wrong, and why.
    Wrong(usize, String),
    Large(String),
}

/// Where brackets are nested too deep, if they are. Those in texts count too.
fn too_deep(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEEPEST_BRACKET {
            return Some(at);
        }
    }
    None
}

fn parse(text: &str) -> ParsedExpression {
    let read = || Parser::new().parse_with_source_info(text);
    match panics::caught(read) {
        Ok(Ok((expr, offsets))) => match too_large(&expr) {
            Some(why) => ParsedExpression::Large(why),
            None => ParsedExpression::Fine(expr, offsets),
        },
        // What follows the first fault is often its echo.
        Ok(Err(errors)) => match errors.errors.first() {
            Some(error) => ParsedExpression::Wrong(byte_at(text, error.pos), plain(&error.msg)),
            None => ParsedExpression::Wrong(0, "it is not valid CEL".to_owned()),
        },
        Err(caught) => ParsedExpression::Wrong(0, format!("the parser failed on it at {caught}")),
    }
}

/// Runs what reads expressions, with room enough for the longest of them; none if there is no such
/// room.
pub(super) fn with_room<T: Send>(run: impl FnOnce() -> T + Send) -> Option<T> {
    thread::scope(|scope| {
        let builder = thread::Builder::new().stack_size(STACK);
        builder.spawn_scoped(scope, run).ok()?.join().ok()
    })
}

/// Why an expression would cost too much to run, if it would.
fn too_large(expr: &IdedExpr) -> Option<String> {
    let (depth, loops) = depths(expr);
    let nodes = nodes(expr);
    if nodes > MOST_NODES {
        return Some(format!("has {nodes} parts; the limit is {MOST_NODES}"));
    }
    if loops > DEEPEST_LOOP {
        return Some(format!(
            "has comprehensions (all, exists, map, filter …) nested {loops} deep; the limit is \
             {DEEPEST_LOOP}"
        ));
    }
    (depth > DEEPEST).then(|| format!("is nested {depth} deep; the limit is {DEEPEST}"))
}

/// The parts of an expression, in the order of evaluation.
pub(super) fn parts(expr: &IdedExpr) -> Vec<&IdedExpr> {
    match &expr.expr {
        Expr::Call(call) => call
            .target
            .as_deref()
            .into_iter()
            .chain(&call.args)
            .collect(),
        Expr::Comprehension(it) => vec![
            &it.iter_range,
            &it.accu_init,
            &it.loop_cond,
            &it.loop_step,
            &it.result,
        ],
        Expr::List(list) => list.elements.iter().collect(),
        Expr::Map(map) => map
            .entries
            .iter()
            .flat_map(|entry| of_entry(&entry.expr))
            .collect(),
        Expr::Struct(it) => it
            .entries
            .iter()
            .flat_map(|entry| of_entry(&entry.expr))
            .collect(),
        Expr::Select(select) => vec![&*select.operand],
        Expr::Ident(_) | Expr::Literal(_) | Expr::Unspecified => Vec::new(),
    }
}

fn of_entry(entry: &EntryExpr) -> Vec<&IdedExpr> {
    match entry {
        EntryExpr::MapEntry(entry) => vec![&entry.key, &entry.value],
        EntryExpr::StructField(field) => vec![&field.value],
    }
}

/// How many nodes an expression has.
pub(super) fn nodes(expr: &IdedExpr) -> usize {
    1 + parts(expr).into_iter().map(nodes).sum::<usize>()
}

/// How deep the nodes of an expression are nested, and how deep its comprehensions.
fn depths(expr: &IdedExpr) -> (usize, usize) {
    let own = usize::from(matches!(expr.expr, Expr::Comprehension(_)));
    let parts = parts(expr);
    let inner = parts.iter().enumerate().map(|(index, part)| {
        let (depth, loops) = depths(part);
        // What a comprehension runs over is worked out once, before it.
        let outside = own == 1 && index == 0;
        (depth, if outside { loops } else { loops + own })
    });
    let (depth, loops) = inner.fold((0, own), |(a, b), (c, d)| (a.max(c), b.max(d)));
    (depth + 1, loops)
}

/// The byte of a line and a column, both from 1.
fn byte_at(text: &str, (line, column): (isize, isize)) -> usize {
    let line = usize::try_from(line - 1).unwrap_or(0);
    let column = usize::try_from(column - 1).unwrap_or(0);
    let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
    let rest = text.get(start..).unwrap_or("");
    start
        + rest
            .char_indices()
            .nth(column)
            .map_or(rest.len(), |(at, _)| at)
}

/// The parser's message without what people can't use.
fn plain(message: &str) -> String {
    let message = message.strip_prefix("Syntax error: ").unwrap_or(message);
    let message = message.split(" expecting ").next().unwrap_or(message);
    let quoted = |start: &str| {
        message
            .strip_prefix(start)
            .map(|rest| rest.trim_matches('\''))
    };
    let ended = "mismatched input '<EOF>'";
    if message == ended {
        return "unexpected end".to_owned();
    }
    if message.starts_with("OtherError") {
        return "it is nested too deep".to_owned();
    }
    for start in [
        "mismatched input ",
        "extraneous input ",
        "no viable alternative at input ",
    ] {
        if let Some(text) = quoted(start) {
            return format!("unexpected `{}`", cut(text));
        }
    }
    quoted("token recognition error at: ").map_or_else(
        || cut(message),
        |text| format!("`{}` is not valid in CEL", cut(text)),
    )
}

/// The beginning of a long text, for a message of one line.
pub(super) fn cut(text: &str) -> String {
    const LONGEST: usize = 60;
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or("")),
        None => text.to_owned(),
    }
}
