//! Whether a file of the work tree is what git has.
//!
//! Git would run filters to find out, which the tree names and a configuration defines. Here the
//! bytes are hashed. A file that is the same only after a filter (git-crypt, Git LFS) is known by the
//! time and the length that the index has of it; where these differ, its content is read from git.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use memchr::memmem;
use sha1::Sha1;
use sha2::{Digest as _, Sha256};

use super::listing::{self, Stamp};
use crate::source::folder::Folder;
use crate::source::tree::{LARGEST, Tree};

/// What is known of the files of a work tree.
#[derive(Debug, Default)]
pub(super) struct WorkTree {
    /// What the index says of files.
    stamps: HashMap<PathBuf, Stamp>,
    /// When the index was written. What was changed at that time or later it can't know.
    written: Option<SystemTime>,
    /// Whether a file has the content that it was asked for. A tree has each path once.
    known: Mutex<HashMap<PathBuf, bool>>,
}

impl WorkTree {
    /// What the index at a path says, which git has listed.
    pub(super) fn new(top: &Path, index: &Path, listed: &[u8]) -> Self {
        let stamps = listing::stamps(listed).into_iter();
        let modified = fs::metadata(index).and_then(|meta| meta.modified());
        Self {
            stamps: stamps
                .map(|(path, stamp)| (top.join(path), stamp))
                .collect(),
            written: modified.ok(),
            known: Mutex::default(),
        }
    }

    /// Whether the index knows that a file holds a content (`read-cache.c:ie_match_stat`).
    fn is_stamped(&self, path: &Path, id: &str) -> bool {
        let Some((stamp, written)) = self.stamps.get(path).zip(self.written) else {
            return false;
        };
        let Ok(meta) = fs::symlink_metadata(path) else {
            return false;
        };
        let (seconds, nanoseconds) = stamp.modified;
        let modified = UNIX_EPOCH + Duration::new(seconds, nanoseconds);
        stamp.id == id
            && meta.is_file()
            && meta.len() == stamp.len
            && meta.modified().is_ok_and(|now| now == modified)
            && modified < written
    }

    /// Whether the file at a path holds the content of a name, line breaks aside.
    pub(super) fn holds(&self, disk: &Folder, path: &Path, id: &str) -> bool {
        let known = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known().get(path) {
            return *known;
        }
        let is_hashed = || {
            let bytes = disk.read(path, LARGEST);
            bytes.is_ok_and(|bytes| is_content(&bytes, id))
        };
        let holds = self.is_stamped(path, id) || is_hashed();
        known().insert(path.to_owned(), holds);
        holds
    }
}

/// Whether bytes are the content of a name, or would be with the line breaks that git stores
/// (`core.autocrlf`, and `text` and `eol` in .gitattributes).
fn is_content(bytes: &[u8], id: &str) -> bool {
    if has_name(bytes, id) {
        return true;
    }
    match without_carriage_returns(bytes) {
        Cow::Borrowed(_) => false,
        Cow::Owned(stored) => has_name(&stored, id),
    }
}

fn without_carriage_returns(bytes: &[u8]) -> Cow<'_, [u8]> {
    let mut breaks = memmem::find_iter(bytes, b"\r\n").peekable();
    if breaks.peek().is_none() {
        return Cow::Borrowed(bytes);
    }
    let mut out = Vec::with_capacity(bytes.len());
    let mut from = 0;
    for at in breaks {
        out.extend_from_slice(bytes.get(from..at).unwrap_or_default());
        from = at + 1;
    }
    out.extend_from_slice(bytes.get(from..).unwrap_or_default());
    Cow::Owned(out)
}

/// Whether a file with these bytes has a name, which is a hash of `blob LENGTH`, a null byte and the
/// bytes (gitformat-pack(5), hash-function-transition).
fn has_name(bytes: &[u8], id: &str) -> bool {
    let head = format!("blob {}\0", bytes.len());
    match id.len() {
        40 => is_hex(
            &Sha1::new()
                .chain_update(head)
                .chain_update(bytes)
                .finalize(),
            id,
        ),
        64 => is_hex(
            &Sha256::new()
                .chain_update(head)
                .chain_update(bytes)
                .finalize(),
            id,
        ),
        _ => false,
    }
}

fn is_hex(hash: &[u8], hex: &str) -> bool {
    let digit = |half: u8| char::from_digit(half.into(), 16);
    let digits = hash
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]);
    digits.eq(hex.chars().map(Some))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_git() {
        // `printf 'a: 1\n' | git hash-object --stdin`, with --object-format both.
        let sha1 = "a8926a52fd30a98ac0a69a7a70da26fb81d7e6ba";
        assert!(has_name(b"", "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"));
        let sha256 = "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813";
        assert!(has_name(b"", sha256));
        assert!(!has_name(b"x", sha256));
        assert!(!has_name(b"x", sha1));
        assert!(!has_name(b"", ""));
    }

    #[test]
    fn line_breaks_are_those_that_git_stores() {
        let name = |bytes: &[u8]| {
            let head = format!("blob {}\0", bytes.len());
            let hash = Sha1::new()
                .chain_update(head)
                .chain_update(bytes)
                .finalize();
            hash.iter()
                .map(|byte| format!("{byte:02x}"))
                .collect::<String>()
        };
        let stored = name(b"a\nb\n");
        assert!(is_content(b"a\nb\n", &stored));
        assert!(is_content(b"a\r\nb\r\n", &stored));
        assert!(!is_content(b"a\n\nb\n", &stored));
        assert!(is_content(b"a\r\nb\n", &name(b"a\r\nb\n")));
    }
}
