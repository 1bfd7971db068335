//! Numbers and durations where an expression holds them.

use super::token::TokenKind;

/// A place in a text that moves over it.
struct Cursor<'t> {
    text: &'t str,
    at: usize,
}

impl Cursor<'_> {
    fn peek(&self) -> Option<char> {
        self.text.get(self.at..)?.chars().next()
    }

    fn is(&self, set: &str) -> bool {
        self.peek().is_some_and(|c| set.contains(c))
    }

    fn accept(&mut self, set: &str) -> bool {
        let found = self.peek().filter(|c| set.contains(*c));
        self.at += found.map_or(0, char::len_utf8);
        found.is_some()
    }

    fn accept_run(&mut self, set: &str) {
        while self.accept(set) {}
    }

    fn at_word(&self) -> bool {
        self.peek().is_some_and(is_word)
    }
}

pub(super) fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

const DECIMAL: &str = "0123456789";
const HEXADECIMAL: &str = "0123456789abcdefABCDEF";

/// What begins with a digit at `from`: a number or a duration, and where it ends. On failure,
/// where the reading stopped.
/// Imitates `parser.lexNumberOrDuration`.
pub(super) fn scan(text: &str, from: usize) -> Result<(TokenKind, usize), usize> {
    let mut cursor = Cursor { text, at: from };
    if number(&mut cursor) {
        return Ok((TokenKind::Number, cursor.at));
    }
    if duration(&mut cursor) {
        return Ok((TokenKind::Duration, cursor.at));
    }
    while cursor.at_word() {
        cursor.at += 1;
    }
    Err(cursor.at.max(from + 1))
}

/// The shape of a number, which [`value`] may still refuse: one dot, one exponent, underscores
/// between digits, hexadecimal without a fraction.
/// Imitates `parser.Lexer.scanNumber` (lex.go).
fn number(cursor: &mut Cursor<'_>) -> bool {
    let mut digits = DECIMAL;
    if cursor.accept("0") && cursor.accept("xX") {
        // `0x_1F` is a number to Go, whose `strconv.underscoreOK` lets one follow the prefix.
        cursor.accept("_");
        digits = HEXADECIMAL;
    }
    cursor.accept(".");
    cursor.accept(digits);
    let (mut dot, mut exponent) = (false, false);
    while cursor.is(digits) || cursor.is("._eE") {
        if cursor.accept(".") {
            if dot || cursor.accept("_.") || digits == HEXADECIMAL {
                return false;
            }
            dot = true;
        } else if cursor.accept("eE") {
            if exponent {
                return false;
            }
            exponent = true;
            cursor.accept("+-");
            if cursor.accept("._eE") || cursor.peek().is_none() {
                return false;
            }
        } else if cursor.accept("_") {
            if cursor.accept("._eE") || cursor.peek().is_none() {
                return false;
            }
        } else {
            cursor.accept_run(digits);
        }
    }
    !cursor.at_word()
}

/// The shape of a duration, from its first unit on.
/// Imitates `parser.acceptRemainingDuration`.
fn duration(cursor: &mut Cursor<'_>) -> bool {
    if !cursor.accept("smhdwy") {
        return false;
    }
    // `ms` is read as a unit and an optional `s` (lex.go), so that `hs` passes here and
    // `model.ParseDuration` rejects it.
    cursor.accept("s");
    while cursor.accept(DECIMAL) {
        cursor.accept_run(DECIMAL);
        if !cursor.accept("smhdw") {
            return false;
        }
        cursor.accept("s");
    }
    !cursor.at_word()
}

/// The value of a number, as Go's `strconv` reads it: none for one that it rejects or that is out
/// of range.
/// Imitates `parser.parser.number`: `strconv.ParseInt` with base 0, then `strconv.ParseFloat`.
pub(super) fn value(text: &str) -> Option<f64> {
    let lower = text.to_ascii_lowercase();
    match lower.as_str() {
        "inf" => return Some(f64::INFINITY),
        "nan" => return Some(f64::NAN),
        _ => {}
    }
    if !underscores_are_sound(&lower) {
        return None;
    }
    let plain = lower.replace('_', "");
    let whole = match plain.strip_prefix("0x") {
        Some(digits) => return i64::from_str_radix(digits, 16).ok().map(approximate),
        None if plain.starts_with('0') => i64::from_str_radix(&plain, 8).ok(),
        None => None,
    };
    whole
        .map(approximate)
        .or_else(|| plain.parse().ok().filter(|value: &f64| value.is_finite()))
}

#[expect(clippy::cast_precision_loss, reason = "Go converts the same way")]
fn approximate(value: i64) -> f64 {
    value as f64
}

/// Underscores are between digits, or between `0x` and a digit.
/// Imitates `strconv.underscoreOK`.
fn underscores_are_sound(text: &str) -> bool {
    let (prefix, digits) = match text.strip_prefix("0x") {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let mut before_is_digit = prefix;
    let mut chars = digits.chars().peekable();
    while let Some(c) = chars.next() {
        let digit_follows = chars.peek().is_some_and(char::is_ascii_hexdigit);
        if c == '_' && !(before_is_digit && digit_follows) {
            return false;
        }
        before_is_digit = c.is_ascii_hexdigit();
    }
    true
}

#[cfg(test)]
mod tests {
    use super::{TokenKind, scan, value};

    #[test]
    fn numbers_are_not_taken_for_durations() {
        for (text, want) in [
            ("1", Ok((TokenKind::Number, 1))),
            ("1.5e-3)", Ok((TokenKind::Number, 6))),
            (".5", Ok((TokenKind::Number, 2))),
            ("5.", Ok((TokenKind::Number, 2))),
            ("0x1F", Ok((TokenKind::Number, 4))),
            ("1_000", Ok((TokenKind::Number, 5))),
            ("5m]", Ok((TokenKind::Duration, 2))),
            ("1h30m5ms ", Ok((TokenKind::Duration, 8))),
            ("2.5.", Err(4)),
            ("0deadbeef", Err(9)),
            ("5mx", Err(3)),
            ("1__0", Err(4)),
        ] {
            assert_eq!(scan(text, 0), want, "{text}");
        }
    }

    #[test]
    fn values_are_those_of_go() {
        for (text, want) in [
            ("0755", Some(493.0)),
            ("08", Some(8.0)),
            ("0xc", Some(12.0)),
            ("5e3", Some(5000.0)),
            ("1_000.5", Some(1000.5)),
            ("Inf", Some(f64::INFINITY)),
            ("5.5e", None),
            ("1e999", None),
            ("0x", None),
        ] {
            assert_eq!(value(text), want, "{text}");
        }
    }
}
