//! Which of several changes of a file can be made together.

use std::collections::{BTreeMap, BTreeSet};

use promvet_text::{Fix, Span};

use super::Edits;

/// A change that has to be made.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PlannedEdit {
    /// Its edits, ascending.
    pub edits: Edits,
    /// The list or mapping that it takes an entry out of, and how many that has.
    pub from: Option<(Span, usize)>,
}

impl From<&Fix> for PlannedEdit {
    fn from(fix: &Fix) -> Self {
        Self {
            edits: fix.edits.clone(),
            from: fix.from,
        }
    }
}

/// The changes of a file that are made together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MergedEdits {
    /// Their edits, ascending, without overlap.
    pub edits: Edits,
    /// How many changes they are.
    pub count: usize,
}

/// Of several changes those that can be made together: the first by place wins. The order in which
/// they are given makes no difference.
#[must_use]
pub fn merged(all: impl IntoIterator<Item = PlannedEdit>) -> MergedEdits {
    let mut changes: Vec<PlannedEdit> = all
        .into_iter()
        .filter(|change| !change.edits.is_empty())
        .collect();
    changes.sort();
    // Two rules may offer the same edit, so that it is made once.
    changes.dedup();
    let mut taken = Taken::default();
    for change in changes {
        taken.take(change);
    }
    let mut edits = taken.edits;
    edits.sort_by_key(|(span, _)| (span.start, span.end));
    MergedEdits {
        edits,
        count: taken.count,
    }
}

#[derive(Default)]
struct Taken {
    spans: BTreeSet<(u32, u32)>,
    /// How many entries are taken out of each list and mapping.
    out: BTreeMap<(u32, u32), usize>,
    edits: Edits,
    count: usize,
}

impl Taken {
    fn take(&mut self, change: PlannedEdit) {
        if change.edits.iter().any(|(span, _)| !self.is_free(*span)) {
            return;
        }
        if let Some((holder, entries)) = change.from {
            let out = self.out.entry((holder.start, holder.end)).or_default();
            // Without its last entry it would be empty: what holds it goes then, in the next pass.
            if entries > 1 && *out + 1 >= entries {
                return;
            }
            *out += 1;
        }
        self.spans
            .extend(change.edits.iter().map(|(span, _)| (span.start, span.end)));
        self.edits.extend(change.edits);
        self.count += 1;
    }

    fn is_free(&self, span: Span) -> bool {
        // What is taken does not overlap, so only the last ones up to its end can be in the way;
        // two of them may begin at its end.
        // Looked up by place, since a file may have thousands of fixes and comparing each with all
        // takes their square.
        let near = self.spans.range(..=(span.end, u32::MAX)).rev().take(4);
        !near
            .map(|&(start, end)| Span { start, end })
            .any(|other| overlap(span, other))
    }
}

fn overlap(one: Span, other: Span) -> bool {
    one == other || (one.start < other.end && other.start < one.end)
}
