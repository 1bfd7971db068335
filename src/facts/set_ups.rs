//! Which of several set-ups of a tree runs an object.

use std::path::Path;

use super::deployment::{Deployment, MountSource, PartKind, RunningDeployment};
use crate::finding::Place;

/// What runs an object beside it, where others that mount one of this name have their own beside them: a tree may
/// have the same set-up several times.
pub(super) fn own<'d>(
    mut found: Vec<RunningDeployment<'d>>,
    file: &Path,
    kind: &str,
    name: &str,
) -> Vec<RunningDeployment<'d>> {
    let folder = file.parent();
    let is_beside = |runner: &RunningDeployment<'_>| runner.deployment.file.parent() == folder;
    if found.len() > 1 && found.iter().any(is_beside) {
        found.retain(|runner| is_beside(runner) || !has_own(runner.deployment, kind, name));
    }
    found
}

/// Whether an object of this name is in the folder of a deployment that mounts one.
fn has_own(deployment: &Deployment, kind: &str, name: &str) -> bool {
    let folder = deployment
        .place
        .path()
        .rsplit_once('/')
        .map(|(folder, _)| folder);
    let volumes = deployment
        .mounts
        .iter()
        .filter_map(|mount| match &mount.source {
            MountSource::Keys(volume) => Some(volume),
            _ => None,
        });
    let mut parts = volumes.flat_map(|volume| &volume.parts);
    parts.any(|part| match &part.kind {
        PartKind::Object {
            kind: own,
            name: called,
            providers,
        } => {
            let is_beside =
                |place: &Place| place.path().rsplit_once('/').map(|(folder, _)| folder) == folder;
            *own == kind && called == name && providers.iter().any(|one| is_beside(&one.place))
        }
        _ => false,
    })
}
