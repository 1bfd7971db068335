//! What folders of the disk really are, links followed: asked once for each of them.
//!
//! The system follows a path part by part, and asks for each part whether it is a link: for a file in five
//! folders six times. Most files are opened and resolved several times, beside many others.

use std::collections::HashMap;
use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

/// Whether the real path of anything but a link is the real path of its folder and its name. Where case does
/// not count, only the system knows the name.
const BY_NAME: bool = cfg!(all(unix, not(target_vendor = "apple")));

/// Folders on the way to a file up to which each is looked up by itself. The lookup calls itself.
const DEEPEST: usize = 64;

/// Absolute paths of folders, and what they are without links.
#[derive(Debug, Default)]
pub(super) struct RealFolders(RwLock<HashMap<PathBuf, Arc<Path>>>);

impl RealFolders {
    /// The real path of what is at an absolute path, and its metadata; none if it is a link, or if only
    /// the system can tell.
    pub(super) fn plain(&self, path: &Path) -> Option<io::Result<(PathBuf, Metadata)>> {
        let (folder, name) = BY_NAME.then(|| path.parent().zip(path.file_name()))??;
        let real = match self.real(folder, DEEPEST) {
            Ok(real) => real.join(name),
            Err(error) => return Some(Err(error)),
        };
        match fs::symlink_metadata(&real) {
            Ok(meta) if meta.is_symlink() => None,
            Ok(meta) => Some(Ok((real, meta))),
            Err(error) => Some(Err(error)),
        }
    }

    fn real(&self, folder: &Path, depth: usize) -> io::Result<Arc<Path>> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(real) = known.get(folder) {
            return Ok(Arc::clone(real));
        }
        drop(known);
        let real: Arc<Path> = self.asked(folder, depth)?.into();
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        known.insert(folder.to_owned(), Arc::clone(&real));
        Ok(real)
    }

    fn asked(&self, folder: &Path, depth: usize) -> io::Result<PathBuf> {
        let above = folder.parent().zip(folder.file_name());
        if let Some((above, name)) = above.filter(|_| depth > 0) {
            let real = self.real(above, depth - 1)?.join(name);
            if !fs::symlink_metadata(&real)?.is_symlink() {
                return Ok(real);
            }
        }
        fs::canonicalize(folder)
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn paths_are_what_the_system_makes_of_them() {
        let scratch = tempfile::tempdir().unwrap();
        let top = fs::canonicalize(scratch.path()).unwrap();
        fs::create_dir_all(top.join("a/b")).unwrap();
        fs::write(top.join("a/b/file"), "").unwrap();
        for (link, to) in [
            ("a/link", "b/file"),
            ("folder", "a/b"),
            ("a/loop", "loop"),
            ("a/up", ".."),
            ("gone", "nowhere"),
        ] {
            std::os::unix::fs::symlink(to, top.join(link)).unwrap();
        }
        let folders = RealFolders::default();
        for path in [
            "a/b/file",
            "folder/file",
            "a/up/folder/file",
            "a/b",
            "a/link",
            "a/loop",
            "a/loop/file",
            "a/b/file/below",
            "a/b/none",
            "none/none",
            "gone/file",
            "a/../a/b/file",
            "folder/../b/file",
            "folder/..",
        ] {
            let path = top.join(path);
            let said = fs::canonicalize(&path);
            for _ in 0..2 {
                let Some(plain) = folders.plain(&path) else {
                    continue;
                };
                match (plain, &said) {
                    (Ok((real, meta)), Ok(said)) => {
                        assert_eq!(&real, said);
                        assert_eq!(meta.is_dir(), said.is_dir());
                    }
                    (Err(error), Err(said)) => {
                        assert_eq!(error.kind(), said.kind(), "{}", path.display());
                    }
                    (plain, said) => panic!("{}: {plain:?}, {said:?}", path.display()),
                }
            }
        }
        let link = folders.plain(&top.join("a/link"));
        assert!(link.is_none());
        assert!(folders.plain(&top.join("folder/file")).is_some());
    }
}
