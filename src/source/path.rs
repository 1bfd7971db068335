//! Paths as text, without asking any disk.

use std::fmt::Write as _;
use std::path::{Component, Path, PathBuf};

/// The absolute form of a path, without `.` in it. `..` stays, since only the disk knows where a
/// link's parent is.
pub(super) fn absolute(base: &Path, path: &Path) -> PathBuf {
    base.join(path).components().collect()
}

/// A path without `..` in it, as if there were not links.
#[must_use]
pub fn collapse(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for component in path.components() {
        match component {
            Component::ParentDir => {
                out.pop();
            }
            Component::CurDir => {}
            _ => out.push(component),
        }
    }
    out
}

/// An absolute path for people, relative to `base`.
pub(super) fn shown_from(base: &Path, path: &Path) -> String {
    shown(&relative(base, path))
}

/// A path for people, as it is: with forward slashes, without `.`; bytes that are not UTF-8
/// replaced, control characters escaped.
#[must_use]
pub fn shown(path: &Path) -> String {
    let mut out = String::new();
    for component in path
        .components()
        .filter(|component| *component != Component::CurDir)
    {
        if !(out.is_empty() || out.ends_with('/')) {
            out.push('/');
        }
        match component {
            Component::RootDir => out.push('/'),
            _ => push_escaped(&mut out, &component.as_os_str().to_string_lossy()),
        }
    }
    if out.is_empty() { ".".into() } else { out }
}

/// The way from `base` to `path`; `path` itself where there is none.
fn relative(base: &Path, path: &Path) -> PathBuf {
    let common = base
        .components()
        .zip(path.components())
        .take_while(|(ours, theirs)| ours == theirs)
        .count();
    if common == 0 {
        return path.to_owned();
    }
    let up = base.components().skip(common).map(|_| Component::ParentDir);
    up.chain(path.components().skip(common)).collect()
}

/// Control characters would let a file name write on the terminal; characters that turn the
/// direction of writing would let it look like another one.
fn push_escaped(out: &mut String, name: &str) {
    for c in name.chars() {
        if c.is_control()
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        {
            let _ = write!(out, "{}", c.escape_default());
        } else {
            out.push(c);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_shown_relative_to_the_start() {
        for (path, expected) in [
            ("/home/me/a.yml", "a.yml"),
            ("/home/me/x/./a.yml", "x/a.yml"),
            ("/home/me/../you/a.yml", "../you/a.yml"),
            ("/home/you/a.yml", "../you/a.yml"),
            ("/etc/prometheus/a.yml", "../../etc/prometheus/a.yml"),
            ("/home/me", "."),
            ("/home/me/a\x1b[2Jb\n.yml", "a\\u{1b}[2Jb\\n.yml"),
            ("/home/me/\u{202e}lmy.a", "\\u{202e}lmy.a"),
            ("/home/me/größe.yml", "größe.yml"),
        ] {
            let path = absolute(Path::new("/home/me"), Path::new(path));
            assert_eq!(shown_from(Path::new("/home/me"), &path), expected);
        }
        assert_eq!(shown(Path::new("./etc/./a.yml")), "etc/a.yml");
    }

    #[cfg(unix)]
    #[test]
    fn names_that_are_not_utf8_are_replaced() {
        use std::os::unix::ffi::OsStrExt as _;
        let name = std::ffi::OsStr::from_bytes(b"a\xff.yml");
        assert_eq!(
            shown_from(Path::new("/x"), &Path::new("/x").join(name)),
            "a\u{fffd}.yml"
        );
    }
}
