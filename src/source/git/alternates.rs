//! The folders that hold a repository's objects, its own and borrowed ones: git reads their lists,
//! packs and graphs to the end, whatever they are, so they are looked at first.

use std::path::Path;

use super::command::GitError;
use super::listing::path as path_of;
use crate::source::folder::Folder;
use crate::source::path::collapse;
use crate::source::tree::{EntryKind, ReadError, Tree};

/// The largest file of borrowed folders, in bytes: 250 of the longest paths that Linux has.
const LARGEST: u64 = 1024 * 1024;

/// How far git follows folders that borrow themselves (`object-file.c:link_alt_odb_entries`).
const DEEPEST: usize = 5;

/// What git opens in a folder of objects before it looks for one (`packfile.c:prepare_packed_git`,
/// `commit-graph.c:read_commit_graph_one`).
const OPENED: &[&str] = &["pack", "info", "info/commit-graphs"];

/// Checks that a folder of objects, and those that it borrows, hold nothing that git would wait for:
/// files only, and lists that are not too large.
pub(super) fn check(objects: &Path, disk: &Folder) -> Result<(), GitError> {
    check_at(objects, disk, 0)
}

fn refused(file: &Path, disk: &Folder, why: impl std::fmt::Display) -> GitError {
    GitError::Failed {
        command: "rev-parse".into(),
        said: format!("{}: {why}", disk.shown(file)),
    }
}

/// A named pipe or a device in place of a pack or a graph would keep git for ever.
fn check_opened(objects: &Path, disk: &Folder) -> Result<(), GitError> {
    let folders = OPENED.iter().map(|folder| objects.join(folder));
    for file in folders.flat_map(|folder| disk.list(&folder).unwrap_or_default()) {
        let real = disk.resolve(&file).and_then(|real| disk.metadata(&real));
        match real.map(|it| it.kind) {
            Ok(EntryKind::File | EntryKind::Folder) | Err(_) => {}
            Ok(other) => return Err(refused(&file, disk, format_args!("it is {}", other.noun()))),
        }
    }
    Ok(())
}

fn check_at(objects: &Path, disk: &Folder, depth: usize) -> Result<(), GitError> {
    check_opened(objects, disk)?;
    let file = objects.join("info/alternates");
    let listed = match disk.read(&file, LARGEST) {
        Ok(listed) => listed,
        Err(ReadError::Missing) => return Ok(()),
        Err(why) => return Err(refused(&file, disk, why)),
    };
    if depth > DEEPEST {
        return Ok(());
    }
    for line in listed.split(|byte| *byte == b'\n') {
        // A quoted path has escapes of its own (`quote.c:unquote_c_style`), and git itself writes none.
        if line.starts_with(b"\"") && line.contains(&b'\\') {
            return Err(refused(&file, disk, "a path in it has escapes"));
        }
        let path = line.strip_prefix(b"\"").unwrap_or(line);
        let path = path.strip_suffix(b"\"").unwrap_or(path);
        if path.is_empty() || path.starts_with(b"#") {
            continue;
        }
        check_at(&collapse(&objects.join(path_of(path))), disk, depth + 1)?;
    }
    Ok(())
}
