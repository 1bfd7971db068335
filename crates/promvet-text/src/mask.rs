//! What of a source text must not be shown.
//!
//! What is a secret is known twice over: from the tree ([`Text::mark_secret`]), and from the look
//! of the lines, so that a commented-out token or one in a file that does not parse stays hidden
//! too.

use std::collections::BTreeMap;

use super::text::{Span, Text};

/// What stands for a secret in output.
pub(super) const REDACTED: &str = "[redacted]";

/// The shortest secret that is looked for in sentences; shorter ones would hit ordinary words.
const SHORTEST: usize = 6;

/// Ends of key and header names whose values are secrets, in lower case with `_` for `-`.
const SECRET_NAMES: &[&str] = &[
    "password",
    "passwd",
    "secret",
    "token",
    "credentials",
    "apikey",
    "api_key",
    "secret_key",
    "account_key",
    "private_key",
    "access_key",
    "license_key",
    "insert_key",
    "authorization",
    "cookie",
    "dsn",
    "client_key",
    "signature",
];

/// Whether a key, header or query parameter of this name holds a secret.
#[must_use]
pub fn is_secret_name(name: &str) -> bool {
    let name = name.trim_matches(['"', '\'']).as_bytes();
    let same = |(a, b): (&u8, &u8)| match a {
        b'-' => *b == b'_',
        _ => a.to_ascii_lowercase() == *b,
    };
    SECRET_NAMES.iter().any(|end| {
        let from = name.len().checked_sub(end.len());
        let tail = from.and_then(|from| name.get(from..));
        tail.is_some_and(|tail| tail.iter().zip(end.as_bytes()).all(same))
    })
}

/// Parts of names that say too little for a judgement, and enough to hide what stands there.
const HIDDEN_PARTS: &[&str] = &["auth", "assertion"];

/// Whether a value of this name is better not shown: the name has a part that could mean a secret.
#[must_use]
pub fn is_like_secret_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase().replace('-', "_");
    let mut parts = SECRET_NAMES.iter().chain(HIDDEN_PARTS);
    parts.any(|part| name.contains(part))
}

/// Whether a value is the name of a variable that somebody fills in later, such as `${TOKEN}`,
/// `$(TOKEN)` or `{{ .token }}`: no secret, and what people look for when it stays empty.
pub(super) fn is_variable(value: &str) -> bool {
    let value = value.trim().trim_matches(['"', '\'']);
    let inside = |open: &str, close: &str| value.strip_prefix(open)?.strip_suffix(close);
    let named = |name: &str, more: &[char]| {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || more.contains(&c);
        name.starts_with(|c: char| !c.is_ascii_digit()) && name.chars().all(plain)
    };
    inside("${", "}").is_some_and(|name| named(name, &[]))
        || inside("$(", ")").is_some_and(|name| named(name, &[]))
        || inside("{{", "}}").is_some_and(|name| named(name.trim(), &['.']))
}

/// The secrets of a text that are looked for in sentences, by how they begin.
pub(super) type Needles = BTreeMap<[u8; SHORTEST], Vec<Box<str>>>;

/// The needles of the spans of a text.
pub(super) fn needles(text: &Text, spans: &[Span]) -> Needles {
    let mut needles = Needles::new();
    for &span in spans {
        let secret = text.slice(span).trim().trim_matches(['"', '\'']);
        let Some(&beginning) = secret.as_bytes().first_chunk() else {
            continue;
        };
        // `password: password` is a secret that every sentence about passwords would give away.
        if SECRET_NAMES.contains(&&*secret.to_ascii_lowercase()) {
            continue;
        }
        needles.entry(beginning).or_default().push(secret.into());
    }
    for alike in needles.values_mut() {
        // A longer secret comes before one that it begins with.
        alike.sort_unstable_by(|a, b| b.cmp(a));
        alike.dedup();
    }
    needles
}

/// Removes every secret of the text from a sentence.
pub(super) fn redact(text: &Text, sentence: String) -> String {
    let needles = text.needles();
    if needles.is_empty() {
        return sentence;
    }
    let mut out = String::new();
    let mut written = 0;
    let mut at = 0;
    while let Some(rest) = sentence.get(at..) {
        let Some(beginning) = rest.as_bytes().first_chunk() else {
            break;
        };
        let alike = needles.get(beginning).map_or(&[][..], Vec::as_slice);
        if let Some(secret) = alike.iter().find(|secret| rest.starts_with(&***secret)) {
            out.push_str(sentence.get(written..at).unwrap_or(""));
            out.push_str(REDACTED);
            at += secret.len();
            written = at;
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    out.push_str(sentence.get(written..).unwrap_or(""));
    out
}

/// Spans in ascending order, overlaps joined.
pub(super) fn joined(spans: impl Iterator<Item = Span>) -> Vec<Span> {
    let mut spans: Vec<Span> = spans.collect();
    spans.sort_unstable();
    let mut joined: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match joined.last_mut() {
            Some(before) if before.end >= span.start => *before = before.join(span),
            _ => joined.push(span),
        }
    }
    joined
}

/// Secrets by the look of the lines.
pub(super) fn lexical_secrets(content: &str) -> Vec<Span> {
    let mut out = Vec::new();
    let mut offset = 0;
    let mut below: Option<usize> = None;
    for line in content.split_inclusive('\n') {
        let indent = line.len() - line.trim_start_matches([' ', '#']).len();
        let body = line.trim_end();
        match below {
            Some(key) if body.len() > indent && indent > key => {
                out.push(Span::new(offset + indent, offset + body.len()));
            }
            Some(_) if body.trim_start_matches([' ', '#']).is_empty() => {}
            _ => {
                below = None;
                for (start, end) in values_of_secret_keys(body) {
                    if matches!(
                        body.get(start..end).map(str::trim),
                        Some("" | "|" | ">" | "|-" | ">-" | "|+" | ">+")
                    ) {
                        below =
                            next_line_is_a_value(content, offset + line.len()).then_some(indent);
                    } else {
                        out.push(Span::new(offset + start, offset + end));
                    }
                }
                out.extend(
                    userinfo(body).map(|(start, end)| Span::new(offset + start, offset + end)),
                );
                out.extend(query(body).map(|(start, end)| Span::new(offset + start, offset + end)));
            }
        }
        offset += line.len();
    }
    out
}

/// Whether what begins at `offset` is text, not a key or a list item.
fn next_line_is_a_value(content: &str, offset: usize) -> bool {
    let next = content
        .get(offset..)
        .and_then(|rest| rest.lines().next())
        .unwrap_or("")
        .trim();
    !(next.is_empty() || next.ends_with(':') || next.contains(": ") || next.starts_with("- "))
}

/// Byte ranges of the values behind secret keys of one line.
fn values_of_secret_keys(line: &str) -> Vec<(usize, usize)> {
    let brace = memchr::memchr(b'{', line.as_bytes()).unwrap_or(line.len());
    let mut taken = 0;
    let mut out = Vec::new();
    for colon in memchr::memchr_iter(b':', line.as_bytes()) {
        if colon < taken {
            continue;
        }
        if let Some((start, end)) = value_of_secret_key(line, colon, brace < colon) {
            taken = end;
            out.push((start, end));
        }
    }
    out
}

/// The value behind the colon at `colon`, if what stands before it names a secret.
fn value_of_secret_key(line: &str, colon: usize, flow: bool) -> Option<(usize, usize)> {
    let rest = line.get(colon + 1..)?;
    let quoted = line.get(..colon)?.ends_with(['"', '\'']);
    if !(rest.is_empty() || rest.starts_with([' ', '\t']) || (flow && quoted)) {
        return None;
    }
    let before = line.get(..colon)?.trim_end();
    let key_start = before
        .rfind([' ', ',', '{', '[', '#', '\t'])
        .map_or(0, |at| at + 1);
    if !is_secret_name(before.get(key_start..)?) {
        return None;
    }
    let value = rest.trim_start();
    let start = line.len() - value.len();
    Some((start, start + value_len(value, flow)))
}

fn value_len(value: &str, flow: bool) -> usize {
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
    match quote {
        Some(quote) => quoted_len(value, quote),
        None if flow => value.find([',', '}']).unwrap_or(value.len()),
        None => value.find(" #").unwrap_or(value.len()),
    }
}

/// Length of a quoted value: up to a quote that is not escaped and has an end of a value behind it.
fn quoted_len(value: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in value.char_indices().skip(1) {
        if escaped {
            escaped = false;
        } else if c == '\\' && quote == '"' {
            escaped = true;
        } else if c == quote {
            let rest = value.get(at + 1..).unwrap_or("");
            let behind = rest.trim_start_matches([' ', '\t']);
            if behind.is_empty() || behind.starts_with([',', '}', ']', '#']) {
                return at + 1;
            }
        }
    }
    value.len()
}

/// The most bytes of a URL that are looked at.
const LONGEST_URL: usize = 2048;

/// The password of URLs of one line: what stands between the colon of the userinfo and the `@`;
/// the whole userinfo where it has no colon.
fn userinfo(line: &str) -> impl Iterator<Item = (usize, usize)> {
    // Most lines have no `@`, which is sooner seen than that they have no `://`.
    let at_sign = memchr::memchr(b'@', line.as_bytes());
    let urls = at_sign.map(|_| memchr::memmem::find_iter(line.as_bytes(), "://"));
    urls.into_iter().flatten().filter_map(|at| {
        let start = at + 3;
        let rest = line.get(start..)?;
        let (authority, _) = rest.split_at(
            rest.find(['/', '?', '#', ' ', '\t', '"', '\''])
                .unwrap_or(rest.len()),
        );
        let end = match authority.rfind('@') {
            Some(end) => end,
            None => slashed_password(rest, authority)?,
        };
        let colon = authority
            .get(..end.min(authority.len()))?
            .find(':')
            .map_or(0, |colon| colon + 1);
        Some((start + colon, start + end))
    })
}

/// Where a password ends that holds an unescaped `/`, `?` or `#`, so that what looks like the
/// authority ends inside it: the part behind its colon is no port, and an `@` follows.
fn slashed_password(rest: &str, authority: &str) -> Option<usize> {
    let (_, port) = authority.split_once(':')?;
    if authority.starts_with('[') || port.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let bytes = rest.as_bytes();
    let url = bytes.get(..LONGEST_URL).unwrap_or(bytes);
    let end = memchr::memchr3(b' ', b'"', b'\'', url).unwrap_or(url.len());
    memchr::memrchr(b'@', url.get(..end)?)
}

/// Values of secret-like query parameters of one line.
fn query(line: &str) -> impl Iterator<Item = (usize, usize)> {
    memchr::memchr2_iter(b'?', b'&', line.as_bytes()).filter_map(|at| {
        let rest = line.get(at + 1..)?;
        let (name, value) = rest.split_at(rest.find(['=', ' ', '&', '?'])?);
        let value = value.strip_prefix('=')?;
        let one_letter = matches!(name, "p" | "key" | "sig");
        if !(one_letter || is_secret_name(name)) {
            return None;
        }
        let start = line.len() - value.len();
        let end = value.find(['&', '#', ' ', '"', '\'']);
        Some((start, start + end.unwrap_or(value.len())))
    })
}

#[cfg(test)]
mod tests {
    use super::super::Place;
    use super::*;

    fn shown(source: &str) -> String {
        let text = Text::new("x.yml", source.as_bytes().to_vec());
        let end = source.len();
        Place::new(&text, Span::new(0, end)).excerpt(10).text
    }

    #[test]
    fn secrets_are_masked_by_the_look_of_the_line() {
        for (source, expected) in [
            ("bearer_token: abc def # x", "bearer_token: [redacted] # x"),
            ("# password: 'ab#c'", "# password: [redacted]"),
            (
                "bearer_token_file: /etc/token",
                "bearer_token_file: /etc/token",
            ),
            (
                "{credentials: abc, url: x}",
                "{credentials: [redacted], url: x}",
            ),
            (
                "url: https://u:pass@host/x",
                "url: https://u:[redacted]@host/x",
            ),
            (
                "url: http://h/x?db=a&token=abc",
                "url: http://h/x?db=a&token=[redacted]",
            ),
            ("X-Api-Key: abc", "X-Api-Key: [redacted]"),
            ("password:\n  abc\nx: y", "password:\n  [redacted]\nx: y"),
            (
                "credentials: |\n  abc\n  def\nx: y",
                "credentials: |\n  [redacted]\n  [redacted]\nx: y",
            ),
            ("token:\n  name: x", "token:\n  name: x"),
            (
                "{\"token\": \"a,\\\"b\", \"url\": \"x\"}",
                "{\"token\": [redacted], \"url\": \"x\"}",
            ),
            (
                "{\"token\":\"abc\",\"url\":\"x\"}",
                "{\"token\":[redacted],\"url\":\"x\"}",
            ),
            ("password: \"a\"b\"", "password: [redacted]"),
            ("password: \"${PASS_1}\" # x", "password: \"${PASS_1}\" # x"),
            (
                "password: {{ .Values.pass }}",
                "password: {{ .Values.pass }}",
            ),
            ("password: ${PASS:-hunter2}", "password: [redacted]"),
            ("password: {{ \"hunter2\" }}", "password: [redacted]"),
            ("password: x${PASS}", "password: [redacted]"),
            ("password: ${}", "password: [redacted]"),
            (
                "url: https://u:pa/ss#w@host/x",
                "url: https://u:[redacted]@host/x",
            ),
            ("url: https://host:9090/@x", "url: https://host:9090/@x"),
            ("url: https://host/a@b", "url: https://host/a@b"),
        ] {
            assert_eq!(shown(source), expected);
        }
    }

    #[test]
    fn a_line_of_half_a_megabyte_takes_no_time() {
        let started = std::time::Instant::now();
        for piece in [
            "&",
            "?a",
            "password: ",
            "password: a #",
            "://",
            "://a:b/",
            "a:",
            "'",
        ] {
            lexical_secrets(&piece.repeat(500_000 / piece.len()));
        }
        assert!(started.elapsed() < std::time::Duration::from_secs(20));
    }

    #[test]
    fn places_stay_true_behind_a_mask() {
        let source = "a: {password: abcdefghijkl, url: here}";
        let text = Text::new("x.yml", source.as_bytes().to_vec());
        let at = source.find("here").unwrap();
        let excerpt = Place::new(&text, Span::new(at, at + 4)).excerpt(0);
        assert_eq!(
            &excerpt.text[excerpt.start..excerpt.start + excerpt.len],
            "here"
        );
    }

    #[test]
    fn sentences_lose_the_secrets_of_the_tree() {
        let text = Text::new("x.yml", b"x: hunter2-hunter2".to_vec());
        text.mark_secret(Span::new(3, 18));
        assert_eq!(
            redact(
                &text,
                "got hunter2-hunter2, ühunter2-hunter2hunter2-".into()
            ),
            "got [redacted], ü[redacted]hunter2-"
        );
    }
}
