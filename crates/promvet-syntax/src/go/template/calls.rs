//! Texts that a template hands to functions.

use super::lexer::{Token, TokenKind, read};
use crate::promql::unquote;

/// A text in quotes, and the function or keyword that takes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// `query`, `printf`, `template` …
    pub function: String,
    /// The text without quotes.
    pub text: String,
    /// Its bytes in the template, within the quotes.
    pub from: usize,
    /// Where it ends.
    pub to: usize,
    /// Whether the value of the alert is all that the function takes besides.
    pub takes_value: bool,
}

/// Every call of a template that takes a text as its first argument, or through a pipe. The template is
/// one that [`super::check`] accepts.
#[must_use]
pub fn calls(text: &str) -> Vec<Call> {
    let (tokens, _) = read(text);
    let word = |token: &Token| text.get(token.from..token.to).unwrap_or_default();
    let mut out = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        if token.kind != TokenKind::Text || token.to < token.from + 2 {
            continue;
        }
        let before = at.checked_sub(1).and_then(|at| tokens.get(at));
        let behind = tokens.get(at + 1..).unwrap_or_default();
        let keyword = before.filter(|token| matches!(word(token), "if" | "with" | "range"));
        let kind = before.filter(|_| keyword.is_none()).map(|token| token.kind);
        let function = match (kind, behind) {
            // `printf "%d" $value`
            (Some(TokenKind::Word), _) => before,
            // `"up" | query`
            (
                None | Some(TokenKind::Open | TokenKind::ParenOpen | TokenKind::Declare),
                [pipe, function, ..],
            ) if pipe.kind == TokenKind::Pipe && function.kind == TokenKind::Word => Some(function),
            _ => None,
        };
        let Some(function) = function else { continue };
        let piped = tokens.get(..at.saturating_sub(1)).unwrap_or_default();
        let is_value = |token: &Token| matches!(word(token), "$value" | ".Value");
        let takes_value = match behind {
            [value, end, ..] if is_value(value) => ends(end),
            [end, ..] if ends(end) => match piped {
                [.., start, value, pipe] if pipe.kind == TokenKind::Pipe => {
                    is_value(value) && starts(start)
                }
                _ => false,
            },
            _ => false,
        };
        out.push(Call {
            function: word(function).to_owned(),
            text: unquote(word(token)),
            from: token.from + 1,
            to: token.to - 1,
            takes_value,
        });
    }
    out
}

fn ends(token: &Token) -> bool {
    matches!(
        token.kind,
        TokenKind::Close | TokenKind::ParenClose | TokenKind::Pipe
    )
}

fn starts(token: &Token) -> bool {
    matches!(token.kind, TokenKind::Open | TokenKind::ParenOpen)
}

#[cfg(test)]
mod tests {
    use super::calls;

    #[test]
    fn texts_are_read_with_their_functions() {
        for (text, want) in [
            (
                "{{ query \"sum(up{a=\\\"b\\\"})\" }}",
                vec!["query sum(up{a=\"b\"})"],
            ),
            ("{{ with `up` | query }}{{ end }}", vec!["query up"]),
            ("{{ range query `up` }}{{ end }}", vec!["query up"]),
            ("{{ \"up\" | query | first }}", vec!["query up"]),
            ("{{ printf \"%d\" $value }}", vec!["printf %d of value"]),
            ("{{ $value | printf \"%d\" }}", vec!["printf %d of value"]),
            ("{{ .Value | printf \"%d\" }}", vec!["printf %d of value"]),
            ("{{ $value | humanize | printf \"%s\" }}", vec!["printf %s"]),
            (
                "{{ printf \"%s%d\" $labels.a $value }}",
                vec!["printf %s%d"],
            ),
            ("{{ printf \"%d\" (len $labels) }}", vec!["printf %d"]),
            ("{{ $labels.a }}", vec![]),
        ] {
            let shown = |call: super::Call| {
                let of = if call.takes_value { " of value" } else { "" };
                format!("{} {}{of}", call.function, call.text)
            };
            let found: Vec<_> = calls(text).into_iter().map(shown).collect();
            assert_eq!(found, want, "{text}");
        }
    }
}
