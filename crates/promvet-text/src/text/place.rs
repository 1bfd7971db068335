//! A span of a text with the text that it is one of.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use super::{Position, Span, Text};
use crate::excerpt::{self, Excerpt};
use crate::mask;

/// A span of a text: what findings and evidence point at.
#[derive(Clone)]
pub struct Place {
    text: Arc<Text>,
    span: Span,
}

impl Place {
    /// The place of a span of a text; a span of an embedded text becomes one of the file around it.
    #[must_use]
    pub fn new(text: &Arc<Text>, span: Span) -> Self {
        let (text, span) = text.outermost(span);
        Self { text, span }
    }

    /// The path as shown.
    #[must_use]
    pub fn path(&self) -> &Arc<str> {
        &self.text.path
    }

    /// The file's text.
    #[must_use]
    pub fn text(&self) -> &Arc<Text> {
        &self.text
    }

    /// The span in the file's text.
    #[must_use]
    pub fn span(&self) -> Span {
        self.span
    }

    /// Where it begins.
    #[must_use]
    pub fn start(&self) -> Position {
        self.text.position(self.span.start)
    }

    /// Where it ends: the position after its last character.
    #[must_use]
    pub fn end(&self) -> Position {
        self.text.position(self.span.end)
    }

    /// The place of another span of the same file.
    #[must_use]
    pub fn sibling(&self, span: Span) -> Self {
        Self {
            text: Arc::clone(&self.text),
            span,
        }
    }

    /// The lines around it, up to `context` lines before and after, with secrets masked. Lines of
    /// more than 200 characters are cut, so that the place stays in view.
    #[must_use]
    pub fn excerpt(&self, context: usize) -> Excerpt {
        self.excerpt_within(context, 200)
    }

    /// The same, with lines of at most `columns` characters.
    #[must_use]
    pub fn excerpt_within(&self, context: usize, columns: usize) -> Excerpt {
        excerpt::excerpt(&self.text, &[self.span], context, columns).0
    }

    /// One excerpt for this place and others of the same file, and where in it each of them is:
    /// this one first.
    #[must_use]
    pub fn excerpt_with(
        &self,
        others: &[&Self],
        context: usize,
        columns: usize,
    ) -> (Excerpt, Vec<Range<usize>>) {
        let others = others.iter().map(|other| other.span);
        let spans: Vec<Span> = std::iter::once(self.span).chain(others).collect();
        excerpt::excerpt(&self.text, &spans, context, columns)
    }

    /// Whether another place is in the same file, with at most `lines` lines between the two.
    #[must_use]
    pub fn is_near(&self, other: &Self, lines: usize) -> bool {
        let (top, bottom) = excerpt::lines_of(&self.text, self.span);
        let (other_top, other_bottom) = excerpt::lines_of(&other.text, other.span);
        Arc::ptr_eq(&self.text, &other.text)
            && other_top <= bottom + lines + 1
            && top <= other_bottom + lines + 1
    }

    /// Whether it is in a text.
    pub(super) fn is_of(&self, text: &Arc<Text>) -> bool {
        Arc::ptr_eq(&self.text, text)
    }

    /// Makes it the same span of another text.
    pub(super) fn move_to(&mut self, text: &Arc<Text>) {
        self.text = Arc::clone(text);
    }

    /// Whether another place is in the same text.
    pub(crate) fn is_of_text_of(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.text, &other.text)
    }

    /// Removes from a sentence whatever the text knows to be a secret.
    #[must_use]
    pub fn redact(&self, sentence: String) -> String {
        mask::redact(&self.text, sentence)
    }

    /// What sorts findings: path, then offsets.
    #[must_use]
    pub fn order(&self) -> (&str, u32, u32) {
        (&self.text.path, self.span.start, self.span.end)
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let start = self.start();
        write!(f, "{}:{}:{}", self.text.path, start.line, start.column)
    }
}
