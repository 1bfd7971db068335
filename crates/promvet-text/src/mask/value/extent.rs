//! Where a value ends, and what surrounds it.

use crate::work;

/// Where a quoted value ends whose text begins at `from`: behind a quote that is not escaped and
/// has an end of a value behind it.
pub(in super::super) fn closing_quote(body: &str, quote: char, from: usize) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in body.get(from..)?.char_indices() {
        work::count(1);
        if escaped {
            escaped = false;
        } else if c == '\\' && quote == '"' {
            escaped = true;
        } else if c == quote {
            let end = from + at + c.len_utf8();
            let behind = body.get(end..)?.trim_start_matches([' ', '\t']);
            if behind.is_empty() || behind.starts_with([',', '}', ']', '#', ')', ';', '/']) {
                return Some(end);
            }
        }
    }
    None
}

/// Where the flow mappings of a line end.
pub(in super::super) struct FlowMappingEnds(Vec<(usize, usize)>);

impl FlowMappingEnds {
    pub(in super::super) fn of(body: &str) -> Self {
        work::count(body.len());
        let (mut open, mut ends) = (Vec::new(), Vec::new());
        for at in memchr::memchr2_iter(b'{', b'}', body.as_bytes()) {
            if body.as_bytes().get(at) == Some(&b'{') {
                open.push(at);
            } else if let Some(from) = open.pop() {
                ends.push((from, at));
            }
        }
        ends.sort_unstable();
        Self(ends)
    }

    /// Where the one ends that begins at `from`, if it does in this line.
    pub(in super::super) fn end(&self, from: usize) -> Option<usize> {
        let found = self.0.binary_search_by_key(&from, |(from, _)| *from).ok()?;
        Some(self.0.get(found)?.1)
    }
}

/// Where a flow mapping ends that begins at `from`.
pub(in super::super) fn closing_brace(body: &str, from: usize) -> usize {
    let mut depth = 0_usize;
    for (at, byte) in body.bytes().enumerate().skip(from) {
        work::count(1);
        match byte {
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            _ => continue,
        }
        if depth == 0 {
            return at;
        }
    }
    body.len()
}

/// Length of a value without quotes. In a flow mapping it ends at `,` or `}`, unless what follows
/// has no key and must be the rest of it.
pub(in super::super) fn plain_len(value: &str, flow: bool) -> usize {
    let length = plain_end(value, flow);
    work::count(length);
    length
}

pub(super) fn plain_end(value: &str, flow: bool) -> usize {
    if !flow {
        return value.find(" #").unwrap_or(value.len());
    }
    let mut end = 0;
    loop {
        let rest = value.get(end..).unwrap_or("");
        let Some(at) = rest.find([',', '}', ']']) else {
            return value.len();
        };
        let behind = rest.get(at + 1..).unwrap_or("");
        let next = behind.split([',', '}', ']']).next().unwrap_or("");
        let glued = behind.starts_with(|c: char| c.is_alphanumeric());
        let is_key = next.contains(':') || next.contains('=');
        let goes_on = glued && !is_key && !next.is_empty();
        if !goes_on {
            return end + at;
        }
        end += at + 1;
    }
}

/// A value without its quotes, its comment and what follows it.
pub(in super::super) fn unquoted(written: &str, flow: bool) -> &str {
    let quote = written.chars().next().filter(|c| matches!(c, '"' | '\''));
    match quote {
        Some(quote) => {
            let end = closing_quote(written, quote, 1).map_or(written.len(), |end| end - 1);
            written.get(1..end.max(1)).unwrap_or("")
        }
        None => written.get(..plain_len(written, flow)).unwrap_or("").trim(),
    }
}

/// A value without the tag and the anchor before it, unless they are all of it: `!!str &x SECRET`.
pub(in super::super) fn untagged(written: &str) -> &str {
    let mut rest = written;
    while rest.starts_with(['!', '&'])
        && let Some((_, behind)) = rest.split_once(' ')
    {
        rest = behind.trim_start();
    }
    if rest.is_empty() { written } else { rest }
}

/// Whether a value is a tag or an anchor, whose value is in the next line.
pub(in super::super) fn is_tag(written: &str) -> bool {
    written.starts_with(['!', '&']) && written.len() > 1 && !written.contains(char::is_whitespace)
}

/// `|` or `>` with indicators, and perhaps a comment.
pub(in super::super) fn is_block_header(written: &str) -> bool {
    // Asked of nearly every value.
    if !written.starts_with(['|', '>']) {
        return false;
    }
    let header = written.split(" #").next().unwrap_or("").trim_end();
    let mut chars = header.chars();
    matches!(chars.next(), Some('|' | '>'))
        && chars.all(|c| matches!(c, '+' | '-') || c.is_ascii_digit())
        && header.len() <= 3
}

/// Whether a line, or an item, is a key with something behind it.
pub(in super::super) fn is_mapping(text: &str) -> bool {
    text.ends_with(':') || text.contains(": ") || text.starts_with("- ") || text.starts_with('{')
}
