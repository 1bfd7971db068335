//! What git is reported a repository's configuration: the few keys that say how its files have to be
//! read, and which branch follows which. None of them names a program, a URL or a path.

use std::fmt::Write as _;
use std::path::Path;

use crate::source::folder::Folder;
use crate::source::tree::Tree;

/// The largest configuration that is read, in bytes. One with 5,000 branches has 500 kB.
const LARGEST: u64 = 4 * 1024 * 1024;

/// The configuration that git gets instead of the one at `path`.
pub(super) fn of(path: &Path, disk: &Folder) -> String {
    let bytes = disk.read(path, LARGEST).unwrap_or_default();
    allowed(&String::from_utf8_lossy(&bytes))
}

/// Whether git refuses the repository of a configuration: one of version 0 must not say that its objects
/// or its references are of another kind (git 2.29, `setup.c:handle_extension`).
pub(super) fn is_refused(path: &Path, disk: &Folder) -> bool {
    let bytes = disk.read(path, LARGEST).unwrap_or_default();
    has_extension_too_new(&String::from_utf8_lossy(&bytes))
}

fn has_extension_too_new(text: &str) -> bool {
    let (mut section, mut version, mut extended) = (String::new(), 0, false);
    for line in text.lines().map(str::trim) {
        if line.starts_with('[') {
            section = line.to_ascii_lowercase();
        }
        let Some((key, value)) = line.split_once('=') else {
            continue;
        };
        let key = key.trim().to_ascii_lowercase();
        match (&*section, &*key) {
            ("[core]", "repositoryformatversion") => version = value.trim().parse().unwrap_or(0),
            ("[extensions]", "objectformat" | "refstorage") => extended = true,
            _ => {}
        }
    }
    version == 0 && extended
}

/// The lines of a configuration that git may know. What is written otherwise than git writes it,
/// such as a value in quotes or one that goes on in a next line, is left out.
fn allowed(text: &str) -> String {
    // Without a work tree git looks for no .gitattributes on the disk.
    let mut out = "[core]\n\trepositoryFormatVersion = 1\n\tbare = true\n".to_owned();
    let mut section = "";
    for line in text.lines().map(str::trim) {
        if line.starts_with('[') {
            section = line;
            continue;
        }
        let Some((key, value)) = line.split_once('=') else {
            continue;
        };
        let (key, value) = (key.trim().to_ascii_lowercase(), value.trim());
        if is_plain(value) && is_allowed(section, &key, value) {
            let _ = writeln!(out, "{section}\n\t{key} = {value}");
        }
    }
    out
}

fn is_allowed(section: &str, key: &str, value: &str) -> bool {
    let of = |kind: &str| {
        let name = section.strip_prefix(kind);
        let name = name.and_then(|name| name.strip_prefix(" \"")?.strip_suffix("\"]"));
        name.is_some_and(is_plain)
    };
    match key {
        "objectformat" => section == "[extensions]" && matches!(value, "sha1" | "sha256"),
        "refstorage" => section == "[extensions]" && matches!(value, "files" | "reftable"),
        // What `@{upstream}` means.
        "remote" => of("[branch"),
        "merge" => of("[branch") && value.starts_with("refs/"),
        "fetch" => of("[remote") && value.trim_start_matches('+').starts_with("refs/"),
        _ => false,
    }
}

/// Whether a text means itself in git's configuration.
fn is_plain(text: &str) -> bool {
    let plain =
        |c: char| c.is_alphanumeric() || matches!(c, '/' | '-' | '_' | '.' | '+' | '*' | ':');
    !text.is_empty() && text.chars().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn version_0_has_no_extensions() {
        let text = |version: u32, extension: &str| {
            format!("[core]\n\trepositoryformatversion = {version}\n[extensions]\n\t{extension}\n")
        };
        assert!(has_extension_too_new(&text(0, "objectFormat = sha256")));
        assert!(has_extension_too_new(
            "[extensions]\nrefstorage = reftable\n"
        ));
        assert!(!has_extension_too_new(&text(1, "objectFormat = sha256")));
        assert!(!has_extension_too_new(&text(0, "worktreeConfig = true")));
    }

    #[test]
    fn only_what_names_no_program_is_taken_over() {
        let text = "[core]\n\trepositoryformatversion = 0\n\tfsmonitor = evil\n\tbare = false\n\
            [include]\n\tpath = evil\n[includeIf \"gitdir:**\"]\n\tpath = evil\n\
            [extensions]\n\tobjectFormat = sha256\n\tpartialClone = origin\n\tworktreeConfig = true\n\
            [remote \"origin\"]\n\turl = ext::evil\n\tpromisor = true\n\tuploadpack = evil\n\
            \tfetch = +refs/heads/*:refs/remotes/origin/*\n\tfetch = evil\n\
            [branch \"a/b\"]\n\tremote = origin\n\tmerge = refs/heads/a/b\n\
            [branch \"x\"] merge = refs/heads/evil\n[filter \"x\"]\n\tclean = evil\n\
            [branch \"y\\\"] evil\"]\n\tremote = evil\n\
            [branch \"z\"]\n\tremote = \"evil\"\n\tmerge = refs/heads/evil \\\n";
        assert_eq!(
            allowed(text),
            "[core]\n\trepositoryFormatVersion = 1\n\tbare = true\n\
             [extensions]\n\tobjectformat = sha256\n\
             [remote \"origin\"]\n\tfetch = +refs/heads/*:refs/remotes/origin/*\n\
             [branch \"a/b\"]\n\tremote = origin\n\
             [branch \"a/b\"]\n\tmerge = refs/heads/a/b\n"
        );
    }
}
