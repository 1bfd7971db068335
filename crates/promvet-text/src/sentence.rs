//! The sentence of a finding, and the clause in it that only some readers can say.

use std::fmt;
use std::ops::{Deref, Range};

/// What a finding says. The clause with what the program does that reads the file is known as one, so
/// that what another program does can take its place.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Message {
    text: String,
    /// Where the clause is.
    clause: Option<Range<usize>>,
    /// Whether the clause says something else than that the file is rejected.
    is_late: bool,
}

impl Message {
    /// A fault and what it leads to, with `joint` between them.
    #[must_use]
    pub fn leading_to(fault: impl Into<String>, joint: &str, clause: &str) -> Self {
        let mut text = fault.into();
        text.push_str(joint);
        let start = text.len();
        text.push_str(clause);
        let clause = Some(start..text.len());
        Self {
            text,
            clause,
            is_late: false,
        }
    }

    /// The same of a fault that some readers reject and others do not: other releases, other programs.
    #[must_use]
    pub fn leading_late_to(fault: impl Into<String>, joint: &str, clause: &str) -> Self {
        Self {
            is_late: true,
            ..Self::leading_to(fault, joint, clause)
        }
    }

    /// Whether the clause says something else than that the file is rejected.
    #[must_use]
    pub fn is_late(&self) -> bool {
        self.is_late
    }

    /// The same in other words, with another clause where it has one; without one here, its own stays.
    #[must_use]
    pub fn reworded(&self, reword: impl Fn(&str) -> String, clause: Option<&str>) -> Self {
        let Some(range) = self.clause.clone() else {
            return reword(&self.text).into();
        };
        let part = |range| self.text.get::<Range<usize>>(range).unwrap_or_default();
        let fault = part(0..range.start);
        let behind = part(range.end..self.text.len());
        // Only who loads the file says what happens then.
        let (clause, is_late) = match clause {
            Some(clause) => (clause.to_owned(), false),
            None if self.is_late => (reword(part(range)), true),
            None => (part(range).to_owned(), false),
        };
        let mut message = Self::leading_to(reword(fault), "", &clause);
        message.is_late = is_late;
        message.push_str(&reword(behind));
        message
    }

    /// The same with words before it.
    #[must_use]
    pub fn after(&self, words: &str) -> Self {
        Self {
            text: format!("{words}{}", self.text),
            clause: self
                .clause
                .as_ref()
                .map(|clause| words.len() + clause.start..words.len() + clause.end),
            is_late: self.is_late,
        }
    }

    /// The whole sentence.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The whole sentence, for changes after which the clause is not known any more.
    pub fn text_mut(&mut self) -> &mut String {
        self.clause = None;
        &mut self.text
    }

    /// Adds words at the end.
    pub fn push_str(&mut self, words: &str) {
        self.text.push_str(words);
    }

    /// Adds what the fault leads to.
    pub fn lead_to(&mut self, joint: &str, clause: &str) {
        *self = Self::leading_to(std::mem::take(&mut self.text), joint, clause);
    }
}

impl Deref for Message {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}

impl From<String> for Message {
    fn from(text: String) -> Self {
        Self {
            text,
            clause: None,
            is_late: false,
        }
    }
}

impl From<&str> for Message {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl From<Message> for String {
    fn from(message: Message) -> Self {
        message.text
    }
}

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl PartialEq<str> for Message {
    fn eq(&self, text: &str) -> bool {
        self.text == text
    }
}

impl PartialEq<&str> for Message {
    fn eq(&self, text: &&str) -> bool {
        self.text == *text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clause_is_replaced_and_nothing_else() {
        let mut message = Message::leading_to("`a` is like `it stops`", "; ", "it stops");
        message.push_str(" (here)");
        let other = message
            .after("x: ")
            .reworded(str::to_uppercase, Some("it goes on"));
        assert_eq!(other, "X: `A` IS LIKE `IT STOPS`; it goes on (HERE)");
        let plain = Message::from("it stops");
        assert_eq!(
            plain.reworded(str::to_owned, Some("it goes on")),
            "it stops"
        );
    }
}
