//! The lines of a text, found from the offsets in them.

use promvet_text::Span;

/// The next line from an offset on that holds more than blanks and comments.
#[must_use]
pub fn next_content_line(content: &str, from: u32) -> Option<Span> {
    let mut from = after_break(content, line_around(content, from as usize).end as usize);
    while from < content.len() {
        let line = line_around(content, from);
        let text = slice(content, line).trim_start();
        if !text.is_empty() && !text.starts_with('#') {
            return Some(line);
        }
        from = after_break(content, line.end as usize);
    }
    None
}

/// The line that an offset is in, without its line break.
#[must_use]
pub fn line_of(content: &str, offset: u32) -> Span {
    line_around(content, offset as usize)
}

/// The lines that hold a needle, each once.
pub(super) fn lines_with<'t>(
    content: &'t str,
    needle: &'t str,
) -> impl Iterator<Item = Span> + use<'t> {
    let mut behind = 0;
    memchr::memmem::find_iter(content.as_bytes(), needle).filter_map(move |at| {
        if at < behind {
            return None;
        }
        let line = line_around(content, at);
        behind = line.end as usize;
        Some(line)
    })
}

/// The line that an offset is in, without its line break.
pub(super) fn line_around(content: &str, offset: usize) -> Span {
    let bytes = content.as_bytes();
    let before = bytes.get(..offset).unwrap_or(bytes);
    let start = memchr::memrchr2(b'\n', b'\r', before).map_or(0, |at| at + 1);
    let after = bytes.get(offset..).unwrap_or(&[]);
    let end = memchr::memchr2(b'\n', b'\r', after).map_or(bytes.len(), |at| offset + at);
    Span::new(start, end)
}

/// Where the line behind the end of a line begins.
pub(super) fn after_break(content: &str, end: usize) -> usize {
    let rest = content.get(end..).unwrap_or("");
    end + if rest.starts_with("\r\n") { 2 } else { 1 }
}

/// The text of a span.
pub(super) fn slice(content: &str, span: Span) -> &str {
    content
        .get(span.start as usize..span.end as usize)
        .unwrap_or("")
}
