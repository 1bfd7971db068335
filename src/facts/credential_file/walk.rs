//! Walking down a path, link by link, without leaving where it begins.

use std::io;
use std::path::{Component, Path, PathBuf};

use super::{FileState, Unverified};
use crate::facts::deployment::{DeployedRights, RunAs};
use crate::facts::token::{self, MOST_CONTENT, Observation};
use crate::source::{EntryKind, Meta, Tree};

/// Links followed on one path, as in Linux (`MAXSYMLINKS`).
const MOST_LINKS: usize = 40;

/// A walk down a path, following links without leaving the base.
pub(super) struct PathWalk<'t> {
    pub(super) tree: &'t dyn Tree,
    /// Where it begins; nothing outside of it is looked at.
    pub(super) base: PathBuf,
    /// Whether the base is a root file system, so that absolute links count from it and `..` stops
    /// there.
    pub(super) is_root: bool,
    /// Whose rights count; none where modes say nothing.
    pub(super) user: Option<&'t RunAs>,
    /// The time, in seconds since 1970.
    pub(super) now: i64,
}

/// What is at the end of a path.
#[derive(Debug)]
pub(super) struct PathEnd {
    pub(super) state: FileState,
    /// The file without links in its path, if there is one.
    pub(super) file: Option<PathBuf>,
    /// What its content shows.
    pub(super) content: Vec<Observation>,
    /// Its mode, if every user may read it.
    pub(super) open: Option<u32>,
}

impl From<FileState> for PathEnd {
    fn from(state: FileState) -> Self {
        Self {
            state,
            file: None,
            content: Vec::new(),
            open: None,
        }
    }
}

/// How far a walk has come.
struct WalkStep {
    here: PathBuf,
    /// The parts that are left, last first.
    rest: Vec<String>,
    links: usize,
    /// Whether every user may pass through all folders so far.
    passable: bool,
}

impl PathWalk<'_> {
    /// Looks at what is at a path below the base.
    pub(super) fn follow(&self, file: &Path) -> PathEnd {
        let mut step = WalkStep {
            here: PathBuf::new(),
            rest: parts(file),
            links: 0,
            passable: true,
        };
        if let Err(state) = self.enter_folder(&mut step) {
            return state.into();
        }
        while let Some(part) = step.rest.pop() {
            if part == ".." {
                step.here.pop();
                continue;
            }
            step.here.push(&part);
            let meta = match self.tree.metadata(&self.base.join(&step.here)) {
                Ok(meta) => meta,
                Err(error) => return self.absent(&step, &error).into(),
            };
            let entered = match meta.kind {
                EntryKind::Link => self.enter_link(&mut step),
                EntryKind::Folder if !step.rest.is_empty() => self.enter_folder(&mut step),
                EntryKind::File if step.rest.is_empty() => return self.file(&step, &meta),
                EntryKind::Folder => Err(FileState::NotAFile(EntryKind::Folder.noun())),
                EntryKind::File => Err(FileState::Missing(self.shown(&step))),
                other => Err(FileState::NotAFile(other.noun())),
            };
            if let Err(state) = entered {
                return state.into();
            }
        }
        FileState::NotAFile(EntryKind::Folder.noun()).into()
    }

    /// Replaces a link by what it points at.
    fn enter_link(&self, step: &mut WalkStep) -> Result<(), FileState> {
        step.links += 1;
        let target = self.tree.link_target(&self.base.join(&step.here));
        let target = match target {
            Ok(target) if step.links <= MOST_LINKS => target,
            _ => return Err(FileState::Missing(self.shown(step))),
        };
        step.here.pop();
        let outside = Err(FileState::Unverified(Unverified::Outside));
        if target.is_absolute() {
            if !self.is_root {
                return outside;
            }
            step.here.clear();
        }
        let climbs = target
            .components()
            .filter(|part| *part == Component::ParentDir)
            .count();
        if !self.is_root && climbs > step.here.components().count() {
            return outside;
        }
        step.rest.extend(parts(&target));
        Ok(())
    }

    /// Passes through a folder, if the user may.
    fn enter_folder(&self, step: &mut WalkStep) -> Result<(), FileState> {
        let folder = self.base.join(&step.here);
        let Some(user) = self.user else { return Ok(()) };
        // The folder around what is mounted is not on the way inside of the container.
        if !self.is_root && step.here.as_os_str().is_empty() {
            return Ok(());
        }
        let meta = self.tree.metadata(&folder).ok();
        let rights = meta.filter(|meta| meta.kind == EntryKind::Folder);
        let Some(rights) = rights.as_ref().and_then(rights_of) else {
            return Ok(());
        };
        step.passable &= rights.mode & 0o001 != 0;
        if user.may_search(rights) == Some(false) {
            let shown = match self.is_root {
                true => Path::new("/").join(&step.here).display().to_string(),
                false => self.tree.shown(&folder),
            };
            return Err(FileState::Unreadable(format!(
                "the folder {shown} above it has {}, so nothing below it can be read",
                words(rights)
            )));
        }
        Ok(())
    }

    fn absent(&self, step: &WalkStep, error: &io::Error) -> FileState {
        match error.kind() {
            io::ErrorKind::PermissionDenied => FileState::Unverified(Unverified::Forbidden),
            _ => FileState::Missing(self.shown(step)),
        }
    }

    fn shown(&self, step: &WalkStep) -> String {
        let mut path = self.base.join(&step.here);
        path.extend(step.rest.iter().rev());
        self.tree.shown(&path)
    }

    fn file(&self, step: &WalkStep, meta: &Meta) -> PathEnd {
        let file = self.base.join(&step.here);
        let rights = self.user.and_then(|_| rights_of(meta));
        let refused = self
            .user
            .zip(rights)
            .filter(|(user, rights)| user.may_read(*rights) == Some(false));
        let content = self.content(&file, meta);
        let state = match refused {
            Some((_, rights)) => {
                FileState::Unreadable(format!("its mode is {}", words_of_file(rights)))
            }
            None if content.contains(&Observation::Empty) => FileState::Empty,
            None => FileState::Usable,
        };
        PathEnd {
            state,
            file: Some(file),
            content,
            open: rights
                .filter(|rights| rights.world_readable() && step.passable)
                .map(|rights| rights.mode),
        }
    }

    /// What the content shows. What can't be read by the user who runs promvet shows nothing.
    fn content(&self, file: &Path, meta: &Meta) -> Vec<Observation> {
        if meta.len == 0 {
            return vec![Observation::Empty];
        }
        if meta.len > MOST_CONTENT as u64 {
            return vec![Observation::TooLong];
        }
        if !self.tree.within(file, &[&self.base]).unwrap_or(false) {
            return Vec::new();
        }
        let content = self.tree.read(file, MOST_CONTENT as u64);
        content.map_or_else(|_| Vec::new(), |bytes| token::observe(&bytes, self.now))
    }
}

/// The parts of a path, last first.
fn parts(path: &Path) -> Vec<String> {
    let parts = path.components().filter_map(|part| match part {
        Component::Normal(part) => Some(part.to_string_lossy().into_owned()),
        Component::ParentDir => Some("..".to_owned()),
        _ => None,
    });
    let mut parts: Vec<_> = parts.collect();
    parts.reverse();
    parts
}

/// Owner and mode, where the system knows such things.
fn rights_of(meta: &Meta) -> Option<DeployedRights> {
    Some(DeployedRights {
        mode: meta.mode?,
        uid: Some(meta.uid?),
        gid: Some(meta.gid?),
    })
}

fn words(rights: DeployedRights) -> String {
    let id = |id: Option<u32>| id.map_or("unknown".to_owned(), |id| id.to_string());
    format!(
        "mode {:04o}, owner {} and group {}",
        rights.mode,
        id(rights.uid),
        id(rights.gid)
    )
}

/// The mode and owner of a file in words, after "its mode is".
pub(super) fn words_of_file(rights: DeployedRights) -> String {
    let id = |id: Option<u32>| id.map_or("unknown".to_owned(), |id| id.to_string());
    format!(
        "{:04o}, its owner {}, its group {}",
        rights.mode,
        id(rights.uid),
        id(rights.gid)
    )
}
