//! The names that certificates are made out to.

/// Whether a name of a certificate covers a host: it is the same, or a wildcard that stands for
/// exactly one label (RFC 6125, section 6.4.3). The host is in lower case.
pub(in crate::facts) fn covers(name: &str, host: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    match name.strip_prefix("*.") {
        Some(domain) => host
            .split_once('.')
            .is_some_and(|(label, rest)| !label.is_empty() && rest.eq_ignore_ascii_case(domain)),
        None => name.eq_ignore_ascii_case(host),
    }
}

/// A name by which [`covers`] can be looked up: that of a host is its own, or the wildcard of the
/// domain around it.
pub(super) fn comparable(name: &str) -> String {
    name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase()
}

/// Whether a name is a wildcard.
pub(super) fn is_wildcard(name: &str) -> bool {
    name.starts_with("*.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wildcard_matches_one_label() {
        for (name, host, covered) in [
            ("mimir.example.com", "mimir.example.com", true),
            ("Mimir.example.com.", "mimir.example.com", true),
            ("*.example.com", "mimir.example.com", true),
            ("*.Example.com", "mimir.example.com", true),
            ("10.0.0.1", "10.0.0.1", true),
            ("*.example.com", "a.mimir.example.com", false),
            ("*.example.com", "example.com", false),
            ("*.com", "mimir.example.com", false),
            ("*", "mimir", false),
            ("", "mimir", false),
            ("m*.example.com", "mimir.example.com", false),
            ("example.com", "mimir.example.com", false),
        ] {
            assert_eq!(covers(name, host), covered, "{name} {host}");
        }
    }
}
