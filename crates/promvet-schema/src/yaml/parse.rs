//! From bytes to events: how the parser is fed, and what its errors mean.

mod libyaml;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};

pub(super) use self::libyaml::{by_libyaml, ends};
use super::alias;
use super::differ;
use super::document::{Document, SyntaxError, SyntaxKind, small};
use super::scan::{self, LeftToLibyaml, Scanned};
use promvet_text::{Span, Text};

/// A value of a template that was covered with a word before parsing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hole {
    /// Where the word is, in one line; it is one letter repeated.
    pub filler: Span,
    /// What it covers in the original text; it begins where the word does.
    pub original: Span,
}

/// What the parser is given instead of the text itself: a text of the same length, and where in it
/// words stand for values, ascending.
#[derive(Clone, Copy, Default)]
pub(super) struct CoveredText<'m> {
    pub(super) content: &'m str,
    pub(super) holes: &'m [Hole],
}

/// Reads the first document of a text, the only one that Prometheus looks at. An empty text is a
/// document without a root.
///
/// # Errors
/// The first place at which the text stops being YAML as go-yaml reads it.
pub fn parse_first(text: &Arc<Text>) -> Result<Document, SyntaxError> {
    first(text, plain(text))
}

/// Reads the first document of a text in which some values are covered with words: `masked` has
/// the text's length in bytes. The document's places and values are those of the text.
///
/// # Errors
/// The first place at which the masked text stops being YAML as go-yaml reads it.
pub fn parse_masked(
    text: &Arc<Text>,
    masked: &str,
    holes: &[Hole],
) -> Result<Document, SyntaxError> {
    let content = masked;
    first(text, CoveredText { content, holes })
}

fn plain(text: &Text) -> CoveredText<'_> {
    CoveredText {
        content: text.content(),
        holes: &[],
    }
}

fn first(text: &Arc<Text>, covered: CoveredText<'_>) -> Result<Document, SyntaxError> {
    let mut documents = match read(text, covered, 1) {
        // go-yaml decodes in windows of 512 bytes (readerc.go), so that a bad character far behind
        // the document is never seen.
        Err(error) if error.kind == SyntaxKind::Encoding => without_end(text, covered, error)?,
        read => read?,
    };
    let document = documents.0.pop().unwrap_or_else(|| {
        let mut empty = Document::empty(text);
        empty.end = small(covered.content.len());
        empty
    });
    match text
        .not_utf8()
        .filter(|&at| is_decoded(text, at, document.end))
    {
        Some(at) => Err(SyntaxError {
            kind: SyntaxKind::Encoding,
            problem: "invalid UTF-8 octet sequence".into(),
            context: None,
            span: within(Span::new(at as usize, at as usize + 1), text.content()),
        }),
        None => Ok(document),
    }
}

/// Reads the first document of a text that holds what no text may, if go-yaml does not come so far.
fn without_end(
    text: &Arc<Text>,
    covered: CoveredText<'_>,
    error: SyntaxError,
) -> Result<Documents, SyntaxError> {
    let at = error.span.start;
    let content = covered.content.get(..at as usize).unwrap_or("");
    match by_libyaml(text, CoveredText { content, ..covered }, 1) {
        Ok(read)
            if read
                .0
                .iter()
                .any(|document| !is_decoded(text, at, document.end)) =>
        {
            Ok(read)
        }
        _ => Err(error),
    }
}

/// Bytes that go-yaml decodes in one go (`input_raw_buffer_size`).
const WINDOW: usize = 512;

/// Characters that go-yaml wants to see from the beginning of the token that ends a document
/// (`yaml_parser_fetch_next_token`).
const AHEAD: usize = 4;

/// Whether go-yaml decodes what is at an offset before a document ends at another: it refuses
/// characters that YAML does not allow in the same 512 bytes, though they are behind the document
/// (`readerc.go`, `yaml_parser_update_buffer`).
fn is_decoded(text: &Text, at: u32, end: u32) -> bool {
    let mark = text.byte_order_mark();
    let wanted = end as usize + mark + AHEAD;
    let at = at as usize + mark;
    let (mut start, mut read) = (0, WINDOW);
    while at >= read {
        // Half a character waits for the next bytes.
        let whole = read.saturating_sub(mark);
        let rest = (0..4).find(|rest| text.content().is_char_boundary(whole.saturating_sub(*rest)));
        let rest = rest.unwrap_or(0);
        start = read - rest;
        read += WINDOW - rest;
    }
    wanted > start
}

/// Reads all documents of a text, and the error that ended the reading, if one did.
#[must_use]
pub fn parse_all(text: &Arc<Text>) -> (Vec<Document>, Option<SyntaxError>) {
    read(text, plain(text), usize::MAX).unwrap_or_else(|error| (Vec::new(), Some(error)))
}

/// Reads all documents of a text in which some values are covered, as [`parse_masked`] does the first.
#[must_use]
pub fn parse_all_masked(
    text: &Arc<Text>,
    masked: &str,
    holes: &[Hole],
) -> (Vec<Document>, Option<SyntaxError>) {
    let covered = CoveredText {
        content: masked,
        holes,
    };
    read(text, covered, usize::MAX).unwrap_or_else(|error| (Vec::new(), Some(error)))
}

pub(super) type Documents = (Vec<Document>, Option<SyntaxError>);

fn read(text: &Arc<Text>, covered: CoveredText<'_>, most: usize) -> Result<Documents, SyntaxError> {
    READ.fetch_add(1, Ordering::Relaxed);
    promvet_text::work::count(text.content().len());
    if is_libyaml_wanted() {
        LEFT.fetch_add(1, Ordering::Relaxed);
        return by_libyaml(text, covered, most);
    }
    let scanned = match scan::scan(text, covered, most) {
        Ok(scanned) => scanned,
        Err(left) => {
            LEFT.fetch_add(1, Ordering::Relaxed);
            return at_open_quote(by_libyaml(text, covered, most), left);
        }
    };
    let differs = scanned.differs || scanned.error.is_some();
    let documents = checked(scanned)?;
    // Every test and every debug run compares the two readers, so that a difference shows at once.
    if cfg!(debug_assertions) && !differs {
        let other = by_libyaml(text, covered, most);
        let difference = differ::difference(&documents, &other);
        assert!(
            difference.is_none(),
            "the two YAML readers differ: {}",
            difference.unwrap_or_default()
        );
    }
    Ok(documents)
}

/// Moves an error to the quote that is not closed, if that seems to be the cause: what is read as a
/// quoted scalar of several lines ends in the line of the error, at the quote that opens another one.
/// The parser stops where the wrong quote ends, which may be pages below the one that was
/// forgotten, so that people would look there.
fn at_open_quote(
    read: Result<Documents, SyntaxError>,
    left: LeftToLibyaml,
) -> Result<Documents, SyntaxError> {
    let moved = |mut error: SyntaxError| {
        let stopped = error.span;
        if let Some(quote) = left.open_quote.filter(|quote| quote.end <= stopped.start) {
            error.context = Some(("after the quoted text".to_owned(), stopped));
            error.span = quote.part(0, 1);
        }
        error
    };
    match read {
        Ok((documents, error)) => Ok((documents, error.map(moved))),
        Err(error) => Err(moved(error)),
    }
}

/// What the scanner made of a text without what go-yaml's guard against alias bombs rejects.
fn checked(scanned: Scanned) -> Result<Documents, SyntaxError> {
    let mut documents = Vec::with_capacity(scanned.documents.len());
    for document in scanned.documents {
        match alias::check(&document) {
            Ok(()) => documents.push(document),
            Err(error) if documents.is_empty() => return Err(error),
            Err(error) => return Ok((documents, Some(error))),
        }
    }
    match scanned.error {
        Some(error) if documents.is_empty() => Err(error),
        error => Ok((documents, error)),
    }
}

/// Texts that were read, and those of them that the scanner left to libyaml-safer. They are counted
/// for the whole program, since nothing but `--stats` asks.
static READ: AtomicU64 = AtomicU64::new(0);
static LEFT: AtomicU64 = AtomicU64::new(0);

/// How many texts were read as YAML so far, and how many of them not by the scanner.
#[must_use]
pub fn texts_read() -> (u64, u64) {
    (READ.load(Ordering::Relaxed), LEFT.load(Ordering::Relaxed))
}

/// How the scanner and libyaml-safer read a text, for tests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Readers {
    /// Both make the same of it.
    Agree,
    /// The scanner leaves it to libyaml-safer.
    Left,
    /// The scanner reads it as go-yaml does, where libyaml-safer is known to read otherwise.
    Known,
    /// They differ, in this.
    Differ(String),
}

/// Compares the two readers; `all` says whether all documents of the text are wanted.
#[must_use]
pub fn compare_readers(text: &Arc<Text>, all: bool) -> Readers {
    let covered = plain(text);
    let most = if all { usize::MAX } else { 1 };
    let Ok(scanned) = scan::scan(text, covered, most) else {
        return Readers::Left;
    };
    if scanned.differs || scanned.error.is_some() {
        return Readers::Known;
    }
    let ours = (scanned.documents, None);
    let difference = differ::difference(&ours, &by_libyaml(text, covered, most));
    // An alias bomb is refused by both.
    match difference {
        Some(_)
            if checked(Scanned {
                documents: ours.0,
                error: None,
                differs: false,
            })
            .is_err() =>
        {
            Readers::Agree
        }
        Some(difference) => Readers::Differ(difference),
        None => Readers::Agree,
    }
}

/// Whether `PROMVET_PARSER=libyaml` asks for the other reader, to tell whose fault a fault is.
fn is_libyaml_wanted() -> bool {
    static WANTED: LazyLock<bool> =
        LazyLock::new(|| std::env::var_os("PROMVET_PARSER").is_some_and(|name| name == "libyaml"));
    *WANTED
}

/// A byte-order mark and what stands for one inside a text: as long, and not skipped.
pub(super) const MARK: &str = "\u{feff}";
pub(super) const PLAIN_MARK: &str = "\u{fffd}";

/// go-yaml v2 takes a byte-order mark that does not begin the text for a character like others;
/// the parser would skip it at the start of a line.
fn with_plain_marks(content: &str) -> Cow<'_, str> {
    if let Some(rest) = content.strip_prefix(MARK) {
        return Cow::Owned(MARK.to_owned() + &without_first_column(rest).replace(MARK, PLAIN_MARK));
    }
    if memchr::memmem::find(content.as_bytes(), MARK.as_bytes()).is_none() {
        return Cow::Borrowed(content);
    }
    Cow::Owned(content.replace(MARK, PLAIN_MARK))
}

/// A text behind a second byte-order mark. go-yaml skips that, too, and then a character at the
/// beginning of each line, since it looks for the mark where its buffer begins (`is_bom`); the buffer
/// of a longer text moves on, and then it is one character like others.
fn without_first_column(text: &str) -> Cow<'_, str> {
    if text.len() > WINDOW - 2 * MARK.len() {
        return Cow::Borrowed(text);
    }
    let mut begins = false;
    let covered = text.chars().map(|c| {
        let is_skipped = std::mem::replace(&mut begins, c == '\n') && c.is_ascii_graphic();
        if is_skipped { ' ' } else { c }
    });
    Cow::Owned(covered.collect())
}

pub(super) fn span(start: libyaml_safer::Mark, end: libyaml_safer::Mark) -> Span {
    let offset = |mark: libyaml_safer::Mark| usize::try_from(mark.index).unwrap_or(usize::MAX);
    Span::new(offset(start), offset(end))
}

/// A span without what the parser was given behind the text.
pub(super) fn within(span: Span, content: &str) -> Span {
    let most = Span::new(content.len(), content.len()).end;
    Span {
        start: span.start.min(most),
        end: span.end.min(most),
    }
}

/// The first character that YAML does not allow anywhere.
fn bad_character(text: &Text) -> SyntaxError {
    let found = text.content().char_indices().find(|(_, c)| {
        !matches!(c, '\t' | '\n' | '\r' | '\u{85}' | ' '..='~' | '\u{a0}'..='\u{d7ff}'
            | '\u{e000}'..='\u{fffd}' | '\u{10000}'..='\u{10ffff}')
    });
    let (at, width) = found.map_or((0, 0), |(at, c)| (at, c.len_utf8()));
    SyntaxError {
        kind: SyntaxKind::Encoding,
        problem: "control characters are not allowed".into(),
        context: None,
        span: Span::new(at, at + width),
    }
}
