//! The keys that lead to a value, read back from a path.

/// One step to a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum KeyStep<'p> {
    Key(&'p str),
    /// The number of an item of a list.
    Item(&'p str),
}

/// The keys and items that lead to a value: `remote_write[0].headers["X-Scope-OrgID"]` has the keys
/// `remote_write`, `headers` and `X-Scope-OrgID`, and one item of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeySteps<'p>(Vec<KeyStep<'p>>);

impl<'p> KeySteps<'p> {
    /// Reads a path as [`Finding::logical`](crate::Finding::logical) has it.
    #[must_use]
    pub fn of(path: &'p str) -> Self {
        let mut steps = Vec::new();
        let mut rest = path;
        while !rest.is_empty() {
            rest = match rest.strip_prefix('[') {
                Some(inside) => {
                    let (step, behind) = bracketed(inside);
                    steps.push(step);
                    behind
                }
                None => {
                    let rest = rest.strip_prefix('.').unwrap_or(rest);
                    let (key, behind) = rest.split_at(rest.find(['.', '[']).unwrap_or(rest.len()));
                    steps.push(KeyStep::Key(key));
                    behind
                }
            };
        }
        Self(steps)
    }

    /// The keys from the root, without items.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &'p str> {
        self.0.iter().filter_map(|step| match step {
            KeyStep::Key(key) => Some(*key),
            KeyStep::Item(_) => None,
        })
    }

    /// The key at the root, such as `remote_write`; empty for the whole file.
    #[must_use]
    pub fn first(&self) -> &'p str {
        self.keys().next().unwrap_or_default()
    }

    /// The key of the value itself, or of the list that it is an item of; empty for the whole file.
    #[must_use]
    pub fn last(&self) -> &'p str {
        self.keys().next_back().unwrap_or_default()
    }

    /// Whether one of the keys is this one.
    #[must_use]
    pub fn has(&self, key: &str) -> bool {
        self.keys().any(|known| known == key)
    }

    /// Whether one of the keys is among these.
    #[must_use]
    pub fn has_any(&self, keys: &[&str]) -> bool {
        self.keys().any(|known| keys.contains(&known))
    }

    /// Whether the value is below this key.
    #[must_use]
    pub fn is_below(&self, key: &str) -> bool {
        self.keys().rev().skip(1).any(|known| known == key)
    }

    /// Whether the last keys are these.
    #[must_use]
    pub fn ends_with(&self, keys: &[&str]) -> bool {
        let mut ours = self.keys().rev();
        keys.iter().rev().all(|key| ours.next() == Some(*key))
    }

    /// Whether the value is an item of a list, or below one.
    #[must_use]
    pub fn is_in_list(&self) -> bool {
        self.0.iter().any(|step| matches!(step, KeyStep::Item(_)))
    }

    /// The first steps up to the first item of a list: `remote_write[0]`; the first key where no list is.
    #[must_use]
    pub fn entry(&self) -> Self {
        let item = |step: &KeyStep<'_>| matches!(step, KeyStep::Item(_));
        let length = self.0.iter().position(item).map_or(1, |at| at + 1);
        Self(self.0.iter().take(length).copied().collect())
    }

    /// The steps to the section that holds the value.
    #[must_use]
    pub fn section(&self) -> Self {
        let last = |step: &KeyStep<'_>| matches!(step, KeyStep::Key(_));
        let length = self.0.iter().rposition(last).unwrap_or_default();
        Self(self.0.iter().take(length).copied().collect())
    }
}

/// What is in brackets, and what is behind them.
fn bracketed(inside: &str) -> (KeyStep<'_>, &str) {
    match inside.strip_prefix('"') {
        Some(quoted) => {
            let (key, behind) = quoted.split_once("\"]").unwrap_or((quoted, ""));
            (KeyStep::Key(key), behind)
        }
        None => {
            let (item, behind) = inside.split_once(']').unwrap_or((inside, ""));
            (KeyStep::Item(item), behind)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_items_are_read_back() {
        let path = "data[\"prometheus.yml\"].remote_write[0].headers[\"X-Scope-OrgID\"]";
        let steps = KeySteps::of(path);
        let keys: Vec<&str> = steps.keys().collect();
        assert_eq!(
            keys,
            [
                "data",
                "prometheus.yml",
                "remote_write",
                "headers",
                "X-Scope-OrgID"
            ]
        );
        assert_eq!((steps.first(), steps.last()), ("data", "X-Scope-OrgID"));
        assert!(steps.is_in_list() && steps.is_below("headers") && !steps.is_below("url"));
        assert!(!steps.is_below("X-Scope-OrgID") && steps.has("X-Scope-OrgID"));
        assert!(steps.ends_with(&["headers", "X-Scope-OrgID"]) && !steps.ends_with(&["headers"]));
    }

    #[test]
    fn sections_and_entries_are_the_first_steps() {
        let steps = KeySteps::of("remote_write[0].queue_config.capacity");
        assert_eq!(
            steps.section(),
            KeySteps::of("remote_write[0].queue_config")
        );
        assert_eq!(steps.entry(), KeySteps::of("remote_write[0]"));
        assert_eq!(KeySteps::of("global.a").entry(), KeySteps::of("global"));
        assert_eq!(KeySteps::of("").section(), KeySteps::default());
        assert_eq!(KeySteps::of("rule_files[1]").section(), KeySteps::default());
        assert_eq!(KeySteps::of("rule_files[1]").last(), "rule_files");
    }

    #[test]
    fn what_is_no_path_is_read_to_its_end() {
        for path in ["[", "[\"", "a[", ".", "..", "[]", "a.[b", "\"]"] {
            let _ = KeySteps::of(path).last();
        }
    }
}
