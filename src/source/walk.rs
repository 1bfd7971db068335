//! Walking a tree, and bringing what was found into one order.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::folder::is_of_system;
use super::ignored::LeftOut;
use super::tree::{EntryKind, FoundFile, Problem, ReadError, Tree, WalkOptions, Walked};

/// What a walk finds in a folder.
pub(super) enum WalkEntry {
    /// A file, or a link to something.
    File { path: PathBuf, link: bool },
    /// A wanted file that git would ignore, which it may track nevertheless.
    Ignored { path: PathBuf, link: bool },
    /// What could not be looked at.
    Problem { path: PathBuf, error: ReadError },
    /// A file that says what to ignore, and that is left out.
    LeftOut { path: PathBuf, why: LeftOut },
    /// The time ran out.
    Incomplete,
}

/// Lists the wanted files below a folder whose path has no links in it.
pub(super) type ListBelow<'b> = &'b dyn Fn(&Path, &WalkOptions<'_>) -> Vec<WalkEntry>;

/// A file with what decides which of several ways to it is kept.
struct WalkCandidate {
    found: FoundFile,
    link: bool,
}

impl WalkCandidate {
    fn rank(&self) -> (bool, bool, &str) {
        (!self.found.named, self.link, &self.found.shown)
    }
}

/// Walks what is named: `below` lists folders, everything else is the same for all trees.
pub(super) fn walk(
    tree: &dyn Tree,
    named: &[PathBuf],
    how: &WalkOptions<'_>,
    below: ListBelow<'_>,
) -> Walked {
    let mut gathering = Gathering {
        tree,
        below,
        files: HashMap::new(),
        problems: Vec::new(),
        left_out: Vec::new(),
        incomplete: false,
        roots: how.root.map(known_root).into_iter().collect(),
    };
    for name in named {
        if let Err(error) = gathering.take(name, how) {
            gathering.problems.push(Problem {
                shown: tree.shown(name).into(),
                named: true,
                error,
            });
        }
    }
    let files = gathering.files.into_values();
    let mut files: Vec<FoundFile> = files.map(|candidate| candidate.found).collect();
    files.sort_by(|a, b| (&a.shown, &a.path).cmp(&(&b.shown, &b.path)));
    let mut problems = gathering.problems;
    problems.sort_by(|a, b| a.shown.cmp(&b.shown));
    let mut left_out = gathering.left_out;
    left_out.sort();
    left_out.dedup();
    Walked {
        files,
        problems,
        left_out,
        incomplete: gathering.incomplete,
    }
}

fn known_root(root: &Path) -> (PathBuf, Arc<Path>) {
    (root.to_owned(), root.into())
}

/// What the named paths have come to so far.
struct Gathering<'d> {
    tree: &'d dyn Tree,
    below: ListBelow<'d>,
    /// Files by what they really are.
    files: HashMap<PathBuf, WalkCandidate>,
    problems: Vec<Problem>,
    left_out: Vec<(Arc<str>, String)>,
    incomplete: bool,
    /// Roots by folder, since many files of one folder may be named.
    roots: HashMap<PathBuf, Arc<Path>>,
}

impl Gathering<'_> {
    fn take(&mut self, name: &Path, how: &WalkOptions<'_>) -> Result<(), ReadError> {
        // A named path is followed if it is a link: a user who names it means what it leads to.
        let real = self.tree.resolve(name)?;
        match self.tree.metadata(&real)?.kind {
            EntryKind::File => self.take_file(name, real),
            EntryKind::Folder if is_of_system(&real) => Err(ReadError::OfSystem),
            EntryKind::Folder => {
                self.take_folder(name, &real, how);
                Ok(())
            }
            kind => Err(ReadError::NotAFile(kind)),
        }
    }

    fn take_file(&mut self, name: &Path, real: PathBuf) -> Result<(), ReadError> {
        let path = in_real_folder(self.tree, name)?;
        let found = FoundFile {
            shown: self.tree.shown(name).into(),
            root: self.root_of(path.parent().unwrap_or(&path)),
            path,
            named: true,
        };
        self.keep(real, WalkCandidate { found, link: false });
        Ok(())
    }

    fn take_folder(&mut self, name: &Path, real: &Path, how: &WalkOptions<'_>) {
        let root = self.root_of(real);
        let tree = self.tree;
        let shown = |path: &Path| -> Arc<str> {
            let below = path.strip_prefix(real).unwrap_or(path);
            tree.shown(&name.join(below)).into()
        };
        let mut ignored = Vec::new();
        let mut files = Vec::new();
        for seen in (self.below)(real, how) {
            match seen {
                WalkEntry::Problem { path, error } => self.problems.push(Problem {
                    shown: shown(&path),
                    named: false,
                    error,
                }),
                WalkEntry::LeftOut { path, why } => {
                    self.left_out.push((shown(&path), why.to_string()));
                }
                WalkEntry::Incomplete => self.incomplete = true,
                WalkEntry::File { path, link } => files.push((path, link)),
                WalkEntry::Ignored { path, link } => ignored.push((path, link)),
            }
        }
        files.extend(tracked(tree, real, ignored));
        files.extend(also(tree, real, how));
        for (path, link) in files {
            let Some(end) = link_end(tree, &root, &path, link) else {
                continue;
            };
            let found = FoundFile {
                shown: shown(&path),
                root: Arc::clone(&root),
                path,
                named: false,
            };
            self.keep(end, WalkCandidate { found, link });
        }
    }

    fn root_of(&mut self, folder: &Path) -> Arc<Path> {
        if let Some(root) = self.roots.get(folder) {
            return Arc::clone(root);
        }
        let root: Arc<Path> = self.tree.root_of(folder).into();
        self.roots.insert(folder.to_owned(), Arc::clone(&root));
        root
    }

    /// Of several ways to one file, the one that was named is kept, else the one that is not a link.
    fn keep(&mut self, real: PathBuf, candidate: WalkCandidate) {
        match self.files.entry(real) {
            Entry::Vacant(place) => {
                place.insert(candidate);
            }
            Entry::Occupied(mut place) => {
                if candidate.rank() < place.get().rank() {
                    place.insert(candidate);
                }
            }
        }
    }
}

/// Those of the ignored files that git tracks: .gitignore says nothing of them (gitignore(5)). Git is
/// asked only if there are any; where it can't say, they stay ignored.
fn tracked(
    tree: &dyn Tree,
    folder: &Path,
    mut ignored: Vec<(PathBuf, bool)>,
) -> Vec<(PathBuf, bool)> {
    if !ignored.is_empty() {
        let tracked = tree.tracked_by_git(folder).ok().flatten();
        let tracked = tracked.unwrap_or_default();
        ignored.retain(|(path, _)| tracked.contains(path));
    }
    ignored
}

/// The files below a folder that are wanted whatever their names, and whether they are links.
fn also(tree: &dyn Tree, folder: &Path, how: &WalkOptions<'_>) -> Vec<(PathBuf, bool)> {
    let all = how.also.into_iter().flatten();
    let below = all.filter(|path| path.starts_with(folder));
    let files = below.filter_map(|path| match tree.metadata(path).ok()?.kind {
        EntryKind::File => Some((path.clone(), false)),
        EntryKind::Link => Some((path.clone(), true)),
        EntryKind::Folder | EntryKind::Other => None,
    });
    files.collect()
}

/// The absolute path of a file with all links in it followed but for the file itself.
fn in_real_folder(tree: &dyn Tree, name: &Path) -> io::Result<PathBuf> {
    let path = tree.absolute(name);
    match (path.parent(), path.file_name()) {
        (Some(folder), Some(file)) => Ok(tree.resolve(folder)?.join(file)),
        _ => tree.resolve(&path),
    }
}

/// What a path that was seen really is; none for a link that leads out of the tree, nowhere, or to
/// something that is not a file.
fn link_end(tree: &dyn Tree, root: &Path, path: &Path, link: bool) -> Option<PathBuf> {
    if !link {
        return Some(path.to_owned());
    }
    let real = tree.resolve(path).ok()?;
    let is_file = tree.metadata(&real).ok()?.kind == EntryKind::File;
    (is_file && real.starts_with(root)).then_some(real)
}

#[cfg(test)]
#[path = "walk_tests.rs"]
mod tests;
