//! Whose repository it is.
//!
//! Git rejects the repositories of other users unless `safe.directory` names them
//! (CVE-2022-24765). It does not ask where a caller names the folder to use, so it is asked here.

use std::path::Path;

use super::command::GitError;
use crate::source::folder::Folder;
use crate::source::path::shown;

/// Accepts paths of the user who runs promvet, and those that this user's own configuration of git
/// calls safe.
#[cfg(unix)]
pub(super) fn check<'p>(
    disk: &Folder,
    top: &Path,
    mut paths: impl Iterator<Item = &'p Path>,
) -> Result<(), GitError> {
    use crate::source::tree::Tree as _;

    let us = own_ids()?;
    let is_ours = |path: &Path| {
        let meta = disk.metadata(path);
        meta.is_ok_and(|meta| meta.uid.is_some_and(|uid| us.contains(&uid)))
    };
    if paths.all(is_ours) || is_safe(top)? {
        return Ok(());
    }
    Err(GitError::Refused(shown(top)))
}

/// Windows has no such numbers.
#[cfg(not(unix))]
pub(super) fn check<'p>(
    _disk: &Folder,
    _top: &Path,
    _paths: impl Iterator<Item = &'p Path>,
) -> Result<(), GitError> {
    Ok(())
}

/// The user who runs promvet, as the owner of a new file shows; and who became root by sudo
/// (`compat/.../git-compat-util.h:extract_id_from_env`).
#[cfg(unix)]
fn own_ids() -> Result<Vec<u32>, GitError> {
    use std::os::unix::fs::MetadataExt as _;

    let new = tempfile::tempfile().map_err(GitError::NoScratch)?;
    let own = new.metadata().map_err(GitError::NoScratch)?.uid();
    let sudo = std::env::var("SUDO_UID").ok();
    let sudo = sudo.and_then(|id| id.parse().ok());
    Ok([own].into_iter().chain(sudo.filter(|_| own == 0)).collect())
}

/// Whether `safe.directory` names a work tree, as the user and the system set it.
#[cfg(unix)]
fn is_safe(top: &Path) -> Result<bool, GitError> {
    let said = super::command::safe_directories()?;
    let mut safe = false;
    for entry in said.split(|byte| *byte == 0) {
        safe = match entry {
            // An empty one forgets those before it.
            b"" => false,
            b"*" => true,
            _ => safe || names(entry, top),
        };
    }
    Ok(safe)
}

/// Whether an entry is a path or ends in `/*` and is one above it (git 2.46).
#[cfg(unix)]
fn names(entry: &[u8], top: &Path) -> bool {
    match entry.strip_suffix(b"/*") {
        Some(above) => top.starts_with(super::listing::path(above)),
        None => top == super::listing::path(entry),
    }
}
