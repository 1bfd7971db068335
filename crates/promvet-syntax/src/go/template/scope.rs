//! The variables that are defined at a place of a template.

use std::collections::HashMap;

/// Variables in the order of their definitions; a template may define one for each of its lines, so
/// they are counted by name, too.
pub(super) struct Variables<'t> {
    defined: Vec<&'t str>,
    counts: HashMap<&'t str, usize>,
}

impl<'t> Variables<'t> {
    pub(super) fn new(names: &[&'t str]) -> Self {
        let mut new = Self {
            defined: Vec::new(),
            counts: HashMap::new(),
        };
        names.iter().for_each(|name| new.define(name));
        new
    }

    pub(super) fn define(&mut self, name: &'t str) {
        self.defined.push(name);
        *self.counts.entry(name).or_default() += 1;
    }

    pub(super) fn contains(&self, name: &str) -> bool {
        self.counts.get(name).is_some_and(|count| *count > 0)
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &'t str> {
        self.defined.iter().copied()
    }

    /// What [`Self::end_scope`] goes back to.
    pub(super) fn begin_scope(&self) -> usize {
        self.defined.len()
    }

    pub(super) fn end_scope(&mut self, begin: usize) {
        for name in self.defined.drain(begin.min(self.defined.len())..) {
            if let Some(count) = self.counts.get_mut(name) {
                *count -= 1;
            }
        }
    }
}
