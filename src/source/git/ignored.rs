//! What .gitignore and .ignore files of a tree say of its files. Of what git tracks only .ignore files
//! say anything.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use ignore::Match;
use ignore::gitignore::Gitignore;

use crate::source::ignored::{IgnorePatternBudget, LeftOut, rules_of};
use crate::source::tree::Tree;
use crate::source::walk::WalkEntry;

/// The names of such files, those that count more first.
const NAMES: [&str; 2] = [".ignore", ".gitignore"];

/// The kind of file by which something is ignored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum IgnoredBy {
    /// An .ignore file, which git does not read.
    Ignore,
    /// A .gitignore file, which says nothing of what git tracks.
    Git,
}

/// What is ignored in a tree.
pub(super) struct Ignored {
    /// The rules by folder, in the order of [`NAMES`].
    folders: HashMap<PathBuf, [Option<Gitignore>; 2]>,
    /// The files that are left out, and why.
    left_out: Vec<(PathBuf, LeftOut)>,
}

impl Ignored {
    /// Reads those of a tree's files that say what is ignored.
    pub(super) fn new<'p>(tree: &dyn Tree, files: impl Iterator<Item = &'p PathBuf>) -> Self {
        let mut out = Self {
            folders: HashMap::new(),
            left_out: Vec::new(),
        };
        let mut allowance = IgnorePatternBudget::default();
        for path in files {
            let kind = NAMES.iter().position(|name| path.ends_with(name));
            let (Some(kind), Some(folder)) = (kind, path.parent()) else {
                continue;
            };
            match rules_of(tree, folder, path, &mut allowance) {
                Ok(rules) => {
                    let both = out.folders.entry(folder.to_owned()).or_default();
                    if let Some(place) = both.get_mut(kind) {
                        *place = rules;
                    }
                }
                Err(why) => out.left_out.push((path.clone(), why)),
            }
        }
        out
    }

    /// Takes out what is reported about the files that are left out and are below a folder.
    pub(super) fn left_out(&mut self, folder: &Path) -> Vec<WalkEntry> {
        let all = std::mem::take(&mut self.left_out).into_iter();
        let below = all.filter(|(path, _)| path.starts_with(folder));
        below
            .map(|(path, why)| WalkEntry::LeftOut { path, why })
            .collect()
    }

    /// Whether a file that git tracks is ignored.
    pub(super) fn is_left_out(&self, path: &Path) -> bool {
        self.by(path) == Some(IgnoredBy::Ignore)
    }

    /// What ignores a file: the deepest file that says anything of it decides, and an .ignore file
    /// anywhere before a .gitignore.
    pub(super) fn by(&self, path: &Path) -> Option<IgnoredBy> {
        if self.folders.is_empty() {
            return None;
        }
        let above = || path.ancestors().skip(1);
        for (kind, by) in [IgnoredBy::Ignore, IgnoredBy::Git].into_iter().enumerate() {
            for both in above().filter_map(|folder| self.folders.get(folder)) {
                let Some(Some(rules)) = both.get(kind) else {
                    continue;
                };
                match rules.matched_path_or_any_parents(path, false) {
                    Match::None => {}
                    Match::Ignore(_) => return Some(by),
                    Match::Whitelist(_) => return None,
                }
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Memory;

    #[test]
    fn the_nearest_file_decides() {
        let files = [
            ("/top/.gitignore", "*.yml\n!keep.yml\n/vendor/\n"),
            ("/top/a/.gitignore", "!b.yml\nkeep.yml\n"),
            ("/top/.ignore", "testdata\n"),
            ("/top/a/x", "*"),
        ];
        let tree = files.iter().fold(Memory::new(), |tree, (path, content)| {
            tree.file(path, *content)
        });
        let paths: Vec<_> = files.iter().map(|(path, _)| PathBuf::from(path)).collect();
        let ignored = Ignored::new(&tree, paths.iter());
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
            assert_eq!(ignored.by(Path::new(path)).is_some(), expected, "{path}");
        }
    }
}
