//! Whether a credential file can be read where Prometheus runs.
//!
//! The kernel is never asked on behalf of whoever runs promvet, since root may read everything:
//! readability follows from owner, group and mode bits for the user that Prometheus runs as, of
//! the file and of every folder above it. Nothing outside the tree, `--root` or, with
//! `--on-host`, this machine is looked at, and no content is read but to see whether there is any.

use std::io;
use std::path::{Component, Path, PathBuf};

use crate::source::{Kind, Meta, Tree};
use crate::yaml::placeholder;

/// The user and group of the official image (`nobody`; Dockerfile of prometheus/prometheus).
pub const OFFICIAL_USER: User = User {
    uid: 65534,
    gid: 65534,
};

/// Links followed on one path, as in Linux (`MAXSYMLINKS`).
const MOST_LINKS: usize = 40;

/// Larger than any bundle of certificates that systems come with, in bytes.
const MOST_CERTIFICATES: u64 = 4 * 1024 * 1024;

/// A file longer than this is not looked into: it is no credential.
const MOST_CONTENT: u64 = 64 * 1024;

/// A user and its group, by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct User {
    /// The user's number.
    pub uid: u32,
    /// The group's number.
    pub gid: u32,
}

/// Where absolute paths lead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Host {
    /// Somewhere else: they can't be judged here.
    Elsewhere,
    /// Below a folder that is the root file system of where Prometheus runs (`--root`).
    Root(PathBuf),
    /// On this machine (`--on-host`).
    Here,
}

/// What is known of a credential file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileState {
    /// A file with content that Prometheus may read, as far as can be seen.
    Usable,
    /// There is no such file. The path is where it was looked for.
    Missing(String),
    /// It is something else: a folder, a device.
    NotAFile(&'static str),
    /// Nothing but white space is in it.
    Empty,
    /// Prometheus's user may not read it: why.
    Unreadable(String),
    /// It can be judged only where Prometheus runs: why.
    Unverified(Unverified),
}

/// Why a path can't be judged here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unverified {
    /// It is absolute, and this is not where Prometheus runs.
    Elsewhere,
    /// It leads out of the tree that is checked.
    Outside,
    /// It holds a placeholder.
    Placeholder,
    /// The user that runs promvet may not look there.
    Forbidden,
    /// The configuration comes from standard input, so its folder is not known.
    NoFolder,
}

/// How credential files are looked at.
#[derive(Clone, Debug)]
pub struct Lookup<'t> {
    /// The files.
    pub tree: &'t dyn Tree,
    /// The folder outside of which relative paths are not followed.
    pub bounds: PathBuf,
    /// Where absolute paths lead.
    pub host: Host,
    /// The user that Prometheus runs as.
    pub user: User,
}

impl Lookup<'_> {
    /// Judges the path that a configuration in `folder` names. Relative paths are joined with that
    /// folder, as Prometheus does.
    #[must_use]
    pub fn judge(&self, folder: Option<&Path>, path: &str) -> FileState {
        if placeholder::find(path).next().is_some() {
            return FileState::Unverified(Unverified::Placeholder);
        }
        let (base, file, judged_by_mode) = match (
            Path::new(path).is_absolute() || path.starts_with('/'),
            &self.host,
        ) {
            (true, Host::Elsewhere) => return FileState::Unverified(Unverified::Elsewhere),
            (true, Host::Root(root)) => (
                root.clone(),
                PathBuf::from(path.trim_start_matches('/')),
                true,
            ),
            (true, Host::Here) => (
                PathBuf::from("/"),
                PathBuf::from(path.trim_start_matches('/')),
                true,
            ),
            (false, host) => {
                let Some(folder) = folder else {
                    return FileState::Unverified(Unverified::NoFolder);
                };
                let on_host = *host == Host::Here;
                let Some(below) = self.below_bounds(&folder.join(path)) else {
                    return FileState::Unverified(Unverified::Outside);
                };
                (self.bounds.clone(), below, on_host)
            }
        };
        let walk = Walk {
            tree: self.tree,
            base,
            user: judged_by_mode.then_some(self.user),
            links: 0,
        };
        walk.follow(&file)
    }

    /// The certificates in a file of the tree that a configuration in `folder` names by a relative
    /// path.
    pub(super) fn certificates(&self, folder: &Path, path: &str) -> Option<Vec<u8>> {
        let below = self.below_bounds(&folder.join(path))?;
        let path = self.bounds.join(below);
        let inside = self.tree.within(&path, &[&self.bounds]).unwrap_or(false);
        let content = self.tree.read(&path, MOST_CERTIFICATES);
        content.ok().filter(|_| inside)
    }

    /// The path below the bounds, `..` applied; none if it leads out of them.
    fn below_bounds(&self, path: &Path) -> Option<PathBuf> {
        let path = normal(path)?;
        let bounds = normal(&self.bounds)?;
        path.strip_prefix(&bounds).ok().map(Path::to_path_buf)
    }
}

/// A path without `.` and `..`; none if it begins with more `..` than can be applied.
fn normal(path: &Path) -> Option<PathBuf> {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if out.pop() => {}
            Component::ParentDir => return None,
            part => out.push(part),
        }
    }
    Some(out)
}

/// A walk down a path, following links without leaving the base.
struct Walk<'t> {
    tree: &'t dyn Tree,
    base: PathBuf,
    /// The user whose rights count; none where modes say nothing.
    user: Option<User>,
    links: usize,
}

impl Walk<'_> {
    fn follow(mut self, file: &Path) -> FileState {
        let mut rest: Vec<_> = parts(file);
        let mut here = PathBuf::new();
        if let Some(refusal) = self.refuses_search(&here) {
            return refusal;
        }
        while let Some(part) = rest.pop() {
            if part == ".." {
                here.pop();
                continue;
            }
            here.push(&part);
            let meta = match self.tree.metadata(&self.base.join(&here)) {
                Ok(meta) => meta,
                Err(error) => return self.absent(&here, &rest, &error),
            };
            match meta.kind {
                Kind::Link => {
                    if let Err(state) = self.enter_link(&mut here, &mut rest) {
                        return state;
                    }
                }
                Kind::Folder if !rest.is_empty() => {
                    if let Some(refusal) = self.refuses_search(&here) {
                        return refusal;
                    }
                }
                Kind::File if rest.is_empty() => return self.judge_file(&here, &meta),
                Kind::Folder => return FileState::NotAFile(Kind::Folder.noun()),
                Kind::File => return FileState::Missing(self.shown(&here, &rest)),
                other => return FileState::NotAFile(other.noun()),
            }
        }
        FileState::NotAFile(Kind::Folder.noun())
    }

    /// Replaces a link by what it points at. Absolute targets count from the base.
    fn enter_link(&mut self, here: &mut PathBuf, rest: &mut Vec<String>) -> Result<(), FileState> {
        self.links += 1;
        let target = self.tree.link_target(&self.base.join(&*here));
        let target = match target {
            Ok(target) if self.links <= MOST_LINKS => target,
            _ => return Err(FileState::Missing(self.shown(here, rest))),
        };
        here.pop();
        if target.is_absolute() {
            if self.user.is_none() {
                return Err(FileState::Unverified(Unverified::Outside));
            }
            here.clear();
        }
        let climbs = target
            .components()
            .filter(|part| *part == Component::ParentDir)
            .count();
        if self.user.is_none() && climbs > here.components().count() {
            return Err(FileState::Unverified(Unverified::Outside));
        }
        rest.extend(parts(&target));
        Ok(())
    }

    fn absent(&self, here: &Path, rest: &[String], error: &io::Error) -> FileState {
        match error.kind() {
            io::ErrorKind::PermissionDenied => FileState::Unverified(Unverified::Forbidden),
            _ => FileState::Missing(self.shown(here, rest)),
        }
    }

    fn shown(&self, here: &Path, rest: &[String]) -> String {
        let mut path = self.base.join(here);
        path.extend(rest.iter().rev());
        self.tree.shown(&path)
    }

    fn judge_file(&self, here: &Path, meta: &Meta) -> FileState {
        if let (Some(user), Some(owner)) = (self.user, Owner::of(meta))
            && !allows(owner, user, READ)
        {
            return FileState::Unreadable(format!(
                "its mode is {:04o}, its owner {}, its group {}",
                owner.mode, owner.uid, owner.gid
            ));
        }
        if meta.len == 0 {
            return FileState::Empty;
        }
        if meta.len <= MOST_CONTENT
            && let Ok(content) = self.tree.read(&self.base.join(here), MOST_CONTENT)
            && content.trim_ascii().is_empty()
        {
            return FileState::Empty;
        }
        FileState::Usable
    }

    /// The refusal of a folder that the user may not search.
    fn refuses_search(&self, folder: &Path) -> Option<FileState> {
        let user = self.user?;
        let meta = self.tree.metadata(&self.base.join(folder)).ok()?;
        let owner = Owner::of(&meta)?;
        if meta.kind != Kind::Folder || allows(owner, user, SEARCH) {
            return None;
        }
        Some(FileState::Unreadable(format!(
            "the folder {} above it has mode {:04o}, owner {} and group {}, which bars the way",
            Path::new("/").join(folder).display(),
            owner.mode,
            owner.uid,
            owner.gid
        )))
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

/// Who owns a file and what may be done with it, where the system knows such things.
#[derive(Clone, Copy)]
struct Owner {
    mode: u32,
    uid: u32,
    gid: u32,
}

impl Owner {
    fn of(meta: &Meta) -> Option<Self> {
        Some(Self {
            mode: meta.mode?,
            uid: meta.uid?,
            gid: meta.gid?,
        })
    }
}

/// The bits of a mode, for one of owner, group and others.
const READ: u32 = 0o4;
const SEARCH: u32 = 0o1;

/// Whether the mode bits give a user a right. Root needs none.
fn allows(owner: Owner, user: User, right: u32) -> bool {
    let shift = match () {
        () if user.uid == 0 => return true,
        () if user.uid == owner.uid => 6,
        () if user.gid == owner.gid => 3,
        () => 0,
    };
    owner.mode >> shift & right != 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Memory;

    const NOBODY: User = OFFICIAL_USER;

    fn state(host: Host, user: User, path: &str) -> FileState {
        let tree = Memory::new()
            .file("/tree/conf/prometheus.yml", "x")
            .file("/tree/conf/token", "abc")
            .file("/tree/conf/blank", " \n\t")
            .link("/tree/conf/out", "/etc/shadow")
            .link("/tree/conf/loop", "loop")
            .file("/etc/shadow", "root:x")
            .owned_file("/root/etc/own", "abc", (0o400, 65534, 0))
            .owned_file("/root/etc/private", "abc", (0o600, 0, 0))
            .owned_file("/root/etc/group", "abc", (0o640, 0, 2000))
            .owned_file("/root/etc/open", "abc", (0o644, 0, 0))
            .link("/root/etc/link", "/etc/open")
            .link("/root/etc/up", "../../../../etc/open");
        let lookup = Lookup {
            tree: &tree,
            bounds: PathBuf::from("/tree"),
            host,
            user,
        };
        lookup.judge(Some(Path::new("/tree/conf")), path)
    }

    #[test]
    fn relative_paths_count_from_the_configuration() {
        let here = |path| state(Host::Elsewhere, NOBODY, path);
        assert_eq!(here("token"), FileState::Usable);
        assert_eq!(here("../conf/./token"), FileState::Usable);
        assert_eq!(here("blank"), FileState::Empty);
        assert_eq!(here("."), FileState::NotAFile("a folder"));
        assert!(matches!(here("tokens"), FileState::Missing(_)));
        assert!(matches!(here("token/x"), FileState::Missing(_)));
        assert!(matches!(here("loop"), FileState::Missing(_)));
    }

    #[test]
    fn nothing_outside_the_tree_is_looked_at() {
        let here = |path| state(Host::Elsewhere, NOBODY, path);
        let unverified = |why| FileState::Unverified(why);
        assert_eq!(here("../../etc/shadow"), unverified(Unverified::Outside));
        assert_eq!(here("out"), unverified(Unverified::Outside));
        assert_eq!(here("/etc/shadow"), unverified(Unverified::Elsewhere));
        assert_eq!(here("${DIR}/token"), unverified(Unverified::Placeholder));
    }

    #[test]
    fn mode_bits_decide_for_the_user_that_prometheus_runs_as() {
        let root = || Host::Root(PathBuf::from("/root"));
        let with = |uid, gid, path| state(root(), User { uid, gid }, path);
        assert_eq!(with(65534, 65534, "/etc/own"), FileState::Usable);
        assert!(matches!(
            with(65534, 65534, "/etc/private"),
            FileState::Unreadable(_)
        ));
        assert_eq!(with(0, 0, "/etc/private"), FileState::Usable);
        assert_eq!(with(1000, 2000, "/etc/group"), FileState::Usable);
        assert!(matches!(
            with(1000, 1000, "/etc/group"),
            FileState::Unreadable(_)
        ));
        assert_eq!(with(1000, 1000, "/etc/open"), FileState::Usable);
    }

    #[test]
    fn links_stay_below_the_root() {
        let root = || Host::Root(PathBuf::from("/root"));
        assert_eq!(state(root(), NOBODY, "/etc/link"), FileState::Usable);
        assert_eq!(state(root(), NOBODY, "/etc/up"), FileState::Usable);
        assert!(matches!(
            state(root(), NOBODY, "/etc/shadow"),
            FileState::Missing(_)
        ));
    }
}
