//! Anchors, tags and aliases, as far as they are plain names.

use super::bytes::is_blankz;
use super::{ScanResult, Scanner, Stop, Token, TokenKind};
use promvet_text::Span;

/// What the tags of YAML's own types, `!!str`, stand for.
const CORE: &str = "tag:yaml.org,2002:";

/// The anchor and the tag of a node.
#[derive(Clone, Copy, Default)]
pub(super) struct Properties {
    /// The anchor's name; empty without one.
    anchor: Span,
    /// The tag as it is written; empty without one.
    tag: Span,
    /// Both.
    span: Span,
}

/// The same with what they mean.
#[derive(Default)]
pub(in crate::yaml) struct ResolvedProperties {
    pub(in crate::yaml) anchor: Option<String>,
    pub(in crate::yaml) tag: Option<String>,
}

impl Properties {
    #[inline]
    pub(super) fn is_some(self) -> bool {
        self.span.end > 0
    }

    /// These and those of a later line.
    pub(super) fn and(self, later: Self) -> ScanResult<Self> {
        if !self.is_some() {
            return Ok(later);
        }
        if !later.is_some() {
            return Ok(self);
        }
        let either = |ours: Span, theirs: Span| match (ours.is_empty(), theirs.is_empty()) {
            (true, _) => Ok(theirs),
            (_, true) => Ok(ours),
            _ => Err(Stop::Unread),
        };
        Ok(Self {
            anchor: either(self.anchor, later.anchor)?,
            tag: either(self.tag, later.tag)?,
            span: Span {
                start: self.span.start,
                end: later.span.end,
            },
        })
    }

    /// Where a node begins that has these properties.
    pub(super) fn start_or(self, start: usize) -> usize {
        if self.is_some() {
            self.span.start as usize
        } else {
            start
        }
    }

    /// The span of a node that has nothing else.
    pub(super) fn span_or(self, span: Span) -> Span {
        if self.is_some() { self.span } else { span }
    }

    #[inline]
    pub(super) fn named(self, content: &str) -> ResolvedProperties {
        if self.is_some() {
            self.some_named(content)
        } else {
            ResolvedProperties::default()
        }
    }

    fn some_named(self, content: &str) -> ResolvedProperties {
        let text = |span: Span| {
            let text = content.get(span.start as usize..span.end as usize);
            text.filter(|text| !text.is_empty())
        };
        ResolvedProperties {
            anchor: text(self.anchor).map(str::to_owned),
            tag: text(self.tag).map(|tag| match tag.strip_prefix("!!") {
                Some(name) => format!("{CORE}{name}"),
                None => tag.to_owned(),
            }),
        }
    }
}

impl Scanner<'_> {
    /// The properties that begin here, up to the end of the last one.
    pub(super) fn properties(&mut self) -> ScanResult<Properties> {
        let mut found = Properties::default();
        loop {
            let start = self.at;
            let one = match self.byte() {
                b'&' => {
                    let anchor = self.name(start + 1)?;
                    Properties {
                        anchor,
                        span: Span {
                            start: anchor.start - 1,
                            ..anchor
                        },
                        ..Properties::default()
                    }
                }
                b'!' => {
                    let tag = self.tag()?;
                    Properties {
                        tag,
                        span: tag,
                        ..Properties::default()
                    }
                }
                _ => return Ok(found),
            };
            found = found.and(one)?;
            self.at = one.span.end as usize;
            let next = self.behind_blanks(self.at);
            if matches!(self.byte_at(next), b'&' | b'!') {
                self.at = next;
            } else {
                return Ok(found);
            }
        }
    }

    /// `*name`.
    pub(super) fn alias(&mut self) -> ScanResult<Token> {
        let name = self.name(self.at + 1)?;
        self.at = name.end as usize;
        Ok(Token {
            span: Span {
                start: name.start - 1,
                ..name
            },
            kind: TokenKind::Alias(name),
            crossed: false,
        })
    }

    /// The name of an anchor. What may follow it without a blank is left to the other reader, except
    /// what ends a node between brackets.
    fn name(&self, start: usize) -> ScanResult<Span> {
        let end = self.behind_name(start);
        if end == start || !self.ends_property(end) {
            return Err(Stop::Unread);
        }
        Ok(Span::new(start, end))
    }

    /// A tag of one of the forms `!`, `!name` and `!!name` (`yaml_parser_scan_tag`). go-yaml takes a
    /// comma and brackets for parts of a tag, libyaml-safer does not.
    fn tag(&mut self) -> ScanResult<Span> {
        let name = self.behind_name(self.at + 1);
        let has_handle = self.byte_at(name) == b'!';
        if has_handle && name > self.at + 1 {
            return Err(Stop::Unread);
        }
        let mut end = if has_handle { name + 1 } else { name };
        let suffix = end;
        loop {
            match self.byte_at(end) {
                b',' | b'[' | b']' => self.differs = true,
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => {}
                byte if b"-_;/?:@&=+$.!~*'()".contains(&byte) => {}
                _ => break,
            }
            end += 1;
        }
        if (has_handle && end == suffix) || !is_blankz(self.byte_at(end)) {
            return Err(Stop::Unread);
        }
        Ok(Span::new(self.at, end))
    }

    fn behind_name(&self, mut at: usize) -> usize {
        while matches!(self.byte_at(at), b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'-') {
            at += 1;
        }
        at
    }

    fn ends_property(&self, at: usize) -> bool {
        let byte = self.byte_at(at);
        is_blankz(byte) || !self.flow.is_empty() && matches!(byte, b',' | b']' | b'}')
    }
}
