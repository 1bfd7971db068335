//! A range of bytes.

/// A range of bytes in a [`Text`](super::Text), from `start` up to but not including `end`. Offsets
/// count from the first byte after a byte-order mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// The first byte.
    pub start: u32,
    /// The byte after the last one.
    pub end: u32,
}

impl Span {
    /// A span from two byte offsets; offsets beyond 4 GiB are cut there.
    #[must_use]
    pub fn new(start: usize, end: usize) -> Self {
        let cut = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        Self {
            start: cut(start),
            end: cut(end.max(start)),
        }
    }

    /// The smallest span that covers both.
    #[must_use]
    pub fn join(self, other: Self) -> Self {
        Self {
            start: self.start.min(other.start),
            end: self.end.max(other.end),
        }
    }

    /// Length in bytes.
    #[must_use]
    pub fn len(self) -> usize {
        (self.end - self.start) as usize
    }

    /// Whether it covers no byte.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// Without its first and its last byte, as between quotes; the same if it has less than two.
    #[must_use]
    pub fn inner(self) -> Self {
        match self.len() {
            0 | 1 => self,
            _ => Self {
                start: self.start + 1,
                end: self.end - 1,
            },
        }
    }

    /// The part of it that begins `from` bytes after its start and ends `to` bytes after its
    /// start, kept inside it.
    #[must_use]
    pub fn part(self, from: usize, to: usize) -> Self {
        let at = |offset: usize| (self.start as usize + offset).min(self.end as usize);
        Self::new(at(from), at(to))
    }
}
