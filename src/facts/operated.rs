//! What the Operator and the chart `prometheus` run, by the resource or the values that say so.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::deployment::Deployment;

/// Where the deployments of a file are in the order of all of them, by what they are called: that of a
/// resource has its kind and its name, those of values have none.
#[derive(Debug, Default)]
pub(super) struct ByFile(HashMap<PathBuf, HashMap<String, Vec<usize>>>);

impl ByFile {
    pub(super) fn new(all: &[Deployment]) -> Self {
        let mut out = Self::default();
        for (index, deployment) in all.iter().enumerate() {
            let title = match deployment.name.contains('`') {
                true => deployment.name.clone(),
                false => String::new(),
            };
            let of_file = out.0.entry(deployment.file.clone()).or_default();
            of_file.entry(title).or_default().push(index);
        }
        out
    }

    /// The places of those in a file with a title.
    pub(super) fn of(&self, file: &Path, title: &str) -> impl Iterator<Item = usize> {
        let found = self.0.get(file).and_then(|titles| titles.get(title));
        found.into_iter().flatten().copied()
    }
}
