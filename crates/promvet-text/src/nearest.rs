//! "Did you mean": the nearest of a list of names.

use crate::work;

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
    let most = (word.chars().count() / 3).max(1);
    names
        .into_iter()
        .map(|name| (strsim::damerau_levenshtein(&word, &plain(name)), name))
        .filter(|&(distance, _)| distance <= most)
        .min()
        .map(|(_, name)| name)
}

/// The name that `word` is surely meant for: at most two letters are wrong, and no other name is as near.
#[must_use]
pub fn surely_meant<'n>(word: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let names: Vec<_> = names.into_iter().collect();
    work::count(names.len());
    let mut near: Vec<_> = names
        .into_iter()
        .map(|name| (strsim::osa_distance(word, name), name))
        .filter(|&(distance, name)| distance <= 2 && distance * 4 <= name.len())
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
    use super::{nearest, surely_meant};

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
