//! Paths and patterns that count where Prometheus runs, followed through what is mounted there.

use std::path::PathBuf;

use super::{FileSet, Matched, Purpose, Runners, glob, kind_of};
use crate::facts::credential_file::{Lookup, Unverified};
use crate::facts::deployment::{Belonging, Certainty, MountSource, Resolved};
use crate::source::Kind as EntryKind;

/// What a path or a pattern leads to without a target beside the configuration: to the files of the
/// tree that are surely there where Prometheus runs, else to what it led to before.
pub(super) fn instead(
    matched: Matched,
    pattern: &str,
    purpose: Purpose,
    runners: &Runners<'_>,
    lookup: &Lookup<'_>,
) -> Matched {
    let is_relative = !pattern.starts_with('/');
    let may_be_mounted = match &matched {
        Matched::Missing(_) | Matched::Nothing(_) => is_relative,
        Matched::Unverified(why) => matches!(why, Unverified::Elsewhere | Unverified::NoFolder),
        Matched::Files(_) | Matched::Broken(_) => false,
    };
    if !may_be_mounted {
        return matched;
    }
    let surely = |one: &&Belonging<'_>| {
        one.certainty != Certainty::Doubtful && one.deployment.prometheus.is_some()
    };
    let runners: Vec<_> = runners.iter().filter(surely).collect();
    let of_each: Vec<_> = runners
        .iter()
        .map(|one| files(one, pattern, lookup))
        .collect();
    // Jobs of two deployments would look like jobs that are twice in one.
    let agree = of_each.windows(2).all(|pair| pair.first() == pair.last());
    let mut all = of_each.concat();
    all.sort();
    all.dedup();
    if !all.is_empty() && (agree || purpose != Purpose::ScrapeConfigs) {
        return Matched::Files(FileSet::new(all));
    }
    let outside = runners
        .iter()
        .find_map(|one| from_outside(one, pattern, lookup));
    match outside.filter(|_| is_relative) {
        Some(reason) => Matched::Unverified(Unverified::External(reason)),
        None => matched,
    }
}

/// The files of the tree that a pattern leads to in one deployment, sorted by their paths there.
fn files(runner: &Belonging<'_>, pattern: &str, lookup: &Lookup<'_>) -> Vec<PathBuf> {
    let deployment = runner.deployment;
    let mut found = vec![String::new()];
    let pattern = runner.path_of(pattern);
    for part in pattern.split('/').filter(|part| !part.is_empty()) {
        let below = |folder: &String, name: &str| format!("{folder}/{name}");
        found = match glob::is_pattern(part) {
            false => found.iter().map(|folder| below(folder, part)).collect(),
            true => found
                .iter()
                .flat_map(|folder| {
                    let names = deployment.names_in(lookup.tree, folder).into_iter();
                    let names = names.filter(|name| glob::is_name_of(part, name));
                    names.map(|name| below(folder, &name))
                })
                .collect(),
        };
    }
    let files = found.iter().filter_map(|path| file(runner, path, lookup));
    files.collect()
}

/// The file of the tree that a path leads to. A link that leads out of the folder that is mounted
/// leads nowhere.
fn file(runner: &Belonging<'_>, path: &str, lookup: &Lookup<'_>) -> Option<PathBuf> {
    let deployment = runner.deployment;
    let Resolved::Provided(found) = deployment.resolve(lookup.tree, path) else {
        return None;
    };
    let file = found.tree_file?;
    let base = match &found.mount.source {
        MountSource::Tree(source) if file != *source => source,
        _ => &deployment.root,
    };
    let bounds = [base.as_path()];
    let is_inside = lookup.tree.within(&file, &bounds).unwrap_or(false)
        && lookup
            .tree
            .within(&file, &[&deployment.root])
            .unwrap_or(false);
    (is_inside && kind_of(&file, lookup) == Some(EntryKind::File)).then_some(file)
}

/// Why the folder of a pattern is not in the tree, if something from elsewhere is mounted there.
fn from_outside(runner: &Belonging<'_>, pattern: &str, lookup: &Lookup<'_>) -> Option<String> {
    let path = runner.path_of(pattern);
    let mut parts: Vec<_> = path.split('/').collect();
    parts.pop();
    let fixed = parts.iter().take_while(|part| !glob::is_pattern(part));
    let folder = fixed.copied().collect::<Vec<_>>().join("/");
    let folder = format!("/{}", folder.trim_start_matches('/'));
    match runner.deployment.resolve(lookup.tree, &folder) {
        Resolved::External { reason, .. } => Some(reason),
        _ => None,
    }
}
