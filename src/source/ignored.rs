//! What git would ignore, by the .gitignore files of a tree.

use std::path::Path;

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::tree::Tree;

/// The largest of such files that is read, in bytes.
const LARGEST: u64 = 1024 * 1024;

/// Whether git ignores a path below `top`, which need not exist: the deepest file that says
/// anything of it decides (gitignore(5)).
pub(super) fn is_ignored<T: Tree + ?Sized>(tree: &T, path: &Path, top: &Path) -> bool {
    let folders = path.ancestors().skip(1);
    let folders = folders.take_while(|folder| folder.starts_with(top));
    let files = folders.map(|folder| (folder, folder.join(".gitignore")));
    let own = (top, top.join(".git/info/exclude"));
    for (folder, file) in files.chain([own]) {
        let inside = tree.within(&file, &[top]).unwrap_or(false);
        let rules = inside.then(|| rules_of(tree, folder, &file)).flatten();
        let Some(rules) = rules else { continue };
        match rules.matched_path_or_any_parents(path, false) {
            Match::None => {}
            Match::Ignore(_) => return true,
            Match::Whitelist(_) => return false,
        }
    }
    false
}

/// The rules of a .gitignore file or one like it, for what lies below a folder; none if it can't be
/// read.
pub(super) fn rules_of<T: Tree + ?Sized>(
    tree: &T,
    folder: &Path,
    file: &Path,
) -> Option<Gitignore> {
    let bytes = tree.read(file, LARGEST).ok()?;
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
    fn the_deepest_word_counts() {
        let tree = Memory::new()
            .file("/top/.gitignore", "secrets/\n*.key\n!open.key\n")
            .file("/top/a/.gitignore", "!b.key\n")
            .file("/top/.git/info/exclude", "own\n")
            .file("/.gitignore", "*");
        for (path, ignored) in [
            ("/top/secrets/token", true),
            ("/top/a/secrets/deep/token", true),
            ("/top/x.key", true),
            ("/top/open.key", false),
            ("/top/a/b.key", false),
            ("/top/own", true),
            ("/top/token", false),
        ] {
            let found = is_ignored(&tree, Path::new(path), Path::new("/top"));
            assert_eq!(found, ignored, "{path}");
        }
    }
}
