//! A tree that is in no folder: tests, the examples of rule pages, standard input.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::follow::follow;
use super::git::GitError;
use super::path::collapse;
use super::tree::{EntryKind, FoundFile, Meta, Problem, ReadError, Tree, WalkOptions, Walked};

/// Where a tree in memory seems to have been started.
const BASE: &str = "/tree";

#[derive(Clone, Debug)]
enum MemoryItem {
    File(Vec<u8>),
    Link(PathBuf),
    Special(EntryKind),
}

/// Mode, owner and group.
type Rights = (u32, u32, u32);

#[derive(Clone, Debug)]
struct MemoryEntry {
    item: MemoryItem,
    rights: Option<Rights>,
}

/// Files by path. Folders exist where files are in them.
///
/// Over another tree, what is written here hides what is there at the same path.
#[derive(Clone, Default)]
pub struct Memory {
    items: BTreeMap<PathBuf, MemoryEntry>,
    below: Option<Arc<dyn Tree>>,
    tracked: Option<BTreeSet<PathBuf>>,
}

impl std::fmt::Debug for Memory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.items.keys()).finish()
    }
}

impl Memory {
    /// An empty tree.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A tree that shows another one wherever nothing is written here.
    #[must_use]
    pub fn over(below: Arc<dyn Tree>) -> Self {
        Self {
            below: Some(below),
            ..Self::default()
        }
    }

    /// Adds a file.
    #[must_use]
    pub fn file(self, path: impl AsRef<Path>, content: impl Into<Vec<u8>>) -> Self {
        self.put(path.as_ref(), MemoryItem::File(content.into()), None)
    }

    /// Adds a file with its permission bits, owner and group.
    #[must_use]
    pub fn owned_file(
        self,
        path: impl AsRef<Path>,
        content: impl Into<Vec<u8>>,
        (mode, uid, gid): (u32, u32, u32),
    ) -> Self {
        let rights = Some((mode, uid, gid));
        self.put(path.as_ref(), MemoryItem::File(content.into()), rights)
    }

    /// Adds a symbolic link.
    #[must_use]
    pub fn link(self, path: impl AsRef<Path>, target: impl Into<PathBuf>) -> Self {
        self.put(path.as_ref(), MemoryItem::Link(target.into()), None)
    }

    /// Adds something that is not a file: an empty folder, a device.
    #[must_use]
    pub fn special(self, path: impl AsRef<Path>, kind: EntryKind) -> Self {
        self.put(path.as_ref(), MemoryItem::Special(kind), None)
    }

    /// Lets git track these files, and no others.
    #[must_use]
    pub fn tracking(mut self, paths: &[&str]) -> Self {
        let paths = paths
            .iter()
            .map(|path| collapse(&self.absolute(Path::new(path))));
        self.tracked = Some(paths.collect());
        self
    }

    fn put(mut self, path: &Path, item: MemoryItem, rights: Option<Rights>) -> Self {
        let path = collapse(&self.absolute(path));
        self.items.insert(path, MemoryEntry { item, rights });
        self
    }

    /// The item at an absolute path without links before its last part.
    fn kind_at(&self, path: &Path) -> Option<EntryKind> {
        if let Some(MemoryEntry { item, .. }) = self.items.get(path) {
            return Some(match item {
                MemoryItem::File(_) => EntryKind::File,
                MemoryItem::Link(_) => EntryKind::Link,
                MemoryItem::Special(kind) => *kind,
            });
        }
        let holds = |inner: &PathBuf| inner.starts_with(path) && inner != path;
        if self.items.keys().any(holds) || path == self.base() {
            return Some(EntryKind::Folder);
        }
        let below = self.below.as_ref()?;
        below.metadata(path).ok().map(|meta| meta.kind)
    }

    /// Follows links in all parts of a path, the last one too if `last` says so.
    fn follow(&self, path: &Path, last: bool) -> io::Result<PathBuf> {
        let kind_at = |path: &Path| self.kind_at(path);
        follow(&self.absolute(path), last, &kind_at, &|path| {
            self.target_at(path)
        })
    }

    fn target_at(&self, path: &Path) -> io::Result<PathBuf> {
        match (self.items.get(path), &self.below) {
            (
                Some(MemoryEntry {
                    item: MemoryItem::Link(target),
                    ..
                }),
                _,
            ) => Ok(target.clone()),
            (None, Some(below)) => below.link_target(path),
            (Some(_), _) => Err(io::ErrorKind::InvalidInput.into()),
            (None, None) => Err(io::ErrorKind::NotFound.into()),
        }
    }
}

impl Tree for Memory {
    fn base(&self) -> &Path {
        self.below
            .as_ref()
            .map_or(Path::new(BASE), |below| below.base())
    }

    fn metadata(&self, path: &Path) -> io::Result<Meta> {
        let path = self.follow(path, false)?;
        let kind = self.kind_at(&path).ok_or(io::ErrorKind::NotFound)?;
        let entry = self.items.get(&path);
        if let (None, Some(below)) = (entry, &self.below)
            && let Ok(meta) = below.metadata(&path)
        {
            return Ok(meta);
        }
        let rights = entry.and_then(|entry| entry.rights);
        Ok(Meta {
            kind,
            len: match entry.map(|entry| &entry.item) {
                Some(MemoryItem::File(content)) => content.len() as u64,
                _ => 0,
            },
            mode: rights.map(|(mode, _, _)| mode),
            uid: rights.map(|(_, uid, _)| uid),
            gid: rights.map(|(_, _, gid)| gid),
        })
    }

    fn link_target(&self, path: &Path) -> io::Result<PathBuf> {
        self.target_at(&self.follow(path, false)?)
    }

    fn resolve(&self, path: &Path) -> io::Result<PathBuf> {
        let path = self.follow(path, true)?;
        match self.kind_at(&path) {
            Some(_) => Ok(path),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<PathBuf>> {
        let folder = self.resolve(folder)?;
        if self.kind_at(&folder) != Some(EntryKind::Folder) {
            return Err(io::ErrorKind::NotADirectory.into());
        }
        let mut paths = match &self.below {
            Some(below) => below.list(&folder).unwrap_or_default(),
            None => Vec::new(),
        };
        for path in self.items.keys() {
            let below = path.strip_prefix(&folder).ok();
            paths.extend(below.and_then(|below| Some(folder.join(below.components().next()?))));
        }
        paths.sort();
        paths.dedup();
        Ok(paths)
    }

    fn first_bytes(&self, path: &Path, count: u64) -> Result<Vec<u8>, ReadError> {
        let mut bytes = self.read(path, u64::MAX)?;
        bytes.truncate(usize::try_from(count).unwrap_or(usize::MAX));
        Ok(bytes)
    }

    fn read(&self, path: &Path, limit: u64) -> Result<Vec<u8>, ReadError> {
        let path = self.resolve(path)?;
        match (self.items.get(&path), &self.below) {
            (
                Some(MemoryEntry {
                    item: MemoryItem::File(content),
                    ..
                }),
                _,
            ) if content.len() as u64 > limit => Err(ReadError::TooLarge { limit }),
            (
                Some(MemoryEntry {
                    item: MemoryItem::File(content),
                    ..
                }),
                _,
            ) => Ok(content.clone()),
            (None, Some(below)) => below.read(&path, limit),
            _ => {
                let kind = self.kind_at(&path).unwrap_or(EntryKind::Other);
                Err(ReadError::NotAFile(kind))
            }
        }
    }

    fn tracked_by_git(&self, folder: &Path) -> Result<Option<BTreeSet<PathBuf>>, GitError> {
        match (&self.tracked, &self.below) {
            (Some(tracked), _) => Ok(Some(tracked.clone())),
            (None, Some(below)) => below.tracked_by_git(folder),
            (None, None) => Ok(None),
        }
    }

    fn walk(&self, named: &[PathBuf], how: &WalkOptions<'_>) -> Walked {
        let (own, other): (Vec<_>, Vec<_>) = named
            .iter()
            .map(|path| collapse(&self.absolute(path)))
            .partition(|path| self.items.contains_key(path));
        let mut walked = match &self.below {
            Some(below) if !other.is_empty() => below.walk(&other, how),
            _ => Walked::default(),
        };
        for path in own.iter().chain(&other) {
            let error = match self.kind_at(path) {
                Some(EntryKind::File | EntryKind::Folder) => continue,
                Some(kind) => ReadError::NotAFile(kind),
                None if self.below.is_some() => continue,
                None => ReadError::Missing,
            };
            walked.problems.push(Problem {
                shown: self.shown(path).into(),
                named: true,
                error,
            });
        }
        walked
            .files
            .retain(|found| !self.items.contains_key(&found.path));
        for (path, MemoryEntry { item, .. }) in &self.items {
            let by_name = own.contains(path);
            let above = other.iter().find(|folder| path.starts_with(folder));
            let folder = match above {
                Some(above) if !by_name => above,
                _ => path.parent().unwrap_or(path),
            };
            let also = || how.also.is_some_and(|also| also.contains(path));
            let wanted = by_name || above.is_some() && ((how.wanted)(path) || also());
            if wanted && matches!(item, MemoryItem::File(_)) {
                walked.files.push(FoundFile {
                    path: path.clone(),
                    shown: self.shown(path).into(),
                    root: self.root_of(folder).into(),
                    named: by_name,
                });
            }
        }
        walked.files.sort_by(|a, b| a.shown.cmp(&b.shown));
        walked.problems.sort_by(|a, b| a.shown.cmp(&b.shown));
        walked
    }
}

#[cfg(test)]
mod tests {
    use super::super::LARGEST;
    use super::*;
    use crate::deadline::Deadline;

    fn sample() -> Memory {
        Memory::new()
            .file("a/x.yml", "x")
            .file("a/b/y.txt", "yy")
            .link("a/l.yml", "b/y.txt")
            .link("loop", "loop")
            .owned_file("secret", "s", (0o600, 0, 0))
            .special("pipe", EntryKind::Other)
    }

    #[test]
    fn memory_answers_as_a_disk_would() {
        let tree = sample();
        let kind = |path: &str| tree.metadata(Path::new(path)).map(|meta| meta.kind).ok();
        assert_eq!(kind("a"), Some(EntryKind::Folder));
        assert_eq!(kind("./a/x.yml"), Some(EntryKind::File));
        assert_eq!(kind("a/../a/l.yml"), Some(EntryKind::Link));
        assert_eq!(kind("nothing"), None);
        let read = |path: &str| tree.read(Path::new(path), LARGEST);
        assert_eq!(read("a/l.yml").unwrap(), b"yy");
        assert!(matches!(
            read("pipe"),
            Err(ReadError::NotAFile(EntryKind::Other))
        ));
        assert!(matches!(
            read("a"),
            Err(ReadError::NotAFile(EntryKind::Folder))
        ));
        assert!(matches!(read("none"), Err(ReadError::Missing)));
        assert!(matches!(read("loop"), Err(ReadError::Io(_))));
        assert!(matches!(
            tree.read(Path::new("a/l.yml"), 1),
            Err(ReadError::TooLarge { limit: 1 })
        ));
        let names = |folder: &str| {
            let paths = tree.list(Path::new(folder)).unwrap();
            paths
                .iter()
                .map(|path| tree.shown(path))
                .collect::<Vec<_>>()
        };
        assert_eq!(names("a"), ["a/b", "a/l.yml", "a/x.yml"]);
        let meta = tree.metadata(Path::new("secret")).unwrap();
        assert_eq!((meta.mode, meta.uid, meta.len), (Some(0o600), Some(0), 1));
    }

    #[test]
    fn walks_take_what_is_wanted_and_what_is_named() {
        let how = WalkOptions {
            hidden: false,
            no_ignore: false,
            all_tracked: false,
            threads: 1,
            deadline: Deadline::default(),
            root: None,
            wanted: &|path| path.extension().is_some_and(|end| end == "yml"),
            also: None,
        };
        let walk = |named: &[&str]| {
            let named: Vec<_> = named.iter().map(PathBuf::from).collect();
            let files = sample().walk(&named, &how).files;
            let shown = files
                .iter()
                .map(|found| (found.shown.to_string(), found.named));
            shown.collect::<Vec<_>>()
        };
        assert_eq!(walk(&["."]), [("a/x.yml".into(), false)]);
        assert_eq!(walk(&["a/b/y.txt"]), [("a/b/y.txt".into(), true)]);
        assert_eq!(walk(&["b"]), []);
        let folder = sample().absolute("a".as_ref());
        let root = Some(&*folder);
        let walked = sample().walk(&["a".into()], &WalkOptions { root, ..how });
        assert_eq!(&*walked.files[0].root, &*folder);
        let problems = sample().walk(&["b".into(), "pipe".into()], &how).problems;
        let shown: Vec<_> = problems.iter().map(|problem| &*problem.shown).collect();
        assert_eq!(shown, ["b", "pipe"]);
    }

    #[test]
    fn what_is_over_another_tree_hides_what_is_below() {
        let tree = Memory::over(Arc::new(sample())).file("a/x.yml", "over");
        assert_eq!(tree.read(Path::new("a/x.yml"), LARGEST).unwrap(), b"over");
        assert_eq!(tree.read(Path::new("secret"), LARGEST).unwrap(), b"s");
        assert_eq!(tree.read(Path::new("a/l.yml"), LARGEST).unwrap(), b"yy");
        let meta = tree.metadata(Path::new("secret")).unwrap();
        assert_eq!(meta.mode, Some(0o600));
        assert_eq!(tree.list(Path::new("a")).unwrap().len(), 3);
        let how = WalkOptions {
            hidden: false,
            no_ignore: false,
            all_tracked: false,
            threads: 1,
            deadline: Deadline::default(),
            root: None,
            wanted: &|_| true,
            also: None,
        };
        let walked = tree.walk(&["a".into()], &how);
        let shown: Vec<_> = walked.files.iter().map(|found| &*found.shown).collect();
        assert_eq!(shown, ["a/b/y.txt", "a/x.yml"]);
        let named = tree.walk(&["a/x.yml".into(), "none".into()], &how);
        assert!(named.files.len() == 1 && named.files[0].named);
        assert_eq!(named.problems.len(), 1);
    }
}
