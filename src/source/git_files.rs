//! Which files git tracks, as the git that is there says.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::tree::Tree;

/// What the environment may say of another repository.
const OF_REPOSITORY: [&str; 4] = [
    "GIT_DIR",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_WORK_TREE",
];

/// The absolute paths of the tracked files below a folder; none if it lies in no work tree or git
/// can't say. Git is only started where a `.git` is, and starts nothing itself: a repository's own
/// configuration could name programs to watch its files.
pub(super) fn tracked(tree: &dyn Tree, folder: &Path) -> Option<BTreeSet<PathBuf>> {
    let mut above = folder.ancestors();
    above.find(|folder| tree.metadata(&folder.join(".git")).is_ok())?;
    let mut git = Command::new("git");
    for name in OF_REPOSITORY {
        git.env_remove(name);
    }
    git.args(["-c", "core.fsmonitor=false", "-C"])
        .arg(folder)
        .args(["ls-files", "-z", "--cached"])
        .stdin(Stdio::null())
        .stderr(Stdio::null());
    let output = git.output().ok().filter(|output| output.status.success())?;
    let paths = output.stdout.split(|byte| *byte == 0);
    let paths = paths.filter(|path| !path.is_empty());
    Some(paths.map(|path| folder.join(path_of(path))).collect())
}

#[cfg(unix)]
fn path_of(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt as _;
    std::ffi::OsStr::from_bytes(bytes).into()
}

#[cfg(not(unix))]
fn path_of(bytes: &[u8]) -> PathBuf {
    String::from_utf8_lossy(bytes).into_owned().into()
}
