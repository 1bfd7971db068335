//! Mappings of many keys. To look through one for every question would take a time that grows with
//! the square of its size, since every finding in it asks for the name of what it is in.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::document::{Document, NodeContent};

/// Keys up to which a mapping is looked through.
/// Below it, comparing keys one by one is faster than a search in a sorted list, measured on the
/// corpus.
const MANY: usize = 128;

/// The mappings of a document that have many keys, each with the numbers of its pairs by key;
/// unknown until a caller asks.
#[derive(Default)]
pub(super) struct Large(OnceLock<HashMap<u32, Vec<u32>>>);

impl Document {
    /// Whether a mapping has so many keys that [`Self::last_of`] has to be asked.
    pub(super) fn is_large(links: &[u32]) -> bool {
        links.len() > 2 * MANY
    }

    /// The number of the last pair with a key in a large mapping.
    pub(super) fn last_of(&self, mapping: u32, key: &str) -> Option<usize> {
        let pairs = self.large.0.get_or_init(|| self.sorted()).get(&mapping)?;
        let after = pairs.partition_point(|&pair| self.key_of_pair(mapping, pair) <= key);
        let pair = *pairs.get(after.checked_sub(1)?)?;
        (self.key_of_pair(mapping, pair) == key).then_some(pair as usize)
    }

    fn sorted(&self) -> HashMap<u32, Vec<u32>> {
        let ids = 0..u32::try_from(self.nodes.len()).unwrap_or(u32::MAX);
        let is_mapping = |id: &u32| matches!(self.node(*id).data, NodeContent::Mapping { .. });
        let large = ids
            .filter(is_mapping)
            .filter(|&id| Self::is_large(self.links_of(id)));
        let sorted = large.map(|id| {
            let count = u32::try_from(self.links_of(id).len() / 2).unwrap_or(u32::MAX);
            let mut pairs: Vec<u32> = (0..count).collect();
            // Of equal keys the order stays that of the text.
            pairs.sort_by_key(|&pair| self.key_of_pair(id, pair));
            (id, pairs)
        });
        sorted.collect()
    }

    fn key_of_pair(&self, mapping: u32, pair: u32) -> &str {
        let key = self.links_of(mapping).get(2 * pair as usize);
        key.map_or("", |&key| self.key_text(key))
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse_first;
    use super::*;
    use promvet_text::Text;

    #[test]
    fn the_last_of_many_keys_counts_as_that_of_few_does() {
        for count in [3, MANY, MANY + 1, 5000] {
            let keys = (0..count).map(|number| format!("key{}: {number}\n", number % 1000));
            let source: String = keys.chain(["last: there\n".to_owned()]).collect();
            let text = Text::new("a.yml", source.into_bytes());
            let document = parse_first(&text).unwrap();
            let root = document.root().unwrap();
            let value = |key: &str| root.get(key).and_then(|node| node.as_str());
            let newest = (count - 1) / 1000 * 1000;
            assert_eq!(value("key0"), Some(newest.to_string().as_str()), "{count}");
            assert_eq!(value("last"), Some("there"), "{count}");
            for absent in ["", "a", "key", "key00", "zzz"] {
                assert_eq!(value(absent), None, "{count} {absent}");
            }
        }
    }
}
