//! The flags of a command line: their names, and the values of lists one by one.

use std::ops::Range;

use super::{ContainerArgument, known};
use crate::finding::Span;
use crate::yaml::Node;

/// One flag.
#[derive(Clone, Copy)]
pub(super) struct WrittenFlag<'a, 'd> {
    pub(super) name: &'a str,
    pub(super) value: &'a str,
    /// The argument that holds the value.
    pub(super) node: Node<'d>,
    pub(super) span: Span,
}

/// The flags among some arguments, one for each value of a list.
pub(super) fn flags<'a, 'd>(arguments: &'a [ContainerArgument<'d>]) -> Vec<WrittenFlag<'a, 'd>> {
    let mut out = Vec::new();
    for flag in written(arguments) {
        let values = values(flag.value);
        if !flag.name.starts_with("remoteWrite.") {
            out.push(flag);
            continue;
        }
        let is_in_place = flag.span.len() == flag.value.len();
        let value = unquoted(flag.value);
        if values.len() < 2 {
            let quotes = (flag.value.len() - value.len()) / 2;
            out.push(WrittenFlag {
                value,
                span: match is_in_place {
                    true => flag.span.part(quotes, quotes + value.len()),
                    false => flag.span,
                },
                ..flag
            });
            continue;
        }
        out.extend(values.into_iter().map(|range| WrittenFlag {
            value: unquoted(flag.value.get(range.clone()).unwrap_or("")),
            span: match is_in_place {
                true => flag.span.part(range.start, range.end),
                false => flag.span,
            },
            ..flag
        }));
    }
    out
}

/// Where the values of a list are: commas separate them, but for those in quotes and brackets
/// (`lib/flagutil/array.go`, `parseArrayValues`).
pub(super) fn values(text: &str) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let (mut from, mut quote, mut closing) = (0, None, Vec::new());
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(open), _) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'' | '`') => quote = Some(c),
            (None, '(') => closing.push(')'),
            (None, '[') => closing.push(']'),
            (None, '{') => closing.push('}'),
            (None, _) if closing.last() == Some(&c) => {
                closing.pop();
            }
            (None, ',') if closing.is_empty() => {
                out.push(from..at);
                from = at + 1;
            }
            _ => {}
        }
    }
    out.push(from..text.len());
    match quote.is_none() && closing.is_empty() {
        true => out,
        // What is not closed is a part of one value.
        false => std::iter::once(0..text.len()).collect(),
    }
}

fn unquoted(value: &str) -> &str {
    let mut quotes = ['"', '\'', '`'].into_iter();
    let inner = quotes.find_map(|quote| value.strip_prefix(quote)?.strip_suffix(quote));
    inner.unwrap_or(value)
}

/// The flags as written: `-name=value`, `--name value`, and `-name` for a truth value. A misspelled name is
/// taken for what it was surely meant to be, so that nothing that follows from it is reported too.
pub(super) fn written<'a, 'd>(arguments: &'a [ContainerArgument<'d>]) -> Vec<WrittenFlag<'a, 'd>> {
    let mut out = Vec::new();
    let mut rest = arguments.iter().peekable();
    while let Some(argument) = rest.next() {
        let text = &*argument.text;
        let Some(name) = text.strip_prefix("--").or_else(|| text.strip_prefix('-')) else {
            continue;
        };
        if let Some((name, value)) = name.split_once('=') {
            out.push(WrittenFlag {
                name: known::surely(name),
                value,
                node: argument.node,
                span: argument.behind(text.len() - value.len()),
            });
            continue;
        }
        let name = known::surely(name);
        let is_switch = known::is_switch(name);
        let value = rest.next_if(|next| !is_switch && !next.text.starts_with('-'));
        out.push(WrittenFlag {
            name,
            value: value.map_or("true", |value| &value.text),
            node: value.unwrap_or(argument).node,
            span: value.unwrap_or(argument).span,
        });
    }
    out
}
