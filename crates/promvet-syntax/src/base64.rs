//! Base64 (RFC 4648), strict about its length and its padding.

/// Decodes the standard alphabet with padding, line breaks skipped, as Go's
/// `base64.StdEncoding.DecodeString` does (Go 1.22); none if the text is not valid.
#[must_use]
pub fn decode(text: &str) -> Option<Vec<u8>> {
    let letters: Vec<u8> = text
        .bytes()
        .filter(|byte| !matches!(byte, b'\r' | b'\n'))
        .collect();
    let padding = letters.iter().rev().take_while(|byte| **byte == b'=');
    let padding = padding.count();
    // Strict padding, since `base64.StdEncoding.DecodeString` returns `CorruptInputError` for
    // anything else.
    if !letters.len().is_multiple_of(4) || padding > 2 {
        return None;
    }
    let plain = letters.get(..letters.len() - padding)?;
    sextets(plain, |byte| match byte {
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    })
}

/// Decodes the same with any white space skipped; an empty text is not valid.
/// Kubernetes tools wrap values of a Secret with spaces, which `base64.StdEncoding.DecodeString`
/// would reject.
#[must_use]
pub fn decode_spaced(text: &str) -> Option<Vec<u8>> {
    let plain: String = text.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    if plain.is_empty() {
        return None;
    }
    decode(&plain)
}

/// Decodes base64url (section 5), padded or not, which also takes the letters of the standard
/// alphabet, as some encoders of tokens write them; an empty text is not valid.
#[must_use]
pub fn decode_url(text: &str) -> Option<Vec<u8>> {
    let plain = text.trim_end_matches('=');
    // One letter alone has six bits, so that no byte can be made of it.
    if plain.is_empty() || plain.len() % 4 == 1 {
        return None;
    }
    sextets(plain.as_bytes(), url_letter)
}

/// Whether every byte is a letter of base64url or of the standard alphabet.
#[must_use]
pub fn is_url(text: &str) -> bool {
    text.bytes().all(|byte| sextet(byte, url_letter).is_some())
}

fn url_letter(byte: u8) -> Option<u8> {
    match byte {
        b'-' | b'+' => Some(62),
        b'_' | b'/' => Some(63),
        _ => None,
    }
}

/// The bytes of letters without padding; the last group may have two or three.
fn sextets(letters: &[u8], last: fn(u8) -> Option<u8>) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(letters.len() * 3 / 4);
    for group in letters.chunks(4) {
        let mut bits = 0_u32;
        for &letter in group {
            bits = bits << 6 | u32::from(sextet(letter, last)?);
        }
        // The bits that fill up the last letter are dropped unseen, since Go checks them only in
        // `Strict` mode (`base64.Encoding.Strict`).
        let missing = 4 - group.len();
        let [_, bytes @ ..] = (bits << (6 * missing)).to_be_bytes();
        out.extend(bytes.iter().take(3_usize.saturating_sub(missing)));
    }
    Some(out)
}

/// The value of a letter; `last` knows the two that differ between alphabets.
fn sextet(byte: u8, last: fn(u8) -> Option<u8>) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        _ => last(byte),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_decoded() {
        for (text, want) in [
            ("Zg==", Some("f")),
            ("Zm8=", Some("fo")),
            ("Zm9v", Some("foo")),
            ("Zm9v\nYmFy\n", Some("foobar")),
            ("", Some("")),
            ("Zg", None),
            ("Zg=", None),
            ("Zg==Zg==", None),
            ("====", None),
            ("Z*==", None),
            ("Zm 9v", None),
            ("-_8=", None),
        ] {
            assert_eq!(decode(text).as_deref(), want.map(str::as_bytes), "{text}");
        }
    }

    #[test]
    fn white_space_is_skipped() {
        for (text, want) in [
            (" Zm9v\n\tYmFy\n", Some("foobar")),
            ("", None),
            (" \n", None),
            ("Zg=", None),
        ] {
            let decoded = decode_spaced(text);
            assert_eq!(decoded.as_deref(), want.map(str::as_bytes), "{text}");
        }
    }

    #[test]
    fn base64url_is_decoded() {
        for (text, want) in [
            ("Zg", Some(&b"f"[..])),
            ("Zg==", Some(b"f")),
            ("Zm8", Some(b"fo")),
            ("Zm9v", Some(b"foo")),
            ("Zm9vYmFy", Some(b"foobar")),
            ("-_8", Some(b"\xfb\xff")),
            ("", None),
            ("Z", None),
            ("Zm9vY", None),
            ("Zm 9v", None),
        ] {
            assert_eq!(decode_url(text).as_deref(), want, "{text}");
        }
    }
}
