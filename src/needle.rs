//! Whether words occur in bytes.
//!
//! A search begins by preparing its word (`memchr::memmem::Searcher::new`), which takes a thousand instructions:
//! more than to search a manifest. Each file of a tree is asked for the same hundred words, so each thread
//! prepares them once.

use std::cell::RefCell;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use memchr::memmem::Finder;

thread_local! {
    /// What is prepared, by the address and the length of the word.
    static FINDERS: RefCell<HashMap<(usize, usize), Finder<'static>, BuildHasherDefault<AddressHasher>>> =
        RefCell::default();
}

/// Mixes two numbers of the program itself, which no input chooses: a hash that withstands an attack takes
/// longer than to search most manifests.
#[derive(Default)]
struct AddressHasher(u64);

impl Hasher for AddressHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes
            .iter()
            .for_each(|byte| self.write_usize(usize::from(*byte)));
    }

    fn write_usize(&mut self, number: usize) {
        // 2^64 divided by the golden ratio (Knuth, volume 3, 6.4); the table looks at both ends.
        let mixed = (self.0 ^ number as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = mixed ^ mixed >> 32;
    }
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
