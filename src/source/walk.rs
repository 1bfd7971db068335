//! Walking the disk, as ripgrep does, and bringing what was found into one order.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex, PoisonError};

use ignore::{DirEntry, WalkBuilder, WalkState};

use super::folder::{Folder, kind_of};
use super::tree::{EntryKind, Found, Problem, ReadError, Tree, Walk, Walked};

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

pub(super) fn walk(folder: &Folder, named: &[PathBuf], how: &Walk<'_>) -> Walked {
    let mut files: HashMap<PathBuf, Candidate> = HashMap::new();
    let mut problems = Vec::new();
    for name in named {
        let mut report = |path: &Path, named: bool, error: ReadError| {
            problems.push(Problem {
                shown: folder.shown(path).into(),
                named,
                error,
            });
        };
        // A named path is followed if it is a link: whoever names it means what it leads to.
        let real = match folder.resolve(name) {
            Ok(real) => real,
            Err(error) => {
                report(name, true, error.into());
                continue;
            }
        };
        let root: Arc<Path> = folder.root_of(name).into();
        match folder.metadata(&real).map(|meta| meta.kind) {
            Ok(EntryKind::File) => {
                let found = found(folder, folder.absolute(name), &root, true);
                keep(&mut files, real, Candidate { found, link: false });
            }
            Ok(EntryKind::Folder) => {
                let top = folder.absolute(name);
                for seen in walk_folder(&top, how) {
                    match seen {
                        Seen::Problem { path, error } => report(&path, false, error),
                        Seen::File { path, link } => {
                            let Some(real) = real_path(folder, &top, &real, &root, &path, link)
                            else {
                                continue;
                            };
                            let found = found(folder, path, &root, false);
                            keep(&mut files, real, Candidate { found, link });
                        }
                    }
                }
            }
            Ok(kind) => report(name, true, ReadError::NotAFile(kind)),
            Err(error) => report(name, true, error.into()),
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

fn found(folder: &Folder, path: PathBuf, root: &Arc<Path>, named: bool) -> Found {
    Found {
        shown: folder.shown(&path).into(),
        path,
        root: Arc::clone(root),
        named,
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

/// The real path of a file that was seen below `top`; none for a link that leads out of the tree,
/// nowhere, or to something that is no file.
fn real_path(
    folder: &Folder,
    top: &Path,
    real_top: &Path,
    root: &Path,
    path: &Path,
    link: bool,
) -> Option<PathBuf> {
    if !link {
        let below = path.strip_prefix(top).ok()?;
        return Some(real_top.join(below));
    }
    let real = folder.resolve(path).ok()?;
    let is_file = folder.metadata(&real).ok()?.kind == EntryKind::File;
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
        EntryKind::File => false,
        EntryKind::Link => true,
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
