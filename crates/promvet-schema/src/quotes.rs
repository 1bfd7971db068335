//! Quotes that the value of a line needs, where YAML reads its first character or a `: ` in it as something
//! else.

use std::sync::Arc;

use promvet_text::{Advice, Finding, Fix, Span, Text};

use super::slips::{line_around, line_before, value_of};
use crate::yaml::{Node, SyntaxError, SyntaxKind, parse_all, placeholder};

/// What to do about such a value.
const HELP: &str = "put the whole value in quotes";

/// Keys whose values are texts, also where they look like something else.
const TEXTS: &[&str] = &[
    "action",
    "dashboard",
    "description",
    "details",
    "expr",
    "impact",
    "info",
    "message",
    "regex",
    "replacement",
    "runbook",
    "separator",
    "subject",
    "summary",
    "title",
];

/// Marks of a template of Prometheus, which no other program fills in before Prometheus reads it.
const OF_ALERTS: &[&str] = &["$labels", "$value", "$externalLabels"];

/// Adds the quotes that the line at fault lacks, if the text can be read behind it then.
pub(super) fn add(mut finding: Finding, text: &Arc<Text>, error: &SyntaxError) -> Finding {
    if !matches!(error.kind, SyntaxKind::Malformed | SyntaxKind::Alias) {
        return finding;
    }
    let stopped = line_around(text, error.span.start as usize);
    let lines = [stopped, line_before(text, stopped)];
    let mut lines = lines.into_iter().flatten();
    let stop = error.span.start as usize;
    let Some((span, new)) = lines.find_map(|line| quoted(text, line, stop)) else {
        return finding;
    };
    let Some(edit) = text.outer_edit(span, new.clone()) else {
        finding.unfixed = Some("the text is folded or escaped in the file around it".to_owned());
        return finding;
    };
    finding.fix = Some(Fix {
        title: HELP.to_owned(),
        edits: vec![edit],
        safe: true,
        from: None,
    });
    finding.advice = Some(Advice::edit(vec![(span, new)]).text(HELP).safe());
    finding
}

/// Quotes around what YAML takes for a mapping in braces: a selector, or a template of an alert.
pub(super) fn around(node: Node<'_>) -> Option<Advice> {
    let span = node.content_span();
    let source = node.document().text().slice(span);
    let is_of_alert = OF_ALERTS.iter().any(|mark| source.contains(mark));
    let is_meant = source.starts_with("{{") && is_of_alert || is_selector(source);
    if node.is_alias() || !source.starts_with('{') || source.contains('\n') || !is_meant {
        return None;
    }
    let new = format!("'{}'", source.replace('\'', "''"));
    Some(Advice::edit(vec![(span, new)]).text(HELP).safe())
}

/// The value of a line in quotes, if it is one line and the text is YAML then up to a later line.
fn quoted(text: &Text, line: Span, stop: usize) -> Option<(Span, String)> {
    let source = text.slice(line);
    let content = text.content();
    let stop = stop.checked_sub(line.start as usize);
    let before = content.get(..line.start as usize)?;
    let (at, new) = of_line(source, stop, content).or_else(|| of_label(source, before))?;
    if goes_on(content.get(line.end as usize..)?, source) {
        return None;
    }
    let start = line.start as usize;
    let span = Span::new(start + at.start as usize, start + at.end as usize);
    let (before, after) = (
        content.get(..span.start as usize)?,
        content.get(span.end as usize..)?,
    );
    let fixed = Text::recognized("text", format!("{before}{new}{after}").into_bytes());
    let is_right = match parse_all(&fixed).1 {
        None => true,
        Some(error) => error.span.start as usize > before.len() + new.len(),
    };
    is_right.then_some((span, new))
}

/// Whether the value goes on in the lines behind.
fn goes_on(behind: &str, source: &str) -> bool {
    let next = behind.lines().find(|line| !line.trim().is_empty());
    let indent = |line: &str| line.len() - line.trim_start().len();
    let column = source.len() - source.trim_start_matches([' ', '-']).len();
    next.is_some_and(|next| indent(next) > column)
}

/// Where the value of a line is, and how it has to be written: the whole value, or the one in brackets where
/// the parser stopped.
fn of_line(line: &str, stop: Option<usize>, content: &str) -> Option<(Span, String)> {
    let (at, value) = value_of(line);
    let value = match value.starts_with(['"', '\'']) {
        true => value,
        false => value.split(" #").next().unwrap_or(value).trim_end(),
    };
    of_value(line, at, value, content).or_else(|| {
        let stop = stop?;
        of_value(line, stop, in_brackets(line, stop)?, content)
    })
}

/// The value at an offset of a line, if it is in brackets.
fn in_brackets(line: &str, at: usize) -> Option<&str> {
    let (before, rest) = line.split_at_checked(at)?;
    let opened = before.matches(['[', '{']).count();
    if opened <= before.matches([']', '}']).count() {
        return None;
    }
    let end = rest.find([',', ']', '}'])?;
    rest.get(..end).map(str::trim_end)
}

/// How a value at an offset of a line has to be written.
fn of_value(line: &str, at: usize, value: &str, content: &str) -> Option<(Span, String)> {
    let head = line.get(..at)?.trim_start();
    // A line of its own may be anything.
    if head.is_empty() || value.is_empty() {
        return None;
    }
    let key = head.trim_end_matches([' ', ':']);
    let key = key.rsplit([' ', '"', '\'', '{', '[']).next().unwrap_or(key);
    let is_text = TEXTS.contains(&key);
    let is_of_alert = OF_ALERTS.iter().any(|mark| value.contains(mark));
    let is_filled_in =
        || placeholder::find(value).next().is_some() || value.len() > 1 && value.ends_with('@');
    let is_meant = match value.chars().next()? {
        '"' | '\'' => return in_other_quotes(at, value),
        '{' if value.starts_with("{{") => is_of_alert,
        '{' => is_selector(value) || key == "regex" && goes_on_behind(value, '}'),
        '[' => key == "regex" && goes_on_behind(value, ']'),
        // Where anchors are in use, one may be misspelled.
        '*' => key != "<<" && !content.contains('&') && (is_text || !is_name(value)),
        '@' | '`' | '%' => !value.starts_with("{%"),
        '&' | '!' | '|' | '>' => false,
        _ => value.contains(": ") && is_text,
    };
    if !is_meant || !is_of_alert && is_filled_in() {
        return None;
    }
    let new = format!("'{}'", value.replace('\'', "''"));
    Some((Span::new(at, at + value.len()), new))
}

/// Whether a pattern that begins with a bracket has something behind the one that closes it: it is not a list.
fn goes_on_behind(value: &str, close: char) -> bool {
    value
        .split_once(close)
        .is_some_and(|(_, rest)| !rest.trim().is_empty())
}

/// Mappings whose values are texts, whatever their keys.
const MAPPINGS: &[&str] = &["annotations", "external_labels", "externalLabels", "labels"];

/// The value of a label in which a `: ` is, which YAML takes for a key.
fn of_label(line: &str, before: &str) -> Option<(Span, String)> {
    let indent = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let lines = before.lines().rev().filter(|line| !line.trim().is_empty());
    let mut outer = lines.filter(|other| indent(other) < indent(line));
    let name = outer.next()?.trim().trim_start_matches("- ");
    let is_of_texts = MAPPINGS
        .iter()
        .any(|key| name.strip_suffix(':') == Some(key));
    let (at, value) = value_of(line);
    let is_plain = value.starts_with(|c: char| c.is_alphanumeric()) && value.contains(": ");
    if !is_of_texts || !is_plain || value.contains(['#', '"', '\'']) {
        return None;
    }
    Some((Span::new(at, at + value.len()), format!("'{value}'")))
}

/// Whether a text that begins with a brace is a selector of PromQL, perhaps with more behind it.
fn is_selector(value: &str) -> bool {
    let Some((inside, _)) = value.split_once('}') else {
        return false;
    };
    inside.contains(['=', '~']) && !value.contains("{{") && !inside.contains(": ")
}

/// Whether a text could be the alias of an anchor with an ordinary name.
fn is_name(value: &str) -> bool {
    value
        .chars()
        .nth(1)
        .is_some_and(|c| c.is_ascii_alphanumeric())
}

/// A value in quotes that has the same quotes within braces: in a template, or in a selector.
fn in_other_quotes(at: usize, value: &str) -> Option<(Span, String)> {
    let quote = value.chars().next()?;
    let inner = value.strip_prefix(quote)?.strip_suffix(quote)?;
    let before = inner.split(quote).next()?;
    let depth = before
        .matches('{')
        .count()
        .checked_sub(before.matches('}').count())?;
    if depth == 0 || before == inner || inner.contains('\\') {
        return None;
    }
    let new = match quote {
        '"' => format!("'{}'", inner.replace('\'', "''")),
        _ => format!("\"{}\"", inner.replace('"', "\\\"")),
    };
    Some((Span::new(at, at + value.len()), new))
}

#[cfg(test)]
mod tests {
    use promvet_text::{Span, Text};

    use super::of_line;
    use crate::yaml::parse_first;

    #[test]
    fn values_are_quoted_as_they_are_meant() {
        for (line, expected) in [
            ("    regex: *_total # all", "'*_total'"),
            ("  - *:9090", "'*:9090'"),
            ("  - {regex: *_a, action: drop}", "'*_a'"),
            ("  names: [@a, b]", "'@a'"),
            ("  expr: {job=\"x\"} > 1", "'{job=\"x\"} > 1'"),
            (
                "  summary: {{ $labels.x }} isn't up",
                "'{{ $labels.x }} isn''t up'",
            ),
            (
                "  summary: Down: {{ $labels.x }}",
                "'Down: {{ $labels.x }}'",
            ),
            ("  username: @shop", "'@shop'"),
            ("  regex: [a-z]+ # all", "'[a-z]+'"),
            ("  regex: {a|b}.*", "'{a|b}.*'"),
            ("  password: %2Fa", "'%2Fa'"),
            ("  expr: \"up{job=\"x\"} == 0\"", "'up{job=\"x\"} == 0'"),
            (
                "  text: '{{ printf '%d' $value }}'",
                "\"{{ printf '%d' $value }}\"",
            ),
        ] {
            let found = of_line(line, line.find(['*', '@']), line).map(|(_, new)| new);
            assert_eq!(found.as_deref(), Some(expected), "{line}");
        }
    }

    #[test]
    fn what_may_mean_something_else_is_left() {
        for line in [
            "    scrape_interval: *default",
            "    <<: *_x",
            "  replicas: {{ .Values.replicas }}",
            "  labels: {a: b} c",
            "  password: @PASSWORD@",
            "  expr: \"a\" == \"b\"",
            "  x: %{NAME}",
            "  static_configs: targets: [a]",
            "  url: &u",
            "@shop",
            "  regex: [a, b]",
            "  source_labels: [a] b",
        ] {
            assert_eq!(of_line(line, line.find(['*', '@']), line), None, "{line}");
        }
        assert_eq!(of_line("  regex: *_x", None, "a: &b 1\n  regex: *_x"), None);
    }

    /// Whatever the value is: in quotes it is read as what it was without them.
    #[test]
    fn quoted_values_are_read_as_they_were_written() {
        let starts = ["*_", "@", "%", "`", "{a=\"b\"} ", "{{ $value }} ", "Down: "];
        let parts = [
            "a", "it's", "\"b\"", "\\", "{x}", "#1", "é", "- c", "?", ": d", "&e", "!f", "$1",
        ];
        for start in starts {
            for first in parts {
                for second in parts {
                    let value = format!("{start}{first} {second}");
                    let line = format!("summary: {value}");
                    let Some((span, new)) = of_line(&line, None, "") else {
                        continue;
                    };
                    let read = value.split(" #").next().unwrap_or_default().trim_end();
                    let at = "summary: ".len();
                    assert_eq!(span, Span::new(at, at + read.len()), "{line}");
                    let text = Text::new("", format!("k: {new}").into_bytes());
                    let document = parse_first(&text).unwrap();
                    let found = document.root().and_then(|root| root.get("k")?.as_str());
                    assert_eq!(found, Some(read), "{line}");
                }
            }
        }
    }
}
