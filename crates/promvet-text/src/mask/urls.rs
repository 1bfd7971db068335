//! Secrets in URLs: between the scheme and the host, and in the values of parameters.

mod blanks;
mod formatted;
mod hosts;
mod messengers;
mod parameters;
#[cfg(test)]
mod tests;
mod userinfo;

use std::borrow::Cow;
use std::ops::Range;

use super::names::Meaning;
use super::{is_made_up, plausible, value};
use crate::work;
use messengers::of_messenger;
use parameters::parameters;
use userinfo::{behind_scheme, userinfo};

pub(super) use hosts::is_password as is_password_for_host;

/// The most bytes of a URL that are looked at. No endpoint is longer, and minified files have many.
const LONGEST: usize = 2048;

/// Byte ranges of the secrets in the URLs of one line.
pub(super) fn find(line: &str) -> Vec<Range<usize>> {
    let line = &*readable(line);
    let mut out = Vec::new();
    // Most lines have no `@`, which is sooner seen than that they have no URL.
    if memchr::memchr(b'@', line.as_bytes()).is_some() {
        let line = &*blanks::closed(line);
        let mut behind = 0;
        for at in schemes(line) {
            let start = at + 3 + slashes(line, at + 3);
            if at >= behind
                && let Some(range) = userinfo(line, start)
            {
                behind = range.end;
                out.extend(swapped(line, start, range.clone()));
                out.extend(port(line, range.end + 1));
                out.push(range);
            } else if at >= behind {
                out.extend(port(line, start));
                out.extend(behind_scheme(line, start));
            }
        }
        broken(line, &mut out);
        apart(line, &mut out);
        formatted::find(line, &mut out);
    } else {
        out.extend(schemes(line).filter_map(|at| port(line, at + 3)));
    }
    parameters(line, &mut out);
    let is_joined = memchr::memchr(b'+', line.as_bytes()).is_some();
    let mut behind = 0;
    for at in schemes(line) {
        if at >= behind {
            behind = remainders(line, at + 3, &mut out);
            out.extend(of_messenger(line, at));
            out.extend(hosts::password(line, at + 3));
            if is_joined {
                out.extend(joined(line, at + 3));
            }
        }
    }
    out
}

/// Where schemes end: the places of `://`. To prepare a search for it takes longer than a look at most lines.
fn schemes(line: &str) -> impl Iterator<Item = usize> + '_ {
    let bytes = line.as_bytes();
    let is_scheme = move |at: &usize| {
        bytes
            .get(at + 1..)
            .is_some_and(|rest| rest.starts_with(b"//"))
    };
    memchr::memchr_iter(b':', bytes).filter(is_scheme)
}

/// What a path for writing ends in: a part behind it is no longer the path.
const LAST_PARTS: [&str; 3] = ["push", "receive", "write"];

/// What ends a part of a URL.
const PART_ENDS: [char; 5] = ['/', '?', '#', '&', ';'];

/// What is in the place of the host where the host is in the place of the user:
/// `https://host.example:9090@user:SECRET`.
fn swapped(line: &str, start: usize, user: Range<usize>) -> Option<Range<usize>> {
    let before = line.get(start..user.end)?;
    let (host, port) = before.split_once(':').unwrap_or((before, ""));
    let is_host = host.contains('.') && port.bytes().all(|byte| byte.is_ascii_digit());
    let rest = window(line, user.end + 1)?;
    let ends = |c: char| is_end(c) || matches!(c, '/' | '?' | '#');
    let behind = rest.get(..rest.find(ends).unwrap_or(rest.len()))?;
    let is_secret = behind
        .split(':')
        .any(|part| is_made(part) && !part.contains('.'));
    (is_host && is_secret).then(|| user.end + 1..user.end + 1 + behind.len())
}

/// Parts of a path that a key is behind: `/key/SECRET/write`, `/t/SECRET/write`.
const BEFORE_KEYS: [&str; 7] = [
    "IncomingWebhook",
    "hooks",
    "integration",
    "k",
    "key",
    "t",
    "webhooks",
];

/// Hosts right behind which a key is: `https://hc-ping.com/SECRET`.
const HOSTS_BEFORE_KEYS: [&str; 1] = ["hc-ping.com"];

/// The rest of a password, and of the text that goes on with it, where two texts are put together:
/// `"https://u:" + "SECRET@host"`.
fn joined(line: &str, start: usize) -> Option<Range<usize>> {
    let rest = window(line, start)?;
    let end = rest.find(['"', '`'])?;
    let (user, begun) = rest.get(..end)?.split_once(':')?;
    let behind = rest.get(end + 1..)?.trim_start().strip_prefix('+')?;
    let text = behind.trim_start().strip_prefix(['"', '`'])?;
    let is_port = begun.starts_with(|c: char| c.is_ascii_digit()) && begun.contains('/');
    if user.is_empty() || user.contains(['/', '.', '@']) || begun.contains('@') || is_port {
        return None;
    }
    let literal = text.get(..text.find(['"', '`']).unwrap_or(text.len()))?;
    let is_host = |host: &str| host.contains(['.', ':', '/']) || host == "localhost";
    let length = match literal.rsplit_once('@') {
        Some((password, host)) if is_host(host) => password.len(),
        _ => literal.len(),
    };
    let from = start + user.len() + 1;
    Some(from..start + rest.len() - text.len() + length)
}

/// The secrets of a URL behind a comma, as a password that an argument lists beside it:
/// `https://host/x,user:SECRET`.
fn listed(url: &str, start: usize, out: &mut Vec<Range<usize>>) {
    let mut at = 0;
    for (number, part) in url.split(',').enumerate() {
        let (name, value) = part.split_once(':').unwrap_or((part, ""));
        let is_user = number > 0 && !name.is_empty() && !part.contains("//");
        if is_user && is_made(value) && !value.contains(['{', '(']) {
            let from = at + name.len() + 1;
            out.push(start + from..start + from + value.len());
        }
        at += part.len() + 1;
    }
}

/// What is behind the host of a URL and has no name, or that of a part of the path before it:
/// `?SECRET`, `#SECRET`, `?token%3DSECRET`, `/token/SECRET`, `/api/v1/write/SECRET`, and the last part
/// of a hook of Slack. Where the URL ends.
fn remainders(line: &str, start: usize, out: &mut Vec<Range<usize>>) -> usize {
    let Some(rest) = window(line, start) else {
        return line.len();
    };
    let url = rest
        .get(..rest.find(is_end).unwrap_or(rest.len()))
        .unwrap_or("");
    listed(url, start, out);
    let mut before = "";
    let mut at = 0;
    let mut behind = '/';
    for part in url.split_inclusive(PART_ENDS) {
        let bare = part.trim_end_matches(PART_ENDS);
        let bare = bare.trim_end_matches([',', ')', ']', '}', ';']);
        let is_hook = before.starts_with('B') && url.contains("/services/T")
            || before.bytes().all(|byte| byte.is_ascii_digit()) && url.contains("/webhooks/");
        let (name, value) = match bare.split_once("%3D").or_else(|| bare.split_once(':')) {
            Some((name, value)) if behind != '/' || at > 0 && has_credential(name) => (name, value),
            _ if behind == '/' => (before, bare),
            _ => ("", bare),
        };
        let counts = match behind {
            '/' => {
                is_hook
                    || value.len() < bare.len()
                    || BEFORE_KEYS.contains(&name)
                    || HOSTS_BEFORE_KEYS.contains(&name)
                    || LAST_PARTS.contains(&name)
                    || Meaning::of(name).is_secret() && !before.contains('.')
            }
            _ => name.is_empty() || has_credential(name),
        };
        // A secret may hold the marks of a variable and of a pattern.
        let is_secret = if value.contains(['$', '*']) {
            value.len() >= SHORTEST_MARKED && is_mixed(value)
        } else {
            is_made(value)
        };
        if at > 0 && counts && is_secret && !value.contains(['=', '{', '(', '%']) {
            let from = at + bare.len() - value.len();
            // Base64 has slashes.
            let end = if behind == '/' && LAST_PARTS.contains(&name) {
                let rest = url.get(from..).unwrap_or("");
                from + rest.find(['?', '#', ',', '}']).unwrap_or(rest.len())
            } else {
                from + value.len()
            };
            out.push(start + from..start + end);
        }
        before = bare;
        at += part.len();
        behind = part.chars().next_back().unwrap_or('/');
    }
    start + url.len()
}

/// Whether what is behind a name and a colon is a credential: that of a user, of a bot of Telegram, or
/// what has the name of a secret.
fn has_credential(name: &str) -> bool {
    let meaning = Meaning::of(name);
    let number = name.strip_prefix("bot");
    meaning.is_secret()
        || meaning == Meaning::User
        || number.is_some_and(|id| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The lengths of digests and revisions, which are shown.
const DIGESTS: [usize; 2] = [40, 64];

/// The fewest bytes of a secret with the marks of a variable or a pattern, which may be one of these.
const SHORTEST_MARKED: usize = 12;

/// Whether a text has small letters, capitals and digits.
fn is_mixed(text: &str) -> bool {
    let has = |is: fn(&u8) -> bool| text.bytes().any(|byte| is(&byte));
    has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase) && has(u8::is_ascii_digit)
}

/// Whether a part of a URL is made up, and no digest.
fn is_made(part: &str) -> bool {
    let is_digest =
        DIGESTS.contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_shown = plausible::is_reference(part) && !plausible::is_uuid(part);
    !is_digest && part.len() >= SHORTEST_PORT && !is_shown
}

/// What is written for the `@` of a URL, and an `@` in as many bytes.
const MARKS: [(&str, &str); 4] = [
    ("%40", "@00"),
    ("(at)", "@000"),
    ("[at]", "@000"),
    ("＠", "@00"),
];

/// A line in which an escaped `@` or `:` of a URL is one, in as many bytes: some escape
/// the whole of `https://u:p@h`.
fn readable(line: &str) -> Cow<'_, str> {
    let mut marks = MARKS.iter();
    if !marks.any(|(mark, _)| memchr::memmem::find(line.as_bytes(), mark.as_bytes()).is_some()) {
        return Cow::Borrowed(line);
    }
    let mut plain = line.to_owned();
    for (mark, at) in MARKS {
        plain = plain.replace(mark, at);
    }
    Cow::Owned(plain.replace("%3a", ":00").replace("%3A", ":00"))
}

/// How many slashes and blanks too many a URL has before its authority.
fn slashes(line: &str, at: usize) -> usize {
    let rest = line.as_bytes().get(at..).unwrap_or(&[]);
    rest.iter()
        .take(LONGEST)
        .take_while(|byte| matches!(byte, b'/' | b' '))
        .count()
}

/// The fewest capitals that stand for a port.
const SHORTEST_VARIABLE: usize = 3;

/// The fewest bytes of a password that is where a port should: a slip in a port is shorter.
const SHORTEST_PORT: usize = 7;

/// As much of a line from an offset on as is looked at as one URL: a line may have as many URLs as
/// it has bytes, and each may seem to go on to its end.
fn window(line: &str, start: usize) -> Option<&str> {
    let rest = line.get(start..)?;
    let end = super::floor(rest, LONGEST);
    work::count(end);
    rest.get(..end)
}

/// What a URL may not go beyond.
fn is_end(c: char) -> bool {
    c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '<' | '>')
}

/// What is where a port should be and is not one: the password of a URL whose `@` and host are
/// missing.
pub(super) fn port(line: &str, start: usize) -> Option<Range<usize>> {
    let rest = window(line, start)?;
    let end = rest.find(|c: char| is_end(c) || matches!(c, '/' | '?' | '#' | ',' | '}' | ')'));
    let authority = rest.get(..end.unwrap_or(rest.len()))?;
    let (host, port) = authority.split_once(':')?;
    // `${HOST:=example.com}`
    if host.contains("${") {
        return None;
    }
    let token = port
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"_-+=~!".contains(&byte));
    let from = start + host.len() + 1;
    let is_upper = |byte: u8| byte.is_ascii_uppercase() || byte == b'_';
    // A secret may hold a slash, which ends the authority too early.
    let tail = rest.get(host.len() + 1..rest.find(is_end).unwrap_or(rest.len()))?;
    let is_number = port.bytes().all(|byte| byte.is_ascii_digit()) && !port.is_empty();
    let is_variable = port.bytes().all(is_upper) && port.len() >= SHORTEST_VARIABLE;
    if token && is_mixed(tail) && !is_number && !is_variable {
        return Some(from..from + tail.len());
    }
    let shown = port.len() < SHORTEST_PORT || !token || value::is_words(port);
    let is_secret = if token {
        !shown && !port.bytes().all(is_upper)
    } else {
        is_secret_behind(host, port)
    };
    is_secret.then(|| from..start + authority.len())
}

/// Whether what is where a port should be is a secret that holds marks, or a user and a secret:
/// `https://host:user:SECRET`.
fn is_secret_behind(host: &str, port: &str) -> bool {
    // `[::1]:9090`, and patterns and templates.
    if host.starts_with('[') || port.starts_with('\\') || port.contains(['{', '(', '[', '|', '%']) {
        return false;
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-+=~!".contains(c);
    let is_secret = |part: &str| {
        // Behind it may be what is written for an `@`.
        let end = part.find(|c| !plain(c)).unwrap_or(part.len());
        let is_token = part.get(..end).is_some_and(is_made);
        part.len() >= SHORTEST_PORT && (is_mixed(part) || is_token)
    };
    port.split(':').any(is_secret)
}

/// Userinfo in what is not quite a URL: `https//u:p@h`, `https:/u:p@h`, `u:p@h`.
fn broken(line: &str, out: &mut Vec<Range<usize>>) {
    let mut from = 0;
    for word in line.split_inclusive(is_end) {
        let start = from;
        from += word.len();
        let word = word.trim_end_matches(is_end);
        if word.len() > LONGEST || word.contains("://") {
            continue;
        }
        let Some(at) = word.rfind('@') else { continue };
        let host = word.get(at + 1..).unwrap_or("");
        let begins = host.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '[' || c == '(');
        if !begins || is_digest(host) || host.ends_with("()") {
            continue;
        }
        let before = word.get(..at).unwrap_or("");
        let skipped = scheme_len(before);
        let user = before.get(skipped..).unwrap_or("");
        match user.find(':') {
            Some(colon) if !before.starts_with("mailto:") => {
                let from = skipped + colon + 1;
                // `admin:P@ssw0rd` has no host.
                let is_password = !host.contains(['.', ':'])
                    && word.get(from..).is_some_and(plausible::is_marked);
                let to = if is_password { word.len() } else { at };
                out.push(start + from..start + to);
            }
            None if skipped > 0 && !before.starts_with("mailto:") => {
                out.push(start + skipped..start + at);
            }
            // `user/SECRET@host:1521/service` of Oracle.
            None if is_of_oracle(host)
                && let Some((name, password)) = user.split_once('/')
                && !password.contains('/') =>
            {
                let from = skipped + name.len() + 1;
                out.push(start + from..start + at);
            }
            // `user@SECRET!`
            None if let host = host.trim_end_matches([',', '}', ')', ']'])
                && hosts::is_password(host) =>
            {
                out.push(start + at + 1..start + at + 1 + host.len());
            }
            // `TOKEN@host.example`
            None if host.contains(['.', ':']) && is_made_up(user) => {
                out.push(start..start + at);
            }
            _ => {}
        }
    }
}

/// The password behind a blank that is behind the colon of a user: `https//u: SECRET@host`. Without what
/// is meant for a scheme, it has to look like one: `contact: joe@example.com`.
fn apart(line: &str, out: &mut Vec<Range<usize>>) {
    for colon in memchr::memmem::find_iter(line.as_bytes(), b": ") {
        let Some(rest) = window(line, colon + 1) else {
            continue;
        };
        let text = rest.trim_start();
        let word = text.split(is_end).next().unwrap_or("");
        let Some((password, _)) = word.rsplit_once('@') else {
            continue;
        };
        let password = password.trim_end_matches('@');
        let before = line.get(..colon).unwrap_or("");
        let first = before.rsplit(is_end).next().unwrap_or("");
        let skipped = scheme_len(first);
        let user = first.get(skipped..).unwrap_or("");
        let is_user = skipped > 0 && !user.contains(['.', '/']) && user != "localhost";
        if !password.is_empty() && (is_user || plausible::is_password(password)) {
            let from = colon + 1 + rest.len() - text.len();
            out.push(from..from + password.len());
        }
    }
}

/// Whether what is behind an `@` is a host, a port and the name of a service.
fn is_of_oracle(behind: &str) -> bool {
    let Some((_, rest)) = behind.split_once(':') else {
        return false;
    };
    let (port, service) = rest.split_once('/').unwrap_or((rest, ""));
    let is_number = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    is_number && !service.is_empty()
}

/// What follows `@` in the reference of an image.
fn is_digest(host: &str) -> bool {
    host.split_once(':')
        .is_some_and(|(algorithm, _)| algorithm.starts_with("sha"))
}

/// What a line ends with that begins a URL whose user is known and whose host is not, as an offset of
/// what is behind the user: `https://u:`.
pub(super) fn begun(line: &str) -> Option<(usize, bool)> {
    let word = line
        .rsplit(is_end)
        .next()
        .filter(|it| it.len() <= LONGEST)?;
    work::count(word.len());
    let skipped = scheme_len(word);
    let rest = word.get(skipped..)?;
    let (user, password) = rest.split_once(':').unwrap_or((rest, ""));
    let has_colon = user.len() < rest.len();
    let is_port = !password.is_empty() && password.bytes().all(|byte| byte.is_ascii_digit());
    let is_user = skipped > 0
        && !user.is_empty()
        && user != "localhost"
        && !rest.contains(['@', '/', '?', '#', '[', '{', '(', '$'])
        && !user.contains('.');
    (is_user && !is_port).then(|| (line.len() - password.len(), has_colon))
}

/// How many bytes of a word are meant for the scheme of a URL.
fn scheme_len(word: &str) -> usize {
    let from = word.rfind(['{', '(', '[', '=', ',']).map_or(0, |at| at + 1);
    let rest = word.get(from..).unwrap_or("");
    let letters = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
    let behind = rest.get(letters..).unwrap_or("");
    let marks = behind.len() - behind.trim_start_matches([':', ';', '/', '\\']).len();
    let marked = behind.get(..marks).unwrap_or("");
    // `actions/checkout@v4` is not a URL, `htps//u:p@h` and `x:/u:p@h` are meant for one.
    let slashes = marked.contains(['/', '\\']) && marks > 1;
    let is_http = rest
        .get(..letters)
        .is_some_and(|scheme| matches!(&*scheme.to_ascii_lowercase(), "http" | "https"));
    if slashes || is_http && marks > 0 {
        from + letters + marks
    } else {
        0
    }
}
