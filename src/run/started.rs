//! The files that a deployment of the tree starts Prometheus with: they are configurations whatever
//! their names, hidden ones included.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::policies::Policies;
use super::request::Request;
use super::survey::{ScannedFile, Survey, walk_of};
use crate::discover::{self, Dialect, Recognised, What};
use crate::facts::deployment::{self, SourceFile};
use crate::finding::{Place, Text};
use crate::parallel;
use crate::source::{EntryKind, Found, LARGEST, Tree, Walk};
use crate::yaml::parse_first;

/// The files that Prometheus is started with, absolute and without links, each with whether it is
/// sure that Prometheus reads it as it is. `starters` are the files that may tell.
pub(super) fn of(
    starters: &[Found],
    policies: &Policies,
    request: &Request,
    tree: &dyn Tree,
) -> BTreeMap<PathBuf, bool> {
    let mut of_roots: BTreeMap<&Path, Vec<&Found>> = BTreeMap::new();
    for found in starters {
        if let Some(scope) = policies.of(found) {
            of_roots.entry(&scope.root).or_default().push(found);
        }
    }
    let mut started = BTreeMap::new();
    for (root, files) in of_roots {
        started.extend(started_in(root, &files, request, tree));
    }
    started
}

/// Those of them that were not taken for configurations.
pub(super) fn unseen(
    started: &BTreeMap<PathBuf, bool>,
    survey: &Survey,
    request: &Request,
    tree: &dyn Tree,
) -> Vec<(Found, bool)> {
    if started.is_empty() {
        return Vec::new();
    }
    let known = known(survey, request, started, tree);
    let mut started = started.clone();
    started.retain(|path, _| !known.contains(path));
    if started.is_empty() {
        return Vec::new();
    }
    let how = Walk {
        hidden: true,
        wanted: &|path| started.contains_key(path),
        also: None,
        ..walk_of(request)
    };
    let files = tree.walk(&request.paths, &how).files.into_iter();
    let mut files: Vec<Found> = files.filter(|found| !found.named).collect();
    if request.is_gate() {
        let walked: HashSet<&PathBuf> = files.iter().map(|found| &found.path).collect();
        let rest = started.keys().filter(|path| !walked.contains(path));
        let passed_over = passed_over(rest, request, tree);
        files.extend(passed_over);
    }
    let sure = |found: &Found| started.get(&found.path).copied();
    let files = files.into_iter();
    files
        .filter_map(|found| Some((sure(&found)?, found)))
        .map(|(sure, found)| (found, sure))
        .collect()
}

/// The files among some that the walk passed over, and that count where a change is judged: .ignore
/// files can't hide them, and where two trees are compared, neither can the folders that were named.
/// What git ignores and does not track is not part of a change.
fn passed_over<'p>(
    paths: impl Iterator<Item = &'p PathBuf>,
    request: &Request,
    tree: &dyn Tree,
) -> Vec<Found> {
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
        (is_file && counts && is_own()).then(|| Found {
            shown: tree.shown(&walked.unwrap_or_else(|| path.clone())).into(),
            root: root.into(),
            path: path.clone(),
            named: false,
        })
    });
    found.collect()
}

/// The files that Prometheus is started with, that the change touches, and that policy leaves out.
pub(super) fn left_out(
    started: &BTreeMap<PathBuf, bool>,
    survey: &Survey,
    request: &Request,
    tree: &dyn Tree,
) -> Vec<(Found, Place)> {
    let excluded = survey.excluded.iter().filter(|(found, _)| {
        let real = real(found, tree);
        let is_changed = [&real, &found.path]
            .iter()
            .any(|path| request.changed.contains(*path));
        is_changed && started.contains_key(&real)
    });
    excluded.cloned().collect()
}

fn started_in(
    root: &Path,
    files: &[&Found],
    request: &Request,
    tree: &dyn Tree,
) -> BTreeMap<PathBuf, bool> {
    let sources = parallel::map(request.threads, files, |found| {
        let bytes = tree.read(&found.path, LARGEST).ok()?;
        let text = Text::new(Arc::clone(&found.shown), bytes);
        Some(SourceFile::new(found.path.clone(), text))
    });
    let sources: Vec<SourceFile> = sources.into_iter().flatten().collect();
    deployment::started(tree, root, &sources)
}

/// The files that are known to be configurations or not, without links.
///
/// Where a change is judged, one that only holds configurations is none where Prometheus reads the
/// whole of it.
fn known(
    survey: &Survey,
    request: &Request,
    started: &BTreeMap<PathBuf, bool>,
    tree: &dyn Tree,
) -> HashSet<PathBuf> {
    let is_whole = |seen: &ScannedFile| {
        let is_read = || started.get(&real(&seen.found, tree)) == Some(&true);
        seen.recognised.holder.is_none() || !(request.is_gate() && is_read())
    };
    let seen = survey.seen.iter().filter(|seen| {
        let what = &seen.recognised.what;
        matches!(what, What::Configuration { .. } | What::Broken { .. }) && is_whole(seen)
    });
    let seen = seen.map(|seen| &seen.found);
    let unread = survey.unread.iter().map(|(found, _)| found);
    let excluded = survey.excluded.iter().map(|(found, _)| found);
    let all = seen.chain(unread).chain(excluded).chain(&survey.late);
    all.map(|found| real(found, tree)).collect()
}

/// The path of a file without links.
fn real(found: &Found, tree: &dyn Tree) -> PathBuf {
    let meta = tree.metadata(&found.path);
    let is_link = meta.is_ok_and(|meta| meta.kind == EntryKind::Link);
    match is_link.then(|| tree.resolve(&found.path)) {
        Some(Ok(real)) => real,
        _ => found.path.clone(),
    }
}

/// What a text is that Prometheus is started with. Where that is sure, it is a configuration even if
/// nothing in it looks like one; `is_gate` says that one that it only holds does not count then.
pub(super) fn recognise(
    text: Arc<Text>,
    is_sure: bool,
    is_template: bool,
    is_gate: bool,
) -> Vec<Recognised> {
    let recognised = discover::recognise(Arc::clone(&text), false, is_template);
    let is_configuration = |one: &Recognised| {
        let what = &one.what;
        let is_one = matches!(what, What::Configuration { .. } | What::Broken { .. });
        is_one && (one.holder.is_none() || !is_gate)
    };
    if !is_sure || recognised.iter().any(is_configuration) {
        return recognised;
    }
    let mut recognised = discover::recognise(Arc::clone(&text), true, is_template);
    recognised.truncate(1);
    for one in &mut recognised {
        one.why = "Prometheus is started with it".into();
        // Prometheus reads it as a configuration, whatever it looks like.
        if matches!(one.what, What::Other { .. } | What::Unknown)
            && let Ok(document) = parse_first(&text)
        {
            let dialect = Dialect::Server;
            one.what = What::Configuration { dialect, document };
        }
    }
    recognised
}
