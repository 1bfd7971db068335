//! The text around an embedded one, and where in it each stretch is.

use std::sync::Arc;

use super::{Span, Text};

/// Where one stretch of a text is in the file that holds it.
#[derive(Clone, Copy, Debug)]
struct SourceSegment {
    /// Offset in this text.
    at: u32,
    /// Offset in the host's text.
    host: u32,
}

/// The paths of keys that lead to a text that is in another one; empty for a whole file.
#[derive(Clone, Debug, Default)]
pub struct KeyPath {
    /// As people read it: `data["prometheus.yml"]`.
    pub logical: String,
    /// For fingerprints: with the name of the object that it belongs to.
    pub identity: String,
}

/// How the text around an embedded one writes it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EmbeddingStyle {
    /// What is written in place of characters.
    pub quoting: Quoting,
    /// Whether `$$` stands for `$`, as docker compose has it.
    pub doubles_dollars: bool,
}

/// What a scalar that holds a text writes in place of its characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Quoting {
    /// Line by line as it is, but for the indentation.
    #[default]
    Lines,
    /// As it is, but lines may be joined.
    Folded,
    /// Each `'` twice.
    Single,
    /// Escapes behind backslashes.
    Double,
}

impl EmbeddingStyle {
    /// A text as it is written in the scalar; none where it cannot be written in one line.
    pub(super) fn of(self, text: &str) -> Option<String> {
        let text = if self.doubles_dollars {
            text.replace('$', "$$")
        } else {
            text.to_owned()
        };
        match self.quoting {
            Quoting::Lines => Some(text),
            Quoting::Double => text
                .chars()
                .map(|c| match c {
                    '"' => Some("\\\"".to_owned()),
                    '\\' => Some("\\\\".to_owned()),
                    '\n' => Some("\\n".to_owned()),
                    '\t' => Some("\\t".to_owned()),
                    c if c.is_control() => None,
                    c => Some(c.to_string()),
                })
                .collect(),
            _ if text.contains(['\n', '\r']) => None,
            Quoting::Single => Some(text.replace('\'', "''")),
            Quoting::Folded => Some(text),
        }
    }
}

/// The text that an embedded one is in.
pub(super) struct HostText {
    text: Arc<Text>,
    segments: Vec<SourceSegment>,
    written: EmbeddingStyle,
}

impl HostText {
    /// `segments` are pairs of (offset in the embedded text, offset in the host), ascending.
    pub(super) fn new(
        text: &Arc<Text>,
        segments: &[(usize, usize)],
        written: EmbeddingStyle,
    ) -> Self {
        let segments = segments
            .iter()
            .map(|&(at, host)| SourceSegment {
                at: Span::new(at, at).start,
                host: Span::new(host, host).start,
            })
            .collect();
        Self {
            text: Arc::clone(text),
            segments,
            written,
        }
    }

    /// The same for a text of `length` bytes with more behind its end, which is behind that of the host.
    pub(super) fn extended(&self, length: usize, more: &str) -> Self {
        let mut segments = self.segments.clone();
        let host = self.text.content().len();
        segments.push(SourceSegment {
            at: Span::new(length, length).start,
            host: Span::new(host, host).start,
        });
        Self {
            text: self.text.extended(more),
            segments,
            written: self.written,
        }
    }

    pub(super) fn written(&self) -> EmbeddingStyle {
        self.written
    }

    pub(super) fn text(&self) -> &Arc<Text> {
        &self.text
    }

    /// Where an offset of the embedded text is in the host.
    pub(super) fn offset(&self, offset: u32) -> u32 {
        let index = self
            .segments
            .partition_point(|segment| segment.at <= offset)
            .saturating_sub(1);
        self.segments.get(index).map_or(offset, |segment| {
            segment.host + offset.saturating_sub(segment.at)
        })
    }

    /// Where a span of the embedded text is in the host.
    pub(super) fn span(&self, span: Span) -> Span {
        let start = self.offset(span.start);
        if span.is_empty() {
            return Span { start, end: start };
        }
        let end = self.offset(span.end.saturating_sub(1)) + 1;
        // A last character that takes more bytes there, as an escape does, is taken whole; what
        // is between two lines is not.
        let next = self.offset(span.end).max(end);
        let gap = self.text.slice(Span {
            start: end,
            end: next,
        });
        let end = if gap.contains(char::is_whitespace) {
            end
        } else {
            next
        };
        self.between_characters(Span { start, end })
    }

    /// A span that begins and ends between characters: where the embedded text cannot be laid beside
    /// its source, its characters need not be as long as those at their places.
    fn between_characters(&self, span: Span) -> Span {
        let content = self.text.content();
        let last = Span::new(content.len(), content.len()).start;
        let (mut start, mut end) = (span.start.min(last), span.end.min(last));
        while !content.is_char_boundary(start as usize) && start > 0 {
            start -= 1;
        }
        while !content.is_char_boundary(end as usize) && end < last {
            end += 1;
        }
        Span { start, end }
    }
}
