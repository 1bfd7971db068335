//! Comments, which the parser leaves out: a `#` outside of every scalar begins one.

use super::document::{Data, Document};
use super::node::Node;
use super::scalar::Style;
use crate::finding::Span;

/// A comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Comment {
    /// From its `#` to the end of its line.
    pub span: Span,
    /// Whether something stands before it in its line.
    pub trailing: bool,
}

/// What begins in a line: an entry of a mapping, or an item of a list.
#[derive(Clone, Copy, Debug)]
pub struct Unit<'d> {
    /// From its key, or from the item behind its hyphen, to the end of its value.
    pub span: Span,
    /// The value, or the item.
    pub node: Node<'d>,
}

/// The comments of the lines that hold `needle`, ascending. `content` is the text that was parsed
/// into `documents`, which is the text itself, or the one in which tags are covered. Behind the
/// line in which a document begins that was not read there are none.
#[must_use]
pub fn comments(content: &str, documents: &[Document], needle: &str) -> Vec<Comment> {
    let taken: Vec<Span> = documents
        .iter()
        .flat_map(|document| document.taken(content))
        .collect();
    let unread = documents.last().and_then(Document::next_document);
    let end = unread.map_or(content.len(), |next| {
        line_around(content, next.start as usize).end as usize
    });
    let mut out = Vec::new();
    for line in lines_with(content, needle) {
        if line.end as usize > end {
            break;
        }
        if let Some(hash) = first_free(content, line, &taken) {
            out.push(comment(content, line, hash));
        }
    }
    out
}

/// The same for a text that is no YAML: by the look of its lines alone.
#[must_use]
pub fn comments_by_look(content: &str, needle: &str) -> Vec<Comment> {
    let wanted: Vec<Span> = lines_with(content, needle).collect();
    let mut out = Vec::new();
    let mut block: Option<usize> = None;
    let mut from = 0;
    while from < content.len() {
        let line = line_around(content, from);
        let text = slice(content, line);
        let indent = text.len() - text.trim_start_matches(' ').len();
        if block.is_some_and(|outer| indent > outer || text.trim().is_empty()) {
            from = after_break(content, line.end as usize);
            continue;
        }
        let hash = hash_by_look(text);
        let code = hash.map_or(text, |hash| text.get(..hash).unwrap_or(""));
        block = opens_block(code).then_some(indent);
        if let Some(hash) = hash.filter(|_| wanted.binary_search(&line).is_ok()) {
            out.push(comment(content, line, line.start as usize + hash));
        }
        from = after_break(content, line.end as usize);
    }
    out
}

/// The next line from an offset on that holds more than blanks and comments.
#[must_use]
pub fn next_content_line(content: &str, from: u32) -> Option<Span> {
    let mut from = after_break(content, line_around(content, from as usize).end as usize);
    while from < content.len() {
        let line = line_around(content, from);
        let text = slice(content, line).trim_start();
        if !text.is_empty() && !text.starts_with('#') {
            return Some(line);
        }
        from = after_break(content, line.end as usize);
    }
    None
}

/// The line that an offset is in, without its line break.
#[must_use]
pub fn line_of(content: &str, offset: u32) -> Span {
    line_around(content, offset as usize)
}

impl Document {
    /// The entry or item that a line begins with, if it does.
    #[must_use]
    pub fn unit_on(&self, line: Span) -> Option<Unit<'_>> {
        let from = self
            .nodes
            .partition_point(|node| node.span.start < line.start);
        let mut found: Option<Unit<'_>> = None;
        for (offset, data) in self.nodes.iter().skip(from).enumerate() {
            if data.span.start > line.end {
                break;
            }
            let id = super::document::small(from + offset);
            let Some(unit) = self.unit_of(Node { document: self, id }) else {
                continue;
            };
            match found {
                None => found = Some(unit),
                Some(first) if first.span.start == unit.span.start => {
                    if unit.span.end > first.span.end {
                        found = Some(unit);
                    }
                }
                Some(_) => break,
            }
        }
        found.filter(|unit| {
            let before = Span {
                start: line.start,
                end: unit.span.start,
            };
            let mut words = self.text.slice(before).split_whitespace();
            words.all(|word| matches!(word, "-" | "?") || word.starts_with(['&', '!']))
        })
    }

    /// The unit that begins with a node.
    fn unit_of(&self, node: Node<'_>) -> Option<Unit<'_>> {
        let parent = node.parent()?;
        let links = self.links_of(parent.id);
        let index = links.binary_search(&node.id).ok()?;
        let at = |id| Node { document: self, id };
        match self.node(parent.id).data {
            Data::Sequence(_) => Some(Unit {
                span: node.span(),
                node: at(node.id),
            }),
            Data::Mapping { .. } if index % 2 == 0 => {
                let value = at(*links.get(index + 1)?);
                Some(Unit {
                    span: node.span().join(value.span()),
                    node: value,
                })
            }
            _ => None,
        }
    }

    /// Where scalars stand, so that a `#` there is theirs, ascending.
    fn taken(&self, content: &str) -> impl Iterator<Item = Span> {
        self.nodes.iter().filter_map(move |node| match node.data {
            Data::Scalar { style, .. } => {
                let start = behind_properties(content, node.span);
                let start = match style {
                    Style::Literal | Style::Folded => {
                        after_break(content, line_around(content, start).end as usize)
                    }
                    _ => start,
                };
                (start < node.span.end as usize).then(|| Span::new(start, node.span.end as usize))
            }
            _ => None,
        })
    }
}

/// Where a scalar begins behind its anchor and its tag. Comments may stand between.
pub(super) fn behind_properties(content: &str, span: Span) -> usize {
    let text = slice(content, span);
    let mut at = 0;
    loop {
        let rest = text.get(at..).unwrap_or("");
        let skip = match rest.chars().next() {
            Some('&' | '!') => rest.find(char::is_whitespace).unwrap_or(rest.len()),
            Some('#') if at > 0 => rest.find(['\n', '\r']).unwrap_or(rest.len()),
            Some(c) if c.is_whitespace() => c.len_utf8(),
            _ => return span.start as usize + at,
        };
        at += skip;
    }
}

/// The first `#` of a line that no scalar has taken.
fn first_free(content: &str, line: Span, taken: &[Span]) -> Option<usize> {
    let mut at = line.start as usize;
    let mut index = taken.partition_point(|span| span.end <= line.start);
    loop {
        let hash = at + content.get(at..line.end as usize)?.find('#')?;
        while taken
            .get(index)
            .is_some_and(|span| span.end as usize <= hash)
        {
            index += 1;
        }
        match taken.get(index) {
            Some(span) if span.start as usize <= hash => at = span.end as usize,
            _ => return Some(hash),
        }
    }
}

fn comment(content: &str, line: Span, hash: usize) -> Comment {
    let before = content.get(line.start as usize..hash).unwrap_or("");
    Comment {
        span: Span::new(hash, line.end as usize),
        trailing: !before.trim().is_empty(),
    }
}

/// Where a comment begins in a line, as far as the line alone tells: quotes count where a value
/// could begin.
fn hash_by_look(line: &str) -> Option<usize> {
    let mut quote: Option<char> = None;
    let mut before = ' ';
    let mut escaped = false;
    for (at, c) in line.char_indices() {
        match quote {
            Some('"') if escaped => escaped = false,
            Some('"') if c == '\\' => escaped = true,
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if matches!(c, '"' | '\'') && " \t[{,".contains(before) => quote = Some(c),
            None if c == '#' && before.is_whitespace() => return Some(at),
            None => {}
        }
        before = c;
    }
    None
}

/// Whether a line ends with the head of a block scalar.
fn opens_block(code: &str) -> bool {
    let code = code.trim_end();
    let Some(last) = code.split_whitespace().next_back() else {
        return false;
    };
    let rest = last.strip_prefix(['|', '>']);
    rest.is_some_and(|rest| rest.chars().all(|c| matches!(c, '+' | '-' | '1'..='9')))
}

/// The lines that hold a needle, each once.
fn lines_with<'t>(content: &'t str, needle: &'t str) -> impl Iterator<Item = Span> + use<'t> {
    let mut behind = 0;
    memchr::memmem::find_iter(content.as_bytes(), needle).filter_map(move |at| {
        if at < behind {
            return None;
        }
        let line = line_around(content, at);
        behind = line.end as usize;
        Some(line)
    })
}

fn line_around(content: &str, offset: usize) -> Span {
    let bytes = content.as_bytes();
    let before = bytes.get(..offset).unwrap_or(bytes);
    let start = memchr::memrchr2(b'\n', b'\r', before).map_or(0, |at| at + 1);
    let after = bytes.get(offset..).unwrap_or(&[]);
    let end = memchr::memchr2(b'\n', b'\r', after).map_or(bytes.len(), |at| offset + at);
    Span::new(start, end)
}

/// Where the line behind the end of a line begins.
fn after_break(content: &str, end: usize) -> usize {
    let rest = content.get(end..).unwrap_or("");
    end + if rest.starts_with("\r\n") { 2 } else { 1 }
}

fn slice(content: &str, span: Span) -> &str {
    content
        .get(span.start as usize..span.end as usize)
        .unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Text;
    use crate::yaml::{Kind, parse_all, parse_first};

    fn texts(source: &str) -> Vec<(String, bool)> {
        let text = Text::new("t.yml", source.as_bytes().to_vec());
        let document = parse_first(&text).unwrap();
        let found = comments(source, std::slice::from_ref(&document), "@");
        shown(source, &found)
    }

    fn shown(source: &str, found: &[Comment]) -> Vec<(String, bool)> {
        found
            .iter()
            .map(|one| (slice(source, one.span).to_owned(), one.trailing))
            .collect()
    }

    #[test]
    fn comments_are_told_from_scalars() {
        for (source, expected) in [
            ("# @\na: b\n", &[("# @", false)][..]),
            ("a: b # @\n", &[("# @", true)]),
            ("a: b # @", &[("# @", true)]),
            ("a: b # @\r\nc: d # @\r\n", &[("# @", true), ("# @", true)]),
            ("a: b\r  # @\rc: d\r", &[("# @", false)]),
            ("a: http://h/#@\n", &[]),
            ("a: http://h/p#x # @\n", &[("# @", true)]),
            ("a: b#@ c#@\n", &[]),
            ("a: \"# @\"\n", &[]),
            ("a: \"x\n  # @\n  y\" # @\n", &[("# @", true)]),
            ("a: '# @ it''s # @'\n", &[]),
            ("a: '# @'# @\n", &[("# @", true)]),
            ("\"# @\": b\n", &[]),
            ("? '# @'\n: b # @\n", &[("# @", true)]),
            (
                "a: | # @\n  # @ not one\n  x\n# @ one\n",
                &[("# @", true), ("# @ one", false)],
            ),
            ("a: >-\n  x # @\n\n   # @\nb: c\n", &[]),
            ("a: |2\n   # @\nb: | # @", &[("# @", true)]),
            ("a: |\n  # @", &[]),
            ("a: &x |\n  # @\nb: *x # @\n", &[("# @", true)]),
            ("a: !!str # @\n  b#@\n", &[("# @", true)]),
            ("a: &x # @\n  - b\n", &[("# @", true)]),
            (
                "a: [b, # @\n  'c # @', d]# @\n",
                &[("# @", true), ("# @", true)],
            ),
            (
                "{a: {b: c}, # @\n# @\n d: \"#@\"}\n",
                &[("# @", true), ("# @", false)],
            ),
            ("a: b\n  c\n  d # @\n", &[("# @", true)]),
            ("a: # @\n  - b # @\n", &[("# @", true), ("# @", true)]),
            ("# @ @\n", &[("# @ @", false)]),
            ("a: b\n--- # @\n# @\nc: '# @'\n", &[("# @", true)]),
            (
                "%YAML 1.1 # @\n--- # @\na: b\n... # @\n",
                &[("# @", true), ("# @", true), ("# @", true)],
            ),
            ("a: don't # @ isn't\n", &[("# @ isn't", true)]),
            ("a: \"\\\" # @\" # @\n", &[("# @", true)]),
            ("", &[]),
        ] {
            let expected: Vec<_> = expected
                .iter()
                .map(|&(text, trailing)| (text.to_owned(), trailing))
                .collect();
            assert_eq!(texts(source), expected, "{source:?}");
        }
    }

    /// What a document says: kinds and texts.
    fn said(document: &Document) -> Vec<String> {
        let mut out = Vec::new();
        let mut stack: Vec<Node<'_>> = document.root().into_iter().collect();
        while let Some(node) = stack.pop() {
            if node.is_alias() {
                out.push("alias".to_owned());
                continue;
            }
            match node.kind() {
                Kind::Scalar(scalar) => out.push(format!("{:?} {}", scalar.style, scalar.text)),
                Kind::Sequence(list) => {
                    out.push(format!("list of {}", list.len()));
                    stack.extend(list.iter());
                }
                Kind::Mapping(mapping) => {
                    let entries: Vec<_> = mapping.written().collect();
                    out.push(format!("mapping of {}", entries.len()));
                    stack.extend(entries.iter().flat_map(|entry| [entry.key, entry.value]));
                }
            }
        }
        out
    }

    const PIECES: &[&str] = &[
        "a: b",
        "a: ",
        "- ",
        "  ",
        " # x #",
        "#x ",
        "# x\n",
        "'",
        "''",
        "\"",
        "\\",
        "| ",
        ">-",
        "|+\n",
        "\n",
        "\n  ",
        "\n",
        "\r\n",
        ": ",
        "[",
        "]",
        "{",
        "}",
        ", ",
        "&a ",
        "*a ",
        "!t ",
        "http://h/#f",
        "? ",
        "--- ",
        "x#y ",
        "ü",
        "\t#",
    ];

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(5_000))]

        /// What a comment says means nothing to YAML.
        #[test]
        fn comments_can_be_emptied(pieces in proptest::collection::vec(0..PIECES.len(), 1..14)) {
            let source: String = pieces.iter().map(|&index| PIECES[index]).collect();
            let text = Text::new("t.yml", source.clone().into_bytes());
            // Behind a document that is read, anything may stand that nobody reads.
            let whole = parse_all(&text).1.is_none();
            let Some(document) = parse_first(&text).ok().filter(|_| whole) else { return Ok(()) };
            let found = comments(&source, std::slice::from_ref(&document), "#");
            let mut emptied = source.clone();
            for one in found.iter().rev() {
                emptied.replace_range(one.span.start as usize + 1..one.span.end as usize, "");
            }
            let emptied = Text::new("t.yml", emptied.into_bytes());
            let other = parse_first(&emptied);
            let other = other.ok().map(|other| said(&other));
            proptest::prop_assert_eq!(other, Some(said(&document)), "{:?} {:?}", source, found);
            // Whatever else has a hash has it in a scalar's text.
            let hashes = |text: &str| text.matches('#').count();
            let end = document.next_document().map_or(source.len(), |next| next.start as usize);
            let in_scalars: usize = said(&document).iter().map(|text| hashes(text)).sum();
            let in_comments: usize = found.iter().map(|one| hashes(slice(&source, one.span))).sum();
            proptest::prop_assert!(in_scalars + in_comments >= hashes(&source[..end]));
        }
    }

    #[test]
    fn what_is_no_yaml_is_read_by_its_lines() {
        for (source, expected) in [
            ("a: [b # @\n", &[("# @", true)][..]),
            ("a: b: c\n# @\n", &[("# @", false)]),
            ("a: 'x # @\nb: \"# @\" # @\n", &[("# @", true)]),
            ("a: b: http://h/#@\n", &[]),
            ("a: |\n  # @\n\n  # @\nb: b: c # @\n", &[("# @", true)]),
            ("a: don't # @\n: : [\n", &[("# @", true)]),
        ] {
            let found = comments_by_look(source, "@");
            let expected: Vec<_> = expected
                .iter()
                .map(|&(text, trailing)| (text.to_owned(), trailing))
                .collect();
            assert_eq!(shown(source, &found), expected, "{source:?}");
        }
    }

    #[test]
    fn a_line_begins_with_a_unit_or_with_none() {
        for (source, line, expected) in [
            ("a: b\nc:\n  d: e\n", 0, Some("a: b")),
            ("a: b\nc:\n  d: e\n", 1, Some("c:\n  d: e")),
            ("a:\n  - b: c\n    d: e\n  - f\n", 1, Some("b: c\n    d: e")),
            ("a:\n  - b: c\n    d: e\n  - f\n", 2, Some("d: e")),
            ("a:\n- - x\n  - y\n- z\n", 1, Some("- x\n  - y")),
            ("a:\n-\n  b: c\n- z\n", 2, Some("b: c")),
            (
                "a: [\n  {b: c,\n   d: e}, f]\n",
                1,
                Some("{b: c,\n   d: e}"),
            ),
            ("a: [\n  {b: c,\n   d: e}, f]\n", 2, Some("d: e")),
            ("a: [b,\n  c\n], d: [\n", 3, None),
            ("{a: [b\n], c: d}\n", 1, None),
            ("a:\n  b\n  c\n", 1, None),
            ("a:\n  {b: c}\n", 1, None),
            ("a: &x\n  - &y b\n", 1, Some("&y b")),
            ("? a\n: b\n", 0, Some("a\n: b")),
            ("a:\n\nb: c\n", 0, Some("a:")),
        ] {
            let text = Text::new("t.yml", source.as_bytes().to_vec());
            // Behind a document that is read, anything may stand that nobody reads.
            let whole = parse_all(&text).1.is_none();
            let Some(document) = parse_first(&text).ok().filter(|_| whole) else {
                assert_eq!(expected, None, "{source:?}");
                continue;
            };
            let start: usize = source.split_inclusive('\n').take(line).map(str::len).sum();
            let unit = document.unit_on(line_around(source, start));
            let found = unit.map(|unit| slice(source, unit.span));
            assert_eq!(found, expected, "{source:?} {line}");
        }
    }
}
