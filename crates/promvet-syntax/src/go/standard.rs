//! Values as Go's standard library reads them, which programs other than Prometheus use for theirs.

/// A truth value, as `strconv.ParseBool` reads it.
#[must_use]
pub fn truth(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Some(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Some(false),
        _ => None,
    }
}

/// The units of `time.ParseDuration` (`time/format.go`, `unitMap`); both signs for a millionth count.
const UNITS: &[&str] = &["ns", "us", "µs", "μs", "ms", "s", "m", "h"];

/// Whether `time.ParseDuration` reads a text; one that is out of range counts.
#[must_use]
pub fn is_duration(text: &str) -> bool {
    let mut rest = text.strip_prefix(['-', '+']).unwrap_or(text);
    if rest == "0" {
        return true;
    }
    if rest.is_empty() {
        return false;
    }
    let is_of_number = |c: char| c.is_ascii_digit() || c == '.';
    while !rest.is_empty() {
        let behind = rest.trim_start_matches(is_of_number);
        let number = rest.strip_suffix(behind).unwrap_or_default();
        let has_digit = number.contains(|c: char| c.is_ascii_digit());
        let end = behind.find(is_of_number).unwrap_or(behind.len());
        let (unit, after) = behind.split_at(end);
        if !has_digit || number.matches('.').count() > 1 || !UNITS.contains(&unit) {
            return false;
        }
        rest = after;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_of_the_standard_library_have_no_days() {
        for text in [
            "0", "30s", "1.5h", "1h1h", "-2m", ".5s", "10us", "1m30s", "+1ns",
        ] {
            assert!(is_duration(text), "{text}");
        }
        for text in [
            "", "30", "1d", "50 ms", "s", ".s", "1..5s", "1w", "abc", "-",
        ] {
            assert!(!is_duration(text), "{text}");
        }
    }
}
