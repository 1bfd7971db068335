//! Comments by the look of the lines, where there is no tree to ask.

use super::lines::{after_break, line_around, lines_with, slice};
use super::{Comment, comment};
use promvet_text::Span;

/// The comments of the lines that hold `needle`, ascending, in a text that is not YAML: by the
/// look of its lines alone.
#[must_use]
pub fn comments_by_look(content: &str, needle: &str) -> Vec<Comment> {
    let wanted: Vec<Span> = lines_with(content, needle).collect();
    let mut out = Vec::new();
    let mut block: Option<usize> = None;
    let mut from = 0;
    while from < content.len() {
        let line = line_around(content, from);
        let text = slice(content, line);
        let indent = text.len() - text.trim_start_matches(' ').len();
        if block.is_some_and(|outer| indent > outer || text.trim().is_empty()) {
            from = after_break(content, line.end as usize);
            continue;
        }
        let hash = hash_by_look(text);
        let code = hash.map_or(text, |hash| text.get(..hash).unwrap_or(""));
        // A `#` in a block scalar is text, so that lines deeper than its key are skipped.
        block = opens_block(code).then_some(indent);
        if let Some(hash) = hash.filter(|_| wanted.binary_search(&line).is_ok()) {
            out.push(comment(content, line, line.start as usize + hash));
        }
        from = after_break(content, line.end as usize);
    }
    out
}

/// Where a comment begins in a line, as far as the line alone tells: quotes count where a value
/// could begin.
fn hash_by_look(line: &str) -> Option<usize> {
    let mut quote: Option<char> = None;
    let mut before = ' ';
    let mut escaped = false;
    for (at, c) in line.char_indices() {
        match quote {
            Some('"') if escaped => escaped = false,
            Some('"') if c == '\\' => escaped = true,
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if matches!(c, '"' | '\'') && " \t[{,".contains(before) => quote = Some(c),
            None if c == '#' && before.is_whitespace() => return Some(at),
            None => {}
        }
        before = c;
    }
    None
}

/// Whether a line ends with the head of a block scalar.
fn opens_block(code: &str) -> bool {
    let code = code.trim_end();
    let Some(last) = code.split_whitespace().next_back() else {
        return false;
    };
    let rest = last.strip_prefix(['|', '>']);
    rest.is_some_and(|rest| rest.chars().all(|c| matches!(c, '+' | '-' | '1'..='9')))
}
