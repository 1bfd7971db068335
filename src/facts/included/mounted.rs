//! Paths and patterns that count where Prometheus runs, followed through what is mounted there.

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{FileSet, Matched, Purpose, Runners, glob, kind_of};
use crate::facts::credential_file::{FileLookup, Unverified};
use crate::facts::deployment::{
    MountSource, Platform, ResolvedPath, RunCertainty, RunningDeployment,
};
use crate::finding::{Evidence, Text};
use crate::source::EntryKind;

/// What a path or a pattern leads to without a target beside the configuration: to the files of the
/// tree that are surely there where Prometheus runs, else to what it led to before.
pub(super) fn resolve_through_mounts(
    matched: Matched,
    pattern: &str,
    purpose: Purpose,
    runners: &Runners<'_>,
    lookup: &FileLookup<'_>,
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
    let surely = |deployment: &&RunningDeployment<'_>| {
        deployment.certainty != RunCertainty::Doubtful && deployment.deployment.prometheus.is_some()
    };
    let runners: Vec<_> = runners.iter().filter(surely).collect();
    let of_each: Vec<_> = runners
        .iter()
        .map(|deployment| files(deployment, pattern, lookup))
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
        .find_map(|deployment| from_outside(deployment, pattern, lookup));
    match outside.filter(|_| is_relative) {
        Some(reason) => Matched::Unverified(Unverified::External(reason)),
        None => matched,
    }
}

/// That a path or a pattern leads nowhere in the containers that run the configuration.
pub(super) struct Lacking {
    /// What there is instead, for the message.
    pub(super) what: String,
    /// What may have been meant, as a sentence without a full stop.
    pub(super) near: Option<String>,
    /// How that is known.
    pub(super) evidence: Vec<Evidence>,
}

/// What leads nowhere in the containers that run a configuration.
#[derive(Clone, Copy)]
pub(super) struct MountQuery<'q> {
    /// The path or the pattern.
    pub(super) pattern: &'q str,
    /// What the files are for.
    pub(super) purpose: Purpose,
    /// Whether the tree has such files beside the configuration.
    pub(super) is_here: bool,
    /// The other names and patterns for the same folder.
    pub(super) beside: &'q [&'q str],
}

/// Whether nothing can be at a path or a pattern: all containers that surely run the configuration
/// are in sight, and nothing that is mounted there fits. An image says so only of files that are in
/// the tree, since whatever starts it may mount more.
pub(super) fn lacking(
    question: MountQuery<'_>,
    runners: &Runners<'_>,
    lookup: &FileLookup<'_>,
) -> Option<Lacking> {
    let surely = |deployment: &&RunningDeployment<'_>| {
        deployment.certainty != RunCertainty::Doubtful && deployment.deployment.prometheus.is_some()
    };
    let all = runners.iter().filter(surely).map(|deployment| {
        let is_in_sight = match deployment.deployment.platform {
            Platform::Compose | Platform::Kubernetes => true,
            Platform::Image => question.is_here,
            Platform::Unit | Platform::Policy => false,
        };
        is_in_sight
            .then(|| lacking_in(deployment, question, lookup))
            .flatten()
    });
    let all: Option<Vec<_>> = all.collect();
    all?.into_iter().next()
}

fn lacking_in(
    runner: &RunningDeployment<'_>,
    question: MountQuery<'_>,
    lookup: &FileLookup<'_>,
) -> Option<Lacking> {
    let deployment = runner.deployment;
    // A container that gets the configuration in a way that is not in sight may get more so.
    let ResolvedPath::Provided(config) = deployment.resolve(lookup.tree, &runner.path) else {
        return None;
    };
    let path = runner.path_of(question.pattern);
    let folder = fixed_folder(&path);
    let is_around = |path: &str| Path::new(path).starts_with(&folder);
    let nowhere = matches!(
        deployment.resolve(lookup.tree, &folder),
        ResolvedPath::NotMounted(_)
    );
    if nowhere && !deployment.overlays.is_empty() {
        return None;
    }
    if nowhere && !deployment.mounts.iter().any(|mount| is_around(&mount.path)) {
        let mut evidence = runner.evidence.clone();
        evidence.truncate(1);
        return Some(Lacking {
            what: format!("nothing is mounted at `{folder}` in {}", deployment.name),
            near: None,
            evidence,
        });
    }
    let fallback = |found: Vec<Evidence>| match found.is_empty() {
        false => found,
        true => vec![Evidence {
            place: config.mount.place.clone(),
            message: format!("`{}` is mounted here", config.mount.path),
        }],
    };
    if !glob::is_pattern(&path) {
        let absent = absent(runner, &path, question, lookup)?;
        return Some(Lacking {
            what: match absent.other {
                Some(other) => format!(
                    "`{folder}` in {} has `{other}`, which does not match",
                    deployment.name
                ),
                None => format!("nothing is mounted at `{path}` in {}", deployment.name),
            },
            near: absent.near,
            evidence: fallback(absent.evidence),
        });
    }
    let (candidates, is_whole) = expanded(runner, &path, question.purpose, lookup);
    if !is_whole || !candidates.is_empty() {
        return None;
    }
    let names = deployment.names_in(lookup.tree, &folder);
    let is_named = |name: &&String| {
        let mut beside = question.beside.iter();
        beside.any(|pattern| glob::is_name_of(pattern, name))
    };
    // A folder without anything like it waits for files that something may write.
    let other = names.iter().find(|name| is_data(name) && !is_named(name))?;
    Some(Lacking {
        what: format!(
            "`{folder}` in {} has `{other}`, which does not match",
            deployment.name
        ),
        near: None,
        evidence: fallback(match deployment.resolve(lookup.tree, &folder) {
            ResolvedPath::Provided(found) => found.evidence,
            _ => Vec::new(),
        }),
    })
}

pub(super) fn is_data(name: &str) -> bool {
    let endings = [".yml", ".yaml", ".json", ".rules"];
    endings.iter().any(|ending| name.ends_with(ending))
}

/// Whether a pattern surely matches nothing in what surely runs the configuration: its folder has files of
/// such kinds, all of them in sight.
pub(super) fn finds_nothing(
    pattern: &str,
    purpose: Purpose,
    runners: &Runners<'_>,
    lookup: &FileLookup<'_>,
) -> bool {
    let surely = |runner: &&RunningDeployment<'_>| {
        runner.certainty != RunCertainty::Doubtful && runner.deployment.prometheus.is_some()
    };
    let mut runners = runners.iter().filter(surely).peekable();
    let is_empty = |runner: &RunningDeployment<'_>| {
        let path = runner.path_of(pattern);
        let names = runner
            .deployment
            .names_in(lookup.tree, &fixed_folder(&path));
        let (found, is_whole) = expanded(runner, &path, purpose, lookup);
        found.is_empty() && is_whole && names.iter().any(|name| is_data(name))
    };
    glob::is_pattern(pattern) && runners.peek().is_some() && runners.all(is_empty)
}

/// That nothing is at a path.
struct Absent {
    /// Another file of its folder.
    other: Option<String>,
    near: Option<String>,
    evidence: Vec<Evidence>,
}

/// Whether nothing can be at a path that is not a pattern.
fn absent(
    runner: &RunningDeployment<'_>,
    path: &str,
    question: MountQuery<'_>,
    lookup: &FileLookup<'_>,
) -> Option<Absent> {
    let deployment = runner.deployment;
    match deployment.resolve(lookup.tree, path) {
        ResolvedPath::NotMounted(found) => Some(Absent {
            other: None,
            near: found.near,
            evidence: found.evidence,
        }),
        // Target files are mostly written while Prometheus runs.
        ResolvedPath::Provided(found)
            if question.purpose != Purpose::Targets
                && matches!(found.mount.source, MountSource::Tree(_))
                && found.mount.path != path
                && files(runner, question.pattern, lookup).is_empty() =>
        {
            let names = deployment.names_in(lookup.tree, &fixed_folder(path));
            let is_yaml = |name: &&String| name.ends_with(".yml") || name.ends_with(".yaml");
            Some(Absent {
                other: Some(names.iter().find(is_yaml)?.clone()),
                near: None,
                evidence: found.evidence,
            })
        }
        _ => None,
    }
}

/// The paths that a pattern leads to in one deployment, and whether there can be no others.
fn expanded(
    runner: &RunningDeployment<'_>,
    pattern: &str,
    purpose: Purpose,
    lookup: &FileLookup<'_>,
) -> (Vec<String>, bool) {
    let is_whole = Cell::new(true);
    let visit = |folder: &str, is_last: bool| {
        let whole = is_whole.get() && is_whole_folder(runner, folder, is_last, purpose, lookup);
        is_whole.set(whole);
    };
    let found = paths_by(runner, pattern, lookup, &visit);
    (found, is_whole.get())
}

/// Whether all files of a folder are in sight.
fn is_whole_folder(
    runner: &RunningDeployment<'_>,
    folder: &str,
    is_last: bool,
    purpose: Purpose,
    lookup: &FileLookup<'_>,
) -> bool {
    let deployment = runner.deployment;
    let is_alone = deployment.overlays.is_empty();
    match deployment.resolve(lookup.tree, folder) {
        ResolvedPath::NotMounted(_) => is_alone,
        ResolvedPath::Provided(found) => match (&found.mount.source, &found.tree_file) {
            (MountSource::Keys(volume), None) => {
                found.mount.sub_path.is_none() && volume.is_whole() && (is_alone || is_last)
            }
            // Target files are mostly written while Prometheus runs.
            (MountSource::Tree(_), Some(real)) => {
                is_last && is_alone && purpose != Purpose::Targets && lookup.tree.list(real).is_ok()
            }
            (MountSource::Copied(_), Some(real)) => {
                is_last && is_alone && lookup.tree.list(real).is_ok()
            }
            _ => false,
        },
        _ => false,
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
fn files(runner: &RunningDeployment<'_>, pattern: &str, lookup: &FileLookup<'_>) -> Vec<PathBuf> {
    let paths = paths(runner, pattern, lookup);
    let files = paths.iter().filter_map(|path| file(runner, path, lookup));
    files.collect()
}

/// What a pattern leads to in what surely runs the configuration, and that is written into a manifest or
/// a compose file: each once, with the path that it has there.
pub(super) fn texts(
    pattern: &str,
    runners: &Runners<'_>,
    lookup: &FileLookup<'_>,
) -> Vec<(String, Arc<Text>)> {
    let mut out: Vec<(String, Arc<Text>)> = Vec::new();
    let surely = |deployment: &&RunningDeployment<'_>| {
        deployment.certainty != RunCertainty::Doubtful && deployment.deployment.prometheus.is_some()
    };
    for runner in runners.iter().filter(surely) {
        for path in paths(runner, pattern, lookup) {
            let text = match runner.deployment.resolve(lookup.tree, &path) {
                ResolvedPath::Provided(found) => {
                    found.written.and_then(|written| written.text.clone())
                }
                _ => None,
            };
            let is_new = |text: &Arc<Text>| !out.iter().any(|(_, other)| Arc::ptr_eq(other, text));
            if let Some(text) = text.filter(is_new) {
                out.push((path, text));
            }
        }
    }
    out
}

/// The paths that a pattern may lead to in one deployment, sorted.
fn paths(runner: &RunningDeployment<'_>, pattern: &str, lookup: &FileLookup<'_>) -> Vec<String> {
    paths_by(runner, &runner.path_of(pattern), lookup, &|_, _| {})
}

/// The same of an absolute pattern; `visit` gets each folder whose names are compared with a part of it,
/// and whether that is its last part.
fn paths_by(
    runner: &RunningDeployment<'_>,
    pattern: &str,
    lookup: &FileLookup<'_>,
    visit: &dyn Fn(&str, bool),
) -> Vec<String> {
    let deployment = runner.deployment;
    let mut found = vec![String::new()];
    let parts: Vec<_> = pattern.split('/').filter(|part| !part.is_empty()).collect();
    for (number, part) in parts.iter().enumerate() {
        let below = |folder: &String, name: &str| format!("{folder}/{name}");
        found = match glob::is_pattern(part) {
            false => found.iter().map(|folder| below(folder, part)).collect(),
            true => found
                .iter()
                .flat_map(|folder| {
                    visit(folder, number + 1 == parts.len());
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
fn file(runner: &RunningDeployment<'_>, path: &str, lookup: &FileLookup<'_>) -> Option<PathBuf> {
    let deployment = runner.deployment;
    let ResolvedPath::Provided(found) = deployment.resolve(lookup.tree, path) else {
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
    lookup: &FileLookup<'_>,
) -> Option<String> {
    let folder = fixed_folder(&runner.path_of(pattern));
    match runner.deployment.resolve(lookup.tree, &folder) {
        ResolvedPath::External { reason, .. } => Some(reason),
        _ => None,
    }
}

/// Why it is not known what an absolute path or pattern leads to in a container that surely runs the
/// configuration.
pub(super) fn why_open(
    pattern: &str,
    runners: &Runners<'_>,
    lookup: &FileLookup<'_>,
) -> Option<String> {
    let asked = match glob::is_pattern(pattern) {
        true => fixed_folder(pattern),
        false => pattern.to_owned(),
    };
    let surely = |runner: &&RunningDeployment<'_>| {
        runner.certainty != RunCertainty::Doubtful && runner.deployment.prometheus.is_some()
    };
    let mut runners = runners.iter().filter(surely);
    runners.find_map(
        |runner| match runner.deployment.resolve(lookup.tree, &asked) {
            ResolvedPath::External { reason, .. } | ResolvedPath::Unknown { reason, .. } => Some(reason),
            ResolvedPath::Provided(found) if matches!(found.mount.source, MountSource::Tree(_)) => {
                let mount = &found.mount.path;
                Some(format!(
                    "the folder that is mounted at `{mount}` has none here, and something may write them"
                ))
            }
            _ => None,
        },
    )
}
