//! The grammar of templates.

use super::lexer::{Token, TokenKind, read};
use super::scope::Variables;
use crate::Fault;

/// What Prometheus defines before every template of an alert (`model/rulefmt`).
const DEFINED: [&str; 5] = ["$", "$labels", "$externalLabels", "$externalURL", "$value"];

/// Nesting beyond this is not read. A level takes ten kilobytes of stack without optimization, and
/// no template of an alert has more than a few.
const DEEPEST: usize = 64;

/// Imitates `parse.Tree.Parse`.
pub(super) fn check(text: &str, release: (u16, u16)) -> Result<(), Fault> {
    let (tokens, broken) = read(text);
    let mut parser = Parser {
        text,
        release,
        tokens: &tokens,
        at: 0,
        broken,
        variables: Variables::new(&DEFINED),
        ranges: 0,
        depth: 0,
    };
    match parser.top() {
        Err(Stop::Fault(fault)) => Err(fault),
        // Err(Stop::Deep) => Ok(()), | Too deep says nothing about Prometheus, so that it is not
        // reported as its refusal.
        Ok(()) | Err(Stop::Deep) => Ok(()),
    }
}

pub(super) enum Stop {
    Fault(Fault),
    /// Nested too deep to be read here.
    Deep,
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

pub(super) type ParseResult<T> = Result<T, Stop>;

/// What ends a list of actions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    End(Token),
    /// `else`, and the keyword behind it if there is one.
    Else(Token),
}

pub(super) struct Parser<'t> {
    text: &'t str,
    pub(super) release: (u16, u16),
    pub(super) tokens: &'t [Token],
    pub(super) at: usize,
    /// Why there are no more tokens, if not because the template ends.
    broken: Option<Fault>,
    pub(super) variables: Variables<'t>,
    ranges: usize,
    depth: usize,
}

impl<'t> Parser<'t> {
    /// Imitates `parse.Tree.parse`, where `define` is allowed at the top alone.
    fn top(&mut self) -> ParseResult<()> {
        while self.at < self.tokens.len() {
            if self.follows(1, "define") {
                let open = self.at;
                self.at += 2;
                self.definition(open)?;
            } else if let Some(ending) = self.action()? {
                let (Ending::End(token) | Ending::Else(token)) = ending;
                let word = self.slice(token);
                let message = format!("unexpected `{word}`: no `if`, `range` or `with` is open");
                return Err(Fault::new(token.from, token.to, message).into());
            }
        }
        self.broken.take().map_or(Ok(()), |fault| Err(fault.into()))
    }

    pub(super) fn slice(&self, token: Token) -> &'t str {
        self.text.get(token.from..token.to).unwrap_or_default()
    }

    pub(super) fn peek(&self) -> Option<Token> {
        self.tokens.get(self.at).copied()
    }

    /// Whether the token that many further on is a word.
    fn follows(&self, further: usize, word: &str) -> bool {
        let token = self.tokens.get(self.at + further);
        token.is_some_and(|token| token.kind == TokenKind::Word && self.slice(*token) == word)
    }

    /// The next token. Where there is none, the reading of the text broke off: `{{` always has its
    /// `}}` otherwise.
    pub(super) fn next(&mut self) -> ParseResult<Token> {
        match self.peek() {
            Some(token) => {
                self.at += 1;
                Ok(token)
            }
            None => {
                let end = self.text.len();
                let fault = self
                    .broken
                    .take()
                    .unwrap_or_else(|| Fault::new(end, end, "unexpected end of the template"));
                Err(fault.into())
            }
        }
    }

    fn expect(&mut self, kind: TokenKind, wanted: &str) -> ParseResult<Token> {
        let token = self.next()?;
        if token.kind == kind {
            Ok(token)
        } else {
            Err(self.unexpected(token, wanted))
        }
    }

    pub(super) fn unexpected(&self, token: Token, wanted: &str) -> Stop {
        let message = format!("unexpected `{}`; expected {wanted}", self.slice(token));
        Fault::new(token.from, token.to, message).into()
    }

    /// One action, its whole body included; or what ends the list that it is in.
    /// Imitates `parse.Tree.textOrAction` and `parse.Tree.action`.
    fn action(&mut self) -> ParseResult<Option<Ending>> {
        let open = self.at;
        self.expect(TokenKind::Open, "`{{`")?;
        let Some(token) = self.peek().filter(|token| token.kind == TokenKind::Word) else {
            self.pipeline("an action", TokenKind::Close)?;
            return Ok(None);
        };
        let word = self.slice(token);
        match word {
            "if" | "with" | "range" => {
                self.at += 1;
                self.control(open, word)?;
            }
            "end" => {
                self.at += 1;
                self.expect(TokenKind::Close, "`}}`")?;
                return Ok(Some(Ending::End(token)));
            }
            // Since Go 1.23 `else with` is read like `else if` (`parse.Tree.elseControl`).
            "else" => {
                self.at += 1;
                if !(self.follows(0, "if") || self.follows(0, "with")) {
                    self.expect(TokenKind::Close, "`}}`")?;
                }
                return Ok(Some(Ending::Else(token)));
            }
            "break" | "continue" => {
                self.at += 1;
                self.expect(TokenKind::Close, "`}}`")?;
                // "{{break}} outside {{range}}" in `parse.Tree.breakControl`, Go 1.18 and later.
                if self.ranges == 0 {
                    let message = format!("`{word}` is allowed only inside a `range`");
                    return Err(Fault::new(token.from, token.to, message).into());
                }
            }
            "template" => {
                self.at += 1;
                self.expect(TokenKind::Text, "a template's name in quotes")?;
                if self
                    .peek()
                    .is_some_and(|token| token.kind == TokenKind::Close)
                {
                    self.at += 1;
                } else {
                    self.pipeline("`template`", TokenKind::Close)?;
                }
            }
            "block" => {
                self.at += 1;
                self.expect(TokenKind::Text, "a template's name in quotes")?;
                self.pipeline("`block`", TokenKind::Close)?;
                self.body(open, "block")?;
            }
            "define" => {
                let message =
                    "`define` is not allowed inside `if`, `range`, `with` or another `define`";
                return Err(Fault::new(token.from, token.to, message).into());
            }
            _ => self.pipeline("an action", TokenKind::Close)?,
        }
        Ok(None)
    }

    /// `{{ define "x" }}…{{ end }}`.
    /// Imitates `parse.Tree.parseDefinition`.
    fn definition(&mut self, open: usize) -> ParseResult<()> {
        self.expect(TokenKind::Text, "a template's name in quotes")?;
        self.expect(TokenKind::Close, "`}}`")?;
        self.body(open, "define")
    }

    /// The body of `define` and `block`, which does not see variables from outside.
    /// Imitates `parse.Tree.blockControl`, which begins a new tree with `$` alone.
    fn body(&mut self, open: usize, word: &str) -> ParseResult<()> {
        let outside = std::mem::replace(&mut self.variables, Variables::new(&["$"]));
        let ranges = std::mem::take(&mut self.ranges);
        let ending = self.list(open)?;
        (self.variables, self.ranges) = (outside, ranges);
        match ending {
            Ending::End(_) => Ok(()),
            Ending::Else(token) => {
                let message = format!("`else` is not allowed in `{word}`");
                Err(Fault::new(token.from, token.to, message).into())
            }
        }
    }

    /// `if`, `with` and `range`, up to their `end`.
    /// Imitates `parse.Tree.parseControl`, which pops the variables of its pipeline (`popVars`).
    fn control(&mut self, open: usize, word: &str) -> ParseResult<()> {
        let scope = self.variables.begin_scope();
        self.pipeline(word, TokenKind::Close)?;
        self.ranges += usize::from(word == "range");
        let ending = self.list(open);
        self.ranges -= usize::from(word == "range");
        if let Ending::Else(token) = ending? {
            self.otherwise(open, word, token)?;
        }
        self.variables.end_scope(scope);
        Ok(())
    }

    /// What follows `else`.
    fn otherwise(&mut self, open: usize, word: &str, token: Token) -> ParseResult<()> {
        let again = ["if", "with"]
            .into_iter()
            .find(|again| self.follows(0, again));
        match again {
            Some(again) if again == word => {
                self.at += 1;
                // Go reads it as an `if` inside of the `else`, and so does this: it goes deeper.
                self.enter()?;
                self.control(open, again)?;
                self.leave();
                Ok(())
            }
            Some(again) => {
                let message = format!("`else {again}` is not allowed in `{word}`");
                Err(Fault::new(token.from, token.to, message).into())
            }
            None => match self.list(open)? {
                Ending::End(_) => Ok(()),
                Ending::Else(token) => {
                    let message = format!("this is a second `else` of the same `{word}`");
                    Err(Fault::new(token.from, token.to, message).into())
                }
            },
        }
    }

    /// Actions up to the one that ends them.
    /// Imitates `parse.Tree.itemList`.
    fn list(&mut self, open: usize) -> ParseResult<Ending> {
        self.enter()?;
        while self.at < self.tokens.len() {
            if let Some(ending) = self.action()? {
                self.leave();
                return Ok(ending);
            }
        }
        Err(self
            .broken
            .take()
            .unwrap_or_else(|| self.never_ended(open))
            .into())
    }

    /// Goes one level down, if there is one.
    pub(super) fn enter(&mut self) -> ParseResult<()> {
        self.depth += 1;
        if self.depth > DEEPEST {
            Err(Stop::Deep)
        } else {
            Ok(())
        }
    }

    pub(super) fn leave(&mut self) {
        self.depth -= 1;
    }

    fn never_ended(&self, open: usize) -> Fault {
        let close = self
            .tokens
            .iter()
            .skip(open)
            .find(|token| token.kind == TokenKind::Close);
        let from = self.tokens.get(open).map_or(0, |token| token.from);
        let to = close.map_or(from, |token| token.to);
        Fault::new(from, to, "this has no `{{ end }}`").help("add `{{ end }}`")
    }
}
