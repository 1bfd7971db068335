//! The form of promvet.yaml as data: what its keys are called, what they are for, what they take.
//! The reader and the JSON Schema are made from the same tables.

/// A key of a mapping.
#[derive(Debug)]
pub(crate) struct PolicyKey {
    /// How it is written.
    pub(crate) name: &'static str,
    /// What it is for, in one sentence for editors.
    pub(crate) about: &'static str,
    /// What it takes.
    pub(crate) form: ValueForm,
    /// Whether the mapping is nothing without it.
    pub(crate) required: bool,
}

impl PolicyKey {
    pub(crate) const fn new(name: &'static str, about: &'static str, form: ValueForm) -> Self {
        Self {
            name,
            about,
            form,
            required: false,
        }
    }

    pub(crate) const fn required(mut self) -> Self {
        self.required = true;
        self
    }
}

/// What a value looks like.
#[derive(Debug)]
pub(crate) enum ValueForm {
    /// A scalar whose source text counts. It is not empty.
    Text,
    /// A scalar whose source text matches a regular expression, written so that both Rust
    /// and JavaScript can read it.
    Matching(&'static str),
    /// The same for what YAML may take for a number.
    Figures(&'static str),
    /// `true` or `false`.
    Bool,
    /// One of some words.
    Words(fn() -> Vec<&'static str>),
    /// A list.
    List(&'static Self),
    /// One, or a list.
    OneOrMany(&'static Self),
    /// A mapping of custom names.
    Map(&'static Self),
    /// A mapping of known keys.
    Fields(&'static [PolicyKey]),
    /// One of several forms.
    Either(&'static [Self]),
    /// A mapping that other code reads.
    Profile,
}
