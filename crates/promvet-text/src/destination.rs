//! Destinations in the paths of keys that fingerprints are made of.
//!
//! An endpoint with a name goes by it, and where it sends follows the name between two control
//! characters that no key has without an escape: so a path as it was before can be had too.

const OPEN: char = '\u{1f}';
const CLOSE: char = '\u{1e}';
/// Around what version 1 lacks, and around what only version 1 has.
const NOW: (char, char) = ('\u{1d}', '\u{1c}');
const BEFORE: (char, char) = ('\u{1a}', '\u{19}');

/// Where a URL leads, as it follows a name: scheme, host and path, without what may be secret.
/// Empty where the two cannot be told apart.
#[must_use]
pub fn destination(url: &str) -> String {
    let (bare, rest) = url.split_at(url.find(['?', '#']).unwrap_or(url.len()));
    let (scheme, after) = match bare.split_once("://") {
        Some((scheme, after)) if scheme.bytes().all(|byte| byte.is_ascii_alphanumeric()) => {
            (scheme, after)
        }
        _ => ("", bare),
    };
    let place = behind_userinfo(after);
    // A password with `?` or `#` in it ends the part in which its `@` is looked for.
    let port = after
        .split('/')
        .next()
        .and_then(|host| host.rsplit_once(':'));
    let is_port = port.is_none_or(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()));
    if !after.contains('@') && rest.contains('@') && !is_port {
        return String::new();
    }
    format!("{OPEN}{scheme}://{place}{CLOSE}")
}

/// What follows the user and the password of a URL; an escaped `@` counts as one, since
/// some escape the whole URL.
#[must_use]
pub fn behind_userinfo(url: &str) -> &str {
    let last = url.rsplit('@').next().unwrap_or(url);
    last.rsplit("%40").next().unwrap_or(last)
}

/// A part of a path that paths of version 1 lack.
#[must_use]
pub fn only_now(part: &str) -> String {
    marked(NOW, part)
}

/// A part of a path that only paths of version 1 have.
#[must_use]
pub fn only_before(part: &str) -> String {
    marked(BEFORE, part)
}

fn marked((open, close): (char, char), part: &str) -> String {
    let part = part.replace(|c: char| c.is_control(), "\u{fffd}");
    format!("{open}{part}{close}")
}

/// A path without the parts between marks.
fn without(path: &str, left_out: &[(char, char)]) -> String {
    let mut out = String::with_capacity(path.len());
    let mut until = None;
    for c in path.chars() {
        match until {
            Some(close) if c == close => until = None,
            Some(_) => {}
            None => match left_out.iter().find(|(open, _)| *open == c) {
                Some((_, close)) => until = Some(*close),
                None => out.push(c),
            },
        }
    }
    out
}

/// A path of keys as version 1 has it, which is without destinations.
#[must_use]
pub fn without_destinations(path: &str) -> String {
    without(path, &[(OPEN, CLOSE), NOW]).replace([BEFORE.0, BEFORE.1], "")
}

/// A path of keys as fingerprints have it.
#[must_use]
pub fn of_now(path: &str) -> String {
    without(path, &[BEFORE]).replace([NOW.0, NOW.1], "")
}

/// A path of keys in which destinations stand for people to read.
#[must_use]
pub fn with_destinations(path: &str) -> String {
    of_now(path).replace(OPEN, " -> ").replace(CLOSE, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn destinations_hold_no_credentials() {
        for (url, expected) in [
            ("https://a.example/b?c=d#e", "https://a.example/b"),
            ("https://u:p@a.example:9/b", "https://a.example:9/b"),
            ("https://u:p@q@a.example/b", "https://a.example/b"),
            ("u:p@a.example/b", "://a.example/b"),
            ("a.example/b", "://a.example/b"),
            ("https://a.example/?mail=a@b", "https://a.example/"),
        ] {
            assert_eq!(
                destination(url),
                format!("{OPEN}{expected}{CLOSE}"),
                "{url}"
            );
        }
        assert_eq!(destination("https://u:p?q@a.example/b"), "");
    }

    #[test]
    fn paths_without_destinations_are_those_of_before() {
        let path = format!("remote_write[one{}].url", destination("https://a/b"));
        assert_eq!(without_destinations(&path), "remote_write[one].url");
        assert_eq!(without_destinations("a.b"), "a.b");
        assert_eq!(
            with_destinations(&path),
            "remote_write[one -> https://a/b].url"
        );
    }
}
