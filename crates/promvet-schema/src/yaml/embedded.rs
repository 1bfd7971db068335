//! Texts that are in other texts: a configuration in a block scalar, or in quotes.

use std::sync::Arc;

use super::comments::behind_properties;
use super::node::Node;
use super::scalar::Style;
use promvet_text::{EmbeddingStyle, KeyPath, Quoting, Span, Text};

/// How the value of a scalar is read before it becomes a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dollars {
    /// As it is.
    Plain,
    /// `$$` stands for `$`, as docker compose has it.
    Doubled,
}

/// The value of a scalar as a separate text, whose places are those of the text around it.
/// `within` is the path of keys to the scalar. None if the node is not a scalar.
#[must_use]
pub fn embedded(node: Node<'_>, within: KeyPath, dollars: Dollars) -> Option<Arc<Text>> {
    let scalar = node.scalar()?;
    let host = node.document().text();
    let content = match dollars {
        Dollars::Plain => scalar.text.to_owned(),
        // `$$` is compose-go's escape (`template.Substitute`), so that it is one dollar to
        // Prometheus.
        Dollars::Doubled => scalar.text.replace("$$", "$"),
    };
    let start = behind_properties(host.content(), scalar.span);
    let source = WrittenScalar {
        text: host.slice(Span::new(start, scalar.span.end as usize)),
        style: scalar.style,
        dollars,
    };
    // Places matter less than the finding, so that one at the beginning of the value is better than
    // none.
    let segments = source.align(&content).unwrap_or_else(|| {
        // Where the two can't be laid side by side, everything is at the value's beginning.
        content.char_indices().map(|(at, _)| (at, 0)).collect()
    });
    let segments: Vec<_> = segments
        .into_iter()
        .map(|(at, below)| (at, start + below))
        .collect();
    let written = EmbeddingStyle {
        quoting: match scalar.style {
            Style::Literal => Quoting::Lines,
            Style::Folded | Style::Plain => Quoting::Folded,
            Style::SingleQuoted => Quoting::Single,
            Style::DoubleQuoted => Quoting::Double,
        },
        doubles_dollars: dollars == Dollars::Doubled,
    };
    let text = Text::written_in(host, content, &segments, within, written);
    Some(text)
}

/// A scalar as it is written.
struct WrittenScalar<'s> {
    text: &'s str,
    style: Style,
    dollars: Dollars,
}

impl WrittenScalar<'_> {
    /// Lays a value beside its source: pairs of an offset in the value and one in the source, one
    /// for each stretch that is the same in both. Folding and indentation differ in nothing but
    /// white space, so that every other character is found where it is.
    fn align(&self, value: &str) -> Option<Vec<(usize, usize)>> {
        let mut segments: Vec<(usize, usize)> = Vec::new();
        let mut at = self.begins();
        for (offset, wanted) in value.char_indices() {
            let (place, next) = self.find(at, wanted)?;
            let goes_on = segments
                .last()
                .is_some_and(|&(from, to)| to + (offset - from) == place);
            if !goes_on {
                segments.push((offset, place));
            }
            at = next;
        }
        segments.push((value.len(), at));
        Some(segments)
    }

    /// Where the value begins: behind a quote, or behind the line of `|` or `>`.
    fn begins(&self) -> usize {
        match self.style {
            Style::Plain => 0,
            Style::SingleQuoted | Style::DoubleQuoted => 1,
            Style::Literal | Style::Folded => {
                let line = self.text.find('\n').map(|at| at + 1);
                line.unwrap_or(self.text.len())
            }
        }
    }

    /// Where a character of the value is, from an offset on, and the offset behind it. White
    /// space that folding has made is where the source goes on.
    fn find(&self, mut at: usize, wanted: char) -> Option<(usize, usize)> {
        loop {
            let rest = self.text.get(at..)?;
            let Some((found, length)) = self.character(rest) else {
                return wanted.is_whitespace().then_some((at, at));
            };
            match found {
                Some(found) if found == wanted => return Some((at, at + length)),
                _ if wanted.is_whitespace() => return Some((at, at)),
                // A tag that was covered with blanks, where the text around is a template.
                Some(found) if !found.is_whitespace() => at += covered_tag(rest)?,
                _ => at += length,
            }
        }
    }

    /// The first character that a source stands for, and how many bytes it takes; no character for
    /// a line that is continued. None at the end.
    fn character(&self, source: &str) -> Option<(Option<char>, usize)> {
        let first = source.chars().next()?;
        let second = source.chars().nth(1);
        match (first, second) {
            ('\\', Some(second)) if self.style == Style::DoubleQuoted => {
                Some(escape(source, second))
            }
            ('\'', Some('\'')) if self.style == Style::SingleQuoted => Some((Some('\''), 2)),
            ('$', Some('$')) if self.dollars == Dollars::Doubled => Some((Some('$'), 2)),
            _ => Some((Some(first), first.len_utf8())),
        }
    }
}

/// How long the tag of a template is that a source begins with.
fn covered_tag(source: &str) -> Option<usize> {
    let brackets = [("{{", "}}"), ("{%", "%}"), ("{#", "#}"), ("%{", "}")];
    brackets.iter().find_map(|(open, close)| {
        let inner = source.strip_prefix(open)?;
        Some(open.len() + inner.find(close)? + close.len())
    })
}

/// What an escape stands for, and its length in bytes (YAML 1.1, section 5.7).
fn escape(source: &str, second: char) -> (Option<char>, usize) {
    let coded = |digits: usize| {
        let code = source.get(2..2 + digits);
        let code = code.and_then(|code| u32::from_str_radix(code, 16).ok());
        (code.and_then(char::from_u32), 2 + digits)
    };
    let plain = match second {
        'x' => return coded(2),
        'u' => return coded(4),
        'U' => return coded(8),
        '0' => '\0',
        'a' => '\u{7}',
        'b' => '\u{8}',
        't' | '\t' => '\t',
        'n' => '\n',
        'v' => '\u{b}',
        'f' => '\u{c}',
        'r' => '\r',
        'e' => '\u{1b}',
        'N' => '\u{85}',
        '_' => '\u{a0}',
        'L' => '\u{2028}',
        'P' => '\u{2029}',
        '\n' | '\r' => return (None, 2),
        other => other,
    };
    (Some(plain), 1 + second.len_utf8())
}

#[cfg(test)]
mod tests {
    use super::super::parse_first;
    use super::*;
    use promvet_text::Place;

    /// Where `needle` of the value is: line, column, and the text there.
    fn spot(source: &str, needle: &str, dollars: Dollars) -> (usize, usize, String) {
        let host = Text::new("cm.yaml", source.as_bytes().to_vec());
        let document = parse_first(&host).unwrap();
        let node = document.root().unwrap().get("a").unwrap();
        let text = embedded(node, KeyPath::default(), dollars).unwrap();
        let from = text.content().find(needle).unwrap();
        let place = Place::new(&text, Span::new(from, from + needle.len()));
        let start = place.start();
        (
            start.line,
            start.column,
            host.slice(place.span()).to_owned(),
        )
    }

    #[test]
    fn places_are_those_of_the_file_around() {
        for (source, needle, line, column, there) in [
            ("a: |\n  x:\n    - url: y\n", "url: y", 3, 7, "url: y"),
            (
                "a: |-2 # why\n    x: ü\n\n    u: y\nb: 1\n",
                "u: y",
                4,
                5,
                "u: y",
            ),
            ("a: |\r\n  x: 1\r\n  u: y\r\n", "u: y", 3, 3, "u: y"),
            ("a: >\n  x:\n\n  u: y\n", "u: y", 4, 3, "u: y"),
            (
                "a: \"x: 1\\nu: \\\"y\\\"\\n\"\n",
                "u: \"y\"",
                1,
                11,
                "u: \\\"y\\\"",
            ),
            ("a: \"x: 1\\n\\\n     u: y\"\n", "u: y", 2, 6, "u: y"),
            ("a: \"\\x78: 1\\nu: y\"\n", "u: y", 1, 14, "u: y"),
            ("a: 'x: 1\n\n  u: ''y'''\n", "u: 'y'", 3, 3, "u: ''y''"),
            ("a: x\n  u\n", "u", 2, 3, "u"),
            ("a: &b 'x: 1\n\n  u: y'\n", "u: y", 3, 3, "u: y"),
            ("a: !!str &b |\n  x: 1\n  u: y\n", "u: y", 3, 3, "u: y"),
            ("a: &b\n  # why\n  >\n  u: y\n", "u: y", 4, 3, "u: y"),
            ("a: |\n  \n  x: 1\n   \n  u: y", "u: y", 5, 3, "u: y"),
        ] {
            assert_eq!(
                spot(source, needle, Dollars::Plain),
                (line, column, there.to_owned()),
                "{source:?}"
            );
        }
        let source = "a: |\n  x: $$1 # $$\n  u: y\n";
        assert_eq!(spot(source, "$1", Dollars::Doubled), (2, 6, "$$1".into()));
        assert_eq!(
            spot(source, "u: y", Dollars::Doubled),
            (3, 3, "u: y".into())
        );
    }

    #[test]
    fn any_value_can_be_laid_beside_its_source() {
        for source in [
            "a: |",
            "a: >+\n\n\n  x\n\n   y\n\n",
            "a: \"\\\n  x\\ \\t  \n\n  y\\\n\"",
            "a: '  x\n\n\n   y  '",
            "a: \"\\U0001F600\\u00e9\\/\"",
            "a: |\n\t\n  x\n",
            "a: \u{feff}x",
            "a: \"\"",
        ] {
            let host = Text::new("t.yml", source.as_bytes().to_vec());
            let Ok(document) = parse_first(&host) else {
                continue;
            };
            let node = document.root().unwrap().get("a").unwrap();
            let scalar = node.scalar().unwrap();
            let of = WrittenScalar {
                text: host.slice(scalar.span),
                style: scalar.style,
                dollars: Dollars::Plain,
            };
            let segments = of.align(scalar.text).unwrap();
            assert!(segments.is_sorted(), "{source:?}");
            assert!(segments.iter().all(|(_, to)| *to <= of.text.len()));
        }
    }
}
