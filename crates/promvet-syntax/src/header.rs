//! Names of HTTP headers: Go's canonical form, and those that Prometheus keeps for itself.

use crate::Fault;

/// Headers that no section lets a user set, in lower case.
/// From `config.reservedHeaders` of Prometheus, signatures of AWS included.
const RESERVED: &[&str] = &[
    "accept-encoding",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "host",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "user-agent",
    "www-authenticate",
    "x-amz-content-sha256",
    "x-amz-date",
    "x-amz-security-token",
    "x-prometheus-remote-read-version",
    "x-prometheus-remote-write-version",
];

/// Reserved in `http_headers` besides [`RESERVED`], in canonical form.
/// From `config.ReservedHeaders` of prometheus/common (config/headers.go).
const RESERVED_FOR_CLIENTS: &[&str] = &["Authorization", "X-Prometheus-Scrape-Timeout-Seconds"];

/// Checks the name of a header in `headers` of remote write, remote read or tracing, where any
/// spelling of a reserved name is refused.
///
/// # Errors
/// `Authorization` and reserved names.
pub fn custom(name: &str) -> Result<(), Fault> {
    let lower = name.to_lowercase();
    if lower == "authorization" {
        return Err(Fault::whole(
            name,
            "is not allowed here: `authorization`, `basic_auth` and their like set this header",
        )
        .help("remove it, and set the credential in one of those sections"));
    }
    if RESERVED.contains(&lower.as_str()) {
        return Err(reserved(name));
    }
    Ok(())
}

/// Checks the name of a header in `http_headers`, where names are compared in canonical form.
///
/// # Errors
/// Reserved names.
pub fn of_client(name: &str) -> Result<(), Fault> {
    let canonical = canonical(name);
    let is_reserved = RESERVED.contains(&canonical.to_ascii_lowercase().as_str())
        || RESERVED_FOR_CLIENTS.contains(&canonical.as_str());
    if is_reserved {
        return Err(reserved(name));
    }
    Ok(())
}

fn reserved(name: &str) -> Fault {
    let fault = Fault::whole(name, "is a header that Prometheus sets itself");
    fault.help("remove it")
}

/// Go's `textproto.CanonicalMIMEHeaderKey`: words begin with a capital. A name with characters
/// that no header has, spaces included, stays as it is.
#[must_use]
pub fn canonical(name: &str) -> String {
    if !name.bytes().all(is_token_byte) {
        return name.to_owned();
    }
    let mut first = true;
    name.chars()
        .map(|c| {
            let capital = std::mem::replace(&mut first, c == '-');
            if capital {
                c.to_ascii_uppercase()
            } else {
                c.to_ascii_lowercase()
            }
        })
        .collect()
}

/// What may be in a header's name (RFC 9110, token).
fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn canonical_forms() {
        for (name, expected) in [
            ("", ""),
            ("host", "Host"),
            ("X-SCOPE-orgid", "X-Scope-Orgid"),
            ("x--a", "X--A"),
            ("www-authenticate", "Www-Authenticate"),
            ("bad name", "bad name"),
            ("bäd", "bäd"),
            ("a:b", "a:b"),
        ] {
            assert_eq!(canonical(name), expected, "{name}");
        }
    }

    #[test]
    fn reserved_in_custom_headers() {
        for name in [
            "Authorization",
            "AUTHORIZATION",
            "hOsT",
            "Content-Length",
            "X-Amz-Date",
        ] {
            let fault = custom(name).expect_err(name);
            assert_eq!(fault.from..fault.to, 0..name.len());
        }
        for name in [
            "X-Scope-OrgID",
            "",
            "host ",
            "X-Prometheus-Scrape-Timeout-Seconds",
            "Content",
        ] {
            assert_eq!(custom(name), Ok(()), "{name}");
        }
    }

    #[test]
    fn reserved_in_client_headers() {
        for name in [
            "authorization",
            "HOST",
            "www-authenticate",
            "x-prometheus-scrape-timeout-seconds",
            "X-AMZ-CONTENT-SHA256",
        ] {
            assert!(of_client(name).is_err(), "{name}");
        }
        for name in ["X-Scope-OrgID", "", "host ", "Hôst"] {
            assert_eq!(of_client(name), Ok(()), "{name}");
        }
    }
}
