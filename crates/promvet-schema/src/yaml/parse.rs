//! From bytes to events: how the parser is fed, and what its errors mean.

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::io::{self, BufRead, Read};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};

use libyaml_safer::{Event, EventData, Parser};

use super::alias;
use super::build::TreeBuilder;
use super::differ;
use super::document::{Document, SyntaxError, SyntaxKind, small};
use super::scan::{self, Left, Scanned};
use promvet_text::{Span, Text, panics};

/// How many bytes the parser is given at a time, so that it does not decode a whole file ahead.
/// Prometheus reads the first document only, so that what is behind it need not be decoded.
const CHUNK: usize = 4096;

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
    left: Left,
) -> Result<Documents, SyntaxError> {
    let moved = |mut error: SyntaxError| {
        let stopped = error.span;
        if let Some(quote) = left.open_quote.filter(|quote| quote.end <= stopped.start) {
            error.context = Some(("behind the quoted text".to_owned(), stopped));
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

/// The parser can panic on rare input; that is caught here and reported as promvet's own fault.
pub(super) fn by_libyaml(
    text: &Arc<Text>,
    covered: CoveredText<'_>,
    most: usize,
) -> Result<Documents, SyntaxError> {
    let read = || -> Result<Documents, SyntaxError> {
        let mut documents = Vec::new();
        match read_documents(text, covered, most, &mut documents) {
            Err(error) if documents.is_empty() => Err(error),
            outcome => Ok((documents, outcome.err())),
        }
    };
    panics::caught(read).unwrap_or_else(|caught| {
        Err(SyntaxError {
            kind: SyntaxKind::Internal,
            problem: format!("promvet's YAML parser failed on this file, at {caught}"),
            context: None,
            span: Span::default(),
        })
    })
}

/// Hands the text to the parser in chunks.
struct Chunks<'t> {
    rest: &'t [u8],
    /// What follows the text.
    then: &'t [u8],
}

impl<'t> Chunks<'t> {
    /// The parser fails on a block scalar whose last line does not end, so the text is given an
    /// end; [`TreeBuilder::unended`] takes it out of the value again.
    fn new(content: &'t str) -> Self {
        Self {
            rest: content.as_bytes(),
            then: if ends(content) { b"" } else { b"\n" },
        }
    }
}

/// Whether a text ends with a line break.
pub(super) fn ends(content: &str) -> bool {
    content.ends_with(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}'])
}

impl Read for Chunks<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut chunk = self.fill_buf()?;
        let amount = chunk.read(buffer)?;
        self.consume(amount);
        Ok(amount)
    }
}

impl BufRead for Chunks<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.rest.is_empty() {
            self.rest = std::mem::take(&mut self.then);
        }
        Ok(self.rest.get(..CHUNK).unwrap_or(self.rest))
    }

    fn consume(&mut self, amount: usize) {
        self.rest = self.rest.get(amount..).unwrap_or(&[]);
    }
}

fn read_documents(
    text: &Arc<Text>,
    covered: CoveredText<'_>,
    most: usize,
    out: &mut Vec<Document>,
) -> Result<(), SyntaxError> {
    let content = with_plain_marks(covered.content);
    let mut parser = Parser::new();
    parser.set_encoding(libyaml_safer::Encoding::Utf8);
    parser.set_input(Chunks::new(&content));
    let mut builder: Option<TreeBuilder<'_>> = None;
    // Looked for once, however many documents there are.
    let has_marks = memchr::memmem::find(covered.content.as_bytes(), MARK.as_bytes()).is_some();
    let mut looks = LOOKS + LOOKS_A_BYTE * content.len();
    loop {
        // The parser looks at every open bracket before each token (`stale_simple_keys`), so that
        // brackets inside brackets cost the square of their number.
        let depth = builder.as_ref().map_or(0, TreeBuilder::depth);
        promvet_text::work::count(1 + depth);
        looks = looks.checked_sub(depth).ok_or_else(unread)?;
        let event = parser.parse().map_err(|error| malformed(text, &error))?;
        match event.data {
            EventData::StreamEnd => return Ok(()),
            EventData::DocumentStart {
                version_directive, ..
            } => {
                // go-yaml knows YAML 1.1 only (`parserc.go`, `yaml_parser_process_directives`).
                if version_directive.is_some_and(|version| (version.major, version.minor) != (1, 1))
                {
                    return Err(SyntaxError {
                        kind: SyntaxKind::Malformed,
                        problem: "found incompatible YAML document".into(),
                        context: None,
                        span: within(span(event.start_mark, event.end_mark), covered.content),
                    });
                }
                builder = Some(TreeBuilder::new(text, covered).uncovering_marks(has_marks));
            }
            EventData::DocumentEnd { .. } => {
                let done = out.len() + 1 >= most;
                let next = if done { next_start(&mut parser) } else { None };
                if let Some(mut builder) = builder.take() {
                    let end = usize::try_from(event.start_mark.index).unwrap_or(usize::MAX);
                    let document = builder.finish(end.min(covered.content.len()), next);
                    alias::check(&document)?;
                    out.push(document);
                }
                if done {
                    return Ok(());
                }
            }
            _ => {
                if let Some(builder) = &mut builder {
                    builder.take(event)?;
                }
            }
        }
    }
}

/// How often the parser may look at an open bracket: as often as 600 lists in each other take,
/// and for each byte ten times what the deepest files that people write take.
const LOOKS: usize = 200_000;
const LOOKS_A_BYTE: usize = 100;

/// The fault of a text that the parser would need too long for.
fn unread() -> SyntaxError {
    SyntaxError {
        kind: SyntaxKind::Unread,
        problem:
            "the file is not checked: it is nested too deep for the other unusual syntax in it"
                .into(),
        context: None,
        span: Span::default(),
    }
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

/// Where another document begins; what is broken there does not matter.
fn next_start<R: BufRead>(parser: &mut Parser<R>) -> Option<Span> {
    match parser.parse() {
        Ok(Event {
            data: EventData::DocumentStart { .. },
            start_mark,
            end_mark,
            ..
        }) => Some(span(start_mark, end_mark)),
        _ => None,
    }
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

fn malformed(text: &Text, error: &libyaml_safer::Error) -> SyntaxError {
    let Some(mark) = error.problem_mark() else {
        return bad_character(text);
    };
    let at = within(span(mark, mark), text.content());
    let after = text
        .content()
        .get(at.start as usize..)
        .and_then(|rest| rest.chars().next());
    let width = after
        .filter(|c| *c != '\n' && *c != '\r')
        .map_or(0, char::len_utf8);
    let problem = error.problem().to_owned();
    let mut context = error.context().map(str::to_owned).zip(
        error
            .context_mark()
            .map(|mark| within(span(mark, mark), text.content())),
    );
    let mut span = Span::new(at.start as usize, at.start as usize + width);
    // A quote that is never closed is at fault, not the end of the text.
    let quoted = context
        .as_ref()
        .filter(|(what, _)| what == "while scanning a quoted scalar");
    if let Some((_, quote)) = quoted {
        let stopped = std::mem::replace(
            &mut span,
            Span::new(quote.start as usize, quote.start as usize + 1),
        );
        context = Some(("while scanning the quoted text".to_owned(), stopped));
    }
    SyntaxError {
        kind: SyntaxKind::Malformed,
        problem,
        context,
        span,
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
