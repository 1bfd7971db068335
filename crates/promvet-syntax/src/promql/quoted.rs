//! Quoted texts of PromQL: `"…"`, `'…'` and `` `…` ``.

use super::fault::ExprFault;

/// Escapes of one character and what they stand for.
const SHORT: &[(char, char)] = &[
    ('a', '\u{7}'),
    ('b', '\u{8}'),
    ('f', '\u{c}'),
    ('n', '\n'),
    ('r', '\r'),
    ('t', '\t'),
    ('v', '\u{b}'),
    ('\\', '\\'),
];

/// Where a quoted text that begins at `from` ends.
/// Imitates `parser.lexString` and `parser.lexRawString`.
///
/// # Errors
/// It does not end, or holds an escape that PromQL does not know.
pub(super) fn end(text: &str, from: usize) -> Result<usize, ExprFault> {
    let rest = text.get(from..).unwrap_or_default();
    let mut chars = rest.char_indices().skip(1);
    let Some(quote) = rest.chars().next() else {
        return Ok(from);
    };
    let raw = quote == '`';
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' if !raw => {
                let length = escape(rest.get(at..).unwrap_or_default(), quote)
                    .map_err(|problem| at_escape(from + at, problem))?;
                for _ in 1..length {
                    chars.next();
                }
            }
            '\n' if !raw => break,
            c if c == quote => return Ok(from + at + c.len_utf8()),
            _ => {}
        }
    }
    let line = rest.split('\n').next().unwrap_or(rest);
    let message = format!("the string that this `{quote}` opens is never closed");
    let fault = ExprFault::new(from, from + line.trim_end().len(), message);
    Err(fault.help(format!("close it with another `{quote}`")))
}

fn at_escape(at: usize, problem: (usize, &'static str)) -> ExprFault {
    let (length, message) = problem;
    ExprFault::new(at, at + length, message)
        .help("write `\\\\` for a backslash in a quoted string, or use backticks")
}

/// How many characters an escape has, the backslash included.
/// Imitates `parser.lexEscape`.
fn escape(rest: &str, quote: char) -> Result<usize, (usize, &'static str)> {
    let Some(c) = rest.chars().nth(1) else {
        return Err((1, "an escape sequence is not complete"));
    };
    let (digits, base, skip) = match c {
        c if c == quote || SHORT.iter().any(|(short, _)| *short == c) => return Ok(2),
        '0'..='7' => (3, 8, 1),
        'x' => (2, 16, 2),
        'u' => (4, 16, 2),
        'U' => (8, 16, 2),
        _ => {
            return Err((1 + c.len_utf8(), "unknown escape sequence"));
        }
    };
    let number: String = rest.chars().skip(skip).take(digits).collect();
    let length = rest.chars().take(skip + digits).map(char::len_utf8).sum();
    let value = Some(number)
        .filter(|number| {
            number.chars().count() == digits && number.chars().all(|c| c.is_digit(base))
        })
        .and_then(|number| u32::from_str_radix(&number, base).ok())
        .ok_or((length, "an escape sequence lacks some of its digits"))?;
    // Octal and hexadecimal escapes are bytes, the others characters (`parser.lexEscape`: `max =
    // 255` or `unicode.MaxRune`).
    let most = if digits < 4 { 255 } else { 0x10_ffff };
    if value > most || (0xd800..0xe000).contains(&value) {
        return Err((length, "an escape sequence is not a valid character"));
    }
    Ok(skip + digits)
}

/// The text that a sound quoted text stands for. Bytes that make no character become `U+FFFD`.
/// Imitates `strutil.Unquote` of Prometheus (util/strutil/quote.go).
#[must_use]
pub fn unquote(quoted: &str) -> String {
    let mut chars = quoted.chars();
    let Some(quote) = chars.next() else {
        return String::new();
    };
    let inner = quoted
        .get(quote.len_utf8()..quoted.len().saturating_sub(quote.len_utf8()))
        .unwrap_or_default();
    if quote == '`' || !inner.contains('\\') {
        return inner.to_owned();
    }
    let mut out = Vec::with_capacity(inner.len());
    let mut rest = inner;
    while let Some(c) = rest.chars().next() {
        let length = if c == '\\' {
            escape(rest, quote).unwrap_or(1)
        } else {
            1
        };
        let bytes = rest.chars().take(length).map(char::len_utf8).sum();
        let (piece, after) = rest.split_at_checked(bytes).unwrap_or((rest, ""));
        push(piece, &mut out);
        rest = after;
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// What one character or escape stands for.
fn push(piece: &str, out: &mut Vec<u8>) {
    let mut push_char = |c: char| out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
    let mut chars = piece.chars();
    match (chars.next(), chars.next()) {
        (Some('\\'), Some(kind @ ('x' | 'u' | 'U' | '0'..='7'))) => {
            let (digits, base) = match kind {
                'x' | 'u' | 'U' => (piece.get(2..), 16),
                _ => (piece.get(1..), 8),
            };
            let value = u32::from_str_radix(digits.unwrap_or_default(), base).unwrap_or(0);
            match (kind, u8::try_from(value)) {
                ('u' | 'U', _) | (_, Err(_)) => {
                    push_char(char::from_u32(value).unwrap_or('\u{fffd}'))
                }
                (_, Ok(byte)) => out.push(byte),
            }
        }
        (Some('\\'), Some(short)) => {
            let known = SHORT.iter().find(|(name, _)| *name == short);
            push_char(known.map_or(short, |(_, meaning)| *meaning));
        }
        (Some(c), _) => push_char(c),
        (None, _) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::{end, unquote};

    #[test]
    fn quoted_texts_end_at_their_quote() {
        for (text, want) in [
            (r#""a" b"#, 3),
            (r"'a\'b' c", 6),
            ("`a\\`", 4),
            (r#""\x41\101\u0041\U00000041" x"#, 26),
            ("\"é\"", 4),
        ] {
            assert_eq!(end(text, 0), Ok(want), "{text}");
        }
    }

    #[test]
    fn what_is_broken_is_refused_in_its_place() {
        for (text, place) in [
            (r#""abc"#, (0, 4)),
            ("\"abc\n\"", (0, 4)),
            (r#""a\qb""#, (2, 4)),
            (r#""\x4""#, (1, 5)),
            (r#""\ud800""#, (1, 7)),
            (r#""\400""#, (1, 5)),
            (r#""\'""#, (1, 3)),
            ("\"\\", (1, 2)),
        ] {
            let fault = end(text, 0).unwrap_err();
            assert_eq!((fault.from, fault.to), place, "{text}: {}", fault.message);
        }
    }

    #[test]
    fn escapes_are_what_they_mean() {
        for (text, want) in [
            (r#""a\n\\\"b""#, "a\n\\\"b"),
            (r"'\x41\101\u00e9'", "AAé"),
            (r"'\xc3\xa9'", "é"),
            ("`a\\n`", "a\\n"),
        ] {
            assert_eq!(unquote(text), want, "{text}");
        }
    }
}
