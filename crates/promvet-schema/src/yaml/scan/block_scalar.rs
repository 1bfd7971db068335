//! Literal and folded block scalars.

use super::bytes::{BLANK, BREAK, class};
use super::{ScanResult, Scanner, Stop, Token, TokenKind};
use crate::yaml::build::ScalarText;
use crate::yaml::scalar::Style;
use promvet_text::Span;

/// What becomes of the line breaks at the end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Chomping {
    Strip,
    Clip,
    Keep,
}

/// A block scalar as far as it has been read.
struct BlockScalarLines {
    text: String,
    /// The column of its lines; 0 until it is known.
    indent: isize,
    /// Whether the line break behind the last line is still to be added.
    pending: bool,
    /// Empty lines behind it.
    empty: usize,
    /// Where the last line break ended.
    end: usize,
}

impl BlockScalarLines {
    /// Writes the breaks before the next line. Lines that begin with a blank keep theirs
    /// (`yaml_parser_scan_block_scalar` of scannerc.go: "Check if we need to fold the leading line
    /// break").
    fn join(&mut self, keeps_breaks: bool) {
        if self.pending && keeps_breaks {
            self.text.push('\n');
        } else if self.pending && self.empty == 0 {
            self.text.push(' ');
        }
        self.text.extend(std::iter::repeat_n('\n', self.empty));
        self.empty = 0;
    }
}

impl Scanner<'_> {
    /// Reads a block scalar, up to the first token of a line that is not its own
    /// (`yaml_parser_scan_block_scalar`).
    pub(super) fn block_scalar(&mut self) -> ScanResult<Token> {
        let start = self.at;
        let literal = self.byte() == b'|';
        self.at += 1;
        let (chomping, increment) = self.block_header()?;
        let indent = if increment > 0 {
            self.indent.max(0) + increment
        } else {
            0
        };
        let mut lines = BlockScalarLines {
            text: String::new(),
            indent,
            pending: false,
            empty: 0,
            end: self.at,
        };
        self.block_breaks(&mut lines)?;
        // Without a line of its own, and blanks that no line break follows at the end: where such a
        // scalar ends is left to libyaml-safer too.
        if self.is_at_end() && !self.content.ends_with('\n') {
            return Err(Stop::Unread);
        }
        let mut led_by_blank = false;
        while self.column() == lines.indent && !self.is_at_end() {
            let is_led_by_blank = class(self.byte()) & BLANK != 0;
            lines.join(literal || led_by_blank || is_led_by_blank);
            led_by_blank = is_led_by_blank;
            self.block_line(&mut lines)?;
        }
        // Blanks of less than the indentation that no line break follows: libyaml-safer ends the
        // collections around the scalar behind a line break that it adds.
        if self.is_at_end() && self.at != lines.end {
            return Err(Stop::Unread);
        }
        if chomping != Chomping::Strip && lines.pending {
            lines.text.push('\n');
        }
        if chomping == Chomping::Keep {
            lines.text.extend(std::iter::repeat_n('\n', lines.empty));
        }
        Ok(Token {
            span: Span::new(start, lines.end),
            kind: TokenKind::Scalar(
                ScalarText::Made(lines.text),
                if literal {
                    Style::Literal
                } else {
                    Style::Folded
                },
            ),
            crossed: true,
        })
    }

    /// Reads a line of a block scalar, and the breaks behind it.
    fn block_line(&mut self, lines: &mut BlockScalarLines) -> ScanResult {
        let end = self.line_end(self.at);
        // Blanks that no line break follows: libyaml-safer adds one, and which of the two go-yaml
        // has is not known.
        let is_blank = |it: &str| it.trim_matches([' ', '\t']).is_empty();
        if self.content.len() == end && self.content.get(self.at..end).is_some_and(is_blank) {
            return Err(Stop::Unread);
        }
        let text = self.content.get(self.at..end).unwrap_or("");
        lines.text.push_str(text);
        self.at = end;
        lines.pending = !self.is_at_end();
        if lines.pending {
            self.at = self.behind_break(self.at);
            self.line_start = self.at;
        }
        self.block_breaks(lines)
    }

    /// Reads the rest of the first line: an indentation and what becomes of the end, in any order.
    fn block_header(&mut self) -> ScanResult<(Chomping, isize)> {
        let mut chomping = None;
        let mut increment = 0;
        loop {
            match self.byte() {
                // Indentation and chomping come in either order (`yaml_parser_scan_block_scalar` of
                // scannerc.go).
                b'+' if chomping.is_none() => chomping = Some(Chomping::Keep),
                b'-' if chomping.is_none() => chomping = Some(Chomping::Strip),
                digit @ b'1'..=b'9' if increment == 0 => {
                    increment = isize::from(i16::from(digit - b'0'))
                }
                _ => break,
            }
            self.at += 1;
        }
        self.at = self.behind_blanks(self.at);
        if self.byte() == b'#' {
            self.at = self.line_end(self.at);
        }
        if class(self.byte()) & BREAK != 0 {
            self.at = self.behind_break(self.at);
            self.line_start = self.at;
        } else if !self.is_at_end() {
            return Err(Stop::Unread);
        }
        Ok((chomping.unwrap_or(Chomping::Clip), increment))
    }

    /// Skips empty lines and the indentation of the next one, which says how deep the scalar is if
    /// that is not known (`yaml_parser_scan_block_scalar_breaks`).
    fn block_breaks(&mut self, lines: &mut BlockScalarLines) -> ScanResult {
        lines.end = self.at;
        let mut deepest = 0;
        loop {
            let inside = |column: isize| lines.indent == 0 || column < lines.indent;
            while inside(self.column()) && self.byte() == b' ' {
                self.at += 1;
            }
            deepest = deepest.max(self.column());
            // "found a tab character where an indentation space is expected"
            if inside(self.column()) && self.byte() == b'\t' {
                return Err(Stop::Unread);
            }
            if class(self.byte()) & BREAK == 0 {
                break;
            }
            self.at = self.behind_break(self.at);
            self.line_start = self.at;
            lines.empty += 1;
            lines.end = self.at;
        }
        if lines.indent == 0 {
            lines.indent = deepest.max(self.indent + 1).max(1);
        }
        Ok(())
    }
}
