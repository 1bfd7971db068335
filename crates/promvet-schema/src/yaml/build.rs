//! From events to a tree.

use std::collections::HashMap;
use std::sync::Arc;

use libyaml_safer::{Event, EventData, MappingStyle, ScalarStyle, SequenceStyle};

use super::collection::is_merge_key;
use super::comments::behind_properties;
use super::document::{
    Document, Keys, NO_TAG, NodeContent, NodeData, ScalarSource, SyntaxError, SyntaxKind, small,
};
use super::node::Node;
use super::parse::{CoveredText, MARK, PLAIN_MARK, ends, span, within};
use super::scalar::Style;
use super::scan::ResolvedProperties;
use promvet_syntax::base64;
use promvet_text::{Span, Text};

/// Deepest nesting, as in go-yaml v2 (`max_flow_level`, `max_indents`).
/// From scannerc.go of go-yaml 2.4, which caps both since 2.2.4 (CVE-2019-11253).
pub(super) const DEEPEST: usize = 10_000;

/// What go-yaml says to a collection that begins inside of [`DEEPEST`] others.
pub(super) fn too_deep(at: Span) -> SyntaxError {
    SyntaxError {
        kind: SyntaxKind::Depth,
        problem: format!("exceeded max depth of {DEEPEST}"),
        context: None,
        span: at,
    }
}

/// Bytes of source text for which room for one node is made beforehand: few configurations have more
/// nodes, and to make room again costs as much as all of them.
const BYTES_A_NODE: usize = 10;

const BINARY: &str = "tag:yaml.org,2002:binary";
const TEXT: &str = "tag:yaml.org,2002:str";

/// The text of a scalar that the scanner has read.
pub(super) enum ScalarText {
    /// As it is written there.
    Written(Span),
    /// Unescaped or folded.
    Made(String),
}

/// A collection that is still open.
struct OpenCollection {
    id: u32,
    /// Where its children begin in `pending`.
    from: usize,
    block: bool,
}

pub(super) struct TreeBuilder<'m> {
    document: Document,
    covered: CoveredText<'m>,
    open: Vec<OpenCollection>,
    pending: Vec<u32>,
    anchors: HashMap<String, u32>,
    has_marks: bool,
}

impl<'m> TreeBuilder<'m> {
    pub(super) fn new(text: &Arc<Text>, covered: CoveredText<'m>) -> Self {
        let nodes = covered.content.len() / BYTES_A_NODE;
        let mut document = Document::empty(text);
        // Reserved once, since growing copies every node that was read before.
        document.nodes.reserve_exact(nodes);
        document.links.reserve_exact(nodes);
        Self {
            document,
            covered,
            open: Vec::new(),
            pending: Vec::new(),
            anchors: HashMap::new(),
            has_marks: false,
        }
    }

    /// The same for a text in which byte-order marks are covered, if there are some.
    pub(super) fn uncovering_marks(mut self, has_marks: bool) -> Self {
        self.has_marks = has_marks;
        self
    }

    /// The document. `end` is where the token begins that ended it, `next` where a further document
    /// begins.
    pub(super) fn finish(&mut self, end: usize, next: Option<Span>) -> Document {
        self.document.next = next;
        self.document.end = small(end);
        let empty = Document::empty(&self.document.text);
        let mut document = std::mem::replace(&mut self.document, empty);
        // Of many documents in a text none needs the room for all.
        if document.nodes.capacity() > 4 * document.nodes.len() {
            document.nodes.shrink_to_fit();
            document.links.shrink_to_fit();
        }
        document
    }

    /// How many collections are open.
    pub(super) fn depth(&self) -> usize {
        self.open.len()
    }

    pub(super) fn take(&mut self, event: Event) -> Result<(), SyntaxError> {
        let at = within(span(event.start_mark, event.end_mark), self.covered.content);
        match event.data {
            EventData::Scalar {
                anchor,
                tag,
                value,
                plain_implicit,
                style,
                ..
            } => {
                let style = style_of(style);
                // A plain scalar with the tag `!` is a string to go-yaml, which the tag says.
                let tag =
                    tag.or_else(|| (!plain_implicit && style == Style::Plain).then(|| "!".into()));
                let value = self.restored(at, self.unended(at, value, style));
                let value = self.with_marks(at, value);
                let at = self.trimmed(at, style);
                self.no_question_mark(at, style)?;
                let value = self.kept(at, &value, style);
                self.add(at, anchor, tag, NodeContent::Scalar { value, style });
            }
            EventData::Alias { anchor } => {
                let id = self.resolve(&anchor, at)?;
                self.add(at, None, None, NodeContent::Alias(id));
            }
            EventData::SequenceStart {
                anchor, tag, style, ..
            } => {
                let id = self.add(at, anchor, tag, NodeContent::Sequence((0, 0)));
                self.enter(id, style != SequenceStyle::Flow, at)?;
            }
            EventData::MappingStart {
                anchor, tag, style, ..
            } => {
                let id = self.add(
                    at,
                    anchor,
                    tag,
                    NodeContent::Mapping {
                        links: (0, 0),
                        keys: Keys::default(),
                    },
                );
                self.enter(id, style != MappingStyle::Flow, at)?;
            }
            EventData::SequenceEnd | EventData::MappingEnd => self.close(at),
            _ => {}
        }
        Ok(())
    }

    /// Adds a scalar; `content` is of the text that was parsed.
    pub(super) fn add_scalar(
        &mut self,
        span: Span,
        named: ResolvedProperties,
        content: ScalarText,
        style: Style,
    ) {
        let span = self.trimmed(span, style);
        let value = if self.covered.holes.is_empty() {
            match content {
                ScalarText::Written(at) => ScalarSource::Written(at),
                ScalarText::Made(text) => self.made(&text),
            }
        } else {
            let text = match content {
                ScalarText::Written(at) => {
                    let range = at.start as usize..at.end as usize;
                    self.covered.content.get(range).unwrap_or("").to_owned()
                }
                ScalarText::Made(text) => text,
            };
            let text = self.restored(span, text);
            self.kept(span, &text, style)
        };
        self.add(
            span,
            named.anchor,
            named.tag,
            NodeContent::Scalar { value, style },
        );
    }

    /// Adds a node that is empty but for its properties, if any.
    pub(super) fn add_empty(&mut self, span: Span, named: ResolvedProperties) {
        let at = Span {
            start: span.end,
            end: span.end,
        };
        let value = ScalarSource::Written(at);
        let style = Style::Plain;
        self.add(
            span,
            named.anchor,
            named.tag,
            NodeContent::Scalar { value, style },
        );
    }

    /// # Errors
    /// There is not an anchor of this name, or it is that of a collection that is still open.
    pub(super) fn add_alias(&mut self, name: &str, span: Span) -> Result<(), SyntaxError> {
        let id = self.resolve(name, span)?;
        self.add(span, None, None, NodeContent::Alias(id));
        Ok(())
    }

    /// Adds a collection, which what follows belongs to until it is closed.
    pub(super) fn open(
        &mut self,
        span: Span,
        named: ResolvedProperties,
        mapping: bool,
        block: bool,
    ) {
        let data = if mapping {
            NodeContent::Mapping {
                links: (0, 0),
                keys: Keys::default(),
            }
        } else {
            NodeContent::Sequence((0, 0))
        };
        let id = self.add(span, named.anchor, named.tag, data);
        let from = self.pending.len();
        self.open.push(OpenCollection { id, from, block });
    }

    fn add(
        &mut self,
        span: Span,
        anchor: Option<String>,
        tag: Option<String>,
        data: NodeContent,
    ) -> u32 {
        let id = self.push(span, data);
        if anchor.is_some() || tag.is_some() {
            self.name(id, ResolvedProperties { anchor, tag });
        }
        id
    }

    fn push(&mut self, span: Span, data: NodeContent) -> u32 {
        let id = small(self.document.nodes.len());
        let parent = self.open.last().map_or(u32::MAX, |open| open.id);
        self.document.nodes.push(NodeData {
            span,
            parent,
            tag: NO_TAG,
            data,
        });
        self.pending.push(id);
        id
    }

    /// Gives a node its anchor and its tag.
    fn name(&mut self, id: u32, named: ResolvedProperties) {
        let mut data = self.document.node(id).data;
        let mut number = NO_TAG;
        if let Some(mut tag) = named.tag {
            if let NodeContent::Scalar { value, style } = data
                && tag == BINARY
            {
                (tag, data) = self.decoded(tag, value, style);
            }
            number = small(self.document.tags.len());
            self.document.tags.push(tag);
        }
        if let Some(node) = self.document.nodes.get_mut(id as usize) {
            (node.tag, node.data) = (number, data);
        }
        if let Some(anchor) = named.anchor {
            self.anchors.insert(anchor, id);
        }
    }

    /// A scalar with the tag `!!binary` is text, which is written in base64 (`decode.go`,
    /// `decoder.scalar`). What is not base64 or not UTF-8 keeps the tag, for the schema to judge.
    /// Done while the tree is built, so that no one behind it has to know of `!!binary`.
    fn decoded(&mut self, tag: String, value: ScalarSource, style: Style) -> (String, NodeContent) {
        let bytes = base64::decode(self.document.value(value));
        let Some(text) = bytes.and_then(|bytes| String::from_utf8(bytes).ok()) else {
            return (tag, NodeContent::Scalar { value, style });
        };
        let value = self.made(&text);
        (TEXT.to_owned(), NodeContent::Scalar { value, style })
    }

    /// Where the text of a scalar can be found again.
    fn kept(&mut self, at: Span, value: &str, style: Style) -> ScalarSource {
        let written = match style {
            Style::Plain => at,
            _ => at.inner(),
        };
        if self.document.text.slice(written) == value {
            return ScalarSource::Written(written);
        }
        self.made(value)
    }

    fn made(&mut self, value: &str) -> ScalarSource {
        let from = small(self.document.made.len());
        self.document.made.push_str(value);
        ScalarSource::Made(from, small(self.document.made.len()))
    }

    fn enter(&mut self, id: u32, block: bool, at: Span) -> Result<(), SyntaxError> {
        self.open.push(OpenCollection {
            id,
            from: self.pending.len(),
            block,
        });
        if self.open.len() > DEEPEST {
            return Err(too_deep(Span {
                start: at.start,
                end: at.start,
            }));
        }
        Ok(())
    }

    /// Ends the innermost collection that is open; a flow collection ends with `at`.
    pub(super) fn close(&mut self, at: Span) {
        let Some(OpenCollection { id, from, block }) = self.open.pop() else {
            return;
        };
        let links_from = small(self.document.links.len());
        let last = self.pending.last().filter(|_| self.pending.len() > from);
        // Otherwise a finding about it would underline the comments behind it.
        // A block collection ends with its last child; its end event is where the next token is.
        let end = match last {
            Some(&child) if block => self.document.node(child).span.end,
            _ => at.end,
        };
        self.document.links.extend(self.pending.drain(from..));
        let links = (links_from, small(self.document.links.len()));
        let is_mapping = matches!(self.document.node(id).data, NodeContent::Mapping { .. });
        let keys = if is_mapping {
            self.keys(links)
        } else {
            Keys::default()
        };
        let Some(node) = self.document.nodes.get_mut(id as usize) else {
            return;
        };
        node.span.end = end.max(node.span.start);
        match &mut node.data {
            NodeContent::Mapping {
                links: at,
                keys: known,
            } => (*at, *known) = (links, keys),
            NodeContent::Sequence(at) => *at = links,
            _ => {}
        }
    }

    fn keys(&self, (from, to): (u32, u32)) -> Keys {
        let document = &self.document;
        let links = document.links.get(from as usize..to as usize);
        let mut keys = Keys::default();
        for &id in links.unwrap_or(&[]).iter().step_by(2) {
            let name = document.key_text(id);
            keys.add(name);
            keys.merge |= name == "<<" && is_merge_key(Node { document, id });
        }
        keys
    }

    fn resolve(&self, anchor: &str, at: Span) -> Result<u32, SyntaxError> {
        let problem = match self.anchors.get(anchor) {
            Some(&id) if self.open.iter().all(|open| open.id != id) => return Ok(id),
            Some(_) => "anchor value contains itself",
            // Its name may be a password that begins with `*`: the place says which one.
            None => "unknown anchor referenced",
        };
        Err(SyntaxError {
            kind: SyntaxKind::Alias,
            problem: problem.to_owned(),
            context: None,
            span: at,
        })
    }

    /// The value of a block scalar as go-yaml reads it where the text ends without a line break:
    /// it ends as the text does, but for blanks, which count only where all breaks are kept (`+`).
    /// `yaml_parser_scan_block_scalar` of scannerc.go copies the break only if there is one;
    /// libyaml-safer was given one.
    fn unended(&self, at: Span, mut value: String, style: Style) -> String {
        let content = self.covered.content;
        let block = matches!(style, Style::Literal | Style::Folded);
        if !block || ends(content) || (at.end as usize) < content.len() {
            return value;
        }
        let start = behind_properties(content, at);
        let written = content.get(start..).unwrap_or("");
        let (header, body) = written.split_once(['\n', '\r']).unwrap_or((written, ""));
        let header = header.split('#').next().unwrap_or("");
        let last = body.rsplit(['\n', '\r']).next().unwrap_or("");
        if value.ends_with('\n') && (!last.trim().is_empty() || header.contains('+')) {
            value.pop();
        }
        value
    }

    /// A scalar's text with the byte-order marks that were taken for other characters.
    /// Put back after parsing, so that the value and its place hold what the file holds.
    fn with_marks(&self, at: Span, value: String) -> String {
        let covered = self.has_marks && value.contains(PLAIN_MARK);
        if covered && self.document.text.slice(at).contains(MARK) {
            value.replace(PLAIN_MARK, MARK)
        } else {
            value
        }
    }

    /// A scalar's text with the original where words stand for values.
    fn restored(&self, at: Span, value: String) -> String {
        let CoveredText { content, holes } = self.covered;
        let from = holes.partition_point(|hole| hole.filler.start < at.start);
        let holes = holes.get(from..).unwrap_or(&[]);
        let mut out = String::new();
        let mut rest = value.as_str();
        for hole in holes.iter().take_while(|hole| hole.filler.end <= at.end) {
            let word = content.get(hole.filler.start as usize..hole.filler.end as usize);
            let Some((before, after)) = word.and_then(|word| rest.split_once(word)) else {
                break;
            };
            out.push_str(before);
            out.push_str(self.document.text.slice(hole.original));
            rest = after;
        }
        if out.is_empty() {
            return value;
        }
        out.push_str(rest);
        out
    }

    /// Between brackets, go-yaml v2 ends a plain scalar at a question mark, and then finds no comma
    /// (`scannerc.go`, `yaml_parser_scan_plain_scalar`).
    fn no_question_mark(&self, at: Span, style: Style) -> Result<(), SyntaxError> {
        let Some(open) = self.open.last().filter(|open| !open.block) else {
            return Ok(());
        };
        // What a template puts in has quotes where it needs them.
        let written = self.covered.content.get(at.start as usize..at.end as usize);
        let found = written.and_then(|written| written.find('?'));
        let Some(found) = found.filter(|_| style == Style::Plain) else {
            return Ok(());
        };
        let list = matches!(self.document.node(open.id).data, NodeContent::Sequence(_));
        let (what, close) = if list {
            ("sequence", ']')
        } else {
            ("mapping", '}')
        };
        Err(SyntaxError {
            kind: SyntaxKind::Malformed,
            problem: format!("did not find expected ',' or '{close}'"),
            context: Some((
                format!("while parsing a flow {what}"),
                self.document.node(open.id).span,
            )),
            span: at.part(found, found + 1),
        })
    }

    /// Block scalars without the line breaks behind them.
    fn trimmed(&self, span: Span, style: Style) -> Span {
        if !matches!(style, Style::Literal | Style::Folded) {
            return span;
        }
        let len = self.document.text.slice(span).trim_end().len();
        Span::new(span.start as usize, span.start as usize + len)
    }
}

fn style_of(style: ScalarStyle) -> Style {
    match style {
        ScalarStyle::SingleQuoted => Style::SingleQuoted,
        ScalarStyle::DoubleQuoted => Style::DoubleQuoted,
        ScalarStyle::Literal => Style::Literal,
        ScalarStyle::Folded => Style::Folded,
        _ => Style::Plain,
    }
}
