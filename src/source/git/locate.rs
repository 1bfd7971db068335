//! Which repository a folder belongs to, found without git.
//!
//! Git itself takes any folder for a bare repository that holds `HEAD`, `objects` and `refs`
//! (`setup.c:setup_git_directory_gently_1`), and so a tracked folder whose files a pull request
//! chose. Only `.git` counts here: git refuses to track a file of that name
//! (`path.c:is_ntfs_dotgit`, `read-cache.c:verify_path`).

use std::env;
use std::path::{Path, PathBuf};

use super::command::GitError;
use super::listing::path as path_of;
use super::owner;
use crate::source::folder::Folder;
use crate::source::path::collapse;
use crate::source::tree::{EntryKind, Tree};

/// The longest file `.git` or `commondir`, in bytes: one path, of at most 4096 bytes on Linux.
const LONGEST_POINTER: u64 = 8192;

/// Where the parts of a repository are. No path has a link in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RepositoryLocation {
    /// The top of the work tree.
    pub(super) top: PathBuf,
    /// The folder of what belongs to this work tree: `HEAD`, the index.
    pub(super) own: PathBuf,
    /// The folder of what all its work trees share: objects, references, configuration.
    pub(super) common: PathBuf,
}

impl RepositoryLocation {
    /// The repository of the nearest folder, at or above one without links in its path, that holds
    /// a real `.git`; else the one that the environment names, as it does in a hook of a
    /// repository without `.git` (`git --git-dir`).
    pub(super) fn of(disk: &Folder, folder: &Path) -> Result<Option<Self>, GitError> {
        for top in folder.ancestors() {
            if let Some(found) = Self::at(disk, top)? {
                return Ok(Some(found));
            }
        }
        match by_environment(disk).filter(|found| folder.starts_with(&found.top)) {
            Some(found) => found.checked(disk, None).map(Some),
            None => Ok(None),
        }
    }

    /// The repository whose work tree begins at a folder, if one does.
    pub(super) fn at(disk: &Folder, top: &Path) -> Result<Option<Self>, GitError> {
        let marker = top.join(".git");
        let Ok(real) = disk.resolve(&marker) else {
            return Ok(None);
        };
        let own = match disk.metadata(&real).map(|meta| meta.kind) {
            Ok(EntryKind::Folder) => real,
            Ok(EntryKind::File) => match pointed_at(disk, &real) {
                Some(own) => own,
                None => return Err(GitError::NoSuchRepository(disk.shown(&marker))),
            },
            _ => return Ok(None),
        };
        match Self::new(disk, top, own) {
            Some(found) => found.checked(disk, Some(&marker)).map(Some),
            None if marker_is_file(disk, &marker) => {
                Err(GitError::NoSuchRepository(disk.shown(&marker)))
            }
            // Git goes on upwards too (`setup.c:is_git_directory`).
            None => Ok(None),
        }
    }

    /// The nearest `.git` at or above a folder that holds something and is not a repository: git refuses
    /// it, and nothing is known of what it tracks.
    pub(super) fn broken(disk: &Folder, folder: &Path) -> Option<PathBuf> {
        let mut markers = folder.ancestors().map(|top| top.join(".git"));
        markers.find(|marker| disk.list(marker).is_ok_and(|held| !held.is_empty()))
    }

    /// The parts of a repository whose folder is known; none if it is not a repository.
    fn new(disk: &Folder, top: &Path, own: PathBuf) -> Option<Self> {
        let common = match disk.read(&own.join("commondir"), LONGEST_POINTER) {
            Ok(line) => {
                let line = path_of(line.trim_ascii_end());
                disk.resolve(&collapse(&own.join(line))).ok()?
            }
            Err(_) => own.clone(),
        };
        let is = |path: PathBuf, kind| {
            let real = disk.resolve(&path);
            real.and_then(|real| disk.metadata(&real))
                .is_ok_and(|meta| meta.kind == kind)
        };
        // What `setup.c:is_git_directory` asks for.
        let is_real = is(own.join("HEAD"), EntryKind::File)
            && is(common.join("objects"), EntryKind::Folder)
            && is(common.join("refs"), EntryKind::Folder);
        is_real.then(|| Self {
            top: top.to_owned(),
            own,
            common,
        })
    }

    /// The same if it may be used: what other users wrote is theirs to answer for, as with git
    /// (`setup.c:ensure_valid_ownership`).
    fn checked(self, disk: &Folder, marker: Option<&Path>) -> Result<Self, GitError> {
        let paths = [Some(self.top.as_path()), marker, Some(&self.own)];
        owner::check(disk, &self.top, paths.into_iter().flatten())?;
        Ok(self)
    }

    /// The index that counts: that of the environment if it belongs to this repository, since
    /// `git commit` with paths shows its hooks another one than it keeps.
    pub(super) fn index(&self, disk: &Folder) -> PathBuf {
        let named = env::var_os("GIT_INDEX_FILE").map(PathBuf::from);
        let named = named.and_then(|path| disk.resolve(&path).ok());
        let named = named.filter(|path| path.starts_with(&self.own));
        named.unwrap_or_else(|| self.own.join("index"))
    }
}

fn marker_is_file(disk: &Folder, marker: &Path) -> bool {
    let real = disk.resolve(marker);
    real.and_then(|real| disk.metadata(&real))
        .is_ok_and(|meta| meta.kind == EntryKind::File)
}

/// Where a file `.git` of a work tree or of a submodule leads (gitrepository-layout(5)).
fn pointed_at(disk: &Folder, marker: &Path) -> Option<PathBuf> {
    let bytes = disk.read(marker, LONGEST_POINTER).ok()?;
    let target = path_of(bytes.strip_prefix(b"gitdir: ")?.trim_ascii_end());
    disk.resolve(&marker.parent()?.join(target)).ok()
}

/// The repository that `GIT_DIR` names. Only the user sets it, not the tree.
fn by_environment(disk: &Folder) -> Option<RepositoryLocation> {
    let own = disk.resolve(Path::new(&env::var_os("GIT_DIR")?)).ok()?;
    let top = match env::var_os("GIT_WORK_TREE") {
        Some(top) => disk.resolve(Path::new(&top)).ok()?,
        None => disk.base().to_owned(),
    };
    RepositoryLocation::new(disk, &top, own)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// A folder with what makes a repository.
    fn repository(path: &Path) {
        fs::create_dir_all(path.join("objects")).unwrap();
        fs::create_dir_all(path.join("refs")).unwrap();
        fs::write(path.join("HEAD"), "ref: refs/heads/main\n").unwrap();
    }

    fn found(folder: &Path) -> Option<(PathBuf, PathBuf, PathBuf)> {
        let found = RepositoryLocation::of(&Folder::new(folder), folder).unwrap()?;
        Some((found.top, found.own, found.common))
    }

    #[test]
    fn only_a_real_git_folder_counts() {
        let scratch = tempfile::tempdir().unwrap();
        let top = fs::canonicalize(scratch.path()).unwrap();
        let deep = top.join("a/b");
        fs::create_dir_all(&deep).unwrap();
        assert_eq!(found(&deep), None);
        // A bare repository that no one asked for.
        repository(&deep);
        assert_eq!(found(&deep), None);
        // A folder of that name with nothing in it.
        fs::create_dir(top.join("a/.git")).unwrap();
        let git = top.join(".git");
        repository(&git);
        assert_eq!(found(&deep), Some((top.clone(), git.clone(), git.clone())));
        // One that lacks a part is none.
        let disk = Folder::new(&top);
        fs::remove_dir(git.join("refs")).unwrap();
        assert_eq!(found(&deep), None);
        assert_eq!(RepositoryLocation::broken(&disk, &deep), Some(git));
    }

    #[test]
    fn a_file_leads_to_the_repository_of_a_work_tree() {
        let scratch = tempfile::tempdir().unwrap();
        let base = fs::canonicalize(scratch.path()).unwrap();
        let common = base.join("main/.git");
        repository(&common);
        let own = common.join("worktrees/w");
        fs::create_dir_all(&own).unwrap();
        fs::write(own.join("HEAD"), "ref: refs/heads/w\n").unwrap();
        fs::write(own.join("commondir"), "../..\n").unwrap();
        let top = base.join("w");
        fs::create_dir(&top).unwrap();
        fs::write(top.join(".git"), "gitdir: ../main/.git/worktrees/w\n").unwrap();
        assert_eq!(found(&top), Some((top.clone(), own.clone(), common)));
        fs::remove_dir_all(own).unwrap();
        let lost = RepositoryLocation::of(&Folder::new(&top), &top);
        assert!(
            matches!(lost, Err(GitError::NoSuchRepository(_))),
            "{lost:?}"
        );
    }
}
