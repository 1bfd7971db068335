//! Selectors: a name, braces, or both.

use regex_syntax::hir::{Hir, HirKind, Look};

use super::dialect::PromqlFeature;
use super::fault::ExprFault;
use super::parse::{ParseResult, Parser};
use super::quoted::unquote;
use super::remedy;
use super::token::{Operator, Token, TokenKind};
use super::tree::NodeKind;
use super::value::{ExpressionPart, Follows, ValueType};
use crate::go;

/// How a label is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MatchOperator {
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `=~`
    Regex,
    /// `!~`
    NotRegex,
}

/// A comparison of a label in an expression, and the bytes of the expression that say it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matcher {
    /// The label.
    pub label: String,
    /// How it is compared.
    pub how: MatchOperator,
    /// What with: a text or a pattern.
    pub value: String,
    /// The first byte.
    pub from: usize,
    /// The byte after the last one.
    pub to: usize,
}

impl Matcher {
    /// The name before the braces that it is in, if the expression has one there.
    #[must_use]
    pub fn metric<'e>(&self, expression: &'e str) -> Option<&'e str> {
        let before = expression.get(..self.from)?;
        let before = before.get(..before.rfind('{')?)?.trim_end();
        let is_of_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | ':');
        let rest = before.trim_end_matches(is_of_name);
        before.get(rest.len()..).filter(|name| !name.is_empty())
    }
}

/// Whether a metric is one that a recording rule writes, by the convention for their names
/// (prometheus.io, "Recording rules": `level:metric:operations`).
#[must_use]
pub fn is_recorded_name(metric: &str) -> bool {
    metric.contains(':')
}

impl MatchOperator {
    /// Its sign.
    #[must_use]
    pub fn sign(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Regex => "=~",
            Self::NotRegex => "!~",
        }
    }

    fn of(kind: TokenKind) -> Option<Self> {
        match kind {
            TokenKind::Equal => Some(Self::Equal),
            TokenKind::Operator(Operator::NotEqual) => Some(Self::NotEqual),
            TokenKind::MatchRegex => Some(Self::Regex),
            TokenKind::MatchNotRegex => Some(Self::NotRegex),
            _ => None,
        }
    }

    /// Whether a label that is not there passes. A pattern that can't be judged does not.
    /// Imitates the check of `parser.checkAST` for `*VectorSelector`: "must contain at least one
    /// non-empty matcher".
    fn matches_absent(self, value: &str) -> bool {
        // The syntax says it; to compile a pattern takes a hundred times as long.
        let matches = || {
            let pattern = regex_syntax::parse(&format!("^(?s:{})$", as_in_rust(value)));
            pattern.ok().map(|pattern| matches_nothing(&pattern))
        };
        match self {
            Self::Equal => value.is_empty(),
            Self::NotEqual => !value.is_empty(),
            Self::Regex => matches() == Some(true),
            Self::NotRegex => matches() == Some(false),
        }
    }
}

/// A pattern of Go for Rust, which takes each `{` for the begin of a repetition; in Go one that
/// begins none stands for itself.
fn as_in_rust(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len());
    let mut chars = pattern.char_indices();
    let mut named = false;
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => {
                out.push(c);
                let escaped = chars.next().map(|(_, c)| c);
                out.extend(escaped);
                // `\p{Greek}`, `\x{41}`
                named = matches!(escaped, Some('p' | 'P' | 'x'));
                continue;
            }
            '{' if !named && !repeats(pattern.get(at + 1..).unwrap_or_default()) => {
                out.push_str("\\{");
            }
            _ => out.push(c),
        }
        named = false;
    }
    out
}

/// Whether what follows a brace is `3}`, `3,}` or `3,5}`.
fn repeats(after: &str) -> bool {
    let Some((inside, _)) = after.split_once('}') else {
        return false;
    };
    let (least, most) = inside.split_once(',').unwrap_or((inside, "0"));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    !least.is_empty() && digits(least) && digits(most)
}

/// Whether a pattern matches the empty text.
fn matches_nothing(pattern: &Hir) -> bool {
    match pattern.kind() {
        HirKind::Empty => true,
        HirKind::Literal(_) | HirKind::Class(_) => false,
        HirKind::Look(look) => match look {
            Look::WordAscii
            | Look::WordUnicode
            | Look::WordStartAscii
            | Look::WordStartUnicode
            | Look::WordEndAscii
            | Look::WordEndUnicode => false,
            // There is not a letter on either side, and both ends of the text and of a line are here.
            // An empty text is at once the beginning and the end, so that `^`, `$`, `\A` and `\z`
            // hold in it.
            _ => true,
        },
        HirKind::Repetition(inner) => inner.min == 0 || matches_nothing(&inner.sub),
        HirKind::Capture(inner) => matches_nothing(&inner.sub),
        HirKind::Concat(parts) => parts.iter().all(matches_nothing),
        HirKind::Alternation(parts) => parts.iter().any(matches_nothing),
    }
}

/// What the braces of a selector hold, as far as it matters.
#[derive(Debug, Default)]
struct Matchers {
    /// Whether one of them demands something.
    demanding: bool,
    /// What names the metric: `__name__="x"` or `"x"`.
    names: Vec<Token>,
}

impl Parser<'_> {
    /// A selector whose name, if it has one, has been read.
    /// Imitates `vector_selector` of generated_parser.y and its part of `checkAST`.
    pub(super) fn selector(&mut self, name: Option<Token>) -> ParseResult<ExpressionPart> {
        let from = name.map_or(self.token.from, |name| name.from);
        let head = name.unwrap_or(Token {
            to: from,
            ..self.token
        });
        let first = self.tree.next();
        let mut matchers = Matchers::default();
        if self.accept(TokenKind::BraceOpen)? {
            self.matchers(&mut matchers)?;
        }
        self.close(NodeKind::Selector, from, head, first);
        let to = self.end();
        if let Some(name) = name {
            for &token in &matchers.names {
                let message = format!(
                    "the metric name is set twice: `{}` before the braces, and again inside them",
                    self.slice(name)
                );
                self.push(ExprFault::at(token, message).help("remove one of the two names"));
            }
        } else if !matchers.demanding {
            let message = "the selector matches every series";
            let help = "name a metric, or add a matcher that does not match the empty string";
            self.push(ExprFault::new(from, to, message).help(help));
        }
        let named = name.is_some();
        Ok(ExpressionPart {
            shape: Follows::Selector,
            named,
            ..ExpressionPart::new(from, to, ValueType::Vector)
        })
    }

    fn matchers(&mut self, out: &mut Matchers) -> ParseResult<()> {
        while !self.accept(TokenKind::BraceClose)? {
            self.matcher(out)?;
            if !self.accept(TokenKind::Comma)? {
                self.expect(TokenKind::BraceClose, "`,` or `}`")?;
                break;
            }
        }
        Ok(())
    }

    fn matcher(&mut self, out: &mut Matchers) -> ParseResult<()> {
        let label = self.token;
        let name = match label.kind {
            TokenKind::Name => self.slice(label).to_owned(),
            TokenKind::Text => unquote(self.slice(label)),
            _ => return Err(self.unexpected("a label name or `}`")),
        };
        self.advance()?;
        let Some(how) = MatchOperator::of(self.token.kind) else {
            if label.kind == TokenKind::Text {
                self.close(NodeKind::Matcher, label.from, label, self.tree.next());
                self.need(PromqlFeature::QuotedNames, label.from, label.to);
                out.names.push(label);
                out.demanding |= !name.is_empty();
                return Ok(());
            }
            return Err(self.unexpected("`=`, `!=`, `=~` or `!~`"));
        };
        if label.kind == TokenKind::Text {
            self.need(PromqlFeature::QuotedNames, label.from, label.to);
        }
        self.advance()?;
        let value = self.expect(TokenKind::Text, remedy::TEXT)?;
        self.close(NodeKind::Matcher, label.from, label, self.tree.next());
        // "metric name must not be set twice" in `parser.checkAST` counts these too.
        if name == "__name__" {
            out.names.push(label);
        }
        let text = unquote(self.slice(value));
        if matches!(how, MatchOperator::Regex | MatchOperator::NotRegex) {
            self.pattern(value, &text);
        }
        out.demanding |= !how.matches_absent(&text);
        self.matchers.push(Matcher {
            label: name,
            how,
            value: text,
            from: label.from,
            to: value.to,
        });
        Ok(())
    }

    /// A regular expression, which Prometheus anchors at both ends.
    /// Imitates `labels.NewFastRegexMatcher`, which compiles `^(?s:` … `)$`.
    fn pattern(&mut self, token: Token, pattern: &str) {
        let (major, minor) = self.dialect.release;
        let Err(fault) = go::regex(pattern, go::Go::of_prometheus(major, minor)) else {
            return;
        };
        let as_written = token.to - token.from == pattern.len() + 2;
        let (from, to) = match fault.from..fault.to {
            range if as_written && !range.is_empty() => {
                (token.from + 1 + range.start, token.from + 1 + range.end)
            }
            _ => (token.from, token.to),
        };
        let help = fault.remedy.words.as_deref();
        let help = help.unwrap_or("correct the pattern; its syntax is that of RE2");
        let fault_of = ExprFault::new(from, to, fault.about("the regular expression"));
        self.push(fault_of.help(help));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_syntax_says_what_the_program_would() {
        for pattern in [
            "",
            ".*",
            ".+",
            "a",
            "a?",
            "a*b*",
            "a|",
            "a|b",
            "(a|b*)",
            "^$",
            "(?m)^$",
            r"\b",
            r"\B",
            "x{0,3}",
            "x{1,3}",
            "(?i)a*",
            "[a-z]*",
            "()",
            "(?:a?){2}",
            "a{0}",
            r"\A\z",
            r"\b{start}",
            r"\b{start-half}",
            r"\b{end}",
            r"\b{end-half}",
            r"(?-u:\b)|a*",
            "a)(b|",
            "a)|(b*",
        ] {
            let whole = format!("^(?s:{pattern})$");
            let wanted = regex::Regex::new(&whole)
                .ok()
                .map(|regex| regex.is_match(""));
            let found = regex_syntax::parse(&whole).ok();
            let found = found.map(|hit| matches_nothing(&hit));
            assert_eq!(found, wanted, "{pattern}");
        }
    }
}
