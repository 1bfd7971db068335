//! Many patterns asked at once.

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use super::pattern::Glob;
use crate::finding::Place;

/// Up to so many patterns are asked one by one: to build the set costs more than they do.
const FEW: usize = 16;

/// Patterns of a policy in their order, each with the number of the entry that it is in.
#[derive(Debug, Default)]
pub(super) struct GlobIndex {
    globs: Vec<(usize, Glob)>,
    /// None if there are few of them, or no set can be made of them.
    set: Option<GlobSet>,
}

impl GlobIndex {
    pub(super) fn new<'g>(globs: impl Iterator<Item = (usize, &'g Glob)>) -> Self {
        let globs: Vec<_> = globs.map(|(entry, glob)| (entry, glob.clone())).collect();
        let set = match globs.len() > FEW {
            true => set_of(&globs),
            false => None,
        };
        Self { globs, set }
    }

    /// Where the pattern of a number is written.
    pub(super) fn place(&self, number: usize) -> Option<&Place> {
        let (_, glob) = self.globs.get(number)?;
        Some(&glob.place)
    }

    /// The patterns that match a text, by their numbers and those of their entries, in order.
    pub(super) fn matching(&self, text: &str) -> Vec<(usize, usize)> {
        let numbers = match &self.set {
            Some(set) => {
                let mut numbers = set.matches(text);
                numbers.sort_unstable();
                numbers
            }
            None => (0..self.globs.len()).collect(),
        };
        let matching = numbers.into_iter().filter_map(|number| {
            let (entry, glob) = self.globs.get(number)?;
            glob.matches(text).then_some((number, *entry))
        });
        matching.collect()
    }
}

/// One set of all patterns. What a pattern counts from is a part of it, with nothing special in it.
fn set_of(globs: &[(usize, Glob)]) -> Option<GlobSet> {
    let mut set = GlobSetBuilder::new();
    for (_, glob) in globs {
        let folder = glob.folder();
        if !(folder.is_empty() || folder.ends_with('/')) {
            return None;
        }
        let whole = format!("{}{}", globset::escape(folder), glob.pattern);
        let whole = GlobBuilder::new(&whole)
            .literal_separator(glob.is_of_paths())
            .build();
        set.add(whole.ok()?);
    }
    set.build().ok()
}
