//! Values that Scaleway's client checks when a configuration is loaded (scaleway-sdk-go).

use crate::Fault;
use crate::go::url;

/// The length of an access key after its `SCW`.
const ACCESS_KEY_LENGTH: usize = 17;

/// The lengths of the groups of a UUID.
const UUID_GROUPS: [usize; 5] = [8, 4, 4, 4, 12];

/// Checks `access_key`: `SCW` and 17 upper-case letters or digits.
/// Imitates `validation.IsAccessKey`.
///
/// # Errors
/// Other texts.
pub fn access_key(text: &str) -> Result<(), Fault> {
    let good = text.strip_prefix("SCW").is_some_and(|rest| {
        rest.len() == ACCESS_KEY_LENGTH
            && rest
                .bytes()
                .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
    });
    good.then_some(()).ok_or_else(|| {
        Fault::whole(text, "is not a valid access key")
            .help("write `SCW` and 17 upper-case letters or digits")
    })
}

/// Checks `secret_key` and `project_id`: a UUID with hyphens, and nothing else.
/// Imitates `validation.IsUUID`.
///
/// # Errors
/// Other texts.
pub fn uuid(text: &str) -> Result<(), Fault> {
    let mut groups = text.split('-');
    let good = UUID_GROUPS.iter().all(|length| {
        groups.next().is_some_and(|group| {
            group.len() == *length && group.bytes().all(|b| b.is_ascii_hexdigit())
        })
    });
    (good && groups.next().is_none())
        .then_some(())
        .ok_or_else(|| {
            Fault::whole(text, "is not a valid UUID")
                .help("write it as 8-4-4-4-12 hexadecimal digits")
        })
}

/// Checks `zone`: a text such as `fr-par-1`.
/// Imitates `validation.IsZone`.
///
/// # Errors
/// Other texts.
pub fn zone(text: &str) -> Result<(), Fault> {
    let mut parts = text.split('-');
    let mut letters = |count: usize| {
        parts
            .next()
            .is_some_and(|part| part.len() == count && part.bytes().all(|b| b.is_ascii_lowercase()))
    };
    let good = letters(2)
        && letters(3)
        && matches!(parts.next().map(str::as_bytes), Some([b'1'..=b'9']))
        && parts.next().is_none();
    good.then_some(()).ok_or_else(|| {
        Fault::whole(text, "is not a valid zone").help("write a zone such as `fr-par-1`")
    })
}

/// Checks `api_url`: a URL that does not end in a slash. A slash at the end is refused since the
/// client appends paths that begin with one.
///
/// # Errors
/// Other texts.
pub fn api_url(text: &str) -> Result<(), Fault> {
    url(text)?;
    if text.ends_with('/') {
        return Err(Fault::new(
            text.len() - 1,
            text.len(),
            "is not a valid API URL: it must not end in a slash",
        )
        .help("remove the slash"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn access_keys() {
        assert_eq!(access_key("SCWXXXXXXXXXXXXXXXXX"), Ok(()));
        assert_eq!(access_key("SCW01234567890ABCDEF"), Ok(()));
        for text in [
            "",
            "SCW",
            "SCWXXXXXXXXXXXXXXXXXX",
            "scwXXXXXXXXXXXXXXXXX",
            "SCWXXXXXXXXXXXXXXXXx",
        ] {
            assert!(access_key(text).is_err(), "{text}");
        }
    }

    #[test]
    fn uuids() {
        let good = "11111111-aAaA-1111-1111-111111111112";
        assert_eq!(uuid(good), Ok(()));
        for text in [
            "",
            "x",
            "11111111111111111111111111111112",
            &good.replace('2', "g"),
            &format!("\t{good}"),
            &format!("{good}-"),
        ] {
            assert!(uuid(text).is_err(), "{text}");
        }
    }

    #[test]
    fn zones_and_urls() {
        assert_eq!(zone("fr-par-1"), Ok(()));
        for text in [
            "",
            "fr-par",
            "fr-par-0",
            "fr-par-10",
            "FR-PAR-1",
            "fr-par-1-",
            "fra-par-1",
        ] {
            assert!(zone(text).is_err(), "{text}");
        }
        assert_eq!(api_url("https://api.example.com"), Ok(()));
        assert!(api_url("https://api.example.com/").is_err());
        assert!(api_url("https://a b").is_err());
    }
}
