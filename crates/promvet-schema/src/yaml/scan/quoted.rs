//! Quoted scalars.

use super::bytes::{BLANK, BREAK, DOUBLE, END, SINGLE, class};
use super::{ScanResult, Scanner, Stop, Token, TokenKind};
use crate::yaml::build::ScalarText;
use crate::yaml::scalar::Style;
use promvet_text::Span;

impl Scanner<'_> {
    /// Reads a quoted scalar (`yaml_parser_scan_flow_scalar`).
    pub(super) fn quoted(&mut self, quote: u8) -> ScanResult<Token> {
        let start = self.at;
        let (style, stops) = if quote == b'"' {
            (Style::DoubleQuoted, DOUBLE)
        } else {
            (Style::SingleQuoted, SINGLE)
        };
        let end = self.find(start + 1, stops);
        let doubled = quote == b'\'' && self.byte_at(end + 1) == quote;
        // Most quoted scalars hold nothing to unescape, so that the source itself serves as the
        // value.
        let text = if self.byte_at(end) == quote && !doubled {
            self.at = end + 1;
            ScalarText::Written(Span::new(start + 1, end))
        } else {
            let made = self.quoted_slowly(quote)?;
            if self.line_start > start {
                self.long_quote = Some(Span::new(start, self.at));
            }
            ScalarText::Made(made)
        };
        Ok(Token {
            span: Span::new(start, self.at),
            kind: TokenKind::Scalar(text, style),
            crossed: false,
        })
    }

    /// Reads a quoted scalar that has to be unescaped or folded.
    fn quoted_slowly(&mut self, quote: u8) -> ScanResult<String> {
        let start = self.at;
        let mut out = String::new();
        self.at += 1;
        loop {
            if self.is_at_end() || self.document_mark().is_some() {
                return Err(Stop::Unread);
            }
            let escaped_break = self.quoted_word(quote, start, &mut out)?;
            if self.byte() == quote {
                self.at += 1;
                return Ok(out);
            }
            self.quoted_blanks(escaped_break, &mut out);
        }
    }

    /// Reads up to a blank, a break or the closing quote. Says whether it ended with a line break that
    /// is escaped.
    fn quoted_word(&mut self, quote: u8, start: usize, out: &mut String) -> ScanResult<bool> {
        let stops = BLANK | BREAK | END | if quote == b'"' { DOUBLE } else { SINGLE };
        loop {
            let end = self.find(self.at, stops);
            out.push_str(self.content.get(self.at..end).unwrap_or(""));
            self.at = end;
            match self.byte() {
                b'\'' if quote == b'\'' && self.byte_at(end + 1) == b'\'' => {
                    out.push('\'');
                    self.at += 2;
                }
                b'\\' if quote == b'"' => {
                    if class(self.byte_at(end + 1)) & BREAK != 0 {
                        self.at = self.behind_break(end + 1);
                        self.line_start = self.at;
                        return Ok(true);
                    }
                    self.escape(start, out)?;
                }
                _ => return Ok(false),
            }
        }
    }

    /// Reads blanks and line breaks, which fold.
    fn quoted_blanks(&mut self, escaped_break: bool, out: &mut String) {
        let start = self.at;
        let mut breaks = 0;
        loop {
            let found = class(self.byte());
            if found & BREAK != 0 {
                self.at = self.behind_break(self.at);
                self.line_start = self.at;
                breaks += 1;
            } else if found & BLANK != 0 {
                self.at += 1;
            } else {
                break;
            }
        }
        match breaks {
            _ if escaped_break => out.extend(std::iter::repeat_n('\n', breaks)),
            0 => out.push_str(self.content.get(start..self.at).unwrap_or("")),
            _ => super::plain::fold(out, breaks),
        }
    }

    /// Reads an escape sequence. go-yaml accepts `\'` and rejects `\/`, libyaml the other way round.
    fn escape(&mut self, start: usize, out: &mut String) -> ScanResult {
        let digits = match self.byte_at(self.at + 1) {
            b'x' => 2,
            b'u' => 4,
            b'U' => 8,
            b'/' => {
                return self.refuse(
                    "found unknown escape character".to_owned(),
                    (
                        "while parsing a quoted scalar".to_owned(),
                        Span::new(start, start + 1),
                    ),
                );
            }
            letter => {
                self.differs |= letter == b'\'';
                out.push(short_escape(letter).ok_or(Stop::Unread)?);
                self.at += 2;
                return Ok(());
            }
        };
        let code = self.content.get(self.at + 2..self.at + 2 + digits);
        let is_hex = |code: &&str| code.bytes().all(|byte| byte.is_ascii_hexdigit());
        let code = code
            .filter(is_hex)
            .and_then(|code| u32::from_str_radix(code, 16).ok());
        out.push(code.and_then(char::from_u32).ok_or(Stop::Unread)?);
        self.at += 2 + digits;
        Ok(())
    }
}

/// What a letter behind a backslash means.
/// From the switch of `yaml_parser_scan_flow_scalar` in scannerc.go.
fn short_escape(letter: u8) -> Option<char> {
    Some(match letter {
        b'0' => '\0',
        b'a' => '\u{7}',
        b'b' => '\u{8}',
        b't' | b'\t' => '\t',
        b'n' => '\n',
        b'v' => '\u{b}',
        b'f' => '\u{c}',
        b'r' => '\r',
        b'e' => '\u{1b}',
        b' ' | b'"' | b'\'' | b'\\' => char::from(letter),
        b'N' => '\u{85}',
        b'_' => '\u{a0}',
        b'L' => '\u{2028}',
        b'P' => '\u{2029}',
        _ => return None,
    })
}
