//! How a report reaches its reader.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};

/// A reader that closes the pipe has read enough: no error.
///
/// # Errors
/// Every error but [`io::ErrorKind::BrokenPipe`].
pub fn unless_closed(written: io::Result<()>) -> io::Result<()> {
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

/// Writes a file whole or not at all: into a new file of the same folder, which then takes its
/// name and its permissions. What is in `/dev`, such as `/dev/stderr`, is written to as it is.
///
/// # Errors
/// When the folder can't be written to, or the disk is full; when the file is a link, or a folder on
/// the way leads out of the working directory: the author of the tree would choose where to. The file is
/// then as it was.
pub fn write_file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if ["/dev", "/proc/self/fd"]
        .iter()
        .any(|own| path.starts_with(own))
    {
        return File::options().write(true).open(path)?.write_all(bytes);
    }
    let before = fs::symlink_metadata(path).ok();
    if before.as_ref().is_some_and(|it| !it.is_file()) {
        let why = "it is not a regular file, and promvet writes to no link and no device";
        return Err(io::Error::other(why));
    }
    stays(path)?;
    let (draft, mut file) = new_neighbor(path)?;
    let written = file
        .write_all(bytes)
        .and_then(|()| before.map_or(Ok(()), |it| file.set_permissions(it.permissions())))
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::rename(&draft, path));
    if written.is_err() {
        // The first error is the one to tell; a draft that can't be removed either adds nothing.
        let _ = fs::remove_file(&draft);
    }
    written
}

/// Checks that a path below the working directory does not lead out of it.
fn stays(path: &Path) -> io::Result<()> {
    let here = std::env::current_dir()?;
    let whole = here.join(path);
    let (Some(folder), true) = (whole.parent(), whole.starts_with(&here)) else {
        return Ok(());
    };
    let goes_up = whole.components().any(|part| part == Component::ParentDir);
    if goes_up || fs::canonicalize(folder)?.starts_with(fs::canonicalize(&here)?) {
        return Ok(());
    }
    Err(io::Error::other(
        "a link on the way leads out of the working directory",
    ))
}

/// Writes a file that is not there yet, and makes the folders around it.
///
/// # Errors
/// [`io::ErrorKind::AlreadyExists`] if it is there; else when it can't be written.
pub fn write_new_file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut options = File::options();
    options
        .write(true)
        .create_new(true)
        .open(path)?
        .write_all(bytes)
}

/// A new, empty file in the folder of `path`.
fn new_neighbor(path: &Path) -> io::Result<(PathBuf, File)> {
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    let mut number = 0_u32;
    loop {
        let mut draft = std::ffi::OsString::from(".");
        draft.push(name);
        draft.push(format!(".{}-{number}.tmp", std::process::id()));
        let draft = path.with_file_name(draft);
        match File::options().write(true).create_new(true).open(&draft) {
            Ok(file) => return Ok((draft, file)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && number < 1000 => {
                number += 1;
            }
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_and_nothing_is_left_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.json");
        write_file(&path, b"one").unwrap();
        write_file(&path, b"two").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_failure_leaves_the_folder_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        assert!(write_file(&folder.path().join("no/such/out.json"), b"x").is_err());
        assert!(write_file(folder.path(), b"x").is_err());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[cfg(unix)]
    #[test]
    fn links_are_left_alone_and_permissions_kept() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        fs::write(&file, "old").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        std::os::unix::fs::symlink("file", &link).unwrap();
        assert!(write_file(&link, b"new").is_err());
        assert_eq!(fs::read(&file).unwrap(), b"old");
        write_file(&file, b"new").unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"new");
        assert_eq!(
            fs::metadata(&file).unwrap().permissions().mode() & 0o777,
            0o640
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_device_is_written_to_not_replaced() {
        write_file(Path::new("/dev/null"), b"x").unwrap();
        assert!(!fs::metadata("/dev/null").unwrap().is_file());
    }

    #[test]
    fn a_closed_pipe_is_not_an_error() {
        assert!(unless_closed(Err(io::ErrorKind::BrokenPipe.into())).is_ok());
        assert!(unless_closed(Err(io::ErrorKind::StorageFull.into())).is_err());
        assert!(unless_closed(Ok(())).is_ok());
    }
}
