//! A source text and the places in it.

mod alive;
mod columns;
mod cut;
mod decode;
mod host;
mod lines;
mod outward;
mod place;
mod secrets;
mod span;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use super::mask;
use alive::Alive;
use cut::Cut;
use decode::{Decoded, decode, has_mark};
use host::HostText;
use lines::Lines;
use secrets::Secrets;

pub use alive::most_bytes_alive;
pub use host::{EmbeddingStyle, KeyPath, Quoting};
pub use lines::Position;
pub use place::Place;
pub use span::Span;

/// What of a text may be shown, masked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
enum ShownPart {
    /// Nothing but the numbers of its lines.
    Nothing,
    /// What sentences repeat of it.
    Words,
    /// Its lines too.
    Lines,
}

/// The text of one file, or of a configuration embedded in one.
///
/// Nothing of it is shown until it was recognized: a setting or a link can name any file of the
/// machine. Then its lines are shown masked. Its `Debug` does not show the text, since it may hold
/// secrets.
pub struct Text {
    path: Arc<str>,
    _alive: Alive,
    content: String,
    bom: usize,
    has_mark: bool,
    not_utf8: Option<u32>,
    lines: Lines,
    secrets: Secrets,
    host: Option<HostText>,
    /// Which lines of the file its content has, if not all.
    cut: Option<Box<Cut>>,
    within: KeyPath,
    /// A [`ShownPart`]; that of an embedded text is its host's.
    shown: AtomicU8,
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Text")
            .field("path", &self.path)
            .field("bytes", &self.content.len())
            .finish()
    }
}

impl Text {
    /// The text of a file that may be anything: no line of it is shown, and no word of it is
    /// repeated in a sentence, until [`Self::recognize`] says that it is what it was read as. `path`
    /// is the path as it is shown to people. Bytes that are not UTF-8 become `?`, byte by byte, so
    /// that offsets stay true; UTF-16 with a byte-order mark is decoded, and offsets then count the
    /// decoded text.
    #[must_use]
    pub fn new(path: impl Into<Arc<str>>, bytes: Vec<u8>) -> Arc<Self> {
        let has_mark = has_mark(&bytes);
        let Decoded {
            content,
            bom,
            invalid,
        } = decode(bytes);
        Arc::new(Self {
            path: path.into(),
            _alive: Alive::new(&content),
            content,
            bom,
            has_mark,
            not_utf8: invalid,
            lines: Lines::default(),
            secrets: Secrets::default(),
            host: None,
            cut: None,
            within: KeyPath::default(),
            shown: AtomicU8::new(ShownPart::Nothing as u8),
        })
    }

    /// The text of a file that is known to be what it is read as.
    #[must_use]
    pub fn recognized(path: impl Into<Arc<str>>, bytes: Vec<u8>) -> Arc<Self> {
        let text = Self::new(path, bytes);
        text.recognize();
        text
    }

    /// Notes that the file is what it was read as, so that its lines may be shown, masked.
    pub fn recognize(&self) {
        self.show(ShownPart::Lines);
    }

    /// Notes that the file is what it was read as, but of a kind whose lines are not shown, such as
    /// an environment file. Sentences may repeat words of it, masked.
    pub fn recognize_words(&self) {
        self.show(ShownPart::Words);
    }

    fn show(&self, shown: ShownPart) {
        match &self.host {
            Some(host) => host.text().show(shown),
            None => {
                self.shown.fetch_max(shown as u8, Ordering::Relaxed);
            }
        }
    }

    fn shows(&self, shown: ShownPart) -> bool {
        match &self.host {
            Some(host) => host.text().shows(shown),
            None => self.shown.load(Ordering::Relaxed) >= shown as u8,
        }
    }

    /// Whether lines of it may be shown.
    #[must_use]
    pub fn shows_lines(&self) -> bool {
        self.shows(ShownPart::Lines)
    }

    /// Whether sentences may repeat words of it.
    pub(super) fn shows_words(&self) -> bool {
        self.shows(ShownPart::Words)
    }

    /// A text embedded in `host`: `segments` are pairs of (offset in the new text, offset in the
    /// host), in ascending order, one for each stretch that is contiguous in both. `within` is
    /// where it is in the host.
    #[must_use]
    pub fn embedded(
        host: &Arc<Self>,
        content: String,
        segments: &[(usize, usize)],
        within: KeyPath,
    ) -> Arc<Self> {
        Self::written_in(host, content, segments, within, EmbeddingStyle::default())
    }

    /// The same, where the host writes the text in another way than line by line as it is.
    #[must_use]
    pub fn written_in(
        host: &Arc<Self>,
        content: String,
        segments: &[(usize, usize)],
        within: KeyPath,
        written: EmbeddingStyle,
    ) -> Arc<Self> {
        Arc::new(Self {
            path: Arc::clone(&host.path),
            _alive: Alive::new(&content),
            content,
            bom: 0,
            has_mark: false,
            not_utf8: None,
            lines: Lines::default(),
            secrets: Secrets::default(),
            host: Some(HostText::new(host, segments, written)),
            cut: None,
            within,
            shown: AtomicU8::new(ShownPart::Nothing as u8),
        })
    }

    /// The same text with more behind its end, and behind the end of the text around it: values that come
    /// from elsewhere and are read as a part of it. Spans of this text are the same ones there.
    #[must_use]
    pub fn extended(&self, more: &str) -> Arc<Self> {
        let host = self.host.as_ref();
        let content = format!("{}{more}", self.content);
        Arc::new(Self {
            path: Arc::clone(&self.path),
            _alive: Alive::new(&content),
            bom: self.bom,
            has_mark: self.has_mark,
            not_utf8: self.not_utf8,
            lines: Lines::default(),
            secrets: Secrets::default(),
            host: host.map(|host| host.extended(self.content.len(), more)),
            cut: None,
            within: self.within.clone(),
            shown: AtomicU8::new(self.shown.load(Ordering::Relaxed)),
            content,
        })
    }

    /// Whether it is in another text.
    #[must_use]
    pub fn is_embedded(&self) -> bool {
        self.host.is_some()
    }

    /// Where it is in the text around it.
    #[must_use]
    pub fn within(&self) -> &KeyPath {
        &self.within
    }

    /// The length of the byte-order mark that its content leaves out.
    #[must_use]
    pub fn byte_order_mark(&self) -> usize {
        self.bom
    }

    /// The first place whose bytes are not UTF-8; it reads `?`. In UTF-16, half a character.
    #[must_use]
    pub fn not_utf8(&self) -> Option<u32> {
        self.not_utf8
    }

    /// Whether the file begins with a byte-order mark, of UTF-8 or of UTF-16.
    #[must_use]
    pub fn has_mark(&self) -> bool {
        self.has_mark
    }

    /// The path as it is shown: relative to where promvet was started, with forward slashes.
    #[must_use]
    pub fn path(&self) -> &Arc<str> {
        &self.path
    }

    /// The whole text without a byte-order mark, or the lines of it that are kept. For reading, never for output: output goes
    /// through [`Place::excerpt`].
    #[must_use]
    pub fn content(&self) -> &str {
        &self.content
    }

    /// The text of a span. For reading, never for output.
    #[must_use]
    pub fn slice(&self, span: Span) -> &str {
        if let Some(cut) = &self.cut {
            return cut.slice(&self.content, span);
        }
        self.content
            .get(span.start as usize..span.end as usize)
            .unwrap_or("")
    }

    /// Notes that a span holds a secret: excerpts will mask it.
    pub fn mark_secret(&self, span: Span) {
        self.secrets.mark(span);
        if let Some(host) = &self.host {
            host.text().mark_secret(host.span(span));
        }
    }

    /// The spans that were marked as secret.
    #[must_use]
    pub fn secrets(&self) -> Vec<Span> {
        self.secrets.marked()
    }

    /// What excerpts mask: the marked spans and those that look like secrets, ascending, overlaps
    /// joined.
    pub(super) fn masked(&self) -> Arc<[Span]> {
        match &self.cut {
            Some(cut) => cut.masked(&self.secrets.marked()),
            None => self.secrets.masked(self),
        }
    }

    /// Looks for what is masked ahead of who shows something of the text: of all that a report takes, this
    /// takes longest, and the threads that judge files can share it.
    pub fn look_for_secrets(&self) {
        if self.cut.is_none() {
            self.secrets.looks(self);
        }
    }

    /// What is taken out of sentences: the texts of what is masked.
    pub(super) fn needles(&self) -> Arc<mask::Needles> {
        match &self.cut {
            Some(cut) => cut.needles(),
            None => self.secrets.needles(self),
        }
    }

    /// The position of a byte offset in the file.
    #[must_use]
    pub fn position(&self, offset: u32) -> Position {
        match (&self.host, &self.cut) {
            (Some(host), _) => host.text().position(host.offset(offset)),
            (None, Some(cut)) => cut.position(&self.content, self.bom, offset),
            (None, None) => self.lines.position(&self.content, self.bom, offset),
        }
    }

    /// The line of a byte offset of this text, from 1.
    pub(super) fn line_at(&self, offset: u32) -> usize {
        match &self.cut {
            Some(cut) => cut.line_at(offset),
            None => self.lines.at(&self.content, offset),
        }
    }

    /// The bytes of a line (from 1) without its line break.
    #[must_use]
    pub fn line_span(&self, line: usize) -> Option<Span> {
        match &self.cut {
            Some(cut) => cut.line_span(&self.content, line),
            None => self.lines.span(&self.content, line),
        }
    }

    /// Makes places of this text ones of a smaller text, which keeps what reports show of them: the lines
    /// around them, with what is masked in them. Of `others`, only the positions are kept. Places of other texts
    /// stay as they are.
    pub fn cut_to(self: &Arc<Self>, places: Vec<&mut Place>, others: &[Span]) {
        let own = places.into_iter().filter(|place| place.is_of(self));
        let mut own: Vec<&mut Place> = own.collect();
        if own.is_empty() || self.host.is_some() || self.cut.is_some() {
            return;
        }
        let spans: Vec<Span> = own.iter().map(|place| place.span()).collect();
        let (content, cut) = Cut::of(self, &spans, others);
        let cut = Arc::new(Self {
            path: Arc::clone(&self.path),
            _alive: Alive::new(&content),
            content,
            bom: self.bom,
            has_mark: self.has_mark,
            not_utf8: self.not_utf8,
            lines: Lines::default(),
            secrets: Secrets::default(),
            host: None,
            cut: Some(Box::new(cut)),
            within: KeyPath::default(),
            shown: AtomicU8::new(self.shown.load(Ordering::Relaxed)),
        });
        for place in &mut own {
            place.move_to(&cut);
        }
    }

    /// The file's own text and the span in it.
    fn outermost(self: &Arc<Self>, span: Span) -> (Arc<Self>, Span) {
        match &self.host {
            Some(host) => host.text().outermost(host.span(span)),
            None => (Arc::clone(self), span),
        }
    }
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
    fn a_file_is_not_quoted_until_it_is_recognized() {
        let text = Text::new(".env", b"DB_PASS=hunter2-x\nthe quick brown fox".to_vec());
        let place = Place::new(&text, Span::new(0, 7));
        let sentence = "unknown key `DB_PASS=hunter2-x`, the quick brown fox";
        assert_eq!(place.excerpt(1).text, "[line not shown]");
        assert_eq!(place.start().line, 1);
        let said = "unknown key `[redacted]`, [redacted]";
        assert_eq!(place.redact(sentence.into()), said);
        text.recognize_words();
        assert_eq!(place.excerpt(1).text, "[line not shown]");
        let said = "unknown key `DB_PASS=[redacted]`, the quick brown fox";
        assert_eq!(place.redact(sentence.into()), said);
        text.recognize();
        let shown = place.excerpt(1).text;
        assert_eq!(shown, "DB_PASS=[redacted]\nthe quick brown fox");
    }

    #[test]
    fn sentences_about_what_was_not_recognized_keep_their_own_words() {
        let sentence = "not a configuration: unknown key `secret_words` in the document";
        let source = "configuration\nunknown document\nsecret_words: a\n";
        let about = |source: &str| {
            let text = Text::new("x", source.as_bytes().to_vec());
            Place::new(&text, Span::default()).redact(sentence.into())
        };
        let said = "not a configuration: unknown key `[redacted]` in the document";
        assert_eq!(about(source), said);
        assert_eq!(about(&source.repeat(50_000)), said);
    }

    #[test]
    fn an_embedded_text_is_recognized_with_its_host() {
        let host = Text::new("cm.yaml", b"data: |\n  ab\n".to_vec());
        let inner = Text::embedded(&host, "ab\n".into(), &[(0, 10)], KeyPath::default());
        assert!(!inner.shows_lines());
        inner.recognize();
        assert!(host.shows_lines() && inner.shows_lines());
    }

    #[test]
    fn what_is_behind_the_end_of_an_embedded_text_is_behind_that_of_its_host() {
        let host = Text::new("cm.yaml", b"data: |\n  ab\n  cd\nx: y\n".to_vec());
        let segments = &[(0, 10), (3, 15)];
        let inner = Text::embedded(&host, "ab\ncd\n".into(), segments, KeyPath::default());
        let longer = inner.extended("\nef");
        let place = |from, to| Place::new(&longer, Span::new(from, to));
        assert_eq!(longer.slice(Span::new(7, 9)), "ef");
        assert_eq!(place(3, 5).span(), Span::new(15, 17));
        assert_eq!(place(7, 9).span(), Span::new(24, 26));
        assert_eq!(place(7, 9).text().slice(place(7, 9).span()), "ef");
    }

    #[test]
    fn embedded_texts_point_into_their_host() {
        let host = Text::new("cm.yaml", b"data: |\n  ab\n  cd\n".to_vec());
        let inner = Text::embedded(
            &host,
            "ab\ncd\n".into(),
            &[(0, 10), (3, 15)],
            KeyPath::default(),
        );
        let place = Place::new(&inner, Span::new(3, 5));
        assert_eq!((place.start().line, place.start().column), (3, 3));
        assert_eq!(place.end().column, 5);
    }
}
