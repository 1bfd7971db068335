//! What is seen in a folder where Prometheus runs.

use super::inside;
use super::model::{Deployment, MountSource};
use super::resolve::ResolvedPath;
use crate::source::Tree;

impl Deployment {
    /// The names in a folder, sorted: what is mounted into it, and what is where the folder itself
    /// comes from. There may be others that are not in the tree.
    #[must_use]
    pub fn names_in(&self, tree: &dyn Tree, folder: &str) -> Vec<String> {
        let folder = inside::join("/", folder);
        let mounted = self.mounts.iter().filter_map(|mount| {
            let below = inside::below(&mount.path, &folder)?;
            first_part(below)
        });
        let mut names: Vec<String> = mounted.chain(self.names_of_source(tree, &folder)).collect();
        names.sort();
        names.dedup();
        names
    }

    fn names_of_source(&self, tree: &dyn Tree, folder: &str) -> Vec<String> {
        let ResolvedPath::Provided(found) = self.resolve(tree, folder) else {
            return Vec::new();
        };
        match (&found.tree_file, &found.mount.source) {
            (Some(real), _) if tree.within(real, &[&self.root]).unwrap_or(false) => {
                let paths = tree.list(real).unwrap_or_default();
                let names = paths.iter().filter_map(|path| path.file_name()?.to_str());
                names.map(str::to_owned).collect()
            }
            (None, MountSource::Keys(volume)) if found.mount.sub_path.is_none() => {
                let below = inside::below(folder, &found.mount.path).unwrap_or("");
                let files = volume.files();
                let inner = files.iter().filter_map(|file| match below {
                    "" => Some(file.as_str()),
                    below => inside::below(file, below),
                });
                inner.filter_map(first_part).collect()
            }
            _ => Vec::new(),
        }
    }
}

fn first_part(path: &str) -> Option<String> {
    let first = path.split('/').next()?;
    (!first.is_empty()).then(|| first.to_owned())
}
