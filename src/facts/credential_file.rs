//! Whether a file that a configuration names can be read where Prometheus runs.
//!
//! Where something of the tree runs the configuration, its mounts lead to the file. The kernel is
//! never asked on behalf of the user who runs promvet, since root may read everything: readability
//! follows from owner, group and mode bits for the user that Prometheus runs as, of the file and
//! of every folder above it. Nothing outside the tree, `--root` or, with `--on-host`, this machine
//! is looked at, and never more than 64 KiB of it.

mod deployed;
#[cfg(test)]
mod tests;
mod walk;

use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use super::deployment::{Deployment, ProvidedValue, ResolvedPath, RunAs, RunningDeployment};
use super::submodules;
use super::token::Observation;
use crate::deadline::Deadline;
use crate::discover;
use crate::finding::{Evidence, Place};
use crate::schema::table::Base;
use crate::source::Tree;
use crate::yaml::placeholder;
use walk::{PathEnd, PathWalk};

/// The user and group of the official image (`nobody`; Dockerfile of prometheus/prometheus).
pub const OFFICIAL_USER: u32 = 65534;

/// What Kubernetes mounts into every container unasked (kubernetes/kubernetes
/// `plugin/pkg/admission/serviceaccount`).
const OF_KUBERNETES: &[&str] = &[
    "/var/run/secrets/kubernetes.io/serviceaccount/token",
    "/var/run/secrets/kubernetes.io/serviceaccount/ca.crt",
    "/var/run/secrets/kubernetes.io/serviceaccount/namespace",
];

/// Larger than any bundle of certificates that systems come with, in bytes.
const MOST_CERTIFICATES: u64 = 4 * 1024 * 1024;

/// Where absolute paths lead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PathBase {
    /// Somewhere else: they can't be judged here.
    Elsewhere,
    /// Below a folder that is the root file system of where Prometheus runs (`--root`).
    Root(PathBuf),
    /// On this machine (`--on-host`).
    Here,
}

/// What is known of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileState {
    /// A file with content that Prometheus may read, as far as can be seen.
    Usable,
    /// Where Prometheus runs there is no such path.
    NotMounted {
        /// What runs the configuration.
        who: String,
        /// The mounts there are, each as `` `path` from … ``.
        mounts: Vec<String>,
    },
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

/// Why a path can't be judged here. Texts are sentences without a full stop.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
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
    /// It counts from where the configuration is mounted, which is not known.
    Unmounted,
    /// It counts from where Prometheus was started, which is not known.
    Started,
    /// It is mounted from outside the tree.
    External(String),
    /// What runs the configuration does not say enough.
    Unknown(String),
    /// Git ignores it, and this checkout has nothing of its kind. The path is where it was looked
    /// for.
    Ignored(String),
    /// Its folder is kept empty: files come where it is deployed. The path is where it was looked for.
    Kept(String),
    /// Of several that may run the configuration some have it.
    Doubtful,
}

/// A file that every user may read where it is deployed.
#[derive(Clone, Debug)]
pub struct WorldReadableFile {
    /// Its mode.
    pub mode: u32,
    /// Where the mode is written, if it is.
    pub place: Option<Place>,
}

/// Everything that is known of a file that a configuration names.
#[derive(Clone, Debug)]
pub struct PathVerdict {
    /// Whether it can be read.
    pub state: FileState,
    /// How that is known.
    pub evidence: Vec<Evidence>,
    /// Whether only one of several that may run the configuration does.
    pub doubtful: bool,
    /// What may have been meant, as a sentence without a full stop.
    pub near: Option<String>,
    /// The path where Prometheus runs.
    pub path: String,
    /// The file, absolute and without links, if there is one.
    pub file: Option<PathBuf>,
    /// The value in a manifest or a compose file that it is made of, if it is.
    pub written: Option<Arc<ProvidedValue>>,
    /// What its content shows.
    pub content: Vec<Observation>,
    /// Whether every user may read it.
    pub open: Option<WorldReadableFile>,
    /// The user that Prometheus runs as there, if it is known.
    pub user: Option<u32>,
}

impl PathVerdict {
    fn new(state: FileState) -> Self {
        PathEnd::from(state).into()
    }

    /// Adds who it is that may not read the file.
    fn refused(&mut self, user: &RunAs) {
        self.user = user.uid;
        if let FileState::Unreadable(_) = self.state {
            self.evidence.extend(user.evidence.iter().cloned());
        }
    }

    fn with(mut self, evidence: Vec<Evidence>) -> Self {
        self.evidence.extend(evidence);
        self
    }
}

impl From<PathEnd> for PathVerdict {
    fn from(end: PathEnd) -> Self {
        Self {
            state: end.state,
            evidence: Vec::new(),
            doubtful: false,
            near: None,
            path: String::new(),
            file: end.file,
            written: None,
            content: end.content,
            open: end.open.map(|mode| WorldReadableFile { mode, place: None }),
            user: None,
        }
    }
}

/// A path that a configuration names.
#[derive(Clone, Copy, Debug)]
pub struct PathQuery<'a> {
    /// As written.
    pub path: &'a str,
    /// Whether something fills in a part of it that looks like any other word.
    pub filled_in: bool,
    /// What a relative one counts from.
    pub base: Base,
    /// The folder of the configuration; none if it is not known.
    pub folder: Option<&'a Path>,
    /// Whether the configuration is only part of a file, which has no separate folder.
    pub embedded: bool,
    /// What runs the configuration.
    pub runners: &'a [RunningDeployment<'a>],
    /// The mounts of promvet.yaml, for configurations that nothing of the tree runs.
    pub declared: Option<&'a Deployment>,
}

/// How files are looked at.
#[derive(Clone, Debug)]
pub struct FileLookup<'t> {
    /// The files.
    pub tree: &'t dyn Tree,
    /// The folder outside which relative paths are not followed.
    pub bounds: PathBuf,
    /// Where absolute paths lead.
    pub host: PathBase,
    /// The user that promvet.yaml names.
    pub user: Option<RunAs>,
    /// The time, in seconds since 1970.
    pub now: i64,
    /// When to read no further file.
    pub deadline: Deadline,
}

impl FileLookup<'_> {
    /// Judges a path that a configuration names. Relative paths are joined with the folder of the
    /// configuration, as Prometheus does.
    #[must_use]
    pub fn judge(&self, asked: &PathQuery<'_>) -> PathVerdict {
        let path = asked.path;
        let mut judged = self.judge_path(asked);
        if judged.path.is_empty() {
            path.clone_into(&mut judged.path);
        }
        judged
    }

    fn judge_path(&self, asked: &PathQuery<'_>) -> PathVerdict {
        let path = asked.path;
        let unverified = |why| PathVerdict::new(FileState::Unverified(why));
        let is_open = path.contains('$') || !placeholder::find_words(path).is_empty();
        if asked.filled_in || is_open {
            return unverified(Unverified::Placeholder);
        }
        if is_of_windows(path) {
            return unverified(Unverified::Elsewhere);
        }
        let is_absolute = Path::new(path).is_absolute() || path.starts_with('/');
        if asked.base == Base::Process && !is_absolute {
            return unverified(Unverified::Started);
        }
        if let (true, PathBase::Root(root)) = (is_absolute, &self.host) {
            let user = self.user_of(asked.runners.first());
            return self.on_machine(root, Path::new(path), &user);
        }
        if !asked.runners.is_empty() {
            return self.deployed(asked.runners, path);
        }
        let judged = match (is_absolute, &self.host) {
            (true, PathBase::Here) => {
                self.on_machine(Path::new("/"), Path::new(path), &self.user_of(None))
            }
            // Kubernetes puts them into every pod.
            (true, _) if OF_KUBERNETES.contains(&path) => PathVerdict::new(FileState::Usable),
            (true, _) => unverified(Unverified::Elsewhere),
            (false, _) => match asked.folder {
                Some(folder) => self.beside(folder, path),
                None if asked.embedded => unverified(Unverified::Unmounted),
                None => unverified(Unverified::NoFolder),
            },
        };
        let is_settled = !matches!(judged.state, FileState::Unverified(_));
        match asked.declared {
            Some(declared) if is_absolute || !is_settled => {
                self.declared(declared, path).unwrap_or(judged)
            }
            _ => judged,
        }
    }

    /// What promvet.yaml says of a path, if it says anything.
    fn declared(&self, deployment: &Deployment, path: &str) -> Option<PathVerdict> {
        let runner = RunningDeployment::declared(deployment);
        match runner.resolve(self.tree, path) {
            ResolvedPath::Unknown { .. } => None,
            _ => Some(self.deployed(&[runner], path)),
        }
    }

    /// A path on a machine whose root file system is at `root`.
    fn on_machine(&self, root: &Path, path: &Path, user: &RunAs) -> PathVerdict {
        let walk = PathWalk {
            tree: self.tree,
            base: root.to_owned(),
            is_root: true,
            user: Some(user),
            now: self.now,
        };
        let mut judged = PathVerdict::from(walk.follow(path.strip_prefix("/").unwrap_or(path)));
        judged.refused(user);
        judged
    }

    /// A path that counts from the folder of the configuration.
    fn beside(&self, folder: &Path, path: &str) -> PathVerdict {
        let Some(below) = self.below_bounds(&folder.join(path)) else {
            return PathVerdict::new(FileState::Unverified(Unverified::Outside));
        };
        let file = self.bounds.join(&below);
        if self.host == PathBase::Here {
            // Its own mode counts, and so do the folders above the tree.
            let user = self.user_of(None);
            let walk = PathWalk {
                tree: self.tree,
                base: self.bounds.clone(),
                is_root: false,
                user: Some(&user),
                now: self.now,
            };
            let mut judged = PathVerdict::from(walk.follow(&below));
            judged.refused(&user);
            return judged;
        }
        let walk = PathWalk {
            tree: self.tree,
            base: self.bounds.clone(),
            is_root: false,
            user: None,
            now: self.now,
        };
        self.unless_ignored(PathVerdict::from(walk.follow(&below)), &file)
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

    /// A file that is missing in a fresh clone because git ignores it is not known to be missing
    /// where Prometheus runs. Where other ignored files are beside it, this is not a fresh clone.
    fn unless_ignored(&self, mut judged: PathVerdict, file: &Path) -> PathVerdict {
        let FileState::Missing(shown) = &judged.state else {
            return judged;
        };
        if file
            .parent()
            .is_some_and(|folder| is_kept(self.tree, folder))
        {
            judged.state = FileState::Unverified(Unverified::Kept(shown.clone()));
            return judged;
        }
        if let Some(reason) = submodules::lacking(self.tree, &self.bounds, file) {
            judged.state = FileState::Unverified(Unverified::Unknown(reason));
            return judged;
        }
        if let Some(source) = source_beside(self.tree, file) {
            let source = self.tree.shown(&source);
            let reason = format!("{source} is what it is made of");
            judged.state = FileState::Unverified(Unverified::Unknown(reason));
            return judged;
        }
        let ignored = |path: &Path| self.tree.is_ignored_by_git(path, &self.bounds);
        if !ignored(file) {
            return judged;
        }
        let siblings = file.parent().map(|folder| self.tree.list(folder));
        let siblings = siblings.and_then(Result::ok).unwrap_or_default();
        // Force-added to keep the folder.
        let keeps = |path: &Path| path.file_name().is_some_and(|name| name == ".gitkeep");
        if !siblings.iter().any(|path| !keeps(path) && ignored(path)) {
            judged.state = FileState::Unverified(Unverified::Ignored(shown.clone()));
        }
        judged
    }

    /// The user that Prometheus runs as: by what runs it, by promvet.yaml, as in the official
    /// image.
    fn user_of(&self, runner: Option<&RunningDeployment<'_>>) -> RunAs {
        let deployed = runner.map(|runner| &runner.deployment.user);
        if let Some(user) = deployed.filter(|user| user.uid.is_some()) {
            return user.clone();
        }
        match (&self.user, deployed) {
            (Some(user), _) => user.clone(),
            (None, Some(unknown)) => unknown.clone(),
            (None, None) => RunAs {
                uid: Some(OFFICIAL_USER),
                gid: Some(OFFICIAL_USER),
                ..RunAs::default()
            },
        }
    }

    /// The path below the bounds, `..` applied; none if it leads out of them.
    fn below_bounds(&self, path: &Path) -> Option<PathBuf> {
        let path = normal(path)?;
        let bounds = normal(&self.bounds)?;
        path.strip_prefix(&bounds).ok().map(Path::to_path_buf)
    }
}

/// Whether a path is absolute on Windows: `C:\\Prometheus\\token`, `D:/sd/a.json`, `\\\\server\\share`.
#[must_use]
pub(crate) fn is_of_windows(path: &str) -> bool {
    let has_drive = || {
        let (drive, rest) = path.split_once(':').unwrap_or_default();
        drive.len() == 1
            && drive.starts_with(|c: char| c.is_ascii_alphabetic())
            && rest.starts_with(['\\', '/'])
    };
    path.starts_with("\\\\") || has_drive()
}

/// Whether a folder has nothing in it but what keeps it in git, or says what belongs there.
pub(super) fn is_kept(tree: &dyn Tree, folder: &Path) -> bool {
    let inside = tree.list(folder).unwrap_or_default();
    let is_keeper = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let name = name.to_ascii_lowercase();
        [".gitkeep", ".keep", ".gitignore", ".placeholder"].contains(&&*name)
            || name.starts_with("readme")
    };
    !inside.is_empty() && inside.iter().all(is_keeper)
}

/// How names of encrypted files end: age, GnuPG, git-secret, SOPS, Ansible Vault.
const ENCRYPTED: &[&str] = &[
    ".age", ".asc", ".enc", ".gpg", ".pgp", ".secret", ".sops", ".vault",
];

/// The template that a file is made of: beside it, or in a folder of templates beside it or around it.
pub(super) fn template_of(tree: &dyn Tree, file: &Path) -> Option<PathBuf> {
    let name = file.file_name()?.to_str()?;
    let folder = file.parent()?;
    let around = [Some(folder), folder.parent()].into_iter().flatten();
    let templates = around.map(|folder| folder.join("templates"));
    let folders = std::iter::once(folder.to_owned()).chain(templates);
    let mut files = folders.flat_map(|folder| tree.list(&folder).unwrap_or_default());
    files.find(|path| {
        let other = path.file_name().and_then(|other| other.to_str());
        other.is_some_and(|other| discover::makes(other, name))
    })
}

/// What a file is made of where it is deployed, if that is beside it: its example, its template, or itself
/// encrypted.
fn source_beside(tree: &dyn Tree, file: &Path) -> Option<PathBuf> {
    let name = file.file_name()?.to_str()?;
    let beside = tree.list(file.parent()?).unwrap_or_default();
    let found = beside.into_iter().find(|path| {
        let other = path.file_name().and_then(|other| other.to_str());
        other.is_some_and(|other| {
            let is_encrypted = |end: &&str| other.strip_suffix(*end) == Some(name);
            ENCRYPTED.iter().any(is_encrypted)
                || discover::copies_of_example(other).any(|copy| copy == name)
        })
    });
    found.or_else(|| template_of(tree, file))
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
