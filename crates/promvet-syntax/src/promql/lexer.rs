//! From text to tokens.

use super::dialect::MajorMinor;
use super::fault::ExprFault;
use super::number::{self, is_word};
use super::token::{Operator, Token, TokenKind, Word, kind_of};
use super::{quoted, remedy};

/// Reads an expression piece by piece. What a character means depends on the bracket around it.
#[derive(Debug)]
pub(super) struct Lexer<'t> {
    text: &'t str,
    release: MajorMinor,
    at: usize,
    parens: Vec<usize>,
    brace: Option<usize>,
    bracket: Option<usize>,
}

/// Characters that are a token by themselves outside of braces.
const SINGLE: &[(char, TokenKind)] = &[
    (',', TokenKind::Comma),
    ('@', TokenKind::At),
    ('*', TokenKind::Operator(Operator::Multiply)),
    ('/', TokenKind::Operator(Operator::Divide)),
    ('%', TokenKind::Operator(Operator::Modulo)),
    ('+', TokenKind::Operator(Operator::Add)),
    ('-', TokenKind::Operator(Operator::Subtract)),
    ('^', TokenKind::Operator(Operator::Power)),
];

/// Operators of one or two characters, longer ones first.
const SIGNS: &[(&str, TokenKind, MajorMinor)] = &[
    ("==", TokenKind::Operator(Operator::Equal), (2, 0)),
    ("!=", TokenKind::Operator(Operator::NotEqual), (2, 0)),
    ("<=", TokenKind::Operator(Operator::LessEqual), (2, 0)),
    (">=", TokenKind::Operator(Operator::GreaterEqual), (2, 0)),
    ("</", TokenKind::Operator(Operator::TrimUpper), (3, 11)),
    (">/", TokenKind::Operator(Operator::TrimLower), (3, 11)),
    ("<", TokenKind::Operator(Operator::Less), (2, 0)),
    (">", TokenKind::Operator(Operator::Greater), (2, 0)),
];

/// The same inside braces.
const MATCHES: &[(&str, TokenKind)] = &[
    ("=~", TokenKind::MatchRegex),
    ("!~", TokenKind::MatchNotRegex),
    ("!=", TokenKind::Operator(Operator::NotEqual)),
    ("=", TokenKind::Equal),
    (",", TokenKind::Comma),
];

impl<'t> Lexer<'t> {
    pub(super) fn new(text: &'t str, release: MajorMinor) -> Self {
        Self {
            text,
            release,
            at: 0,
            parens: Vec::new(),
            brace: None,
            bracket: None,
        }
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// The next piece; of kind `End` when there is none.
    /// Imitates `parser.lexStatements` and `parser.lexInsideBraces` (promql/parser/lex.go).
    ///
    /// # Errors
    /// A character that has no meaning there, or a bracket that is never closed.
    pub(super) fn next(&mut self) -> Result<Token, ExprFault> {
        self.skip_blank();
        let Some(c) = self.rest().chars().next() else {
            return self.end();
        };
        if self.brace.is_some() {
            self.in_braces(c)
        } else {
            self.outside(c)
        }
    }

    /// Space and comments.
    /// Imitates `parser.lexSpace` and `parser.lexLineComment`; only ASCII blanks count (`isSpace`).
    fn skip_blank(&mut self) {
        loop {
            let rest = self.rest();
            let blank = rest.len() - rest.trim_start_matches([' ', '\t', '\n', '\r']).len();
            self.at += blank;
            let rest = self.rest();
            if rest.starts_with('#') {
                self.at += rest.find(['\n', '\r']).unwrap_or(rest.len());
            } else if blank == 0 || rest.is_empty() {
                return;
            }
        }
    }

    fn end(&self) -> Result<Token, ExprFault> {
        let open = [
            (self.brace, '{', '}'),
            (self.bracket, '[', ']'),
            (self.parens.last().copied(), '(', ')'),
        ];
        match open
            .into_iter()
            .find_map(|(at, open, close)| Some((at?, open, close)))
        {
            Some((at, open, close)) => {
                let message = format!("this `{open}` is never closed");
                Err(ExprFault::new(at, at + 1, message).help(format!("add the missing `{close}`")))
            }
            None => Ok(Token {
                kind: TokenKind::End,
                from: self.at,
                to: self.at,
            }),
        }
    }

    fn take(&mut self, kind: TokenKind, length: usize) -> Token {
        let from = self.at;
        self.at += length;
        Token {
            kind,
            from,
            to: self.at,
        }
    }

    /// Imitates `parser.lexInsideBraces`.
    fn in_braces(&mut self, c: char) -> Result<Token, ExprFault> {
        let rest = self.rest();
        if let Some((sign, kind)) = MATCHES.iter().find(|(sign, _)| rest.starts_with(sign)) {
            return Ok(self.take(*kind, sign.len()));
        }
        match c {
            '}' => {
                self.brace = None;
                Ok(self.take(TokenKind::BraceClose, 1))
            }
            '"' | '\'' | '`' => self.quoted(),
            c if c.is_ascii_alphabetic() || c == '_' => {
                let length = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
                Ok(self.take(TokenKind::Name, length))
            }
            '{' => Err(self
                .stray(c, " inside braces")
                .help("close the first `{` before the next one")),
            _ => Err(self.stray(c, " inside braces")),
        }
    }

    /// Imitates `parser.lexStatements`, whose switch tries operators before words.
    fn outside(&mut self, c: char) -> Result<Token, ExprFault> {
        if let Some((_, kind)) = SINGLE.iter().find(|(sign, _)| *sign == c) {
            return Ok(self.take(*kind, 1));
        }
        let rest = self.rest();
        let sign = SIGNS
            .iter()
            .find(|(sign, _, since)| rest.starts_with(sign) && self.release >= *since);
        if let Some((sign, kind, _)) = sign {
            return Ok(self.take(*kind, sign.len()));
        }
        match c {
            '(' | ')' | '{' | '[' | ']' => self.bracket_sign(c),
            '"' | '\'' | '`' => self.quoted(),
            '.' | '0'..='9' => self.number(),
            // Between brackets it separates range and step; elsewhere it begins a metric
            // (`parser.lexStatements`, "gotColon").
            ':' if self.bracket.is_some() => Ok(self.take(TokenKind::Colon, 1)),
            'a'..='z' | 'A'..='Z' | '_' | ':' => self.word(),
            '=' if rest.starts_with("=~") => Err(self.outside_of_braces("=~")),
            '!' if rest.starts_with("!~") => Err(self.outside_of_braces("!~")),
            '=' => Ok(self.take(TokenKind::Equal, 1)),
            _ => Err(self.stray(c, "")),
        }
    }

    fn outside_of_braces(&self, sign: &str) -> ExprFault {
        let message = format!("`{sign}` compares labels and is allowed only inside braces");
        ExprFault::new(self.at, self.at + 2, message)
            .help(format!("write it as `{{label{sign}\"…\"}}`"))
    }

    fn bracket_sign(&mut self, c: char) -> Result<Token, ExprFault> {
        let at = self.at;
        let kind = match c {
            '(' => {
                self.parens.push(at);
                TokenKind::ParenOpen
            }
            ')' if self.parens.pop().is_some() => TokenKind::ParenClose,
            '{' => {
                self.brace = Some(at);
                TokenKind::BraceOpen
            }
            '[' if self.bracket.is_none() => {
                self.bracket = Some(at);
                TokenKind::BracketOpen
            }
            ']' if self.bracket.take().is_some() => TokenKind::BracketClose,
            '[' => {
                let message = "a range is not allowed inside another one";
                let fault = ExprFault::new(at, at + 1, message);
                return Err(fault.help("close the first range with `]`"));
            }
            _ => {
                let fault = ExprFault::new(at, at + 1, format!("unmatched `{c}`"));
                return Err(fault.help("remove it, or open it before"));
            }
        };
        Ok(self.take(kind, 1))
    }

    fn quoted(&mut self) -> Result<Token, ExprFault> {
        let end = quoted::end(self.text, self.at)?;
        Ok(self.take(TokenKind::Text, end - self.at))
    }

    fn number(&mut self) -> Result<Token, ExprFault> {
        let rest = self.rest();
        if rest.starts_with('.')
            && !rest
                .get(1..)
                .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
        {
            return Err(self.stray('.', ""));
        }
        match number::scan(self.text, self.at) {
            Ok((kind, end)) => Ok(self.take(kind, end - self.at)),
            Err(end) => {
                let text = self.text.get(self.at..end).unwrap_or_default();
                let message = format!("`{text}` is neither a number nor a duration");
                Err(ExprFault::new(self.at, end, message)
                    .help("write a duration such as `5m`, `1h30m` or `500ms`"))
            }
        }
    }

    /// Imitates `parser.lexKeywordOrIdentifier`.
    fn word(&mut self) -> Result<Token, ExprFault> {
        let rest = self.rest();
        let length = rest
            .find(|c| !(is_word(c) || c == ':'))
            .unwrap_or(rest.len());
        if self.bracket.is_some() {
            return self.word_in_range();
        }
        let (word, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
        let kind = match kind_of(word, self.release) {
            // These three came late: they are reserved only before a parenthesis.
            TokenKind::Word(Word::Fill | Word::FillLeft | Word::FillRight)
                if !after
                    .trim_start_matches([' ', '\t', '\n', '\r'])
                    .starts_with('(') =>
            {
                TokenKind::Name
            }
            kind => kind,
        };
        Ok(self.take(kind, length))
    }

    /// Between brackets only the functions of durations are words.
    /// Imitates `parser.lexDurationExpr`, 3.4 and later.
    fn word_in_range(&mut self) -> Result<Token, ExprFault> {
        let rest = self.rest();
        let length = rest
            .find(|c: char| !(c.is_ascii_alphabetic() || c == '_'))
            .unwrap_or(rest.len());
        let word = rest.get(..length).unwrap_or(rest);
        match kind_of(word, self.release) {
            kind @ TokenKind::Word(Word::Step | Word::Range | Word::MaxOf | Word::MinOf) => {
                Ok(self.take(kind, length))
            }
            _ => {
                let length = rest
                    .find(|c| !(is_word(c) || c == ':'))
                    .unwrap_or(rest.len())
                    .max(1);
                let word = rest.get(..length).unwrap_or(rest);
                let message = format!("unexpected `{word}` between brackets; expected a duration");
                Err(ExprFault::new(self.at, self.at + length, message)
                    .help("write a duration such as `[5m]`"))
            }
        }
    }

    fn stray(&self, c: char, place: &str) -> ExprFault {
        let name = match c {
            '\u{a0}' | '\u{2007}' | '\u{202f}' => {
                "a non-breaking space (U+00A0 or similar)".to_owned()
            }
            '“' | '”' | '‘' | '’' => format!("the typographic quote `{c}`"),
            '\u{200b}' | '\u{feff}' => "an invisible character".to_owned(),
            _ => format!("the character {c:?}"),
        };
        ExprFault::new(
            self.at,
            self.at + c.len_utf8(),
            format!("{name} has no meaning in PromQL{place}"),
        )
        .help(remedy::of_stray(c, !place.is_empty()))
    }
}
