//! Covering the tags of a template, so that what is left is YAML.
//!
//! A masked text has the length and the line breaks of the original, so every place in it is true.
//! Tags that stand for values become words of the same length; the parser puts the original back
//! into the values ([`Hole`]). Tags that steer become blanks, and so do those that are alone in
//! their line where only keys could be: what they bring in is not there to be checked.

use std::ops::Range;

use super::tags::{self, Tag, TagRole};
use crate::finding::Span;
use crate::yaml::Hole;

/// Letters that words for values are made from: the first one that the text does not have.
const LETTERS: &[u8] = b"QZXJKWVYUHqzxjkwvyuh";

/// How many lines before a line are looked at to see what it is in. Without an end, each line of a long
/// template would cost a walk to its start.
const LINES_BACK: usize = 50;

/// Which branches of conditions are left in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Branches {
    /// All of them.
    All,
    /// The first one of each.
    First,
}

/// A text whose tags are covered.
#[derive(Debug)]
pub struct Mask {
    /// The text, as long as the original in bytes and with the same line breaks.
    pub content: String,
    /// Where words stand for values.
    pub holes: Vec<Hole>,
    /// Whether there are tags of a template language, and not only variables of the shell.
    pub has_tags: bool,
    /// Whether a condition has more than one branch.
    pub has_branches: bool,
}

/// Covers the tags of a text; none if it has none.
#[must_use]
pub fn mask(text: &str, branches: Branches) -> Option<Mask> {
    let tags = tags::find(text);
    if tags.is_empty() {
        return None;
    }
    let letter = LETTERS
        .iter()
        .copied()
        .find(|letter| memchr::memchr(*letter, text.as_bytes()).is_none());
    let mut cover = Cover {
        text,
        out: text.as_bytes().to_vec(),
        holes: Vec::new(),
        letter: letter.unwrap_or(b'Q'),
    };
    cover.lines(&tags, branches);
    Some(Mask {
        content: String::from_utf8(cover.out).ok()?,
        holes: cover.holes,
        has_tags: tags.iter().any(|tag| tag.bracketed),
        has_branches: tags.iter().any(|tag| tag.role == TagRole::Else),
    })
}

/// A line with tags; several lines where a tag goes over a line's end.
struct TagLine<'t> {
    span: Range<usize>,
    tags: &'t [Tag],
}

struct Cover<'t> {
    text: &'t str,
    out: Vec<u8>,
    holes: Vec<Hole>,
    letter: u8,
}

impl Cover<'_> {
    fn lines(&mut self, tags: &[Tag], branches: Branches) {
        let mut open: Vec<Option<usize>> = Vec::new();
        let mut rest = tags;
        while let Some(line) = self.line_of(rest) {
            rest = rest.get(line.tags.len()..).unwrap_or(&[]);
            let alone = self.cover(&line);
            for tag in line.tags {
                match tag.role {
                    // What a macro holds is written where it is called.
                    TagRole::Open if self.is_macro(tag) => open.push(Some(line.span.end)),
                    TagRole::Open => open.push(None),
                    TagRole::Else if alone && branches == Branches::First => {
                        if let Some(dead @ None) = open.last_mut() {
                            *dead = Some(line.span.end);
                        }
                    }
                    TagRole::Close => {
                        if let Some(Some(dead)) = open.pop() {
                            self.mask_with_branches(dead..line.span.start);
                        }
                    }
                    _ => {}
                }
            }
        }
    }

    /// The line of the first tag, with all its tags.
    fn line_of<'a>(&self, tags: &'a [Tag]) -> Option<TagLine<'a>> {
        let bytes = self.text.as_bytes();
        let first = tags.first()?;
        let start = memchr::memrchr(b'\n', bytes.get(..first.span.start)?).map_or(0, |at| at + 1);
        let mut end = start;
        let mut count = 0;
        for tag in tags {
            if count > 0 && tag.span.start >= end {
                break;
            }
            let from = tag.span.end.max(end);
            end = memchr::memchr(b'\n', bytes.get(from..)?).map_or(bytes.len(), |at| from + at);
            count += 1;
        }
        Some(TagLine {
            span: start..end,
            tags: tags.get(..count)?,
        })
    }

    /// Covers the tags of one line, and says whether nothing else is in it.
    fn cover(&mut self, line: &TagLine<'_>) -> bool {
        let Some((first, last)) = line.tags.first().zip(line.tags.last()) else {
            return false;
        };
        let lead = self.slice(line.span.start..first.span.start);
        let tail = self.slice(last.span.end..line.span.end);
        let commented = lead.trim_start().starts_with('#');
        let gaps = line.tags.windows(2).filter_map(|pair| match pair {
            [one, next] => Some(self.slice(one.span.end..next.span.start)),
            _ => None,
        });
        let bare = |text: &str| text.trim().is_empty();
        let alone = bare(lead)
            && gaps.into_iter().all(bare)
            && (bare(tail) || tail.trim_start().starts_with('#'));
        let steers = |tag: &&Tag| tag.role != TagRole::Value;
        if commented {
            self.blank_all(line);
            return true;
        }
        if alone {
            if line.tags.iter().all(|tag| steers(&tag)) || !self.is_value(line, lead) {
                self.blank_all(line);
            } else {
                self.fill(first.span.start..last.span.end);
            }
            return true;
        }
        if bare(lead) && matches!(first.role, TagRole::Open | TagRole::Else | TagRole::Close) {
            // What follows it is not where its column says.
            self.blank(line.span.clone());
            return false;
        }
        self.cover_mixed(line, bare(tail));
        false
    }

    /// Covers a line with tags in the midst of YAML: from the first that steers to the last, what
    /// is there is one value.
    fn cover_mixed(&mut self, line: &TagLine<'_>, bare_tail: bool) {
        let steering =
            |tag: &&Tag| matches!(tag.role, TagRole::Open | TagRole::Else | TagRole::Close);
        let mut run = line.tags.iter().filter(steering);
        let first = run.next().map(|tag| tag.span.clone());
        let last = run.next_back().map(|tag| tag.span.clone());
        let run = match (first, last) {
            (Some(first), Some(last)) => first.start..last.end,
            (Some(only), None) => {
                let ends = line.tags.last().is_some_and(|tag| tag.span == only);
                if ends && bare_tail {
                    self.blank(only.clone());
                    only.end..only.end
                } else {
                    only
                }
            }
            (None, _) => 0..0,
        };
        let mut filled = run.is_empty();
        for tag in line.tags {
            if tag.span.start < run.end && tag.span.end > run.start {
                if !filled {
                    self.fill(run.clone());
                    filled = true;
                }
            } else if tag.role == TagRole::Value {
                self.fill(tag.span.clone());
            } else {
                self.blank(tag.span.clone());
            }
        }
    }

    /// Whether a line of nothing but tags is the value of the key above it, or text.
    fn is_value(&self, line: &TagLine<'_>, lead: &str) -> bool {
        let indent = lead.len();
        let Some(above) = self.out.get(..line.span.start.saturating_sub(1)) else {
            return false;
        };
        let mut nearest = None;
        let mut header = None;
        for line in above.rsplit(|byte| *byte == b'\n').take(LINES_BACK) {
            let bare = line.trim_ascii();
            if bare.is_empty() || bare.starts_with(b"#") {
                continue;
            }
            nearest = nearest.or(Some(line));
            if indent_of(line) < indent {
                header = Some(bare);
                break;
            }
        }
        let Some((nearest, header)) = nearest.zip(header) else {
            return false;
        };
        if is_block_header(header) {
            return true;
        }
        let below = self.text.get(line.span.end..).unwrap_or("");
        let next = below.lines().find(|line| !line.trim().is_empty());
        let alone_below = next.is_none_or(|next| indent_of(next.as_bytes()) < indent);
        nearest.trim_ascii() == header && header.ends_with(b":") && alone_below
    }

    /// Whether a tag begins a macro of Jinja.
    fn is_macro(&self, tag: &Tag) -> bool {
        let inner = self.slice(tag.span.clone()).strip_prefix("{%");
        inner.is_some_and(|inner| {
            let word = inner.trim_start_matches(['-', '+', ' ']);
            word.starts_with("macro ")
        })
    }

    fn slice(&self, range: Range<usize>) -> &str {
        self.text.get(range).unwrap_or("")
    }

    fn blank_all(&mut self, line: &TagLine<'_>) {
        for tag in line.tags {
            self.blank(tag.span.clone());
        }
    }

    fn blank(&mut self, range: Range<usize>) {
        for byte in self.out.get_mut(range).unwrap_or_default() {
            if !matches!(byte, b'\n' | b'\r') {
                *byte = b' ';
            }
        }
    }

    /// Puts a word in place of a value: as long as its first line, blanks behind.
    fn fill(&mut self, range: Range<usize>) {
        let original = Span::new(range.start, range.end);
        let text = self.slice(range.clone());
        let length = text.find(['\n', '\r']).unwrap_or(text.len());
        let word = range.start..range.start + length;
        self.blank(range);
        let letter = self.letter;
        for byte in self.out.get_mut(word.clone()).unwrap_or_default() {
            *byte = letter;
        }
        self.holes.push(Hole {
            filler: Span::new(word.start, word.end),
            original,
        });
    }

    /// Blanks a branch, words for values included.
    fn mask_with_branches(&mut self, range: Range<usize>) {
        let from = Span::new(range.start, range.start).start;
        self.holes.retain(|hole| hole.filler.start < from);
        self.blank(range);
    }
}

fn indent_of(line: &[u8]) -> usize {
    line.iter().take_while(|byte| **byte == b' ').count()
}

/// Whether a line ends in the header of a block scalar: `|` or `>` with indicators.
fn is_block_header(line: &[u8]) -> bool {
    let header = line.trim_ascii_end();
    let indicators = |byte: &u8| matches!(byte, b'+' | b'-' | b'0'..=b'9');
    let length = header
        .iter()
        .rev()
        .take_while(|byte| indicators(byte))
        .count();
    let mut before = header.iter().rev().skip(length);
    matches!(before.next(), Some(b'|' | b'>')) && matches!(before.next(), Some(b' '))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The masked text with the letter made visible, blanks at line ends removed.
    fn masked(text: &str, branches: Branches) -> String {
        let mask = mask(text, branches).unwrap();
        assert_eq!(mask.content.len(), text.len());
        let lines: Vec<_> = mask.content.lines().map(str::trim_end).collect();
        lines.join("\n").replace('Q', "#")
    }

    #[test]
    fn tags_are_covered_by_where_they_are() {
        for (text, expected) in [
            ("a: {{ x }}", "a: #######"),
            ("a: 'x{{ y }}z'", "a: 'x#######z'"),
            ("{% if x %}\na: 1\n{% endif %}", "\na: 1\n"),
            ("a:\n  {{ x | nindent 2 }}\n  b: 1", "a:\n\n  b: 1"),
            ("a:\n  {{ x }}\nb: 1", "a:\n  #######\nb: 1"),
            ("a: |\n  x\n  {{ y }}\n  z", "a: |\n  x\n  #######\n  z"),
            (
                "a: {% if x %}1{% else %}2{% endif %}",
                "a: #################################",
            ),
            (
                "a: [{% for x in y %}'{{ x }}',{% endfor %}]",
                "a: [######################################]",
            ),
            ("a: 1 {# why #}", "a: 1"),
            ("a: [${A}, ${B}]", "a: [####, ####]"),
            ("b: 1\n${MORE}\n", "b: 1\n"),
            ("# {{ x }}\na: 1", "#\na: 1"),
            (
                "{% macro m(x) %}\n  b: {{ x }}\n{% if x %}\n  c: 1\n{% endif %}\n{%- endmacro %}\na: 1",
                "\n\n\n\n\n\na: 1",
            ),
            ("  {% if x %}b: 1{% endif %}\na: 1", "\na: 1"),
            ("{{ k }}: {{ v }}", "#######: #######"),
            ("a: {{ x\n  y }}\nb: 1", "a: ####\n\nb: 1"),
        ] {
            assert_eq!(masked(text, Branches::All), expected, "{text}");
        }
    }

    #[test]
    fn later_branches_can_be_left_out() {
        let text = "{% if x %}\na: 1\n{% if y %}\nb: 1\n{% else %}\nb: {{ z }}\n{% endif %}\n\
                    {% elif z %}\na: 2\n{% else %}\na: 3\n{% endif %}\nc: 1";
        let left = masked(text, Branches::First);
        let left: Vec<_> = left.lines().filter(|line| !line.is_empty()).collect();
        assert_eq!(left, ["a: 1", "b: 1", "c: 1"]);
        assert!(mask(text, Branches::First).unwrap().holes.is_empty());
        assert_eq!(masked(text, Branches::All).matches("a:").count(), 3);
    }

    #[test]
    fn texts_without_tags_are_left_alone() {
        for text in ["", "a: 1", "a: {b: c}", "a: [[1, 2]]", "a: $1 ${1}"] {
            assert!(mask(text, Branches::All).is_none(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn length_and_line_breaks_stay(
            parts in prop::collection::vec(prop::sample::select(vec![
                "{{", "}}", "{%", "%}", " if ", "else", "end", "[[", "]]", "<%", "%>", "${", "}",
                "{#", "#}", "\n", "\r\n", " ", "a: ", "- ", "ä", "\"", "|", "@A@", "#",
            ]), 0..60),
            first in any::<bool>(),
        ) {
            let text = parts.concat();
            let branches = if first { Branches::First } else { Branches::All };
            if let Some(mask) = mask(&text, branches) {
                prop_assert_eq!(mask.content.len(), text.len());
                for byte in [b'\n', b'\r'] {
                    let breaks = |text: &str| memchr::memchr_iter(byte, text.as_bytes()).collect::<Vec<_>>();
                    prop_assert_eq!(breaks(&mask.content), breaks(&text));
                }
                for hole in &mask.holes {
                    prop_assert!(hole.filler.start >= hole.original.start);
                    prop_assert!(hole.filler.end <= hole.original.end);
                }
            }
        }
    }
}
