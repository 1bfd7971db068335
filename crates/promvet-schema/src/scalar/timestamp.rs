//! Dates and times as go-yaml v2 recognizes them: four layouts of Go's `time.Parse`.

/// Whether go-yaml takes a text for a date or a time: `2006-1-2`, or that with `T`, `t` or spaces
/// and a time of day after it.
/// Imitates `yaml.parseTimestamp` and `yaml.allowedTimestampFormats`.
#[must_use]
pub fn is(text: &str) -> bool {
    let year_digits = text.bytes().take_while(u8::is_ascii_digit).count();
    // "Quick check: all date formats start with YYYY-" (`yaml.parseTimestamp`).
    if year_digits != 4 {
        return false;
    }
    let mut cursor = Cursor { rest: text };
    let Some(after_date) = cursor.date() else {
        return false;
    };
    match after_date {
        Next::End => true,
        Next::Zoned => cursor.time().is_some() && cursor.zone().is_some() && cursor.is_done(),
        Next::Local => cursor.time().is_some() && cursor.is_done(),
    }
}

/// What follows a date.
enum Next {
    End,
    Zoned,
    Local,
}

struct Cursor<'t> {
    rest: &'t str,
}

impl Cursor<'_> {
    fn is_done(&self) -> bool {
        self.rest.is_empty()
    }

    fn eat(&mut self, c: char) -> Option<()> {
        self.rest = self.rest.strip_prefix(c)?;
        Some(())
    }

    /// A number of at least `least` and at most `most` digits.
    /// One or two digits, since `time.Parse` reads `2006-1-2` so.
    fn number(&mut self, least: usize, most: usize) -> Option<u32> {
        let digits = self
            .rest
            .bytes()
            .take_while(u8::is_ascii_digit)
            .count()
            .min(most);
        if digits < least {
            return None;
        }
        let (number, rest) = self.rest.split_at_checked(digits)?;
        self.rest = rest;
        number.parse().ok()
    }

    fn date(&mut self) -> Option<Next> {
        let year = self.number(4, 4)?;
        self.eat('-')?;
        let month = self.number(1, 2)?;
        self.eat('-')?;
        let day = self.number(1, 2)?;
        if day < 1 || day > days_in(year, month)? {
            return None;
        }
        if self.is_done() {
            return Some(Next::End);
        }
        if let Some(rest) = self.rest.strip_prefix(['T', 't']) {
            self.rest = rest;
            return Some(Next::Zoned);
        }
        self.eat(' ')?;
        self.rest = self.rest.trim_start_matches(' ');
        Some(Next::Local)
    }

    fn time(&mut self) -> Option<()> {
        let hour = self.number(1, 2)?;
        self.eat(':')?;
        let minute = self.number(1, 2)?;
        self.eat(':')?;
        let second = self.number(1, 2)?;
        if hour > 23 || minute > 59 || second > 59 {
            return None;
        }
        // `time.Parse` takes a fraction behind the seconds though the layout has none, and a comma
        // since Go 1.17.
        if let Some(fraction) = self.rest.strip_prefix(['.', ',']) {
            let end = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
            if end.len() < fraction.len() {
                self.rest = end;
            }
        }
        Some(())
    }

    /// The layout `Z07:00`, with the ranges that `time.Parse` checks.
    fn zone(&mut self) -> Option<()> {
        if self.eat('Z').is_some() {
            return Some(());
        }
        self.rest = self.rest.strip_prefix(['+', '-'])?;
        let hours = self.number(2, 2)?;
        self.eat(':')?;
        let minutes = self.number(2, 2)?;
        (hours <= 24 && minutes <= 60).then_some(())
    }
}

fn days_in(year: u32, month: u32) -> Option<u32> {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    Some(match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_times() {
        for text in [
            "2020-01-01",
            "2020-1-1",
            "2000-02-29",
            "2020-01-01T10:20:30Z",
            "2020-1-1t1:2:3+01:00",
            "2020-01-01T10:20:30.123456789123-24:60",
            "2020-01-01 10:20:30",
            "2020-01-01   1:2:3.5",
        ] {
            assert!(is(text), "{text}");
        }
    }

    #[test]
    fn what_only_looks_like_one() {
        for text in [
            "",
            "2020",
            "2020-",
            "2020-01",
            "20200-01-01",
            "2020-13-01",
            "2020-00-01",
            "2020-02-30",
            "1900-02-29",
            "2020-01-00",
            "2020-001-01",
            "2020-01-01T",
            "2020-01-01T10:20:30",
            "2020-01-01T10:20Z",
            "2020-01-01T24:00:00Z",
            "2020-01-01T10:20:30.Z",
            "2020-01-01T10:20:30+1:00",
            "2020-01-01T10:20:30+25:00",
            "2020-01-01 10:20:30Z",
            "2020-01-01 ",
            "2020-01-01x",
        ] {
            assert!(!is(text), "{text}");
        }
    }
}
