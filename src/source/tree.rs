//! What every tree can do, and the words for what is in it.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::git::GitError;
use super::ignored::RulesCache;
use super::path;
use crate::deadline::Deadline;

/// The largest configuration that is read, in bytes. Etcd refuses objects above 1.5 MB, and target files of a
/// hundred thousand targets have 20 MB.
pub const LARGEST: u64 = 64 * 1024 * 1024;

/// The names of policy files. A tree of no repository begins at the outermost one.
pub(super) const POLICY_NAMES: [&str; 2] = ["promvet.yaml", ".promvet.yaml"];

/// Whether a path is that of a policy file, by its name.
#[must_use]
pub fn is_policy(path: &Path) -> bool {
    POLICY_NAMES.iter().any(|name| path.ends_with(name))
}

/// The longest policy file that can say where its tree begins, in bytes. It is read for each folder on
/// the way up; a policy with thousands of lines has a tenth of it.
const LONGEST_POLICY: u64 = 1024 * 1024;

/// Whether a policy file says that its folder is a separate tree: by the line `root: true`, as
/// .editorconfig does, so that nothing has to be parsed to find out where a tree begins.
#[must_use]
pub fn is_top(policy: &[u8]) -> bool {
    let mut lines = policy.split(|byte| *byte == b'\n');
    lines.any(|line| {
        let mut parts = line.split(|byte| *byte == b'#');
        let line = parts.next().unwrap_or_default().trim_ascii_end();
        line.strip_prefix(b"root:")
            .is_some_and(|value| value.trim_ascii() == b"true")
    })
}

/// What a path is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EntryKind {
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link.
    Link,
    /// A named pipe, a device, a socket: what is never opened.
    Other,
}

impl EntryKind {
    /// A noun with its article, such as `a folder`.
    #[must_use]
    pub fn noun(self) -> &'static str {
        match self {
            Self::File => "a file",
            Self::Folder => "a folder",
            Self::Link => "a symbolic link",
            Self::Other => "a device, pipe or socket",
        }
    }
}

/// What is known of a path without opening it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Meta {
    /// What it is; a link is a link.
    pub kind: EntryKind,
    /// Length in bytes.
    pub len: u64,
    /// Permission bits, the lowest twelve of `st_mode`. This and the next two are missing where the
    /// system has no such thing, and for files that are not on a disk.
    pub mode: Option<u32>,
    /// Number of the owning user.
    pub uid: Option<u32>,
    /// Number of the owning group.
    pub gid: Option<u32>,
}

/// Why a file could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// There is nothing at this path.
    #[error("no such file or folder")]
    Missing,
    /// It is not a regular file; such a thing is never opened.
    #[error("it is {}, not a file", .0.noun())]
    NotAFile(EntryKind),
    /// It is where the system shows itself and its devices: what a tree refers to is never there,
    /// and `/proc/self/environ` holds the secrets of the job.
    #[error("it is in /proc, /sys or /dev, where promvet does not read files")]
    OfSystem,
    /// It is larger than the limit.
    #[error("it is larger than {limit} bytes, the most that promvet reads")]
    TooLarge {
        /// The limit in bytes.
        limit: u64,
    },
    /// It is a pipe that is not closed.
    #[error("its end did not come within the time of --max-time")]
    OutOfTime,
    /// The system refused.
    #[error("it cannot be read: {0}")]
    Io(io::Error),
}

impl From<io::Error> for ReadError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Self::Missing,
            _ => Self::Io(error),
        }
    }
}

/// How to walk.
#[derive(Clone, Copy)]
pub struct WalkOptions<'w> {
    /// Go into hidden files and folders too.
    pub hidden: bool,
    /// Ignore .gitignore, .ignore and files like them.
    pub no_ignore: bool,
    /// Leave out nothing that git tracks: .ignore files, which git does not read, hide only what it
    /// does not track.
    pub all_tracked: bool,
    /// How many threads; 0 lets the machine decide.
    pub threads: usize,
    /// When to stop looking.
    pub deadline: Deadline,
    /// A folder that is known to be the root of its tree, so that this is not looked up again.
    pub root: Option<&'w Path>,
    /// Which files of a folder are wanted, by their path. Files that were named always are.
    pub wanted: &'w (dyn Fn(&Path) -> bool + Sync),
    /// Files that are wanted if they are in a named folder, whatever their names, hidden and ignored
    /// ones included: what a change touches.
    pub also: Option<&'w BTreeSet<PathBuf>>,
}

impl std::fmt::Debug for WalkOptions<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Walk")
            .field("hidden", &self.hidden)
            .field("no_ignore", &self.no_ignore)
            .field("all_tracked", &self.all_tracked)
            .field("threads", &self.threads)
            .finish_non_exhaustive()
    }
}

/// A file that a walk found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundFile {
    /// Its absolute path. No folder in it is a link; the file itself may be one, since Prometheus
    /// resolves paths against the folder of the path that it is given.
    pub path: PathBuf,
    /// Its path for people, as the user wrote it.
    pub shown: Arc<str>,
    /// The root of the tree that it was looked for in.
    pub root: Arc<Path>,
    /// Whether it was named itself, and not only a folder around it.
    pub named: bool,
}

/// A path that a walk could not read.
#[derive(Debug)]
pub struct Problem {
    /// Its path for people.
    pub shown: Arc<str>,
    /// Whether it was named itself.
    pub named: bool,
    /// What is wrong with it.
    pub error: ReadError,
}

/// What a walk found, both sorted by shown path.
#[derive(Debug, Default)]
pub struct Walked {
    /// Files, each once, whatever the number of ways to it.
    pub files: Vec<FoundFile>,
    /// What could not be read.
    pub problems: Vec<Problem>,
    /// The files that say what to ignore and that are left out, as shown, each with the reason.
    pub left_out: Vec<(Arc<str>, String)>,
    /// Whether the time ran out before everything was found.
    pub incomplete: bool,
}

/// Bytes and metadata by path.
pub trait Tree: std::fmt::Debug + Send + Sync {
    /// Where promvet was started: what relative paths are relative to.
    fn base(&self) -> &Path;

    /// What is at a path; of a link, the link itself.
    ///
    /// # Errors
    /// Whatever the system says.
    fn metadata(&self, path: &Path) -> io::Result<Meta>;

    /// What a link says, as it is written in it.
    ///
    /// # Errors
    /// Whatever the system says; also if it is not a link.
    fn link_target(&self, path: &Path) -> io::Result<PathBuf>;

    /// The absolute path without links that a path leads to.
    ///
    /// # Errors
    /// Nothing is there, or a link has no target or is a loop.
    fn resolve(&self, path: &Path) -> io::Result<PathBuf>;

    /// The paths of what a folder holds, sorted.
    ///
    /// # Errors
    /// Whatever the system says; also if it is not a folder.
    fn list(&self, folder: &Path) -> io::Result<Vec<PathBuf>>;

    /// The content of a regular file, links followed, of at most `limit` bytes.
    ///
    /// # Errors
    /// See [`ReadError`].
    fn read(&self, path: &Path, limit: u64) -> Result<Vec<u8>, ReadError>;

    /// The first bytes of a regular file, links followed, however large it is; an error where they
    /// cannot be had without all the others.
    ///
    /// # Errors
    /// See [`ReadError`].
    fn first_bytes(&self, path: &Path, count: u64) -> Result<Vec<u8>, ReadError>;

    /// The files below some paths.
    fn walk(&self, named: &[PathBuf], how: &WalkOptions<'_>) -> Walked;

    /// The absolute form of a path, without `.` in it.
    fn absolute(&self, path: &Path) -> PathBuf {
        path::absolute(self.base(), path)
    }

    /// A path for people: relative to where promvet was started, with forward slashes, without a
    /// leading `./`; bytes that are not UTF-8 replaced, control characters escaped.
    fn shown(&self, path: &Path) -> String {
        path::shown_from(self.base(), &self.absolute(path))
    }

    /// The roots of the trees that some paths of files and folders are in, each once.
    fn roots_of(&self, paths: &[PathBuf]) -> Vec<PathBuf> {
        let roots = paths.iter().map(|path| {
            let path = path::collapse(&self.absolute(path));
            let is_folder = self.list(&path).is_ok();
            let folder = match is_folder {
                true => &*path,
                false => path.parent().unwrap_or(&path),
            };
            self.root_of(folder)
        });
        let roots: BTreeSet<PathBuf> = roots.collect();
        roots.into_iter().collect()
    }

    /// The root of the tree that an absolute path of a folder belongs to: the nearest folder at
    /// it or above it that holds `.git` or a policy file with `root: true`, else the outermost one
    /// with a policy file, else the folder itself.
    fn root_of(&self, folder: &Path) -> PathBuf {
        let mut outermost = folder;
        for ancestor in folder.ancestors() {
            let has = |name: &str| self.metadata(&ancestor.join(name)).is_ok();
            let policies = POLICY_NAMES.iter().filter(|name| has(name));
            let mut has_policy = false;
            for name in policies {
                has_policy = true;
                let policy = self.read(&ancestor.join(name), LONGEST_POLICY);
                if policy.is_ok_and(|policy| is_top(&policy)) {
                    return ancestor.to_owned();
                }
            }
            if has(".git") {
                return ancestor.to_owned();
            }
            if has_policy {
                outermost = ancestor;
            }
        }
        outermost.to_owned()
    }

    /// Whether git ignores a path below `top`, by the .gitignore files from there down. The path
    /// need not exist.
    fn is_ignored_by_git(&self, path: &Path, top: &Path) -> bool {
        super::ignored::is_ignored(self, path, top, &RulesCache::default())
    }

    /// The absolute paths of the files below a folder that git tracks; none if it is in no work
    /// tree.
    ///
    /// # Errors
    /// It is in one, and git can't say.
    fn tracked_by_git(&self, _folder: &Path) -> Result<Option<BTreeSet<PathBuf>>, GitError> {
        Ok(None)
    }

    /// Whether a path leads, links followed, to something at or below one of these folders.
    ///
    /// # Errors
    /// Nothing is there, or a link has no target or is a loop.
    fn within(&self, path: &Path, folders: &[&Path]) -> io::Result<bool> {
        let real = self.resolve(path)?;
        let mut folders = folders.iter();
        Ok(folders.any(|folder| {
            // What a path without links begins with has none either.
            let resolved = || self.resolve(folder);
            real.starts_with(folder) || resolved().is_ok_and(|folder| real.starts_with(folder))
        }))
    }
}
