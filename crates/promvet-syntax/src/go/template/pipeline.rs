//! Values: pipelines of commands, and the variables that take them.

use super::function;
use super::lexer::{Token, TokenKind};
use super::parse::{ParseResult, Parser};
use crate::Fault;
use promvet_text::nearest;

impl Parser<'_> {
    /// Commands with `|` between them, and the variables that take their value.
    /// Imitates `parse.Tree.pipeline` and its `checkPipeline`.
    pub(super) fn pipeline(&mut self, of: &str, end: TokenKind) -> ParseResult<()> {
        self.declarations(of)?;
        let mut stage = 0;
        loop {
            let Some(token) = self.peek() else {
                self.next()?;
                return Ok(());
            };
            match token.kind {
                kind if kind == end => {
                    // Go takes a pipe without a target.
                    if stage == 0 {
                        let message = format!("a value is missing in {of}");
                        return Err(Fault::new(token.from, token.to, message).into());
                    }
                    self.at += 1;
                    return Ok(());
                }
                _ if starts_operand(token.kind) => {
                    self.command(stage, end)?;
                    stage += 1;
                }
                _ => return Err(self.unexpected(token, "a value")),
            }
        }
    }

    /// `$x :=`, `$x =`, or `$i, $x :=` in a range.
    /// The label `decls` of `parse.Tree.pipeline`.
    fn declarations(&mut self, of: &str) -> ParseResult<()> {
        let mut declared = Vec::new();
        while let Some(token) = self
            .peek()
            .filter(|token| token.kind == TokenKind::Variable)
        {
            let Some(after) = self.tokens.get(self.at + 1).copied() else {
                return Ok(());
            };
            match after.kind {
                TokenKind::Assign | TokenKind::Declare => {
                    self.at += 2;
                    declared.push(self.slice(token));
                    declared
                        .into_iter()
                        .for_each(|name| self.variables.define(name));
                    return Ok(());
                }
                TokenKind::Sign if self.slice(after) == "," => {
                    // "too many declarations" in `parse.Tree.pipeline`: only `range` has an index
                    // and a value.
                    if of != "range" || !declared.is_empty() {
                        return Err(self.unexpected(after, "`:=` or `}}`"));
                    }
                    self.at += 2;
                    declared.push(self.slice(token));
                    if self.peek().is_some_and(|token| {
                        token.kind != TokenKind::Variable && token.kind != TokenKind::Close
                    }) {
                        let token = self.next()?;
                        return Err(self.unexpected(token, "a second variable"));
                    }
                }
                _ => break,
            }
        }
        declared
            .into_iter()
            .for_each(|name| self.variables.define(name));
        Ok(())
    }

    /// Operands with space between them, up to a pipe, which is read, or the end, which is not.
    /// Imitates `parse.Tree.command`.
    fn command(&mut self, stage: usize, end: TokenKind) -> ParseResult<()> {
        let first = self.peek();
        loop {
            let Some(token) = self.peek() else {
                self.next()?;
                return Ok(());
            };
            let is_first = first == Some(token);
            match token.kind {
                kind if kind == end => return Ok(()),
                TokenKind::Pipe => {
                    self.at += 1;
                    return Ok(());
                }
                kind if starts_operand(kind) && (is_first || token.spaced) => {
                    // "non executable command in pipeline stage" in `parse.Tree.checkPipeline`.
                    if is_first && stage > 0 && is_literal(kind, self.slice(token)) {
                        let message = format!(
                            "`{}` is not a function and cannot receive a value from a pipe",
                            self.slice(token)
                        );
                        return Err(Fault::new(token.from, token.to, message).into());
                    }
                    self.operand()?;
                }
                _ => return Err(self.unexpected(token, "`|` or `}}`")),
            }
        }
    }

    /// Imitates `parse.Tree.operand` and `parse.Tree.term`.
    fn operand(&mut self) -> ParseResult<()> {
        let token = self.next()?;
        let word = self.slice(token);
        match token.kind {
            TokenKind::Word if KEYWORDS.contains(&word) => {
                return Err(self.unexpected(token, "a value"));
            }
            TokenKind::Word if !CONSTANTS.contains(&word) => {
                function::known(word, self.release, token.from, token.to)?;
            }
            TokenKind::Variable if !self.variables.contains(word) => {
                return Err(self.undefined(token).into());
            }
            TokenKind::ParenOpen => {
                self.enter()?;
                self.pipeline("parentheses", TokenKind::ParenClose)?;
                self.leave();
            }
            _ => {}
        }
        while let Some(field) = self
            .peek()
            .filter(|field| field.kind == TokenKind::Field && !field.spaced)
        {
            // "unexpected . after term": `parse.Tree.operand` chains fields behind variables,
            // fields and parentheses only.
            if is_literal(token.kind, word) {
                return Err(self.unexpected(field, "a space"));
            }
            self.at += 1;
        }
        Ok(())
    }

    fn undefined(&self, token: Token) -> Fault {
        let word = self.slice(token);
        let near = nearest(word, self.variables.names());
        let message = format!("the variable `{word}` is not defined");
        let fault = Fault::new(token.from, token.to, message);
        match near {
            Some(near) if near.len() > 1 => {
                fault.help(format!("did you mean `{near}`?")).perhaps(near)
            }
            _ => fault,
        }
    }
}

const KEYWORDS: [&str; 10] = [
    "if", "else", "end", "range", "with", "define", "template", "block", "break", "continue",
];

const CONSTANTS: [&str; 3] = ["true", "false", "nil"];

fn starts_operand(kind: TokenKind) -> bool {
    matches!(
        kind,
        TokenKind::ParenOpen
            | TokenKind::Dot
            | TokenKind::Field
            | TokenKind::Variable
            | TokenKind::Word
            | TokenKind::Text
            | TokenKind::Number
    )
}

/// Whether it is a value that can neither be called nor has fields.
fn is_literal(kind: TokenKind, word: &str) -> bool {
    matches!(kind, TokenKind::Text | TokenKind::Number | TokenKind::Dot)
        || kind == TokenKind::Word && CONSTANTS.contains(&word)
}
