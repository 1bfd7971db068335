//! Components of Alloy that other files of a configuration declare: `alloy run FOLDER` reads all files
//! of a folder as one (grafana/alloy `internal/alloycli/cmd_run.go`, `loadAlloySource`), and people keep
//! their parts in folders side by side.

use std::path::Path;

use super::Facts;
use crate::source::LARGEST;

/// As many files are looked through beside one, and as many folders.
const MOST_FILES: usize = 100;

impl Facts<'_> {
    /// Whether another file of the folder, or of one beside it, declares what a reference names, such as
    /// `prometheus.relabel.labels.receiver`; of a ConfigMap, another key may.
    #[must_use]
    pub fn declares_elsewhere(&self, file: &Path, reference: &str) -> bool {
        let blocks = blocks(reference);
        if !is_alloy(file) {
            return self.has_one_of(file, &blocks);
        }
        let tree = self.files.tree;
        let Some(folder) = file.parent() else {
            return false;
        };
        let inside = |folder: &Path| tree.list(folder).unwrap_or_default();
        let around = folder.parent().filter(|_| folder != self.files.bounds);
        let beside = around.map(inside).unwrap_or_default().into_iter();
        let beside = beside.filter(|other| other != folder).take(MOST_FILES);
        let all = inside(folder)
            .into_iter()
            .chain(beside.flat_map(|other| inside(&other)));
        let mut others = all.filter(|path| path != file && is_alloy(path));
        others
            .by_ref()
            .take(MOST_FILES)
            .any(|path| self.has_one_of(&path, &blocks))
    }

    fn has_one_of(&self, path: &Path, blocks: &[String]) -> bool {
        let tree = self.files.tree;
        let is_inside = tree.within(path, &[&self.files.bounds]).unwrap_or(false);
        let bytes = is_inside.then(|| tree.read(path, LARGEST).ok()).flatten();
        bytes.is_some_and(|bytes| {
            let text = String::from_utf8_lossy(&bytes);
            blocks.iter().any(|block| text.contains(block))
        })
    }
}

/// The beginnings of blocks that a reference may name: `a.b "c"` for `a.b.c.receiver`.
fn blocks(reference: &str) -> Vec<String> {
    let parts: Vec<_> = reference.split('.').collect();
    (2..parts.len())
        .filter_map(|at| {
            Some(format!(
                "{} \"{}\"",
                parts.get(..at)?.join("."),
                parts.get(at)?
            ))
        })
        .collect()
}

fn is_alloy(path: &Path) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str());
    matches!(ending, Some("alloy" | "river"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_names_a_block() {
        assert_eq!(
            blocks("prometheus.relabel.a.receiver"),
            [
                "prometheus.relabel \"a\"",
                "prometheus.relabel.a \"receiver\""
            ]
        );
        assert!(blocks("a").is_empty());
    }
}
