//! The files and links of a tree: in their order, and by their paths.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ffi::OsString;
use std::ops::Bound;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use memchr::memmem;

use crate::source::tree::EntryKind;

/// A file or a link as git has it.
#[derive(Debug)]
pub(super) struct GitItem {
    pub(super) kind: EntryKind,
    /// The name of its content.
    pub(super) id: String,
    /// Which repository has the content: the submodules have their own.
    pub(super) objects: usize,
}

/// Paths are compared part by part, which takes as long as many searches by their bytes: a run asks for each
/// folder above each file.
#[derive(Debug, Default)]
pub(super) struct Items {
    sorted: BTreeMap<PathBuf, Arc<GitItem>>,
    by_bytes: HashMap<OsString, Arc<GitItem>>,
    folders: HashSet<OsString>,
}

impl Items {
    pub(super) fn insert(&mut self, path: PathBuf, item: GitItem) {
        let item = Arc::new(item);
        self.add_folders(&path);
        self.by_bytes
            .insert(path.clone().into_os_string(), Arc::clone(&item));
        self.sorted.insert(path, item);
    }

    fn add_folders(&mut self, path: &Path) {
        for folder in path.ancestors().skip(1) {
            if !self.folders.insert(folder.as_os_str().to_owned()) {
                break;
            }
        }
    }

    pub(super) fn remove(&mut self, path: &Path) {
        self.sorted.remove(path);
        self.by_bytes.remove(path.as_os_str());
        self.folders.clear();
        let paths: Vec<PathBuf> = self.sorted.keys().cloned().collect();
        for path in paths {
            self.add_folders(&path);
        }
    }

    pub(super) fn get(&self, path: &Path) -> Option<&GitItem> {
        match is_normal(path) {
            true => self.by_bytes.get(path.as_os_str()),
            false => self.sorted.get(path),
        }
        .map(|item| &**item)
    }

    pub(super) fn has(&self, path: &Path) -> bool {
        self.get(path).is_some()
    }

    /// Whether something is below a path.
    pub(super) fn is_folder(&self, path: &Path) -> bool {
        match is_normal(path) {
            true => self.folders.contains(path.as_os_str()),
            false => self.below(path).next().is_some(),
        }
    }

    /// What is below a folder. Paths are sorted part by part, so it is together.
    pub(super) fn below(&self, folder: &Path) -> impl Iterator<Item = (&PathBuf, &GitItem)> {
        let from = (Bound::Excluded(folder), Bound::Unbounded);
        self.sorted
            .range::<Path, _>(from)
            .map(|(path, item)| (path, &**item))
            .take_while(move |(path, _)| path.starts_with(folder))
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&PathBuf, &GitItem)> {
        self.sorted.iter().map(|(path, item)| (path, &**item))
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = &PathBuf> {
        self.sorted.keys()
    }
}

/// Whether a path has no part that another spelling of it may lack: a slash or a dot too many.
fn is_normal(path: &Path) -> bool {
    let bytes = path.as_os_str().as_encoded_bytes();
    let ends_oddly = bytes.ends_with(b"/") || bytes.ends_with(b"/.");
    !ends_oddly
        && memmem::find(bytes, b"//").is_none()
        && memmem::find(bytes, b"/./").is_none()
        && (cfg!(unix) || memchr::memchr(b'/', bytes).is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items(paths: &[&str]) -> Items {
        let mut items = Items::default();
        for path in paths {
            let item = GitItem {
                kind: EntryKind::File,
                id: (*path).to_owned(),
                objects: 0,
            };
            items.insert(Path::new("/top").join(path), item);
        }
        items
    }

    #[test]
    fn paths_are_found_however_they_are_written() {
        let items = items(&["a/b/c.yml", "d.yml"]);
        for path in ["/top/a/b/c.yml", "/top//a/./b/c.yml", "/top/d.yml/"] {
            assert!(items.has(Path::new(path)), "{path}");
            assert!(!items.is_folder(Path::new(path)), "{path}");
        }
        for path in ["/top", "/top/a", "/top/a/b", "/top/a/b/", "/top/./a", "/"] {
            assert!(items.is_folder(Path::new(path)), "{path}");
            assert!(!items.has(Path::new(path)), "{path}");
        }
        for path in ["/top/a/b/c", "/top/b", "/top/a/b/c.yml/d"] {
            assert!(!items.is_folder(Path::new(path)), "{path}");
            assert!(!items.has(Path::new(path)), "{path}");
        }
    }

    #[test]
    fn a_folder_is_gone_with_the_last_file_in_it() {
        let mut items = items(&["a/b/c.yml", "a/d.yml"]);
        items.remove(Path::new("/top/a/b/c.yml"));
        assert!(!items.has(Path::new("/top/a/b/c.yml")));
        assert!(!items.is_folder(Path::new("/top/a/b")));
        assert!(items.is_folder(Path::new("/top/a")));
        assert_eq!(items.keys().count(), 1);
    }
}
