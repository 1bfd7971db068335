//! Credentials that are written down in an expression: `coalesce(sys.env("TOKEN"), "…")`.

use promvet_text::{Span, is_made_up};

/// Attributes and headers that hold a credential.
const CREDENTIALS: &[&str] = &[
    "Authorization",
    "bearer_token",
    "client_secret",
    "credentials",
    "password",
    "secret_key",
];

/// What is in front of a string that names a variable or a key, and is not a value.
const NAMED_BY: &[&str] = &["env(", "["];

/// The last string in an expression that looks like a credential, and its place.
pub(super) fn credential<'t>(
    attribute: &str,
    source: &'t str,
    expression: Span,
) -> Option<(&'t str, Span)> {
    let mut names = CREDENTIALS.iter();
    if !names.any(|name| name.eq_ignore_ascii_case(attribute)) {
        return None;
    }
    let written = source.get(expression.start as usize..expression.end as usize)?;
    let mut found = None;
    let mut at = 0;
    while let Some(quote) = written.get(at..)?.find(['"', '`']) {
        let from = at + quote;
        let mark = written.get(from..)?.chars().next()?;
        let inner = written.get(from + 1..)?;
        let Some(length) = length_of(inner, mark) else {
            break;
        };
        let text = inner.get(..length)?;
        let before = written.get(..from)?.trim_end();
        let is_name = NAMED_BY.iter().any(|named| before.ends_with(named));
        // A format has the credential as another argument.
        if !is_name && !text.contains(['%', '\\', '$', '{']) && is_made_up(text) {
            let start = expression.start as usize + from;
            found = Some((text, Span::new(start, start + length + 2)));
        }
        at = from + length + 2;
    }
    found
}

/// The length of a string up to its closing quote.
fn length_of(inner: &str, mark: char) -> Option<usize> {
    let mut is_escaped = false;
    inner
        .char_indices()
        .find(|&(_, c)| {
            let ends = c == mark && !is_escaped;
            is_escaped = mark == '"' && c == '\\' && !is_escaped;
            ends
        })
        .map(|(at, _)| at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_in_expressions_are_found() {
        const TOKEN: &str = "q7Zk2vX9mB4tR8wLc1Yp";
        for (source, expected) in [
            (format!("coalesce(sys.env(\"TOKEN\"), \"{TOKEN}\")"), true),
            (format!("\"Bearer \" + `{TOKEN}`"), true),
            (format!("string.format(\"Bearer %s\", \"{TOKEN}\")"), true),
            (format!("sys.env(\"{TOKEN}\")"), false),
            (
                format!("remote.kubernetes.secret.a.data[\"{TOKEN}\"]"),
                false,
            ),
            ("coalesce(sys.env(\"TOKEN\"), \"\")".to_owned(), false),
            ("coalesce(sys.env(\"TOKEN\"), \"none".to_owned(), false),
        ] {
            let span = Span::new(0, source.len());
            let found = credential("password", &source, span);
            assert_eq!(
                found.map(|(text, _)| text == TOKEN).is_some(),
                expected,
                "{source}"
            );
            assert!(credential("url", &source, span).is_none(), "{source}");
        }
    }
}
