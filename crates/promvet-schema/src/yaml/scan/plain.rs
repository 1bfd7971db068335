//! Plain scalars.

use super::bytes::{BLANK, BREAK, COLON, END, FLOW, class, is_blankz};
use super::{ScanResult, Scanner, Stop, Token, TokenKind};
use crate::yaml::build::ScalarText;
use crate::yaml::scalar::Style;
use promvet_text::Span;

impl Scanner<'_> {
    /// Reads a plain scalar (`yaml_parser_scan_plain_scalar`), and the breaks behind it if it ends
    /// with its line.
    /// The scalar is copied only if it has several lines, since most values have one.
    pub(super) fn plain(&mut self) -> ScanResult<Token> {
        let start = self.at;
        let mut end = self.plain_line();
        let mut made: Option<String> = None;
        while class(self.byte()) & BREAK != 0 {
            let breaks = self.plain_breaks()?;
            if self.ends_plain() {
                break;
            }
            let from = self.at;
            let line_end = self.plain_line();
            if line_end == from {
                // A colon or a bracket begins the line.
                break;
            }
            let text =
                made.get_or_insert_with(|| self.content.get(start..end).unwrap_or("").to_owned());
            fold(text, breaks);
            text.push_str(self.content.get(from..line_end).unwrap_or(""));
            end = line_end;
        }
        let text = made.map_or(ScalarText::Written(Span::new(start, end)), ScalarText::Made);
        Ok(Token {
            span: Span::new(start, end),
            kind: TokenKind::Scalar(text, Style::Plain),
            crossed: self.line_start > end,
        })
    }

    /// The end of what a line holds of a plain scalar. Goes to what ends it: a line break, a comment,
    /// a colon, a bracket or a comma.
    fn plain_line(&mut self) -> usize {
        let flow = !self.flow.is_empty();
        let stops = BLANK | BREAK | END | COLON | if flow { FLOW } else { 0 };
        let mut at = self.at;
        loop {
            at = self.find(at, stops);
            let found = class(self.byte_at(at));
            let mut next = at;
            if found & BLANK != 0 {
                next = self.behind_blanks(at);
                let is_end = class(self.byte_at(next)) & (BREAK | END) != 0
                    || self.byte_at(next) == b'#'
                    || self.ends_plain_at(next, flow);
                if !is_end {
                    at = next;
                    continue;
                }
            } else if found & COLON != 0 && !self.ends_plain_at(at, flow) {
                at += 1;
                // "found unexpected ':'" to libyaml, a character like others to go-yaml.
                self.differs |= flow && class(self.byte_at(at)) & FLOW != 0;
                continue;
            }
            self.at = next;
            return at;
        }
    }

    /// Whether an indicator ends a plain scalar here.
    fn ends_plain_at(&self, at: usize, flow: bool) -> bool {
        let byte = self.byte_at(at);
        byte == b':' && is_blankz(self.byte_at(at + 1)) || flow && class(byte) & FLOW != 0
    }

    /// Skips the breaks behind a line of a plain scalar and the blanks of the next one. Says how many
    /// breaks there were.
    fn plain_breaks(&mut self) -> ScanResult<usize> {
        let mut breaks = 0;
        loop {
            match self.byte() {
                b'\n' | b'\r' => {
                    self.at = self.behind_break(self.at);
                    self.line_start = self.at;
                    breaks += 1;
                }
                b' ' => self.at += 1,
                // "found a tab character that violates indentation"
                b'\t' if self.column() <= self.indent => return Err(Stop::Unread),
                b'\t' => self.at += 1,
                _ => return Ok(breaks),
            }
        }
    }

    /// Whether the line that begins here belongs to something else.
    fn ends_plain(&self) -> bool {
        let outside = self.flow.is_empty() && self.column() <= self.indent;
        outside || self.is_at_end() || self.byte() == b'#' || self.document_mark().is_some()
    }
}

/// What line breaks between two lines of a text become: one a blank, of several the first nothing.
pub(super) fn fold(text: &mut String, breaks: usize) {
    if breaks == 1 {
        text.push(' ');
    } else {
        text.extend(std::iter::repeat_n('\n', breaks - 1));
    }
}
