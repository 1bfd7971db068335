//! What is wrong with a URL for every receiver.

mod structure;

use std::ops::Range;

use super::{Endpoint, host};
use crate::finding::Message;
use crate::schema::scalar;
use structure::structure;

/// One thing that is wrong with a URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UrlFault {
    /// What it is.
    pub kind: FaultKind,
    /// Where, in bytes of the text; all of the text where nothing narrower is to blame.
    pub range: Range<usize>,
    /// What is wrong and what will happen, without a secret.
    pub message: Message,
    /// The URL put right, where one form is likely; without a secret.
    pub suggestion: Option<String>,
    /// Whether that is not a guess.
    pub is_sure: bool,
    /// Whether Go's `url.Parse` rejects the text, so that Prometheus does not load the file.
    pub refused_by_go: bool,
}

/// The kinds of faults.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// Nothing is written.
    Empty,
    /// A number is written.
    Number,
    /// A path, or a word that may be one.
    Relative,
    /// A host without a scheme.
    NoScheme,
    /// A scheme that Prometheus can't send over.
    Scheme,
    /// `http:host` or `http:/host`.
    Slashes,
    /// `http://https://host`.
    TwoSchemes,
    /// A scheme without a host.
    NoHost,
    /// A host that can't be one.
    Host(HostFault),
    /// A port that can't be one.
    Port,
    /// A percent sign that encodes nothing.
    Escape,
    /// Something else that `url.Parse` rejects.
    Refused,
    /// White space or a control character.
    WhiteSpace,
    /// A fragment, which is never sent.
    Fragment,
    /// Credentials before the host.
    Userinfo,
}

/// Why a host can't be one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostFault {
    /// Two dots in a row, or one at the beginning.
    EmptyLabel,
    /// A label of more than 63 bytes.
    LongLabel,
    /// More than 253 bytes.
    LongName,
    /// A label that begins or ends with a hyphen.
    Hyphen,
    /// A sign that no name has.
    Sign(char),
    /// Numbers only, but no address.
    Ipv4,
    /// Brackets without an IPv6 address in them.
    Ipv6,
    /// More than one colon outside brackets.
    Colons,
    /// A name whose last label is a number.
    NumericEnd,
}

impl FaultKind {
    /// Whether nothing more can be said of the URL.
    #[must_use]
    pub fn is_fatal(self) -> bool {
        !matches!(self, Self::Fragment | Self::Userinfo | Self::WhiteSpace)
    }
}

impl FaultKind {
    /// What is wrong, as a predicate, for a URL that is not one of remote_write.
    #[must_use]
    pub fn predicate(self) -> &'static str {
        match self {
            Self::Empty => "is empty",
            Self::Number => "is a number",
            Self::Relative => "is a path without scheme and host",
            Self::NoScheme => "has no scheme",
            Self::Scheme => "has a scheme other than http and https",
            Self::Slashes => "lacks a slash after its scheme",
            Self::TwoSchemes => "has two schemes",
            Self::NoHost => "has no host",
            Self::Host(_) => "has a host that cannot exist",
            Self::Port => "has a port that cannot exist",
            Self::Escape => "has a percent sign that encodes nothing",
            Self::Refused => "is not a valid URL",
            Self::WhiteSpace => "contains white space",
            Self::Fragment => "has a fragment, which is never sent",
            Self::Userinfo => "contains credentials",
        }
    }
}

/// The faults of a URL, at most one that is fatal.
pub(super) fn faults(endpoint: &Endpoint) -> Vec<UrlFault> {
    let refusal = refusal(endpoint);
    let led_to = |fault: String| match refusal.is_some() {
        true => format!("{fault}: Prometheus refuses to load it").into(),
        false => Message::leading_late_to(fault, ": ", "Prometheus loads it, and every send fails"),
    };
    let white = white_space(endpoint, refusal.is_some());
    let fatal = structure(endpoint, &led_to)
        .or_else(|| host_fault(endpoint, white.as_ref()))
        .or_else(|| port(endpoint))
        .or_else(|| escape(endpoint));
    if let Some(alone) = &fatal
        && matches!(
            alone.kind,
            FaultKind::Empty | FaultKind::Number | FaultKind::Relative
        )
    {
        return fatal
            .into_iter()
            .map(|fault| UrlFault {
                refused_by_go: refusal.is_some(),
                ..fault
            })
            .collect();
    }
    let explained = fatal.is_some() || white.is_some();
    let other = refusal.clone().filter(|_| !explained);
    let mut found: Vec<UrlFault> = [fatal, white, other].into_iter().flatten().collect();
    for fault in &mut found {
        fault.refused_by_go = refusal.is_some();
    }
    found.extend(userinfo(endpoint));
    found.extend(fragment(endpoint));
    found.sort_by_key(|fault| (fault.range.start, fault.range.end));
    found
}

/// What `url.Parse` says, where nothing is filled in before it sees the text.
fn refusal(endpoint: &Endpoint) -> Option<UrlFault> {
    if !endpoint.placeholders().is_empty() {
        return None;
    }
    let fault = scalar::url(&endpoint.text).err()?;
    Some(UrlFault {
        kind: FaultKind::Refused,
        range: fault.from..fault.to,
        message: format!("the URL {}: Prometheus refuses to load it", fault.message).into(),
        suggestion: None,
        is_sure: false,
        refused_by_go: true,
    })
}

fn host_fault(endpoint: &Endpoint, white: Option<&UrlFault>) -> Option<UrlFault> {
    let piece = endpoint.host()?;
    if white.is_some_and(|white| piece.range().contains(&white.range.start)) {
        return None;
    }
    let (fault, at) = host::fault(endpoint, piece)?;
    let (name, part) = (endpoint.slice(piece), endpoint.slice(at));
    let message = match fault {
        HostFault::EmptyLabel => {
            format!("`{name}` is not a valid host: a label between two dots is empty")
        }
        HostFault::LongLabel => {
            format!(
                "`{name}` is not a valid host: `{part}` is longer than 63 bytes, the limit of a label"
            )
        }
        HostFault::LongName => "the host is longer than 253 bytes, the limit of a name".to_owned(),
        HostFault::Hyphen => {
            format!("`{name}` is not a valid host: `{part}` begins or ends with a hyphen")
        }
        HostFault::Sign(sign) => format!("`{name}` is not a valid host: {sign:?} is not allowed"),
        HostFault::Ipv4 => {
            format!("`{name}` is not an IPv4 address: expected four numbers from 0 to 255")
        }
        HostFault::Ipv6 => format!("`{name}` is not an IPv6 address"),
        HostFault::Colons => {
            format!(
                "`{name}` is not a valid host: it contains a colon, and an IPv6 address needs \
                 brackets"
            )
        }
        HostFault::NumericEnd => {
            format!(
                "`{name}` is not a valid host: a name does not end in a number, and an address \
                 has four"
            )
        }
    };
    Some(UrlFault {
        kind: FaultKind::Host(fault),
        range: at.range(),
        message: message.into(),
        suggestion: None,
        is_sure: false,
        refused_by_go: false,
    })
}

fn port(endpoint: &Endpoint) -> Option<UrlFault> {
    let piece = endpoint.port()?;
    let text = endpoint.slice(piece);
    if text.is_empty() || endpoint.is_templated(piece) {
        return None;
    }
    // `url.validOptionalPort` lets any digits pass; `net.Resolver.LookupPort` rejects those above
    // 65535 when Prometheus connects.
    let number = text.bytes().all(|b| b.is_ascii_digit());
    let fits = number && text.parse::<u16>().is_ok_and(|port| port > 0);
    (!fits).then(|| UrlFault {
        kind: FaultKind::Port,
        range: piece.range(),
        message: format!("`{text}` is not a port: expected a number from 1 to 65535").into(),
        suggestion: None,
        is_sure: false,
        refused_by_go: false,
    })
}

fn escape(endpoint: &Endpoint) -> Option<UrlFault> {
    let start = endpoint.path().start;
    let end = endpoint
        .query()
        .map_or(endpoint.path().end, |query| query.start);
    let path = endpoint.masked.get(start..end)?;
    let (at, _) = path.match_indices('%').find(|&(at, _)| {
        let two = path.as_bytes().get(at + 1..at + 3);
        !two.is_some_and(|two| two.iter().all(u8::is_ascii_hexdigit))
    })?;
    let length: usize = path.get(at..)?.chars().take(3).map(char::len_utf8).sum();
    let range = start + at..start + at + length;
    let shown = endpoint.text.get(range.clone()).unwrap_or("%");
    Some(UrlFault {
        kind: FaultKind::Escape,
        message: format!(
            "`{shown}` is not a percent-encoding (`%` and two hexadecimal digits): Prometheus \
             refuses to load it"
        )
        .into(),
        range,
        suggestion: None,
        is_sure: false,
        refused_by_go: false,
    })
}

/// `http.send` makes a header of the userinfo before the client's round trippers run, and those leave
/// a header that is there alone (`basicAuthRoundTripper.RoundTrip`, prometheus/common 0.70).
fn userinfo(endpoint: &Endpoint) -> Option<UrlFault> {
    let piece = endpoint.userinfo().filter(|piece| !piece.is_empty())?;
    Some(UrlFault {
        kind: FaultKind::Userinfo,
        range: piece.range(),
        message: "the URL holds credentials: they override `basic_auth` and `authorization`, \
            and Prometheus shows them in its own metrics"
            .into(),
        suggestion: endpoint.scheme().map(|_| endpoint.redacted()),
        is_sure: true,
        refused_by_go: false,
    })
}

fn fragment(endpoint: &Endpoint) -> Option<UrlFault> {
    let piece = endpoint.fragment()?;
    // `https://user:pass#word@host`: without what follows, the host would be lost.
    let is_password = endpoint.slice(piece).contains('@');
    let message = match is_password {
        true => "`#` ends the URL, and the host after it is lost; in a password, write `%23`",
        false => "the part after `#` is never sent to the receiver",
    };
    Some(UrlFault {
        kind: FaultKind::Fragment,
        range: piece.start - 1..piece.end,
        message: message.into(),
        suggestion: (!is_password).then(|| endpoint.without_secrets(0, piece.start - 1)),
        is_sure: true,
        refused_by_go: false,
    })
}

fn white_space(endpoint: &Endpoint, refused: bool) -> Option<UrlFault> {
    let text = &endpoint.masked;
    let is_white = |c: char| c.is_whitespace() || c.is_control() && c != super::MASK;
    let start = text.find(is_white)?;
    let rest = text.get(start..)?;
    let length = rest.find(|c| !is_white(c)).unwrap_or(rest.len());
    let end = start + length;
    let (first, last) = (start == 0, end == text.len());
    if first && last {
        return None;
    }
    let place = match (first, last) {
        (true, _) => "white space before the URL",
        (_, true) => "white space after the URL",
        _ => "white space in the URL",
    };
    // `url.Parse` rejects control characters (`url.stringContainsCTLByte`) and blanks in a host, and
    // escapes a blank in a path.
    let outcome = if refused {
        "Prometheus refuses to load it"
    } else {
        "Prometheus sends it as %20, and the receiver has no such path"
    };
    let around = first || last;
    Some(UrlFault {
        kind: FaultKind::WhiteSpace,
        range: start..end,
        message: format!("{place}: {outcome}").into(),
        suggestion: around
            .then(|| endpoint.redacted().trim().to_owned())
            .filter(|trimmed| !trimmed.contains(char::is_whitespace)),
        is_sure: true,
        refused_by_go: refused,
    })
}
