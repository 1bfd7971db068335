//! A reader of Alloy's syntax with spans (grafana/alloy v1.18 `syntax/{scanner,parser}`). It is
//! lenient: it ends at the first statement that it cannot read and returns those before it.

use promvet_text::{Span, work};

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
pub(super) fn read(source: &str) -> (Vec<Item>, Option<usize>) {
    let mut reader = Reader { source, at: 0 };
    let mut out = Vec::new();
    let is_read = reader.body(DEEPEST, &mut out).is_some() && reader.at >= source.len();
    (out, (!is_read).then_some(reader.at))
}

struct Reader<'s> {
    source: &'s str,
    at: usize,
}

impl<'s> Reader<'s> {
    /// Reads statements up to a closing brace or the end. None if something can't be read.
    fn body(&mut self, depth: usize, out: &mut Vec<Item>) -> Option<()> {
        let depth = depth.checked_sub(1)?;
        loop {
            self.skip(true);
            match self.peek() {
                None | Some('}') => return Some(()),
                Some(_) => out.push(self.statement(depth)?),
            }
        }
    }

    fn statement(&mut self, depth: usize) -> Option<Item> {
        let from = self.at;
        let name = self.dotted()?;
        let name_span = Span::new(from, self.at);
        self.skip(false);
        if self.takes("=") {
            let value = self.expression(depth)?;
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
        if !self.takes("{") {
            return None;
        }
        let mut body = Vec::new();
        self.body(depth, &mut body)?;
        if !self.takes("}") {
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

    /// An expression: a literal, or something that has to be worked out.
    fn expression(&mut self, depth: usize) -> Option<Value> {
        self.skip(true);
        let from = self.at;
        let first = self.operand(depth)?;
        // An expression of several parts is evaluated by Alloy, so that its value is not known
        // here.
        let mut is_alone = true;
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
        }
        Some(match is_alone {
            true => first,
            false => Value::Expression {
                span: Span::new(from, self.at),
            },
        })
    }

    fn operand(&mut self, depth: usize) -> Option<Value> {
        let depth = depth.checked_sub(1)?;
        let from = self.at;
        while self.takes("!") || self.takes("-") {
            self.skip(true);
        }
        // `-1` is a unary expression in Alloy and a number in YAML, so that the sign is joined.
        let is_signed = self.at > from;
        let first = self.primary(depth)?;
        let mut is_alone = true;
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
        }
        let span = Span::new(from, self.at.min(self.source.len()));
        Some(match first {
            Value::Word { text, .. } if is_alone && is_signed => Value::Word {
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

    fn word(&self, from: usize) -> Value {
        Value::Word {
            text: self.source.get(from..self.at).unwrap_or("").to_owned(),
            span: Span::new(from, self.at),
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
            self.skip(true);
            if !self.takes(",") && self.peek()? != end {
                return None;
            }
        }
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
                '"' => match self.quoted()? {
                    Value::Text { text, span } => (text, span),
                    other => (String::new(), other.span()),
                },
                _ => (self.identifier()?.to_owned(), Span::new(at, self.at)),
            };
            self.skip(true);
            if !self.takes("=") {
                return None;
            }
            let value = self.expression(depth)?;
            fields.push((name, span, value));
            self.skip(true);
            if !self.takes(",") && self.peek()? != '}' {
                return None;
            }
        }
    }

    fn quoted(&mut self) -> Option<Value> {
        let from = self.at + 1;
        let mut text = String::new();
        let mut chars = self.source.get(from..)?.char_indices();
        while let Some((at, c)) = chars.next() {
            work::count(1);
            match c {
                '"' => {
                    self.at = from + at + 1;
                    let span = Span::new(from - 1, self.at);
                    return Some(Value::Text { text, span });
                }
                // A string ends with its line, as in Go's `scanner.Scanner`, whose code Alloy's
                // scanner descends from.
                '\n' => return None,
                '\\' => match chars.next()?.1 {
                    'n' => text.push('\n'),
                    't' => text.push('\t'),
                    'r' => text.push('\r'),
                    // Codes stay as they are written: no URL or path needs one.
                    c if c.is_ascii_alphanumeric() => text.extend(['\\', c]),
                    c => text.push(c),
                },
                c => text.push(c),
            }
        }
        None
    }

    fn raw(&mut self) -> Option<Value> {
        let from = self.at + 1;
        let rest = self.source.get(from..)?;
        let end = rest.find('`')?;
        work::count(end);
        self.at = from + end + 1;
        Some(Value::Text {
            // Carriage returns are dropped from raw strings, as Go does
            // (`scanner.Scanner.scanRawString`).
            text: rest.get(..end)?.replace('\r', ""),
            span: Span::new(from - 1, self.at),
        })
    }

    /// An identifier with dots: `prometheus.remote_write`.
    fn dotted(&mut self) -> Option<&'s str> {
        let from = self.at;
        self.identifier()?;
        while self.takes(".") {
            self.identifier()?;
        }
        self.source.get(from..self.at)
    }

    fn identifier(&mut self) -> Option<&'s str> {
        let rest = self.rest();
        let part = |c: char| c.is_alphanumeric() || c == '_';
        let end = rest.find(|c| !part(c)).unwrap_or(rest.len());
        let name = rest.get(..end)?;
        let begins = name.starts_with(|c: char| c.is_alphabetic() || c == '_');
        self.at += end;
        begins.then_some(name)
    }

    fn close(&mut self, end: char) -> Option<()> {
        self.skip(true);
        if self.peek()? != end {
            return None;
        }
        self.at += end.len_utf8();
        Some(())
    }

    /// Skips white space and comments, line breaks too where nothing ends at one.
    /// A line break ends a statement in Alloy, so that it is skipped only where none can end.
    fn skip(&mut self, lines: bool) {
        loop {
            let rest = self.rest();
            let blank = |c: char| matches!(c, ' ' | '\t' | '\r' | '\u{feff}') || lines && c == '\n';
            let text = rest.trim_start_matches(blank);
            self.at += rest.len() - text.len();
            // Counted so that tests can show that the time grows with the length of the text.
            work::count(rest.len() - text.len() + 1);
            let length = if text.starts_with("//") {
                text.find('\n').unwrap_or(text.len())
            } else if text.starts_with("/*") {
                text.find("*/").map_or(text.len(), |end| end + 2)
            } else {
                return;
            };
            work::count(length);
            self.at += length;
        }
    }

    fn takes(&mut self, mark: &str) -> bool {
        let found = self.rest().starts_with(mark);
        if found {
            self.at += mark.len();
        }
        found
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn rest(&self) -> &'s str {
        self.source.get(self.at..).unwrap_or("")
    }
}
