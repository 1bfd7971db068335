//! Comments, which the parser leaves out: a `#` outside of every scalar begins one.

mod lines;
mod look;
#[cfg(test)]
mod tests;
mod unit;

use super::document::{Document, NodeContent};
use super::scalar::Style;
use lines::{after_break, line_around, lines_with, slice};
use promvet_text::Span;

pub use lines::{line_of, next_content_line};
pub use look::comments_by_look;
pub use unit::CommentedItem;

/// A comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Comment {
    /// From its `#` to the end of its line.
    pub span: Span,
    /// Whether something precedes it in its line.
    pub trailing: bool,
}

/// The comments of the lines that hold `needle`, ascending. `content` is the text that was parsed
/// into `documents`, which is the text itself, or the one in which tags are covered. Behind the
/// line in which a document begins that was not read there are none.
#[must_use]
pub fn comments(content: &str, documents: &[Document], needle: &str) -> Vec<Comment> {
    let taken: Vec<Span> = documents
        .iter()
        .flat_map(|document| document.taken(content))
        .collect();
    let unread = documents.last().and_then(Document::next_document);
    let end = unread.map_or(content.len(), |next| {
        line_around(content, next.start as usize).end as usize
    });
    let mut out = Vec::new();
    for line in lines_with(content, needle) {
        if line.end as usize > end {
            break;
        }
        if let Some(hash) = first_free(content, line, &taken) {
            out.push(comment(content, line, hash));
        }
    }
    out
}

impl Document {
    /// Where scalars are, so that a `#` there is theirs, ascending.
    fn taken(&self, content: &str) -> impl Iterator<Item = Span> {
        self.nodes.iter().filter_map(move |node| match node.data {
            NodeContent::Scalar { style, .. } => {
                let start = behind_properties(content, node.span);
                let start = match style {
                    Style::Literal | Style::Folded => {
                        after_break(content, line_around(content, start).end as usize)
                    }
                    _ => start,
                };
                (start < node.span.end as usize).then(|| Span::new(start, node.span.end as usize))
            }
            _ => None,
        })
    }
}

/// Where a scalar begins behind its anchor and its tag. Comments may be between.
pub(super) fn behind_properties(content: &str, span: Span) -> usize {
    let text = slice(content, span);
    let mut at = 0;
    loop {
        let rest = text.get(at..).unwrap_or("");
        let skip = match rest.chars().next() {
            Some('&' | '!') => rest.find(char::is_whitespace).unwrap_or(rest.len()),
            Some('#') if at > 0 => rest.find(['\n', '\r']).unwrap_or(rest.len()),
            Some(c) if c.is_whitespace() => c.len_utf8(),
            _ => return span.start as usize + at,
        };
        at += skip;
    }
}

/// The first `#` of a line that no scalar has taken.
fn first_free(content: &str, line: Span, taken: &[Span]) -> Option<usize> {
    let mut at = line.start as usize;
    let mut index = taken.partition_point(|span| span.end <= line.start);
    loop {
        let hash = at + content.get(at..line.end as usize)?.find('#')?;
        while taken
            .get(index)
            .is_some_and(|span| span.end as usize <= hash)
        {
            index += 1;
        }
        match taken.get(index) {
            Some(span) if span.start as usize <= hash => at = span.end as usize,
            _ => return Some(hash),
        }
    }
}

fn comment(content: &str, line: Span, hash: usize) -> Comment {
    let before = content.get(line.start as usize..hash).unwrap_or("");
    Comment {
        span: Span::new(hash, line.end as usize),
        trailing: !before.trim().is_empty(),
    }
}
