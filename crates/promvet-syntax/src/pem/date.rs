//! Days and seconds since 1970, in UTC.

/// The day of a moment, as `2026-11-22`.
#[must_use]
pub fn day(seconds: i64) -> String {
    let days = seconds.div_euclid(86_400);
    // Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms": civil_from_days.
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

/// The seconds of a date and a time of day.
pub(super) fn seconds([year, month, day, hour, minute, second]: [i64; 6]) -> Option<i64> {
    let fits = (1..=12).contains(&month)
        && (1..=31).contains(&day)
        && (0..24).contains(&hour)
        && (0..60).contains(&minute)
        && (0..=60).contains(&second);
    if !fits {
        return None;
    }
    // The same source: days_from_civil.
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let month_from_march = (month + 9) % 12;
    let of_year = (153 * month_from_march + 2) / 5 + day - 1;
    let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
    Some(days * 86_400 + hour * 3600 + minute * 60 + second)
}

#[cfg(test)]
mod tests {
    use super::{day, seconds};

    #[test]
    fn days_are_those_of_the_calendar() {
        for (date, at) in [
            ([1970, 1, 1, 0, 0, 0], 0),
            ([2000, 2, 29, 12, 0, 0], 951_825_600),
            ([2026, 11, 22, 17, 36, 3], 1_795_368_963),
            ([1969, 12, 31, 23, 59, 59], -1),
            ([9999, 12, 31, 23, 59, 59], 253_402_300_799),
        ] {
            assert_eq!(seconds(date), Some(at), "{date:?}");
            let [year, month, of_month, ..] = date;
            assert_eq!(day(at), format!("{year:04}-{month:02}-{of_month:02}"));
        }
        assert_eq!(seconds([2026, 13, 1, 0, 0, 0]), None);
    }
}
