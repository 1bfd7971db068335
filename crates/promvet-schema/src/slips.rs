//! Slips of the pen that break YAML, known by the line that breaks it.

use promvet_text::{Span, Text};

/// Where git left the marks of a merge conflict: the first line of one.
#[must_use]
pub(crate) fn conflict(content: &str) -> Option<Span> {
    let marked = |mark: &str| {
        let at = memchr::memmem::find_iter(content.as_bytes(), mark.as_bytes());
        let mut at = at.filter(|at| *at == 0 || content.as_bytes().get(at - 1) == Some(&b'\n'));
        at.next()
    };
    let at = marked("<<<<<<< ")?;
    marked(">>>>>>> ").filter(|end| at < *end)?;
    let line = content.get(at..)?.lines().next()?;
    Some(Span::new(at, at + line.len()))
}

/// What is wrong with a line with the marks of a conflict, and what to do.
pub(crate) const CONFLICT: (&str, &str) = (
    "git left the marks of a merge conflict in it",
    "keep one of the two sides, and delete the lines with `<<<<<<<`, `=======` and `>>>>>>>`",
);

/// What is wrong with a line that the parser does not like: the span of it in the line, and what to
/// say; none if the line looks like nothing known.
#[must_use]
pub(crate) fn of_line(line: &str) -> Option<(Span, &'static str, &'static str)> {
    let (at, value) = value_of(line);
    let span = |from: usize, to: usize| Span::new(at + from, at + to);
    // The commonest slip of Helm and Ansible users, so that it is looked for first.
    if value.starts_with("{{") {
        return Some((
            span(0, value.len()),
            "a value that begins with `{{` is a mapping to YAML",
            "put the whole value in quotes",
        ));
    }
    if value.starts_with('{') {
        // Without its end the bracket itself is at fault, which the parser says better.
        let close = closing(value)?;
        let rest = without_comment(value.get(close..)?);
        if rest.is_empty() {
            return None;
        }
        if rest == "," {
            return Some(comma(at + close));
        }
        return Some((
            span(0, value.len()),
            "a value that begins with `{` is a mapping to YAML",
            "put the whole value in quotes",
        ));
    }
    if let Some(quote) = value.chars().next().filter(|c| matches!(c, '"' | '\'')) {
        let close = end_of_quoted(value, quote)?;
        let rest = without_comment(value.get(close..)?);
        // A key in quotes, or the last of several.
        if rest.is_empty() || rest.starts_with(':') {
            return None;
        }
        if rest == "," {
            return Some(comma(at + close));
        }
        if rest.starts_with([',', ']', '}']) {
            return None;
        }
        let help = match quote {
            '"' => {
                "use single quotes around the whole value, or write `\\\"` for the quotes inside"
            }
            _ => "use double quotes around the whole value, or write `''` for the quotes inside",
        };
        return Some((
            span(close - 1, close),
            "the value ends at this quote, and text follows",
            help,
        ));
    }
    if value.starts_with('[') {
        let close = closing(value)?;
        let rest = value.get(close..)?;
        if without_comment(rest) == "," {
            return Some(comma(at + close + rest.find(',')?));
        }
    }
    None
}

/// A key with its colon, where the value follows without a space: `bearer_token:abc`. The colon of a
/// URL or of an address is not one.
/// Lower case and underscores only, so that `Authorization:abc` in a header list and a Windows path
/// are left alone.
#[must_use]
pub(crate) fn glued_key(line: &str) -> Option<Span> {
    let text = line.trim_start().trim_start_matches("- ").trim_start();
    let at = line.len() - text.len();
    let colon = text.find(':')?;
    let (key, value) = (text.get(..colon)?, text.get(colon + 1..)?);
    let is_key = !key.is_empty() && key.bytes().all(|c| c.is_ascii_lowercase() || c == b'_');
    let is_value = !value.starts_with([' ', '\t', '/', ':', '\r']) && !value.trim().is_empty();
    (is_key && is_value).then(|| Span::new(at, at + colon + 1))
}

fn comma(at: usize) -> (Span, &'static str, &'static str) {
    (
        Span::new(at, at + 1),
        "a comma ends the line, and YAML has none between lines",
        "delete the comma",
    )
}

/// The line around an offset, without its line break. Lines of a text that another one holds have other numbers
/// there, so that they are found by offsets.
pub(super) fn line_around(text: &Text, offset: usize) -> Option<Span> {
    let content = text.content();
    let start = content.get(..offset)?.rfind('\n').map_or(0, |at| at + 1);
    let rest = content.get(start..)?;
    let line = rest.lines().next().unwrap_or_default();
    Some(Span::new(start, start + line.len()))
}

/// The last line before another one that is not empty.
pub(super) fn line_before(text: &Text, line: Option<Span>) -> Option<Span> {
    let before = text.content().get(..line?.start as usize)?.trim_end();
    line_around(text, before.len())
}

/// The value in a line, behind `- ` and `key: `, and where it begins.
pub(super) fn value_of(line: &str) -> (usize, &str) {
    let mut rest = line.trim_end().trim_start();
    let mut at = line.len() - line.trim_start().len();
    while let Some(next) = rest.strip_prefix("- ") {
        let trimmed = next.trim_start();
        at += rest.len() - trimmed.len();
        rest = trimmed;
    }
    let is_key = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/');
    if let Some((key, value)) = rest.split_once(": ")
        && !key.is_empty()
        && key.chars().all(is_key)
    {
        let trimmed = value.trim_start();
        at += rest.len() - trimmed.len();
        rest = trimmed;
    }
    (at, rest)
}

/// Where the bracket that opens a text is closed, texts in quotes left out.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut quote = None;
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match quote {
            Some(open) => {
                if c == open && !escaped {
                    quote = None;
                }
                escaped = c == '\\' && !escaped;
            }
            None => match c {
                '"' | '\'' => quote = Some(c),
                '{' | '[' => depth += 1,
                '}' | ']' => {
                    depth = depth.checked_sub(1)?;
                    if depth == 0 {
                        return Some(at + 1);
                    }
                }
                _ => {}
            },
        }
    }
    None
}

/// Where a text in quotes ends, its closing quote included.
fn end_of_quoted(text: &str, quote: char) -> Option<usize> {
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' if quote == '"' => {
                chars.next();
            }
            c if c == quote => {
                if quote == '\'' && chars.peek().is_some_and(|(_, next)| *next == '\'') {
                    chars.next();
                    continue;
                }
                return Some(at + 1);
            }
            _ => {}
        }
    }
    None
}

fn without_comment(text: &str) -> &str {
    let end = text.find(" #").unwrap_or(text.len());
    text.get(..end).unwrap_or_default().trim()
}

/// The first line of a rule in the syntax of Prometheus 1.x, if a text has one: `ALERT name`, or
/// `name{label="value"} = expression`.
#[must_use]
pub(crate) fn old_rule(content: &str) -> Option<Span> {
    let mut at = 0;
    // A thousand lines of comments are longer than any license, so that a large file of another
    // kind costs nothing.
    for line in content.split_inclusive('\n').take(1000) {
        let text = line.trim_end();
        if is_old(text) {
            return Some(Span::new(at, at + text.len()));
        }
        // Anything but comments and lines that go on is another language.
        let goes_on = text.is_empty() || text.starts_with(['#', ' ', '\t', '/']);
        if !goes_on {
            return None;
        }
        at += line.len();
    }
    None
}

fn is_old(line: &str) -> bool {
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | ':');
    if let Some(rest) = line.strip_prefix("ALERT ") {
        let name = rest.trim_start();
        return name.starts_with(is_name);
    }
    let length = line.find(|c| !is_name(c)).unwrap_or(line.len());
    let (name, rest) = line.split_at(length);
    if name.is_empty() {
        return false;
    }
    let rest = rest.trim_start();
    let rest = match rest.starts_with('{') {
        true => closing(rest)
            .and_then(|end| rest.get(end..))
            .unwrap_or_default(),
        false => rest,
    };
    let assigned = rest.trim_start().strip_prefix('=');
    assigned.is_some_and(|value| !value.starts_with(['=', '~']))
}

#[cfg(test)]
mod tests {
    use super::{glued_key, of_line, old_rule};

    #[test]
    fn slips_are_reported_by_their_line() {
        for (line, token, words) in [
            (
                "    summary: {{ $labels.a }} is > 80%",
                "{{ $labels.a }} is > 80%",
                "`{{`",
            ),
            (
                "  expr: {__name__=~\"a.b\"} > 1",
                "{__name__=~\"a.b\"} > 1",
                "`{`",
            ),
            ("  text: \"a {{ printf \"%.0f\" $value }}\"", "\"", "quote"),
            ("  - targets: [\"a:1\", \"b:1\"],", ",", "comma"),
            ("  name: 'a',", ",", "comma"),
            ("  labels: {a: b},", ",", "comma"),
        ] {
            let (span, message, _) = of_line(line).expect(line);
            assert_eq!(
                &line[span.start as usize..span.end as usize],
                token,
                "{line}"
            );
            assert!(message.contains(words), "{line}: {message}");
        }
    }

    #[test]
    fn sound_lines_are_not_slips() {
        for line in [
            "",
            "labels: {a: b} # x",
            "a: \"b\"",
            "'it''s'",
            "\"a\": b",
            "- [a, b]",
            "x: a, b,",
            "{\"a\": [1,",
            "\"a:1\", \"b:1\"]",
        ] {
            assert_eq!(of_line(line), None, "{line}");
        }
    }

    #[test]
    fn rules_of_1_are_told_from_yaml() {
        for (text, want) in [
            ("ALERT Down\n  IF up == 0\n", Some("ALERT Down")),
            (
                "# c\n\njob:up:sum = sum(up)\n",
                Some("job:up:sum = sum(up)"),
            ),
            ("a{b=\"c\"} = sum(up)", Some("a{b=\"c\"} = sum(up)")),
            ("groups:\n- name: a = b\n", None),
            ("a == b\n", None),
            ("a =~ b\n", None),
            ("- a = b\n", None),
        ] {
            let found = old_rule(text);
            let found = found.map(|span| &text[span.start as usize..span.end as usize]);
            assert_eq!(found, want, "{text}");
        }
    }

    #[test]
    fn keys_are_glued_to_their_values() {
        for (line, want) in [
            ("    bearer_token:abc", Some("bearer_token:")),
            ("  - url:https://a.example", Some("url:")),
            ("  - url: https://a.example", None),
            ("    https://a.example", None),
            ("    host:", None),
            ("    - a.example:9090", None),
            ("    job::sum", None),
        ] {
            let found = glued_key(line).map(|at| &line[at.start as usize..at.end as usize]);
            assert_eq!(found, want, "{line}");
        }
    }
}
