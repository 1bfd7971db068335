//! What go-yaml v2 takes a scalar for: its `resolve`, with explicit tags.

use super::{Fault, timestamp};
use promvet_syntax::base64;

/// A scalar after resolution.
#[derive(Clone, Debug, PartialEq)]
pub enum ResolvedScalar<'t> {
    /// Null: the field is set to its zero value and no check of its type runs.
    Null,
    /// A boolean of YAML 1.1.
    Bool(bool),
    /// An integer that fits 64 bits with sign.
    Int(i64),
    /// A larger one that fits 64 bits without sign.
    Uint(u64),
    /// A float.
    Float(f64),
    /// A date or a time.
    Timestamp(&'t str),
    /// The bytes of a `!!binary`.
    Binary(Vec<u8>),
    /// Anything else.
    Str(&'t str),
    /// A scalar with the tag `!` or one that YAML does not define: text for text fields, nothing for
    /// others, even if it is empty.
    Tagged(&'t str),
}

/// The tags of YAML's own types, after their common prefix.
const PREFIX: &str = "tag:yaml.org,2002:";

/// Which its own types a tag of YAML asks for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum TagType {
    Any,
    Bool,
    Int,
    Float,
    Null,
    Timestamp,
}

/// Resolves a scalar. `plain` tells whether it is written without quotes; `tag` is its explicit
/// tag in the long form (`tag:yaml.org,2002:int`), or `!`.
///
/// # Errors
/// A text that is not of the type that its explicit tag names. Such a document does not load,
/// whatever the field.
pub fn resolve<'t>(
    text: &'t str,
    plain: bool,
    tag: Option<&str>,
) -> Result<ResolvedScalar<'t>, Fault> {
    let wanted = match tag {
        None if !plain => return Ok(ResolvedScalar::Str(text)),
        None => TagType::Any,
        Some(tag) => match tag.strip_prefix(PREFIX).or_else(|| tag.strip_prefix("!!")) {
            // `yaml.resolve` returns at once for `!!str` and `!!binary`, so that the text is not
            // looked at.
            Some("str") => return Ok(ResolvedScalar::Str(text)),
            Some("binary") => return binary(text),
            Some("bool") => TagType::Bool,
            Some("int") => TagType::Int,
            Some("float") => TagType::Float,
            Some("null") => TagType::Null,
            Some("timestamp") => TagType::Timestamp,
            _ => return Ok(ResolvedScalar::Tagged(text)),
        },
    };
    let found = by_look(text, wanted);
    match (wanted, found) {
        (TagType::Any, found)
        | (TagType::Bool, found @ ResolvedScalar::Bool(_))
        | (TagType::Int, found @ (ResolvedScalar::Int(_) | ResolvedScalar::Uint(_)))
        | (TagType::Float, found @ ResolvedScalar::Float(_))
        | (TagType::Null, found @ ResolvedScalar::Null)
        | (TagType::Timestamp, found @ ResolvedScalar::Timestamp(_)) => Ok(found),
        #[expect(clippy::cast_precision_loss, reason = "as Go converts")]
        (TagType::Float, ResolvedScalar::Int(number)) => Ok(ResolvedScalar::Float(number as f64)),
        // "cannot decode %s `%s` as a %s" of `yaml.resolve`.
        (wanted, found) => Err(Fault::whole(
            text,
            format!(
                "is tagged `{}`, but is {}: go-yaml cannot decode it",
                wanted.tag(),
                kind(&found)
            ),
        )),
    }
}

impl TagType {
    fn tag(self) -> &'static str {
        match self {
            Self::Any => "",
            Self::Bool => "!!bool",
            Self::Int => "!!int",
            Self::Float => "!!float",
            Self::Null => "!!null",
            Self::Timestamp => "!!timestamp",
        }
    }
}

/// The kind of a resolved scalar as a person would name it, with its article.
#[must_use]
pub fn kind(resolved: &ResolvedScalar<'_>) -> &'static str {
    match resolved {
        ResolvedScalar::Null => "null",
        ResolvedScalar::Bool(_) => "a boolean",
        ResolvedScalar::Int(_) | ResolvedScalar::Uint(_) => "an integer",
        ResolvedScalar::Float(_) => "a float",
        ResolvedScalar::Timestamp(_) => "a date",
        ResolvedScalar::Binary(_) | ResolvedScalar::Str(_) | ResolvedScalar::Tagged(_) => "text",
    }
}

/// What the first character says a scalar might be; a type is only tried on its hint.
/// Imitates `yaml.resolveTable`, indexed by the first byte.
fn by_look(text: &str, wanted: TagType) -> ResolvedScalar<'_> {
    let number = match text.bytes().next() {
        None => return ResolvedScalar::Null,
        Some(b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' | b'~') => {
            return word(text).unwrap_or(ResolvedScalar::Str(text));
        }
        Some(b'.') => word(text).or_else(|| float(text)),
        Some(b'+' | b'-' | b'0'..=b'9') => word(text).or_else(|| {
            let date = matches!(wanted, TagType::Any | TagType::Timestamp) && timestamp::is(text);
            if date {
                return Some(ResolvedScalar::Timestamp(text));
            }
            let digits = text.replace('_', "");
            integer(&digits)
                .or_else(|| float(&digits))
                .or_else(|| old_binary(&digits))
        }),
        Some(_) => None,
    };
    number.unwrap_or(ResolvedScalar::Str(text))
}

/// From `yaml.resolveMap`.
fn word<'t>(text: &str) -> Option<ResolvedScalar<'t>> {
    Some(match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            ResolvedScalar::Bool(true)
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            ResolvedScalar::Bool(false)
        }
        "~" | "null" | "Null" | "NULL" => ResolvedScalar::Null,
        ".nan" | ".NaN" | ".NAN" => ResolvedScalar::Float(f64::NAN),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => {
            ResolvedScalar::Float(f64::INFINITY)
        }
        "-.inf" | "-.Inf" | "-.INF" => ResolvedScalar::Float(f64::NEG_INFINITY),
        _ => return None,
    })
}

/// Go's `strconv.ParseInt` with base 0, then `ParseUint`: a prefix or a leading zero names the
/// base.
fn integer<'t>(text: &str) -> Option<ResolvedScalar<'t>> {
    let (sign, unsigned) = match text.split_at_checked(1) {
        Some((sign @ ("+" | "-"), rest)) => (sign, rest),
        _ => ("", text),
    };
    let (base, digits) = match unsigned.as_bytes() {
        [b'0', b'x' | b'X', ..] => (16, unsigned.get(2..)?),
        [b'0', b'b' | b'B', ..] => (2, unsigned.get(2..)?),
        [b'0', b'o' | b'O', ..] => (8, unsigned.get(2..)?),
        [b'0', _, ..] => (8, unsigned.get(1..)?),
        _ => (10, unsigned),
    };
    based(sign, digits, base)
}

/// An integer in a base, with its sign; `None` if it is not one or does not fit.
fn based<'t>(sign: &str, digits: &str, base: u32) -> Option<ResolvedScalar<'t>> {
    // Rust reads a sign after the prefix, Go does not.
    if !digits.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return None;
    }
    let magnitude = u64::from_str_radix(digits, base).ok()?;
    match (sign, i64::try_from(magnitude)) {
        ("-", Ok(number)) => Some(ResolvedScalar::Int(-number)),
        ("-", Err(_)) => {
            (magnitude == i64::MIN.unsigned_abs()).then_some(ResolvedScalar::Int(i64::MIN))
        }
        (_, Ok(number)) => Some(ResolvedScalar::Int(number)),
        ("", Err(_)) => Some(ResolvedScalar::Uint(magnitude)),
        // ParseUint, the second attempt, reads no sign.
        (_, Err(_)) => None,
    }
}

/// go-yaml's own reading of `0b`, which lets a sign follow the prefix.
/// Imitates the case `0b` of `yaml.resolve`, which is older than the prefixes of
/// `strconv.ParseInt`.
fn old_binary<'t>(text: &str) -> Option<ResolvedScalar<'t>> {
    let rest = text.strip_prefix("0b")?;
    match rest.split_at_checked(1) {
        Some((sign @ ("+" | "-"), digits)) => {
            based(sign, digits, 2).filter(|number| matches!(number, ResolvedScalar::Int(_)))
        }
        _ => based("", rest, 2),
    }
}

/// A float of YAML 1.1's form that does not overflow.
/// Imitates `yaml.yamlStyleFloat` before `strconv.ParseFloat`, so that `1_000.5` and hexadecimal
/// floats are text.
fn float<'t>(text: &str) -> Option<ResolvedScalar<'t>> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let all_digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let some_digits = |text: &str| !text.is_empty() && all_digits(text);
    let good_mantissa = match mantissa.split_once('.') {
        Some(("", fraction)) => some_digits(fraction),
        Some((whole, fraction)) => some_digits(whole) && all_digits(fraction),
        None => some_digits(mantissa),
    };
    let good_exponent = exponent
        .is_none_or(|exponent| some_digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent)));
    if !(good_mantissa && good_exponent) {
        return None;
    }
    let value: f64 = text.parse().ok()?;
    // `strconv.ParseFloat` returns `ErrRange` for what overflows, so that go-yaml keeps the text.
    value.is_finite().then_some(ResolvedScalar::Float(value))
}

/// Standard base64 with padding; line breaks inside are skipped.
fn binary(text: &str) -> Result<ResolvedScalar<'_>, Fault> {
    base64::decode(text)
        .map(ResolvedScalar::Binary)
        .ok_or_else(|| {
            Fault::whole(text, "is tagged `!!binary`, but is not base64")
                .help("remove the tag, or encode the value in base64")
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_scalars_resolve_by_their_look() {
        use ResolvedScalar::{Bool, Float, Int, Null, Str, Timestamp, Uint};
        for (text, expected) in [
            ("", Null),
            ("~", Null),
            ("null", Null),
            ("nULL", Str("nULL")),
            ("yes", Bool(true)),
            ("yEs", Str("yEs")),
            ("N", Bool(false)),
            ("10", Int(10)),
            ("+10", Int(10)),
            ("-10", Int(-10)),
            ("1_000", Int(1000)),
            ("_1", Str("_1")),
            ("0x1F", Int(31)),
            ("-0x1F", Int(-31)),
            ("0x", Str("0x")),
            ("0x_1f", Int(31)),
            ("010", Int(8)),
            ("0o10", Int(8)),
            ("0b101", Int(5)),
            ("-0b101", Int(-5)),
            ("0b-101", Int(-5)),
            ("0b", Str("0b")),
            ("0b2", Str("0b2")),
            ("0x-1", Str("0x-1")),
            ("08", Float(8.0)),
            ("-08", Float(-8.0)),
            ("9223372036854775807", Int(i64::MAX)),
            ("-9223372036854775808", Int(i64::MIN)),
            ("9223372036854775808", Uint(1 << 63)),
            ("+9223372036854775808", Float(9_223_372_036_854_775_808.0)),
            ("18446744073709551615", Uint(u64::MAX)),
            ("18446744073709551616", Float(18_446_744_073_709_551_616.0)),
            ("-9223372036854775809", Float(-9_223_372_036_854_775_808.0)),
            ("0xfffffffffffffffff", Str("0xfffffffffffffffff")),
            ("1.5", Float(1.5)),
            ("1.", Float(1.0)),
            (".5", Float(0.5)),
            ("+.5e1", Float(5.0)),
            ("1e3", Float(1000.0)),
            ("1E+3", Float(1000.0)),
            ("1_0.5", Float(10.5)),
            (".5_0", Str(".5_0")),
            (".", Str(".")),
            ("1e", Str("1e")),
            ("1e400", Str("1e400")),
            ("1.2.3", Str("1.2.3")),
            ("0x1p4", Str("0x1p4")),
            (".inf", Float(f64::INFINITY)),
            ("-.INF", Float(f64::NEG_INFINITY)),
            (".iNf", Str(".iNf")),
            ("inf", Str("inf")),
            ("+", Str("+")),
            ("2020-01-01", Timestamp("2020-01-01")),
            ("2020-13-01", Str("2020-13-01")),
            ("12:30:45", Str("12:30:45")),
            ("<<", Str("<<")),
            (" 10", Str(" 10")),
        ] {
            assert_eq!(resolve(text, true, None), Ok(expected), "{text}");
        }
        assert!(matches!(resolve(".nan", true, None), Ok(ResolvedScalar::Float(f)) if f.is_nan()));
    }

    #[test]
    fn quotes_and_tags_decide() {
        use ResolvedScalar::{Binary, Float, Int, Null, Str, Tagged};
        let tag = |name: &str| format!("{PREFIX}{name}");
        for (text, plain, name, expected) in [
            ("10", true, "str", Str("10")),
            ("", true, "str", Str("")),
            ("10", false, "int", Int(10)),
            ("1", true, "float", Float(1.0)),
            ("~", false, "null", Null),
            ("aGk=", true, "binary", Binary(b"hi".to_vec())),
            ("aG\nk=", true, "binary", Binary(b"hi".to_vec())),
            ("", true, "binary", Binary(Vec::new())),
            ("10", true, "map", Tagged("10")),
        ] {
            assert_eq!(
                resolve(text, plain, Some(&tag(name))),
                Ok(expected),
                "{name} {text}"
            );
        }
        assert_eq!(resolve("10", false, None), Ok(Str("10")));
        assert_eq!(resolve("10", true, Some("!")), Ok(Tagged("10")));
        assert_eq!(resolve("10", true, Some("!mine")), Ok(Tagged("10")));
        assert_eq!(resolve("10", true, Some("!!int")), Ok(Int(10)));
    }

    #[test]
    fn a_tag_that_the_text_does_not_fit_is_a_fault() {
        for (text, name) in [
            ("foo", "int"),
            ("1.5", "int"),
            ("foo", "float"),
            ("18446744073709551615", "float"),
            ("1", "bool"),
            ("foo", "null"),
            ("10", "timestamp"),
            ("aGk", "binary"),
            ("a===", "binary"),
            ("aG=kaGk=", "binary"),
            ("a?k=", "binary"),
        ] {
            let tag = format!("{PREFIX}{name}");
            let fault = resolve(text, true, Some(&tag)).expect_err(text);
            assert_eq!(fault.from..fault.to, 0..text.len());
            assert!(fault.message.contains(&format!("!!{name}")), "{fault}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,12}|[-+0-9._xobeé]{0,24}", tag in "(int|float|binary|timestamp|null|bool)?") {
            let long = format!("{PREFIX}{tag}");
            let _ = resolve(&text, true, None);
            let _ = resolve(&text, true, Some(&long));
        }
    }
}
