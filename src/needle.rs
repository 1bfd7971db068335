//! Whether words occur in bytes.
//!
//! A search begins by preparing its word (`memchr::memmem::Searcher::new`), which takes a thousand instructions:
//! more than to search a manifest. Each file of a tree is asked for the same hundred words, so each thread
//! prepares them once.

use std::cell::RefCell;
use std::collections::BTreeMap;

use memchr::memmem::Finder;

thread_local! {
    /// What is prepared, by the address and the length of the word.
    static FINDERS: RefCell<BTreeMap<(usize, usize), Finder<'static>>> = const { RefCell::new(BTreeMap::new()) };
}

/// Whether a word of the program occurs in bytes.
pub(crate) fn occurs(word: &'static [u8], bytes: &[u8]) -> bool {
    if bytes.len() < word.len() {
        return false;
    }
    FINDERS.with_borrow_mut(|finders| {
        let known = finders.entry((word.as_ptr().addr(), word.len()));
        let finder = known.or_insert_with(|| Finder::new(word));
        finder.find(bytes).is_some()
    })
}

/// The same of a word that is text.
pub(crate) fn has(word: &'static str, bytes: &[u8]) -> bool {
    occurs(word.as_bytes(), bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_whole() {
        for _ in 0..2 {
            assert!(has("kind", b"kind: A"));
            assert!(!has("kinds", b"kind: A"));
            assert!(occurs(b"A", b"kind: A"));
            assert!(!occurs(b"B", b"kind: A"));
            assert!(!has("kind", b"kin"));
            assert!(has("", b""));
        }
    }
}
