//! Whether something may put a file, or files that match a pattern, where it is missing: that
//! nothing is beside the configuration proves little where a part of the picture is not in sight.

use std::collections::HashSet;
use std::path::Path;

use super::{CheckedIncludes, Purpose, Runners, glob, kind_of, patterns};
use crate::facts::credential_file::FileLookup;
use crate::facts::deployment::{
    Copied, Deployment, Mount, MountSource, RunCertainty, RunningDeployment,
};
use crate::finding::{Finding, Severity, Span, Unchecked, rule};
use crate::yaml::Document;

/// Weighs what is missing beside the configuration against everything that the tree deploys. What
/// something may put there is listed as not checked. `otherwise` says why something else may put a
/// path there.
pub fn missing(
    document: &Document,
    runners: &Runners<'_>,
    deployments: &[Deployment],
    lookup: &FileLookup<'_>,
    otherwise: &dyn Fn(&str) -> Option<String>,
    checked: &mut CheckedIncludes,
) {
    // There may be thousands of both.
    let path = document.text().path();
    let is_here = |finding: &&Finding| is_absence(finding) && finding.place.path() == path;
    let absences = checked.findings.iter().filter(is_here);
    let absences: HashSet<Span> = absences.map(|finding| finding.place.span()).collect();
    let mut open = HashSet::new();
    for (purpose, node) in patterns(document) {
        let name = node.as_str().unwrap_or("").trim_start_matches("./");
        if name.is_empty() || name.starts_with('/') {
            continue;
        }
        let place = node.place();
        if !absences.contains(&place.span()) {
            continue;
        }
        let is_read_once = purpose != Purpose::Targets;
        let mut mounts = deployments.iter().flat_map(|deployment| &deployment.mounts);
        let mounted = mounts.find(|mount| may_hold(mount, name, lookup));
        let mounted = mounted.filter(|_| is_read_once).map(|mount| {
            format!(
                "a deployment in the tree mounts `{}`, but it is not known whether it runs this \
                 configuration",
                mount.path
            )
        });
        let unseen = || is_read_once.then(|| unseen(runners, name)).flatten();
        let Some(reason) = mounted.or_else(unseen).or_else(|| otherwise(name)) else {
            continue;
        };
        open.insert(place.span());
        checked.unchecked.push(Unchecked {
            cause: None,
            place,
            logical: node.path(),
            reason,
            settle: None,
        });
    }
    let is_open = |finding: &Finding| is_here(&finding) && open.contains(&finding.place.span());
    checked.findings.retain(|finding| !is_open(finding));
}

/// Whether a finding says that nothing is there. A pattern that Go can't read is an error.
fn is_absence(finding: &Finding) -> bool {
    finding.rule == rule::FILES_MISSING
        || finding.rule == rule::FILES_NO_MATCH && finding.severity < Severity::Error
}

/// Whether a mount is the file that a relative path names, or a folder of that path that may have
/// it.
fn may_hold(mount: &Mount, name: &str, lookup: &FileLookup<'_>) -> bool {
    let is_at = |tail: &str| is_tail_of(tail, &mount.path);
    if is_at(name) {
        return true;
    }
    let mut folders = name.match_indices('/');
    let Some((_, rest)) = folders.find_map(|(at, _)| {
        let (folder, rest) = name.split_at_checked(at)?;
        is_at(folder).then_some((folder, rest.trim_start_matches('/')))
    }) else {
        return false;
    };
    match &mount.source {
        MountSource::Tree(folder)
        | MountSource::Copied(Copied {
            from: Some(folder), ..
        }) => kind_of(&folder.join(Path::new(rest)), lookup).is_some(),
        MountSource::Compose(_) => false,
        MountSource::Keys(_)
        | MountSource::Copied(_)
        | MountSource::Outside(_)
        | MountSource::Unknown(_) => true,
    }
}

/// Whether a path ends with what a relative path or pattern names, below another folder.
fn is_tail_of(tail: &str, path: &str) -> bool {
    let mut names = path.split('/').rev();
    let are_named = tail.split('/').rev().all(|part| {
        let name = names.next();
        name.is_some_and(|name| {
            part == name || glob::is_pattern(part) && glob::is_name_of(part, name)
        })
    });
    are_named && names.next().is_some()
}

/// Why each Prometheus that surely runs the configuration may have the file anyway.
fn unseen(runners: &Runners<'_>, name: &str) -> Option<String> {
    let surely =
        |deployment: &&RunningDeployment<'_>| deployment.certainty == RunCertainty::Certain;
    let mut reasons = runners
        .iter()
        .filter(surely)
        .map(|deployment| hidden(deployment, name));
    let first = reasons.next()??;
    reasons.all(|reason| reason.is_some()).then_some(first)
}

/// Why a deployment may have a file that is not seen: something not in the tree mounts files, or its
/// image comes from elsewhere, and nothing is mounted over the file's folder.
fn hidden(runner: &RunningDeployment<'_>, name: &str) -> Option<String> {
    let deployment = runner.deployment;
    if let Some(doubt) = deployment.doubts.first() {
        return Some(doubt.message.clone());
    }
    let image = deployment.base.as_ref().or(deployment.image.as_ref())?;
    let path = runner.path_of(name);
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let is_covered = deployment.mounts.iter().any(|mount| {
        let rest = folder.strip_prefix(mount.path.trim_end_matches('/'));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    });
    (!image.is_official() && !is_covered).then(|| {
        format!(
            "the image `{}` is not built in this tree and may contain the file",
            image.name
        )
    })
}
