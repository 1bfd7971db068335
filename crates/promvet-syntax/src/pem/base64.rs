//! Base64 (RFC 4648, section 4), white space ignored.

/// The bytes that a text stands for; none if it is no base64.
#[must_use]
pub fn decode(text: &str) -> Option<Vec<u8>> {
    let sextets: String = text.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    let plain = sextets.trim_end_matches('=');
    if plain.is_empty() || !sextets.len().is_multiple_of(4) || sextets.len() - plain.len() > 2 {
        return None;
    }
    let mut out = Vec::with_capacity(plain.len() * 3 / 4);
    for group in plain.as_bytes().chunks(4) {
        let mut bits = 0_u32;
        for &byte in group {
            bits = bits << 6 | sextet(byte)?;
        }
        let missing = 4 - group.len();
        bits <<= 6 * missing;
        let [_, bytes @ ..] = bits.to_be_bytes();
        out.extend(bytes.iter().take(3 - missing));
    }
    Some(out)
}

fn sextet(byte: u8) -> Option<u32> {
    let value = match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    };
    Some(value.into())
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn texts_stand_for_bytes() {
        for (text, want) in [
            ("Zg==", Some("f")),
            ("Zm8=", Some("fo")),
            ("Zm9v", Some("foo")),
            ("Zm9v\nYmFy\n", Some("foobar")),
            ("", None),
            ("Zg", None),
            ("Zg=", None),
            ("====", None),
            ("Z*==", None),
        ] {
            assert_eq!(decode(text).as_deref(), want.map(str::as_bytes), "{text}");
        }
    }
}
