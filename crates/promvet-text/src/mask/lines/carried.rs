//! Values that go on in the lines below their key.

use std::ops::Range;

use super::super::{arguments, plausible, value};
use super::sections::MappingContent;
use super::{Awaited, Scan, State, ValueLines, is_commented, is_hidden, is_word_alone, items};

impl<'t> Scan<'t> {
    /// Hides what belongs to a value of the lines before; where the rest of the line begins, if
    /// there is one.
    pub(super) fn carried_on(&mut self, body: &str, indent: usize) -> Option<usize> {
        let blank = body.len() == indent;
        match self.state {
            State::Open => Some(0),
            State::Quoted { quote, left } => self.carried_quote(body, indent, quote, left),
            State::Pem { left } => {
                self.hide(indent, body.len());
                self.state = if left == 0 || body.contains("END ") {
                    State::Open
                } else {
                    State::Pem { left: left - 1 }
                };
                None
            }
            State::HereDocument { from, to, left } => self.in_here_document(body, from..to, left),
            _ if blank => None,
            State::Value { column, commented } => {
                let same = commented == ValueLines::Either || commented == is_commented(body);
                if !same && commented == ValueLines::No {
                    return Some(0);
                }
                let text = body.get(indent..).unwrap_or("");
                // A block scalar that lost its indentation: no other line is one word.
                let is_lost = commented == ValueLines::Either && is_word_alone(text);
                if (indent > column || is_lost) && same {
                    self.hide(indent, body.len());
                    return None;
                }
                self.state = State::Open;
                Some(0)
            }
            State::Awaited {
                column,
                awaited,
                within,
                flow,
            } => {
                if flow {
                    self.awaited_in_flow(body, indent, column, awaited, within)
                } else {
                    self.awaited(body, indent, column, awaited, within)
                }
            }
            State::ExplicitKey {
                column,
                awaited,
                flow,
            } => self.explicit_value(body, indent, column, awaited, flow),
            State::Argument { certain } => {
                self.state = State::Open;
                let rest = body.get(indent..).unwrap_or("");
                let item = rest.strip_prefix('-').unwrap_or(rest).trim_start();
                if item.starts_with('-') || !certain && plausible::is_reference(item) {
                    return Some(0);
                }
                self.hide(body.len() - item.len(), body.len());
                None
            }
        }
    }

    /// Hides a line of a here-document that is a secret. `end` is where the word that closes it is.
    fn in_here_document(&mut self, body: &str, end: Range<usize>, left: usize) -> Option<usize> {
        let line = body.trim_start();
        let is_end = left == 0 || self.content.get(end.clone()) == Some(line);
        self.state = match left.checked_sub(1).filter(|_| !is_end) {
            Some(left) => State::HereDocument {
                from: end.start,
                to: end.end,
                left,
            },
            None => State::Open,
        };
        if is_end || !arguments::is_secret_line(line) {
            return Some(0);
        }
        self.hide(body.len() - line.len(), body.len());
        None
    }

    /// Hides the value that follows a key written with `?`.
    fn explicit_value(
        &mut self,
        body: &str,
        indent: usize,
        column: usize,
        awaited: Awaited,
        flow: bool,
    ) -> Option<usize> {
        self.state = State::Open;
        let rest = body.get(indent..).unwrap_or("");
        let Some(behind) = rest.strip_prefix(':').map(str::trim_start) else {
            return Some(0);
        };
        if !is_hidden(awaited, value::unquoted(behind, flow)) {
            return Some(0);
        }
        self.value(body, body.len() - behind.len(), column, flow);
        Some(body.len())
    }

    /// Hides what belongs to a quoted value of the lines before, up to its closing quote.
    pub(super) fn carried_quote(
        &mut self,
        body: &str,
        indent: usize,
        quote: char,
        left: usize,
    ) -> Option<usize> {
        let end = value::closing_quote(body, quote, 0);
        self.hide(indent, end.unwrap_or(body.len()));
        self.state = match (end, left) {
            (Some(_), _) | (None, 0) => State::Open,
            (None, left) => State::Quoted {
                quote,
                left: left - 1,
            },
        };
        end
    }

    /// Hides a value whose key is on a line before.
    pub(super) fn awaited(
        &mut self,
        body: &str,
        indent: usize,
        column: usize,
        awaited: Awaited,
        within: Option<MappingContent>,
    ) -> Option<usize> {
        if is_commented(body) == ValueLines::Yes && !self.commented {
            return Some(0);
        }
        let rest = body.get(indent..).unwrap_or("");
        let item = rest.strip_prefix("- ").map(str::trim_start);
        let text = item.unwrap_or(rest);
        let certain = awaited == Awaited::Secret;
        // Comments are sentences.
        let is_prose = value::is_prose(text) || self.commented && text.contains(' ');
        // The item is in the next line.
        if text == "-" && indent >= column {
            return Some(0);
        }
        if indent < column || indent == column && item.is_none() {
            self.state = State::Open;
            // The value lost its indentation: no other line is one word.
            let is_value = !self.commented || items::is_telling(text);
            if certain && is_value && is_word_alone(text) {
                self.hide(indent, body.len());
                // An item of a list that is not closed.
                if text.ends_with(',') {
                    self.state = State::Awaited {
                        column,
                        awaited,
                        within,
                        flow: false,
                    };
                }
                return None;
            }
        } else if value::is_mapping(text) {
            self.state = State::Open;
            if let Some(within) = within {
                let around = self.sections.innermost();
                self.sections.open(column, within, around);
            }
        } else if !is_prose && is_hidden(awaited, text) || certain {
            self.hide(body.len() - text.len(), body.len());
            if item.is_none() && certain {
                self.state = State::Value {
                    column,
                    commented: is_commented(body),
                };
            }
            return None;
        }
        Some(0)
    }

    /// Hides a value in a flow mapping whose key is on a line before.
    pub(super) fn awaited_in_flow(
        &mut self,
        body: &str,
        indent: usize,
        column: usize,
        awaited: Awaited,
        within: Option<MappingContent>,
    ) -> Option<usize> {
        if is_commented(body) == ValueLines::Yes {
            return Some(0);
        }
        self.state = State::Open;
        let text = body.get(indent..).unwrap_or("");
        let value = value::unquoted(text, true);
        if text.starts_with('{')
            && let Some(within) = within
        {
            let around = self.sections.innermost();
            self.sections.open(column.min(indent), within, around);
        }
        let is_empty = value.is_empty() || text.starts_with(['{', '[', ',', '}']);
        if !is_empty && !value.contains(": ") && is_hidden(awaited, value) {
            self.hide(indent, indent + value::plain_len(value::window(text), true));
        }
        Some(0)
    }
}
