//! Edits of texts that are not YAML: attributes of Grafana Alloy, one a line.

use promvet_text::{Action, Span};

use super::{Declined, line_end};
use crate::yaml::Document;

/// The edit of an action, where it changes a word, a text in quotes, or a line.
/// Alloy has its own quotes and escapes, so that only the plainest values are changed.
pub(super) fn edit(document: &Document, action: &Action) -> Result<(Span, String), Declined> {
    let content = document.text().content();
    match action {
        Action::Rename { span, to } => {
            let written = document.text().slice(*span);
            if is_word(written) && is_word(to) {
                Ok((*span, to.clone()))
            } else if is_quoted(written) && !needs_escapes(to) {
                // The key of a map, such as the name of a header.
                Ok((*span, format!("\"{to}\"")))
            } else {
                Err(Declined::Foreign)
            }
        }
        Action::Replace { span, text } => {
            let written = document.text().slice(*span);
            if needs_escapes(text) {
                Err(Declined::Foreign)
            } else if is_quoted(written) {
                Ok((*span, format!("\"{text}\"")))
            } else if written.contains(['"', '\\', '`', '\n']) || written.is_empty() {
                Err(Declined::Foreign)
            } else {
                Ok((*span, text.clone()))
            }
        }
        Action::Remove { span } => removed(content, *span).ok_or(Declined::Foreign),
        Action::Insert { after, key, value } if is_word(key) && is_word(value) => {
            inserted(content, *after, key, value).ok_or(Declined::Foreign)
        }
        _ => Err(Declined::Foreign),
    }
}

fn is_quoted(written: &str) -> bool {
    written.len() >= 2 && written.starts_with('"') && written.ends_with('"')
}

fn needs_escapes(text: &str) -> bool {
    text.chars()
        .any(|c| c.is_control() || matches!(c, '"' | '\\'))
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// An attribute behind a line with another one, or with a whole block.
fn inserted(content: &str, name: Span, key: &str, value: &str) -> Option<(Span, String)> {
    let start = name.start as usize;
    let line = content.get(..start)?.rfind('\n').map_or(0, |at| at + 1);
    let indent = content.get(line..start)?;
    let end = line_end(content, start);
    let written = content.get(line..end)?;
    let count = |c: char| written.matches(c).count();
    let is_whole = [('{', '}'), ('[', ']'), ('(', ')')]
        .iter()
        .all(|(open, close)| count(*open) == count(*close));
    let is_plain = is_whole && !written.contains(['`', '\\']) && written.ends_with('\n');
    let ends = if written.ends_with("\r\n") {
        "\r\n"
    } else {
        "\n"
    };
    let added = format!("{indent}{key} = \"{value}\"{ends}");
    (indent.trim().is_empty() && is_plain).then(|| (Span::new(end, end), added))
}

/// The line of an attribute whose name a span is, if it ends there.
/// Only an attribute that fills its line is removed, since a value may go on over several lines.
fn removed(content: &str, name: Span) -> Option<(Span, String)> {
    let start = name.start as usize;
    let line = content.get(..start)?.rfind('\n').map_or(0, |at| at + 1);
    let end = line_end(content, name.end as usize);
    let is_first = content.get(line..start)?.trim().is_empty();
    let value = content.get(name.end as usize..end)?.trim();
    let value = value.strip_prefix('=')?.trim();
    let is_text = value.len() >= 2
        && value.starts_with('"')
        && value.get(1..).and_then(|rest| rest.find('"')) == Some(value.len() - 2);
    (is_first && (is_word(value) || is_text)).then(|| (Span::new(line, end), String::new()))
}
