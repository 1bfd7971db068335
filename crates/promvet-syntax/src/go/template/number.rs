//! Numbers of Go's templates.

/// Why Go does not take a text for a number, if it does not (`newNumber` of text/template/parse and
/// the functions of strconv that it calls).
pub(super) fn fault(text: &str) -> Option<&'static str> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    // `parse.Tree.newNumber` reads what ends in `i` as a complex constant first.
    if let Some(imaginary) = unsigned.strip_suffix('i')
        && is_float(imaginary)
    {
        return None;
    }
    let integer = underscores_are_sound(unsigned) && is_integer(&text.replace('_', ""));
    if integer {
        None
    } else if !is_float(unsigned) {
        Some("this is not a number that Go can hold")
    } else if unsigned.contains(['.', 'e', 'E', 'p', 'P']) {
        None
    } else {
        Some("this integer is too large, or octal with a digit that octal numbers don't have")
    }
}

/// What `strconv.ParseInt` or `ParseUint` reads with base 0: a prefix or a leading zero names the
/// base.
fn is_integer(text: &str) -> bool {
    let (sign, digits) = match text.strip_prefix(['+', '-']) {
        Some(digits) => (text.get(..1).unwrap_or_default(), digits),
        None => ("", text),
    };
    let lower = digits.to_ascii_lowercase();
    let prefixed = [("0x", 16), ("0o", 8), ("0b", 2)];
    let prefixed = prefixed
        .iter()
        .find_map(|(prefix, base)| Some((lower.strip_prefix(prefix)?, *base)));
    let (digits, base) = match prefixed {
        Some(found) => found,
        None if lower.len() > 1 && lower.starts_with('0') => (lower.as_str(), 8),
        None => (lower.as_str(), 10),
    };
    // Rust reads a sign after the prefix, Go does not.
    if !digits.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return false;
    }
    // `strconv.ParseUint` reads no sign, so that a signed number has to fit `int64`.
    let least = i64::MIN.unsigned_abs();
    u64::from_str_radix(digits, base).is_ok_and(|value| match sign {
        "" => true,
        "-" => value <= least,
        _ => value < least,
    })
}

/// What `strconv.ParseFloat` reads, of what begins with a digit or a dot.
fn is_float(text: &str) -> bool {
    if !underscores_are_sound(text) {
        return false;
    }
    let plain = text.replace('_', "").to_ascii_lowercase();
    if let Some(rest) = plain.strip_prefix("0x") {
        return is_hexadecimal_float(rest);
    }
    let begins = plain.starts_with(|c: char| c.is_ascii_digit() || c == '.');
    begins && plain.parse::<f64>().is_ok_and(f64::is_finite)
}

/// The part behind `0x`: digits with a dot, and an exponent of two, which has to be there.
fn is_hexadecimal_float(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once('p') else {
        return false;
    };
    let digits = mantissa.replacen('.', "", 1);
    let fraction = mantissa
        .split_once('.')
        .map_or(0, |(_, fraction)| fraction.len());
    if digits.is_empty() || !digits.chars().all(|c| c.is_ascii_hexdigit()) {
        return false;
    }
    let number = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    if number.is_empty() || !number.chars().all(|c| c.is_ascii_digit()) {
        return false;
    }
    let zero = digits.chars().all(|c| c == '0');
    let significant = digits.trim_start_matches('0').len();
    // More than 2^1024 is out of range; a first digit of 8 or more fills its four bits.
    let exponent: i64 = exponent.parse().unwrap_or(if exponent.starts_with('-') {
        i64::MIN / 2
    } else {
        i64::MAX / 2
    });
    let first = digits.trim_start_matches('0').chars().next();
    let unused = first
        .and_then(|c| c.to_digit(16))
        .map_or(0, |digit| digit.leading_zeros() - 28);
    let bits = (significant as i64 - fraction as i64)
        .saturating_mul(4)
        .saturating_add(exponent)
        .saturating_sub(i64::from(unused));
    zero || bits <= 1024
}

/// An underscore is between digits, or between a prefix and a digit (`strconv.underscoreOK`).
fn underscores_are_sound(text: &str) -> bool {
    let prefixed = text.get(..2).is_some_and(|two| {
        ["0x", "0o", "0b"]
            .iter()
            .any(|known| two.eq_ignore_ascii_case(known))
    });
    let hexadecimal = text
        .get(..2)
        .is_some_and(|two| two.eq_ignore_ascii_case("0x"));
    let digits = if prefixed {
        text.get(2..).unwrap_or_default()
    } else {
        text
    };
    // What was read last: a digit, an underscore, or something else.
    let mut last = if prefixed { 'd' } else { '^' };
    for c in digits.chars() {
        let digit = c.is_ascii_digit() || hexadecimal && c.is_ascii_hexdigit();
        last = match (digit, c, last) {
            (true, ..) => 'd',
            (false, '_', 'd') => '_',
            (false, '_', _) | (false, _, '_') => return false,
            _ => '!',
        };
    }
    last != '_'
}

#[cfg(test)]
mod tests {
    use super::fault;

    #[test]
    fn numbers_are_those_of_go() {
        for text in [
            "0",
            "1",
            "+1",
            "-1",
            "1_000",
            "0x1F",
            "0X_1f",
            "0b101",
            "0o17",
            "017",
            "1.5",
            ".5",
            "5.",
            "1e3",
            "1E+3",
            "1_0.5",
            "0x1p4",
            "0x1.8p-2",
            "2i",
            "0.5i",
            "18446744073709551615",
            "1e308",
            "00",
        ] {
            assert_eq!(fault(text), None, "{text}");
        }
        for text in [
            "08",
            "09",
            "081",
            "1__0",
            "1_",
            "0x",
            "0X_",
            "0b2",
            "1e",
            "1e400",
            "4e308",
            "0x1.8",
            "99999999999999999999",
            "0x1p2000",
            "1a",
            "0xg",
        ] {
            assert!(fault(text).is_some(), "{text}");
        }
    }
}
