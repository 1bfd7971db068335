//! A scanner for the YAML that people write: bytes → tree in one pass, without tokens or events.
//!
//! It reads block and flow collections, all kinds of scalars, comments, anchors, aliases and plain
//! tags as go-yaml v2.4 does (`scannerc.go` and `parserc.go`, what Prometheus 2 and 3 load with).
//! At anything else, every fault included, it stops, and libyaml-safer reads the text from its
//! beginning: what the scanner accepts has to be right, what it leaves costs time only. The few
//! things that go-yaml reads otherwise than libyaml-safer are decided here.
//!
//! The grammar is that of libyaml's scanner and parser with their queues taken out. A simple key
//! (the scalar before a `:`) is at most 1024 characters long and is in one line, so instead of
//! inserting tokens before it afterwards, the scanner looks behind the scalar before it adds it.

mod block;
mod block_scalar;
mod bytes;
mod flow;
mod plain;
mod properties;
mod quoted;
mod unusual;

use std::sync::Arc;

use super::build::{ScalarText, TreeBuilder};
use super::document::{Document, SyntaxError, SyntaxKind};
use super::parse::CoveredText;
use super::scalar::Style;
use block::Frame;
use flow::FlowFrame;
use promvet_text::{Span, Text};
use properties::Properties;
pub(super) use properties::ResolvedProperties;

/// Why the scanner stopped before the end of a document.
#[derive(Debug)]
pub(super) enum Stop {
    /// Something that it does not read, or a fault: libyaml-safer has to read the text.
    Unread,
    /// A fault to go-yaml that libyaml-safer accepts.
    Refused(Box<SyntaxError>),
}

type ScanResult<T = ()> = Result<T, Stop>;

/// What the scanner made of a text.
pub(super) struct Scanned {
    pub(super) documents: Vec<Document>,
    /// The fault that ended the last document, one that libyaml-safer accepts.
    pub(super) error: Option<SyntaxError>,
    /// Whether it read something as go-yaml does where libyaml-safer does otherwise.
    pub(super) differs: bool,
}

/// A scalar or an alias that is not in the tree yet: what follows says whether it is a key.
struct Token {
    span: Span,
    kind: TokenKind,
    /// Whether it was read up to a later line.
    crossed: bool,
}

enum TokenKind {
    Scalar(ScalarText, Style),
    /// The name.
    Alias(Span),
}

/// A text that the scanner does not read.
#[derive(Clone, Copy, Default)]
pub(super) struct LeftToLibyaml {
    /// The quoted scalar before the place where it stopped, if that runs over several lines and ends
    /// in the line of that place: it may well be that a quote is not closed.
    pub(super) open_quote: Option<Span>,
    /// Where the outermost flow collection begins that was open there.
    pub(super) open_bracket: Option<usize>,
}

/// Reads up to `most` documents of a text.
///
/// # Errors
/// It holds something that the scanner does not read.
pub(super) fn scan(
    text: &Arc<Text>,
    covered: CoveredText<'_>,
    most: usize,
) -> Result<Scanned, LeftToLibyaml> {
    if unusual::has_unusual_bytes(covered.content.as_bytes()) {
        return Err(LeftToLibyaml::default());
    }
    let mut scanner = Scanner::new(text, covered);
    let mut documents = Vec::new();
    let error = match scanner.documents(text, covered, most, &mut documents) {
        Ok(()) => None,
        Err(Stop::Refused(error)) => Some(*error),
        Err(Stop::Unread) => {
            let quote = scanner.long_quote;
            return Err(LeftToLibyaml {
                open_quote: quote.filter(|quote| quote.end as usize > scanner.line_start),
                open_bracket: scanner.flow.first().map(|frame| frame.start()),
            });
        }
    };
    Ok(Scanned {
        documents,
        error,
        differs: scanner.differs,
    })
}

struct Scanner<'c> {
    content: &'c str,
    bytes: &'c [u8],
    at: usize,
    /// Where the line of `at` begins. Nothing but ASCII precedes a token whose column counts,
    /// so a column is a number of bytes.
    line_start: usize,
    /// The column of the innermost block collection; -1 outside of all.
    indent: isize,
    frames: Vec<Frame>,
    flow: Vec<FlowFrame>,
    /// Whether the flow collection that ended last was empty.
    closed_empty: bool,
    builder: TreeBuilder<'c>,
    /// The last quoted scalar of several lines.
    long_quote: Option<Span>,
    differs: bool,
}

impl<'c> Scanner<'c> {
    fn new(text: &Arc<Text>, covered: CoveredText<'c>) -> Self {
        Self {
            content: covered.content,
            bytes: covered.content.as_bytes(),
            at: 0,
            line_start: 0,
            indent: -1,
            frames: Vec::new(),
            flow: Vec::new(),
            closed_empty: false,
            builder: TreeBuilder::new(text, covered),
            long_quote: None,
            differs: false,
        }
    }

    fn documents(
        &mut self,
        text: &Arc<Text>,
        covered: CoveredText<'c>,
        most: usize,
        out: &mut Vec<Document>,
    ) -> ScanResult {
        while let Some(marked) = self.begin_document(out.is_empty())? {
            self.document(marked)?;
            let last = out.len() + 1 >= most;
            let end = self.at;
            let next = self.end_document(last)?;
            if last {
                out.push(self.builder.finish(end, next));
                break;
            }
            out.push(self.builder.finish(end, None));
            self.builder = TreeBuilder::new(text, covered);
        }
        Ok(())
    }

    /// Goes to where a document begins, behind its `---`, and says whether it has one. None at the end
    /// of the text.
    fn begin_document(&mut self, first: bool) -> ScanResult<Option<bool>> {
        self.skip_to_token(false);
        if self.is_at_end() {
            return Ok(None);
        }
        match self.document_mark() {
            Some(b'-') => {
                self.at += 3;
                Ok(Some(true))
            }
            None if first => Ok(Some(false)),
            _ => Err(Stop::Unread),
        }
    }

    /// Goes behind the `...` of a document and says where the next one begins. What is wrong behind
    /// the last document that is wanted is of no interest to go-yaml.
    fn end_document(&mut self, last: bool) -> ScanResult<Option<Span>> {
        let mut same_line = false;
        while self.document_mark() == Some(b'.') {
            self.at += 3;
            same_line = !self.skip_to_token(true);
        }
        if self.is_at_end() {
            return Ok(None);
        }
        if self.document_mark() == Some(b'-') {
            return Ok(Some(Span::new(self.at, self.at + 3)));
        }
        // A directive belongs to a next document.
        if last && (same_line || self.byte() != b'%') {
            return Ok(None);
        }
        Err(Stop::Unread)
    }

    /// Adds a node to the tree.
    fn add(&mut self, token: Token, properties: Properties) -> ScanResult {
        let span = Span {
            start: properties.span_or(token.span).start,
            end: token.span.end,
        };
        match token.kind {
            TokenKind::Scalar(content, style) => {
                let named = properties.named(self.content);
                self.builder.add_scalar(span, named, content, style);
            }
            // An alias has no properties of its own (`yaml_parser_parse_node` of parserc.go), so
            // that this is a fault.
            TokenKind::Alias(_) if properties.is_some() => return Err(Stop::Unread),
            TokenKind::Alias(name) => {
                let name = name.start as usize..name.end as usize;
                let name = self.content.get(name).unwrap_or("");
                let added = self.builder.add_alias(name, span);
                added.map_err(|error| Stop::Refused(Box::new(error)))?;
            }
        }
        Ok(())
    }

    /// Rejects what begins at the current place.
    fn refuse(&self, problem: String, context: (String, Span)) -> ScanResult {
        Err(Stop::Refused(Box::new(SyntaxError {
            kind: SyntaxKind::Malformed,
            problem,
            context: Some(context),
            span: Span::new(self.at, self.at + 1),
        })))
    }
}

#[cfg(test)]
mod tests;
