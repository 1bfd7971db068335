//! Days of the calendar.

use std::fmt;

/// A day, as `2027-01-31` names one. It begins at midnight UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(i64);

/// Days of each month, February without its leap day.
const MONTHS: [i64; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

impl Day {
    /// Reads a day of the form `2027-01-31`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let (year, month, day) = (
            digits(parts.next()?, 4)?,
            digits(parts.next()?, 2)?,
            digits(parts.next()?, 2)?,
        );
        let known = Self::new(year, month, day)?;
        parts.next().is_none().then_some(known)
    }

    /// The day of a date; none if the calendar has no such day.
    #[must_use]
    pub fn new(year: i64, month: i64, day: i64) -> Option<Self> {
        let index = usize::try_from(month.checked_sub(1)?).ok()?;
        let leap = i64::from(month == 2 && is_leap(year));
        let last = MONTHS.get(index)? + leap;
        (1..=last)
            .contains(&day)
            .then(|| Self(days(year, month, day)))
    }

    /// The day of a time in seconds since 1970.
    #[must_use]
    pub fn of(seconds: i64) -> Self {
        Self(seconds.div_euclid(86_400))
    }

    /// Its midnight in seconds since 1970.
    #[must_use]
    pub fn start(self) -> i64 {
        self.0 * 86_400
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // 400 years are as many days each time; years begin in March here, as in `days`.
        let days = self.0 + 719_468;
        let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
        let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year + year / 4 - year / 100);
        let month = (5 * of_year + 2) / 153;
        let day = of_year - (153 * month + 2) / 5 + 1;
        let (month, next) = if month < 10 {
            (month + 3, 0)
        } else {
            (month - 9, 1)
        };
        write!(f, "{:04}-{month:02}-{day:02}", era * 400 + year + next)
    }
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn digits(text: &str, count: usize) -> Option<i64> {
    let plain = text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| plain)
}

/// Days since 1970 in the Gregorian calendar. Years begin in March, so that the leap day is the
/// last one.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    365 * year + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + day_of_year
        - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_and_written() {
        for (text, start) in [
            ("1970-01-01", 0),
            ("2000-02-29", 951_782_400),
            ("2024-02-29", 1_709_164_800),
            ("2024-12-31", 1_735_603_200),
            ("2026-11-22", 1_795_305_600),
        ] {
            let day = Day::parse(text).unwrap();
            assert_eq!(day.start(), start, "{text}");
            assert_eq!(day.to_string(), text);
            assert_eq!(Day::of(start + 86_399), day);
        }
    }

    #[test]
    fn what_is_not_a_day_is_refused() {
        for text in [
            "2027-02-29",
            "1900-02-29",
            "2027-04-31",
            "2027-13-01",
            "2027-00-01",
            "2027-01-00",
            "2027-1-01",
            "2027-01-01-01",
            "2027-01",
            "+027-01-01",
            "tomorrow",
            "",
        ] {
            assert_eq!(Day::parse(text), None, "{text}");
        }
    }
}
