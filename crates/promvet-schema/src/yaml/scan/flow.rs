//! Flow collections: `[a, b]` and `{a: b}`, over as many lines as they like.

use super::bytes::{INDICATOR, class, is_blankz};
use super::properties::Properties;
use super::{ScanResult, Scanner, Stop, Token};
use promvet_text::Span;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Collection {
    Sequence,
    Mapping,
    /// `a: b` in a list, which is a separate mapping.
    Pair,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Expects {
    /// An entry, or the end.
    Entry,
    /// The value of a key whose colon has been read.
    Value,
    /// A comma, or the end.
    Comma,
}

/// An open flow collection.
#[derive(Clone, Copy)]
pub(super) struct FlowFrame {
    kind: Collection,
    expects: Expects,
    start: usize,
}

impl FlowFrame {
    pub(super) fn start(self) -> usize {
        self.start
    }

    fn end(self) -> u8 {
        if self.kind == Collection::Mapping {
            b'}'
        } else {
            b']'
        }
    }
}

impl Scanner<'_> {
    /// Reads a flow collection in a block context.
    /// Imitates the states of flow collections in parserc.go, with a stack of frames in place of
    /// its stack of states.
    pub(super) fn flow_collection(&mut self, properties: Properties) -> ScanResult {
        self.open_flow(properties)?;
        while let Some(&frame) = self.flow.last() {
            self.skip_to_flow_token()?;
            let byte = self.byte();
            let is_end = byte == frame.end();
            match frame.expects {
                Expects::Comma if frame.kind == Collection::Pair => self.close_pair(),
                Expects::Entry | Expects::Comma if is_end => self.close_flow(),
                Expects::Entry => self.flow_entry(frame.kind)?,
                Expects::Comma if byte == b',' => {
                    self.at += 1;
                    self.expect(Expects::Entry);
                }
                Expects::Comma => return self.no_comma(frame),
                Expects::Value if is_end || byte == b',' => {
                    self.builder
                        .add_empty(Span::new(self.at, self.at), Properties::default().named(""));
                    self.expect(Expects::Comma);
                }
                Expects::Value => self.flow_value()?,
            }
        }
        Ok(())
    }

    /// Imitates `yaml_parser_parse_flow_sequence_entry` and `yaml_parser_parse_flow_mapping_key` of
    /// parserc.go.
    fn flow_entry(&mut self, kind: Collection) -> ScanResult {
        let start = self.at;
        let properties = self.flow_properties()?;
        if matches!(self.byte(), b'[' | b'{') {
            if kind == Collection::Mapping && !self.is_empty_collection() {
                return Err(Stop::Unread);
            }
            return self.open_flow(properties);
        }
        let token = self.flow_token()?;
        self.skip_to_flow_token()?;
        if self.byte() == b':' {
            self.check_key(start)?;
            if kind == Collection::Sequence {
                self.expect(Expects::Comma);
                self.push_flow(Collection::Pair, start)?;
                self.builder.open(
                    Span::new(start, start),
                    Properties::default().named(""),
                    true,
                    false,
                );
            }
            self.add(token, properties)?;
            self.at += 1;
            self.expect(Expects::Value);
            return Ok(());
        }
        self.add(token, properties)?;
        if kind == Collection::Mapping {
            self.builder
                .add_empty(Span::new(self.at, self.at), Properties::default().named(""));
        }
        self.expect(Expects::Comma);
        Ok(())
    }

    fn flow_value(&mut self) -> ScanResult {
        let properties = self.flow_properties()?;
        self.expect(Expects::Comma);
        if matches!(self.byte(), b'[' | b'{') {
            return self.open_flow(properties);
        }
        let token = self.flow_token()?;
        self.add(token, properties)
    }

    fn flow_properties(&mut self) -> ScanResult<Properties> {
        if !matches!(self.byte(), b'&' | b'!') {
            return Ok(Properties::default());
        }
        let properties = self.properties()?;
        self.skip_to_flow_token()?;
        Ok(properties)
    }

    /// What begins with `-` and a blank is a block entry to scannerc.go, so that it is left to the
    /// other reader.
    fn flow_token(&mut self) -> ScanResult<Token> {
        match self.byte() {
            quote @ (b'"' | b'\'') => self.quoted(quote),
            b'*' => self.alias(),
            b'-' if !is_blankz(self.byte_at(self.at + 1)) => self.plain(),
            byte if class(byte) & INDICATOR == 0 => self.plain(),
            _ => Err(Stop::Unread),
        }
    }

    /// `[]` or `{}` as a key, which is read only to be refused.
    fn is_empty_collection(&self) -> bool {
        let end = if self.byte() == b'[' { b']' } else { b'}' };
        let close = self.behind_blanks(self.at + 1);
        self.byte_at(close) == end && self.byte_at(self.behind_blanks(close + 1)) == b':'
    }

    /// Two things that go-yaml v2 finds no comma behind: a plain scalar, which it ends at a question
    /// mark (`yaml_parser_scan_plain_scalar`), and an empty collection before a colon, which it no
    /// longer knows for a key (`yaml_parser_decrease_flow_level`).
    fn no_comma(&self, frame: FlowFrame) -> ScanResult {
        let behind_empty = self.byte() == b':' && self.closed_empty;
        if self.byte() != b'?' && !behind_empty {
            return Err(Stop::Unread);
        }
        let what = if frame.kind == Collection::Mapping {
            "mapping"
        } else {
            "sequence"
        };
        let end = char::from(frame.end());
        self.refuse(
            format!("did not find expected ',' or '{end}'"),
            (
                format!("while parsing a flow {what}"),
                Span::new(frame.start, frame.start + 1),
            ),
        )
    }

    fn open_flow(&mut self, properties: Properties) -> ScanResult {
        let mapping = self.byte() == b'{';
        let kind = if mapping {
            Collection::Mapping
        } else {
            Collection::Sequence
        };
        self.expect(Expects::Comma);
        self.push_flow(kind, self.at)?;
        let start = properties.start_or(self.at);
        self.builder.open(
            Span::new(start, self.at + 1),
            properties.named(self.content),
            mapping,
            false,
        );
        self.at += 1;
        Ok(())
    }

    fn push_flow(&mut self, kind: Collection, start: usize) -> ScanResult {
        self.deeper(start)?;
        self.flow.push(FlowFrame {
            kind,
            expects: Expects::Entry,
            start,
        });
        Ok(())
    }

    /// Imitates `yaml_parser_fetch_flow_collection_end` of scannerc.go.
    fn close_flow(&mut self) {
        let frame = self.flow.last();
        self.closed_empty = frame.is_some_and(|frame| {
            let inside = self.content.get(frame.start + 1..self.at);
            inside.is_some_and(|inside| inside.trim().is_empty())
        });
        self.builder.close(Span::new(self.at, self.at + 1));
        self.at += 1;
        self.flow.pop();
    }

    /// The mapping of a pair ends in front of what follows it.
    fn close_pair(&mut self) {
        self.builder.close(Span::new(self.at, self.at + 1));
        self.flow.pop();
    }

    fn expect(&mut self, what: Expects) {
        if let Some(frame) = self.flow.last_mut() {
            frame.expects = what;
        }
    }

    /// Skips blanks, comments and line breaks between brackets.
    fn skip_to_flow_token(&mut self) -> ScanResult {
        while self.skip_to_token(true) && self.byte() == b'\t' {}
        if self.is_at_end() || self.document_mark().is_some() {
            return Err(Stop::Unread);
        }
        Ok(())
    }
}
