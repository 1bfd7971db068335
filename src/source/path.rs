//! Paths as text, without asking any disk.

use std::fmt::Write as _;
use std::path::{Component, Path, PathBuf};

/// The absolute form of a path, without `.` in it. `..` stays, since only the disk knows where a
/// link's parent is.
pub(super) fn absolute(base: &Path, path: &Path) -> PathBuf {
    // Most paths that are asked for come from a walk, and are absolute already.
    match is_plain(path) {
        true => path.to_owned(),
        false => base.join(path).components().collect(),
    }
}

/// Whether a path is absolute and has nothing between two slashes that its parts leave out: neither
/// nothing nor a dot.
fn is_plain(path: &Path) -> bool {
    let bytes = path.as_os_str().as_encoded_bytes();
    let is_end = |at: usize| bytes.get(at).is_none_or(|byte| *byte == b'/');
    let mut slashes = memchr::memchr_iter(b'/', bytes);
    let has_more = |at: usize| is_end(at + 1) || bytes.get(at + 1) == Some(&b'.') && is_end(at + 2);
    cfg!(unix) && bytes.first() == Some(&b'/') && !slashes.any(has_more)
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
    plain_below(base, path).unwrap_or_else(|| shown(&relative(base, path)))
}

/// The same for a path below `base` that has nothing to be escaped, as nearly all of a tree.
fn plain_below(base: &Path, path: &Path) -> Option<String> {
    let base = base.as_os_str().as_encoded_bytes();
    let below = path.as_os_str().as_encoded_bytes().strip_prefix(base)?;
    let below = match base.ends_with(b"/") {
        true => below,
        false => below.strip_prefix(b"/")?,
    };
    let is_graphic = |byte: &u8| matches!(byte, b' '..=b'~');
    let is_plain = is_plain(path) && !below.is_empty() && below.iter().all(is_graphic);
    is_plain.then(|| String::from_utf8_lossy(below).into_owned())
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
    fn plain_paths_are_shown_as_all_others_are() {
        for base in ["/", "/home/me", "/home/../me"] {
            let base = Path::new(base);
            for path in [
                "/",
                "/a",
                "/home/me",
                "/home/me/",
                "/home/me/a b.yml",
                "/home/me//a",
                "/home/me/./a",
                "/home/me/.",
                "/home/me/.a",
                "/home/me/..a/b",
                "/home/me/../you",
                "/home/me/a/../b",
                "/home/mea",
                "/home/me/a\u{7}b",
                "/home/me/é",
                "/home/../me/x",
                "x/./y",
                ".",
                "",
            ] {
                let path = Path::new(path);
                let slowly: PathBuf = base.join(path).components().collect();
                assert_eq!(absolute(base, path), slowly);
                assert_eq!(
                    absolute(base, path).as_os_str(),
                    slowly.as_os_str(),
                    "{path:?}"
                );
                assert_eq!(
                    shown_from(base, &slowly),
                    shown(&relative(base, &slowly)),
                    "{path:?}"
                );
            }
        }
    }

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
