//! What a host can't be: the checks of Go's resolver, before it asks anyone (`net.isDomainName`, Go
//! 1.19).

use std::net::{Ipv4Addr, Ipv6Addr};

use super::{Endpoint, HostFault, MASK, UrlPiece};

/// What is wrong with the host of a URL, and where.
pub(super) fn fault(endpoint: &Endpoint, host: UrlPiece) -> Option<(HostFault, UrlPiece)> {
    let text = endpoint.masked(host);
    if text.starts_with('[') {
        let inner = text.strip_prefix('[')?.strip_suffix(']');
        let address = inner.and_then(|inner| inner.split("%25").next());
        let is_address = address
            .is_some_and(|address| address.contains(MASK) || address.parse::<Ipv6Addr>().is_ok());
        return (!is_address).then_some((HostFault::Ipv6, host));
    }
    if text.contains(':') {
        return Some((HostFault::Colons, host));
    }
    let sign = text.char_indices().find(|&(_, c)| !may_stand_in_a_name(c));
    if let Some((at, sign)) = sign {
        let start = host.start + at;
        let piece = UrlPiece {
            start,
            end: start + sign.len_utf8(),
        };
        return Some((HostFault::Sign(sign), piece));
    }
    if text.parse::<Ipv4Addr>().is_ok() {
        return None;
    }
    labels(endpoint, host)
}

fn labels(endpoint: &Endpoint, host: UrlPiece) -> Option<(HostFault, UrlPiece)> {
    let templated = endpoint.is_templated(host);
    for &label in endpoint.labels() {
        let text = endpoint.masked(label);
        if text.is_empty() {
            return Some((HostFault::EmptyLabel, host));
        }
        if text.contains(MASK) {
            continue;
        }
        if text.len() > 63 {
            return Some((HostFault::LongLabel, label));
        }
        if text.starts_with('-') || text.ends_with('-') {
            return Some((HostFault::Hyphen, label));
        }
    }
    let last = endpoint.labels().last().map_or("", |&l| endpoint.masked(l));
    // No top-level domain is all digits (RFC 3696, 2), so that this is a slip in an address.
    if is_number(last) {
        let all = endpoint.labels().iter().all(|&label| {
            let text = endpoint.masked(label);
            text.contains(MASK) || is_number(text)
        });
        return match (all, templated) {
            (true, true) => None,
            (true, false) => Some((HostFault::Ipv4, host)),
            (false, _) => Some((HostFault::NumericEnd, host)),
        };
    }
    // "254 is not rejected if the last character is a dot" (`net.isDomainName`).
    (!templated && host.end - host.start > 254).then_some((HostFault::LongName, host))
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// Letters of any script (`http.idnaASCII` turns them into punycode), digits, and the underscore,
/// which the DNS carries and cluster names use.
fn may_stand_in_a_name(c: char) -> bool {
    c == MASK || c.is_alphanumeric() || matches!(c, '-' | '.' | '_')
}
