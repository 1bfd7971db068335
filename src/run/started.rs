//! The files that a deployment of the tree starts Prometheus with: they are configurations whatever
//! their names, hidden ones included.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::policies::Policies;
use super::request::Request;
use super::survey::{Survey, walk_of};
use crate::discover::{self, Recognised, What};
use crate::facts::deployment::{self, SourceFile};
use crate::finding::Text;
use crate::parallel;
use crate::source::{EntryKind, Found, LARGEST, Tree, Walk};

/// The files that Prometheus is started with and that were not taken for configurations, each with
/// whether it is sure that Prometheus reads it as it is. `starters` are the files that may tell.
pub(super) fn unseen(
    starters: &[Found],
    survey: &Survey,
    policies: &Policies,
    request: &Request,
    tree: &dyn Tree,
) -> Vec<(Found, bool)> {
    let mut of_roots: BTreeMap<&Path, Vec<&Found>> = BTreeMap::new();
    for found in starters {
        if let Some(scope) = policies.of(found) {
            of_roots.entry(&scope.root).or_default().push(found);
        }
    }
    let mut started: BTreeMap<PathBuf, bool> = BTreeMap::new();
    for (root, files) in of_roots {
        started.extend(started_in(root, &files, request, tree));
    }
    if started.is_empty() {
        return Vec::new();
    }
    let known = known(survey, tree);
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
    let files = files.filter(|found| !found.named);
    let sure = |found: &Found| started.get(&found.path).copied();
    files
        .filter_map(|found| Some((sure(&found)?, found)))
        .map(|(sure, found)| (found, sure))
        .collect()
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
fn known(survey: &Survey, tree: &dyn Tree) -> HashSet<PathBuf> {
    let seen = survey.seen.iter().filter(|seen| {
        let what = &seen.recognised.what;
        matches!(what, What::Configuration { .. } | What::Broken { .. })
    });
    let seen = seen.map(|seen| &seen.found);
    let unread = survey.unread.iter().map(|(found, _)| found);
    let excluded = survey.excluded.iter().map(|(found, _)| found);
    let all = seen.chain(unread).chain(excluded).chain(&survey.late);
    let real = |found: &Found| {
        let meta = tree.metadata(&found.path);
        let is_link = meta.is_ok_and(|meta| meta.kind == EntryKind::Link);
        match is_link.then(|| tree.resolve(&found.path)) {
            Some(Ok(real)) => real,
            _ => found.path.clone(),
        }
    };
    all.map(real).collect()
}

/// What a text is that Prometheus is started with. Where that is sure, it is a configuration even if
/// nothing in it looks like one.
pub(super) fn recognise(text: Arc<Text>, is_sure: bool, is_template: bool) -> Vec<Recognised> {
    let recognised = discover::recognise(Arc::clone(&text), false, is_template);
    let is_known = |one: &Recognised| !matches!(one.what, What::Unknown);
    if !is_sure || recognised.iter().any(is_known) {
        return recognised;
    }
    let mut recognised = discover::recognise(text, true, is_template);
    for one in &mut recognised {
        one.why = "Prometheus is started with it".into();
    }
    recognised
}
