//! Lines that say nothing of secrets, remembered: most lines of configurations repeat others, such as
//! `static_configs:` and `scrape_interval: 15s`.

use std::cell::RefCell;

use super::super::{marks, slot_of};
use super::{Scan, State};

/// The longest line that is remembered, in bytes: longer ones seldom come twice.
const LONGEST: usize = 80;

/// How many lines are remembered at most, which together take less than 150 KiB.
const SLOTS: usize = 1024;

/// A line, if one was met that belongs in the place.
type QuietLineSlot = Option<Box<str>>;

thread_local! {
    /// The lines that this thread has met, each in the one place where it belongs: a line that belongs
    /// there too replaces it.
    static MET: RefCell<Vec<QuietLineSlot>> = const { RefCell::new(Vec::new()) };
    /// The same for lines in which nothing looks like a secret, whatever the lines before say.
    static LOOKED_AT: RefCell<Vec<QuietLineSlot>> = const { RefCell::new(Vec::new()) };
}

impl Scan<'_> {
    /// Whether the lines before say nothing of what the next one is.
    pub(super) fn is_on_its_own(&self) -> bool {
        matches!(self.state, State::Open)
            && self.sections.innermost().is_none()
            && self.params.is_none()
            && self.begun.is_none()
            && !self.labels.are_listed()
    }
}

/// Whether a line hides nothing and says nothing of other lines, wherever it is on its own.
pub(super) fn knows(line: &str) -> bool {
    MET.with_borrow(|met| holds(met, line))
}

/// Notes that it does.
pub(super) fn remember(line: &str) {
    MET.with_borrow_mut(|met| keep(met, line));
}

/// Whether nothing in a line looks like a secret.
pub(super) fn looks_harmless(line: &str) -> bool {
    LOOKED_AT.with_borrow(|met| holds(met, line))
}

/// Notes that nothing does.
pub(super) fn remember_look(line: &str) {
    LOOKED_AT.with_borrow_mut(|met| keep(met, line));
}

fn holds(met: &[QuietLineSlot], line: &str) -> bool {
    !marks::is_everything_asked()
        && line.len() <= LONGEST
        && match met.get(slot_of::<SLOTS>(line)) {
            Some(Some(known)) => **known == *line,
            _ => false,
        }
}

fn keep(met: &mut Vec<QuietLineSlot>, line: &str) {
    if line.len() > LONGEST {
        return;
    }
    met.resize(SLOTS, None);
    if let Some(place) = met.get_mut(slot_of::<SLOTS>(line)) {
        *place = Some(line.into());
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use proptest::prelude::*;

    use super::super::super::lexical_secrets;

    /// Lines that say something of others, or are something else behind them.
    const LINES: &[&str] = &[
        "scrape_interval: 15s",
        "  static_configs:",
        "  - targets: [a:9090]",
        "    - h-1.example.com:8080",
        "basic_auth:",
        "url: https://u:",
        "  Kagiba642bomogo!@h/x",
        "params:",
        "  auth: [public_v2]",
        "  pasword",
        "  : hunter2-hunter2",
        "  webhook:",
        "  - hunter2!hunter",
        "  username: a",
        "  Kagiba642bomogo!",
        "password:",
        "  hunter2-hunter2",
        "  password: |",
        "# token:",
        "#   hunter2-hunter2",
        "source_labels: [password]",
        "source_labels:",
        "- password",
        "- job",
        "regex: hunter2-hunter2",
        "- name: API_TOKEN",
        "  name: x",
        "  value: hunter2-hunter2",
        "replacement: $1",
        "- --password",
        "- hunter2-hunter2",
        "? password",
        ": hunter2-hunter2",
        "password: *a",
        "x: &a hunter2-hunter2",
        "key: \"a",
        "a: b\"",
        "http_headers:",
        "  X-A: hunter2-hunter2",
        "a: {password: x}",
        "-----BEGIN RSA PRIVATE KEY-----",
        "-----END RSA PRIVATE KEY-----",
        "aGVsbG8gd29ybGQ",
        "",
    ];

    proptest! {
        /// A thread that has met the lines before hides the same as one that has not.
        #[test]
        fn what_was_met_before_changes_nothing(
            before in prop::collection::vec(prop::sample::select(LINES), 0..12),
            lines in prop::collection::vec(prop::sample::select(LINES), 0..12),
        ) {
            lexical_secrets(&before.join("\n"));
            let text = lines.join("\n");
            let found = lexical_secrets(&text);
            let fresh = thread::spawn(move || lexical_secrets(&text));
            prop_assert_eq!(found, fresh.join().unwrap());
        }
    }
}
