//! User names and passwords before the host of a URL.

use std::ops::Range;

use super::super::names::Meaning;
use super::super::{is_made_up, plausible, value};
use super::{is_end, window};

/// The password of a URL whose authority begins at `start`: what is between the colon of the
/// userinfo and the `@`; the whole userinfo where it has no colon.
pub(super) fn userinfo(line: &str, start: usize) -> Option<Range<usize>> {
    let rest = window(line, start)?;
    if let Some(range) = bracketed(rest) {
        return Some(start + range.start..start + range.end);
    }
    let end = rest.find(|c: char| is_end(c) || matches!(c, '/' | '?' | '#'));
    let authority = rest.get(..end.unwrap_or(rest.len()))?;
    let end = match authority.rfind('@') {
        Some(end) => further(rest, end),
        None => cut_password(rest, authority).or_else(|| cut_user(rest, authority))?,
    };
    let user = rest.get(..end)?;
    let colon = user.find(':').map_or(0, |colon| colon + 1);
    let password = rest.get(colon..end)?;
    // `https://user@host` has no password; a token in its place is not a word.
    let is_name = || user.bytes().all(|byte| byte.is_ascii_lowercase()) && value::is_words(user);
    if colon == 0 && is_name() && !Meaning::of(user).is_secret() {
        return None;
    }
    // A pattern has it put in.
    if matches!(password, "%s" | "%v") {
        return None;
    }
    // `https://TOKEN:@host`, and what GitHub takes behind a token.
    let is_token = password.trim_matches([' ', '@']).is_empty()
        && !value::is_harmless(user.trim_end_matches(':'))
        || password == "x-oauth-basic";
    let from = if is_token { 0 } else { colon };
    (from < end).then(|| start + from..start + end)
}

/// The password of a user whose parts are in brackets or quotes, as copied from documentation:
/// `https://<user>:<SECRET>@host`.
pub(super) fn bracketed(rest: &str) -> Option<Range<usize>> {
    if !rest.starts_with(['<', '"', '\'']) {
        return None;
    }
    let is_over = |c: char| c.is_whitespace() || c == '/';
    let authority = rest.get(..rest.find(is_over).unwrap_or(rest.len()))?;
    let at = authority.rfind('@')?;
    let user = authority.get(..at)?;
    let colon = user.find(':').map_or(0, |colon| colon + 1);
    let password = user.get(colon..)?.trim_matches(['<', '>', '"', '\'']);
    is_made_up(password).then_some(colon..at)
}

/// The last `@` of a URL that has one in its authority, where what follows the first one is not a
/// host: a password with `@` and `/`.
pub(super) fn further(rest: &str, first: usize) -> usize {
    let url = rest
        .get(..rest.find(is_end).unwrap_or(rest.len()))
        .unwrap_or("");
    let behind = url.get(first + 1..).unwrap_or("");
    let host = behind.split(['/', '?', '#']).next().unwrap_or("");
    let is_host = host.contains('.') || host.contains(':') || host == "localhost";
    match url.rfind('@') {
        Some(last) if last > first && !is_host => last,
        _ => first,
    }
}

/// Where a password ends that holds an unescaped `/`, `?`, `#` or blank, so that what looks like
/// the authority ends inside it: the part behind its colon is not a port, and an `@` follows.
pub(super) fn cut_password(rest: &str, authority: &str) -> Option<usize> {
    let (user, port) = authority.split_once(':')?;
    if authority.starts_with('[') {
        return None;
    }
    let end = rest.find(['"', '\'', '`']).unwrap_or(rest.len());
    let end = rest.find(" #").map_or(end, |comment| comment.min(end));
    let url = rest.get(..end)?;
    let at = url.rfind('@')?;
    if port.bytes().all(|byte| byte.is_ascii_digit()) {
        // `https://host:9090/@x` has a port; `https://u:12/34@host.example` has a password.
        let host = url.get(at + 1..)?.split(['/', '?', '#']).next()?;
        let is_host = host.contains('.') || host.contains(':');
        // `https://u: pass@host.example`: a blank behind the colon, and one word before the `@`.
        let cut = url.get(authority.len()..at).unwrap_or("");
        let is_slip = cut.starts_with(' ') && !cut.trim_start().contains(' ');
        let is_shown = !is_host || port.is_empty();
        let is_named = host.starts_with(|c: char| c.is_ascii_alphanumeric());
        let is_user = !user.contains('.') && user != "localhost";
        if !is_user || !(is_slip && is_named) && is_shown {
            return None;
        }
    }
    Some(at)
}

/// The schemes of credentials, as some write them into a URL: `https://Bearer SECRET@host`.
pub(super) const SCHEMES: [&str; 5] = ["apikey", "basic", "bearer", "key", "token"];

/// The word behind a blank in the place of the host that an `@` and a host follow, if the word before is
/// a scheme of credentials or the word itself is a password.
pub(super) fn behind_scheme(line: &str, start: usize) -> Option<Range<usize>> {
    let rest = window(line, start)?;
    let (scheme, behind) = rest.split_once(' ')?;
    // `https://u : SECRET@host`
    let apart = behind.strip_prefix(": ").map(str::trim_start);
    let behind = apart.unwrap_or(behind);
    let word = behind.split(is_end).next()?;
    let (password, host) = word.rsplit_once('@')?;
    let password = password.trim_end_matches('@');
    let is_scheme = SCHEMES.contains(&&*scheme.to_ascii_lowercase());
    let is_user = !scheme.contains(['.', '/']);
    let is_secret =
        is_scheme || is_user && apart.is_some() || is_user && plausible::is_password(password);
    let is_host = host.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '[');
    let from = start + rest.len() - behind.len();
    (is_secret && is_host).then(|| from..from + password.len())
}

/// Where a user without a password ends who holds a slash: what looks like the host is one word, and
/// behind the `@` is a host with a point or a port. `https://u/TOKEN@host.example`.
pub(super) fn cut_user(rest: &str, authority: &str) -> Option<usize> {
    let is_host = authority.contains(['.', ':', '[', '{', '$', '(']) || authority == "localhost";
    let url = rest.get(..rest.find(is_end).unwrap_or(rest.len()))?;
    let path = url.get(..url.find(['?', '#']).unwrap_or(url.len()))?;
    let at = path.rfind('@')?;
    let host = path.get(at + 1..)?.split('/').next()?;
    let (name, port) = host.split_once(':').unwrap_or((host, ""));
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let last = name.rsplit('.').next()?;
    // `x@1.2.3` is a version.
    let is_behind = if port.is_empty() {
        name.contains('.') && last.len() > 1 && !is_number(last)
    } else {
        is_number(port) && name.starts_with(|c: char| c.is_ascii_alphanumeric())
    };
    let user = path.get(..at)?;
    let is_made = |part: &str| is_made_up(part) || plausible::is_password(part);
    // `https://u/SECRET@h/x` has a slash for the colon; `https://h/package@v2/x` is a version.
    let is_version = name.strip_prefix('v').is_some_and(is_number);
    let is_slip = path.get(at..)?.contains('/')
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && !is_version
        && user.split_once('/').is_some_and(|(_, password)| {
            password.len() >= SHORTEST_BEHIND_SLASH && !password.contains('/')
        });
    let is_secret = is_behind || is_slip || user.split('/').any(is_made);
    (!is_host && !authority.is_empty() && is_secret).then_some(at)
}

/// The fewest bytes of a word that is a password where a slash is in the place of the colon.
pub(super) const SHORTEST_BEHIND_SLASH: usize = 6;
