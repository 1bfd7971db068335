//! What is wrong with a text.

/// What is wrong with a value, and where in it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Fault {
    /// The first byte of the faulty part, counted in the scalar's text.
    pub from: usize,
    /// The byte after its last one.
    pub to: usize,
    /// A clause that can follow the name of the field, or `: ` and a sentence. See [`Self::about`].
    pub message: String,
    /// What to do about it.
    pub remedy: Remedy,
}

/// What to do about a fault. The caller makes an advice of it, since only the caller knows where the
/// text is in its file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Remedy {
    /// What to write instead, in words.
    pub words: Option<String>,
    /// What would put the text right, where there is one right form.
    pub change: Option<Change>,
}

impl From<&str> for Remedy {
    fn from(words: &str) -> Self {
        words.to_owned().into()
    }
}

impl From<String> for Remedy {
    fn from(words: String) -> Self {
        Self {
            words: Some(words),
            change: None,
        }
    }
}

/// A change that puts a value right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Write this in place of the faulty part.
    Replace {
        /// What to write.
        text: String,
        /// Whether it is surely what was meant.
        sure: bool,
    },
    /// Write the whole value without its quotes.
    Unquote,
}

impl Fault {
    /// A fault of the bytes from `from` to `to`.
    #[must_use]
    pub fn new(from: usize, to: usize, message: impl Into<String>) -> Self {
        Self {
            from,
            // Callers compute both ends from the text; an end before the start would make slices
            // panic, so that the fault would be lost.
            to: to.max(from),
            message: message.into(),
            remedy: Remedy::default(),
        }
    }

    /// Adds what to write instead.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.remedy.words = Some(help.into());
        self
    }

    /// Adds the one text that can be meant by the faulty part.
    #[must_use]
    pub fn surely(mut self, text: impl Into<String>) -> Self {
        self.remedy.change = Some(Change::Replace {
            text: text.into(),
            sure: true,
        });
        self
    }

    /// Adds a text that may be meant by the faulty part.
    #[must_use]
    pub fn perhaps(mut self, text: impl Into<String>) -> Self {
        self.remedy.change = Some(Change::Replace {
            text: text.into(),
            sure: false,
        });
        self
    }

    /// Says that the value is right without its quotes.
    #[must_use]
    pub fn unquote(mut self) -> Self {
        self.remedy.change = Some(Change::Unquote);
        self
    }

    /// The message behind the name of the field: `NAME is empty`, `NAME: unknown unit`.
    #[must_use]
    pub fn about(&self, name: &str) -> String {
        let gap = if self.message.starts_with(':') {
            ""
        } else {
            " "
        };
        format!("{name}{gap}{}", self.message)
    }

    /// A fault of the whole text.
    #[must_use]
    pub fn whole(text: &str, message: impl Into<String>) -> Self {
        Self::new(0, text.len(), message)
    }

    /// The same fault in a text that begins `by` bytes into another one.
    /// Grammars are nested (a selector in a list of terms), and each counts from its own beginning,
    /// so that the caller moves the place.
    #[must_use]
    pub fn shifted(self, by: usize) -> Self {
        Self {
            from: self.from + by,
            to: self.to + by,
            ..self
        }
    }
}
