//! Kubernetes selectors, as `labels.Parse` and `fields.ParseSelector` of the apimachinery read them that
//! Prometheus 3.14.0 is built with.

use crate::Fault;

/// The longest name or value of a Kubernetes label, and the longest prefix of a name.
/// From `validation.LabelValueMaxLength` and `validation.DNS1123SubdomainMaxLength` (apimachinery).
const MOST_LABEL_BYTES: usize = 63;
const MOST_PREFIX_BYTES: usize = 253;

/// Checks a label selector such as `app in (a,b),tier!=x,!legacy`.
///
/// # Errors
/// What Kubernetes does not read.
pub fn label_selector(text: &str) -> Result<(), Fault> {
    let mut parser = Parser {
        text,
        tokens: tokens(text),
        next: 0,
    };
    parser.selector()
}

/// Checks a field selector such as `spec.nodeName=a,status.phase!=b`.
/// Imitates `fields.ParseSelector`.
///
/// # Errors
/// What Kubernetes does not read.
pub fn field_selector(text: &str) -> Result<(), Fault> {
    let mut from = 0;
    for to in unescaped(text, b',').chain([text.len()]) {
        let term = text.get(from..to).unwrap_or_default();
        check_field_term(term).map_err(|fault| fault.shifted(from))?;
        from = to + 1;
    }
    Ok(())
}

/// The places of a byte that no backslash is before.
/// Imitates `fields.splitTerms`.
fn unescaped(text: &str, wanted: u8) -> impl Iterator<Item = usize> {
    let mut escaped = false;
    text.bytes().enumerate().filter_map(move |(at, byte)| {
        let after_backslash = escaped;
        escaped = !after_backslash && byte == b'\\';
        (!after_backslash && byte == wanted).then_some(at)
    })
}

fn check_field_term(term: &str) -> Result<(), Fault> {
    // `fields.parseSelector` skips empty terms, so that a comma at the end is fine.
    if term.is_empty() {
        return Ok(());
    }
    // `!=`, `==` and `=` all hold the first equals sign.
    let Some(equals) = term.find('=') else {
        return Err(
            Fault::whole(term, ": expected `=`, `==` or `!=` in the field selector")
                .help("write a selector such as `metadata.name=shop`"),
        );
    };
    let negated = term.get(..equals).is_some_and(|name| name.ends_with('!'));
    let doubled = !negated
        && term
            .get(equals + 1..)
            .is_some_and(|rest| rest.starts_with('='));
    let value_at = equals + if doubled { 2 } else { 1 };
    let value = term.get(value_at..).unwrap_or_default();
    check_field_value(value).map_err(|fault| fault.shifted(value_at))
}

/// Imitates `fields.UnescapeValue`.
fn check_field_value(value: &str) -> Result<(), Fault> {
    let mut chars = value.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => {
                let escaped = chars.next();
                if !escaped.is_some_and(|(_, c)| "\\,=".contains(c)) {
                    let to = escaped.map_or(value.len(), |(at, c)| at + c.len_utf8());
                    return Err(Fault::new(
                        at,
                        to,
                        ": unknown escape sequence in the field selector; expected `\\\\`, `\\,` or `\\=`",
                    ));
                }
            }
            '=' => {
                return Err(Fault::new(
                    at,
                    at + 1,
                    ": unescaped `=` in the value of the field selector",
                )
                .help("write `\\=`"));
            }
            _ => {}
        }
    }
    Ok(())
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TokenKind {
    End,
    Close,
    Comma,
    Not,
    Equals,
    DoubleEquals,
    NotEquals,
    Greater,
    Less,
    Open,
    /// `in` or `notin`, names and values too.
    SetWord,
    Word,
}

#[derive(Clone, Copy, Debug)]
struct Token {
    kind: TokenKind,
    from: usize,
    to: usize,
}

const SYMBOLS: &[(&str, TokenKind)] = &[
    ("==", TokenKind::DoubleEquals),
    ("!=", TokenKind::NotEquals),
    ("=", TokenKind::Equals),
    ("!", TokenKind::Not),
    ("(", TokenKind::Open),
    (")", TokenKind::Close),
    (",", TokenKind::Comma),
    (">", TokenKind::Greater),
    ("<", TokenKind::Less),
];

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n')
}

/// The tokens of a label selector with one of kind [`TokenKind::End`] at last. A null character ends
/// it, but right after a token it only ends the token.
/// Imitates `labels.Lexer.Lex`.
fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut at = 0;
    loop {
        let rest = text.get(at..).unwrap_or_default();
        let rest = rest.trim_start_matches(is_space);
        let from = text.len() - rest.len();
        let (kind, length) = first_token(rest);
        tokens.push(Token {
            kind,
            from,
            to: from + length,
        });
        if kind == TokenKind::End {
            return tokens;
        }
        at = from + length;
        at += usize::from(text.get(at..).is_some_and(|rest| rest.starts_with('\0')));
    }
}

/// Imitates `labels.Lexer.scanSpecialSymbol` and `scanIDOrKeyword`.
fn first_token(text: &str) -> (TokenKind, usize) {
    if text.is_empty() || text.starts_with('\0') {
        return (TokenKind::End, 0);
    }
    let symbol = SYMBOLS.iter().find(|(symbol, _)| text.starts_with(symbol));
    if let Some((symbol, kind)) = symbol {
        return (*kind, symbol.len());
    }
    let end = text
        .find(|c: char| c == '\0' || is_space(c) || "=!(),><".contains(c))
        .unwrap_or(text.len());
    let kind = match text.get(..end) {
        Some("in" | "notin") => TokenKind::SetWord,
        _ => TokenKind::Word,
    };
    (kind, end)
}

struct Parser<'t> {
    text: &'t str,
    tokens: Vec<Token>,
    next: usize,
}

impl<'t> Parser<'t> {
    fn peek(&self) -> Token {
        let end = Token {
            kind: TokenKind::End,
            from: self.text.len(),
            to: self.text.len(),
        };
        self.tokens.get(self.next).copied().unwrap_or(end)
    }

    fn take(&mut self) -> Token {
        let token = self.peek();
        self.next += 1;
        token
    }

    fn text_of(&self, token: Token) -> &'t str {
        self.text.get(token.from..token.to).unwrap_or_default()
    }

    fn unexpected(&self, token: Token, expected: &str) -> Fault {
        let found = match token.kind {
            TokenKind::End => "its end".to_owned(),
            _ => format!("`{}`", self.text_of(token)),
        };
        Fault::new(
            token.from,
            token.to,
            format!(": unexpected {found}; expected {expected}"),
        )
    }

    /// Imitates `labels.Parser.parse`.
    fn selector(&mut self) -> Result<(), Fault> {
        if self.peek().kind == TokenKind::End {
            return Ok(());
        }
        loop {
            self.requirement()?;
            let token = self.take();
            match token.kind {
                TokenKind::End => return Ok(()),
                TokenKind::Comma => {}
                _ => return Err(self.unexpected(token, "a comma or the end")),
            }
        }
    }

    /// Imitates `labels.Parser.parseRequirement`.
    fn requirement(&mut self) -> Result<(), Fault> {
        let mut token = self.take();
        let negated = token.kind == TokenKind::Not;
        if negated {
            token = self.take();
        }
        if !is_word(token) {
            return Err(self.unexpected(token, "a label name"));
        }
        check_name(self.text_of(token)).map_err(|fault| fault.shifted(token.from))?;
        if negated || matches!(self.peek().kind, TokenKind::End | TokenKind::Comma) {
            return Ok(());
        }
        let operator = self.take();
        match operator.kind {
            TokenKind::SetWord => self.set(),
            TokenKind::Equals | TokenKind::DoubleEquals | TokenKind::NotEquals => self.value(false),
            TokenKind::Greater | TokenKind::Less => self.value(true),
            _ => Err(self.unexpected(operator, "one of =, ==, !=, in, notin, > and <")),
        }
    }

    /// The one value of an exact match; it can be missing, which is the empty value.
    /// Imitates `labels.Parser.parseExactValue`.
    fn value(&mut self, number: bool) -> Result<(), Fault> {
        let token = self.peek();
        let value = match token.kind {
            TokenKind::End | TokenKind::Comma => "",
            _ if is_word(token) => {
                self.next += 1;
                self.text_of(token)
            }
            _ => return Err(self.unexpected(token, "a value")),
        };
        if number && value.parse::<i64>().is_err() {
            return Err(
                Fault::new(token.from, token.to, ": `>` and `<` require an integer")
                    .help("write a whole number behind it"),
            );
        }
        check_value(value).map_err(|fault| fault.shifted(token.from))
    }

    /// Values in parentheses; each of them can be empty.
    /// Imitates `labels.Parser.parseValues` and `parseIdentifiersList`.
    fn set(&mut self) -> Result<(), Fault> {
        let open = self.take();
        if open.kind != TokenKind::Open {
            return Err(self.unexpected(open, "`(`"));
        }
        let mut words = Vec::new();
        loop {
            let token = self.take();
            match token.kind {
                TokenKind::Close => break,
                TokenKind::Comma => {}
                _ if is_word(token) => {
                    words.push(token);
                    let after = self.peek();
                    if !matches!(after.kind, TokenKind::Comma | TokenKind::Close) {
                        return Err(self.unexpected(after, "a comma or `)`"));
                    }
                }
                _ => return Err(self.unexpected(token, "a value, a comma or `)`")),
            }
        }
        // Checked behind the whole list, since `labels.NewRequirement` sees the values only then.
        words.into_iter().try_for_each(|token| {
            check_value(self.text_of(token)).map_err(|fault| fault.shifted(token.from))
        })
    }
}

fn is_word(token: Token) -> bool {
    matches!(token.kind, TokenKind::Word | TokenKind::SetWord)
}

/// A qualified name: a name, or a DNS subdomain, a slash and a name.
/// Imitates `validation.IsQualifiedName`.
fn check_name(text: &str) -> Result<(), Fault> {
    let mut parts = text.split('/');
    let (first, second) = (parts.next().unwrap_or_default(), parts.next());
    if parts.next().is_some() {
        return Err(
            Fault::whole(text, ": a label name has at most one slash").help("write `prefix/name`")
        );
    }
    let Some(name) = second else {
        return check_plain_name(first);
    };
    let good_prefix = first.len() <= MOST_PREFIX_BYTES && first.split('.').all(is_dns_label);
    if !good_prefix {
        return Err(Fault::whole(
            first,
            ": the prefix before the slash must be a lower-case \
             DNS subdomain",
        )
        .help("write a prefix such as `app.kubernetes.io`"));
    }
    check_plain_name(name).map_err(|fault| fault.shifted(first.len() + 1))
}

fn is_dns_label(text: &str) -> bool {
    let good = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    !text.is_empty() && text.bytes().all(good) && !text.starts_with('-') && !text.ends_with('-')
}

fn check_plain_name(text: &str) -> Result<(), Fault> {
    if text.is_empty() {
        return Err(Fault::new(0, 0, ": the label name is empty").help("write the name of a label"));
    }
    check_value(text)
}

/// A label value, which can be empty.
/// Imitates `validation.IsValidLabelValue`.
fn check_value(text: &str) -> Result<(), Fault> {
    let good = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
    let alphanumeric = |b: Option<u8>| b.is_none_or(|b| b.is_ascii_alphanumeric());
    let well_formed = text.len() <= MOST_LABEL_BYTES
        && text.bytes().all(good)
        && alphanumeric(text.bytes().next())
        && alphanumeric(text.bytes().next_back());
    if well_formed {
        return Ok(());
    }
    Err(Fault::whole(
        text,
        ": names and values are up to 63 letters, digits, `-`, `_` \
         and `.`, with a letter or digit at both ends",
    )
    .help("shorten it, or remove the other characters"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn label_selectors() {
        for text in [
            "",
            " ",
            "a",
            "!a",
            "! a",
            "a=b",
            "a = b",
            "a==b,c!=d",
            "a=",
            "a=,b",
            "a!=",
            "a in (b,c)",
            "a in(b)",
            "a notin ( b , c )",
            "a in ()",
            "a in (,)",
            "a in (b,,c,)",
            "in in (in,notin)",
            "notin",
            "a=in",
            "a>1",
            "a < 10",
            "app.kubernetes.io/name=x",
            "a.b-c_D=e.f",
            "a\0",
        ] {
            assert_eq!(label_selector(text), Ok(()), "{text}");
        }
        for (text, place) in [
            (",", 0..1),
            ("a,", 2..2),
            ("a,,b", 2..3),
            ("!", 1..1),
            ("!!a", 1..2),
            ("!a=b", 2..3),
            ("a b", 2..3),
            ("a=b c", 4..5),
            ("a=(b)", 2..3),
            ("a in b", 5..6),
            ("a in (b", 7..7),
            ("a in (b c)", 8..9),
            ("a in (=)", 6..7),
            ("a in", 4..4),
            ("=a", 0..1),
            ("a===b", 3..4),
            ("a>x", 2..3),
            ("a>", 2..2),
            ("-a", 0..2),
            ("a-", 0..2),
            ("a=b-", 2..4),
            ("a=-b", 2..4),
            ("ä", 0..2),
            ("a=b/c", 2..5),
            ("a/b/c", 0..5),
            ("/a", 0..0),
            ("a/", 2..2),
            ("A.b/c", 0..3),
            ("a..b/c", 0..4),
            ("a>-1", 2..4),
        ] {
            let fault = label_selector(text).expect_err(text);
            assert_eq!(fault.from..fault.to, place, "{text}: {fault}");
        }
        let long = "a".repeat(64);
        assert!(label_selector(&long).is_err());
        assert!(label_selector(&long[1..]).is_ok());
    }

    #[test]
    fn field_selectors() {
        for text in [
            "",
            ",",
            "a=b",
            "a==b",
            "a!=b,c=d",
            "=",
            "a=",
            "a=b\\,c",
            "a=b\\=c\\\\",
            "metadata.name=x y",
            "!=",
        ] {
            assert_eq!(field_selector(text), Ok(()), "{text}");
        }
        for (text, place) in [
            ("a", 0..1),
            ("a=b,c", 4..5),
            ("a=b=c", 3..4),
            ("a===b", 3..4),
            ("a=b\\x", 3..5),
            ("a=b\\", 3..4),
            ("a!=b\\é", 4..7),
            ("a\\,b", 0..4),
            ("a!==b", 3..4),
        ] {
            let fault = field_selector(text).expect_err(text);
            assert_eq!(fault.from..fault.to, place, "{text}: {fault}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics(text in "[a=!()<>, /é\\\\\\x00in-]{0,12}") {
            for fault in [label_selector(&text).err(), field_selector(&text).err()].into_iter().flatten() {
                assert!(text.get(fault.from..fault.to).is_some(), "{fault:?}");
            }
        }
    }
}
