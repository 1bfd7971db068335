//! Scalars into the types of Go's fields, as go-yaml v2 decodes them.
//!
//! `None` is null: the field gets its zero value and no check.

use std::borrow::Cow;

use super::Fault;
use super::number::{ResolvedScalar, kind, resolve};

/// How messages call what a boolean field expects.
const BOOLEAN: &str = "`true` or `false`";

/// 2⁶³ and 2⁶⁴, the ends of Go's integers as floats.
/// As `math.MaxInt64` and `math.MaxUint64` are compared in `yaml.decoder.scalar`, where the
/// constants become floats and round up.
const INT_END: f64 = 9_223_372_036_854_775_808.0;
const UINT_END: f64 = 18_446_744_073_709_551_616.0;

/// A field of Go's type `int` or `int64`. Floats are cut toward zero; those below the range become
/// the smallest integer.
/// The case `reflect.Int` of `yaml.decoder.scalar`.
///
/// # Errors
/// What is not a number, or too large.
pub fn int(text: &str, plain: bool, tag: Option<&str>) -> Result<Option<i64>, Fault> {
    Ok(match resolve(text, plain, tag)? {
        ResolvedScalar::Null => None,
        ResolvedScalar::Int(number) => Some(number),
        ResolvedScalar::Float(number) if number <= INT_END => Some(float_to_int(number)),
        other => return Err(refused(text, plain, tag, &other, "a whole number")),
    })
}

/// A field of Go's type `uint` or `uint64`. Floats are cut toward zero, and negative ones wrap
/// around; negative integers are refused.
/// The case `reflect.Uint` of `yaml.decoder.scalar`.
///
/// # Errors
/// What is not a number, negative, or too large.
pub fn uint(text: &str, plain: bool, tag: Option<&str>) -> Result<Option<u64>, Fault> {
    Ok(match resolve(text, plain, tag)? {
        ResolvedScalar::Null => None,
        ResolvedScalar::Int(number) if number >= 0 => Some(number.unsigned_abs()),
        ResolvedScalar::Int(_) => {
            let fault = Fault::whole(text, format!(": expected 0 or more, found `{text}`"));
            return Err(fault.help("write 0 or a positive number"));
        }
        ResolvedScalar::Uint(number) => Some(number),
        ResolvedScalar::Float(number) if number <= UINT_END => Some(float_to_uint(number)),
        other => {
            return Err(refused(text, plain, tag, &other, "a whole number"));
        }
    })
}

/// A field of Go's type `float64`.
/// The case `reflect.Float64` of `yaml.decoder.scalar`.
///
/// # Errors
/// What is not a number.
pub fn float(text: &str, plain: bool, tag: Option<&str>) -> Result<Option<f64>, Fault> {
    #[expect(clippy::cast_precision_loss, reason = "as Go converts")]
    Ok(match resolve(text, plain, tag)? {
        ResolvedScalar::Null => None,
        ResolvedScalar::Int(number) => Some(number as f64),
        ResolvedScalar::Uint(number) => Some(number as f64),
        ResolvedScalar::Float(number) => Some(number),
        other => return Err(refused(text, plain, tag, &other, "a number")),
    })
}

/// A field of Go's type `bool`.
/// The case `reflect.Bool` of `yaml.decoder.scalar`, which takes nothing but what `yaml.resolve`
/// calls one.
///
/// # Errors
/// What is not an unquoted boolean of YAML 1.1.
pub fn boolean(text: &str, plain: bool, tag: Option<&str>) -> Result<Option<bool>, Fault> {
    Ok(match resolve(text, plain, tag)? {
        ResolvedScalar::Null => None,
        ResolvedScalar::Bool(value) => Some(value),
        other => {
            return Err(refused(text, plain, tag, &other, BOOLEAN));
        }
    })
}

/// A field of text of any kind: any scalar is taken by its source text, and only `!!binary` is
/// decoded. Bytes that are not UTF-8 are replaced.
/// The case `reflect.String` of `yaml.decoder.scalar`, which takes the source text of any scalar
/// that is not binary.
///
/// # Errors
/// Only a tag that the text does not fit.
pub fn text<'t>(
    text: &'t str,
    plain: bool,
    tag: Option<&str>,
) -> Result<Option<Cow<'t, str>>, Fault> {
    Ok(match resolve(text, plain, tag)? {
        ResolvedScalar::Null => None,
        ResolvedScalar::Binary(bytes) => {
            Some(Cow::Owned(String::from_utf8_lossy(&bytes).into_owned()))
        }
        _ => Some(Cow::Borrowed(text)),
    })
}

/// Whether go-yaml calls the hook of the field's type for a scalar. It compares the text before it
/// looks at quotes: `"null"` and `"~"` pass by the hook though they are text, and a field of a text
/// type then takes them unchecked; `Null` and `NULL` reach the hook, with the zero value, though
/// they are null.
/// Imitates `yaml.decoder.prepare`.
#[must_use]
pub fn reaches_hook(text: &str, plain: bool, tag: Option<&str>) -> bool {
    match tag {
        None => !(matches!(text, "null" | "~") || text.is_empty() && plain),
        Some(tag) => !matches!(tag, "tag:yaml.org,2002:null" | "!!null"),
    }
}

fn refused(
    text: &str,
    plain: bool,
    tag: Option<&str>,
    found: &ResolvedScalar<'_>,
    wanted: &str,
) -> Fault {
    let is_text = matches!(found, ResolvedScalar::Str(_));
    let number_in_quotes = is_text
        && !plain
        && tag.is_none()
        && !matches!(resolve(text, true, None), Ok(ResolvedScalar::Str(_)));
    if number_in_quotes {
        let message = format!(": expected {wanted}, found text in quotes");
        return Fault::whole(text, message)
            .help(format!("write `{text}` without quotes"))
            .unquote();
    }
    let wants_number = wanted != BOOLEAN;
    let (message, help) = match found {
        ResolvedScalar::Float(number) if number.is_nan() && wants_number => (
            format!(": expected {wanted}, found `{text}`"),
            "write a number",
        ),
        ResolvedScalar::Uint(_) | ResolvedScalar::Float(_) if wants_number => (
            "is too large: it does not fit into 64 bits".to_owned(),
            "write a smaller number",
        ),
        other => (
            format!(": expected {wanted}, found {}", kind(other)),
            match wants_number {
                true => "write a number without a unit and without quotes",
                false => "write `true` or `false` without quotes",
            },
        ),
    };
    Fault::whole(text, message).help(help)
}

/// Go's conversion on x86: what does not fit becomes the smallest integer.
/// `CVTTSD2SI` returns this for anything out of range; Go leaves the result to the processor
/// (specification, "Conversions"), and most Prometheus run on x86, so that its result is imitated.
fn float_to_int(number: f64) -> i64 {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "cut toward zero as Go does; the upper end is handled here"
    )]
    if number >= INT_END {
        i64::MIN
    } else {
        number as i64
    }
}

/// Go's conversion on x86, for numbers up to 2⁶⁴.
/// Go subtracts 2⁶³ and sets the bit again on x86 (`cmd/compile`, `Cvt64Fto64U`), since the
/// processor has no unsigned conversion.
fn float_to_uint(number: f64) -> u64 {
    if number < INT_END {
        return float_to_int(number).cast_unsigned();
    }
    if number < UINT_END {
        return float_to_int(number - INT_END).cast_unsigned() ^ (1 << 63);
    }
    1 << 63
}

#[cfg(test)]
mod tests {
    use super::super::Change;
    use super::*;

    #[test]
    fn integers() {
        for (text, expected) in [
            ("10", Some(10)),
            ("010", Some(8)),
            ("1.9", Some(1)),
            ("-1.9", Some(-1)),
            ("1e4", Some(10_000)),
            ("-.inf", Some(i64::MIN)),
            ("-1e30", Some(i64::MIN)),
            ("~", None),
        ] {
            assert_eq!(int(text, true, None), Ok(expected), "{text}");
        }
        for (text, words) in [
            ("ten", "found text"),
            ("true", "found a boolean"),
            ("2020-01-01", "found a date"),
            (".inf", "too large"),
            (".nan", "found `.nan`"),
            ("1e30", "too large"),
            ("18446744073709551615", "too large"),
        ] {
            let fault = int(text, true, None).expect_err(text);
            assert_eq!(fault.from..fault.to, 0..text.len(), "{text}");
            assert!(fault.message.contains(words), "{text}: {fault}");
        }
        let fault = int("10000", false, None).expect_err("quoted");
        assert_eq!(fault.remedy.change, Some(Change::Unquote), "{fault}");
        let fault = int("ten", false, None).expect_err("quoted");
        assert_eq!(fault.remedy.change, None, "{fault}");
        assert!(int("10", true, Some("tag:yaml.org,2002:str")).is_err());
        assert!(int("10", true, Some("!mine")).is_err());
    }

    #[test]
    fn whole_numbers() {
        for (text, expected) in [
            ("18446744073709551615", u64::MAX),
            ("18446744073709551616", 1 << 63),
            ("-1.5", u64::MAX),
            ("-0", 0),
            ("1e19", 10_000_000_000_000_000_000),
            ("-.inf", 1 << 63),
        ] {
            assert_eq!(uint(text, true, None), Ok(Some(expected)), "{text}");
        }
        for text in [
            "-1",
            "-9223372036854775808",
            "1e20",
            ".inf",
            ".nan",
            "yes",
            "x",
        ] {
            assert!(uint(text, true, None).is_err(), "{text}");
        }
    }

    #[test]
    fn floats_and_booleans() {
        assert_eq!(float("1", true, None), Ok(Some(1.0)));
        assert_eq!(float(".inf", true, None), Ok(Some(f64::INFINITY)));
        assert_eq!(
            float("18446744073709551615", true, None),
            Ok(Some(UINT_END))
        );
        assert!(float("1", false, None).is_err());
        assert!(float("yes", true, None).is_err());
        assert_eq!(boolean("On", true, None), Ok(Some(true)));
        assert_eq!(boolean("", true, None), Ok(None));
        for text in ["0", "1.0", "yEs", "enabled"] {
            assert!(boolean(text, true, None).is_err(), "{text}");
        }
        let fault = boolean("true", false, None).expect_err("quoted");
        assert_eq!(fault.remedy.change, Some(Change::Unquote), "{fault}");
    }

    #[test]
    fn text_is_taken_as_written() {
        for source in ["1.50", "yes", "2020-01-01", "0x1f", "anything"] {
            assert_eq!(text(source, true, None), Ok(Some(Cow::Borrowed(source))));
        }
        assert_eq!(text("", true, None), Ok(None));
        assert_eq!(text("", false, None), Ok(Some(Cow::Borrowed(""))));
        let binary = Some("tag:yaml.org,2002:binary");
        assert_eq!(text("aGk=", true, binary), Ok(Some(Cow::Borrowed("hi"))));
        assert!(text("foo", true, Some("tag:yaml.org,2002:int")).is_err());
    }

    #[test]
    fn the_hook_is_passed_by_on_the_look_of_the_text() {
        let null = Some("tag:yaml.org,2002:null");
        let text = Some("tag:yaml.org,2002:str");
        for (value, plain, tag, reaches) in [
            ("null", true, None, false),
            ("null", false, None, false),
            ("~", false, None, false),
            ("", true, None, false),
            ("", false, None, true),
            ("", true, Some("!"), true),
            ("Null", true, None, true),
            ("NULL", true, None, true),
            ("null", true, text, true),
            ("", true, null, false),
            ("x", true, None, true),
        ] {
            assert_eq!(
                reaches_hook(value, plain, tag),
                reaches,
                "{value:?} {plain} {tag:?}"
            );
        }
    }
}
