//! The reading by libyaml-safer: where the scanner of this crate leaves a text to it.

use std::io::{self, BufRead, Read};
use std::sync::Arc;

use libyaml_safer::{Event, EventData, Parser};
use promvet_text::{Span, Text, panics};

use super::{CoveredText, Documents, MARK, bad_character, span, with_plain_marks, within};
use crate::yaml::alias;
use crate::yaml::build::TreeBuilder;
use crate::yaml::document::{Document, SyntaxError, SyntaxKind};

/// How many bytes the parser is given at a time, so that it does not decode a whole file ahead.
/// Prometheus reads the first document only, so that what is behind it need not be decoded.
const CHUNK: usize = 4096;

/// The parser can panic on rare input; that is caught here and reported as promvet's own fault.
pub(in crate::yaml) fn by_libyaml(
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
pub(in crate::yaml) fn ends(content: &str) -> bool {
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
pub(super) const LOOKS: usize = 200_000;
pub(super) const LOOKS_A_BYTE: usize = 100;

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

pub(super) fn malformed(text: &Text, error: &libyaml_safer::Error) -> SyntaxError {
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
