//! The one way from a source text to output: a few lines, secrets replaced, long lines cut.

use std::ops::Range;

use super::mask::REDACTED;
use super::text::{Span, Text};

/// What is where a line was cut.
const CUT: &str = "…";

/// What stands for a line of a text that was not recognized.
const NOT_SHOWN: &str = "[line not shown]";

/// The most lines of a long place that are shown, besides those around it: two findings then fit on a screen
/// of 24 lines.
const TALLEST: usize = 8;

/// A few lines of a file, fit for output.
#[derive(Clone, Debug)]
pub struct Excerpt {
    /// The lines, separated by `\n`, secrets replaced; `…` where a line was cut.
    pub text: String,
    /// The number of the first line, from 1.
    pub first_line: usize,
    /// Where the place begins in `text`, in bytes.
    pub start: usize,
    /// Length of the place in `text`, in bytes.
    pub len: usize,
}

/// The lines of the first of `spans` with `context` lines around it and at most `columns`
/// characters each, and where in them the spans are. The lines reach from the first to the last
/// that one of the spans is on.
pub(super) fn excerpt(
    text: &Text,
    spans: &[Span],
    context: usize,
    columns: usize,
) -> (Excerpt, Vec<Range<usize>>) {
    if !text.shows_lines() {
        let place = spans.first().copied().unwrap_or_default();
        let line = if text.content().is_empty() {
            ""
        } else {
            NOT_SHOWN
        };
        let unquoted = Excerpt {
            text: line.to_owned(),
            first_line: text.line_at(place.start),
            start: 0,
            len: 0,
        };
        return (unquoted, spans.iter().map(|_| 0..0).collect());
    }
    let lines = spans.iter().map(|&span| lines_of(text, span));
    let (top, bottom) = lines
        .reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
        .unwrap_or((1, 1));
    let first_line = top.saturating_sub(context).max(1);
    let secrets = text.masked();
    let mut out = Masked {
        text,
        secrets: &secrets,
        out: String::new(),
        marks: spans.iter().map(|&place| PlacedMark::new(place)).collect(),
    };
    for number in first_line..=bottom + context {
        let Some(line) = text.line_span(number) else {
            break;
        };
        if number > bottom && line.is_empty() && text.line_span(number + 1).is_none() {
            break;
        }
        if number > first_line {
            out.out.push('\n');
        }
        out.line(line, window(text, line, spans, columns.max(8)));
    }
    let len = out.out.len();
    let marks: Vec<Range<usize>> = out.marks.iter().map(|mark| mark.range(len)).collect();
    let first = marks.first().cloned().unwrap_or(len..len);
    let excerpt = Excerpt {
        text: out.out,
        first_line,
        start: first.start,
        len: first.len(),
    };
    (excerpt, marks)
}

/// The first and the last line of a span; only the first ones count if there are many.
pub(super) fn lines_of(text: &Text, span: Span) -> (usize, usize) {
    let first = text.line_at(span.start);
    let last_byte = span.end.saturating_sub(1).max(span.start);
    (first, text.line_at(last_byte).min(first + TALLEST))
}

/// The part of a line that is shown: all of it if it fits, else `columns` characters with the
/// place in them.
fn window(text: &Text, line: Span, spans: &[Span], columns: usize) -> Span {
    let Some(first_cut) = nth_char(text, line, columns) else {
        return line;
    };
    let inside = |span: &&Span| (line.start..=line.end).contains(&span.start);
    let place = match spans.iter().find(inside) {
        Some(place) if place.end.min(line.end) > first_cut => place,
        _ => {
            return Span {
                start: line.start,
                end: first_cut,
            };
        }
    };
    let before = Span {
        start: line.start,
        end: place.start,
    };
    let start = text
        .slice(before)
        .char_indices()
        .rev()
        .take(columns / 4)
        .last()
        .map_or(place.start, |(at, _)| line.part(at, at).start);
    let rest = Span {
        start,
        end: line.end,
    };
    Span {
        start,
        end: nth_char(text, rest, columns).unwrap_or(line.end),
    }
}

/// The offset of the `n`th character of a span, if it has more than `n`.
fn nth_char(text: &Text, span: Span, n: usize) -> Option<u32> {
    if span.len() <= n {
        return None;
    }
    let (at, _) = text.slice(span).char_indices().nth(n)?;
    Some(span.part(at, at).start)
}

/// A place, and where it is in the output.
struct PlacedMark {
    place: Span,
    start: Option<usize>,
    end: Option<usize>,
}

impl PlacedMark {
    fn new(place: Span) -> Self {
        Self {
            place,
            start: None,
            end: None,
        }
    }

    /// Where it is in an output of `len` bytes.
    fn range(&self, len: usize) -> Range<usize> {
        let start = self.start.unwrap_or(len);
        start..self.end.unwrap_or(len).max(start)
    }
}

/// Masked output, and where the places are in it.
struct Masked<'a> {
    text: &'a Text,
    secrets: &'a [Span],
    out: String,
    marks: Vec<PlacedMark>,
}

impl Masked<'_> {
    /// Adds the part `shown` of a line.
    fn line(&mut self, line: Span, shown: Span) {
        if shown.start > line.start {
            self.cut(Span {
                start: line.start,
                end: shown.start,
            });
        }
        let mut at = shown.start;
        let first = self
            .secrets
            .partition_point(|secret| secret.end <= shown.start);
        for &secret in self.secrets.iter().skip(first) {
            if secret.start >= shown.end {
                break;
            }
            let hidden = Span {
                start: self.behind_indent(secret.start, line).max(at),
                end: secret.end.min(shown.end),
            };
            if hidden.start >= hidden.end {
                continue;
            }
            self.plain(Span {
                start: at,
                end: hidden.start,
            });
            self.replace(hidden, REDACTED);
            at = hidden.end;
        }
        self.plain(Span {
            start: at,
            end: shown.end.max(at),
        });
        if shown.end < line.end {
            self.cut(Span {
                start: shown.end,
                end: line.end,
            });
        }
    }

    /// Where a secret begins in a line: a further line of a longer secret keeps its indentation.
    fn behind_indent(&self, start: u32, line: Span) -> u32 {
        if start >= line.start {
            return start;
        }
        let content = self.text.slice(line);
        let indent = content.len() - content.trim_start_matches([' ', '\t']).len();
        line.part(indent, indent).start
    }

    fn plain(&mut self, span: Span) {
        let written = self.out.len();
        let within = |offset: u32| {
            (span.start..=span.end)
                .contains(&offset)
                .then(|| written + (offset - span.start) as usize)
        };
        for mark in &mut self.marks {
            mark.start = mark.start.or_else(|| within(mark.place.start));
            mark.end = mark.end.or_else(|| within(mark.place.end));
        }
        self.out.push_str(self.text.slice(span));
    }

    /// Writes `with` for a span; a place that begins or ends inside it covers `with`.
    fn replace(&mut self, span: Span, with: &str) {
        let written = self.out.len();
        self.out.push_str(with);
        let inside = span.start..span.end;
        for mark in &mut self.marks {
            if inside.contains(&mark.place.start) {
                mark.start = Some(written);
            }
            if mark.place.end > span.start && mark.place.end <= span.end {
                mark.end = Some(self.out.len());
            }
        }
    }

    fn cut(&mut self, span: Span) {
        self.replace(span, CUT);
    }
}

#[cfg(test)]
mod tests {
    use super::super::Place;
    use super::*;

    /// The excerpt with the place in `⟦⟧`, from a source with the place in the same brackets.
    fn shown(source: &str, secrets: &[&str], context: usize, columns: usize) -> String {
        let start = source.find('⟦').unwrap();
        let plain = source.replacen('⟦', "", 1);
        let end = plain.find('⟧').unwrap();
        let plain = plain.replacen('⟧', "", 1);
        let text = Text::recognized("x.yml", plain.clone().into_bytes());
        for secret in secrets {
            let at = plain.find(secret).unwrap();
            text.mark_secret(Span::new(at, at + secret.len()));
        }
        let excerpt = Place::new(&text, Span::new(start, end)).excerpt_within(context, columns);
        let (before, rest) = excerpt.text.split_at(excerpt.start);
        let (token, after) = rest.split_at(excerpt.len);
        format!("{before}⟦{token}⟧{after}")
    }

    #[test]
    fn the_place_stays_true() {
        for (source, secrets, expected) in [
            ("a: ⟦b⟧\n", &[][..], "a: ⟦b⟧"),
            ("⟦⟧", &[], "⟦⟧"),
            ("a: b⟦⟧\n", &[], "a: b⟦⟧"),
            ("a: b\n⟦⟧", &[], "⟦⟧"),
            ("x: ⟦hunter2⟧ # y", &["hunter2"], "x: ⟦[redacted]⟧ # y"),
            ("x: ⟦hun⟧ter2 # y", &["hunter2"], "x: ⟦[redacted]⟧ # y"),
            ("x: hun⟦ter2 # y⟧", &["hunter2"], "x: ⟦[redacted] # y⟧"),
            ("x: ⟦a⟧hunter2", &["hunter2"], "x: ⟦a⟧[redacted]"),
            (
                "a: ⟦|\n  one\n\n  two⟧\nb: c",
                &["|\n  one\n\n  two"],
                "a: ⟦[redacted]\n  [redacted]\n\n  [redacted]⟧",
            ),
            (
                "{password: abcdefgh, url: ⟦ü⟧}",
                &[],
                "{password: [redacted], url: ⟦ü⟧}",
            ),
            ("ü: ⟦日本⟧\r\nb", &[], "ü: ⟦日本⟧"),
        ] {
            assert_eq!(shown(source, secrets, 0, 200), expected, "{source:?}");
        }
    }

    #[test]
    fn context_and_height_are_limited() {
        assert_eq!(shown("1\n2\n⟦3⟧\n4\n5", &[], 1, 99), "2\n⟦3⟧\n4");
        assert_eq!(shown("⟦3⟧\n\n5", &[], 1, 99), "⟦3⟧\n");
        assert_eq!(shown("⟦3⟧\n", &[], 1, 99), "⟦3⟧");
        let tall = format!("⟦{}⟧", "- x\n".repeat(1000));
        assert_eq!(shown(&tall, &[], 1, 99).lines().count(), TALLEST + 2);
    }

    #[test]
    fn long_lines_are_cut_around_the_place() {
        let long = "x".repeat(1_000_000);
        for (source, expected) in [
            ("⟦ab⟧cdefghijkl".to_owned(), "⟦ab⟧cdefghij…"),
            ("abcdefghijkl⟦mn⟧opqrstuvwxyz".to_owned(), "…kl⟦mn⟧opqrst…"),
            (format!("abc⟦{long}⟧d"), "…bc⟦xxxxxxxx…⟧"),
            (format!("{long}⟦yz⟧"), "…xx⟦yz⟧"),
            (format!("{long}⟦⟧"), "…xx⟦⟧"),
            (format!("⟦a\n{long}\nb⟧"), "⟦a\nxxxxxxxxxx…\nb⟧"),
            ("日本語日本語日本語日本語⟦日⟧".to_owned(), "…本語⟦日⟧"),
        ] {
            assert_eq!(shown(&source, &[], 0, 10), expected);
        }
    }

    #[test]
    fn several_places_share_an_excerpt() {
        let source = "one\npassword: hunter2\nthree\nfour: five\nsix";
        let text = Text::recognized("x.yml", source.as_bytes().to_vec());
        let at = |token: &str| {
            let start = source.find(token).unwrap();
            Place::new(&text, Span::new(start, start + token.len()))
        };
        let (excerpt, places) = at("five").excerpt_with(&[&at("hunter2"), &at("three")], 0, 99);
        assert_eq!(excerpt.text, "password: [redacted]\nthree\nfour: five");
        assert_eq!(excerpt.first_line, 2);
        let tokens: Vec<&str> = places
            .iter()
            .map(|place| &excerpt.text[place.clone()])
            .collect();
        assert_eq!(tokens, ["five", "[redacted]", "three"]);
        assert!(at("six").is_near(&at("three"), 1));
        assert!(!at("six").is_near(&at("three"), 0));
        assert!(!at("one").is_near(&at("six"), 2));
    }

    #[test]
    fn a_cut_never_uncovers_a_secret() {
        let source = "note: aaaaaaaaaaaaaaaaaaaaaaaaaa⟦b⟧ccccccccccccccccccc";
        assert_eq!(
            shown(source, &["aaaaaaaaaaaaaaaaaaaaaaaaaab"], 0, 10),
            "…⟦[redacted]⟧ccccccc…"
        );
    }
}
