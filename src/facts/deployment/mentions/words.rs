//! Words around a mention.

use super::{ENDS, FILES_GET};

/// Whether a text ends with a backslash that joins the next line to it.
pub(super) fn goes_on(text: &str) -> bool {
    text.trim_end_matches('\r').ends_with('\\')
}

/// The value behind a flag: in the same word, in the next one, or in the next item of a list.
pub(super) fn value(behind: &str) -> &str {
    let skipped = |c: char| c.is_whitespace() || matches!(c, '=' | '"' | '\'' | ',' | ':');
    let value = behind.trim_start_matches(skipped);
    let value = value.strip_prefix("- ").unwrap_or(value);
    let value = value.trim_start_matches(['"', '\'', ' ']);
    let ends = |c: char| c.is_whitespace() || ENDS.contains(&c);
    value.split(ends).next().unwrap_or_default()
}

/// Lines without what all of them are indented by.
pub(super) fn dedented(lines: &[&str]) -> String {
    let indent = |line: &&str| line.len() - line.trim_start().len();
    let least = lines.iter().map(indent).min().unwrap_or_default();
    let lines = lines
        .iter()
        .map(|line| line.get(least..).unwrap_or_default());
    lines.fold(String::new(), |all, line| all + line + "\n")
}

/// The path in a line of a template that takes a file of the chart.
pub(super) fn file_of_chart(line: &str) -> Option<&str> {
    let (_, behind) = line.split_once(FILES_GET)?;
    quoted_path(behind)
}

pub(super) fn quoted_path(text: &str) -> Option<&str> {
    let quoted = text.trim_start().trim_start_matches('(').trim_start();
    let quote = quoted.chars().next().filter(|c| matches!(c, '"' | '`'))?;
    quoted.get(1..)?.split(quote).next()
}

pub(super) fn is_prometheus(text: &str) -> bool {
    text.to_ascii_lowercase().contains("prom")
}

/// Whether a text names Grafana Agent, which has a flag `config.file` too.
pub(super) fn is_agent(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    ["grafana-agent", "grafana/agent", "agentctl"]
        .iter()
        .any(|name| text.contains(name))
}
