//! The one way from a source text to output: a few lines, secrets replaced, long lines cut.

use super::mask::REDACTED;
use super::text::{Excerpt, Span, Text};

/// What stands where a line was cut.
const CUT: char = '…';

/// The most lines of a long place that are shown, besides those around it.
const TALLEST: usize = 8;

/// The lines of `span` with `context` lines around it and at most `columns` characters each.
pub(super) fn excerpt(text: &Text, span: Span, context: usize, columns: usize) -> Excerpt {
    let start_line = text.line_at(span.start);
    let last_byte = span.end.saturating_sub(1).max(span.start);
    let end_line = text.line_at(last_byte).min(start_line + TALLEST);
    let first_line = start_line.saturating_sub(context).max(1);
    let secrets = text.masked();
    let mut out = Masked {
        text,
        secrets: &secrets,
        out: String::new(),
        place: span,
        start: None,
        end: None,
    };
    for number in first_line..=end_line + context {
        let Some(line) = text.line_span(number) else {
            break;
        };
        if number > end_line && line.is_empty() && text.line_span(number + 1).is_none() {
            break;
        }
        if number > first_line {
            out.out.push('\n');
        }
        out.line(line, window(text, line, span, columns.max(8)));
    }
    let start = out.start.unwrap_or(out.out.len());
    let end = out.end.unwrap_or(out.out.len()).max(start);
    Excerpt {
        text: out.out,
        first_line,
        start,
        len: end - start,
    }
}

/// The part of a line that is shown: all of it if it fits, else `columns` characters with the
/// place in them.
fn window(text: &Text, line: Span, place: Span, columns: usize) -> Span {
    let Some(first_cut) = nth_char(text, line, columns) else {
        return line;
    };
    let inside = (line.start..=line.end).contains(&place.start);
    let end = place.end.min(line.end);
    if !inside || end <= first_cut {
        return Span {
            start: line.start,
            end: first_cut,
        };
    }
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

/// Masked output, and where the place is in it.
struct Masked<'a> {
    text: &'a Text,
    secrets: &'a [Span],
    out: String,
    place: Span,
    start: Option<usize>,
    end: Option<usize>,
}

impl Masked<'_> {
    /// Adds the part `shown` of a line.
    fn line(&mut self, line: Span, shown: Span) {
        if shown.start > line.start {
            self.out.push(CUT);
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
            self.hide(hidden);
            at = hidden.end;
        }
        self.plain(Span {
            start: at,
            end: shown.end.max(at),
        });
        if shown.end < line.end {
            if self.place.end > shown.end && self.end.is_none() && self.place.end <= line.end {
                self.end = self.start.map(|_| self.out.len() + CUT.len_utf8());
            }
            self.out.push(CUT);
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
        self.start = self.start.or_else(|| within(self.place.start));
        self.end = self.end.or_else(|| within(self.place.end));
        self.out.push_str(self.text.slice(span));
    }

    fn hide(&mut self, span: Span) {
        let inside = span.start..span.end;
        if inside.contains(&self.place.start) {
            // The end of the plain text before it is the same offset.
            self.start = Some(self.out.len());
        }
        self.out.push_str(REDACTED);
        if inside.contains(&self.place.end) && self.place.end > span.start {
            self.end = Some(self.out.len());
        }
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
        let text = Text::new("x.yml", plain.clone().into_bytes());
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
    fn a_cut_never_uncovers_a_secret() {
        let source = "bearer: aaaaaaaaaaaaaaaaaaaaaaaa⟦b⟧ccccccccccccccccccc";
        assert_eq!(
            shown(source, &["aaaaaaaaaaaaaaaaaaaaaaaab"], 0, 10),
            "…⟦[redacted]⟧ccccccc…"
        );
    }
}
