//! Block collections: which line belongs to what.

use super::super::build::{DEEPEST, too_deep};
use super::bytes::{INDICATOR, class, is_blankz};
use super::properties::Properties;
use super::{ScanResult, Scanner, Stop, Token};
use promvet_text::Span;

/// The most characters from the beginning of a key to its colon (`yaml_simple_key_is_valid`).
const LONGEST_KEY: usize = 1024;

/// An open block collection.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Frame {
    /// A list, and the column of the collection around it.
    Sequence(isize),
    /// A list whose entries begin in the column of the keys around it.
    Indentless,
    /// A mapping, and the column of the collection around it.
    Mapping(isize),
}

/// What a value belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Parent {
    Document,
    Entry,
    Key,
}

/// What follows in the document.
enum Next {
    /// The value of a document, an entry or a key, whose indicator has been read.
    Value(Parent),
    /// Something behind a value; whether the line of the value has ended.
    Sibling(bool),
    End,
}

impl Scanner<'_> {
    /// Reads a document up to what ends it. `marked` says whether it begins with `---`, since no key
    /// may begin in that line.
    pub(super) fn document(&mut self, marked: bool) -> ScanResult {
        let mut next = self.value(Parent::Document, !marked)?;
        loop {
            next = match next {
                Next::Value(parent) => self.value(parent, parent == Parent::Entry)?,
                Next::Sibling(crossed) => self.sibling(crossed)?,
                Next::End => {
                    self.unroll(-1);
                    return Ok(());
                }
            };
        }
    }

    /// Imitates `yaml_parser_parse_node` of parserc.go.
    fn value(&mut self, parent: Parent, mut key_allowed: bool) -> ScanResult<Next> {
        let indicator_end = self.at;
        let mut outer = Properties::default();
        loop {
            key_allowed |= self.skip_to_token(!key_allowed);
            if self.is_at_document_end() {
                // `yaml_parser_parse_document_content` puts the empty document at the next token.
                let empty = if parent == Parent::Document {
                    self.at
                } else {
                    indicator_end
                };
                self.add_empty(empty, outer);
                return Ok(Next::End);
            }
            let column = self.column();
            if column <= self.indent {
                return self.no_value_before(parent, indicator_end, outer);
            }
            let mut inner = Properties::default();
            if matches!(self.byte(), b'&' | b'!') {
                inner = self.properties()?;
                self.at = self.behind_blanks(self.at);
                if self.is_at_line_end() {
                    outer = outer.and(inner)?;
                    key_allowed = false;
                    continue;
                }
            }
            return self.content(outer, inner, column, key_allowed);
        }
    }

    /// A value is missing, or begins in the column of the keys around it: the next token is no
    /// deeper than what the value is in.
    fn no_value_before(
        &mut self,
        parent: Parent,
        indicator_end: usize,
        properties: Properties,
    ) -> ScanResult<Next> {
        if self.column() == self.indent {
            // A list may begin in the column of its key
            // (`yaml_parser_parse_indentless_sequence_entry` of parserc.go).
            if parent == Parent::Key && self.is_at_entry() {
                self.open_block(Frame::Indentless, self.at, properties)?;
                self.at += 1;
                return Ok(Next::Value(Parent::Entry));
            }
            let in_list = matches!(self.frames.last(), Some(Frame::Sequence(_)));
            if in_list && !self.is_at_entry() {
                return Err(Stop::Unread);
            }
        }
        self.add_empty(indicator_end, properties);
        Ok(Next::Sibling(true))
    }

    /// A node that begins here. `outer` are the properties in earlier lines, `inner` those in this
    /// one, where the node begins in `column`.
    fn content(
        &mut self,
        outer: Properties,
        inner: Properties,
        column: isize,
        key_allowed: bool,
    ) -> ScanResult<Next> {
        let start = inner.start_or(self.at);
        match self.byte() {
            b'-' if self.is_at_entry() => {
                // "block sequence entries are not allowed in this context" (scannerc.go), whose
                // words the other reader gives.
                if !key_allowed || inner.is_some() {
                    return Err(Stop::Unread);
                }
                self.open_block(Frame::Sequence(self.indent), start, outer)?;
                self.indent = column;
                self.at += 1;
                return Ok(Next::Value(Parent::Entry));
            }
            b'[' | b'{' => {
                self.flow_collection(outer.and(inner)?)?;
                return Ok(Next::Sibling(false));
            }
            b'|' | b'>' => {
                let token = self.block_scalar()?;
                self.add(token, outer.and(inner)?)?;
                return Ok(Next::Sibling(true));
            }
            _ => {}
        }
        let token = self.block_token()?;
        if key_allowed && self.is_at_colon(start)? {
            self.open_block(Frame::Mapping(self.indent), start, outer)?;
            self.indent = column;
            self.add(token, inner)?;
            self.at += 1;
            return Ok(Next::Value(Parent::Key));
        }
        let crossed = token.crossed;
        self.add(token, outer.and(inner)?)?;
        Ok(Next::Sibling(crossed))
    }

    /// What follows a value: a further entry of one of the open collections, or the end.
    fn sibling(&mut self, crossed: bool) -> ScanResult<Next> {
        let crossed = self.skip_to_token(!crossed) || crossed;
        if self.is_at_document_end() {
            return Ok(Next::End);
        }
        let column = self.column();
        if crossed {
            self.unroll(column);
        }
        if !crossed || column != self.indent {
            return Err(Stop::Unread);
        }
        match (self.frames.last(), self.is_at_entry()) {
            (Some(Frame::Sequence(_) | Frame::Indentless), true) => {
                self.at += 1;
                Ok(Next::Value(Parent::Entry))
            }
            (Some(Frame::Indentless), false) => {
                self.close_block();
                self.key()
            }
            (Some(Frame::Mapping(_)), false) => self.key(),
            _ => Err(Stop::Unread),
        }
    }

    /// A further key of the innermost mapping.
    fn key(&mut self) -> ScanResult<Next> {
        let start = self.at;
        let mut properties = Properties::default();
        if matches!(self.byte(), b'&' | b'!') {
            properties = self.properties()?;
            self.at = self.behind_blanks(self.at);
        }
        let token = self.block_token()?;
        if !self.is_at_colon(start)? {
            return Err(Stop::Unread);
        }
        self.add(token, properties)?;
        self.at += 1;
        Ok(Next::Value(Parent::Key))
    }

    /// A scalar that is not a block scalar, or an alias.
    fn block_token(&mut self) -> ScanResult<Token> {
        let next = self.byte_at(self.at + 1);
        match self.byte() {
            quote @ (b'"' | b'\'') => self.quoted(quote),
            b'*' => self.alias(),
            b'-' | b'?' | b':' if !is_blankz(next) => self.plain(),
            byte if class(byte) & INDICATOR == 0 => self.plain(),
            _ => Err(Stop::Unread),
        }
    }

    /// Goes to the colon of a key that begins at `start`, if there is one.
    fn is_at_colon(&mut self, start: usize) -> ScanResult<bool> {
        let at = self.behind_blanks(self.at);
        if self.byte_at(at) != b':' || !is_blankz(self.byte_at(at + 1)) {
            return Ok(false);
        }
        self.at = at;
        self.check_key(start)?;
        Ok(true)
    }

    /// Whether what begins at `start` and ends at the current place can be a key: it is in one
    /// line, and is not too long.
    pub(super) fn check_key(&mut self, start: usize) -> ScanResult {
        if start < self.line_start {
            return Err(Stop::Unread);
        }
        if self.at - start > LONGEST_KEY {
            let key = self.content.get(start..self.at).unwrap_or("");
            if key.chars().count() > LONGEST_KEY {
                return Err(Stop::Unread);
            }
            // libyaml-safer counts bytes.
            self.differs = true;
        }
        Ok(())
    }

    fn is_at_document_end(&self) -> bool {
        self.is_at_end() || self.document_mark().is_some()
    }

    fn is_at_line_end(&self) -> bool {
        matches!(self.byte(), b'#' | b'\n' | b'\r' | 0)
    }

    fn add_empty(&mut self, at: usize, properties: Properties) {
        let span = properties.span_or(Span::new(at, at));
        self.builder.add_empty(span, properties.named(self.content));
    }

    fn open_block(&mut self, frame: Frame, start: usize, properties: Properties) -> ScanResult {
        let start = properties.start_or(start);
        self.deeper(start)?;
        self.frames.push(frame);
        self.builder.open(
            Span::new(start, start),
            properties.named(self.content),
            matches!(frame, Frame::Mapping(_)),
            true,
        );
        Ok(())
    }

    /// Rejects another collection inside of as many as go-yaml reads.
    pub(super) fn deeper(&self, start: usize) -> ScanResult {
        if self.frames.len() + self.flow.len() >= DEEPEST {
            return Err(Stop::Refused(Box::new(too_deep(Span::new(start, start)))));
        }
        Ok(())
    }

    fn close_block(&mut self) {
        match self.frames.pop() {
            Some(Frame::Sequence(around) | Frame::Mapping(around)) => self.indent = around,
            Some(Frame::Indentless) | None => {}
        }
        self.builder.close(Span::new(self.at, self.at));
    }

    /// Ends the collections that are deeper than a column.
    /// Imitates `yaml_parser_unroll_indent` of scannerc.go.
    fn unroll(&mut self, column: isize) {
        while self.indent > column {
            self.close_block();
        }
    }
}
