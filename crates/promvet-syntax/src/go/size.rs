//! Byte sizes, as `units.ParseBase2Bytes` of alecthomas/units reads them.

use crate::Fault;

/// The prefixes; each is 1024 times the one before, with `B` as with `iB`.
const PREFIXES: &str = "KMGTPE";

/// Digits are added to a number only while it is below this, so at most 19 digits are read.
/// From `units.leadingInt`: `x >= (1<<63-10)/10` is "overflow".
const LARGEST_BEFORE_A_DIGIT: i64 = (i64::MAX - 9) / 10;

/// The two spellings of units; one value keeps to one of them.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Spelling {
    /// `KiB`, `MiB` …
    Binary,
    /// `KB`, `MB` …, which mean the same.
    Plain,
}

/// Reads a size in bytes. A value of 8 EiB exactly, the first that does not fit, becomes
/// [`i64::MIN`], as it does where Prometheus runs on x86.
/// `units.ParseBase2Bytes` tries the map of `KiB` and then that of `KB`, so that a value cannot mix
/// the two.
///
/// # Errors
/// What Prometheus refuses: a bare number other than 0, unknown units, mixed spellings, more than
/// 8 EiB.
pub fn byte_size(text: &str) -> Result<i64, Fault> {
    read(text, Spelling::Binary).or_else(|binary| {
        // Go names what the second attempt did not like; the spelling used says more.
        read(text, Spelling::Plain).map_err(
            |plain| {
                if text.contains("iB") { binary } else { plain }
            },
        )
    })
}

/// Imitates `units.ParseUnit`.
fn read(text: &str, spelling: Spelling) -> Result<i64, Fault> {
    let mut cursor = Cursor { text, at: 0 };
    let negative = cursor.eat('-');
    if !negative {
        cursor.eat('+');
    }
    match cursor.rest() {
        // "Special case: if all that is left is 0, this is zero" (`units.ParseUnit`), so that `-0`
        // passes as well.
        "0" => return Ok(0),
        "" => {
            return Err(Fault::whole(text, "is not a size").help("write a size such as `512MB`"));
        }
        _ => {}
    }
    let mut sum = 0.0;
    while !cursor.rest().is_empty() {
        let from = cursor.at;
        let number = cursor.number(from)?;
        sum += number * cursor.unit(from, spelling)?;
    }
    let bytes = if negative { -sum } else { sum };
    to_integer(bytes).ok_or_else(|| {
        let retried = match spelling {
            Spelling::Binary => "; Prometheus itself calls it an unknown unit",
            Spelling::Plain => "",
        };
        Fault::whole(
            text,
            format!("is too large (overflow parsing unit): sizes end at 8 EiB{retried}"),
        )
        .help("write a smaller size")
    })
}

/// Go's conversion of a float that is within the range of `int64`, both ends included.
/// Go compares floats with `float64(1<<63)`, which is 2⁶³ exactly, so that this value passes and
/// overflows.
fn to_integer(bytes: f64) -> Option<i64> {
    const END: f64 = 9_223_372_036_854_775_808.0;
    if bytes.abs() > END {
        return None;
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "within range; the fraction is dropped as Go drops it"
    )]
    let whole = bytes as i64;
    Some(if bytes >= END { i64::MIN } else { whole })
}

struct Cursor<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Cursor<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn eat(&mut self, c: char) -> bool {
        let found = self.rest().starts_with(c);
        self.at += usize::from(found);
        found
    }

    fn number(&mut self, from: usize) -> Result<f64, Fault> {
        let (whole, whole_digits) = self.digits(from)?;
        let mut value = whole;
        let mut digits = whole_digits;
        if self.eat('.') {
            let (fraction, fraction_digits) = self.digits(from)?;
            value += fraction / (0..fraction_digits).fold(1.0, |scale, _| scale * 10.0);
            digits += fraction_digits;
        }
        // "no digits (e.g. ".s" or "-.s")" in `units.ParseUnit`.
        if digits == 0 {
            let to = self.at + self.rest().chars().next().map_or(0, char::len_utf8);
            return Err(Fault::new(
                from,
                to,
                "is not a valid size: each unit needs a number before it",
            )
            .help("write a size such as `512MB`"));
        }
        Ok(value)
    }

    /// The value of the digits that come next, and how many there are.
    fn digits(&mut self, from: usize) -> Result<(f64, usize), Fault> {
        let mut value = 0_i64;
        let mut count = 0;
        for digit in self.rest().bytes().take_while(u8::is_ascii_digit) {
            if value >= LARGEST_BEFORE_A_DIGIT {
                let all = self.rest().bytes().take_while(u8::is_ascii_digit).count();
                return Err(Fault::new(
                    from,
                    self.at + all,
                    "is not a valid size: the number has too many digits",
                )
                .help("write fewer digits, or a larger unit"));
            }
            value = value * 10 + i64::from(digit - b'0');
            count += 1;
        }
        self.at += count;
        #[expect(
            clippy::cast_precision_loss,
            reason = "Go computes sizes in floats as well"
        )]
        let value = value as f64;
        Ok((value, count))
    }

    fn unit(&mut self, number_from: usize, spelling: Spelling) -> Result<f64, Fault> {
        let rest = self.rest();
        let end = rest
            .find(|c: char| c == '.' || c.is_ascii_digit())
            .unwrap_or(rest.len());
        let name = rest.get(..end).unwrap_or(rest);
        let from = self.at;
        self.at += end;
        factor(name, spelling).ok_or_else(|| unknown_unit(name, number_from, from, self.at))
    }
}

fn factor(name: &str, spelling: Spelling) -> Option<f64> {
    if name == "B" {
        return Some(1.0);
    }
    let prefix = name.strip_suffix(match spelling {
        Spelling::Binary => "iB",
        Spelling::Plain => "B",
    })?;
    let mut chars = prefix.chars();
    let (Some(letter), None) = (chars.next(), chars.next()) else {
        return None;
    };
    let power = PREFIXES.find(letter)?;
    Some((0..=power).fold(1.0, |factor, _| factor * 1024.0))
}

fn unknown_unit(name: &str, number_from: usize, from: usize, to: usize) -> Fault {
    if name.is_empty() {
        return Fault::new(number_from, to, "has a number without a unit")
            .help("write the unit after it: B, KB, MB, GB, TB, PB or EB");
    }
    let known_elsewhere =
        factor(name, Spelling::Binary).is_some() || factor(name, Spelling::Plain).is_some();
    let fault = Fault::new(from, to, format!("has the unknown unit `{name}`"));
    if let Some(unit) = right_case(name.trim()).filter(|_| !known_elsewhere) {
        return fault.surely(unit);
    }
    let why = if known_elsewhere {
        "use either KB or KiB in one value, not both"
    } else {
        "use one of the units B, KB, MB, GB, TB, PB and EB, or KiB, MiB … (in this case), powers of 1024"
    };
    fault.help(why)
}

/// A unit in its right case: `mb` and `Mb` as `MB`, `mib` as `MiB`.
fn right_case(name: &str) -> Option<String> {
    let upper = name.to_ascii_uppercase();
    let binary = upper.strip_suffix("IB").map(|prefix| format!("{prefix}iB"));
    [Some(upper), binary].into_iter().flatten().find(|unit| {
        factor(unit, Spelling::Plain).is_some() || factor(unit, Spelling::Binary).is_some()
    })
}

#[cfg(test)]
mod tests {
    use crate::fault::Change;

    use super::*;

    #[test]
    fn sizes_are_in_bytes() {
        for (text, expected) in [
            ("0", 0),
            ("-0", 0),
            ("+0", 0),
            ("100B", 100),
            ("1KB", 1024),
            ("1KiB", 1024),
            ("1.5MB", 1_572_864),
            ("1MB512KB", 1_572_864),
            ("1MB1MB", 2_097_152),
            (".5KiB", 512),
            ("1.KB", 1024),
            ("-1KB", -1024),
            ("007B", 7),
            ("1GiB5B", 1_073_741_829),
            ("7EB", 8_070_450_532_247_928_832),
            ("8EB", i64::MIN),
            ("-8EB", i64::MIN),
        ] {
            assert_eq!(byte_size(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn faults_name_their_place() {
        for (text, place, words) in [
            ("", 0..0, "is not a size"),
            ("-", 0..1, "is not a size"),
            (
                "16",
                0..2,
                "has a number without a unit; write the unit after it",
            ),
            ("00", 0..2, "has a number without a unit"),
            ("1KB16", 3..5, "has a number without a unit"),
            ("MB", 0..1, "is not a valid size"),
            (" MB", 0..1, "is not a valid size"),
            (".MB", 0..2, "is not a valid size"),
            ("100kB", 3..5, "unknown unit `kB`"),
            ("1.5M", 3..4, "unknown unit `M`"),
            ("1e3", 1..2, "unknown unit `e`"),
            ("1 MB", 1..4, "unknown unit ` MB`"),
            (
                "1KB1KiB",
                1..3,
                "use either KB or KiB in one value, not both",
            ),
            (
                "1KiB1KB",
                5..7,
                "use either KB or KiB in one value, not both",
            ),
            ("1,000ZB", 1..2, "unknown unit `,`"),
            ("1ZB", 1..3, "unknown unit `ZB`; use one of the units B, KB"),
            ("1B é", 1..5, "unknown unit"),
            ("9EiB", 0..4, "overflow parsing unit"),
            ("9EB", 0..3, "overflow parsing unit"),
            ("9999999999TB", 0..12, "overflow parsing unit"),
            ("99999999999999999999B", 0..20, "too many digits"),
        ] {
            let fault = byte_size(text).expect_err(text);
            assert_eq!(fault.from..fault.to, place, "{text}: {fault}");
            let said = format!(
                "{fault}; {}",
                fault.remedy.words.as_deref().unwrap_or_default()
            );
            assert!(said.contains(words), "{text}: {said}");
        }
    }

    #[test]
    fn a_unit_in_the_wrong_case_or_after_a_space_is_put_right() {
        for (text, unit) in [("100kB", "KB"), ("1 MB", "MB"), ("16mib", "MiB")] {
            let fault = byte_size(text).expect_err(text);
            let text = unit.to_owned();
            assert_eq!(
                fault.remedy.change,
                Some(Change::Replace { text, sure: true })
            );
        }
        assert_eq!(
            byte_size("1ZB").expect_err("no such unit").remedy.change,
            None
        );
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,12}|[-+]?([0-9.]{0,22}(B|KB|KiB|é| )?){0,4}") {
            if let Err(fault) = byte_size(&text) {
                assert!(text.get(fault.from..fault.to).is_some());
            }
        }
    }
}
