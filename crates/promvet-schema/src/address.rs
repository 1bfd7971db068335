//! Addresses of targets that load and can't be scraped.

use std::ops::Range;

use crate::yaml::placeholder;

/// Why an address can't be scraped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TargetAddressFault {
    /// It begins with a scheme.
    Scheme,
    /// It has a path.
    Path,
    /// It has a user name, perhaps with a password.
    User,
    /// It has a query or a fragment.
    Query,
    /// It has white space within.
    Blank,
    /// It begins or ends with white space.
    Padding,
    /// It has a comma, which the name of no host has (Go `net.isDomainName`).
    Comma,
    /// Its port is larger than any.
    Port,
    /// It has a variable that Prometheus does not expand.
    Variable,
    /// It has another placeholder.
    Placeholder,
}

impl TargetAddressFault {
    /// Whether it is none once something fills in the file.
    #[must_use]
    pub fn is_open(self) -> bool {
        matches!(self, Self::Variable | Self::Placeholder)
    }
}

/// What keeps an address from being scraped, with its bytes. Prometheus drops a target with a slash
/// (`config.CheckTargetAddress`); it escapes other characters in the host, and Go rejects such
/// URLs. A variable comes first, since its value may have any of the other faults.
#[must_use]
pub fn address_fault(text: &str) -> Option<(TargetAddressFault, Range<usize>)> {
    if let Some(variable) = variable(text) {
        return Some((TargetAddressFault::Variable, variable));
    }
    // Whatever else has a placeholder is known only when it is filled in.
    if let Some(first) = placeholder::find_words(text).into_iter().next() {
        return Some((TargetAddressFault::Placeholder, first));
    }
    if is_plain(text) {
        return None;
    }
    // Letters before `://` only, so that `[::1]://` is not taken for one.
    let has_slash = text.contains('/');
    let scheme = has_slash.then(|| text.find("://")).flatten();
    let scheme = scheme.filter(|at| {
        let name = text.get(..*at).unwrap_or_default();
        !name.is_empty()
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'+')
    });
    if let Some(at) = scheme {
        return Some((TargetAddressFault::Scheme, 0..at + 3));
    }
    let end = text.find('/').unwrap_or(text.len());
    let before = text.get(..end).unwrap_or_default();
    // Before the path, since a password may hold a slash and the user name is what `instance`
    // shows.
    if let Some(at) = before.rfind('@') {
        return Some((TargetAddressFault::User, 0..at + 1));
    }
    if end < text.len() {
        return Some((TargetAddressFault::Path, end..text.len()));
    }
    if let Some(at) = text.find(['?', '#']) {
        return Some((TargetAddressFault::Query, at..text.len()));
    }
    let trimmed = text.trim();
    let start = text.len() - text.trim_start().len();
    if let Some(blank) = trimmed.find(char::is_whitespace) {
        let at = start + blank;
        let width = text.get(at..)?.chars().next().map_or(1, char::len_utf8);
        return Some((TargetAddressFault::Blank, at..at + width));
    }
    if start > 0 && !trimmed.is_empty() {
        return Some((TargetAddressFault::Padding, 0..start));
    }
    // Only quotes keep it, since YAML leaves white space around plain text out.
    if trimmed.len() < text.len() && !trimmed.is_empty() {
        return Some((TargetAddressFault::Padding, trimmed.len()..text.len()));
    }
    if let Some(at) = text.find(',') {
        return Some((TargetAddressFault::Comma, at..at + 1));
    }
    port(text).map(|at| (TargetAddressFault::Port, at))
}

/// Whether it is a host of letters, digits, dots and hyphens, with a port of at most four digits or without
/// one, as nearly all are.
fn is_plain(text: &str) -> bool {
    let (host, port) = text.rsplit_once(':').unwrap_or((text, ""));
    let is_host = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    port.len() <= 4 && port.bytes().all(|byte| byte.is_ascii_digit()) && host.bytes().all(is_host)
}

/// The bytes of a port above 65535, with which `net.Dial` fails ("invalid port"), or of one that is not a
/// number, with which the URL of the target is none (`validOptionalPort` of net/url). The last part of an
/// IPv6 address without brackets is not a port.
fn port(text: &str) -> Option<Range<usize>> {
    let (host, port) = text.rsplit_once(':')?;
    let is_host = !host.contains(':') || host.ends_with(']');
    let too_large = port
        .parse::<u32>()
        .map_or(true, |port| port > u32::from(u16::MAX));
    (is_host && !host.is_empty() && !port.is_empty() && too_large)
        .then_some(host.len() + 1..text.len())
}

/// The bytes of the password in `user:password@host`.
/// The last `@` counts, since a password may hold others (`url.parseAuthority` does the same).
#[must_use]
pub fn address_password(text: &str) -> Option<Range<usize>> {
    let from = text.find("://").map_or(0, |at| at + 3);
    let end = text.get(from..)?.rfind('@')? + from;
    let colon = text.get(from..end)?.find(':')? + from + 1;
    (colon < end).then_some(colon..end)
}

/// `$NAME`, the form of a shell: Prometheus expands it in `external_labels` only. Unlike
/// `${NAME}`, it is not in the vocabulary of placeholders, where it may be a group of a pattern.
fn variable(text: &str) -> Option<Range<usize>> {
    let at = text.find('$')?;
    let name = text.get(at + 1..)?;
    let is_name = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    let length = name.find(|c| !is_name(c)).unwrap_or(name.len());
    let long = name.get(..length)?;
    let starts = long.starts_with(|c: char| c.is_ascii_uppercase() || c == '_');
    // `$A` alone may be a group of a pattern that was pasted, so that two characters are asked for.
    (starts && long.len() > 1).then_some(at..at + 1 + length)
}

impl TargetAddressFault {
    /// What is wrong and what happens.
    #[must_use]
    pub fn message(self) -> &'static str {
        match self {
            Self::Scheme => "expected `host:port`, found a URL: Prometheus drops the target",
            Self::Path => "expected `host:port`, found a path: Prometheus drops the target",
            Self::User => {
                "expected `host:port`, found a user name: it becomes part of the host, every scrape fails, and `instance` shows it"
            }
            Self::Query => {
                "expected `host:port`, found a query: it becomes part of the host, and every scrape fails"
            }
            Self::Blank => "expected one `host:port`, found white space: every scrape fails",
            Self::Padding => {
                "white space around `host:port` becomes part of it: every scrape fails"
            }
            Self::Comma => "expected one `host:port`, found a comma: every scrape fails",
            Self::Port => "expected a number up to 65535 as the port: every scrape fails",
            Self::Variable => {
                "Prometheus does not expand variables in targets: it looks up this text as a host, and every scrape fails"
            }
            Self::Placeholder => {
                "this placeholder is not filled in: Prometheus looks it up as a host, and every scrape fails"
            }
        }
    }

    /// What to do.
    #[must_use]
    pub fn help(self) -> &'static str {
        match self {
            Self::Scheme => {
                "write `host:port`; set `scheme` and `metrics_path` in the job, or for a probe write `__address__` with a relabel rule"
            }
            Self::Path => "write `host:port`; set `metrics_path` in the job",
            Self::User => "write `host:port`; set `basic_auth` in the job",
            Self::Query => "write `host:port`; set `params` in the job",
            Self::Blank | Self::Comma => "write one list item for each target",
            Self::Padding => "delete the white space",
            Self::Port => "correct the port",
            Self::Variable | Self::Placeholder => {
                "write the address, fill the file in before Prometheus reads it, or use `file_sd_configs`"
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{TargetAddressFault, address_fault, address_password};

    #[test]
    fn addresses_that_cannot_be_scraped_differ_from_those_that_can() {
        use TargetAddressFault::{
            Blank, Comma, Padding, Path, Placeholder, Port, Query, Scheme, User, Variable,
        };
        for (text, want) in [
            ("a:9100", None),
            ("[::1]:9100", None),
            ("", None),
            ("a:65535", None),
            ("2001:db8::91000", None),
            ("${HOST}:91000", Some((Placeholder, "${HOST}"))),
            (" ", None),
            (" a:9100", Some((Padding, " "))),
            ("a:9100  ", Some((Padding, "  "))),
            ("a:91000", Some((Port, "91000"))),
            ("[::1]:65536", Some((Port, "65536"))),
            ("{{ host }}:9100", Some((Placeholder, "{{ host }}"))),
            ("{{ host }}/metrics", Some((Placeholder, "{{ host }}"))),
            ("${HOST}:9100", Some((Placeholder, "${HOST}"))),
            ("a:${PORT}", Some((Placeholder, "${PORT}"))),
            ("<host>:9100", Some((Placeholder, "<host>"))),
            ("@HOST@:9100", Some((Placeholder, "@HOST@"))),
            ("YOUR_HOST:9100", Some((Placeholder, "YOUR_HOST"))),
            ("yourself:9100", None),
            ("$1", None),
            ("a$", None),
            ("https://a", Some((Scheme, "https://"))),
            ("a:80/metrics?x=1", Some((Path, "/metrics?x=1"))),
            ("u:p@a:80", Some((User, "u:p@"))),
            ("u:p@a:80/m", Some((User, "u:p@"))),
            ("a:80?x=1", Some((Query, "?x=1"))),
            ("a:80 b:80", Some((Blank, " "))),
            ("a:80,b:80", Some((Comma, ","))),
            ("${A},b:80", Some((Placeholder, "${A}"))),
            ("$HOST:9100", Some((Variable, "$HOST"))),
            ("http://$HOST:9100", Some((Variable, "$HOST"))),
        ] {
            let found = address_fault(text);
            let found = found.map(|(fault, at)| (fault, text.get(at).unwrap_or_default()));
            assert_eq!(found, want, "{text}");
        }
    }

    #[test]
    fn a_password_is_between_the_colon_and_the_at() {
        for (text, want) in [
            ("u:p@a:80", Some("p")),
            ("http://u:p@w@a:80", Some("p@w")),
            ("u@a:80", None),
            ("u:@a:80", None),
            ("a:80", None),
        ] {
            let found = address_password(text).and_then(|at| text.get(at));
            assert_eq!(found, want, "{text}");
        }
    }
}
