//! What to do about a finding, as a value: the help line is made from it, and so are the edits that
//! `--fix` and editors apply, so the two cannot differ.

use std::borrow::Cow;

use super::Span;

/// How far an edit can be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Applicability {
    /// Only for people to read.
    Display,
    /// It may change what the configuration means: for `--fix=unsafe`.
    Unsafe,
    /// It does what the author meant: for `--fix`.
    Safe,
}

/// What to change. Spans are those of the text that the finding is in; keys are native ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Write another value, or another part of one, in place of what the span holds.
    Replace {
        /// The value, or the part of it.
        span: Span,
        /// The new value as it is read, not as it is quoted.
        text: String,
    },
    /// Write another key.
    Rename {
        /// The key.
        span: Span,
        /// Its right name.
        to: String,
    },
    /// Remove the entry or the list item whose key or value the span is.
    Remove {
        /// The key, the value, or the item.
        span: Span,
    },
    /// Add an entry to a mapping.
    Insert {
        /// The key or value of the entry that it follows.
        after: Span,
        /// The new key.
        key: Box<str>,
        /// Its value as YAML in one line.
        value: Box<str>,
    },
    /// Change text outside of any value, such as a comment: `(span, new text)`, ascending.
    Edit(Vec<(Span, String)>),
    /// Write what the words say: what of the text it replaces is not known.
    Write,
    /// Nothing that an edit could do.
    Say,
}

/// What to do about a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advice {
    action: Action,
    applicability: Applicability,
    /// The help line, where the action alone does not say enough.
    text: Option<String>,
}

impl Advice {
    fn new(action: Action) -> Self {
        Self {
            action,
            applicability: Applicability::Display,
            text: None,
        }
    }

    /// Advice in words alone.
    #[must_use]
    pub fn say(text: impl Into<String>) -> Self {
        Self::new(Action::Say).text(text)
    }

    /// Words that say what to write, where no edit can be made of them.
    #[must_use]
    pub fn write(text: impl Into<String>) -> Self {
        Self::new(Action::Write).text(text)
    }

    /// Write `text` in place of the value, or part of one, at `span`.
    #[must_use]
    pub fn replace(span: Span, text: impl Into<String>) -> Self {
        let text = text.into();
        Self::new(Action::Replace { span, text })
    }

    /// Rename the key at `span`.
    #[must_use]
    pub fn rename(span: Span, to: impl Into<String>) -> Self {
        let to = to.into();
        Self::new(Action::Rename { span, to })
    }

    /// Remove the entry or list item at `span`.
    #[must_use]
    pub fn remove(span: Span) -> Self {
        Self::new(Action::Remove { span })
    }

    /// Add `key: value` behind the entry at `after`.
    #[must_use]
    pub fn insert(after: Span, key: impl Into<String>, value: impl Into<String>) -> Self {
        let (key, value): (String, String) = (key.into(), value.into());
        let (key, value) = (key.into(), value.into());
        Self::new(Action::Insert { after, key, value })
    }

    /// Change text outside of any value.
    #[must_use]
    pub fn edit(edits: Vec<(Span, String)>) -> Self {
        Self::new(Action::Edit(edits))
    }

    /// Sets the help line.
    #[must_use]
    pub fn text(mut self, text: impl Into<String>) -> Self {
        self.text = Some(text.into());
        self
    }

    /// An edit that does what the author meant.
    #[must_use]
    pub fn safe(mut self) -> Self {
        self.applicability = Applicability::Safe;
        self
    }

    /// An edit that may change what the configuration means.
    #[must_use]
    pub fn unsafe_(mut self) -> Self {
        self.applicability = Applicability::Unsafe;
        self
    }

    /// What to change.
    #[must_use]
    pub fn action(&self) -> &Action {
        &self.action
    }

    /// How far the edit can be trusted.
    #[must_use]
    pub fn applicability(&self) -> Applicability {
        self.applicability
    }

    /// Puts the names of keys into the words of another dialect. `inserts` says whether a key can be added
    /// behind a place: elsewhere an entry to add is only described.
    pub fn spell(&mut self, put: impl Fn(&str) -> String, inserts: impl Fn(Span) -> bool) {
        let help = put(&self.help());
        let spelled = |key: &str| put(&format!("`{key}`")).trim_matches('`').to_owned();
        match &mut self.action {
            Action::Rename { to, .. } => *to = spelled(to),
            Action::Insert { after, key, .. } if inserts(*after) => *key = spelled(key).into(),
            Action::Insert { .. } => {
                self.action = Action::Say;
                self.applicability = Applicability::Display;
            }
            _ => {}
        }
        self.text = Some(help);
    }

    /// The help line, to be rewritten.
    pub fn sentence(&mut self) -> &mut String {
        let help = self.help().into_owned();
        self.text.insert(help)
    }

    /// The help line.
    #[must_use]
    pub fn help(&self) -> Cow<'_, str> {
        if let Some(text) = &self.text {
            return Cow::Borrowed(text);
        }
        match &self.action {
            Action::Replace { text, .. } => format!("write `{text}`").into(),
            Action::Rename { to, .. } => format!("rename it to `{to}`").into(),
            Action::Remove { .. } => "remove this line".into(),
            Action::Insert { key, value, .. } => format!("add `{key}: {value}`").into(),
            Action::Edit(_) | Action::Write | Action::Say => "".into(),
        }
    }
}

impl From<String> for Advice {
    fn from(text: String) -> Self {
        Self::say(text)
    }
}

impl From<&str> for Advice {
    fn from(text: &str) -> Self {
        Self::say(text)
    }
}
