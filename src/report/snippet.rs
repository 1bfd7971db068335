//! Excerpts of several files as one source for miette.
//!
//! miette knows a diagnostic with one source text. Here that text is the excerpts one behind the
//! other; each has its own file name and its own line numbers, and none runs into the next.

use std::collections::BTreeMap;
use std::ops::Range;

use miette::{LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

use super::{neutral, prose};
use crate::finding::{Place, Position};

/// The fewest columns that a sentence under a token gets.
const NARROWEST_LABEL: usize = 40;

/// The excerpts of a finding.
#[derive(Debug)]
pub(super) struct Snippets {
    columns: usize,
    width: usize,
    pieces: Vec<Piece>,
    labels: Vec<LabeledSpan>,
}

#[derive(Debug)]
struct Piece {
    name: String,
    text: String,
    /// Where it begins among the pieces.
    base: usize,
    first_line: usize,
    start: Position,
}

impl Snippets {
    /// No excerpts yet; those to come have lines of at most `columns` characters, and sentences
    /// under them that end at column `width` where they can.
    pub(super) fn new(columns: usize, width: usize) -> Self {
        Self {
            columns,
            width,
            pieces: Vec::new(),
            labels: Vec::new(),
        }
    }

    /// Adds the lines around the first place and others near it, all underlined, each with a
    /// sentence under it if it has one.
    pub(super) fn add(&mut self, places: &[(&Place, Option<&str>)], context: usize) {
        let Some(((first, _), others)) = places.split_first() else {
            return;
        };
        let others: Vec<&Place> = others.iter().map(|&(place, _)| place).collect();
        let (excerpt, marks) = first.excerpt_with(&others, context, self.columns);
        let base = self.pieces.last().map_or(0, Piece::end);
        let (mut text, marks) = neutralised(&excerpt.text, &marks);
        text.push('\n');
        for (number, ((_, label), mark)) in places.iter().zip(marks).enumerate() {
            let label = label.map(|label| fitted(label, &text, &mark, self.width));
            let span = SourceSpan::from(base + mark.start..base + mark.end);
            self.labels.push(if number == 0 {
                LabeledSpan::new_primary_with_span(label, span)
            } else {
                LabeledSpan::new_with_span(label, span)
            });
        }
        self.pieces.push(Piece {
            name: neutral::line(first.path()).into_owned(),
            text,
            base,
            first_line: excerpt.first_line,
            start: first.start(),
        });
    }

    /// The underlined places.
    pub(super) fn labels(&self) -> impl Iterator<Item = LabeledSpan> + '_ {
        self.labels.iter().cloned()
    }
}

/// A label broken into lines that fit to the right of where it hangs: under the middle of its
/// token, behind the gutter and a corner.
fn fitted(label: &str, text: &str, mark: &Range<usize>, width: usize) -> String {
    let before = text.get(..mark.start).unwrap_or("");
    let indent = before.rsplit('\n').next().unwrap_or("").chars().count();
    let taken = indent + mark.len() / 2 + 12;
    prose::wrap(
        &neutral::lines(label),
        width.saturating_sub(taken).max(NARROWEST_LABEL),
    )
}

/// A text made harmless, and where ranges of it are then.
fn neutralised(text: &str, ranges: &[Range<usize>]) -> (String, Vec<Range<usize>>) {
    let mut cuts: Vec<usize> = ranges.iter().flat_map(|it| [it.start, it.end]).collect();
    cuts.push(text.len());
    cuts.sort_unstable();
    cuts.dedup();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    let mut moved = BTreeMap::new();
    for cut in cuts {
        neutral::add_source(text.get(at..cut).unwrap_or(""), &mut out);
        moved.insert(cut, out.len());
        at = cut;
    }
    let there = |at: usize| moved.get(&at).copied().unwrap_or(0);
    let ranges = ranges.iter().map(|it| there(it.start)..there(it.end));
    let ranges = ranges.collect();
    (out, ranges)
}

impl Piece {
    fn end(&self) -> usize {
        self.base + self.text.len()
    }
}

impl SourceCode for Snippets {
    /// The whole excerpt that holds a span; where no context is asked for, what is wanted is the
    /// line and the column of the span itself.
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let end = span.offset() + span.len();
        let piece = self
            .pieces
            .iter()
            .find(|piece| (piece.base..piece.end()).contains(&span.offset()) && end <= piece.end())
            .ok_or(MietteError::OutOfBounds)?;
        let (line, column) = if before + after == 0 {
            (piece.start.line - 1, piece.start.column - 1)
        } else {
            (piece.first_line - 1, 0)
        };
        Ok(Box::new(MietteSpanContents::new_named(
            piece.name.clone(),
            piece.text.as_bytes(),
            (piece.base, piece.text.len()).into(),
            line,
            column,
            piece.text.matches('\n').count(),
        )))
    }
}
