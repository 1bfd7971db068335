//! Walking the disk, as ripgrep does, and bringing what was found into one order.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex, PoisonError};

use ignore::{DirEntry, WalkBuilder, WalkState};

use super::folder::{Folder, kind_of};
use super::tree::{Found, Kind, Problem, ReadError, Tree, Walk, Walked};

/// What one thread of a walk tells the others.
enum Seen {
    File { path: PathBuf, link: bool },
    Problem { path: PathBuf, error: ReadError },
}

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

pub(super) fn walk(disk: &Folder, named: &[PathBuf], how: &Walk<'_>) -> Walked {
    let mut files = HashMap::new();
    let mut problems = Vec::new();
    for name in named {
        if let Err(error) = walk_named(disk, name, how, &mut files, &mut problems) {
            problems.push(Problem {
                shown: disk.shown(name).into(),
                named: true,
                error,
            });
        }
    }
    let mut files: Vec<Found> = files
        .into_values()
        .map(|candidate| candidate.found)
        .collect();
    files.sort_by(|a, b| (&a.shown, &a.path).cmp(&(&b.shown, &b.path)));
    problems.sort_by(|a, b| a.shown.cmp(&b.shown));
    Walked { files, problems }
}

/// Files by what they really are.
type Files = HashMap<PathBuf, Candidate>;

fn walk_named(
    disk: &Folder,
    name: &Path,
    how: &Walk<'_>,
    files: &mut Files,
    problems: &mut Vec<Problem>,
) -> Result<(), ReadError> {
    // A named path is followed if it is a link: whoever names it means what it leads to.
    let real = disk.resolve(name)?;
    match disk.metadata(&real)?.kind {
        Kind::File => {
            let path = in_real_folder(disk, name)?;
            let folder = path.parent().unwrap_or(&path);
            let found = Found {
                shown: disk.shown(name).into(),
                root: disk.root_of(folder).into(),
                path,
                named: true,
            };
            keep(files, real, Candidate { found, link: false });
            Ok(())
        }
        Kind::Folder => {
            let root: Arc<Path> = disk.root_of(&real).into();
            for seen in walk_folder(&real, how) {
                let shown = |path: &Path| {
                    let below = path.strip_prefix(&real).unwrap_or(path);
                    disk.shown(&name.join(below)).into()
                };
                match seen {
                    Seen::Problem { path, error } => problems.push(Problem {
                        shown: shown(&path),
                        named: false,
                        error,
                    }),
                    Seen::File { path, link } => {
                        let Some(real) = link_end(disk, &root, &path, link) else {
                            continue;
                        };
                        let found = Found {
                            shown: shown(&path),
                            root: Arc::clone(&root),
                            path,
                            named: false,
                        };
                        keep(files, real, Candidate { found, link });
                    }
                }
            }
            Ok(())
        }
        kind => Err(ReadError::NotAFile(kind)),
    }
}

/// The absolute path of a file with all links in it followed but for the file itself.
fn in_real_folder(disk: &Folder, name: &Path) -> io::Result<PathBuf> {
    let path = disk.absolute(name);
    match (path.parent(), path.file_name()) {
        (Some(folder), Some(file)) => Ok(disk.resolve(folder)?.join(file)),
        _ => disk.resolve(&path),
    }
}

/// Of several ways to one file, the one that was named is kept, else the one that is no link.
fn keep(files: &mut HashMap<PathBuf, Candidate>, real: PathBuf, candidate: Candidate) {
    match files.entry(real) {
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

/// What a path that was seen really is; none for a link that leads out of the tree, nowhere, or to
/// something that is no file.
fn link_end(disk: &Folder, root: &Path, path: &Path, link: bool) -> Option<PathBuf> {
    if !link {
        return Some(path.to_owned());
    }
    let real = disk.resolve(path).ok()?;
    let is_file = disk.metadata(&real).ok()?.kind == Kind::File;
    (is_file && real.starts_with(root)).then_some(real)
}

fn walk_folder(top: &Path, how: &Walk<'_>) -> Vec<Seen> {
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
