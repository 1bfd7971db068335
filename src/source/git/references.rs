//! The references of a repository, copied to where git is shown them.
//!
//! Git opens references by their names, whatever is there; a named pipe would keep it for ever, and
//! what can't be understood it quotes. So promvet reads them, and copies what is a reference.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::locate::RepositoryLocation;
use crate::source::folder::Folder;
use crate::source::tree::{EntryKind, Tree};

/// The longest file of one reference, in bytes: a path of at most 4096 bytes.
const LONGEST: u64 = 8192;

/// The largest list of references, in bytes: 70 for each of a million.
const LARGEST_LIST: u64 = 128 * 1024 * 1024;

/// How many files of references are read. `git gc` packs them once there are some thousands.
const MOST: usize = 50_000;

/// How deep folders of references are gone into: branches with more slashes are not known.
const DEEPEST: usize = 16;

/// What git calls by a name without slashes (gitrevisions(7)).
const HEADS: [&str; 6] = [
    "CHERRY_PICK_HEAD",
    "FETCH_HEAD",
    "MERGE_HEAD",
    "ORIG_HEAD",
    "REBASE_HEAD",
    "REVERT_HEAD",
];

/// What is in `HEAD`; a branch that is not there if nothing can be made of it.
pub(super) fn head(location: &RepositoryLocation, disk: &Folder) -> String {
    reference(disk, &location.own.join("HEAD")).unwrap_or_else(|| "ref: refs/heads/.none\n".into())
}

/// Copies all references to `home`.
pub(super) fn copy(location: &RepositoryLocation, disk: &Folder, home: &Path) -> io::Result<()> {
    for name in HEADS {
        if let Some(reference) = reference(disk, &location.own.join(name)) {
            fs::write(home.join(name), reference)?;
        }
    }
    for name in ["packed-refs", "shallow"] {
        if let Ok(bytes) = disk.read(&location.common.join(name), LARGEST_LIST) {
            fs::write(home.join(name), listed(&bytes))?;
        }
    }
    copy_folders(
        "refs",
        location,
        home,
        &|path| reference(disk, path).map(String::into_bytes),
        disk,
    )?;
    copy_tables(
        &location.common.join("reftable"),
        disk,
        &home.join("reftable"),
    )
}

/// Copies what references were before to `home`.
pub(super) fn copy_logs(
    location: &RepositoryLocation,
    disk: &Folder,
    home: &Path,
) -> io::Result<()> {
    copy_folders(
        "logs",
        location,
        home,
        &|path| disk.read(path, LARGEST_LIST).ok(),
        disk,
    )
}

/// Copies a folder that a work tree has in common with others, and what it its own has.
fn copy_folders(
    name: &str,
    location: &RepositoryLocation,
    home: &Path,
    content: CopiedContent<'_>,
    disk: &Folder,
) -> io::Result<()> {
    let mut left = MOST;
    let own = Some(&location.own).filter(|own| **own != location.common);
    for from in [Some(&location.common), own].into_iter().flatten() {
        copy_folder(
            disk,
            &from.join(name),
            &home.join(name),
            DEEPEST,
            &mut left,
            content,
        )?;
    }
    Ok(())
}

/// What is copied of a file.
type CopiedContent<'c> = &'c dyn Fn(&Path) -> Option<Vec<u8>>;

fn copy_folder(
    disk: &Folder,
    from: &Path,
    to: &Path,
    depth: usize,
    left: &mut usize,
    content: CopiedContent<'_>,
) -> io::Result<()> {
    let Ok(entries) = disk.list(from) else {
        return Ok(());
    };
    fs::create_dir_all(to)?;
    for path in entries {
        let (Some(name), Ok(meta)) = (path.file_name(), disk.metadata(&path)) else {
            continue;
        };
        let to = to.join(name);
        if meta.kind == EntryKind::Folder && depth > 0 {
            copy_folder(disk, &path, &to, depth - 1, left, content)?;
            continue;
        }
        if *left == 0 {
            break;
        }
        *left -= 1;
        if let Some(bytes) = content(&path) {
            fs::write(to, bytes)?;
        }
    }
    Ok(())
}

/// The files of references that are kept in tables (`extensions.refStorage`).
fn copy_tables(from: &Path, disk: &Folder, to: &Path) -> io::Result<()> {
    let Ok(entries) = disk.list(from) else {
        return Ok(());
    };
    fs::create_dir_all(to)?;
    for path in entries {
        let Some(name) = path.file_name().map(PathBuf::from) else {
            continue;
        };
        if let Ok(bytes) = disk.read(&path, LARGEST_LIST) {
            fs::write(to.join(name), bytes)?;
        }
    }
    Ok(())
}

/// One reference: the name of an object, or that of another reference.
fn reference(disk: &Folder, path: &Path) -> Option<String> {
    let bytes = disk.read(path, LONGEST).ok()?;
    let line = bytes.split(|byte| *byte == b'\n').next()?;
    let line = std::str::from_utf8(line).ok()?;
    if let Some(name) = line.strip_prefix("ref:") {
        let name = name.trim();
        return name.starts_with("refs/").then(|| format!("ref: {name}\n"));
    }
    // `FETCH_HEAD` says more behind the name.
    let id = line.split_whitespace().next().filter(|id| is_id(id))?;
    Some(format!("{id}\n"))
}

/// The lines of `packed-refs` and `shallow` that are what they should be.
fn listed(bytes: &[u8]) -> Vec<u8> {
    let is_one = |line: &[u8]| {
        let line = line.strip_prefix(b"^").unwrap_or(line);
        let mut words = line.splitn(2, |byte| *byte == b' ');
        let id = words.next().and_then(|id| std::str::from_utf8(id).ok());
        let name = words.next();
        id.is_some_and(is_id) && name.is_none_or(|name| name.starts_with(b"refs/"))
            || line.starts_with(b"# pack-refs with:")
    };
    let mut out = Vec::with_capacity(bytes.len());
    for line in bytes
        .split(|byte| *byte == b'\n')
        .filter(|line| is_one(line))
    {
        // Writing to memory does not fail.
        let _ = out.write_all(line);
        out.push(b'\n');
    }
    out
}

/// Whether a text is the name of an object in full (SHA-1, SHA-256).
fn is_id(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_a_reference_is_not_copied() {
        let scratch = tempfile::tempdir().unwrap();
        let disk = Folder::new(scratch.path());
        let id = "0123456789abcdef0123456789abcdef01234567";
        for (content, expected) in [
            (format!("{id}\n"), Some(format!("{id}\n"))),
            (
                "ref: refs/heads/main\n".into(),
                Some("ref: refs/heads/main\n".into()),
            ),
            (
                format!("{id}\t\tbranch 'main' of x\n"),
                Some(format!("{id}\n")),
            ),
            ("ref: ../../x\n".into(), None),
            ("machine x password y\n".into(), None),
            (String::new(), None),
        ] {
            fs::write(scratch.path().join("f"), &content).unwrap();
            let found = reference(&disk, &scratch.path().join("f"));
            assert_eq!(found, expected, "{content}");
        }
        let list = format!(
            "# pack-refs with: peeled fully-peeled sorted \n{id} refs/tags/v1\n^{id}\npassword: x\n\
             {id} ../x\n"
        );
        let expected =
            format!("# pack-refs with: peeled fully-peeled sorted \n{id} refs/tags/v1\n^{id}\n");
        assert_eq!(
            String::from_utf8(listed(list.as_bytes())).unwrap(),
            expected
        );
    }
}
