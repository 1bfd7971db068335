//! A source text and the places in it.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::columns::Columns;
use super::{excerpt, mask};

/// A range of bytes in a [`Text`], from `start` up to but not including `end`. Offsets count from
/// the first byte after a byte-order mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// The first byte.
    pub start: u32,
    /// The byte after the last one.
    pub end: u32,
}

impl Span {
    /// A span from two byte offsets; offsets beyond 4 GiB are cut there.
    #[must_use]
    pub fn new(start: usize, end: usize) -> Self {
        let cut = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        Self {
            start: cut(start),
            end: cut(end.max(start)),
        }
    }

    /// The smallest span that covers both.
    #[must_use]
    pub fn join(self, other: Self) -> Self {
        Self {
            start: self.start.min(other.start),
            end: self.end.max(other.end),
        }
    }

    /// Length in bytes.
    #[must_use]
    pub fn len(self) -> usize {
        (self.end - self.start) as usize
    }

    /// Whether it covers no byte.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// Without its first and its last byte, as between quotes; the same if it has less than two.
    #[must_use]
    pub fn inner(self) -> Self {
        match self.len() {
            0 | 1 => self,
            _ => Self {
                start: self.start + 1,
                end: self.end - 1,
            },
        }
    }

    /// The part of it that begins `from` bytes after its start and ends `to` bytes after its
    /// start, kept inside it.
    #[must_use]
    pub fn part(self, from: usize, to: usize) -> Self {
        let at = |offset: usize| (self.start as usize + offset).min(self.end as usize);
        Self::new(at(from), at(to))
    }
}

/// A point in a file as people and machines name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column in Unicode scalar values, from 1; a byte-order mark is not counted.
    pub column: usize,
    /// Bytes from the start of the file, from 0; a byte-order mark is counted.
    pub offset: usize,
}

/// Where one stretch of a text lies in the file that holds it.
#[derive(Clone, Copy, Debug)]
struct Segment {
    /// Offset in this text.
    at: u32,
    /// Offset in the host's text.
    host: u32,
}

/// The paths of keys that lead to a text that stands in another one; empty for a whole file.
#[derive(Clone, Debug, Default)]
pub struct Within {
    /// As people read it: `data["prometheus.yml"]`.
    pub logical: String,
    /// For fingerprints: with the name of the object that it belongs to.
    pub identity: String,
}

/// The text of one file, or of a configuration embedded in one.
///
/// Its `Debug` does not show the text, since it may hold secrets.
pub struct Text {
    path: Arc<str>,
    content: String,
    bom: usize,
    not_utf8: Option<u32>,
    lines: OnceLock<Vec<u32>>,
    columns: Columns,
    secrets: Mutex<Secrets>,
    looks_secret: OnceLock<Vec<Span>>,
    host: Option<(Arc<Self>, Vec<Segment>)>,
    within: Within,
}

/// What is known to be secret in a text, and the list that excerpts need, made when it is asked
/// for.
#[derive(Default)]
struct Secrets {
    marked: BTreeSet<Span>,
    masked: Option<Arc<[Span]>>,
    needles: Option<Arc<mask::Needles>>,
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Text")
            .field("path", &self.path)
            .field("bytes", &self.content.len())
            .finish()
    }
}

const BOM: &[u8] = b"\xef\xbb\xbf";

impl Text {
    /// The text of a file. `path` is the path as it is shown to people. Bytes that are not UTF-8
    /// become `?`, byte by byte, so that offsets stay true; UTF-16 with a byte-order mark is
    /// decoded, and offsets then count the decoded text.
    #[must_use]
    pub fn new(path: impl Into<Arc<str>>, bytes: Vec<u8>) -> Arc<Self> {
        let not_utf8 = first_invalid(&bytes);
        let (content, bom) = decode(bytes);
        Arc::new(Self {
            path: path.into(),
            content,
            bom,
            not_utf8,
            lines: OnceLock::new(),
            columns: Columns::default(),
            secrets: Mutex::default(),
            looks_secret: OnceLock::new(),
            host: None,
            within: Within::default(),
        })
    }

    /// A text embedded in `host`: `segments` are pairs of (offset in the new text, offset in the
    /// host), in ascending order, one for each stretch that is contiguous in both. `within` is
    /// where it stands in the host.
    #[must_use]
    pub fn embedded(
        host: &Arc<Self>,
        content: String,
        segments: &[(usize, usize)],
        within: Within,
    ) -> Arc<Self> {
        let segments = segments
            .iter()
            .map(|&(at, host)| Segment {
                at: Span::new(at, at).start,
                host: Span::new(host, host).start,
            })
            .collect();
        Arc::new(Self {
            path: Arc::clone(&host.path),
            content,
            bom: 0,
            not_utf8: None,
            lines: OnceLock::new(),
            columns: Columns::default(),
            secrets: Mutex::default(),
            looks_secret: OnceLock::new(),
            host: Some((Arc::clone(host), segments)),
            within,
        })
    }

    /// Whether it stands in another text.
    #[must_use]
    pub fn is_embedded(&self) -> bool {
        self.host.is_some()
    }

    /// Where it stands in the text around it.
    #[must_use]
    pub fn within(&self) -> &Within {
        &self.within
    }

    /// The first place whose bytes are not UTF-8; it reads `?`.
    #[must_use]
    pub fn not_utf8(&self) -> Option<u32> {
        self.not_utf8
    }

    /// The path as it is shown: relative to where promvet was started, with forward slashes.
    #[must_use]
    pub fn path(&self) -> &Arc<str> {
        &self.path
    }

    /// The whole text without a byte-order mark. For reading, never for output: output goes
    /// through [`Place::excerpt`].
    #[must_use]
    pub fn content(&self) -> &str {
        &self.content
    }

    /// The text of a span. For reading, never for output.
    #[must_use]
    pub fn slice(&self, span: Span) -> &str {
        self.content
            .get(span.start as usize..span.end as usize)
            .unwrap_or("")
    }

    /// Notes that a span holds a secret: excerpts will mask it.
    pub fn mark_secret(&self, span: Span) {
        let mut secrets = self.secrets.lock().unwrap_or_else(PoisonError::into_inner);
        if !span.is_empty() && secrets.marked.insert(span) {
            secrets.masked = None;
            secrets.needles = None;
        }
        drop(secrets);
        if let Some((host, _)) = &self.host {
            let outer = self.in_host(span);
            host.mark_secret(outer);
        }
    }

    /// The spans that were marked as secret.
    #[must_use]
    pub fn secrets(&self) -> Vec<Span> {
        let secrets = self.secrets.lock().unwrap_or_else(PoisonError::into_inner);
        secrets.marked.iter().copied().collect()
    }

    /// What excerpts mask: the marked spans and those that look like secrets, ascending, overlaps
    /// joined.
    pub(super) fn masked(&self) -> Arc<[Span]> {
        let looks = self
            .looks_secret
            .get_or_init(|| mask::lexical_secrets(self.content()));
        let mut secrets = self.secrets.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(masked) = &secrets.masked {
            return Arc::clone(masked);
        }
        let spans = secrets.marked.iter().chain(looks).copied();
        let spans = spans.filter(|&span| !mask::is_variable(self.slice(span)));
        let masked: Arc<[Span]> = mask::joined(spans).into();
        secrets.masked = Some(Arc::clone(&masked));
        masked
    }

    /// What is taken out of sentences: the texts of what is masked.
    pub(super) fn needles(&self) -> Arc<mask::Needles> {
        let masked = self.masked();
        let mut secrets = self.secrets.lock().unwrap_or_else(PoisonError::into_inner);
        let needles = &mut secrets.needles;
        Arc::clone(needles.get_or_insert_with(|| Arc::new(mask::needles(self, &masked))))
    }

    /// The position of a byte offset in the file.
    #[must_use]
    pub fn position(&self, offset: u32) -> Position {
        if let Some((host, _)) = &self.host {
            return host.position(self.offset_in_host(offset));
        }
        let line = self.line_at(offset);
        let start = self.line_starts().get(line - 1).copied().unwrap_or(0);
        let before = start as usize..offset.max(start) as usize;
        let column = self.columns.count(&self.content, before) + 1;
        Position {
            line,
            column,
            offset: offset as usize + self.bom,
        }
    }

    /// The line of a byte offset of this text, from 1.
    pub(super) fn line_at(&self, offset: u32) -> usize {
        self.line_starts()
            .partition_point(|&start| start <= offset)
            .max(1)
    }

    /// The bytes of a line (from 1) without its line break.
    #[must_use]
    pub fn line_span(&self, line: usize) -> Option<Span> {
        let lines = self.line_starts();
        let start = *lines.get(line.checked_sub(1)?)?;
        let end = lines
            .get(line)
            .copied()
            .unwrap_or_else(|| Span::new(0, self.content.len()).end);
        let text = self.slice(Span { start, end });
        Some(Span::new(
            start as usize,
            start as usize + text.trim_end_matches(['\n', '\r']).len(),
        ))
    }

    /// Offsets of the first byte of every line. Line breaks are `\n`, `\r\n` and a lone `\r`.
    fn line_starts(&self) -> &[u32] {
        self.lines.get_or_init(|| {
            let bytes = self.content.as_bytes();
            let mut starts = vec![0];
            starts.extend(memchr::memchr2_iter(b'\n', b'\r', bytes).filter_map(|at| {
                let crlf = bytes.get(at) == Some(&b'\r') && bytes.get(at + 1) == Some(&b'\n');
                (!crlf).then(|| Span::new(at + 1, at + 1).start)
            }));
            starts
        })
    }

    fn offset_in_host(&self, offset: u32) -> u32 {
        let Some((_, segments)) = &self.host else {
            return offset;
        };
        let index = segments
            .partition_point(|segment| segment.at <= offset)
            .saturating_sub(1);
        segments.get(index).map_or(offset, |segment| {
            segment.host + offset.saturating_sub(segment.at)
        })
    }

    fn in_host(&self, span: Span) -> Span {
        let start = self.offset_in_host(span.start);
        if span.is_empty() {
            return Span { start, end: start };
        }
        let end = self.offset_in_host(span.end.saturating_sub(1)) + 1;
        // A last character that takes more bytes there, as an escape does, is taken whole; what
        // lies between two lines is not.
        let next = self.offset_in_host(span.end).max(end);
        let gap = self.host.as_ref().map_or("", |(host, _)| {
            host.slice(Span {
                start: end,
                end: next,
            })
        });
        let end = if gap.contains(char::is_whitespace) {
            end
        } else {
            next
        };
        Span { start, end }
    }

    /// The file's own text and the span in it.
    fn outermost(self: &Arc<Self>, span: Span) -> (Arc<Self>, Span) {
        match &self.host {
            Some((host, _)) => host.outermost(self.in_host(span)),
            None => (Arc::clone(self), span),
        }
    }
}

/// The offset of the first byte that is not UTF-8, a byte-order mark not counted; none in UTF-16.
fn first_invalid(bytes: &[u8]) -> Option<u32> {
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return None;
    }
    let at = std::str::from_utf8(bytes).err()?.valid_up_to();
    let bom = if bytes.starts_with(BOM) { BOM.len() } else { 0 };
    Some(Span::new(at - bom, at - bom).start)
}

fn decode(bytes: Vec<u8>) -> (String, usize) {
    let utf16 = |from: fn([u8; 2]) -> u16| {
        let units = bytes
            .chunks_exact(2)
            .filter_map(|pair| pair.try_into().ok())
            .skip(1)
            .map(from);
        char::decode_utf16(units)
            .map(|c| c.unwrap_or('?'))
            .collect::<String>()
    };
    if bytes.starts_with(b"\xff\xfe") {
        return (utf16(u16::from_le_bytes), 0);
    }
    if bytes.starts_with(b"\xfe\xff") {
        return (utf16(u16::from_be_bytes), 0);
    }
    let bom = if bytes.starts_with(BOM) { BOM.len() } else { 0 };
    let mut content =
        String::from_utf8(bytes).unwrap_or_else(|broken| replace_invalid(broken.as_bytes()));
    content.drain(..bom);
    (content, bom)
}

fn replace_invalid(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        out.push_str(chunk.valid());
        out.extend(chunk.invalid().iter().map(|_| '?'));
    }
    out
}

/// A span of a text: what findings and evidence point at.
#[derive(Clone)]
pub struct Place {
    text: Arc<Text>,
    span: Span,
}

impl Place {
    /// The place of a span of a text; a span of an embedded text becomes one of the file around it.
    #[must_use]
    pub fn new(text: &Arc<Text>, span: Span) -> Self {
        let (text, span) = text.outermost(span);
        Self { text, span }
    }

    /// The path as shown.
    #[must_use]
    pub fn path(&self) -> &Arc<str> {
        &self.text.path
    }

    /// The file's text.
    #[must_use]
    pub fn text(&self) -> &Arc<Text> {
        &self.text
    }

    /// The span in the file's text.
    #[must_use]
    pub fn span(&self) -> Span {
        self.span
    }

    /// Where it begins.
    #[must_use]
    pub fn start(&self) -> Position {
        self.text.position(self.span.start)
    }

    /// Where it ends: the position after its last character.
    #[must_use]
    pub fn end(&self) -> Position {
        self.text.position(self.span.end)
    }

    /// The place of another span of the same file.
    #[must_use]
    pub fn sibling(&self, span: Span) -> Self {
        Self {
            text: Arc::clone(&self.text),
            span,
        }
    }

    /// The lines around it, up to `context` lines before and after, with secrets masked. Lines of
    /// more than 200 characters are cut, so that the place stays in view.
    #[must_use]
    pub fn excerpt(&self, context: usize) -> Excerpt {
        self.excerpt_within(context, 200)
    }

    /// The same, with lines of at most `columns` characters.
    #[must_use]
    pub fn excerpt_within(&self, context: usize, columns: usize) -> Excerpt {
        excerpt::excerpt(&self.text, &[self.span], context, columns).0
    }

    /// One excerpt for this place and others of the same file, and where in it each of them is:
    /// this one first.
    #[must_use]
    pub fn excerpt_with(
        &self,
        others: &[&Self],
        context: usize,
        columns: usize,
    ) -> (Excerpt, Vec<Range<usize>>) {
        let others = others.iter().map(|other| other.span);
        let spans: Vec<Span> = std::iter::once(self.span).chain(others).collect();
        excerpt::excerpt(&self.text, &spans, context, columns)
    }

    /// Whether another place is in the same file, with at most `lines` lines between the two.
    #[must_use]
    pub fn is_near(&self, other: &Self, lines: usize) -> bool {
        let (top, bottom) = excerpt::lines_of(&self.text, self.span);
        let (other_top, other_bottom) = excerpt::lines_of(&other.text, other.span);
        Arc::ptr_eq(&self.text, &other.text)
            && other_top <= bottom + lines + 1
            && top <= other_bottom + lines + 1
    }

    /// Removes from a sentence whatever the text knows to be a secret.
    #[must_use]
    pub fn redact(&self, sentence: String) -> String {
        mask::redact(&self.text, sentence)
    }

    /// What sorts findings: path, then offsets.
    #[must_use]
    pub fn order(&self) -> (&str, u32, u32) {
        (&self.text.path, self.span.start, self.span.end)
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let start = self.start();
        write!(f, "{}:{}:{}", self.text.path, start.line, start.column)
    }
}

/// A few lines of a file, fit for output.
#[derive(Clone, Debug)]
pub struct Excerpt {
    /// The lines, separated by `\n`, secrets replaced; `…` where a line was cut.
    pub text: String,
    /// The number of the first line, from 1.
    pub first_line: usize,
    /// Where the place begins in `text`, in bytes.
    pub start: usize,
    /// Length of the place in `text`, in bytes.
    pub len: usize,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_from_one_and_offsets_count_the_mark() {
        let text = Text::new("a.yml", b"\xef\xbb\xbfab\r\n\xc3\xa4x\rz\n".to_vec());
        assert_eq!(
            text.position(0),
            Position {
                line: 1,
                column: 1,
                offset: 3
            }
        );
        assert_eq!(
            text.position(6),
            Position {
                line: 2,
                column: 2,
                offset: 9
            }
        );
        assert_eq!(
            text.position(8),
            Position {
                line: 3,
                column: 1,
                offset: 11
            }
        );
    }

    #[test]
    fn broken_bytes_keep_offsets() {
        let text = Text::new("a", b"a\xff\xfeb\nc".to_vec());
        assert_eq!(text.content(), "a??b\nc");
        assert_eq!(text.not_utf8(), Some(1));
        assert_eq!(Text::new("a", b"abc".to_vec()).not_utf8(), None);
    }

    #[test]
    fn embedded_texts_point_into_their_host() {
        let host = Text::new("cm.yaml", b"data: |\n  ab\n  cd\n".to_vec());
        let inner = Text::embedded(
            &host,
            "ab\ncd\n".into(),
            &[(0, 10), (3, 15)],
            Within::default(),
        );
        let place = Place::new(&inner, Span::new(3, 5));
        assert_eq!((place.start().line, place.start().column), (3, 3));
        assert_eq!(place.end().column, 5);
    }
}
