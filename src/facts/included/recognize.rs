//! Whether a file that a configuration names is what the configuration takes it for.

use std::path::Path;
use std::sync::Arc;

use crate::finding::Text;
use crate::source::Tree;

/// Keys that rule files, target files and included scrape configurations consist of. A file
/// without any of them is something else: `rule_files: [.env]` is a way to have it printed.
const KEYS: &[&str] = &[
    "alert",
    "expr",
    "group",
    "groups",
    "job_name",
    "record",
    "rules",
    "scrape_configs",
    "targets",
];

/// The text of a file that a configuration names. Its lines are shown only if one of them is one
/// of such a file.
pub(in crate::facts) fn text(path: &Path, bytes: Vec<u8>, tree: &dyn Tree) -> Arc<Text> {
    let text = Text::new(tree.shown(path), bytes);
    let content = text.content();
    if is_one(content) {
        text.recognize();
    }
    text
}

/// Whether a line is one of such a file.
pub(in crate::facts) fn is_one(content: &str) -> bool {
    content.lines().any(has_key) || content.contains("\"targets\"")
}

fn has_key(line: &str) -> bool {
    let line = line.trim_start_matches([' ', '-', '{', '[', '"', '\'']);
    let letters = |c: char| c.is_ascii_lowercase() || c == '_';
    let end = line.find(|c| !letters(c)).unwrap_or(line.len());
    let (key, behind) = line.split_at(end);
    KEYS.contains(&key) && behind.trim_start_matches(['"', '\'', ' ']).starts_with(':')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Memory;

    #[test]
    fn lines_are_shown_of_rule_and_target_files_alone() {
        let tree = Memory::default();
        let shown =
            |source: &str| text(Path::new("x"), source.as_bytes().to_vec(), &tree).shows_lines();
        for source in [
            "groups:\n- name: a\n",
            "- alert: X\n  expr: up\n",
            "[{\"labels\": {}, \"targets\": [\"a:1\"]}]",
            "groups\n  rules: [\n",
        ] {
            assert!(shown(source), "{source}");
        }
        for source in [
            "DB_PASS=x\nAPI_TOKEN=y\n",
            "root:x:0:0:root:/root:/bin/bash\n",
            "{\"auths\": {\"h.example\": {\"auth\": \"dTpw\"}}}",
            "-----BEGIN PRIVATE KEY-----\nMIIE\n",
        ] {
            assert!(!shown(source), "{source}");
        }
    }
}
