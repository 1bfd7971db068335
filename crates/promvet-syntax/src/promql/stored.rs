//! Values of `le` and `quantile` as Prometheus 3 stores them.

/// The form in which Prometheus 3 stores a number, if it is another one
/// (`labels.FormatOpenMetricsFloat`: `%g` of Go, with `.0` where no dot or exponent is).
#[must_use]
pub fn stored_form(text: &str) -> Option<String> {
    let digits = text.bytes().any(|byte| byte.is_ascii_digit());
    let plain = text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || b".+-eE".contains(&byte));
    let value = text
        .parse::<f64>()
        .ok()
        .filter(|value| digits && plain && value.is_finite())?;
    let shortest = format!("{value:e}");
    let (mantissa, exponent) = shortest.split_once('e')?;
    let exponent: i32 = exponent.parse().ok()?;
    // The range in which `%g` writes no exponent is that of the shortest form
    // (`strconv.FormatFloat` with `'g'` and precision -1: "use precision 6 for this decision").
    let out = if (-4..6).contains(&exponent) {
        let out = format!("{value}");
        if out.contains('.') { out } else { out + ".0" }
    } else {
        let sign = if exponent < 0 { '-' } else { '+' };
        format!("{mantissa}e{sign}{:02}", exponent.abs())
    };
    (out != text).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_stored_in_one_form() {
        for (text, want) in [
            ("1", Some("1.0")),
            ("0", Some("0.0")),
            ("0.50", Some("0.5")),
            ("0.5", None),
            ("1.0", None),
            ("-3", Some("-3.0")),
            ("2.5", None),
            ("1e3", Some("1000.0")),
            ("1e+06", None),
            ("1000000", Some("1e+06")),
            ("1234567.5", Some("1.2345675e+06")),
            ("100000", Some("100000.0")),
            ("0.00001", Some("1e-05")),
            ("+Inf", None),
            ("inf", None),
            ("x", None),
            ("", None),
        ] {
            assert_eq!(stored_form(text).as_deref(), want, "{text}");
        }
    }
}
