//! What `git ls-tree -z` and `git ls-files --stage -z` say.

use std::path::PathBuf;

use crate::source::tree::EntryKind;

/// One line of a listing.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ListingLine {
    /// What it is; none for the commit of a submodule.
    pub(super) kind: Option<EntryKind>,
    /// The name of its content, or of the commit.
    pub(super) id: String,
    /// Where, from the top.
    pub(super) path: PathBuf,
}

/// The lines of `git ls-tree -r -z`: `<mode> <type> <name>\t<path>`.
pub(super) fn of_tree(bytes: &[u8]) -> Vec<ListingLine> {
    records(bytes, |mut words| {
        let (mode, id) = (words.next()?, words.nth(1)?);
        Some((mode, id))
    })
}

/// The lines of `git ls-files --stage -z`: `<mode> <name> <stage>\t<path>`. Of a path with a
/// conflict our side counts, which is stage 2.
pub(super) fn of_index(bytes: &[u8]) -> Vec<ListingLine> {
    records(bytes, |mut words| {
        let (mode, id, stage) = (words.next()?, words.next()?, words.next()?);
        matches!(stage, "0" | "2").then_some((mode, id))
    })
}

/// What git knew of a file of the work tree when it last found its content to be the one that the
/// index names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    /// The name of the content.
    pub(super) id: String,
    /// When the file was changed: seconds since 1970, and nanoseconds.
    pub(super) modified: (u64, u32),
    /// Its length in bytes.
    pub(super) len: u64,
}

/// The entries of `git ls-files --stage --debug -z`: after each path come five lines: the
/// second is `  mtime: SECONDS:NANOSECONDS` and the last one `  size: BYTES\tflags: …`. Git does not
/// promise that form; what is written in another one is left out.
pub(super) fn stamps(bytes: &[u8]) -> Vec<(PathBuf, Stamp)> {
    let mut chunks = bytes.split(|byte| *byte == 0);
    let mut head = chunks.next().unwrap_or_default();
    let mut out = Vec::new();
    for chunk in chunks {
        let mut lines = chunk.splitn(6, |byte| *byte == b'\n');
        let known: Vec<&[u8]> = lines.by_ref().take(5).collect();
        let listed = of_index(head).pop();
        if let Some((listed, (modified, len))) = listed.zip(stamp(&known)) {
            let id = listed.id;
            out.push((listed.path, Stamp { id, modified, len }));
        }
        head = lines.next().unwrap_or_default();
    }
    out
}

fn stamp(lines: &[&[u8]]) -> Option<((u64, u32), u64)> {
    let field = |line: usize, name: &str| {
        let line = std::str::from_utf8(lines.get(line)?).ok()?;
        line.trim_start().strip_prefix(name)?.split('\t').next()
    };
    let (seconds, nanoseconds) = field(1, "mtime: ")?.split_once(':')?;
    let modified = (seconds.parse().ok()?, nanoseconds.parse().ok()?);
    Some((modified, field(4, "size: ")?.parse().ok()?))
}

/// The pairs of old and new path of `git diff --name-status -z`, of renames only.
pub(super) fn renames(bytes: &[u8]) -> Vec<(PathBuf, PathBuf)> {
    let mut fields = bytes.split(|byte| *byte == 0);
    let mut out = Vec::new();
    while let Some(status) = fields.next() {
        if !status.starts_with(b"R") {
            continue;
        }
        if let (Some(old), Some(new)) = (fields.next(), fields.next()) {
            out.push((path(old), path(new)));
        }
    }
    out
}

fn records<'b>(
    bytes: &'b [u8],
    read: impl Fn(std::str::SplitWhitespace<'b>) -> Option<(&'b str, &'b str)>,
) -> Vec<ListingLine> {
    let lines = bytes.split(|byte| *byte == 0);
    let listed = lines.filter_map(|line| {
        let tab = line.iter().position(|byte| *byte == b'\t')?;
        let (head, name) = line.split_at_checked(tab)?;
        let (mode, id) = read(std::str::from_utf8(head).ok()?.split_whitespace())?;
        Some(ListingLine {
            kind: kind(mode),
            id: id.to_owned(),
            path: path(name.get(1..)?),
        })
    });
    listed.collect()
}

/// What a mode says (git-fast-import(1) lists them all).
fn kind(mode: &str) -> Option<EntryKind> {
    match mode {
        "120000" => Some(EntryKind::Link),
        "160000" => None,
        _ => Some(EntryKind::File),
    }
}

/// A path of git's, which is bytes with slashes.
#[cfg(unix)]
pub(super) fn path(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt as _;
    PathBuf::from(std::ffi::OsStr::from_bytes(bytes))
}

/// A path of git's, which is UTF-8 with slashes where names are not bytes.
#[cfg(not(unix))]
pub(super) fn path(bytes: &[u8]) -> PathBuf {
    String::from_utf8_lossy(bytes).split('/').collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stamps_are_read_where_they_are_written_as_expected() {
        let debug = |size: &str| {
            format!(
                "\0  ctime: 7:8\n  mtime: 1795913470:6107260\n  dev: 1\tino: 2\n  uid: 0\tgid: 0\n  \
                 size: {size}\tflags: 0\n"
            )
        };
        let said = format!(
            "100644 aa 0\ta\nb{}100644 bb 0\tc{}100644 cc 0\td{}",
            debug("1502"),
            debug("?"),
            debug("0"),
        );
        let stamp = |id: &str, len| Stamp {
            id: id.into(),
            modified: (1_795_913_470, 6_107_260),
            len,
        };
        assert_eq!(
            stamps(said.as_bytes()),
            [
                (PathBuf::from("a\nb"), stamp("aa", 1502)),
                (PathBuf::from("d"), stamp("cc", 0)),
            ]
        );
        assert_eq!(stamps(b""), []);
    }

    #[test]
    fn listings_are_read_whatever_is_in_a_name() {
        let tree =
            b"100644 blob aa\ta b\tc\n.yml\x00120000 blob bb\tlink\x00160000 commit cc\tsub\x00";
        let listed = of_tree(tree);
        let expected = [
            (Some(EntryKind::File), "aa", "a b\tc\n.yml"),
            (Some(EntryKind::Link), "bb", "link"),
            (None, "cc", "sub"),
        ];
        assert_eq!(listed.len(), expected.len());
        for (one, (kind, id, path)) in listed.iter().zip(expected) {
            assert_eq!(
                (one.kind, &*one.id, one.path.to_str()),
                (kind, id, Some(path))
            );
        }
        let index = b"100755 aa 0\tx\x00100644 bb 1\ty\x00100644 cc 2\ty\x00100644 dd 3\ty\x00";
        let ids: Vec<_> = of_index(index).into_iter().map(|entry| entry.id).collect();
        assert_eq!(ids, ["aa", "cc"]);
        assert_eq!(
            renames(b"M\0a\0R100\0old\0new\0A\0R\0"),
            [(PathBuf::from("old"), PathBuf::from("new"))]
        );
    }
}
