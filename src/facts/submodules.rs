//! Submodules of git that a checkout lacks: `git clone` leaves their folders empty, so that what is in
//! them is not known.

use std::path::Path;

use crate::source::Tree;

/// The largest `.gitmodules` that is read, in bytes: an entry has some hundred.
const LARGEST: u64 = 64 * 1024;

/// Why a file that the tree lacks may be where Prometheus runs: it is below a submodule that is not checked
/// out.
pub(super) fn lacking(tree: &dyn Tree, root: &Path, file: &Path) -> Option<String> {
    let above = file.ancestors().skip(1);
    let mut above = above.take_while(|folder| folder.starts_with(root));
    above.find_map(|folder| {
        let list = folder.join(".gitmodules");
        tree.metadata(&list).ok()?;
        let bytes = tree.read(&list, LARGEST).ok()?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let mut paths = text.lines().filter_map(|line| {
            let (key, path) = line.split_once('=')?;
            (key.trim() == "path").then(|| folder.join(path.trim().trim_matches('"')))
        });
        let submodule = paths.find(|path| file.starts_with(path))?;
        let is_empty = tree.list(&submodule).unwrap_or_default().is_empty();
        is_empty.then(|| {
            format!(
                "the submodule {} is not checked out",
                tree.shown(&submodule)
            )
        })
    })
}
