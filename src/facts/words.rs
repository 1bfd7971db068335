//! Questions to the bytes of files, by which those that cannot matter are ruled out before they are
//! parsed.

use std::collections::BTreeSet;

use aho_corasick::AhoCorasick;

/// Some names, looked for in a text all at once: one pass over the text, however many there are.
#[derive(Debug, Default)]
pub(in crate::facts) struct NameScan {
    names: Vec<String>,
    /// None if there are not names.
    automaton: Option<AhoCorasick>,
}

impl NameScan {
    /// Empty names are left out: every text contains them, and they name nothing.
    pub(in crate::facts) fn new(names: BTreeSet<&str>) -> Self {
        let names: Vec<String> = names
            .into_iter()
            .filter(|name| !name.is_empty())
            .map(str::to_owned)
            .collect();
        let automaton = match names.is_empty() {
            true => None,
            false => AhoCorasick::new(&names).ok(),
        };
        Self { names, automaton }
    }

    /// Whether a text contains any of the names.
    pub(in crate::facts) fn are_in(&self, text: &str) -> bool {
        match &self.automaton {
            Some(automaton) => automaton.is_match(text),
            None => self.names.iter().any(|name| text.contains(name)),
        }
    }

    /// The names that a text contains, those inside of other names too.
    pub(in crate::facts) fn all_in(&self, text: &str) -> BTreeSet<&str> {
        let name = |index: usize| self.names.get(index).map(String::as_str);
        match &self.automaton {
            Some(automaton) => automaton
                .find_overlapping_iter(text)
                .filter_map(|found| name(found.pattern().as_usize()))
                .collect(),
            None => {
                let names = self.names.iter().map(String::as_str);
                names.filter(|name| text.contains(name)).collect()
            }
        }
    }
}

/// Which of some texts contain a word, letter case aside. A word is a run of bytes of one class, so
/// that a name is found where it is written as a whole.
#[derive(Debug, Default)]
pub(in crate::facts) struct WordIndex {
    /// Hashes of words with the numbers of the texts, sorted. Two words of one hash only mean
    /// that a text is looked into for nothing.
    entries: Vec<(u64, u32)>,
    /// How many texts there are.
    texts: u32,
    class: WordClass,
}

/// The bytes that make up a word.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::facts) enum WordClass {
    /// Those of names in Kubernetes and docker compose, without the dot.
    #[default]
    Name,
    /// Those of host names and wildcards, with the dot.
    Host,
}

impl WordClass {
    fn holds(self, byte: u8) -> bool {
        byte.is_ascii_alphanumeric()
            || matches!(byte, b'-' | b'_')
            || matches!(self, Self::Host) && matches!(byte, b'.' | b'*')
    }

    /// The hashes of the words of a text, sorted, each once.
    fn words(self, text: &str) -> Vec<u64> {
        let words = text.as_bytes().split(|byte| !self.holds(*byte));
        let words = words.filter(|word| !word.is_empty());
        let mut hashes: Vec<u64> = words.map(|word| self.hash(word)).collect();
        hashes.sort_unstable();
        hashes.dedup();
        hashes
    }

    /// FNV-1a, 64 bits: words are short, and what is wanted is speed, not strength.
    fn hash(self, word: &[u8]) -> u64 {
        // A host may be written with the dot of the root at its end.
        let word = match self {
            Self::Name => word,
            Self::Host => word.strip_suffix(b".").unwrap_or(word),
        };
        word.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte.to_ascii_lowercase())).wrapping_mul(0x0100_0000_01b3)
        })
    }
}

impl WordIndex {
    /// An index of some texts; they go by their numbers.
    pub(in crate::facts) fn new<'t>(
        class: WordClass,
        texts: impl Iterator<Item = &'t str>,
    ) -> Self {
        Self::of_groups(class, texts.map(std::iter::once))
    }

    /// An index of some groups of texts; the groups go by their numbers.
    pub(in crate::facts) fn of_groups<'t>(
        class: WordClass,
        groups: impl Iterator<Item = impl Iterator<Item = &'t str>>,
    ) -> Self {
        let mut out = Self {
            entries: Vec::new(),
            texts: 0,
            class,
        };
        for texts in groups {
            let number = out.texts;
            let hashes = texts.flat_map(|text| class.words(text));
            out.entries.extend(hashes.map(|hash| (hash, number)));
            out.texts += 1;
        }
        out.entries.sort_unstable();
        out.entries.dedup();
        out
    }

    /// The texts that may contain a name: those with the rarest of its words, all if it has none
    /// that can be looked up.
    pub(in crate::facts) fn texts_with(&self, name: &str) -> Vec<usize> {
        let is_word = |part: &&[u8]| match self.class {
            WordClass::Name => !part.is_empty(),
            WordClass::Host => part.len() == name.len(),
        };
        let parts = name.as_bytes().split(|byte| !self.class.holds(*byte));
        let found = parts.filter(is_word).map(|part| self.with_word(part));
        match found.min_by_key(|entries| entries.len()) {
            Some(entries) => entries.iter().map(|(_, text)| *text as usize).collect(),
            None => (0..self.texts as usize).collect(),
        }
    }

    fn with_word(&self, word: &[u8]) -> &[(u64, u32)] {
        let hash = self.class.hash(word);
        let from = self.entries.partition_point(|(one, _)| *one < hash);
        let to = self.entries.partition_point(|(one, _)| *one <= hash);
        self.entries.get(from..to).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_wherever_they_are() {
        let names = NameScan::new(BTreeSet::from(["prom", "prometheus", "x", ""]));
        assert!(names.are_in("a-prometheus-b"));
        assert!(!names.are_in("PROM"));
        let found = names.all_in("a-prometheus-b");
        assert_eq!(found, BTreeSet::from(["prom", "prometheus"]));
        assert!(!NameScan::new(BTreeSet::from([""])).are_in("abc"));
    }

    #[test]
    fn texts_are_found_by_whole_words() {
        let texts = [
            "name: mimir",
            "name: Mimir-2",
            "'app.kubernetes.io': \"mimir\"",
        ];
        let index = WordIndex::new(WordClass::Name, texts.into_iter());
        assert_eq!(index.texts_with("mimir"), [0, 2]);
        assert_eq!(index.texts_with("mimir-2"), [1]);
        assert_eq!(index.texts_with("mimi"), [] as [usize; 0]);
        assert_eq!(index.texts_with("app.nothing"), [] as [usize; 0]);
        assert_eq!(index.texts_with("…"), [0, 1, 2]);
    }

    #[test]
    fn hosts_are_found_by_the_whole_of_them() {
        let texts = [
            "hosts: [Mimir.example.com.]",
            "- \"*.example.com\"",
            "x: 1.5",
        ];
        let index = WordIndex::new(WordClass::Host, texts.into_iter());
        assert_eq!(index.texts_with("mimir.example.com"), [0]);
        assert_eq!(index.texts_with("*.example.com"), [1]);
        assert_eq!(index.texts_with("example.com"), [] as [usize; 0]);
        assert_eq!(index.texts_with("2001:db8::1"), [0, 1, 2]);
    }
}
