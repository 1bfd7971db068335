//! IPv6 literals, as `net/netip.ParseAddr` reads them.

use std::net::{Ipv4Addr, Ipv6Addr};

/// What Go says of a text in square brackets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Literal {
    /// An IPv6 address, with or without a zone.
    V6,
    /// An IPv4 address, which does not belong in brackets.
    V4,
    /// No address.
    Neither,
}

/// Reads the text between square brackets, with its percent escapes decoded.
pub(super) fn literal(text: &[u8]) -> Literal {
    let (address, zone) = match text.iter().position(|b| *b == b'%') {
        Some(at) => match text.split_at_checked(at) {
            Some((address, zone)) => (address, Some(zone)),
            None => return Literal::Neither,
        },
        None => (text, None),
    };
    let Ok(address) = std::str::from_utf8(address) else {
        return Literal::Neither;
    };
    // `netip.ParseAddr` rejects it with "zone must be a non-empty string", so that it is not an
    // address.
    // Zone and its `%` together: one byte is a zone without a name.
    let zone_is_named = zone.is_none_or(|zone| zone.len() > 1);
    if zone_is_named && address.parse::<Ipv6Addr>().is_ok() {
        Literal::V6
    // Told apart since `url.parseHost` has words of its own for an IPv4 address in brackets.
    } else if zone.is_none() && address.parse::<Ipv4Addr>().is_ok() {
        Literal::V4
    } else {
        Literal::Neither
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals() {
        use Literal::{Neither, V4, V6};
        for (text, expected) in [
            ("::", V6),
            ("::1", V6),
            ("fe80::1%en0", V6),
            ("::ffff:1.2.3.4", V6),
            ("1:2:3:4:5:6:7:8", V6),
            ("1:2:3:4:5:6:7::", V6),
            ("1:2:3:4:5:6:1.2.3.4", V6),
            ("::ffff:1.2.3.4%a", V6),
            ("1.2.3.4", V4),
            ("", Neither),
            ("a", Neither),
            (":", Neither),
            (":::", Neither),
            ("::1%", Neither),
            ("%en0", Neither),
            ("1.2.3.4%en0", Neither),
            ("1:2:3:4:5:6:7:8::", Neither),
            ("1::2::3", Neither),
            ("12345::", Neither),
            ("00001::", Neither),
            ("::1.2.3", Neither),
            ("::1.2.3.04", Neither),
            ("::1.2.3.256", Neither),
            ("1:2:3:4:5:6:7:1.2.3.4", Neither),
            ("::g", Neither),
            ("::1 ", Neither),
        ] {
            assert_eq!(literal(text.as_bytes()), expected, "{text}");
        }
        assert_eq!(literal(b"::1\xff"), Neither);
    }
}
