//! The variables of a container, as far as the tree shows them.

use std::sync::Arc;

use super::written::ProvidedValue;
use crate::finding::Place;

/// The variables of a container. Their values are not shown.
#[derive(Clone, Debug, Default)]
pub struct ContainerEnvironment {
    /// Those whose values are written.
    pub(super) written: Vec<Arc<ProvidedValue>>,
    /// The names of those whose values are not.
    pub(super) hidden: Vec<String>,
    /// Whether a file or an object that is not looked at may set others.
    pub(super) has_more: bool,
}

/// What is known of a variable.
#[derive(Clone, Copy, Debug)]
pub enum Variable<'e> {
    /// It is not set.
    Unset,
    /// It is set, or may be, and its value is not in sight.
    Hidden,
    /// Its value.
    Set(&'e str, &'e Place),
}

impl ContainerEnvironment {
    /// A variable, for a setting that is a word or a number.
    #[must_use]
    pub fn variable(&self, name: &str) -> Variable<'_> {
        if let Some(set) = self
            .written
            .iter()
            .rev()
            .find(|written| written.name == name)
        {
            return match set.content.text() {
                Some(text) => Variable::Set(text, &set.place),
                None => Variable::Hidden,
            };
        }
        match self.has_more || self.hidden.iter().any(|hidden| hidden == name) {
            true => Variable::Hidden,
            false => Variable::Unset,
        }
    }

    /// Whether a variable has a text in its value, or may have.
    #[must_use]
    pub fn may_name(&self, wanted: &str) -> bool {
        let has = |written: &Arc<ProvidedValue>| {
            written.content.text().is_none_or(|it| it.contains(wanted))
        };
        self.has_more || !self.hidden.is_empty() || self.written.iter().any(has)
    }
}
