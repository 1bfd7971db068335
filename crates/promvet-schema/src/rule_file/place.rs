//! Where a part of a scalar's text is in the file, however the scalar is written.

use crate::yaml::{Node, Scalar, Style};
use promvet_text::{Span, work};

/// The span of bytes `from..to` of a scalar's text.
///
/// YAML changes the white space of block scalars and of scalars over several lines, and turns
/// escapes into characters, but every other character of the text is in the source in its
/// order. So they are counted. For an alias it is the span of the alias.
pub fn part(node: Node<'_>, from: usize, to: usize) -> Span {
    let Some(scalar) = node.scalar().filter(|_| !node.is_alias()) else {
        return node.span();
    };
    work::count(scalar.text.len());
    let before = count(scalar.text.get(..from).unwrap_or(""));
    let within = count(scalar.text.get(from..to).unwrap_or(""));
    // White space is left out of both counts, so that folding and indentation do not matter.
    let units = units(scalar, node.document().text().slice(scalar.span));
    let mut part = units
        .skip(before.saturating_sub(usize::from(within == 0)))
        .take(within.max(1));
    let Some(first) = part.next() else {
        return scalar.span;
    };
    part.last().map_or(first, |last| first.join(last))
}

/// How many characters a text has that are not white space.
fn count(text: &str) -> usize {
    text.chars().filter(|c| !c.is_whitespace()).count()
}

/// The spans of what stands for one such character each, in order.
fn units(scalar: Scalar<'_>, source: &str) -> impl Iterator<Item = Span> {
    let start = match scalar.style {
        Style::Literal | Style::Folded => source.find('\n').unwrap_or(source.len()),
        Style::SingleQuoted | Style::DoubleQuoted => 1,
        Style::Plain => 0,
    };
    let end = source.len()
        - usize::from(matches!(
            scalar.style,
            Style::SingleQuoted | Style::DoubleQuoted
        ))
        .min(source.len());
    let mut at = start.min(end);
    std::iter::from_fn(move || {
        loop {
            let rest = source.get(at..end).filter(|rest| !rest.is_empty())?;
            let (length, blank) = unit(rest, scalar.style);
            let from = scalar.span.start as usize + at;
            at += length;
            if !blank {
                return Some(Span::new(from, from + length));
            }
        }
    })
}

/// How many bytes stand for the first character, and whether it is white space or none at all.
fn unit(rest: &str, style: Style) -> (usize, bool) {
    let mut chars = rest.chars();
    let c = chars.next().unwrap_or(' ');
    match (style, c, chars.next()) {
        (Style::SingleQuoted, '\'', Some('\'')) => (2, false),
        (Style::DoubleQuoted, '\\', Some(escaped)) => {
            let digits = match escaped {
                'x' => 2,
                'u' => 4,
                'U' => 8,
                _ => 0,
            };
            let length = 1 + escaped.len_utf8() + digits;
            (
                length.min(rest.len()),
                matches!(escaped, 'n' | 't' | 'r' | 'v' | 'f' | 'N' | 'L' | 'P' | '_')
                    || escaped.is_whitespace(),
            )
        }
        _ => (c.len_utf8(), c.is_whitespace()),
    }
}

#[cfg(test)]
mod tests {
    use super::part;
    use crate::yaml::parse_first;
    use promvet_text::Text;

    /// What is at the place of a word of the value of `a`.
    fn found(source: &str, word: &str) -> String {
        let document = parse_first(&Text::new("t.yml", source.into())).unwrap();
        let node = document.root().unwrap().get("a").unwrap();
        let from = node.as_str().unwrap().find(word).expect(word);
        document
            .text()
            .slice(part(node, from, from + word.len()))
            .to_owned()
    }

    #[test]
    fn parts_are_found_in_every_style() {
        for source in [
            "a: sum(up) by (job)\n",
            "a: 'sum(up) by (job)'\n",
            "a: \"sum(up) by (job)\"\n",
            "a: sum(up)\n   by (job)\n",
            "a: |\n  sum(up)\n    by (job)\n",
            "a: |-\n\n  # note\n  sum(up) by (job)\n",
            "a: >\n  sum(up)\n  by (job)\n",
            "a: > # by\n   sum(up)\n\n   by (job)\n",
            "a: \"é\\n\\t\\\"x\\\" sum(up) \\\n   by (job)\"\n",
            "a: 'it''s sum(up)\n\n  by (job)'\n",
        ] {
            assert_eq!(found(source, "by"), "by", "{source}");
            assert_eq!(found(source, "job"), "job", "{source}");
        }
    }

    #[test]
    fn a_place_without_text_is_the_character_before() {
        let document = parse_first(&Text::new("t.yml", "a: |\n  1 +\n".into())).unwrap();
        let node = document.root().unwrap().get("a").unwrap();
        assert_eq!(document.text().slice(part(node, 3, 3)), "+");
    }

    #[test]
    fn an_alias_is_shown_itself() {
        let document = parse_first(&Text::new("t.yml", "b: &x sum(\na: *x\n".into())).unwrap();
        let node = document.root().unwrap().get("a").unwrap();
        assert_eq!(document.text().slice(part(node, 3, 4)), "*x");
    }
}
