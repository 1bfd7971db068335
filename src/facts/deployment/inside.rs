//! Paths where Prometheus runs, and paths of the tree, both as text alone.

use std::path::{Component, Path, PathBuf};

/// The absolute form of a path where Prometheus runs: joined with `folder` if it is relative,
/// without `.`, `..` and doubled slashes.
pub(super) fn join(folder: &str, path: &str) -> String {
    let whole = if path.starts_with('/') {
        path.to_owned()
    } else {
        format!("{folder}/{path}")
    };
    let mut parts: Vec<&str> = Vec::new();
    for part in whole.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

/// What follows `mount` in a path that is at or below it; empty if it is the path itself.
pub(super) fn below<'p>(path: &'p str, mount: &str) -> Option<&'p str> {
    let rest = path.strip_prefix(mount.trim_end_matches('/'))?;
    if rest.is_empty() {
        return Some(rest);
    }
    rest.strip_prefix('/')
}

/// The folder of an absolute path.
pub(super) fn folder(path: &str) -> &str {
    match path.rsplit_once('/') {
        Some(("", _)) | None => "/",
        Some((folder, _)) => folder,
    }
}

/// The last part of a path.
pub(super) fn name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

/// A path of the tree: joined with `folder` if it is relative, `..` applied as if there were no
/// links, as docker compose, docker build and kustomize do.
pub(crate) fn on_disk(folder: &Path, path: &str) -> PathBuf {
    let mut out = PathBuf::new();
    for part in folder.join(path).components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                out.pop();
            }
            part => out.push(part),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_joined_and_cleaned() {
        for (folder, path, want) in [
            ("/etc/prometheus", "token", "/etc/prometheus/token"),
            ("/etc/prometheus", "./a/../token", "/etc/prometheus/token"),
            ("/etc/prometheus", "/run//secrets/x/", "/run/secrets/x"),
            ("/etc", "../../../x", "/x"),
            ("/", "x", "/x"),
            ("/a", "/", "/"),
        ] {
            assert_eq!(join(folder, path), want, "{path}");
        }
    }

    #[test]
    fn below_goes_by_whole_parts() {
        assert_eq!(below("/run/secrets/a", "/run/secrets"), Some("a"));
        assert_eq!(below("/run/secrets", "/run/secrets"), Some(""));
        assert_eq!(below("/run/secrets2/a", "/run/secrets"), None);
        assert_eq!(below("/a/b", "/"), Some("a/b"));
        assert_eq!(below("/a", "/a/b"), None);
    }

    #[test]
    fn paths_of_the_tree_stay_absolute() {
        let folder = Path::new("/tree/deploy");
        assert_eq!(on_disk(folder, "../x/./y"), Path::new("/tree/x/y"));
        assert_eq!(on_disk(folder, "/abs"), Path::new("/abs"));
    }
}
