//! Arguments on what is taken for granted: the time, and what could not be looked at.

use clap::Args;

use super::{Exit, complain};
use crate::finding::Day;
use crate::run::Run;

/// What is taken for granted.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Trust")]
pub(super) struct TrustArgs {
    /// Judge tokens by this time: a date or time as in RFC 3339, or seconds since 1970
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    pub(super) now: Option<i64>,
    /// Make the exit code 1 if a file that a configuration names could not be checked
    #[arg(long)]
    pub(super) require_coverage: bool,
}

impl TrustArgs {
    /// The exit status of a run without findings that count.
    pub(super) fn exit(&self, run: &Run) -> Exit {
        let unchecked = run.outcome.unchecked().len();
        if !self.require_coverage || unchecked == 0 {
            return Exit::Clean;
        }
        let (what, verb) = match unchecked {
            1 => ("1 path".to_owned(), "was"),
            more => (format!("{more} paths"), "were"),
        };
        complain(&format!(
            "{what} {verb} not checked, which fails under --require-coverage"
        ));
        Exit::Findings
    }
}

/// Reads seconds since 1970, `2026-11-22`, or `2026-11-22T10:00:00Z` with any offset.
pub(super) fn parse_time(text: &str) -> Result<i64, String> {
    if let Ok(seconds) = text.parse() {
        return Ok(seconds);
    }
    read(text).ok_or_else(|| "write a date such as 2026-11-22, or 2026-11-22T10:00:00Z".to_owned())
}

fn read(text: &str) -> Option<i64> {
    let (date, time) = match text.split_once(['T', 't', ' ']) {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    let day = Day::parse(date)?;
    let seconds = time.map_or(Some(0), seconds_of_day)?;
    Some(day.start() + seconds)
}

/// A time of day with its offset, in seconds; fractions are left out.
fn seconds_of_day(text: &str) -> Option<i64> {
    let (time, offset) = match text.strip_suffix(['Z', 'z']) {
        Some(time) => (time, 0),
        None => {
            let (time, zone) = text.split_at_checked(text.rfind(['+', '-'])?)?;
            let (sign, zone) = zone.split_at_checked(1)?;
            let (hours, minutes) = zone.split_once(':')?;
            let size = digits(hours, 2)? * 3600 + digits(minutes, 2)? * 60;
            (time, if sign == "-" { -size } else { size })
        }
    };
    let time = time.split_once('.').map_or(time, |(whole, _)| whole);
    let mut parts = time.split(':');
    let (hour, minute, second) = (
        digits(parts.next()?, 2)?,
        digits(parts.next()?, 2)?,
        digits(parts.next()?, 2)?,
    );
    let fits = hour < 24 && minute < 60 && second <= 60 && parts.next().is_none();
    fits.then_some(hour * 3600 + minute * 60 + second - offset)
}

fn digits(text: &str, count: usize) -> Option<i64> {
    let plain = text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read() {
        for (text, want) in [
            ("0", Some(0)),
            ("1795305600", Some(1_795_305_600)),
            ("1970-01-01", Some(0)),
            ("2026-11-22", Some(1_795_305_600)),
            ("2026-11-22T01:00:00Z", Some(1_795_309_200)),
            ("2026-11-22T01:00:00.5+01:00", Some(1_795_305_600)),
            ("2024-02-29", Some(1_709_164_800)),
            ("2024-03-01", Some(1_709_251_200)),
            ("2000-12-31t23:59:59z", Some(978_307_199)),
            ("2026-13-01", None),
            ("2026-1-01", None),
            ("2026-11-22T25:00:00Z", None),
            ("2026-11-22T01:00:00", None),
            ("today", None),
        ] {
            assert_eq!(parse_time(text).ok(), want, "{text}");
        }
    }
}
