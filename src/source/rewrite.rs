//! Changing a file of the tree: the only thing that is ever written there.

use std::fs::{self, File, Metadata};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::folder::read_up_to;
use super::tree::LARGEST;

/// Why a file was left as it is.
#[derive(Debug, thiserror::Error)]
pub enum RewriteError {
    /// Someone else wrote to it.
    #[error("it changed while promvet was running, so it is left as it is")]
    Changed,
    /// It is a link or something that is not a file.
    #[error("it is not a regular file, so it is left as it is")]
    NotAFile,
    /// The system refused.
    #[error("it cannot be written: {0}")]
    Io(#[from] io::Error),
}

/// Replaces the content of a file whole or not at all, if it is still `before`: a new file of the
/// same folder takes its name, owner and permissions. A link is never followed.
///
/// # Errors
/// See [`RewriteError`]. The file is then as it was.
pub fn rewrite(path: &Path, before: &[u8], after: &[u8]) -> Result<(), RewriteError> {
    let meta = fs::symlink_metadata(path)?;
    if !meta.is_file() {
        return Err(RewriteError::NotAFile);
    }
    let (draft, file) = new_beside(path)?;
    let done = replace(path, before, after, &meta, &draft, file);
    if done.is_err() {
        // The first error is the one to tell; a draft that can't be removed either adds nothing.
        let _ = fs::remove_file(&draft);
    }
    done
}

fn replace(
    path: &Path,
    before: &[u8],
    after: &[u8],
    meta: &Metadata,
    draft: &Path,
    mut file: File,
) -> Result<(), RewriteError> {
    file.write_all(after)?;
    keep_owner(&file, meta)?;
    file.set_permissions(meta.permissions())?;
    file.sync_all()?;
    // As late as possible, so that the least can happen between this and the change of the name.
    let is_file = fs::symlink_metadata(path)?.is_file();
    let now = read_up_to(path, LARGEST);
    if !is_file || !now.is_ok_and(|now| now == before) {
        return Err(RewriteError::Changed);
    }
    fs::rename(draft, path)?;
    Ok(())
}

#[cfg(unix)]
fn keep_owner(file: &File, meta: &Metadata) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt as _, fchown};
    let own = file.metadata()?;
    if (own.uid(), own.gid()) == (meta.uid(), meta.gid()) {
        return Ok(());
    }
    fchown(file, Some(meta.uid()), Some(meta.gid()))
}

#[cfg(not(unix))]
fn keep_owner(_: &File, _: &Metadata) -> io::Result<()> {
    Ok(())
}

/// A new, empty file in the folder of `path`, which no one else can read.
fn new_beside(path: &Path) -> io::Result<(PathBuf, File)> {
    let folder = path.parent().ok_or(io::ErrorKind::InvalidInput)?;
    let draft = tempfile::Builder::new()
        .prefix(".promvet-")
        .tempfile_in(folder)?;
    let (file, draft) = draft.keep().map_err(|error| error.error)?;
    Ok((draft, file))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_only_if_it_is_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.yml");
        fs::write(&path, "one").unwrap();
        rewrite(&path, b"one", b"two").unwrap();
        let late = rewrite(&path, b"one", b"three");
        assert!(matches!(late, Err(RewriteError::Changed)), "{late:?}");
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn permissions_are_kept_and_links_are_not_followed() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        fs::write(&file, "old").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        std::os::unix::fs::symlink("file", &link).unwrap();
        let through = rewrite(&link, b"old", b"new");
        assert!(
            matches!(through, Err(RewriteError::NotAFile)),
            "{through:?}"
        );
        rewrite(&file, b"old", b"new").unwrap();
        let mode = fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(
            (fs::read(&file).unwrap(), mode & 0o777),
            (b"new".to_vec(), 0o640)
        );
    }
}
