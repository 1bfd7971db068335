//! Paths and patterns that count where Prometheus runs, followed through what is mounted there.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{FileSet, Matched, Purpose, Runners, glob, kind_of};
use crate::facts::credential_file::{Lookup, Unverified};
use crate::facts::deployment::{Certainty, MountSource, Platform, Resolved, RunningDeployment};
use crate::finding::{Evidence, Text};
use crate::source::EntryKind;

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
    let surely = |one: &&RunningDeployment<'_>| {
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

/// That a path or a pattern leads nowhere in the containers that run the configuration.
pub(super) struct Lacking {
    /// What there is instead, for the message.
    pub(super) what: String,
    /// How that is known.
    pub(super) evidence: Vec<Evidence>,
}

/// Whether nothing can be at a path or a pattern: all containers that surely run the configuration
/// are in sight, and none has a mount at its folder, or the folder of the tree that is mounted has
/// other files only.
pub(super) fn lacking(
    pattern: &str,
    purpose: Purpose,
    runners: &Runners<'_>,
    lookup: &Lookup<'_>,
) -> Option<Lacking> {
    let surely = |one: &&RunningDeployment<'_>| {
        one.certainty != Certainty::Doubtful && one.deployment.prometheus.is_some()
    };
    let all = runners.iter().filter(surely).map(|one| {
        let lacks = lacking_in(one, pattern, purpose, lookup);
        lacks.filter(|_| {
            matches!(
                one.deployment.platform,
                Platform::Compose | Platform::Kubernetes
            )
        })
    });
    let all: Option<Vec<_>> = all.collect();
    all?.into_iter().next()
}

fn lacking_in(
    runner: &RunningDeployment<'_>,
    pattern: &str,
    purpose: Purpose,
    lookup: &Lookup<'_>,
) -> Option<Lacking> {
    let deployment = runner.deployment;
    // A container that gets the configuration in a way that is not in sight may get more so.
    let Resolved::Provided(_) = deployment.resolve(lookup.tree, &runner.path) else {
        return None;
    };
    let folder = fixed_folder(&runner.path_of(pattern));
    let is_around = |path: &str| Path::new(path).starts_with(&folder);
    match deployment.resolve(lookup.tree, &folder) {
        Resolved::NotMounted(_) if !deployment.mounts.iter().any(|one| is_around(&one.path)) => {
            let mut evidence = runner.evidence.clone();
            evidence.truncate(1);
            Some(Lacking {
                what: format!("nothing is mounted at `{folder}` in {}", deployment.name),
                evidence,
            })
        }
        // Target files are mostly written while Prometheus runs.
        Resolved::Provided(found)
            if purpose != Purpose::Targets
                && matches!(found.mount.source, MountSource::Tree(_))
                && files(runner, pattern, lookup).is_empty() =>
        {
            let names = deployment.names_in(lookup.tree, &folder);
            let is_yaml = |name: &&String| name.ends_with(".yml") || name.ends_with(".yaml");
            let other = names.iter().find(is_yaml)?;
            let is_last = !pattern.trim_start_matches("./").contains("*/");
            is_last.then(|| Lacking {
                what: format!(
                    "`{folder}` in {} has `{other}`, which does not match",
                    deployment.name
                ),
                evidence: found.evidence,
            })
        }
        _ => None,
    }
}

/// The folder of a path or a pattern, up to the first part that is a pattern.
fn fixed_folder(path: &str) -> String {
    let mut parts: Vec<_> = path.split('/').collect();
    parts.pop();
    let fixed = parts.iter().take_while(|part| !glob::is_pattern(part));
    let folder = fixed.copied().collect::<Vec<_>>().join("/");
    format!("/{}", folder.trim_start_matches('/'))
}

/// The files of the tree that a pattern leads to in one deployment, sorted by their paths there.
fn files(runner: &RunningDeployment<'_>, pattern: &str, lookup: &Lookup<'_>) -> Vec<PathBuf> {
    let paths = paths(runner, pattern, lookup);
    let files = paths.iter().filter_map(|path| file(runner, path, lookup));
    files.collect()
}

/// The rules that a pattern leads to in what surely runs the configuration, and that are written into a
/// manifest or a compose file: each once.
pub(super) fn texts(pattern: &str, runners: &Runners<'_>, lookup: &Lookup<'_>) -> Vec<Arc<Text>> {
    let mut out: Vec<Arc<Text>> = Vec::new();
    let surely = |one: &&RunningDeployment<'_>| {
        one.certainty != Certainty::Doubtful && one.deployment.prometheus.is_some()
    };
    for runner in runners.iter().filter(surely) {
        let found = paths(runner, pattern, lookup)
            .into_iter()
            .filter_map(|path| match runner.deployment.resolve(lookup.tree, &path) {
                Resolved::Provided(found) => found.written?.text.clone(),
                _ => None,
            });
        for text in found {
            if !out.iter().any(|other| Arc::ptr_eq(other, &text)) {
                out.push(text);
            }
        }
    }
    out
}

/// The paths that a pattern may lead to in one deployment, sorted.
fn paths(runner: &RunningDeployment<'_>, pattern: &str, lookup: &Lookup<'_>) -> Vec<String> {
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
    found
}

/// The file of the tree that a path leads to. A link that leads out of the folder that is mounted
/// leads nowhere.
fn file(runner: &RunningDeployment<'_>, path: &str, lookup: &Lookup<'_>) -> Option<PathBuf> {
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
fn from_outside(
    runner: &RunningDeployment<'_>,
    pattern: &str,
    lookup: &Lookup<'_>,
) -> Option<String> {
    let folder = fixed_folder(&runner.path_of(pattern));
    match runner.deployment.resolve(lookup.tree, &folder) {
        Resolved::External { reason, .. } => Some(reason),
        _ => None,
    }
}
