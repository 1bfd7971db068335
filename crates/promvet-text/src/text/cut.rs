//! The lines that are kept of a text if only some places of it are shown.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::columns::beginning;
use super::{Position, Span, Text};
use crate::excerpt;
use crate::mask;

/// How many lines are kept before and behind those of a place. Reports show two places with four lines between
/// them as one, and a line more around both.
const AROUND: usize = 3;

/// A line that is kept.
#[derive(Clone, Copy, Debug)]
struct KeptLine {
    /// Its number in the file, from 1.
    number: u32,
    /// Where it begins in the file's text.
    start: u32,
    /// Where it begins in what is kept.
    at: u32,
}

/// What is kept of a text besides the content of some lines.
#[derive(Debug)]
pub(super) struct Cut {
    lines: Box<[KeptLine]>,
    masked: Arc<[Span]>,
    needles: Arc<mask::Needles>,
}

impl Cut {
    /// The content of the lines around some spans of a text and at the ends of others, and which lines these
    /// are.
    pub(super) fn of(text: &Text, spans: &[Span], others: &[Span]) -> (String, Self) {
        let mut numbers = BTreeSet::new();
        for &span in spans {
            let (top, bottom) = excerpt::lines_of(text, span);
            numbers.extend(top.saturating_sub(AROUND).max(1)..=bottom + AROUND);
        }
        for span in spans.iter().chain(others) {
            let last_byte = span.end.saturating_sub(1).max(span.start);
            let ends = [span.start, last_byte, span.end];
            numbers.extend(ends.map(|offset| text.line_at(offset)));
        }
        let mut content = String::new();
        let mut lines = Vec::new();
        for number in numbers {
            let (Some(line), next) = (text.line_span(number), text.line_span(number + 1)) else {
                break;
            };
            let end = next.map_or(text.content().len(), |next| next.start as usize);
            lines.push(KeptLine {
                number: small(number),
                start: line.start,
                at: small(content.len()),
            });
            let whole = text.content().get(line.start as usize..end);
            content.push_str(whole.unwrap_or_default());
        }
        content.shrink_to_fit();
        let cut = Self {
            lines: lines.into(),
            masked: text.masked(),
            needles: text.needles(),
        };
        (content, cut)
    }

    /// What is masked, with what was marked since.
    pub(super) fn masked(&self, marked: &[Span]) -> Arc<[Span]> {
        if marked.is_empty() {
            return Arc::clone(&self.masked);
        }
        mask::joined(self.masked.iter().chain(marked).copied()).into()
    }

    pub(super) fn needles(&self) -> Arc<mask::Needles> {
        Arc::clone(&self.needles)
    }

    pub(super) fn slice<'c>(&self, content: &'c str, span: Span) -> &'c str {
        let range = self.at(span.start).zip(self.at(span.end));
        let range = range.filter(|(from, to)| to.checked_sub(*from) == Some(span.len()));
        range
            .and_then(|(from, to)| content.get(from..to))
            .unwrap_or("")
    }

    pub(super) fn position(&self, content: &str, bom: usize, offset: u32) -> Position {
        let line = self.line(offset);
        let (from, to) = (line.at as usize, self.at(offset).unwrap_or_default());
        let before = content.as_bytes().get(from..to.min(content.len()));
        Position {
            line: line.number as usize,
            column: beginning(before.unwrap_or_default()) + 1,
            offset: offset as usize + bom,
        }
    }

    pub(super) fn line_at(&self, offset: u32) -> usize {
        self.line(offset).number as usize
    }

    pub(super) fn line_span(&self, content: &str, number: usize) -> Option<Span> {
        let index = self
            .lines
            .binary_search_by_key(&small(number), |line| line.number);
        let index = index.ok()?;
        let line = self.lines.get(index)?;
        let next = self.lines.get(index + 1);
        let end = next.map_or(content.len(), |next| next.at as usize);
        let text = content.get(line.at as usize..end).unwrap_or_default();
        let len = text.trim_end_matches(['\n', '\r']).len();
        let start = line.start as usize;
        Some(Span::new(start, start + len))
    }

    /// The kept line that an offset is in, or the last one before it.
    fn line(&self, offset: u32) -> KeptLine {
        const FIRST: KeptLine = KeptLine {
            number: 1,
            start: 0,
            at: 0,
        };
        let behind = self.lines.partition_point(|line| line.start <= offset);
        let line = behind
            .checked_sub(1)
            .and_then(|index| self.lines.get(index));
        line.copied().unwrap_or(FIRST)
    }

    /// Where in what is kept an offset of the file's text is.
    fn at(&self, offset: u32) -> Option<usize> {
        let line = self.line(offset);
        let within = offset.checked_sub(line.start)?;
        Some(line.at as usize + within as usize)
    }
}

fn small(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Place, Text};

    fn long() -> Arc<Text> {
        let mut content = String::from("\u{feff}# äö\r\n");
        for number in 0..40 {
            content.push_str(&format!("key_{number}: välue {number}\r\n"));
            content.push_str(&format!("  password: hunter-2-{number}-hunter\n"));
        }
        Text::recognized("a.yml", content.into_bytes())
    }

    /// What reports ask of a place.
    fn shown(place: &Place) -> impl PartialEq + std::fmt::Debug {
        let (one, marks) = place.excerpt_with(&[place], 1, 30);
        let (start, end) = (place.start(), place.end());
        let sentence = "`hunter-2-5-hunter` and hunter-2-39-hunter";
        (
            (one.text, one.first_line, one.start, one.len, marks),
            (place.excerpt_within(0, 800).text, start, end),
            (place.redact(sentence.to_owned()), place.path().to_string()),
        )
    }

    #[test]
    fn a_cut_text_shows_of_its_places_what_the_whole_one_does() {
        let text = long();
        let len = text.content().len();
        for (from, to) in [
            (0, 3),
            (60, 60),
            (100, 110),
            (40, 700),
            (len - 5, len),
            (len, len),
        ] {
            let whole = Place::new(&text, Span::new(from, to));
            let mut cut = whole.clone();
            let other = Span::new(len / 2, len / 2 + 40);
            text.cut_to(vec![&mut cut], &[other]);
            assert!(!cut.is_of(&text));
            assert_eq!(format!("{:?}", shown(&cut)), format!("{:?}", shown(&whole)));
            let (other, whole) = (cut.sibling(other), whole.sibling(other));
            assert_eq!((other.start(), other.end()), (whole.start(), whole.end()));
            assert!(cut.text().content().len() < len);
        }
    }

    #[test]
    fn places_of_other_texts_stay() {
        let (text, other) = (long(), long());
        let mut place = Place::new(&other, Span::new(0, 1));
        text.cut_to(vec![&mut place], &[]);
        assert!(place.is_of(&other));
    }

    #[test]
    fn two_places_with_four_lines_between_them_are_shown_as_one() {
        let text = long();
        let at = |line| Place::new(&text, text.line_span(line).unwrap_or_default());
        let (one, other) = (at(10), at(15));
        let (mut first, mut second) = (one.clone(), other.clone());
        text.cut_to(vec![&mut first, &mut second], &[]);
        assert!(one.is_near(&other, 4) && first.is_near(&second, 4));
        let whole = one.excerpt_with(&[&other], 1, 80).0.text;
        assert_eq!(first.excerpt_with(&[&second], 1, 80).0.text, whole);
    }

    #[test]
    fn what_is_marked_later_is_masked_too() {
        let text = long();
        let mut place = Place::new(&text, text.line_span(20).unwrap_or_default());
        text.cut_to(vec![&mut place], &[]);
        place.text().mark_secret(place.span());
        assert_eq!(place.excerpt(0).text, "[redacted]");
    }
}
