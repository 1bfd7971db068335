//! From a template to the tokens of its actions.

use super::number;
use crate::Fault;
use promvet_text::work;

/// A piece of an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) from: usize,
    pub(super) to: usize,
    /// Whether space precedes it.
    pub(super) spaced: bool,
}

/// What a piece is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// `{{`
    Open,
    /// `}}`
    Close,
    ParenOpen,
    ParenClose,
    Pipe,
    Declare,
    Assign,
    Dot,
    /// `.Name`
    Field,
    /// `$name`
    Variable,
    /// A function or a keyword.
    Word,
    Text,
    Number,
    /// Another character, which fits nowhere but `,` after a variable.
    Sign,
}

/// Reads a template: the tokens up to the end, or up to the fault that ended the reading.
pub(super) fn read(text: &str) -> (Vec<Token>, Option<Fault>) {
    let mut lexer = Lexer {
        text,
        at: 0,
        tokens: Vec::new(),
        parens: Vec::new(),
    };
    let fault = lexer.all().err();
    (lexer.tokens, fault)
}

struct Lexer<'t> {
    text: &'t str,
    at: usize,
    tokens: Vec<Token>,
    parens: Vec<usize>,
}

const SPACES: [char; 4] = [' ', '\t', '\r', '\n'];

fn is_word(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

impl<'t> Lexer<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Imitates `parse.lexText` and `parse.lexLeftDelim`.
    fn all(&mut self) -> Result<(), Fault> {
        while let Some(found) = self.rest().find("{{") {
            self.at += found;
            let open = self.at;
            // Imitates `parse.hasLeftTrimMarker`: a dash without a space behind it is a sign.
            let trimmed = self.rest().get(2..).is_some_and(|rest| {
                rest.starts_with('-') && rest.get(1..).is_some_and(|rest| rest.starts_with(SPACES))
            });
            let marker = if trimmed { 4 } else { 2 };
            if self
                .rest()
                .get(marker..)
                .is_some_and(|rest| rest.starts_with("/*"))
            {
                self.comment(open, marker)?;
                continue;
            }
            self.push(TokenKind::Open, 2, false);
            self.at += marker - 2;
            self.action(open)?;
        }
        Ok(())
    }

    fn push(&mut self, kind: TokenKind, length: usize, spaced: bool) {
        let from = self.at;
        self.at += length;
        self.tokens.push(Token {
            kind,
            from,
            to: self.at,
            spaced,
        });
    }

    /// Imitates `parse.lexComment`.
    fn comment(&mut self, open: usize, marker: usize) -> Result<(), Fault> {
        let rest = self.rest();
        let line = open + rest.lines().next().map_or(0, str::len);
        let Some(length) = rest.get(marker..).and_then(|rest| rest.find("*/")) else {
            return Err(
                Fault::new(open, line, "this comment is never closed with `*/}}`")
                    .help("add `*/}}` behind the comment"),
            );
        };
        let end = marker + length + 2;
        let after = rest.get(end..).unwrap_or_default();
        match close_length(after) {
            Some(length) => self.at += end + length,
            // "comment ends before closing delimiter" in `parse.lexComment`, which expects `}}` at
            // once.
            None => {
                return Err(Fault::new(
                    open,
                    open + end,
                    "a comment must be alone in its braces, as `{{/* … */}}`",
                )
                .help("give the comment braces of its own"));
            }
        }
        Ok(())
    }

    /// The tokens up to `}}`.
    /// Imitates `parse.lexInsideAction` and `parse.lexRightDelim`.
    fn action(&mut self, open: usize) -> Result<(), Fault> {
        let mut spaced = false;
        loop {
            work::count(1);
            if let Some(length) = close_length(self.rest()) {
                if let Some(paren) = self.parens.pop() {
                    return Err(
                        Fault::new(paren, paren + 1, "this `(` is never closed").help("add `)`")
                    );
                }
                self.at += length - 2;
                self.push(TokenKind::Close, 2, spaced);
                return Ok(());
            }
            let Some(c) = self.rest().chars().next() else {
                return Err(
                    Fault::new(open, open + 2, "this action is never closed with `}}`")
                        .help("add `}}`"),
                );
            };
            if SPACES.contains(&c) {
                self.at += 1;
                spaced = true;
                continue;
            }
            self.token(c, spaced)?;
            spaced = false;
        }
    }

    /// The switch of `parse.lexInsideAction`, in its order: `.5` is a number, `.` and `.x` are
    /// fields.
    fn token(&mut self, c: char, spaced: bool) -> Result<(), Fault> {
        let rest = self.rest();
        let digit_follows = rest
            .get(1..)
            .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
        match c {
            '=' => self.push(TokenKind::Assign, 1, spaced),
            ':' if rest.starts_with(":=") => self.push(TokenKind::Declare, 2, spaced),
            ':' => return Err(self.stray(1, "a variable is declared with `:=`")),
            '|' => self.push(TokenKind::Pipe, 1, spaced),
            '(' => {
                self.parens.push(self.at);
                self.push(TokenKind::ParenOpen, 1, spaced);
            }
            ')' if self.parens.pop().is_some() => self.push(TokenKind::ParenClose, 1, spaced),
            ')' => return Err(self.stray(1, "unmatched `)`")),
            '"' | '\'' | '`' => self.quoted(c, spaced)?,
            '.' if !digit_follows => self.name(TokenKind::Field, spaced)?,
            '$' => self.name(TokenKind::Variable, spaced)?,
            '+' | '-' | '.' | '0'..='9' => self.number(spaced)?,
            c if is_word(c) => self.name(TokenKind::Word, spaced)?,
            '/' if rest.starts_with("/*") => {
                return Err(self.stray(
                    2,
                    "a comment must follow its braces at once, as in `{{/* … */}}`",
                ));
            }
            '}' => return Err(self.stray(1, "unexpected `}`: an action ends with `}}`")),
            // `parse.lexInsideAction` returns any other printable ASCII as `itemChar`, so that only
            // the grammar rejects it.
            '!'..='~' => self.push(TokenKind::Sign, 1, spaced),
            _ => {
                return Err(self.stray(
                    c.len_utf8(),
                    "this character has no meaning in a template's action",
                ));
            }
        }
        Ok(())
    }

    fn stray(&self, length: usize, message: &str) -> Fault {
        Fault::new(self.at, self.at + length, message)
    }

    /// `.Name`, `$name` or `name`, which must be followed by a sign that ends it.
    /// Imitates `parse.lexFieldOrVariable` and `parse.lexIdentifier`.
    fn name(&mut self, kind: TokenKind, spaced: bool) -> Result<(), Fault> {
        let rest = self.rest();
        let prefix = usize::from(kind != TokenKind::Word);
        let word = rest.get(prefix..).unwrap_or_default();
        let length = prefix + word.find(|c| !is_word(c)).unwrap_or(word.len());
        let kind = if kind == TokenKind::Field && length == 1 {
            TokenKind::Dot
        } else {
            kind
        };
        let after = rest.get(length..).unwrap_or_default();
        // Imitates `parse.atTerminator`, which also takes the delimiter with its trim marker.
        let ended = close_length(after).is_some()
            || after
                .chars()
                .next()
                .is_none_or(|c| SPACES.contains(&c) || ".,|:()".contains(c));
        if ended {
            self.push(kind, length, spaced);
            return Ok(());
        }
        let c = after.chars().next().unwrap_or(' ');
        let name = rest.get(..length).unwrap_or_default();
        let from = self.at + length;
        let message =
            format!("unexpected `{c}` after `{name}`; read a label of such a name with `index`");
        Err(Fault::new(from, from + c.len_utf8(), message))
    }

    /// Imitates `parse.lexQuote`, `parse.lexChar` and `parse.lexRawQuote`.
    fn quoted(&mut self, quote: char, spaced: bool) -> Result<(), Fault> {
        let rest = self.rest();
        let Some(length) = quoted_length(rest, quote) else {
            let line = rest.lines().next().map_or(0, str::len);
            return Err(self.stray(
                line,
                &format!("the string that this `{quote}` opens is never closed"),
            ));
        };
        let inner = rest.get(1..length - 1).unwrap_or_default();
        // Raw strings have no escapes; others go through `strconv.Unquote` in `parse.Tree.term`.
        if quote != '`' {
            let Some(count) = characters(inner, quote) else {
                return Err(self.stray(length, "unknown escape sequence in this string"));
            };
            // `parse.Tree.newNumber` reads it with `strconv.UnquoteChar` and rejects what is left
            // ("malformed character constant").
            if quote == '\'' && count != 1 {
                let message = "single quotes hold one character; write a text in double quotes";
                return Err(self.stray(length, message));
            }
        }
        let kind = if quote == '\'' {
            TokenKind::Number
        } else {
            TokenKind::Text
        };
        self.push(kind, length, spaced);
        Ok(())
    }

    /// Imitates `parse.lexNumber`.
    fn number(&mut self, spaced: bool) -> Result<(), Fault> {
        let rest = self.rest();
        let length = number_length(rest);
        let text = rest.get(..length).unwrap_or_default();
        // `1+2i` is one number (`lexNumber` of text/template/parse).
        let second = rest
            .get(length..)
            .filter(|rest| rest.starts_with(['+', '-']));
        let imaginary = second.map(|rest| (rest, number_length(rest)));
        if let Some((rest, more)) = imaginary
            && let Some(text) = rest.get(..more).filter(|text| text.ends_with('i'))
            && number::fault(text).is_none()
        {
            self.push(TokenKind::Number, length + more, spaced);
            return Ok(());
        }
        match number::fault(text) {
            None => {
                self.push(TokenKind::Number, length, spaced);
                Ok(())
            }
            Some(message) => Err(self.stray(length.max(1), message)),
        }
    }
}

/// How many bytes a number has, its sign included, or a word that begins as one.
/// Imitates `parse.lexer.scanNumber`, loosely: what it takes too much is refused as a number.
fn number_length(rest: &str) -> usize {
    let sign = usize::from(rest.starts_with(['+', '-']));
    let end = rest.char_indices().skip(sign).find(|&(at, c)| {
        let before = rest.get(..at).unwrap_or_default();
        let hexadecimal = before.get(sign..).is_some_and(|digits| {
            digits
                .get(..2)
                .is_some_and(|two| two.eq_ignore_ascii_case("0x"))
        });
        let exponent = if hexadecimal {
            before.ends_with(['p', 'P'])
        } else {
            before.ends_with(['e', 'E'])
        };
        !(is_word(c) || c == '.' || exponent && "+-".contains(c))
    });
    end.map_or(rest.len(), |(at, _)| at)
}

/// How many bytes `}}` has with the trim marker before it, if it is there.
/// Imitates `parse.lexer.atRightDelim`.
fn close_length(rest: &str) -> Option<usize> {
    if rest.starts_with("}}") {
        return Some(2);
    }
    let trimmed =
        rest.starts_with(SPACES) && rest.get(1..).is_some_and(|rest| rest.starts_with("-}}"));
    trimmed.then_some(4)
}

/// How many bytes a quoted text has, quotes included, if it ends.
fn quoted_length(rest: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped && c != '\n' => escaped = false,
            '\\' if quote != '`' => escaped = true,
            '\n' if quote != '`' => return None,
            c if c == quote => return Some(at + 1),
            _ => {}
        }
    }
    None
}

/// How many characters a text stands for; none if Go does not know an escape in it.
/// Imitates `strconv.UnquoteChar`.
fn characters(text: &str, quote: char) -> Option<usize> {
    let mut chars = text.chars();
    let mut count = 0;
    while let Some(c) = chars.next() {
        count += 1;
        if c != '\\' {
            continue;
        }
        let (first, more, base) = match chars.next()? {
            'a' | 'b' | 'f' | 'n' | 'r' | 't' | 'v' | '\\' => continue,
            c if c == quote => continue,
            'x' => ("", 2, 16),
            'u' => ("", 4, 16),
            'U' => ("", 8, 16),
            // Three octal digits up to `\377`, since the value is one byte ("`v > 255`" in
            // `strconv.UnquoteChar`).
            c @ '0'..='7' => (if c > '3' { return None } else { "0" }, 2, 8),
            _ => return None,
        };
        let digits: String = chars.by_ref().take(more).collect();
        let value = u32::from_str_radix(&format!("{first}{digits}"), base).ok()?;
        let complete = digits.len() == more && digits.chars().all(|c| c.is_digit(base));
        if !complete || more > 2 && char::from_u32(value).is_none() {
            return None;
        }
    }
    Some(count)
}
