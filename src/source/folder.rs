//! The disk.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, mpsc};
use std::thread;

use super::git::{GitError, Repository};
use super::ignored::{self, RulesCache};
use super::real_folders::RealFolders;
use super::tree::{EntryKind, Meta, ReadError, Tree, WalkOptions, Walked};
use super::{walk, walk_folder};
use crate::deadline::Deadline;
use crate::work;

/// The disk, seen from a folder.
#[derive(Clone, Debug)]
pub struct Folder {
    base: PathBuf,
    ignores: Arc<RulesCache>,
    folders: Arc<RealFolders>,
}

impl Folder {
    /// The disk, seen from where promvet was started.
    ///
    /// # Errors
    /// The current folder is gone or can't be reached.
    pub fn here() -> io::Result<Self> {
        Ok(Self::new(std::env::current_dir()?))
    }

    /// The disk, seen from a folder with an absolute path.
    #[must_use]
    pub fn new(base: impl Into<PathBuf>) -> Self {
        Self {
            base: base.into(),
            ignores: Arc::default(),
            folders: Arc::default(),
        }
    }

    /// The same disk without what was learned of its folders: one of them may be a link now.
    #[must_use]
    pub fn anew(&self) -> Self {
        Self::new(&self.base)
    }

    /// A regular file, links followed, and its length.
    fn open(&self, path: &Path) -> Result<(File, u64), ReadError> {
        let path = self.absolute(path);
        match self.folders.plain(&path) {
            Some(plain) => {
                let (real, meta) = plain?;
                check_kind(&meta)?;
                open_real(&real)
            }
            None => open(&path),
        }
    }
}

/// The work of a call of the system, in steps of [`work::count`]: a microsecond or two.
const CALL: usize = 32;

impl Tree for Folder {
    fn base(&self) -> &Path {
        &self.base
    }

    fn metadata(&self, path: &Path) -> io::Result<Meta> {
        work::count(CALL);
        fs::symlink_metadata(self.absolute(path)).map(|meta| meta_of(&meta))
    }

    fn link_target(&self, path: &Path) -> io::Result<PathBuf> {
        fs::read_link(self.absolute(path))
    }

    fn resolve(&self, path: &Path) -> io::Result<PathBuf> {
        work::count(CALL);
        let path = self.absolute(path);
        match self.folders.plain(&path) {
            Some(plain) => plain.map(|(real, _)| real),
            None => fs::canonicalize(path),
        }
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<PathBuf>> {
        let entries = fs::read_dir(self.absolute(folder))?;
        let mut paths = entries
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<io::Result<Vec<_>>>()?;
        work::count(CALL + paths.len());
        paths.sort();
        Ok(paths)
    }

    fn read(&self, path: &Path, limit: u64) -> Result<Vec<u8>, ReadError> {
        let (file, len) = self.open(path)?;
        bounded(file, len, limit)
    }

    fn first_bytes(&self, path: &Path, count: u64) -> Result<Vec<u8>, ReadError> {
        let (file, _) = self.open(path)?;
        let mut bytes = Vec::new();
        file.take(count).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    fn is_ignored_by_git(&self, path: &Path, top: &Path) -> bool {
        ignored::is_ignored(self, path, top, &self.ignores)
    }

    fn tracked_by_git(&self, folder: &Path) -> Result<Option<BTreeSet<PathBuf>>, GitError> {
        Repository::tracked(self, folder)
    }

    fn walk(&self, named: &[PathBuf], how: &WalkOptions<'_>) -> Walked {
        walk::walk(self, named, how, &|folder, how| {
            walk_folder::walk_folder(self, folder, how)
        })
    }
}

/// The content of a regular file of the disk, links followed, of at most `limit` bytes.
pub(super) fn read_up_to(path: &Path, limit: u64) -> Result<Vec<u8>, ReadError> {
    let (file, len) = open(path)?;
    bounded(file, len, limit)
}

/// A regular file of the disk, links followed, and its length.
fn open(path: &Path) -> Result<(File, u64), ReadError> {
    // The kind is asked before opening, since opening a FIFO waits for a writer, and opening a
    // device may do anything.
    check_kind(&fs::metadata(path)?)?;
    open_real(&fs::canonicalize(path)?)
}

/// The same for a path without links that leads to a regular file.
fn open_real(path: &Path) -> Result<(File, u64), ReadError> {
    if is_of_system(path) {
        return Err(ReadError::OfSystem);
    }
    let file = File::open(path)?;
    let meta = file.metadata()?;
    check_kind(&meta)?;
    Ok((file, meta.len()))
}

/// Whether a path without links is one by which the system shows itself and its devices.
pub(super) fn is_of_system(real: &Path) -> bool {
    let folders = ["/proc", "/sys", "/dev"];
    // Builds run in the memory of /dev/shm.
    folders.iter().any(|folder| real.starts_with(folder)) && !real.starts_with("/dev/shm")
}

/// All of standard input, of at most `limit` bytes, for which the run waits until its time is over.
///
/// # Errors
/// It is longer, it does not end, or the system refused.
pub fn standard_input(limit: u64, deadline: Deadline) -> Result<Vec<u8>, ReadError> {
    let read = move || bounded(io::stdin().lock(), 0, limit);
    let Some(left) = deadline.left() else {
        return read();
    };
    // Nothing else ends a read of a pipe that is open; a thread that still waits ends with the process.
    let (sender, receiver) = mpsc::channel();
    let waits = move || drop(sender.send(read()));
    match thread::Builder::new().spawn(waits) {
        Ok(_) => receiver
            .recv_timeout(left)
            .map_err(|_| ReadError::OutOfTime)?,
        Err(_) => read(),
    }
}

/// Reads to the end, but never more than one byte beyond the limit: a length from metadata says
/// nothing of a file that grows, nor of those in /proc. Where a first read brings as many bytes as the
/// metadata promised, and had room for more, that was the end.
fn bounded(mut from: impl Read, len: u64, limit: u64) -> Result<Vec<u8>, ReadError> {
    if len > limit {
        return Err(ReadError::TooLarge { limit });
    }
    let len = usize::try_from(len).unwrap_or(0);
    let mut bytes = vec![0; len.saturating_add(1)];
    let first = loop {
        match from.read(&mut bytes) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            read => break read?,
        }
    };
    bytes.truncate(first);
    if first == len && len > 0 {
        return Ok(bytes);
    }
    let most = limit.saturating_add(1).saturating_sub(first as u64);
    from.take(most).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(ReadError::TooLarge { limit });
    }
    Ok(bytes)
}

fn check_kind(meta: &fs::Metadata) -> Result<(), ReadError> {
    match kind_of(meta.file_type()) {
        EntryKind::File => Ok(()),
        other => Err(ReadError::NotAFile(other)),
    }
}

#[cfg(unix)]
fn meta_of(meta: &fs::Metadata) -> Meta {
    use std::os::unix::fs::MetadataExt as _;
    Meta {
        kind: kind_of(meta.file_type()),
        len: meta.len(),
        mode: Some(meta.mode() & 0o7777),
        uid: Some(meta.uid()),
        gid: Some(meta.gid()),
    }
}

#[cfg(not(unix))]
fn meta_of(meta: &fs::Metadata) -> Meta {
    Meta {
        kind: kind_of(meta.file_type()),
        len: meta.len(),
        mode: None,
        uid: None,
        gid: None,
    }
}

/// What a file type is in our words.
pub(super) fn kind_of(file_type: fs::FileType) -> EntryKind {
    if file_type.is_file() {
        EntryKind::File
    } else if file_type.is_dir() {
        EntryKind::Folder
    } else if file_type.is_symlink() {
        EntryKind::Link
    } else {
        EntryKind::Other
    }
}
