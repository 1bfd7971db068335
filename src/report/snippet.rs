//! Excerpts of several files as one source for miette.
//!
//! miette knows a diagnostic with one source text. Here that text is the excerpts one behind the
//! other; each has its own file name and its own line numbers, and none runs into the next.

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

    /// Adds the lines around a place, the place underlined, with a sentence under it.
    pub(super) fn add(&mut self, place: &Place, context: usize, label: Option<&str>) {
        let excerpt = place.excerpt_within(context, self.columns);
        let base = self.pieces.last().map_or(0, Piece::end);
        let (before, rest) = excerpt.text.split_at(excerpt.start);
        let (token, after) = rest.split_at(excerpt.len);
        let mut text = neutral::source(before).into_owned();
        let start = text.len();
        text.push_str(&neutral::source(token));
        let len = text.len() - start;
        text.push_str(&neutral::source(after));
        text.push('\n');
        let label = label.map(|label| fitted(label, &text, start, len, self.width));
        self.labels.push(LabeledSpan::new(label, base + start, len));
        self.pieces.push(Piece {
            name: neutral::line(place.path()).into_owned(),
            text,
            base,
            first_line: excerpt.first_line,
            start: place.start(),
        });
    }

    /// The underlined places.
    pub(super) fn labels(&self) -> impl Iterator<Item = LabeledSpan> + '_ {
        self.labels.iter().cloned()
    }
}

/// A label broken into lines that fit to the right of where it hangs: under the middle of its
/// token, behind the gutter and a corner.
fn fitted(label: &str, text: &str, start: usize, len: usize, width: usize) -> String {
    let before = text.get(..start).unwrap_or("");
    let indent = before.rsplit('\n').next().unwrap_or("").chars().count();
    let taken = indent + len / 2 + 12;
    prose::wrap(
        &neutral::lines(label),
        width.saturating_sub(taken).max(NARROWEST_LABEL),
    )
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
