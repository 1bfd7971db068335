//! From events to a tree.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::{self, BufRead, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use libyaml_safer::{Event, EventData, MappingStyle, Parser, ScalarStyle, SequenceStyle};

use super::alias;
use super::node::{Node, is_merge_key};
use super::scalar::Style;
use crate::finding::{Place, Span, Text};

/// Deepest nesting, as in go-yaml v2 (`max_flow_level`, `max_indents`).
const DEEPEST: usize = 10_000;

/// How many bytes the parser is given at a time, so that it does not decode a whole file ahead.
const CHUNK: usize = 4096;

/// Why a text is not YAML as go-yaml reads it.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{problem}")]
pub struct SyntaxError {
    /// What kind of fault it is.
    pub kind: SyntaxKind,
    /// The parser's words.
    pub problem: String,
    /// What was being read, if the parser says: `while parsing a block mapping`.
    pub context: Option<(String, Span)>,
    /// Where it stopped.
    pub span: Span,
}

/// Kinds of syntax errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyntaxKind {
    /// The text is not YAML.
    Malformed,
    /// Bytes that are not UTF-8, or control characters.
    Encoding,
    /// An alias to an anchor that does not exist, or one inside its own anchor.
    Alias,
    /// Aliases that expand beyond go-yaml's budget.
    Bomb,
    /// Nesting beyond go-yaml's limit.
    Depth,
    /// The parser itself failed: promvet's own fault.
    Internal,
}

/// A value of a template that was covered with a word before parsing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hole {
    /// Where the word stands, in one line; it is one letter repeated.
    pub filler: Span,
    /// What it covers in the original text; it begins where the word does.
    pub original: Span,
}

/// What the parser is given instead of the text itself: a text of the same length, and where in it
/// words stand for values, ascending.
#[derive(Clone, Copy, Default)]
struct Covered<'m> {
    content: &'m str,
    holes: &'m [Hole],
}

pub(super) enum Data {
    Scalar { text: String, style: Style },
    Sequence((u32, u32)),
    Mapping { links: (u32, u32), merge: bool },
    Alias(u32),
}

pub(super) struct NodeData {
    pub(super) span: Span,
    pub(super) parent: u32,
    pub(super) tag: Option<Box<str>>,
    pub(super) data: Data,
}

/// One YAML document as a tree. Its `Debug` does not show the text.
pub struct Document {
    text: Arc<Text>,
    nodes: Vec<NodeData>,
    links: Vec<u32>,
    next: Option<Span>,
}

impl std::fmt::Debug for Document {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Document")
            .field("text", &self.text)
            .field("nodes", &self.nodes.len())
            .finish()
    }
}

impl Document {
    /// The text that it was read from.
    #[must_use]
    pub fn text(&self) -> &Arc<Text> {
        &self.text
    }

    /// The place of a span of its text.
    #[must_use]
    pub fn place(&self, span: Span) -> Place {
        Place::new(&self.text, span)
    }

    /// The root; none for an empty document.
    #[must_use]
    pub fn root(&self) -> Option<Node<'_>> {
        (!self.nodes.is_empty()).then_some(Node {
            document: self,
            id: 0,
        })
    }

    /// Where a further document begins, if this is not the last one of its stream.
    #[must_use]
    pub fn next_document(&self) -> Option<Span> {
        self.next
    }

    pub(super) fn node(&self, id: u32) -> &NodeData {
        static NOTHING: NodeData = NodeData {
            span: Span { start: 0, end: 0 },
            parent: u32::MAX,
            tag: None,
            data: Data::Sequence((0, 0)),
        };
        self.nodes.get(id as usize).unwrap_or(&NOTHING)
    }

    pub(super) fn links_of(&self, id: u32) -> &[u32] {
        let (Data::Sequence((from, to))
        | Data::Mapping {
            links: (from, to), ..
        }) = self.node(id).data
        else {
            return &[];
        };
        self.links.get(from as usize..to as usize).unwrap_or(&[])
    }

    pub(super) fn len(&self) -> usize {
        self.nodes.len()
    }
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
    first(text, Covered { content, holes })
}

fn plain(text: &Text) -> Covered<'_> {
    Covered {
        content: text.content(),
        holes: &[],
    }
}

fn first(text: &Arc<Text>, covered: Covered<'_>) -> Result<Document, SyntaxError> {
    let mut documents = guarded(text, covered, 1)?;
    let document = documents
        .0
        .pop()
        .unwrap_or_else(|| Builder::new(text, covered).finish(None));
    let end = document.next.map_or(u32::MAX, |next| next.start);
    match text.not_utf8().filter(|at| *at < end) {
        Some(at) => Err(SyntaxError {
            kind: SyntaxKind::Encoding,
            problem: "invalid UTF-8 octet sequence".into(),
            context: None,
            span: Span::new(at as usize, at as usize + 1),
        }),
        None => Ok(document),
    }
}

/// Reads all documents of a text, and the error that ended the reading, if one did.
#[must_use]
pub fn parse_all(text: &Arc<Text>) -> (Vec<Document>, Option<SyntaxError>) {
    guarded(text, plain(text), usize::MAX).unwrap_or_else(|error| (Vec::new(), Some(error)))
}

type Documents = (Vec<Document>, Option<SyntaxError>);

/// The parser can panic on rare input; that is caught here and reported as promvet's own fault.
fn guarded(text: &Arc<Text>, covered: Covered<'_>, most: usize) -> Result<Documents, SyntaxError> {
    let read = || -> Result<Documents, SyntaxError> {
        let mut documents = Vec::new();
        match read_documents(text, covered, most, &mut documents) {
            Err(error) if documents.is_empty() => Err(error),
            outcome => Ok((documents, outcome.err())),
        }
    };
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| {
        Err(SyntaxError {
            kind: SyntaxKind::Internal,
            problem: "promvet's YAML parser failed on this file".into(),
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
    /// end; [`Builder::unended`] takes it out of the value again.
    fn new(content: &'t str) -> Self {
        Self {
            rest: content.as_bytes(),
            then: if ends(content) { b"" } else { b"\n" },
        }
    }
}

/// Whether a text ends with a line break.
fn ends(content: &str) -> bool {
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
    covered: Covered<'_>,
    most: usize,
    out: &mut Vec<Document>,
) -> Result<(), SyntaxError> {
    let content = with_plain_marks(covered.content);
    let mut parser = Parser::new();
    parser.set_encoding(libyaml_safer::Encoding::Utf8);
    parser.set_input(Chunks::new(&content));
    let mut builder = Builder::new(text, covered);
    loop {
        let event = parser.parse().map_err(|error| malformed(text, &error))?;
        match event.data {
            EventData::StreamEnd => return Ok(()),
            EventData::DocumentStart { .. } => builder = Builder::new(text, covered),
            EventData::DocumentEnd { .. } => {
                let done = out.len() + 1 >= most;
                let next = if done { next_start(&mut parser) } else { None };
                let document =
                    std::mem::replace(&mut builder, Builder::new(text, covered)).finish(next);
                alias::check(&document)?;
                out.push(document);
                if done {
                    return Ok(());
                }
            }
            _ => builder.take(event)?,
        }
    }
}

/// A byte-order mark and what stands for one inside a text: as long, and not skipped.
const MARK: &str = "\u{feff}";
const PLAIN_MARK: &str = "\u{fffd}";

/// go-yaml v2 takes a byte-order mark that does not begin the text for a character like others;
/// the parser would skip it at the start of a line.
fn with_plain_marks(content: &str) -> Cow<'_, str> {
    if memchr::memmem::find(content.as_bytes(), MARK.as_bytes()).is_none() {
        return Cow::Borrowed(content);
    }
    Cow::Owned(content.replace(MARK, PLAIN_MARK))
}

/// Where another document begins; what is broken there is nobody's concern.
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

fn span(start: libyaml_safer::Mark, end: libyaml_safer::Mark) -> Span {
    let offset = |mark: libyaml_safer::Mark| usize::try_from(mark.index).unwrap_or(usize::MAX);
    Span::new(offset(start), offset(end))
}

/// A span without what the parser was given behind the text.
fn within(span: Span, content: &str) -> Span {
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
    let context = error
        .context()
        .map(str::to_owned)
        .zip(error.context_mark().map(|mark| span(mark, mark)));
    let span = Span::new(at.start as usize, at.start as usize + width);
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

/// A collection that is still open.
struct Open {
    id: u32,
    /// Where its children begin in `pending`.
    from: usize,
    block: bool,
}

struct Builder<'m> {
    document: Document,
    covered: Covered<'m>,
    open: Vec<Open>,
    pending: Vec<u32>,
    anchors: HashMap<String, u32>,
}

impl<'m> Builder<'m> {
    fn new(text: &Arc<Text>, covered: Covered<'m>) -> Self {
        let document = Document {
            text: Arc::clone(text),
            nodes: Vec::new(),
            links: Vec::new(),
            next: None,
        };
        Self {
            document,
            covered,
            open: Vec::new(),
            pending: Vec::new(),
            anchors: HashMap::new(),
        }
    }

    fn finish(mut self, next: Option<Span>) -> Document {
        self.document.next = next;
        self.document
    }

    fn take(&mut self, event: Event) -> Result<(), SyntaxError> {
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
                let value =
                    if value.contains(PLAIN_MARK) && self.document.text.slice(at).contains(MARK) {
                        value.replace(PLAIN_MARK, MARK)
                    } else {
                        value
                    };
                let at = self.trimmed(at, style);
                self.no_question_mark(at, style)?;
                self.add(at, anchor, tag, Data::Scalar { text: value, style });
            }
            EventData::Alias { anchor } => {
                let id = self.resolve(&anchor, at)?;
                self.add(at, None, None, Data::Alias(id));
            }
            EventData::SequenceStart {
                anchor, tag, style, ..
            } => {
                let id = self.add(at, anchor, tag, Data::Sequence((0, 0)));
                self.enter(id, style != SequenceStyle::Flow, at)?;
            }
            EventData::MappingStart {
                anchor, tag, style, ..
            } => {
                let id = self.add(
                    at,
                    anchor,
                    tag,
                    Data::Mapping {
                        links: (0, 0),
                        merge: false,
                    },
                );
                self.enter(id, style != MappingStyle::Flow, at)?;
            }
            EventData::SequenceEnd | EventData::MappingEnd => self.close(at),
            _ => {}
        }
        Ok(())
    }

    fn add(&mut self, span: Span, anchor: Option<String>, tag: Option<String>, data: Data) -> u32 {
        let id = small(self.document.nodes.len());
        let parent = self.open.last().map_or(u32::MAX, |open| open.id);
        self.document.nodes.push(NodeData {
            span,
            parent,
            tag: tag.map(Into::into),
            data,
        });
        self.pending.push(id);
        if let Some(anchor) = anchor {
            self.anchors.insert(anchor, id);
        }
        id
    }

    fn enter(&mut self, id: u32, block: bool, at: Span) -> Result<(), SyntaxError> {
        self.open.push(Open {
            id,
            from: self.pending.len(),
            block,
        });
        if self.open.len() > DEEPEST {
            return Err(SyntaxError {
                kind: SyntaxKind::Depth,
                problem: format!("exceeded max depth of {DEEPEST}"),
                context: None,
                span: Span {
                    start: at.start,
                    end: at.start,
                },
            });
        }
        Ok(())
    }

    fn close(&mut self, at: Span) {
        let Some(Open { id, from, block }) = self.open.pop() else {
            return;
        };
        let links_from = small(self.document.links.len());
        let last = self.pending.last().filter(|_| self.pending.len() > from);
        // A block collection ends with its last child; its end event is where the next token is.
        let end = match last {
            Some(&child) if block => self.document.node(child).span.end,
            _ => at.end,
        };
        self.document.links.extend(self.pending.drain(from..));
        let links = (links_from, small(self.document.links.len()));
        let merge = self.has_merge_key(links);
        let Some(node) = self.document.nodes.get_mut(id as usize) else {
            return;
        };
        node.span.end = end.max(node.span.start);
        match &mut node.data {
            Data::Mapping {
                links: at,
                merge: flag,
            } => (*at, *flag) = (links, merge),
            Data::Sequence(at) => *at = links,
            _ => {}
        }
    }

    fn has_merge_key(&self, (from, to): (u32, u32)) -> bool {
        let links = self
            .document
            .links
            .get(from as usize..to as usize)
            .unwrap_or(&[]);
        links.iter().step_by(2).any(|&id| {
            is_merge_key(Node {
                document: &self.document,
                id,
            })
        })
    }

    fn resolve(&self, anchor: &str, at: Span) -> Result<u32, SyntaxError> {
        let problem = match self.anchors.get(anchor) {
            Some(&id) if self.open.iter().all(|open| open.id != id) => return Ok(id),
            Some(_) => format!("anchor '{anchor}' value contains itself"),
            None => format!("unknown anchor '{anchor}' referenced"),
        };
        Err(SyntaxError {
            kind: SyntaxKind::Alias,
            problem,
            context: None,
            span: at,
        })
    }

    /// The value of a block scalar as go-yaml reads it where the text ends without a line break:
    /// it ends as the text does, but for blanks, which count only where all breaks are kept (`+`).
    fn unended(&self, at: Span, mut value: String, style: Style) -> String {
        let content = self.covered.content;
        let block = matches!(style, Style::Literal | Style::Folded);
        if !block || ends(content) || (at.end as usize) < content.len() {
            return value;
        }
        let written = content.get(at.start as usize..).unwrap_or("");
        let (header, body) = written.split_once(['\n', '\r']).unwrap_or((written, ""));
        let header = header.split('#').next().unwrap_or("");
        let last = body.rsplit(['\n', '\r']).next().unwrap_or("");
        if value.ends_with('\n') && (!last.trim().is_empty() || header.contains('+')) {
            value.pop();
        }
        value
    }

    /// A scalar's text with the original where words stand for values.
    fn restored(&self, at: Span, value: String) -> String {
        let Covered { content, holes } = self.covered;
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
        let found = self.document.text.slice(at).find('?');
        let Some(found) = found.filter(|_| style == Style::Plain) else {
            return Ok(());
        };
        let list = matches!(self.document.node(open.id).data, Data::Sequence(_));
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

/// Node and link numbers; a text over 4 GiB, which could have more, is never read.
pub(super) fn small(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
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

#[cfg(test)]
mod tests {
    use super::super::Kind;
    use super::*;

    fn parse(source: &str) -> Result<Document, SyntaxError> {
        parse_first(&Text::new("t.yml", source.as_bytes().to_vec()))
    }

    #[test]
    fn spans_are_those_of_the_tokens() {
        let source = "a:\n  - b: \"x y\"\n    c: *q\n".replace("*q", "&q [1, 2]");
        let document = parse(&source).unwrap();
        let item = document
            .root()
            .unwrap()
            .get("a")
            .unwrap()
            .items()
            .next()
            .unwrap();
        let text = |node: Node<'_>| document.text().slice(node.span()).to_owned();
        assert_eq!(text(item.get("b").unwrap()), "\"x y\"");
        assert_eq!(text(item), "b: \"x y\"\n    c: &q [1, 2]");
        assert_eq!(
            item.get("c").unwrap().items().nth(1).unwrap().path(),
            "a[0].c[1]"
        );
    }

    #[test]
    fn merge_keys_apply_in_document_order() {
        let document =
            parse("a: &a {x: 1, y: 1}\nb: &b {x: 2}\nc:\n  y: 9\n  <<: [*a, *b]\n").unwrap();
        let c = document.root().unwrap().get("c").unwrap();
        assert_eq!(c.get("x").unwrap().as_str(), Some("1"));
        assert_eq!(c.get("y").unwrap().as_str(), Some("1"));
    }

    #[test]
    fn only_the_first_document_counts() {
        let document = parse("a: 1\n---\n: : [\n").unwrap();
        assert!(document.next_document().is_some());
        assert!(matches!(document.root().unwrap().kind(), Kind::Mapping(_)));
    }

    #[test]
    fn question_marks_end_plain_scalars_between_brackets() {
        for source in ["[a?b]", "{a: b?c}", "{a?: b}", "x: [1, http://h/?q]"] {
            let error = parse(source).unwrap_err();
            assert!(
                error.problem.contains("did not find expected ','"),
                "{source}"
            );
        }
        for source in ["a?b", "a: b?c", "['a?b']", "{\"a\": 'b?'}"] {
            assert!(parse(source).is_ok(), "{source}");
        }
    }

    #[test]
    fn bytes_that_are_not_utf8_are_refused_in_the_first_document() {
        let parse = |bytes: &[u8]| parse_first(&Text::new("t.yml", bytes.to_vec()));
        let error = parse(b"a: 1 # caf\xe9\n").unwrap_err();
        assert_eq!((error.kind, error.span.start), (SyntaxKind::Encoding, 10));
        assert!(parse(b"a: 1\n---\nb: \xe9\n").is_ok());
    }

    #[test]
    fn byte_order_marks_inside_a_text_are_characters() {
        let document = parse("a:\n\u{feff} b: x\n").unwrap();
        assert!(document.root().unwrap().get("\u{feff} b").is_some());
        assert!(parse("a: 1\n\u{feff}").is_err());
        assert!(parse("\u{feff}a: 1\n").is_ok());
    }

    #[test]
    fn empty_texts_have_no_root() {
        assert!(parse("").unwrap().root().is_none());
        assert!(parse("# only a comment\n").unwrap().root().is_none());
    }

    #[test]
    fn anchors_that_bite_their_tail_end_at_once() {
        assert_eq!(parse("a: &a [*a]").unwrap_err().kind, SyntaxKind::Alias);
        assert_eq!(parse("a: *b").unwrap_err().kind, SyntaxKind::Alias);
        let mut bomb = String::from("a0: &a0 [x,x,x,x,x,x,x,x,x]\n");
        for level in 1..12 {
            let before = format!("*a{}", level - 1);
            bomb += &format!("a{level}: &a{level} [{}]\n", [before.as_str(); 9].join(","));
        }
        assert_eq!(parse(&bomb).unwrap_err().kind, SyntaxKind::Bomb);
    }

    #[test]
    fn a_text_may_end_without_a_line_break() {
        for (source, expected) in [
            ("a: |", ""),
            ("a: >-", ""),
            ("a: |+2 ", ""),
            ("a: |\n  x", "x"),
            ("a: |+ # why\n  x", "x"),
            ("a: >\n  x\n  y", "x y"),
            ("a: |-\n  x", "x"),
            ("a: |\n  x\n", "x\n"),
            ("a: |\n  x\n  ", "x\n"),
            ("a: |+\n  x\n  ", "x\n"),
            ("a: |+\n  x\n\n", "x\n\n"),
            ("a: x", "x"),
            ("a: 'x|'", "x|"),
        ] {
            let document = parse(source).unwrap();
            let value = document.root().unwrap().get("a").unwrap();
            assert_eq!(value.as_str(), Some(expected), "{source}");
            assert!(value.span().end as usize <= source.len(), "{source}");
        }
        assert!(parse("- |\n- >2").is_ok());
        let error = parse("a: [").unwrap_err();
        assert!(error.span.end <= 4);
    }

    #[test]
    fn covered_values_are_put_back() {
        let source = "a: {{ x }}{{ y }}\nb: \"\\t${Z}\"\nc: |\n  p {{ q }}\n  r\n";
        let masked = "a: QQQQQQQQQQQQQQ\nb: \"\\tQQQQ\"\nc: |\n  p QQQQQQQ\n  r\n";
        let holes: Vec<_> = [(3, 10), (10, 17), (24, 28), (39, 46)]
            .map(|(from, to)| Hole {
                filler: Span::new(from, to),
                original: Span::new(from, to),
            })
            .into();
        let text = Text::new("t.yml", source.as_bytes().to_vec());
        let document = parse_masked(&text, masked, &holes).unwrap();
        let value = |key| document.root().unwrap().get(key).unwrap().as_str().unwrap();
        assert_eq!(value("a"), "{{ x }}{{ y }}");
        assert_eq!(value("b"), "\t${Z}");
        assert_eq!(value("c"), "p {{ q }}\nr\n");
    }

    #[test]
    fn deep_nesting_ends_at_once() {
        assert_eq!(
            parse(&"[".repeat(100_000)).unwrap_err().kind,
            SyntaxKind::Depth
        );
        assert_eq!(
            parse(&"- ".repeat(100_000)).unwrap_err().kind,
            SyntaxKind::Depth
        );
        assert_eq!(
            parse(&"a: {".repeat(100_000)).unwrap_err().kind,
            SyntaxKind::Depth
        );
    }
}
