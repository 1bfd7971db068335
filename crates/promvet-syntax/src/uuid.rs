//! UUIDs, in the forms that `uuid.Parse` of google/uuid reads.

use crate::Fault;

/// Checks a UUID: with hyphens, also after `urn:uuid:` or between braces, or as 32 hexadecimal
/// digits. What is in place of the braces is not looked at.
///
/// # Errors
/// Other texts.
pub fn uuid(text: &str) -> Result<(), Fault> {
    let bytes = text.as_bytes();
    let plain = match bytes.len() {
        36 => Some((bytes, 0)),
        // The length of `urn:uuid:` and a UUID, by which `uuid.Parse` decides.
        45 => match bytes.split_at_checked(9) {
            Some((prefix, rest)) if prefix.eq_ignore_ascii_case(b"urn:uuid:") => Some((rest, 9)),
            _ => {
                return Err(
                    Fault::whole(text, "is not a UUID: invalid `urn:uuid:` prefix")
                        .help("remove the prefix"),
                );
            }
        },
        // `uuid.Parse` drops the first and last character unseen, so that `[…]` passes like `{…}`.
        38 => bytes.get(1..37).map(|inside| (inside, 1)),
        32 => return digits_only(text),
        _ => None,
    };
    let Some((plain, offset)) = plain else {
        return Err(Fault::whole(
            text,
            format!("is not a UUID: invalid length {}", bytes.len()),
        )
        .help("write it as 8-4-4-4-12 hexadecimal digits"));
    };
    let bad = plain.iter().enumerate().position(|(at, byte)| {
        if matches!(at, 8 | 13 | 18 | 23) {
            *byte != b'-'
        } else {
            !byte.is_ascii_hexdigit()
        }
    });
    bad.map_or(Ok(()), |at| Err(bad_at(text, offset + at)))
}

fn digits_only(text: &str) -> Result<(), Fault> {
    let bad = text.bytes().position(|byte| !byte.is_ascii_hexdigit());
    bad.map_or(Ok(()), |at| Err(bad_at(text, at)))
}

fn bad_at(text: &str, at: usize) -> Fault {
    let mut chars = text.char_indices();
    let (from, c) = chars
        .rfind(|(from, _)| *from <= at)
        .unwrap_or((text.len(), '\0'));
    Fault::new(
        from,
        (from + c.len_utf8()).min(text.len()),
        "is not a UUID: invalid format",
    )
    .help("write it as 8-4-4-4-12 hexadecimal digits")
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "6ba7b810-9dad-11d1-80b4-00C04FD430C8";

    #[test]
    fn forms() {
        for text in [
            GOOD.to_owned(),
            format!("urn:uuid:{GOOD}"),
            format!("URN:UUID:{GOOD}"),
            format!("{{{GOOD}}}"),
            format!("x{GOOD}y"),
            GOOD.replace('-', ""),
        ] {
            assert_eq!(uuid(&text), Ok(()), "{text}");
        }
        for (text, place) in [
            (String::new(), 0..0),
            ("x".to_owned(), 0..1),
            (format!("urn-uuid:{GOOD}"), 0..45),
            (GOOD.replacen('-', "0", 1), 8..9),
            (GOOD.replace('b', "g"), 1..2),
            (GOOD.replace('-', "").replace('C', "x"), 22..23),
            (format!(" {GOOD}"), 0..37),
            (format!("{{{}}}", GOOD.replace("D4", "é")), 31..33),
        ] {
            let fault = uuid(&text).expect_err(&text);
            assert_eq!(fault.from..fault.to, place, "{text}: {fault}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics(text in "[é0-9a-f-]{30,46}") {
            if let Err(fault) = uuid(&text) {
                assert!(text.get(fault.from..fault.to).is_some());
            }
        }
    }
}
