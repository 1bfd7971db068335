//! Patterns that match nothing.

use std::path::Path;

use super::{Matched, NamedPath, Purpose, Runners, glob, mounted};
use crate::facts::credential_file::{FileLookup, Unverified};
use crate::finding::Severity;

/// The most patterns that are compared with one that matches nothing: each is compared with each.
const MOST_BESIDE: usize = 64;

/// Whether a pattern that matches nothing is spare: another one for the same folder matches files, and no
/// file of such a kind is left that none of them matches.
pub(super) fn is_covered(
    reference: &NamedPath<'_>,
    all: &[NamedPath<'_>],
    folder: &Path,
    lookup: &FileLookup<'_>,
) -> bool {
    let parts = |named: &NamedPath<'_>| {
        let text = named.node.as_str().unwrap_or("").trim_start_matches("./");
        let (folder, name) = text.rsplit_once('/').unwrap_or(("", text));
        (folder.to_owned(), name.to_owned())
    };
    let (own, name) = parts(reference);
    if !glob::is_pattern(&name) {
        return false;
    }
    let beside = all.iter().take(MOST_BESIDE).filter_map(|other| {
        let (folder, name) = parts(other);
        let is_beside = other.purpose == reference.purpose && folder == own;
        is_beside.then_some((matches!(other.matched, Matched::Files(_)), name))
    });
    let beside: Vec<(bool, String)> = beside.collect();
    let is_named = |name: &str| {
        beside
            .iter()
            .any(|(_, pattern)| glob::is_name_of(pattern, name))
    };
    let names = lookup.tree.list(&folder.join(&own)).unwrap_or_default();
    let mut names = names
        .iter()
        .filter_map(|path| path.file_name().and_then(|name| name.to_str()));
    beside.iter().any(|(is_found, _)| *is_found)
        && names.all(|name| !mounted::is_data(name) || is_named(name))
}

/// Whether nothing is at what a pattern names, where that was seen: a finding of its own, if it is one.
pub(super) fn is_spare(
    named: &NamedPath<'_>,
    runners: &Runners<'_>,
    lookup: &FileLookup<'_>,
) -> bool {
    let is_elsewhere = matches!(named.matched, Matched::Unverified(Unverified::Elsewhere));
    let pattern = named.node.as_str().unwrap_or("");
    is_elsewhere && mounted::finds_nothing(pattern, named.purpose, runners, lookup)
}

/// How bad it is that no file matches what is shown as a path: programs write target files, and make their
/// folders.
pub(super) fn severity_of_nothing(
    purpose: Purpose,
    shown: &str,
    lookup: &FileLookup<'_>,
) -> Severity {
    let path = lookup.tree.absolute(Path::new(shown));
    let has_folder = || {
        let folder = path.parent();
        folder.is_some_and(|folder| lookup.tree.metadata(folder).is_ok())
    };
    match purpose == Purpose::Targets && !has_folder() {
        true => Severity::Info,
        false => Severity::Warning,
    }
}
