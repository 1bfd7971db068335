//! The one way from a source text to output: excerpts in which secrets are replaced.
//!
//! What is a secret is known twice over: from the tree ([`Text::mark_secret`]), and from the look
//! of the lines, so that a commented-out token or one in a file that does not parse stays hidden
//! too.

use super::text::{Excerpt, Span, Text};

/// What stands for a secret in output.
const REDACTED: &str = "[redacted]";

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
    let name = name
        .trim_matches(['"', '\''])
        .to_ascii_lowercase()
        .replace('-', "_");
    SECRET_NAMES.iter().any(|end| name.ends_with(end))
}

/// The lines of `span` with `context` lines around it, secrets replaced.
pub(super) fn excerpt(text: &Text, span: Span, context: usize) -> Excerpt {
    let first = text
        .position(span.start)
        .line
        .saturating_sub(context)
        .max(1);
    let last_byte = span.end.saturating_sub(1).max(span.start);
    let mut last = text.position(last_byte).line;
    last = last.min(first + context + 8) + context;
    let from = text.line_span(first).map_or(0, |line| line.start);
    let to = (first..=last)
        .rev()
        .find_map(|line| text.line_span(line))
        .map_or(from, |line| line.end);
    let shown = Span {
        start: from,
        end: to.max(from),
    };
    let (masked, start) = masked_with_offset(text, shown, span.start);
    let (_, end) = masked_with_offset(text, shown, span.end.min(shown.end));
    Excerpt {
        text: masked,
        first_line: first,
        start,
        len: end.saturating_sub(start),
    }
}

/// Removes every secret of the text from a sentence.
pub(super) fn redact(text: &Text, mut sentence: String) -> String {
    for span in all_secrets(text) {
        let secret = text.slice(span).trim().trim_matches(['"', '\'']);
        if secret.len() >= SHORTEST && sentence.contains(secret) {
            sentence = sentence.replace(secret, REDACTED);
        }
    }
    sentence
}

/// The masked text of `shown`, and where the byte `offset` of the source is in it.
fn masked_with_offset(text: &Text, shown: Span, offset: u32) -> (String, usize) {
    let mut out = String::new();
    let mut at = shown.start;
    let mut found = None;
    for secret in all_secrets(text) {
        let secret = Span {
            start: secret.start.max(at),
            end: secret.end.min(shown.end),
        };
        if secret.start >= secret.end {
            continue;
        }
        let plain = Span {
            start: at,
            end: secret.start,
        };
        note(&mut found, out.len(), plain, offset);
        out.push_str(text.slice(plain));
        if (secret.start..secret.end).contains(&offset) {
            found.get_or_insert(out.len());
        }
        let breaks = text.slice(secret).matches('\n').count();
        out.push_str(REDACTED);
        for _ in 0..breaks {
            out.push('\n');
            out.push_str(REDACTED);
        }
        at = secret.end;
    }
    let plain = Span {
        start: at,
        end: shown.end.max(at),
    };
    note(&mut found, out.len(), plain, offset);
    out.push_str(text.slice(plain));
    let found = found.unwrap_or(out.len());
    (out, found)
}

fn note(found: &mut Option<usize>, written: usize, plain: Span, offset: u32) {
    if found.is_none() && (plain.start..=plain.end).contains(&offset) {
        *found = Some(written + (offset - plain.start) as usize);
    }
}

/// Secrets known from the tree and from the look of the lines, ascending, overlaps joined.
fn all_secrets(text: &Text) -> Vec<Span> {
    let mut spans = text.secrets();
    spans.extend(lexical_secrets(text));
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
fn lexical_secrets(text: &Text) -> Vec<Span> {
    let mut out = Vec::new();
    let mut offset = 0;
    let mut below: Option<usize> = None;
    for line in text.content().split_inclusive('\n') {
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
                        below = next_line_is_a_value(text.content(), offset + line.len())
                            .then_some(indent);
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
fn values_of_secret_keys(line: &str) -> impl Iterator<Item = (usize, usize)> {
    let colons = memchr::memchr_iter(b':', line.as_bytes());
    colons.filter_map(|colon| {
        let before = line.get(..colon)?.trim_end();
        let rest = line.get(colon + 1..)?;
        if !(rest.is_empty() || rest.starts_with([' ', '\t'])) {
            return None;
        }
        let key_start = before
            .rfind([' ', ',', '{', '[', '#', '\t'])
            .map_or(0, |at| at + 1);
        if !is_secret_name(before.get(key_start..)?) {
            return None;
        }
        let value = rest.trim_start();
        let start = line.len() - value.len();
        Some((start, start + value_len(value, before.contains('{'))))
    })
}

fn value_len(value: &str, flow: bool) -> usize {
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
    match quote {
        Some(quote) => value
            .get(1..)
            .and_then(|rest| rest.rfind(quote))
            .map_or(value.len(), |at| at + 2),
        None if flow => value.find([',', '}']).unwrap_or(value.len()),
        None => value.find(" #").unwrap_or(value.len()),
    }
}

/// The password of URLs of one line: what stands between the colon of the userinfo and the `@`;
/// the whole userinfo where it has no colon.
fn userinfo(line: &str) -> impl Iterator<Item = (usize, usize)> {
    line.match_indices("://").filter_map(|(at, _)| {
        let start = at + 3;
        let rest = line.get(start..)?;
        let authority = rest.get(
            ..rest
                .find(['/', '?', '#', ' ', '"', '\''])
                .unwrap_or(rest.len()),
        )?;
        let end = authority.rfind('@')?;
        let colon = authority.get(..end)?.find(':').map_or(0, |colon| colon + 1);
        Some((start + colon, start + end))
    })
}

/// Values of secret-like query parameters of one line.
fn query(line: &str) -> impl Iterator<Item = (usize, usize)> {
    line.match_indices(['?', '&']).filter_map(|(at, _)| {
        let rest = line.get(at + 1..)?;
        let equals = rest.find('=')?;
        let name = rest.get(..equals)?;
        let one_letter = matches!(name, "p" | "key" | "sig");
        if name.contains([' ', '&', '?']) || !(one_letter || is_secret_name(name)) {
            return None;
        }
        let start = at + 1 + equals + 1;
        let value = line.get(start..)?;
        Some((
            start,
            start
                + value
                    .find(['&', '#', ' ', '"', '\''])
                    .unwrap_or(value.len()),
        ))
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
        ] {
            assert_eq!(shown(source), expected);
        }
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
            redact(&text, "got hunter2-hunter2.".into()),
            "got [redacted]."
        );
    }
}
