//! `include` and `exclude`: which files are checked.

use super::form::{PolicyKey, ValueForm};
use super::pattern::Glob;
use super::sections::PolicySection;
use super::{Policy, first_of};
use crate::finding::Place;
use crate::yaml::Node;

/// A list of patterns that says of files whether they are checked.
#[derive(Clone, Debug)]
pub struct Selection {
    /// The patterns.
    pub files: Vec<Glob>,
    /// Whether what they match is checked, or is not.
    pub keeps: bool,
    /// Where the list is.
    pub place: Place,
}

impl Policy {
    /// Why a file is not checked, by its path for people: the pattern that leaves it out, or the
    /// list that does not name it. None if it is checked. The nearest policy file answers first,
    /// in it `exclude` before `include`.
    #[must_use]
    pub fn excludes(&self, path: &str) -> Option<&Place> {
        let index = &self.index.selection;
        if let Some((list, glob)) = first_of(index, &self.selection, |list| &list.files, path) {
            return (!list.keeps).then_some(&glob.place);
        }
        let mut lists = self.selection.iter();
        lists.find(|list| list.keeps).map(|list| &list.place)
    }
}

pub(super) const INCLUDE: PolicySection = PolicySection {
    key: PolicyKey::new(
        "include",
        "Patterns of the files that are checked; without it, all of them.",
        ValueForm::OneOrMany(&ValueForm::Text),
    ),
    read: |node, policy, wrong| {
        let files = wrong.paths(node, "`include`");
        policy.selection.push(list(node, files, true));
    },
    add: |near, far| near.selection.extend(far.selection.iter().cloned()),
};

pub(super) const EXCLUDE: PolicySection = PolicySection {
    key: PolicyKey::new(
        "exclude",
        "Patterns of files that are not checked unless they are named on the command line.",
        ValueForm::OneOrMany(&ValueForm::Text),
    ),
    read: |node, policy, wrong| {
        let files = wrong.paths(node, "`exclude`");
        policy.selection.insert(0, list(node, files, false));
    },
    // It is in one list with `include`, which adds both.
    add: |_, _| {},
};

fn list(node: Node<'_>, files: Vec<Glob>, keeps: bool) -> Selection {
    Selection {
        files,
        keeps,
        place: node.place(),
    }
}
