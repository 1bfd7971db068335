//! The mappings that lines are in, and what they hold.

use super::super::names::Meaning;

/// What a mapping holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MappingContent {
    /// Credentials, such as `basic_auth`: a key that it does not know is a slip for one of them.
    Credentials,
    /// What stands for a secret: `password: {name: x, key: y}`.
    Secret,
    /// Headers of a request by their names.
    Headers,
    /// What a header may show, such as the name of a tenant.
    PlainHeader,
}

/// A mapping that is open.
#[derive(Clone, Copy, Debug)]
pub(super) struct OpenMapping {
    /// The column of its key, or where it ends if it is in one line.
    limit: usize,
    pub(super) within: MappingContent,
    /// Whether it, or one around it, holds credentials.
    pub(super) has_credentials: bool,
    /// Where its first line begins, and whether that is an item of a list.
    first: Option<(usize, bool)>,
}

impl OpenMapping {
    /// Whether an item that begins in a column is one of the section itself, rather than of one of its
    /// keys: `scopes:`.
    pub(super) fn is_own_item(&self, column: usize) -> bool {
        self.first == Some((column, true))
    }
}

/// Mappings that are open, from the outermost on.
#[derive(Default)]
pub(super) struct Sections(Vec<OpenMapping>);

impl Sections {
    pub(super) fn open(
        &mut self,
        limit: usize,
        within: MappingContent,
        around: Option<OpenMapping>,
    ) {
        let around = around.is_some_and(|section| section.has_credentials);
        self.0.push(OpenMapping {
            limit,
            within,
            has_credentials: around || within == MappingContent::Credentials,
            first: None,
        });
    }

    /// Closes those whose limit holds.
    pub(super) fn close(&mut self, is_over: impl Fn(usize) -> bool) {
        while self.0.last().is_some_and(|section| is_over(section.limit)) {
            self.0.pop();
        }
    }

    /// Notes a line of the innermost one.
    pub(super) fn note(&mut self, column: usize, is_item: bool) {
        if let Some(section) = self.0.last_mut() {
            section.first.get_or_insert((column, is_item));
        }
    }

    pub(super) fn innermost(&self) -> Option<OpenMapping> {
        self.0.last().copied()
    }
}

/// What the mapping under a key holds.
pub(super) fn under(meaning: Meaning, inside: Option<OpenMapping>) -> Option<MappingContent> {
    match meaning {
        Meaning::Section => Some(MappingContent::Credentials),
        Meaning::Secret | Meaning::NearSecret | Meaning::Reference | Meaning::Path => {
            Some(MappingContent::Secret)
        }
        Meaning::Headers => Some(MappingContent::Headers),
        Meaning::Plain | Meaning::Doubtful => inside
            .map(|section| section.within)
            .filter(|within| *within != MappingContent::Credentials),
        Meaning::User | Meaning::Scheme => None,
    }
}
