//! The entries and items of a node by place: each is found by halves, since edits and
//! comparisons ask once for each finding, and a list may have thousands of items.

use super::node::{Kind, Node};
use promvet_text::Span;

impl<'d> Node<'d> {
    /// How many entries or items it has, as written.
    #[must_use]
    pub fn member_count(self) -> usize {
        match self.kind() {
            Kind::Mapping(_) => self.links().len() / 2,
            Kind::Sequence(_) => self.links().len(),
            Kind::Scalar(_) => 0,
        }
    }

    /// The key and the value of an entry, or an item, in the order of the text.
    #[must_use]
    pub fn member(self, index: usize) -> Option<(Option<Self>, Self)> {
        match self.kind() {
            Kind::Mapping(mapping) => mapping
                .written_at(index)
                .map(|entry| (Some(entry.key), entry.value)),
            Kind::Sequence(list) => list.at(index).map(|item| (None, item)),
            Kind::Scalar(_) => None,
        }
    }

    /// What an entry or item covers.
    #[must_use]
    pub fn member_span(self, index: usize) -> Option<Span> {
        let (key, value) = self.member(index)?;
        Some(key.map_or(value.span(), |key| key.span().join(value.span())))
    }

    /// The last entry or item that begins no later than an offset.
    #[must_use]
    pub fn last_member(self, offset: u32) -> Option<usize> {
        let (mut low, mut high) = (0, self.member_count());
        while low < high {
            let middle = low + (high - low) / 2;
            match self.member_span(middle) {
                Some(span) if span.start <= offset => low = middle + 1,
                _ => high = middle,
            }
        }
        low.checked_sub(1)
    }
}
