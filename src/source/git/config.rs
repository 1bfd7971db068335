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
