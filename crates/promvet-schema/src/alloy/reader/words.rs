//! The words of Alloy's syntax (`syntax/scanner`).

use super::slips::SlipKind;
use super::{Reader, Value};
use promvet_text::{Span, work};

/// What may be behind a backslash (`scanner.scanEscape` of Alloy): a name, a code, or the character itself.
const ESCAPES: &[char] = &[
    'a', 'b', 'f', 'n', 'r', 't', 'v', '\\', '"', 'x', 'u', 'U', '0', '1', '2', '3', '4', '5', '6',
    '7',
];

impl<'s> Reader<'s> {
    pub(super) fn word(&self, from: usize) -> Value {
        Value::Word {
            text: self.source.get(from..self.at).unwrap_or("").to_owned(),
            span: Span::new(from, self.at),
        }
    }

    pub(super) fn quoted(&mut self) -> Option<Value> {
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
                    c if !ESCAPES.contains(&c) => {
                        let end = at + 1 + c.len_utf8();
                        self.slip(SlipKind::Escape, from + at, from + end);
                        text.extend(['\\', c]);
                    }
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

    pub(super) fn raw(&mut self) -> Option<Value> {
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
    pub(super) fn dotted(&mut self) -> Option<&'s str> {
        let from = self.at;
        self.identifier()?;
        while self.takes(".") {
            self.identifier()?;
        }
        self.source.get(from..self.at)
    }

    pub(super) fn identifier(&mut self) -> Option<&'s str> {
        let rest = self.rest();
        let part = |c: char| c.is_alphanumeric() || c == '_';
        let end = rest.find(|c| !part(c)).unwrap_or(rest.len());
        let name = rest.get(..end)?;
        let begins = name.starts_with(|c: char| c.is_alphabetic() || c == '_');
        self.at += end;
        begins.then_some(name)
    }

    /// Skips white space and comments, line breaks too where nothing ends at one.
    /// A line break ends a statement in Alloy, so that it is skipped only where none can end.
    pub(super) fn skip(&mut self, lines: bool) {
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

    pub(super) fn takes(&mut self, mark: &str) -> bool {
        let found = self.rest().starts_with(mark);
        if found {
            self.at += mark.len();
        }
        found
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(super) fn rest(&self) -> &'s str {
        self.source.get(self.at..).unwrap_or("")
    }
}
