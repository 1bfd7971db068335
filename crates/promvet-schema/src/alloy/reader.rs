//! A reader of Alloy's syntax with spans (grafana/alloy v1.18 `syntax/{scanner,parser}`). It is
//! lenient: it ends at the first statement that it cannot read and returns those before it.

mod slips;
mod words;

use super::graph::BLOCKS;
use promvet_text::{Span, work};
pub(super) use slips::AlloySlip;
use slips::SlipKind;

/// As deep as blocks and values may nest; Alloy's own configurations are five levels deep. Each
/// level takes a few hundred bytes of stack.
const DEEPEST: usize = 64;

/// A statement of a body.
pub(super) enum Item {
    Attribute {
        name: String,
        span: Span,
        value: Value,
    },
    Block(Block),
}

pub(super) struct Block {
    /// The name with its dots.
    pub(super) name: String,
    pub(super) name_span: Span,
    pub(super) label: Option<String>,
    /// From the name to the closing brace.
    pub(super) span: Span,
    pub(super) body: Vec<Item>,
}

/// What an attribute is set to. Spans of texts hold their quotes.
pub(super) enum Value {
    Text {
        text: String,
        span: Span,
    },
    /// A number, `true`, `false` or `null`.
    Word {
        text: String,
        span: Span,
    },
    List {
        items: Vec<Self>,
        span: Span,
    },
    Object {
        fields: Vec<(String, Span, Self)>,
        span: Span,
    },
    /// What has to be worked out.
    Expression {
        span: Span,
    },
}

impl Value {
    pub(super) fn span(&self) -> Span {
        match self {
            Self::Text { span, .. }
            | Self::Word { span, .. }
            | Self::List { span, .. }
            | Self::Object { span, .. }
            | Self::Expression { span } => *span,
        }
    }
}

/// The statements of a text, up to the first that cannot be read, and where reading stopped if that
/// is not the end.
/// Lenient, since Alloy has constructs that promvet needs no opinion on; `stopped` says what was
/// not read.
pub(super) fn read(source: &str) -> Read {
    let mut reader = Reader {
        source,
        at: 0,
        slips: Vec::new(),
    };
    let mut items = Vec::new();
    let is_read = reader.body(DEEPEST, &mut items).is_some() && reader.at >= source.len();
    Read {
        items,
        stopped: (!is_read).then_some(reader.at),
        slips: reader.slips,
    }
}

/// What was read.
pub(super) struct Read {
    pub(super) items: Vec<Item>,
    pub(super) stopped: Option<usize>,
    pub(super) slips: Vec<AlloySlip>,
}

struct Reader<'s> {
    source: &'s str,
    at: usize,
    slips: Vec<AlloySlip>,
}

impl<'s> Reader<'s> {
    /// Reads statements up to a closing brace or the end. None if something can't be read.
    fn body(&mut self, depth: usize, out: &mut Vec<Item>) -> Option<()> {
        let depth = depth.checked_sub(1)?;
        loop {
            self.skip(true);
            match self.peek() {
                None | Some('}') => return Some(()),
                Some('#') => {
                    let length = self.rest().find('\n').unwrap_or(self.rest().len());
                    self.slip(SlipKind::Hash, self.at, self.at + 1);
                    work::count(length);
                    self.at += length;
                }
                Some(_) => {
                    out.push(self.statement(depth)?);
                    self.end_of_statement();
                }
            }
        }
    }

    fn statement(&mut self, depth: usize) -> Option<Item> {
        let from = self.at;
        let name = self.dotted()?;
        let name_span = Span::new(from, self.at);
        self.hyphened(from, SlipKind::Name);
        self.skip(false);
        let at = self.at;
        let is_colon = self.peek() == Some(':') && self.takes(":");
        if is_colon {
            self.slip(SlipKind::Colon, at, at + 1);
        }
        let is_block = name == "endpoint" || BLOCKS.contains(&name);
        let equals = self.at;
        if is_colon || self.takes("=") {
            let before = (self.at, self.slips.len());
            let value = match self.expression(depth) {
                Some(value @ Value::Object { .. }) if is_block => {
                    // What is wrong is the `=`: the items of a block need no commas.
                    self.slips.truncate(before.1);
                    value
                }
                Some(value) => value,
                None if is_block => {
                    let span = name_span;
                    return self.block_behind_equals(name, span, (equals, before), depth);
                }
                None => return None,
            };
            self.block_as_value(&value, depth)?;
            let name = name.to_owned();
            return Some(Item::Attribute {
                name,
                span: name_span,
                value,
            });
        }
        // The label of a block (`parser.parseStatement` of Alloy), which is not part of its name.
        let mut label = None;
        if self.peek() == Some('"') {
            if let Value::Text { text, .. } = self.quoted()? {
                label = Some(text);
            }
            self.skip(false);
        }
        self.brace_on_next_line();
        if !self.takes("{") {
            return None;
        }
        let body = self.body_of(name, depth)?;
        if !self.takes("}") {
            let is_first = self
                .slips
                .iter()
                .all(|slip| slip.kind != SlipKind::Unclosed);
            if is_first {
                // Where it is missed: the end of the text.
                let end = self.source.trim_end().len();
                self.slip(SlipKind::Unclosed, end.saturating_sub(1), end);
            }
            return None;
        }
        Some(Item::Block(Block {
            name: name.to_owned(),
            name_span,
            label,
            span: Span::new(from, self.at),
            body,
        }))
    }

    /// Passes over a block behind a value: `targets = discovery.kubernetes "pods" { … }`. Behind a whole
    /// expression, only the end of the line can be (`parser.parseStatement` of Alloy).
    fn block_as_value(&mut self, value: &Value, depth: usize) -> Option<()> {
        let is_name = matches!(value, Value::Expression { .. });
        if !is_name || !matches!(self.peek(), Some('"' | '{')) {
            return Some(());
        }
        let span = value.span();
        if self.peek() == Some('"') {
            self.quoted()?;
            self.skip(false);
        }
        if !self.takes("{") {
            return None;
        }
        self.body(depth, &mut Vec::new())?;
        if !self.takes("}") {
            return None;
        }
        self.slip(SlipKind::Block, span.start as usize, span.end as usize);
        Some(())
    }

    /// An expression: a literal, or something that has to be worked out.
    fn expression(&mut self, depth: usize) -> Option<Value> {
        self.skip(true);
        let from = self.at;
        let first = self.operand(depth)?;
        // An expression of several parts is evaluated by Alloy, so that its value is not known
        // here.
        let mut is_alone = true;
        let mut end = self.at;
        loop {
            self.skip(false);
            let operators = [
                "||", "&&", "==", "!=", "<=", ">=", "<", ">", "+", "-", "*", "/", "%", "^",
            ];
            if !operators.iter().any(|operator| self.takes(operator)) {
                break;
            }
            is_alone = false;
            self.skip(true);
            self.operand(depth)?;
            end = self.at;
        }
        if self.peek() == Some('?') {
            is_alone = false;
            self.choice(depth)?;
            end = self.at;
        }
        Some(match is_alone {
            true => first,
            false => Value::Expression {
                span: Span::new(from, end),
            },
        })
    }

    fn operand(&mut self, depth: usize) -> Option<Value> {
        let depth = depth.checked_sub(1)?;
        let from = self.at;
        // `!true` is evaluated, so that its value is not known here.
        let mut is_negated = false;
        loop {
            if self.takes("!") {
                is_negated = true;
            } else if !self.takes("-") {
                break;
            }
            self.skip(true);
        }
        // `-1` is a unary expression in Alloy and a number in YAML, so that the sign is joined.
        let is_signed = self.at > from;
        let first = self.primary(depth)?;
        let mut is_alone = true;
        // Blanks behind it are not part of it.
        let mut end = self.at;
        loop {
            self.skip(false);
            match self.peek() {
                Some('.') => {
                    self.at += 1;
                    self.identifier()?;
                }
                Some('[') => {
                    self.at += 1;
                    self.expression(depth)?;
                    self.close(']')?;
                }
                Some('(') => {
                    self.at += 1;
                    self.list(depth, ')')?;
                }
                _ => break,
            }
            is_alone = false;
            end = self.at;
        }
        let span = Span::new(from, end.min(self.source.len()));
        Some(match first {
            Value::Word { text, .. } if is_alone && is_signed && !is_negated => Value::Word {
                text: format!("-{text}"),
                span: Span::new(from, from + 1 + text.len()),
            },
            first if is_alone && !is_signed => first,
            _ => Value::Expression { span },
        })
    }

    fn primary(&mut self, depth: usize) -> Option<Value> {
        let from = self.at;
        match self.peek()? {
            '"' => self.quoted(),
            '`' => self.raw(),
            '\'' => {
                let line = self.rest().lines().next()?;
                let end = line.get(1..)?.find('\'')? + 2;
                work::count(end);
                self.at += end;
                let span = Span::new(from, self.at);
                self.slip(SlipKind::Quotes, from, self.at);
                Some(Value::Expression { span })
            }
            '[' => {
                self.at += 1;
                let items = self.list(depth, ']')?;
                let span = Span::new(from, self.at);
                Some(Value::List { items, span })
            }
            '(' => {
                self.at += 1;
                let inner = self.expression(depth)?;
                self.close(')')?;
                Some(inner)
            }
            '{' => self.object(depth),
            c if c.is_ascii_digit() || c == '.' => {
                let rest = self.rest();
                let part = |c: char| c.is_ascii_alphanumeric() || c == '.';
                let end = rest.find(|c| !part(c)).unwrap_or(rest.len());
                self.at += end;
                Some(self.word(from))
            }
            _ => {
                let name = self.identifier()?;
                Some(match name {
                    "true" | "false" | "null" => self.word(from),
                    _ => Value::Expression {
                        span: Span::new(from, self.at),
                    },
                })
            }
        }
    }

    fn list(&mut self, depth: usize, end: char) -> Option<Vec<Value>> {
        let mut items = Vec::new();
        loop {
            self.skip(true);
            if self.peek()? == end {
                self.at += end.len_utf8();
                return Some(items);
            }
            items.push(self.expression(depth)?);
            self.comma(end)?;
        }
    }

    /// What is behind an item: a comma, or the end on the same line (`parser.atComma` of Alloy).
    fn comma(&mut self, end: char) -> Option<()> {
        let from = self.at;
        self.skip(true);
        if self.takes(",") {
            return Some(());
        }
        if self.peek()? != end {
            return None;
        }
        let between = self.source.get(from..self.at).unwrap_or("");
        if between.contains('\n') {
            self.slip(SlipKind::Comma, from, from + 1);
        }
        Some(())
    }

    fn object(&mut self, depth: usize) -> Option<Value> {
        let from = self.at;
        self.at += 1;
        let mut fields = Vec::new();
        loop {
            self.skip(true);
            let at = self.at;
            let (name, span) = match self.peek()? {
                '}' => {
                    self.at += 1;
                    let span = Span::new(from, self.at);
                    return Some(Value::Object { fields, span });
                }
                mark @ ('"' | '`') => {
                    let key = match mark {
                        '"' => self.quoted()?,
                        _ => self.raw()?,
                    };
                    match key {
                        Value::Text { text, span } => (text, span),
                        other => (String::new(), other.span()),
                    }
                }
                _ => {
                    let mut name = self.identifier()?.to_owned();
                    name.push_str(self.hyphened(at, SlipKind::Key));
                    (name, Span::new(at, self.at))
                }
            };
            self.skip(true);
            let at = self.at;
            if self.takes(":") {
                self.slip(SlipKind::Colon, at, at + 1);
            } else if !self.takes("=") {
                return None;
            }
            let value = self.expression(depth)?;
            fields.push((name, span, value));
            self.comma('}')?;
        }
    }

    fn close(&mut self, end: char) -> Option<()> {
        self.skip(true);
        if self.peek()? != end {
            return None;
        }
        self.at += end.len_utf8();
        Some(())
    }
}
