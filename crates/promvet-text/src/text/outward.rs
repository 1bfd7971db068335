//! A change of an embedded text as a change of the file around it.

use std::sync::Arc;

use super::host::HostText;
use super::{Quoting, Span, Text};

impl Text {
    /// The change of the outermost file that replaces `span` of this text with `new`. None where
    /// the text is folded or escaped in the file around it, so that the change would be another one
    /// there.
    #[must_use]
    pub fn outer_edit(self: &Arc<Self>, span: Span, new: String) -> Option<(Span, String)> {
        let Some(host) = &self.host else {
            return Some((span, new));
        };
        let written = host.written();
        if written.quoting != Quoting::Lines {
            let outer = self.quoted_in(host, span)?;
            return host.text().outer_edit(outer, written.of(&new)?);
        }
        let indent = self.indent_in(host, span)?;
        let new = indented(&written.of(&new)?, &indent);
        let outer = if self.is_of_lines(span) {
            self.lines_in(host, span)
        } else {
            host.span(span)
        };
        // The first line is behind the indentation already, unless whole lines are changed.
        let new = match new.strip_prefix(&*indent) {
            Some(rest) if !self.is_of_lines(span) => rest.to_owned(),
            _ => new,
        };
        host.text().outer_edit(outer, new)
    }

    /// Where a span is in the quotes of the host, if what is around it is written there in the usual
    /// way: with the shortest escapes, and each line in one.
    fn quoted_in(&self, host: &HostText, span: Span) -> Option<Span> {
        let written = host.written();
        let is_there = |inner: Span| {
            let outer = Span {
                start: host.offset(inner.start),
                end: host.offset(inner.end),
            };
            let expected = written.of(self.slice(inner));
            (expected.as_deref() == Some(host.text().slice(outer))).then_some(outer)
        };
        // An empty span proves nothing by itself, so its line has to.
        let start = self.content.get(..span.start as usize)?;
        let line = start.rfind('\n').map_or(0, |at| at + 1);
        let rest = self.content.get(span.end as usize..)?;
        let end = span.end as usize + rest.find('\n').unwrap_or(rest.len());
        match written.quoting {
            Quoting::Folded if span.is_empty() => return None,
            Quoting::Folded => {}
            _ => {
                is_there(Span::new(line, end))?;
            }
        }
        is_there(span)
    }

    /// Whether a span begins and ends where lines do.
    fn is_of_lines(&self, span: Span) -> bool {
        let begins = |at: u32| {
            let before = self.content.get(..at as usize);
            before.is_some_and(|it| it.is_empty() || it.ends_with('\n'))
        };
        begins(span.start) && begins(span.end)
    }

    /// The indentation in the host of the lines that a span touches, if they are the same there but
    /// for it.
    fn indent_in(&self, host: &HostText, span: Span) -> Option<String> {
        let content = &self.content;
        let before = content.get(..span.start as usize)?;
        let mut line = before.rfind('\n').map_or(0, |at| at + 1);
        // Behind the last line its indentation is what counts.
        if line == content.len() && line > 0 {
            let before = content.get(..line - 1)?;
            line = before.rfind('\n').map_or(0, |at| at + 1);
        }
        let last = (span.end as usize).max(line + 1).min(content.len());
        let mut indent = None;
        while line < last {
            let text = content.get(line..)?.split_inclusive('\n').next()?;
            let content = text.trim_end_matches(['\n', '\r']);
            let first = content.len() - content.trim_start_matches(' ').len();
            let at = host.offset(u32::try_from(line + first).ok()?) as usize;
            let around = &host.text().content;
            // The value's own leading spaces cannot be told from the indentation of the block.
            let lead = around.get(..at)?.rsplit('\n').next()?;
            let is_same = around.get(at..)?.starts_with(content.get(first..)?);
            if !is_same || !lead.trim_matches(' ').is_empty() {
                return None;
            }
            let lead = lead.get(first..)?;
            if first < content.len() && indent.replace(lead.to_owned()).is_some_and(|it| it != lead)
            {
                return None;
            }
            line += text.len();
        }
        indent
    }

    /// The lines of the host that whole lines of this text are.
    fn lines_in(&self, host: &HostText, span: Span) -> Span {
        let around = &host.text().content;
        let start_of = |at: u32| {
            let (at, behind) = match self.content.get(at as usize..) {
                // Behind the last line, which ends in the host with a line break too.
                Some("") | None => (at.saturating_sub(1), true),
                Some(rest) => {
                    let spaces = rest.len() - rest.trim_start_matches(' ').len();
                    (at + Span::new(0, spaces).end, false)
                }
            };
            let at = host.offset(at) as usize;
            let line = around.get(..at).and_then(|it| it.rfind('\n'));
            let line = line.map_or(0, |at| at + 1);
            let next = around.get(at..).and_then(|it| it.find('\n'));
            let next = next.map_or(around.len(), |newline| at + newline + 1);
            if behind { next } else { line }
        };
        Span::new(start_of(span.start), start_of(span.end))
    }
}

/// A text with every line that is not empty indented.
fn indented(text: &str, indent: &str) -> String {
    let lines = text.split_inclusive('\n').map(|line| {
        if line.trim().is_empty() {
            line.to_owned()
        } else {
            format!("{indent}{line}")
        }
    });
    lines.collect()
}
