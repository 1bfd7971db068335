//! Rule files that are beside a configuration as other keys of its ConfigMap.

use std::sync::Arc;

use super::glob;
use crate::finding::Text;

/// Where configurations are mounted: in the image's own folder, and in that of the chart `prometheus`.
const USUAL: &[&str] = &["/etc/prometheus", "/etc/config"];

/// What is in the folder of a configuration that is in a ConfigMap or a Secret: the other
/// keys.
#[derive(Debug)]
pub struct SiblingFiles<'b> {
    /// The folders in which the object is known to be mounted, absolute.
    pub folders: Vec<String>,
    /// The keys and what is there.
    pub texts: &'b [(String, Arc<Text>)],
}

impl SiblingFiles<'_> {
    /// The keys that a path or a pattern of the configuration means.
    pub(super) fn matching(&self, pattern: &str) -> Vec<&Arc<Text>> {
        let below = |folder: &str| {
            let rest = pattern.strip_prefix(folder.trim_end_matches('/'))?;
            rest.strip_prefix('/')
        };
        let name = match pattern.starts_with('/') {
            // Where nothing in sight mounts the object, it is most likely mounted as usual.
            true if self.folders.is_empty() => USUAL.iter().find_map(|folder| below(folder)),
            true => self.folders.iter().find_map(|folder| below(folder)),
            false => Some(pattern.trim_start_matches("./")),
        };
        let fits = |key: &str| name.is_some_and(|name| glob::is_name_of(name, key));
        let texts = self.texts.iter().filter(|(key, _)| fits(key));
        texts.map(|(_, text)| text).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_mean_keys() {
        let text = |key: &str| (key.to_owned(), Text::new(key, Vec::new()));
        let texts = [text("a.yml"), text("b.yml"), text("c.rules")];
        let beside = SiblingFiles {
            folders: vec!["/etc/prometheus".to_owned()],
            texts: &texts,
        };
        for (pattern, want) in [
            ("a.yml", &["a.yml"][..]),
            ("./a.yml", &["a.yml"]),
            ("*.yml", &["a.yml", "b.yml"]),
            ("/etc/prometheus/*.rules", &["c.rules"]),
            ("/etc/prometheus/c.rules", &["c.rules"]),
            ("/etc/prometheus/rules/*", &[]),
            ("/etc/prometheus2/a.yml", &[]),
            ("/a.yml", &[]),
            ("rules/a.yml", &[]),
            ("[", &[]),
        ] {
            let found: Vec<_> = beside
                .matching(pattern)
                .iter()
                .map(|text| text.path().to_string())
                .collect();
            assert_eq!(found, want, "{pattern}");
        }
        let beside = SiblingFiles {
            folders: Vec::new(),
            texts: &texts,
        };
        assert_eq!(beside.matching("/etc/prometheus/*.yml").len(), 2);
        assert!(beside.matching("/srv/a.yml").is_empty());
    }
}
