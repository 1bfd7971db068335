//! The facts about the trees that are looked at, drawn from what was seen of them.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use super::policies::{self, Policies, Scope};
use super::policy_files::catalogue;
use super::request::Request;
use super::survey::{Seen, Survey, walk_of};
use crate::discover::{Recognised, What};
use crate::facts::deployment::RunAs;
use crate::facts::{self, Facts, Lookup, Scan, Shared};
use crate::finding::{Evidence, Text};
use crate::parallel;
use crate::source::{Found, LARGEST, Tree, Walk};

/// The facts for every scope, by its number.
pub(crate) fn all_facts<'t>(
    request: &'t Request,
    survey: &'t Survey,
    policies: &'t Policies,
    tree: &'t dyn Tree,
) -> BTreeMap<usize, Facts<'t>> {
    let mut shared: BTreeMap<&Path, Arc<Shared<'_>>> = BTreeMap::new();
    let mut out = BTreeMap::new();
    for seen in &survey.seen {
        let number = policies.scope_of(&seen.found);
        let Some(scope) = policies.scope(number) else {
            continue;
        };
        out.entry(number).or_insert_with(|| {
            let shared = shared.entry(&scope.root).or_insert_with(|| {
                let texts = OnceLock::new();
                let find = move |scan: Scan| {
                    let texts: &Vec<Arc<Text>> = texts
                        .get_or_init(|| texts_of(&scope.root, request, survey, policies, tree));
                    let passing = texts.iter().filter(|text| scan(text.content().as_bytes()));
                    passing.cloned().collect()
                };
                Arc::new(Shared::new(Box::new(find)))
            });
            facts_of(scope, Arc::clone(shared), request, tree)
        });
    }
    out
}

/// The facts of one tree under one policy.
fn facts_of<'t>(
    scope: &'t Scope,
    shared: Arc<Shared<'t>>,
    request: &'t Request,
    tree: &'t dyn Tree,
) -> Facts<'t> {
    let policy = &scope.policy;
    let user = policy.runtime_user.as_ref().map(|user| RunAs {
        uid: Some(user.uid),
        gid: Some(user.gid),
        groups: Vec::new(),
        evidence: vec![Evidence {
            place: user.place.clone(),
            message: "policy: the user that Prometheus runs as".to_owned(),
        }],
    });
    let files = Lookup {
        tree,
        bounds: scope.root.clone(),
        host: request.host.clone(),
        user,
        now: request.now,
    };
    let facts = Facts::new(policy, files, shared).online(request.online.clone());
    if policy.receivers.is_empty() {
        facts
    } else {
        facts.with_receivers(catalogue(policy))
    }
}

/// Whether a file is a configuration and nothing else, so that no fact stands in it.
fn is_bare(recognised: &Recognised) -> bool {
    matches!(&recognised.what, What::Configuration { document, .. }
        if Arc::ptr_eq(document.text(), &recognised.text) && document.next_document().is_none())
}

/// The texts of a tree that may hold facts, by path. If all of the tree was walked, they are among
/// what was seen; else the tree is walked for them.
fn texts_of(
    root: &Path,
    request: &Request,
    survey: &Survey,
    policies: &Policies,
    tree: &dyn Tree,
) -> Vec<Arc<Text>> {
    let whole = request.paths.iter().any(|path| is_walked(root, path, tree));
    let of_root = |found: &&Found| policies.of(found).is_some_and(|scope| scope.root == *root);
    let files = survey.seen.iter();
    let files = files.filter(|seen| seen.recognised.holder.is_none());
    let seen = files.map(|seen| (&*seen.found.path, seen));
    let seen: BTreeMap<&Path, &Seen> = seen.collect();
    let candidates: Vec<Found> = if whole {
        let seen = seen.values().map(|seen| &seen.found);
        survey
            .others
            .iter()
            .chain(seen)
            .filter(of_root)
            .cloned()
            .collect()
    } else {
        let every = walk_of(request);
        let how = Walk {
            root: Some(root),
            wanted: &|path| {
                let known = seen.get(path);
                (every.wanted)(path) && !known.is_some_and(|seen| is_bare(&seen.recognised))
            },
            ..every
        };
        let mut files = tree.walk(&[root.to_path_buf()], &how).files;
        // Trees of their own that lie in this one tell nothing of it.
        let named = request.config.as_deref();
        if let Ok(policies) = policies::read(named, &files, request.threads, tree) {
            files.retain(|found| policies.of(found).is_none_or(|scope| scope.root == *root));
        }
        files
    };
    let texts = parallel::map(request.threads, &candidates, |found| {
        if let Some(seen) = seen.get(&*found.path) {
            let text = &seen.recognised.text;
            if is_bare(&seen.recognised) {
                return None;
            }
            return facts::may_hold(text.content().as_bytes()).then(|| Arc::clone(text));
        }
        let bytes = tree.read(&found.path, LARGEST).ok()?;
        facts::may_hold(&bytes).then(|| Text::new(Arc::clone(&found.shown), bytes))
    });
    let mut texts: Vec<_> = texts.into_iter().flatten().collect();
    texts.sort_by(|one, other| one.path().cmp(other.path()));
    texts
}

/// Whether a path that was named is a folder, or has one above it.
fn is_walked(folder: &Path, named: &Path, tree: &dyn Tree) -> bool {
    let covers = |path: &Path| folder.starts_with(path);
    covers(&tree.absolute(named)) || tree.resolve(named).is_ok_and(|path| covers(&path))
}
