//! URLs, as Go's `net/url.Parse` reads them.
//!
//! It rejects little: relative references, missing schemes and the empty text are URLs to it. The
//! rules are those of Go 1.26 as Prometheus is built: only IPv6 addresses in square brackets, but
//! several colons in a host (`http://a:80:90`, `http://::1`), since the `go` line of its go.mod is
//! older than 1.26 and so sets `urlstrictcolons=0`. Such a host can't be dialed.
//!
//! A message never quotes more of a URL than an escape outside of the credentials or a single
//! character of the host, since any part of it can hold a password that was not escaped.

use super::ip::{self, Literal};
use crate::Fault;

/// The parts of a URL as they are written: nothing is decoded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GoUrl<'t> {
    /// What precedes the first colon, in its own case; empty if there is no scheme.
    pub scheme: &'t str,
    /// All between scheme and query, if it does not begin with a slash (`mailto:a@b`).
    pub opaque: &'t str,
    /// What precedes the last `@` of the authority.
    pub userinfo: Option<&'t str>,
    /// The host with its port.
    pub host: &'t str,
    /// The path with its leading slash.
    pub path: &'t str,
    /// What follows the first `?`.
    pub raw_query: &'t str,
    /// What follows the first `#`.
    pub fragment: &'t str,
}

impl<'t> GoUrl<'t> {
    /// Whether the scheme is `name`, which is given in lower case. Go compares without case.
    /// `url.Parse` lowers the scheme ("`strings.ToLower`" in net/url), so that `HTTP://` is http.
    #[must_use]
    pub fn has_scheme(&self, name: &str) -> bool {
        self.scheme.eq_ignore_ascii_case(name)
    }

    /// The host without port and without square brackets.
    /// Imitates `url.URL.Hostname`.
    #[must_use]
    pub fn hostname(&self) -> &'t str {
        if let Some(rest) = self.host.strip_prefix('[') {
            return rest.rsplit_once(']').map_or(rest, |(name, _)| name);
        }
        self.host
            .rsplit_once(':')
            .map_or(self.host, |(name, _)| name)
    }

    /// The digits of the port, if a colon follows the host; they can be empty.
    /// Imitates `url.splitHostPort`.
    #[must_use]
    pub fn port(&self) -> Option<&'t str> {
        let after_brackets = self
            .host
            .rsplit_once(']')
            .map_or(self.host, |(_, after)| after);
        after_brackets.rsplit_once(':').map(|(_, port)| port)
    }
}

/// Reads a URL.
///
/// # Errors
/// What Go refuses to parse.
pub fn url(text: &str) -> Result<GoUrl<'_>, Fault> {
    let (before, fragment) = cut(text, '#');
    let url = without_fragment(before)?;
    check_escapes(fragment, before.len() + 1, Component::Fragment)?;
    Ok(GoUrl { fragment, ..url })
}

/// Imitates `url.parse` without `viaRequest`.
fn without_fragment(text: &str) -> Result<GoUrl<'_>, Fault> {
    if let Some(at) = text.bytes().position(|b| b.is_ascii_control()) {
        return Err(
            Fault::new(at, at + 1, "cannot be parsed: invalid control character")
                .help("remove it; a line break may be in the quotes"),
        );
    }
    // `url.parse` has this case for `OPTIONS *`, so that the text is a path.
    if text == "*" {
        return Ok(GoUrl {
            path: text,
            ..GoUrl::default()
        });
    }
    let scheme = scheme(text)?;
    let rest_at = scheme.map_or(0, |scheme| scheme.len() + 1);
    let (rest, raw_query) = cut(text.get(rest_at..).unwrap_or_default(), '?');
    let url = GoUrl {
        scheme: scheme.unwrap_or_default(),
        raw_query,
        ..GoUrl::default()
    };
    if !rest.starts_with('/') {
        if scheme.is_some() {
            return Ok(GoUrl {
                opaque: rest,
                ..url
            });
        }
        colon_in_first_segment(rest)?;
    }
    let slashes = rest.strip_prefix("//").filter(|after| {
        // Without a scheme, three slashes are a path.
        scheme.is_some() || !after.starts_with('/')
    });
    let Some(after) = slashes else {
        check_escapes(rest, rest_at, Component::Path)?;
        return Ok(GoUrl { path: rest, ..url });
    };
    let (authority, path) = after.split_at(after.find('/').unwrap_or(after.len()));
    let authority_at = rest_at + 2;
    let (userinfo, host) = authority
        .rsplit_once('@')
        .map_or((None, authority), |(userinfo, host)| (Some(userinfo), host));
    check_host(host, authority_at + authority.len() - host.len())?;
    if let Some(userinfo) = userinfo {
        check_userinfo(userinfo, authority_at)?;
    }
    check_escapes(path, authority_at + authority.len(), Component::Path)?;
    Ok(GoUrl {
        userinfo,
        host,
        path,
        ..url
    })
}

/// The text before a character and after it.
fn cut(text: &str, c: char) -> (&str, &str) {
    text.split_once(c).unwrap_or((text, ""))
}

/// The scheme, if the text begins with one.
/// Imitates `url.getScheme`: an invalid character before the colon means that there is none.
fn scheme(text: &str) -> Result<Option<&str>, Fault> {
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || "+-.".contains(c)));
    let Some((scheme, rest)) = end.and_then(|end| text.split_at_checked(end)) else {
        return Ok(None);
    };
    if !rest.starts_with(':') {
        return Ok(None);
    }
    match scheme.bytes().next() {
        None => Err(
            Fault::new(0, 1, "cannot be parsed: missing scheme before the colon")
                .help("write it like `http://host:port`"),
        ),
        Some(first) => Ok(first.is_ascii_alphabetic().then_some(scheme)),
    }
}

/// "first path segment in URL cannot contain colon" (`url.parse`, RFC 3986 section 3.3).
fn colon_in_first_segment(path: &str) -> Result<(), Fault> {
    let segment = path.split('/').next().unwrap_or_default();
    let Some(at) = segment.find(':') else {
        return Ok(());
    };
    let message = "cannot be parsed: the first path segment contains a colon";
    let text = segment.trim_start();
    if text.len() < segment.len() {
        let fault = Fault::new(0, segment.len() - text.len(), message);
        return Err(fault.surely("").help("remove the space before it"));
    }
    let (host, port) = segment.split_at_checked(at).unwrap_or_default();
    let is_port = port.len() > 1 && port.bytes().skip(1).all(|c| c.is_ascii_digit());
    let right = match is_port {
        true => scheme_of(host, port),
        false => None,
    };
    let Some((scheme, is_sure)) = right else {
        let hint = "write the scheme first, such as `https://`";
        return Err(Fault::new(at, at + 1, message).help(hint));
    };
    let fault = Fault::new(0, at + 1, message);
    let right = format!("{scheme}://{host}:");
    let fault = match is_sure {
        true => fault.surely(right),
        false => fault.perhaps(right),
    };
    Err(fault.help(format!("write the scheme first: `{scheme}://`")))
}

/// The scheme that a host and its port without one are meant for, and whether that is sure. Addresses of private
/// networks and names without a dot are seldom asked over TLS.
fn scheme_of(host: &str, port: &str) -> Option<(&'static str, bool)> {
    let is_tls = matches!(port, ":443" | ":8443");
    if let Ok(address) = host.parse::<std::net::Ipv4Addr>() {
        let is_near = address.is_private() || address.is_loopback();
        return Some(match is_tls {
            true => ("https", false),
            false => ("http", is_near),
        });
    }
    let is_name = !host.is_empty()
        && host
            .bytes()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_'))
        && !host.bytes().all(|c| c.is_ascii_digit());
    is_name.then_some(match is_tls {
        true => ("https", false),
        false => ("http", true),
    })
}

/// A part of a URL with its own rules for escapes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Component {
    Userinfo,
    Host,
    Zone,
    Path,
    Fragment,
}

/// Checks the percent escapes of a part, and in hosts the characters.
/// Imitates `url.unescape`.
fn check_escapes(text: &str, offset: usize, component: Component) -> Result<(), Fault> {
    let in_host = matches!(component, Component::Host | Component::Zone);
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let mut step = 1;
        if byte == b'%' {
            let value = escape_at(bytes, at);
            if !value.is_some_and(|value| component.allows_escape(value)) {
                return Err(bad_escape(text, at, value.is_some(), component).shifted(offset));
            }
            step = 3;
        } else if in_host && byte.is_ascii() && !is_host_byte(byte) {
            let message = format!(
                "cannot be parsed: invalid character {:?} in the host",
                char::from(byte)
            );
            let fault = Fault::new(offset + at, offset + at + 1, message);
            return Err(fault.help("remove it, or correct the host"));
        }
        at += step;
    }
    Ok(())
}

/// The byte that the escape at a place stands for.
fn escape_at(bytes: &[u8], at: usize) -> Option<u8> {
    let digit = |offset: usize| char::from(*bytes.get(at + offset)?).to_digit(16);
    u8::try_from(digit(1)? * 16 + digit(2)?).ok()
}

impl Component {
    /// In hosts only bytes beyond ASCII may be escaped; a zone may also escape what it could hold
    /// as it is, and spaces.
    /// Imitates the case `%` of `url.unescape`, which cites RFC 6874 for zones.
    fn allows_escape(self, value: u8) -> bool {
        match self {
            Self::Host => value == b'%' || !value.is_ascii(),
            Self::Zone => value == b'%' || value == b' ' || is_host_byte(value),
            Self::Userinfo | Self::Path | Self::Fragment => true,
        }
    }
}

fn bad_escape(text: &str, at: usize, well_formed: bool, component: Component) -> Fault {
    let escape: String = text.get(at..).unwrap_or_default().chars().take(3).collect();
    let quoted = match component {
        Component::Userinfo => String::new(),
        _ => format!(" {escape:?}"),
    };
    let hint = if well_formed {
        "in a host, escape only non-ASCII bytes"
    } else {
        "write a literal percent sign as `%25`"
    };
    Fault::new(
        at,
        at + escape.len(),
        format!("cannot be parsed: invalid URL escape{quoted}"),
    )
    .help(hint)
}

/// What may be in a host as it is.
/// Imitates `url.shouldEscape` with `encodeHost`, which also lets brackets and quotes pass.
fn is_host_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!$&'()*+,;=:[]<>\"-_.~".contains(&byte)
}

/// What may be in front of the `@`.
/// Imitates `url.validUserinfo`.
fn is_userinfo_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-._:~!$&'()*+,;=%@".contains(c)
}

/// `url.parseAuthority` checks the characters before the escapes, so that the first of the two
/// faults is reported.
fn check_userinfo(userinfo: &str, offset: usize) -> Result<(), Fault> {
    if let Some((at, c)) = userinfo.char_indices().find(|(_, c)| !is_userinfo_char(*c)) {
        return Err(Fault::new(
            offset + at,
            offset + at + c.len_utf8(),
            "cannot be parsed: this character is not valid in the user info",
        )
        .help("use `basic_auth`, or percent-encode this character"));
    }
    check_escapes(userinfo, offset, Component::Userinfo)
}

/// Imitates `url.parseHost`.
fn check_host(host: &str, offset: usize) -> Result<(), Fault> {
    match host.rfind('[') {
        Some(0) => check_bracketed(host).map_err(|fault| fault.shifted(offset)),
        Some(at) => Err(Fault::new(
            offset + at,
            offset + at + 1,
            "cannot be parsed: unexpected bracket inside the host",
        )
        .help("write brackets around an IPv6 address alone")),
        None => {
            // Text before the last colon is not looked at: some schemes list several hosts.
            if let Some(colon) = host.rfind(':') {
                check_port(host, colon).map_err(|fault| fault.shifted(offset))?;
            }
            check_escapes(host, offset, Component::Host)
        }
    }
}

/// Checks what is from `at` on: nothing, or a colon and digits.
/// Imitates `url.validOptionalPort`.
fn check_port(host: &str, at: usize) -> Result<(), Fault> {
    let port = host.get(at..).unwrap_or_default();
    let good = port.is_empty()
        || port
            .strip_prefix(':')
            .is_some_and(|digits| digits.bytes().all(|b| b.is_ascii_digit()));
    if good {
        return Ok(());
    }
    Err(Fault::new(
        at,
        host.len(),
        "cannot be parsed: the port contains something other than digits",
    )
    .help("write digits after the last colon of the host"))
}

/// The case `[` of `url.parseHost`: the zone begins at `%25`.
fn check_bracketed(host: &str) -> Result<(), Fault> {
    let Some(close) = host.rfind(']') else {
        return Err(
            Fault::new(0, host.len(), "cannot be parsed: missing `]` in the host")
                .help("close the address with `]`"),
        );
    };
    check_port(host, close + 1)?;
    let name = host.get(1..close).unwrap_or_default();
    let (address, zone) = name.split_at(name.find("%25").unwrap_or(name.len()));
    check_escapes(address, 1, Component::Host)?;
    check_escapes(zone, 1 + address.len(), Component::Zone)?;
    match ip::literal(&unescaped(name)) {
        Literal::V6 => Ok(()),
        Literal::V4 => Err(Fault::new(
            1,
            close,
            "cannot be parsed: an IPv4 address has no brackets",
        )
        .help("remove the brackets")),
        Literal::Neither => Err(Fault::new(
            1,
            close,
            "cannot be parsed: only an IPv6 address can have brackets",
        )
        .help("remove the brackets")),
    }
}

fn unescaped(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let value = (byte == b'%').then(|| escape_at(bytes, at)).flatten();
        out.push(value.unwrap_or(byte));
        at += if value.is_some() { 3 } else { 1 };
    }
    out
}

#[cfg(test)]
mod tests;
