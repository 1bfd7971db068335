//! Following links in a tree that no system follows them in.

use std::io;
use std::path::{Component, Path, PathBuf};

use super::tree::EntryKind;

/// How many links are followed on the way to one file, as on Linux.
const MOST_LINKS: usize = 40;

/// An absolute path with links followed in all its parts, in the last one too if `last` says so.
/// What is missing stays in the path as it is.
pub(super) fn follow(
    path: &Path,
    last: bool,
    kind_at: &dyn Fn(&Path) -> Option<EntryKind>,
    target_at: &dyn Fn(&Path) -> io::Result<PathBuf>,
) -> io::Result<PathBuf> {
    let mut rest: Vec<PathBuf> = parts(path);
    let mut out = PathBuf::new();
    let mut links = 0;
    while let Some(part) = rest.pop() {
        if part == Path::new("..") {
            out.pop();
            continue;
        }
        out.push(&part);
        if kind_at(&out) != Some(EntryKind::Link) || (rest.is_empty() && !last) {
            continue;
        }
        links += 1;
        if links > MOST_LINKS {
            return Err(io::Error::other("too many levels of symbolic links"));
        }
        let target = target_at(&out)?;
        out.pop();
        rest.extend(parts(&target));
    }
    Ok(out)
}

/// The parts of a path, the last one first.
fn parts(path: &Path) -> Vec<PathBuf> {
    let wanted = path
        .components()
        .filter(|part| *part != Component::CurDir)
        .map(|part| PathBuf::from(part.as_os_str()));
    let mut parts: Vec<_> = wanted.collect();
    parts.reverse();
    parts
}
