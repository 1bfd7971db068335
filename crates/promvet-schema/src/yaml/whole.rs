//! What is whole in a text that is not YAML: its sections, and the items of their lists, before and
//! behind a fault.
//!
//! The lines with the fault are taken for comments, and what is left is read as usual. So nothing has
//! to be guessed about the fault: what is left counts only if it is YAML, and if the tree has
//! just the sections and the items that the lines show.

use std::sync::Arc;

use super::collection::Entry;
use super::document::{Document, SyntaxError, SyntaxKind, small};
use super::node::Node;
use super::parse::{CoveredText, parse_masked};
use super::scan;
use promvet_text::{Span, Text};

/// How often a text is read to find what is whole in it: a text with more faults is most likely of
/// another language.
const MOST_READINGS: usize = 16;

/// The longest text that is read again and again, in bytes: configurations of this length have
/// thousands of jobs, and a program writes them.
const LONGEST: usize = 1 << 20;

/// What is whole in a text that is not YAML.
#[derive(Debug)]
pub struct SoundParts {
    /// It, as one document. Its places are those of the text.
    pub document: Document,
    /// The lines that it leaves out: sections, and items of the lists in them.
    pub lost: Vec<Span>,
}

/// What is whole in a text that stops being YAML at `error`. None if that cannot be known.
#[must_use]
pub fn whole_parts(text: &Arc<Text>, error: &SyntaxError) -> Option<SoundParts> {
    let content = text.content();
    if content.len() > LONGEST {
        return None;
    }
    let mut parts = TopLevelParts::of(content);
    let mut covered = content.to_owned();
    let mut error = error.clone();
    let mut readings = 0;
    loop {
        let mut further = None;
        for lost in parts.suspects(&error, open_bracket(text, &covered)) {
            readings += 1;
            if error.kind != SyntaxKind::Malformed || readings > MOST_READINGS {
                return None;
            }
            let left = without(&covered, lost);
            match parse_masked(text, &left, &[]) {
                Ok(document) => {
                    let lost = [&*parts.lost, &[lost]].concat();
                    if parts.are_all_of(&document, &lost) {
                        return Some(SoundParts { document, lost });
                    }
                }
                // There is another fault behind this one.
                Err(next) if next.span.start >= lost.end => {
                    further = Some((lost, left, next));
                    break;
                }
                Err(_) => {}
            }
        }
        let (lost, left, next) = further?;
        parts.lost.push(lost);
        (covered, error) = (left, next);
    }
}

/// Where the bracket is that is open where a text stops being YAML.
fn open_bracket(text: &Arc<Text>, content: &str) -> Option<usize> {
    let covered = CoveredText {
        content,
        holes: &[],
    };
    scan::scan(text, covered, 1).err()?.open_bracket
}

/// A text whose lines in a span are comments. They end a block scalar before them, which lines of
/// blanks would continue.
fn without(content: &str, lost: Span) -> String {
    let mut out = String::with_capacity(content.len());
    let (from, to) = (lost.start as usize, lost.end as usize);
    out.push_str(content.get(..from).unwrap_or(""));
    for line in content.get(from..to).unwrap_or("").split_inclusive('\n') {
        let text = line.trim_end_matches(['\n', '\r']);
        if !text.is_empty() {
            out.push('#');
            out.extend(std::iter::repeat_n(' ', text.len() - 1));
        }
        out.push_str(line.get(text.len()..).unwrap_or(""));
    }
    out.push_str(content.get(to..).unwrap_or(""));
    out
}

/// A part of a text that begins with a key in the first column.
#[derive(Debug)]
struct TopLevelPart {
    span: Span,
    /// The items of the list in it, up to the beginning of the next one. None if something in it is
    /// less indented than they are.
    items: Vec<Span>,
}

/// The parts of the first document of a text, as its lines show them.
#[derive(Debug)]
struct TopLevelParts {
    list: Vec<TopLevelPart>,
    lost: Vec<Span>,
}

impl TopLevelParts {
    fn of(content: &str) -> Self {
        let mut list: Vec<TopLevelPart> = Vec::new();
        let mut starts = Vec::new();
        let mut end = 0;
        for line in content.split_inclusive('\n') {
            let start = end;
            if is_mark(line) && !starts.is_empty() {
                break;
            }
            end += line.len();
            if begins_section(line) {
                starts.push(start);
            }
        }
        for (number, &start) in starts.iter().enumerate() {
            let next = starts.get(number + 1).copied().unwrap_or(end);
            let section = content.get(start..next).unwrap_or("");
            list.push(TopLevelPart {
                span: Span::new(start, next),
                items: items(section, start),
            });
        }
        Self {
            list,
            lost: Vec::new(),
        }
    }

    /// The parts that an error may be in, the smallest first. `open` is where a bracket is that was
    /// open when the error was noticed.
    fn suspects(&self, error: &SyntaxError, open: Option<usize>) -> Vec<Span> {
        let mut places = vec![error.span.start];
        if let Some((what, context)) = &error.context {
            // A block collection is named by where it begins, which may be pages above the fault; of
            // anything else, the fault is where it begins.
            let is_far = what.contains("block") || what.contains("quoted");
            places.insert(usize::from(is_far), context.start);
        }
        places.splice(..0, open.map(small));
        let sections = places.iter().filter_map(|&place| self.section_at(place));
        let items = places.iter().filter_map(|&place| {
            let section = self.section_at(place)?;
            let left = |item: &&Span| !self.lost.contains(item);
            let is_last = section.items.iter().filter(left).count() < 2;
            let is_in = |item: &&Span| item.start <= place && place < item.end;
            let item = section.items.iter().find(is_in);
            item.copied().filter(|_| !is_last)
        });
        let mut out: Vec<Span> = items.collect();
        out.extend(sections.map(|section| section.span));
        let mut seen = Vec::new();
        out.retain(|span| {
            let is_new = !seen.contains(span) && !self.lost.contains(span);
            seen.push(*span);
            is_new
        });
        out
    }

    /// The section that a place is in; the last one for the end of the text.
    fn section_at(&self, place: u32) -> Option<&TopLevelPart> {
        self.list.iter().rev().find(|part| part.span.start <= place)
    }

    /// Whether a document that was read without what is lost has the sections and the items that are
    /// left, and nothing else. Otherwise, a quote or a bracket that is still open took some of them in.
    fn are_all_of(&self, document: &Document, lost: &[Span]) -> bool {
        let Some(root) = document.root().and_then(Node::mapping) else {
            return false;
        };
        let entries: Vec<Entry<'_>> = root.written().collect();
        let left = self.list.iter().filter(|part| !lost.contains(&part.span));
        let left: Vec<&TopLevelPart> = left.collect();
        let mut pairs = entries.iter().zip(&left);
        let is_one = |(entry, part): (&Entry<'_>, &&TopLevelPart)| part.is(*entry, lost);
        !left.is_empty() && entries.len() == left.len() && pairs.all(is_one)
    }
}

impl TopLevelPart {
    /// Whether an entry is what is left of it.
    fn is(&self, entry: Entry<'_>, lost: &[Span]) -> bool {
        let is_in = |node: Node<'_>, part: Span| {
            part.start <= node.span().start && node.span().end <= part.end
        };
        if entry.key.span().start != self.span.start || !is_in(entry.value, self.span) {
            return false;
        }
        let left = self.items.iter().filter(|item| !lost.contains(item));
        let left: Vec<Span> = left.copied().collect();
        if left.len() == self.items.len() {
            return true;
        }
        let items: Vec<Node<'_>> = entry.value.items().collect();
        items.len() == left.len()
            && items
                .iter()
                .zip(left)
                .all(|(item, part)| is_in(*item, part))
    }
}

/// Whether a document begins or ends with this line.
fn is_mark(line: &str) -> bool {
    let rest = line.strip_prefix("---").or(line.strip_prefix("..."));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '\r', '\n']))
}

/// Whether a line begins with a key in the first column.
fn begins_section(line: &str) -> bool {
    !line.starts_with([' ', '\t', '\r', '\n', '#', '%']) && !is_item(line) && !is_mark(line)
}

fn is_item(text: &str) -> bool {
    let rest = text.strip_prefix('-');
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '\r', '\n']))
}

/// The items of the list in a section that begins at an offset.
fn items(section: &str, start: usize) -> Vec<Span> {
    let mut starts = Vec::new();
    let mut column = None;
    let mut at = start;
    for (number, line) in section.split_inclusive('\n').enumerate() {
        let text = line.trim_start_matches(' ');
        let indent = line.len() - text.len();
        let is_content = number > 0 && !text.trim().is_empty() && !text.starts_with('#');
        if is_content {
            match column {
                None if is_item(text) => column = Some(indent),
                // The section is a mapping.
                None => return Vec::new(),
                // A tab is a fault by itself, wherever it was meant to lead.
                Some(column) if indent < column && !text.starts_with('\t') => return Vec::new(),
                _ => {}
            }
            if column == Some(indent) && is_item(text) {
                starts.push(at);
            }
        }
        at += line.len();
    }
    let ends = starts.iter().copied().skip(1).chain([at]);
    let pairs = starts.iter().zip(ends);
    pairs.map(|(&start, end)| Span::new(start, end)).collect()
}

#[cfg(test)]
mod tests {
    use super::super::parse_first;
    use super::*;

    /// What is whole in a text, as the values of `n` in it.
    fn left(source: &str) -> Option<Vec<String>> {
        let text = Text::new("t.yml", source.as_bytes().to_vec());
        let error = parse_first(&text).unwrap_err();
        let whole = whole_parts(&text, &error)?;
        let mut out = Vec::new();
        for entry in whole.document.root()?.mapping()?.written() {
            match entry.value.sequence() {
                Some(list) => out.extend(list.iter().map(|item| value(entry.name(), item))),
                None => out.push(value(entry.name(), entry.value)),
            }
        }
        Some(out)
    }

    fn value(key: &str, node: Node<'_>) -> String {
        let n = node.get("n").and_then(Node::as_str);
        format!("{key} {}", n.unwrap_or("none"))
    }

    #[test]
    fn sections_and_items_around_a_fault_are_kept() {
        for (fault, kept) in [
            // A fault in an item.
            ("    x: [1, 2", "g 0, s 1, s 3, r 4"),
            ("    x: 'y", "g 0, s 1, s 3, r 4"),
            ("    x: \"y", "g 0, s 1, s 3, r 4"),
            ("    x: {y: z", "g 0, s 1, s 3, r 4"),
            ("    x: y: z", "g 0, s 1, s 3, r 4"),
            ("    x y", "g 0, s 1, s 3, r 4"),
            ("    x: @y", "g 0, s 1, s 3, r 4"),
            ("    x: *", "g 0, s 1, s 3, r 4"),
            ("     x: y", "g 0, s 1, s 3, r 4"),
            ("   x: y", "g 0, s 1, s 3, r 4"),
            ("    x: |\n    y:\n  \tz", "g 0, s 1, s 3, r 4"),
            ("\tx: y", "g 0, s 1, s 3, r 4"),
            // Lines that are less indented than the items make of them what they are not.
            (" x: y", "g 0, r 4"),
            // A text in the first column.
            ("x y", "g 0, s 1, s 2, r 4"),
        ] {
            let source =
                format!("g:\n  n: 0\ns:\n  - n: 1\n  - n: 2\n{fault}\n  - n: 3\nr:\n- n: 4\n");
            let found = left(&source).map(|found| found.join(", "));
            assert_eq!(found.as_deref(), Some(kept), "{source}");
        }
    }

    #[test]
    fn a_section_of_a_mapping_or_of_one_item_is_lost_as_a_whole() {
        for (source, kept) in [
            ("g:\n  n: 0\n  x y\ns:\n- n: 1\n", &["s 1"][..]),
            ("g:\n  n: 0\n  x: [\ns:\n- n: 1\n", &["s 1"]),
            ("g:\n  n: 0\ns:\n- n: [\n", &["g 0"]),
            ("g:\n  n: 0\ns:\n- n: 'x\n", &["g 0"]),
            ("---\ng:\n  n: 0\ns: x: y\n---\nt: [\n", &["g 0"]),
            (
                "g:\r\n  n: 0\r\ns: x: y\r\nt:\r\n  n: 1\r\n",
                &["g 0", "t 1"],
            ),
        ] {
            let found = left(source).unwrap_or_default();
            assert_eq!(found, kept, "{source:?}");
        }
    }

    #[test]
    fn several_faults_are_left_out() {
        let source =
            "g:\n  n: 0\n  x y\ns:\n- n: 1\n- n: [\n- n: 2\n- x: y: z\n- n: 3\nr:\n  n: 4\n";
        let found = left(source).unwrap();
        assert_eq!(found, ["s 1", "s 2", "s 3", "r 4"]);
        let many = "- x: y: z\n".repeat(50);
        assert!(left(&format!("s:\n{many}r:\n  n: 1\n")).is_none());
    }

    #[test]
    fn what_an_open_quote_takes_in_is_not_whole() {
        // The quote of the first item ends at that of the third one.
        let source = "s:\n- n: 1\n  x: 'y\n- n: 2\n- n: 3\n  x: 'y' z\n- n: 4\n";
        let found = left(source);
        assert!(
            found.as_ref().is_none_or(|found| *found == ["s 2", "s 4"]),
            "{found:?}"
        );
    }

    #[test]
    fn nothing_is_whole_in_another_language() {
        for source in [
            "{a: b",
            "[a\n",
            "a: b: c\n",
            "- a: b: c\n- d\n",
            "if (a) {\n  b: 'c;\n}\n",
            "a: *b\nc: d\n",
            "a: \u{7}\nb: c\n",
        ] {
            assert_eq!(left(source), None, "{source}");
        }
    }

    #[test]
    fn places_and_values_are_those_of_the_text() {
        let source = "s:\n- n: x: y\n- n: |\n    z\n- n: [\n";
        let text = Text::new("t.yml", source.as_bytes().to_vec());
        let error = parse_first(&text).unwrap_err();
        let whole = whole_parts(&text, &error).unwrap();
        let items: Vec<_> = whole
            .document
            .root()
            .unwrap()
            .get("s")
            .unwrap()
            .items()
            .collect();
        let n = items[0].get("n").unwrap();
        assert_eq!((items.len(), n.as_str()), (1, Some("z\n")));
        assert_eq!(text.slice(n.span()), "|\n    z");
        let lost: Vec<_> = whole.lost.iter().map(|span| text.slice(*span)).collect();
        assert_eq!(lost, ["- n: x: y\n", "- n: [\n"]);
    }
}
