//! Durations, as `model.ParseDuration` of prometheus/common reads them.

use crate::Fault;

/// A duration and what its form asks of the Prometheus that reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Duration {
    /// Its length in milliseconds.
    pub milliseconds: i64,
    /// Whether it has more than one unit (`1h30m`), read since Prometheus 2.21.
    pub compound: bool,
    /// Whether it is a bare `0`, read since Prometheus 2.19.
    pub bare_zero: bool,
}

/// The units from the largest to the smallest, in milliseconds. A year has 365 days.
/// From `model.unitMap` (prometheus/common `model/time.go`), which has no month, since its length
/// varies.
const UNITS: &[(&str, u64)] = &[
    ("y", 365 * 24 * 60 * 60 * 1000),
    ("w", 7 * 24 * 60 * 60 * 1000),
    ("d", 24 * 60 * 60 * 1000),
    ("h", 60 * 60 * 1000),
    ("m", 60 * 1000),
    ("s", 1000),
    ("ms", 1),
];

/// What a Go `time.Duration` can hold: 2⁶³−1 nanoseconds, about 292 years.
const MOST_MILLISECONDS: u64 = i64::MAX as u64 / 1_000_000;

/// Reads a duration.
///
/// # Errors
/// What Prometheus 2.26 and later reject. Before, durations over 292 years wrapped around.
pub fn duration(text: &str) -> Result<Duration, Fault> {
    let none = Duration {
        milliseconds: 0,
        compound: false,
        bare_zero: false,
    };
    match text {
        // `model.ParseDuration` has a case of its own for the empty text: otherwise it would be a
        // duration of nothing.
        "" => {
            return Err(Fault::new(0, 0, "is empty")
                .help("write a duration such as `30s`, or remove the key"));
        }
        // Allowed without a unit since prometheus/common made "0" a case of `model.ParseDuration`,
        // because zero needs none.
        "0" => {
            return Ok(Duration {
                bare_zero: true,
                ..none
            });
        }
        _ => {}
    }
    let mut at = 0;
    let mut total = 0_u64;
    let mut parts = 0_usize;
    let mut next_unit = 0;
    while at < text.len() {
        let part = Part::read(text, at)?;
        let unit = part.unit_index(text)?;
        // `model.ParseDuration` keeps `lastUnitPos`, so that each unit comes once and the larger
        // ones first.
        if unit < next_unit {
            return Err(out_of_order(&part, unit + 1 == next_unit));
        }
        next_unit = unit + 1;
        total = part.add_to(total, unit)?;
        parts += 1;
        at = part.to;
    }
    Ok(Duration {
        milliseconds: i64::try_from(total).unwrap_or(i64::MAX),
        compound: parts > 1,
        ..none
    })
}

/// A number and its unit.
struct Part<'t> {
    from: usize,
    unit_from: usize,
    to: usize,
    number: &'t str,
    unit: &'t str,
}

impl<'t> Part<'t> {
    fn read(text: &'t str, from: usize) -> Result<Self, Fault> {
        let rest = text.get(from..).unwrap_or_default();
        let digits = digits_of(rest);
        if digits == 0 {
            // Only the first part can lack its number: a unit ends at the next digit.
            return Err(Fault::new(
                from,
                from + rest.chars().next().map_or(0, char::len_utf8),
                ": a duration begins with a whole number, such as `30s`",
            )
            .help("write a number and a unit, such as `30s`"));
        }
        let (number, after) = rest.split_at(digits);
        let unit = after
            .find(|c: char| c.is_ascii_digit())
            .map_or(after, |end| after.get(..end).unwrap_or(after));
        let unit_from = from + digits;
        Ok(Self {
            from,
            unit_from,
            to: unit_from + unit.len(),
            number,
            unit,
        })
    }

    fn unit_index(&self, text: &str) -> Result<usize, Fault> {
        if self.unit.is_empty() {
            // A bare number was seconds in many tools, and a configuration rarely means another unit.
            let message = format!(": the duration `{}` has no unit", self.number);
            return Err(Fault::new(self.from, self.to, message)
                .help(format!(
                    "write `{}s`, or another unit (y, w, d, h, m or ms)",
                    self.number
                ))
                .perhaps(format!("{}s", self.number)));
        }
        UNITS
            .iter()
            .position(|(name, _)| *name == self.unit)
            .ok_or_else(|| {
                if let Some(before) = self.unit.strip_suffix(',') {
                    let comma = self.unit_from + before.len();
                    let message = ": unexpected `,` behind the duration";
                    return Fault::new(comma, self.to, message).help("delete the comma");
                }
                let message = format!(": unknown unit `{}` in the duration", self.unit);
                let fault = Fault::new(self.unit_from, self.to, message);
                match meant(self.unit) {
                    Some((unit, true)) => fault.surely(unit),
                    Some((unit, false)) => fault.perhaps(unit),
                    None => fault.help(why_not_a_unit(self.unit, text)),
                }
            })
    }

    fn add_to(&self, total: u64, unit: usize) -> Result<u64, Fault> {
        let milliseconds = UNITS.get(unit).map_or(1, |unit| unit.1);
        self.number
            // Overflow is refused as in `model.ParseDuration` ("duration out of range"); it would
            // wrap around otherwise.
            .parse::<u64>()
            .ok()
            .and_then(|number| number.checked_mul(milliseconds)?.checked_add(total))
            .filter(|total| *total <= MOST_MILLISECONDS)
            .ok_or_else(|| {
                Fault::new(self.from, self.to, "is out of range").help("write a shorter duration")
            })
    }
}

/// The unit that a misspelled one means, and whether it can mean no other.
fn meant(unit: &str) -> Option<(&'static str, bool)> {
    let known = |text: &str| UNITS.iter().find(|(name, _)| *name == text);
    let trimmed = unit.trim();
    if let Some((name, _)) = known(trimmed) {
        return Some((name, true));
    }
    // `M` may be a month as well.
    let sure = trimmed != "M";
    if let Some((name, _)) = known(&trimmed.to_ascii_lowercase()) {
        return Some((name, sure));
    }
    let name = match trimmed.to_ascii_lowercase().as_str() {
        // "millis" | Words of Java, Graphite and other tools, since people copy settings from them.
        "msec" | "millis" | "millisecond" | "milliseconds" => "ms",
        "sec" | "secs" | "second" | "seconds" => "s",
        "min" | "mins" | "minute" | "minutes" => "m",
        "hr" | "hrs" | "hour" | "hours" => "h",
        "day" | "days" => "d",
        "week" | "weeks" => "w",
        "year" | "years" => "y",
        _ => return None,
    };
    Some((name, true))
}

fn why_not_a_unit(unit: &str, text: &str) -> &'static str {
    // Fractions are read by `time.ParseDuration` and not by `model.ParseDuration`, so that `1.5s`
    // looks right to people who write Go.
    if unit.starts_with(['.', ',']) {
        "write a whole number of a smaller unit, such as `1500ms`"
    } else if text.contains(char::is_whitespace) {
        "remove the spaces"
    } else {
        "use one of the units y, w, d, h, m, s and ms"
    }
}

fn out_of_order(part: &Part<'_>, repeated: bool) -> Fault {
    let message = if repeated {
        format!(": the unit `{}` occurs twice in the duration", part.unit)
    } else {
        format!(
            ": in a duration, `{}` comes before the smaller units (y, w, d, h, m, s, ms)",
            part.unit
        )
    };
    Fault::new(part.from, part.to, message).help(match repeated {
        true => "write each unit once, as in `1h30m`",
        false => "write the larger unit first, as in `1m30s`",
    })
}

fn digits_of(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}

#[cfg(test)]
mod tests {
    use crate::fault::Change;

    use super::*;

    #[test]
    fn lengths_are_in_milliseconds() {
        for (text, expected) in [
            ("0s", 0),
            ("000ms", 0),
            ("355ms", 355),
            ("1m", 60_000),
            ("1h30m", 5_400_000),
            ("1y2w3d4h5m6s7ms", 33_019_506_007),
            ("0007s", 7_000),
            ("292y24w3d23h47m16s854ms", 9_223_372_036_854),
            ("9223372036854ms", 9_223_372_036_854),
        ] {
            assert_eq!(
                duration(text).map(|d| d.milliseconds),
                Ok(expected),
                "{text}"
            );
        }
    }

    #[test]
    fn forms_that_older_releases_refuse_are_marked() {
        let form = |text| duration(text).map(|d| (d.compound, d.bare_zero));
        assert_eq!(form("0"), Ok((false, true)));
        assert_eq!(form("1m"), Ok((false, false)));
        assert_eq!(form("1m30s"), Ok((true, false)));
    }

    #[test]
    fn faults_name_their_place() {
        for (text, place, words) in [
            ("", 0..0, "is empty"),
            ("00", 0..2, "has no unit"),
            ("30", 0..2, "has no unit"),
            ("1m30", 2..4, "has no unit; write `30s`, or another unit"),
            ("-1m", 0..1, "begins with a whole number"),
            ("s", 0..1, "begins with a whole number"),
            ("é1s", 0..2, "begins with a whole number"),
            ("1S", 1..2, "unknown unit `S`"),
            ("1m30sec", 4..7, "unknown unit `sec`"),
            (
                "1.5h",
                1..2,
                "unknown unit `.` in the duration; write a whole number of a smaller unit",
            ),
            ("1h 30m", 1..3, "unknown unit `h `"),
            (
                "5m,",
                2..3,
                "unexpected `,` behind the duration; delete the comma",
            ),
            (
                "1 5m",
                1..2,
                "unknown unit ` ` in the duration; remove the spaces",
            ),
            ("30s1m", 3..5, "comes before"),
            ("1m1m", 2..4, "twice"),
            ("1h1m1h", 4..6, "comes before"),
            ("293y", 0..4, "is out of range"),
            ("292y52w", 4..7, "is out of range"),
            ("9223372036855ms", 0..15, "is out of range"),
            ("99999999999999999999999s", 0..24, "is out of range"),
        ] {
            let fault = duration(text).expect_err(text);
            assert_eq!(fault.from..fault.to, place, "{text}: {fault}");
            let said = format!(
                "{fault}; {}",
                fault.remedy.words.as_deref().unwrap_or_default()
            );
            assert!(said.contains(words), "{text}: {said}");
        }
    }

    #[test]
    fn a_unit_that_can_only_mean_one_is_put_right() {
        for (text, unit, sure) in [
            ("1S", "s", true),
            ("1h 30m", "h", true),
            ("30sec", "s", true),
            ("1M", "m", false),
            ("30", "30s", false),
        ] {
            let fault = duration(text).expect_err(text);
            let text = unit.to_owned();
            assert_eq!(fault.remedy.change, Some(Change::Replace { text, sure }));
        }
        assert_eq!(
            duration("1.5h").expect_err("a fraction").remedy.change,
            None
        );
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,12}|([0-9]{1,22}(y|w|d|h|m|s|ms)?){0,5}") {
            if let Err(fault) = duration(&text) {
                assert!(text.get(fault.from..fault.to).is_some());
            }
        }
    }
}
