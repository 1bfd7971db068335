//! What is wrong with a text.

/// What is wrong with a value, and where in it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Fault {
    /// The first byte of the faulty part, counted in the scalar's text.
    pub from: usize,
    /// The byte after its last one.
    pub to: usize,
    /// A clause that can follow the name of the field.
    pub message: String,
}

impl Fault {
    /// A fault of the bytes from `from` to `to`.
    #[must_use]
    pub fn new(from: usize, to: usize, message: impl Into<String>) -> Self {
        Self {
            from,
            to: to.max(from),
            message: message.into(),
        }
    }

    /// A fault of the whole text.
    #[must_use]
    pub fn whole(text: &str, message: impl Into<String>) -> Self {
        Self::new(0, text.len(), message)
    }

    /// The same fault in a text that begins `by` bytes into another one.
    #[must_use]
    pub fn shifted(self, by: usize) -> Self {
        Self {
            from: self.from + by,
            to: self.to + by,
            ..self
        }
    }
}
