//! What commands in a file write to: `sed … > /tmp/prometheus.yml`.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::Facts;
use crate::finding::Text;

/// What a path follows that a command writes to.
const WRITES: &[&str] = &[">", "tee", "-o"];

/// Where commands of a file write, by the beginnings of the paths. A file may start thousands of
/// containers, and none is to search all of it for its own path.
#[derive(Debug)]
struct Outputs {
    by_beginning: HashMap<String, Vec<usize>>,
}

/// A file, and its outputs.
type OutputsOfFile = (Arc<Text>, Arc<Outputs>);

/// The outputs of files that were asked for, by the addresses of their texts: one path may have
/// several texts.
#[derive(Debug, Default)]
pub(super) struct CommandOutputs(Mutex<HashMap<usize, OutputsOfFile>>);

impl CommandOutputs {
    fn of(&self, text: &Arc<Text>) -> Arc<Outputs> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let find = || (Arc::clone(text), Arc::new(Outputs::of(text.content())));
        let (_, outputs) = all.entry(Arc::as_ptr(text).addr()).or_insert_with(find);
        Arc::clone(outputs)
    }
}

impl Facts<'_> {
    /// Whether a shell in a file writes to a path.
    #[must_use]
    pub fn is_written_by_command(&self, text: &Arc<Text>, path: &str) -> bool {
        let outputs = self.shared.command_outputs.of(text);
        outputs.has(text.content(), path)
    }
}

impl Outputs {
    fn of(content: &str) -> Self {
        let mut by_beginning: HashMap<String, Vec<usize>> = HashMap::new();
        for (at, word) in WRITES.iter().flat_map(|word| content.match_indices(word)) {
            let behind = content.get(at + word.len()..).unwrap_or_default();
            let path = behind.trim_start_matches([' ', '"', '\'']);
            let places = by_beginning.entry(beginning(path).to_owned()).or_default();
            places.push(content.len() - path.len());
        }
        Self { by_beginning }
    }

    fn has(&self, content: &str, path: &str) -> bool {
        let places = self.by_beginning.get(beginning(path));
        places.into_iter().flatten().any(|at| {
            let rest = content.get(*at..).unwrap_or_default();
            let behind = rest.strip_prefix(path);
            behind.is_some_and(|behind| beginning(behind).is_empty())
        })
    }
}

/// As much of a text as is surely a part of one path.
fn beginning(text: &str) -> &str {
    let is_end = |c: char| !(c.is_ascii_alphanumeric() || "._-/".contains(c));
    text.split(is_end).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::Outputs;

    #[test]
    fn a_path_is_written_to_behind_a_redirection_or_an_option() {
        let content = "sed a b > /tmp/a.yml && x | tee '/tmp/b.yml'\ncurl -o \"/c.yml\" >/$D/e.yml u\ncat /f.yml";
        let outputs = Outputs::of(content);
        for path in ["/tmp/a.yml", "/tmp/b.yml", "/c.yml", "/$D/e.yml"] {
            assert!(outputs.has(content, path), "{path}");
        }
        for path in ["/tmp/a", "/tmp", "/f.yml", "/b.yml", "/$D/e", "/$E/e.yml"] {
            assert!(!outputs.has(content, path), "{path}");
        }
    }
}
