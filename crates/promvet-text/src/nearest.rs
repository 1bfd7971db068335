//! "Did you mean": the nearest of a list of names.

use crate::work;

/// With so many names that a file has itself a wrong one is compared: each of as many wrong ones would be
/// compared with all of them, and a guess among so many says little.
pub const MOST_OWN_NAMES: usize = 100;

/// The name that is most like `word`, if any is like it at all: at most a third of its letters
/// differ. Case and `-` against `_` do not count.
#[must_use]
pub fn nearest<'n>(word: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let names: Vec<_> = names.into_iter().collect();
    work::count(names.len());
    if let Some(same) = names.iter().find(|name| **name == word) {
        return Some(same);
    }
    let plain = |text: &str| text.to_ascii_lowercase().replace('-', "_");
    let word = plain(word);
    let letters = Letters::of(&word);
    let mut most = (word.chars().count() / 3).max(1);
    let mut found: Option<(usize, &str)> = None;
    for name in names {
        if letters.fewest_changes(name) > most {
            continue;
        }
        let near = (strsim::damerau_levenshtein(&word, &plain(name)), name);
        if near.0 <= most && found.is_none_or(|found| near < found) {
            most = near.0;
            found = Some(near);
        }
    }
    found.map(|(_, name)| name)
}

/// How often each letter is in a word. A word that cannot be near by them is ruled out in a tenth of the
/// time that the distance takes: thousands of names may be held against thousands of words.
struct Letters {
    counts: [i16; Self::KINDS],
    bytes: usize,
    is_ascii: bool,
}

impl Letters {
    /// How many kinds are told apart: letters and digits are of different kinds, other bytes of any.
    const KINDS: usize = 64;

    fn of(word: &str) -> Self {
        let mut counts = [0; Self::KINDS];
        for kind in word.bytes().map(Self::kind) {
            if let Some(count) = counts.get_mut(kind) {
                *count = 1_i16.saturating_add(*count);
            }
        }
        Self {
            counts,
            bytes: word.len(),
            is_ascii: word.is_ascii(),
        }
    }

    /// The kind of a byte, whatever its case; `-` is `_`.
    fn kind(byte: u8) -> usize {
        let byte = match byte {
            b'-' => b'_',
            byte => byte.to_ascii_lowercase(),
        };
        usize::from(byte) % Self::KINDS
    }

    /// The fewest changes that make the word of a name: a change replaces one character by another, and
    /// so at most four bytes by four. Neighbors that are swapped change nothing here.
    fn fewest_changes(&self, name: &str) -> usize {
        let mut left = self.counts;
        let mut lacking = 0;
        for kind in name.bytes().map(Self::kind) {
            if let Some(count) = left.get_mut(kind) {
                lacking += usize::from(*count <= 0);
                *count = count.saturating_sub(1);
            }
        }
        // What the name has and the word lacks, and the other way round.
        let common = name.len() - lacking;
        let changes = lacking.max(self.bytes.saturating_sub(common));
        match self.is_ascii && name.is_ascii() {
            true => changes,
            false => changes / 4,
        }
    }
}

/// How many letters may be wrong in what is surely meant.
const MOST_SURELY: usize = 2;

/// The name that `word` is surely meant for: at most two letters are wrong, and no other name is as near.
#[must_use]
pub fn surely_meant<'n>(word: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let names: Vec<_> = names.into_iter().collect();
    work::count(names.len());
    let letters = Letters::of(word);
    let mut near: Vec<_> = names
        .into_iter()
        .filter(|name| letters.fewest_changes(name) <= MOST_SURELY)
        .map(|name| (strsim::osa_distance(word, name), name))
        .filter(|&(distance, name)| distance <= MOST_SURELY && distance * 4 <= name.len())
        .collect();
    near.sort_unstable();
    match *near.as_slice() {
        [(_, name)] => Some(name),
        [(distance, name), (next, _), ..] if distance < next => Some(name),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{nearest, surely_meant};

    /// The same, by the distance of each name.
    fn nearest_of_all<'n>(word: &str, names: &'n [String]) -> Option<&'n str> {
        let plain = |text: &str| text.to_ascii_lowercase().replace('-', "_");
        let word = plain(word);
        let most = (word.chars().count() / 3).max(1);
        let near = names.iter().map(|name| {
            let distance = strsim::damerau_levenshtein(&word, &plain(name));
            (distance, name.as_str())
        });
        let near = near.filter(|&(distance, _)| distance <= most).min();
        near.map(|(_, name)| name)
    }

    proptest! {
        #[test]
        fn letters_rule_out_nothing_that_is_near(
            word in "[ab_\\-Aé漢]{0,9}",
            names in prop::collection::vec("[ab_\\-Bé漢]{0,9}", 0..8),
        ) {
            let same = names.contains(&word);
            let found = nearest(&word, names.iter().map(String::as_str));
            let expected = if same { Some(word.as_str()) } else { nearest_of_all(&word, &names) };
            prop_assert_eq!(found, expected);
        }
    }

    #[test]
    fn the_nearest_name_is_found_and_strangers_are_not() {
        let names = ["bearer_token", "bearer_token_file", "url"];
        assert_eq!(
            nearest("bearer-token-file", names),
            Some("bearer_token_file")
        );
        assert_eq!(nearest("ulr", names), Some("url"));
        assert_eq!(nearest("colour", names), None);
    }

    #[test]
    fn only_one_name_is_surely_meant() {
        let names = ["web.enable-lifecycle", "log.level", "log.labels"];
        let lifecycle = Some("web.enable-lifecycle");
        assert_eq!(surely_meant("web.enable-lifecycel", names), lifecycle);
        assert_eq!(surely_meant("log.labe", names), Some("log.labels"));
        assert_eq!(surely_meant("log.levet", ["log.level", "log.lever"]), None);
        assert_eq!(surely_meant("web.enable", names), None);
    }
}
