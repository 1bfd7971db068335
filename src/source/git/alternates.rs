//! The folders that a repository borrows objects from: git reads the files that name them to their
//! end, whatever they are, so they are looked at first.

use std::path::Path;

use super::command::GitError;
use super::listing::path as path_of;
use crate::source::folder::Folder;
use crate::source::path::collapse;
use crate::source::tree::{ReadError, Tree};

/// The largest file of borrowed folders, in bytes: 250 of the longest paths that Linux has.
const LARGEST: u64 = 1024 * 1024;

/// How far git follows folders that borrow themselves (`object-file.c:link_alt_odb_entries`).
const DEEPEST: usize = 5;

/// Checks that what names the borrowed folders of a folder of objects are files, and not too large.
pub(super) fn check(objects: &Path, disk: &Folder) -> Result<(), GitError> {
    check_at(objects, disk, 0)
}

fn check_at(objects: &Path, disk: &Folder, depth: usize) -> Result<(), GitError> {
    let file = objects.join("info/alternates");
    let listed = match disk.read(&file, LARGEST) {
        Ok(listed) => listed,
        Err(ReadError::Missing) => return Ok(()),
        Err(why) => {
            return Err(GitError::Failed {
                command: "rev-parse".into(),
                said: format!("{}: {why}", disk.shown(&file)),
            });
        }
    };
    if depth > DEEPEST {
        return Ok(());
    }
    for line in listed.split(|byte| *byte == b'\n') {
        // A quoted path has escapes of its own; git before 2.12 took it for a relative one.
        let path = line.strip_prefix(b"\"").unwrap_or(line);
        let path = path.strip_suffix(b"\"").unwrap_or(path);
        if path.is_empty() || path.starts_with(b"#") {
            continue;
        }
        check_at(&collapse(&objects.join(path_of(path))), disk, depth + 1)?;
    }
    Ok(())
}
