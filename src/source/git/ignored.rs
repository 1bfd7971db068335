//! What .gitignore and .ignore files of a tree say of its files: a walk of the disk leaves out
//! files that git tracks although they are ignored, so a walk of git's tree does too.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use crate::source::tree::Tree;

/// The names of such files, those that count more first.
const NAMES: [&str; 2] = [".ignore", ".gitignore"];

/// The largest of such files that is read, in bytes.
const LARGEST: u64 = 1024 * 1024;

/// What is ignored in a tree, read folder by folder as it is asked for.
pub(super) struct Ignored<'t> {
    tree: &'t dyn Tree,
    top: &'t Path,
    folders: HashMap<PathBuf, [Option<Gitignore>; 2]>,
}

impl<'t> Ignored<'t> {
    /// Nothing above `top` counts.
    pub(super) fn new(tree: &'t dyn Tree, top: &'t Path) -> Self {
        Self {
            tree,
            top,
            folders: HashMap::new(),
        }
    }

    /// Whether a file is ignored: the deepest file that says anything of it decides, and an
    /// .ignore file anywhere before a .gitignore.
    pub(super) fn is_ignored(&mut self, path: &Path) -> bool {
        let above = path.ancestors().skip(1);
        let folders: Vec<&Path> = above
            .take_while(|folder| folder.starts_with(self.top))
            .collect();
        for folder in &folders {
            self.folders
                .entry((*folder).to_owned())
                .or_insert_with(|| NAMES.map(|name| read(self.tree, folder, name)));
        }
        for kind in 0..NAMES.len() {
            for folder in &folders {
                let rules = self.folders.get(*folder).and_then(|both| both.get(kind));
                let Some(Some(rules)) = rules else { continue };
                match rules.matched_path_or_any_parents(path, false) {
                    Match::None => {}
                    Match::Ignore(_) => return true,
                    Match::Whitelist(_) => return false,
                }
            }
        }
        false
    }
}

fn read(tree: &dyn Tree, folder: &Path, name: &str) -> Option<Gitignore> {
    let bytes = tree.read(&folder.join(name), LARGEST).ok()?;
    let mut rules = GitignoreBuilder::new(folder);
    for line in String::from_utf8_lossy(&bytes).lines() {
        // A line that is no pattern is nobody's concern here, as it isn't git's.
        let _ = rules.add_line(None, line);
    }
    rules.build().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Memory;

    #[test]
    fn the_nearest_file_decides() {
        let tree = Memory::new()
            .file("/top/.gitignore", "*.yml\n!keep.yml\n/vendor/\n")
            .file("/top/a/.gitignore", "!b.yml\nkeep.yml\n")
            .file("/top/.ignore", "testdata\n")
            .file("/.gitignore", "*");
        let top = Path::new("/top");
        let mut ignored = Ignored::new(&tree, top);
        for (path, expected) in [
            ("/top/x.yml", true),
            ("/top/x.yaml", false),
            ("/top/keep.yml", false),
            ("/top/a/b.yml", false),
            ("/top/a/keep.yml", true),
            ("/top/vendor/c.yaml", true),
            ("/top/a/vendor/c.yaml", false),
            ("/top/a/testdata/d/e.yaml", true),
        ] {
            assert_eq!(ignored.is_ignored(Path::new(path)), expected, "{path}");
        }
    }
}
