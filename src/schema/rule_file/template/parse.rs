//! The grammar of templates.

use super::super::super::scalar::Fault;
use super::function;
use super::lexer::{Kind, Token, read};

/// What Prometheus defines before every template of an alert (`model/rulefmt`).
const DEFINED: [&str; 5] = ["$", "$labels", "$externalLabels", "$externalURL", "$value"];

/// Nesting beyond this is not read.
const DEEPEST: usize = 100;

pub(super) fn check(text: &str, release: (u16, u16)) -> Result<(), Fault> {
    let (tokens, broken) = read(text);
    let mut parser = Parser {
        text,
        release,
        tokens: &tokens,
        at: 0,
        broken,
        variables: DEFINED.to_vec(),
        ranges: 0,
        depth: 0,
    };
    match parser.top() {
        Err(Stop::Fault(fault)) => Err(fault),
        Ok(()) | Err(Stop::Deep) => Ok(()),
    }
}

enum Stop {
    Fault(Fault),
    /// Nested too deep to be read here.
    Deep,
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

type Parse<T> = Result<T, Stop>;

/// What ends a list of actions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    End(Token),
    /// `else`, and the keyword behind it if there is one.
    Else(Token),
}

struct Parser<'t> {
    text: &'t str,
    release: (u16, u16),
    tokens: &'t [Token],
    at: usize,
    /// Why there are no more tokens, if not because the template ends.
    broken: Option<Fault>,
    variables: Vec<&'t str>,
    ranges: usize,
    depth: usize,
}

impl<'t> Parser<'t> {
    fn top(&mut self) -> Parse<()> {
        while self.at < self.tokens.len() {
            if self.follows(1, "define") {
                let open = self.at;
                self.at += 2;
                self.definition(open)?;
            } else if let Some(ending) = self.action()? {
                let (Ending::End(token) | Ending::Else(token)) = ending;
                let word = self.slice(token);
                let message = format!("this `{word}` closes nothing: no `if`, `range` or `with` is open");
                return Err(Fault::new(token.from, token.to, message).into());
            }
        }
        self.broken.take().map_or(Ok(()), |fault| Err(fault.into()))
    }

    fn slice(&self, token: Token) -> &'t str {
        self.text.get(token.from..token.to).unwrap_or_default()
    }

    fn peek(&self) -> Option<Token> {
        self.tokens.get(self.at).copied()
    }

    /// Whether the token that many further on is a word.
    fn follows(&self, further: usize, word: &str) -> bool {
        let token = self.tokens.get(self.at + further);
        token.is_some_and(|token| token.kind == Kind::Word && self.slice(*token) == word)
    }

    /// The next token. Where there is none, the reading of the text broke off: `{{` always has its
    /// `}}` otherwise.
    fn next(&mut self) -> Parse<Token> {
        match self.peek() {
            Some(token) => {
                self.at += 1;
                Ok(token)
            }
            None => {
                let end = self.text.len();
                let fault = self.broken.take().unwrap_or_else(|| Fault::new(end, end, "the template ends too early"));
                Err(fault.into())
            }
        }
    }

    fn expect(&mut self, kind: Kind, wanted: &str) -> Parse<Token> {
        let token = self.next()?;
        if token.kind == kind { Ok(token) } else { Err(self.unexpected(token, wanted)) }
    }

    fn unexpected(&self, token: Token, wanted: &str) -> Stop {
        let message = format!("`{}` can't stand here, where {wanted} should", self.slice(token));
        Fault::new(token.from, token.to, message).into()
    }

    /// One action, its whole body included; or what ends the list that it stands in.
    fn action(&mut self) -> Parse<Option<Ending>> {
        let open = self.at;
        self.expect(Kind::Open, "`{{`")?;
        let Some(token) = self.peek().filter(|token| token.kind == Kind::Word) else {
            self.pipeline("an action", Kind::Close)?;
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
                self.expect(Kind::Close, "`}}`")?;
                return Ok(Some(Ending::End(token)));
            }
            "else" => {
                self.at += 1;
                if !(self.follows(0, "if") || self.follows(0, "with")) {
                    self.expect(Kind::Close, "`}}`")?;
                }
                return Ok(Some(Ending::Else(token)));
            }
            "break" | "continue" => {
                self.at += 1;
                self.expect(Kind::Close, "`}}`")?;
                if self.ranges == 0 {
                    let message = format!("`{word}` can only stand inside a `range`");
                    return Err(Fault::new(token.from, token.to, message).into());
                }
            }
            "template" => {
                self.at += 1;
                self.expect(Kind::Text, "a template's name in quotes")?;
                if self.peek().is_some_and(|token| token.kind == Kind::Close) {
                    self.at += 1;
                } else {
                    self.pipeline("`template`", Kind::Close)?;
                }
            }
            "block" => {
                self.at += 1;
                self.expect(Kind::Text, "a template's name in quotes")?;
                self.pipeline("`block`", Kind::Close)?;
                self.body(open, "block")?;
            }
            "define" => {
                let message = "`define` can't stand inside `if`, `range`, `with` or another `define`";
                return Err(Fault::new(token.from, token.to, message).into());
            }
            _ => self.pipeline("an action", Kind::Close)?,
        }
        Ok(None)
    }

    /// `{{ define "x" }}…{{ end }}`.
    fn definition(&mut self, open: usize) -> Parse<()> {
        self.expect(Kind::Text, "a template's name in quotes")?;
        self.expect(Kind::Close, "`}}`")?;
        self.body(open, "define")
    }

    /// The body of `define` and `block`, which knows no variable from outside.
    fn body(&mut self, open: usize, word: &str) -> Parse<()> {
        let outside = std::mem::replace(&mut self.variables, vec!["$"]);
        let ranges = std::mem::take(&mut self.ranges);
        let ending = self.list(open)?;
        (self.variables, self.ranges) = (outside, ranges);
        match ending {
            Ending::End(_) => Ok(()),
            Ending::Else(token) => {
                let message = format!("`else` can't stand in `{word}`");
                Err(Fault::new(token.from, token.to, message).into())
            }
        }
    }

    /// `if`, `with` and `range`, up to their `end`.
    fn control(&mut self, open: usize, word: &str) -> Parse<()> {
        let variables = self.variables.len();
        self.pipeline(word, Kind::Close)?;
        self.ranges += usize::from(word == "range");
        let ending = self.list(open);
        self.ranges -= usize::from(word == "range");
        if let Ending::Else(token) = ending? {
            self.otherwise(open, word, token)?;
        }
        self.variables.truncate(variables);
        Ok(())
    }

    /// What follows `else`.
    fn otherwise(&mut self, open: usize, word: &str, token: Token) -> Parse<()> {
        let again = ["if", "with"].into_iter().find(|again| self.follows(0, again));
        match again {
            Some(again) if again == word => {
                self.at += 1;
                self.control(open, again)
            }
            Some(again) => {
                let message = format!("`else {again}` can't stand in `{word}`");
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
    fn list(&mut self, open: usize) -> Parse<Ending> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(Stop::Deep);
        }
        while self.at < self.tokens.len() {
            if let Some(ending) = self.action()? {
                self.depth -= 1;
                return Ok(ending);
            }
        }
        Err(self.broken.take().unwrap_or_else(|| self.never_ended(open)).into())
    }

    fn never_ended(&self, open: usize) -> Fault {
        let close = self.tokens.iter().skip(open).find(|token| token.kind == Kind::Close);
        let from = self.tokens.get(open).map_or(0, |token| token.from);
        let to = close.map_or(from, |token| token.to);
        Fault::new(from, to, "this has no `{{ end }}`")
    }

    /// Commands with `|` between them, and the variables that take their value.
    fn pipeline(&mut self, of: &str, end: Kind) -> Parse<()> {
        self.declarations(of)?;
        let mut stage = 0;
        loop {
            let Some(token) = self.peek() else {
                self.next()?;
                return Ok(());
            };
            match token.kind {
                kind if kind == end => {
                    // Go takes a pipe that leads nowhere.
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
    fn declarations(&mut self, of: &str) -> Parse<()> {
        let mut declared = Vec::new();
        while let Some(token) = self.peek().filter(|token| token.kind == Kind::Variable) {
            let Some(after) = self.tokens.get(self.at + 1).copied() else { return Ok(()) };
            match after.kind {
                Kind::Assign | Kind::Declare => {
                    self.at += 2;
                    declared.push(self.slice(token));
                    self.variables.append(&mut declared);
                    return Ok(());
                }
                Kind::Sign if self.slice(after) == "," => {
                    if of != "range" || !declared.is_empty() {
                        return Err(self.unexpected(after, "`:=` or `}}`"));
                    }
                    self.at += 2;
                    declared.push(self.slice(token));
                    if self.peek().is_some_and(|token| token.kind != Kind::Variable && token.kind != Kind::Close) {
                        let token = self.next()?;
                        return Err(self.unexpected(token, "a second variable"));
                    }
                }
                _ => break,
            }
        }
        self.variables.append(&mut declared);
        Ok(())
    }

    /// Operands with space between them, up to a pipe, which is read, or the end, which is not.
    fn command(&mut self, stage: usize, end: Kind) -> Parse<()> {
        let first = self.peek();
        loop {
            let Some(token) = self.peek() else {
                self.next()?;
                return Ok(());
            };
            let is_first = first == Some(token);
            match token.kind {
                kind if kind == end => return Ok(()),
                Kind::Pipe => {
                    self.at += 1;
                    return Ok(());
                }
                kind if starts_operand(kind) && (is_first || token.spaced) => {
                    if is_first && stage > 0 && is_literal(kind, self.slice(token)) {
                        let message = format!("`{}` is no function, and takes nothing from a pipe", self.slice(token));
                        return Err(Fault::new(token.from, token.to, message).into());
                    }
                    self.operand()?;
                }
                _ => return Err(self.unexpected(token, "`|` or `}}`")),
            }
        }
    }

    fn operand(&mut self) -> Parse<()> {
        let token = self.next()?;
        let word = self.slice(token);
        match token.kind {
            Kind::Word if KEYWORDS.contains(&word) => return Err(self.unexpected(token, "a value")),
            Kind::Word if !CONSTANTS.contains(&word) => {
                function::known(word, self.release, token.from, token.to)?;
            }
            Kind::Variable if !self.variables.contains(&word) => {
                return Err(self.undefined(token).into());
            }
            Kind::ParenOpen => {
                self.depth += 1;
                if self.depth > DEEPEST {
                    return Err(Stop::Deep);
                }
                self.pipeline("parentheses", Kind::ParenClose)?;
                self.depth -= 1;
            }
            _ => {}
        }
        while let Some(field) = self.peek().filter(|field| field.kind == Kind::Field && !field.spaced) {
            if is_literal(token.kind, word) {
                return Err(self.unexpected(field, "a space"));
            }
            self.at += 1;
        }
        Ok(())
    }

    fn undefined(&self, token: Token) -> Fault {
        let word = self.slice(token);
        let near = crate::finding::nearest(word, self.variables.iter().copied());
        let message = match near {
            Some(near) if near.len() > 1 => format!("the variable `{word}` is not defined; did you mean `{near}`?"),
            _ => format!("the variable `{word}` is not defined"),
        };
        Fault::new(token.from, token.to, message)
    }
}

const KEYWORDS: [&str; 10] =
    ["if", "else", "end", "range", "with", "define", "template", "block", "break", "continue"];

const CONSTANTS: [&str; 3] = ["true", "false", "nil"];

fn starts_operand(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::ParenOpen | Kind::Dot | Kind::Field | Kind::Variable | Kind::Word | Kind::Text | Kind::Number
    )
}

/// Whether it is a value that can neither be called nor has fields.
fn is_literal(kind: Kind, word: &str) -> bool {
    matches!(kind, Kind::Text | Kind::Number | Kind::Dot) || kind == Kind::Word && CONSTANTS.contains(&word)
}
