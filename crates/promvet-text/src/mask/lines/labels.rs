//! The pattern of a relabel rule whose labels have the name of a secret.

use super::super::names::Meaning;
use super::super::{Span, is_made_up, value};
use super::Scan;

/// What the lines say of the labels of a relabel rule.
#[derive(Default)]
pub(super) struct Labels {
    /// Whether one of them has the name of a secret.
    are_secret: bool,
    /// Whether they are listed in the lines that follow.
    are_listed: bool,
    /// The span of a `regex:` whose labels may follow.
    unnamed: Option<Span>,
}

impl Labels {
    /// Whether the next line may be one of them.
    pub(super) fn are_listed(&self) -> bool {
        self.are_listed
    }
}

impl Scan<'_> {
    /// Notes what a key of a relabel rule says: its labels, or a pattern, which is hidden if the labels
    /// have the name of a secret and it looks like one.
    pub(super) fn relabeling(&mut self, pair: &value::Pair<'_>, written: &str) {
        match pair.key {
            "source_labels" | "sourceLabels" => {
                self.is_told = true;
                let list = written.trim_start_matches('[').split(']').next();
                self.labels.are_listed = written.is_empty();
                self.labels.are_secret = list.unwrap_or("").split(',').any(names_secret);
                if self.labels.are_secret
                    && let Some(before) = self.labels.unnamed.take()
                {
                    self.out.push(before);
                    self.labels.are_secret = false;
                } else if !self.labels.are_listed {
                    self.labels.unnamed = None;
                }
            }
            "regex" => {
                self.is_told = true;
                let bare = value::unquoted(written, pair.flow);
                let from = pair.value + written.find(bare).unwrap_or(0);
                let span = Span::new(self.offset + from, self.offset + from + bare.len());
                let is_telling = value::is_telling(bare) || has_secret(bare);
                if std::mem::take(&mut self.labels.are_secret) && is_telling
                    || has_named_secret(bare)
                {
                    self.out.push(span);
                } else {
                    self.labels.unnamed = is_telling.then_some(span);
                }
            }
            _ => {}
        }
    }

    /// Notes a label that is listed in a line of its own.
    pub(super) fn label(&mut self, body: &str, indent: usize) {
        if !self.labels.are_listed {
            return;
        }
        match body.get(indent..).and_then(|rest| rest.strip_prefix("- ")) {
            Some(label) if !label.contains(':') => {
                self.labels.are_secret |= names_secret(label);
                if self.labels.are_secret {
                    self.out.extend(self.labels.unnamed.take());
                }
            }
            _ => self.labels.are_listed = body.trim_end().ends_with("abels:"),
        }
    }
}

/// Whether a label has the name of a secret.
fn names_secret(label: &str) -> bool {
    let label = label.trim().trim_matches(['"', '\'']);
    Meaning::of(label).is_secret()
}

/// Whether a pattern has a secret among what it matches: `(SECRET|b)`, `^SECRET$`, `.*;SECRET`.
fn has_secret(pattern: &str) -> bool {
    pattern
        .split(['|', '(', ')', '^', '$', ';', ','])
        .any(|part| is_made_up(part.trim_start_matches([':', '?', '.', '*', '+'])))
}

/// Whether a pattern is the name of a secret and one: `password_SECRET`.
fn has_named_secret(pattern: &str) -> bool {
    let parts = pattern.rsplit_once('_');
    parts.is_some_and(|(name, secret)| Meaning::of(name).is_secret() && is_made_up(secret))
}
