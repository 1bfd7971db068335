//! Links that lead out of the repository that they are in.

use std::path::{Component, Path, PathBuf};

use super::Tree;
use super::tree::{EntryKind, POLICY_NAMES};

/// How many links are followed on the way to one file, as on Linux.
const MOST_LINKS: usize = 40;

/// Whether a link on the way to a path leads out of the repository that the link is in. A link
/// that is in none leads out of the folder that promvet was started in, if it is there.
///
/// The repository is that of the link, and not that of its end: the author of a pull request chooses
/// the end.
pub fn leads_out(tree: &dyn Tree, path: &Path) -> bool {
    let here = tree.absolute(Path::new("."));
    let mut rest = reversed(&tree.absolute(path));
    let mut real = PathBuf::new();
    for _ in 0..=MOST_LINKS {
        let Some(link) = next_link(tree, &mut real, &mut rest) else {
            return false;
        };
        let Ok(end) = tree.resolve(&link) else {
            return true;
        };
        if bounds(tree, &real, &here).is_some_and(|bounds| !end.starts_with(bounds)) {
            return true;
        }
        real = end;
    }
    true
}

/// Goes on to the next link; `real` is then the folder that it is in.
fn next_link(tree: &dyn Tree, real: &mut PathBuf, rest: &mut Vec<PathBuf>) -> Option<PathBuf> {
    while let Some(part) = rest.pop() {
        if part == Path::new("..") {
            real.pop();
            continue;
        }
        let path = real.join(part);
        if tree
            .metadata(&path)
            .is_ok_and(|meta| meta.kind == EntryKind::Link)
        {
            return Some(path);
        }
        *real = path;
    }
    None
}

/// What links in a folder may not lead out of.
fn bounds(tree: &dyn Tree, folder: &Path, here: &Path) -> Option<PathBuf> {
    let root = tree.root_of(folder);
    let marks = POLICY_NAMES.iter().chain(&[".git"]);
    let is_marked = { marks }.any(|name| tree.metadata(&root.join(name)).is_ok());
    if is_marked {
        return Some(root);
    }
    let here = tree.resolve(here).ok()?;
    folder.starts_with(&here).then_some(here)
}

fn reversed(path: &Path) -> Vec<PathBuf> {
    let parts = path.components();
    let parts = parts.filter(|part| *part != Component::CurDir);
    let mut parts: Vec<_> = parts.map(|part| PathBuf::from(part.as_os_str())).collect();
    parts.reverse();
    parts
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::source::Folder;

    #[test]
    fn the_repository_of_the_link_counts() {
        let folder = tempfile::tempdir().unwrap();
        let at = |path: &str| folder.path().join(path);
        for path in ["repo/.git", "repo/sub", "other/.git", "loose"] {
            std::fs::create_dir_all(at(path)).unwrap();
        }
        std::fs::write(at("repo/sub/a.yml"), "a: b").unwrap();
        for (link, to) in [
            ("repo/in.yml", "sub/a.yml"),
            ("repo/out.yml", "../other/a.yml"),
            ("repo/out", "../other"),
            ("repo/twice", "once"),
            ("repo/once", "../loose"),
            ("repo/back", "../repo/sub"),
            ("loose/repo", "../repo"),
            ("repo/gone", "../nowhere"),
        ] {
            std::os::unix::fs::symlink(to, at(link)).unwrap();
        }
        std::fs::write(at("other/a.yml"), "a: b").unwrap();
        let tree = Folder::new(at("repo"));
        for (path, expected) in [
            ("sub/a.yml", false),
            ("in.yml", false),
            ("back/a.yml", false),
            ("out.yml", true),
            ("out/a.yml", true),
            ("out/new.yml", true),
            ("twice/a.yml", true),
            ("gone", true),
            ("../other/a.yml", false),
            ("../loose/repo/sub/a.yml", false),
            ("../loose/repo/out.yml", true),
        ] {
            assert_eq!(leads_out(&tree, Path::new(path)), expected, "{path}");
        }
    }
}
