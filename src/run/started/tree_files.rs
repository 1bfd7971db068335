//! Files of the tree, by what is known of them.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};

use super::super::request::Request;
use super::super::survey::{ScannedFile, Survey, walk_of};
use super::StartReading;
use crate::discover::FileContent;
use crate::facts::deployment::SourceFile;
use crate::parallel;
use crate::source::{EntryKind, FoundFile, Tree, WalkOptions};

/// The files of some names that are in the tree, or that have an ending of templates on top.
pub(super) fn named(names: &HashSet<String>, request: &Request, tree: &dyn Tree) -> Vec<PathBuf> {
    if names.is_empty() {
        return Vec::new();
    }
    let is_named = |path: &Path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let stem = name.rsplit_once('.').map(|(stem, _)| stem);
        names.contains(&*name) || stem.is_some_and(|stem| names.contains(stem))
    };
    let how = WalkOptions {
        hidden: true,
        wanted: &is_named,
        also: None,
        ..walk_of(request)
    };
    let files = tree.walk(&request.paths, &how).files.into_iter();
    let named = files.filter(|found| is_named(&found.path));
    named.map(|found| real(&found, tree)).collect()
}

/// Those of some files whose paths have the most of the last parts of a path, and no fewer than a number.
pub(super) fn ending_alike(path: &str, least: usize, files: &[PathBuf]) -> Vec<PathBuf> {
    let parts: Vec<&str> = path
        .split('/')
        .filter(|part| !matches!(*part, "" | "."))
        .collect();
    let common = |file: &Path| {
        let of_file: Vec<_> = file.iter().filter_map(|part| part.to_str()).collect();
        let pairs = parts.iter().rev().zip(of_file.iter().rev());
        let mut same = 0;
        for (number, (part, of_file)) in pairs.enumerate() {
            let is_template = || {
                of_file
                    .rsplit_once('.')
                    .is_some_and(|(stem, _)| stem == *part)
            };
            if part != of_file && !(number == 0 && is_template()) {
                break;
            }
            same += 1;
        }
        same
    };
    let most = files
        .iter()
        .map(|file| common(file))
        .max()
        .unwrap_or_default();
    let alike = files
        .iter()
        .filter(|file| most >= least && common(file) == most);
    alike.cloned().collect()
}

pub(super) fn sources(
    files: &[&FoundFile],
    survey: &Survey,
    request: &Request,
    tree: &dyn Tree,
) -> Vec<SourceFile> {
    let sources = parallel::map_small(request.threads, files, |found| {
        let text = survey.text_of(found, tree)?;
        Some(SourceFile::new(found.path.clone(), text))
    });
    sources.into_iter().flatten().collect()
}

/// The files among some that the walk passed over, and that count where a change is judged: .ignore
/// files can't hide them, and where two trees are compared, neither can the folders that were named.
/// What git ignores and does not track is not part of a change.
pub(super) fn passed_over<'p>(
    paths: impl Iterator<Item = &'p PathBuf>,
    request: &Request,
    tree: &dyn Tree,
) -> Vec<FoundFile> {
    let named: Vec<(&PathBuf, PathBuf)> = request
        .paths
        .iter()
        .filter_map(|name| Some((name, tree.resolve(name).ok()?)))
        .collect();
    let found = paths.filter_map(|path| {
        let is_file = tree.metadata(path).ok()?.kind == EntryKind::File;
        let below =
            |(name, real): &(&PathBuf, PathBuf)| Some(name.join(path.strip_prefix(real).ok()?));
        let walked = named.iter().find_map(below);
        let folder = path.parent().unwrap_or(path);
        let root = tree.root_of(folder);
        let counts = walked.is_some() || request.side.is_some();
        let is_own = || {
            let tracked = tree
                .tracked_by_git(folder)
                .ok()
                .flatten()
                .unwrap_or_default();
            tracked.contains(path) || !tree.is_ignored_by_git(path, &root)
        };
        (is_file && counts && is_own()).then(|| FoundFile {
            shown: tree.shown(&walked.unwrap_or_else(|| path.clone())).into(),
            root: root.into(),
            path: path.clone(),
            named: false,
        })
    });
    found.collect()
}

/// The files that are known to be configurations or not, without links.
///
/// Where a change is judged, one that only holds configurations is none where Prometheus reads the
/// whole of it.
pub(super) fn known(
    survey: &Survey,
    request: &Request,
    started: &BTreeMap<PathBuf, StartReading>,
    tree: &dyn Tree,
) -> HashSet<PathBuf> {
    let is_whole = |seen: &ScannedFile| {
        let is_read = || started.get(&real(&seen.found, tree)) == Some(&StartReading::Surely);
        seen.recognized.holder.is_none() || !(request.is_gate() && is_read())
    };
    let seen = survey.seen.iter().filter(|seen| {
        let is_one = matches!(
            seen.recognized.what,
            FileContent::Configuration { .. }
                | FileContent::LetGo { .. }
                | FileContent::Broken { .. }
        );
        is_one && is_whole(seen)
    });
    let seen = seen.map(|seen| &seen.found);
    let unread = survey.unread.iter().map(|(found, _)| found);
    let excluded = survey.excluded.iter().map(|(found, _)| found);
    let all = seen.chain(unread).chain(excluded).chain(&survey.late);
    all.map(|found| real(found, tree)).collect()
}

/// The path of a file without links.
pub(super) fn real(found: &FoundFile, tree: &dyn Tree) -> PathBuf {
    let meta = tree.metadata(&found.path);
    let is_link = meta.is_ok_and(|meta| meta.kind == EntryKind::Link);
    match is_link.then(|| tree.resolve(&found.path)) {
        Some(Ok(real)) => real,
        _ => found.path.clone(),
    }
}
