//! Go's limits on the depth of a syntax tree and on the size of the program made of it.
//!
//! They are only looked at once a count of allocated nodes passes a threshold, and then go by
//! sizes noted earlier, which are not always renewed when a node changes. All of that decides which
//! large patterns pass, so it is kept.

use super::RegexCause;
use super::tree::{Id, Op, Tree};
use crate::go::Go;

/// The deepest tree.
/// `maxHeight` of regexp/syntax/parse.go: beyond it Go's own recursions could overflow the stack.
const MOST_LEVELS: usize = 1000;
/// The largest program: 128 MiB of instructions of 40 bytes.
/// `maxSize` of regexp/syntax/parse.go, which is `128 << 20 / instSize`.
const MOST_INSTRUCTIONS: i64 = (128 << 20) / 40;
/// The first Go with the limit of depth, and the first with that of size. The checks came with
/// CVE-2022-24921 and CVE-2022-41715 (`syntax.parser.checkHeight`,
/// `checkSize`).
const DEPTH_SINCE: Go = Go(17);
const SIZE_SINCE: Go = Go(19);

/// What has been noted of nodes, once the counts ask for it, and the product of all repetitions.
pub(super) struct Notes {
    repeats: i64,
    sizes: Option<Vec<Option<i64>>>,
    heights: Option<Vec<Option<usize>>>,
}

impl Notes {
    pub(super) fn new() -> Self {
        Self {
            repeats: 1,
            sizes: None,
            heights: None,
        }
    }

    /// Forgets the height of a node that is freed; its size stays noted.
    /// `syntax.parser.reuse` deletes the height alone, so that a size may be stale when the node is
    /// used again.
    pub(super) fn forget(&mut self, id: Id) {
        let height = self
            .heights
            .as_mut()
            .and_then(|heights| heights.get_mut(id));
        if let Some(height) = height {
            *height = None;
        }
    }
}

impl Tree {
    /// Imitates `syntax.parser.checkLimits`.
    pub(super) fn check_limits(&mut self, id: Id) -> Result<(), RegexCause> {
        if self.go >= SIZE_SINCE {
            self.check_size(id)?;
        }
        if self.go >= DEPTH_SINCE {
            self.check_height(id)?;
        }
        Ok(())
    }

    /// Imitates `syntax.parser.checkSize`: sizes are worked out only when nodes times repetitions
    /// could exceed the limit.
    fn check_size(&mut self, id: Id) -> Result<(), RegexCause> {
        if self.notes.sizes.is_none() {
            let node = self.node(id);
            if node.op == Op::Repeat {
                // A count of 0 or an open one counts as `n = re.Min` and at least 1, as in
                // `syntax.parser.checkSize`.
                let count = i64::from(node.max.unwrap_or(node.min).max(1));
                self.notes.repeats = if count > MOST_INSTRUCTIONS / self.notes.repeats {
                    MOST_INSTRUCTIONS
                } else {
                    self.notes.repeats * count
                };
            }
            let allocated = i64::try_from(self.allocated()).unwrap_or(i64::MAX);
            if allocated < MOST_INSTRUCTIONS / self.notes.repeats {
                return Ok(());
            }
            self.notes.sizes = Some(Vec::new());
            // What was pushed before the count passed the threshold has no size yet, so that Go
            // populates its map "belatedly".
            for id in self.stack.clone() {
                self.within_size(id)?;
            }
        }
        self.within_size(id)
    }

    /// Imitates the end of `syntax.parser.checkSize` (`ErrLarge`).
    fn within_size(&mut self, id: Id) -> Result<(), RegexCause> {
        if self.measure_size(id) > MOST_INSTRUCTIONS {
            return Err(RegexCause::Large);
        }
        Ok(())
    }

    fn size(&mut self, id: Id) -> i64 {
        let noted = self
            .notes
            .sizes
            .as_ref()
            .and_then(|sizes| sizes.get(id).copied()?);
        noted.unwrap_or_else(|| self.measure_size(id))
    }

    /// Imitates `syntax.parser.calcSize`.
    fn measure_size(&mut self, id: Id) -> i64 {
        let node = self.node(id);
        let (op, min, max) = (node.op, i64::from(node.min), node.max.map(i64::from));
        let literal = i64::try_from(node.literal.len()).unwrap_or(i64::MAX);
        let branches = i64::try_from(node.subs.len().saturating_sub(1)).unwrap_or(i64::MAX);
        let subs: i64 = node
            .subs
            .clone()
            .into_iter()
            .map(|sub| self.size(sub))
            .fold(0, i64::saturating_add);
        let size = match (op, max) {
            (Op::Literal, _) => literal,
            (Op::Capture | Op::Star, _) => subs.saturating_add(2),
            (Op::Plus | Op::Quest, _) => subs.saturating_add(1),
            (Op::Concat, _) => subs,
            (Op::Alternate, _) => subs.saturating_add(branches),
            (Op::Repeat, None) if min == 0 => subs.saturating_add(2),
            (Op::Repeat, None) => subs.saturating_mul(min).saturating_add(1),
            (Op::Repeat, Some(max)) => subs.saturating_mul(max).saturating_add(max - min),
            _ => 0,
        };
        // An empty node still compiles to an instruction, so that `syntax.parser.calcSize` counts
        // at least one.
        let size = size.max(1);
        note(self.notes.sizes.get_or_insert_default(), id, size);
        size
    }

    /// Imitates `syntax.parser.checkHeight`.
    fn check_height(&mut self, id: Id) -> Result<(), RegexCause> {
        if self.allocated() < MOST_LEVELS {
            return Ok(());
        }
        if self.notes.heights.is_none() {
            self.notes.heights = Some(Vec::new());
            for id in self.stack.clone() {
                self.within_height(id)?;
            }
        }
        self.within_height(id)
    }

    fn within_height(&mut self, id: Id) -> Result<(), RegexCause> {
        if self.measure_height(id) > MOST_LEVELS {
            return Err(RegexCause::NestingDepth);
        }
        Ok(())
    }

    fn height(&mut self, id: Id) -> usize {
        let noted = self
            .notes
            .heights
            .as_ref()
            .and_then(|heights| heights.get(id).copied()?);
        noted.unwrap_or_else(|| self.measure_height(id))
    }

    /// Imitates `syntax.parser.calcHeight`.
    fn measure_height(&mut self, id: Id) -> usize {
        let subs = self.node(id).subs.clone();
        let height = subs
            .into_iter()
            .map(|sub| 1 + self.height(sub))
            .max()
            .unwrap_or(1);
        note(self.notes.heights.get_or_insert_default(), id, height);
        height
    }
}

fn note<T: Clone>(notes: &mut Vec<Option<T>>, id: Id, value: T) {
    if notes.len() <= id {
        notes.resize(id + 1, None);
    }
    if let Some(slot) = notes.get_mut(id) {
        *slot = Some(value);
    }
}
