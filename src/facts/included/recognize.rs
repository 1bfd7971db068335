//! Whether a file that a configuration names is what the configuration takes it for.

use std::path::Path;
use std::sync::Arc;

use crate::finding::{Text, nearest};
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

/// Those that are long enough for a word with a slip to be meant for them.
const LONG_KEYS: &[&str] = &["groups", "job_name", "record", "scrape_configs", "targets"];

/// How files begin that are something else in a checkout than where Prometheus reads them, and why.
const STORED: &[(&[u8], &str)] = &[
    (b"\0GITCRYPT\0", "git-crypt encrypts it in the tree"),
    (
        b"version https://git-lfs.github.com/spec/",
        "the tree has only the pointer of Git LFS to it",
    ),
];

/// Why the content of a file is not in the tree, if it is not.
pub(in crate::facts) fn stored_as(content: &[u8]) -> Option<&'static str> {
    let mut forms = STORED.iter();
    forms.find_map(|(start, reason)| content.starts_with(start).then_some(*reason))
}

/// The text of a file that a configuration names. Its lines are shown only if one of them is one
/// of such a file. Where the nearest is a slip (`target:`), messages may name the key, but no line is
/// shown, since an environment file has such words too.
pub(in crate::facts) fn text(path: &Path, bytes: Vec<u8>, tree: &dyn Tree) -> Arc<Text> {
    let text = Text::new(tree.shown(path), bytes);
    let content = text.content();
    if is_one(content) {
        text.recognize();
    } else if content.lines().any(has_nearly_key) {
        text.recognize_words();
    }
    text
}

/// Whether a line is one of such a file.
pub(in crate::facts) fn is_one(content: &str) -> bool {
    content.lines().any(has_key) || content.contains("\"targets\"")
}

fn has_key(line: &str) -> bool {
    key_of(line).is_some_and(|key| KEYS.contains(&key))
}

fn has_nearly_key(line: &str) -> bool {
    key_of(line).is_some_and(|key| nearest(key, LONG_KEYS.iter().copied()).is_some())
}

/// The name before the first `:` of a line.
fn key_of(line: &str) -> Option<&str> {
    let line = line.trim_start_matches([' ', '-', '{', '[', '"', '\'']);
    let letters = |c: char| c.is_ascii_lowercase() || c == '_';
    let end = line.find(|c| !letters(c)).unwrap_or(line.len());
    let (key, behind) = line.split_at(end);
    let behind = behind.trim_start_matches(['"', '\'', ' ']);
    behind.starts_with(':').then_some(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Place, Span};
    use crate::source::Memory;

    #[test]
    fn a_key_with_a_slip_lets_messages_name_it_but_shows_no_line() {
        let tree = Memory::default();
        let read = |source: &str| text(Path::new("x"), source.as_bytes().to_vec(), &tree);
        for source in [
            "[{\n  \"target\": [\"a:1\"]\n}]",
            "- target: [a:1]\n",
            "- tragets: [a:1]\n",
        ] {
            let text = read(source);
            let place = Place::new(&text, Span::default());
            let message = "unknown key `target`, `tragets`";
            assert_eq!(place.redact(message.into()), message, "{source}");
            assert!(!text.shows_lines(), "{source}");
        }
    }

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
