//! Walking the disk, as ripgrep does, and bringing what was found into one order.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex, PoisonError};

use ignore::{DirEntry, WalkBuilder, WalkState};

use super::folder::kind_of;
use super::tree::{Found, Kind, Problem, ReadError, Tree, Walk, Walked};

/// What a walk comes upon in a folder.
pub(super) enum Seen {
    /// A file, or a link to something.
    File { path: PathBuf, link: bool },
    /// What could not be looked at.
    Problem { path: PathBuf, error: ReadError },
}

/// Lists the wanted files below a folder whose path has no links in it.
pub(super) type Below<'b> = &'b dyn Fn(&Path, &Walk<'_>) -> Vec<Seen>;

/// A file with what decides which of several ways to it is kept.
struct Candidate {
    found: Found,
    link: bool,
}

impl Candidate {
    fn rank(&self) -> (bool, bool, &str) {
        (!self.found.named, self.link, &self.found.shown)
    }
}

/// Walks what is named: `below` lists folders, everything else is the same for all trees.
pub(super) fn walk(tree: &dyn Tree, named: &[PathBuf], how: &Walk<'_>, below: Below<'_>) -> Walked {
    let mut gathering = Gathering {
        tree,
        below,
        files: HashMap::new(),
        problems: Vec::new(),
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
    let mut files: Vec<Found> = files.map(|candidate| candidate.found).collect();
    files.sort_by(|a, b| (&a.shown, &a.path).cmp(&(&b.shown, &b.path)));
    let mut problems = gathering.problems;
    problems.sort_by(|a, b| a.shown.cmp(&b.shown));
    Walked { files, problems }
}

fn known_root(root: &Path) -> (PathBuf, Arc<Path>) {
    (root.to_owned(), root.into())
}

/// What the named paths have come to so far.
struct Gathering<'d> {
    tree: &'d dyn Tree,
    below: Below<'d>,
    /// Files by what they really are.
    files: HashMap<PathBuf, Candidate>,
    problems: Vec<Problem>,
    /// Roots by folder, since many files of one folder may be named.
    roots: HashMap<PathBuf, Arc<Path>>,
}

impl Gathering<'_> {
    fn take(&mut self, name: &Path, how: &Walk<'_>) -> Result<(), ReadError> {
        // A named path is followed if it is a link: whoever names it means what it leads to.
        let real = self.tree.resolve(name)?;
        match self.tree.metadata(&real)?.kind {
            Kind::File => self.take_file(name, real),
            Kind::Folder => {
                self.take_folder(name, &real, how);
                Ok(())
            }
            kind => Err(ReadError::NotAFile(kind)),
        }
    }

    fn take_file(&mut self, name: &Path, real: PathBuf) -> Result<(), ReadError> {
        let path = in_real_folder(self.tree, name)?;
        let found = Found {
            shown: self.tree.shown(name).into(),
            root: self.root_of(path.parent().unwrap_or(&path)),
            path,
            named: true,
        };
        self.keep(real, Candidate { found, link: false });
        Ok(())
    }

    fn take_folder(&mut self, name: &Path, real: &Path, how: &Walk<'_>) {
        let root = self.root_of(real);
        for seen in (self.below)(real, how) {
            let (Seen::File { path, .. } | Seen::Problem { path, .. }) = &seen;
            let below = path.strip_prefix(real).unwrap_or(path);
            let shown: Arc<str> = self.tree.shown(&name.join(below)).into();
            match seen {
                Seen::Problem { error, .. } => self.problems.push(Problem {
                    shown,
                    named: false,
                    error,
                }),
                Seen::File { path, link } => {
                    let Some(end) = link_end(self.tree, &root, &path, link) else {
                        continue;
                    };
                    let found = Found {
                        shown,
                        root: Arc::clone(&root),
                        path,
                        named: false,
                    };
                    self.keep(end, Candidate { found, link });
                }
            }
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

    /// Of several ways to one file, the one that was named is kept, else the one that is no link.
    fn keep(&mut self, real: PathBuf, candidate: Candidate) {
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

/// The absolute path of a file with all links in it followed but for the file itself.
fn in_real_folder(tree: &dyn Tree, name: &Path) -> io::Result<PathBuf> {
    let path = tree.absolute(name);
    match (path.parent(), path.file_name()) {
        (Some(folder), Some(file)) => Ok(tree.resolve(folder)?.join(file)),
        _ => tree.resolve(&path),
    }
}

/// What a path that was seen really is; none for a link that leads out of the tree, nowhere, or to
/// something that is no file.
fn link_end(tree: &dyn Tree, root: &Path, path: &Path, link: bool) -> Option<PathBuf> {
    if !link {
        return Some(path.to_owned());
    }
    let real = tree.resolve(path).ok()?;
    let is_file = tree.metadata(&real).ok()?.kind == Kind::File;
    (is_file && real.starts_with(root)).then_some(real)
}

/// Entries up to which a folder without folders in it is listed without threads, which would take
/// longer to start than the work takes.
const FEW: usize = 64;

/// How much there is to do in a folder.
enum Work {
    /// Nothing that is wanted lies in it, so it does not matter what is ignored.
    Nothing,
    /// So little that one thread does.
    Little,
    /// More.
    Much,
}

fn work_in(top: &Path, how: &Walk<'_>) -> Work {
    // What is wrong with the folder is told by the walk.
    let Ok(entries) = std::fs::read_dir(top) else {
        return Work::Little;
    };
    let mut work = Work::Nothing;
    for (count, entry) in entries.flatten().enumerate() {
        if count >= FEW || entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            return Work::Much;
        }
        if (how.wanted)(&entry.path()) {
            work = Work::Little;
        }
    }
    work
}

/// Lists a folder of the disk, in several threads if there is work for them.
pub(super) fn walk_folder(top: &Path, how: &Walk<'_>) -> Vec<Seen> {
    let work = work_in(top, how);
    if matches!(work, Work::Nothing) {
        return Vec::new();
    }
    let mut builder = WalkBuilder::new(top);
    builder
        .hidden(!how.hidden)
        .ignore(!how.no_ignore)
        .git_ignore(!how.no_ignore)
        .git_exclude(!how.no_ignore)
        .git_global(!how.no_ignore)
        .parents(!how.no_ignore)
        .follow_links(false)
        .threads(how.threads)
        .filter_entry(|entry| entry.file_name() != ".git");
    if matches!(work, Work::Little) {
        return builder.build().filter_map(|one| judge(one, how)).collect();
    }
    let (sender, receiver) = mpsc::channel();
    let sender = Mutex::new(sender);
    builder.build_parallel().run(|| {
        let sender: Sender<Seen> = sender
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        Box::new(move |entry| {
            if let Some(seen) = judge(entry, how) {
                // Sending fails only if nobody listens any more, and then nothing is lost.
                let _ = sender.send(seen);
            }
            WalkState::Continue
        })
    });
    drop(sender);
    receiver.into_iter().collect()
}

fn judge(entry: Result<DirEntry, ignore::Error>, how: &Walk<'_>) -> Option<Seen> {
    let entry = match entry {
        Ok(entry) => entry,
        Err(error) => return problem(&error),
    };
    let kind = entry.file_type().map(kind_of)?;
    if !(how.wanted)(entry.path()) {
        return None;
    }
    let link = match kind {
        Kind::File => false,
        Kind::Link => true,
        _ => return None,
    };
    Some(Seen::File {
        path: entry.into_path(),
        link,
    })
}

/// Faults in ignore files are nobody's concern here, as they aren't git's.
fn problem(error: &ignore::Error) -> Option<Seen> {
    let kind = error.io_error()?.kind();
    Some(Seen::Problem {
        path: path_of(error)?.to_owned(),
        error: io::Error::from(kind).into(),
    })
}

fn path_of(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => {
            path_of(err)
        }
        _ => None,
    }
}

#[cfg(test)]
#[path = "walk_tests.rs"]
mod tests;
